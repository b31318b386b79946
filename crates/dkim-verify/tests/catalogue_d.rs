//! Hostile keys and signatures, by the number of their line in the catalogue.
#![cfg(feature = "rust-crypto")]

extern crate alloc;

mod support;

use alloc::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use dkim_canon::{KeyError, is_weak_point};
use dkim_verify::{
    Fault, InvalidKey, InvalidSignature, Outcome, Policy, PreparedKey, PublicKey, Refusal,
    ResultWord, VerifySignature, verify,
};
use dns_txt::Question;
use ed25519_dalek::VerifyingKey;
use support::{
    FIELD, MESSAGE, NOW, answers, backends, outcome_of_record, record, sign, verdict_with, verdicts,
};

/// A value of DER with this tag.
fn der(tag: u8, content: &[u8]) -> Vec<u8> {
    let length = u16::try_from(content.len()).unwrap();
    let mut value = vec![tag];
    match length {
        0..=0x7f => value.push(length as u8),
        0x80..=0xff => value.extend([0x81, length as u8]),
        _ => {
            value.push(0x82);
            value.extend(length.to_be_bytes());
        }
    }
    value.extend_from_slice(content);
    value
}

fn number(octets: &[u8]) -> Vec<u8> {
    match octets.first() {
        Some(0x80..) => der(0x02, &[&[0], octets].concat()),
        _ => der(0x02, octets),
    }
}

fn rsa_key(modulus: &[u8], exponent: &[u8]) -> Vec<u8> {
    der(0x30, &[number(modulus), number(exponent)].concat())
}

fn outcome_of_rsa(data: &[u8], policy: &Policy) -> Outcome {
    let message = sign(FIELD, MESSAGE).replace("a=ed25519-sha256", "a=rsa-sha256");
    let record = format!("v=DKIM1; p={}", STANDARD.encode(data));
    verdict_with(&message, policy, &answers(&[record.as_bytes()])).outcome
}

fn outcome_of_point(point: &[u8]) -> Outcome {
    outcome_of_record(format!("v=DKIM1; k=ed25519; p={}", STANDARD.encode(point)).as_bytes())
}

const F4: &[u8] = &[1, 0, 1];

#[test]
fn d01_sizes_are_judged_before_any_arithmetic() {
    let too_short = |bits| Outcome::Failed(KeyError::RsaTooShort { bits }.into());
    let too_long = |bits| Outcome::Failed(KeyError::RsaTooLong { bits }.into());
    let capped = |bits| Outcome::Refused(Refusal::RsaTooLong { bits });
    let wrong = Outcome::Failed(Fault::InvalidSignature);
    for (octets, default, rfcs) in [
        (64, too_short(512), too_short(512)),
        (127, too_short(1016), too_short(1016)),
        (128, wrong.clone(), wrong.clone()),
        (512, wrong.clone(), wrong.clone()),
        (513, capped(4104), wrong.clone()),
        (1024, capped(8192), wrong.clone()),
        (1025, too_long(8200), too_long(8200)),
    ] {
        let key = rsa_key(&vec![0xff; octets], F4);
        assert_eq!(outcome_of_rsa(&key, &Policy::default()), default);
        assert_eq!(outcome_of_rsa(&key, &Policy::rfcs()), rfcs);
    }
    let data = "A".repeat(4097);
    let record = format!("v=DKIM1; k=ed25519; p={data}");
    let refused = outcome_of_record(record.as_bytes());
    assert_eq!(refused.to_string(), "key data of 4097 octets");
}

#[test]
fn d01_a_policy_raises_the_minimum_and_never_lowers_it() {
    let key = rsa_key(&[0xff; 128], F4);
    let raised = Policy::default().min_rsa_bits(2048);
    assert_eq!(
        outcome_of_rsa(&key, &raised),
        Outcome::Refused(Refusal::RsaTooShort { bits: 1024 })
    );
    let lowered = Policy::default().min_rsa_bits(512);
    let short = outcome_of_rsa(&rsa_key(&[0xff; 64], F4), &lowered);
    assert_eq!(short.result(), ResultWord::PermError);
}

#[test]
fn d02_odd_exponents_of_sensible_size_only() {
    let modulus = [0xff; 128];
    for exponent in [
        &[1][..],
        &[2],
        &[4],
        &[1, 0, 0],
        &[3, 0, 0, 0, 1],
        &[0xff; 128],
    ] {
        assert_eq!(
            outcome_of_rsa(&rsa_key(&modulus, exponent), &Policy::rfcs()),
            Outcome::Failed(KeyError::Exponent.into())
        );
    }
    let even = [[0xff; 127].as_slice(), &[0xfe]].concat();
    assert_eq!(
        outcome_of_rsa(&rsa_key(&even, F4), &Policy::rfcs()),
        Outcome::Failed(KeyError::Modulus.into())
    );
}

/// With e=3, a verifier that does not look at all of the encoding takes the cube root of a number
/// that begins as it should for a signature (Bleichenbacher, 2006). The modulus is larger than the
/// cube, so the cube itself is what the verifier sees.
#[test]
fn d02_an_encoding_with_garbage_behind_it_does_not_verify() {
    let digest = [0x5a; 32];
    let key = PublicKey::Rsa {
        modulus: &[0xff; SIZE],
        exponent: &[3],
        pkcs1: &rsa_key(&[0xff; SIZE], &[3]),
    };
    for prepared in backends().map(|crypto| crypto.prepare(key).unwrap()) {
        for signature in [
            forged_cube_root(&digest),
            vec![0; SIZE],
            vec![0xff; SIZE],
            vec![],
        ] {
            assert!(prepared.verify(&digest, &signature).is_err());
        }
    }
}

/// Octets of the modulus; with less than 165, no cube begins as it should.
const SIZE: usize = 256;

/// The smallest number whose cube begins with `00 01 ff ff 00 DigestInfo digest`.
fn forged_cube_root(digest: &[u8; 32]) -> Vec<u8> {
    const DIGEST_INFO: &[u8] = &[
        0x30, 0x31, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01,
        0x05, 0x00, 0x04, 0x20,
    ];
    let prefix = [&[0, 1, 0xff, 0xff, 0][..], DIGEST_INFO, digest].concat();
    let mut wanted = prefix.clone();
    wanted.resize(SIZE, 0);
    // Bit by bit from the top: the largest root whose cube is not above the number, plus one.
    let mut root = vec![0u8; SIZE];
    for bit in (0..SIZE * 8 / 3).rev() {
        let (octet, mask) = (SIZE - 1 - bit / 8, 1 << (bit % 8));
        root[octet] |= mask;
        if cube(&root) > wanted {
            root[octet] &= !mask;
        }
    }
    for octet in root.iter_mut().rev() {
        let (sum, carry) = octet.overflowing_add(1);
        *octet = sum;
        if !carry {
            break;
        }
    }
    assert!(
        cube(&root).starts_with(&prefix),
        "a lax verifier accepts it"
    );
    root
}

/// The cube of a big-endian number, cut to [`SIZE`] octets.
fn cube(number: &[u8]) -> Vec<u8> {
    multiply(&multiply(number, number), number)
}

fn multiply(a: &[u8], b: &[u8]) -> Vec<u8> {
    let mut product = vec![0u64; SIZE];
    for (i, &x) in a.iter().rev().enumerate().filter(|(_, x)| **x != 0) {
        for (j, &y) in b.iter().rev().enumerate().take(SIZE - i) {
            product[i + j] += u64::from(x) * u64::from(y);
        }
    }
    let mut carry = 0;
    for digit in &mut product {
        *digit += carry;
        carry = *digit >> 8;
        *digit &= 0xff;
    }
    product.iter().rev().map(|&digit| digit as u8).collect()
}

#[test]
fn d03_trailing_octets_make_a_key_malformed() {
    let pkcs1 = rsa_key(&[0xff; 128], F4);
    let oid: &[u8] = &[0x06, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 1, 5, 0];
    let spki = der(
        0x30,
        &[der(0x30, oid), der(0x03, &[&[0], &*pkcs1].concat())].concat(),
    );
    for key in [&pkcs1, &spki] {
        assert_eq!(
            outcome_of_rsa(key, &Policy::default()),
            Outcome::Failed(Fault::InvalidSignature)
        );
        let trailing = [&**key, &[0]].concat();
        assert_eq!(
            outcome_of_rsa(&trailing, &Policy::default()),
            Outcome::Failed(KeyError::Der.into())
        );
    }
}

#[test]
fn d04_ed25519_keys_of_other_lengths_are_permerrors() {
    for octets in [1, 31, 33, 36, 44] {
        let outcome = outcome_of_point(&vec![9; octets]);
        assert_eq!(
            outcome,
            Outcome::Failed(KeyError::Ed25519Length { octets }.into())
        );
        assert_eq!(outcome.result(), ResultWord::PermError);
    }
}

/// Every encoding of a point of small order, the second ones included.
fn weak_points() -> Vec<[u8; 32]> {
    let mut points = Vec::new();
    // Numbers of y that are small or close to 2^255, and the two of order eight with their signs.
    for first in 0..=255u8 {
        for (fill, last) in [(0, 0), (0, 0x80), (0xff, 0x7f), (0xff, 0xff)] {
            let mut point = [fill; 32];
            point[0] = first;
            point[31] = last;
            points.push(point);
        }
    }
    points.retain(|point| {
        VerifyingKey::from_bytes(point).is_ok_and(|key| key.is_weak() || key.to_bytes() != *point)
            || is_weak_point(point)
    });
    for octets in [
        "JuiVj8KyJ7BFw/SJ8u+Y8NXfrAXTxjM5sTgCiG1T/AU=",
        "xxdqcD1N2E+6PAt2DRBnDyogU/osOczGTsf9d5KsA3o=",
    ] {
        let mut point: [u8; 32] = STANDARD.decode(octets).unwrap().try_into().unwrap();
        points.push(point);
        point[31] |= 0x80;
        points.push(point);
    }
    points
}

#[test]
fn d04_points_of_small_order_and_second_encodings_fail_as_keys() {
    let points = weak_points();
    assert!(points.len() > 14);
    for point in points {
        assert!(is_weak_point(&point), "{point:x?}");
        let outcome = outcome_of_point(&point);
        assert_eq!(outcome, Outcome::Failed(KeyError::Ed25519Weak.into()));
        assert_eq!(outcome.result(), ResultWord::Fail);
    }
}

/// Whatever it is asked, it says yes: what is refused with it was refused before it was asked.
#[derive(Debug)]
struct Lax;

impl VerifySignature for Lax {
    fn prepare(&self, _: PublicKey<'_>) -> Result<Arc<dyn PreparedKey>, InvalidKey> {
        Ok(Arc::new(Self))
    }
}

impl PreparedKey for Lax {
    fn verify(&self, _: &[u8; 32], _: &[u8]) -> Result<(), InvalidSignature> {
        Ok(())
    }
}

#[test]
fn d04_points_of_small_order_fail_as_the_first_half_of_a_signature() {
    let message = sign(FIELD, MESSAGE);
    let start = message.find("; b=").unwrap() + 4;
    let end = start + message[start..].find("\r\n").unwrap();
    let answer = answers(&[record().leak().as_bytes()]);
    let outcome = |crypto: Arc<dyn VerifySignature>, signature: &[u8]| {
        let signature = STANDARD.encode(signature);
        let forged = [&message[..start], &signature, &message[end..]].concat();
        let ask = |_: &Question| answer.clone();
        let mut verdicts = verify(forged.as_bytes(), &Policy::default(), crypto, NOW, ask);
        verdicts.remove(0).outcome
    };
    for point in weak_points() {
        let signature = [point, [0; 32]].concat();
        let lax: Arc<dyn VerifySignature> = Arc::new(Lax);
        for crypto in backends().into_iter().chain([lax]) {
            let invalid = Outcome::Failed(Fault::InvalidSignature);
            assert_eq!(outcome(crypto, &signature), invalid, "{point:x?}");
        }
    }
    assert_eq!(outcome(Arc::new(Lax), &[9; 64]), Outcome::Pass);
    for octets in [1, 31, 63, 65] {
        let invalid = Outcome::Failed(Fault::InvalidSignature);
        for crypto in backends() {
            assert_eq!(outcome(crypto, &vec![9; octets]), invalid);
        }
    }
}

#[test]
fn d04_octets_that_are_no_point_verify_nothing() {
    let off_curve = (0..=255u8)
        .map(|first| {
            let mut point = [3; 32];
            point[0] = first;
            point
        })
        .find(|point| VerifyingKey::from_bytes(point).is_err())
        .unwrap();
    assert_eq!(
        outcome_of_point(&off_curve),
        Outcome::Failed(Fault::InvalidSignature)
    );
}

#[test]
fn a_record_of_an_unusable_key_does_not_hide_a_usable_one() {
    let message = sign(FIELD, MESSAGE);
    let good = record();
    let bad = "v=DKIM1; k=ed25519; p=AAAA";
    let verdicts = verdicts(
        &message,
        &Policy::default(),
        &answers(&[bad.as_bytes(), good.as_bytes()]),
    );
    assert!(verdicts[0].is_pass());
}
