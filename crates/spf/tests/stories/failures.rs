//! What is not there, does not answer or cannot be read.

use dns_txt::Failure;
use spf::{Cause, Check, Options, SyntaxError, Verdict};

use super::{check, zone};

#[test]
fn an_error_inside_of_an_include_ends_the_whole_check() {
    let zone = zone(
        "example.com TXT \"v=spf1 include:b.test +all\"
         b.test TXT \"v=spf1 moo\"",
    );
    let report = check("192.0.2.1", &zone);
    assert_eq!(report.verdict, Verdict::PermError);
    assert_eq!(
        report.cause,
        Cause::Syntax {
            domain: "b.test".parse().unwrap(),
            error: SyntaxError::Term { offset: 7 }
        }
    );
    assert_eq!(
        report.place.unwrap().to_string(),
        "octet 7 of the record at b.test"
    );
}

#[test]
fn nothing_is_evaluated_of_a_record_with_an_error_at_its_end() {
    let zone = zone("example.com TXT \"v=spf1 +all moo\"");
    let report = check("192.0.2.1", &zone);
    assert_eq!((report.verdict, report.lookups), (Verdict::PermError, 0));
}

#[test]
fn one_exchanger_that_matches_outweighs_one_that_does_not_answer() {
    let zone = zone(
        "example.com TXT \"v=spf1 mx -all\"
         example.com MX 10 broken.test
         example.com MX 20 good.test
         $STATUS broken.test SERVFAIL
         good.test A 192.0.2.1",
    );
    assert_eq!(check("192.0.2.1", &zone).verdict, Verdict::Pass);
    assert_eq!(check("192.0.2.2", &zone).verdict, Verdict::TempError);
}

#[test]
fn a_failed_ptr_does_not_match_and_a_failed_name_is_skipped() {
    let zone = zone(
        "example.com TXT \"v=spf1 ptr ?all\"
         $STATUS 1.2.0.192.in-addr.arpa SERVFAIL
         2.2.0.192.in-addr.arpa PTR broken.example.com
         2.2.0.192.in-addr.arpa PTR good.example.com
         $STATUS broken.example.com TIMEOUT
         good.example.com A 192.0.2.2",
    );
    assert_eq!(check("192.0.2.1", &zone).verdict, Verdict::Neutral);
    assert_eq!(check("192.0.2.2", &zone).verdict, Verdict::Pass);
}

#[test]
fn e09_a_domain_without_a_name_or_a_record_is_none() {
    let zone = zone(
        "example.org TXT \"v=spf1 -all\"
         empty.example.org A 192.0.2.1",
    );
    for sender in ["u@example.com", "u@empty.example.org"] {
        let client = "192.0.2.1".parse().unwrap();
        let check = Check::mail_from(client, b"", sender.as_bytes(), &Options::default());
        let report = super::finish(check, &zone);
        assert_eq!(report.verdict, Verdict::None);
        assert!(matches!(report.cause, Cause::NoRecord { .. }));
    }
}

#[test]
fn e09_a_term_whose_name_is_empty_is_void_and_does_not_match() {
    for term in [
        "a:b.test",
        "mx:b.test",
        "exists:b.test",
        "a:nowhere.test",
        "ptr",
    ] {
        let zone = zone(&format!(
            "example.com TXT \"v=spf1 {term} ?all\"
             b.test TXT \"no address\""
        ));
        let report = check("192.0.2.1", &zone);
        assert_eq!(report.verdict, Verdict::Neutral, "{term}");
        assert_eq!((report.lookups, report.void_lookups), (1, 1), "{term}");
    }
}

#[test]
fn e09_a_target_without_a_record_is_a_permerror() {
    for record in ["v=spf1 include:b.test +all", "v=spf1 redirect=b.test"] {
        for other in [
            "c.test TXT x",
            "b.test TXT \"v=spf10\"",
            "b.test A 192.0.2.1",
        ] {
            let zone = zone(&format!("example.com TXT \"{record}\"\n{other}"));
            let report = check("192.0.2.1", &zone);
            assert_eq!(report.verdict, Verdict::PermError, "{record}, {other}");
            let domain = "b.test".parse().unwrap();
            assert_eq!(report.cause, Cause::NoRecord { domain });
            assert_eq!(report.place.unwrap().domain, "example.com".parse().unwrap());
        }
    }
}

#[test]
fn e09_a_failed_question_is_a_temperror_and_never_a_fail() {
    for (status, failure) in [
        ("SERVFAIL", Failure::ServerFailure),
        ("TIMEOUT", Failure::Timeout),
    ] {
        for term in [
            "a:b.test",
            "mx:b.test",
            "exists:b.test",
            "include:b.test",
            "redirect=b.test",
        ] {
            let all = if term.starts_with("redirect") {
                ""
            } else {
                "-all"
            };
            let zone = zone(&format!(
                "example.com TXT \"v=spf1 {term} {all}\"
                 $STATUS b.test {status}"
            ));
            let report = check("192.0.2.1", &zone);
            assert_eq!(report.verdict, Verdict::TempError, "{term} {status}");
            let Cause::Dns {
                question,
                failure: found,
            } = report.cause
            else {
                panic!("{:?}", report.cause);
            };
            assert_eq!(question.name(), &"b.test".parse().unwrap());
            assert_eq!(found, failure);
            assert_eq!(report.place.unwrap().offset, 7);
        }
        let zone = zone(&format!("$STATUS example.com {status}"));
        assert_eq!(check("192.0.2.1", &zone).verdict, Verdict::TempError);
    }
}

#[test]
fn a_malformed_target_name_does_not_match() {
    for term in ["a:b...test", "mx:.test", "exists:%{l}..test"] {
        let zone = zone(&format!("example.com TXT \"v=spf1 {term} ?all\""));
        let report = check("192.0.2.1", &zone);
        assert_eq!(
            (report.verdict, report.lookups),
            (Verdict::Neutral, 1),
            "{term}"
        );
        assert_eq!(report.void_lookups, 0, "{term}");
    }
    for term in [
        "include:b...test",
        "redirect=.test",
        "include:%{d1}",
        "redirect=%{d1}",
    ] {
        let zone = zone(&format!("example.com TXT \"v=spf1 {term}\""));
        let report = check("192.0.2.1", &zone);
        assert_eq!(report.verdict, Verdict::PermError, "{term}");
        assert_eq!(report.cause, Cause::MalformedTarget, "{term}");
    }
}
