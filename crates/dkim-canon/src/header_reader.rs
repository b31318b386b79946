//! Collects a header block that arrives in pieces.

use alloc::vec::Vec;
use core::fmt;

use memchr::memmem;
use thiserror::Error;

use crate::header_block::{Header, Place, field_places};

/// Collects the header block of a message that arrives in chunks of any size, or field by field.
///
/// ```
/// use dkim_canon::{HeaderReader, Progress};
///
/// # fn main() -> Result<(), dkim_canon::TooLarge> {
/// let mut reader = HeaderReader::default();
/// assert!(matches!(reader.push(b"From: a@example.com\r\n\r")?, Progress::More));
/// let Progress::Complete { header, body } = reader.push(b"\nHello")? else {
///     panic!("the empty line has been seen");
/// };
/// assert_eq!((header.len(), body), (1, &b"Hello"[..]));
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct HeaderReader {
    octets: Vec<u8>,
    /// Where the fields stand that were given one by one.
    fields: Vec<Place>,
    limit: usize,
    /// More was given than is taken.
    overflowed: bool,
}

impl HeaderReader {
    /// The limit of [`HeaderReader::default`], in octets.
    pub const DEFAULT_LIMIT: usize = 1 << 20;

    /// A reader that takes a block of at most `limit` octets, the empty line included.
    pub fn new(limit: usize) -> Self {
        Self {
            octets: Vec::new(),
            fields: Vec::new(),
            limit,
            overflowed: false,
        }
    }

    /// Takes the next octets of the message. With the end of the block comes the header, and
    /// what of `chunk` belongs to the body; the reader is then empty again.
    ///
    /// An error is final: whatever comes next would be read as another header than was sent.
    pub fn push<'c>(&mut self, chunk: &'c [u8]) -> Result<Progress<'c>, TooLarge> {
        let Some((block, body)) = self
            .end_in(chunk)
            .and_then(|length| chunk.split_at_checked(length))
        else {
            self.append(chunk)?;
            return Ok(Progress::More);
        };
        self.append(block)?;
        let header = core::mem::replace(self, Self::new(self.limit)).finish();
        Ok(Progress::Complete { header, body })
    }

    /// Takes one whole field, as a mail filter is told of it: the octets before and behind the
    /// colon, without the CRLF at the end. It stays one field, whatever line ends it holds.
    pub fn field(&mut self, name: &[u8], value: &[u8]) -> Result<(), TooLarge> {
        for octets in [name, b":", value, b"\r\n"] {
            self.append(octets)?;
        }
        let start = self.whole();
        let place = Place::new(&self.octets, start, self.octets.len());
        self.fields.push(place);
        Ok(())
    }

    /// Ends the header where the message ends, or behind the last field. After an error it is empty.
    pub fn finish(self) -> Header<'static> {
        let whole = self.whole();
        let Self {
            octets, mut fields, ..
        } = self;
        let rest = octets.get(whole..).unwrap_or_default();
        let (more, _) = field_places(rest);
        fields.extend(more.into_iter().map(|place| place.behind(whole)));
        Header::from_parts(octets, fields)
    }

    /// Where the last field ends that was given whole.
    fn whole(&self) -> usize {
        self.fields.last().map_or(0, Place::end)
    }

    fn append(&mut self, octets: &[u8]) -> Result<(), TooLarge> {
        if self.overflowed || octets.len() > self.limit.saturating_sub(self.octets.len()) {
            *self = Self {
                overflowed: true,
                ..Self::new(self.limit)
            };
            return Err(TooLarge { limit: self.limit });
        }
        self.octets.extend_from_slice(octets);
        Ok(())
    }

    /// How many octets of the chunk belong to the block, if it ends in this chunk.
    ///
    /// Of what came before, only the last three octets are looked at again.
    fn end_in(&self, chunk: &[u8]) -> Option<usize> {
        let mut border = [0; 6];
        let mut length = 0;
        // A block without fields is an empty line that follows nothing: as if behind a line end.
        let seen = b"\r\n".iter().chain(&self.octets);
        let seen = seen.skip((self.octets.len() + 2).saturating_sub(BORDER));
        for (to, &octet) in border.iter_mut().zip(seen.chain(chunk.iter().take(BORDER))) {
            *to = octet;
            length += 1;
        }
        let before = (self.octets.len() + 2).min(BORDER);
        memmem::find(border.get(..length)?, EMPTY_LINE)
            .or_else(|| memmem::find(chunk, EMPTY_LINE).map(|at| at + before))
            .and_then(|at| (at + EMPTY_LINE.len()).checked_sub(before))
    }
}

impl Default for HeaderReader {
    /// Takes at most 1 MiB, as Exim's `header_maxsize` does.
    fn default() -> Self {
        Self::new(Self::DEFAULT_LIMIT)
    }
}

/// Shows how much was collected, not what a message says.
impl fmt::Debug for HeaderReader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HeaderReader")
            .field("octets", &self.octets.len())
            .field("limit", &self.limit)
            .finish_non_exhaustive()
    }
}

/// How far a [`HeaderReader`] came.
#[expect(
    clippy::exhaustive_enums,
    reason = "a header block has ended or it has not"
)]
#[derive(Clone, Debug)]
#[must_use]
pub enum Progress<'c> {
    /// The block has ended.
    Complete {
        /// The header block.
        header: Header<'static>,
        /// The octets of the chunk that belong to the body.
        body: &'c [u8],
    },
    /// The block goes on.
    More,
}

/// The header block is longer than the reader takes.
#[derive(Clone, Copy, Debug, Eq, Error, PartialEq)]
#[error("header block of more than {limit} octets")]
#[non_exhaustive]
pub struct TooLarge {
    /// The reader's limit, in octets.
    pub limit: usize,
}

/// How many octets on either side of a border can hold a part of the empty line.
const BORDER: usize = 3;

/// The end of a line and the empty line behind it.
const EMPTY_LINE: &[u8] = b"\r\n\r\n";

#[cfg(test)]
mod tests {
    use super::*;

    fn read(pieces: &[&[u8]]) -> (Header<'static>, Vec<u8>) {
        let mut reader = HeaderReader::default();
        let mut pieces = pieces.iter();
        while let Some(piece) = pieces.next() {
            if let Progress::Complete { header, body } = reader.push(piece).unwrap() {
                let rest: Vec<u8> = pieces.copied().flatten().copied().collect();
                return (header, [body, &rest].concat());
            }
        }
        (reader.finish(), Vec::new())
    }

    #[test]
    fn every_split_gives_the_same_header_and_body() {
        for message in [
            &b"A: 1\r\nB: 2\r\n\r\nbody\r\n\r\nmore"[..],
            b"\r\nbody",
            b"\r\n\r\nbody",
            b"A: 1\r\n\r\n",
            b"A: 1\r\r\n\n\r\n\r\n\r\n",
            b"A: 1\r\n",
            b"\r",
            b"",
        ] {
            let (header, body) = Header::split(message);
            let whole = (header.into_owned(), body.to_vec());
            assert_eq!(read(&[message]), whole);
            let bytes: Vec<&[u8]> = message.chunks(1).collect();
            assert_eq!(read(&bytes), whole);
            for first in 0..=message.len() {
                for second in first..=message.len() {
                    let pieces = [
                        &message[..first],
                        &message[first..second],
                        &message[second..],
                    ];
                    assert_eq!(read(&pieces), whole, "{first} {second}");
                }
            }
        }
    }

    #[test]
    fn c11_the_limit_is_an_error_and_not_a_cut() {
        let message = b"A: 1\r\n\r\nbody";
        assert!(HeaderReader::new(8).push(message).is_ok());
        assert_eq!(
            HeaderReader::new(7).push(message).unwrap_err(),
            TooLarge { limit: 7 }
        );
        let mut reader = HeaderReader::new(100);
        assert_eq!(
            reader.push(&[b'a'; 101]).unwrap_err(),
            TooLarge { limit: 100 }
        );
    }

    #[test]
    fn c11_behind_the_limit_nothing_is_taken() {
        let mut reader = HeaderReader::new(10);
        let too_large = TooLarge { limit: 10 };
        assert!(reader.push(b"A: 1\r\n").is_ok());
        assert_eq!(reader.push(b"B: 2345\r\n").unwrap_err(), too_large);
        // What fits would make a header out of what was left of another.
        for chunk in [&b"\r\n"[..], b"C\r\n\r\n", b""] {
            assert_eq!(reader.push(chunk).unwrap_err(), too_large);
        }
        assert_eq!(reader.field(b"C", b"").unwrap_err(), too_large);
        assert_eq!(reader.finish().len(), 0);
    }

    #[test]
    fn a_field_given_alone_stays_one_field() {
        let mut reader = HeaderReader::default();
        reader.field(b"Subject", b" one\nTo: two\r\nthree").unwrap();
        reader.field(b"From", b" a@example.com").unwrap();
        let header = reader.finish();
        assert_eq!(header.len(), 2);
        assert_eq!(header.field(1).unwrap().raw(), b"From: a@example.com\r\n");
    }
}
