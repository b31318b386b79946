//! A preflight finds the same however the body is cut, and nothing about line ends once they are
//! mended.
#![no_main]

use dkim_canon::{Header, ToCrlf};
use dkim_sign::{Finding, Preflight, preflight};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: (&[u8], Vec<u8>)| {
    let (message, cuts) = input;
    let expected = preflight(message);
    let (header, mut body) = Header::split(message);
    let mut beside = Preflight::begin(&header);
    for cut in cuts.iter().map(|&cut| usize::from(cut)) {
        let (chunk, rest) = body.split_at(cut.min(body.len()));
        body = rest;
        beside.body(chunk);
    }
    beside.body(body);
    assert_eq!(beside.finish(), expected);
    // One of each kind, and of each defect and name.
    assert!(expected.len() < 50);
    assert!(expected.iter().all(|finding| finding.to_string().ends_with('.')));

    let mut mended = Vec::new();
    ToCrlf::default().update(message, |octets| mended.extend_from_slice(octets));
    for finding in preflight(&mended) {
        assert!(!matches!(
            finding,
            Finding::BareCarriageReturn { .. } | Finding::BareLineFeed { .. }
        ));
    }
});
