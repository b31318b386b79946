//! Text that can stand in a header field without breaking out of its place.
//!
//! Each type is checked when it is made, so that [`FieldWriter`](super::fold::FieldWriter) cannot
//! be given a second line, a control character or more than a line holds.

use alloc::borrow::Cow;
use alloc::string::String;
use core::fmt;

use thiserror::Error;

/// One word of letters, digits and the marks that separate nothing: `token` of RFC 2045 §5.1.
///
/// Field names, keys and keywords are tokens.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Token<'a> {
    text: &'a str,
}

impl<'a> Token<'a> {
    /// Checks that `octets` are a token that fits on a line.
    pub fn new(octets: &'a [u8]) -> Result<Self, TextError> {
        let text = Visible::new(octets)?.text;
        match text.bytes().position(|octet| !is_token_octet(octet)) {
            Some(offset) => Err(TextError::Separator { offset }),
            None => Ok(Self { text }),
        }
    }

    /// The token that is written in the source.
    ///
    /// # Panics
    ///
    /// If it is none; in a constant, that is an error of the compiler.
    pub const fn from_static(text: &'static str) -> Token<'static> {
        assert!(is_token_text(text) && fits(text), "not a token");
        Token { text }
    }

    /// The token as text.
    pub const fn as_str(&self) -> &'a str {
        self.text
    }
}

impl fmt::Display for Token<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.text)
    }
}

/// Characters that print as they stand, with no white space among them: `VCHAR` of RFC 5234, and
/// what RFC 6532 §3.1 adds to it.
///
/// For punctuation, and for values whose grammar their owner has checked. Nothing here is quoted.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Visible<'a> {
    text: &'a str,
}

impl<'a> Visible<'a> {
    /// Checks that `octets` are visible characters that fit on a line.
    pub fn new(octets: &'a [u8]) -> Result<Self, TextError> {
        let text = match visible_ascii(octets) {
            Some(text) => text,
            None => {
                let text = printable(octets)?;
                if let Some(offset) = text.find(' ') {
                    return Err(TextError::Separator { offset });
                }
                text
            }
        };
        if text.is_empty() {
            return Err(TextError::Empty);
        }
        if !fits(text) {
            return Err(TextError::TooLong { octets: text.len() });
        }
        Ok(Self { text })
    }

    /// The visible characters that are written in the source.
    ///
    /// # Panics
    ///
    /// If there is something else among them; in a constant, that is an error of the compiler.
    pub const fn from_static(text: &'static str) -> Visible<'static> {
        assert!(is_visible_text(text) && fits(text), "not visible");
        Visible { text }
    }

    /// The characters as text.
    pub const fn as_str(&self) -> &'a str {
        self.text
    }
}

/// The same as [`Visible::new`], for what is known to be text.
impl<'a> TryFrom<&'a str> for Visible<'a> {
    type Error = TextError;

    fn try_from(text: &'a str) -> Result<Self, TextError> {
        match all_visible(text.as_bytes()) && !text.is_empty() && fits(text) {
            true => Ok(Self { text }),
            false => Self::new(text.as_bytes()),
        }
    }
}

impl<'a> From<Token<'a>> for Visible<'a> {
    fn from(token: Token<'a>) -> Self {
        Self { text: token.text }
    }
}

impl fmt::Display for Visible<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.text)
    }
}

/// Visible ASCII characters among which white space means nothing, so that a line may end between
/// any two of them: base64, and the quoted-printable of DKIM.
///
/// May be empty and of any length.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Splittable<'a> {
    text: &'a str,
}

impl<'a> Splittable<'a> {
    /// Checks that `octets` are visible ASCII characters.
    pub fn new(octets: &'a [u8]) -> Result<Self, TextError> {
        if let Some(text) = visible_ascii(octets) {
            return Ok(Self { text });
        }
        let text = printable(octets)?;
        match text.bytes().position(|octet| !is_vchar(octet)) {
            Some(offset) => Err(TextError::Separator { offset }),
            None => Ok(Self { text }),
        }
    }

    /// The characters as text.
    pub const fn as_str(&self) -> &'a str {
        self.text
    }
}

/// The same as [`Splittable::new`], for what is known to be text.
impl<'a> TryFrom<&'a str> for Splittable<'a> {
    type Error = TextError;

    fn try_from(text: &'a str) -> Result<Self, TextError> {
        match all_visible(text.as_bytes()) {
            true => Ok(Self { text }),
            false => Self::new(text.as_bytes()),
        }
    }
}

/// Any text that a quoted string or a comment can hold: printable characters and spaces, possibly
/// none.
///
/// Prints bare where that is a `dot-atom` of RFC 5322 and a `token` of RFC 2045 at the same time,
/// quoted otherwise, so that every field can share it.
#[derive(Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Value<'a> {
    text: Cow<'a, str>,
}

impl<'a> Value<'a> {
    /// Checks that `octets` are printable UTF-8 and that no word among them is longer than a line.
    pub fn new(octets: &'a [u8]) -> Result<Self, TextError> {
        let text = printable(octets)?;
        check_words(text)?;
        Ok(Self {
            text: Cow::Borrowed(text),
        })
    }

    /// Checks text that was read from a field, where a tab is white space like a space
    /// (RFC 5322 §3.2.2): the value holds a space for it.
    pub fn from_field(text: Cow<'a, [u8]>) -> Result<Value<'static>, TextError> {
        let mut text = text.into_owned();
        for octet in text.iter_mut().filter(|octet| **octet == b'\t') {
            *octet = b' ';
        }
        Value::new(&text).map(Value::into_owned)
    }

    /// The text, without quotes or escapes.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The same value, borrowing from nobody.
    pub fn into_owned(self) -> Value<'static> {
        Value {
            text: Cow::Owned(self.text.into_owned()),
        }
    }

    /// Whether the value prints without quotes.
    pub(super) fn is_bare(&self) -> bool {
        self.text.split('.').all(|atom| {
            !atom.is_empty()
                && atom
                    .bytes()
                    .all(|octet| is_atext(octet) && is_token_octet(octet))
        })
    }
}

impl AsRef<str> for Value<'_> {
    fn as_ref(&self) -> &str {
        self.as_str()
    }
}

/// Prints as in a field: bare, or quoted with escapes.
impl fmt::Display for Value<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_bare() {
            return f.write_str(&self.text);
        }
        f.write_str("\"")?;
        for character in self.text.chars() {
            if matches!(character, '"' | '\\') {
                f.write_str("\\")?;
            }
            write!(f, "{character}")?;
        }
        f.write_str("\"")
    }
}

impl<'a> From<Token<'a>> for Value<'a> {
    fn from(token: Token<'a>) -> Self {
        Self {
            text: Cow::Borrowed(token.text),
        }
    }
}

impl<'a> TryFrom<&'a str> for Value<'a> {
    type Error = TextError;

    fn try_from(text: &'a str) -> Result<Self, TextError> {
        Self::new(text.as_bytes())
    }
}

impl TryFrom<String> for Value<'static> {
    type Error = TextError;

    fn try_from(text: String) -> Result<Self, TextError> {
        Value::new(text.as_bytes())?;
        Ok(Self {
            text: Cow::Owned(text),
        })
    }
}

/// Why octets cannot stand in a header field as what they were meant to be.
#[derive(Clone, Copy, Debug, Eq, Error, PartialEq)]
#[non_exhaustive]
pub enum TextError {
    /// A control character: CR, LF, NUL and the rest, tabs included.
    #[error("control character at octet {offset}")]
    Control {
        /// Where it stands, counted from 0.
        offset: usize,
    },
    /// Nothing at all, where there must be something.
    #[error("empty")]
    Empty,
    /// A character that ends the word, such as a space or a semicolon.
    #[error("separator at octet {offset}")]
    Separator {
        /// Where it stands, counted from 0.
        offset: usize,
    },
    /// A word that is longer than a line may be (RFC 5322 §2.1.1).
    #[error("a word of {octets} octets does not fit on a line")]
    TooLong {
        /// How many octets of it were counted, escapes included; there may be more behind them.
        octets: usize,
    },
    /// Octets that are not UTF-8.
    #[error("not UTF-8 at octet {offset}")]
    Utf8 {
        /// Where the first of them stands, counted from 0.
        offset: usize,
    },
}

/// `VCHAR`: visible ASCII characters.
pub const fn is_vchar(octet: u8) -> bool {
    matches!(octet, 0x21..=0x7e)
}

/// `WSP`: a space or a tab.
pub const fn is_wsp(octet: u8) -> bool {
    matches!(octet, b' ' | b'\t')
}

/// `atext` of RFC 5322 §3.2.3: letters, digits and the marks that are not special, ASCII only.
pub const fn is_atext(octet: u8) -> bool {
    is_vchar(octet)
        && !matches!(
            octet,
            b'(' | b')'
                | b'<'
                | b'>'
                | b'['
                | b']'
                | b':'
                | b';'
                | b'@'
                | b'\\'
                | b','
                | b'.'
                | b'"'
        )
}

/// An octet of a `token` of RFC 2045 §5.1: visible ASCII but `tspecials`.
pub const fn is_token_octet(octet: u8) -> bool {
    is_vchar(octet) && !is_tspecial(octet)
}

/// `tspecials` of RFC 2045 §5.1.
const fn is_tspecial(octet: u8) -> bool {
    matches!(
        octet,
        b'(' | b')'
            | b'<'
            | b'>'
            | b'@'
            | b','
            | b';'
            | b':'
            | b'\\'
            | b'"'
            | b'/'
            | b'['
            | b']'
            | b'?'
            | b'='
    )
}

/// UTF-8 without control characters. The C1 controls of Unicode count: terminals obey them.
fn printable(octets: &[u8]) -> Result<&str, TextError> {
    let text = core::str::from_utf8(octets).map_err(|error| TextError::Utf8 {
        offset: error.valid_up_to(),
    })?;
    match text.char_indices().find(|(_, c)| c.is_control()) {
        Some((offset, _)) => Err(TextError::Control { offset }),
        None => Ok(text),
    }
}

/// Measures each word with the spaces before it and the escapes of a quoted string or a comment,
/// whichever is longer: that is what goes onto one line unbroken.
fn check_words(text: &str) -> Result<(), TextError> {
    let mut octets = 0usize;
    let mut after_word = false;
    for octet in text.bytes() {
        if octet == b' ' && after_word {
            octets = 0;
        }
        after_word = octet != b' ';
        octets += match octet {
            b'"' | b'(' | b')' | b'\\' => 2,
            _ => 1,
        };
        // Two more for the quotes or the parentheses.
        if octets + 2 > MAX_PIECE {
            return Err(TextError::TooLong { octets });
        }
    }
    Ok(())
}

const fn is_token_text(text: &str) -> bool {
    let mut rest = text.as_bytes();
    while let [first, tail @ ..] = rest {
        if !is_token_octet(*first) {
            return false;
        }
        rest = tail;
    }
    !text.is_empty()
}

/// The octets as text if all are visible ASCII, as nearly always. What is wrong with others is for
/// those to tell who look at them one by one.
fn visible_ascii(octets: &[u8]) -> Option<&str> {
    let text = core::str::from_utf8(octets).ok();
    text.filter(|_| all_visible(octets))
}

/// Whether all are visible ASCII. Without a branch for each octet, so that many are looked at
/// together.
fn all_visible(octets: &[u8]) -> bool {
    octets
        .iter()
        .fold(true, |all, &octet| all & is_vchar(octet))
}

const fn is_visible_text(text: &str) -> bool {
    let mut rest = text.as_bytes();
    while let [first, tail @ ..] = rest {
        if !is_vchar(*first) {
            return false;
        }
        rest = tail;
    }
    !text.is_empty()
}

const fn fits(text: &str) -> bool {
    text.len() <= MAX_PIECE
}

/// RFC 5322 §2.1.1 allows 998 octets to a line; a folded one begins with a space.
pub(crate) const MAX_PIECE: usize = 997;

#[cfg(test)]
mod tests;
