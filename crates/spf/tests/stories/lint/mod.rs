//! What is wrong with policies, each finding at its edge.

mod budget;
mod limits;
mod ranges;
mod record;
mod walk;

use dns_txt::{Domain, Inquiry, Zone, drive};
use spf::lint::{Lint, LintOptions, LintReport, Severity};

use crate::zone;

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
