//! What is wrong with policies, each finding at its edge.

use dns_txt::{Answer, Domain, Failure, Inquiry, Kind, Zone, drive};
use spf::lint::{Family, Lint, LintOptions, LintReport, Problem, Severity};
use spf::{Check, Limits, Options};

use super::zone;

/// Looks at `example.com`.
fn lint(lines: &str) -> LintReport {
    lint_with(&zone(lines), &LintOptions::default())
}

fn lint_with(zone: &Zone, options: &LintOptions) -> LintReport {
    finish(Lint::domain(&example(), options), zone)
}

/// Looks at a record of `example.com`, where every other name has an address.
fn record(record: &str) -> LintReport {
    let mut lint = Lint::record(&example(), record.as_bytes(), &LintOptions::default());
    let zone = zone("*.test A 192.0.2.1\n*.test AAAA 2001:db8::1\nexample.com A 192.0.2.1");
    drive(&mut lint, |question| zone.look_up(question));
    lint.finish()
}

fn finish(mut lint: Lint, zone: &Zone) -> LintReport {
    drive(&mut lint, |question| zone.look_up(question));
    assert!(lint.is_settled());
    lint.finish()
}

fn example() -> Domain {
    "example.com".parse().unwrap()
}

/// Codes and offsets: `ptr@7`, `no-record`.
fn codes(report: &LintReport) -> Vec<String> {
    let findings = report.findings.iter().map(|finding| {
        let domain = match finding.domain.to_string().as_str() {
            "example.com" => String::new(),
            other => format!("{other}/"),
        };
        match finding.offset {
            Some(offset) => format!("{domain}{}@{offset}", finding.code()),
            None => format!("{domain}{}", finding.code()),
        }
    });
    findings.collect()
}

#[track_caller]
fn assert_codes(report: &LintReport, expected: &[&str]) {
    assert_eq!(codes(report), expected, "\n{report}");
}

const NONE: &[&str] = &[];

#[test]
fn a_good_policy_has_nothing_wrong() {
    let report = lint(
        "example.com TXT \"v=spf1 ip4:192.0.2.0/24 a mx include:example.net ~all exp=why.test\"
         example.com A 198.51.100.1
         example.com MX 10 mx.example.com
         example.net TXT \"v=spf1 ip6:2001:db8::/32 -ip4:203.0.113.1 ip4:203.0.113.0/24\"
         why.test TXT \"%{i} is not ours\"",
    );
    assert_codes(&report, NONE);
    assert_eq!((report.lookups, report.severity()), (3, None));
    // The addresses are of one family only.
    assert_eq!((report.void_lookups_v4, report.void_lookups_v6), (0, 1));
    assert!(report.is_complete);
}

#[test]
fn the_report_is_text_for_a_postmaster() {
    let report = lint(
        "example.com TXT \"v=spf1 include:b.test ptr a:%{i}.x.test +all mx\"
         b.test TXT \"v=spf1 a:gone.test include:c.test mx\"
         c.test TXT \"v=spf1 a:gone.test\"
         b.test MX 10 b.test",
    );
    let expected = [
        "example.com: 7 look-ups; void for IPv4 clients: 2, for IPv6 clients: 2",
        "  octet 7: include:b.test takes 5",
        "    octet 7: a:gone.test takes 1",
        "    octet 19: include:c.test takes 2",
        "      octet 7: a:gone.test takes 1",
        "    octet 34: mx takes 1",
        "  octet 22: ptr takes 1",
        "  octet 26: a:%{i}.x.test takes 1",
        "warning ptr, octet 22 of the record at example.com, ptr: RFC 7208 asks not to use ptr: it \
         is slow and depends on who runs the client's network.",
        "info depends-on-message, octet 26 of the record at example.com, a:%{i}.x.test: The target \
         depends on the message, so what it names was not looked at.",
        "error pass-all, octet 40 of the record at example.com, +all: Every client passes.",
        "warning after-all, octet 45 of the record at example.com, mx: The term stands behind all \
         and is never evaluated.",
        "warning void-lookup, octet 7 of the record at b.test, a:gone.test: Nothing is at \
         gone.test, and a check ends in permerror after few such look-ups.",
        "warning void-lookup, octet 7 of the record at c.test, a:gone.test: Nothing is at \
         gone.test, and a check ends in permerror after few such look-ups.",
        "",
    ];
    assert_eq!(report.to_string(), expected.join("\n"), "\n{report}");
    let severities: Vec<Severity> = report.findings.iter().map(|f| f.severity()).collect();
    assert_eq!(severities.iter().max().copied(), report.severity());
    assert!(Severity::Error > Severity::Warning && Severity::Warning > Severity::Info);
}

#[test]
fn one_look_up_is_not_several() {
    let text = record("v=spf1 a:mail.test -all").to_string();
    assert!(text.starts_with("example.com: 1 look-up; "), "{text}");
}

#[test]
fn what_can_be_said_of_a_record_alone() {
    for (text, expected) in [
        ("v=spf1 -all", NONE),
        ("v=spf1", &["missing-all"]),
        ("v=spf1 ip4:192.0.2.1", &["missing-all"]),
        ("v=spf1 +all", &["pass-all@7"]),
        ("v=spf1 all", &["pass-all@7"]),
        ("v=spf1 ?all", NONE),
        ("v=spf1 -all ip4:192.0.2.1", &["after-all@12"]),
        (
            "v=spf1 -all ptr all a:x.test",
            &["after-all@12", "after-all@16", "after-all@20"],
        ),
        // Modifiers have no place.
        ("v=spf1 -all moo=x", &["unknown-modifier@12"]),
        ("v=spf1 redirect=x.test -all", &["redirect-beside-all@7"]),
        ("v=spf1 -all redirect=x.test", &["redirect-beside-all@12"]),
        ("v=spf1 ptr -all", &["ptr@7"]),
        ("v=spf1 -ptr:x.test -all", &["ptr@7"]),
        ("v=spf1 include=x.test -all", &["mechanism-as-modifier@7"]),
        ("v=spf1 IP4=192.0.2.1 -all", &["mechanism-as-modifier@7"]),
        ("v=spf1 includes=x.test -all", &["unknown-modifier@7"]),
        ("v=spf1 a:%{d} -all", NONE),
        ("v=spf1 a:x.%{o} -all", &["void-lookup@7"]),
        ("v=spf1 a:%{v}.test -all", &["depends-on-message@7"]),
        ("v=spf1 exists:%{i}.x.test -all", &["depends-on-message@7"]),
        (
            "v=spf1 include:%{p} -all",
            &["ptr-macro@7", "depends-on-message@7"],
        ),
        (
            "v=spf1 -all exp=%{P}.why.test",
            &["ptr-macro@12", "depends-on-message@12"],
        ),
        ("v=spf1 a:x.test. -all", &["trailing-dot@7"]),
        ("v=spf1 a:x.test./24 -all", &["trailing-dot@7"]),
        (
            "v=spf1 -all a:x.test. moo=x.",
            &["after-all@12", "unknown-modifier@22"],
        ),
        ("v=spf1 redirect=%{l}.test", &["depends-on-message@7"]),
        ("v=spf1 ptr:%{h} -all", &["ptr@7", "depends-on-message@7"]),
        ("v=spf1 a:x..test -all", &["malformed-target@7"]),
        ("v=spf1 include:%{d1} -all", &["malformed-target@7"]),
        ("v=spf1 redirect=%{d1}", &["malformed-target@7"]),
    ] {
        assert_codes(&record(text), expected);
    }
}

#[test]
fn modifiers_stand_at_the_end() {
    // RFC 7208 §6, §6.1
    let zone = zone(
        "b.test TXT \"v=spf1 -all\"
         why.test TXT no",
    );
    for (text, expected) in [
        ("v=spf1 ip4:192.0.2.1 exp=why.test redirect=b.test", NONE),
        ("v=spf1 ip4:192.0.2.1 -all exp=why.test", NONE),
        ("v=spf1 exp=why.test -all", &["early-modifier@7"]),
        (
            "v=spf1 ip4:192.0.2.1 redirect=b.test exp=why.test",
            &["early-modifier@21"],
        ),
        (
            "v=spf1 redirect=b.test ip4:192.0.2.1",
            &["early-modifier@7"],
        ),
        (
            "v=spf1 exp=why.test ip4:192.0.2.1 redirect=b.test",
            &["early-modifier@7"],
        ),
        ("v=spf1 -all exp=why.test moo=x", &["unknown-modifier@25"]),
    ] {
        let lint = Lint::record(&example(), text.as_bytes(), &LintOptions::default());
        assert_codes(&finish(lint, &zone), expected);
    }
}

#[test]
fn every_term_that_cannot_be_read_is_found() {
    let report = record("v=spf1 moo ip4:1.2.3 a:x.test/33 a/24 redirect=a.test redirect=b.test");
    let syntax: Vec<String> = (report.findings.iter())
        .filter(|finding| finding.code() == "syntax")
        .map(|finding| finding.to_string())
        .collect();
    assert_eq!(
        syntax,
        [
            "The record cannot be read: unknown mechanism or malformed modifier at octet 7.",
            "The record cannot be read: malformed IP address at octet 15.",
            "The record cannot be read: malformed prefix length at octet 30.",
            "The record cannot be read: modifier repeated at octet 54.",
        ]
    );
    // What may have been meant is not guessed at.
    assert_codes(&record("v=spf1 a -al"), &["syntax@9"]);
    assert_codes(&record("v=spf1 a\tb -all"), &["syntax@7"]);
    let report = record("v=spf10 -all");
    assert_codes(&report, &["syntax"]);
    let sentence = report.findings[0].to_string();
    assert_eq!(
        sentence,
        "The record cannot be read: text does not start with v=spf1."
    );
    let report = record("v=spf1 a:\u{fc}.test ~all");
    assert_eq!(report.findings[0].term.as_deref(), Some(r"a:\xc3\xbc.test"));
}

#[test]
fn a_domain_has_one_record() {
    assert_codes(&lint(""), &["no-record"]);
    assert_codes(&lint("example.com TXT v=spf10"), &["no-record"]);
    let several = "example.com TXT \"v=spf1 a -all\"\nexample.com TXT \"V=SPF1\"";
    let report = lint(several);
    assert_codes(&report, &["several-records"]);
    assert_eq!(
        report.findings[0].problem,
        Problem::SeveralRecords { records: 2 }
    );
    assert_eq!(report.lookups, 0);
    let report = lint("$STATUS example.com SERVFAIL");
    assert_codes(&report, &["dns-failure"]);
    assert!(!report.is_complete);
}

#[test]
fn targets_have_one_record_too() {
    for term in ["include:b.test -all", "redirect=b.test"] {
        for (lines, expected) in [
            ("b.test A 192.0.2.1", &["target-without-record@7"][..]),
            ("c.test A 192.0.2.1", &["target-without-record@7"]),
            ("$STATUS b.test TIMEOUT", &["dns-failure@7"]),
            (
                "b.test TXT v=spf1\nb.test TXT \"v=spf1 a\"",
                &["b.test/several-records"],
            ),
            ("b.test TXT \"v=spf1 moo\"", &["b.test/syntax@7"]),
        ] {
            let report = lint(&format!("example.com TXT \"v=spf1 {term}\"\n{lines}"));
            assert_codes(&report, expected);
            assert_eq!(report.lookups, 1);
        }
    }
}

#[test]
fn only_the_record_that_decides_needs_all() {
    let report = lint(
        "example.com TXT \"v=spf1 include:b.test redirect=c.test\"
         b.test TXT \"v=spf1 ip4:192.0.2.1\"
         c.test TXT \"v=spf1 ip4:192.0.2.2\"",
    );
    assert_codes(&report, &["c.test/missing-all"]);
}

#[test]
fn terms_behind_all_are_not_walked() {
    let report = lint(
        "example.com TXT \"v=spf1 -all include:b.test redirect=c.test\"
         b.test TXT \"v=spf1 ptr\"",
    );
    assert_codes(&report, &["after-all@12", "redirect-beside-all@27"]);
    assert_eq!(report.lookups, 0);
}

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

#[test]
fn e01_ten_lookups_are_fine_and_eleven_are_not() {
    for (terms, lookups, expected) in [
        ("a a a a a a a include:b.test", 10, NONE),
        (
            "a a a a a a a a include:b.test",
            11,
            &["too-many-lookups@23"],
        ),
        (
            "include:b.test a a a a a a a a a a",
            13,
            &["too-many-lookups@36"],
        ),
        ("include:b.test include:b.test include:b.test", 9, NONE),
        (
            "include:b.test include:b.test include:b.test include:b.test",
            12,
            &["too-many-lookups@52"],
        ),
    ] {
        let report = lint(&format!(
            "example.com TXT \"v=spf1 {terms} -all\"
             example.com A 192.0.2.1
             example.com AAAA 2001:db8::1
             b.test TXT \"v=spf1 mx exists:b.test\"
             b.test MX 10 b.test
             b.test A 192.0.2.1"
        ));
        assert_eq!(report.lookups, lookups, "{terms}");
        assert_codes(&report, expected);
    }
    // The redirection counts.
    let own = "a ".repeat(9);
    for (more, lookups) in [("", 10), ("a", 11)] {
        let report = lint(&format!(
            "example.com TXT \"v=spf1 {own} {more} redirect=b.test\"
             example.com A 192.0.2.1
             example.com AAAA 2001:db8::1
             b.test TXT \"v=spf1 -all\""
        ));
        assert_eq!(
            (report.lookups, report.findings.len()),
            (lookups, lookups as usize - 10)
        );
    }
}

#[test]
fn the_cost_is_what_a_check_spends() {
    let zone = zone(
        "example.com TXT \"v=spf1 a:b.test include:b.test mx redirect=c.test\"
         example.com MX 10 b.test
         b.test TXT \"v=spf1 a ptr exists:x.b.test\"
         b.test A 203.0.113.1
         c.test TXT \"v=spf1 include:b.test ~all\"
         1.2.0.192.in-addr.arpa PTR x.test",
    );
    let limits = Limits::default().lookups(u8::MAX).void_lookups(u8::MAX);
    let mut check = Check::mail_from(
        "2001:db8::1".parse().unwrap(),
        b"",
        b"user@example.com",
        &Options::default().limits(limits),
    );
    drive(&mut check, |question| match question.kind() {
        // Only what depends on the client differs.
        Kind::Ptr => Answer::Failed(Failure::ServerFailure),
        _ => zone.answer(question),
    });
    let report = check.finish();
    let lint = lint_with(&zone, &LintOptions::default());
    assert_eq!(lint.lookups, u32::from(report.lookups));
    assert_eq!(lint.void_lookups_v6, u32::from(report.void_lookups));
    assert_eq!(
        (lint.lookups, lint.void_lookups_v4, lint.void_lookups_v6),
        (11, 2, 5)
    );
}

#[test]
fn e01_two_void_lookups_are_fine_and_three_are_not() {
    for (terms, expected) in [
        (
            "a:b.test mx:b.test",
            &["void-lookup@7", "void-lookup@16"][..],
        ),
        (
            "a:b.test mx:b.test exists:b.test",
            &[
                "void-lookup@7",
                "void-lookup@16",
                "void-lookup@26",
                "too-many-void-lookups",
                "too-many-void-lookups",
            ],
        ),
        // Hosts of one family are void for clients of the other.
        ("a:v4.test a:v4.test", NONE),
        ("a:v4.test a:v4.test a:v4.test", &["too-many-void-lookups"]),
        ("a:v4.test a:v4.test a:v6.test a:v6.test", NONE),
    ] {
        let report = lint(&format!(
            "example.com TXT \"v=spf1 {terms} -all\"
             v4.test A 192.0.2.1
             v6.test AAAA 2001:db8::1"
        ));
        assert_codes(&report, expected);
    }
    let report = lint(
        "example.com TXT \"v=spf1 a:v6.test include:b.test include:b.test -all\"
         b.test TXT \"v=spf1 a:v6.test\"
         v6.test AAAA 2001:db8::1",
    );
    let problem = Problem::TooManyVoidLookups {
        family: Family::V4,
        lookups: 3,
        limit: 2,
    };
    assert_eq!(report.findings.last().unwrap().problem, problem);
}

#[test]
fn e01_ten_mail_exchangers_are_fine_and_eleven_are_not() {
    for (hosts, expected) in [(10, NONE), (11, &["too-many-mx-hosts@7"])] {
        let mut lines = String::from("example.com TXT \"v=spf1 mx -all\"\n");
        for host in 0..hosts {
            lines += &format!("example.com MX {host} h{host}.test\n");
        }
        assert_codes(&lint(&lines), expected);
    }
}

#[test]
fn limits_are_the_callers() {
    let zone = zone(
        "example.com TXT \"v=spf1 a:gone.test mx -all\"
         example.com MX 10 a.test
         example.com MX 20 b.test",
    );
    let strict = Limits::default().lookups(1).void_lookups(0).mx_hosts(1);
    let report = lint_with(&zone, &LintOptions::default().limits(strict));
    assert_codes(
        &report,
        &[
            "void-lookup@7",
            "too-many-mx-hosts@19",
            "too-many-lookups@19",
            "too-many-void-lookups",
            "too-many-void-lookups",
        ],
    );
}

#[test]
fn a_record_has_450_octets_at_most() {
    for (octets, others, expected) in [
        (438, 0, NONE),
        (439, 0, &["large-answer"]),
        (450, 0, &["large-answer"]),
        (451, 0, &["long-record"]),
        (100, 338, NONE),
        (100, 339, &["large-answer"]),
    ] {
        let filler = "ip4:192.0.2.1/32";
        let mut text = String::from("v=spf1 -all ");
        while text.len() < octets {
            text.push(' ');
        }
        assert!(!text.contains(filler));
        let strings: Vec<String> = (text.as_bytes().chunks(200))
            .map(|string| format!("\"{}\"", string.escape_ascii()))
            .collect();
        let mut lines = format!("example.com TXT {}\n", strings.join(" "));
        if others > 0 {
            lines += &format!(
                "example.com TXT {} {}",
                "x".repeat(200),
                "x".repeat(others - 200)
            );
        }
        // The name takes 11 octets.
        assert_codes(&lint(&lines), expected);
    }
}

#[test]
fn e02_loops_are_found_where_they_close() {
    for (lines, expected) in [
        (
            "example.com TXT \"v=spf1 include:example.com -all\"",
            &["loop@7"][..],
        ),
        (
            "example.com TXT \"v=spf1 redirect=EXAMPLE.com\"",
            &["loop@7"],
        ),
        (
            "example.com TXT \"v=spf1 include:b.test -all\"
             b.test TXT \"v=spf1 a:c.test redirect=c.test\"
             c.test TXT \"v=spf1 include:b.test include:example.com\"
             c.test A 192.0.2.1
             c.test AAAA 2001:db8::1",
            &["c.test/loop@7", "c.test/loop@22"],
        ),
        // Twice is no loop.
        (
            "example.com TXT \"v=spf1 include:b.test include:c.test include:b.test -all\"
             b.test TXT \"v=spf1 include:c.test\"
             c.test TXT \"v=spf1 ip4:192.0.2.1\"",
            NONE,
        ),
    ] {
        assert_codes(&lint(lines), expected);
    }
}

#[test]
fn explanations_are_read_where_they_count() {
    for (lines, expected) in [
        ("why.test TXT \"%{d} says no\"", NONE),
        ("why.test TXT \"%{d says no\"", &["no-explanation@12"]),
        ("why.test TXT \"%{p} is not ours\"", &["ptr-macro@12"]),
        ("why.test TXT a\nwhy.test TXT b", &["no-explanation@12"]),
        ("why.test A 192.0.2.1", &["no-explanation@12"]),
        ("$STATUS why.test SERVFAIL", &["dns-failure@12"]),
    ] {
        let report = lint(&format!(
            "example.com TXT \"v=spf1 -all exp=why.test\"\n{lines}"
        ));
        assert_codes(&report, expected);
        assert_eq!((report.lookups, report.void_lookups_v4), (0, 0));
    }
    // RFC 7208 §6.2: not that of an included record, but that of one that is redirected to.
    let report = lint(
        "example.com TXT \"v=spf1 include:b.test redirect=c.test\"
         b.test TXT \"v=spf1 exp=gone.test\"
         c.test TXT \"v=spf1 -all exp=gone.test\"",
    );
    assert_codes(&report, &["c.test/no-explanation@12"]);
}

#[test]
fn failures_are_told_with_their_question() {
    let report = lint(
        "example.com TXT \"v=spf1 a:b.test mx:b.test exists:b.test -all\"
         $STATUS b.test SERVFAIL",
    );
    assert_codes(
        &report,
        &["dns-failure@7", "dns-failure@16", "dns-failure@26"],
    );
    let sentence = report.findings[1].to_string();
    assert_eq!(
        sentence,
        "The DNS did not answer: DNS server failure for b.test. MX."
    );
    assert!(!report.is_complete);
}

#[test]
fn what_is_not_answered_when_it_ends_has_timed_out() {
    let lint = Lint::domain(&example(), &LintOptions::default());
    let report = lint.clone().finish();
    let sentence = report.findings[0].to_string();
    assert_eq!(
        sentence,
        "The DNS did not answer: DNS timeout for example.com. TXT."
    );
    assert!(!report.is_complete);

    let text = b"v=spf1 include:b.test a:c.test -all";
    let mut lint = Lint::record(&example(), text, &LintOptions::default());
    assert!(!lint.is_settled());
    assert!(lint.poll_question().is_some());
    let report = lint.finish();
    assert_codes(&report, &["dns-failure@7", "dns-failure@22"]);
    assert_eq!(report.lookups, 2);
}

#[test]
fn what_the_budgets_leave_out_is_told() {
    let zone = zone(
        "example.com TXT \"v=spf1 include:b.test include:c.test -all\"
         b.test TXT \"v=spf1 a:c.test ip4:192.0.2.1\"
         c.test TXT \"v=spf1 ip4:192.0.2.2\"
         c.test A 192.0.2.3
         c.test AAAA 2001:db8::1",
    );
    let whole = LintOptions::default().questions(5).records(3).terms(6);
    assert_codes(&lint_with(&zone, &whole), NONE);
    for (options, lookups) in [
        (whole.clone().questions(4), 3),
        (whole.clone().questions(2), 3),
        (whole.clone().questions(0), 0),
        (whole.clone().records(2), 3),
        (whole.clone().terms(5), 3),
        (whole.clone().terms(3), 2),
        (whole.clone().terms(0), 0),
    ] {
        let report = lint_with(&zone, &options);
        assert_codes(&report, &["incomplete"]);
        assert_eq!(report.lookups, lookups, "{options:?}");
        assert!(!report.is_complete);
    }
}

#[test]
fn nothing_of_a_zone_can_add_a_line() {
    let zone = zone(r#"example.com TXT "v=spf1 a\010error: -all\010error:""#);
    let report = lint_with(&zone, &LintOptions::default());
    assert_codes(&report, &["syntax@7", "syntax@16"]);
    assert_eq!(report.to_string().lines().count(), 3, "{report}");
    assert!(report.to_string().is_ascii());
}
