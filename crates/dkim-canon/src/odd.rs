//! Finds the white space that a relaxed form drops, many octets at a time.
//!
//! Of a run of white space, the last octet becomes a space and the others are dropped; if a line
//! end follows, the last is dropped too. So whether an octet stays is told by the two behind it,
//! and any number of octets can be judged at once, without a state and without a branch.

/// Octets judged together: as many as a word has bits.
pub(crate) const BLOCK: usize = u64::BITS as usize;

/// A block, and as many octets behind it.
pub(crate) const WINDOW: usize = 2 * BLOCK;

/// Whether an octet of the first block may be one that is dropped: white space before white space,
/// a CR or, for the sake of a test that costs little, another control character.
///
/// Without a branch in it, so that the compiler makes it a few vector instructions.
#[inline]
pub(crate) fn may_drop(window: &[u8; WINDOW]) -> bool {
    let mut odd = 0;
    for (&octet, &next) in window[..BLOCK].iter().zip(&window[1..]) {
        odd |= is_white_space(octet) & u8::from(next <= b' ');
    }
    odd != 0
}

/// A bit for each octet of the first block, the lowest for the first: whether it is dropped.
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
            for at in 0..BLOCK {
                let expected = is_dropped(&octets[at..]);
                prop_assert_eq!(dropped(window) >> at & 1 == 1, expected, "{}", at);
                prop_assert!(may_drop(window) || !expected);
            }
        }

        #[test]
        fn a_block_without_odd_white_space_is_not_looked_at_twice(
            words in proptest::collection::vec("[!-~]{1,12}[ \t]", WINDOW)
        ) {
            prop_assert!(!may_drop(words.concat().as_bytes().first_chunk().unwrap()));
        }
    }
}
