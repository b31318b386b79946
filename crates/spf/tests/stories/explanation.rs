//! What a refused sender is told.

use spf::{Check, Explanation, Limits, Options, Verdict};

use super::{check, check_with, finish, zone};

fn explained(text: &str) -> dns_txt::Zone {
    zone(&format!(
        "example.com TXT \"v=spf1 -all exp=why.%{{d}}\"
         why.example.com TXT \"{text}\""
    ))
}

#[test]
fn the_domains_words_are_expanded() {
    let zone = explained("%{i} is no host of %{d}; ask %{r} at %{t}");
    let options = Options::default()
        .receiver("mx.example.org".parse().unwrap())
        .now(1_700_000_000);
    let report = check_with("192.0.2.1", &zone, &options);
    let explanation = report.explanation.unwrap();
    assert_eq!(
        explanation.text(),
        "192.0.2.1 is no host of example.com; ask mx.example.org at 1700000000"
    );
    assert!(matches!(explanation, Explanation::Domain { .. }));
    let report = check("2001:db8::1", &explained("%{c} at %{t} to %{r}"));
    assert_eq!(
        report.explanation.unwrap().text(),
        "2001:db8::1 at unknown to unknown"
    );
}

#[test]
fn without_words_of_the_domain_the_receiver_has_its_own() {
    let options = Options::default().default_explanation("ask your postmaster");
    for text in [
        "example.com TXT \"v=spf1 -all\"",
        "example.com TXT \"v=spf1 -all exp=nowhere.test\"",
        "example.com TXT \"v=spf1 -all exp=why..test\"",
        "example.com TXT \"v=spf1 -all exp=why.test\"\n$STATUS why.test SERVFAIL",
        "example.com TXT \"v=spf1 -all exp=why.test\"\nwhy.test TXT \"%{x}\"",
        "example.com TXT \"v=spf1 -all exp=why.test\"\nwhy.test TXT \"\"",
        "example.com TXT \"v=spf1 -all exp=why.test\"\nwhy.test TXT a\nwhy.test TXT b",
        "example.com TXT \"v=spf1 -all exp=why.test\"\nwhy.test TXT \"caf\\195\\169\"",
    ] {
        let report = check_with("192.0.2.1", &zone(text), &options);
        assert_eq!(report.verdict, Verdict::Fail, "{text}");
        let explanation = report.explanation.unwrap();
        assert_eq!(
            explanation,
            Explanation::Receiver("ask your postmaster".into()),
            "{text}"
        );
        assert_eq!(check("192.0.2.1", &zone(text)).explanation, None);
    }
}

#[test]
fn only_a_fail_is_explained() {
    let options = Options::default().default_explanation("ask your postmaster");
    for record in ["~all", "?all", "+all", "", "moo"] {
        let zone = zone(&format!(
            "example.com TXT \"v=spf1 {record} exp=why.test\"
             why.test TXT \"never asked for\""
        ));
        assert_eq!(
            check_with("192.0.2.1", &zone, &options).explanation,
            None,
            "{record}"
        );
    }
}

#[test]
fn the_record_that_decides_explains() {
    let zone = zone(
        "example.com TXT \"v=spf1 include:b.test redirect=c.test exp=a.why.test\"
         b.test TXT \"v=spf1 -all exp=b.why.test\"
         c.test TXT \"v=spf1 -all exp=c.why.test\"
         a.why.test TXT a
         b.why.test TXT b
         c.why.test TXT c",
    );
    assert_eq!(check("192.0.2.1", &zone).explanation.unwrap().text(), "c");
}

#[test]
fn an_include_that_fails_is_explained_by_the_record_it_stands_in() {
    for (own, inner, expected) in [
        ("exp=a.why.test", "+all exp=b.why.test", Some("a")),
        ("", "+all exp=b.why.test", None),
        (
            "exp=a.why.test",
            "redirect=c.test exp=b.why.test",
            Some("a"),
        ),
    ] {
        let zone = zone(&format!(
            "example.com TXT \"v=spf1 -include:b.test {own}\"
             b.test TXT \"v=spf1 {inner}\"
             c.test TXT \"v=spf1 +all exp=c.why.test\"
             a.why.test TXT a
             b.why.test TXT b
             c.why.test TXT c"
        ));
        let report = check("192.0.2.1", &zone);
        assert_eq!(report.verdict, Verdict::Fail, "{own}, {inner}");
        let words = report.explanation.as_ref().map(Explanation::text);
        assert_eq!(words, expected, "{own}, {inner}");
    }
}

#[test]
fn a_record_that_redirects_explains_nothing() {
    let zone = zone(
        "example.com TXT \"v=spf1 redirect=b.test exp=why.test\"
         b.test TXT \"v=spf1 -all\"
         why.test TXT \"never asked for\"",
    );
    let report = check("192.0.2.1", &zone);
    assert_eq!((report.verdict, report.explanation), (Verdict::Fail, None));
}

#[test]
fn macros_of_an_explanation_see_the_domain_of_its_record() {
    let zone = zone(
        "example.com TXT \"v=spf1 redirect=b.test\"
         b.test TXT \"v=spf1 -all exp=why.%{d}\"
         why.b.test TXT \"%{d} of %{o}\"",
    );
    let explanation = check("192.0.2.1", &zone).explanation.unwrap();
    // The mark names the domain of the sender, as `%{o}` does (RFC 7208 §6.2).
    let expected = "example.com explains: b.test of example.com";
    assert_eq!(explanation.to_string(), expected);
}

#[test]
fn the_clients_name_is_looked_up_for_the_words_alone() {
    let zone = zone(
        "example.com TXT \"v=spf1 -all exp=why.test\"
         why.test TXT \"%{p} is not welcome\"
         1.2.0.192.in-addr.arpa PTR host.test
         host.test A 192.0.2.1",
    );
    let report = check("192.0.2.1", &zone);
    assert_eq!(
        report.explanation.unwrap().text(),
        "host.test is not welcome"
    );
    assert_eq!((report.lookups, report.void_lookups), (0, 0));
}

#[test]
fn e05_no_octet_of_a_sender_ends_a_reply_line() {
    let zone = explained("[%{l}] [%{h}]");
    let client = "192.0.2.1".parse().unwrap();
    let path = b"a\r\nRSET\0\x1b\x7f\xc3\xbc@example.com";
    let check = Check::mail_from(client, b"x\r\ny\tz", path, &Options::default());
    let report = finish(check, &zone);
    assert_eq!(
        report.explanation.as_ref().unwrap().text(),
        "[a??RSET?????] [x??y?z]"
    );
    let reply = report.refusal().unwrap().to_string();
    assert!(
        reply
            .bytes()
            .all(|octet| octet == b' ' || octet.is_ascii_graphic())
    );
}

#[test]
fn e04_escapes_have_upper_case_digits() {
    let zone = explained("http://why.test/?l=%{L}&h=%{H}");
    let client = "192.0.2.1".parse().unwrap();
    let path = b"a/\xfc\xab~@example.com";
    let check = Check::mail_from(client, b"x\r\ny", path, &Options::default());
    assert_eq!(
        finish(check, &zone).explanation.unwrap().text(),
        "http://why.test/?l=a%2F%FC%AB~&h=x%0D%0Ay"
    );
}

#[test]
fn e05_an_explanation_ends_at_its_limit() {
    let zone = explained(&"0123456789".repeat(20));
    for (limit, expected) in [(200, 200), (199, 199), (0, 0), (1000, 200)] {
        let options = Options::default().limits(Limits::default().explanation(limit));
        let report = check_with("192.0.2.1", &zone, &options);
        let length = report.explanation.map_or(0, |words| words.text().len());
        assert_eq!(length, expected);
    }
    // Macros do not make it longer.
    let zone = explained(&"%{l}".repeat(50));
    let client = "192.0.2.1".parse().unwrap();
    let path = [&[b'a'; 100_000][..], b"@example.com"].concat();
    let report = finish(
        Check::mail_from(client, b"", &path, &Options::default()),
        &zone,
    );
    assert_eq!(report.explanation.unwrap().text().len(), 499);
}

#[test]
fn e05_the_receivers_own_words_are_kept_to_one_line_too() {
    let options = Options::default().default_explanation("one\r\ntwo \u{fc}");
    let report = check_with(
        "192.0.2.1",
        &zone("example.com TXT \"v=spf1 -all\""),
        &options,
    );
    assert_eq!(report.explanation.unwrap().text(), "one??two ?");
}

#[test]
fn e11_replies_are_those_of_rfc_7372() {
    for (text, expected) in [
        (
            "example.com TXT \"v=spf1 -all\"",
            Some("550 5.7.23 SPF validation failed"),
        ),
        (
            "example.com TXT \"v=spf1 -all exp=why.test\"\nwhy.test TXT \"go away\"",
            Some("550 5.7.23 SPF validation failed: example.com explains: go away"),
        ),
        (
            "$STATUS example.com SERVFAIL",
            Some("451 4.7.24 SPF validation error: DNS server failure for example.com. TXT"),
        ),
        (
            "example.com TXT \"v=spf1 moo\"",
            Some(
                "550 5.7.24 SPF validation error: unknown mechanism or malformed modifier at \
                 octet 7 of the record at example.com",
            ),
        ),
        ("example.com TXT \"v=spf1 ~all\"", None),
        ("example.com TXT \"v=spf1 ?all\"", None),
        ("example.com TXT \"v=spf1 +all\"", None),
        ("example.com TXT \"no policy\"", None),
    ] {
        let refusal = check("192.0.2.1", &zone(text)).refusal();
        assert_eq!(refusal.map(|reply| reply.to_string()).as_deref(), expected);
    }
}

#[test]
fn e11_a_reply_does_not_end_in_a_space() {
    let options = Options::default().limits(Limits::default().explanation(usize::MAX));
    for (text, length) in [
        // The cut falls behind the space, and before it.
        (format!("{} y", "x".repeat(453)), 509),
        (format!("{}  y", "x".repeat(452)), 508),
        (String::from("go away  "), 63),
        // Nothing is left of the domain's words.
        (String::from("   "), 55),
    ] {
        let text: Vec<String> = (text.as_bytes().chunks(200))
            .map(|string| format!("\"{}\"", string.escape_ascii()))
            .collect();
        let zone = zone(&format!(
            "example.com TXT \"v=spf1 -all exp=why.test\"
             why.test TXT {}",
            text.join(" ")
        ));
        let report = check_with("192.0.2.1", &zone, &options);
        let reply = report.refusal().unwrap().to_string();
        assert!(!reply.ends_with(' '), "{reply}");
        assert_eq!(reply.len(), length, "{reply}");
    }
}

#[test]
fn e11_a_reply_fits_into_one_line() {
    let zone = explained(&"x".repeat(255));
    let client = "192.0.2.1".parse().unwrap();
    let options = Options::default().limits(Limits::default().explanation(usize::MAX));
    let report = finish(
        Check::mail_from(client, b"", b"u@example.com", &options),
        &zone,
    );
    let reply = report.refusal().unwrap();
    assert!(reply.to_string().len() <= 510);

    let long = explained(&"%{s}".repeat(60));
    let path = [&[b'a'; 900][..], b"@example.com"].concat();
    let report = finish(Check::mail_from(client, b"", &path, &options), &long);
    let reply = report.refusal().unwrap();
    assert_eq!(reply.to_string().len(), 510);
}
