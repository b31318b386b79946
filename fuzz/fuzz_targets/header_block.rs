//! The fields of a header, its end and the body joined give the message back, and a reader that is
//! given the message in chunks sees the same header and body.
#![no_main]

use dkim_canon::{Header, HeaderReader, Progress};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: (&[u8], Vec<u8>)| {
    let (message, cuts) = input;
    let (header, body) = Header::split(message);

    let mut joined = Vec::new();
    for field in header.fields() {
        assert_eq!(field.offset(), joined.len());
        joined.extend_from_slice(field.raw());
        // Total on any octets.
        let _ = (field.name(), field.value(), field.defect());
    }
    joined.extend_from_slice(header.end());
    assert_eq!(joined, header.as_octets());
    joined.extend_from_slice(body);
    assert_eq!(joined, message);

    let mut reader = HeaderReader::new(message.len());
    let mut rest = message;
    for chunk in cuts.iter().map(|&cut| usize::from(cut)) {
        let (chunk, after) = rest.split_at(chunk.min(rest.len()));
        rest = after;
        if complete(&mut reader, chunk, rest, &header, body) {
            return;
        }
    }
    if !complete(&mut reader, rest, b"", &header, body) {
        assert_eq!(reader.finish(), header);
        assert!(body.is_empty());
    }
});

/// Pushes a chunk; if the header ends in it, holds it and the body against those expected.
fn complete(
    reader: &mut HeaderReader,
    chunk: &[u8],
    rest: &[u8],
    expected: &Header<'_>,
    expected_body: &[u8],
) -> bool {
    match reader.push(chunk).expect("the limit is the message") {
        Progress::Complete { header, body } => {
            assert_eq!(header, *expected);
            assert_eq!([body, rest].concat(), expected_body);
            true
        }
        Progress::More => false,
    }
}
