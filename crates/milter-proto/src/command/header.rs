//! Header fields as an MTA tells them.

use alloc::borrow::Cow;
use alloc::vec::Vec;
use core::fmt;

use memchr::memchr_iter;

use super::{CommandError, Part, Parts, Quoted};

/// A header field of the message.
///
/// An MTA tells the lines of a folded field joined by LF alone, and leaves out the blank behind
/// the colon unless [`LEADING_SPACE`](crate::Steps::LEADING_SPACE) was granted;
/// [`Header::value`] mends both.
#[derive(Clone, Copy, Eq, PartialEq)]
pub struct Header<'i> {
    name: &'i [u8],
    told: &'i [u8],
    /// Whether the blank behind the colon is in what was told.
    has_leading_space: bool,
}

impl<'i> Header<'i> {
    /// `char name[], NUL, char value[], NUL`
    pub(crate) fn parse(
        mut parts: Parts<'i>,
        has_leading_space: bool,
    ) -> Result<Self, CommandError> {
        let name = parts.text(Part::Name)?;
        let told = parts.text(Part::Value)?;
        parts.ended(Self {
            name,
            told,
            has_leading_space,
        })
    }

    /// The octets before the colon.
    pub fn name(&self) -> &'i [u8] {
        self.name
    }

    /// The octets behind the colon, as they stand in the message, without the CRLF at the end:
    /// lines end in CRLF, and the blank in front is there. If the MTA has left it out, there is
    /// always one, for that is how nearly all fields are written.
    pub fn value(&self) -> Cow<'i, [u8]> {
        if self.has_leading_space && bare_line_feeds(self.told).next().is_none() {
            return Cow::Borrowed(self.told);
        }
        let mut value = Vec::with_capacity(self.told.len() + 16);
        if !self.has_leading_space {
            value.push(b' ');
        }
        let mut done = 0;
        for line_feed in bare_line_feeds(self.told) {
            value.extend_from_slice(self.told.get(done..line_feed).unwrap_or_default());
            value.push(b'\r');
            done = line_feed;
        }
        value.extend_from_slice(self.told.get(done..).unwrap_or_default());
        Cow::Owned(value)
    }

    /// The value as the MTA told it.
    pub fn told(&self) -> &'i [u8] {
        self.told
    }
}

impl fmt::Debug for Header<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Header")
            .field("name", &Quoted(self.name))
            .field("value", &Quoted(&self.value()))
            .finish()
    }
}

/// Where the octets have an LF without a CR before it.
fn bare_line_feeds(octets: &[u8]) -> impl Iterator<Item = usize> {
    memchr_iter(b'\n', octets).filter(|&at| {
        let before = at.checked_sub(1).and_then(|it| octets.get(it));
        before != Some(&b'\r')
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::command::Command;

    #[test]
    fn a_value_is_as_in_the_message() {
        let rows: [(&[u8], bool, &[u8]); 9] = [
            (b" x", true, b" x"),
            (b"x", false, b" x"),
            (b" x", false, b"  x"),
            (b"x\n\ty\n z", false, b" x\r\n\ty\r\n z"),
            (b"\tx\n\ty", true, b"\tx\r\n\ty"),
            (b"\n x", true, b"\r\n x"),
            (b" x\r\n y", true, b" x\r\n y"),
            (b"", true, b""),
            (b"", false, b" "),
        ];
        for (told, has_leading_space, value) in rows {
            let payload = [b"Subject\0", told, b"\0"].concat();
            let header = parse(&payload, has_leading_space).unwrap();
            assert_eq!(header.name(), b"Subject");
            assert_eq!(&header.value()[..], value, "{told:?}");
        }
    }

    #[test]
    fn a_value_that_needs_no_mending_is_not_copied() {
        let header = parse(b"Subject\0 x\r\n y\0", true).unwrap();
        assert!(matches!(header.value(), Cow::Borrowed(_)));
    }

    #[test]
    fn name_and_value_end() {
        let command = Command::Header;
        let missing = |part| Err(CommandError::Missing { command, part });
        assert_eq!(parse(b"", true), missing(Part::Name));
        assert_eq!(parse(b"Subject", true), missing(Part::Name));
        assert_eq!(parse(b"Subject\0", true), missing(Part::Value));
        assert_eq!(parse(b"Subject\0x", true), missing(Part::Value));
        let extra = CommandError::Extra { command, octets: 2 };
        assert_eq!(parse(b"Subject\0x\0y\0", true), Err(extra));
    }

    fn parse(payload: &[u8], has_leading_space: bool) -> Result<Header<'_>, CommandError> {
        Header::parse(Parts::new(Command::Header, payload), has_leading_space)
    }
}
