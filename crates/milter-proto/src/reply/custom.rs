//! Replies with a code and a text of the filter's own.

use alloc::string::String;
use core::fmt::{self, Write};
use core::str::FromStr;

use thiserror::Error;

/// What the MTA says to the client in the place of its own words: a code 4yz or 5yz, mostly an
/// enhanced code of the same class, and one line of text or more.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct CustomReply {
    /// The whole reply, each `%` doubled: an MTA takes the text for a format.
    wire: String,
}

impl CustomReply {
    /// A reply; each item of `lines` is a line of it.
    ///
    /// ```
    /// use milter_proto::reply::CustomReply;
    ///
    /// let reply = CustomReply::new(550, Some("5.7.1".parse()?), ["100% spam", "Go away"])?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn new<T: AsRef<str>>(
        code: u16,
        enhanced: Option<EnhancedCode>,
        lines: impl IntoIterator<Item = T>,
    ) -> Result<Self, CustomReplyError> {
        // `Reply-code = %x32-35 %x30-35 %x30-39` (RFC 5321 §4.2), of which a filter has 4 and 5.
        let class = match code {
            400..=459 => 4,
            500..=559 => 5,
            _ => return Err(CustomReplyError::Code { code }),
        };
        if let Some(enhanced) = enhanced.filter(|it| it.class != class) {
            return Err(CustomReplyError::Class { code, enhanced });
        }
        let mut wire = String::new();
        // Where the separator of the last line is.
        let mut separator = None;
        for (index, line) in lines.into_iter().enumerate() {
            if index == MOST_LINES {
                return Err(CustomReplyError::TooManyLines);
            }
            let line = line.as_ref();
            check(index, line)?;
            if separator.is_some() {
                wire.push_str("\r\n");
            }
            let written = write!(wire, "{code}");
            separator = Some(wire.len());
            wire.push('-');
            let written = written.and_then(|()| match enhanced {
                Some(enhanced) => write!(wire, "{enhanced} "),
                None => Ok(()),
            });
            written.expect("a string takes all text");
            wire.push_str(&line.replace('%', "%%"));
        }
        let last = separator.ok_or(CustomReplyError::Empty)?;
        wire.replace_range(last..=last, " ");
        Ok(Self { wire })
    }

    /// The reply as it is sent to the MTA, without the NUL behind it.
    pub(crate) fn as_wire(&self) -> &[u8] {
        self.wire.as_bytes()
    }
}

/// `textstring = 1*(%d09 / %d32-126)` (RFC 5321 §4.2), or nothing.
fn check(index: usize, line: &str) -> Result<(), CustomReplyError> {
    if line.len() > LONGEST_LINE {
        let octets = line.len();
        return Err(CustomReplyError::LineTooLong { index, octets });
    }
    let mut octets = line.bytes();
    match octets.find(|octet| !matches!(octet, b'\t' | b' '..=b'~')) {
        Some(octet) => Err(CustomReplyError::Octet { index, octet }),
        None => Ok(()),
    }
}

/// Octets of a line, without its codes: as in libmilter (`MAXREPLYLEN`).
const LONGEST_LINE: usize = 980;

/// Lines of a reply: as in libmilter (`MAXREPLIES`).
const MOST_LINES: usize = 32;

/// An enhanced status code such as `5.7.1` (RFC 3463 §2), of the classes 4 and 5.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub struct EnhancedCode {
    class: u8,
    subject: u16,
    detail: u16,
}

impl EnhancedCode {
    /// `None` if the class is not 4 or 5, or another number has more than three digits.
    pub const fn new(class: u8, subject: u16, detail: u16) -> Option<Self> {
        if !matches!(class, 4 | 5) || subject > 999 || detail > 999 {
            return None;
        }
        Some(Self {
            class,
            subject,
            detail,
        })
    }
}

impl fmt::Display for EnhancedCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.{}", self.class, self.subject, self.detail)
    }
}

/// `class "." subject "." detail`
impl FromStr for EnhancedCode {
    type Err = NoEnhancedCode;

    fn from_str(text: &str) -> Result<Self, NoEnhancedCode> {
        let mut numbers = text.split('.').map(number);
        let mut next = || numbers.next().flatten().ok_or(NoEnhancedCode);
        let (class, subject, detail) = (next()?, next()?, next()?);
        let class = u8::try_from(class).map_err(|_| NoEnhancedCode)?;
        match numbers.next() {
            None => Self::new(class, subject, detail).ok_or(NoEnhancedCode),
            Some(_) => Err(NoEnhancedCode),
        }
    }
}

/// `1*3digit`, not 0 first (RFC 3463 §2).
fn number(digits: &str) -> Option<u16> {
    let canonical = match digits.as_bytes() {
        [b'0'] => true,
        [b'1'..=b'9', rest @ ..] => rest.len() < 3 && rest.iter().all(u8::is_ascii_digit),
        _ => false,
    };
    canonical.then(|| digits.parse().ok())?
}

/// A text that is no enhanced code of class 4 or 5.
#[derive(Clone, Copy, Debug, Eq, Error, PartialEq)]
#[error("no enhanced code of class 4 or 5")]
pub struct NoEnhancedCode;

/// Why there is no such reply.
#[derive(Clone, Copy, Debug, Eq, Error, PartialEq)]
#[non_exhaustive]
pub enum CustomReplyError {
    /// The code is of one class and the enhanced code of another (RFC 2034 §4).
    #[error("{code} does not go with {enhanced}")]
    Class {
        /// The code.
        code: u16,
        /// The enhanced code.
        enhanced: EnhancedCode,
    },
    /// No code 4yz or 5yz.
    #[error("{code} is no code that refuses")]
    Code {
        /// The code.
        code: u16,
    },
    /// No line.
    #[error("no text")]
    Empty,
    /// A line of more octets than 980.
    #[error("line {index} has {octets} octets")]
    LineTooLong {
        /// Which line, from 0.
        index: usize,
        /// Its octets.
        octets: usize,
    },
    /// An octet that no reply may hold: CR, LF, another control, or one beyond ASCII.
    #[error("octet {octet:#04x} in line {index}")]
    Octet {
        /// Which line, from 0.
        index: usize,
        /// The first such octet.
        octet: u8,
    },
    /// More lines than 32.
    #[error("more than 32 lines")]
    TooManyLines,
}

#[cfg(test)]
mod tests {
    use alloc::vec;

    use super::*;

    #[test]
    fn lines_have_the_codes_in_front() {
        let enhanced = Some(EnhancedCode::new(5, 7, 1).unwrap());
        let wire = |reply: Result<CustomReply, _>| reply.map(|it| it.wire);
        assert_eq!(
            wire(CustomReply::new(550, enhanced, ["a\tb", "", "100% %s"])).as_deref(),
            Ok("550-5.7.1 a\tb\r\n550-5.7.1 \r\n550 5.7.1 100%% %%s")
        );
        assert_eq!(
            wire(CustomReply::new(421, None, ["bye"])).as_deref(),
            Ok("421 bye")
        );
    }

    #[test]
    fn codes_are_those_that_refuse_and_fit() {
        for code in [0, 200, 250, 354, 399, 460, 499, 560, 600, 5000] {
            let reply = CustomReply::new(code, None, ["x"]);
            assert_eq!(reply, Err(CustomReplyError::Code { code }));
        }
        for (code, class) in [(450, 5), (550, 4)] {
            let enhanced = EnhancedCode::new(class, 0, 0).unwrap();
            let reply = CustomReply::new(code, Some(enhanced), ["x"]);
            assert_eq!(reply, Err(CustomReplyError::Class { code, enhanced }));
        }
    }

    #[test]
    fn b05_no_text_ends_the_line() {
        for octet in ["\r", "\n", "\0", "\x7f", "ü"] {
            let reply = CustomReply::new(550, None, ["x", octet]);
            let octet = octet.as_bytes()[0];
            let index = 1;
            assert_eq!(reply, Err(CustomReplyError::Octet { index, octet }));
        }
    }

    #[test]
    fn lines_are_counted_and_measured() {
        let lines = |count, length| CustomReply::new(550, None, vec!["x".repeat(length); count]);
        assert!(lines(32, 980).is_ok());
        assert_eq!(lines(33, 1), Err(CustomReplyError::TooManyLines));
        let (index, octets) = (0, 981);
        let too_long = CustomReplyError::LineTooLong { index, octets };
        assert_eq!(lines(1, 981), Err(too_long));
        assert_eq!(lines(0, 0), Err(CustomReplyError::Empty));
    }

    #[test]
    fn an_enhanced_code_is_written_in_one_way() {
        assert_eq!("5.7.1".parse(), Ok(EnhancedCode::new(5, 7, 1).unwrap()));
        assert_eq!("4.0.999".parse(), Ok(EnhancedCode::new(4, 0, 999).unwrap()));
        for text in [
            "", "5", "5.7", "5.7.1.1", "2.0.0", "5.07.1", "5.7.1000", "5.-7.1", "5.7.1 ",
        ] {
            assert_eq!(text.parse::<EnhancedCode>(), Err(NoEnhancedCode), "{text}");
        }
    }
}
