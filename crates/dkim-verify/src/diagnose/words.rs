//! Encoded words and raw UTF-8, one made of the other (RFC 2047 §2).

use alloc::string::String;
use alloc::vec::Vec;
use core::ops::Range;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use dkim_canon::{Field, Form};

use super::finding::Finding;
use super::header::Edit;
use super::mime::quoted_printable;
use super::variants::raw;

/// The field as other software would have encoded what it says, the likeliest first.
pub(super) fn edits(form: Form, index: usize, field: &Field<'_>) -> Vec<Edit> {
    let value = field.value();
    let mut values = Vec::new();
    for span in spans(field) {
        let (Some(before), Some(text), Some(after)) = (
            value.get(..span.start),
            value.get(span.clone()),
            value.get(span.end..),
        ) else {
            continue;
        };
        for was in encodings(form, field.name(), &decoded(text)) {
            values.push([before, &was, after].concat());
        }
    }
    reencoded(index, field, values)
}

/// A field of encoded words of one kind, cut in two at each place where it can be.
pub(super) fn cuts(form: Form, index: usize, field: &Field<'_>) -> Vec<Edit> {
    let value = field.value();
    let text = decoded(value);
    let (Some(start), Ok(text)) = (kind(value), core::str::from_utf8(text.trim_ascii())) else {
        return Vec::new();
    };
    if text.len() > MOST_OCTETS {
        return Vec::new();
    }
    let (start, is_base64) = start;
    let word = |text: &str| {
        let encoded = match is_base64 {
            true => STANDARD.encode(text).into_bytes(),
            false => quoted(text.as_bytes(), is_free),
        };
        [start, &*encoded, b"?="].concat()
    };
    let cuts = text.char_indices().skip(1).take(MOST_CUTS);
    let halves = cuts.filter_map(|(at, _)| text.split_at_checked(at));
    let values =
        halves.map(|(first, second)| [b" ", &*word(first), joint(form), &word(second)].concat());
    reencoded(index, field, values)
}

fn reencoded(
    index: usize,
    field: &Field<'_>,
    values: impl IntoIterator<Item = Vec<u8>>,
) -> Vec<Edit> {
    let mut seen: Vec<Vec<u8>> = Vec::from([field.value().into()]);
    for was in values {
        if !seen.contains(&was) {
            seen.push(was);
        }
    }
    let others = seen.into_iter().skip(1);
    others
        .map(|was| Edit {
            changes: Vec::from([(index, raw(field.name(), &was))]),
            findings: Vec::from([Finding::FieldReencoded {
                name: field.name().into(),
            }]),
            ..Edit::default()
        })
        .collect()
}

/// What of a value is encoded as one: the words that have to be, and of a text all of it.
fn spans(field: &Field<'_>) -> Vec<Range<usize>> {
    let value = field.value();
    let is_white = |octet: &u8| octet.is_ascii_whitespace();
    let mut words = Vec::new();
    let mut start = 0;
    for word in value.split(is_white) {
        let range = start..start + word.len();
        start = range.end + 1;
        if !word.is_ascii() || (word.starts_with(b"=?") && word.ends_with(b"?=")) {
            words.push(range);
        }
    }
    let (Some(first), Some(last)) = (words.first(), words.last()) else {
        return Vec::new();
    };
    let needed = first.start..last.end;
    let start = value.iter().take_while(|octet| is_white(octet)).count();
    let whole = start..start + value.trim_ascii().len();
    // Of an address, no more than the name before it is encoded (RFC 2047 §5).
    let is_text = !value.contains(&b'<') && !value.contains(&b'@');
    match is_text && whole != needed {
        true => Vec::from([whole, needed]),
        false => Vec::from([needed]),
    }
}

/// A text as it is, and in encoded words: one, or as many as its length asks for.
fn encodings(form: Form, name: &[u8], text: &[u8]) -> Vec<Vec<u8>> {
    let mut values = Vec::from([Vec::from(text)]);
    let Some(text) = core::str::from_utf8(text)
        .ok()
        .filter(|text| text.len() <= MOST_OCTETS)
    else {
        return values;
    };
    // RFC 2047 §2: 75 characters for a word, 76 for a line with one. Some count the name of the
    // field to the first line, and some do not.
    let beside_name = LINE.saturating_sub(name.len() + 2);
    for (charset, letter) in [
        ("UTF-8", "B"),
        ("UTF-8", "Q"),
        ("utf-8", "q"),
        ("utf-8", "b"),
        ("utf-8", "B"),
        ("utf-8", "Q"),
        ("UTF-8", "b"),
        ("UTF-8", "q"),
    ] {
        let start = ["=?", charset, "?", letter, "?"].concat();
        let encode: &[Encode] = match letter {
            "B" | "b" => &[|text| STANDARD.encode(text).into_bytes()],
            _ => &[|text| quoted(text, is_free), |text| quoted(text, is_safe)],
        };
        for encode in encode {
            for most in [[usize::MAX; 2], [WORD; 2], [beside_name, WORD], [LINE; 2]] {
                values.push(words(form, text, &start, *encode, most));
            }
        }
    }
    values
}

/// Encodes a text.
type Encode = fn(&[u8]) -> Vec<u8>;

/// As much of the text as fits in each word; the first one and the others may be so long.
fn words(form: Form, text: &str, start: &str, encode: Encode, most: [usize; 2]) -> Vec<u8> {
    let borders = start.len() + 2;
    let mut out = Vec::new();
    let mut rest = text;
    let [mut most, others] = most;
    while !rest.is_empty() {
        let ends = rest.char_indices().map(|(at, sign)| at + sign.len_utf8());
        // No sign takes less than one octet.
        let ends: Vec<usize> = ends.take(most).collect();
        let fits = |end: &usize| {
            let text = rest.get(..*end).unwrap_or_default();
            encode(text.as_bytes()).len().saturating_add(borders) <= most
        };
        let count = ends.partition_point(fits).max(1);
        let end = ends.get(count - 1).copied().unwrap_or(rest.len());
        let (word, more) = rest.split_at_checked(end).unwrap_or((rest, ""));
        if !out.is_empty() {
            out.extend_from_slice(joint(form));
        }
        out.extend_from_slice(start.as_bytes());
        out.extend(encode(word.as_bytes()));
        out.extend_from_slice(b"?=");
        rest = more;
        most = others;
    }
    out
}

/// What stands between two encoded words, in the form that does not forgive it a fold.
fn joint(form: Form) -> &'static [u8] {
    match form {
        Form::Relaxed => b" ",
        Form::Simple => b"\r\n ",
    }
}

/// How the encoded words of a value begin, if all of it is in such words and all begin alike; and
/// whether they are in base64.
fn kind(value: &[u8]) -> Option<(&[u8], bool)> {
    let mut words = value.split(u8::is_ascii_whitespace);
    let mut starts = words.by_ref().filter(|word| !word.is_empty()).map(|word| {
        let mut marks = memchr::memchr_iter(b'?', word);
        word.get(..marks.nth(2)? + 1)
            .filter(|start| start.starts_with(b"=?"))
    });
    let first = starts.next()??;
    let is_base64 = match first {
        [.., b'B' | b'b', b'?'] => true,
        [.., b'Q' | b'q', b'?'] => false,
        _ => return None,
    };
    starts
        .all(|start| start == Some(first))
        .then_some((first, is_base64))
}

/// A value with its encoded words decoded, white space between two of them dropped
/// (RFC 2047 §6.2). Words in a charset that is not known here stay as they are.
pub(super) fn decoded(value: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(value.len());
    let mut rest = value;
    let mut after_word = false;
    while let Some(at) = memchr::memmem::find(rest, b"=?") {
        let (before, word) = rest.split_at(at);
        let Some((text, behind)) = encoded_word(word) else {
            out.extend_from_slice(before);
            out.extend_from_slice(b"=?");
            rest = word.get(2..).unwrap_or_default();
            after_word = false;
            continue;
        };
        if !after_word || !before.trim_ascii().is_empty() {
            out.extend_from_slice(before);
        }
        out.extend(text);
        rest = behind;
        after_word = true;
    }
    out.extend_from_slice(rest);
    out
}

/// `encoded-word = "=?" charset "?" encoding "?" encoded-text "?="`
fn encoded_word(word: &[u8]) -> Option<(Vec<u8>, &[u8])> {
    let mut parts = word.get(2..)?.splitn(3, |&octet| octet == b'?');
    let (charset, encoding, text) = (parts.next()?, parts.next()?, parts.next()?);
    let end = memchr::memmem::find(text, b"?=")?;
    let (text, behind) = text.split_at(end);
    // RFC 2047 §2: no longer than 75 characters, of which some do not keep; so nothing is long.
    if text.len() > 998 || text.contains(&b'?') {
        return None;
    }
    let decoded = match encoding {
        b"B" | b"b" => STANDARD.decode(text).ok()?,
        b"Q" | b"q" => {
            let spaced: Vec<u8> = text
                .iter()
                .map(|&octet| if octet == b'_' { b' ' } else { octet })
                .collect();
            quoted_printable(&spaced)
        }
        _ => return None,
    };
    Some((in_utf8(charset, decoded)?, behind.get(2..)?))
}

/// The text in UTF-8; `None` if the charset is not known here.
fn in_utf8(charset: &[u8], text: Vec<u8>) -> Option<Vec<u8>> {
    // RFC 2231 §5: a language may follow.
    let charset = charset.split(|&octet| octet == b'*').next()?;
    let is = |name: &str| charset.eq_ignore_ascii_case(name.as_bytes());
    if is("utf-8") || is("us-ascii") {
        return Some(text);
    }
    let latin = || text.iter().copied().map(char::from).collect::<String>();
    is("iso-8859-1").then(|| latin().into_bytes())
}

/// RFC 2047 §4.2, with the octets that stand for themselves.
fn quoted(text: &[u8], stays: fn(u8) -> bool) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    for &octet in text {
        match octet {
            b' ' => out.push(b'_'),
            _ if stays(octet) => out.push(octet),
            _ => {
                out.push(b'=');
                out.extend([octet >> 4, octet & 15].map(|digit| match digit {
                    0..=9 => b'0' + digit,
                    _ => b'A' + (digit - 10),
                }));
            }
        }
    }
    out
}

/// What unstructured text lets stand (RFC 2047 §5, rule 1).
fn is_free(octet: u8) -> bool {
    octet.is_ascii_graphic() && !b"=?_".contains(&octet)
}

/// What a phrase lets stand (RFC 2047 §5, rule 3).
fn is_safe(octet: u8) -> bool {
    octet.is_ascii_alphanumeric() || b"!*+-/".contains(&octet)
}

/// RFC 2047 §2, in octets.
const WORD: usize = 75;

/// RFC 2047 §2, in octets.
const LINE: usize = 76;

/// In octets: a line (RFC 5322 §2.1.1), and more than anybody reads.
const MOST_OCTETS: usize = 998;

/// Twice as long as a subject that is read.
const MOST_CUTS: usize = 128;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn c12_what_is_not_utf8_has_no_other_encoding() {
        for raw in [
            &b"Subject:\x80 Dinner\r\n"[..],
            b"Subject: =?utf-8?q?=80?= Dinner\r\n",
        ] {
            let field = Field::parse(raw);
            for form in [Form::Relaxed, Form::Simple] {
                let edits = [edits(form, 1, &field), cuts(form, 1, &field)].concat();
                let values = edits.iter().flat_map(|edit| &edit.changes);
                assert!(
                    values
                        .map(|(_, was)| was)
                        .all(|was| decoded(was).contains(&0x80)),
                    "{}",
                    raw.escape_ascii()
                );
            }
        }
    }
}
