//! What mechanisms and modifiers mean.

use dns_txt::{Failure, Question};
use spf::{Cause, Check, Options, SyntaxError, Verdict};

use super::{check, transcript, verdict, zone};

#[test]
fn the_first_match_decides_by_its_qualifier() {
    for (record, expected) in [
        ("v=spf1 all", Verdict::Pass),
        ("v=spf1 +all", Verdict::Pass),
        ("v=spf1 -all", Verdict::Fail),
        ("v=spf1 ~ALL", Verdict::SoftFail),
        ("v=spf1 ?all", Verdict::Neutral),
        ("v=spf1", Verdict::Neutral),
        ("v=spf1 ?ip4:192.0.2.1 -all", Verdict::Neutral),
        ("v=spf1 ip4:192.0.2.2 -all", Verdict::Fail),
    ] {
        assert_eq!(verdict("192.0.2.1", record), expected, "{record}");
    }
}

#[test]
fn include_pass_takes_the_outer_qualifier() {
    for (outer, inner, expected) in [
        ("include:b.test -all", "+all", Verdict::Pass),
        ("-include:b.test +all", "+all", Verdict::Fail),
        ("~include:b.test +all", "+all", Verdict::SoftFail),
        ("include:b.test ~all", "-all", Verdict::SoftFail),
        ("include:b.test ?all", "~all", Verdict::Neutral),
        ("include:b.test -all", "?all", Verdict::Fail),
        ("include:b.test -all", "", Verdict::Fail),
    ] {
        let zone = zone(&format!(
            "example.com TXT \"v=spf1 {outer}\"
             b.test TXT \"v=spf1 {inner}\""
        ));
        assert_eq!(
            check("192.0.2.1", &zone).verdict,
            expected,
            "{outer}, {inner}"
        );
    }
}

#[test]
fn the_chain_of_includes_is_reported_to_its_end() {
    let zone = zone(
        "example.com TXT \"v=spf1 mx include:b.test -all\"
         example.com MX 10 mail.example.com
         b.test TXT \"v=spf1 include:c.test\"
         c.test TXT \"v=spf1 a/28 -all\"
         c.test A 192.0.2.130",
    );
    let report = check("192.0.2.129", &zone);
    assert_eq!(
        (report.verdict, &report.cause),
        (Verdict::Pass, &Cause::Match)
    );
    assert_eq!((report.lookups, report.void_lookups), (4, 0));
    let matched = report.matched.unwrap();
    assert_eq!(matched.directive.to_string(), "include:b.test");
    assert_eq!(
        matched.place.to_string(),
        "octet 10 of the record at example.com"
    );
    let innermost = matched.innermost();
    assert_eq!(
        innermost.place.to_string(),
        "octet 7 of the record at c.test"
    );
    assert_eq!(innermost.network.unwrap().to_string(), "192.0.2.128/28");
    assert_eq!(matched.prefix_length(), Some(28));
}

#[test]
fn redirect_replaces_the_record_only_if_nothing_matches() {
    let zone = zone(
        "example.com TXT \"v=spf1 redirect=b.test ip4:192.0.2.1\"
         b.test TXT \"v=spf1 exists:%{d}.%{o} -all\"
         b.test.example.com A 127.0.0.2",
    );
    let report = check("192.0.2.1", &zone);
    assert_eq!((report.verdict, report.lookups), (Verdict::Pass, 0));
    // `%{d}` is the redirected record's domain, `%{o}` still the sender's.
    let report = check("192.0.2.2", &zone);
    assert_eq!((report.verdict, report.lookups), (Verdict::Pass, 2));
    assert_eq!(
        report.matched.unwrap().place.domain,
        "b.test".parse().unwrap()
    );
}

#[test]
fn all_makes_a_redirect_void_wherever_it_stands() {
    let record = "v=spf1 redirect=nowhere.test ?all";
    assert_eq!(verdict("192.0.2.1", record), Verdict::Neutral);
}

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
fn mx_takes_the_addresses_of_exchangers_and_no_others() {
    let zone = zone(
        "example.com TXT \"v=spf1 mx -all\"
         example.com A 192.0.2.9
         example.com MX 10 a.test
         example.com MX 20 b.test
         a.test A 192.0.2.1
         b.test A 192.0.2.2
         b.test AAAA 2001:db8::2",
    );
    for (client, expected) in [
        ("192.0.2.1", Verdict::Pass),
        ("192.0.2.2", Verdict::Pass),
        ("2001:db8::2", Verdict::Pass),
        ("192.0.2.9", Verdict::Fail),
        ("2001:db8::1", Verdict::Fail),
    ] {
        assert_eq!(check(client, &zone).verdict, expected, "{client}");
    }
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
fn a_null_mx_asks_for_no_host() {
    let zone = zone(
        "example.com TXT \"v=spf1 mx -all\"
         example.com MX 0 .",
    );
    let client = "192.0.2.1".parse().unwrap();
    let check = Check::mail_from(client, b"", b"user@example.com", &Options::default());
    let (report, asked) = transcript(check, &zone);
    assert_eq!((report.verdict, report.void_lookups), (Verdict::Fail, 0));
    assert_eq!(asked.len(), 2);
}

#[test]
fn ptr_believes_only_names_that_lead_back() {
    let zone = zone(
        "example.com TXT \"v=spf1 ptr -all\"
         1.2.0.192.in-addr.arpa PTR liar.example.com
         2.2.0.192.in-addr.arpa PTR mail.example.com
         3.2.0.192.in-addr.arpa PTR mail.bad-example.com
         liar.example.com A 192.0.2.99
         mail.example.com A 192.0.2.2
         mail.bad-example.com A 192.0.2.3",
    );
    for (client, expected) in [
        ("192.0.2.1", Verdict::Fail),
        ("192.0.2.2", Verdict::Pass),
        ("192.0.2.3", Verdict::Fail),
    ] {
        assert_eq!(check(client, &zone).verdict, expected, "{client}");
    }
}

#[test]
fn ptr_looks_up_only_names_within_its_target() {
    let zone = zone(
        "example.com TXT \"v=spf1 ptr -all\"
         1.2.0.192.in-addr.arpa PTR a.other.test
         1.2.0.192.in-addr.arpa PTR b.example.com
         b.example.com A 192.0.2.1",
    );
    let client = "192.0.2.1".parse().unwrap();
    let check = Check::mail_from(client, b"", b"user@example.com", &Options::default());
    let (report, asked) = transcript(check, &zone);
    assert_eq!(report.verdict, Verdict::Pass);
    let asked: Vec<_> = asked.iter().map(Question::to_string).collect();
    assert_eq!(
        asked,
        [
            "example.com. TXT",
            "1.2.0.192.in-addr.arpa. PTR",
            "b.example.com. A"
        ]
    );
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
fn the_validated_name_is_the_domain_before_its_children_before_others() {
    for (names, expected) in [
        ("a.test b.example.com example.com", "example.com"),
        ("a.test b.example.com c.example.com", "b.example.com"),
        ("a.test b.test", "a.test"),
        ("liar.test", "unknown"),
        ("", "unknown"),
    ] {
        let mut text = format!(
            "example.com TXT \"v=spf1 exists:%{{p}}.probe.test -all\"
             {expected}.probe.test A 127.0.0.2\n"
        );
        for name in names.split_whitespace() {
            text += &format!("1.2.0.192.in-addr.arpa PTR {name}\n");
            if name != "liar.test" {
                text += &format!("{name} A 192.0.2.1\n");
            }
        }
        let zone = zone(&text);
        let report = check("192.0.2.1", &zone);
        assert_eq!(report.verdict, Verdict::Pass, "{names}");
        assert_eq!((report.lookups, report.void_lookups), (1, 0));
    }
}

#[test]
fn e03_which_text_is_a_record() {
    for (text, expected) in [
        ("V=SPF1 -all", Verdict::Fail),
        ("v=spf1", Verdict::Neutral),
        ("v=spf1 ", Verdict::Neutral),
        ("v=spf10 -all", Verdict::None),
        ("v=spf1mx -all", Verdict::None),
        ("v=spf1\\009-all", Verdict::None),
        ("spf2.0/pra -all", Verdict::None),
        (" v=spf1 -all", Verdict::None),
        ("v", Verdict::None),
        ("", Verdict::None),
        ("v=spf1 ip4:192.0.2.0\\195\\169", Verdict::PermError),
        ("v=spf1 -all\\010", Verdict::PermError),
        ("v=spf1 -all\\000", Verdict::PermError),
    ] {
        assert_eq!(verdict("192.0.2.1", text), expected, "{text}");
    }
}

#[test]
fn e03_of_several_texts_exactly_one_may_be_a_record() {
    let zone = zone(
        "example.com TXT \"v=spf1 -all\"
         example.com TXT \"\\150 not ours\"
         example.com TXT \"\"
         example.com TXT \"v=spf10 +all\"",
    );
    assert_eq!(check("192.0.2.1", &zone).verdict, Verdict::Fail);
    let zone = super::zone(
        "example.com TXT \"v=spf1 -all\"
         example.com TXT \"V=SPF1 +all\"",
    );
    let report = check("192.0.2.1", &zone);
    assert_eq!(report.verdict, Verdict::PermError);
    let domain = "example.com".parse().unwrap();
    assert_eq!(report.cause, Cause::SeveralRecords { domain });
}

#[test]
fn e04_macros_expand_exactly() {
    for (sender, domain, expected) in [
        ("user@example.com", "%{s}.x.test", "user@example.com.x.test"),
        ("a.b.c@example.com", "%{lr}.x.test", "c.b.a.x.test"),
        ("a.b.c@example.com", "%{l2}.x.test", "b.c.x.test"),
        ("a.b.c@example.com", "%{l2r}.x.test", "b.a.x.test"),
        (
            "a.b.c@example.com",
            "%{l99999999999999999999}.x.test",
            "a.b.c.x.test",
        ),
        (
            "a.b.c@example.com",
            "%{d2147483648}.x.test",
            "example.com.x.test",
        ),
        ("a-b+c@example.com", "%{lr+-}.x.test", "c.b.a.x.test"),
        ("a-b.c@example.com", "%{l1-}.x.test", "b.c.x.test"),
        ("a/b=c@example.com", "%{L}.x.test", "a%2Fb%3Dc.x.test"),
        ("~a@example.com", "%{S}.x.test", "~a%40example.com.x.test"),
        (
            "user@example.com",
            "%{i}.%{v}.x.test",
            "192.0.2.1.in-addr.x.test",
        ),
        ("user@example.com", "a%%b%_c%-d.x.test", "a%b c%20d.x.test"),
        ("user@example.com", "%{h}.x.test", "mail.example.org.x.test"),
        ("user@EXAMPLE.com", "%{o}.%{d}", "example.com.example.com"),
    ] {
        let zone = zone(&format!("example.com TXT \"v=spf1 exists:{domain}\""));
        let client = "192.0.2.1".parse().unwrap();
        let helo = b"mail.example.org";
        let check = Check::mail_from(client, helo, sender.as_bytes(), &Options::default());
        let (_, asked) = transcript(check, &zone);
        let expected = dns_txt::Name::from_dotted(expected.as_bytes()).unwrap();
        assert_eq!(asked.last().unwrap().name(), &expected, "{domain}");
    }
}

#[test]
fn e04_octets_above_127_are_escaped_in_upper_case_macros() {
    let zone = zone("example.com TXT \"v=spf1 exists:%{H}.x.test\"");
    let client = "192.0.2.1".parse().unwrap();
    let check = Check::mail_from(
        client,
        b"caf\xc3\xa9 \xff",
        b"user@example.com",
        &Options::default(),
    );
    let (_, asked) = transcript(check, &zone);
    let expected = dns_txt::Name::from_dotted(b"caf%C3%A9%20%FF.x.test").unwrap();
    assert_eq!(asked.last().unwrap().name(), &expected);
}

#[test]
fn e04_a_part_count_of_zero_is_a_syntax_error() {
    let record = "v=spf1 exists:%{d0}.x.test +all";
    assert_eq!(verdict("192.0.2.1", record), Verdict::PermError);
}

#[test]
fn e04_a_name_that_is_too_long_loses_labels_on_the_left() {
    let label = "a".repeat(49);
    let local = [&label[..]; 4].join(".");
    // The local part has 199 octets, and a dot and 53 octets follow it.
    for prefix in ["", "b.", "b.b%{l}."] {
        let tail = format!("{}.x.test", "c".repeat(46));
        let zone = zone(&format!(
            "example.com TXT \"v=spf1 exists:{prefix}%{{l}}.{tail}\""
        ));
        let client = "192.0.2.1".parse().unwrap();
        let sender = format!("{local}@example.com");
        let check = Check::mail_from(client, b"", sender.as_bytes(), &Options::default());
        let (_, asked) = transcript(check, &zone);
        let expected = format!("{local}.{tail}");
        assert_eq!(expected.len(), 253);
        assert_eq!(
            asked.last().unwrap().name(),
            &expected.parse().unwrap(),
            "{prefix}"
        );
    }
}

#[test]
fn e04_the_domain_inside_of_an_include_is_its_own() {
    let zone = zone(
        "example.com TXT \"v=spf1 include:b.test exists:%{d}.x.test -all\"
         b.test TXT \"v=spf1 exists:%{d}.x.test\"
         example.com.x.test A 127.0.0.2",
    );
    let report = check("192.0.2.1", &zone);
    assert_eq!(report.verdict, Verdict::Pass);
    let matched = report.matched.unwrap();
    assert_eq!(matched.directive.to_string(), "exists:%{d}.x.test");
}

#[test]
fn e07_an_ipv4_mapped_client_is_an_ipv4_client() {
    for (record, expected) in [
        ("v=spf1 ip4:192.0.2.1 -all", Verdict::Pass),
        ("v=spf1 ip6:::ffff:192.0.2.1 -all", Verdict::Fail),
        ("v=spf1 ip6:::/0 -all", Verdict::Fail),
        ("v=spf1 ip4:0.0.0.0/0 -all", Verdict::Pass),
    ] {
        assert_eq!(verdict("::ffff:192.0.2.1", record), expected, "{record}");
    }
    let zone = zone(
        "example.com TXT \"v=spf1 exists:%{ir}.%{v}.test -all\"
         1.2.0.192.in-addr.test A 127.0.0.2",
    );
    assert_eq!(check("::ffff:192.0.2.1", &zone).verdict, Verdict::Pass);
}

#[test]
fn e07_a_length_of_zero_matches_its_family_only() {
    for (client, record, expected) in [
        ("203.0.113.1", "v=spf1 ip4:192.0.2.1/0 -all", Verdict::Pass),
        ("2001:db8::1", "v=spf1 ip4:192.0.2.1/0 -all", Verdict::Fail),
        ("2001:db8::1", "v=spf1 ip6:::/0 -all", Verdict::Pass),
        ("203.0.113.1", "v=spf1 ip6:::/0 -all", Verdict::Fail),
    ] {
        assert_eq!(verdict(client, record), expected, "{client} {record}");
    }
    // `a/0` takes any address, but there has to be one.
    let zone = zone(
        "example.com TXT \"v=spf1 a/0 a:b.test/0 -all\"
         b.test AAAA 2001:db8::1",
    );
    assert_eq!(check("192.0.2.1", &zone).verdict, Verdict::Fail);
}

#[test]
fn e07_an_ip6_network_is_not_an_a_with_a_domain() {
    for (client, record, expected) in [
        ("2001:db8::1", "v=spf1 ip6:2001:db8::1 -all", Verdict::Pass),
        (
            "2001:db8::1",
            "v=spf1 a:2001:db8::1 -all",
            Verdict::PermError,
        ),
        (
            "2001:db8::1",
            "v=spf1 ip6:a.example.com -all",
            Verdict::PermError,
        ),
        ("192.0.2.1", "v=spf1 ip6:192.0.2.1 -all", Verdict::PermError),
        (
            "192.0.2.1",
            "v=spf1 ip4:192.0.2.1:25 -all",
            Verdict::PermError,
        ),
        ("192.0.2.1", "v=spf1 ip4:192.0.2 -all", Verdict::PermError),
        (
            "192.0.2.1",
            "v=spf1 ip4:192.0.02.1 -all",
            Verdict::PermError,
        ),
    ] {
        assert_eq!(verdict(client, record), expected, "{record}");
    }
}

#[test]
fn e08_a_pass_through_a_broad_range_shows_its_prefix_length() {
    let zone = zone(
        "example.com TXT \"v=spf1 include:b.test -all\"
         b.test TXT \"v=spf1 a/3\"
         b.test A 192.0.2.1",
    );
    let report = check("203.0.113.1", &zone);
    assert_eq!(report.verdict, Verdict::Pass);
    let matched = report.matched.unwrap();
    assert_eq!(matched.prefix_length(), Some(3));
    assert_eq!(matched.innermost().directive.to_string(), "a/3");
    assert_eq!(
        matched.innermost().network.unwrap().to_string(),
        "192.0.0.0/3"
    );
    let matched = check("192.0.2.1", &super::zone("example.com TXT \"v=spf1 +all\""))
        .matched
        .unwrap();
    assert_eq!(
        (matched.directive.to_string(), matched.prefix_length()),
        ("all".into(), None)
    );
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
