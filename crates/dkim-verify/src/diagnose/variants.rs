//! What signed fields may have been before lists and relays had them.

use alloc::vec::Vec;

use dkim_canon::{Field, Form, Header, Selection, SignatureField};

use super::finding::Finding;
use super::header::Edit;
use super::list;
use super::words;

/// The indexes of the signed fields, from the top; at most [`MOST_FIELDS`].
pub(super) fn signed(tags: &SignatureField, header: &Header<'_>, signature: usize) -> Vec<usize> {
    let names = tags.signed_fields().iter();
    let selection = Selection::new(header, names, Some(signature));
    let mut signed: Vec<usize> = selection.indexes().take(MOST_FIELDS).collect();
    signed.sort_unstable();
    signed
}

/// Every edit that is worth a try, the likeliest first; at most [`MOST_EDITS`].
pub(super) fn edits(tags: &SignatureField, header: &Header<'_>, signature: usize) -> Vec<Edit> {
    let signed = signed(tags, header, signature);
    let fields = || {
        signed
            .iter()
            .filter_map(|&index| Some((index, header.field(index)?)))
    };

    let mut edits = list::edits(header, &signed);
    edits.extend(fields().map(|(index, field)| taken_away(index, &field)));
    edits.extend(removed(tags, header));
    edits.extend(reordered(header, &signed));
    edits.extend(
        fields()
            .filter(|(_, field)| field.is_named("Content-Transfer-Encoding"))
            .flat_map(|(index, field)| {
                [&b" 8bit"[..], b" 7bit"]
                    .into_iter()
                    .map(move |value| replaced(index, &field, value))
            }),
    );
    let form = tags.canonicalization().header;
    edits.extend(
        fields()
            .flat_map(|(index, field)| words::edits(form, index, &field))
            .take(MOST_EDITS),
    );
    edits.extend(spacing(form, header, &signed, signature));
    edits.extend(
        fields()
            .flat_map(|(index, field)| words::cuts(form, index, &field))
            .take(MOST_EDITS),
    );
    edits.truncate(MOST_EDITS);
    edits
}

/// What makes the header as it was before the body became a part with these fields: what described
/// the body went there, or described nothing before, and the rest came with the multipart.
pub(super) fn unwrapped(
    tags: &SignatureField,
    header: &Header<'_>,
    signature: usize,
    part: &Header<'_>,
) -> [Vec<Edit>; 4] {
    let describes = |field: &Field<'_>| {
        let start = field.name().first_chunk::<8>();
        start.is_some_and(|start| start.eq_ignore_ascii_case(b"Content-"))
    };
    let same = |one: &Field<'_>, other: &Field<'_>| one.name().eq_ignore_ascii_case(other.name());
    let (mut moved, mut added, mut version) = (Vec::new(), Vec::new(), Vec::new());
    for index in signed(tags, header, signature) {
        let Some(field) = header.field(index) else {
            continue;
        };
        if field.is_named("MIME-Version") {
            version.push(taken_away(index, &field));
        } else if describes(&field) {
            added.push(taken_away(index, &field));
            moved.push(match part.fields().find(|other| same(other, &field)) {
                Some(other) => replaced(index, &field, other.value()),
                None => taken_away(index, &field),
            });
        }
    }
    let mut whole = moved.clone();
    for field in part.fields().filter(describes) {
        let name = core::str::from_utf8(field.name());
        let listed = name.is_ok_and(|name| tags.signed_fields().contains(name));
        if listed && !header.fields().any(|other| same(&other, &field)) {
            whole.push(put_back(field.name(), field.value()));
        }
    }
    let with_version = |edits: &[Edit]| version.iter().chain(edits).cloned().collect();
    let [older, oldest] = [with_version(&whole), with_version(&added)];
    [whole, moved, older, oldest]
}

/// What makes the header as `z=` has it, an edit for each difference; none without copies.
pub(super) fn as_copied(tags: &SignatureField, header: &Header<'_>, signature: usize) -> Vec<Edit> {
    let is_signed = |name: &[u8]| {
        let name = core::str::from_utf8(name);
        name.is_ok_and(|name| tags.signed_fields().contains(name))
    };
    let mut edits = Vec::new();
    let mut seen: Vec<usize> = Vec::new();
    // Copies come in the order of `h=`, so those of one name from the bottom up.
    for copy in tags.copied_fields() {
        // What is not signed may be copied too (RFC 6376 §3.5), and proves nothing.
        if !is_signed(copy.name()) {
            continue;
        }
        let mut fields = header.fields().enumerate().rev();
        let found = fields.find(|(index, field)| {
            let named = field.name().eq_ignore_ascii_case(copy.name());
            named && *index != signature && !seen.contains(index)
        });
        let Some((index, field)) = found else {
            edits.push(put_back(copy.name(), copy.value()));
            continue;
        };
        seen.push(index);
        if field.value() != copy.value() {
            edits.push(Edit {
                changes: Vec::from([(index, raw(field.name(), copy.value()))]),
                findings: Vec::from([difference(&field, copy.value())]),
                ..Edit::default()
            });
        }
    }
    if tags.copied_fields().is_empty() {
        return edits;
    }
    // Fields of a listed name beyond those that were copied were added.
    for (index, field) in header.fields().enumerate() {
        if index != signature && !seen.contains(&index) && is_signed(field.name()) {
            edits.push(taken_away(index, &field));
        }
    }
    edits
}

/// What became of a value.
fn difference(field: &Field<'_>, was: &[u8]) -> Finding {
    let name = field.name().into();
    let without_space = |value: &[u8]| -> Vec<u8> {
        value
            .iter()
            .copied()
            .filter(|octet| !octet.is_ascii_whitespace())
            .collect()
    };
    let (now, before) = (without_space(field.value()), without_space(was));
    if now == before {
        return Finding::FieldRefolded { name };
    }
    if without_space(&words::decoded(field.value())) == without_space(&words::decoded(was)) {
        return Finding::FieldReencoded { name };
    }
    if field.is_named("Subject")
        && let Some(prefix) = field.value().trim_ascii().strip_suffix(was.trim_ascii())
        && !was.trim_ascii().is_empty()
    {
        return Finding::SubjectPrefix {
            prefix: prefix.trim_ascii().into(),
        };
    }
    Finding::FieldReplaced {
        name,
        value: was.into(),
    }
}

/// Fields that are listed and gone, and whose value can be guessed.
fn removed(tags: &SignatureField, header: &Header<'_>) -> Vec<Edit> {
    let known: [(&str, &[u8]); 6] = [
        ("MIME-Version", b" 1.0"),
        ("Content-Transfer-Encoding", b" 8bit"),
        ("Content-Transfer-Encoding", b" 7bit"),
        ("Content-Transfer-Encoding", b" quoted-printable"),
        ("Content-Transfer-Encoding", b" base64"),
        ("Subject", b" "),
    ];
    let gone = known.into_iter().filter(|(name, _)| {
        tags.signed_fields().contains(name) && !header.fields().any(|field| field.is_named(name))
    });
    gone.map(|(name, value)| put_back(name.as_bytes(), value))
        .collect()
}

/// Fields of one name that changed places.
fn reordered(header: &Header<'_>, signed: &[usize]) -> Vec<Edit> {
    let mut edits = Vec::new();
    for (place, &first) in signed.iter().enumerate() {
        let Some(above) = header.field(first) else {
            continue;
        };
        let mut lower = signed
            .iter()
            .skip(place + 1)
            .filter_map(|&index| Some((index, header.field(index)?)));
        let next = lower.find(|(_, field)| field.name().eq_ignore_ascii_case(above.name()));
        if let Some((second, below)) = next
            && above.raw() != below.raw()
        {
            edits.push(Edit {
                changes: Vec::from([(first, below.raw().into()), (second, above.raw().into())]),
                findings: Vec::from([Finding::FieldsReordered {
                    name: above.name().into(),
                }]),
                ..Edit::default()
            });
        }
    }
    edits
}

/// Other folding and white space, in one field and in all.
fn spacing(form: Form, header: &Header<'_>, signed: &[usize], signature: usize) -> Vec<Edit> {
    let ways: &[Way] = match form {
        // White space where there was none is all that the relaxed form does not undo.
        Form::Relaxed => &[joined, tight_commas, loose_commas],
        Form::Simple => &[unfolded, tabs, spaces, one_space, folded_at_78, joined],
    };
    let mut edits = Vec::new();
    for way in ways {
        let mut all = Edit::default();
        for index in signed.iter().copied().chain([signature]) {
            let Some(field) = header.field(index) else {
                continue;
            };
            let was = way(field.value());
            if was == field.value() {
                continue;
            }
            let head = field
                .raw()
                .split(|&octet| octet == b':')
                .next()
                .unwrap_or_default();
            let one = Edit {
                changes: Vec::from([(index, raw(head, &was))]),
                findings: Vec::from([Finding::FieldRefolded {
                    name: field.name().into(),
                }]),
                ..Edit::default()
            };
            all.changes.extend(one.changes.clone());
            all.findings.extend(one.findings.clone());
            edits.push(one);
        }
        if all.changes.len() > 1 {
            edits.push(all);
        }
    }
    edits
}

/// Writes a value as it may have been.
type Way = fn(&[u8]) -> Vec<u8>;

fn replace(value: &[u8], from: &[u8], to: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(value.len());
    let mut done = 0;
    for at in memchr::memmem::find_iter(value, from) {
        out.extend_from_slice(value.get(done..at).unwrap_or_default());
        out.extend_from_slice(to);
        done = at + from.len();
    }
    out.extend_from_slice(value.get(done..).unwrap_or_default());
    out
}

fn unfolded(value: &[u8]) -> Vec<u8> {
    replace(&replace(value, b"\r\n\t", b" "), b"\r\n", b"")
}

fn joined(value: &[u8]) -> Vec<u8> {
    replace(&replace(value, b"\r\n\t", b""), b"\r\n ", b"")
}

fn tabs(value: &[u8]) -> Vec<u8> {
    replace(value, b"\r\n ", b"\r\n\t")
}

fn spaces(value: &[u8]) -> Vec<u8> {
    replace(value, b"\r\n\t", b"\r\n ")
}

fn one_space(value: &[u8]) -> Vec<u8> {
    [b" ", value.trim_ascii()].concat()
}

fn tight_commas(value: &[u8]) -> Vec<u8> {
    replace(&unfolded(value), b", ", b",")
}

fn loose_commas(value: &[u8]) -> Vec<u8> {
    replace(&tight_commas(value), b",", b", ")
}

/// Folded at the last space before column 78, which RFC 5322 §2.1.1 asks for.
fn folded_at_78(value: &[u8]) -> Vec<u8> {
    let value = unfolded(value);
    let Some(text) = value.strip_prefix(b" ") else {
        return value;
    };
    let mut out: Vec<u8> = Vec::new();
    // The name and the colon stand on the first line; how long they are is not looked at, so that
    // they count as nine octets, as `Subject` and `From` come near.
    let mut column = 9;
    for word in text.split(|&octet| octet == b' ') {
        if column + word.len() >= 78 && column > 9 {
            out.extend_from_slice(b"\r\n");
            column = 0;
        }
        out.push(b' ');
        out.extend_from_slice(word);
        column += word.len() + 1;
    }
    out
}

/// With a field that was removed.
fn put_back(name: &[u8], value: &[u8]) -> Edit {
    Edit {
        added: raw(name, value),
        findings: Vec::from([Finding::FieldRemoved {
            name: name.into(),
            value: value.into(),
        }]),
        ..Edit::default()
    }
}

/// Without a field that was added.
fn taken_away(index: usize, field: &Field<'_>) -> Edit {
    Edit {
        changes: Vec::from([(index, Vec::new())]),
        findings: Vec::from([Finding::FieldAdded {
            name: field.name().into(),
        }]),
        ..Edit::default()
    }
}

/// A field with another value.
pub(super) fn replaced(index: usize, field: &Field<'_>, value: &[u8]) -> Edit {
    Edit {
        changes: Vec::from([(index, raw(field.name(), value))]),
        findings: Vec::from([Finding::FieldReplaced {
            name: field.name().into(),
            value: value.into(),
        }]),
        ..Edit::default()
    }
}

pub(super) fn raw(name: &[u8], value: &[u8]) -> Vec<u8> {
    [name, b":", value, b"\r\n"].concat()
}

/// Three times what is signed of an ordinary message.
const MOST_FIELDS: usize = 64;

/// As many edits as a message with [`MOST_FIELDS`] signed fields has in half of the ways; all
/// pairs of them are tried as long as there is time.
const MOST_EDITS: usize = 256;
