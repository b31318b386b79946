//! A record is one if its first tag says so, whatever follows; what is printed reads back equal and
//! is printable ASCII; and places for reports do not change when they are read again.

#![no_main]

use dmarc::{Record, ReportUri};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: &[u8]| {
    let whole = [b"v=DMARC1;", input].concat();
    let mut records = vec![Record::parse(&whole).expect("its first tag says so")];
    records.extend(Record::parse(input));
    for record in records {
        let printed = record.to_string();
        assert!(printed.bytes().all(|octet| matches!(octet, b' '..=b'~')));
        assert_eq!(Record::parse(printed.as_bytes()).as_ref(), Ok(&record));
        if record.policies().is_none() {
            assert!(record.rua.is_empty());
        }
        for uri in record.rua.iter().chain(&record.ruf) {
            assert_eq!(ReportUri::parse(uri.to_string().as_bytes()).as_ref(), Some(uri));
            if let (Some(mailbox), Some(host)) = (uri.mailbox(), uri.host()) {
                assert_eq!(mailbox.view().domain(), Some(host));
            }
        }
    }
});
