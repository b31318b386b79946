//! SPF by this repository, with records kept from one check to the next and without.

use std::borrow::Borrow;
use std::collections::HashMap;
use std::hint::black_box;
use std::sync::{Arc, Mutex};

use dns_txt::{Answer, Question, Record as DnsRecord, drive};
use spf::{Check, Options, Record, RecordCache, Verdict};

use crate::harness::Task;
use crate::input::spf::{CLIENT, HELO, REVERSE_PATH, zone};

/// Records are parsed in every check, answers come from a zone in memory.
pub fn from_zone() -> Task {
    let zone = zone();
    Task::new(
        "ours, records parsed each time, answers from a zone",
        move || {
            run(&Options::default(), |question| zone.look_up(question));
        },
    )
}

/// Records are parsed in every check, answers come from a hash map, as a cache in front of the DNS
/// would give them.
pub fn parsing() -> Task {
    let answers = answers();
    Task::new("ours, records parsed each time", move || {
        run(&Options::default(), |question| &answers[question]);
    })
}

/// Records are kept in a cache that threads can share, as a server has it; answers come from a hash
/// map.
pub fn kept() -> Task {
    let answers = answers();
    let cache = RecordCache::new(RecordCache::DEFAULT_CAPACITY);
    let options = Options::default().records(Arc::new(Mutex::new(cache)));
    Task::new("ours, records kept", move || {
        run(&options, |question| &answers[question]);
    })
}

/// Only the parsing of the seven records.
pub fn records() -> Task {
    let zone = zone();
    let is_text = |record: &DnsRecord| match record {
        DnsRecord::Txt(text) => Some(text.clone()),
        _ => None,
    };
    let texts: Vec<_> = zone
        .records()
        .filter_map(|(_, record)| is_text(record))
        .collect();
    assert_eq!(texts.len(), 7);
    Task::new("ours, only the records parsed", move || {
        for text in &texts {
            let record = Record::parse(black_box(text));
            assert!(record.is_ok());
            let _ = black_box(record);
        }
    })
}

/// The questions of the check and their answers.
pub fn answers() -> HashMap<Question, Answer> {
    let zone = zone();
    let mut answers = HashMap::new();
    run(&Options::default(), |question| {
        let answer = zone.look_up(question);
        answers.insert(question.clone(), answer.clone());
        answer
    });
    answers
}

fn run<A: Borrow<Answer>>(options: &Options, answer: impl FnMut(&Question) -> A) {
    let mut check = Check::mail_from(
        black_box(CLIENT),
        HELO.as_bytes(),
        REVERSE_PATH.as_bytes(),
        options,
    );
    drive(&mut check, answer);
    let report = check.finish();
    assert_eq!((report.verdict, report.lookups), (Verdict::Pass, 8));
    black_box(report);
}
