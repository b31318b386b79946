//! The latency of the DNS overlaps: which questions travel together, in virtual time.

#[expect(dead_code, reason = "the other tests share more")]
mod support;

use std::collections::BTreeSet;

use dkim_sign::{SignMessage, SignRequest};
use dkim_verify::RustCrypto;
use dns_txt::{Inquiry, Zone, drive};
use message_auth::{Inbound, Options, Report};
use support::{HONEST, MESSAGE, NOW, NoRandom, facts, key};

/// Milliseconds that the resolver takes for each answer.
const LATENCY: u32 = 50;

/// Gives a message at once and lets a round of answers arrive together: the questions of each
/// round, the time it all took, and the report.
fn rounds(author: &str, more: &str) -> (Vec<BTreeSet<String>>, u32, Report) {
    let mut zone = String::from(
        "mx.bulk.example. TXT \"v=spf1 ip4:192.0.2.0/24 ip6:2001:db8::/32 -all\"\n\
         bounce.example.com. TXT \"v=spf1 ip6:2001:db8::/32 ip4:192.0.2.1 -all\"\n",
    );
    zone.push_str(more);
    let mut requests = Vec::new();
    for (domain, selector) in [
        ("example.com", "s1"),
        ("list.example.com", "s2"),
        ("bulk.example", "s3"),
    ] {
        requests.push(SignRequest::new(
            key().algorithm(),
            domain.parse().unwrap(),
            selector.parse().unwrap(),
        ));
        let key = key();
        let record = key.key_record();
        zone.push_str(&format!(
            "{selector}._domainkey.{domain}. TXT \"{record}\"\n"
        ));
    }
    let zone: Zone = zone.parse().unwrap();
    let message = MESSAGE.replace("alice@example.com", &format!("alice@{author}"));
    let key = key();
    let requests: Vec<_> = requests
        .iter()
        .map(|request| (request, &key as &dyn SignMessage))
        .collect();
    let fields = dkim_sign::sign(message.as_bytes(), &requests, NOW, &mut NoRandom).unwrap();
    let signed: String = fields
        .iter()
        .map(ToString::to_string)
        .chain([message])
        .collect();

    let facts = facts(HONEST, "mx.bulk.example", "b@bounce.example.com");
    let mut inbound = Inbound::begin(facts, &Options::default(), RustCrypto::shared());
    inbound.push(signed.as_bytes()).unwrap();
    let (mut rounds, mut time) = (Vec::new(), 0);
    loop {
        let mut round = Vec::new();
        while let Some(question) = inbound.poll_question() {
            round.push(question);
        }
        if round.is_empty() {
            break;
        }
        time += LATENCY;
        for question in &round {
            inbound.answer(question, zone.look_up(question));
        }
        let names: BTreeSet<String> = round.iter().map(ToString::to_string).collect();
        assert_eq!(names.len(), round.len(), "a question is asked twice");
        rounds.push(names);
    }
    assert!(inbound.is_settled());
    (rounds, time, inbound.finish())
}

fn names<const N: usize>(names: [&str; N]) -> BTreeSet<String> {
    names.iter().map(|name| format!("{name}. TXT")).collect()
}

/// What is known before any answer, for an author with a walk of three steps.
fn first_round(author: &str) -> BTreeSet<String> {
    names([
        "mx.bulk.example",
        "bounce.example.com",
        "s1._domainkey.example.com",
        "s2._domainkey.list.example.com",
        "s3._domainkey.bulk.example",
        &format!("_dmarc.{author}"),
        "_dmarc.example.com",
        "_dmarc.com",
    ])
}

#[test]
fn all_that_is_known_is_asked_in_the_first_round() {
    let record = "_dmarc.example.com. TXT \"v=DMARC1; p=reject\"\n";
    let (rounds, time, report) = rounds("news.example.com", record);
    // The walks of what is signed and sent for other names of the organization, and no walk of
    // `bulk.example`, which cannot be of it.
    let second = names(["_dmarc.bounce.example.com", "_dmarc.list.example.com"]);
    assert_eq!(rounds, [first_round("news.example.com"), second]);
    assert_eq!(time, 2 * LATENCY);
    let dmarc = report.dmarc.unwrap();
    assert_eq!(dmarc.verdict, dmarc::Verdict::Pass);
    assert!(dmarc.is_aligned(dmarc::Mechanism::Dkim) && dmarc.is_aligned(dmarc::Mechanism::Spf));
}

/// Nothing in the existence of the author depends on other walks, so that it is asked beside them:
/// there is no third round.
#[test]
fn np_asks_for_the_author_as_soon_as_its_record_is_known() {
    let record = "_dmarc.example.com. TXT \"v=DMARC1; p=none; np=reject\"\n";
    let (rounds, time, report) = rounds("ghost.example.com", record);
    let second = names([
        "ghost.example.com",
        "_dmarc.bounce.example.com",
        "_dmarc.list.example.com",
    ]);
    assert_eq!(rounds, [first_round("ghost.example.com"), second]);
    assert_eq!(time, 2 * LATENCY);
    assert_eq!(report.dmarc.unwrap().policy, Some(dmarc::Policy::Reject));
}

#[test]
fn strict_alignment_takes_one_round() {
    let record = "_dmarc.example.com. TXT \"v=DMARC1; p=reject; adkim=s; aspf=s\"\n";
    let (rounds, _, report) = rounds("news.example.com", record);
    assert_eq!(rounds, [first_round("news.example.com")]);
    assert_eq!(report.dmarc.unwrap().verdict, dmarc::Verdict::Fail);
}

#[test]
fn what_is_open_at_the_end_is_a_temperror() {
    let facts = facts(HONEST, "mail.example.com", "alice@example.com");
    let mut inbound = Inbound::begin(facts, &Options::default(), RustCrypto::shared());
    inbound.push(MESSAGE.as_bytes()).unwrap();
    let zone: Zone = "example.com. TXT \"v=spf1 ip4:192.0.2.1 -all\"\n"
        .parse()
        .unwrap();
    let mut held = Vec::new();
    while let Some(question) = inbound.poll_question() {
        match question.to_string().starts_with("_dmarc.") {
            true => held.push(question),
            false => inbound.answer(&question, zone.look_up(&question)),
        }
    }
    drive(&mut inbound, |question| zone.answer(question));
    assert!(!held.is_empty() && !inbound.is_settled());
    let report = inbound.finish();
    assert_eq!(report.dmarc.unwrap().verdict, dmarc::Verdict::TempError);
}
