//! What a server says ([RFC 5321] §4.2, [RFC 3463]).
//!
//! [RFC 5321]: https://www.rfc-editor.org/rfc/rfc5321
//! [RFC 3463]: https://www.rfc-editor.org/rfc/rfc3463

mod code;
mod common;
mod parse;
mod print;
mod text;

use alloc::borrow::Cow;
use alloc::string::String;
use core::fmt;

use thiserror::Error;

pub use self::code::{Code, EnhancedCode, Severity};
pub use self::parse::{ReplyLimits, ReplyReadError};
use self::text::Text;

/// A reply: a code, an enhanced code where there is one, and text of one line or more.
///
/// Made from text, every line is printable ASCII and short enough, so nothing a caller puts into
/// it can end the reply or begin another. Read from a server, the text is kept word for word.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Reply {
    code: Code,
    enhanced: Option<EnhancedCode>,
    /// Lines with `\n` between them.
    text: Text,
}

impl Reply {
    /// A reply with the code and text given. A text that begins with an enhanced code, such as
    /// `5.7.1 Relay access denied`, gives the reply that code; `\n` separates lines.
    ///
    /// Text of somebody else's, such as an address that the client has sent, may hold what no reply
    /// holds, or be too long: an error is to be met with a fixed reply, since `?` would end the
    /// session without a word.
    ///
    /// ```
    /// use smtp_proto::{Reply, ReplyError};
    ///
    /// # fn main() -> Result<(), ReplyError> {
    /// let reply = Reply::new(550, "5.1.1 No such user")?;
    /// assert_eq!(reply.text(), "No such user");
    /// assert_eq!(Reply::new(550, "5.1.1 No\r\n250 Yes"), Err(ReplyError::Octet { offset: 8 }));
    /// # Ok(())
    /// # }
    /// ```
    pub fn new(code: u16, text: impl Into<Cow<'static, str>>) -> Result<Self, ReplyError> {
        let code = Code::new(code).ok_or(ReplyError::Code { code })?;
        let text = Text::from(text.into());
        if let Some(offset) = text.bytes().position(|octet| !is_text(octet)) {
            return Err(ReplyError::Octet { offset });
        }
        let enhanced = enhanced_of(&text);
        if let Some(enhanced) = enhanced.filter(|it| it.severity() != code.severity()) {
            return Err(ReplyError::Severity { code, enhanced });
        }
        let reply = Self::from_parts(code, enhanced, text);
        // Three digits, a separator, the enhanced code or the one a server adds, CRLF.
        let enhanced = enhanced.or_else(|| EnhancedCode::undefined(code.severity()));
        let around = 6 + enhanced.map_or(0, |enhanced| enhanced.printed_len() + 1);
        if let Some(line) = reply
            .lines()
            .position(|line| line.len() + around > MAX_LINE)
        {
            return Err(ReplyError::LineTooLong { line });
        }
        Ok(reply)
    }

    /// The three digits.
    pub fn code(&self) -> Code {
        self.code
    }

    /// The enhanced status code, if there is one.
    pub fn enhanced(&self) -> Option<EnhancedCode> {
        self.enhanced
    }

    /// What the first digit says.
    pub fn severity(&self) -> Severity {
        self.code.severity()
    }

    /// The text without codes, `\n` between its lines.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The lines of the text without codes; at least one, which may be empty.
    pub fn lines(&self) -> impl Iterator<Item = &str> {
        self.text.split('\n')
    }

    /// The codes alone.
    pub(crate) fn without_text(self) -> Self {
        Self {
            text: Text::Fixed(""),
            ..self
        }
    }

    /// Takes the enhanced code off the lines it stands on.
    fn from_parts(code: Code, enhanced: Option<EnhancedCode>, text: Text) -> Self {
        let text = match enhanced {
            None => text,
            Some(enhanced) => without(enhanced, &text).into(),
        };
        Self {
            code,
            enhanced,
            text,
        }
    }
}

/// Prints the codes and the text on one line.
impl fmt::Display for Reply {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.code.fmt(f)?;
        if let Some(enhanced) = self.enhanced {
            write!(f, " {enhanced}")?;
        }
        self.lines().try_for_each(|line| write!(f, " {line}"))
    }
}

/// Why a code and a text make no reply.
#[derive(Clone, Copy, Debug, Eq, Error, PartialEq)]
#[non_exhaustive]
pub enum ReplyError {
    /// The code is none of RFC 5321 §4.2.
    #[error("{code} is not a reply code")]
    Code {
        /// The number given.
        code: u16,
    },
    /// A line would be longer on the wire than 512 octets (RFC 5321 §4.5.3.1.5).
    #[error("line {line} of a reply is too long")]
    LineTooLong {
        /// Which line, counted from 0.
        line: usize,
    },
    /// The text holds something else than printable ASCII, tabs and line feeds between lines.
    #[error("octet {offset} cannot stand in the text of a reply")]
    Octet {
        /// Where it stands, counted from 0.
        offset: usize,
    },
    /// The text begins with an enhanced code of another class than the reply's.
    #[error("enhanced code {enhanced} does not go with reply code {code}")]
    Severity {
        /// The reply's code.
        code: Code,
        /// The enhanced code.
        enhanced: EnhancedCode,
    },
}

/// `textstring = 1*(%d09 / %d32-126)`, and what separates lines here.
fn is_text(octet: u8) -> bool {
    matches!(octet, b'\t' | b'\n' | 32..=126)
}

/// The enhanced code that the first line of a text begins with.
fn enhanced_of(text: &str) -> Option<EnhancedCode> {
    let (enhanced, _) = EnhancedCode::split(text.split('\n').next()?)?;
    Some(enhanced)
}

/// The text with `enhanced` taken off each line that begins with it.
fn without(enhanced: EnhancedCode, text: &str) -> String {
    let mut lines = String::with_capacity(text.len());
    for (index, line) in text.split('\n').enumerate() {
        if index > 0 {
            lines.push('\n');
        }
        lines.push_str(match EnhancedCode::split(line) {
            Some((found, rest)) if found == enhanced => rest,
            _ => line,
        });
    }
    lines
}

/// RFC 5321 §4.5.3.1.5, with the CRLF.
const MAX_LINE: usize = 512;
