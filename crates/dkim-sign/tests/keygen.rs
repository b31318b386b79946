//! Keys made here sign, can be stored and read back, and are published as others publish theirs.
#![cfg(feature = "rust-crypto")]

mod support;

use dkim_canon::{Algorithm, KeyRecord};
use dkim_sign::{KeyKind, PrivateKey, SignMessage, SigningKey, ZoneEntry};
use dns_txt::{Domain, NameError, TxtRecord};

use crate::support::SameEachTime;

#[test]
fn a_new_key_is_stored_and_read_back() {
    for kind in [KeyKind::Ed25519, KeyKind::Rsa2048] {
        let key = PrivateKey::generate(kind, &mut SameEachTime::new(1)).unwrap();
        assert_eq!(key.algorithm(), kind.algorithm());
        let read = PrivateKey::parse(key.to_pem().as_bytes()).unwrap();
        assert_eq!(read.to_pem(), key.to_pem());
        assert_eq!(read.bits(), key.bits());
        let mut rng = SameEachTime::new(2);
        let signature = SigningKey::new(&key).unwrap().sign(b"message", &mut rng);
        let signature_again = SigningKey::new(&read).unwrap().sign(b"message", &mut rng);
        assert_eq!(signature, signature_again);
    }
}

#[test]
fn a_new_key_has_the_size_that_was_asked_for() {
    for (kind, algorithm, bits) in [
        (KeyKind::Ed25519, Algorithm::Ed25519Sha256, 256),
        (KeyKind::default(), Algorithm::RsaSha256, 2048),
    ] {
        let key = PrivateKey::generate(kind, &mut SameEachTime::new(3)).unwrap();
        assert_eq!((key.algorithm(), key.bits()), (algorithm, bits));
    }
}

/// RFC 6376 §3.3.2: "The signing algorithm SHOULD use a public exponent of 65537."
#[test]
fn d02_a_new_rsa_key_has_the_exponent_65537() {
    let key = PrivateKey::generate(KeyKind::Rsa2048, &mut SameEachTime::new(4)).unwrap();
    let key = SigningKey::new(&key).unwrap();
    let public = key.key_record().public_key().unwrap();
    let dkim_canon::PublicKey::Rsa { exponent, .. } = public else {
        panic!("not an RSA key");
    };
    assert_eq!(exponent, [1, 0, 1]);
}

#[test]
#[ignore = "takes half a minute without optimization"]
fn a_large_key_has_the_size_that_was_asked_for() {
    for (kind, bits) in [(KeyKind::Rsa3072, 3072), (KeyKind::Rsa4096, 4096)] {
        let key = PrivateKey::generate(kind, &mut SameEachTime::new(3)).unwrap();
        assert_eq!((key.algorithm(), key.bits()), (kind.algorithm(), bits));
    }
}

#[test]
fn a_zone_entry_has_the_layout_of_opendkim_genkey() {
    let key = SigningKey::parse(RSA).unwrap();
    let record = key
        .key_record()
        .clone()
        .with_testing(true)
        .with_strict_identity(true);
    let text = record.to_string();
    let (_, p) = text.split_once("p=").unwrap();
    let entry = ZoneEntry::new(domain("default"), domain("mail.example"), &record).unwrap();
    assert_eq!(
        entry.to_string(),
        format!(
            "default._domainkey\tIN\tTXT\t( \"v=DKIM1; h=sha256; k=rsa; t=y:s; \"\n\
             \t  \"p={}\"\n\
             \t  \"{}\" )  ; ----- DKIM key default for mail.example\n",
            &p[..250],
            &p[250..],
        ),
    );
}

#[test]
fn a_zone_entry_says_what_the_options_of_opendkim_genkey_ask_for() {
    let key = SigningKey::parse(ED25519).unwrap();
    let record = key
        .key_record()
        .clone()
        .with_hash_names(["sha256", "sha512"])
        .unwrap()
        .with_testing(true)
        .for_email_only()
        .with_notes("\"a b\"");
    let entry = ZoneEntry::new(domain("s.t"), domain("mail.example"), &record).unwrap();
    let text = entry.clone().absolute().to_string();
    let (tags, _) = text.split_once('\n').unwrap();
    assert_eq!(
        tags,
        "s.t._domainkey.mail.example.\tIN\tTXT\t\
         ( \"v=DKIM1; n=\\\"a b\\\"; h=sha256:sha512; k=ed25519; t=y; s=email; \""
    );
    let read = TxtRecord::parse(&text, None).unwrap();
    assert_eq!(read.name(), entry.txt_record().name());
    assert_eq!(KeyRecord::parse(read.text()), Ok(record.clone()));

    let entry = ZoneEntry::without_domain(domain("s.t"), &record).unwrap();
    assert_eq!(entry.clone().absolute().to_string(), entry.to_string());
    let text = entry.to_string();
    assert!(
        text.starts_with("s.t._domainkey\tIN") && text.ends_with("=\" ) \n"),
        "{text}"
    );
}

#[test]
fn both_layouts_are_the_same_record() {
    for key in [RSA, ED25519] {
        let key = SigningKey::parse(key).unwrap();
        let entry = ZoneEntry::new(domain("s"), domain("example.com"), key.key_record()).unwrap();
        let record = entry.txt_record();
        assert_eq!(record.text(), key.key_record().to_string().as_bytes());
        assert_eq!(record.to_string().parse(), Ok(record.clone()));
        let read = TxtRecord::parse(&entry.to_string(), Some(domain("example.com").to_name()));
        let read = read.unwrap();
        assert_eq!(read.name(), record.name());
        assert_eq!(KeyRecord::parse(read.text()).as_ref(), Ok(key.key_record()));
    }
}

#[test]
fn a_name_too_long_for_the_dns_is_refused() {
    let key = SigningKey::parse(ED25519).unwrap();
    let long = ["a"; 120].join(".");
    let fits = ZoneEntry::new(domain("s"), domain(&long), key.key_record());
    assert_eq!(fits.unwrap().txt_record().name().labels().count(), 122);
    let entry = ZoneEntry::new(domain("s"), domain(&(long + ".aa")), key.key_record());
    assert_eq!(entry, Err(NameError::NameTooLong));
}

#[test]
fn a_record_is_told_from_that_of_another_key() {
    let key = SigningKey::parse(RSA).unwrap();
    let published = key.key_record().to_string().replace("h=sha256; ", "t=y; ");
    let published = KeyRecord::parse(published.as_bytes()).unwrap();
    assert_ne!(&published, key.key_record());
    assert_eq!(published.public_key(), key.key_record().public_key());
    let other = SigningKey::parse(ED25519).unwrap();
    assert_ne!(published.public_key(), other.key_record().public_key());
}

fn domain(text: &str) -> Domain {
    text.parse().unwrap()
}

const ED25519: &[u8] = include_bytes!("../testdata/test-ed25519-pkcs8.pem");
const RSA: &[u8] = include_bytes!("../testdata/test-rsa2048-pkcs1.pem");
