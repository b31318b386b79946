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

    /// Whether nothing is waiting.
    #[inline]
    pub(crate) fn is_empty(&self) -> bool {
        self.length == 0
    }

    /// How many octets are missing; never 0, since a full piece is written.
    pub(crate) fn missing(&self) -> usize {
        PIECE - self.length
    }

    /// Adds the first `length` octets of a block, spaces for TABs. All of it is copied, which costs
    /// less.
    #[inline]
    pub(crate) fn push_spaced(&mut self, block: &[u8; BLOCK], length: usize) {
        let free = self.octets.get_mut(self.length..).unwrap_or_default();
        let to = free.first_chunk_mut::<BLOCK>();
        let to = to.expect("behind a piece that is not full, there is room for two blocks");
        for (to, &octet) in to.iter_mut().zip(block) {
            *to = match octet {
                b'\t' => b' ',
                _ => octet,
            };
        }
        self.length += length;
    }

    /// Drops the last octets that were added.
    #[inline]
    pub(crate) fn take_back(&mut self, octets: usize) {
        self.length -= octets;
    }

    /// Adds octets: as many as are missing, or at most [`BLOCK`] to a piece that is not full.
    pub(crate) fn push_all(&mut self, octets: &[u8]) {
        let end = self.length + octets.len();
        let to = self.octets.get_mut(self.length..end);
        to.expect("a piece is written as soon as it is full")
            .copy_from_slice(octets);
        self.length = end;
    }

    /// Writes the piece if it is full and keeps what is over.
    #[inline]
    pub(crate) fn write_full(&mut self, sink: &mut impl FnMut(&[u8])) {
        if self.length >= PIECE {
            let (full, over) = self.octets.split_at_mut(PIECE);
            sink(full);
            self.length -= PIECE;
            if let (Some(start), Some(over)) = (full.first_chunk_mut(), over.first_chunk::<BLOCK>())
            {
                *start = *over;
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

/// Octets given to the sink at a time: what SHA-256 works on, and what is judged at a time.
const PIECE: usize = BLOCK;

/// What a piece can take beyond its size, so that it need not be asked before each octet.
const ROOM: usize = 2 * BLOCK;
