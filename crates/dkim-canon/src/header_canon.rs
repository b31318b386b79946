//! The canonical forms of header fields ([RFC 6376] §3.4.1 and §3.4.2).
//!
//! [RFC 6376]: https://www.rfc-editor.org/rfc/rfc6376

use crate::canonicalization::Form;
use crate::header_block::{Header, is_wsp};
use crate::signature_field::around_signature;

/// Writes the canonical form of one header field, with the CRLF at its end.
///
/// `field` is a [raw](crate::Field::raw) field; a CRLF that it lacks at its end is written all
/// the same, since RFC 6376 §3.7 ends each field with one.
pub fn canonical_field(form: Form, field: &[u8], mut sink: impl FnMut(&[u8])) {
    canonical(form, &[without_end(field)], &mut sink);
    sink(b"\r\n");
}

/// Writes what a signature is made over: the selected fields, then the DKIM-Signature field
/// without the value of its `b=` and without a CRLF at its end (RFC 6376 §3.7).
///
/// `selected` are indexes into the header as [`select`](crate::select) gives them; `signature` is
/// the raw DKIM-Signature field.
pub fn signed_octets(
    form: Form,
    header: &Header<'_>,
    selected: impl IntoIterator<Item = usize>,
    signature: &[u8],
    mut sink: impl FnMut(&[u8]),
) {
    for field in selected.into_iter().filter_map(|index| header.field(index)) {
        canonical_field(form, field.raw(), &mut sink);
    }
    let (before, after) = around_signature(without_end(signature));
    canonical(form, &[before, after], &mut sink);
}

fn without_end(field: &[u8]) -> &[u8] {
    field.strip_suffix(b"\r\n").unwrap_or(field)
}

/// Writes a field that is given in parts, without a CRLF at its end.
fn canonical(form: Form, parts: &[&[u8]], sink: &mut impl FnMut(&[u8])) {
    match form {
        Form::Simple => parts.iter().for_each(|part| sink(part)),
        Form::Relaxed => relaxed(parts, sink),
    }
}

fn relaxed(parts: &[&[u8]], sink: &mut impl FnMut(&[u8])) {
    let mut value = Unfolded::default();
    let mut parts = parts.iter().copied();
    let first = parts.next().unwrap_or_default();
    let first = match memchr::memchr(b':', first) {
        Some(colon) => {
            let (name, rest) = first.split_at(colon);
            // A space before the name is kept: such a field must not verify as another one.
            let mut unfolded = Unfolded {
                started: name.first().is_some_and(|&octet| is_wsp(octet)),
                white_space: false,
            };
            unfolded.push(name, &mut |octets| lowercase(octets, sink));
            sink(b":");
            rest.get(1..).unwrap_or_default()
        }
        None => first,
    };
    for part in core::iter::once(first).chain(parts) {
        value.push(part, sink);
    }
}

/// Writes octets with ASCII letters in lower case.
fn lowercase(octets: &[u8], sink: &mut impl FnMut(&[u8])) {
    let mut buffer = [0; 32];
    for octets in octets.chunks(buffer.len()) {
        for (to, octet) in buffer.iter_mut().zip(octets) {
            *to = octet.to_ascii_lowercase();
        }
        sink(buffer.get(..octets.len()).unwrap_or_default());
    }
}

/// Drops folds and reduces white space: none at the start, none at the end, else one SP.
#[derive(Default)]
struct Unfolded {
    /// Something was written.
    started: bool,
    /// White space was read that is written if something follows.
    white_space: bool,
}

impl Unfolded {
    fn push(&mut self, mut octets: &[u8], sink: &mut impl FnMut(&[u8])) {
        while let Some((&octet, rest)) = octets.split_first() {
            if is_wsp(octet) {
                self.white_space = true;
                octets = rest;
                continue;
            }
            if let [b'\r', b'\n', b' ' | b'\t', ..] = octets {
                octets = octets.get(2..).unwrap_or_default();
                continue;
            }
            if core::mem::take(&mut self.white_space) && self.started {
                sink(b" ");
            }
            let (text, rest) = octets.split_at(text_length(octets));
            sink(text);
            self.started = true;
            octets = rest;
        }
    }
}

/// How many octets can be written as they are; the first is not white space.
///
/// Single spaces between other octets are among them.
fn text_length(octets: &[u8]) -> usize {
    let mut pairs = octets.iter().zip(octets.iter().skip(1)).skip(1);
    let odd = pairs.position(|(&octet, &next)| match octet {
        b'\t' | b'\r' => true,
        b' ' => matches!(next, b' ' | b'\t' | b'\r'),
        _ => false,
    });
    match (odd, octets) {
        (Some(at), _) => at + 1,
        // The last octet has no neighbour: it is left for another turn if it is white space.
        (None, [_, .., b' ' | b'\t']) => octets.len() - 1,
        (None, _) => octets.len(),
    }
}
