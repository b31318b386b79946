//! One header field ([RFC 5322] §2.2).
//!
//! [RFC 5322]: https://www.rfc-editor.org/rfc/rfc5322

use core::fmt;

/// One field of a header block.
#[derive(Clone, Copy, Eq, PartialEq)]
pub struct Field<'h> {
    raw: &'h [u8],
    colon: Option<usize>,
    offset: usize,
}

impl<'h> Field<'h> {
    /// `colon` is where the first one stands in it.
    pub(crate) fn new(raw: &'h [u8], colon: Option<usize>, offset: usize) -> Self {
        Self { raw, colon, offset }
    }

    /// A field that stands in no header block, such as one about to be added.
    pub fn parse(raw: &'h [u8]) -> Self {
        Self::new(raw, memchr::memchr(b':', raw), 0)
    }

    /// Every octet of the field: name, colon, value, and the CRLF at its end if it has one.
    pub fn raw(&self) -> &'h [u8] {
        self.raw
    }

    /// What stands before the colon, without the white space around it; empty without a colon.
    ///
    /// White space before the colon is obsolete and legal (RFC 5322 §4.5), so it is no part of
    /// the name.
    pub fn name(&self) -> &'h [u8] {
        trim(self.name_as_written())
    }

    /// What stands before the colon, white space and all, for whoever minds it; empty without a
    /// colon.
    pub fn name_as_written(&self) -> &'h [u8] {
        let before = self.colon.and_then(|colon| self.raw.get(..colon));
        before.unwrap_or_default()
    }

    /// Whether the field has this name, letters compared without case (RFC 5322 §1.2.2).
    pub fn is_named(&self, name: &str) -> bool {
        self.name().eq_ignore_ascii_case(name.as_bytes())
    }

    /// What stands behind the colon, folded as it is, without the CRLF at its end; the whole
    /// field if it has no colon.
    pub fn value(&self) -> &'h [u8] {
        let start = self.colon.map_or(0, |colon| colon + 1);
        let value = self.raw.get(start..).unwrap_or_default();
        value.strip_suffix(b"\r\n").unwrap_or(value)
    }

    /// Where the colon stands in the field.
    pub(crate) fn colon(&self) -> Option<usize> {
        self.colon
    }

    /// Where the field begins in its block, in octets.
    pub fn offset(&self) -> usize {
        self.offset
    }

    /// What is wrong with the field; `None` if it is well-formed.
    pub fn defect(&self) -> Option<Defect> {
        let Some(colon) = self.colon else {
            return Some(Defect::NoColon);
        };
        if self.raw.first().is_some_and(|&octet| is_wsp(octet)) {
            return Some(Defect::LeadingWhiteSpace);
        }
        let before = self.raw.get(..colon).unwrap_or_default();
        let name = before.trim_ascii_end();
        if name.is_empty() || !name.iter().all(|octet| matches!(octet, 33..=126)) {
            return Some(Defect::Name);
        }
        // RFC 5322 §4.5: `*WSP` may stand before the colon, a fold may not.
        if !before.iter().skip(name.len()).all(|&octet| is_wsp(octet)) {
            return Some(Defect::Name);
        }
        if !self.raw.ends_with(b"\r\n") {
            return Some(Defect::Unterminated);
        }
        let value = self.value();
        if memchr::memchr_iter(b'\n', value).any(|at| !is_crlf_at(value, at))
            || memchr::memchr_iter(b'\r', value).any(|at| value.get(at + 1) != Some(&b'\n'))
        {
            return Some(Defect::BareLineEnd);
        }
        None
    }
}

/// Shows the name, not what a message says.
impl fmt::Debug for Field<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Field")
            .field("name", &Printable(self.name()))
            .field("offset", &self.offset)
            .finish_non_exhaustive()
    }
}

/// Why a field is not well-formed (RFC 5322 §2.2, §4.5). None of it keeps the field from being
/// signed or verified as it is.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum Defect {
    /// A CR or an LF on its own, which other software may take for a line end.
    BareLineEnd,
    /// White space before the name: the first line of a message that continues nothing.
    LeadingWhiteSpace,
    /// The name is empty, holds an octet that no name can have, or is folded.
    Name,
    /// A line without a colon.
    NoColon,
    /// The message ends within the field.
    Unterminated,
}

/// Octets shown as text, what is not ASCII escaped.
pub(crate) struct Printable<'o>(pub(crate) &'o [u8]);

impl fmt::Debug for Printable<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0.escape_ascii())
    }
}

/// Whether the LF at this place is the second half of a CRLF.
pub(crate) fn is_crlf_at(octets: &[u8], line_feed: usize) -> bool {
    line_feed
        .checked_sub(1)
        .and_then(|before| octets.get(before))
        == Some(&b'\r')
}

pub(crate) fn is_wsp(octet: u8) -> bool {
    matches!(octet, b' ' | b'\t')
}

/// Without spaces, tabs and line ends on either side.
pub(crate) fn trim(mut octets: &[u8]) -> &[u8] {
    while let [b' ' | b'\t' | b'\r' | b'\n', rest @ ..] = octets {
        octets = rest;
    }
    while let [rest @ .., b' ' | b'\t' | b'\r' | b'\n'] = octets {
        octets = rest;
    }
    octets
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn defects_are_told_and_change_nothing() {
        for (raw, defect) in [
            (&b"A: 1\r\n"[..], None),
            (b"A : 1\r\n 2\r\n", None),
            (b"A:\r\n", None),
            (b" A: 1\r\n", Some(Defect::LeadingWhiteSpace)),
            (b"no colon\r\n", Some(Defect::NoColon)),
            (b": 1\r\n", Some(Defect::Name)),
            (b"A b: 1\r\n", Some(Defect::Name)),
            (b"A\r\n : 1\r\n", Some(Defect::Name)),
            (b"\xc3\xa4: 1\r\n", Some(Defect::Name)),
            (b"A: 1", Some(Defect::Unterminated)),
            (b"A: 1\n2\r\n", Some(Defect::BareLineEnd)),
            (b"A: 1\r2\r\n", Some(Defect::BareLineEnd)),
        ] {
            let field = Field::parse(raw);
            assert_eq!(field.defect(), defect, "{}", raw.escape_ascii());
            assert_eq!(field.raw(), raw);
        }
    }

    #[test]
    fn a_name_has_no_white_space_but_as_it_is_written() {
        let field = Field::parse(b"From \t: 1\r\n");
        assert_eq!(field.name(), b"From");
        assert_eq!(field.name_as_written(), b"From \t");
        assert_eq!(Field::parse(b"none").name_as_written(), b"");
    }
}
