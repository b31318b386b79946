//! The relaxed form of octets in the midst of a body ([RFC 6376] §3.4.4).
//!
//! [RFC 6376]: https://www.rfc-editor.org/rfc/rfc6376

use crate::odd::{BLOCK, WINDOW, gaps};
use crate::piece::Piece;

/// Writes the relaxed form of octets that begin and end with content.
pub(crate) fn relax(piece: &mut Piece, mut octets: &[u8], sink: &mut impl FnMut(&[u8])) {
    while !octets.is_empty() {
        octets = match octets.first_chunk() {
            Some(clean) if is_clean(clean) => push_clean(piece, octets, sink),
            _ => push_blocks(piece, octets, sink),
        };
    }
}

/// Whether octets need no change because no white space is among them, as in base64.
#[inline]
fn is_clean(octets: &[u8; CLEAN]) -> bool {
    let (blocks, _) = octets.as_chunks::<BLOCK>();
    blocks.iter().all(|block| {
        let white_space = |octet| u8::from(octet == b' ') | u8::from(octet == b'\t');
        block.iter().fold(0, |odd, &octet| odd | white_space(octet)) == 0
    })
}

/// Takes clean octets, past the piece if nothing waits in it; what is left of the octets comes back.
#[inline]
fn push_clean<'o>(piece: &mut Piece, octets: &'o [u8], sink: &mut impl FnMut(&[u8])) -> &'o [u8] {
    if piece.is_empty() {
        let (clean, rest) = octets.split_at(CLEAN);
        sink(clean);
        return rest;
    }
    let (clean, rest) = octets.split_at(piece.missing());
    piece.push_all(clean);
    piece.write_rest(sink);
    rest
}

/// Relaxes as many octets as were found not to be clean; what is left of the octets comes back.
#[inline]
fn push_blocks<'o>(
    piece: &mut Piece,
    mut octets: &'o [u8],
    sink: &mut impl FnMut(&[u8]),
) -> &'o [u8] {
    let mut dense = false;
    for _ in 0..CLEAN / BLOCK {
        octets = push_block(piece, octets, &mut dense);
        piece.write_full(sink);
        if octets.is_empty() {
            break;
        }
    }
    octets
}

/// Relaxes a block of octets, or all if they are fewer; what is left of them comes back. Behind a
/// dense one, blocks are taken to be dense.
#[inline]
fn push_block<'o>(piece: &mut Piece, octets: &'o [u8], dense: &mut bool) -> &'o [u8] {
    let filled;
    let window = match octets.first_chunk() {
        Some(window) => window,
        None => {
            filled = filled_window(octets);
            &filled
        }
    };
    *dense = *dense || !piece.try_push(window, gaps(window));
    if *dense {
        piece.push_dense(window);
    }
    piece.take_back(BLOCK.saturating_sub(octets.len()));
    octets.get(BLOCK..).unwrap_or_default()
}

/// Octets that are too few for a window, with other content behind them. White space is not
/// dropped before content, so that what was filled in comes out again, and can be taken back.
#[cold]
fn filled_window(octets: &[u8]) -> [u8; WINDOW] {
    let mut window = [b'.'; WINDOW];
    for (to, octet) in window.iter_mut().zip(octets) {
        *to = *octet;
    }
    window
}

/// Octets passed on as they are at a time: more than a block, since a hash takes them faster.
const CLEAN: usize = 4 * BLOCK;
