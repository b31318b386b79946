//! Any octets as printable text, for values of parameters ([RFC 3461] §4).
//!
//! [RFC 3461]: https://www.rfc-editor.org/rfc/rfc3461

use alloc::string::String;
use core::fmt::{self, Write};

/// Text in the encoding `xtext`, as written, checked. In an [`OriginalRecipient`] of the type
/// `utf-8`, letters beyond ASCII may stand in it as they are.
///
/// What it stands for holds no control characters: a `+0D+0A` has no business in an address and
/// could end a line wherever the text is printed.
///
/// [`OriginalRecipient`]: super::OriginalRecipient
#[derive(Clone, Copy, Eq, Hash, PartialEq)]
pub struct Xtext<'i> {
    text: &'i str,
}

impl<'i> Xtext<'i> {
    /// Reads octets that are xtext and nothing else; `None` if they are not, or are empty.
    /// Hexadecimal digits may be in lower case too (RFC 4954 §8).
    pub fn parse(octets: &'i [u8]) -> Option<Self> {
        Self::parse_if(octets, |octet| !octet.is_ascii_control())
    }

    /// The same for text that stands for printable ASCII alone, its digits in upper case
    /// (RFC 3461 §4).
    pub(super) fn parse_printable(octets: &'i [u8]) -> Option<Self> {
        let is_lower = |hex: &[u8]| hex.iter().any(u8::is_ascii_lowercase);
        let mut hexchars = octets.split(|&octet| octet == b'+').skip(1);
        if hexchars.any(|hex| hex.get(..2).is_some_and(is_lower)) {
            return None;
        }
        Self::parse_if(octets, |octet| matches!(octet, b' '..=b'~'))
    }

    /// `utf-8-addr-unitext` (RFC 6533 §3): letters beyond ASCII stand for themselves.
    pub(super) fn parse_unitext(octets: &'i [u8]) -> Option<Self> {
        let text = core::str::from_utf8(octets).ok()?;
        let may_stand = |char: char| match char {
            '+' | '=' => false,
            '\0'..='\x7f' => char.is_ascii_graphic(),
            _ => !char.is_control(),
        };
        (!text.is_empty() && text.chars().all(may_stand)).then_some(Self { text })
    }

    fn parse_if(octets: &'i [u8], may_stand: impl Fn(u8) -> bool) -> Option<Self> {
        if octets.is_empty() {
            return None;
        }
        let mut rest = octets;
        // What stands for itself is printable, and may stand anywhere.
        while let Some(plain) = rest.iter().position(|octet| !XCHAR[usize::from(*octet)]) {
            let (octet, after) = xchar(rest.get(plain..)?)?;
            if !may_stand(octet) {
                return None;
            }
            rest = after;
        }
        let text = core::str::from_utf8(octets).ok()?;
        Some(Self { text })
    }

    /// The text as written.
    pub fn as_str(&self) -> &'i str {
        self.text
    }

    /// The octets it stands for.
    pub fn decode(&self) -> impl Iterator<Item = u8> + use<'i> {
        let mut rest = self.text.as_bytes();
        core::iter::from_fn(move || {
            let (octet, after) = match rest {
                [octet @ 0x80..=0xff, after @ ..] => (*octet, after),
                _ => xchar(rest)?,
            };
            rest = after;
            Some(octet)
        })
    }

    /// Writes octets as xtext, to be parsed and put into a command.
    pub fn encode(octets: &[u8]) -> String {
        let mut text = String::with_capacity(octets.len());
        for &octet in octets {
            match octet {
                b'+' | b'=' | 0..=32 | 127.. => {
                    write!(text, "+{octet:02X}").expect("a string takes every character");
                }
                _ => text.push(char::from(octet)),
            }
        }
        text
    }
}

impl fmt::Debug for Xtext<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Xtext({self})")
    }
}

/// Prints the text as written.
impl fmt::Display for Xtext<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.text)
    }
}

/// `xchar = any ASCII CHAR between "!" (33) and "~" (126) inclusive, except for "+" and "="`
static XCHAR: [bool; 256] = {
    let mut table = [false; 256];
    let mut octet = b'!';
    while octet <= b'~' {
        table[octet as usize] = !matches!(octet, b'+' | b'=');
        octet += 1;
    }
    table
};

/// `xchar` or `hexchar`: the octet, and what follows.
fn xchar(input: &[u8]) -> Option<(u8, &[u8])> {
    match input {
        [b'+', high, low, rest @ ..] => Some((hex(*high)? << 4 | hex(*low)?, rest)),
        [b'+' | b'=', ..] => None,
        [octet @ 33..=126, rest @ ..] => Some((*octet, rest)),
        _ => None,
    }
}

fn hex(digit: u8) -> Option<u8> {
    match digit {
        b'0'..=b'9' => Some(digit - b'0'),
        b'A'..=b'F' => Some(digit - b'A' + 10),
        b'a'..=b'f' => Some(digit - b'a' + 10),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use alloc::vec::Vec;

    use proptest::prelude::*;

    use super::*;

    #[test]
    fn hex_is_decoded() {
        let xtext = Xtext::parse(b"e+3Dmc2@example.com").unwrap();
        assert!(xtext.decode().eq(*b"e=mc2@example.com"));
        assert_eq!(Xtext::encode(b"e=mc2@example.com"), xtext.as_str());
        let lower = Xtext::parse(b"e+3dmc2@example.com").unwrap();
        assert!(lower.decode().eq(xtext.decode()));
        assert_eq!(Xtext::parse_printable(b"e+3dmc2"), None);
        assert_eq!(Xtext::parse_printable(b"+41+4f"), None);
        assert!(Xtext::parse_printable(b"e+3Dmc2").is_some());
    }

    #[test]
    fn b05_controls_are_refused_even_in_hex() {
        for octets in [
            &b""[..],
            b"a+0Db",
            b"a+0Ab",
            b"a+00b",
            b"a+7Fb",
            b"a+",
            b"a+4",
            b"a+4g",
            b"a=b",
            b"a b",
            b"a\r",
            b"\xff",
        ] {
            assert_eq!(Xtext::parse(octets), None, "{octets:?}");
        }
    }

    proptest! {
        #[test]
        fn decoding_what_was_encoded_gives_the_same_octets(
            octets in proptest::collection::vec(any::<u8>(), 1..40)
        ) {
            let text = Xtext::encode(&octets);
            match Xtext::parse(text.as_bytes()) {
                Some(xtext) => prop_assert_eq!(xtext.decode().collect::<Vec<_>>(), octets),
                None => prop_assert!(octets.iter().any(u8::is_ascii_control)),
            }
        }
    }
}
