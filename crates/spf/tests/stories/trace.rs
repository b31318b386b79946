//! What a check did, as a postmaster reads it.

use core::fmt::Write as _;

use dns_txt::{Answer, Inquiry, Record, Zone, drive};
use spf::trace::{Event, Outcome, Trace};
use spf::{Check, Limits, Options, Verdict};

use super::{check, check_with, zone};

/// The trace of a check of `user@example.com`.
fn trace(client: &str, zone: &Zone) -> Trace {
    trace_with(client, zone, Options::default())
}

fn trace_with(client: &str, zone: &Zone, options: Options) -> Trace {
    let report = check_with(client, zone, &options.trace(true));
    report.trace.unwrap()
}

/// Compares a trace with what is indented like the source that holds it.
#[track_caller]
fn assert_prints(trace: &Trace, expected: &str) {
    let printed = trace.to_string();
    assert!(printed.ends_with('\n') && printed.is_ascii());
    let margin = expected.lines().last().unwrap().len();
    let expected: Vec<&str> = (expected.lines().skip(1))
        .map(|line| line.get(margin..).unwrap_or_default())
        .collect();
    assert_eq!(printed, expected.join("\n"), "\n{printed}");
}

#[test]
fn there_is_none_unless_it_is_asked_for() {
    let zone = zone("example.com TXT \"v=spf1 -all\"");
    assert_eq!(check("192.0.2.1", &zone).trace, None);
}

#[test]
fn the_trace_of_the_front_page() {
    let zone = zone(
        "example.com TXT \"v=spf1 include:example.org -all\"
         example.org TXT \"v=spf1 ip4:192.0.2.128/28 ?all\"",
    );
    assert_prints(
        &trace("192.0.2.129", &zone),
        "
        example.com: v=spf1 include:example.org -all
          octet 7: include:example.org matches (lookup 1)
            example.org: v=spf1 ip4:192.0.2.128/28 ?all
              octet 7: ip4:192.0.2.128/28 matches 192.0.2.128/28
        pass: mechanism matched, octet 7 of the record at example.com
        ",
    );
}

#[test]
fn each_term_says_what_came_of_it_and_what_was_asked() {
    let zone = zone(
        "example.com TXT \"v=spf1 a ip4:203.0.113.0/24 include:example.net a:gone.test mx/24 -all\"
         example.com A 192.0.2.1
         example.com A 192.0.2.2
         example.net TXT \"v=spf1 ?ip4:198.51.100.0/24\"
         example.com MX 10 mx1.example.com
         example.com MX 20 mx2.example.com
         mx1.example.com A 192.0.2.3
         mx2.example.com AAAA 2001:db8::1",
    );
    assert_prints(
        &trace("198.51.100.7", &zone),
        "
        example.com: v=spf1 a ip4:203.0.113.0/24 include:example.net a:gone.test mx/24 -all
          octet 7: a does not match (lookup 1)
            example.com. A: 192.0.2.1, 192.0.2.2
          octet 9: ip4:203.0.113.0/24 does not match
          octet 28: include:example.net does not match, as the record says neutral (lookup 2)
            example.net: v=spf1 ?ip4:198.51.100.0/24
              octet 7: ?ip4:198.51.100.0/24 matches 198.51.100.0/24
          octet 48: a:gone.test does not match, as nothing is there (lookup 3)
            gone.test. A: no such name
          octet 60: mx/24 does not match (lookup 4)
            example.com. MX: 10 mx1.example.com, 20 mx2.example.com
            mx1.example.com. A: 192.0.2.3
            mx2.example.com. A: no such records
          octet 66: -all matches
        fail: mechanism matched, octet 66 of the record at example.com
        ",
    );
}

#[test]
fn a_pass_through_include_and_redirect_shows_the_whole_way() {
    let zone = zone(
        "example.com TXT \"v=spf1 include:b.test redirect=d.test\"
         b.test TXT \"v=spf1 redirect=c.test\"
         c.test TXT \"v=spf1 ip4:192.0.2.1\"
         d.test TXT \"v=spf1 include:b.test include:e.test\"
         e.test TXT \"v=spf1 ip6:2001:db8::/32 +all\"",
    );
    assert_prints(
        &trace("2001:db8::1", &zone),
        "
        example.com: v=spf1 include:b.test redirect=d.test
          octet 7: include:b.test does not match, as the record says neutral (lookup 1)
            b.test: v=spf1 redirect=c.test
              octet 7: redirect=c.test is followed (lookup 2)
                c.test: v=spf1 ip4:192.0.2.1
                  octet 7: ip4:192.0.2.1 does not match
          octet 22: redirect=d.test is followed (lookup 3)
            d.test: v=spf1 include:b.test include:e.test
              octet 7: include:b.test does not match, as the record says neutral (lookup 4)
                b.test: v=spf1 redirect=c.test
                  octet 7: redirect=c.test is followed (lookup 5)
                    c.test: v=spf1 ip4:192.0.2.1
                      octet 7: ip4:192.0.2.1 does not match
              octet 22: include:e.test matches (lookup 6)
                e.test: v=spf1 ip6:2001:db8::/32 +all
                  octet 7: ip6:2001:db8::/32 matches 2001:db8::/32
        pass: mechanism matched, octet 22 of the record at d.test
        ",
    );
    assert_prints(
        &trace("192.0.2.1", &zone),
        "
        example.com: v=spf1 include:b.test redirect=d.test
          octet 7: include:b.test matches (lookup 1)
            b.test: v=spf1 redirect=c.test
              octet 7: redirect=c.test is followed (lookup 2)
                c.test: v=spf1 ip4:192.0.2.1
                  octet 7: ip4:192.0.2.1 matches 192.0.2.1
        pass: mechanism matched, octet 7 of the record at example.com
        ",
    );
}

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
fn names_of_the_client_are_shown_with_their_addresses() {
    let zone = zone(
        "example.com TXT \"v=spf1 ptr:b.test exists:%{p}.c.test ptr -all exp=%{p}.why.test\"
         1.2.0.192.in-addr.arpa PTR a.test
         1.2.0.192.in-addr.arpa PTR x.b.test
         a.test A 192.0.2.1
         x.b.test A 203.0.113.1
         a.test.why.test TXT \"not %{p}\"",
    );
    assert_prints(
        &trace("192.0.2.1", &zone),
        "
        example.com: v=spf1 ptr:b.test exists:%{p}.c.test ptr -all exp=%{p}.why.test
          octet 7: ptr:b.test does not match (lookup 1)
            1.2.0.192.in-addr.arpa. PTR: a.test, x.b.test
            x.b.test. A: 203.0.113.1
          octet 18: exists:%{p}.c.test does not match, as nothing is there (lookup 2)
            1.2.0.192.in-addr.arpa. PTR: a.test, x.b.test
            a.test. A: 192.0.2.1
            x.b.test. A: 203.0.113.1
            a.test.c.test. A: no such name
          octet 37: ptr does not match (lookup 3)
            1.2.0.192.in-addr.arpa. PTR: a.test, x.b.test
          octet 41: -all matches
        explanation of example.com: exp=%{p}.why.test
          1.2.0.192.in-addr.arpa. PTR: a.test, x.b.test
          a.test. A: 192.0.2.1
          x.b.test. A: 203.0.113.1
          a.test.why.test. TXT: \"not %{p}\"
          1.2.0.192.in-addr.arpa. PTR: a.test, x.b.test
          a.test. A: 192.0.2.1
          x.b.test. A: 203.0.113.1
        fail: mechanism matched, octet 41 of the record at example.com
        ",
    );
    assert_prints(
        &trace("192.0.2.9", &zone),
        "
        example.com: v=spf1 ptr:b.test exists:%{p}.c.test ptr -all exp=%{p}.why.test
          octet 7: ptr:b.test does not match, as nothing is there (lookup 1)
            9.2.0.192.in-addr.arpa. PTR: no such name
          octet 18: exists:%{p}.c.test does not match, as nothing is there (lookup 2)
            9.2.0.192.in-addr.arpa. PTR: no such name
            unknown.c.test. A: no such name
          octet 37: ptr ends the check (lookup 3)
            9.2.0.192.in-addr.arpa. PTR: no such name
        permerror: too many DNS lookups that found nothing, octet 37 of the record at example.com
        ",
    );
}

#[test]
fn which_of_several_exchangers_matched_first_is_not_told() {
    let zone = zone(
        "example.com TXT \"v=spf1 mx ptr -all\"
         example.com MX 10 a.test
         example.com MX 20 b.test
         a.test A 192.0.2.1
         b.test A 192.0.2.1
         2.2.0.192.in-addr.arpa PTR a.example.com
         2.2.0.192.in-addr.arpa PTR b.example.com
         3.2.0.192.in-addr.arpa PTR b.example.com
         a.example.com A 192.0.2.2
         b.example.com A 192.0.2.2
         b.example.com A 192.0.2.3",
    );
    assert_prints(
        &trace("192.0.2.1", &zone),
        "
        example.com: v=spf1 mx ptr -all
          octet 7: mx matches 192.0.2.1 (lookup 1)
            example.com. MX: 10 a.test, 20 b.test
        pass: mechanism matched, octet 7 of the record at example.com
        ",
    );
    let lines = |client: &str| trace(client, &zone).to_string().lines().count();
    // One name of two that could have matched is not told, and the only one is.
    assert_eq!((lines("192.0.2.2"), lines("192.0.2.3")), (8, 9));
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
fn e10_a_local_part_that_is_not_ascii_is_no_name() {
    let zone = zone("example.com TXT \"v=spf1 include:%{l}.test ?all\"");
    let options = Options::default().trace(true);
    let client = "192.0.2.1".parse().unwrap();
    let check = Check::mail_from(client, b"", "ü@example.com".as_bytes(), &options);
    assert_prints(
        &super::finish(check, &zone).trace.unwrap(),
        "
        example.com: v=spf1 include:%{l}.test ?all
          octet 7: include:%{l}.test does not match, as its target is no name (lookup 1)
          octet 25: ?all matches
        neutral: mechanism matched, octet 25 of the record at example.com
        ",
    );
}

#[test]
fn what_a_zone_holds_cannot_add_a_line() {
    let zone = zone(
        r#"example.com TXT "v=spf1 a:\010x.test\255 -all"
           example.com TXT "\010fail: \"trust me\"""#,
    );
    let printed = trace("192.0.2.1", &zone).to_string();
    assert_eq!(printed.lines().count(), 2, "{printed}");
    assert!(printed.starts_with("example.com: v=spf1 a:\\nx.test\\xff -all\npermerror:"));
}

#[test]
fn steps_of_a_trace_are_data() {
    let zone = zone("example.com TXT \"v=spf1 +ip4:192.0.2.128/25 -all\"");
    let trace = trace("192.0.2.200", &zone);
    assert!(!trace.is_cut);
    let depths: Vec<usize> = trace.steps.iter().map(|step| step.depth).collect();
    assert_eq!(depths, [0, 1, 0]);
    let Event::Term {
        offset: 7,
        outcome: Outcome::Matched { network },
        lookup: None,
        ..
    } = &trace.steps[1].event
    else {
        panic!("{:?}", trace.steps);
    };
    assert_eq!(network.unwrap().to_string(), "192.0.2.128/25");
    assert!(matches!(
        trace.steps[2].event,
        Event::Verdict {
            verdict: Verdict::Pass,
            ..
        }
    ));
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
