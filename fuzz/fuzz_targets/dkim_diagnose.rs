//! A message with any body and a signature that fits nothing is explained without a proof of
//! anything; and text appended to a signed body is found, with its length.
#![no_main]

use dkim_canon::{BodyHashKey, BodyHasher, Form, HashAlgorithm, SignatureField};
use dkim_verify::{Fault, Finding, Outcome, Policy, RustCrypto, UnixTime, diagnose, verify};
use dns_txt::{Answer, Record};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: (&[u8], &[u8], &[u8], bool)| {
    let (fields, body, appended, relaxed) = input;
    let form = if relaxed { Form::Relaxed } else { Form::Simple };
    let key = BodyHashKey {
        form,
        hash: HashAlgorithm::Sha256,
        limit: None,
    };
    let hash = |body: &[u8]| {
        let mut hasher = BodyHasher::new([key]);
        hasher.update(body);
        hasher.finish().get(&key).map(|hash| hash.digest)
    };
    // The line that ends the body is not empty, so the place where it ends is certain.
    let body = [body, b"x\r\n"].concat();
    let altered = [&*body, appended].concat();
    let (Some(signed), Some(now)) = (hash(&body), hash(&altered)) else {
        return;
    };
    let names = dkim_canon::SignedFields::new(["From", "Subject", "To", "Cc"]);
    let (Ok(names), Ok(domain), Ok(selector)) = (names, "example.com".parse(), "s".parse()) else {
        return;
    };
    let algorithm = dkim_canon::Algorithm::Ed25519Sha256;
    let forms = dkim_canon::Canonicalization {
        header: form,
        body: form,
    };
    let field = SignatureField::new(algorithm, domain, selector, names, signed)
        .with_canonicalization(forms)
        .with_signature([9; 64]);
    let field = field.to_field();
    let message = [
        field.as_bytes(),
        fields,
        b"\r\nFrom: a@b.example\r\n\r\n",
        &altered,
    ];
    let message = message.concat();

    let record = b"v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=";
    let answer = Answer::Records(Vec::from([Record::Txt(record.as_slice().into())]));
    let crypto = RustCrypto::shared();
    let policy = Policy::rfcs();
    let time = UnixTime::from_secs(1_800_000_000);
    let verdicts = verify(&message, &policy, crypto.clone(), time, |_| &answer);
    for verdict in &verdicts {
        let findings = diagnose(&message, verdict, &answer, &*crypto);
        assert!(
            findings
                .iter()
                .all(|finding| !finding.to_string().is_empty())
        );
        // No header fits a signature that nobody made.
        let header = [
            "field",
            "header-form",
            "subject",
            "other-key",
            "header-changed",
        ];
        assert!(
            findings
                .iter()
                .all(|f| header.iter().all(|code| !f.code().starts_with(code)))
        );
    }
    let first = verdicts.first().filter(|verdict| verdict.field == 0);
    let (_, rest) = dkim_canon::Header::split(&message);
    if let Some(verdict) = first
        && verdict.outcome == Outcome::Failed(Fault::BodyHash)
        && rest == altered
        && now != signed
    {
        let findings = diagnose(&message, verdict, &answer, &*crypto);
        let octets = appended.len();
        // An equal hash earlier on would be found first; with SHA-256 there is none but that of
        // the same text.
        let at = body.len();
        assert_eq!(
            findings.first(),
            Some(&Finding::BodyAppended { at, octets })
        );
    }
});
