//! The field that records a result.

use proptest::prelude::*;
use spf::{Check, Options, ReceivedSpf, ReceivedSpfError, Verdict};

use super::{finish, zone};

fn field(zone_text: &str, helo: &[u8], path: Option<&[u8]>) -> String {
    let client = "2001:db8::1".parse().unwrap();
    let options = Options::default().receiver("mx.example.org".parse().unwrap());
    let check = match path {
        Some(path) => Check::mail_from(client, helo, path, &options),
        None => Check::helo(client, helo, &options),
    };
    finish(check, &zone(zone_text)).received_spf()
}

fn parse(field: &str) -> ReceivedSpf {
    ReceivedSpf::parse(field.strip_prefix("Received-SPF:").unwrap().as_bytes()).unwrap()
}

#[test]
fn a_field_says_what_it_takes_to_check_again() {
    let zone = "example.com TXT \"v=spf1 -ip4:192.0.2.0/24 ip6:2001:db8::/32\"";
    let field = field(zone, b"mail.example.com", Some(b"me@example.com"));
    assert_eq!(
        field,
        "Received-SPF: pass (mx.example.org: domain of me@example.com designates\r\n \
         2001:db8::1 as permitted sender) client-ip=\"2001:db8::1\";\r\n \
         envelope-from=\"me@example.com\"; helo=mail.example.com; identity=mailfrom;\r\n \
         mechanism=\"ip6:2001:db8::/32\"; receiver=mx.example.org\r\n"
    );
}

#[test]
fn a_helo_check_has_no_envelope_sender() {
    let zone = "mail.example.com TXT \"v=spf1 a ?all\"\n$STATUS mail.example.com AAAA SERVFAIL";
    let field = parse(&field(zone, b"mail.example.com", None));
    assert_eq!(field.verdict, Verdict::TempError);
    assert_eq!(field.value("identity"), Some("helo"));
    assert_eq!(field.value("envelope-from"), None);
    assert_eq!(field.value("mechanism"), None);
    assert_eq!(
        field.value("problem"),
        Some("DNS server failure for mail.example.com. AAAA")
    );
}

#[test]
fn the_default_is_named_where_nothing_matched() {
    let zone = "example.com TXT \"v=spf1\"";
    let field = parse(&field(zone, b"x", Some(b"me@example.com")));
    assert_eq!(field.verdict, Verdict::Neutral);
    assert_eq!(field.value("mechanism"), Some("default"));
}

#[test]
fn a_comment_says_each_result_in_a_sentence() {
    for (zone, result, sentence) in [
        (
            "example.com TXT \"v=spf1 -all\"",
            "fail",
            "domain of me@example.com does not designate 2001:db8::1 as permitted sender: -all",
        ),
        (
            "example.com TXT \"v=spf1 ?all\"",
            "neutral",
            "domain of me@example.com neither permits nor denies 2001:db8::1: ?all",
        ),
        (
            "example.com TXT \"v=spf1 ip4:192.0.2.1\"",
            "neutral",
            "domain of me@example.com neither permits nor denies 2001:db8::1",
        ),
        (
            "",
            "none",
            "domain of me@example.com does not designate permitted senders",
        ),
        (
            "example.com TXT \"v=spf1 +all\"",
            "pass",
            "domain of me@example.com designates 2001:db8::1 as permitted sender",
        ),
        (
            "example.com TXT \"v=spf1 moo\"",
            "permerror",
            "permanent error in processing domain of me@example.com",
        ),
        (
            "example.com TXT \"v=spf1 ~all\"",
            "softfail",
            "domain of me@example.com discourages 2001:db8::1 as sender: ~all",
        ),
        (
            "$STATUS example.com TIMEOUT",
            "temperror",
            "temporary error in processing domain of me@example.com",
        ),
    ] {
        let field = parse(&field(zone, b"x", Some(b"me@example.com")));
        assert_eq!(field.verdict.as_str(), result);
        let comment = field.comment.unwrap();
        assert_eq!(comment.as_str(), format!("mx.example.org: {sentence}"));
    }
    let nobody = parse(&field("", b"x", Some(b"")));
    assert_eq!(nobody.comment.unwrap().as_str(), "no domain to check");
}

#[test]
fn a_comment_of_helo_and_of_the_null_path_speaks_of_the_domain() {
    let zone = "mail.example.com TXT \"v=spf1 +all\"";
    for path in [None, Some(&b""[..])] {
        let field = parse(&field(zone, b"mail.example.com", path));
        let comment = field.comment.unwrap();
        assert_eq!(
            comment.as_str(),
            "mx.example.org: domain of mail.example.com designates 2001:db8::1 as permitted sender"
        );
    }
}

#[test]
fn f02_a_comment_holds_an_address_only_if_nothing_of_it_is_quoted() {
    let longest = "a".repeat(64);
    let longest = longest.as_bytes();
    for (local, is_told) in [
        (&b"bounce+a=b"[..], true),
        ("gr\u{fc}\u{df}e".as_bytes(), true),
        (longest, true),
        (&[longest, b"a"].concat(), false),
        (b"a(b", false),
        (b"a)b", false),
        (b"a\\)b", false),
        (b"a\\", false),
        (b"\"a b\"", false),
        (b"\"a\\)b\"", false),
        (b"a);dkim=pass", false),
        (b"a b", false),
        (b" a", false),
        (b"a@b", false),
        (b"a\r\nX-Forged: yes\r\n", false),
        (b"a\n b", false),
        (b"a\tb", false),
        (b"a\0", false),
        (b"a\x1b[31m", false),
        (b"a\x7f", false),
        ("a\u{85}".as_bytes(), false),
        ("a\u{202e}".as_bytes(), false),
        ("a\u{200b}b".as_bytes(), false),
        (b"a\xff", false),
    ] {
        let path = [local, b"@Example.com"].concat();
        let text = field("example.com TXT \"v=spf1 +all\"", b"x", Some(&path));
        let told = match is_told {
            true => format!("{}@", str::from_utf8(local).unwrap()),
            false => String::new(),
        };
        let expected = format!(
            "mx.example.org: domain of {told}example.com designates 2001:db8::1 as permitted sender"
        );
        let comment = parse(&text).comment.unwrap();
        assert_eq!(comment.as_str(), expected, "{path:?}");
        let printed = text.replace("\r\n ", " ");
        let (_, printed) = printed.split_once(" (").unwrap();
        assert!(
            printed.starts_with(&format!("{expected}) client-ip=")),
            "{text}"
        );
    }
}

#[test]
fn a_comment_names_the_term_that_refused_and_no_term_opens_anything() {
    for (record, term) in [
        ("-ip6:2001:db8::/32", Some("-ip6:2001:db8::/32")),
        ("-include:b.test", Some("-include:b.test")),
        ("-exists:%{l}.b.test", Some("-exists:%{l}.b.test")),
        ("-exists:(x;dkim=pass.b.test", None),
        ("-exists:x\\\".b.test", None),
    ] {
        let zone = format!(
            "example.com TXT \"v=spf1 {record}\"\n\
             b.test TXT \"v=spf1 +all\"\n*.b.test A 127.0.0.2\n"
        );
        let field = parse(&field(&zone, b"x", Some(b"me@example.com")));
        assert_eq!(field.verdict, Verdict::Fail, "{record}");
        let sentence = "mx.example.org: domain of me@example.com does not designate 2001:db8::1 \
                        as permitted sender";
        let term = term.map(|term| format!(": {term}")).unwrap_or_default();
        assert_eq!(field.comment.unwrap().as_str(), format!("{sentence}{term}"));
    }
}

#[test]
fn nothing_stands_behind_the_last_part() {
    // RFC 7208 erratum 5436: white space stands before a part, and need not stand behind one.
    let result = ReceivedSpf::new(Verdict::Pass);
    assert_eq!(result.to_field(), "Received-SPF: pass\r\n");
    let field = result.clone().with_comment("why");
    assert_eq!(field.to_field(), "Received-SPF: pass (why)\r\n");
    let field = result.with_pair("helo", b"a.test");
    assert_eq!(field.to_field(), "Received-SPF: pass helo=a.test\r\n");
}

#[test]
fn the_null_path_is_an_empty_string() {
    let zone = "mail.example.com TXT \"v=spf1 -all\"";
    let text = field(zone, b"mail.example.com", Some(b""));
    assert!(text.contains("envelope-from=\"\";"), "{text}");
    let field = parse(&text);
    assert_eq!(field.value("envelope-from"), Some(""));
    assert_eq!(field.value("identity"), Some("mailfrom"));
}

#[test]
fn f02_no_word_of_a_peer_opens_a_string_a_comment_or_a_pair() {
    for path in [
        "a;b=c@example.com",
        "a(b@example.com",
        "a)b@example.com",
        "a\"b@example.com",
        "a\\@example.com",
        "a\\\"; x=y@example.com",
        "a b  c@example.com",
        "\"a b\"@example.com",
        "grüße@example.com",
    ] {
        for verdict in ["+all", "-all", "moo"] {
            let zone = format!("example.com TXT \"v=spf1 {verdict}\"");
            let text = field(&zone, path.as_bytes(), Some(path.as_bytes()));
            let field = parse(&text);
            assert_eq!(field.value("envelope-from"), Some(path));
            assert_eq!(field.value("x"), None);
            let helo = path.is_ascii().then_some(path);
            assert_eq!(field.value("helo"), helo);
            assert_eq!(format!("Received-SPF:{}", value_of(&field)), text);
        }
    }
}

#[test]
fn f02_what_holds_a_control_character_is_left_out_and_the_result_stays() {
    for path in [
        &b"a\r\nX-Forged: yes\r\n@example.com"[..],
        b"a\n@example.com",
        b"a\r@example.com",
        b"a\0@example.com",
        b"a\x1b[31m@example.com",
        b"a\t@example.com",
        b"a\xff@example.com",
    ] {
        let zone = "example.com TXT \"v=spf1 -all\"";
        let text = field(zone, path, Some(path));
        let lines: Vec<_> = text.strip_suffix("\r\n").unwrap().split("\r\n").collect();
        assert!(lines.iter().skip(1).all(|line| line.starts_with(' ')));
        assert!(!text.contains("Forged"));
        let field = parse(&text);
        assert_eq!(field.verdict, Verdict::Fail);
        assert_eq!(field.value("envelope-from"), None);
        assert_eq!(field.value("helo"), None);
        assert_eq!(field.value("identity"), Some("mailfrom"));
    }
}

#[test]
fn f05_lines_are_folded_and_never_too_long() {
    for length in [1, 50, 100, 500, 950, 1100, 100_000] {
        let path = format!("{}@example.com", "a".repeat(length));
        let zone = "example.com TXT \"v=spf1 exists:%{l}.x.test -all\"";
        let text = field(zone, b"mail.example.com", Some(path.as_bytes()));
        assert!(text.split("\r\n").all(|line| line.len() <= 998));
        let kept = (length < 980).then_some(path.as_str());
        assert_eq!(parse(&text).value("envelope-from"), kept);
    }
}

#[test]
fn f06_values_are_quoted_when_printed_and_read_either_way() {
    for value in [
        "2001:db8::1",
        "a=b",
        "a/b",
        "a:b",
        "a@b",
        "<a@b>",
        "ip4:192.0.2.0/24",
    ] {
        for text in [
            format!(" pass key={value}; x=y"),
            format!(" pass key=\"{value}\";x=y;"),
        ] {
            let field = ReceivedSpf::parse(text.as_bytes()).unwrap();
            assert_eq!(field.value("KEY"), Some(value));
            assert_eq!(field.value("x"), Some("y"));
            let printed = field.to_field();
            assert!(printed.contains(&format!("key=\"{value}\";")), "{printed}");
        }
    }
}

#[test]
fn fields_of_others_are_read() {
    for (text, verdict, client) in [
        (
            " pass (mybox.example.org: domain of\r\n myname@example.com designates 192.0.2.1 as \
             permitted sender)\r\n    receiver=mybox.example.org; client-ip=192.0.2.1;\r\n    \
             envelope-from=\"myname@example.com\"; helo=foo.example.com;\r\n",
            Verdict::Pass,
            Some("192.0.2.1"),
        ),
        (
            " Pass (mailfrom) identity=mailfrom; client-ip=2001:db8::1; helo=a.test; \
             envelope-from=u@b.test; receiver=<UNKNOWN> ",
            Verdict::Pass,
            Some("2001:db8::1"),
        ),
        (" none", Verdict::None, None),
        (
            " (a) SoftFail (b(c)) (d) \r\n\tclient-ip = 192.0.2.1 (e) ; ",
            Verdict::SoftFail,
            Some("192.0.2.1"),
        ),
        (" neutral client-ip=; helo=x", Verdict::Neutral, Some("")),
    ] {
        let field = ReceivedSpf::parse(text.as_bytes()).unwrap();
        assert_eq!(
            (field.verdict, field.value("client-ip")),
            (verdict, client),
            "{text}"
        );
    }
}

#[test]
fn what_is_not_the_field_is_refused_with_its_place() {
    for (text, error) in [
        ("", ReceivedSpfError::Result { offset: 0 }),
        (" passed", ReceivedSpfError::Result { offset: 1 }),
        (" pass;", ReceivedSpfError::Unexpected { offset: 5 }),
        (" pass (open", ReceivedSpfError::Unexpected { offset: 6 }),
        (" pass a", ReceivedSpfError::Pair { offset: 7 }),
        (" pass 1=b", ReceivedSpfError::Pair { offset: 6 }),
        (" pass a=b c=d", ReceivedSpfError::Unexpected { offset: 10 }),
        (" pass a=\"b", ReceivedSpfError::Pair { offset: 8 }),
        (
            " pass a=b\r\nc=d",
            ReceivedSpfError::Unexpected { offset: 9 },
        ),
    ] {
        assert_eq!(ReceivedSpf::parse(text.as_bytes()), Err(error), "{text}");
    }
}

fn value_of(field: &ReceivedSpf) -> String {
    let field = field.to_field();
    field.strip_prefix("Received-SPF:").unwrap().to_owned()
}

proptest! {
    #[test]
    fn f02_parsing_what_was_printed_gives_the_same_field(
        verdict in 0usize..7,
        comment in "\\PC{0,60}",
        pairs in proptest::collection::vec(("[a-zA-Z][a-zA-Z0-9._-]{0,8}", "\\PC{0,60}"), 0..8),
    ) {
        let mut field = ReceivedSpf::new(Verdict::ALL[verdict]).with_comment(&comment);
        for (key, value) in &pairs {
            field = field.with_pair(key, value.as_bytes());
        }
        let value = value_of(&field);
        prop_assert_eq!(ReceivedSpf::parse(value.as_bytes()), Ok(field));
    }

    #[test]
    fn f05_any_peer_gives_one_field_of_legal_lines(
        helo in proptest::collection::vec(any::<u8>(), 0..80),
        local in proptest::collection::vec(any::<u8>(), 0..80),
    ) {
        let path = [&local[..], b"@example.com"].concat();
        let text = field("example.com TXT \"v=spf1 -all\"", &helo, Some(&path));
        let lines: Vec<_> = text.strip_suffix("\r\n").unwrap().split("\r\n").collect();
        for (index, line) in lines.iter().enumerate() {
            prop_assert!(line.len() <= 998 && !line.contains(char::is_control));
            prop_assert_eq!(index > 0, line.starts_with(' '));
        }
        prop_assert_eq!(parse(&text).verdict, Verdict::Fail);
    }

    #[test]
    fn any_octets_are_read_or_refused(value in proptest::collection::vec(any::<u8>(), 0..200)) {
        let _ = ReceivedSpf::parse(&value);
        let _ = ReceivedSpf::parse(&[b" pass ", &value[..]].concat());
    }
}
