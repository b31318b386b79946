//! From a message to the wire: a dot put before each line that begins with one, the end added.

use alloc::vec::Vec;

use thiserror::Error;

use super::BareLineEnds;
use super::scan::{STEPS, Seen, clean_octets};

/// Writes a message as a client sends it behind 354. Any split of the message gives the same
/// octets.
///
/// ```
/// use smtp_proto::data::{BareLineEnds, DotStuffer};
///
/// # fn main() -> Result<(), smtp_proto::data::BareLineEnd> {
/// let mut out = Vec::new();
/// let mut stuffer = DotStuffer::new(BareLineEnds::Reject);
/// stuffer.write(b"Subject: dots\r\n\r\n.net", &mut out)?;
/// stuffer.finish(&mut out)?;
/// assert_eq!(out, b"Subject: dots\r\n\r\n..net\r\n.\r\n");
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct DotStuffer {
    at: At,
    bare: BareLineEnds,
    /// Whether dots are added for the way, and one alone is the end.
    dots: bool,
}

/// What stands before the next octet.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum At {
    /// A CR that has not been written.
    Cr,
    /// A CRLF, or nothing.
    LineStart,
    /// Anything else.
    Text,
}

impl DotStuffer {
    /// Begins a message.
    pub fn new(bare: BareLineEnds) -> Self {
        Self {
            at: At::LineStart,
            bare,
            dots: true,
        }
    }

    /// Begins a message in chunks, whose dots and end are its own (RFC 3030 §2): only its line ends
    /// are looked at.
    pub(crate) fn counted(bare: BareLineEnds) -> Self {
        Self {
            dots: false,
            ..Self::new(bare)
        }
    }

    /// Appends a piece of the message. After an error the message cannot be completed, and the
    /// connection has to be closed: what has been sent of it must not be taken for a whole.
    pub fn write(&mut self, message: &[u8], out: &mut Vec<u8>) -> Result<(), BareLineEnd> {
        let mut rest = message;
        while !rest.is_empty() {
            rest = self.write_clean(rest, out);
            for _ in 0..STEPS {
                let Some((&octet, after)) = rest.split_first() else {
                    break;
                };
                self.write_octet(octet, out)?;
                rest = after;
            }
        }
        Ok(())
    }

    /// Ends the message: CRLF if its last line has none (RFC 5321 §4.1.1.4), and the line with
    /// the dot.
    pub fn finish(mut self, out: &mut Vec<u8>) -> Result<(), BareLineEnd> {
        if self.at == At::Cr {
            self.bare_cr(out)?;
        }
        if self.at == At::Text {
            out.extend_from_slice(b"\r\n");
        }
        if self.dots {
            out.extend_from_slice(b".\r\n");
        }
        Ok(())
    }

    /// Copies what needs no look at single octets, and gives what is left.
    fn write_clean<'m>(&mut self, message: &'m [u8], out: &mut Vec<u8>) -> &'m [u8] {
        // The scan needs one octet before it, which must be in the middle of a line.
        if self.at != At::Text || matches!(message.first(), Some(b'\r' | b'\n') | None) {
            return message;
        }
        let clean = 1 + clean_octets(message, &mut Seen::default());
        let Some((clean, rest)) = message.split_at_checked(clean) else {
            return message;
        };
        let (written, at) = match clean {
            [written @ .., b'\r'] => (written, At::Cr),
            [.., b'\n'] => (clean, At::LineStart),
            _ => (clean, At::Text),
        };
        out.extend_from_slice(written);
        self.at = at;
        rest
    }

    fn write_octet(&mut self, octet: u8, out: &mut Vec<u8>) -> Result<(), BareLineEnd> {
        if self.at == At::Cr && octet != b'\n' {
            self.bare_cr(out)?;
        }
        self.at = match (self.at, octet) {
            (At::Cr, b'\n') => {
                out.extend_from_slice(b"\r\n");
                At::LineStart
            }
            (_, b'\n') if self.bare == BareLineEnds::Normalize => {
                out.extend_from_slice(b"\r\n");
                At::LineStart
            }
            (_, b'\n') => return Err(BareLineEnd),
            (_, b'\r') => At::Cr,
            (At::LineStart, b'.') if self.dots => {
                out.extend_from_slice(b"..");
                At::Text
            }
            (_, octet) => {
                out.push(octet);
                At::Text
            }
        };
        Ok(())
    }

    fn bare_cr(&mut self, out: &mut Vec<u8>) -> Result<(), BareLineEnd> {
        if self.bare == BareLineEnds::Reject {
            return Err(BareLineEnd);
        }
        out.push(b' ');
        self.at = At::Text;
        Ok(())
    }
}

/// The message holds a CR or an LF that stands alone.
#[derive(Clone, Copy, Debug, Eq, Error, PartialEq)]
#[error("bare CR or LF in a message")]
#[non_exhaustive]
pub struct BareLineEnd;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn stuff(bare: BareLineEnds, pieces: &[&[u8]]) -> Result<Vec<u8>, BareLineEnd> {
        let mut out = Vec::new();
        let mut stuffer = DotStuffer::new(bare);
        for piece in pieces {
            stuffer.write(piece, &mut out)?;
        }
        stuffer.finish(&mut out)?;
        Ok(out)
    }

    #[test]
    fn b02_an_end_inside_the_message_is_stuffed() {
        let message = b"a\r\n.\r\nMAIL FROM:<>\r\n";
        assert_eq!(
            stuff(BareLineEnds::Reject, &[message]),
            Ok(b"a\r\n..\r\nMAIL FROM:<>\r\n.\r\n".to_vec())
        );
    }

    #[test]
    fn b02_bare_line_ends_are_refused_or_mended_before_stuffing() {
        for (message, mended) in [
            (&b"a\n.\nb"[..], &b"a\r\n..\r\nb\r\n.\r\n"[..]),
            (b"a\r.\rb", b"a . b\r\n.\r\n"),
            (b"a\r", b"a \r\n.\r\n"),
            (b"\n.\r\n", b"\r\n..\r\n.\r\n"),
            (b"a\r\r\n.b", b"a \r\n..b\r\n.\r\n"),
        ] {
            for split in 0..=message.len() {
                let pieces = [&message[..split], &message[split..]];
                assert_eq!(stuff(BareLineEnds::Reject, &pieces), Err(BareLineEnd));
                assert_eq!(stuff(BareLineEnds::Normalize, &pieces), Ok(mended.to_vec()));
            }
        }
    }

    #[test]
    fn b15_a_last_line_without_crlf_gets_one_and_an_empty_message_none() {
        for (message, out) in [
            (&b""[..], &b".\r\n"[..]),
            (b".x", b"..x\r\n.\r\n"),
            (b"x\r\n", b"x\r\n.\r\n"),
            (b".", b"..\r\n.\r\n"),
        ] {
            assert_eq!(stuff(BareLineEnds::Reject, &[message]), Ok(out.to_vec()));
        }
    }

    #[test]
    fn b02_counted_messages_have_their_line_ends_looked_at_and_nothing_else() {
        for (message, counted) in [
            (&b""[..], Some(&b""[..])),
            (b".x\r\n.\r\n", Some(b".x\r\n.\r\n")),
            (b"x", Some(b"x\r\n")),
            (b"a\n.\nb\r", None),
        ] {
            for split in 0..=message.len() {
                let mut out = Vec::new();
                let mut stuffer = DotStuffer::counted(BareLineEnds::Reject);
                let written = stuffer
                    .write(&message[..split], &mut out)
                    .and_then(|()| stuffer.write(&message[split..], &mut out))
                    .and_then(|()| stuffer.finish(&mut out));
                match counted {
                    Some(counted) => assert_eq!((written, &out[..]), (Ok(()), counted)),
                    None => assert_eq!(written, Err(BareLineEnd)),
                }
            }
        }
        let mut out = Vec::new();
        let mut stuffer = DotStuffer::counted(BareLineEnds::Normalize);
        stuffer.write(b"a\n.\nb\r", &mut out).unwrap();
        stuffer.finish(&mut out).unwrap();
        assert_eq!(out, b"a\r\n.\r\nb \r\n");
    }

    proptest! {
        #[test]
        fn what_was_stuffed_is_read_back_at_any_split(
            parts in proptest::collection::vec(
                prop_oneof![
                    Just(b"\r\n".to_vec()),
                    Just(b"\r\n.".to_vec()),
                    Just(b".".to_vec()),
                    proptest::collection::vec(b'a'..=b'c', 0..200),
                ],
                0..30,
            ),
            split in any::<proptest::sample::Index>(),
        ) {
            let message = [parts.concat(), b"\r\n".to_vec()].concat();
            let (one, two) = message.split_at(split.index(message.len()));
            let wire = stuff(BareLineEnds::Reject, &[one, two]).unwrap();
            prop_assert_eq!(&stuff(BareLineEnds::Reject, &[&message]).unwrap(), &wire);
            let mut unstuffer = crate::data::Unstuffer::new(BareLineEnds::Reject);
            let mut read = Vec::new();
            let mut rest = &wire[..];
            loop {
                let piece = unstuffer.read(rest);
                rest = &rest[piece.consumed..];
                read.extend_from_slice(piece.content);
                if piece.is_end {
                    break;
                }
            }
            prop_assert_eq!(rest, b"");
            prop_assert_eq!(read, message);
        }

        #[test]
        fn mended_text_never_holds_an_end(message in "[\r\n.a]{0,12}") {
            let wire = stuff(BareLineEnds::Normalize, &[message.as_bytes()]).unwrap();
            let body = wire.strip_suffix(b".\r\n").unwrap();
            prop_assert!(!body.starts_with(b".\r\n"));
            prop_assert!(!body.windows(5).any(|window| window == b"\r\n.\r\n"));
        }
    }
}
