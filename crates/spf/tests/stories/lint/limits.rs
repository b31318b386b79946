//! What a policy costs, and which limits it breaks.

use dns_txt::{Answer, Failure, Kind, drive};
use spf::lint::{Family, LintOptions, Problem};
use spf::{Check, Limits, Options};

use super::{NONE, assert_codes, lint, lint_with, record};
use crate::zone;

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
fn one_look_up_is_not_several() {
    let text = record("v=spf1 a:mail.test -all").to_string();
    assert!(text.starts_with("example.com: 1 look-up; "), "{text}");
}
