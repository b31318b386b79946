//! Messages signed through the public API, read back as a verifier reads them.
#![cfg(feature = "rust-crypto")]

mod support;

use dkim_canon::{
    Algorithm, BodyHasher, Canonicalization, Form, Header, Identity, Selection, SignatureField,
    signed_octets,
};
use dkim_sign::{
    Fields, SignMessage, SignRequest, SignRequestError, SignedField, Signer, SigningKey, sign,
};
use proptest::prelude::*;

use crate::support::{ED25519, MESSAGE, NOW, SameEachTime, domain, request, unsigned};

#[test]
fn the_field_is_complete_and_stands_on_top() {
    let field = &fields(MESSAGE, &[request(Algorithm::Ed25519Sha256)])[0];
    let text = field.to_string();
    assert!(text.starts_with("DKIM-Signature: v=1; a=ed25519-sha256; c=relaxed/relaxed; "));
    assert!(text.ends_with("==\r\n"));
    assert!(text.lines().all(|line| line.len() < 78), "{text}");
    assert!(
        text.lines().skip(1).all(|line| line.starts_with(' ')),
        "{text}"
    );
    let signed = text + MESSAGE;
    let (header, body) = Header::split(signed.as_bytes());
    assert_eq!(header.fields().count(), 5);
    assert!(header.field(0).unwrap().is_named("DKIM-Signature"));
    assert_eq!(body, b"At noon.\r\n");
}

#[test]
fn a_request_says_what_the_field_says() {
    let identity = Identity::new(*b"al;ice=", domain("mail.example.com"));
    let request = SignRequest::new(
        Algorithm::Ed25519Sha256,
        domain("example.com"),
        domain("s.t"),
    )
    .canonicalization(Canonicalization::SIMPLE)
    .fields(Fields::exactly(["To", "from", "X-Absent"]).unwrap())
    .identity(identity.clone())
    .lifetime(60)
    .body_length(4)
    .copy_fields();
    let field = read(&fields(MESSAGE, &[request])[0]);
    assert_eq!(field.domain(), &domain("example.com"));
    assert_eq!(field.selector(), &domain("s.t"));
    assert_eq!(field.canonicalization(), Canonicalization::SIMPLE);
    assert_eq!(field.signed_fields().to_string(), "To:from:X-Absent");
    assert_eq!(field.identity(), Some(&identity));
    assert_eq!(field.timestamp(), Some(NOW));
    assert_eq!(field.expiration(), Some(NOW.plus(60)));
    assert_eq!(field.body_length(), Some(4));
    let copies = field
        .copied_fields()
        .iter()
        .map(|copy| (copy.name(), copy.value()));
    let copies = Vec::from_iter(copies);
    assert_eq!(
        copies,
        [
            (&b"To"[..], &b" bob@example.org"[..]),
            (b"From", b" alice@example.com")
        ]
    );
}

#[test]
fn what_is_not_asked_for_is_not_said() {
    let request = request(Algorithm::Ed25519Sha256).without_timestamp();
    let field = read(&fields(MESSAGE, &[request])[0]);
    assert_eq!(field.timestamp(), None);
    assert_eq!(field.expiration(), None);
    assert_eq!(field.identity(), None);
    assert_eq!(field.body_length(), None);
    assert_eq!(field.copied_fields(), []);
    assert_eq!(field.canonicalization(), Canonicalization::RELAXED);
}

/// RFC 6376 §3.5: `l=` must not be more than the body has.
#[test]
fn c04_a_length_is_never_said_to_be_more_than_the_body_has() {
    for (asked, said) in [(0, 0), (9, 9), (10, 10), (11, 10), (u64::MAX, 10)] {
        let request = request(Algorithm::Ed25519Sha256).body_length(asked);
        let field = &fields(MESSAGE, &[request])[0];
        assert_eq!(read(field).body_length(), Some(said));
        assert_signs(field, MESSAGE);
    }
}

#[test]
fn c10_every_pair_of_forms_signs_odd_messages_with_both_algorithms() {
    let odd = [
        MESSAGE,
        "From: a@b.example\r\n\r\n",
        "From: a@b.example\r\n",
        "From: a@b.example",
        "From: a@b.example\r\n\r\n\r\n\r\n",
        "From: a@b.example\r\n\r\n \t\r\n\r\n",
        "From: a@b.example\r\n\r\nno end",
        "From: a@b.example\r\n\r\nbare \n and \r inside\r\r\n\n",
        "fRoM \t:\r\n a@b.example \r\n\t\r\nTO:\r\nsubject:  two\t words \r\n\r\n \u{fc} \0\r\n",
        "From: a@b.example\r\nX\r\nTo: a\nb\rc\r\n\r\n.\r\n",
        "DKIM-Signature: v=1; b=\r\nFrom: a@b.example\r\nFrom: c@d.example\r\n\r\nx\r\n",
    ];
    for message in odd {
        for canonicalization in canonicalizations() {
            let requests = [Algorithm::RsaSha256, Algorithm::Ed25519Sha256]
                .map(|algorithm| request(algorithm).canonicalization(canonicalization));
            let fields = fields(message, &requests);
            assert_eq!(fields.len(), 2);
            for field in &fields {
                assert_signs(field, message);
            }
        }
    }
}

#[test]
fn several_domains_sign_in_one_pass_and_in_the_order_of_the_requests() {
    let names = ["b.example", "a.example", "c.example"];
    let requests = names.map(|name| {
        SignRequest::new(Algorithm::Ed25519Sha256, domain(name), domain("s")).canonicalization(
            Canonicalization {
                header: Form::Simple,
                body: Form::Relaxed,
            },
        )
    });
    let fields = fields(MESSAGE, &requests);
    let domains = fields.iter().map(|field| field.field().domain().as_str());
    assert_eq!(Vec::from_iter(domains), names);
    fields.iter().for_each(|field| assert_signs(field, MESSAGE));
    assert!(sign(b"", &[], NOW, &mut SameEachTime::new(0)) == Err(SignRequestError::NoFrom.into()));
    assert_eq!(
        sign(MESSAGE.as_bytes(), &[], NOW, &mut SameEachTime::new(0)),
        Ok(vec![])
    );
}

#[test]
fn a15_by_default_no_field_that_readers_see_can_be_added() {
    let field = read(&fields(MESSAGE, &[request(Algorithm::Ed25519Sha256)])[0]);
    for name in [
        "From",
        "To",
        "Cc",
        "Subject",
        "Date",
        "Reply-To",
        "MIME-Version",
    ] {
        let added = format!("{name}: x\r\n{MESSAGE}");
        let (header, _) = Header::split(added.as_bytes());
        let selection = Selection::new(&header, field.signed_fields().iter(), None);
        assert!(
            selection.indexes().any(|index| index == 0),
            "{name} is not covered"
        );
    }
}

#[test]
fn a_signature_made_elsewhere_completes_the_field() {
    for algorithm in [Algorithm::RsaSha256, Algorithm::Ed25519Sha256] {
        let key = key(algorithm);
        let unsigned = unsigned(MESSAGE, &request(algorithm));
        let signature = key
            .sign(unsigned.message(), &mut SameEachTime::new(0))
            .unwrap();
        let here = unsigned.clone().sign_with(&key, &mut SameEachTime::new(1));
        assert_eq!(unsigned.complete(&signature), Ok(here.unwrap()));
    }
}

#[test]
fn rsa_draws_random_for_each_signature_and_ed25519_draws_none() {
    for (algorithm, draws) in [
        (Algorithm::RsaSha256, true),
        (Algorithm::Ed25519Sha256, false),
    ] {
        let mut rng = SameEachTime::new(0);
        key(algorithm).sign(b"message", &mut rng).unwrap();
        assert_eq!(rng.has_been_used(), draws);
    }
}

#[test]
fn c09_every_split_of_a_body_gives_the_same_fields() {
    let body = b"two  words \r\n\r\n \t\r\n.\r\nend \r\n\r\n";
    let (header, _) = Header::split(b"From: a@b.example\r\n\r\n");
    let requests = canonicalizations()
        .map(|canonicalization| request(Algorithm::RsaSha256).canonicalization(canonicalization));
    let digests = |chunks: &[&[u8]]| {
        let mut signer = Signer::begin(&header, &requests, NOW).unwrap();
        chunks.iter().for_each(|chunk| signer.body(chunk));
        Vec::from_iter(signer.finish().iter().map(|unsigned| unsigned.digest()))
    };
    let whole = digests(&[body]);
    for first in 0..=body.len() {
        for second in first..=body.len() {
            let (left, rest) = body.split_at(first);
            let (middle, right) = rest.split_at(second - first);
            assert_eq!(digests(&[left, middle, right]), whole, "{first} {second}");
        }
    }
    let octets = Vec::from_iter(body.chunks(1));
    assert_eq!(digests(&octets), whole);
}

#[test]
fn debug_shows_nothing_of_the_message() {
    let (header, _) = Header::split(MESSAGE.as_bytes());
    let request = request(Algorithm::RsaSha256).copy_fields();
    let signer = Signer::begin(&header, [&request], NOW).unwrap();
    let unsigned = unsigned(MESSAGE, &request);
    for shown in [format!("{signer:?}"), format!("{unsigned:?}")] {
        assert!(shown.contains("example.com"), "{shown}");
        assert!(
            !shown.contains("alice") && !shown.contains("Lunch"),
            "{shown}"
        );
    }
}

proptest! {
    /// What a verifier computes from the printed field is what was signed.
    #[test]
    fn any_message_with_a_from_field_is_signed_as_it_is_verified(
        message in "(X-[a-b]: [a ]{0,9}\r\n){0,3}From:[ a\t]{0,3}(\r\n [a ]{0,5}){0,2}a\r\n\
                    ((To|Cc|X-[ab]) ?: [a\t ]{0,9}\r\n){0,4}(\r\n[\r\n\t a.]{0,40})?",
        canonicalization in proptest::sample::select(canonicalizations().to_vec()),
        copy in any::<bool>(),
        length in proptest::option::of(0..50u64),
        selector in "[a-z]{1,20}(\\.[a-z]{1,20}){0,3}",
    ) {
        let mut request =
            SignRequest::new(Algorithm::Ed25519Sha256, domain("example.com"), domain(&selector))
                .canonicalization(canonicalization)
                .fields(Fields::default().adjust("+X-a").unwrap());
        if copy {
            request = request.copy_fields();
        }
        if let Some(length) = length {
            request = request.body_length(length);
        }
        for field in fields(&message, &[request]) {
            assert_signs(&field, &message);
        }
    }
}

/// Computes what a verifier computes, from nothing but the signed message, and compares.
fn assert_signs(field: &SignedField, message: &str) {
    let text = field.to_string();
    let signed = text.clone() + message;
    let (header, body) = Header::split(signed.as_bytes());
    let signature = header.field(0).unwrap();
    let read = SignatureField::parse(signature.value()).unwrap();
    assert_eq!(&read, field.field());
    // What was signed was sent as it is.
    assert_eq!(text, read.to_field());
    let mut octets = Vec::new();
    signed_octets(
        read.canonicalization().header,
        &header,
        Selection::new(&header, read.signed_fields().iter(), Some(0)).indexes(),
        signature.raw(),
        |more| octets.extend_from_slice(more),
    );
    let key = read.body_hash_key();
    let mut hasher = BodyHasher::new([key]);
    hasher.update(body);
    let hash = *hasher.finish().get(&key).unwrap();
    assert_eq!(read.body_hash(), &hash.digest, "{message:?}");
    if let Some(length) = read.body_length() {
        assert_eq!(length, hash.hashed);
    }
    // Signatures of both algorithms are deterministic, so the same one comes out.
    let again = self::key(read.algorithm())
        .sign(&octets, &mut SameEachTime::new(9))
        .unwrap();
    assert_eq!(read.signature(), again, "{message:?}");
}

fn fields(message: &str, requests: &[SignRequest]) -> Vec<SignedField> {
    let (header, body) = Header::split(message.as_bytes());
    let mut signer = Signer::begin(&header, requests, NOW).unwrap();
    signer.body(body);
    let mut rng = SameEachTime::new(0);
    let unsigned = signer.finish().into_iter();
    let fields = unsigned.map(|unsigned| {
        let key = key(unsigned.algorithm());
        unsigned.sign_with(&key, &mut rng).unwrap()
    });
    fields.collect()
}

fn read(field: &SignedField) -> SignatureField {
    let text = field.to_string();
    let (header, _) = Header::split(text.as_bytes());
    SignatureField::parse(header.field(0).unwrap().value()).unwrap()
}

fn key(algorithm: Algorithm) -> SigningKey {
    SigningKey::parse(match algorithm {
        Algorithm::RsaSha256 => RSA,
        _ => ED25519,
    })
    .unwrap()
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

const RSA: &[u8] = include_bytes!("../testdata/rfc8463-appendix-a-rsa.pem");
