//! Line ends as they are on the wire.

use memchr::memchr2_iter;

/// Turns bare CR and bare LF into CRLF, as a stream.
///
/// For messages from files and pipes, *before* they are signed or verified: RFC 6376 §5.3 wants
/// them in this form. Everything else here takes octets as they are given.
///
/// ```
/// use dkim_canon::ToCrlf;
///
/// let mut message = Vec::new();
/// let mut lines = ToCrlf::default();
/// for chunk in [&b"one\ntwo\r"[..], b"\nthree\n"] {
///     lines.update(chunk, |octets| message.extend_from_slice(octets));
/// }
/// assert_eq!(message, b"one\r\ntwo\r\nthree\r\n");
/// ```
///
/// A whole file is one chunk.
#[derive(Clone, Debug, Default)]
pub struct ToCrlf {
    /// The last octet was a CR, for which a whole CRLF was written.
    after_cr: bool,
}

impl ToCrlf {
    /// Takes the next octets and writes them with their line ends changed. Nothing is held back.
    pub fn update(&mut self, chunk: &[u8], mut sink: impl FnMut(&[u8])) {
        let Some(&last) = chunk.last() else {
            return;
        };
        let octets = match self.after_cr {
            true => chunk.strip_prefix(b"\n").unwrap_or(chunk),
            false => chunk,
        };
        self.after_cr = last == b'\r';
        let mut from = 0;
        for at in memchr2_iter(b'\r', b'\n', octets) {
            let before = at.checked_sub(1).and_then(|before| octets.get(before));
            let (upto, end): (usize, &[u8]) = match (octets.get(at), octets.get(at + 1)) {
                (Some(b'\r'), Some(b'\n')) => continue,
                (Some(b'\r'), _) => (at + 1, b"\n"),
                _ if before == Some(&b'\r') => continue,
                _ => (at, b"\r\n"),
            };
            sink(octets.get(from..upto).unwrap_or_default());
            sink(end);
            from = at + 1;
        }
        sink(octets.get(from..).unwrap_or_default());
    }
}

#[cfg(test)]
mod tests {
    use alloc::vec::Vec;

    use super::*;

    fn normal(chunks: &[&[u8]]) -> Vec<u8> {
        let mut written = Vec::new();
        let mut lines = ToCrlf::default();
        for chunk in chunks {
            lines.update(chunk, |octets| written.extend_from_slice(octets));
        }
        written
    }

    const CASES: &[(&[u8], &[u8])] = &[
        (b"", b""),
        (b"a", b"a"),
        (b"a\r\nb\r\n", b"a\r\nb\r\n"),
        (b"a\nb\n", b"a\r\nb\r\n"),
        (b"a\rb\r", b"a\r\nb\r\n"),
        (b"\n\n\r\r\n\r", b"\r\n\r\n\r\n\r\n\r\n"),
        (b"a\r\r\nb", b"a\r\n\r\nb"),
        (b"a\n\rb", b"a\r\n\r\nb"),
    ];

    #[test]
    fn every_line_end_becomes_crlf_at_every_split() {
        for (input, expected) in CASES {
            let octets: Vec<&[u8]> = input.chunks(1).collect();
            assert_eq!(normal(&octets), *expected);
            for at in 0..=input.len() {
                let (first, second) = input.split_at(at);
                assert_eq!(normal(&[first, second]), *expected, "{at} {input:?}");
            }
        }
    }

    #[test]
    fn what_is_normal_stays_as_it_is() {
        for (_, normalized) in CASES {
            assert_eq!(normal(&[normalized]), *normalized);
        }
    }
}
