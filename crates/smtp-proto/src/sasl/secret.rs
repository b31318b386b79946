//! Octets that nobody else should see.

use alloc::vec::Vec;
use core::fmt;
use core::hint::black_box;

use zeroize::Zeroizing;

/// Octets that are, or hold, a password: overwritten when dropped, and not shown by `Debug`.
#[derive(Clone)]
pub struct Secret(Zeroizing<Vec<u8>>);

impl Secret {
    /// Takes the octets over.
    pub fn new(octets: Vec<u8>) -> Self {
        Self(Zeroizing::new(octets))
    }

    /// The octets, to be sent or hashed and never to be logged.
    pub fn expose(&self) -> &[u8] {
        &self.0
    }

    /// Whether the octets are `expected`.
    ///
    /// Takes the same time wherever they differ; the time does tell whether the lengths are the
    /// same.
    pub fn is(&self, expected: &[u8]) -> bool {
        same_octets(&self.0, expected)
    }
}

impl From<&[u8]> for Secret {
    fn from(octets: &[u8]) -> Self {
        Self::new(octets.to_vec())
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(..)")
    }
}

/// Compares every octet, whatever the first ones were. `black_box` keeps the compiler from
/// turning the sum of differences into an early exit.
pub(super) fn same_octets(left: &[u8], right: &[u8]) -> bool {
    if left.len() != right.len() {
        return false;
    }
    let difference = left
        .iter()
        .zip(right)
        .fold(0, |difference, (l, r)| black_box(difference | (l ^ r)));
    difference == 0
}

#[cfg(test)]
mod tests {
    use alloc::format;

    use super::*;

    #[test]
    fn a_secret_is_itself_only() {
        let secret = Secret::from(&b"tanstaaf"[..]);
        assert!(secret.is(b"tanstaaf"));
        for other in [&b""[..], b"tanstaa", b"tanstaafx", b"Tanstaaf", b"tanstaag"] {
            assert!(!secret.is(other));
        }
        assert!(Secret::from(&b""[..]).is(b""));
    }

    #[test]
    fn debug_shows_nothing_of_a_secret() {
        assert_eq!(format!("{:?}", Secret::from(&b"open"[..])), "Secret(..)");
    }
}
