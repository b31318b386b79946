//! Who is checked.

use dns_txt::{Domain, Inquiry};
use spf::{Cause, Check, Identity, Options, Verdict};

use super::{check_with, finish, transcript, zone};

#[test]
fn a01_a_pass_of_helo_is_none_of_mail_from() {
    let zone = zone("mail.attack.test TXT \"v=spf1 +all\"");
    let client = "192.0.2.1".parse().unwrap();
    let helo = b"mail.attack.test";
    let options = Options::default();
    let report = finish(Check::helo(client, helo, &options), &zone);
    assert_eq!(
        (report.verdict, report.identity),
        (Verdict::Pass, Identity::Helo)
    );
    assert_eq!(report.domain, Some("mail.attack.test".parse().unwrap()));
    let path = b"ceo@nowhere.victim.test";
    let report = finish(Check::mail_from(client, helo, path, &options), &zone);
    assert_eq!(
        (report.verdict, report.identity),
        (Verdict::None, Identity::MailFrom)
    );
    assert_eq!(report.domain, Some("nowhere.victim.test".parse().unwrap()));
}

#[test]
fn a05_what_is_not_a_domain_is_none_and_asks_nothing() {
    let client = "192.0.2.1".parse().unwrap();
    for path in [
        &b"any@legit.example(.attack.example"[..],
        b"any@legit.example'@",
        b"any@",
        b"any@com",
        b"any@com.",
        b"any@a..b",
        b"any@.example.com",
        b"any@example.com..",
        b"any@0123456789012345678901234567890123456789012345678901234567890123.com",
        b"any@[192.0.2.1]",
        b"any@exam ple.com",
        b"any@example.com\0.test",
        b"any@example.com\r\n",
        b"any@x\xffattack.example",
        b"no-at-sign",
        b"@",
        &[b'a'; 100_000],
    ] {
        let mut check = Check::mail_from(client, b"mail.example.com", path, &Options::default());
        assert!(check.is_settled());
        assert_eq!(check.poll_question(), None);
        let report = check.finish();
        assert_eq!(report.verdict, Verdict::None, "{}", path.escape_ascii());
        assert_eq!(
            (report.cause, report.domain),
            (Cause::MalformedDomain, None)
        );
    }
}

#[test]
fn a05_what_stands_left_of_the_last_at_sign_is_macro_material() {
    let zone = zone(
        "attack.example TXT \"v=spf1 exists:%{l}.%{o} -all\"
         legit.example TXT \"v=spf1 +all\"",
    );
    let client = "192.0.2.1".parse().unwrap();
    for (path, asked_for) in [
        (
            &b"any@legit.example'@attack.example"[..],
            r"any\@legit.example'.attack.example",
        ),
        (b"(any@attack.example", r"\(any.attack.example"),
        // A source route, a percent sign and a bang path (RFC 7208 §2.2).
        (
            b"@legit.example:any@attack.example",
            r"\@legit.example:any.attack.example",
        ),
        (
            b"any%legit.example@attack.example",
            "any%legit.example.attack.example",
        ),
        (
            b"legit.example!any@attack.example",
            "legit.example!any.attack.example",
        ),
        (b"@attack.example", "postmaster.attack.example"),
        (b"attack.example", "postmaster.attack.example"),
        (b"any@attack.example.", "any.attack.example"),
    ] {
        let check = Check::mail_from(client, b"", path, &Options::default());
        let (report, asked) = transcript(check, &zone);
        assert_eq!(report.verdict, Verdict::Fail);
        assert_eq!(report.domain, Some("attack.example".parse().unwrap()));
        assert_eq!(asked.last().unwrap().name(), &asked_for.parse().unwrap());
    }
}

#[test]
fn a_dot_at_the_end_of_the_identity_is_no_part_of_macros() {
    let zone = zone("example.com TXT \"v=spf1 exists:%{o}.%{d}.x.test -all\"");
    let client = "192.0.2.1".parse().unwrap();
    for path in [&b"u@example.com."[..], b"example.com.", b""] {
        let check = Check::mail_from(client, b"example.com.", path, &Options::default());
        let (report, asked) = transcript(check, &zone);
        assert!(report.sender.ends_with(b"@example.com"));
        let expected = "example.com.example.com.x.test".parse().unwrap();
        assert_eq!(asked.last().unwrap().name(), &expected);
    }
    let check = Check::helo(client, b"example.com.", &Options::default());
    let (report, _) = transcript(check, &zone);
    assert_eq!(&*report.sender, b"postmaster@example.com");
}

#[test]
fn a18_the_null_path_is_postmaster_at_the_helo_name() {
    let zone = zone("mail.example.com TXT \"v=spf1 exists:%{s}.x.test -all\"");
    let client = "192.0.2.1".parse().unwrap();
    let check = Check::mail_from(client, b"mail.example.com", b"", &Options::default());
    let (report, asked) = transcript(check, &zone);
    assert_eq!(
        (report.verdict, report.identity),
        (Verdict::Fail, Identity::MailFrom)
    );
    assert_eq!(&*report.sender, b"postmaster@mail.example.com");
    assert_eq!(report.reverse_path.as_deref(), Some(&b""[..]));
    let expected = r"postmaster\@mail.example.com.x.test";
    assert_eq!(asked.last().unwrap().name(), &expected.parse().unwrap());
}

#[test]
fn a18_an_address_literal_as_helo_name_is_none() {
    let client = "192.0.2.1".parse().unwrap();
    for helo in [
        &b"[192.0.2.1]"[..],
        b"[IPv6:2001:db8::1]",
        b"localhost",
        b"",
        b"caf\xc3\xa9.test",
    ] {
        for check in [
            Check::helo(client, helo, &Options::default()),
            Check::mail_from(client, helo, b"", &Options::default()),
        ] {
            assert!(check.is_settled());
            assert_eq!(check.finish().verdict, Verdict::None);
        }
    }
}

fn to_ascii(text: &str) -> Option<Domain> {
    match text {
        "bücher.example" => "xn--bcher-kva.example".parse().ok(),
        _ => None,
    }
}

#[test]
fn a13_a_name_that_cannot_be_converted_is_a_permerror_and_never_none() {
    let client = "192.0.2.1".parse().unwrap();
    let converting = Options::default().to_ascii(to_ascii);
    for (path, options) in [
        ("u@bücher.example", &Options::default()),
        ("u@leg\u{2000}it.example", &converting),
        ("u@legit\u{202e}.example", &converting),
    ] {
        let check = Check::mail_from(client, b"mail.example.com", path.as_bytes(), options);
        assert!(check.is_settled());
        let report = check.finish();
        assert_eq!(report.verdict, Verdict::PermError);
        assert_eq!(
            (report.cause, report.domain),
            (Cause::InternationalizedDomain, None)
        );
    }
}

#[test]
fn u_labels_are_asked_for_and_expanded_as_a_labels() {
    let zone = zone(
        "xn--bcher-kva.example TXT \"v=spf1 exists:%{o}.%{d}.x.test -all\"
         xn--bcher-kva.example.xn--bcher-kva.example.x.test A 127.0.0.2",
    );
    let client = "192.0.2.1".parse().unwrap();
    let options = Options::default().to_ascii(to_ascii);
    let path = "u@bücher.example".as_bytes();
    let report = finish(Check::mail_from(client, b"", path, &options), &zone);
    assert_eq!(report.verdict, Verdict::Pass);
    assert_eq!(&*report.sender, b"u@xn--bcher-kva.example");
    assert_eq!(report.reverse_path.as_deref(), Some(path));
}

#[test]
fn a_helo_name_of_u_labels_is_expanded_as_a_labels() {
    let zone = zone("example.com TXT \"v=spf1 exists:%{h}.x.test -all\"");
    let client = "192.0.2.1".parse().unwrap();
    let options = Options::default().to_ascii(to_ascii);
    let helo = "bücher.example".as_bytes();
    let check = Check::mail_from(client, helo, b"u@example.com", &options);
    let (report, asked) = transcript(check, &zone);
    let expected = "xn--bcher-kva.example.x.test".parse().unwrap();
    assert_eq!(asked.last().unwrap().name(), &expected);
    assert_eq!(&*report.helo, helo);
}

#[test]
fn e10_a_local_part_outside_of_ascii_does_not_match_however_long_it_is() {
    let zone = zone("example.com TXT \"v=spf1 include:%{l}.x.test -all\"");
    let client = "192.0.2.1".parse().unwrap();
    let path = format!("{}@example.com", "ü".repeat(1000));
    let check = Check::mail_from(client, b"", path.as_bytes(), &Options::default());
    assert_eq!(finish(check, &zone).verdict, Verdict::Fail);
}

#[test]
fn e10_terms_that_name_a_local_part_outside_of_ascii_do_not_match() {
    for (terms, expected, lookups) in [
        ("exists:%{l}.x.test -all", Verdict::Fail, 1),
        ("exists:%{s}.x.test -all", Verdict::Fail, 1),
        ("exists:%{L}.x.test -all", Verdict::Fail, 1),
        ("include:%{l}.x.test -all", Verdict::Fail, 1),
        (
            "a:%{l}.x.test mx:%{l}.x.test ptr:%{l}.test ?all",
            Verdict::Neutral,
            3,
        ),
        ("redirect=%{l}.x.test", Verdict::PermError, 1),
        ("exists:%{o}.x.test -all", Verdict::Pass, 1),
    ] {
        let zone = zone(&format!(
            "example.com TXT \"v=spf1 {terms}\"
             *.x.test A 127.0.0.2
             *.x.test TXT \"v=spf1 +all\""
        ));
        let client = "192.0.2.1".parse().unwrap();
        let path = "grüße@example.com".as_bytes();
        let report = finish(
            Check::mail_from(client, b"", path, &Options::default()),
            &zone,
        );
        assert_eq!(report.verdict, expected, "{terms}");
        assert_eq!(
            (report.lookups, report.void_lookups),
            (lookups, 0),
            "{terms}"
        );
    }
}

#[test]
fn a_value_longer_than_any_name_matches_nothing_and_costs_nothing() {
    let macros = "%{l}".repeat(50);
    let zone = zone(&format!(
        "example.com TXT \"v=spf1 exists:{macros}.x.test ?all\""
    ));
    let client = "192.0.2.1".parse().unwrap();
    for (length, questions) in [(1024, 2), (1025, 1)] {
        let path = [&vec![b'a'; length][..], b"@example.com"].concat();
        let check = Check::mail_from(client, b"", &path, &Options::default());
        let (report, asked) = transcript(check, &zone);
        // What is left of the shorter one is the name's end.
        assert_eq!((report.verdict, asked.len()), (Verdict::Neutral, questions));
    }
}

#[test]
fn helo_macros_stand_for_the_helo_name_whichever_identity_is_checked() {
    let zone = zone(
        "example.com TXT \"v=spf1 a:%{h} -all\"
         mail.example.com A 192.0.2.1",
    );
    assert_eq!(
        check_with("192.0.2.1", &zone, &Options::default()).verdict,
        Verdict::Pass
    );
}
