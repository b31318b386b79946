//! Ranges that are broad, or change nothing.

use spf::lint::{Family, LintOptions, Problem};

use super::{NONE, assert_codes, codes, lint, lint_with, record};
use crate::zone;

#[test]
fn prefixes_are_broad_below_the_options() {
    for (text, expected) in [
        ("v=spf1 ip4:10.0.0.0/16 -all", NONE),
        ("v=spf1 ip4:10.0.0.0/15 -all", &["broad-range@7"]),
        ("v=spf1 ip4:10.0.0.0/1 -all", &["broad-range@7"]),
        ("v=spf1 ip4:10.0.0.0/0 -all", &["any-address@7"]),
        ("v=spf1 ip6:2001:db8::/32 -all", NONE),
        ("v=spf1 ip6:2001:db8::/31 -all", &["broad-range@7"]),
        ("v=spf1 ip6:2001:db8::/129 -all", &["syntax@7"]),
        ("v=spf1 ip6:::/0 -all", &["any-address@7"]),
        ("v=spf1 a:x.test/16//32 -all", NONE),
        (
            "v=spf1 a:x.test/15//31 -all",
            &["broad-range@7", "broad-range@7"],
        ),
        ("v=spf1 a:x.test//0 -all", &["any-address@7"]),
        // Only who passes is let in.
        ("v=spf1 ?ip4:10.0.0.0/0 ~a:x.test/0 -ip6:::/0 -all", NONE),
    ] {
        assert_codes(&record(text), expected);
    }
    let zone = zone("example.com TXT \"v=spf1 ip4:10.0.0.0/23 ip6:2001:db8::/47 -all\"");
    let options = LintOptions::default().shortest_v4(24).shortest_v6(48);
    let report = lint_with(&zone, &options);
    let broad = |family, prefix_length| Problem::BroadRange {
        family,
        prefix_length,
    };
    assert_eq!(report.findings[0].problem, broad(Family::V4, 23));
    assert_eq!(report.findings[1].problem, broad(Family::V6, 47));
    let options = options.shortest_v4(23).shortest_v6(47);
    assert_codes(&lint_with(&zone, &options), NONE);
}

#[test]
fn ranges_that_change_nothing_are_found() {
    for (text, expected) in [
        ("v=spf1 ip4:10.0.0.0/24 ip4:10.0.1.0/24 -all", NONE),
        (
            "v=spf1 ip4:10.0.0.1 ip4:10.0.0.1 -all",
            &["duplicate-range@20"],
        ),
        (
            "v=spf1 ip4:10.0.0.1 -ip4:10.0.0.1/32 -all",
            &["duplicate-range@20"],
        ),
        (
            "v=spf1 ip4:10.0.0.0/24 ip4:10.0.0.7 -all",
            &["overlapping-range@23"],
        ),
        (
            "v=spf1 ip4:10.0.0.7 ip4:10.0.0.0/24 -all",
            &["overlapping-range@7"],
        ),
        ("v=spf1 -ip4:10.0.0.7 ip4:10.0.0.0/24 -all", NONE),
        (
            "v=spf1 -all ip4:10.0.0.7 ip4:10.0.0.7",
            &["after-all@12", "after-all@25"],
        ),
        (
            "v=spf1 ip6:2001:db8::/48 ip6:2001:db8::1 -all",
            &["overlapping-range@25"],
        ),
        ("v=spf1 ip6:::/96 ip4:0.0.0.1 -all", NONE),
    ] {
        assert_codes(&record(text), expected);
    }
    let report = record("v=spf1 ip4:10.0.0.0/24 ip4:10.0.0.7 -all");
    let sentence = report.findings[0].to_string();
    let expected = "The range is part of 10.0.0.0/24 at octet 7 of the record at example.com.";
    assert_eq!(sentence, expected);
}

#[test]
fn ranges_of_other_records_are_compared_by_what_they_mean() {
    let policy = |own: &str, other: &str| {
        codes(&lint(&format!(
            "example.com TXT \"v=spf1 {own}\"
             b.test TXT \"v=spf1 {other}\"
             c.test TXT \"v=spf1 ip4:10.0.0.8\""
        )))
    };
    for (own, other, expected) in [
        (
            "ip4:10.0.0.7 include:b.test -all",
            "ip4:10.0.0.0/24",
            &["shared-range@7"][..],
        ),
        (
            "include:b.test ip4:10.0.0.7 -all",
            "ip4:10.0.0.0/24",
            &["shared-range@22"],
        ),
        ("include:b.test ip4:10.0.0.7 -all", "?ip4:10.0.0.0/24", NONE),
        ("include:b.test ip4:10.0.0.7 -all", "ip4:10.0.1.0/24", NONE),
        // An earlier one keeps it from being reached, whatever it means.
        (
            "~include:b.test ip4:10.0.0.7 -all",
            "ip4:10.0.0.0/24",
            &["shared-range@23"],
        ),
        ("ip4:10.0.0.7 ~include:b.test -all", "ip4:10.0.0.0/24", NONE),
        (
            "ip4:10.0.0.0/24 include:b.test -all",
            "ip4:10.0.0.7",
            &["b.test/shared-range@7"],
        ),
        // The redirection comes last, wherever it stands.
        (
            "redirect=b.test ip4:10.0.0.7",
            "ip4:10.0.0.7 -all",
            &["early-modifier@7", "b.test/shared-range@7"],
        ),
        (
            "ip4:10.0.0.7 redirect=b.test",
            "-ip4:10.0.0.0/24 -all",
            NONE,
        ),
        (
            "ip4:10.0.0.0/24 include:b.test -all",
            "include:c.test",
            &["c.test/shared-range@7"],
        ),
        (
            "ip4:10.0.0.0/24 include:b.test -all",
            "?include:c.test",
            NONE,
        ),
    ] {
        assert_eq!(policy(own, other), expected, "{own}; {other}");
    }
}
