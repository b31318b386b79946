//! Which records a policy leads to, and what the DNS says there.

use dns_txt::Inquiry;
use spf::lint::{Lint, LintOptions, Problem};

use super::{NONE, assert_codes, example, lint, lint_with};
use crate::zone;

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
