//! Finds the spots where a relaxed form differs from its input, many octets at a time.
//!
//! White space is left as it is where it is a single space between two other octets. Everywhere
//! else it is *odd*: a TAB, or a space before another SP, a TAB or a CR. The CR counts because it
//! most likely begins a line end; whether it does is seen when the spot is looked at.

/// Octets looked at together.
pub(crate) const BLOCK: usize = 16;

/// Whether a block holds an odd octet; `next` is the block one octet further on.
///
/// Without a branch in it, so that the compiler makes it a few vector instructions.
#[inline]
pub(crate) fn is_odd<const N: usize>(block: &[u8; N], next: &[u8; N]) -> bool {
    let mut odd = 0;
    for (&octet, &next) in block.iter().zip(next) {
        let space = u8::from(octet == b' ');
        let before = u8::from(next == b' ') | u8::from(next == b'\t') | u8::from(next == b'\r');
        odd |= u8::from(octet == b'\t') | (space & before);
    }
    odd != 0
}

/// Where the first odd octet of a block stands; the block's length if there is none.
#[inline]
pub(crate) fn first_odd(block: &[u8; BLOCK], next: &[u8; BLOCK]) -> usize {
    let (block, next) = (u128::from_le_bytes(*block), u128::from_le_bytes(*next));
    let before = equal(next, b' ') | equal(next, b'\t') | equal(next, b'\r');
    let odd = equal(block, b'\t') | (equal(block, b' ') & before);
    (odd.trailing_zeros() / u8::BITS) as usize
}

/// The high bit of each octet that equals `octet`, and no other bit.
///
/// Exact: the sum stays within each octet, so that nothing is carried into the next one.
#[inline]
fn equal(octets: u128, octet: u8) -> u128 {
    const LOW: u128 = u128::from_le_bytes([0x7f; BLOCK]);
    let zero_where_equal = octets ^ u128::from_le_bytes([octet; BLOCK]);
    !(((zero_where_equal & LOW) + LOW) | zero_where_equal | LOW)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn slow(octets: &[u8; BLOCK + 1]) -> usize {
        octets
            .windows(2)
            .position(|pair| {
                matches!(
                    pair,
                    [b'\t', _] | [b' ', b' '] | [b' ', b'\t'] | [b' ', b'\r']
                )
            })
            .unwrap_or(BLOCK)
    }

    proptest! {
        #[test]
        fn the_first_odd_octet_is_the_one_found_slowly(
            octets in proptest::array::uniform17(
                proptest::sample::select(b"ab\x09\x0a\x0d\x20\x20\x21\x89\xa0\xff\x00\x1f".to_vec())
            )
        ) {
            let block = octets.first_chunk().unwrap();
            let next = octets.last_chunk().unwrap();
            prop_assert_eq!(first_odd(block, next), slow(&octets));
            prop_assert_eq!(is_odd(block, next), slow(&octets) < BLOCK);
        }
    }
}
