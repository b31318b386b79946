//! The parts of a MIME body, as far as they matter here (RFC 2046 §5.1.1).
//!
//! Nothing is nested: a part ends at the next line with any of the boundaries. What is taken for a
//! boundary and is none costs time, and proves nothing.

use alloc::vec::Vec;
use core::ops::Range;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use dkim_canon::Header;

use super::finding::TransferEncoding;

/// The lines that stand between parts, in order, their ends included.
pub(super) fn boundary_lines(header: &Header<'_>, body: &[u8]) -> Vec<Range<usize>> {
    let boundaries = boundaries(header, body);
    let mut start = 0;
    let mut found = Vec::new();
    for line in body.split_inclusive(|&octet| octet == b'\n') {
        let range = start..start + line.len();
        start = range.end;
        let Some(rest) = line.strip_prefix(b"--") else {
            continue;
        };
        if boundaries.iter().any(|boundary| {
            let end = rest.strip_prefix(*boundary).map(<[u8]>::trim_ascii_end);
            matches!(end, Some(b"" | b"--"))
        }) {
            found.push(range);
        }
    }
    found
}

/// The fields of the part whose content begins at this place.
pub(super) fn fields_before<'m>(
    header: &Header<'_>,
    body: &'m [u8],
    content: usize,
) -> Option<Header<'m>> {
    let lines = boundary_lines(header, body);
    let line = lines.iter().rfind(|line| line.end <= content)?;
    let (fields, _) = Header::split(body.get(line.end..content)?);
    Some(fields)
}

/// The values of `boundary=`, wherever they stand; at most [`MOST_BOUNDARIES`].
fn boundaries<'m>(header: &'m Header<'_>, body: &'m [u8]) -> Vec<&'m [u8]> {
    let texts = [header.as_octets(), body];
    let mut found = Vec::new();
    for text in texts {
        let mut rest = text;
        while found.len() < MOST_BOUNDARIES
            && let Some(at) = memchr::memchr(b'=', rest)
        {
            let (before, after) = rest.split_at(at);
            rest = after.get(1..).unwrap_or_default();
            let name = before.get(before.len().saturating_sub(8)..);
            if !name.is_some_and(|name| name.eq_ignore_ascii_case(b"boundary")) {
                continue;
            }
            let value = match rest.strip_prefix(b"\"") {
                Some(quoted) => quoted.split(|&octet| octet == b'"').next(),
                None => rest.split(|octet| b"; \t\r\n".contains(octet)).next(),
            };
            // RFC 2046 §5.1.1: 1 to 70 characters.
            if let Some(value @ &[_, ..]) = value
                && value.len() <= 70
            {
                found.push(value);
            }
        }
    }
    found
}

/// A part whose transfer encoding may have been changed on the way.
#[derive(Clone, Debug)]
pub(super) struct Encoded {
    pub(super) encoding: TransferEncoding,
    /// The fields of the part, without the empty line behind them; empty for a whole body.
    pub(super) fields: Range<usize>,
    /// What is encoded, without the line end that belongs to the boundary.
    pub(super) content: Range<usize>,
}

/// The parts in quoted-printable or base64; at most [`MOST_PARTS`].
pub(super) fn encoded(header: &Header<'_>, body: &[u8], lines: &[Range<usize>]) -> Vec<Encoded> {
    let whole = header.fields().find_map(|field| {
        let named = field.is_named(TRANSFER_ENCODING);
        encoding(field.value()).filter(|_| named)
    });
    if let Some(encoding) = whole {
        return Vec::from([Encoded {
            encoding,
            fields: 0..0,
            content: 0..body.len(),
        }]);
    }
    let mut found = Vec::new();
    for pair in lines.windows(2) {
        let [line, next] = pair else { continue };
        let part = body.get(line.end..next.start).unwrap_or_default();
        let (fields, content) = Header::split(part);
        let end = next.start - if content.ends_with(b"\r\n") { 2 } else { 0 };
        let encoding = fields.fields().find_map(|field| {
            let named = field.is_named(TRANSFER_ENCODING);
            encoding(field.value()).filter(|_| named)
        });
        if let Some(encoding) = encoding
            && !content.is_empty()
        {
            found.push(Encoded {
                encoding,
                fields: line.end..next.start - content.len() - fields.end().len(),
                content: next.start - content.len()..end,
            });
        }
        if found.len() == MOST_PARTS {
            break;
        }
    }
    found
}

fn encoding(value: &[u8]) -> Option<TransferEncoding> {
    let all = [TransferEncoding::Base64, TransferEncoding::QuotedPrintable];
    all.into_iter().find(|encoding| {
        value
            .trim_ascii()
            .eq_ignore_ascii_case(encoding.as_str().as_bytes())
    })
}

/// What was encoded; for quoted-printable, whatever the octets.
pub(super) fn decode(encoding: TransferEncoding, octets: &[u8]) -> Option<Vec<u8>> {
    match encoding {
        TransferEncoding::Base64 => {
            let kept = octets.iter().filter(|octet| !octet.is_ascii_whitespace());
            STANDARD.decode(kept.copied().collect::<Vec<u8>>()).ok()
        }
        TransferEncoding::QuotedPrintable => Some(quoted_printable(octets)),
    }
}

/// RFC 2045 §6.7; an equals sign that encodes nothing stands for itself.
pub(super) fn quoted_printable(mut octets: &[u8]) -> Vec<u8> {
    let mut decoded = Vec::with_capacity(octets.len());
    while let Some((&octet, rest)) = octets.split_first() {
        octets = rest;
        match (octet, rest) {
            (b'=', [b'\r', b'\n', rest @ ..]) => octets = rest,
            (b'=', [high, low, rest @ ..]) => match (digit(*high), digit(*low)) {
                (Some(high), Some(low)) => {
                    decoded.push(high << 4 | low);
                    octets = rest;
                }
                _ => decoded.push(octet),
            },
            _ => decoded.push(octet),
        }
    }
    decoded
}

fn digit(octet: u8) -> Option<u8> {
    let digit = char::from(octet).to_digit(16)?;
    u8::try_from(digit).ok()
}

pub(super) const TRANSFER_ENCODING: &str = "Content-Transfer-Encoding";

/// A message of mail has one boundary, or two or three where text stands beside its attachments.
const MOST_BOUNDARIES: usize = 8;

/// A text in several forms; each further one costs a pass over the body.
const MOST_PARTS: usize = 4;
