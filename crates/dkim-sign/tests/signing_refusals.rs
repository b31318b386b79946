//! Requests, messages, keys and signatures that do not suit each other, and what is said of them.
#![cfg(feature = "rust-crypto")]

mod support;

use dkim_canon::{Algorithm, Header, Identity, UnixTime};
use dkim_sign::{
    Fields, SignError, SignRequest, SignRequestError, Signer, SigningFailed, SigningKey,
    WrongLength, sign,
};

use crate::support::{ED25519, MESSAGE, NOW, SameEachTime, domain, request, unsigned};

#[test]
fn a_request_that_no_message_can_satisfy_is_refused() {
    let request = request(Algorithm::Ed25519Sha256);
    for (refused, why) in [
        (
            SignRequest::new(Algorithm::RsaSha256, domain("com"), domain("s")),
            SignRequestError::DomainOfOneLabel {
                domain: domain("com"),
            },
        ),
        (
            request
                .clone()
                .identity(Identity::new(*b"", domain("notexample.com"))),
            SignRequestError::IdentityOutside {
                domain: domain("example.com"),
                identity: domain("notexample.com"),
            },
        ),
        (request.clone().lifetime(0), SignRequestError::Lifetime),
        (request.clone().lifetime(u64::MAX), SignRequestError::Time),
        (
            SignRequest::new(
                Algorithm::RsaSha256,
                domain("a.b"),
                domain(&["a"; 122].join(".")),
            ),
            SignRequestError::NameTooLong {
                domain: domain("a.b"),
                selector: domain(&["a"; 122].join(".")),
            },
        ),
        (
            request.fields(Fields::exactly(["From"; 1001]).unwrap()),
            SignRequestError::TooManyFields,
        ),
    ] {
        assert_eq!(refusal(MESSAGE, &refused), why);
    }
}

/// RFC 6376 §3.6.2.2: there is one record under a selector, and it is of one kind of key.
#[test]
fn two_algorithms_do_not_share_a_selector() {
    let request = |algorithm, name: &str, selector: &str| {
        SignRequest::new(algorithm, domain(name), domain(selector))
    };
    let begin = |requests: &[SignRequest]| {
        let (header, _) = Header::split(MESSAGE.as_bytes());
        Signer::begin(&header, requests, NOW).map(|_| ())
    };
    let (rsa, ed25519) = (Algorithm::RsaSha256, Algorithm::Ed25519Sha256);
    assert_eq!(
        begin(&[
            request(rsa, "a.example", "s"),
            request(rsa, "b.example", "s"),
            request(ed25519, "A.example", "S"),
        ]),
        Err(SignRequestError::SelectorShared {
            domain: domain("a.example"),
            selector: domain("s"),
        })
    );
    for other in [
        request(rsa, "a.example", "s"),
        request(ed25519, "a.example", "t"),
        request(ed25519, "b.a.example", "s"),
    ] {
        assert_eq!(begin(&[request(rsa, "a.example", "s"), other]), Ok(()));
    }
}

/// RFC 6376 §3.5: times have at most twelve digits.
#[test]
fn c04_a_time_of_more_than_twelve_digits_is_refused() {
    let (header, _) = Header::split(MESSAGE.as_bytes());
    let request = request(Algorithm::RsaSha256);
    let last = UnixTime::from_secs(999_999_999_999);
    let begin = |request: &SignRequest, now| Signer::begin(&header, [request], now).map(|_| ());
    assert_eq!(begin(&request, last), Ok(()));
    assert_eq!(
        begin(&request, UnixTime::BEYOND),
        Err(SignRequestError::Time)
    );
    assert_eq!(
        begin(&request.clone().without_timestamp(), UnixTime::BEYOND),
        Ok(())
    );
    assert_eq!(
        begin(&request.lifetime(1), last),
        Err(SignRequestError::Time)
    );
}

#[test]
fn a08_a_message_that_cannot_carry_a_field_on_top_is_refused() {
    let request = request(Algorithm::Ed25519Sha256);
    for (message, why) in [
        (
            " From: a@b.example\r\n\r\n",
            SignRequestError::LeadingWhiteSpace,
        ),
        (
            "\tx\r\nFrom: a@b.example\r\n\r\n",
            SignRequestError::LeadingWhiteSpace,
        ),
        (
            "From: a@b.example\nTo: c@d.example\n\nx\n",
            SignRequestError::LineEnds,
        ),
        ("Sender: a@b.example\r\n\r\n", SignRequestError::NoFrom),
        ("\r\nFrom: a@b.example\r\n", SignRequestError::NoFrom),
        ("", SignRequestError::NoFrom),
    ] {
        assert_eq!(refusal(message, &request), why, "{message:?}");
    }
}

#[test]
fn a_key_of_another_algorithm_does_not_sign() {
    let request = request(Algorithm::RsaSha256);
    let key = SigningKey::parse(ED25519).unwrap();
    assert_eq!(
        sign(
            MESSAGE.as_bytes(),
            &[(&request, &key)],
            NOW,
            &mut SameEachTime::new(0)
        ),
        Err(SignError::Signing(SigningFailed::Algorithm {
            key: Algorithm::Ed25519Sha256,
            requested: Algorithm::RsaSha256,
        }))
    );
}

#[test]
fn a_signature_of_another_length_is_refused() {
    for (algorithm, length, fits) in [
        (Algorithm::Ed25519Sha256, 63, false),
        (Algorithm::Ed25519Sha256, 64, true),
        (Algorithm::Ed25519Sha256, 65, false),
        (Algorithm::RsaSha256, 127, false),
        (Algorithm::RsaSha256, 128, true),
        (Algorithm::RsaSha256, 1024, true),
        (Algorithm::RsaSha256, 1025, false),
    ] {
        let completed = unsigned(MESSAGE, &request(algorithm)).complete(&vec![1; length]);
        assert_eq!(completed.is_ok(), fits, "{length}");
    }
    let refused = unsigned(MESSAGE, &request(Algorithm::Ed25519Sha256)).complete(b"");
    let WrongLength {
        algorithm, length, ..
    } = refused.unwrap_err();
    assert_eq!((algorithm, length), (Algorithm::Ed25519Sha256, 0));
}

fn refusal(message: &str, request: &SignRequest) -> SignRequestError {
    let (header, _) = Header::split(message.as_bytes());
    Signer::begin(&header, [request], NOW).expect_err("the request is refused")
}
