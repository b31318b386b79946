//! Domains in their own letters, wherever a message names one.

#[expect(dead_code, reason = "the other tests share more")]
mod support;

use dkim_verify::RustCrypto;
use dns_txt::{Domain, Zone};
use message_auth::{Options, Report};
use support::{HONEST, facts};

const ZONE: &str = "xn--bcher-kva.example. TXT \"v=spf1 ip4:192.0.2.1 -all\"\n\
    _dmarc.xn--bcher-kva.example. TXT \"v=DMARC1; p=reject\"";

const MESSAGE: &str = "DKIM-Signature: v=1; a=ed25519-sha256; d=bücher.example; s=s; h=from;\r\n \
    bh=frcCV1k9oG9oKj3dpUqdJg1PxRT2RSN/XKdLCPjaYaY=; b=c2ln\r\n\
    From: alice@bücher.example\r\n\r\n";

fn to_ascii(text: &str) -> Option<Domain> {
    text.replace("bücher", "xn--bcher-kva").parse().ok()
}

fn report(options: &Options) -> Report {
    let zone = Zone::parse(ZONE, None).unwrap();
    let facts = facts(HONEST, "mail.example.com", "alice@bücher.example");
    let ask = |question: &dns_txt::Question| zone.answer(question);
    message_auth::check(
        facts,
        MESSAGE.as_bytes(),
        options,
        RustCrypto::shared(),
        ask,
    )
    .unwrap()
}

#[test]
fn one_converter_serves_every_check() {
    let report = report(&Options::default().to_ascii(to_ascii));
    assert_eq!(report.spf_mail_from.verdict, spf::Verdict::Pass);
    assert!(report.dkim[0].signature.is_some());
    let dmarc = report.dmarc.unwrap();
    assert_eq!(dmarc.author.as_str(), "xn--bcher-kva.example");
    assert_eq!(dmarc.verdict, dmarc::Verdict::Pass);
}

#[test]
fn a_check_with_a_converter_of_its_own_keeps_it() {
    let none = |_: &str| None;
    let spf = spf::Options::default().to_ascii(none);
    let report = report(&Options::default().spf(spf).to_ascii(to_ascii));
    assert_eq!(report.spf_mail_from.verdict, spf::Verdict::PermError);
    assert!(report.dkim[0].signature.is_some());
}

#[test]
fn without_a_converter_nobody_is_taken_for_another() {
    let report = report(&Options::default());
    assert_ne!(report.spf_mail_from.verdict, spf::Verdict::Pass);
    assert!(report.dkim[0].signature.is_none());
    assert!(report.from.is_err());
}
