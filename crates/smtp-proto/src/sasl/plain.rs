//! The `PLAIN` message ([RFC 4616] §2).
//!
//! [RFC 4616]: https://www.rfc-editor.org/rfc/rfc4616

use alloc::borrow::ToOwned;
use alloc::vec::Vec;

use super::{Credentials, Secret};

/// `message = [authzid] UTF8NUL authcid UTF8NUL passwd`
pub(super) fn parse(message: &[u8]) -> Option<Credentials> {
    let message = core::str::from_utf8(message).ok()?;
    let mut parts = message.split('\0');
    let (authzid, authcid, password) = (parts.next()?, parts.next()?, parts.next()?);
    if parts.next().is_some() || authcid.is_empty() || password.is_empty() {
        return None;
    }
    Some(Credentials::new(
        (!authzid.is_empty()).then(|| authzid.to_owned()),
        authcid.to_owned(),
        Secret::from(password.as_bytes()),
    ))
}

/// The message of these three, none of which holds a NUL.
pub(super) fn print(authzid: Option<&str>, authcid: &str, password: &str) -> Secret {
    let authzid = authzid.unwrap_or_default();
    // Grown once: a reallocation would leave a copy of the password behind.
    let mut message = Vec::with_capacity(authzid.len() + authcid.len() + password.len() + 2);
    message.extend_from_slice(authzid.as_bytes());
    message.push(0);
    message.extend_from_slice(authcid.as_bytes());
    message.push(0);
    message.extend_from_slice(password.as_bytes());
    Secret::new(message)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_authorization_identity_may_be_absent() {
        let credentials = parse(b"\0tim\0tanstaaftanstaaf").unwrap();
        assert_eq!(credentials.authzid(), None);
        assert_eq!(credentials.authcid(), "tim");
        assert!(credentials.password_is(b"tanstaaftanstaaf"));

        let credentials = parse(b"Ursel\0Kurt\0xipj3plmq").unwrap();
        assert_eq!(credentials.authzid(), Some("Ursel"));
        assert_eq!(credentials.authcid(), "Kurt");
        assert_eq!(credentials.password(), b"xipj3plmq");
    }

    #[test]
    fn a_message_of_another_form_is_refused() {
        for message in [
            &b""[..],
            b"tim",
            b"tim\0secret",
            b"\0\0secret",
            b"\0tim\0",
            b"\0tim\0secret\0",
            b"\0tim\0sec\0ret",
            b"\0tim\0\xff",
            b"\xc0\x80\0tim\0secret",
        ] {
            assert!(parse(message).is_none(), "{message:?}");
        }
    }

    proptest! {
        #[test]
        fn parsing_what_was_printed_gives_the_same_credentials(
            authzid in proptest::option::of("[^\0]{1,300}"),
            authcid in "[^\0]{1,300}",
            password in "[^\0]{1,300}",
        ) {
            let message = print(authzid.as_deref(), &authcid, &password);
            let credentials = parse(message.expose()).unwrap();
            prop_assert_eq!(credentials.authzid(), authzid.as_deref());
            prop_assert_eq!(credentials.authcid(), authcid);
            prop_assert!(credentials.password_is(password.as_bytes()));
        }
    }
}
