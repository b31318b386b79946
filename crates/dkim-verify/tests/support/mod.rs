//! Signs messages, with fields written out as a sender might, and verifies them.
#![allow(dead_code, reason = "each test binary uses a part of it")]

use std::sync::{Arc, Mutex};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use dkim_aws_lc::AwsLc;
use dkim_canon::{BodyHasher, Field, Header, Selection, SignatureField, signed_octets};
use dkim_verify::{
    KeyCache, Outcome, Policy, ResultWord, RustCrypto, UnixTime, Verdict, VerifySignature, verify,
};
use dns_txt::{Answer, Question, Record};
use ed25519_dalek::{Signer as _, SigningKey};
use sha2::{Digest as _, Sha256};

pub(crate) const NOW: UnixTime = UnixTime::from_secs(1_700_000_000);

/// A field that is right, to be signed with [`sign`].
pub(crate) const FIELD: &str = "v=1; a=ed25519-sha256; c=relaxed/relaxed; d=example.com; s=sel; \
                         h=from:to:subject; bh={bh}; b={b}";

/// A message that is right, without a signature.
pub(crate) const MESSAGE: &str = "From: Joe <joe@example.com>\r\nTo: Sue <sue@example.net>\r\n\
                           Subject: Dinner\r\n\r\nHi Sue.\r\n\r\nHungry?\r\n";

pub(crate) fn key() -> SigningKey {
    SigningKey::from_bytes(&[7; 32])
}

/// The record of [`key`].
pub(crate) fn record() -> String {
    record_with("v=DKIM1; ")
}

/// The record of [`key`], behind other tags.
pub(crate) fn record_with(tags: &str) -> String {
    let point = STANDARD.encode(key().verifying_key().as_bytes());
    format!("{tags}k=ed25519; p={point}")
}

/// Puts a signature on top of a message: `{bh}` and `{b}` of the field are filled in.
pub(crate) fn sign(field: &str, message: &str) -> String {
    sign_with(&key(), field, message)
}

/// [`MESSAGE`] signed with [`FIELD`], in which one thing is put in the place of another.
pub(crate) fn signed(from: &str, to: &str) -> String {
    let field = FIELD.replace(from, to);
    assert_ne!(field, FIELD);
    sign(&field, MESSAGE)
}

pub(crate) fn sign_with(key: &SigningKey, field: &str, message: &str) -> String {
    let zeros = STANDARD.encode([0; 32]);
    let draft = field.replace("{bh}", &zeros).replace("{b}", "AA==");
    let read = SignatureField::parse_with(draft.as_bytes(), Some(|_| "a.example".parse().ok()));
    let read = read.unwrap_or_else(|_| SignatureField::parse(GOOD.as_bytes()).unwrap());

    let (_, body) = Header::split(message.as_bytes());
    let mut hasher = BodyHasher::new([read.body_hash_key()]);
    hasher.update(body);
    let hashes = hasher.finish();
    let digest = hashes.get(&read.body_hash_key()).unwrap().digest;
    let field = field.replace("{bh}", &STANDARD.encode(digest));

    let unsigned = format!("DKIM-Signature: {}\r\n{message}", field.replace("{b}", ""));
    let (header, _) = Header::split(unsigned.as_bytes());
    let names = read.signed_fields().iter();
    let selection = Selection::new(&header, names, Some(0));
    let mut hash = Sha256::new();
    signed_octets(
        read.canonicalization().header,
        &header,
        selection.indexes(),
        header.field(0).as_ref().map(Field::raw).unwrap(),
        |octets| hash.update(octets),
    );
    let signature = STANDARD.encode(key.sign(&hash.finalize()).to_bytes());
    format!(
        "DKIM-Signature: {}\r\n{message}",
        field.replace("{b}", &signature)
    )
}

/// Answers every question with these TXT records.
pub(crate) fn answers(records: &[&[u8]]) -> Answer {
    let records = records.iter().map(|text| Record::Txt((*text).into()));
    Answer::Records(records.collect())
}

/// Everyone who may compute with keys, the pure Rust with its keys kept among them.
pub(crate) fn backends() -> [Arc<dyn VerifySignature>; 3] {
    let cached = Mutex::new(KeyCache::new(RustCrypto::default(), 8));
    [RustCrypto::shared(), AwsLc::shared(), Arc::new(cached)]
}

/// The verdicts on a message; each backend comes to the same ones.
pub(crate) fn verdicts(message: &str, policy: &Policy, answer: &Answer) -> Vec<Verdict> {
    verdicts_by(message, policy, |_| answer.clone())
}

pub(crate) fn verdicts_by(
    message: &str,
    policy: &Policy,
    mut ask: impl FnMut(&Question) -> Answer,
) -> Vec<Verdict> {
    let [first, others @ ..] = backends();
    let verdicts = verify(message.as_bytes(), policy, first, NOW, &mut ask);
    for crypto in others {
        // Twice, for one that keeps keys.
        for _ in 0..2 {
            let crypto = Arc::clone(&crypto);
            let again = verify(message.as_bytes(), policy, crypto, NOW, &mut ask);
            let facts = |verdict: &Verdict| {
                let Verdict {
                    key_bits, testing, ..
                } = *verdict;
                (verdict.outcome.clone(), key_bits, testing)
            };
            assert!(again.iter().map(facts).eq(verdicts.iter().map(facts)));
        }
    }
    verdicts
}

/// The only verdict on a message, given the right key.
pub(crate) fn verdict(message: &str, policy: &Policy) -> Verdict {
    verdict_with(message, policy, &answers(&[record().as_bytes()]))
}

pub(crate) fn verdict_with(message: &str, policy: &Policy, answer: &Answer) -> Verdict {
    let mut verdicts = verdicts(message, policy, answer);
    assert_eq!(verdicts.len(), 1);
    verdicts.remove(0)
}

pub(crate) fn outcome(message: &str) -> Outcome {
    verdict(message, &Policy::default()).outcome
}

/// The outcome for a message that is right and a key record that may not be.
pub(crate) fn outcome_of_record(record: &[u8]) -> Outcome {
    let message = sign(FIELD, MESSAGE);
    verdict_with(&message, &Policy::default(), &answers(&[record])).outcome
}

/// Asserts that a message and its only signature are permerror under each policy.
pub(crate) fn assert_permerror(message: &str) {
    for policy in [Policy::default(), Policy::rfcs()] {
        let verdict = verdict(message, &policy);
        assert_eq!(
            verdict.result(),
            ResultWord::PermError,
            "{:?}",
            verdict.outcome
        );
    }
}

const GOOD: &str = "v=1; a=ed25519-sha256; d=example.com; s=sel; h=from; \
                    bh=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=; b=AA==";
