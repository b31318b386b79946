//! Replies read from the wire.

use alloc::string::String;

use memchr::memchr;
use thiserror::Error;

use super::{Code, Reply, enhanced_of};

impl Reply {
    /// Reads the reply that octets begin with, and gives how many octets it took; `None` if
    /// its end has not come yet.
    ///
    /// Codes without text and without the blank are taken (RFC 5321 §4.2). Text may hold UTF-8
    /// (RFC 6531 §3.7.4.2); octets that are not become U+FFFD, and control characters become
    /// blanks, so that a reply can be logged as it is. A line that ends in a bare LF is taken too:
    /// a server cannot smuggle anything past its own client.
    pub fn read(
        octets: &[u8],
        limits: &ReplyLimits,
    ) -> Result<Option<(Self, usize)>, ReplyReadError> {
        let mut rest = octets;
        let mut reply: Option<(Code, String)> = None;
        for _ in 0..limits.lines {
            let Some(line_end) = memchr(b'\n', rest) else {
                return match rest.len() {
                    length if length > limits.line_octets => Err(ReplyReadError::LineTooLong),
                    _ => Ok(None),
                };
            };
            if line_end >= limits.line_octets {
                return Err(ReplyReadError::LineTooLong);
            }
            let (line, after) = rest.split_at_checked(line_end).unwrap_or((rest, b""));
            rest = after.strip_prefix(b"\n").unwrap_or(after);
            let line = Line::parse(line.strip_suffix(b"\r").unwrap_or(line))?;
            match &mut reply {
                None => reply = Some((line.code, text(line.text))),
                Some((code, _)) if *code != line.code => return Err(ReplyReadError::MixedCodes),
                Some((_, lines)) => {
                    lines.push('\n');
                    lines.push_str(&text(line.text));
                }
            }
            if line.is_last {
                return Ok(reply
                    .map(|(code, text)| (Self::from_wire(code, text), octets.len() - rest.len())));
            }
        }
        Err(ReplyReadError::TooManyLines)
    }

    fn from_wire(code: Code, text: String) -> Self {
        let enhanced = enhanced_of(&text).filter(|it| it.severity() == code.severity());
        Self::from_parts(code, enhanced, text.into())
    }
}

/// How much a server may say.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct ReplyLimits {
    /// Octets of one line with its CRLF. Four times the 512 of RFC 5321 §4.5.3.1.5, because some
    /// servers put long explanations on one line; Postfix takes 2048 as well
    /// (`line_length_limit`).
    pub line_octets: usize,
    /// Lines of one reply: 256. The longest in use answer `EHLO` and `HELP`, with some tens of
    /// lines; no RFC has a limit.
    pub lines: usize,
}

impl ReplyLimits {
    /// With another number of octets for one line.
    #[must_use]
    pub fn line_octets(self, line_octets: usize) -> Self {
        Self {
            line_octets,
            ..self
        }
    }

    /// With another number of lines.
    #[must_use]
    pub fn lines(self, lines: usize) -> Self {
        Self { lines, ..self }
    }
}

impl Default for ReplyLimits {
    fn default() -> Self {
        Self {
            line_octets: 2048,
            lines: 256,
        }
    }
}

/// Why octets are not a reply.
#[derive(Clone, Copy, Debug, Eq, Error, PartialEq)]
#[non_exhaustive]
pub enum ReplyReadError {
    /// A line does not begin with a code.
    #[error("a line of a reply does not begin with a reply code")]
    Code,
    /// A line is longer than the limit.
    #[error("a line of a reply is longer than the limit")]
    LineTooLong,
    /// Two lines of one reply have different codes.
    #[error("the lines of a reply have different codes")]
    MixedCodes,
    /// The reply has more lines than the limit.
    #[error("a reply has more lines than the limit")]
    TooManyLines,
}

/// One line of a reply.
struct Line<'i> {
    code: Code,
    is_last: bool,
    text: &'i [u8],
}

impl<'i> Line<'i> {
    fn parse(line: &'i [u8]) -> Result<Self, ReplyReadError> {
        let (digits, rest) = line.split_first_chunk::<3>().ok_or(ReplyReadError::Code)?;
        if !digits.iter().all(u8::is_ascii_digit) {
            return Err(ReplyReadError::Code);
        }
        let number = digits
            .iter()
            .fold(0, |number, digit| number * 10 + u16::from(digit - b'0'));
        let code = Code::received(number).ok_or(ReplyReadError::Code)?;
        let (is_last, text) = match rest {
            [] => (true, rest),
            [b' ', text @ ..] => (true, text),
            [b'-', text @ ..] => (false, text),
            _ => return Err(ReplyReadError::Code),
        };
        Ok(Self {
            code,
            is_last,
            text,
        })
    }
}

fn text(octets: &[u8]) -> String {
    let text = String::from_utf8_lossy(octets);
    match text.contains(is_control) {
        true => text.replace(is_control, " "),
        false => text.into_owned(),
    }
}

fn is_control(char: char) -> bool {
    char.is_control() && char != '\t'
}

#[cfg(test)]
mod tests {
    use alloc::format;
    use alloc::vec::Vec;

    use proptest::prelude::*;

    use super::*;
    use crate::reply::{EnhancedCode, ReplyError};

    fn read(octets: &[u8]) -> Result<Option<(Reply, usize)>, ReplyReadError> {
        Reply::read(octets, &ReplyLimits::default())
    }

    #[test]
    fn a_reply_of_several_lines_is_one() {
        let (reply, consumed) =
            read(b"550-5.7.1 No\r\n550-5.7.1  really\r\n550 5.7.2 no\r\n250 next")
                .unwrap()
                .unwrap();
        assert_eq!(reply.code(), 550);
        assert_eq!(reply.enhanced(), EnhancedCode::new(5, 7, 1));
        assert_eq!(reply.text(), "No\n really\n5.7.2 no");
        assert_eq!(consumed, 47);
    }

    #[test]
    fn bare_codes_are_taken() {
        for octets in [&b"250\r\n"[..], b"250 \r\n", b"250\n"] {
            let (reply, consumed) = read(octets).unwrap().unwrap();
            assert_eq!((reply.code().get(), reply.text()), (250, ""));
            assert_eq!(consumed, octets.len());
        }
    }

    #[test]
    fn an_enhanced_code_of_another_class_is_text() {
        let (reply, _) = read(b"250 5.7.1 odd\r\n").unwrap().unwrap();
        assert_eq!((reply.enhanced(), reply.text()), (None, "5.7.1 odd"));
    }

    #[test]
    fn b11_what_is_no_reply_says_why() {
        for (octets, why) in [
            (&b"25\r\n"[..], ReplyReadError::Code),
            (b"\r\n", ReplyReadError::Code),
            (b"199 no\r\n", ReplyReadError::Code),
            (b"650 no\r\n", ReplyReadError::Code),
            (b"2500 no\r\n", ReplyReadError::Code),
            (b"250_no\r\n", ReplyReadError::Code),
            (b"250-a\r\n550 b\r\n", ReplyReadError::MixedCodes),
        ] {
            assert_eq!(read(octets), Err(why));
        }
    }

    #[test]
    fn b11_lines_and_their_number_have_limits() {
        let limits = ReplyLimits::default().line_octets(10).lines(3);
        let read = |octets: &[u8]| Reply::read(octets, &limits).map(|read| read.is_some());
        assert_eq!(read(b"250 1234\r\n"), Ok(true));
        assert_eq!(read(b"250 12345\r\n"), Err(ReplyReadError::LineTooLong));
        assert_eq!(read(b"250 123456"), Ok(false));
        assert_eq!(read(b"250 1234567"), Err(ReplyReadError::LineTooLong));
        assert_eq!(read(b"250-\r\n250-\r\n250 \r\n"), Ok(true));
        assert_eq!(
            read(b"250-\r\n250-\r\n250-\r\n250 \r\n"),
            Err(ReplyReadError::TooManyLines)
        );
        assert_eq!(read(b"250-\r\n250-\r\n250"), Ok(false));
    }

    #[test]
    fn nothing_unprintable_gets_into_a_log() {
        let (reply, _) = read(b"250 a\x1b[31m\xff\rb\r\n").unwrap().unwrap();
        assert_eq!(reply.text(), "a [31m\u{fffd} b");
    }

    #[test]
    fn a_blank_stands_behind_an_enhanced_code_in_any_case() {
        let reply = Reply::new(250, "2.0.0 \n2.0.0").unwrap();
        let mut out = Vec::new();
        reply.print(&mut out);
        assert_eq!(out, b"250-2.0.0 \r\n250 2.0.0 \r\n");
        assert_eq!(read(&out).unwrap(), Some((reply, out.len())));
    }

    #[test]
    fn a_line_has_512_octets_and_no_more() {
        let text = |length| format!("2.0.0 {}", "a".repeat(length));
        let reply = Reply::new(250, text(500)).unwrap();
        let mut out = Vec::new();
        reply.print(&mut out);
        assert_eq!(out.len(), 512);
        assert_eq!(
            Reply::new(250, text(501)),
            Err(ReplyError::LineTooLong { line: 0 })
        );
    }

    proptest! {
        #[test]
        fn reading_what_was_printed_gives_the_same_reply(
            code in prop_oneof![Just(250u16), Just(354), Just(421), Just(550)],
            text in "([245]\\.[0-9]{1,2}\\.[0-9] )?[ -~\\t]{0,30}(\n([245]\\.[0-9]\\.[0-9] )?[ -~]{0,30}){0,3}",
        ) {
            if let Ok(reply) = Reply::new(code, text) {
                let mut printed = Vec::new();
                reply.print(&mut printed);
                prop_assert_eq!(read(&printed).unwrap(), Some((reply, printed.len())));
                for split in 0..printed.len() {
                    prop_assert_eq!(read(&printed[..split]), Ok(None));
                }
            }
        }

        #[test]
        fn printing_what_was_read_and_reading_it_gives_the_same_reply(
            octets in "(250[ -]([25]\\.[0-9]\\.[0-9] ?)?[a-z0-9. ]{0,8}\r?\n){1,4}",
        ) {
            if let Ok(Some((reply, _))) = read(octets.as_bytes()) {
                let mut printed = Vec::new();
                reply.print(&mut printed);
                prop_assert_eq!(read(&printed), Ok(Some((reply, printed.len()))));
            }
        }

        #[test]
        fn any_octets_are_read_or_refused(octets in proptest::collection::vec(any::<u8>(), 0..80)) {
            let _ = read(&octets);
            let _ = read(&[b"250-", &octets[..]].concat());
        }
    }
}
