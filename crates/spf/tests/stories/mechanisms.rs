//! What the mechanisms that ask the DNS compare with the client.

use dns_txt::{Answer, Kind, Question, Record, drive};
use spf::{Check, Options, Verdict};

use super::{check, transcript, zone};

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
        let report = crate::finish(check, &zone);
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
