//! Domains that say they are only testing DKIM: `t=y` in a key record (RFC 6376 §3.6.1).

mod support;

use dkim_verify::RustCrypto;
use dmarc::Verdict;
use dns_txt::Zone;
use message_auth::{Facts, Options, Report};
use support::{HONEST, MESSAGE, check, facts, honest, key, signed, zone};

const CLIENT_OF_NOBODY: &str = "198.51.100.99";

/// The message of `example.com`, which has a policy and a key with or without `t=y`.
fn received(facts: Facts, testing: bool, options: &Options) -> Report {
    let key = key().key_record().clone().with_testing(testing);
    let text = format!(
        "e1._domainkey.example.com. TXT \"{key}\"\n\
         example.com. TXT \"v=spf1 ip4:{HONEST} -all\"\n\
         _dmarc.example.com. TXT \"v=DMARC1; p=reject\"\n"
    );
    let zone = Zone::parse(&text, None).unwrap();
    let message = signed(MESSAGE);
    let crypto = RustCrypto::shared();
    let ask = |question: &dns_txt::Question| zone.answer(question);
    message_auth::check(facts, message.as_bytes(), options, crypto, ask).unwrap()
}

fn verdict(report: &Report) -> Verdict {
    report.dmarc.as_ref().unwrap().verdict
}

#[test]
fn the_pass_of_a_testing_domain_is_no_aligned_pass() {
    let stranger = || facts(CLIENT_OF_NOBODY, "x.example", "a@example.com");
    for (testing, expected) in [(false, Verdict::Pass), (true, Verdict::Fail)] {
        let report = received(stranger(), testing, &Options::default());
        // What the signature is worth is told all the same, which is what the domain tests for.
        assert!(report.dkim[0].is_pass());
        assert_eq!(verdict(&report), expected, "testing: {testing}");
    }
}

#[test]
fn a_receiver_can_let_the_pass_of_a_testing_domain_count() {
    let options = Options::default().testing_counts(true);
    let stranger = facts(CLIENT_OF_NOBODY, "x.example", "a@example.com");
    assert_eq!(verdict(&received(stranger, true, &options)), Verdict::Pass);
}

#[test]
fn a_testing_domain_can_still_pass_by_spf() {
    let report = received(honest(), true, &Options::default());
    assert_eq!(verdict(&report), Verdict::Pass);
    let dmarc = report.dmarc.unwrap();
    assert!(!dmarc.is_aligned(dmarc::Mechanism::Dkim));
}

#[test]
fn a_message_of_a_testing_domain_fares_as_an_unsigned_one() {
    let stranger = || facts(CLIENT_OF_NOBODY, "x.example", "a@example.com");
    let signed = received(stranger(), true, &Options::default());
    let mut zone = zone();
    let name: dns_txt::Name = "_dmarc.example.com".parse().unwrap();
    zone.insert(name, dns_txt::Record::Txt(b"v=DMARC1; p=reject"[..].into()));
    let unsigned = message_auth::check(
        stranger(),
        MESSAGE.as_bytes(),
        &Options::default(),
        RustCrypto::shared(),
        |question| zone.answer(question),
    );
    let [signed, unsigned] = [signed, unsigned.unwrap()].map(|report| report.dmarc.unwrap());
    assert_eq!(
        (signed.verdict, signed.policy, signed.disposition()),
        (unsigned.verdict, unsigned.policy, unsigned.disposition())
    );
    assert_eq!(signed.cause, unsigned.cause);
    // Without a policy nothing is different either.
    let report = check(honest(), MESSAGE.as_bytes());
    assert_eq!(verdict(&report), Verdict::None);
}
