//! Zones and records that their owners have made to hurt, or to be odd.

use allocation_counter::measure;
use dmarc::{
    Check, Destination, Identifier, Mechanism, Options, Outcome, Permission, Policy, Record,
    Report, ReportKind, ReportUri, Verdict,
};
use dns_txt::{Answer, Domain, Inquiry, Zone, drive};

fn domain(text: &str) -> Domain {
    text.parse().unwrap()
}

/// What a zone has to say of a message of `author` that `signer` has signed, and how many questions
/// that took.
fn checked(author: &str, signer: Option<&str>, zone: &str) -> (Report, usize) {
    let zone: Zone = zone.parse().unwrap();
    let mut check = Check::begin(domain(author), &Options::default());
    check.identifiers(signer.map(|signer| Identifier {
        domain: domain(signer),
        mechanism: Mechanism::Dkim,
        outcome: Outcome::Authenticated,
    }));
    let mut asked = 0;
    drive(&mut check, |question| {
        asked += 1;
        zone.answer(question)
    });
    assert!(check.is_settled());
    (check.finish(), asked)
}

/// Records as long as the DNS can carry them (RFC 1035 §3.2.1, §4.2.2).
fn long_records() -> Vec<String> {
    [
        "a=b;",
        "p=none;",
        ";",
        " ; ",
        "=;",
        "a;",
        "a=",
        "rua=a:b;",
        "v=DMARC1;",
    ]
    .map(|piece| format!("v=DMARC1; p=reject; {}", piece.repeat(60_000 / piece.len())))
    .into_iter()
    .chain(
        ["a:b,", ",", "mailto:a@b.example!1t,", "!", "a:%41,"].map(|piece| {
            format!(
                "v=DMARC1; p=reject; rua={}mailto:r@b.example",
                piece.repeat(60_000 / piece.len())
            )
        }),
    )
    .chain([
        format!(
            "v=DMARC1; p=reject; rua=mailto:{}@b.example",
            "a".repeat(60_000)
        ),
        format!("v=DMARC1; p=reject; {}=x", "a".repeat(60_000)),
        format!("v=DMARC1; p=reject{}", " ".repeat(60_000)),
        format!("v=DMARC1; p=reject; sp=none; fo={}", "0:".repeat(30_000)),
    ])
    .collect()
}

#[test]
fn what_a_record_takes_is_in_proportion_to_its_text() {
    for text in long_records() {
        let mut record = None;
        let info = measure(|| record = Record::parse(text.as_bytes()).ok());
        let record = record.unwrap();
        assert_eq!(record.p.policy(), Some(Policy::Reject), "{text:.60}");
        assert!(
            info.bytes_max < 4 * text.len() as u64,
            "{}: {text:.60}",
            info.bytes_max
        );
        assert!(info.count_total < 300, "{}: {text:.60}", info.count_total);
    }
}

#[test]
fn of_places_without_end_the_first_hundred_count() {
    let places: Vec<String> = (0..5000)
        .map(|number| format!("mailto:r{number}@b.example"))
        .collect();
    // What is none does not take the place of one that is.
    let text = format!(
        "v=DMARC1; p=none; rua={},{}",
        "x,".repeat(1000),
        places.join(",")
    );
    let record = Record::parse(text.as_bytes()).unwrap();
    assert_eq!(record.rua.len(), 100);
    assert_eq!(record.rua[99].as_str(), "mailto:r99@b.example");
    assert_eq!(Record::parse(record.to_string().as_bytes()), Ok(record));
}

#[test]
fn thousands_of_records_are_none_and_the_walk_goes_on() {
    let mut zone = String::from("_dmarc.example.com. TXT \"v=DMARC1; p=reject\"\n");
    for number in 0..2000 {
        zone += &format!("_dmarc.news.example.com. TXT \"v=DMARC1; p=none; x={number}\"\n");
    }
    let (report, asked) = checked("news.example.com", None, &zone);
    assert_eq!((report.verdict, asked), (Verdict::Fail, 3));
    assert_eq!(report.record_domain, Some(domain("example.com")));
    // And as many that are of something else do not count.
    let strangers = zone.replace("v=DMARC1; p=none", "v=spf9 -all");
    let own = format!("{strangers}_dmarc.news.example.com. TXT \"v=DMARC1; p=quarantine\"\n");
    let (report, _) = checked("news.example.com", None, &own);
    assert_eq!(report.policy, Some(Policy::Quarantine));
}

#[test]
fn the_version_is_the_first_tag_and_written_as_it_is() {
    for (text, is_record) in [
        ("v=DMARC1", true),
        ("V=DMARC1;p=none", true),
        (" \t v\t=\tDMARC1\t;", true),
        ("v=DMARC1;v=DMARC2", true),
        ("v=DMARC1 ", true),
        ("v=dmarc1", false),
        ("v=DMARC1.", false),
        ("v=DMARC10", false),
        ("v=DMARC 1", false),
        ("v=DMARC1,p=none", false),
        ("v=DMARC1 p=none", false),
        ("v:DMARC1", false),
        ("vv=DMARC1", false),
        ("\u{feff}v=DMARC1", false),
        ("\"v=DMARC1\"", false),
        ("v=\u{ff24}MARC1", false),
        ("v=DMARC1\0", false),
        ("\0v=DMARC1", false),
        ("\nv=DMARC2;v=DMARC1", false),
        ("v==DMARC1", false),
        ("v=;v=DMARC1", false),
    ] {
        assert_eq!(
            Record::parse(text.as_bytes()).is_ok(),
            is_record,
            "{text:?}"
        );
    }
}

#[test]
fn what_is_said_twice_is_said_by_the_first() {
    for (text, policy) in [
        ("p=reject; p=none", Policy::Reject),
        ("p=none; P=reject", Policy::None),
        ("P=quarantine; p=none; p=reject", Policy::Quarantine),
        ("p=reject; t=n; t=y", Policy::Reject),
        ("p=reject; T=y; t=n", Policy::Quarantine),
    ] {
        let zone = format!("_dmarc.example.com. TXT \"v=DMARC1; {text}\"");
        let (report, _) = checked("example.com", None, &zone);
        assert_eq!(report.policy, Some(policy), "{text}");
    }
}

#[test]
fn a_name_of_127_labels_is_walked_from_its_seventh() {
    let long = ["a"; 127].join(".");
    assert_eq!(long.len(), 253);
    let (report, asked) = checked(&long, Some(&long), "_dmarc.a. TXT \"v=DMARC1; p=reject\"");
    // `_dmarc` and the whole of it are too long for a name.
    assert_eq!((report.verdict, asked), (Verdict::Pass, 7));
    let sibling = format!("b{}", &long[1..]);
    let zone = "_dmarc.a. TXT \"v=DMARC1; p=reject; psd=y\"";
    let (report, _) = checked(&long, Some(&sibling), zone);
    assert_eq!(report.verdict, Verdict::Pass, "both are of a.a");
    assert_eq!(report.organizational_domain, Some(domain("a.a")));
}

#[test]
fn a_wildcard_of_the_zone_is_what_stands_at_every_name() {
    // What publishes a record for all names publishes it for `_dmarc` of the top as well.
    let zone = "*.example.com. TXT \"v=DMARC1; p=reject; sp=quarantine\"\n\
                *.com. TXT \"v=spf1 -all\"\n";
    let (report, _) = checked("x.y.example.com", None, zone);
    assert_eq!(report.policy, Some(Policy::Reject), "of the author itself");
    assert_eq!(report.record_domain, Some(domain("x.y.example.com")));
    assert_eq!(report.organizational_domain, Some(domain("example.com")));
    // A name that exists hides what the wildcard has, and then its parent speaks.
    let zone = format!("{zone}_dmarc.x.y.example.com. A 192.0.2.1\n");
    let (report, _) = checked("x.y.example.com", None, &zone);
    assert_eq!(report.policy, Some(Policy::Quarantine));
    assert_eq!(report.record_domain, Some(domain("example.com")));
}

#[test]
fn an_alias_does_not_move_the_record() {
    let zone = "_dmarc.example.com. CNAME policies.provider.test.\n\
                policies.provider.test. TXT \"v=DMARC1; p=reject\"\n";
    let (report, _) = checked("news.example.com", Some("example.com"), zone);
    assert_eq!(report.verdict, Verdict::Pass);
    assert_eq!(report.record_domain, Some(domain("example.com")));
    let (report, _) = checked("news.example.com", Some("provider.test"), zone);
    assert_eq!(report.verdict, Verdict::Fail);
    for endless in [
        "_dmarc.example.com. CNAME _dmarc.example.com.\n",
        "_dmarc.example.com. CNAME b.test.\nb.test. CNAME _dmarc.example.com.\n",
    ] {
        let (report, _) = checked("example.com", Some("example.com"), endless);
        assert_eq!((report.verdict, report.policy), (Verdict::TempError, None));
    }
}

/// RFC 9989 §4.10.2 at each place of a walk of three.
#[test]
fn psd_decides_wherever_it_stands() {
    for (places, organization, verdict) in [
        (["", "", ""], "a.b.test", Verdict::None),
        (["p=reject", "", ""], "a.b.test", Verdict::Fail),
        (["p=reject; psd=y", "", ""], "a.b.test", Verdict::Fail),
        (["p=reject; psd=n", "p=none", ""], "a.b.test", Verdict::Fail),
        (["p=reject; psd=u", "p=none", ""], "b.test", Verdict::Pass),
        (["", "p=reject; psd=n", "p=none"], "b.test", Verdict::Pass),
        (["", "p=reject; psd=y", "p=none"], "a.b.test", Verdict::Fail),
        (["", "p=reject", "p=none; psd=y"], "b.test", Verdict::Pass),
        (["", "", "p=none; psd=y"], "b.test", Verdict::Pass),
        (["", "", "p=none; psd=n"], "test", Verdict::Pass),
        (
            ["p=none", "p=none; psd=y", "p=none; psd=n"],
            "a.b.test",
            Verdict::Fail,
        ),
    ] {
        let names = ["a.b.test", "b.test", "test"];
        let lines = names
            .iter()
            .zip(places)
            .filter(|(_, record)| !record.is_empty());
        let zone: Vec<String> = lines
            .map(|(name, record)| format!("_dmarc.{name}. TXT \"v=DMARC1; {record}\""))
            .collect();
        let (report, _) = checked("a.b.test", Some("c.b.test"), &zone.join("\n"));
        let found = report.organizational_domain.unwrap();
        assert_eq!(
            (found.as_str(), report.verdict),
            (organization, verdict),
            "{places:?}"
        );
    }
}

#[test]
fn names_are_compared_as_the_dns_does() {
    let zone = "_dmarc.xn--bcher-kva.example. TXT \"v=DMARC1; p=reject; adkim=s\"\n";
    for (author, signer, verdict) in [
        (
            "XN--BCHER-kva.Example",
            "xn--bcher-KVA.EXAMPLE",
            Verdict::Pass,
        ),
        ("xn--bcher-kva.example", "bcher-kva.example", Verdict::Fail),
        (
            "_x.xn--bcher-kva.example",
            "_X.xn--bcher-kva.example",
            Verdict::Pass,
        ),
        (
            "_dmarc.xn--bcher-kva.example",
            "xn--bcher-kva.example",
            Verdict::Fail,
        ),
    ] {
        let (report, _) = checked(author, Some(signer), zone);
        assert_eq!(report.verdict, verdict, "{author}");
    }
    // An address is no name above which anybody publishes.
    let (report, asked) = checked("192.0.2.1", Some("2.1"), "_dmarc.192.0.2.1. TXT nothing");
    assert_eq!((report.verdict, asked), (Verdict::None, 4));
}

fn permission(uri: &str, zone: &str) -> (Option<usize>, usize) {
    let zone: Zone = zone.parse().unwrap();
    let uri = ReportUri::parse(uri.as_bytes()).unwrap();
    let mut destination = Destination::begin(&domain("a.example"), &uri, ReportKind::Aggregate);
    let mut asked = 0;
    drive(&mut destination, |question| {
        asked += 1;
        zone.answer(question)
    });
    match destination.finish() {
        Permission::Granted(places) => (Some(places.len()), asked),
        Permission::Refused => (None, asked),
        other @ Permission::Unsettled { .. } => panic!("{other:?}"),
    }
}

#[test]
fn odd_places_get_nothing_and_ask_nothing() {
    let anybody = "*._report._dmarc.v.test. TXT v=DMARC1\n";
    for odd in [
        "mailto:",
        "mailto:?to=x@v.test",
        "mailto:x",
        "mailto:@v.test",
        "mailto:x@",
        "mailto:x@v.test,y@v.test",
        "mailto:x@v.test%2Cy@w.test",
        "mailto:x@v.test%0d%0aRCPT%20TO:%3Cy@w.test%3E",
        "mailto:x@v.test%00.a.example",
        "mailto:x@v.test%20y",
        "mailto:x%40a.example@[192.0.2.1]",
        "mailto:x@b%C3%BCcher.v.test",
        "https:v.test",
        "https:///v.test",
        "https://[2001:db8::1]/",
        "data:,x",
        "file:///etc/passwd",
    ] {
        match ReportUri::parse(odd.as_bytes()) {
            None => {}
            Some(_) => assert_eq!(permission(odd, anybody), (None, 0), "{odd}"),
        }
    }
    for (place, host) in [
        ("mailto:x@v.test", "v.test"),
        ("MAILTO:x@V.Test!10m", "v.test"),
        ("mailto:x%2By@v.test", "v.test"),
        ("mailto:x@v.test?cc=y@w.test", "v.test"),
        ("mailto:%22a@a.example%22@v.test", "v.test"),
        (
            "https://a.example@v.test:443/a.example?x@a.example",
            "v.test",
        ),
        ("https://v.test#@a.example", "v.test"),
        ("https://v.test?@a.example", "v.test"),
    ] {
        let uri = ReportUri::parse(place.as_bytes()).unwrap();
        assert_eq!(uri.host(), Some(domain(host)), "{place}");
        assert_eq!(permission(place, anybody).0, Some(1), "{place}");
        assert_eq!(
            permission(place, "v.test. A 192.0.2.1\n").0,
            None,
            "{place}"
        );
    }
}

#[test]
fn sizes_are_ignored_and_what_is_none_spoils_the_place() {
    for (text, uri) in [
        ("mailto:x@v.test!10m", Some("mailto:x@v.test")),
        (
            "mailto:x@v.test!99999999999999999999T",
            Some("mailto:x@v.test"),
        ),
        ("mailto:x@v.test!0", Some("mailto:x@v.test")),
        ("mailto:x%21y@v.test!1k", Some("mailto:x%21y@v.test")),
        ("mailto:x@v.test!", None),
        ("mailto:x@v.test!m", None),
        ("mailto:x@v.test!10mb", None),
        ("mailto:x@v.test!10m!10m", None),
        ("mailto:x@v.test!-1", None),
        ("mailto:x!y@v.test", None),
        ("!10m", None),
        ("mailto:x @v.test", None),
        ("mailto:x@v.test%2", None),
        ("mailto:\u{e9}@v.test", None),
        ("1mailto:x@v.test", None),
    ] {
        let read = ReportUri::parse(text.as_bytes());
        assert_eq!(read.as_ref().map(ReportUri::as_str), uri, "{text}");
    }
}

/// One agreement among thousands of records is one, and what a host gives instead is at that host.
#[test]
fn a_host_that_answers_with_thousands_of_records_agrees_or_not() {
    let name = "a.example._report._dmarc.v.test. TXT";
    let noise: String = (0..2000)
        .map(|number| format!("{name} \"x={number}\"\n"))
        .collect();
    assert_eq!(permission("mailto:x@v.test", &noise).0, None);
    let agreed = format!("{noise}{name} v=DMARC1\n");
    assert_eq!(permission("mailto:x@v.test", &agreed), (Some(1), 1));
    let elsewhere = format!("{agreed}{name} \"v=DMARC1; rua=mailto:x@victim.test\"\n");
    assert_eq!(permission("mailto:x@v.test", &elsewhere).0, None);
}

#[test]
fn answers_that_nobody_asked_for_change_nothing() {
    let mut check = Check::begin(domain("example.com"), &Options::default());
    let forged = "_dmarc.example.org. TXT \"v=DMARC1; p=none\""
        .parse::<Zone>()
        .unwrap();
    let asked: Vec<_> = core::iter::from_fn(|| check.poll_question()).collect();
    for name in [
        "_dmarc.example.org",
        "example.com",
        "_dmarc._dmarc.example.com",
        ".",
    ] {
        let name: dns_txt::Name = name.parse().unwrap();
        let question = dns_txt::Question::new(name, dns_txt::Kind::Txt);
        check.answer(&question, &forged.answer(&question));
    }
    for question in &asked {
        check.answer(question, &Answer::NoSuchName);
        let other = dns_txt::Question::new(question.name().clone(), dns_txt::Kind::A);
        check.answer(&other, &Answer::NO_DATA);
    }
    assert_eq!(check.finish().verdict, Verdict::None);
}
