//! The same keys in AWS-LC and in pure Rust.

use dkim_aws_lc::{AwsLc, SigningKey, SigningKeyError};
use dkim_canon::KeyRecord;
use dkim_sign::rand_core::UnwrapErr;
use dkim_sign::{PrivateKey, PrivateKeyError, SignMessage, SignRequest, UnixTime, sign};
use dkim_verify::{Policy, RustCrypto, verify};
use dns_txt::{Answer, Record};
use getrandom::SysRng;

const RSA: &[u8] = include_bytes!("../../dkim-sign/testdata/test-rsa2048-pkcs8.pem");
const ED25519: &[u8] = include_bytes!("../../dkim-sign/testdata/test-ed25519-pkcs8.pem");
const NOW: UnixTime = UnixTime::from_secs(1_795_500_000);

fn signature(key: &dyn SignMessage, message: &[u8]) -> Vec<u8> {
    key.sign(message, &mut UnwrapErr(SysRng)).unwrap()
}

#[test]
fn both_sign_with_the_same_octets_and_publish_the_same_record() {
    for pem in [RSA, ED25519] {
        let ours = SigningKey::parse(pem).unwrap();
        let rust = dkim_sign::SigningKey::parse(pem).unwrap();
        assert_eq!(ours.algorithm(), rust.algorithm());
        assert_eq!(ours.key_record(), rust.key_record());
        for length in [0, 1, 31, 32, 33, 1000] {
            let message = vec![b'm'; length];
            assert_eq!(signature(&ours, &message), signature(&rust, &message));
        }
    }
}

#[test]
fn each_verifies_what_the_other_has_signed() {
    let message = "From: alice@example.com\r\nSubject: Lunch?\r\n\r\nAt noon.\r\n";
    for pem in [RSA, ED25519] {
        let ours = SigningKey::parse(pem).unwrap();
        let rust = dkim_sign::SigningKey::parse(pem).unwrap();
        let text = |record: &KeyRecord| Record::Txt(record.to_string().into_bytes().into());
        let answer = Answer::Records(vec![text(ours.key_record())]);
        let selector = "2026a".parse().unwrap();
        let request = SignRequest::new(ours.algorithm(), "example.com".parse().unwrap(), selector);
        let keys: [&dyn SignMessage; 2] = [&ours, &rust];
        for key in keys {
            let signed = [(&request, key)];
            let fields = sign(message.as_bytes(), &signed, NOW, &mut UnwrapErr(SysRng)).unwrap();
            let whole = format!("{}{message}", fields[0]);
            for crypto in [AwsLc::shared(), RustCrypto::shared()] {
                let policy = Policy::default();
                let verdicts = verify(whole.as_bytes(), &policy, crypto, NOW, |_| &answer);
                assert!(verdicts[0].is_pass(), "{:?}", verdicts[0].outcome);
            }
        }
    }
}

#[test]
fn d05_keys_that_cannot_sign_are_refused_with_a_clear_cause() {
    let refused = |text: &[u8]| SigningKey::parse(text).unwrap_err();
    let short = include_bytes!("../../dkim-sign/testdata/test-rsa1024-pkcs1.pem");
    let error = refused(short);
    assert_eq!(error, SigningKeyError::TooShort { bits: 1024 });
    assert_eq!(
        error.to_string(),
        "the RSA key has 1024 bits, and AWS-LC signs with no fewer than 2048"
    );
    for (text, error) in [
        (&b""[..], PrivateKeyError::Empty),
        (
            include_bytes!("../../dkim-sign/testdata/test-rsa2048-encrypted-pkcs8.pem"),
            PrivateKeyError::Encrypted,
        ),
        (
            include_bytes!("../../dkim-sign/testdata/test-rsa512-pkcs1.pem"),
            PrivateKeyError::TooSmall { bits: 512 },
        ),
    ] {
        assert_eq!(refused(text), SigningKeyError::PrivateKey(error));
    }
}

#[test]
fn d05_numbers_that_do_not_belong_together_are_refused() {
    let key = PrivateKey::parse(RSA).unwrap();
    let dkim_sign::Exposed::Rsa { pkcs1 } = key.expose() else {
        panic!("an RSA key");
    };
    // An octet of the private exponent, of a prime, and of the last number.
    for at in [400, 600, pkcs1.len() - 1] {
        let mut changed = pkcs1.to_vec();
        changed[at] ^= 2;
        assert_eq!(
            SigningKey::parse(&changed).unwrap_err(),
            SigningKeyError::PrivateKey(PrivateKeyError::Inconsistent),
            "octet {at}"
        );
    }
}

#[test]
fn d05_debug_shows_no_secret() {
    for (pem, shown) in [
        (RSA, "SigningKey { algorithm: RsaSha256, .. }"),
        (ED25519, "SigningKey { algorithm: Ed25519Sha256, .. }"),
    ] {
        assert_eq!(format!("{:?}", SigningKey::parse(pem).unwrap()), shown);
    }
}
