//! Octets of header fields, gathered on their way to a hash.

/// Gives octets to the sink some hundred at a time, which a hash takes sooner than words.
pub(crate) struct Gather<'s, S> {
    octets: [u8; PIECE + BLOCK],
    length: usize,
    sink: &'s mut S,
}

impl<'s, S: FnMut(&[u8])> Gather<'s, S> {
    pub(crate) fn new(sink: &'s mut S) -> Self {
        Self {
            octets: [0; PIECE + BLOCK],
            length: 0,
            sink,
        }
    }

    /// Adds the first `length` octets of a block. All of it is copied, which costs less.
    #[inline]
    pub(crate) fn push(&mut self, block: &Block, length: usize) {
        let free = self.octets.get_mut(self.length..).unwrap_or_default();
        let to = free.first_chunk_mut();
        *to.expect("behind a piece that is not full, there is room for a block") = *block;
        self.length += length;
        if self.length >= PIECE {
            self.write_full();
        }
    }

    /// Writes whatever is left.
    pub(crate) fn finish(self) {
        match self.octets.get(..self.length) {
            None | Some([]) => {}
            Some(rest) => (self.sink)(rest),
        }
    }

    /// Writes a full piece and keeps what is over.
    #[cold]
    fn write_full(&mut self) {
        let (full, over) = self.octets.split_at_mut(PIECE);
        (self.sink)(full);
        self.length -= PIECE;
        if let (Some(start), Some(over)) = (full.first_chunk_mut(), over.first_chunk::<BLOCK>()) {
            *start = *over;
        }
    }
}

/// Octets that are added together.
pub(crate) type Block = [u8; BLOCK];

pub(crate) const BLOCK: usize = 16;

/// Octets given to the sink at a time: a few of the blocks that SHA-256 works on.
const PIECE: usize = 256;
