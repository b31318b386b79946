//! Macro strings ([RFC 7208] §7): text in which `%{…}` stands for a fact of the check.
//!
//! The types here hold text that was found to be well formed, and are expanded straight from it.
//!
//! [RFC 7208]: https://www.rfc-editor.org/rfc/rfc7208#section-7

mod expand;
mod parse;

use alloc::borrow::ToOwned;
use alloc::boxed::Box;
use core::fmt;

pub(crate) use self::expand::{Facts, NoName, dotted_address};
pub(crate) use self::parse::{domain_spec, macro_string};
use crate::syntax::{SyntaxError, ascii, whole};

/// The domain of a term, `domain-spec` in the grammar.
#[derive(Clone, Eq, Hash, PartialEq)]
pub struct DomainSpec {
    has_macros: bool,
    text: Box<[u8]>,
}

impl DomainSpec {
    /// Reads a domain as it stands behind `include:` or `redirect=`.
    pub fn parse(text: &[u8]) -> Result<Self, SyntaxError> {
        whole(domain_spec, text, 0)
    }

    /// The text as the record has it.
    pub fn as_str(&self) -> &str {
        ascii(&self.text)
    }

    /// Whether expanding it takes the names of the client (`%{p}`).
    pub(crate) fn needs_client_name(&self) -> bool {
        self.has_macros && needs_client_name(&self.text)
    }

    /// Whether it expands to the same name for every client and sender of one domain.
    pub(crate) fn is_fixed(&self) -> bool {
        parts(&self.text).all(|part| match part {
            Part::Escape(_) | Part::Literal(_) => true,
            Part::Macro(expression) => {
                matches!(expression.letter, Letter::Domain | Letter::SenderDomain)
            }
        })
    }

    fn from_checked(text: &[u8], has_macros: bool) -> Self {
        Self {
            has_macros,
            text: text.into(),
        }
    }
}

impl fmt::Debug for DomainSpec {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "DomainSpec({self})")
    }
}

impl fmt::Display for DomainSpec {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// The value of a modifier that this crate does not know.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub struct MacroString {
    text: Box<str>,
}

impl MacroString {
    /// Reads a macro string; it may be empty.
    pub fn parse(text: &[u8]) -> Result<Self, SyntaxError> {
        whole(macro_string, text, 0)
    }

    /// The text as the record has it.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    fn from_checked(text: &[u8]) -> Self {
        Self {
            text: ascii(text).to_owned().into_boxed_str(),
        }
    }
}

impl fmt::Display for MacroString {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.text)
    }
}

/// The text that `exp=` points at, `explain-string` in the grammar.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub struct ExplainString {
    text: Box<str>,
}

impl ExplainString {
    /// Reads an explanation: macro strings and spaces.
    pub fn parse(text: &[u8]) -> Result<Self, SyntaxError> {
        whole(parse::explain_string, text, 0)
    }

    /// The text as the domain publishes it.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Whether expanding it takes the names of the client (`%{p}`).
    pub(crate) fn needs_client_name(&self) -> bool {
        needs_client_name(self.text.as_bytes())
    }

    fn from_checked(text: &[u8]) -> Self {
        Self {
            text: ascii(text).to_owned().into_boxed_str(),
        }
    }
}

impl fmt::Display for ExplainString {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.text)
    }
}

/// One piece of a macro string.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Part<'m> {
    /// What `%%`, `%_` or `%-` stands for.
    Escape(&'m [u8]),
    /// Text that stands for itself.
    Literal(&'m [u8]),
    /// `%{…}`
    Macro(Macro<'m>),
}

/// A macro with its transformers.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
struct Macro<'m> {
    letter: Letter,
    /// An upper-case letter: the value is URL-escaped.
    escape: bool,
    /// How many parts on the right are kept; `None`: all.
    keep: Option<usize>,
    reverse: bool,
    /// Where the value is split; empty: at dots.
    delimiters: &'m [u8],
}

/// What a macro stands for (RFC 7208 §7.2).
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Letter {
    ClientIp,
    Domain,
    Helo,
    Ip,
    LocalPart,
    Receiver,
    Sender,
    SenderDomain,
    Time,
    ValidatedName,
    Version,
}

impl Letter {
    fn new(letter: u8) -> Option<Self> {
        Some(match letter.to_ascii_lowercase() {
            b'c' => Self::ClientIp,
            b'd' => Self::Domain,
            b'h' => Self::Helo,
            b'i' => Self::Ip,
            b'l' => Self::LocalPart,
            b'o' => Self::SenderDomain,
            b'p' => Self::ValidatedName,
            b'r' => Self::Receiver,
            b's' => Self::Sender,
            b't' => Self::Time,
            b'v' => Self::Version,
            _ => return None,
        })
    }

    /// Whether it stands in explanations only (RFC 7208 §7.2).
    fn only_explains(self) -> bool {
        matches!(self, Self::ClientIp | Self::Receiver | Self::Time)
    }
}

/// The pieces of a text that was checked when it was parsed.
fn parts(text: &[u8]) -> impl Iterator<Item = Part<'_>> {
    let mut rest = text;
    core::iter::from_fn(move || {
        let (after, part) = parse::part(rest).ok()?;
        rest = after;
        Some(part)
    })
}

fn needs_client_name(text: &[u8]) -> bool {
    parts(text).any(|part| match part {
        Part::Escape(_) | Part::Literal(_) => false,
        Part::Macro(expression) => expression.letter == Letter::ValidatedName,
    })
}
