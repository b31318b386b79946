//! A From that names several domains, each of which may have something to say (RFC 9989 §11.5).

#[expect(dead_code, reason = "the other tests share more")]
mod support;

use dkim_verify::RustCrypto;
use dmarc::{Policy, Verdict};
use dns_txt::{Inquiry, Zone};
use message_auth::{Inbound, Options, Report};
use support::facts;

const ZONE: &str = "attack.example. TXT \"v=spf1 ip4:198.51.100.1 -all\"\n\
    _dmarc.attack.example. TXT \"v=DMARC1; p=none\"\n\
    _dmarc.bank.example. TXT \"v=DMARC1; p=reject\"\n\
    _dmarc.shop.example. TXT \"v=DMARC1; p=quarantine\"\n\
    _dmarc.idle.example. TXT \"v=DMARC1; p=none\"\n\
    _dmarc.odd.example. TXT \"v=DMARC1; p=odd\"\n\
    $STATUS _dmarc.lame.example. TXT SERVFAIL\n";

/// What becomes of a message of these authors, each at `….example`, that `attack.example` has sent.
fn received(authors: &[&str], options: &Options) -> (Report, usize) {
    let zone: Zone = ZONE.parse().unwrap();
    let mailboxes: Vec<String> = authors
        .iter()
        .map(|author| format!("x@{author}.example"))
        .collect();
    let message = format!("From: {}\r\n\r\nBody\r\n", mailboxes.join(", "));
    let facts = facts("198.51.100.1", "attack.example", "x@attack.example");
    let mut inbound = Inbound::begin(facts, options, RustCrypto::shared());
    inbound.push(message.as_bytes()).unwrap();
    let mut asked = 0;
    dns_txt::drive(&mut inbound, |question| {
        asked += 1;
        zone.answer(question)
    });
    assert!(inbound.is_settled());
    (inbound.finish(), asked)
}

/// The result of DMARC as it is stamped.
fn stamped(report: &Report) -> String {
    let field = report.authentication_results();
    let dmarc = field.results.last().unwrap();
    let property = |kind, name| dmarc.property(kind, name).unwrap_or("-").to_owned();
    let from = property(&auth_results::PropertyType::Header, "from");
    let policy = property(&auth_results::PropertyType::Policy, "dmarc");
    format!("{} {from} {policy}", dmarc.result)
}

#[test]
fn t63_several_domains_are_not_looked_at_by_default() {
    let (report, _) = received(&["attack", "bank"], &Options::default());
    assert!(report.dmarc.is_none() && report.dmarc_of_several.is_empty());
    assert_eq!(report.strictest(), None);
    assert_eq!(stamped(&report), "permerror - -");
}

#[test]
fn t63_the_strictest_of_those_that_fail_is_asked_for() {
    for (authors, expected) in [
        (&["attack", "bank"][..], "fail bank.example reject"),
        (&["bank", "attack"], "fail bank.example reject"),
        (
            &["idle", "shop", "bank", "attack"],
            "fail bank.example reject",
        ),
        (&["shop", "idle"], "fail shop.example quarantine"),
        (&["idle", "attack"], "fail idle.example none"),
        // No policy of a domain that has none, or that passes, weakens another's.
        (&["free", "shop"], "fail shop.example quarantine"),
        (&["odd", "shop"], "fail shop.example quarantine"),
        // What is not known may be stricter than nothing.
        (&["idle", "lame"], "temperror lame.example -"),
        (&["lame", "bank"], "fail bank.example reject"),
    ] {
        let (report, _) = received(authors, &Options::default().authors(4));
        assert_eq!(stamped(&report), expected, "{authors:?}");
        assert!(report.dmarc.is_none());
        assert_eq!(report.dmarc_of_several.len(), authors.len());
    }
}

#[test]
fn a_message_of_several_is_no_pass_even_if_all_pass() {
    let (report, _) = received(&["attack", "x.attack"], &Options::default().authors(4));
    let verdicts = report.dmarc_of_several.iter().map(|report| report.verdict);
    assert_eq!(verdicts.collect::<Vec<_>>(), [Verdict::Pass; 2]);
    assert_eq!(report.strictest(), None);
    assert_eq!(stamped(&report), "permerror - -");
    let (report, _) = received(&["free", "odd"], &Options::default().authors(4));
    assert_eq!(stamped(&report), "permerror - -");
}

#[test]
fn one_domain_is_looked_at_whatever_is_said_of_several() {
    for most in [0, 1, 9] {
        let options = Options::default().authors(most);
        let (report, _) = received(&["bank", "bank"], &options);
        assert!(report.dmarc_of_several.is_empty());
        let strictest = report.strictest().unwrap();
        assert_eq!(strictest.disposition(), Policy::Reject);
        assert_eq!(stamped(&report), "fail bank.example reject");
    }
}

#[test]
fn how_many_are_asked_for_is_limited() {
    let names: Vec<String> = (0..1000).map(|number| format!("n{number}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).chain(["bank"]).collect();
    let (report, asked) = received(&names, &Options::default().authors(3));
    assert_eq!(report.dmarc_of_several.len(), 3);
    assert_eq!(stamped(&report), "permerror - -");
    // SPF of two identities that are one name, three records and the one above them.
    assert!(asked <= 6, "{asked}");
}
