//! The grammar of records (RFC 9989 §4.8), on top of the tag lists of RFC 6376.

use alloc::string::String;
use alloc::vec::Vec;

use dns_txt::{Tag, Tags};

use super::{NotDmarc, Record, ReportUri, Requested};
use crate::policy::{FailureOptions, Mode, Policy, Psd};

/// `dmarc-record = dmarc-version *(dmarc-sep dmarc-tag) [dmarc-sep]`
pub(super) fn record(text: &[u8]) -> Result<Record, NotDmarc> {
    let mut tags = Tags::new(text);
    match tags.next() {
        Some(Ok(tag)) if is_version(&tag) => {}
        _ => return Err(NotDmarc),
    }
    let mut values: [(&str, Option<&[u8]>); NAMES.len()] = NAMES.map(|name| (name, None));
    // RFC 9989 §4.8: what cannot be read is ignored, and the rest is not.
    for tag in tags.flatten() {
        let mut known = values.iter_mut();
        let same = |(name, _): &&mut (&str, _)| tag.name().eq_ignore_ascii_case(name.as_bytes());
        if let Some((_, value @ None)) = known.find(same) {
            *value = Some(tag.value());
        }
    }
    let first = |name: &str| {
        let mut known = values.iter();
        known.find(|(known, _)| *known == name)?.1
    };
    let mode = |name| first(name).and_then(Mode::parse).unwrap_or_default();
    Ok(Record {
        p: requested(first("p")),
        sp: requested(first("sp")),
        np: requested(first("np")),
        adkim: mode("adkim"),
        aspf: mode("aspf"),
        psd: first("psd").and_then(Psd::parse).unwrap_or_default(),
        t: first("t").is_some_and(|value| value.eq_ignore_ascii_case(b"y")),
        rua: uris(first("rua")),
        ruf: uris(first("ruf")),
        fo: first("fo")
            .and_then(FailureOptions::parse)
            .unwrap_or_default(),
    })
}

/// `dmarc-version = "v" equals %s"DMARC1"`
fn is_version(tag: &Tag<'_>) -> bool {
    tag.name().eq_ignore_ascii_case(b"v") && tag.value() == b"DMARC1"
}

/// `dmarc-request = "none" / "quarantine" / "reject"`
fn requested(value: Option<&[u8]>) -> Requested {
    let Some(value) = value else {
        return Requested::Absent;
    };
    match Policy::parse(value) {
        Some(policy) => Requested::Policy(policy),
        None => {
            let printable = |&octet: &u8| match octet {
                b' '..=b'~' => char::from(octet),
                _ => '?',
            };
            let text: String = value.iter().map(printable).collect();
            Requested::Malformed(text.into_boxed_str())
        }
    }
}

/// `dmarc-urilist = (dmarc-uri / obs-dmarc-uri) *(*WSP "," *WSP (dmarc-uri / obs-dmarc-uri))`
fn uris(value: Option<&[u8]>) -> Vec<ReportUri> {
    let items = value.unwrap_or_default().split(|&octet| octet == b',');
    items
        .filter_map(|item| ReportUri::parse(item.trim_ascii()))
        .take(MAX_URIS)
        .collect()
}

/// The tags that mean something (RFC 9989 §4.7).
const NAMES: [&str; 10] = [
    "p", "sp", "np", "adkim", "aspf", "psd", "t", "rua", "ruf", "fo",
];

/// Many times what anybody needs, and few enough that nobody has thousands of reports sent by others
/// with one record.
const MAX_URIS: usize = 100;
