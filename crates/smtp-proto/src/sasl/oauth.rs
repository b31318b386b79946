//! `OAUTHBEARER` ([RFC 7628]) and `XOAUTH2`, the same in the form that Google gave it.
//!
//! [RFC 7628]: https://www.rfc-editor.org/rfc/rfc7628

use alloc::borrow::ToOwned;
use alloc::format;
use alloc::string::String;
use core::fmt;

use super::{Mechanism, Secret, saslname};

/// What a client sent with `OAUTHBEARER` or `XOAUTH2`: a token, which whoever issued it can tell
/// the owner of. Until the caller has found that out, it says nothing.
#[derive(Clone)]
pub struct Bearer {
    pub(super) mechanism: Mechanism,
    user: Option<String>,
    token: Secret,
    host: Option<String>,
    port: Option<u16>,
}

impl Bearer {
    /// Whom the client wants to log in as, if it says so; for `XOAUTH2` it always does.
    ///
    /// The token need not be that user's: compare it with what the issuer says.
    pub fn user(&self) -> Option<&str> {
        self.user.as_deref()
    }

    /// The token, to be checked with its issuer and not to be logged. Empty if the client only
    /// asks where to get one (RFC 7628 §4.3).
    pub fn token(&self) -> &[u8] {
        self.token.expose()
    }

    /// The host that the client wants to talk to; if it is there, RFC 7628 §3.2 has the caller
    /// compare it.
    pub fn host(&self) -> Option<&str> {
        self.host.as_deref()
    }

    /// The port that the client wants to talk to, likewise.
    pub fn port(&self) -> Option<u16> {
        self.port
    }
}

/// Without the token.
impl fmt::Debug for Bearer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Bearer")
            .field("mechanism", &self.mechanism)
            .field("user", &self.user)
            .field("host", &self.host)
            .field("port", &self.port)
            .finish_non_exhaustive()
    }
}

/// `client-resp = (gs2-header kvsep *kvpair kvsep) / kvsep`, of which the second form is no first
/// message; `gs2-header = gs2-cbind-flag "," [ authzid ] ","`, without channel binding.
pub(super) fn parse_bearer(message: &[u8]) -> Option<Bearer> {
    let message = core::str::from_utf8(message).ok()?;
    let (gs2_header, pairs) = message.split_once(KVSEP)?;
    let authzid = gs2_header
        .strip_prefix("n,")
        .or_else(|| gs2_header.strip_prefix("y,"))?
        .strip_suffix(',')?;
    let mut user = None;
    // RFC 7628 §4.4 has an example with `user=` there; what is no authzid is passed over.
    if let Some(authzid) = authzid.strip_prefix("a=") {
        user = Some(saslname::unescape(authzid)?);
    } else if authzid.contains(',') {
        return None;
    }
    let pairs = Pairs::parse(pairs)?;
    Some(Bearer {
        mechanism: Mechanism::OauthBearer,
        user,
        token: pairs.token?,
        host: pairs.host,
        port: pairs.port,
    })
}

/// `"user=" {User} "^Aauth=Bearer " {Access Token} "^A^A"`
/// (<https://developers.google.com/workspace/gmail/imap/xoauth2-protocol>).
pub(super) fn parse_xoauth2(message: &[u8]) -> Option<Bearer> {
    let message = core::str::from_utf8(message).ok()?;
    let (user, pairs) = message.strip_prefix("user=")?.split_once(KVSEP)?;
    if user.is_empty() || user.contains('\0') {
        return None;
    }
    Some(Bearer {
        mechanism: Mechanism::Xoauth2,
        user: Some(user.to_owned()),
        token: Pairs::parse(pairs)?.token?,
        host: None,
        port: None,
    })
}

/// Writes the only message of a client whose token is good.
pub(super) fn print_bearer(user: Option<&str>, token: &str, server: Option<(&str, u16)>) -> Secret {
    let authzid = user.map(|user| format!("a={}", saslname::escape(user)));
    let authzid = authzid.unwrap_or_default();
    let server = server.map(|(host, port)| format!("host={host}\x01port={port}\x01"));
    let server = server.unwrap_or_default();
    let message = format!("n,{authzid},\x01{server}auth=Bearer {token}\x01\x01");
    Secret::new(message.into_bytes())
}

/// Writes the same for `XOAUTH2`.
pub(super) fn print_xoauth2(user: &str, token: &str) -> Secret {
    Secret::new(format!("user={user}\x01auth=Bearer {token}\x01\x01").into_bytes())
}

/// Whether a token can stand in the message, and is of the characters that RFC 6750 §2.1 has:
/// `b64token = 1*( ALPHA / DIGIT / "-" / "." / "_" / "~" / "+" / "/" ) *"="`. What issuers make
/// beyond that is taken as long as it is visible.
pub(super) fn is_token(token: &str) -> bool {
    token.bytes().all(|octet| octet.is_ascii_graphic())
}

/// What of the pairs is of use.
#[derive(Default)]
struct Pairs {
    token: Option<Secret>,
    host: Option<String>,
    port: Option<u16>,
}

impl Pairs {
    /// `*kvpair kvsep`, `kvpair = key "=" value kvsep`. Unknown keys are passed over
    /// (RFC 7628 §3.1); a known one that comes twice is an error.
    fn parse(pairs: &str) -> Option<Self> {
        let pairs = pairs.strip_suffix(KVSEP)?;
        let mut found = Self::default();
        if pairs.is_empty() {
            return Some(found);
        }
        for pair in pairs.strip_suffix(KVSEP)?.split(KVSEP) {
            let (key, value) = pair.split_once('=')?;
            if !value.bytes().all(is_value) {
                return None;
            }
            let is_new = match key {
                "auth" => found.token.replace(token(value)?).is_none(),
                "host" => found.host.replace(value.to_owned()).is_none(),
                "port" => found.port.replace(port(value)?).is_none(),
                _ => true,
            };
            if !is_new || key.is_empty() || !key.bytes().all(|octet| octet.is_ascii_alphabetic()) {
                return None;
            }
        }
        Some(found)
    }
}

/// `value = *(VCHAR / SP / HTAB / CR / LF)`
fn is_value(octet: u8) -> bool {
    matches!(octet, b'\t' | b'\n' | b'\r' | b' '..=b'~')
}

/// A positive number without leading zeros (RFC 7628 §3.1).
fn port(value: &str) -> Option<u16> {
    let is_canonical = matches!(value.as_bytes(), [b'1'..=b'9', ..]);
    is_canonical.then(|| value.parse().ok())?
}

/// The credentials of the HTTP scheme `Bearer`, in whatever case (RFC 7628 §4), or none.
fn token(value: &str) -> Option<Secret> {
    let value = value.trim_matches(' ');
    if value.is_empty() {
        return Some(Secret::new(Default::default()));
    }
    let (scheme, token) = value.split_once(' ')?;
    let token = token.trim_start_matches(' ');
    let is_bearer = scheme.eq_ignore_ascii_case("Bearer") && !token.is_empty() && is_token(token);
    is_bearer.then(|| Secret::from(token.as_bytes()))
}

/// `kvsep = %x01`
const KVSEP: char = '\x01';

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// RFC 7628 §4.1, in SMTP.
    const BEARER: &[u8] = b"n,a=user@example.com,\x01host=server.example.com\x01port=587\x01\
        auth=Bearer vF9dft4qmTc2Nvb3RlckBhbHRhdmlzdGEuY29tCg==\x01\x01";

    #[test]
    fn the_example_of_rfc_7628_is_understood_and_made() {
        let bearer = parse_bearer(BEARER).unwrap();
        let token = "vF9dft4qmTc2Nvb3RlckBhbHRhdmlzdGEuY29tCg==";
        assert_eq!(bearer.user(), Some("user@example.com"));
        assert_eq!(bearer.token(), token.as_bytes());
        assert_eq!(bearer.host(), Some("server.example.com"));
        assert_eq!(bearer.port(), Some(587));
        let server = Some(("server.example.com", 587));
        let message = print_bearer(Some("user@example.com"), token, server);
        assert!(message.is(BEARER));
    }

    #[test]
    fn the_failures_of_rfc_7628_are_understood() {
        // §4.3: the client asks what token is wanted.
        let empty = parse_bearer(b"n,a=user@example.com,\x01host=h\x01port=143\x01auth=\x01\x01");
        assert_eq!(empty.unwrap().token(), b"");
        // §4.4: `user=` is no authzid.
        let bearer = parse_bearer(b"n,user=someuser@example.com,\x01auth=Bearer t==\x01\x01");
        let bearer = bearer.unwrap();
        assert_eq!((bearer.user(), bearer.token()), (None, &b"t=="[..]));
    }

    #[test]
    fn xoauth2_is_what_google_has() {
        let message = b"user=someuser@example.com\x01auth=Bearer ya29.vF9dft4qmTc2Nvb3Rlcg\x01\x01";
        let bearer = parse_xoauth2(message).unwrap();
        assert_eq!(bearer.user(), Some("someuser@example.com"));
        assert_eq!(bearer.token(), b"ya29.vF9dft4qmTc2Nvb3Rlcg");
        let printed = print_xoauth2("someuser@example.com", "ya29.vF9dft4qmTc2Nvb3Rlcg");
        assert!(printed.is(message));
    }

    #[test]
    fn schemes_have_no_case_and_unknown_keys_are_passed_over() {
        for message in [
            &b"n,,\x01auth=bEARER t\x01\x01"[..],
            b"y,,\x01qs=a=b\x01auth=Bearer  t \x01x=\x01\x01",
        ] {
            assert_eq!(parse_bearer(message).unwrap().token(), b"t");
        }
    }

    #[test]
    fn malformed_messages_are_refused() {
        for message in [
            &b""[..],
            b"\x01",
            b"n,,\x01\x01",
            b"n,,\x01auth=Bearer t\x01",
            b"n,,\x01auth=Bearer t",
            b"n,,auth=Bearer t\x01\x01",
            b"n,\x01auth=Bearer t\x01\x01",
            b"n,a=,\x01auth=Bearer t\x01\x01",
            b"n,a=b=,\x01auth=Bearer t\x01\x01",
            b"n,a=b,c,\x01auth=Bearer t\x01\x01",
            b"p=tls-unique,,\x01auth=Bearer t\x01\x01",
            b"n,,\x01auth=Basic t\x01\x01",
            b"n,,\x01auth=Bearer\x01\x01",
            b"n,,\x01auth=Bearer t u\x01\x01",
            b"n,,\x01auth=Bearer \xff\x01\x01",
            b"n,,\x01auth=Bearer t\x01auth=Bearer u\x01\x01",
            b"n,,\x01port=99999\x01auth=Bearer t\x01\x01",
            b"n,,\x01port=+587\x01auth=Bearer t\x01\x01",
            b"n,,\x01port=0587\x01auth=Bearer t\x01\x01",
            b"n,,\x01port=0\x01auth=Bearer t\x01\x01",
            b"n,,\x01host=a\0b\x01auth=Bearer t\x01\x01",
            b"n,,\x01host=\xc3\xa4\x01auth=Bearer t\x01\x01",
            b"n,,\x01=x\x01auth=Bearer t\x01\x01",
            b"n,,\x01auth=Bearer t\x01\x01\x01",
        ] {
            assert!(parse_bearer(message).is_none(), "{message:?}");
        }
        for message in [
            &b"user=\x01auth=Bearer t\x01\x01"[..],
            b"user=a\0\x01auth=Bearer t\x01\x01",
            b"user=a\x01\x01",
            b"auth=Bearer t\x01\x01",
            BEARER,
        ] {
            assert!(parse_xoauth2(message).is_none(), "{message:?}");
        }
    }

    #[test]
    fn debug_shows_no_token() {
        let bearer = parse_xoauth2(b"user=tim\x01auth=Bearer hunter2\x01\x01").unwrap();
        let shown = format!("{bearer:?}");
        assert!(
            shown.contains("tim") && !shown.contains("hunter2"),
            "{shown}"
        );
    }

    proptest! {
        #[test]
        fn parsing_what_was_printed_gives_the_same_claim(
            user in proptest::option::of("[^\\pC]{1,30}"),
            token in "[!-~]{1,100}",
            server in proptest::option::of(("[a-z.]{1,20}", 1u16..)),
        ) {
            let with_server = server.as_ref().map(|(host, port)| (&**host, *port));
            let message = print_bearer(user.as_deref(), &token, with_server);
            let bearer = parse_bearer(message.expose()).unwrap();
            prop_assert_eq!(bearer.user(), user.as_deref());
            prop_assert_eq!(bearer.token(), token.as_bytes());
            prop_assert_eq!(bearer.host().zip(bearer.port()), with_server);
            if let Some(user) = &user {
                let bearer = parse_xoauth2(print_xoauth2(user, &token).expose()).unwrap();
                prop_assert_eq!(bearer.user(), Some(&**user));
                prop_assert_eq!(bearer.token(), token.as_bytes());
            }
        }

        #[test]
        fn any_octets_are_read_or_refused(octets in proptest::collection::vec(any::<u8>(), 0..60)) {
            let _ = (parse_bearer(&octets), parse_xoauth2(&octets));
        }
    }
}
