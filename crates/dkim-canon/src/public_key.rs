//! Public keys, read and checked ([RFC 6376] §3.6.1, [RFC 8301] §3.2, [RFC 8463] §4.2).
//!
//! All that can be told from a key's octets is told here, so that whoever computes with it need
//! not judge it: two implementations of the arithmetic accept the same keys.
//!
//! [RFC 6376]: https://www.rfc-editor.org/rfc/rfc6376
//! [RFC 8301]: https://www.rfc-editor.org/rfc/rfc8301
//! [RFC 8463]: https://www.rfc-editor.org/rfc/rfc8463

use alloc::vec::Vec;

use thiserror::Error;

use crate::algorithm::KeyType;
use crate::der;

/// A public key that may be used.
#[expect(
    clippy::exhaustive_enums,
    reason = "whoever computes with keys must handle every kind"
)]
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum PublicKey<'a> {
    /// A point that is neither of small order nor encoded in a second way.
    Ed25519(&'a [u8; 32]),
    /// An odd modulus of 1024 to 8192 bits, an odd exponent from 3 to 33 bits.
    Rsa {
        /// Big-endian, without leading zeros.
        modulus: &'a [u8],
        /// Big-endian, without leading zeros.
        exponent: &'a [u8],
        /// Both as DER, `RSAPublicKey` of RFC 8017 §A.1.1.
        pkcs1: &'a [u8],
    },
}

impl<'a> PublicKey<'a> {
    /// Reads the decoded `p=` of a key record.
    ///
    /// RSA keys come as `RSAPublicKey`, as RFC 6376 §3.6.1 says, or as `SubjectPublicKeyInfo`, as
    /// nearly everybody publishes them; Ed25519 keys as 32 octets (RFC 8463 §4.2).
    pub fn parse(key_type: KeyType, data: &'a [u8]) -> Result<Self, KeyError> {
        if data.is_empty() {
            return Err(KeyError::Revoked);
        }
        match key_type {
            KeyType::Ed25519 => ed25519(data),
            KeyType::Rsa => rsa(data),
        }
    }

    /// What kind of key it is.
    pub fn key_type(&self) -> KeyType {
        match self {
            Self::Ed25519(_) => KeyType::Ed25519,
            Self::Rsa { .. } => KeyType::Rsa,
        }
    }

    /// The key's size: of the modulus, or 256 for Ed25519.
    pub fn bits(&self) -> usize {
        match self {
            Self::Ed25519(_) => 256,
            Self::Rsa { modulus, .. } => bits(modulus),
        }
    }

    /// What `p=` holds before base64: `SubjectPublicKeyInfo` for RSA, the 32 octets for Ed25519.
    pub fn to_record_data(&self) -> Vec<u8> {
        match self {
            Self::Ed25519(point) => point.to_vec(),
            Self::Rsa { pkcs1, .. } => der::subject_public_key_info(RSA_ENCRYPTION, pkcs1),
        }
    }
}

/// Why a public key cannot be used.
#[derive(Clone, Copy, Debug, Eq, Error, PartialEq)]
#[non_exhaustive]
pub enum KeyError {
    /// An RSA key that is neither `SubjectPublicKeyInfo` nor `RSAPublicKey`, or has octets behind
    /// its end.
    #[error("malformed RSA key")]
    Der,
    /// An Ed25519 key that is not 32 octets long.
    #[error("Ed25519 key of {octets} octets")]
    Ed25519Length {
        /// Its length, in octets.
        octets: usize,
    },
    /// An Ed25519 key for which anybody can sign, or one encoded in a second way.
    #[error("weak Ed25519 key")]
    Ed25519Weak,
    /// An RSA exponent that is even, below 3, or of more than 33 bits.
    #[error("RSA exponent that is not acceptable")]
    Exponent,
    /// An RSA modulus that is even.
    #[error("RSA modulus that is not acceptable")]
    Modulus,
    /// `p=` is empty: the key was withdrawn (RFC 6376 §3.6.1).
    #[error("key revoked")]
    Revoked,
    /// An RSA key above 8192 bits.
    #[error("RSA key of {bits} bits is too long")]
    RsaTooLong {
        /// The size of the modulus.
        bits: usize,
    },
    /// An RSA key below 1024 bits (RFC 8301 §3.2).
    #[error("RSA key of {bits} bits is too short")]
    RsaTooShort {
        /// The size of the modulus.
        bits: usize,
    },
}

/// Whether an encoded Edwards point is of small order, or not the one encoding of its point.
///
/// With such a key, or such a first half of a signature, a signature may fit more messages than
/// one. Whether the octets are a point at all is not looked at.
pub fn is_weak_point(encoded: &[u8; 32]) -> bool {
    let mut y = *encoded;
    if let Some(last) = y.last_mut() {
        *last &= 0x7f; // the sign of x
    }
    // Above every number below the prime 2^255 - 19: the same point has a smaller number.
    let not_reduced = matches!(y, [0xed..=0xff, middle @ .., 0x7f] if middle == [0xff; 30]);
    not_reduced || SMALL_ORDER.contains(&y)
}

fn ed25519(data: &[u8]) -> Result<PublicKey<'_>, KeyError> {
    let point: &[u8; 32] = data
        .try_into()
        .map_err(|_| KeyError::Ed25519Length { octets: data.len() })?;
    match is_weak_point(point) {
        true => Err(KeyError::Ed25519Weak),
        false => Ok(PublicKey::Ed25519(point)),
    }
}

fn rsa(data: &[u8]) -> Result<PublicKey<'_>, KeyError> {
    let pkcs1 = pkcs1(data).ok_or(KeyError::Der)?;
    let (modulus, exponent) = modulus_and_exponent(pkcs1).ok_or(KeyError::Der)?;
    match bits(modulus) {
        bits @ ..MIN_BITS => return Err(KeyError::RsaTooShort { bits }),
        MIN_BITS..=MAX_BITS => {}
        bits => return Err(KeyError::RsaTooLong { bits }),
    }
    if !is_odd(modulus) {
        return Err(KeyError::Modulus);
    }
    if !is_odd(exponent) || exponent == [1] || bits(exponent) > MAX_EXPONENT_BITS {
        return Err(KeyError::Exponent);
    }
    Ok(PublicKey::Rsa {
        modulus,
        exponent,
        pkcs1,
    })
}

/// `SubjectPublicKeyInfo ::= SEQUENCE { algorithm AlgorithmIdentifier, subjectPublicKey BIT STRING }`,
/// or an `RSAPublicKey` as it is, which begins with a number.
fn pkcs1(data: &[u8]) -> Option<&[u8]> {
    let content = der::only(der::SEQUENCE, data)?;
    if content.first() != Some(&der::SEQUENCE) {
        return Some(data);
    }
    let (algorithm, key) = der::value(der::SEQUENCE, content)?;
    match algorithm == RSA_ENCRYPTION {
        true => der::octets_in_bits(key),
        false => None,
    }
}

/// `RSAPublicKey ::= SEQUENCE { modulus INTEGER, publicExponent INTEGER }`
fn modulus_and_exponent(pkcs1: &[u8]) -> Option<(&[u8], &[u8])> {
    let content = der::only(der::SEQUENCE, pkcs1)?;
    let (modulus, rest) = der::positive(content)?;
    match der::positive(rest)? {
        (exponent, []) => Some((modulus, exponent)),
        _ => None,
    }
}

/// The length of a number without leading zero octets.
fn bits(number: &[u8]) -> usize {
    let unused = number.first().map_or(0, |first| first.leading_zeros());
    number.len() * 8 - unused as usize
}

fn is_odd(number: &[u8]) -> bool {
    number.last().is_some_and(|last| last & 1 == 1)
}

/// RFC 8301 §3.2.
const MIN_BITS: usize = 1024;

/// Twice what RFC 8301 §3.2 asks verifiers to handle; above that, a signature costs too much.
const MAX_BITS: usize = 8192;

/// What the implementations of RSA in use accept; published keys have 65537 or 3.
const MAX_EXPONENT_BITS: usize = 33;

/// The object identifier rsaEncryption, 1.2.840.113549.1.1.1, and NULL (RFC 3279 §2.3.1).
const RSA_ENCRYPTION: &[u8] = &[
    0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01, 0x05, 0x00,
];

/// The y of the eight points whose order divides eight, little-endian.
const SMALL_ORDER: [[u8; 32]; 5] = [
    [0; 32],
    {
        let mut one = [0; 32];
        one[0] = 1;
        one
    },
    {
        let mut minus_one = [0xff; 32];
        minus_one[0] = 0xec;
        minus_one[31] = 0x7f;
        minus_one
    },
    [
        0x26, 0xe8, 0x95, 0x8f, 0xc2, 0xb2, 0x27, 0xb0, 0x45, 0xc3, 0xf4, 0x89, 0xf2, 0xef, 0x98,
        0xf0, 0xd5, 0xdf, 0xac, 0x05, 0xd3, 0xc6, 0x33, 0x39, 0xb1, 0x38, 0x02, 0x88, 0x6d, 0x53,
        0xfc, 0x05,
    ],
    [
        0xc7, 0x17, 0x6a, 0x70, 0x3d, 0x4d, 0xd8, 0x4f, 0xba, 0x3c, 0x0b, 0x76, 0x0d, 0x10, 0x67,
        0x0f, 0x2a, 0x20, 0x53, 0xfa, 0x2c, 0x39, 0xcc, 0xc6, 0x4e, 0xc7, 0xfd, 0x77, 0x92, 0xac,
        0x03, 0x7a,
    ],
];

#[cfg(test)]
mod tests {
    use alloc::vec;

    use super::*;
    use crate::der::{number, sequence};

    /// An `RSAPublicKey` with a modulus of that many bits.
    fn pkcs1_of(bits: usize, exponent: &[u8]) -> Vec<u8> {
        let mut modulus = vec![0xff; bits.div_ceil(8)];
        modulus[0] >>= modulus.len() * 8 - bits;
        sequence(&[number(&modulus), number(exponent)].concat())
    }

    const F4: &[u8] = &[1, 0, 1];

    fn parsed(data: &[u8]) -> Result<usize, KeyError> {
        PublicKey::parse(KeyType::Rsa, data).map(|key| key.bits())
    }

    #[test]
    fn d01_rsa_keys_have_1024_to_8192_bits() {
        for bits in [1024, 1025, 2048, 4096, 8191, 8192] {
            assert_eq!(parsed(&pkcs1_of(bits, F4)), Ok(bits));
        }
        for bits in [8, 512, 1023] {
            assert_eq!(
                parsed(&pkcs1_of(bits, F4)),
                Err(KeyError::RsaTooShort { bits })
            );
        }
        for bits in [8193, 16384] {
            assert_eq!(
                parsed(&pkcs1_of(bits, F4)),
                Err(KeyError::RsaTooLong { bits })
            );
        }
    }

    #[test]
    fn d02_exponents_are_odd_and_neither_1_nor_huge() {
        for exponent in [&[3][..], F4, &[1, 0xff, 0xff, 0xff, 0xff]] {
            assert_eq!(parsed(&pkcs1_of(1024, exponent)), Ok(1024));
        }
        for exponent in [&[1][..], &[2], &[1, 0, 0], &[3, 0, 0, 0, 1], &[0xff; 128]] {
            assert_eq!(parsed(&pkcs1_of(1024, exponent)), Err(KeyError::Exponent));
        }
        let even = sequence(
            &[
                number(&[[0xff; 127].as_slice(), &[0xfe]].concat()),
                number(F4),
            ]
            .concat(),
        );
        assert_eq!(parsed(&even), Err(KeyError::Modulus));
    }

    #[test]
    fn d03_both_forms_of_rsa_keys_are_read_and_trailing_octets_are_not() {
        let pkcs1 = pkcs1_of(1024, F4);
        let spki = der::subject_public_key_info(RSA_ENCRYPTION, &pkcs1);
        for data in [&pkcs1, &spki] {
            let key = PublicKey::parse(KeyType::Rsa, data).unwrap();
            let PublicKey::Rsa {
                exponent,
                pkcs1: inner,
                ..
            } = key
            else {
                panic!("{key:?}");
            };
            assert_eq!((exponent, inner), (F4, &*pkcs1));
            assert_eq!(key.to_record_data(), spki);
        }
        let inside = der::subject_public_key_info(RSA_ENCRYPTION, &[&*pkcs1, &[0]].concat());
        let three = sequence(&[number(&[0xff; 128]), number(F4), number(F4)].concat());
        let other = der::subject_public_key_info(&[0x06, 0x03, 0x2b, 0x65, 0x70], &pkcs1);
        for data in [
            [&*pkcs1, &[0]].concat(),
            [&*spki, &[0]].concat(),
            inside,
            three,
            other,
            pkcs1[..pkcs1.len() - 1].to_vec(),
            vec![0x30, 0x80, 0, 0],
            vec![0, 0, 0],
        ] {
            assert_eq!(parsed(&data), Err(KeyError::Der), "{data:x?}");
        }
    }

    #[test]
    fn d04_ed25519_keys_have_32_octets() {
        let parse = |data: &[u8]| PublicKey::parse(KeyType::Ed25519, data).map(|key| key.bits());
        assert_eq!(parse(&[9; 32]), Ok(256));
        for octets in [1, 31, 33, 36, 44] {
            let length = KeyError::Ed25519Length { octets };
            assert_eq!(parse(&vec![9; octets]), Err(length));
        }
        assert_eq!(parse(&[]), Err(KeyError::Revoked));
    }

    #[test]
    fn d04_points_of_small_order_and_second_encodings_are_weak() {
        for y in SMALL_ORDER {
            for sign in [0, 0x80] {
                let mut point = y;
                point[31] |= sign;
                assert!(is_weak_point(&point), "{point:x?}");
            }
        }
        // 2^255 - 20 is the largest number below the prime, and of small order; 2^255 - 21 is not.
        let mut point = [0xff; 32];
        point[31] = 0x7f;
        for (first, weak) in [
            (0xeb, false),
            (0xec, true),
            (0xed, true),
            (0xf1, true),
            (0xff, true),
        ] {
            point[0] = first;
            assert_eq!(is_weak_point(&point), weak, "{first:x}");
        }
        assert!(!is_weak_point(&[9; 32]));
        assert_eq!(
            PublicKey::parse(KeyType::Ed25519, &[0; 32]),
            Err(KeyError::Ed25519Weak)
        );
    }
}
