//! Octets gathered on their way to a hash.

use core::fmt;

use crate::odd::{BLOCK, WINDOW, dropped, leaves_space};

/// Octets on their way to the sink, which is given [`BLOCK`] of them at a time.
///
/// A hash is bound by the latency of its rounds. In small pieces, the processor relaxes the next
/// octets while the current ones are being hashed. That takes a piece that was written a while ago:
/// octets stored at odd places cannot be loaded before the stores are done with, and those wait for
/// the hash before them. So a block is held back before the sink is given the one before it.
#[derive(Clone)]
pub(crate) struct Piece {
    octets: [u8; SIZE + ROOM],
    /// Where the octets begin that the sink was not given.
    start: usize,
    /// Where they end: at [`SIZE`] at most.
    end: usize,
}

impl Piece {
    pub(crate) fn new() -> Self {
        Self {
            octets: [0; SIZE + ROOM],
            start: 0,
            end: 0,
        }
    }

    /// Whether nothing is waiting.
    #[inline]
    pub(crate) fn is_empty(&self) -> bool {
        self.start == self.end
    }

    /// How many octets are missing to whole blocks.
    pub(crate) fn missing(&self) -> usize {
        (self.end - self.start).next_multiple_of(BLOCK) - (self.end - self.start)
    }

    /// Adds the first block of a window without its gaps, which have a bit each in `gaps`. With too
    /// many of them, nothing is added.
    ///
    /// Most blocks have one gap or none, so that no branch tells them apart: the octets in front of
    /// a gap and those behind it are copied, even if there are none.
    #[inline]
    #[must_use]
    pub(crate) fn try_push(&mut self, window: &[u8; WINDOW], mut gaps: u64) -> bool {
        let mut end = self.end;
        let mut from = 0;
        let mut left = FEW;
        loop {
            let gap = gaps.trailing_zeros() as usize;
            self.put(end, window, from);
            end += gap - from;
            // The carry comes to rest behind the gap.
            let behind = gaps.wrapping_add(gaps & gaps.wrapping_neg());
            from = behind.trailing_zeros() as usize;
            let leaves_space = leaves_space(octet(window, from), octet(window, from + 1));
            self.put_space(end);
            end += usize::from(leaves_space & (gaps != 0));
            gaps &= behind;
            if gaps == 0 {
                break;
            }
            left -= 1;
            if left == 0 {
                return false;
            }
        }
        self.put(end, window, from);
        self.end = end + BLOCK - from;
        true
    }

    /// Adds the first block of a window, in which gaps stand close together. Many are TABs or single
    /// spaces that are not dropped; here those are no gaps, at the price of a longer look.
    #[inline(never)]
    pub(crate) fn push_dense(&mut self, window: &[u8; WINDOW]) {
        let mut dropped = dropped(window);
        let mut end = self.end;
        let mut from = 0;
        while dropped != 0 {
            let upto = dropped.trailing_zeros() as usize;
            self.put_spaced(end, window, from);
            end += upto - from;
            let behind = dropped.wrapping_add(dropped & dropped.wrapping_neg());
            from = behind.trailing_zeros() as usize;
            dropped &= behind;
        }
        self.put_spaced(end, window, from);
        self.end = end + BLOCK - from;
    }

    /// Like [`put`](Self::put), with spaces for TABs.
    #[inline]
    fn put_spaced(&mut self, at: usize, window: &[u8; WINDOW], from: usize) {
        for (to, &octet) in self.room(at).iter_mut().zip(block_from(window, from)) {
            *to = match octet {
                b'\t' => b' ',
                _ => octet,
            };
        }
    }

    /// Stores the octets of a window from `from` on. A whole block is copied, which costs less.
    #[inline]
    fn put(&mut self, at: usize, window: &[u8; WINDOW], from: usize) {
        *self.room(at) = *block_from(window, from);
    }

    /// Where a block is stored.
    #[inline]
    fn room(&mut self, at: usize) -> &mut [u8; BLOCK] {
        let free = self.octets.get_mut(at..).unwrap_or_default();
        free.first_chunk_mut().expect(ROOM_IS_LEFT)
    }

    #[inline]
    fn put_space(&mut self, at: usize) {
        let to = self.octets.get_mut(at);
        *to.expect(ROOM_IS_LEFT) = b' ';
    }

    /// Drops the last octets that were added.
    #[inline]
    pub(crate) fn take_back(&mut self, octets: usize) {
        self.end -= octets;
    }

    /// Adds at most [`BLOCK`] octets.
    pub(crate) fn push_all(&mut self, octets: &[u8]) {
        let end = self.end + octets.len();
        let to = self.octets.get_mut(self.end..end).expect(ROOM_IS_LEFT);
        match (to, octets) {
            // Without a call for one.
            ([to], &[octet]) => *to = octet,
            (to, _) => to.copy_from_slice(octets),
        }
        self.end = end;
    }

    /// Writes a block if there is another behind it.
    #[inline]
    pub(crate) fn write_full(&mut self, sink: &mut impl FnMut(&[u8])) {
        if self.end - self.start < 2 * BLOCK {
            return;
        }
        let full = self.octets.get(self.start..).unwrap_or_default();
        if let Some(full) = full.first_chunk::<BLOCK>() {
            sink(full);
        }
        self.start += BLOCK;
        if self.start >= SIZE - 2 * BLOCK {
            self.octets
                .copy_within(self.start..self.start + 2 * BLOCK, 0);
            self.end -= self.start;
            self.start = 0;
        }
    }

    /// Writes whatever is waiting.
    pub(crate) fn write_rest(&mut self, sink: &mut impl FnMut(&[u8])) {
        match self.octets.get(self.start..self.end) {
            None | Some([]) => {}
            Some(rest) => sink(rest),
        }
        self.start = 0;
        self.end = 0;
    }
}

/// Shows how much is waiting, not what a message says.
impl fmt::Debug for Piece {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Piece({} octets)", self.end - self.start)
    }
}

/// The octets of a window from one on, or behind its first block.
#[inline]
fn block_from(window: &[u8; WINDOW], from: usize) -> &[u8; BLOCK] {
    let block = window.get(from..).and_then(|octets| octets.first_chunk());
    block.expect("behind each octet of a block, a window has a block more")
}

/// An octet of a window.
#[inline]
fn octet(window: &[u8; WINDOW], at: usize) -> u8 {
    window.get(at).copied().unwrap_or_default()
}

const ROOM_IS_LEFT: &str = "behind a piece that is not full, there is room for two blocks";

/// So many gaps in a block are too many.
const FEW: usize = 5;

/// Octets between two moves of what is waiting to the front.
const SIZE: usize = 6 * BLOCK;

/// What a piece can take beyond its size, so that it need not be asked before each octet.
const ROOM: usize = 2 * BLOCK;
