//! What mechanisms and modifiers mean.

use dns_txt::{Answer, Kind, Question, Record, drive};
use spf::{Cause, Check, Options, Verdict};

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
fn what_stands_behind_all_is_not_evaluated() {
    for (record, expected) in [
        ("v=spf1 -all +ip4:192.0.2.1 a mx", Verdict::Fail),
        ("v=spf1 ?all include:nowhere.test", Verdict::Neutral),
        // It has to be well formed all the same (RFC 7208 §4.6).
        ("v=spf1 -all include:", Verdict::PermError),
    ] {
        let zone = zone(&format!("example.com TXT \"{record}\""));
        let report = check("192.0.2.1", &zone);
        assert_eq!((report.verdict, report.lookups), (expected, 0), "{record}");
    }
}

#[test]
fn all_makes_a_redirect_void_wherever_it_stands() {
    for record in [
        "v=spf1 redirect=nowhere.test ?all",
        "v=spf1 ?all redirect=nowhere.test",
    ] {
        assert_eq!(verdict("192.0.2.1", record), Verdict::Neutral, "{record}");
    }
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
fn a_domain_without_exchangers_is_not_its_own_exchanger() {
    // RFC 7208 §5.4: the implicit MX of RFC 5321 §5.1 does not apply.
    let zone = zone(
        "example.com TXT \"v=spf1 mx -all\"
         example.com A 192.0.2.1",
    );
    let client = "192.0.2.1".parse().unwrap();
    let check = Check::mail_from(client, b"", b"user@example.com", &Options::default());
    let (report, asked) = transcript(check, &zone);
    assert_eq!((report.verdict, report.void_lookups), (Verdict::Fail, 1));
    assert_eq!(asked.len(), 2);
}

#[test]
fn a_takes_the_addresses_of_the_clients_family() {
    let zone = zone(
        "example.com TXT \"v=spf1 a/24//64 -all\"
         example.com A 192.0.2.1
         example.com AAAA 2001:db8::1",
    );
    for (client, kind, expected) in [
        ("192.0.2.9", "A", Verdict::Pass),
        ("192.0.3.1", "A", Verdict::Fail),
        ("2001:db8::9", "AAAA", Verdict::Pass),
        ("2001:db8:0:1::1", "AAAA", Verdict::Fail),
        ("::ffff:192.0.2.9", "A", Verdict::Pass),
    ] {
        let client = client.parse().unwrap();
        let check = Check::mail_from(client, b"", b"user@example.com", &Options::default());
        let (report, asked) = transcript(check, &zone);
        assert_eq!(report.verdict, expected, "{client}");
        let asked: Vec<_> = asked.iter().skip(1).map(Question::to_string).collect();
        assert_eq!(asked, [format!("example.com. {kind}")], "{client}");
    }
}

#[test]
fn exists_takes_any_ipv4_address_whatever_the_clients_family() {
    let zone = zone(
        "example.com TXT \"v=spf1 exists:v6.test exists:v4.test -all\"
         v4.test A 127.0.0.2
         v6.test AAAA 2001:db8::1",
    );
    for client in ["192.0.2.1", "2001:db8::1"] {
        let client = client.parse().unwrap();
        let check = Check::mail_from(client, b"", b"user@example.com", &Options::default());
        let (report, asked) = transcript(check, &zone);
        assert_eq!((report.verdict, report.void_lookups), (Verdict::Pass, 1));
        let directive = report.matched.unwrap().directive.to_string();
        assert_eq!(directive, "exists:v4.test");
        let asked: Vec<_> = asked.iter().map(Question::to_string).collect();
        assert_eq!(asked, ["example.com. TXT", "v6.test. A", "v4.test. A"]);
    }
}

#[test]
fn exists_takes_no_other_record_for_an_ipv4_address() {
    let client = "192.0.2.1".parse().unwrap();
    let mut check = Check::mail_from(client, b"", b"user@example.com", &Options::default());
    drive(&mut check, |question| {
        Answer::Records(vec![match question.kind() {
            Kind::Txt => Record::Txt(b"v=spf1 exists:a.test ?all"[..].into()),
            _ => Record::Aaaa([1; 16].into()),
        }])
    });
    let report = check.finish();
    assert_eq!((report.verdict, report.void_lookups), (Verdict::Neutral, 0));
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
fn ptr_finds_the_names_of_an_ipv6_client() {
    let zone = zone(
        "example.com TXT \"v=spf1 ptr -all\"
         $ORIGIN 0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa.
         1.0.b.c PTR mail.example.com.
         2.0.b.c PTR mail.example.com.
         mail.example.com. AAAA 2001:db8::cb01",
    );
    assert_eq!(check("2001:db8::cb01", &zone).verdict, Verdict::Pass);
    assert_eq!(check("2001:db8::cb02", &zone).verdict, Verdict::Fail);
}

#[test]
fn ptr_takes_names_below_its_target_and_none_above() {
    // RFC 7208 erratum 4751
    let zone = zone(
        "1.2.0.192.in-addr.arpa PTR mail.example.com
         mail.example.com A 192.0.2.1
         below.test TXT \"v=spf1 ptr:example.com -all\"
         same.test TXT \"v=spf1 ptr:MAIL.example.com -all\"
         above.test TXT \"v=spf1 ptr:host.mail.example.com -all\"",
    );
    for (sender, expected) in [
        ("user@below.test", Verdict::Pass),
        ("user@same.test", Verdict::Pass),
        ("user@above.test", Verdict::Fail),
    ] {
        let client = "192.0.2.1".parse().unwrap();
        let check = Check::mail_from(client, b"", sender.as_bytes(), &Options::default());
        let report = super::finish(check, &zone);
        assert_eq!(report.verdict, expected, "{sender}");
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
fn what_a_match_has_made_needless_is_not_asked() {
    let zone = zone(
        "example.com TXT \"v=spf1 include:b.test a ?all\"
         b.test TXT \"v=spf1 -mx\"
         b.test MX 10 h1.test
         b.test MX 20 h2.test
         h1.test A 192.0.2.1
         h2.test A 192.0.2.2",
    );
    let client = "192.0.2.1".parse().unwrap();
    let check = Check::mail_from(client, b"", b"user@example.com", &Options::default());
    let (report, asked) = transcript(check, &zone);
    assert_eq!(report.verdict, Verdict::Neutral);
    let asked: Vec<_> = asked.iter().map(Question::to_string).collect();
    assert_eq!(
        asked,
        [
            "example.com. TXT",
            "b.test. TXT",
            "b.test. MX",
            "h1.test. A",
            "example.com. A"
        ]
    );
}
