//! Free text behind a verb.

use core::fmt;

/// Text for a reader at the other end: printable ASCII and tabs, not empty, without blanks at
/// its ends. Behind `VRFY` and `EXPN` it may hold UTF-8 too.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub struct Argument<'i> {
    text: &'i str,
}

impl<'i> Argument<'i> {
    /// Checks text; `None` if it cannot stand behind a verb.
    pub fn parse(octets: &'i [u8]) -> Option<Self> {
        let is_text = |octet: &u8| matches!(octet, b'\t' | 32..=126);
        if octets.is_empty() || octets.trim_ascii() != octets || !octets.iter().all(is_text) {
            return None;
        }
        let text = core::str::from_utf8(octets).ok()?;
        Some(Self { text })
    }

    /// The same with letters beyond ASCII, which only `VRFY` and `EXPN` may hold
    /// (RFC 6531 §3.7.4.2).
    pub(super) fn parse_utf8(octets: &'i [u8]) -> Option<Self> {
        let text = core::str::from_utf8(octets).ok()?;
        let is_text = |char: char| char == '\t' || !char.is_control();
        let fits = !text.is_empty() && octets.trim_ascii() == octets && text.chars().all(is_text);
        fits.then_some(Self { text })
    }

    /// The text.
    pub fn as_str(&self) -> &'i str {
        self.text
    }
}

impl fmt::Display for Argument<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn b05_nothing_in_an_argument_ends_a_line() {
        assert_eq!(
            Argument::parse(b"a \"b\"").map(|a| a.as_str()),
            Some("a \"b\"")
        );
        for octets in [
            &b""[..],
            b" a",
            b"a ",
            b"a\r\nQUIT",
            b"a\nb",
            b"a\0",
            b"\xff",
            b"a\x7f",
        ] {
            assert_eq!(Argument::parse(octets), None);
        }
    }
}
