//! A private key against what is published for it.
#![cfg(feature = "rust-crypto")]

use dkim_canon::{KeyError, KeyRecord, KeyRecordError, KeyType};
use dkim_sign::{KeyCheck, KeyCheckError, SigningKey};
use dns_txt::{Answer, Domain, Failure, NameError, Record};

#[test]
fn the_record_of_the_key_is_good_however_it_is_written() {
    for key in [RSA, ED25519] {
        let key = SigningKey::parse(key).unwrap();
        let own = key.key_record().to_string();
        for text in [
            own.clone(),
            own.replace("h=sha256; ", ""),
            own.replace("h=sha256; ", "h=sha1:sha256; s=*; t=y:s; n=x; "),
            own.replace("v=DKIM1; ", ""),
        ] {
            let published = check(&key, &[&text]).unwrap();
            assert_eq!(Ok(&published), KeyRecord::parse(text.as_bytes()).as_ref());
            assert_eq!(published.is_testing(), text.contains("t=y"));
        }
    }
}

#[test]
fn a_record_is_judged_without_the_private_key_too() {
    let key = SigningKey::parse(RSA).unwrap();
    let own = key.key_record().to_string();
    let check = KeyCheck::new(&"2026a".parse().unwrap(), &"example.com".parse().unwrap()).unwrap();
    let judged = |text: &str| {
        let record = Record::Txt(text.as_bytes().into());
        check.answer_alone(&Answer::Records(vec![record]))
    };
    for text in [&own, OTHER_RSA] {
        assert!(judged(text).is_ok(), "{text}");
    }
    assert_eq!(judged("v=DKIM1; p="), Err(KeyCheckError::Revoked));
    let other_hash = own.replace("h=sha256", "h=sha1");
    assert_eq!(judged(&other_hash), Err(KeyCheckError::HashNotAllowed));
    assert_eq!(
        judged("v=spf1 -all"),
        Err(KeyCheckError::Record(KeyRecordError::Version))
    );
    assert_eq!(
        check.answer_alone(&Answer::NoSuchName),
        Err(KeyCheckError::NoRecord)
    );
}

#[test]
fn d03_an_rsa_key_in_its_other_form_is_the_same_key() {
    let key = SigningKey::parse(RSA).unwrap();
    let own = key.key_record();
    let dkim_canon::PublicKey::Rsa { pkcs1, .. } = own.public_key().unwrap() else {
        panic!("not an RSA key");
    };
    assert_ne!(pkcs1, own.data());
    let other = format!("p={}", base64(pkcs1));
    assert!(check(&key, &[&other]).is_ok());
}

#[test]
fn what_differs_is_named() {
    let key = SigningKey::parse(RSA).unwrap();
    let own = key.key_record().to_string();
    let ed25519 = SigningKey::parse(ED25519).unwrap();
    let ed25519 = ed25519.key_record().to_string();
    let cases: [(&[&str], KeyCheckError); 10] = [
        (&[], KeyCheckError::NoRecord),
        (&[&own, &own], KeyCheckError::SeveralRecords { count: 2 }),
        (&["v=DKIM1; p="], KeyCheckError::Revoked),
        (&["v=DKIM1; k=ed25519; p="], KeyCheckError::Revoked),
        (
            &["v=spf1 -all"],
            KeyCheckError::Record(KeyRecordError::Version),
        ),
        (
            &[&ed25519],
            KeyCheckError::OtherType {
                published: KeyType::Ed25519,
                own: KeyType::Rsa,
            },
        ),
        (&[OTHER_RSA], KeyCheckError::OtherKey),
        (&["v=DKIM1; p=AAAA"], KeyCheckError::Key(KeyError::Der)),
        (
            &[&own.replace("h=sha256", "s=tlsrpt")],
            KeyCheckError::NotForEmail,
        ),
        (
            &[&own.replace("h=sha256", "h=sha1")],
            KeyCheckError::HashNotAllowed,
        ),
    ];
    for (texts, error) in cases {
        assert_eq!(check(&key, texts), Err(error), "{texts:?}");
    }
}

#[test]
fn c15_no_name_and_no_answer_are_two_things() {
    let key = SigningKey::parse(ED25519).unwrap();
    let answer = |answer: &Answer| subject().answer(key.key_record(), answer);
    assert_eq!(answer(&Answer::NoSuchName), Err(KeyCheckError::NoRecord));
    let failure = Failure::Timeout;
    assert_eq!(
        answer(&Answer::Failed(failure)),
        Err(KeyCheckError::Dns(failure))
    );
}

#[test]
fn a_name_too_long_for_the_dns_is_refused() {
    let long = domain(&["a"; 121].join("."));
    assert_eq!(
        KeyCheck::new(&domain("ss"), &long),
        Err(NameError::NameTooLong)
    );
}

fn check(key: &SigningKey, texts: &[&str]) -> Result<KeyRecord, KeyCheckError> {
    let records = texts.iter().map(|text| Record::Txt(text.as_bytes().into()));
    subject().answer(key.key_record(), &Answer::Records(records.collect()))
}

fn subject() -> KeyCheck {
    KeyCheck::new(&domain("s"), &domain("example.com")).unwrap()
}

fn domain(text: &str) -> Domain {
    text.parse().unwrap()
}

fn base64(octets: &[u8]) -> String {
    use base64::Engine;
    base64::engine::general_purpose::STANDARD.encode(octets)
}

const ED25519: &[u8] = include_bytes!("../testdata/test-ed25519-pkcs8.pem");
const RSA: &[u8] = include_bytes!("../testdata/test-rsa2048-pkcs1.pem");
/// RFC 8463 §A.2.
const OTHER_RSA: &str = "v=DKIM1; k=rsa; p=MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDkHlOQoBTzWR\
                         iGs5V6NpP3idY6Wk08a5qhdR6wy5bdOKb2jLQiY/J16JYi0Qvx/byYzCNb3W91y3FutAC\
                         DfzwQ/BC/e/8uBsCR+yz1Lxj+PL6lHvqMKrM3rG4hstT5QjvHO9PzoxZyVYLzBfO2EeC3\
                         Ip3G+2kryOTIKT+l/K4w3QIDAQAB";
