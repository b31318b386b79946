//! Octets gathered on their way to a hash.

use core::fmt;

use crate::odd::BLOCK;

/// Octets on their way to the sink, which is given [`PIECE`] of them at a time.
///
/// A hash is bound by the latency of its rounds. In small pieces, the processor looks for odd
/// octets in the next piece while the current one is being hashed.
#[derive(Clone)]
pub(crate) struct Piece {
    octets: [u8; PIECE + ROOM],
    length: usize,
}

impl Piece {
    pub(crate) fn new() -> Self {
        Self {
            octets: [0; PIECE + ROOM],
            length: 0,
        }
    }

    /// How many octets are waiting.
    pub(crate) fn len(&self) -> usize {
        self.length
    }

    /// Adds the first `length` octets of a block. All of it is copied, which costs less.
    #[inline]
    pub(crate) fn push_block(&mut self, block: &[u8; BLOCK], length: usize) {
        let free = self.octets.get_mut(self.length..).unwrap_or_default();
        let to = free.first_chunk_mut();
        *to.expect("a piece that is not full has room for two blocks") = *block;
        self.length += length;
    }

    /// Adds octets: as many as are missing, or at most [`ROOM`] to a piece that is not full.
    pub(crate) fn push_all(&mut self, octets: &[u8]) {
        let end = self.length + octets.len();
        let to = self.octets.get_mut(self.length..end);
        to.expect("a piece is written as soon as it is full")
            .copy_from_slice(octets);
        self.length = end;
    }

    /// Writes the piece if it is full and keeps what is over.
    pub(crate) fn write_full(&mut self, sink: &mut impl FnMut(&[u8])) {
        if self.length >= PIECE {
            let (full, over) = self.octets.split_at_mut(PIECE);
            sink(full);
            self.length -= PIECE;
            if let Some(start) = full.first_chunk_mut::<ROOM>() {
                start.copy_from_slice(over);
            }
        }
    }

    /// Writes whatever is waiting.
    pub(crate) fn write_rest(&mut self, sink: &mut impl FnMut(&[u8])) {
        match self.octets.get(..self.length) {
            None | Some([]) => {}
            Some(rest) => sink(rest),
        }
        self.length = 0;
    }
}

/// Shows how much is waiting, not what a message says.
impl fmt::Debug for Piece {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Piece({} octets)", self.length)
    }
}

/// Octets given to the sink at a time; a multiple of what SHA-256 works on.
pub(crate) const PIECE: usize = 256;

/// What a piece can take beyond its size, so that it need not be asked before each octet.
pub(crate) const ROOM: usize = 2 * BLOCK;
