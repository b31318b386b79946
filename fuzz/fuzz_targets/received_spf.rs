//! Whatever is read as Received-SPF prints as one field that reads the same; and a field made of
//! any octets holds of them what it can, in one field.

#![no_main]

use libfuzzer_sys::fuzz_target;
use spf::{Pair, ReceivedSpf, Verdict};

fuzz_target!(|value: &[u8]| {
    if let Ok(field) = ReceivedSpf::parse(value) {
        assert_reads_the_same(&field);
        for pair in &field.pairs {
            assert!(Pair::new(pair.key(), pair.value().as_bytes()).is_some());
        }
    }
    // The same octets as what a peer said.
    let comment = String::from_utf8_lossy(value);
    let field = ReceivedSpf::new(Verdict::Pass)
        .with_comment(&comment)
        .with_pair("envelope-from", value)
        .with_pair(&comment, b"x")
        .with_pair("helo", value.get(1..).unwrap_or_default());
    assert_reads_the_same(&field);
});

/// Whether it prints as one field, of lines that mail can carry, that reads as it was.
fn assert_reads_the_same(field: &ReceivedSpf) {
    let printed = field.to_field();
    let lines = printed.strip_suffix("\r\n").expect("a whole field");
    for (index, line) in lines.split("\r\n").enumerate() {
        assert!(line.len() <= 998 && !line.contains(char::is_control));
        assert_eq!(index > 0, line.starts_with(' '));
        // RFC 5322 §3.2.2: white space is of spaces and tabs; a U+2001 is text (RFC 6532 §3.2).
        assert!(!line.trim_matches([' ', '\t']).is_empty());
    }
    let value = printed
        .strip_prefix("Received-SPF:")
        .expect("the name of the field");
    let again = ReceivedSpf::parse(value.as_bytes());
    assert_eq!(again.as_ref(), Ok(field), "{printed}");
}
