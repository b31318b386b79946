//! The grammar of records (RFC 7208 §12).

use nom::Finish;

use super::network::ends_term;
use super::terms::Terms;
use super::{Record, Term};
use crate::network::Network;
use crate::syntax::{Expected, SyntaxError, odd_octet};

/// `record = version terms *SP`, `terms = *( 1*SP ( directive / modifier ) )`
///
/// Of the networks, those are kept that are `wanted`; all of them have to be well formed.
pub(super) fn record(text: &[u8], wanted: impl Fn(Network) -> bool) -> Result<Record, SyntaxError> {
    let mut rest = version(text).ok_or(SyntaxError::Version)?;
    if let Some(offset) = odd_octet(text) {
        return Err(SyntaxError::Octet { offset });
    }
    let mut terms = Terms::new(text, wanted);
    loop {
        while let Some(after) = rest.strip_prefix(b" ") {
            rest = after;
        }
        if rest.is_empty() {
            let terms = terms.into_kept();
            return Ok(Record { terms });
        }
        (rest, ()) = terms
            .read(rest)
            .finish()
            .map_err(|error| error.at(text, 0))?;
        if !ends_term(rest) {
            return Err(Expected::surplus(rest).at(text, 0));
        }
    }
}

/// Where a term stands, its text, and what that reads as.
pub(crate) type TermText<'t> = (usize, &'t [u8], Result<Term, SyntaxError>);

/// The terms of a record, each by itself with where it stands and its text: what is wrong with one
/// does not hide the others.
pub(crate) fn terms(text: &[u8]) -> Result<impl Iterator<Item = TermText<'_>>, SyntaxError> {
    Ok(pieces(text)?.map(|(offset, piece)| (offset, piece, term(piece, offset))))
}

/// The term that all of `piece` is, which stands at `offset` of the record.
fn term(piece: &[u8], offset: usize) -> Result<Term, SyntaxError> {
    if let Some(position) = odd_octet(piece) {
        let offset = offset.saturating_add(position);
        return Err(SyntaxError::Octet { offset });
    }
    let mut terms = Terms::new(piece, |_| true);
    let (rest, ()) = terms
        .read(piece)
        .finish()
        .map_err(|error| error.at(piece, offset))?;
    match terms.into_kept().pop() {
        Some(placed) if rest.is_empty() => Ok(placed.term),
        _ => Err(Expected::surplus(rest).at(piece, offset)),
    }
}

/// What stands between the spaces of a record, and where.
fn pieces(text: &[u8]) -> Result<impl Iterator<Item = (usize, &[u8])>, SyntaxError> {
    let mut rest = version(text).ok_or(SyntaxError::Version)?;
    Ok(core::iter::from_fn(move || {
        while let Some(after) = rest.strip_prefix(b" ") {
            rest = after;
        }
        let offset = text.len().saturating_sub(rest.len());
        let end = memchr::memchr(b' ', rest).unwrap_or(rest.len());
        let (piece, after) = rest.split_at_checked(end)?;
        rest = after;
        (!piece.is_empty()).then_some((offset, piece))
    }))
}

/// Whether a text is an SPF record, well formed or not (RFC 7208 §4.5).
pub(crate) fn is_record(text: &[u8]) -> bool {
    version(text).is_some()
}

/// What is behind `version = "v=spf1"`, which a space or the end of the record ends
/// (RFC 7208 §4.5).
fn version(text: &[u8]) -> Option<&[u8]> {
    let (version, rest) = text.split_at_checked(VERSION.len())?;
    (version.eq_ignore_ascii_case(VERSION) && ends_term(rest)).then_some(rest)
}

const VERSION: &[u8] = b"v=spf1";
