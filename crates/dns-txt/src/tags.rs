//! Lists of `tag=value` ([RFC 6376] §3.2), as DKIM signatures, DKIM keys and DMARC records are
//! written.
//!
//! [RFC 6376]: https://www.rfc-editor.org/rfc/rfc6376

use alloc::borrow::Cow;
use alloc::vec::Vec;
use core::fmt;
use core::ops::Range;

use nom::bytes::complete::take_while1;
use nom::character::complete::char as octet;
use nom::combinator::verify;
use nom::{IResult, Parser};
use thiserror::Error;

/// The tags of a whole list, in the order of the list, each name once.
///
/// ```
/// # fn main() -> Result<(), dns_txt::TagError> {
/// let key = dns_txt::TagList::parse(b"v=DKIM1; k=ed25519; p=11qYAY 9yYZ;")?;
/// let data = key.get("p").map(|tag| tag.without_fws());
/// assert_eq!(data.as_deref(), Some(&b"11qYAY9yYZ"[..]));
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct TagList<'i> {
    tags: Vec<Tag<'i>>,
}

impl<'i> TagList<'i> {
    /// Reads a list in which everything is well formed and no name is repeated; one that is makes
    /// the whole list invalid (RFC 6376 §3.2).
    pub fn parse(input: &'i [u8]) -> Result<Self, TagError> {
        let mut tags = Vec::with_capacity(USUAL_TAGS);
        for tag in Tags::new(input) {
            tags.push(tag?);
        }
        match first_duplicate(&tags) {
            Some(offset) => Err(TagError::Duplicate { offset }),
            None => Ok(Self { tags }),
        }
    }

    /// The tag of this name, which is compared with its case (RFC 6376 §3.2).
    pub fn get(&self, name: &str) -> Option<&Tag<'i>> {
        self.tags.iter().find(|tag| tag.name() == name.as_bytes())
    }

    /// All tags, in the order of the list. Never empty.
    pub fn as_slice(&self) -> &[Tag<'i>] {
        &self.tags
    }

    /// All tags, in the order of the list.
    pub fn iter(&self) -> core::slice::Iter<'_, Tag<'i>> {
        self.tags.iter()
    }
}

impl<'l, 'i> IntoIterator for &'l TagList<'i> {
    type IntoIter = core::slice::Iter<'l, Tag<'i>>;
    type Item = &'l Tag<'i>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

/// One `tag=value`, and where it stands in the list.
#[derive(Clone, Copy, Eq, Hash, PartialEq)]
pub struct Tag<'i> {
    name: &'i [u8],
    name_offset: usize,
    value: &'i [u8],
    value_offset: usize,
}

impl<'i> Tag<'i> {
    /// The name: a letter, then letters, digits and underscores.
    pub fn name(&self) -> &'i [u8] {
        self.name
    }

    /// The value as written, white space inside it kept and around it left out. It is ASCII, or
    /// UTF-8 if it holds other octets; control characters come in folds (CR LF) and as tabs only.
    pub fn value(&self) -> &'i [u8] {
        self.value
    }

    /// The octets of the list that are the name.
    pub fn name_range(&self) -> Range<usize> {
        range(self.name_offset, self.name)
    }

    /// The octets of the list that are the value.
    pub fn value_range(&self) -> Range<usize> {
        range(self.value_offset, self.value)
    }

    /// The value without any white space, as base64 and the names of fields and domains are read.
    pub fn without_fws(&self) -> Cow<'i, [u8]> {
        // A line end is always a CR and an LF with white space behind it.
        let Some(first) = memchr::memchr3(b' ', b'\t', b'\r', self.value) else {
            return Cow::Borrowed(self.value);
        };
        let (run, mut rest) = self.value.split_at_checked(first).unwrap_or_default();
        let mut kept = Vec::with_capacity(self.value.len());
        kept.extend_from_slice(run);
        while let Some(start) = rest.iter().position(|&octet| !is_fws(octet)) {
            rest = rest.get(start..).unwrap_or_default();
            let end = memchr::memchr3(b' ', b'\t', b'\r', rest).unwrap_or(rest.len());
            let (run, behind) = rest.split_at_checked(end).unwrap_or_default();
            kept.extend_from_slice(run);
            rest = behind;
        }
        Cow::Owned(kept)
    }
}

impl fmt::Debug for Tag<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (name, value) = (self.name.escape_ascii(), self.value.escape_ascii());
        write!(f, "Tag({name}={value} at {})", self.name_offset)
    }
}

/// The tags of a list one by one, for those who go on behind what cannot be read, as DMARC does
/// (RFC 9989 §4.8). Repeated names are given as often as they stand there.
#[derive(Clone)]
pub struct Tags<'i> {
    /// What is still to be read; `None` behind the end.
    rest: Option<&'i [u8]>,
    offset: usize,
}

impl<'i> Tags<'i> {
    /// Reads `input` as far as the caller asks.
    pub fn new(input: &'i [u8]) -> Self {
        Self {
            rest: Some(input),
            offset: 0,
        }
    }
}

/// Shows what is still to be read.
impl fmt::Debug for Tags<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let rest = self.rest.unwrap_or_default().escape_ascii();
        write!(f, "Tags({rest} at {})", self.offset)
    }
}

/// `tag-list = tag-spec *( ";" tag-spec ) [ ";" ]`
impl<'i> Iterator for Tags<'i> {
    type Item = Result<Tag<'i>, TagError>;

    fn next(&mut self) -> Option<Self::Item> {
        let input = self.rest.take()?;
        let offset = self.offset;
        // No value holds a semicolon, so each one ends a tag, whatever stands before it.
        let end = memchr::memchr(b';', input).unwrap_or(input.len());
        let (item, rest) = input.split_at_checked(end)?;
        if let Some(rest) = rest.get(1..) {
            self.offset = offset + end + 1;
            // White space may follow the last semicolon (RFC 6376 erratum 5070).
            self.rest = (!behind_fws(rest).is_empty()).then_some(rest);
        }
        Some(tag_spec(item, offset))
    }
}

/// Why octets are not a tag list, with the offset of the octet at which it shows.
#[derive(Clone, Copy, Debug, Eq, Error, PartialEq)]
#[non_exhaustive]
pub enum TagError {
    /// A name that an earlier tag has already.
    #[error("tag at octet {offset} is a repetition")]
    Duplicate {
        /// Where the later name begins.
        offset: usize,
    },
    /// Nothing but white space where a tag is due.
    #[error("no tag at octet {offset}")]
    Empty {
        /// Where the place for it ends.
        offset: usize,
    },
    /// A name without an equals sign behind it.
    #[error("no equals sign at octet {offset}")]
    Equals {
        /// What stands there instead.
        offset: usize,
    },
    /// A name that does not begin with a letter.
    #[error("malformed tag name at octet {offset}")]
    Name {
        /// Where the name should begin.
        offset: usize,
    },
    /// A value with an octet that cannot stand in one.
    #[error("malformed tag value at octet {offset}")]
    Value {
        /// Where that octet stands.
        offset: usize,
    },
}

impl TagError {
    /// Where in the list it shows, counted from 0.
    pub fn offset(&self) -> usize {
        match *self {
            Self::Duplicate { offset }
            | Self::Empty { offset }
            | Self::Equals { offset }
            | Self::Name { offset }
            | Self::Value { offset } => offset,
        }
    }
}

/// Where the first name begins that stands in the list before.
fn first_duplicate(tags: &[Tag<'_>]) -> Option<usize> {
    // A few are compared each with each, sooner than they are sorted.
    if tags.len() <= USUAL_TAGS {
        let repeats = |(index, tag): &(usize, &Tag<'_>)| {
            let mut before = tags.iter().take(*index);
            before.any(|other| other.name == tag.name)
        };
        let first = tags.iter().enumerate().find(repeats);
        return first.map(|(_, tag)| tag.name_offset);
    }
    let mut sorted: Vec<_> = tags.iter().map(|tag| (tag.name, tag.name_offset)).collect();
    sorted.sort_unstable();
    sorted
        .windows(2)
        .filter_map(|pair| match pair {
            [(name, _), (next, offset)] if name == next => Some(*offset),
            _ => None,
        })
        .min()
}

/// `tag-spec = [FWS] tag-name [FWS] "=" [FWS] tag-value [FWS]`
fn tag_spec(item: &[u8], item_offset: usize) -> Result<Tag<'_>, TagError> {
    let offset_of = |rest: &[u8]| item_offset + (item.len() - rest.len());

    let input = behind_fws(item);
    if input.is_empty() {
        return Err(TagError::Empty {
            offset: offset_of(input),
        });
    }
    let name_offset = offset_of(input);
    let (input, name) = tag_name(input).map_err(|_| TagError::Name {
        offset: name_offset,
    })?;
    let input = behind_fws(input);
    let (input, _) = equals(input).map_err(|_| TagError::Equals {
        offset: offset_of(input),
    })?;
    let input = behind_fws(input);
    let value_offset = offset_of(input);
    let malformed = |at| TagError::Value {
        offset: value_offset + at,
    };
    let value = tag_value(input).map_err(malformed)?;
    if let Err(error) = core::str::from_utf8(value) {
        return Err(malformed(error.valid_up_to()));
    }
    Ok(Tag {
        name,
        name_offset,
        value,
        value_offset,
    })
}

/// `tag-name = ALPHA *ALNUMPUNC`
fn tag_name(input: &[u8]) -> IResult<&[u8], &[u8], ()> {
    let name = take_while1(|octet: u8| octet.is_ascii_alphanumeric() || octet == b'_');
    verify(name, |name: &[u8]| {
        name.first().is_some_and(u8::is_ascii_alphabetic)
    })
    .parse(input)
}

/// `"="`
fn equals(input: &[u8]) -> IResult<&[u8], char, ()> {
    octet('=').parse(input)
}

/// `tag-value = [ tval *( 1*(WSP / FWS) tval ) ]`, where `tval = 1*VALCHAR`, and the `[FWS]` behind
/// it, which are all that is left of a tag. The value, or where an octet stands that none can hold.
///
/// No nom here: values are long, so blocks are looked at without a branch for each octet.
fn tag_value(input: &[u8]) -> Result<&[u8], usize> {
    let mut rest = input;
    loop {
        let blocks = rest.chunks_exact(BLOCK).take_while(|block| {
            let octets = block.iter();
            octets.fold(true, |all, &octet| all & is_text(octet))
        });
        let even = blocks.count() * BLOCK;
        rest = rest.get(even..).unwrap_or_default();
        let odd = rest.iter().position(|&octet| !is_text(octet));
        match odd.and_then(|odd| rest.get(odd..)) {
            None => return Ok(input.trim_ascii_end()),
            Some([b'\r', b'\n', b' ' | b'\t', behind @ ..]) => rest = behind,
            Some(behind) => return Err(input.len() - behind.len()),
        }
    }
}

/// What stands behind `*FWS`, where `FWS = [*WSP CRLF] 1*WSP` (RFC 6376 §2.8).
fn behind_fws(mut input: &[u8]) -> &[u8] {
    loop {
        input = match input {
            [b' ' | b'\t', rest @ ..] | [b'\r', b'\n', b' ' | b'\t', rest @ ..] => rest,
            _ => return input,
        };
    }
}

/// `VALCHAR` or `WSP`.
fn is_text(octet: u8) -> bool {
    is_valchar(octet) | is_wsp(octet)
}

/// `VALCHAR = %x21-3A / %x3C-7E`, and what is not ASCII: RFC 6376 §3.2 advises to let UTF-8 in, and
/// internationalized mail writes it (RFC 8616 §5).
fn is_valchar(octet: u8) -> bool {
    matches!(octet, 0x21..=0x3a | 0x3c..=0x7e | 0x80..)
}

fn is_wsp(octet: u8) -> bool {
    matches!(octet, b' ' | b'\t')
}

/// Whether an octet of a value that was read is part of its white space.
fn is_fws(octet: u8) -> bool {
    matches!(octet, b' ' | b'\t' | b'\r' | b'\n')
}

fn range(offset: usize, octets: &[u8]) -> Range<usize> {
    offset..offset + octets.len()
}

/// Octets looked at together.
const BLOCK: usize = 16;

/// Room for the tags of most lists: RFC 6376 §3.5 defines 14 for a signature.
const USUAL_TAGS: usize = 16;

#[cfg(test)]
mod tests;
