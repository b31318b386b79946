//! Where a trace ends.

use core::fmt::Write as _;

use dns_txt::{Answer, Inquiry, Record, drive};
use spf::{Check, Limits, Options, Verdict};

use super::{assert_prints, trace, trace_with};
use crate::{check_with, zone};

#[test]
fn a_record_without_an_end_is_neutral() {
    let zone = zone("example.com TXT \"v=spf1\"");
    assert_prints(
        &trace("192.0.2.1", &zone),
        "
        example.com: v=spf1
        neutral: no mechanism matched
        ",
    );
}

#[test]
fn an_error_shows_where_it_ended_the_check() {
    for (lines, expected) in [
        (
            "example.com TXT \"v=spf1 a include:b.test -all\"
             example.com A 203.0.113.1
             b.test TXT \"v=spf1 ip4:1.2.3\"",
            "
            example.com: v=spf1 a include:b.test -all
              octet 7: a does not match (lookup 1)
                example.com. A: 203.0.113.1
              octet 9: include:b.test ends the check (lookup 2)
                b.test: v=spf1 ip4:1.2.3
            permerror: malformed IP address at octet 11 of the record at b.test
            ",
        ),
        (
            "example.com TXT \"v=spf1 redirect=b.test\"
             b.test TXT \"v=spf10 -all\"",
            "
            example.com: v=spf1 redirect=b.test
              octet 7: redirect=b.test ends the check (lookup 1)
                b.test. TXT: \"v=spf10 -all\"
            permerror: no SPF record at b.test, octet 7 of the record at example.com
            ",
        ),
        (
            "example.com TXT \"v=spf1 redirect=b.test\"
             b.test TXT \"v=spf1 exists:c.test -all\"
             $STATUS c.test SERVFAIL",
            "
            example.com: v=spf1 redirect=b.test
              octet 7: redirect=b.test is followed (lookup 1)
                b.test: v=spf1 exists:c.test -all
                  octet 7: exists:c.test ends the check (lookup 2)
                    c.test. A: DNS server failure
            temperror: DNS server failure for c.test. A, octet 7 of the record at b.test
            ",
        ),
        (
            "example.com TXT \"v=spf1 -all\"
             example.com TXT \"v=spf1 +all\"",
            "
            example.com. TXT: \"v=spf1 -all\", \"v=spf1 +all\"
            permerror: several SPF records at example.com
            ",
        ),
        (
            "",
            "
            example.com. TXT: no such name
            none: no SPF record at example.com
            ",
        ),
        (
            "example.com TXT \"v=spf1 a:b..test include:%{d1} -all\"",
            "
            example.com: v=spf1 a:b..test include:%{d1} -all
              octet 7: a:b..test does not match, as its target is no name (lookup 1)
              octet 17: include:%{d1} ends the check (lookup 2)
            permerror: target is not a domain, octet 17 of the record at example.com
            ",
        ),
    ] {
        assert_prints(&trace("192.0.2.1", &zone(lines)), expected);
    }
}

#[test]
fn the_term_that_breaks_a_limit_is_shown() {
    let zone = zone(
        "example.com TXT \"v=spf1 a:x.test a:y.test ~all\"
         x.test A 203.0.113.1",
    );
    let limits = Limits::default().lookups(1);
    assert_prints(
        &trace_with("192.0.2.1", &zone, Options::default().limits(limits)),
        "
        example.com: v=spf1 a:x.test a:y.test ~all
          octet 7: a:x.test does not match (lookup 1)
            x.test. A: 203.0.113.1
          octet 16: a:y.test ends the check (lookup 2)
        permerror: too many terms with DNS lookups, octet 16 of the record at example.com
        ",
    );
    let limits = Limits::default().void_lookups(0);
    assert_prints(
        &trace_with("192.0.2.1", &zone, Options::default().limits(limits)),
        "
        example.com: v=spf1 a:x.test a:y.test ~all
          octet 7: a:x.test does not match (lookup 1)
            x.test. A: 203.0.113.1
          octet 16: a:y.test ends the check (lookup 2)
            y.test. A: no such name
        permerror: too many DNS lookups that found nothing, octet 16 of the record at example.com
        ",
    );
}

#[test]
fn a_check_that_was_not_answered_shows_how_far_it_came() {
    let options = Options::default().trace(true);
    let client = "192.0.2.1".parse().unwrap();
    let mut check = Check::mail_from(client, b"", b"user@example.com", &options);
    assert_prints(
        &check.clone().finish().trace.unwrap(),
        "
        temperror: DNS timeout for example.com. TXT
        ",
    );
    let question = check.poll_question().unwrap();
    let record = Record::Txt(b"v=spf1 mx -all"[..].into());
    check.answer(&question, &Answer::Records(vec![record]));
    assert_prints(
        &check.finish().trace.unwrap(),
        "
        example.com: v=spf1 mx -all
          octet 7: mx ends the check (lookup 1)
        temperror: DNS timeout for example.com. MX, octet 7 of the record at example.com
        ",
    );
    let nothing = Check::helo(client, b"localhost", &options);
    assert_prints(
        &nothing.finish().trace.unwrap(),
        "
        none: identity is not a domain of two labels or more
        ",
    );
}

#[test]
fn a_trace_of_an_endless_record_is_cut_and_still_ends_in_the_verdict() {
    let mut record = String::from("v=spf1");
    for host in 0..3000 {
        let _ = write!(record, " ip4:203.0.{}.{}", host / 250, host % 250);
    }
    let strings: Vec<String> = (record.as_bytes().chunks(255))
        .map(|string| format!("\"{}\"", string.escape_ascii()))
        .collect();
    let zone = zone(&format!("example.com TXT {}", strings.join(" ")));
    let report = check_with("192.0.2.1", &zone, &Options::default().trace(true));
    assert_eq!(report.verdict, Verdict::Neutral);
    let trace = report.trace.unwrap();
    assert!(trace.is_cut);
    assert!(trace.steps.len() < 1000);
    let printed = trace.to_string();
    assert!(printed.ends_with("\n(steps left out)\nneutral: no mechanism matched\n"));
}

#[test]
fn the_most_that_the_rfc_allows_is_not_cut() {
    let mut text = String::from("example.com TXT \"v=spf1");
    for term in 0..10 {
        let _ = write!(text, " mx:m{term}.test");
    }
    text += " -all exp=%{p}.why.test\"\n";
    for term in 0..10 {
        for host in 0..10 {
            let _ = writeln!(text, "m{term}.test MX 10 h{host}.m{term}.test");
            for address in 0..4 {
                let _ = writeln!(text, "h{host}.m{term}.test A 203.0.113.{address}");
            }
        }
        let _ = writeln!(text, "1.2.0.192.in-addr.arpa PTR p{term}.test");
    }
    let mut check = Check::mail_from(
        "192.0.2.1".parse().unwrap(),
        b"",
        b"user@example.com",
        &Options::default().trace(true),
    );
    let zone = zone(&text);
    drive(&mut check, |question| zone.look_up(question));
    assert!(!check.finish().trace.unwrap().is_cut);
}
