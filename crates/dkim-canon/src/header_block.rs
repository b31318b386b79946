//! The header block of a message, every octet of it kept ([RFC 5322] §2.2).
//!
//! Lines end with CRLF and with nothing else: a bare CR or LF is an octet of the line it stands
//! in, here as in the canonical forms. [`ToCrlf`](crate::ToCrlf) is for messages that are kept
//! with other line ends.
//!
//! [RFC 5322]: https://www.rfc-editor.org/rfc/rfc5322

use alloc::borrow::Cow;
use alloc::vec::Vec;
use core::fmt;
use core::ops::Range;

use crate::field::{Field, Printable, is_crlf_at, is_wsp};

/// A header block, split into its fields.
///
/// Whatever the octets, the [raw](Field::raw) fields and the [`end`](Header::end) joined give the
/// block back.
#[derive(Clone, Eq, PartialEq)]
pub struct Header<'m> {
    octets: Cow<'m, [u8]>,
    fields: Vec<Place>,
}

impl<'m> Header<'m> {
    /// Splits a message into its header block and its body.
    ///
    /// The block ends with the first empty line, which belongs to it, or with the message.
    ///
    /// ```
    /// use dkim_canon::Header;
    ///
    /// let (header, body) = Header::split(b"From: a@example.com\r\nTo: b@example.org\r\n\r\nHello\r\n");
    /// assert_eq!(header.fields().count(), 2);
    /// assert_eq!(body, b"Hello\r\n");
    /// ```
    pub fn split(message: &'m [u8]) -> (Self, &'m [u8]) {
        let (fields, length) = field_places(message);
        let (block, body) = message.split_at(length);
        let octets = Cow::Borrowed(block);
        (Self { octets, fields }, body)
    }

    /// The same header, owning its octets.
    pub fn into_owned(self) -> Header<'static> {
        Header {
            octets: Cow::Owned(self.octets.into_owned()),
            fields: self.fields,
        }
    }
}

impl Header<'_> {
    /// The whole block, with the empty line at its end if there is one.
    pub fn as_octets(&self) -> &[u8] {
        &self.octets
    }

    /// The empty line that ends the block: CRLF, or nothing if the message has no body.
    pub fn end(&self) -> &[u8] {
        let fields = self.fields.last().map_or(0, |last| last.end);
        self.octets.get(fields..).unwrap_or_default()
    }

    /// How many fields there are.
    pub fn len(&self) -> usize {
        self.fields.len()
    }

    /// Whether there is no field.
    pub fn is_empty(&self) -> bool {
        self.fields.is_empty()
    }

    /// The field at `index`, counted from 0 at the top.
    pub fn field(&self, index: usize) -> Option<Field<'_>> {
        let place = self.fields.get(index)?;
        let start = match index.checked_sub(1) {
            Some(above) => self.fields.get(above)?.end,
            None => 0,
        };
        let raw = self.octets.get(start..place.end)?;
        let colon = (place.colon < place.end).then(|| place.colon - start);
        Some(Field::new(raw, colon, start))
    }

    /// The fields from top to bottom.
    pub fn fields(&self) -> impl DoubleEndedIterator<Item = Field<'_>> + ExactSizeIterator {
        (0..self.fields.len()).map(|index| {
            self.field(index)
                .expect("an index below the length has a field")
        })
    }

    /// Writes the block without the fields at these indexes, in whatever order they are given;
    /// what stays is written as it is, the empty line at the end included.
    pub fn without(&self, fields: &[usize], mut out: impl FnMut(&[u8])) {
        let mut left_out = Vec::from(fields);
        left_out.sort_unstable();
        let mut from = 0;
        for range in left_out.into_iter().filter_map(|index| self.range(index)) {
            if let Some(kept) = self.octets.get(from..range.start)
                && !kept.is_empty()
            {
                out(kept);
            }
            from = range.end;
        }
        if let Some(kept) = self.octets.get(from..)
            && !kept.is_empty()
        {
            out(kept);
        }
    }

    fn range(&self, index: usize) -> Option<Range<usize>> {
        let field = self.field(index)?;
        Some(field.offset()..field.offset() + field.raw().len())
    }

    /// Of octets and places that were put together field by field.
    pub(crate) fn from_parts(octets: Vec<u8>, fields: Vec<Place>) -> Header<'static> {
        Header {
            octets: Cow::Owned(octets),
            fields,
        }
    }
}

/// Shows the names of the fields, not what a message says.
impl fmt::Debug for Header<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list()
            .entries(self.fields().map(|field| Printable(field.name())))
            .finish()
    }
}

/// Where a field stands. It begins where the one above it ends.
#[derive(Clone, Copy, Eq, PartialEq)]
pub(crate) struct Place {
    /// Where the first colon of the field stands; the end if it has none.
    colon: usize,
    end: usize,
}

impl Place {
    /// Of the field that begins and ends there.
    pub(crate) fn new(octets: &[u8], start: usize, end: usize) -> Self {
        let field = octets.get(start..end).unwrap_or_default();
        let colon = memchr::memchr(b':', field);
        Self {
            colon: colon.map_or(end, |colon| start + colon),
            end,
        }
    }

    pub(crate) fn end(&self) -> usize {
        self.end
    }

    /// In octets that have others in front.
    pub(crate) fn behind(self, octets: usize) -> Self {
        Self {
            colon: octets + self.colon,
            end: octets + self.end,
        }
    }
}

/// The places of the fields at the start of a message, and where the block ends: behind the first
/// empty line, which belongs to no field, or with the message.
pub(crate) fn field_places(message: &[u8]) -> (Vec<Place>, usize) {
    if message.starts_with(b"\r\n") {
        return (Vec::new(), 2);
    }
    if message.is_empty() {
        return (Vec::new(), 0);
    }
    let mut places = Vec::with_capacity(USUAL_FIELDS);
    let mut start = 0;
    for at in memchr::memchr_iter(b'\n', message) {
        let rest = message.get(at + 1..).unwrap_or_default();
        let is_continued = rest.first().is_some_and(|&octet| is_wsp(octet));
        if is_continued || !is_crlf_at(message, at) {
            continue;
        }
        places.push(Place::new(message, start, at + 1));
        start = at + 1;
        if rest.starts_with(b"\r\n") {
            return (places, at + 3);
        }
    }
    if start < message.len() {
        places.push(Place::new(message, start, message.len()));
    }
    (places, message.len())
}

/// Room for the fields of most messages, so that it need not grow.
const USUAL_FIELDS: usize = 32;

#[cfg(test)]
mod tests {
    use alloc::vec;

    use proptest::prelude::*;

    use super::*;

    fn joined(header: &Header<'_>) -> Vec<u8> {
        let mut all: Vec<u8> = header
            .fields()
            .flat_map(|field| field.raw().to_vec())
            .collect();
        all.extend(header.end());
        all
    }

    fn names(message: &[u8]) -> Vec<Vec<u8>> {
        let (header, _) = Header::split(message);
        header.fields().map(|field| field.name().to_vec()).collect()
    }

    #[test]
    fn a_block_ends_with_the_first_empty_line() {
        for (message, fields, end, body) in [
            (
                &b"A: 1\r\nB: 2\r\n\r\nbody"[..],
                2,
                &b"\r\n"[..],
                &b"body"[..],
            ),
            (b"A: 1\r\nB: 2\r\n\r\n", 2, b"\r\n", b""),
            (b"A: 1\r\nB: 2\r\n", 2, b"", b""),
            (b"A: 1\r\nB: 2", 2, b"", b""),
            (b"\r\nbody", 0, b"\r\n", b"body"),
            (b"\r\n\r\n", 0, b"\r\n", b"\r\n"),
            (b"", 0, b"", b""),
            (b"A: 1\r\n \r\n\r\nbody", 1, b"\r\n", b"body"),
            (b"A: 1\n\nbody", 1, b"", b""),
        ] {
            let (header, rest) = Header::split(message);
            assert_eq!((header.len(), header.end(), rest), (fields, end, body));
            assert_eq!([joined(&header), rest.to_vec()].concat(), message);
        }
    }

    #[test]
    fn a_field_has_a_name_a_value_and_a_place() {
        let (header, _) = Header::split(b"A: 1\r\nSubject : two\r\n\tlines \r\n\r\n");
        let field = header.field(1).unwrap();
        assert_eq!(field.raw(), b"Subject : two\r\n\tlines \r\n");
        assert_eq!(field.name(), b"Subject");
        assert_eq!(field.value(), b" two\r\n\tlines ");
        assert_eq!(field.offset(), 6);
        assert!(field.is_named("SUBJECT"));
        assert_eq!(field.defect(), None);
        assert_eq!(header.field(2), None);
    }

    #[test]
    fn a08_odd_spellings_of_from_are_from() {
        for message in [
            &b" From: a@example.com\r\n\r\n"[..],
            b"From\r\n : a@example.com\r\n\r\n",
            b"From : a@example.com\r\n\r\n",
            b"fROM\t:a@example.com\r\n\r\n",
        ] {
            assert!(
                names(message)[0].eq_ignore_ascii_case(b"from"),
                "{message:?}"
            );
        }
    }

    #[test]
    fn c12_bare_line_ends_nul_and_8_bit_stay_where_they_are() {
        let message = b"A: 1\n2\r3\0\xff\r\nB: 4\r\n\r\n";
        let (header, _) = Header::split(message);
        assert_eq!(header.field(0).unwrap().value(), b" 1\n2\r3\0\xff");
        assert_eq!(joined(&header), message);
    }

    #[test]
    fn fields_are_left_out_from_whatever_order() {
        let (header, _) = Header::split(b"A: 1\r\nB: 2\r\nC: 3\r\nD: 4\r\n\r\n");
        for (left_out, expected) in [
            (&[][..], &b"A: 1\r\nB: 2\r\nC: 3\r\nD: 4\r\n\r\n"[..]),
            (&[2, 0], b"B: 2\r\nD: 4\r\n\r\n"),
            (&[3, 3, 9], b"A: 1\r\nB: 2\r\nC: 3\r\n\r\n"),
            (&[0, 1, 2, 3], b"\r\n"),
        ] {
            let mut kept = Vec::new();
            header.without(left_out, |octets| kept.extend_from_slice(octets));
            assert_eq!(kept, expected);
        }
    }

    #[test]
    fn c11_many_fields_long_lines_and_folds_are_kept() {
        let many = b"X: y\r\n".repeat(100_000);
        assert_eq!(Header::split(&many).0.len(), 100_000);
        let long = vec![b'a'; 1_000_000];
        assert_eq!(Header::split(&long).0.len(), 1);
        let folds = [&b"X: y\r\n"[..], &b" \r\n".repeat(100_000)].concat();
        assert_eq!(Header::split(&folds).0.len(), 1);
    }

    proptest! {
        #[test]
        fn fields_joined_give_the_input_back(
            pieces in proptest::collection::vec(
                proptest::sample::select(vec![&b"A"[..], b":", b" ", b"\t", b"\r", b"\n", b"\r\n", b"\0", b"\xff"]),
                0..40,
            )
        ) {
            let message = pieces.concat();
            let (header, body) = Header::split(&message);
            prop_assert_eq!([joined(&header), body.to_vec()].concat(), message);
        }
    }
}
