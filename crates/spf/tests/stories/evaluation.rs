//! How the terms of a record, and of those that it leads to, make a verdict.

use dns_txt::Question;
use spf::{Cause, Check, Options, Verdict};

use super::{check, transcript, verdict, zone};

#[test]
fn the_first_match_decides_by_its_qualifier() {
    for (record, expected) in [
        ("v=spf1 all", Verdict::Pass),
        ("v=spf1 +all", Verdict::Pass),
        ("v=spf1 -all", Verdict::Fail),
        ("v=spf1 ~ALL", Verdict::SoftFail),
        ("v=spf1 ?all", Verdict::Neutral),
        ("v=spf1", Verdict::Neutral),
        ("v=spf1 ?ip4:192.0.2.1 -all", Verdict::Neutral),
        ("v=spf1 ip4:192.0.2.2 -all", Verdict::Fail),
    ] {
        assert_eq!(verdict("192.0.2.1", record), expected, "{record}");
    }
}

#[test]
fn include_pass_takes_the_outer_qualifier() {
    for (outer, inner, expected) in [
        ("include:b.test -all", "+all", Verdict::Pass),
        ("-include:b.test +all", "+all", Verdict::Fail),
        ("~include:b.test +all", "+all", Verdict::SoftFail),
        ("include:b.test ~all", "-all", Verdict::SoftFail),
        ("include:b.test ?all", "~all", Verdict::Neutral),
        ("include:b.test -all", "?all", Verdict::Fail),
        ("include:b.test -all", "", Verdict::Fail),
    ] {
        let zone = zone(&format!(
            "example.com TXT \"v=spf1 {outer}\"
             b.test TXT \"v=spf1 {inner}\""
        ));
        assert_eq!(
            check("192.0.2.1", &zone).verdict,
            expected,
            "{outer}, {inner}"
        );
    }
}

#[test]
fn the_chain_of_includes_is_reported_to_its_end() {
    let zone = zone(
        "example.com TXT \"v=spf1 mx include:b.test -all\"
         example.com MX 10 mail.example.com
         b.test TXT \"v=spf1 include:c.test\"
         c.test TXT \"v=spf1 a/28 -all\"
         c.test A 192.0.2.130",
    );
    let report = check("192.0.2.129", &zone);
    assert_eq!(
        (report.verdict, &report.cause),
        (Verdict::Pass, &Cause::Match)
    );
    assert_eq!((report.lookups, report.void_lookups), (4, 0));
    let matched = report.matched.unwrap();
    assert_eq!(matched.directive.to_string(), "include:b.test");
    assert_eq!(
        matched.place.to_string(),
        "octet 10 of the record at example.com"
    );
    let innermost = matched.innermost();
    assert_eq!(
        innermost.place.to_string(),
        "octet 7 of the record at c.test"
    );
    assert_eq!(innermost.network.unwrap().to_string(), "192.0.2.128/28");
    assert_eq!(matched.prefix_length(), Some(28));
}

#[test]
fn redirect_replaces_the_record_only_if_nothing_matches() {
    let zone = zone(
        "example.com TXT \"v=spf1 redirect=b.test ip4:192.0.2.1\"
         b.test TXT \"v=spf1 exists:%{d}.%{o} -all\"
         b.test.example.com A 127.0.0.2",
    );
    let report = check("192.0.2.1", &zone);
    assert_eq!((report.verdict, report.lookups), (Verdict::Pass, 0));
    // `%{d}` is the redirected record's domain, `%{o}` still the sender's.
    let report = check("192.0.2.2", &zone);
    assert_eq!((report.verdict, report.lookups), (Verdict::Pass, 2));
    assert_eq!(
        report.matched.unwrap().place.domain,
        "b.test".parse().unwrap()
    );
}

#[test]
fn what_stands_behind_all_is_not_evaluated() {
    for (record, expected) in [
        ("v=spf1 -all +ip4:192.0.2.1 a mx", Verdict::Fail),
        ("v=spf1 ?all include:nowhere.test", Verdict::Neutral),
        // It has to be well formed all the same (RFC 7208 §4.6).
        ("v=spf1 -all include:", Verdict::PermError),
    ] {
        let zone = zone(&format!("example.com TXT \"{record}\""));
        let report = check("192.0.2.1", &zone);
        assert_eq!((report.verdict, report.lookups), (expected, 0), "{record}");
    }
}

#[test]
fn all_makes_a_redirect_void_wherever_it_stands() {
    for record in [
        "v=spf1 redirect=nowhere.test ?all",
        "v=spf1 ?all redirect=nowhere.test",
    ] {
        assert_eq!(verdict("192.0.2.1", record), Verdict::Neutral, "{record}");
    }
}

#[test]
fn what_a_match_has_made_needless_is_not_asked() {
    let zone = zone(
        "example.com TXT \"v=spf1 include:b.test a ?all\"
         b.test TXT \"v=spf1 -mx\"
         b.test MX 10 h1.test
         b.test MX 20 h2.test
         h1.test A 192.0.2.1
         h2.test A 192.0.2.2",
    );
    let client = "192.0.2.1".parse().unwrap();
    let check = Check::mail_from(client, b"", b"user@example.com", &Options::default());
    let (report, asked) = transcript(check, &zone);
    assert_eq!(report.verdict, Verdict::Neutral);
    let asked: Vec<_> = asked.iter().map(Question::to_string).collect();
    assert_eq!(
        asked,
        [
            "example.com. TXT",
            "b.test. TXT",
            "b.test. MX",
            "h1.test. A",
            "example.com. A"
        ]
    );
}
