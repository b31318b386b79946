//! From the wire to the message: dots taken away, the end found, oddities noted and mended.

#[cfg(test)]
mod tests;

use memchr::{memchr, memrchr};

use super::scan::{STEPS, Seen, clean_octets};
use super::{BareLineEnds, BodyFaults};

/// Reads what a client sends behind 354 or `BDAT`. Any split of the input gives the same octets.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct Unstuffer {
    at: At,
    bare: BareLineEnds,
    /// Whether dots were added for the way, and one alone is the end.
    dots: bool,
    faults: BodyFaults,
    /// Octets of the line that is being read.
    line: usize,
    /// Octets of a line that is not long.
    text_line: usize,
}

/// A piece of the message.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Piece<'i> {
    /// Octets of the input that are done with.
    pub(crate) consumed: usize,
    pub(crate) content: &'i [u8],
    /// The message ends here, behind `content`.
    pub(crate) is_end: bool,
}

/// What stands before the next octet.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum At {
    /// A CR, which is part of what was given out.
    Cr,
    /// A dot at the start of a line, which is never content (RFC 5321 §4.5.2).
    Dot,
    /// Such a dot and a CR, not given out.
    DotCr,
    /// A CR that was not given out.
    HeldCr,
    /// A CRLF, or nothing.
    LineStart,
    /// Anything else.
    Text,
}

impl Unstuffer {
    /// For a message behind `DATA`.
    pub(crate) fn new(bare: BareLineEnds) -> Self {
        Self {
            // The CRLF of DATA itself may be the first of the end (RFC 5321 §4.1.1.4).
            at: At::LineStart,
            bare,
            dots: true,
            faults: BodyFaults::default(),
            line: 0,
            text_line: MAX_LINE,
        }
    }

    /// With another length at which lines count as long.
    pub(crate) fn text_line(self, octets: usize) -> Self {
        Self {
            text_line: octets.max(1),
            ..self
        }
    }

    /// For a message in chunks, whose end is counted and whose dots are its own (RFC 3030 §2).
    pub(crate) fn counted(bare: BareLineEnds) -> Self {
        Self {
            dots: false,
            ..Self::new(bare)
        }
    }

    /// What has been noted so far.
    pub(crate) fn faults(&self) -> BodyFaults {
        self.faults
    }

    /// Takes the next piece of the message from the input. Its content is a slice of the input,
    /// or stands in for octets that came before; it is empty only at the end of the message or
    /// when the whole input is consumed.
    pub(crate) fn read<'i>(&mut self, input: &'i [u8]) -> Piece<'i> {
        let piece = self.piece(input);
        self.measure_lines(piece.content);
        piece
    }

    /// The message ends here, which its own octets do not say. Gives what was held back of it.
    pub(crate) fn end(&mut self) -> &'static [u8] {
        match core::mem::replace(&mut self.at, At::LineStart) {
            At::Cr => {
                self.faults.bare_cr = true;
                b""
            }
            At::DotCr | At::HeldCr => {
                self.faults.bare_cr = true;
                self.bare_cr()
            }
            At::Dot | At::LineStart | At::Text => b"",
        }
    }

    fn piece<'i>(&mut self, input: &'i [u8]) -> Piece<'i> {
        let mut rest = input;
        loop {
            let consumed = input.len() - rest.len();
            let instead = |content, taken| Piece {
                consumed: consumed + taken,
                content,
                is_end: false,
            };
            let Some((&octet, after)) = rest.split_first() else {
                return instead(b"", 0);
            };
            match (self.at, octet) {
                (At::Dot, b'\r') => {
                    self.at = At::DotCr;
                    rest = after;
                }
                (At::Dot, _) => self.at = At::Text,
                (At::DotCr, b'\n') => {
                    return Piece {
                        is_end: true,
                        ..instead(b"", 1)
                    };
                }
                (At::HeldCr, b'\n') => {
                    self.at = At::LineStart;
                    return instead(b"\r\n", 1);
                }
                (At::DotCr | At::HeldCr, _) => {
                    self.at = At::Text;
                    self.faults.bare_cr = true;
                    return instead(self.bare_cr(), 0);
                }
                (At::LineStart, b'.') if self.dots => {
                    self.at = At::Dot;
                    rest = after;
                }
                (At::LineStart | At::Text, b'\n') if self.bare == BareLineEnds::Normalize => {
                    self.at = At::Text;
                    self.faults.bare_lf = true;
                    return instead(b"\r\n", 1);
                }
                (At::Cr | At::LineStart | At::Text, _) => {
                    let run = self.run(rest);
                    let content = rest.get(..run).unwrap_or(rest);
                    if !content.is_empty() {
                        return instead(content, content.len());
                    }
                    // Only a CR that has to be held back begins no run.
                    self.at = At::HeldCr;
                    rest = after;
                }
            }
        }
    }

    /// How many octets from here on are content as they stand.
    fn run(&mut self, input: &[u8]) -> usize {
        let BodyFaults { eight_bit, nul, .. } = self.faults;
        let mut seen = Seen { eight_bit, nul };
        let normalize = self.bare == BareLineEnds::Normalize;
        let mut length = 0;
        let mut steps = 1;
        'run: loop {
            for _ in 0..steps {
                let Some(&octet) = input.get(length) else {
                    break 'run;
                };
                let after_cr = self.at == At::Cr;
                self.faults.bare_cr |= after_cr && octet != b'\n';
                self.at = match octet {
                    b'.' if self.dots && self.at == At::LineStart => break 'run,
                    b'\n' if after_cr => At::LineStart,
                    b'\n' if normalize => break 'run,
                    b'\n' => {
                        self.faults.bare_lf = true;
                        At::Text
                    }
                    b'\r' if normalize && input.get(length + 1) != Some(&b'\n') => break 'run,
                    b'\r' => At::Cr,
                    _ => At::Text,
                };
                seen.eight_bit |= octet >= 0x80;
                seen.nul |= octet == 0;
                length += 1;
            }
            length += self.skip_clean(input, length, &mut seen);
            steps = STEPS;
        }
        self.faults.eight_bit = seen.eight_bit;
        self.faults.nul = seen.nul;
        length
    }

    /// How many octets behind the first `length` can be skipped.
    fn skip_clean(&mut self, input: &[u8], length: usize, seen: &mut Seen) -> usize {
        let Some(from_before) = length.checked_sub(1).and_then(|before| input.get(before..)) else {
            return 0;
        };
        let clean = clean_octets(from_before, seen);
        let (last_but_one, last) = match clean.checked_sub(1) {
            Some(index) => (from_before.get(index), from_before.get(clean)),
            None => return 0,
        };
        // What stands behind them decides about a CR at their end.
        let (skipped, last) = match last {
            Some(b'\r') => (clean - 1, last_but_one),
            last => (clean, last),
        };
        self.at = match last {
            Some(b'\n') => At::LineStart,
            _ => At::Text,
        };
        skipped
    }

    /// What a bare CR is in the message.
    fn bare_cr(&self) -> &'static [u8] {
        match self.bare {
            BareLineEnds::Normalize => b" ",
            BareLineEnds::Reject => b"\r",
        }
    }

    /// Notes lines of more than [`text_line`](Self::text_line) octets, by leaps of the length of one.
    fn measure_lines(&mut self, mut content: &[u8]) {
        loop {
            let (window, after) = match content.split_at_checked(self.text_line - self.line) {
                Some(split) => split,
                None => (content, &b""[..]),
            };
            if let Some((_, probe)) = window.split_last_chunk::<PROBE>()
                && window.len() > 2 * PROBE
                && probe
                    .iter()
                    .fold(false, |any, &octet| any | (octet == b'\n'))
            {
                // Every line that begins in the probe is measured from where the probe begins: it
                // is not long if there is an LF in the next probe, and else it is measured exactly.
                self.line = 0;
                content = content.get(window.len() - PROBE..).unwrap_or_default();
            } else if let Some(line_end) = memrchr(b'\n', window) {
                self.line = 0;
                content = content.get(line_end + 1..).unwrap_or_default();
            } else if self.line + window.len() < self.text_line {
                self.line += window.len();
                return;
            } else {
                self.faults.long_line = true;
                self.line = match memchr(b'\n', after) {
                    Some(line_end) => {
                        content = after.get(line_end + 1..).unwrap_or_default();
                        0
                    }
                    None => self.text_line,
                };
                if self.line > 0 {
                    return;
                }
            }
        }
    }
}

/// RFC 5321 §4.5.3.1.6, with the CRLF and without a dot that was taken away.
const MAX_LINE: usize = 1000;

/// Octets in which the end of an ordinary line is looked for without caring where.
const PROBE: usize = 128;
