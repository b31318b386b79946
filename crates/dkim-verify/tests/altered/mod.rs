//! Messages with one signature, the zone of its key, and what is said of them once altered.
#![allow(dead_code, reason = "each test binary uses a part of it")]

pub(crate) mod truth;

use core::convert::Infallible;

use dkim_canon::{
    BodyHashKey, BodyHasher, Form, HashAlgorithm, Header, SignatureField, SignedFields,
    signed_octets,
};
use dkim_sign::rand_core::{TryCryptoRng, TryRng};
use dkim_sign::{Canonicalization, Fields, SignMessage as _, SignRequest, SigningKey, sign};
use dkim_verify::{Finding, Policy, RustCrypto, UnixTime, diagnose, verify};
use dns_txt::{Answer, Record};

/// A message of one text.
pub(crate) const PLAIN: &str = "From: Joe <joe@example.com>\r\nTo: Sue <sue@example.net>\r\n\
    Subject: Dinner\r\nDate: Tue, 24 Nov 2026 05:00:00 +0000\r\n\
    Message-ID: <1@example.com>\r\n\r\nHi Sue,\r\n\r\nhungry?\r\n-- \r\nJoe\r\n";

/// A message of a text in two forms.
pub(crate) const MIXED: &str = "From: Joe <joe@example.com>\r\nSubject: Dinner\r\nMIME-Version: 1.0\r\n\
    Content-Type: multipart/alternative; boundary=\"b1\"\r\n\r\nPreamble.\r\n--b1\r\n\
    Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n\
    Hungry? Ein S\u{fc}ppchen?\r\n--b1\r\nContent-Type: text/html; charset=utf-8\r\n\
    Content-Transfer-Encoding: 8bit\r\n\r\n<p>Hungry? Ein S\u{fc}ppchen?</p>\r\n--b1--\r\n";

/// A message with its signature on top, and the answer that holds the key.
#[derive(Clone)]
pub(crate) struct Signed {
    pub(crate) message: String,
    key: Answer,
}

impl Signed {
    /// The same with a key in the DNS that did not sign.
    pub(crate) fn with_another_key(&self) -> Self {
        let pem = include_bytes!("../../../dkim-sign/testdata/test-rsa1024-pkcs1.pem");
        Self {
            message: self.message.clone(),
            key: answer(&SigningKey::parse(pem).unwrap()),
        }
    }
}

/// What the request adds to relaxed/relaxed.
pub(crate) struct Request(SignRequest);

impl Request {
    pub(crate) fn exactly<const N: usize>(self, names: [&str; N]) -> Self {
        Self(self.0.fields(Fields::exactly(names).unwrap()))
    }

    pub(crate) fn copied(self) -> Self {
        Self(self.0.copy_fields())
    }

    pub(crate) fn with_length(self, octets: u64) -> Self {
        Self(self.0.body_length(octets))
    }
}

/// The message signed with RSA, and with Ed25519.
pub(crate) fn signed(form: &str, message: &str) -> [Signed; 2] {
    let form = Canonicalization::parse(form.as_bytes()).unwrap();
    signed_with(message, |request| Request(request.0.canonicalization(form)))
}

pub(crate) fn signed_with(message: &str, ask: impl Fn(Request) -> Request) -> [Signed; 2] {
    let rsa: &[u8] = include_bytes!("../../../dkim-sign/testdata/test-rsa2048-pkcs1.pem");
    let ed25519: &[u8] = include_bytes!("../../../dkim-sign/testdata/test-ed25519-pkcs8.pem");
    [rsa, ed25519].map(|pem| {
        let key = SigningKey::parse(pem).unwrap();
        let domain = "example.com".parse().unwrap();
        let request = SignRequest::new(key.algorithm(), domain, "sel".parse().unwrap());
        let request = ask(Request(request)).0;
        let fields = sign(message.as_bytes(), &[(&request, &key)], NOW, &mut Zeros).unwrap();
        Signed {
            message: format!("{}{message}", fields[0]),
            key: answer(&key),
        }
    })
}

/// A message whose header is signed in another form than its signature names.
pub(crate) fn sign_as(form: Form, named: &str) -> Signed {
    let message = "From:  A <a@example.com>\r\n\r\nHello.\r\n";
    let pem = include_bytes!("../../../dkim-sign/testdata/test-rsa2048-pkcs1.pem");
    let key = SigningKey::parse(pem).unwrap();
    let mut hasher = BodyHasher::new([KEY]);
    hasher.update(b"Hello.\r\n");
    let digest = hasher.finish();
    let field = SignatureField::new(
        key.algorithm(),
        "example.com".parse().unwrap(),
        "sel".parse().unwrap(),
        SignedFields::new(["From"]).unwrap(),
        digest.get(&KEY).unwrap().digest,
    )
    .with_canonicalization(Canonicalization::parse(named.as_bytes()).unwrap());
    let draft = format!("{field}{message}");
    let (header, _) = Header::split(draft.as_bytes());
    let mut octets = Vec::new();
    let raw = field.to_field();
    signed_octets(form, &header, [1], raw.as_bytes(), |part| {
        octets.extend_from_slice(part)
    });
    let field = field.with_signature(key.sign(&octets, &mut Zeros).unwrap());
    Signed {
        message: format!("{field}{message}"),
        key: answer(&key),
    }
}

/// What is said of an altered message; nothing for one that still verifies.
pub(crate) fn diagnosis(signed: &Signed, altered: &str) -> Vec<Finding> {
    let crypto = RustCrypto::shared();
    let policy = Policy::default();
    let verdicts = verify(altered.as_bytes(), &policy, crypto.clone(), NOW, |_| {
        &signed.key
    });
    let [verdict] = verdicts.try_into().unwrap();
    let question = verdict.signature.as_ref().unwrap().key_question().unwrap();
    assert_eq!(question.name().to_string(), "sel._domainkey.example.com");
    diagnose(altered.as_bytes(), &verdict, &signed.key, &*crypto)
}

pub(crate) fn codes(findings: &[Finding]) -> Vec<&'static str> {
    findings.iter().map(Finding::code).collect()
}

pub(crate) fn name(name: &str) -> Box<[u8]> {
    name.as_bytes().into()
}

fn answer(key: &SigningKey) -> Answer {
    let text = key.key_record().to_string();
    Answer::Records(vec![Record::Txt(text.into_bytes().into())])
}

/// RSA is blinded with it and Ed25519 asks for none, so no signature depends on it.
struct Zeros;

impl TryRng for Zeros {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        Ok(1)
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        Ok(1)
    }

    fn try_fill_bytes(&mut self, octets: &mut [u8]) -> Result<(), Infallible> {
        octets.fill(1);
        Ok(())
    }
}

impl TryCryptoRng for Zeros {}

const NOW: UnixTime = UnixTime::from_secs(1_795_500_000);

const KEY: BodyHashKey = BodyHashKey {
    form: Form::Simple,
    hash: HashAlgorithm::Sha256,
    limit: None,
};
