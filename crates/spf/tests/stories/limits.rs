//! What a check may cost: every limit at N and at N + 1.

use core::fmt::Write as _;

use dns_txt::{Answer, Inquiry, Record};
use spf::{Cause, Check, Limits, Options, Verdict};

use super::{check, check_with, transcript, zone};

fn limits(limits: Limits) -> Options {
    Options::default().limits(limits)
}

#[test]
fn e01_ten_terms_are_evaluated_and_the_eleventh_is_a_permerror() {
    for term in ["a", "mx", "ptr", "exists:c.test", "include:b.test"] {
        for (count, expected) in [(10, Verdict::Pass), (11, Verdict::PermError)] {
            let terms = [term].repeat(count).join(" ");
            let zone = zone(&format!(
                "example.com TXT \"v=spf1 {terms} +all\"
                 example.com A 203.0.113.1
                 example.com MX 10 example.com
                 1.2.0.192.in-addr.arpa PTR x.test
                 b.test TXT \"v=spf1 ip4:203.0.113.1\""
            ));
            let options = limits(Limits::default().void_lookups(u8::MAX));
            let report = check_with("192.0.2.1", &zone, &options);
            assert_eq!(report.verdict, expected, "{count} times {term}");
            assert_eq!(report.lookups, 10, "{count} times {term}");
            assert_eq!(report.cause == Cause::Lookups, count == 11);
        }
    }
}

#[test]
fn e01_terms_count_across_include_and_redirect() {
    // Three, the include, three inside, the redirect, and as many as are left.
    for (last, expected) in [("a a", Verdict::Neutral), ("a a a", Verdict::PermError)] {
        let zone = zone(&format!(
            "example.com TXT \"v=spf1 a a a include:b.test redirect=c.test\"
             example.com A 203.0.113.1
             b.test TXT \"v=spf1 a a a\"
             b.test A 203.0.113.1
             c.test TXT \"v=spf1 {last}\"
             c.test A 203.0.113.1"
        ));
        let report = check("192.0.2.1", &zone);
        assert_eq!((report.verdict, report.lookups), (expected, 10));
        if report.verdict == Verdict::PermError {
            let place = report.place.unwrap();
            assert_eq!(place.to_string(), "octet 11 of the record at c.test");
        }
    }
}

#[test]
fn e01_a_macro_of_the_clients_name_counts_with_its_term_alone() {
    let names = "1.2.0.192.in-addr.arpa PTR host.test
         host.test A 192.0.2.1
         *.a.test A 203.0.113.1";
    for (count, expected) in [(10, Verdict::Neutral), (11, Verdict::PermError)] {
        let terms = ["a:%{p}.a.test"].repeat(count).join(" ");
        let zone = zone(&format!("example.com TXT \"v=spf1 {terms} ?all\"\n{names}"));
        let report = check("192.0.2.1", &zone);
        assert_eq!((report.verdict, report.lookups), (expected, 10));
    }
    // Nor is it a look-up that finds nothing.
    let zone = zone(
        "example.com TXT \"v=spf1 a:%{p}.a.test a:x.test a:y.test ?all\"
         *.a.test A 203.0.113.1",
    );
    let report = check("192.0.2.1", &zone);
    assert_eq!((report.verdict, report.void_lookups), (Verdict::Neutral, 2));
}

#[test]
fn e01_terms_that_are_not_evaluated_do_not_count() {
    let terms = "a ".repeat(20);
    let zone = zone(&format!("example.com TXT \"v=spf1 ip4:192.0.2.1 {terms}\""));
    let report = check("192.0.2.1", &zone);
    assert_eq!((report.verdict, report.lookups), (Verdict::Pass, 0));
}

#[test]
fn e01_exp_and_the_own_record_count_nothing() {
    let zone = zone(
        "example.com TXT \"v=spf1 -all exp=why.test\"
         why.test TXT \"because\"",
    );
    let report = check_with("192.0.2.1", &zone, &limits(Limits::default().lookups(0)));
    assert_eq!((report.verdict, report.lookups), (Verdict::Fail, 0));
    assert_eq!(report.explanation.unwrap().text(), "because");
}

#[test]
fn e01_two_void_lookups_pass_and_the_third_is_a_permerror() {
    for (terms, expected) in [
        ("a:x.test a:y.test", Verdict::Neutral),
        ("a:x.test a:y.test a:z.test", Verdict::PermError),
        ("a:x.test mx:y.test exists:z.test", Verdict::PermError),
        ("a:x.test a:y.test ptr", Verdict::PermError),
        ("a:x.test a:x.test a:x.test", Verdict::PermError),
        ("include:b.test a:y.test a:z.test", Verdict::PermError),
    ] {
        let zone = zone(&format!(
            "example.com TXT \"v=spf1 {terms} ?all\"
             b.test TXT \"v=spf1 a:x.test\""
        ));
        let report = check("192.0.2.1", &zone);
        assert_eq!(
            (report.verdict, report.void_lookups),
            (expected, 2),
            "{terms}"
        );
        assert_eq!(
            report.cause == Cause::VoidLookups,
            expected == Verdict::PermError
        );
    }
}

#[test]
fn e01_what_stands_below_a_term_is_not_void() {
    // No exchanger and no name has an address, and the explanation is not there.
    let zone = zone(
        "example.com TXT \"v=spf1 mx ptr:x.test exp=nowhere.test -all\"
         example.com MX 10 a.test
         example.com MX 10 b.test
         example.com MX 10 c.test
         1.2.0.192.in-addr.arpa PTR a.x.test
         1.2.0.192.in-addr.arpa PTR b.x.test
         1.2.0.192.in-addr.arpa PTR c.x.test",
    );
    let report = check("192.0.2.1", &zone);
    assert_eq!((report.verdict, report.lookups), (Verdict::Fail, 2));
    assert_eq!(report.void_lookups, 0);
}

#[test]
fn e01_ten_exchangers_are_asked_for_and_of_eleven_none() {
    for (count, expected, questions) in [(10, Verdict::Pass, 12), (11, Verdict::PermError, 2)] {
        let mut text = String::from("example.com TXT \"v=spf1 mx -all\"\n");
        for index in 1..=count {
            let _ = writeln!(text, "example.com MX {index} h{index}.test");
            let _ = writeln!(text, "h{index}.test A 203.0.113.{index}");
        }
        text += "h10.test A 192.0.2.1\n";
        let client = "192.0.2.1".parse().unwrap();
        let check = Check::mail_from(client, b"", b"user@example.com", &Options::default());
        let (report, asked) = transcript(check, &zone(&text));
        assert_eq!((report.verdict, asked.len()), (expected, questions));
        assert_eq!(report.cause == Cause::MxHosts, count == 11);
    }
}

#[test]
fn e01_names_of_the_client_beyond_the_tenth_are_ignored() {
    for (others, expected) in [(9, Verdict::Pass), (10, Verdict::Fail)] {
        let mut text = String::from("example.com TXT \"v=spf1 ptr -all\"\n");
        for index in 1..=others {
            let _ = writeln!(text, "1.2.0.192.in-addr.arpa PTR h{index}.example.com");
        }
        text += "1.2.0.192.in-addr.arpa PTR good.example.com
                 good.example.com A 192.0.2.1";
        assert_eq!(check("192.0.2.1", &zone(&text)).verdict, expected);

        // The macro takes the same ten.
        let valid = if expected == Verdict::Pass {
            "good.example.com"
        } else {
            "unknown"
        };
        text = text.replace("v=spf1 ptr -all", "v=spf1 exists:%{p}.x.test -all");
        let _ = writeln!(text, "\n{valid}.x.test A 127.0.0.2");
        assert_eq!(check("192.0.2.1", &zone(&text)).verdict, Verdict::Pass);
    }
}

#[test]
fn e01_what_is_not_answered_in_time_is_a_temperror() {
    let client = "192.0.2.1".parse().unwrap();
    let mut check = Check::mail_from(client, b"", b"user@example.com", &Options::default());
    assert_eq!(check.clone().finish().verdict, Verdict::TempError);

    // Neither the trailing `-all` nor a `ptr` that fails to match makes it a fail.
    for term in ["a", "ptr"] {
        let mut check = check.clone();
        let policy = format!("v=spf1 {term} -all").into_bytes();
        let question = check.poll_question().unwrap();
        let policy = Answer::Records(vec![Record::Txt(policy.into())]);
        check.answer(&question, &policy);
        let open = check.poll_question().unwrap();
        assert!(!check.is_settled());
        let report = check.finish();
        assert_eq!(report.verdict, Verdict::TempError, "{term}");
        assert!(matches!(report.cause, Cause::Dns { question, .. } if question == open));
        assert_eq!(report.place.unwrap().offset, 7);
    }

    // A verdict that stands is not lost with its explanation.
    let question = check.poll_question().unwrap();
    let policy = Record::Txt(b"v=spf1 -all exp=why.test"[..].into());
    check.answer(&question, &Answer::Records(vec![policy]));
    assert!(check.poll_question().is_some());
    assert!(!check.is_settled());
    assert_eq!(check.finish().verdict, Verdict::Fail);
}

#[test]
fn e02_loops_end_at_the_limit_of_terms() {
    for record in [
        "v=spf1 include:example.com",
        "v=spf1 redirect=example.com",
        "v=spf1 include:b.test",
    ] {
        let zone = zone(&format!(
            "example.com TXT \"{record}\"
             b.test TXT \"v=spf1 redirect=example.com\""
        ));
        let report = check("192.0.2.1", &zone);
        assert_eq!(report.verdict, Verdict::PermError, "{record}");
        assert_eq!(
            (report.cause, report.lookups),
            (Cause::Lookups, 10),
            "{record}"
        );
    }
}

#[test]
fn e02_ten_records_deep_is_deep_enough() {
    for (depth, expected) in [(10, Verdict::Pass), (11, Verdict::PermError)] {
        let mut text = String::from("example.com TXT \"v=spf1 include:d1.test\"\n");
        for index in 1..depth {
            let _ = writeln!(
                text,
                "d{index}.test TXT \"v=spf1 include:d{}.test\"",
                index + 1
            );
        }
        let _ = writeln!(text, "d{depth}.test TXT \"v=spf1 +all\"");
        assert_eq!(check("192.0.2.1", &zone(&text)).verdict, expected);
    }
}

#[test]
fn e02_a_caller_may_allow_deeper_nesting_than_a_stack_of_calls_would_bear() {
    let options = limits(Limits::default().lookups(u8::MAX).questions(u16::MAX));
    let zone = zone("example.com TXT \"v=spf1 include:example.com\"");
    let report = check_with("192.0.2.1", &zone, &options);
    assert_eq!((report.cause, report.lookups), (Cause::Lookups, 255));
}

#[test]
fn e06_a_budget_of_questions_bounds_what_macros_can_cost() {
    let zone = zone(
        "example.com TXT \"v=spf1 exists:%{l}.a.test exists:%{l}.b.test exists:%{l}.c.test ?all\"
         *.a.test TXT x
         *.b.test TXT x
         *.c.test TXT x",
    );
    // The own record and two terms; void lookups are not what ends it.
    for (questions, expected) in [(4, Verdict::Neutral), (3, Verdict::PermError)] {
        let limits = Limits::default().questions(questions).void_lookups(9);
        let report = check_with("192.0.2.1", &zone, &Options::default().limits(limits));
        assert_eq!(report.verdict, expected);
        assert_eq!(report.cause == Cause::Questions, questions == 3);
    }
    let none = limits(Limits::default().questions(0));
    let report = check_with("192.0.2.1", &zone, &none);
    assert_eq!(
        (report.verdict, report.cause),
        (Verdict::PermError, Cause::Questions)
    );
}

#[test]
fn e06_the_default_budget_is_what_the_other_limits_allow() {
    let mut text = String::from("example.com TXT \"v=spf1");
    for term in 0..10 {
        let _ = write!(text, " mx:m{term}.test");
    }
    text += " -all exp=%{p}.why.test\"\n";
    for term in 0..10 {
        for host in 0..10 {
            let _ = writeln!(text, "m{term}.test MX 10 h{host}.m{term}.test");
            let _ = writeln!(text, "h{host}.m{term}.test A 203.0.113.1");
        }
        let _ = writeln!(text, "1.2.0.192.in-addr.arpa PTR p{term}.test");
    }
    text += "unknown.why.test TXT \"asked to the end\"";
    let client = "192.0.2.1".parse().unwrap();
    let check = Check::mail_from(client, b"", b"user@example.com", &Options::default());
    let (report, asked) = transcript(check, &zone(&text));
    assert_eq!(report.verdict, Verdict::Fail);
    assert_eq!(report.explanation.unwrap().text(), "asked to the end");
    assert_eq!(asked.len(), usize::from(Limits::default().questions));
}

#[test]
fn a_question_is_asked_once_however_many_terms_need_it() {
    let zone = zone(
        "example.com TXT \"v=spf1 a mx a mx a -all\"
         example.com A 203.0.113.1
         example.com MX 10 example.com",
    );
    let client = "192.0.2.1".parse().unwrap();
    let check = Check::mail_from(client, b"", b"user@example.com", &Options::default());
    let (report, asked) = transcript(check, &zone);
    assert_eq!(
        (report.verdict, report.lookups, asked.len()),
        (Verdict::Fail, 5, 3)
    );
}
