//! The canonical forms of a body, as a stream ([RFC 6376] §3.4.3 and §3.4.4).
//!
//! [RFC 6376]: https://www.rfc-editor.org/rfc/rfc6376

use crate::canonicalization::Form;
use crate::piece::Piece;
use crate::relaxed_body::relax;

/// Writes the canonical form of a body that arrives in chunks of any size.
///
/// However the body is cut, the same octets reach the sink. A count of line ends and fewer than two
/// hundred octets are held back, so memory is constant, and each octet is looked at a constant
/// number of times.
///
/// A line ends with CRLF. A bare CR or LF is an octet like any other.
///
/// ```
/// use dkim_canon::{BodyCanon, Form};
///
/// let mut canonical = Vec::new();
/// let mut body = BodyCanon::new(Form::Relaxed);
/// for chunk in [&b"two  wor"[..], b"ds \r", b"\n\r\n\r\n"] {
///     body.update(chunk, |octets| canonical.extend_from_slice(octets));
/// }
/// body.finish(|octets| canonical.extend_from_slice(octets));
/// assert_eq!(canonical, b"two words\r\n");
/// ```
#[derive(Clone, Debug)]
pub struct BodyCanon {
    form: Form,
    held: Held,
    /// Nothing was written so far.
    empty: bool,
    /// What the sink has not been given yet; always empty in the simple form.
    piece: Piece,
}

impl BodyCanon {
    /// At the start of a body.
    pub fn new(form: Form) -> Self {
        Self {
            form,
            held: Held::default(),
            empty: true,
            piece: Piece::new(),
        }
    }

    /// Takes the next octets of the body and writes what of its form is certain.
    pub fn update(&mut self, chunk: &[u8], mut sink: impl FnMut(&[u8])) {
        let start = chunk.iter().position(|&octet| self.is_content(octet));
        let (head, rest) = chunk.split_at(start.unwrap_or(chunk.len()));
        self.blank(head, &mut sink);
        let Some(last) = rest.iter().rposition(|&octet| self.is_content(octet)) else {
            return;
        };
        // Between two octets of content all line ends and white space can be judged on the spot.
        let (middle, tail) = rest.split_at(last + 1);
        self.release(&mut sink);
        self.empty = false;
        match self.form {
            Form::Relaxed => relax(&mut self.piece, middle, &mut sink),
            Form::Simple => sink(middle),
        }
        self.blank(tail, &mut sink);
    }

    /// Ends the body and writes the rest of its form.
    pub fn finish(mut self, mut sink: impl FnMut(&[u8])) {
        if self.held.cr {
            // No LF came: the CR is the last octet of an unterminated line.
            self.release(&mut sink);
        }
        // White space at the end of an unterminated line is at the end of a line all the same.
        match self.form {
            // RFC 6376 §3.4.4: nothing is added to a body of which nothing is left.
            Form::Relaxed if self.empty => {}
            // RFC 6376 §3.4.3: `*CRLF` at the end becomes one CRLF, also where there is none.
            Form::Relaxed | Form::Simple => self.write(b"\r\n", &mut sink),
        }
        self.piece.write_rest(&mut sink);
    }

    /// Whether an octet is neither part of a line end nor of white space that matters.
    fn is_content(&self, octet: u8) -> bool {
        match octet {
            b'\r' | b'\n' => false,
            b' ' | b'\t' => self.form == Form::Simple,
            _ => true,
        }
    }

    /// Takes octets that are not content: holds back what may end the body.
    fn blank(&mut self, octets: &[u8], sink: &mut impl FnMut(&[u8])) {
        // Looked at many at a time, since a hostile body may hold nothing else.
        let white_space = octets.iter().fold(!self.held.cr, |all, &octet| {
            all & ((octet == b' ') | (octet == b'\t'))
        });
        if white_space {
            self.held.white_space |= !octets.is_empty();
            return;
        }
        for &octet in octets {
            match (octet, self.held.cr) {
                (b'\n', true) => {
                    self.held.line_ends += 1;
                    self.held.white_space = false;
                    self.held.cr = false;
                }
                (b'\n', false) => {
                    self.release(sink);
                    self.empty = false;
                    self.write(b"\n", sink);
                }
                // Short, since a hostile body may hold nothing else.
                (b'\r', true) if self.held.line_ends == 0 && !self.held.white_space => {
                    self.empty = false;
                    self.write(b"\r", sink);
                }
                (b'\r', true) => {
                    self.release(sink);
                    self.held.cr = true;
                }
                (b'\r', false) => self.held.cr = true,
                (_, true) => {
                    self.release(sink);
                    self.held.white_space = true;
                }
                (_, false) => self.held.white_space = true,
            }
        }
    }

    /// Writes what was held back: something followed that is not the end of the body.
    fn release(&mut self, sink: &mut impl FnMut(&[u8])) {
        let held = core::mem::take(&mut self.held);
        let mut line_ends = held.line_ends;
        while let Some(left) = line_ends.checked_sub(MANY) {
            self.write(LINE_ENDS.as_flattened(), sink);
            line_ends = left;
        }
        for _ in 0..line_ends {
            self.write(b"\r\n", sink);
        }
        if held.white_space {
            self.write(b" ", sink);
        }
        if held.cr {
            self.write(b"\r", sink);
        }
        self.empty = false;
    }

    /// Writes a few octets behind those that are waiting.
    fn write(&mut self, octets: &[u8], sink: &mut impl FnMut(&[u8])) {
        match self.form {
            Form::Relaxed => {
                self.piece.push_all(octets);
                self.piece.write_full(sink);
            }
            Form::Simple => sink(octets),
        }
    }
}

/// What may be dropped if the body ends, in this order.
#[derive(Clone, Debug, Default)]
struct Held {
    line_ends: u64,
    white_space: bool,
    cr: bool,
}

/// Line ends written at a time, many of them.
const LINE_ENDS: [[u8; 2]; 16] = [*b"\r\n"; 16];

/// How many line ends [`LINE_ENDS`] holds.
const MANY: u64 = LINE_ENDS.len() as u64;

#[cfg(test)]
mod tests {
    use alloc::vec;
    use alloc::vec::Vec;

    use proptest::prelude::*;

    use super::*;

    fn canonical(form: Form, chunks: &[&[u8]]) -> Vec<u8> {
        let mut written = Vec::new();
        let mut body = BodyCanon::new(form);
        for chunk in chunks {
            body.update(chunk, |octets| written.extend_from_slice(octets));
        }
        body.finish(|octets| written.extend_from_slice(octets));
        written
    }

    /// RFC 6376 §3.4.3 and §3.4.4 word by word, a line at a time.
    fn slow(form: Form, body: &[u8]) -> Vec<u8> {
        let mut lines = vec![vec![]];
        let mut octets = body.iter().copied().peekable();
        while let Some(octet) = octets.next() {
            if octet == b'\r' && octets.next_if_eq(&b'\n').is_some() {
                lines.push(vec![]);
            } else {
                lines.last_mut().unwrap().push(octet);
            }
        }
        if form == Form::Relaxed {
            for line in &mut lines {
                while line.last().is_some_and(|octet| b" \t".contains(octet)) {
                    line.pop();
                }
                line.iter_mut()
                    .filter(|octet| **octet == b'\t')
                    .for_each(|octet| *octet = b' ');
                line.dedup_by(|a, b| (*a, *b) == (b' ', b' '));
            }
        }
        while lines.last().is_some_and(Vec::is_empty) {
            lines.pop();
        }
        let mut canonical = Vec::new();
        for line in &lines {
            canonical.extend_from_slice(line);
            canonical.extend_from_slice(b"\r\n");
        }
        if form == Form::Simple && canonical.is_empty() {
            canonical.extend_from_slice(b"\r\n");
        }
        canonical
    }

    /// Every body of up to that many octets over the alphabet of C08.
    fn short_bodies(length: usize) -> impl Iterator<Item = Vec<u8>> {
        const ALPHABET: &[u8] = b"\r\n \ta";
        (0..=length).flat_map(|length| {
            (0..ALPHABET.len().pow(length as u32)).map(move |mut number| {
                let mut body = Vec::with_capacity(length);
                for _ in 0..length {
                    body.push(ALPHABET[number % ALPHABET.len()]);
                    number /= ALPHABET.len();
                }
                body
            })
        })
    }

    const FORMS: [Form; 2] = [Form::Relaxed, Form::Simple];

    #[test]
    fn c08_short_bodies_are_as_the_slow_reference_has_them() {
        for body in short_bodies(7) {
            for form in FORMS {
                assert_eq!(
                    canonical(form, &[&body]),
                    slow(form, &body),
                    "{form} {body:?}"
                );
            }
        }
    }

    /// RFC 6376 §3.4.5.
    #[test]
    fn the_examples_of_rfc_6376_have_the_forms_it_gives() {
        let body = b" C \r\nD \t E\r\n\r\n\r\n";
        assert_eq!(canonical(Form::Relaxed, &[body]), b" C\r\nD E\r\n");
        assert_eq!(canonical(Form::Simple, &[body]), b" C \r\nD \t E\r\n");
    }

    #[test]
    fn c08_empty_bodies() {
        for body in [&b""[..], b"\r\n", b"\r\n\r\n"] {
            assert_eq!(canonical(Form::Simple, &[body]), b"\r\n");
            assert_eq!(canonical(Form::Relaxed, &[body]), b"");
        }
        assert_eq!(canonical(Form::Simple, &[b" "]), b" \r\n");
        assert_eq!(canonical(Form::Relaxed, &[b" "]), b"");
        assert_eq!(canonical(Form::Relaxed, &[b" \t\r\n\t"]), b"");
    }

    #[test]
    fn c09_short_bodies_are_the_same_at_every_split() {
        for body in short_bodies(5) {
            for form in FORMS {
                let whole = slow(form, &body);
                let bytes: Vec<&[u8]> = body.chunks(1).collect();
                assert_eq!(canonical(form, &bytes), whole, "{form} {body:?}");
                for at in 0..=body.len() {
                    let (first, second) = body.split_at(at);
                    assert_eq!(
                        canonical(form, &[first, second]),
                        whole,
                        "{form} {body:?} {at}"
                    );
                }
            }
        }
    }

    #[test]
    fn c08_odd_spots_at_every_place_of_a_block_and_a_piece() {
        for spot in [
            &b" \r\n"[..],
            b"  ",
            b"\t",
            b" \t x",
            b" \rx",
            b"\r\n\r\n",
            b" \r",
            b" ",
        ] {
            for at in 0..600 {
                let mut body = vec![b'a'; 600];
                body.splice(at..at, spot.iter().copied());
                for form in FORMS {
                    assert_eq!(
                        canonical(form, &[&body]),
                        slow(form, &body),
                        "{form} {spot:?} {at}"
                    );
                }
            }
        }
    }

    #[test]
    fn c08_gaps_close_together_and_far_apart() {
        for spot in [
            &b"\t"[..],
            b"  ",
            b" \r",
            b" \r\n",
            b" \0",
            b" \n",
            b"\t \t",
        ] {
            for between in 1..40 {
                let unit = [&vec![b'a'; between], spot].concat();
                let body = [&unit.repeat(20)[..], &vec![b'a'; 300], &unit.repeat(20)].concat();
                assert_eq!(
                    canonical(Form::Relaxed, &[&body]),
                    slow(Form::Relaxed, &body),
                    "{spot:?} {between}"
                );
            }
        }
    }

    #[test]
    fn c11_a_million_blank_lines_are_held_back_by_a_counter() {
        let blank = b"\r\n".repeat(1_000_000);
        assert_eq!(canonical(Form::Simple, &[b"a", &blank]), b"a\r\n");
        assert_eq!(canonical(Form::Relaxed, &[b"a ", &blank]), b"a\r\n");
        let followed = [&b"a"[..], &blank, b"b\r\n"].concat();
        for form in FORMS {
            assert_eq!(canonical(form, &[b"a", &blank, b"b"]), followed);
        }
    }

    fn body() -> impl Strategy<Value = Vec<u8>> {
        let words = [
            &b"word"[..],
            b" ",
            b"  ",
            b"\t",
            b"\r\n",
            b"\r",
            b"\n",
            b"\xff\0",
            b" \r\n",
            b"a line of sixty-four octets, without any odd spot in all of it.\r\n",
        ];
        proptest::collection::vec(proptest::sample::select(words.to_vec()), 0..120)
            .prop_map(|words| words.concat())
    }

    proptest! {
        #[test]
        fn any_body_is_as_the_slow_reference_has_it(body in body()) {
            for form in FORMS {
                prop_assert_eq!(canonical(form, &[&body]), slow(form, &body));
            }
        }

        #[test]
        fn c09_any_split_gives_the_same_octets(body in body(), cuts in proptest::collection::vec(any::<proptest::sample::Index>(), 0..8)) {
            let mut cuts: Vec<usize> = cuts.iter().map(|cut| cut.index(body.len() + 1)).collect();
            cuts.sort_unstable();
            let mut chunks = Vec::new();
            let mut from = 0;
            for cut in cuts {
                chunks.push(&body[from..cut]);
                from = cut;
            }
            chunks.push(&body[from..]);
            for form in FORMS {
                prop_assert_eq!(canonical(form, &chunks), canonical(form, &[&body]));
            }
        }
    }
}
