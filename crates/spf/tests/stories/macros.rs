//! What macros expand to.

use spf::{Check, Options, Verdict};

use super::{check, transcript, verdict, zone};

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
fn a_name_of_the_client_that_does_not_answer_is_skipped() {
    for (status, expected) in [
        ("$STATUS a.test SERVFAIL", "b.test"),
        ("$STATUS a.test TIMEOUT", "b.test"),
        ("$STATUS 1.2.0.192.in-addr.arpa PTR SERVFAIL", "unknown"),
        ("$STATUS 1.2.0.192.in-addr.arpa PTR TIMEOUT", "unknown"),
    ] {
        let names = match expected {
            "unknown" => "",
            _ => {
                "1.2.0.192.in-addr.arpa PTR a.test
                 1.2.0.192.in-addr.arpa PTR b.test"
            }
        };
        let zone = zone(&format!(
            "example.com TXT \"v=spf1 exists:%{{p}}.probe.test -all\"
             {status}
             {names}
             b.test A 192.0.2.1
             {expected}.probe.test A 127.0.0.2"
        ));
        assert_eq!(check("192.0.2.1", &zone).verdict, Verdict::Pass, "{status}");
    }
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
