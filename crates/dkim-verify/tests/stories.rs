//! What a caller does with a verifier, from the header to the verdicts.
#![cfg(feature = "rust-crypto")]

mod support;

use dkim_canon::{Header, SignatureField};
use dkim_verify::{
    Appetite, Fault, Outcome, Policy, Refusal, ResultWord, RustCrypto, TempFault, Verdict, Verifier,
};
use dns_txt::{Answer, Failure, Inquiry, Kind, Question};
use support::{FIELD, MESSAGE, NOW, answers, outcome, record, sign, verdict, verdicts};

fn begin(message: &str) -> (Verifier, &[u8]) {
    let (header, body) = Header::split(message.as_bytes());
    let crypto = RustCrypto::shared();
    (
        Verifier::begin(&header, &Policy::default(), crypto, NOW),
        body,
    )
}

fn only(verdicts: Vec<Verdict>) -> Verdict {
    let [verdict] = verdicts.try_into().unwrap();
    verdict
}

#[test]
fn an_honest_message_passes_in_every_form() {
    for header in ["simple", "relaxed"] {
        for body in ["simple", "relaxed"] {
            let field = FIELD.replace("relaxed/relaxed", &format!("{header}/{body}"));
            let verdict = verdict(&sign(&field, MESSAGE), &Policy::default());
            assert_eq!(verdict.outcome, Outcome::Pass, "{header}/{body}");
            assert_eq!(verdict.key_bits, Some(256));
        }
    }
}

#[test]
fn a_changed_word_is_named_where_it_is() {
    let message = sign(FIELD, MESSAGE);
    assert_eq!(
        outcome(&message.replace("Hungry", "Thirsty")),
        Outcome::Failed(Fault::BodyHash)
    );
    assert_eq!(
        outcome(&message.replace("Dinner", "Lunch")),
        Outcome::Failed(Fault::InvalidSignature)
    );
    let refolded = message.replace(" Sue <", "\r\n\tSue  <");
    assert_eq!(outcome(&refolded), Outcome::Pass);
}

#[test]
fn a_message_without_signatures_has_no_verdict_and_asks_nothing() {
    let (mut verifier, body) = begin(MESSAGE);
    assert_eq!(verifier.poll_question(), None);
    assert!(verifier.is_settled());
    assert_eq!(verifier.body(body), Appetite::Enough);
    assert!(verifier.finish().is_empty());
}

#[test]
fn answers_come_before_between_or_after_chunks_at_every_split() {
    let message = sign(FIELD, MESSAGE);
    let (header, body) = Header::split(message.as_bytes());
    let answer = answers(&[record().as_bytes()]);
    for at in 0..=body.len() {
        let (first, second) = body.split_at(at);
        for moment in 0..3 {
            let crypto = RustCrypto::shared();
            let mut verifier = Verifier::begin(&header, &Policy::default(), crypto, NOW);
            let question = verifier.poll_question().unwrap();
            for (now, chunk) in [first, second, b""].into_iter().enumerate() {
                if now == moment {
                    verifier.answer(&question, &answer);
                    assert!(verifier.is_settled());
                }
                assert_eq!(verifier.body(chunk), Appetite::More);
            }
            assert!(only(verifier.finish()).is_pass(), "{at} {moment}");
        }
    }
}

#[test]
fn the_name_asked_for_is_selector_domainkey_domain() {
    let field = FIELD.replace("s=sel", "s=Mar.2026");
    let message = sign(&field, MESSAGE);
    let (mut verifier, _) = begin(&message);
    let question = verifier.poll_question().unwrap();
    assert_eq!(question.kind(), Kind::Txt);
    assert_eq!(
        question.name().to_string(),
        "mar.2026._domainkey.example.com"
    );
}

#[test]
fn one_question_serves_all_signatures_with_that_key() {
    let message = sign(FIELD, &sign(FIELD, MESSAGE));
    let (mut verifier, body) = begin(&message);
    let question = verifier.poll_question().unwrap();
    assert_eq!(verifier.poll_question(), None);
    assert!(!verifier.is_settled());
    verifier.answer(&question, &answers(&[record().as_bytes()]));
    let _ = verifier.body(body);
    let verdicts = verifier.finish();
    assert_eq!(verdicts.iter().map(|v| v.field).collect::<Vec<_>>(), [0, 1]);
    assert!(verdicts.iter().all(Verdict::is_pass));
}

#[test]
fn answers_nobody_asked_for_and_second_answers_are_ignored() {
    let message = sign(FIELD, MESSAGE);
    let (mut verifier, body) = begin(&message);
    let right = answers(&[record().as_bytes()]);
    let name: dns_txt::Name = "sel._domainkey.example.com".parse().unwrap();
    let question = Question::new(name, Kind::Txt);
    verifier.answer(&question, &Answer::NoSuchName);
    assert_eq!(verifier.poll_question(), Some(question.clone()));
    let other: dns_txt::Name = "other.example".parse().unwrap();
    verifier.answer(&Question::new(other, Kind::Txt), &Answer::NoSuchName);
    verifier.answer(&question, &right);
    verifier.answer(&question, &Answer::NoSuchName);
    let _ = verifier.body(body);
    assert!(only(verifier.finish()).is_pass());
}

#[test]
fn an_open_question_is_a_temporary_failure() {
    let message = sign(FIELD, MESSAGE);
    for polled in [false, true] {
        let (mut verifier, body) = begin(&message);
        if polled {
            assert!(verifier.poll_question().is_some());
        }
        let _ = verifier.body(body);
        let verdict = only(verifier.finish());
        let fault = TempFault::KeyUnavailable(Failure::Timeout);
        assert_eq!(verdict.outcome, Outcome::Unsettled(fault));
        assert_eq!(verdict.result(), ResultWord::TempError);
    }
}

#[test]
fn a_caller_refuses_what_its_own_rules_forbid() {
    let message = sign(&FIELD.replace("d=example.com", "d=co.uk"), MESSAGE);
    let (mut verifier, body) = begin(&message);
    let suffixes: Vec<usize> = verifier
        .signatures()
        .filter(|signature| signature.tags().domain().as_str() == "co.uk")
        .map(|signature| signature.index())
        .collect();
    for index in suffixes {
        verifier.refuse(index, Refusal::PublicSuffix);
    }
    assert_eq!(verifier.poll_question(), None);
    assert_eq!(verifier.body(body), Appetite::Enough);
    let verdict = only(verifier.finish());
    assert_eq!(verdict.outcome, Outcome::Refused(Refusal::PublicSuffix));
    assert_eq!(verdict.result(), ResultWord::Policy);
}

#[test]
fn a_signature_that_failed_is_not_refused_afterwards() {
    let message = sign(&FIELD.replace("v=1", "v=2"), MESSAGE);
    let (mut verifier, _) = begin(&message);
    verifier.refuse(0, Refusal::LocalPolicy);
    assert_eq!(only(verifier.finish()).result(), ResultWord::PermError);
}

#[test]
fn the_verdict_carries_what_the_field_says() {
    let field = FIELD.replace(
        "s=sel;",
        "s=sel; t=1600000000; x=1800000000; i=joe@a.example.com;",
    );
    let verdict = verdict(&sign(&field, MESSAGE), &Policy::default());
    let signature = verdict.signature.unwrap();
    let tags: &SignatureField = signature.tags();
    assert_eq!(tags.domain().as_str(), "example.com");
    assert_eq!(tags.selector().as_str(), "sel");
    assert_eq!(tags.identity().unwrap().to_octets(), b"joe@a.example.com");
    assert_eq!(
        tags.timestamp().map(|time| time.as_secs()),
        Some(1_600_000_000)
    );
    assert_eq!(signature.signed().collect::<Vec<_>>(), [1, 2, 3]);
    let body = verdict.body.unwrap();
    assert_eq!((body.length, body.hashed), (20, 20));
}

#[test]
fn the_examples_of_rfc_8463_pass() {
    let message = include_str!("../testdata/rfc8463.eml");
    let records = [
        "v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=",
        "v=DKIM1; k=rsa; p=MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDkHlOQoBTzWRiGs5V6NpP3idY6Wk08a5qhdR6\
         wy5bdOKb2jLQiY/J16JYi0Qvx/byYzCNb3W91y3FutACDfzwQ/BC/e/8uBsCR+yz1Lxj+PL6lHvqMKrM3rG4hstT5QjvHO\
         9PzoxZyVYLzBfO2EeC3Ip3G+2kryOTIKT+l/K4w3QIDAQAB",
    ];
    // Both at both selectors: the one that does not suit a signature is passed over.
    let answer = answers(&[records[0].as_bytes(), records[1].as_bytes()]);
    let verdicts = verdicts(message, &Policy::rfcs(), &answer);
    assert!(verdicts.iter().all(Verdict::is_pass));
    let bits: Vec<_> = verdicts.iter().map(|verdict| verdict.key_bits).collect();
    assert_eq!(bits, [Some(256), Some(1024)]);
}

#[test]
fn a_verifier_can_be_sent_to_another_thread() {
    fn sendable<T: Send + 'static>(_: &T) {}
    let (verifier, _) = begin(MESSAGE);
    sendable(&verifier);
}
