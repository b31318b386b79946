//! The canonical form of a body is that of the RFC word by word, however the body is cut.
#![no_main]

use dkim_canon::{BodyCanon, Form};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: (&[u8], Vec<u8>)| {
    let (body, cuts) = input;
    for form in [Form::Relaxed, Form::Simple] {
        let expected = slow(form, body);
        assert_eq!(canonical(form, body, &[]), expected);
        assert_eq!(canonical(form, body, &cuts), expected);
    }
});

fn canonical(form: Form, mut body: &[u8], cuts: &[u8]) -> Vec<u8> {
    let mut written = Vec::new();
    let mut canon = BodyCanon::new(form);
    for cut in cuts.iter().map(|&cut| usize::from(cut)) {
        let (chunk, rest) = body.split_at(cut.min(body.len()));
        body = rest;
        canon.update(chunk, |octets| written.extend_from_slice(octets));
    }
    canon.update(body, |octets| written.extend_from_slice(octets));
    canon.finish(|octets| written.extend_from_slice(octets));
    written
}

/// RFC 6376 §3.4.3 and §3.4.4, a line at a time.
fn slow(form: Form, body: &[u8]) -> Vec<u8> {
    let mut lines = vec![Vec::new()];
    let mut octets = body.iter().copied().peekable();
    while let Some(octet) = octets.next() {
        if octet == b'\r' && octets.next_if_eq(&b'\n').is_some() {
            lines.push(Vec::new());
        } else if let Some(line) = lines.last_mut() {
            line.push(octet);
        }
    }
    if form == Form::Relaxed {
        lines.iter_mut().for_each(reduce);
    }
    while lines.last().is_some_and(Vec::is_empty) {
        lines.pop();
    }
    if lines.is_empty() && form == Form::Simple {
        lines.push(Vec::new());
    }
    lines
        .iter()
        .flat_map(|line| [line, &b"\r\n"[..]].concat())
        .collect()
}

fn reduce(line: &mut Vec<u8>) {
    for octet in line.iter_mut().filter(|octet| **octet == b'\t') {
        *octet = b' ';
    }
    line.dedup_by(|a, b| (*a, *b) == (b' ', b' '));
    if line.last() == Some(&b' ') {
        line.pop();
    }
}
