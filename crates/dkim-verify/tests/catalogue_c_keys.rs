//! Answers and key records that are odd or hostile, by the number of their line in the catalogue.
#![cfg(feature = "rust-crypto")]

mod support;

use dkim_canon::SignatureError;
use dkim_verify::{Fault, Outcome, Policy, ResultWord, TempFault};
use dns_txt::{Answer, Failure};
use support::{
    FIELD, MESSAGE, answers, assert_permerror, outcome, outcome_of_record, record, record_with,
    sign, signed, verdict_with,
};

#[test]
fn c02_a_strict_key_wants_the_very_domain() {
    let strict = answers(&[record_with("v=DKIM1; t=y:s; ").leak().as_bytes()]);
    for (identity, outcome) in [
        ("", Outcome::Pass),
        ("i=joe@example.com;", Outcome::Pass),
        ("i=@a.example.com;", Outcome::Failed(Fault::StrictIdentity)),
    ] {
        let message = sign(
            &FIELD.replace("s=sel;", &format!("s=sel; {identity}")),
            MESSAGE,
        );
        let verdict = verdict_with(&message, &Policy::default(), &strict);
        assert_eq!(verdict.outcome, outcome, "{identity}");
        assert!(verdict.testing, "{identity}");
    }
    let flags = record_with("v=DKIM1; t=other; g=; x=y; ");
    assert_eq!(outcome_of_record(flags.as_bytes()), Outcome::Pass);
}

#[test]
fn c02_a_failed_signature_of_a_testing_domain_says_so() {
    let message = sign(FIELD, MESSAGE).replace("Dinner", "Lunch");
    let testing = answers(&[record_with("v=DKIM1; t=y; ").leak().as_bytes()]);
    let verdict = verdict_with(&message, &Policy::default(), &testing);
    assert_eq!(
        (verdict.result(), verdict.testing),
        (ResultWord::Fail, true)
    );
}

/// RFC 6376 §3.6.1: who is testing is none the worse for a failure, "even should the signature fail
/// to verify", so the verdict has to say it whatever else is wrong with the key.
#[test]
fn c02_a_key_that_cannot_be_used_says_that_its_domain_is_testing() {
    let message = sign(FIELD, MESSAGE);
    for (tags, key) in [
        ("h=sha1; ", ""),
        ("s=tlsrpt; ", ""),
        ("k=rsa; p=AAAA", "x"),
        ("k=ed25519; p=AAAA", "x"),
        ("p=", "x"),
    ] {
        for (flags, testing) in [("t=y; ", true), ("t=y:s; ", true), ("t=s; ", false)] {
            let record = match key {
                "" => record_with(&format!("v=DKIM1; {flags}{tags}")),
                _ => format!("v=DKIM1; {flags}{tags}"),
            };
            let verdict =
                verdict_with(&message, &Policy::default(), &answers(&[record.as_bytes()]));
            assert_eq!(
                (verdict.result(), verdict.testing),
                (ResultWord::PermError, testing),
                "{record}"
            );
        }
    }
}

#[test]
fn c13_rsa_sha1_is_refused_by_name_and_keys_must_suit() {
    let sha1 = signed("a=ed25519-sha256", "a=rsa-sha1");
    assert_permerror(&sha1);
    assert_eq!(
        outcome(&sha1),
        Outcome::Failed(SignatureError::RsaSha1.into())
    );
    for (record, fault) in [
        (record_with("h=sha1; "), Some(Fault::HashNotAllowed)),
        (record_with("h=sha1:md5:sha256; "), None),
        (record().replace("k=ed25519; ", ""), Some(Fault::KeyType)),
        (record().replace("k=ed25519", "k=rsa"), Some(Fault::KeyType)),
    ] {
        let expected = fault.map_or(Outcome::Pass, Outcome::Failed);
        assert_eq!(outcome_of_record(record.as_bytes()), expected);
    }
    let unknown = outcome_of_record(record().replace("ed25519", "foo").as_bytes());
    assert_eq!(unknown.result(), ResultWord::PermError);
}

#[test]
fn c15_answers_without_a_usable_key() {
    let message = sign(FIELD, MESSAGE);
    let failed = |failure| Outcome::Unsettled(TempFault::KeyUnavailable(failure));
    for (answer, outcome) in [
        (Answer::NoSuchName, Outcome::Failed(Fault::NoKey)),
        (Answer::NO_DATA, Outcome::Failed(Fault::NoKey)),
        (Answer::Failed(Failure::Timeout), failed(Failure::Timeout)),
        (
            Answer::Failed(Failure::ServerFailure),
            failed(Failure::ServerFailure),
        ),
        (
            Answer::Failed(Failure::Malformed),
            failed(Failure::Malformed),
        ),
    ] {
        let verdict = verdict_with(&message, &Policy::default(), &answer);
        assert_eq!(verdict.outcome, outcome);
        // RFC 6376 §3.9: a TEMPFAIL names the domain.
        let signature = verdict.signature.unwrap();
        assert_eq!(signature.tags().domain().as_str(), "example.com");
    }
    for record in [
        &b""[..],
        b"v=DKIM1; k=ed25519; p=",
        b"text before v=DKIM1; k=ed25519",
        b"v=DKIM1; k=ed25519; n=\xff; p=AAAA",
        &b"v=DKIM1; k=ed25519; p="
            .iter()
            .copied()
            .chain([b'A'; 65_000])
            .collect::<Vec<_>>(),
    ] {
        let outcome = outcome_of_record(record);
        assert_eq!(outcome.result(), ResultWord::PermError, "{outcome:?}");
    }
}

#[test]
fn c15_several_records_are_tried_in_turn_and_never_joined() {
    let message = sign(FIELD, MESSAGE);
    let record = record();
    let other = record.replace("p=", "p=AAAA");
    let revoked = "v=DKIM1; k=ed25519; p=";
    let key = record.as_bytes();
    let (first, second) = key.split_at(30);
    let with = |records: &[&[u8]]| verdict_with(&message, &Policy::default(), &answers(records));
    for records in [
        &[&b"unrelated"[..], key][..],
        &[key, b"unrelated"],
        &[other.as_bytes(), key],
        &[revoked.as_bytes(), key],
        &[b"1", b"2", b"3", key],
    ] {
        assert!(with(records).is_pass());
    }
    assert_eq!(with(&[first, second]).result(), ResultWord::PermError);
    let fifth = with(&[b"1", b"2", b"3", b"4", key]);
    assert_eq!(fifth.result(), ResultWord::PermError);
    let told = with(&[b"unrelated", revoked.as_bytes()]).outcome;
    assert_eq!(told.to_string(), "key revoked");
    // RFC 6376 §6.1.2: revocation comes before the kind of key, which is rsa where none is named.
    let told = with(&[b"v=DKIM1; p="]).outcome;
    assert_eq!(told.to_string(), "key revoked");
}

#[test]
fn c17_keys_for_other_services_and_versions_are_void() {
    for (record, result) in [
        (record_with("s=other:email; "), ResultWord::Pass),
        (record_with("s=*; "), ResultWord::Pass),
        (record_with("s=tlsrpt; "), ResultWord::PermError),
        (record_with("v=dkim1; "), ResultWord::PermError),
        (record_with("v=DKIM2; "), ResultWord::PermError),
        (record_with("n=first; v=DKIM1; "), ResultWord::PermError),
        (record_with(""), ResultWord::Pass),
    ] {
        let outcome = outcome_of_record(record.as_bytes());
        assert_eq!(outcome.result(), result, "{record}");
    }
}
