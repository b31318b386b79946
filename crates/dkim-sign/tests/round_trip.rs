//! Messages signed here and verified with dkim-verify, and what it says when they were changed.
#![cfg(feature = "rust-crypto")]

mod support;

use dkim_sign::{
    Canonicalization, KeyKind, PrivateKey, SignMessage, SignRequest, SigningKey, UnixTime,
    ZoneEntry, sign,
};
use dkim_verify::{Fault, Outcome, Policy, Refusal, RustCrypto, Verdict, verify};
use dns_txt::{Domain, Zone};
use proptest::prelude::*;

use crate::support::SameEachTime;

#[test]
fn c10_odd_messages_verify_in_all_forms_with_both_algorithms() {
    let domain = Signers::new();
    for message in [
        MESSAGE,
        "From: a@example.com\r\n\r\n",
        "From: a@example.com\r\n",
        "From: a@example.com",
        "From: a@example.com\r\n\r\n\r\n\r\n",
        "From: a@example.com\r\n\r\n \t\r\n\r\n",
        "From: a@example.com\r\n\r\nno end  ",
        "From: a@example.com\r\n\r\nbare \n and \r inside\r\r\n\n",
        "fRoM \t:\r\n a@example.com \r\n\t\r\nTO:\r\nsubject:  two\t words \r\n\r\n \u{fc} \0\r\n",
        "From: a@example.com\r\nX\r\nTo: a\nb\rc\r\n\r\n.\r\n",
        "From: a@example.com\r\nFrom: c@example.com\r\n\r\nx\r\n",
    ] {
        for canonicalization in canonicalizations() {
            let signed = domain.sign(message, |request| {
                request.canonicalization(canonicalization)
            });
            let verdicts = domain.verify(&signed);
            assert_eq!(
                outcomes(&verdicts),
                [Outcome::Pass, Outcome::Pass],
                "{signed:?}"
            );
        }
    }
}

#[test]
fn a_signature_over_a_signature_verifies_beside_it() {
    let domain = Signers::new();
    let once = domain.sign(MESSAGE, |request| request);
    let twice = domain.sign(&once, |request| request.identity(identity("list")));
    assert_eq!(outcomes(&domain.verify(&twice)), vec![Outcome::Pass; 4]);
}

#[test]
fn a15_an_added_field_breaks_every_signature() {
    let domain = Signers::new();
    let signed = domain.sign(MESSAGE, |request| request);
    for name in [
        "From",
        "to",
        "CC",
        "Subject",
        "Date",
        "Reply-To",
        "Content-Type",
    ] {
        for added in [
            format!("{name}: x\r\n{signed}"),
            signed.replace("\r\n\r\n", &format!("\r\n{name}: x\r\n\r\n")),
        ] {
            let verdicts = domain.verify(&added);
            assert_eq!(
                outcomes(&verdicts),
                vec![Outcome::Failed(Fault::InvalidSignature); 2],
                "{name}"
            );
        }
    }
    let added = format!("X-Other: x\r\n{signed}");
    assert_eq!(
        outcomes(&domain.verify(&added)),
        [Outcome::Pass, Outcome::Pass]
    );
}

#[test]
fn a_changed_body_breaks_every_signature() {
    let domain = Signers::new();
    let signed = domain.sign(MESSAGE, |request| request);
    let changed = signed.replace("noon", "midnight");
    let verdicts = domain.verify(&changed);
    assert_eq!(
        outcomes(&verdicts),
        vec![Outcome::Failed(Fault::BodyHash); 2]
    );
}

#[test]
fn a16_a_length_lets_anyone_append_and_is_refused_by_default() {
    let domain = Signers::new();
    let signed = domain.sign(MESSAGE, |request| request.body_length(u64::MAX));
    let appended = signed + "Anything.\r\n";
    let verdicts = domain.verify(&appended);
    assert_eq!(
        outcomes(&verdicts),
        vec![Outcome::Refused(Refusal::BodyLength); 2]
    );
    let verdicts = domain.verify_by(&appended, &Policy::rfcs(), NOW);
    assert_eq!(outcomes(&verdicts), [Outcome::Pass, Outcome::Pass]);
}

#[test]
fn a_signature_expires_when_its_lifetime_is_over() {
    let domain = Signers::new();
    let signed = domain.sign(MESSAGE, |request| request.lifetime(60));
    let at = |seconds| outcomes(&domain.verify_by(&signed, &Policy::rfcs(), NOW.plus(seconds)));
    assert_eq!(at(59), [Outcome::Pass, Outcome::Pass]);
    assert_eq!(at(100_000), vec![Outcome::Failed(Fault::Expired); 2]);
}

#[test]
fn copied_fields_and_an_identity_do_not_disturb_the_signature() {
    let domain = Signers::new();
    for canonicalization in canonicalizations() {
        let signed = domain.sign(MESSAGE, |request| {
            let request = request.canonicalization(canonicalization).copy_fields();
            request.identity(identity("a;b=c \u{fc}"))
        });
        assert_eq!(
            outcomes(&domain.verify(&signed)),
            [Outcome::Pass, Outcome::Pass]
        );
    }
}

#[test]
fn keys_made_here_verify_once_they_are_published() {
    for kind in [KeyKind::Ed25519, KeyKind::Rsa2048] {
        let key = PrivateKey::generate(kind, &mut SameEachTime::new(5)).unwrap();
        let domain = Signers::with([(SigningKey::new(&key).unwrap(), "new")]);
        let signed = domain.sign(MESSAGE, |request| request);
        assert_eq!(outcomes(&domain.verify(&signed)), [Outcome::Pass]);
    }
}

proptest! {
    #[test]
    fn whatever_is_signed_verifies(
        message in "(X-[a-b]: [a ]{0,9}\r\n){0,3}From:[ a\t]{0,3}(\r\n [a ]{0,5}){0,2}a\r\n\
                    ((To|Cc|X-[ab]) ?: [a\t ]{0,9}\r\n){0,4}(\r\n[\r\n\t a.]{0,60})?",
        canonicalization in proptest::sample::select(canonicalizations().to_vec()),
    ) {
        let key = SigningKey::parse(ED25519).unwrap();
        let domain = Signers::with([(key, "ed")]);
        let signed = domain.sign(&message, |request| request.canonicalization(canonicalization));
        prop_assert_eq!(outcomes(&domain.verify(&signed)), [Outcome::Pass]);
    }
}

/// The keys of example.com, and the zone that publishes them.
struct Signers {
    keys: Vec<(SigningKey, Domain)>,
    zone: Zone,
}

impl Signers {
    fn new() -> Self {
        let rsa = SigningKey::parse(RSA).unwrap();
        Self::with([(rsa, "rsa"), (SigningKey::parse(ED25519).unwrap(), "ed")])
    }

    fn with<const N: usize>(keys: [(SigningKey, &str); N]) -> Self {
        let keys = keys.map(|(key, selector)| (key, selector.parse::<Domain>().unwrap()));
        let mut zone = String::new();
        for (key, selector) in &keys {
            let entry = ZoneEntry::new(selector.clone(), domain(), key.key_record()).unwrap();
            zone += &entry.to_string();
        }
        Self {
            keys: keys.into(),
            zone: Zone::parse(&zone, Some(domain().to_name())).unwrap(),
        }
    }

    fn sign(&self, message: &str, ask: impl Fn(SignRequest) -> SignRequest) -> String {
        let requests = self.keys.iter().map(|(key, selector)| {
            ask(SignRequest::new(
                key.algorithm(),
                domain(),
                selector.clone(),
            ))
        });
        let requests = Vec::from_iter(requests);
        let keys = self.keys.iter().map(|(key, _)| key as &dyn SignMessage);
        let requests = Vec::from_iter(requests.iter().zip(keys));
        let fields = sign(
            message.as_bytes(),
            &requests,
            NOW,
            &mut SameEachTime::new(0),
        )
        .unwrap();
        let fields = fields.iter().map(ToString::to_string).collect::<String>();
        fields + message
    }

    fn verify(&self, message: &str) -> Vec<Verdict> {
        self.verify_by(message, &Policy::default(), NOW)
    }

    fn verify_by(&self, message: &str, policy: &Policy, now: UnixTime) -> Vec<Verdict> {
        let crypto = RustCrypto::shared();
        verify(message.as_bytes(), policy, crypto, now, |question| {
            self.zone.answer(question)
        })
    }
}

fn outcomes(verdicts: &[Verdict]) -> Vec<Outcome> {
    verdicts
        .iter()
        .map(|verdict| verdict.outcome.clone())
        .collect()
}

fn identity(local_part: &str) -> dkim_sign::Identity {
    dkim_sign::Identity::new(local_part.as_bytes(), domain())
}

fn canonicalizations() -> [Canonicalization; 4] {
    [
        "relaxed/relaxed",
        "relaxed/simple",
        "simple/relaxed",
        "simple/simple",
    ]
    .map(|name| Canonicalization::parse(name.as_bytes()).unwrap())
}

fn domain() -> Domain {
    "example.com".parse().unwrap()
}

const ED25519: &[u8] = include_bytes!("../testdata/test-ed25519-pkcs8.pem");
const MESSAGE: &str = "From: alice@example.com\r\nTo: bob@example.org\r\nSubject: Lunch?\r\n\
                       Date: Tue, 24 Nov 2026 05:00:00 +0000\r\n\r\nAt noon.\r\n";
const NOW: UnixTime = UnixTime::from_secs(1_795_500_000);
const RSA: &[u8] = include_bytes!("../testdata/test-rsa2048-pkcs1.pem");
