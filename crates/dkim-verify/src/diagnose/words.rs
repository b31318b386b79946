//! Encoded words and raw UTF-8, one made of the other (RFC 2047 §2).

use alloc::string::String;
use alloc::vec::Vec;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use dkim_canon::Field;

use super::finding::Finding;
use super::header::Edit;
use super::mime::quoted_printable;
use super::variants::raw;

/// The field as other software would have encoded what it says.
pub(super) fn edits(index: usize, field: &Field<'_>) -> Vec<Edit> {
    let value = field.value();
    let text = decoded(value);
    let was_encoded = text != value;
    if !was_encoded && value.is_ascii() {
        return Vec::new();
    }
    let content = text.trim_ascii();
    let base64 = STANDARD.encode(content);
    let quoted = quoted(content);
    let mut values = Vec::from([[b" ", content].concat()]);
    for charset in ["UTF-8", "utf-8"] {
        for (letter, encoded) in [
            ("B", base64.as_bytes()),
            ("b", base64.as_bytes()),
            ("Q", &quoted),
            ("q", &quoted),
        ] {
            let start = [b" =?", charset.as_bytes(), b"?", letter.as_bytes(), b"?"].concat();
            values.push([&*start, encoded, b"?="].concat());
        }
    }
    values
        .into_iter()
        .filter(|was| was != value)
        .map(|was| Edit {
            changes: Vec::from([(index, raw(field.name(), &was))]),
            findings: Vec::from([Finding::FieldReencoded {
                name: field.name().into(),
            }]),
            ..Edit::default()
        })
        .collect()
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

/// RFC 2047 §4.2, encoding no more than unstructured text needs.
fn quoted(text: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    for &octet in text {
        match octet {
            b' ' => out.push(b'_'),
            b'=' | b'?' | b'_' | 0..=31 | 127.. => {
                out.push(b'=');
                out.extend([octet >> 4, octet & 15].map(|digit| match digit {
                    0..=9 => b'0' + digit,
                    _ => b'A' + (digit - 10),
                }));
            }
            _ => out.push(octet),
        }
    }
    out
}
