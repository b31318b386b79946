//! How much memory a check asks for. A binary of its own, for it counts with an allocator of its
//! own.

use core::net::IpAddr;
use std::sync::{Arc, Mutex};

use dns_txt::{Zone, drive};
use spf::{Check, Options, RecordCache, Verdict};

/// Two mail services, each with a record that includes two of networks.
const ZONE: &str = r#"
$ORIGIN example.com.
@      TXT "v=spf1 include:_spf.one.example include:_spf.two.example a:relay.example.com mx -all"
@      MX  10 mx1
@      MX  20 mx2
relay  A   192.0.2.200
mx1    A   198.51.100.76
mx2    A   198.51.100.77
$ORIGIN one.example.
_spf   TXT "v=spf1 include:_a.one.example include:_b.one.example ~all"
_a     TXT "v=spf1 ip4:203.0.113.0/28 ip4:203.0.113.16/28 ip6:2001:db8:1::/48 ~all"
_b     TXT "v=spf1 ip4:203.0.113.32/28 ip4:203.0.113.48/28 ip6:2001:db8:2::/48 ~all"
$ORIGIN two.example.
_spf   TXT "v=spf1 include:_a.two.example include:_b.two.example ~all"
_a     TXT "v=spf1 ip4:198.18.0.0/24 ip4:198.18.1.0/24 ip4:198.18.2.0/24 ~all"
_b     TXT "v=spf1 ip4:198.19.0.0/24 ip4:198.19.1.0/24 ip4:198.19.2.0/24 ~all"
"#;

/// How often a check of eight look-ups allocates.
fn allocations(options: &Options) -> u64 {
    let zone: Zone = ZONE.parse().unwrap();
    let client: IpAddr = "198.51.100.77".parse().unwrap();
    let mut report = None;
    let counted = allocation_counter::measure(|| {
        let mut check = Check::mail_from(client, b"mx2.example.com", b"me@example.com", options);
        drive(&mut check, |question| zone.look_up(question));
        report = Some(check.finish());
    });
    let report = report.unwrap();
    assert_eq!((report.verdict, report.lookups), (Verdict::Pass, 8));
    counted.count_total
}

#[test]
fn a_check_of_eight_look_ups_allocates_forty_times_at_most() {
    let count = allocations(&Options::default());
    assert!(count <= 40, "{count}");
}

#[test]
fn a_check_with_kept_records_allocates_twelve_times_at_most() {
    let options = Options::default().records(Arc::new(Mutex::new(RecordCache::new(16))));
    let first = allocations(&options);
    let count = allocations(&options);
    assert!(count <= 12, "{count}, {first} when the records were read");
}

#[test]
fn e06_a_full_cache_takes_at_most_forty_times_what_it_was_given() {
    // Terms of one octet, each of which asks: the most that a text can be made to take.
    let record = |number: usize| format!("v=spf1{} -all x={number:08}", " a".repeat(490));
    assert!(record(0).len() <= RecordCache::LONGEST_RECORD);
    let mut cache = RecordCache::new(16);
    let counted = allocation_counter::measure(|| {
        for number in 0..1000 {
            cache.read(record(number).as_bytes()).unwrap();
        }
    });
    let kept = u64::try_from(counted.bytes_current).unwrap();
    let given = u64::try_from(16 * RecordCache::LONGEST_RECORD).unwrap();
    assert!(kept <= 40 * given, "{kept}");
}

#[test]
fn what_a_check_keeps_does_not_grow_with_the_answers() {
    let kept = |addresses: u32| {
        let records: String = (0..addresses)
            .map(|host| format!("mail.example.com. A 10.0.{}.{}\n", host / 256, host % 256))
            .collect();
        let policy = "example.com. TXT \"v=spf1 a:mail.example.com -all\"\n";
        let zone: Zone = [policy, &records].concat().parse().unwrap();
        let client = IpAddr::from([192, 0, 2, 1]);
        let mut check = None;
        let counted = allocation_counter::measure(|| {
            let mut begun =
                Check::mail_from(client, b"x.example", b"me@example.com", &Options::default());
            drive(&mut begun, |question| zone.look_up(question));
            check = Some(begun);
        });
        assert_eq!(check.unwrap().finish().verdict, Verdict::Fail);
        counted.bytes_max
    };
    assert_eq!(kept(1), kept(5000));
}
