//! What every grammar of this crate shares: the error inside a parser and the one at its edge.

use core::fmt;

use nom::error::{ErrorKind, ParseError};
use nom::{Err, IResult, Parser};
use thiserror::Error;

/// What a parser of this crate gives.
pub(crate) type Parsed<'i, O, W = What> = IResult<&'i [u8], O, Expected<'i, W>>;

/// Where a parser stopped, and what it wanted there.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct Expected<'i, W = What> {
    pub(crate) rest: &'i [u8],
    pub(crate) what: Option<W>,
}

impl<'i, W> Expected<'i, W> {
    /// A failure at `rest`, from which no other rule recovers.
    pub(crate) fn failure(rest: &'i [u8], what: W) -> Err<Self> {
        Err::Failure(Self {
            rest,
            what: Some(what),
        })
    }

    /// The end was due at `rest`.
    pub(crate) fn surplus(rest: &'i [u8]) -> Self {
        Self { rest, what: None }
    }

    /// How many octets of `input`, which is what the parser was given, stand before it.
    pub(crate) fn offset(&self, input: &[u8]) -> usize {
        input.len().saturating_sub(self.rest.len())
    }
}

impl Expected<'_> {
    /// The error at the crate's edge; `input` is what the parser was given, `offset` where that
    /// stands in the text.
    pub(crate) fn at(self, input: &[u8], offset: usize) -> SyntaxError {
        let offset = offset.saturating_add(self.offset(input));
        match self.what {
            Some(What::Address) => SyntaxError::Address { offset },
            Some(What::Cidr) => SyntaxError::Cidr { offset },
            Some(What::Domain) => SyntaxError::Domain { offset },
            None => SyntaxError::Unexpected { offset },
            Some(What::Macro) => SyntaxError::Macro { offset },
            Some(What::Once) => SyntaxError::Duplicate { offset },
            Some(What::Term) => SyntaxError::Term { offset },
        }
    }
}

impl<'i, W> ParseError<&'i [u8]> for Expected<'i, W> {
    fn from_error_kind(rest: &'i [u8], _: ErrorKind) -> Self {
        Self { rest, what: None }
    }

    fn append(_: &'i [u8], _: ErrorKind, other: Self) -> Self {
        other
    }
}

/// What a rule wanted.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum What {
    Address,
    Cidr,
    Domain,
    Macro,
    Once,
    Term,
}

/// Says that nothing but `rule` can stand here: its error becomes a failure that names `what`.
pub(crate) fn expect<'i, O, W: Copy>(
    what: W,
    mut rule: impl Parser<&'i [u8], Output = O, Error = Expected<'i, W>>,
) -> impl FnMut(&'i [u8]) -> Parsed<'i, O, W> {
    move |input| match rule.parse(input) {
        Err(Err::Error(expected)) => Err(Err::Failure(Expected {
            rest: expected.rest,
            what: expected.what.or(Some(what)),
        })),
        other => other,
    }
}

/// Runs `rule` over all of `input`, which stands at `offset` of the text.
pub(crate) fn whole<'i, O>(
    mut rule: impl Parser<&'i [u8], Output = O, Error = Expected<'i>>,
    input: &'i [u8],
    offset: usize,
) -> Result<O, SyntaxError> {
    match rule.parse(input) {
        Ok(([], output)) => Ok(output),
        Ok((rest, _)) => Err(Expected::surplus(rest).at(input, offset)),
        Err(Err::Error(expected) | Err::Failure(expected)) => Err(expected.at(input, offset)),
        // Not reached: no rule of this crate reads a stream.
        Err(Err::Incomplete(_)) => Err(SyntaxError::Unexpected { offset }),
    }
}

/// Why a text is not an SPF record (RFC 7208 §12) or not a macro string.
///
/// Offsets are octets from the start of the text, counted from 0.
#[derive(Clone, Copy, Debug, Eq, Error, Hash, PartialEq)]
#[non_exhaustive]
pub enum SyntaxError {
    /// The network of `ip4:` or `ip6:` is not an address of that family.
    #[error("malformed IP address at octet {offset}")]
    Address {
        /// Where the address starts.
        offset: usize,
    },
    /// A prefix length that is malformed or longer than an address.
    #[error("malformed prefix length at octet {offset}")]
    Cidr {
        /// Where the prefix length starts.
        offset: usize,
    },
    /// A domain that is missing, or does not end in a label that can be a top-level domain or in
    /// a macro.
    #[error("malformed domain at octet {offset}")]
    Domain {
        /// Where the domain starts.
        offset: usize,
    },
    /// A second `redirect=` or `exp=` (RFC 7208 §6).
    #[error("modifier repeated at octet {offset}")]
    Duplicate {
        /// Where the second one starts.
        offset: usize,
    },
    /// A `%` that opens no macro, or a macro that may not stand here.
    #[error("malformed macro at octet {offset}")]
    Macro {
        /// Where it went wrong.
        offset: usize,
    },
    /// An octet that is neither printable ASCII nor a space.
    #[error("octet {offset} is not printable ASCII")]
    Octet {
        /// Where it stands.
        offset: usize,
    },
    /// Neither a known mechanism nor a modifier.
    #[error("unknown mechanism or malformed modifier at octet {offset}")]
    Term {
        /// Where the term starts, or its name ends.
        offset: usize,
    },
    /// Something behind the end of a term.
    #[error("unexpected text at octet {offset}")]
    Unexpected {
        /// Where it starts.
        offset: usize,
    },
    /// The text is neither `v=spf1` alone, in any case, nor does it start so with a space behind it.
    #[error("text does not start with v=spf1")]
    Version,
}

impl SyntaxError {
    /// Where in the text, in octets, counted from 0.
    pub fn offset(self) -> usize {
        match self {
            Self::Address { offset }
            | Self::Cidr { offset }
            | Self::Domain { offset }
            | Self::Duplicate { offset }
            | Self::Macro { offset }
            | Self::Octet { offset }
            | Self::Term { offset }
            | Self::Unexpected { offset } => offset,
            Self::Version => 0,
        }
    }
}

/// Where the first octet stands that is neither printable ASCII nor a space.
pub(crate) fn odd_octet(text: &[u8]) -> Option<usize> {
    let is_odd = |octet: u8| !(b' '..=b'~').contains(&octet);
    // Without an early end, this runs over many octets at once.
    let odd = text
        .iter()
        .fold(0, |odd, &octet| odd | u8::from(is_odd(octet)));
    let first = || text.iter().position(|&octet| is_odd(octet));
    (odd != 0).then(first).flatten()
}

/// Octets that are ASCII as text, for what the grammar has found to be so.
pub(crate) fn ascii(octets: &[u8]) -> &str {
    core::str::from_utf8(octets).unwrap_or_default()
}

/// Prints octets that may be anything as a quoted Rust string, for `Debug`.
pub(crate) struct Octets<'o>(pub(crate) &'o [u8]);

impl fmt::Debug for Octets<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "\"{}\"", self.0.escape_ascii())
    }
}
