//! The canonical forms of header fields ([RFC 6376] §3.4.1 and §3.4.2).
//!
//! [RFC 6376]: https://www.rfc-editor.org/rfc/rfc6376

use crate::canonicalization::Form;
use crate::field::Field;
use crate::gather::{Block, Gather};
use crate::header_block::Header;
use crate::relaxed_field::{Span, relaxed_name, relaxed_value};
use crate::signature_field::around_signature;

/// Writes the canonical form of one header field, with the CRLF at its end.
///
/// `field` is a [raw](crate::Field::raw) field; a CRLF that it lacks at its end is written all
/// the same, since RFC 6376 §3.7 ends each field with one.
pub fn canonical_field(form: Form, field: &[u8], mut sink: impl FnMut(&[u8])) {
    match form {
        Form::Relaxed => {
            let mut out = Gather::new(&mut sink);
            push_relaxed(&Field::parse(field), field, &mut out);
            out.finish();
        }
        Form::Simple => write_simple(field, &mut sink),
    }
}

/// Writes what a signature is made over: the selected fields, then the DKIM-Signature field
/// without the value of its `b=` and without a CRLF at its end (RFC 6376 §3.7).
///
/// `selected` are indexes into the header as a [`Selection`](crate::Selection) has them; `signature` is
/// the raw DKIM-Signature field, or empty for the selected fields alone.
pub fn signed_octets(
    form: Form,
    header: &Header<'_>,
    selected: impl IntoIterator<Item = usize>,
    signature: &[u8],
    mut sink: impl FnMut(&[u8]),
) {
    let selected = selected.into_iter();
    let selected = selected.filter_map(|index| header.field(index));
    let (before, after) = around_signature(without_end(signature));
    match form {
        Form::Relaxed => {
            let mut out = Gather::new(&mut sink);
            for field in selected {
                let octets = header.as_octets().get(field.offset()..);
                push_relaxed(&field, octets.unwrap_or_default(), &mut out);
            }
            let value = push_name(&Field::parse(before), before, &mut out);
            let [before, after] = [value, after].map(|part| Span::new(part, part.len()));
            relaxed_value(&[before, after], &mut out);
            out.finish();
        }
        Form::Simple => {
            selected.for_each(|field| write_simple(field.raw(), &mut sink));
            sink(before);
            sink(after);
        }
    }
}

fn write_simple(field: &[u8], sink: &mut impl FnMut(&[u8])) {
    sink(without_end(field));
    sink(END);
}

/// `octets` are those of the field and what stands behind it, if that is known.
fn push_relaxed(field: &Field<'_>, octets: &[u8], out: &mut Gather<'_, impl FnMut(&[u8])>) {
    let value = push_name(field, octets, out);
    let behind = octets.len().saturating_sub(without_end(field.raw()).len());
    let value = Span::new(value, value.len().saturating_sub(behind));
    relaxed_value(&[value], out);
    out.push(END_BLOCK, END.len());
}

/// What stands behind the colon, or all if there is none, is given back.
fn push_name<'o>(
    field: &Field<'_>,
    octets: &'o [u8],
    out: &mut Gather<'_, impl FnMut(&[u8])>,
) -> &'o [u8] {
    let Some(colon) = field.colon() else {
        return octets;
    };
    relaxed_name(Span::new(octets, colon), out);
    octets.get(colon + 1..).unwrap_or_default()
}

fn without_end(field: &[u8]) -> &[u8] {
    field.strip_suffix(END).unwrap_or(field)
}

const END: &[u8] = b"\r\n";

const END_BLOCK: &Block = b"\r\n..............";

#[cfg(test)]
mod tests {
    use alloc::string::ToString;
    use alloc::vec;
    use alloc::vec::Vec;

    use proptest::prelude::*;

    use super::*;
    use crate::field::is_wsp;
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

    fn fields() -> impl Strategy<Value = Vec<u8>> {
        let value = proptest::collection::vec(
            proptest::sample::select(vec![
                &b"word"[..],
                b" ",
                b"  ",
                b"\t",
                b"\r\n ",
                b"\r\n\t",
                b"\r",
                b"\n",
                b":",
                b"\0",
                b"\xff",
            ]),
            0..30,
        );
        ("[A-Za-z-]{1,20}[ \t]{0,2}", value)
            .prop_map(|(name, value)| [name.as_bytes(), b":", &value.concat(), b"\r\n"].concat())
    }

    proptest! {
        #[test]
        fn any_field_is_as_the_slow_reference_has_it(field in fields()) {
            prop_assert_eq!(form_of(Form::Relaxed, &field), slow(&field));
        }

        #[test]
        fn what_stands_behind_a_field_does_not_change_it(
            fields in proptest::collection::vec(fields(), 1..4),
            end in proptest::sample::select(vec![&b"\r\n"[..], b"X", b"X: y ", b""]),
        ) {
            let block = [fields.concat(), end.to_vec()].concat();
            let (header, _) = Header::split(&block);
            let mut written = Vec::new();
            signed_octets(Form::Relaxed, &header, 0..header.len(), b"", |octets| {
                written.extend_from_slice(octets);
            });
            let alone = header.fields().map(|field| form_of(Form::Relaxed, field.raw()));
            prop_assert_eq!(written, alone.collect::<Vec<_>>().concat());
        }
    }
}
