//! What can be wrong with a field, and where.

use mail_address::rfc5322::TextError;
use nom::error::{ErrorKind, ParseError};
use nom::{IResult, Parser};
use thiserror::Error;

/// Why the value of a field is not Authentication-Results. Offsets are octets from the beginning of
/// the value, counted from 0.
#[derive(Clone, Copy, Debug, Eq, Error, PartialEq)]
#[non_exhaustive]
pub enum SyntaxError {
    /// Nothing that names who made the checks.
    #[error("no authserv-id at octet {offset}")]
    AuthservId {
        /// Where it should stand.
        offset: usize,
    },
    /// Something behind `none`, or behind a result, that is not part of the field.
    #[error("unexpected text at octet {offset}")]
    End {
        /// Where it begins.
        offset: usize,
    },
    /// A method without its name, or a version of a method that is no number.
    #[error("no method at octet {offset}")]
    Method {
        /// Where it should stand.
        offset: usize,
    },
    /// A property whose name or value is missing.
    #[error("incomplete property at octet {offset}")]
    Property {
        /// Where the rest of it should stand.
        offset: usize,
    },
    /// A reason that is missing.
    #[error("no reason at octet {offset}")]
    Reason {
        /// Where it should stand.
        offset: usize,
    },
    /// A method without a result.
    #[error("no result at octet {offset}")]
    Result {
        /// Where it should stand.
        offset: usize,
    },
    /// Text that cannot be kept, such as one with control characters.
    #[error("text at octet {offset} cannot be kept")]
    Text {
        /// Where the text begins.
        offset: usize,
        /// What is wrong with it.
        source: TextError,
    },
    /// A version other than 1: what follows it might mean anything (RFC 8601 §2.6).
    #[error("unknown version at octet {offset}")]
    Version {
        /// Where it stands.
        offset: usize,
    },
}

impl SyntaxError {
    /// Where in the value it shows, in octets, counted from 0.
    pub fn offset(&self) -> usize {
        match *self {
            Self::AuthservId { offset }
            | Self::End { offset }
            | Self::Method { offset }
            | Self::Property { offset }
            | Self::Reason { offset }
            | Self::Result { offset }
            | Self::Text { offset, .. }
            | Self::Version { offset } => offset,
        }
    }
}

pub(super) type Parsed<'i, T> = IResult<&'i [u8], T, Expected<'i>>;

/// What was expected, and in front of what.
#[derive(Clone, Copy, Debug)]
pub(super) struct Expected<'i> {
    pub(super) rest: &'i [u8],
    pub(super) what: Option<What>,
}

#[derive(Clone, Copy, Debug)]
pub(super) enum What {
    AuthservId,
    End,
    Method,
    Property,
    Reason,
    Result,
    Text(TextError),
    Version,
}

impl Expected<'_> {
    pub(super) fn into_error(self, length: usize) -> SyntaxError {
        let offset = length.saturating_sub(self.rest.len());
        match self.what {
            Some(What::AuthservId) => SyntaxError::AuthservId { offset },
            Some(What::Method) => SyntaxError::Method { offset },
            Some(What::Property) => SyntaxError::Property { offset },
            Some(What::Reason) => SyntaxError::Reason { offset },
            Some(What::Result) => SyntaxError::Result { offset },
            Some(What::Text(source)) => SyntaxError::Text { offset, source },
            Some(What::Version) => SyntaxError::Version { offset },
            // What no rule claims is a comment that does not end.
            Some(What::End) | None => SyntaxError::End { offset },
        }
    }
}

impl<'i> ParseError<&'i [u8]> for Expected<'i> {
    fn from_error_kind(rest: &'i [u8], _: ErrorKind) -> Self {
        Self { rest, what: None }
    }

    fn append(_: &'i [u8], _: ErrorKind, other: Self) -> Self {
        other
    }
}

/// Makes an error of `parser` final, and says what should have stood there.
pub(super) fn expect<'i, T>(
    what: What,
    mut parser: impl Parser<&'i [u8], Output = T, Error = Expected<'i>>,
) -> impl Parser<&'i [u8], Output = T, Error = Expected<'i>> {
    move |input: &'i [u8]| {
        parser.parse(input).map_err(|error| match error {
            nom::Err::Error(_) => failure(input, what),
            other => other,
        })
    }
}

pub(super) fn failure(rest: &[u8], what: What) -> nom::Err<Expected<'_>> {
    nom::Err::Failure(Expected {
        rest,
        what: Some(what),
    })
}
