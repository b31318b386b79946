//! Lines found in the input, whatever its pieces.

use memchr::memchr;

/// Finds the ends of lines. Looks at each octet once, although an unfinished line is given again.
#[derive(Clone, Debug, Default)]
pub(super) struct LineReader {
    /// Octets at the start of the next input that hold no end of a line.
    searched: usize,
    /// Octets of a line that is too long, and so far without an end.
    dropped: usize,
    /// How that line began.
    start: [u8; 4],
}

/// What the input begins with.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) struct Line<'i> {
    pub(super) consumed: usize,
    pub(super) found: Found<'i>,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Found<'i> {
    /// A line that is longer than anybody can mean. It may not have ended.
    Endless,
    /// A line, without its CRLF.
    Line(&'i [u8]),
    /// The end of a line is not there yet.
    Nothing,
    /// The end of a line that is too long, and how it began.
    TooLong { start: [u8; 4] },
}

impl LineReader {
    /// Finds the next line of at most `limit` octets with its CRLF. Only CRLF ends a line
    /// (RFC 5321 §2.3.8). One that is longer is dropped up to its end, or is [`Found::Endless`]
    /// beyond `endless` octets.
    pub(super) fn read<'i>(&mut self, input: &'i [u8], limit: usize, endless: usize) -> Line<'i> {
        let Some(line_end) = self.find_crlf(input) else {
            return self.wait(input, limit, endless);
        };
        let consumed = line_end + 2;
        let Self { dropped, start, .. } = core::mem::take(self);
        let length = dropped.saturating_add(consumed);
        let found = match input.get(..line_end) {
            _ if length > endless.max(limit) => Found::Endless,
            Some(line) if dropped == 0 && length <= limit => Found::Line(line),
            _ if dropped > 0 => Found::TooLong { start },
            _ => Found::TooLong {
                start: start_of(input),
            },
        };
        Line { consumed, found }
    }

    fn find_crlf(&mut self, input: &[u8]) -> Option<usize> {
        loop {
            let unsearched = input.get(self.searched..)?;
            let lf = self.searched + memchr(b'\n', unsearched)?;
            let cr = lf.checked_sub(1);
            if let Some(cr) = cr.filter(|&cr| input.get(cr) == Some(&b'\r')) {
                return Some(cr);
            }
            self.searched = lf + 1;
        }
    }

    fn wait<'i>(&mut self, input: &[u8], limit: usize, endless: usize) -> Line<'i> {
        // A CR at the end may be half of a CRLF.
        let without_cr = input.len() - usize::from(input.ends_with(b"\r"));
        let is_dropped = self.dropped > 0 || input.len() >= limit;
        let consumed = if is_dropped { without_cr } else { 0 };
        if self.dropped == 0 {
            self.start = start_of(input);
        }
        self.dropped = self.dropped.saturating_add(consumed);
        self.searched = without_cr - consumed;
        let found = match self.dropped > endless.max(limit) {
            true => Found::Endless,
            false => Found::Nothing,
        };
        Line { consumed, found }
    }
}

/// The first octets, as far as they go.
fn start_of(line: &[u8]) -> [u8; 4] {
    let mut start = [0; 4];
    for (to, from) in start.iter_mut().zip(line) {
        *to = *from;
    }
    start
}

#[cfg(test)]
mod tests {
    use alloc::string::String;
    use alloc::vec;
    use alloc::vec::Vec;

    use proptest::prelude::*;

    use super::*;

    /// The lines found in pieces of the input: `None` for one that is too long.
    fn lines(pieces: &[&[u8]], limit: usize) -> Vec<Option<String>> {
        let mut reader = LineReader::default();
        let mut input = Vec::new();
        let mut lines = Vec::new();
        for piece in pieces {
            input.extend_from_slice(piece);
            loop {
                let line = reader.read(&input, limit, 1000);
                match line.found {
                    Found::Line(line) => lines.push(String::from_utf8(line.to_vec()).ok()),
                    Found::TooLong { .. } => lines.push(None),
                    Found::Nothing => {}
                    Found::Endless => return lines,
                }
                let done = matches!(line.found, Found::Nothing);
                input.drain(..line.consumed);
                assert!(input.len() < limit || !done);
                if done {
                    break;
                }
            }
        }
        lines
    }

    #[test]
    fn b11_a_line_has_its_limit_and_the_next_is_found() {
        let line = |text: &str| Some(String::from(text));
        assert_eq!(
            lines(&[b"12345678\r\nab\r\n"], 10),
            [line("12345678"), line("ab")]
        );
        assert_eq!(lines(&[b"123456789\r\nab\r\n"], 10), [None, line("ab")]);
        assert_eq!(lines(&[b"a\nb\r\r\n\r\n"], 10), [line("a\nb\r"), line("")]);
    }

    #[test]
    fn b11_an_endless_line_is_noticed_with_and_without_its_end() {
        for (length, endless) in [(998, false), (999, true)] {
            let input = [&vec![b'a'; length][..], b"\r\n"].concat();
            for piece in [1, 7, 2000] {
                let mut reader = LineReader::default();
                let mut pending: Vec<u8> = Vec::new();
                let mut found_endless = false;
                for piece in input.chunks(piece) {
                    pending.extend_from_slice(piece);
                    let line = reader.read(&pending, 10, 1000);
                    found_endless |= line.found == Found::Endless;
                    pending.drain(..line.consumed);
                }
                assert_eq!(found_endless, endless, "{length} in pieces of {piece}");
            }
        }
    }

    proptest! {
        #[test]
        fn any_split_gives_the_same_lines(
            text in "([a\r\n]{0,14}\r\n){0,6}",
            splits in proptest::collection::vec(any::<proptest::sample::Index>(), 0..4),
        ) {
            let input = text.as_bytes();
            let octets: Vec<&[u8]> = input.chunks(1).collect();
            let whole = lines(&[input], 10);
            prop_assert_eq!(&lines(&octets, 10), &whole);
            let mut places: Vec<usize> =
                splits.iter().map(|split| split.index(input.len() + 1)).collect();
            places.sort_unstable();
            let mut pieces = Vec::new();
            let mut from = 0;
            for place in places {
                pieces.push(&input[from..place]);
                from = place;
            }
            pieces.push(&input[from..]);
            prop_assert_eq!(&lines(&pieces, 10), &whole);
        }
    }
}
