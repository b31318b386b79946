//! The relaxed form of header fields ([RFC 6376] §3.4.2).
//!
//! [RFC 6376]: https://www.rfc-editor.org/rfc/rfc6376

use core::mem;

use crate::field::is_wsp;
use crate::gather::{BLOCK, Block, Gather};

/// Octets of a field. What stands behind them is read together with them and changes nothing: so
/// that nearly all can be read where they stand, a block at a time.
#[derive(Clone, Copy)]
pub(crate) struct Span<'o> {
    octets: &'o [u8],
    length: usize,
}

impl<'o> Span<'o> {
    /// The first `length` of these octets.
    pub(crate) fn new(octets: &'o [u8], length: usize) -> Self {
        Self {
            octets,
            length: length.min(octets.len()),
        }
    }

    /// The octets themselves, with nothing behind them.
    fn alone(self) -> &'o [u8] {
        self.octets.get(..self.length).unwrap_or_default()
    }

    #[inline]
    fn skip(&mut self, octets: usize) {
        self.octets = self.octets.get(octets..).unwrap_or_default();
        self.length = self.length.saturating_sub(octets);
    }
}

/// Writes the relaxed form of a name, with the colon behind it.
pub(crate) fn relaxed_name(name: Span<'_>, out: &mut Gather<'_, impl FnMut(&[u8])>) {
    let is_white_space = |octet: Option<&u8>| octet.is_some_and(|&octet| is_wsp(octet));
    // A space before the name is kept: such a field must not verify as another one.
    let mut unfolded = Unfolded {
        started: is_white_space(name.alone().first()),
        white_space: false,
    };
    // With the colon behind it, white space at the end would look like white space in the middle.
    let name = match is_white_space(name.alone().last()) {
        true => Span::new(name.alone(), name.length),
        false => name,
    };
    unfolded.push(name, lower_case, out);
    out.push(&[b':'; BLOCK], 1);
}

/// Writes the relaxed form of a value that is given in parts, without the CRLF at its end. Behind a
/// part that ends with white space stands nothing, or a CR.
pub(crate) fn relaxed_value(parts: &[Span<'_>], out: &mut Gather<'_, impl FnMut(&[u8])>) {
    let mut unfolded = Unfolded::default();
    for part in parts {
        unfolded.push(*part, |block| *block, out);
    }
}

/// Drops folds and reduces white space: none at the start, none at the end, else one SP.
#[derive(Default)]
struct Unfolded {
    /// Something was written.
    started: bool,
    /// White space was read that is written if something follows.
    white_space: bool,
}

impl Unfolded {
    #[inline]
    fn push(
        &mut self,
        mut span: Span<'_>,
        map: impl Fn(&Block) -> Block,
        out: &mut Gather<'_, impl FnMut(&[u8])>,
    ) {
        while span.length > 0 {
            match span.octets {
                [b' ' | b'\t', ..] => {
                    self.white_space = true;
                    span.skip(1);
                }
                [b'\r', b'\n', b' ' | b'\t', ..] if span.length > 2 => {
                    self.white_space = true;
                    span.skip(3);
                }
                _ => {
                    if mem::take(&mut self.white_space) && self.started {
                        out.push(&[b' '; BLOCK], 1);
                    }
                    self.started = true;
                    span.skip(push_text(span, &map, out));
                }
            }
        }
    }
}

/// Writes octets as they are, up to one at which text may end, which the very first is not. Says how
/// many they were.
#[inline]
fn push_text(
    span: Span<'_>,
    map: impl Fn(&Block) -> Block,
    out: &mut Gather<'_, impl FnMut(&[u8])>,
) -> usize {
    let mut rest = span;
    let mut looked_at = !FIRST;
    while rest.length > 0 {
        let filled;
        let window = match rest.octets.first_chunk() {
            Some(window) => window,
            None => {
                filled = filled_window(rest.octets);
                &filled
            }
        };
        let [block @ .., _] = window;
        let length = rest.length.min(BLOCK);
        let [low, high] = odd(window);
        let low = low & looked_at;
        looked_at = !0;
        if low | high != 0 {
            let even = match low {
                0 => u64::BITS + high.trailing_zeros(),
                _ => low.trailing_zeros(),
            };
            let even = (even / u8::BITS) as usize;
            if even < length {
                out.push(&map(block), even);
                return span.length - rest.length + even;
            }
        }
        // Whatever was found, it is behind the end: the next block need not wait for its place.
        out.push(&map(block), length);
        rest.skip(length);
    }
    span.length
}

/// Octets that are too few for a window, and behind them what ends text.
#[cold]
fn filled_window(octets: &[u8]) -> Window {
    let mut window = [b'\r'; BLOCK + 1];
    for (to, octet) in window.iter_mut().zip(octets) {
        *to = *octet;
    }
    window
}

/// The high bit of each octet of a block before which text may end: one below the space, or a space
/// that has none above the space behind it. The lowest bits are for the first octet.
#[inline]
fn odd(window: &Window) -> [u64; 2] {
    let word = |at| {
        let octets = window.get(at..).and_then(|octets| octets.first_chunk());
        octets.map_or(0, |octets| u64::from_le_bytes(*octets))
    };
    [0, WORD].map(|at| {
        let (octets, next) = (word(at), word(at + 1));
        let above_space = above(octets, b' ') | above(next, b' ');
        !(above(octets, b' ' - 1) & above_space) & each(HIGH)
    })
}

/// ASCII letters in lower case, all octets of a block at once.
#[inline]
pub(crate) fn lower_case(block: &Block) -> Block {
    let mut lower = *block;
    let (words, _) = lower.as_chunks_mut::<WORD>();
    for word in words {
        let octets = u64::from_ne_bytes(*word);
        let is_upper = (above(octets, b'A' - 1) ^ above(octets, b'Z')) & !octets & each(HIGH);
        *word = (octets | (is_upper >> 2)).to_ne_bytes();
    }
    lower
}

/// The high bit of each octet above an ASCII character, all at once; other bits mean nothing.
#[inline]
fn above(octets: u64, character: u8) -> u64 {
    // No sum reaches into the next octet.
    ((octets & each(!HIGH)) + each(!HIGH - character)) | octets
}

const fn each(octet: u8) -> u64 {
    u64::from_ne_bytes([octet; WORD])
}

/// A block, and the octet behind it.
type Window = [u8; BLOCK + 1];

/// Octets of a word.
const WORD: usize = 8;

const HIGH: u8 = 0x80;

/// The first octet of a word.
const FIRST: u64 = 0xff;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_are_in_lower_case_and_nothing_else_changes() {
        for octet in 0..=255 {
            let block = core::array::from_fn(|at| if at % 2 == 0 { octet } else { b'A' });
            assert_eq!(lower_case(&block).to_vec(), block.to_ascii_lowercase());
        }
    }

    #[test]
    fn each_octet_is_judged_by_itself_and_the_next() {
        for octet in 0..=255 {
            for next in 0..=255 {
                for at in 0..BLOCK {
                    let mut window = [b'.'; BLOCK + 1];
                    window[at] = octet;
                    window[at + 1] = next;
                    let [low, high] = odd(&window);
                    let odd = u128::from(high) << 64 | u128::from(low);
                    let expected = octet < b' ' || (octet == b' ' && next <= b' ');
                    assert_eq!(odd.to_le_bytes()[at] == HIGH, expected);
                }
            }
        }
    }
}
