//! Replies put together from whatever pieces arrive.

use alloc::vec::Vec;

use memchr::memchr;

use crate::reply::{Reply, ReplyLimits, ReplyReadError};

/// Keeps the lines of a reply until the last has come. Looks at each octet once, however the
/// reply is cut.
#[derive(Debug, Default)]
pub(super) struct ReplyReader {
    /// Complete lines, and the start of the next.
    octets: Vec<u8>,
    /// Where that start is.
    line: usize,
    lines: usize,
}

impl ReplyReader {
    /// Takes octets up to the end of a reply. Gives how many were taken, and the reply if it is
    /// complete: else, all were.
    pub(super) fn read(
        &mut self,
        input: &[u8],
        limits: &ReplyLimits,
    ) -> Result<(usize, Option<Reply>), ReplyReadError> {
        let mut rest = input;
        while let Some(line_end) = memchr(b'\n', rest) {
            let (line, after) = rest.split_at_checked(line_end + 1).unwrap_or((rest, b""));
            rest = after;
            self.take(line, limits)?;
            if self.is_last_line() {
                let octets = core::mem::take(self).octets;
                let reply = Reply::read(&octets, limits)?.map(|(reply, _)| reply);
                return Ok((input.len() - rest.len(), reply));
            }
            self.line = self.octets.len();
            self.lines += 1;
            if self.lines >= limits.lines {
                return Err(ReplyReadError::TooManyLines);
            }
        }
        self.take(rest, limits)?;
        Ok((input.len(), None))
    }

    /// Forgets what it has of a reply.
    pub(super) fn clear(&mut self) {
        *self = Self::default();
    }

    /// Adds to the line under way.
    fn take(&mut self, octets: &[u8], limits: &ReplyLimits) -> Result<(), ReplyReadError> {
        let length = (self.octets.len() - self.line).saturating_add(octets.len());
        if length > limits.line_octets {
            return Err(ReplyReadError::LineTooLong);
        }
        self.octets.extend_from_slice(octets);
        Ok(())
    }

    /// Whether the line, which is complete, is the last of its reply, or no reply line at all: for
    /// what is wrong, nothing more has to be waited for.
    fn is_last_line(&self) -> bool {
        let line = self.octets.get(self.line..).unwrap_or_default();
        !matches!(line, [b'0'..=b'9', b'0'..=b'9', b'0'..=b'9', b'-', ..])
    }
}

#[cfg(test)]
mod tests {
    use alloc::vec;

    use proptest::prelude::*;

    use super::*;

    fn limits() -> ReplyLimits {
        ReplyLimits::default().line_octets(40).lines(4)
    }

    /// Every reply in the octets, or the error.
    fn read<'c>(chunks: impl IntoIterator<Item = &'c [u8]>) -> Result<Vec<Reply>, ReplyReadError> {
        let mut reader = ReplyReader::default();
        let mut replies = Vec::new();
        for mut rest in chunks {
            while !rest.is_empty() {
                let (taken, reply) = reader.read(rest, &limits())?;
                rest = &rest[taken..];
                replies.extend(reply);
            }
        }
        Ok(replies)
    }

    /// The same at once and octet by octet.
    fn read_both(octets: &[u8]) -> Result<Vec<Reply>, ReplyReadError> {
        let whole = read([octets]);
        assert_eq!(read(octets.chunks(1)), whole);
        whole
    }

    #[test]
    fn replies_come_one_by_one() {
        let replies = read_both(b"250-a\r\n250 b\r\n550 5.1.1 c\r\n354\r\n").unwrap();
        let codes: Vec<_> = replies.iter().map(|reply| reply.code().get()).collect();
        assert_eq!(codes, [250, 550, 354]);
        assert_eq!(replies[0].text(), "a\nb");
    }

    #[test]
    fn b11_reply_lines_are_capped() {
        let line = |length: usize| [b"250 ", &*b"x".repeat(length - 6), b"\r\n"].concat();
        assert!(read_both(&line(40)).is_ok());
        assert_eq!(read_both(&line(41)), Err(ReplyReadError::LineTooLong));
        // One without an end is not kept either.
        assert_eq!(read_both(&[b'2'; 41]), Err(ReplyReadError::LineTooLong));
    }

    #[test]
    fn b11_lines_of_a_reply_are_capped() {
        let reply = |lines: usize| [&*b"250-x\r\n".repeat(lines - 1), b"250 x\r\n"].concat();
        assert!(read_both(&reply(4)).is_ok());
        assert_eq!(read_both(&reply(5)), Err(ReplyReadError::TooManyLines));
        // The count starts again with each reply.
        let two = [reply(4), reply(4)].concat();
        assert_eq!(read_both(&two).map(|replies| replies.len()), Ok(2));
    }

    #[test]
    fn b11_mixed_codes_are_an_error() {
        let mixed = b"250-fine\r\n550 or not\r\n";
        assert_eq!(read_both(mixed), Err(ReplyReadError::MixedCodes));
    }

    #[test]
    fn what_is_no_reply_is_known_at_the_end_of_its_line() {
        for octets in [
            &b"\r\n"[..],
            b"25\r\n",
            b"250x\r\n",
            b"150 preliminary\r\n",
            b"-ERR\r\n",
            b"HTTP/1.1 400 Bad Request\r\n",
        ] {
            assert_eq!(read_both(octets), Err(ReplyReadError::Code), "{octets:?}");
        }
    }

    proptest! {
        #[test]
        fn pieces_make_no_difference(
            lines in proptest::collection::vec(prop::sample::select(vec![
                "250-a\r\n", "250 b\r\n", "550 5.1.1 c\r\n", "354\r\n", "x\r\n", "250 \n", "250 \r",
            ]), 0..8),
            at in any::<prop::sample::Index>(),
        ) {
            let octets = lines.concat().into_bytes();
            let (head, tail) = octets.split_at(at.index(octets.len() + 1));
            prop_assert_eq!(read([head, tail]), read_both(&octets));
        }
    }
}
