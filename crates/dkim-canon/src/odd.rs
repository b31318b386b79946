//! Finds the white space that a relaxed form changes, many octets at a time.
//!
//! A run of white space becomes one space, or nothing before a line end. A space before an octet
//! that is not white space stays as it is. Whether an octet may have to go is told by it and the
//! one behind it, so that any number of octets can be judged at once, without a state and without
//! a branch.

/// Octets judged together: as many as a word has bits.
pub(crate) const BLOCK: usize = u64::BITS as usize;

/// A block, and as many octets behind it.
pub(crate) const WINDOW: usize = 2 * BLOCK;

/// A bit for each octet of the first block, the lowest for the first: whether it belongs to a gap.
///
/// A gap is made of TABs, and of spaces before white space, a line end or, for the sake of a test
/// that costs little, another control character. What it leaves is for [`leaves_space`] to say.
#[inline]
pub(crate) fn gaps(window: &[u8; WINDOW]) -> u64 {
    let (block, next) = (&window[..BLOCK], &window[1..=BLOCK]);
    let odd: [u8; BLOCK] = core::array::from_fn(|at| {
        let space = u8::from(block[at] == b' ') & u8::from(next[at] <= b' ');
        space | u8::from(block[at] == b'\t')
    });
    lowest_bits(&odd)
}

/// Whether a gap leaves a space: not if more white space follows, which stands for all of it, nor
/// before a line end.
#[inline]
pub(crate) fn leaves_space(next: u8, next_but_one: u8) -> bool {
    let white_space = (next == b' ') | (next == b'\t');
    let line_end = (next == b'\r') & (next_but_one == b'\n');
    !(white_space | line_end)
}

/// A bit for each octet of the first block, the lowest for the first: whether it is dropped.
/// The others are the relaxed form once TABs are spaces.
#[inline]
pub(crate) fn dropped(window: &[u8; WINDOW]) -> u64 {
    let mut dropped = [0; BLOCK];
    let octets = window[..BLOCK].iter().zip(&window[1..]).zip(&window[2..]);
    for (to, ((&octet, &next), &next_but_one)) in dropped.iter_mut().zip(octets) {
        let before_line_end = u8::from(next == b'\r') & u8::from(next_but_one == b'\n');
        *to = is_white_space(octet) & (is_white_space(next) | before_line_end);
    }
    lowest_bits(&dropped)
}

/// 1 or 0.
#[inline]
fn is_white_space(octet: u8) -> u8 {
    u8::from(octet == b' ') | u8::from(octet == b'\t')
}

/// The lowest bit of each octet, all others being 0.
#[inline]
fn lowest_bits(octets: &[u8; BLOCK]) -> u64 {
    let (words, _) = octets.as_chunks();
    words.iter().fold(0, |bits, word| {
        // Moves the bit of octet `i` to bit `56 + i`. No two meet, so nothing is carried.
        let gathered = u64::from_le_bytes(*word).wrapping_mul(0x0102_0408_1020_4080);
        (bits >> u8::BITS) | (gathered & TOP)
    })
}

/// The highest octet of a word.
const TOP: u64 = 0xff << (u64::BITS - u8::BITS);

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn is_in_gap(octet: u8, next: u8) -> bool {
        octet == b'\t' || octet == b' ' && next <= b' '
    }

    /// The rule for one octet, as RFC 6376 §3.4.4 gives it.
    fn is_dropped(octets: &[u8]) -> bool {
        match octets {
            [b' ' | b'\t', rest @ ..] => {
                matches!(rest, [b' ' | b'\t', ..]) || rest.starts_with(b"\r\n")
            }
            _ => false,
        }
    }

    proptest! {
        #[test]
        fn a_block_is_judged_as_its_octets_one_by_one(
            octets in proptest::collection::vec(
                proptest::sample::select(b"ab\x09\x0a\x0d\x20\x20\x21\x89\xa0\xff\x00\x1f".to_vec()),
                WINDOW,
            )
        ) {
            let window = octets.first_chunk().unwrap();
            let (gaps, dropped) = (gaps(window), dropped(window));
            for at in 0..BLOCK {
                prop_assert_eq!(dropped >> at & 1 == 1, is_dropped(&octets[at..]), "{}", at);
                let expected = is_in_gap(octets[at], octets[at + 1]);
                prop_assert_eq!(gaps >> at & 1 == 1, expected, "{}", at);
            }
        }
    }

    #[test]
    fn a_gap_leaves_a_space_unless_white_space_or_a_line_end_follows() {
        for (next, expected) in [
            (b" a", false),
            (b"\ta", false),
            (b"\r\n", false),
            (b"\ra", true),
            (b"\na", true),
            (b"\0\n", true),
            (b"ab", true),
        ] {
            assert_eq!(leaves_space(next[0], next[1]), expected, "{next:?}");
        }
    }
}
