//! The command `BDAT` ([RFC 3030] §2).
//!
//! [RFC 3030]: https://www.rfc-editor.org/rfc/rfc3030

use alloc::string::ToString;
use alloc::vec::Vec;

use nom::bytes::complete::{tag_no_case, take_while1};
use nom::combinator::{all_consuming, opt};
use nom::sequence::preceded;
use nom::{IResult, Parser};

/// How much of a message stands behind the command.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub struct Bdat {
    /// Whether the message ends with it.
    pub is_last: bool,
    /// Its octets.
    pub octets: u64,
}

impl Bdat {
    /// A chunk that others follow.
    pub fn new(octets: u64) -> Self {
        Self {
            is_last: false,
            octets,
        }
    }

    /// The last chunk, which may be empty.
    pub fn last(octets: u64) -> Self {
        Self {
            is_last: true,
            octets,
        }
    }

    /// Reads what stands behind the verb.
    pub(super) fn parse(arguments: &[u8]) -> Option<Self> {
        let (_, bdat) = all_consuming(bdat).parse(arguments).ok()?;
        Some(bdat)
    }

    /// Appends what stands behind the verb.
    pub(super) fn print(&self, out: &mut Vec<u8>) {
        out.push(b' ');
        out.extend_from_slice(self.octets.to_string().as_bytes());
        if self.is_last {
            out.extend_from_slice(b" LAST");
        }
    }
}

/// `SP chunk-size [ SP end-marker ]`, blanks in any number.
fn bdat(input: &[u8]) -> IResult<&[u8], Bdat, ()> {
    let (rest, octets) = preceded(blanks, chunk_size).parse(input)?;
    let (rest, end_marker) = opt(preceded(blanks, tag_no_case("LAST"))).parse(rest)?;
    let is_last = end_marker.is_some();
    Ok((rest, Bdat { is_last, octets }))
}

/// `chunk-size ::= 1*DIGIT`, as long as it fits.
fn chunk_size(input: &[u8]) -> IResult<&[u8], u64, ()> {
    let (rest, digits) = take_while1(|octet: u8| octet.is_ascii_digit()).parse(input)?;
    let octets = digits.iter().try_fold(0u64, |octets, digit| {
        octets.checked_mul(10)?.checked_add(u64::from(digit - b'0'))
    });
    // A size that is taken for another would make content into commands.
    octets
        .map(|octets| (rest, octets))
        .ok_or(nom::Err::Error(()))
}

/// `1*SP`
fn blanks(input: &[u8]) -> IResult<&[u8], &[u8], ()> {
    take_while1(|octet| octet == b' ').parse(input)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn b07_a_size_is_read_exactly_or_not_at_all() {
        assert_eq!(Bdat::parse(b" 86 LAST"), Some(Bdat::last(86)));
        assert_eq!(Bdat::parse(b"  0086  last"), Some(Bdat::last(86)));
        assert_eq!(Bdat::parse(b" 0"), Some(Bdat::new(0)));
        let largest = Bdat::parse(b" 18446744073709551615");
        assert_eq!(largest, Some(Bdat::new(u64::MAX)));
        for arguments in [
            &b""[..],
            b" ",
            b"86",
            b" LAST",
            b" -1",
            b" +1",
            b" 0x10",
            b" 1e3",
            b" 86LAST",
            b" 86 LASTX",
            b" 86 LAST LAST",
            b" 86 FIRST",
            b" 86\tLAST",
            b" 86\0",
            b" \xd9\xa1",
            b" 18446744073709551616",
            b" 99999999999999999999999999999999999999999",
        ] {
            assert_eq!(Bdat::parse(arguments), None, "{arguments:?}");
        }
    }
}
