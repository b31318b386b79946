//! What is wrong with a text, looked at alone.

use spf::lint::{Lint, LintOptions};

use super::{NONE, assert_codes, example, finish, lint, lint_with, record};
use crate::zone;

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
fn nothing_of_a_zone_can_add_a_line() {
    let zone = zone(r#"example.com TXT "v=spf1 a\010error: -all\010error:""#);
    let report = lint_with(&zone, &LintOptions::default());
    assert_codes(&report, &["syntax@7", "syntax@16"]);
    assert_eq!(report.to_string().lines().count(), 3, "{report}");
    assert!(report.to_string().is_ascii());
}
