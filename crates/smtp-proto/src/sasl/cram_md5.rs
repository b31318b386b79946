//! `CRAM-MD5` ([RFC 2195] §2).
//!
//! [RFC 2195]: https://www.rfc-editor.org/rfc/rfc2195

use alloc::borrow::ToOwned;
use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

use hmac::{Hmac, KeyInit, Mac};
use md5::Md5;

/// What a client sent with `CRAM-MD5`: a name, and a digest that only the password explains.
#[derive(Clone)]
pub struct CramMd5 {
    challenge: Box<[u8]>,
    authcid: String,
    digest: [u8; 16],
}

impl CramMd5 {
    /// The user name, a space and the digest in lower-case hexadecimal. A name may hold spaces.
    pub(super) fn parse(challenge: Box<[u8]>, response: &[u8]) -> Option<Self> {
        let response = core::str::from_utf8(response).ok()?;
        let (authcid, digest) = response.rsplit_once(' ')?;
        if authcid.is_empty() || authcid.contains('\0') {
            return None;
        }
        Some(Self {
            challenge,
            authcid: authcid.to_owned(),
            digest: parse_digest(digest.as_bytes())?,
        })
    }

    /// Whose password the digest was made with. Never empty.
    pub fn authcid(&self) -> &str {
        &self.authcid
    }

    /// Whether the client made its digest with `password`. Compared in constant time.
    pub fn digest_matches(&self, password: &[u8]) -> bool {
        keyed(password, &self.challenge)
            .verify_slice(&self.digest)
            .is_ok()
    }
}

/// Without challenge and digest: together they let whoever reads a log try passwords.
impl fmt::Debug for CramMd5 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CramMd5")
            .field("authcid", &self.authcid)
            .finish_non_exhaustive()
    }
}

/// What a client answers to `challenge`.
pub(super) fn respond(authcid: &str, password: &[u8], challenge: &[u8]) -> Vec<u8> {
    let digest = keyed(password, challenge).finalize().into_bytes();
    let mut response = Vec::with_capacity(authcid.len() + 33);
    response.extend_from_slice(authcid.as_bytes());
    response.push(b' ');
    for octet in digest {
        response.extend([hex_digit(octet >> 4), hex_digit(octet & 0xf)]);
    }
    response
}

fn keyed(password: &[u8], challenge: &[u8]) -> Hmac<Md5> {
    let mut mac = Hmac::new_from_slice(password).expect("HMAC takes a key of any length");
    mac.update(challenge);
    mac
}

/// 32 hexadecimal digits in lower case.
fn parse_digest(text: &[u8]) -> Option<[u8; 16]> {
    let (pairs, []) = text.as_chunks() else {
        return None;
    };
    let pairs: &[[u8; 2]; 16] = pairs.try_into().ok()?;
    let mut digest = [0; 16];
    for (octet, &[high, low]) in digest.iter_mut().zip(pairs) {
        *octet = hex_value(high)? << 4 | hex_value(low)?;
    }
    Some(digest)
}

fn hex_value(digit: u8) -> Option<u8> {
    match digit {
        b'0'..=b'9' => Some(digit - b'0'),
        b'a'..=b'f' => Some(digit - b'a' + 10),
        _ => None,
    }
}

/// The digit of a value below 16.
pub(super) fn hex_digit(value: u8) -> u8 {
    match value {
        0..=9 => b'0' + value,
        _ => b'a' - 10 + value,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 2195 §2.
    const CHALLENGE: &[u8] = b"<1896.697170952@postoffice.reston.mci.net>";
    const RESPONSE: &[u8] = b"tim b913a602c7eda7a495b4e6e7334d3890";

    #[test]
    fn the_example_of_rfc_2195_is_understood() {
        assert_eq!(respond("tim", b"tanstaaftanstaaf", CHALLENGE), RESPONSE);
        let login = CramMd5::parse(CHALLENGE.into(), RESPONSE).unwrap();
        assert_eq!(login.authcid(), "tim");
        assert!(login.digest_matches(b"tanstaaftanstaaf"));
        assert!(!login.digest_matches(b"tanstaaftanstaag"));
        assert!(!login.digest_matches(b""));
    }

    #[test]
    fn a_digest_for_another_challenge_does_not_match() {
        let login = CramMd5::parse(b"<1@example.com>"[..].into(), RESPONSE).unwrap();
        assert!(!login.digest_matches(b"tanstaaftanstaaf"));
    }

    #[test]
    fn a_password_longer_than_a_block_is_hashed_first() {
        let password = [b'x'; 100];
        let response = respond("tim", &password, CHALLENGE);
        let login = CramMd5::parse(CHALLENGE.into(), &response).unwrap();
        assert!(login.digest_matches(&password));
        assert!(!login.digest_matches(&password[..64]));
    }

    #[test]
    fn a_user_name_may_hold_spaces() {
        let response = respond("tim the enchanter", b"secret", CHALLENGE);
        let login = CramMd5::parse(CHALLENGE.into(), &response).unwrap();
        assert_eq!(login.authcid(), "tim the enchanter");
        assert!(login.digest_matches(b"secret"));
    }

    #[test]
    fn a_response_of_another_form_is_refused() {
        for response in [
            &b""[..],
            b"tim",
            b"tim ",
            b" b913a602c7eda7a495b4e6e7334d3890",
            b"tim b913a602c7eda7a495b4e6e7334d389",
            b"tim b913a602c7eda7a495b4e6e7334d38900",
            b"tim B913A602C7EDA7A495B4E6E7334D3890",
            b"tim b913a602c7eda7a495b4e6e7334d389g",
            b"t\0m b913a602c7eda7a495b4e6e7334d3890",
            b"t\xffm b913a602c7eda7a495b4e6e7334d3890",
        ] {
            assert!(CramMd5::parse(CHALLENGE.into(), response).is_none());
        }
    }
}
