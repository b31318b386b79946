//! The canonical forms of header fields ([RFC 6376] §3.4.1 and §3.4.2).
//!
//! [RFC 6376]: https://www.rfc-editor.org/rfc/rfc6376

use crate::canonicalization::Form;
use crate::field::is_wsp;
use crate::header_block::Header;
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
/// `selected` are indexes into the header as a [`Selection`](crate::Selection) has them; `signature` is
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
    let mut even = 0;
    while let Some(window) = octets.get(even + 1..).and_then(OddWindow::new)
        && !window.is_odd()
    {
        even += BLOCK;
    }
    let rest = octets.get(even..).unwrap_or_default();
    let mut pairs = rest.iter().zip(rest.iter().skip(1)).skip(1);
    let odd = pairs.position(|(&octet, &next)| match octet {
        b'\t' | b'\r' => true,
        b' ' => matches!(next, b' ' | b'\t' | b'\r'),
        _ => false,
    });
    match (odd, rest) {
        (Some(at), _) => even + at + 1,
        // The last octet has no neighbour: it is left for another turn if it is white space.
        (None, [_, .., b' ' | b'\t']) => octets.len() - 1,
        (None, _) => octets.len(),
    }
}

/// Octets and the ones behind each of them, looked at together.
struct OddWindow<'o> {
    octets: &'o [u8; BLOCK],
    next: &'o [u8; BLOCK],
}

impl<'o> OddWindow<'o> {
    fn new(octets: &'o [u8]) -> Option<Self> {
        let (_, next) = octets.split_first()?;
        Some(Self {
            octets: octets.first_chunk()?,
            next: next.first_chunk()?,
        })
    }

    /// Whether an octet may be one at which text ends. Without a branch for each.
    fn is_odd(&self) -> bool {
        let pairs = self.octets.iter().zip(self.next);
        let odd = pairs.fold(0, |odd, (&octet, &next)| {
            odd | u8::from(octet == b'\t')
                | u8::from(octet == b'\r')
                | (u8::from(octet == b' ') & u8::from(next <= b' '))
        });
        odd != 0
    }
}

/// Octets looked at together.
const BLOCK: usize = 16;

#[cfg(test)]
mod tests {
    use alloc::string::ToString;
    use alloc::vec;
    use alloc::vec::Vec;

    use proptest::prelude::*;

    use super::*;
    use crate::selection::Selection;

    fn form_of(form: Form, field: &[u8]) -> Vec<u8> {
        let mut written = Vec::new();
        canonical_field(form, field, |octets| written.extend_from_slice(octets));
        written
    }

    #[test]
    fn relaxed_fields_are_unfolded_and_reduced() {
        for (field, relaxed) in [
            (&b"A: X\r\n"[..], &b"a:X\r\n"[..]),
            (b"B : Y\t\r\n\tZ  \r\n", b"b:Y Z\r\n"),
            (b"SUBJect: AbC\r\n", b"subject:AbC\r\n"),
            (b"A:\r\n", b"a:\r\n"),
            (b"A: \t \r\n", b"a:\r\n"),
            (b"A:\r\n \r\n\t\r\n x\r\n", b"a:x\r\n"),
            (b"A:x \r\n \t \r\n y\r\n \r\n", b"a:x y\r\n"),
            (b"A: b:c  d\r\n", b"a:b:c d\r\n"),
            (b"A: unterminated ", b"a:unterminated\r\n"),
            (b"A\r\n : x\r\n", b"a:x\r\n"),
            (b" A: x\r\n", b" a:x\r\n"),
        ] {
            let got = form_of(Form::Relaxed, field);
            assert_eq!(got, relaxed, "{}", field.escape_ascii());
        }
    }

    #[test]
    fn simple_fields_are_as_they_are_and_end_with_crlf() {
        assert_eq!(
            form_of(Form::Simple, b"B : Y\t\r\n\tZ  \r\n"),
            b"B : Y\t\r\n\tZ  \r\n"
        );
        assert_eq!(form_of(Form::Simple, b"A: x"), b"A: x\r\n");
    }

    #[test]
    fn c12_bare_line_ends_nul_and_8_bit_are_ordinary_octets() {
        for (field, relaxed) in [
            (
                &b"A: 1 \n 2\r3 \r 4\0\xff\r\n"[..],
                &b"a:1 \n 2\r3 \r 4\0\xff\r\n"[..],
            ),
            (b"A: 1\r\r\n 2\r\n", b"a:1\r 2\r\n"),
            (b"A: \r\n\r\n", b"a:\r\n\r\n"),
        ] {
            let got = form_of(Form::Relaxed, field);
            assert_eq!(got, relaxed, "{}", field.escape_ascii());
            assert_eq!(form_of(Form::Simple, field), field);
        }
    }

    #[test]
    fn the_signature_comes_last_without_its_value_and_without_crlf() {
        let message = b"From: a\r\nDKIM-Signature: b= x\r\n y ; bh=z\r\nTo: c\r\n\r\n";
        let (header, _) = Header::split(message);
        let signature = header.field(1).unwrap();
        let mut written = Vec::new();
        for (form, expected) in [
            (Form::Simple, "To: c\r\nFrom: a\r\nDKIM-Signature: b=; bh=z"),
            (Form::Relaxed, "to:c\r\nfrom:a\r\ndkim-signature:b=; bh=z"),
        ] {
            written.clear();
            let selection = Selection::new(&header, ["to", "From", "from"], Some(1));
            signed_octets(
                form,
                &header,
                selection.indexes(),
                signature.raw(),
                |octets| {
                    written.extend_from_slice(octets);
                },
            );
            assert_eq!(
                written.escape_ascii().to_string(),
                expected.as_bytes().escape_ascii().to_string()
            );
        }
    }

    /// RFC 6376 §3.4.2 step by step, for fields of one or more lines.
    fn slow(field: &[u8]) -> Vec<u8> {
        let text = field.strip_suffix(b"\r\n").unwrap_or(field);
        let colon = text.iter().position(|&octet| octet == b':').unwrap();
        let mut unfolded: Vec<u8> = Vec::new();
        for (at, &octet) in text.iter().enumerate() {
            let fold = |at: usize| {
                text[at..].starts_with(b"\r\n")
                    && text.get(at + 2).is_some_and(|&next| is_wsp(next))
            };
            if fold(at) || (at > 0 && fold(at - 1)) {
                continue;
            }
            unfolded.push(match octet {
                b'\t' => b' ',
                _ if at < colon => octet.to_ascii_lowercase(),
                _ => octet,
            });
        }
        unfolded.dedup_by(|a, b| (*a, *b) == (b' ', b' '));
        let colon = unfolded.iter().position(|&octet| octet == b':').unwrap();
        let spaces = |octet: &&u8| **octet == b' ';
        let before = unfolded[..colon].iter().rev().take_while(spaces).count();
        let after = unfolded[colon + 1..].iter().take_while(spaces).count();
        unfolded.drain(colon + 1..colon + 1 + after);
        unfolded.drain(colon - before..colon);
        while unfolded.last() == Some(&b' ') {
            unfolded.pop();
        }
        unfolded.extend(b"\r\n");
        unfolded
    }

    proptest! {
        #[test]
        fn any_field_is_as_the_slow_reference_has_it(
            name in "[A-Za-z-]{1,8}[ \t]{0,2}",
            value in proptest::collection::vec(
                proptest::sample::select(vec![
                    &b"word"[..], b" ", b"  ", b"\t", b"\r\n ", b"\r\n\t", b"\r", b"\n", b":", b"\xff",
                ]),
                0..30,
            ),
        ) {
            let field = [name.as_bytes(), b":", &value.concat(), b"\r\n"].concat();
            prop_assert_eq!(form_of(Form::Relaxed, &field), slow(&field));
        }
    }
}
