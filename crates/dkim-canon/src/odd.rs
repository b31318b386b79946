//! Finds the white space that a relaxed form drops, many octets at a time.
//!
//! Of a run of white space, the last octet becomes a space and the others are dropped; if a line
//! end follows, the last is dropped too. So whether an octet stays is told by the two behind it,
//! and any number of octets can be judged at once, without a state and without a branch.

/// Octets looked at together.
pub(crate) const BLOCK: usize = 16;

/// As many octets as wanted, and as many from each of the two octets behind the first.
#[derive(Clone, Copy)]
pub(crate) struct Window<'o, const N: usize> {
    octets: &'o [u8; N],
    next: &'o [u8; N],
    next_but_one: &'o [u8; N],
}

impl<'o, const N: usize> Window<'o, N> {
    /// The window at the start of some octets; `None` if they are too few.
    #[inline]
    pub(crate) fn new(octets: &'o [u8]) -> Option<Self> {
        let (_, next) = octets.split_first()?;
        let (_, next_but_one) = next.split_first()?;
        Some(Self {
            octets: octets.first_chunk()?,
            next: next.first_chunk()?,
            next_but_one: next_but_one.first_chunk()?,
        })
    }

    /// Whether one of the octets may change: a TAB, or a space before white space or a CR. Some
    /// octets that do not change are among them, for the sake of a test that costs little.
    ///
    /// Without a branch in it, so that the compiler makes it a few vector instructions.
    #[inline]
    pub(crate) fn may_change(&self) -> bool {
        let mut odd = 0;
        for (&octet, &next) in self.octets.iter().zip(self.next) {
            odd |= u8::from(octet == b'\t') | (u8::from(octet == b' ') & u8::from(next <= b' '));
        }
        odd != 0
    }
}

impl<'o> Window<'o, BLOCK> {
    /// The octets as they are.
    #[inline]
    pub(crate) fn octets(&self) -> &'o [u8; BLOCK] {
        self.octets
    }

    /// The octets with spaces for TABs; how many stay before the first that is dropped; and how
    /// many are dropped from there on.
    #[inline]
    pub(crate) fn change(&self) -> ([u8; BLOCK], usize, usize) {
        let octets = u128::from_le_bytes(*self.octets);
        let next = u128::from_le_bytes(*self.next);
        let next_but_one = u128::from_le_bytes(*self.next_but_one);

        let tabs = equal(octets, b'\t');
        let white_space = tabs | equal(octets, b' ');
        let before_white_space = equal(next, b'\t') | equal(next, b' ');
        let before_line_end = equal(next, b'\r') & equal(next_but_one, b'\n');
        let dropped = white_space & (before_white_space | before_line_end);

        // From here on a dropped octet has all its bits set, so that runs of them can be counted.
        let dropped = dropped | (dropped - (dropped >> 7));
        let kept = dropped.trailing_zeros();
        let run = dropped.checked_shr(kept).map_or(0, u128::trailing_ones);
        let spaced = octets ^ ((tabs >> 2) | (tabs >> 4) | (tabs >> 7));
        (
            spaced.to_le_bytes(),
            (kept / u8::BITS) as usize,
            (run / u8::BITS) as usize,
        )
    }
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
    use alloc::vec::Vec;

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
        fn a_window_is_judged_as_its_octets_one_by_one(
            octets in proptest::collection::vec(
                proptest::sample::select(b"ab\x09\x0a\x0d\x20\x20\x21\x89\xa0\xff\x00\x1f".to_vec()),
                BLOCK + 2,
            )
        ) {
            let kept = (0..BLOCK).take_while(|&at| !is_dropped(&octets[at..])).count();
            let dropped = (kept..BLOCK).take_while(|&at| is_dropped(&octets[at..])).count();
            let spaced: Vec<u8> = octets.iter().map(|&octet| if octet == b'\t' { b' ' } else { octet }).collect();

            let window = Window::<BLOCK>::new(&octets).unwrap();
            let (block, front, run) = window.change();
            prop_assert_eq!((&block[..], front, run), (&spaced[..BLOCK], kept, dropped));
            if !window.may_change() {
                prop_assert_eq!((&block, kept), (window.octets(), BLOCK));
            }
            prop_assert!(Window::<BLOCK>::new(&octets[1..]).is_none());
        }
    }
}
