//! A policy of eight look-ups, its records parsed each time and kept.

use core::hint::black_box;
use core::net::{IpAddr, Ipv4Addr};
use std::sync::{Arc, Mutex};

use criterion::{Criterion, criterion_group, criterion_main};
use dns_txt::{Zone, drive};
use spf::{Check, Options, RecordCache, Verdict};

const ZONE: &str = "\
example.com.      TXT \"v=spf1 mx a:www.example.com include:_one.example.net include:_two.example.net -all\"
example.com.      MX 10 mail.example.com.
mail.example.com. A 192.0.2.1
www.example.com.  A 192.0.2.2
_one.example.net. TXT \"v=spf1 ip4:198.51.100.0/25 ip6:2001:db8::/32 include:_three.example.net ~all\"
_three.example.net. TXT \"v=spf1 a:a.example.net a:b.example.net ~all\"
a.example.net.    A 192.0.2.3
b.example.net.    A 192.0.2.4
_two.example.net. TXT \"v=spf1 include:_four.example.net ~all\"
_four.example.net. TXT \"v=spf1 ip4:203.0.113.0/24 ~all\"
";

fn check_host(criterion: &mut Criterion) {
    let zone = Zone::parse(ZONE, None).expect("the zone is well formed");
    let client = IpAddr::V4(Ipv4Addr::new(203, 0, 113, 9));
    let cache = RecordCache::new(RecordCache::DEFAULT_CAPACITY);
    let kept = Options::default().records(Arc::new(Mutex::new(cache)));
    for (title, options) in [
        ("spf/8 look-ups, pass by the last", Options::default()),
        ("spf/8 look-ups, pass by the last, records kept", kept),
    ] {
        criterion.bench_function(title, |bencher| {
            bencher.iter(|| {
                let mut check = Check::mail_from(
                    black_box(client),
                    b"mail.example.com",
                    b"me@example.com",
                    &options,
                );
                drive(&mut check, |question| zone.look_up(question));
                let report = check.finish();
                assert_eq!(report.verdict, Verdict::Pass);
                report
            });
        });
    }
}

criterion_group!(benches, check_host);
criterion_main!(benches);
