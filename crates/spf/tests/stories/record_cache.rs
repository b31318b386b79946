//! Records kept from one check to the next change nothing but the time.

use core::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use dns_txt::Zone;
use proptest::prelude::*;
use spf::{
    Check, Options, PrepareRecord, PreparedRecord, RecordCache, Report, SyntaxError, Verdict,
};

use super::order::world;
use super::{check_with, finish, transcript, zone};

fn cached() -> Options {
    Options::default().records(Arc::new(Mutex::new(RecordCache::new(8))))
}

/// A record of its own for each number.
fn text(number: usize) -> String {
    format!("v=spf1 include:{number}.example.com -all")
}

/// Counts the texts it reads, and keeps none.
#[derive(Debug, Default)]
struct Counting(AtomicUsize);

impl PrepareRecord for Counting {
    fn prepare_record(&self, text: &[u8]) -> Result<Arc<PreparedRecord>, SyntaxError> {
        self.0.fetch_add(1, Ordering::Relaxed);
        PreparedRecord::parse(text).map(Arc::new)
    }
}

#[test]
fn what_was_used_last_stays_and_no_more_than_the_capacity() {
    let mut cache = RecordCache::new(8);
    let first = cache.read(text(0).as_bytes()).unwrap();
    for number in 0..100 {
        cache.read(text(number).as_bytes()).unwrap();
        let record = cache.read(text(0).as_bytes()).unwrap();
        assert!(
            Arc::ptr_eq(&first, &record),
            "one that is in use is never dropped"
        );
        assert!(cache.len() <= 8);
    }
    let recent: Vec<_> = (97..100)
        .map(|number| cache.read(text(number).as_bytes()).unwrap())
        .collect();
    for (number, record) in (97..100).zip(&recent) {
        let again = cache.read(text(number).as_bytes()).unwrap();
        assert!(Arc::ptr_eq(record, &again), "half of the capacity is kept");
    }
    drop(recent);
    let dropped = cache.read(text(1).as_bytes()).unwrap();
    assert_eq!(Arc::strong_count(&dropped), 2);
    assert!(cache.len() <= 8);
}

#[test]
fn a_cache_of_capacity_0_keeps_nothing() {
    let mut cache = RecordCache::new(0);
    cache.read(text(1).as_bytes()).unwrap();
    assert!(cache.is_empty());
}

#[test]
fn neither_what_cannot_be_read_nor_what_is_very_long_is_kept() {
    let mut cache = RecordCache::new(8);
    assert!(matches!(
        cache.read(b"v=spf1 ip4:192.0.2.256"),
        Err(SyntaxError::Address { offset: 11 })
    ));
    let record = |octets: usize| format!("v=spf1 -all {}=", "x".repeat(octets - 13));
    let longest = record(RecordCache::LONGEST_RECORD);
    assert_eq!(longest.len(), RecordCache::LONGEST_RECORD);
    let longer = record(RecordCache::LONGEST_RECORD + 1);
    cache.read(longer.as_bytes()).unwrap();
    assert!(cache.is_empty());
    cache.read(longest.as_bytes()).unwrap();
    assert_eq!(cache.len(), 1);
}

#[test]
fn records_that_differ_in_one_octet_are_two_records() {
    let mut cache = RecordCache::new(8);
    let folded = cache.read(b"v=spf1 a:EXAMPLE.com -all").unwrap();
    let plain = cache.read(b"v=spf1 a:example.com -all").unwrap();
    assert_eq!(folded.record().to_string(), "v=spf1 a:EXAMPLE.com -all");
    assert_eq!(plain.record().to_string(), "v=spf1 a:example.com -all");
    let longer = cache.read(b"v=spf1 a:example.com -all ").unwrap();
    assert_eq!(longer.text().len(), plain.text().len() + 1);
    assert_eq!(cache.len(), 3);
}

#[test]
fn checks_in_several_threads_share_a_cache() {
    let zone = world();
    let options = cached().trace(true);
    let run = |client: u8| {
        let client = [192, 0, 2, client].into();
        finish(
            Check::mail_from(client, b"", b"user@a.test", &options),
            &zone,
        )
    };
    let alone = run(3);
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                for _ in 0..10 {
                    assert_eq!(run(3), alone);
                }
            });
        }
    });
}

#[test]
fn every_policy_is_read_once_by_whom_the_options_name() {
    let zone = zone(
        "example.com TXT \"v=spf1 include:a.test exists:b.test -all exp=why.test\"
         example.com TXT \"no policy\"
         a.test TXT \"v=spf1 ip4:192.0.2.9 -all\"
         why.test TXT \"not ours\"",
    );
    let counting = Arc::new(Counting::default());
    let options = Options::default().records(Arc::clone(&counting) as _);
    let report = check_with("192.0.2.1", &zone, &options);
    assert_eq!(report.verdict, Verdict::Fail);
    assert_eq!(report.explanation.unwrap().text(), "not ours");
    assert_eq!(counting.0.load(Ordering::Relaxed), 2);
}

#[test]
fn a_policy_that_is_its_own_explanation_is_one_from_a_cache_too() {
    let zone = zone("example.com TXT \"v=spf1 -ALL  exp=%{d}\"");
    let options = cached();
    for _ in 0..2 {
        let report = check_with("192.0.2.1", &zone, &options);
        assert_eq!(
            report.explanation.unwrap().text(),
            "v=spf1 -ALL  exp=example.com"
        );
    }
}

/// What a check without a cache says, and two with the same one.
fn thrice(begin: impl Fn(&Options) -> Check, zone: &Zone, trace: bool) -> [(Report, usize); 3] {
    let run = |options: &Options| {
        let (report, asked) = transcript(begin(options), zone);
        (report, asked.len())
    };
    let cached = cached().trace(trace);
    let plain = Options::default().trace(trace);
    [run(&plain), run(&cached), run(&cached)]
}

fn term() -> impl Strategy<Value = String> {
    prop_oneof![
        "[-+?~]?(all|a|mx|ptr|a:h[12]\\.test|mx:%\\{d\\}|ALL)",
        "[-+?~]?(include|redirect|exists|exp|a|x)[:=](b\\.test|%\\{d\\}|%\\{l\\}\\.test|B\\.test\\.|a\\.\\.test)",
        "[-+?~]?(ip4:192\\.0\\.2\\.[0-9]|ip4:192\\.0\\.2\\.0/2[4-9]|ip6:2001:db8::/32|ip4:1)",
    ]
}

fn record() -> impl Strategy<Value = String> {
    let terms = proptest::collection::vec(term(), 0..7);
    terms.prop_map(|terms| format!("v=spf1 {}", terms.join(" ")))
}

proptest! {
    #[test]
    fn a_cache_changes_no_report(
        client in 1u8..10,
        domain in proptest::char::range('a', 'd'),
        trace in any::<bool>(),
    ) {
        let begin = |options: &Options| {
            let path = format!("user@{domain}.test");
            Check::mail_from([192, 0, 2, client].into(), b"a.test", path.as_bytes(), options)
        };
        let [plain, first, second] = thrice(begin, &world(), trace);
        prop_assert_eq!(&first, &plain);
        prop_assert_eq!(&second, &plain);
    }

    #[test]
    fn a_cache_changes_no_report_whatever_the_records(
        records in [record(), record()],
        client in 0u8..9,
        trace in any::<bool>(),
    ) {
        let [a, b] = records;
        let zone = zone(&format!(
            "a.test TXT \"{a}\"
             b.test TXT \"{b}\"
             h1.test A 192.0.2.1
             h2.test A 192.0.2.2
             a.test MX 1 h1.test",
        ));
        let begin = |options: &Options| {
            Check::mail_from([192, 0, 2, client].into(), b"a.test", b"b@a.test", options)
        };
        let [plain, first, second] = thrice(begin, &zone, trace);
        prop_assert_eq!(&first, &plain);
        prop_assert_eq!(&second, &plain);
    }
}
