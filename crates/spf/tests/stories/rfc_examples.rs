//! The examples of RFC 7208 Appendix A.

use dns_txt::Zone;
use spf::{Check, Options, Report, Verdict};

use super::{finish, zone};

/// The zones that the examples share, with records of their own.
fn example(records: &str) -> Zone {
    zone(&format!(
        "$ORIGIN example.com.
         @ MX 10 mail-a
         @ MX 20 mail-b
         @ A 192.0.2.10
         @ A 192.0.2.11
         amy A 192.0.2.65
         bob A 192.0.2.66
         mail-a A 192.0.2.129
         mail-b A 192.0.2.130
         www CNAME example.com.
         $ORIGIN example.org.
         @ MX 10 mail-c
         mail-c A 192.0.2.140
         $ORIGIN 2.0.192.in-addr.arpa.
         10 PTR example.com.
         11 PTR example.com.
         65 PTR amy.example.com.
         66 PTR bob.example.com.
         129 PTR mail-a.example.com.
         130 PTR mail-b.example.com.
         140 PTR mail-c.example.org.
         $ORIGIN 0.0.10.in-addr.arpa.
         4 PTR bob.example.com.
         $ORIGIN .
         {records}"
    ))
}

fn check(client: &str, sender: &str, zone: &Zone) -> Report {
    let client = client.parse().unwrap();
    let options = Options::default();
    let check = Check::mail_from(client, b"mail.example.com", sender.as_bytes(), &options);
    finish(check, zone)
}

// RFC 7208 §A.1
#[test]
fn who_passes_with_one_record() {
    for (terms, pass, fail) in [
        ("+all", "192.0.2.1 10.0.0.4 2001:db8::1", ""),
        ("a -all", "192.0.2.10 192.0.2.11", "192.0.2.65"),
        ("a:www.example.com -all", "192.0.2.10", "192.0.2.65"),
        // There are no addresses at example.org.
        ("a:example.org -all", "", "192.0.2.10 192.0.2.140"),
        (
            "mx -all",
            "192.0.2.129 192.0.2.130",
            "192.0.2.10 192.0.2.140",
        ),
        ("mx:example.org -all", "192.0.2.140", "192.0.2.129"),
        (
            "mx mx:example.org -all",
            "192.0.2.129 192.0.2.130 192.0.2.140",
            "192.0.2.131",
        ),
        (
            "mx/30 mx:example.org/30 -all",
            "192.0.2.128 192.0.2.131 192.0.2.140 192.0.2.143",
            "192.0.2.127 192.0.2.132 192.0.2.139 192.0.2.144",
        ),
        // Of the last two, one has a name elsewhere and one a name that is not its own.
        ("ptr -all", "192.0.2.65", "192.0.2.140 10.0.0.4"),
        ("ip4:192.0.2.128/28 -all", "192.0.2.129", "192.0.2.65"),
    ] {
        let zone = example(&format!("example.com. TXT \"v=spf1 {terms}\""));
        for (clients, expected) in [(pass, Verdict::Pass), (fail, Verdict::Fail)] {
            for client in clients.split_whitespace() {
                let verdict = check(client, "user@example.com", &zone).verdict;
                assert_eq!(verdict, expected, "{terms}: {client}");
            }
        }
    }
}

// RFC 7208 §A.2
#[test]
fn several_domains_share_records() {
    let zone = example(
        "example.com. TXT \"v=spf1 mx -all\"
         example.net. TXT \"v=spf1 ip4:198.51.100.1 -all\"
         example.org. TXT \"v=spf1 include:example.com include:example.net -all\"
         la.example.org. TXT \"v=spf1 redirect=example.org\"",
    );
    for sender in ["user@example.org", "user@la.example.org"] {
        for (client, expected) in [
            ("192.0.2.129", Verdict::Pass),
            ("198.51.100.1", Verdict::Pass),
            ("192.0.2.140", Verdict::Fail),
        ] {
            assert_eq!(check(client, sender, &zone).verdict, expected, "{client}");
        }
    }
}

// RFC 7208 §A.3
#[test]
fn users_are_listed_as_in_a_blacklist() {
    let zone = example(
        "$ORIGIN _spf.example.com.
         mary.mobile-users A 127.0.0.2
         15.15.168.192.joel.remote-users A 127.0.0.2
         mobile-users TXT \"v=spf1 exists:%{l1r+}.%{d}\"
         remote-users TXT \"v=spf1 exists:%{ir}.%{l1r+}.%{d}\"
         example.com. TXT ( \"v=spf1 mx include:mobile-users._spf.%{d} \"
             \"include:remote-users._spf.%{d} -all\" )",
    );
    for (client, sender, expected) in [
        ("203.0.113.1", "mary@example.com", Verdict::Pass),
        ("203.0.113.1", "mary+lists@example.com", Verdict::Pass),
        ("203.0.113.1", "joel@example.com", Verdict::Fail),
        ("192.168.15.15", "joel@example.com", Verdict::Pass),
        ("192.168.15.15", "eve@example.com", Verdict::Fail),
        ("192.0.2.129", "eve@example.com", Verdict::Pass),
    ] {
        let report = check(client, sender, &zone);
        assert_eq!(report.verdict, expected, "{client} {sender}");
    }
}

// RFC 7208 §A.4. It has `ptr` without a domain, which would be that of the record it stands in.
#[test]
fn two_requirements_are_met_by_excluding_who_misses_one() {
    let zone = example(
        "example.com. TXT \"v=spf1 -include:ip4._spf.%{d} -include:ptr._spf.%{d} +all\"
         ip4._spf.example.com. TXT \"v=spf1 -ip4:192.0.2.0/24 +all\"
         ptr._spf.example.com. TXT \"v=spf1 -ptr:%{o} +all\"
         4.0.0.10.in-addr.arpa. PTR ten.example.com.
         ten.example.com. A 10.0.0.4",
    );
    for (client, expected) in [
        ("192.0.2.65", Verdict::Pass),
        ("192.0.2.140", Verdict::Fail),
        ("10.0.0.4", Verdict::Fail),
    ] {
        let report = check(client, "user@example.com", &zone);
        assert_eq!(report.verdict, expected, "{client}");
    }
}
