//! Private keys in the forms that operators keep them in.

mod der;
mod error;
mod pem;

use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

use dkim_canon::Algorithm;
use zeroize::Zeroizing;

use self::der::{
    INTEGER, NULL, OBJECT_IDENTIFIER, OCTET_STRING, Outer, Reader, SEQUENCE, write, write_unsigned,
};
pub use self::error::{Found, PrivateKeyError};

/// A private key as it was read: its form is checked, no arithmetic is done with it yet.
///
/// The octets are wiped from memory when the key is dropped, and `Debug` does not show them. To
/// sign, hand the key to a backend, such as [`SigningKey`](crate::SigningKey).
#[derive(Clone)]
pub struct PrivateKey {
    material: Material,
}

impl PrivateKey {
    /// Reads a key in whatever form it is kept:
    ///
    /// * PEM with one `PRIVATE KEY` (PKCS#8, [RFC 5958]) or `RSA PRIVATE KEY` (PKCS#1, [RFC 8017]
    ///   §A.1.2) block, with any text around it,
    /// * the DER of either,
    /// * the base64 of that DER, without BEGIN and END lines,
    /// * the 32 octets that an Ed25519 key is ([RFC 8463] §A.1), or their base64. As octets they are
    ///   refused if they are text or begin as DER does, as one key of twenty thousand has it.
    ///
    /// RSA keys have two primes and 1024 to 8192 bits: smaller ones must not sign (RFC 8301 §3.2),
    /// larger ones are refused by those who verify. No part of the text comes back in an error.
    ///
    /// [RFC 5958]: https://www.rfc-editor.org/rfc/rfc5958
    /// [RFC 8017]: https://www.rfc-editor.org/rfc/rfc8017
    /// [RFC 8463]: https://www.rfc-editor.org/rfc/rfc8463
    pub fn parse(text: &[u8]) -> Result<Self, PrivateKeyError> {
        let text = text.strip_prefix(BYTE_ORDER_MARK).unwrap_or(text);
        if pem::is_pem(text) {
            return Self::from_der(&pem::read(text)?);
        }
        if text.trim_ascii().is_empty() {
            return Err(PrivateKeyError::Empty);
        }
        // The length octets of a key's DER are no characters of base64.
        if !text.iter().all(|&octet| is_base64(octet)) {
            if let Some(seed) = raw_seed(text) {
                return Ok(Self::from_seed(seed));
            }
            return Self::from_der(text).map_err(|error| match error {
                PrivateKeyError::Kind {
                    found: Found::Other,
                } => foreign(text),
                error => error,
            });
        }
        let mut base64 = Zeroizing::new(Vec::with_capacity(text.len()));
        base64.extend(text.iter().filter(|octet| !octet.is_ascii_whitespace()));
        let octets = pem::decode(&base64)?;
        match <&[u8; 32]>::try_from(octets.as_slice()) {
            Ok(seed) => Ok(Self::from_seed(seed)),
            Err(_) => Self::from_der(&octets),
        }
    }

    /// An Ed25519 key of the 32 octets that RFC 8032 §5.1.5 calls the private key.
    pub fn from_seed(seed: &[u8; 32]) -> Self {
        Self {
            material: Material::Ed25519(Zeroizing::new(*seed)),
        }
    }

    /// What the key signs with.
    pub fn algorithm(&self) -> Algorithm {
        match self.material {
            Material::Ed25519(_) => Algorithm::Ed25519Sha256,
            Material::Rsa { .. } => Algorithm::RsaSha256,
        }
    }

    /// Bits of the RSA modulus; 256 for Ed25519.
    pub fn bits(&self) -> usize {
        match self.material {
            Material::Ed25519(_) => 256,
            Material::Rsa { bits, .. } => bits,
        }
    }

    /// The secret octets, for a backend that signs with them.
    pub fn expose(&self) -> Exposed<'_> {
        match &self.material {
            Material::Ed25519(seed) => Exposed::Ed25519 { seed },
            Material::Rsa { pkcs1, .. } => Exposed::Rsa { pkcs1 },
        }
    }

    /// The key as PEM text in PKCS#8 form, which OpenSSL and OpenDKIM read too.
    pub fn to_pem(&self) -> Zeroizing<String> {
        let (oid, parameters, key) = match &self.material {
            Material::Ed25519(seed) => {
                let key = write(OCTET_STRING, &[seed.as_slice()]);
                (ED25519, Zeroizing::default(), key)
            }
            Material::Rsa { pkcs1, .. } => (RSA_ENCRYPTION, write(NULL, &[]), pkcs1.clone()),
        };
        let algorithm = write(SEQUENCE, &[&write(OBJECT_IDENTIFIER, &[oid]), &parameters]);
        let version = write_unsigned(&[]);
        let der = write(
            SEQUENCE,
            &[&version, &algorithm, &write(OCTET_STRING, &[&key])],
        );
        pem::write("PRIVATE KEY", &der)
    }

    pub(crate) fn from_der(der: &[u8]) -> Result<Self, PrivateKeyError> {
        let contents = match Outer::read(der) {
            Outer::Contents(contents) => contents,
            Outer::NotSequence => return Err(PrivateKeyError::other(Found::Other)),
            Outer::Trailing => return Err(PrivateKeyError::Trailing),
            Outer::Truncated => return Err(PrivateKeyError::Truncated),
        };
        let mut reader = Reader::new(contents);
        if reader.is_next(SEQUENCE) {
            return Err(without_version(reader));
        }
        let version = reader.unsigned().ok_or(PrivateKeyError::Malformed)?;
        if reader.is_next(SEQUENCE) {
            return pkcs8(reader);
        }
        match version {
            [] if reader.is_next(INTEGER) => rsa(der, reader),
            [1] if reader.is_next(INTEGER) => Err(PrivateKeyError::other(Found::MultiPrimeRsaKey)),
            [1] if reader.is_next(OCTET_STRING) => Err(PrivateKeyError::other(Found::EcKey)),
            // Modulus and exponent alone.
            [_, _, ..] if reader.is_next(INTEGER) => Err(PrivateKeyError::other(Found::PublicKey)),
            _ => Err(PrivateKeyError::Malformed),
        }
    }
}

/// Shows the kind and size of the key only.
impl fmt::Debug for PrivateKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PrivateKey")
            .field("algorithm", &self.algorithm())
            .field("bits", &self.bits())
            .finish_non_exhaustive()
    }
}

/// The secret octets of a [`PrivateKey`].
#[derive(Clone, Copy)]
#[non_exhaustive]
pub enum Exposed<'k> {
    /// An Ed25519 key.
    Ed25519 {
        /// What RFC 8032 §5.1.5 calls the private key.
        seed: &'k [u8; 32],
    },
    /// An RSA key of two primes.
    Rsa {
        /// The DER of an `RSAPrivateKey` (RFC 8017 §A.1.2).
        pkcs1: &'k [u8],
    },
}

/// Shows the kind of the key only.
impl fmt::Debug for Exposed<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Ed25519 { .. } => "Ed25519 { .. }",
            Self::Rsa { .. } => "Rsa { .. }",
        })
    }
}

#[derive(Clone)]
enum Material {
    Ed25519(Zeroizing<[u8; 32]>),
    Rsa {
        pkcs1: Zeroizing<Vec<u8>>,
        bits: usize,
    },
}

/// `PrivateKeyInfo` behind its version (RFC 5958 §2). Attributes and the public key, which may
/// follow, are not needed.
fn pkcs8(mut reader: Reader<'_>) -> Result<PrivateKey, PrivateKeyError> {
    let algorithm = reader.value(SEQUENCE).ok_or(PrivateKeyError::Malformed)?;
    let key = reader
        .value(OCTET_STRING)
        .ok_or(PrivateKeyError::Malformed)?;
    let oid = Reader::new(algorithm)
        .value(OBJECT_IDENTIFIER)
        .ok_or(PrivateKeyError::Malformed)?;
    match oid {
        ED25519 => {
            // The seed is wrapped once more (RFC 8410 §7).
            let mut reader = Reader::new(key);
            let seed = reader
                .value(OCTET_STRING)
                .ok_or(PrivateKeyError::Malformed)?;
            match <&[u8; 32]>::try_from(seed) {
                Ok(seed) if reader.is_empty() => Ok(PrivateKey::from_seed(seed)),
                _ => Err(PrivateKeyError::Malformed),
            }
        }
        RSA_ENCRYPTION => match Outer::read(key) {
            Outer::Contents(contents) => {
                let mut reader = Reader::new(contents);
                match reader.unsigned().ok_or(PrivateKeyError::Malformed)? {
                    [] => rsa(key, reader),
                    [1] => Err(PrivateKeyError::other(Found::MultiPrimeRsaKey)),
                    _ => Err(PrivateKeyError::Malformed),
                }
            }
            _ => Err(PrivateKeyError::Malformed),
        },
        DSA => Err(PrivateKeyError::other(Found::DsaKey)),
        EC_PUBLIC_KEY | ED448 | X25519 | X448 => Err(PrivateKeyError::other(Found::EcKey)),
        RSASSA_PSS => Err(PrivateKeyError::other(Found::RsaPssKey)),
        _ => Err(PrivateKeyError::other(Found::Other)),
    }
}

/// `RSAPrivateKey` behind its version (RFC 8017 §A.1.2); `pkcs1` is the whole of it.
fn rsa(pkcs1: &[u8], mut reader: Reader<'_>) -> Result<PrivateKey, PrivateKeyError> {
    let modulus = reader.unsigned().ok_or(PrivateKeyError::Malformed)?;
    let _public_exponent = reader.unsigned().ok_or(PrivateKeyError::Malformed)?;
    let exponent = reader.unsigned().ok_or(PrivateKeyError::Malformed)?;
    // Two primes, and three numbers that make the arithmetic faster.
    for _ in 0..5 {
        reader.unsigned().ok_or(PrivateKeyError::Malformed)?;
    }
    if !reader.is_empty() {
        return Err(PrivateKeyError::Malformed);
    }
    // RFC 8017 §3.2
    if (exponent.len(), exponent) >= (modulus.len(), modulus) {
        return Err(PrivateKeyError::Inconsistent);
    }
    match bits(modulus) {
        bits @ ..1024 => Err(PrivateKeyError::TooSmall { bits }),
        bits @ 1024..=8192 => Ok(PrivateKey {
            material: Material::Rsa {
                pkcs1: Zeroizing::new(pkcs1.to_vec()),
                bits,
            },
        }),
        bits => Err(PrivateKeyError::TooLarge { bits }),
    }
}

/// What a SEQUENCE is that begins with another one: no private key in the clear does.
fn without_version(mut reader: Reader<'_>) -> PrivateKeyError {
    if reader.value(SEQUENCE).is_none() {
        return PrivateKeyError::Malformed;
    }
    match () {
        // `EncryptedPrivateKeyInfo` (RFC 5958 §3).
        () if reader.is_next(OCTET_STRING) => PrivateKeyError::Encrypted,
        // `SubjectPublicKeyInfo` (RFC 5280 §4.1).
        () if reader.is_next(der::BIT_STRING) => PrivateKeyError::other(Found::PublicKey),
        // `Certificate` (RFC 5280 §4.1).
        () if reader.is_next(SEQUENCE) => PrivateKeyError::other(Found::Certificate),
        () => PrivateKeyError::other(Found::Other),
    }
}

/// The seed of an Ed25519 key, if it cannot be text or the beginning of a key's DER.
fn raw_seed(octets: &[u8]) -> Option<&[u8; 32]> {
    let seed = octets.try_into().ok()?;
    let is_der = matches!(
        octets,
        [0x30, 0x81..=0x83, ..] | [0x30, _, 0x02, 0x01, ..] | [0x30, _, 0x30, _, 0x06, ..]
    );
    let is_utf_16 = matches!(octets, [0xff, 0xfe, ..] | [0xfe, 0xff, ..]);
    let is_text = is_utf_16 || core::str::from_utf8(octets).is_ok();
    (!is_der && !is_text).then_some(seed)
}

/// What is neither PEM nor base64 nor a key's DER: the texts that people take for a key.
fn foreign(text: &[u8]) -> PrivateKeyError {
    if pem::has_begin(text) {
        return PrivateKeyError::Borders;
    }
    let tag = b"v=DKIM1";
    PrivateKeyError::other(match text {
        [0xff, 0xfe, ..] | [0xfe, 0xff, ..] => Found::Utf16,
        [b's', b's', b'h', b'-', ..] => Found::PublicKey,
        _ if text.windows(tag.len()).any(|window| window == tag) => Found::KeyRecord,
        _ => Found::Other,
    })
}

/// Bits of a number without leading zero octets.
fn bits(number: &[u8]) -> usize {
    let Some((first, rest)) = number.split_first() else {
        return 0;
    };
    let top = u8::BITS.saturating_sub(first.leading_zeros());
    rest.len()
        .saturating_mul(8)
        .saturating_add(usize::try_from(top).unwrap_or_default())
}

fn is_base64(octet: u8) -> bool {
    octet.is_ascii_alphanumeric()
        || octet.is_ascii_whitespace()
        || matches!(octet, b'+' | b'/' | b'=')
}

/// U+FEFF, which some editors put in front of a text.
const BYTE_ORDER_MARK: &[u8] = "\u{feff}".as_bytes();

// Contents of object identifiers.
/// 1.2.840.10040.4.1 (RFC 3279 §2.3.2).
const DSA: &[u8] = b"\x2a\x86\x48\xce\x38\x04\x01";
/// 1.2.840.10045.2.1 (RFC 5480 §2.1.1).
const EC_PUBLIC_KEY: &[u8] = b"\x2a\x86\x48\xce\x3d\x02\x01";
/// 1.3.101.112 (RFC 8410 §3).
const ED25519: &[u8] = b"\x2b\x65\x70";
/// 1.3.101.113 (RFC 8410 §3).
const ED448: &[u8] = b"\x2b\x65\x71";
/// 1.2.840.113549.1.1.1 (RFC 8017 §A.1).
const RSA_ENCRYPTION: &[u8] = b"\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01";
/// 1.2.840.113549.1.1.10 (RFC 8017 §A.2.3).
const RSASSA_PSS: &[u8] = b"\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0a";
/// 1.3.101.110 (RFC 8410 §3).
const X25519: &[u8] = b"\x2b\x65\x6e";
/// 1.3.101.111 (RFC 8410 §3).
const X448: &[u8] = b"\x2b\x65\x6f";
