//! A zone prints as master-file text that reads as an equal zone, and answers as its records say.

#![no_main]

use dns_txt::{Question, TxtRecord, Zone};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &[u8]| {
    let Ok(zone) = Zone::parse(text, None) else {
        return;
    };
    let printed = zone.to_string();
    assert_eq!(Zone::parse(&printed, None).as_ref(), Ok(&zone), "{printed}");

    let mut rebuilt = Zone::new();
    for (name, record) in zone.records() {
        let answer = zone.look_up(&Question::new(name.clone(), record.kind()));
        assert!(answer.records().contains(record));
        rebuilt.insert(name.clone(), record.clone());
    }
    assert!(rebuilt.records().eq(zone.records()));

    // A piece of a zone that is one TXT record reads as one by itself.
    if let Ok(record) = TxtRecord::parse(text, None) {
        assert_eq!(record.to_string().parse().as_ref(), Ok(&record));
    }
});
