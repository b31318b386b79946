//! What can be wrong with a From field, and where.

use nom::error::{ErrorKind, ParseError};
use nom::{IResult, Parser};
use thiserror::Error;

/// Why the value of a field is not a list of addresses. Offsets are octets from the beginning of
/// the value, counted from 0.
#[derive(Clone, Copy, Debug, Eq, Error, PartialEq)]
#[non_exhaustive]
pub enum FromFieldError {
    /// No mailbox and no group where one should stand: a name without an address, say.
    #[error("no address at octet {offset}")]
    Address {
        /// Where it should stand.
        offset: usize,
    },
    /// A `<` that no `>` follows, right behind the address.
    #[error("no closing angle bracket at octet {offset}")]
    AngleBracket {
        /// Where it should stand.
        offset: usize,
    },
    /// Behind an `@` stands neither a domain nor an address literal.
    #[error("no domain and no address literal at octet {offset}")]
    Domain {
        /// Where it should begin.
        offset: usize,
    },
    /// Nothing but white space, comments and commas.
    #[error("no address at all")]
    Empty,
    /// What stands before the `@` is no local part, or one that is not UTF-8 or holds control
    /// characters.
    #[error("malformed local part at octet {offset}")]
    LocalPart {
        /// Where it begins.
        offset: usize,
    },
    /// A NUL. It is obsolete and legal behind a backslash (RFC 5322 §4.1), but for some readers
    /// the field ends there.
    #[error("NUL at octet {offset}")]
    Nul {
        /// Where it stands.
        offset: usize,
    },
    /// An address with a route, with comments or white space inside, or with quotes that it does
    /// not need, where [`FromField::parse_plain`](crate::FromField::parse_plain) allows none.
    #[error("address at octet {offset} is not plainly written")]
    Plain {
        /// Where it begins.
        offset: usize,
    },
    /// A route that does not end in a colon.
    #[error("malformed route at octet {offset}")]
    Route {
        /// Where the rest of it should stand.
        offset: usize,
    },
    /// Behind an address stands something else than a comma, or the semicolon of its group.
    #[error("unexpected text at octet {offset}")]
    Separator {
        /// Where it begins.
        offset: usize,
    },
    /// An address with a word longer than a line may be (RFC 5322 §2.1.1).
    #[error("address at octet {offset} is longer than a line")]
    TooLong {
        /// Where it begins.
        offset: usize,
    },
    /// A comment or a quoted string that does not end.
    #[error("comment or quoted string at octet {offset} does not end")]
    Unclosed {
        /// Where it begins.
        offset: usize,
    },
}

pub(super) type Parsed<'i, T> = IResult<&'i [u8], T, Expected<'i>>;

/// What was expected, and in front of what.
#[derive(Clone, Copy, Debug)]
pub(super) struct Expected<'i> {
    rest: &'i [u8],
    what: What,
}

#[derive(Clone, Copy, Debug)]
pub(super) enum What {
    Address,
    AngleBracket,
    Domain,
    LocalPart,
    Plain,
    Route,
    Separator,
    TooLong,
    Unclosed,
}

impl Expected<'_> {
    pub(super) fn into_error(self, length: usize) -> FromFieldError {
        let offset = length.saturating_sub(self.rest.len());
        match self.what {
            What::Address => FromFieldError::Address { offset },
            What::AngleBracket => FromFieldError::AngleBracket { offset },
            What::Domain => FromFieldError::Domain { offset },
            What::LocalPart => FromFieldError::LocalPart { offset },
            What::Plain => FromFieldError::Plain { offset },
            What::Route => FromFieldError::Route { offset },
            What::Separator => FromFieldError::Separator { offset },
            What::TooLong => FromFieldError::TooLong { offset },
            What::Unclosed => FromFieldError::Unclosed { offset },
        }
    }
}

/// What the lexer refuses is a comment or a quoted string that does not end; every other rule says
/// what it expects.
impl<'i> ParseError<&'i [u8]> for Expected<'i> {
    fn from_error_kind(rest: &'i [u8], _: ErrorKind) -> Self {
        Self {
            rest,
            what: What::Unclosed,
        }
    }

    fn append(_: &'i [u8], _: ErrorKind, other: Self) -> Self {
        other
    }
}

/// Makes an error of `parser` one that says what should have stood there.
pub(super) fn expect<'i, T>(
    what: What,
    mut parser: impl Parser<&'i [u8], Output = T, Error = Expected<'i>>,
) -> impl FnMut(&'i [u8]) -> Parsed<'i, T> {
    move |input: &'i [u8]| parser.parse(input).map_err(|_| error(input, what))
}

pub(super) fn error(rest: &[u8], what: What) -> nom::Err<Expected<'_>> {
    nom::Err::Error(Expected { rest, what })
}
