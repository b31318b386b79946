//! Private keys as OpenSSL writes them, and as they get broken.

#[cfg(feature = "rust-crypto")]
mod support;

use dkim_canon::Algorithm;
use dkim_sign::{Exposed, Found, PrivateKey, PrivateKeyError};
use proptest::prelude::*;

#[test]
fn d05_every_form_of_one_rsa_key_is_the_same_key() {
    let pkcs1 = PrivateKey::parse(RSA_PKCS1).unwrap();
    assert_eq!(
        (pkcs1.algorithm(), pkcs1.bits()),
        (Algorithm::RsaSha256, 2048)
    );
    let pem = pkcs1.to_pem();
    assert_eq!(pem.as_bytes(), RSA_PKCS8);
    for text in [
        RSA_PKCS8.to_vec(),
        der(RSA_PKCS1),
        der(RSA_PKCS8),
        base64_lines(RSA_PKCS1).join("").into_bytes(),
        base64_lines(RSA_PKCS8).join("\r\n").into_bytes(),
        [b"Bag Attributes\n  friendlyName: x\n", RSA_PKCS8].concat(),
        [CERTIFICATE, RSA_PKCS1].concat(),
        [RSA_PKCS1, CERTIFICATE].concat(),
        String::from_utf8_lossy(RSA_PKCS1)
            .replace('\n', "\r\n")
            .into_bytes(),
        String::from_utf8_lossy(RSA_PKCS1)
            .replace('\n', "\n  ")
            .into_bytes(),
    ] {
        let key = PrivateKey::parse(&text).unwrap();
        assert_eq!(key.to_pem(), pem);
    }
}

#[test]
fn d05_every_form_of_one_ed25519_key_is_the_same_key() {
    let pkcs8 = PrivateKey::parse(ED25519_PKCS8).unwrap();
    assert_eq!(
        (pkcs8.algorithm(), pkcs8.bits()),
        (Algorithm::Ed25519Sha256, 256)
    );
    let pem = pkcs8.to_pem();
    assert_eq!(pem.as_bytes(), ED25519_PKCS8);
    let der = der(ED25519_PKCS8);
    let seed = der.last_chunk::<32>().unwrap();
    assert_eq!(PrivateKey::from_seed(seed).to_pem(), pem);
    let base64 = base64(seed);
    for text in [
        base64.clone(),
        format!("  {base64}\n"),
        base64.trim_end_matches('=').to_owned(),
        base64_lines(ED25519_PKCS8).join(""),
    ] {
        let key = PrivateKey::parse(text.as_bytes()).unwrap();
        assert_eq!(key.to_pem(), pem);
    }
    assert_eq!(PrivateKey::parse(&der).unwrap().to_pem(), pem);
    assert_eq!(PrivateKey::parse(seed).unwrap().to_pem(), pem);
}

/// A seed looks like anything; what looks like another thing of its size is none.
#[test]
fn d05_not_everything_of_32_octets_is_a_seed() {
    let der = der(RSA_PUBLIC);
    let note = "ein Zettel für die Schlüssel.\n";
    let wide: Vec<u8> = "a key, no doubt"
        .encode_utf16()
        .flat_map(u16::to_le_bytes)
        .collect();
    for (octets, error) in [
        (
            der.first_chunk::<32>().unwrap().as_slice(),
            PrivateKeyError::Truncated,
        ),
        (
            note.as_bytes(),
            PrivateKeyError::Kind {
                found: Found::Other,
            },
        ),
        (
            &[&[0xff, 0xfe], &wide[..]].concat(),
            PrivateKeyError::Kind {
                found: Found::Utf16,
            },
        ),
    ] {
        assert_eq!(octets.len(), 32, "{octets:?}");
        assert_eq!(parse(octets), error);
    }
}

#[test]
fn d05_what_is_no_key_for_dkim_is_named() {
    for (text, found) in [
        (CERTIFICATE, Found::Certificate),
        (EC_PKCS8, Found::EcKey),
        (EC_SEC1, Found::EcKey),
        (ED25519_PUBLIC, Found::PublicKey),
        (RSA_PSS, Found::RsaPssKey),
        (RSA_PUBLIC, Found::PublicKey),
        (THREE_PRIMES, Found::MultiPrimeRsaKey),
        (X25519_PKCS8, Found::EcKey),
    ] {
        let expected = Err(PrivateKeyError::Kind { found });
        assert_eq!(PrivateKey::parse(text).map(|_| ()), expected, "{found}");
        assert_eq!(
            PrivateKey::parse(&der(text)).map(|_| ()),
            expected,
            "{found}, as DER"
        );
    }
    let ssh =
        b"-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaA==\n-----END OPENSSH PRIVATE KEY-----";
    for (text, found) in [
        (&ssh[..], Found::OpenSshKey),
        (b"-----BEGIN X-----\nAA==\n-----END X-----", Found::Other),
        (b"\0\0\0\0", Found::Other),
        (b"AAAA", Found::Other),
    ] {
        assert_eq!(parse(text), PrivateKeyError::Kind { found });
    }
}

#[test]
fn d05_a_byte_order_mark_and_line_ends_of_cr_do_not_hide_a_key() {
    let pem = PrivateKey::parse(RSA_PKCS1).unwrap().to_pem();
    let text = String::from_utf8_lossy(RSA_PKCS8);
    for text in [
        format!("\u{feff}{text}"),
        text.replace('\n', "\r"),
        format!("\u{feff}{}", base64_lines(RSA_PKCS1).join("\r")),
    ] {
        let key = PrivateKey::parse(text.as_bytes()).unwrap();
        assert_eq!(key.to_pem(), pem);
    }
}

#[test]
fn d05_what_people_put_into_the_place_of_a_key_is_named() {
    let text = String::from_utf8_lossy(RSA_PKCS8);
    let utf16 = |to_octets: fn(u16) -> [u8; 2]| {
        let units = format!("\u{feff}{text}").encode_utf16().collect::<Vec<_>>();
        units.into_iter().flat_map(to_octets).collect::<Vec<u8>>()
    };
    let record = b"s._domainkey\tIN\tTXT\t( \"v=DKIM1; k=rsa; \"\n\t  \"p=AAAA\" )\n";
    let lines = "not on lines of their own";
    for (text, what) in [
        (utf16(u16::to_le_bytes), "found text in UTF-16"),
        (utf16(u16::to_be_bytes), "found text in UTF-16"),
        (record.to_vec(), "found the record that publishes a key"),
        (b"ssh-ed25519 AAAA a@b\n".to_vec(), "found a public key"),
        (text.replace('\n', "").into_bytes(), lines),
        (text.replace('\n', "\\n").into_bytes(), lines),
        (
            text.replace("-----BEGIN", "> -----BEGIN").into_bytes(),
            lines,
        ),
    ] {
        let error = parse(&text).to_string();
        assert!(error.contains(what), "{error}");
    }
}

#[test]
fn d05_an_encrypted_key_is_named() {
    for text in [
        RSA_ENCRYPTED_PKCS1,
        RSA_ENCRYPTED_PKCS8,
        &der(RSA_ENCRYPTED_PKCS8),
    ] {
        assert_eq!(parse(text), PrivateKeyError::Encrypted);
    }
}

#[test]
fn d05_a_key_is_refused_wherever_it_is_cut_off() {
    for text in [RSA_PKCS1, RSA_PKCS8, ED25519_PKCS8] {
        for end in 0..text.trim_ascii_end().len() {
            assert!(PrivateKey::parse(&text[..end]).is_err(), "PEM cut at {end}");
        }
        let begun = text.iter().position(|&octet| octet == b'\n').unwrap() + 1;
        let last = text
            .windows(9)
            .position(|octets| octets == b"-----END ")
            .unwrap();
        assert_eq!(parse(&text[..begun]), PrivateKeyError::Truncated);
        assert_eq!(parse(&text[..last]), PrivateKeyError::Truncated);
        let der = der(text);
        for end in 6..der.len() {
            assert_eq!(
                parse(&der[..end]),
                PrivateKeyError::Truncated,
                "DER cut at {end}"
            );
            let base64 = base64(&der[..end]);
            if end != 32 {
                assert_eq!(
                    parse(base64.as_bytes()),
                    PrivateKeyError::Truncated,
                    "base64 cut at {end}"
                );
            }
        }
    }
}

#[test]
fn d05_what_follows_a_key_is_refused() {
    for text in [RSA_PKCS1, ED25519_PKCS8] {
        let mut der = der(text);
        der.push(0);
        assert_eq!(parse(&der), PrivateKeyError::Trailing);
    }
    assert_eq!(
        parse(&[RSA_PKCS1, ED25519_PKCS8].concat()),
        PrivateKeyError::Several
    );
}

#[test]
fn d05_no_key_at_all_and_no_base64() {
    assert_eq!(parse(b""), PrivateKeyError::Empty);
    assert_eq!(parse(b" \r\n"), PrivateKeyError::Empty);
    assert_eq!(parse(b"A"), PrivateKeyError::Base64);
    assert_eq!(parse(b"AA=A"), PrivateKeyError::Base64);
    let spoiled = String::from_utf8_lossy(ED25519_PKCS8).replace("MC4", "M*4");
    assert_eq!(parse(spoiled.as_bytes()), PrivateKeyError::Base64);
    let empty = b"-----BEGIN PRIVATE KEY-----\n-----END PRIVATE KEY-----\n";
    assert_eq!(parse(empty), PrivateKeyError::Malformed);
}

/// RFC 8301 §3.2.
#[test]
fn d01_a_key_of_1023_bits_does_not_sign_and_one_of_1024_does() {
    assert_eq!(parse(RSA_512), PrivateKeyError::TooSmall { bits: 512 });
    assert_eq!(parse(RSA_1023), PrivateKeyError::TooSmall { bits: 1023 });
    assert_eq!(PrivateKey::parse(RSA_1024).unwrap().bits(), 1024);
}

#[test]
fn d05_debug_and_errors_show_nothing_of_the_key() {
    let key = PrivateKey::parse(ED25519_PKCS8).unwrap();
    assert_eq!(
        format!("{key:?}"),
        "PrivateKey { algorithm: Ed25519Sha256, bits: 256, .. }"
    );
    assert_eq!(format!("{:?}", key.expose()), "Ed25519 { .. }");
    let key = PrivateKey::parse(RSA_PKCS1).unwrap();
    assert_eq!(
        format!("{key:?}"),
        "PrivateKey { algorithm: RsaSha256, bits: 2048, .. }"
    );
    assert_eq!(format!("{:?}", key.expose()), "Rsa { .. }");
}

#[cfg(feature = "rust-crypto")]
mod rust_crypto {
    use dkim_sign::{SignMessage, SigningKey};

    use super::*;
    use crate::support::SameEachTime;

    #[test]
    fn d05_debug_of_a_signing_key_shows_nothing_of_it() {
        for (text, shown) in [
            (ED25519_PKCS8, "SigningKey { algorithm: Ed25519Sha256, .. }"),
            (RSA_PKCS1, "SigningKey { algorithm: RsaSha256, .. }"),
        ] {
            assert_eq!(format!("{:?}", SigningKey::parse(text).unwrap()), shown);
        }
    }

    #[test]
    fn the_public_half_is_what_openssl_gives() {
        let key = SigningKey::parse(RSA_PKCS8).unwrap();
        assert_eq!(key.key_record().data(), der(RSA_PUBLIC));
        let key = SigningKey::parse(ED25519_PKCS8).unwrap();
        assert_eq!(
            key.key_record().data(),
            der(ED25519_PUBLIC).last_chunk::<32>().unwrap()
        );
    }

    /// Whatever octet is spoiled, the key is refused, or what was spoiled does not matter.
    #[test]
    fn d05_a_spoiled_key_is_refused_or_makes_the_same_signature() {
        let good = SigningKey::parse(RSA_1024).unwrap();
        let signature = good.sign(b"message", &mut SameEachTime::new(0)).unwrap();
        let der = der(RSA_1024);
        for index in 0..der.len() {
            let mut spoiled = der.clone();
            spoiled[index] ^= 4;
            if let Ok(key) = SigningKey::parse(&spoiled) {
                let signed = key.sign(b"message", &mut SameEachTime::new(0));
                assert_eq!(signed.as_ref(), Ok(&signature), "octet {index}");
            }
        }
    }

    #[test]
    fn d05_numbers_that_do_not_belong_together_are_refused() {
        let mut der = der(RSA_PKCS1);
        // Within the modulus, which begins at octet 11.
        der[100] ^= 1;
        let key = PrivateKey::parse(&der).unwrap();
        assert_eq!(
            SigningKey::new(&key).map(|_| ()),
            Err(PrivateKeyError::Inconsistent)
        );
    }
}

proptest! {
    #[test]
    fn any_text_is_read_or_refused(text in proptest::collection::vec(any::<u8>(), 0..200)) {
        let _ = PrivateKey::parse(&text);
    }

    #[test]
    fn a_seed_is_written_and_read_back(seed: [u8; 32]) {
        let pem = PrivateKey::from_seed(&seed).to_pem();
        let read = PrivateKey::parse(pem.as_bytes()).unwrap();
        prop_assert_eq!(&read.to_pem(), &pem);
        let read = PrivateKey::parse(base64(&seed).as_bytes()).unwrap();
        let same = matches!(read.expose(), Exposed::Ed25519 { seed: read } if *read == seed);
        prop_assert!(same);
        let is_spared = matches!(seed[0], 0x30 | 0xef | 0xfe..) || core::str::from_utf8(&seed).is_ok();
        let read = PrivateKey::parse(&seed);
        prop_assert!(is_spared || read.is_ok_and(|read| read.to_pem() == pem));
    }
}

fn parse(text: &[u8]) -> PrivateKeyError {
    PrivateKey::parse(text).expect_err("the key is refused")
}

/// The base64 lines of a PEM file of one block.
fn base64_lines(pem: &[u8]) -> Vec<&str> {
    let text = core::str::from_utf8(pem).unwrap();
    let lines = text
        .lines()
        .skip_while(|line| !line.starts_with("-----BEGIN"));
    let lines = lines.filter(|line| !line.starts_with("-----"));
    lines.collect()
}

fn der(pem: &[u8]) -> Vec<u8> {
    use base64::Engine;
    let base64 = base64_lines(pem).join("");
    base64::engine::general_purpose::STANDARD
        .decode(base64)
        .unwrap()
}

fn base64(octets: &[u8]) -> String {
    use base64::Engine;
    base64::engine::general_purpose::STANDARD.encode(octets)
}

const CERTIFICATE: &[u8] = include_bytes!("../testdata/test-certificate.pem");
const EC_PKCS8: &[u8] = include_bytes!("../testdata/test-ec-p256-pkcs8.pem");
const EC_SEC1: &[u8] = include_bytes!("../testdata/test-ec-p256-sec1.pem");
const ED25519_PKCS8: &[u8] = include_bytes!("../testdata/test-ed25519-pkcs8.pem");
const ED25519_PUBLIC: &[u8] = include_bytes!("../testdata/test-ed25519-public.pem");
const RSA_1023: &[u8] = include_bytes!("../testdata/test-rsa1023-pkcs1.pem");
const RSA_1024: &[u8] = include_bytes!("../testdata/test-rsa1024-pkcs1.pem");
const RSA_512: &[u8] = include_bytes!("../testdata/test-rsa512-pkcs1.pem");
const RSA_ENCRYPTED_PKCS1: &[u8] = include_bytes!("../testdata/test-rsa2048-encrypted-pkcs1.pem");
const RSA_ENCRYPTED_PKCS8: &[u8] = include_bytes!("../testdata/test-rsa2048-encrypted-pkcs8.pem");
const RSA_PKCS1: &[u8] = include_bytes!("../testdata/test-rsa2048-pkcs1.pem");
const RSA_PKCS8: &[u8] = include_bytes!("../testdata/test-rsa2048-pkcs8.pem");
const RSA_PSS: &[u8] = include_bytes!("../testdata/test-rsa-pss-pkcs8.pem");
const RSA_PUBLIC: &[u8] = include_bytes!("../testdata/test-rsa2048-public.pem");
const THREE_PRIMES: &[u8] = include_bytes!("../testdata/test-rsa2048-three-primes-pkcs1.pem");
const X25519_PKCS8: &[u8] = include_bytes!("../testdata/test-x25519-pkcs8.pem");
