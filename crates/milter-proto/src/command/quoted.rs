//! Octets as people read them.

use core::fmt;

/// Octets that are mostly text, printed in quotes.
pub(crate) struct Quoted<'i>(pub(crate) &'i [u8]);

impl fmt::Debug for Quoted<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "\"{}\"", self.0.escape_ascii())
    }
}
