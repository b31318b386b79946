//! The command `AUTH` and the lines of its exchange ([RFC 4954] §4).
//!
//! [RFC 4954]: https://www.rfc-editor.org/rfc/rfc4954

use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::sasl::Mechanism;

/// The arguments of `AUTH`.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Auth<'i> {
    /// The response that came with the command: `None` if there was none.
    pub initial_response: Option<Response<'i>>,
    /// How the client wants to prove who it is.
    pub mechanism: Mechanism,
}

impl<'i> Auth<'i> {
    /// `AUTH` with or without an initial response.
    pub fn new(mechanism: Mechanism, initial_response: Option<Response<'i>>) -> Self {
        Self {
            initial_response,
            mechanism,
        }
    }
}

/// What a client says in an exchange: octets in base64 as they stand on the line, checked.
///
/// It may hold a password, so `Debug` shows nothing of it.
#[derive(Clone, Copy, Eq, PartialEq)]
pub struct Response<'i> {
    base64: &'i [u8],
}

impl<'i> Response<'i> {
    /// No octets.
    pub const EMPTY: Self = Self { base64: b"" };

    /// Reads base64; `None` if it is malformed. Padding and unused bits must be as
    /// RFC 4648 §3 wants them, and nothing else may stand on the line (RFC 4954 §4).
    pub fn parse(base64: &'i [u8]) -> Option<Self> {
        is_base64(base64).then_some(Self { base64 })
    }

    /// Reads the third word of `AUTH`, where `=` stands for an empty response.
    pub(crate) fn parse_initial(word: &'i [u8]) -> Option<Self> {
        match word {
            b"" => None,
            b"=" => Some(Self::EMPTY),
            _ => Self::parse(word),
        }
    }

    /// Writes octets in base64, to be parsed and put into a command.
    pub fn encode(octets: &[u8]) -> String {
        STANDARD.encode(octets)
    }

    /// The octets. They may be a password: the caller clears them.
    pub fn decode(&self) -> Vec<u8> {
        let mut octets = Vec::with_capacity(self.base64.len() / 4 * 3);
        self.decode_into(&mut octets);
        octets
    }

    /// Appends the octets to a buffer of the caller's.
    pub fn decode_into(&self, out: &mut Vec<u8>) {
        STANDARD
            .decode_vec(self.base64, out)
            .expect("a response is made of base64 only");
    }

    /// The base64.
    pub(crate) fn as_base64(&self) -> &'i [u8] {
        self.base64
    }
}

impl fmt::Debug for Response<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Response(..)")
    }
}

fn is_base64(text: &[u8]) -> bool {
    let (content, unused_bits) = match text {
        [content @ .., b'=', b'='] => (content, 0b1111),
        [content @ .., b'='] => (content, 0b11),
        content => (content, 0),
    };
    let last = content.last().copied().and_then(sextet).unwrap_or(0);
    text.len().is_multiple_of(4)
        && content.iter().all(|&octet| sextet(octet).is_some())
        && last & unused_bits == 0
}

/// The value of a character in base64 (RFC 4648 §4).
fn sextet(octet: u8) -> Option<u8> {
    match octet {
        b'A'..=b'Z' => Some(octet - b'A'),
        b'a'..=b'z' => Some(octet - b'a' + 26),
        b'0'..=b'9' => Some(octet - b'0' + 52),
        b'+' => Some(62),
        b'/' => Some(63),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use alloc::format;

    use proptest::prelude::*;

    use super::*;

    #[test]
    fn b04_base64_is_read_strictly() {
        let response = Response::parse(b"dGVzdAB0ZXN0ADEyMzQ=").unwrap();
        assert_eq!(response.decode(), b"test\0test\x001234");
        for text in [
            &b"=AAA"[..],
            b"AAA=BBB=",
            b"====",
            b"A===",
            b"AAA",
            b"AB==",
            b"AAB=",
            b"AA A",
            b"AAAA\r",
            b"AA-_",
            b"\xff\xff\xff\xff",
        ] {
            assert_eq!(Response::parse(text), None, "{text:?}");
        }
    }

    #[test]
    fn b04_an_initial_response_of_one_equals_sign_is_empty() {
        assert_eq!(Response::parse_initial(b"="), Some(Response::EMPTY));
        assert_eq!(Response::EMPTY.decode(), b"");
        assert_eq!(Response::parse_initial(b""), None);
        assert_eq!(Response::parse(b"="), None);
    }

    #[test]
    fn debug_shows_no_secret() {
        let response = Response::parse(b"dGVzdAB0ZXN0ADEyMzQ=").unwrap();
        assert_eq!(format!("{response:?}"), "Response(..)");
    }

    proptest! {
        #[test]
        fn what_is_accepted_is_what_can_be_decoded(text in "[A-Da-d048+/=]{0,9}") {
            prop_assert_eq!(
                Response::parse(text.as_bytes()).map(|response| response.decode()),
                STANDARD.decode(text.as_bytes()).ok()
            );
        }

        #[test]
        fn decoding_what_was_encoded_gives_the_same_octets(
            octets in proptest::collection::vec(any::<u8>(), 0..40)
        ) {
            let text = Response::encode(&octets);
            prop_assert_eq!(Response::parse(text.as_bytes()).unwrap().decode(), octets);
        }
    }
}
