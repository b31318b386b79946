//! Signing.

use core::fmt;
use std::sync::Arc;

use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair as _, RSA_PKCS1_SHA256, RsaKeyPair};
use dkim_canon::{HashAlgorithm, KeyRecord, KeyType, PublicKey};
use dkim_sign::rand_core::CryptoRng;
use dkim_sign::{Algorithm, Exposed, PrivateKey, PrivateKeyError, SignMessage, SigningFailed};
use thiserror::Error;

/// A [`PrivateKey`] made ready to sign. Use it many times, from as many threads as you like.
///
/// AWS-LC has random of its own, so that which [`sign`](SignMessage::sign) is given is not used. It
/// wipes the numbers from memory when the last clone is dropped, and `Debug` does not show them.
#[derive(Clone)]
pub struct SigningKey {
    key: Arc<Key>,
    record: KeyRecord,
}

impl SigningKey {
    /// Checks that the numbers of a key belong together, and does the arithmetic that all its
    /// signatures share.
    pub fn new(key: &PrivateKey) -> Result<Self, SigningKeyError> {
        let (key, record) = match key.expose() {
            Exposed::Ed25519 { seed } => {
                let key = Ed25519KeyPair::from_seed_unchecked(seed);
                let key = key.map_err(|_| PrivateKeyError::Inconsistent)?;
                let record = record(KeyType::Ed25519, key.public_key().as_ref())?;
                (Key::Ed25519(key), record)
            }
            Exposed::Rsa { .. } if key.bits() < LEAST_BITS => {
                return Err(SigningKeyError::TooShort { bits: key.bits() });
            }
            Exposed::Rsa { pkcs1 } => {
                let key = RsaKeyPair::from_der(pkcs1);
                let key = key.map_err(|_| PrivateKeyError::Inconsistent)?;
                let record = record(KeyType::Rsa, key.public_key().as_ref())?;
                (Key::Rsa(key), record)
            }
            _ => return Err(SigningKeyError::Kind),
        };
        let key = Arc::new(key);
        Ok(Self { key, record })
    }

    /// Reads a key in one of the forms of [`PrivateKey::parse`] and makes it ready.
    pub fn parse(text: &[u8]) -> Result<Self, SigningKeyError> {
        Self::new(&PrivateKey::parse(text)?)
    }

    /// The record that publishes the public half. It says `h=sha256`, so that nobody takes a
    /// signature with a weaker hash for one of this key.
    pub fn key_record(&self) -> &KeyRecord {
        &self.record
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SigningKey")
            .field("algorithm", &self.algorithm())
            .finish_non_exhaustive()
    }
}

impl SignMessage for SigningKey {
    fn algorithm(&self) -> Algorithm {
        match *self.key {
            Key::Ed25519(_) => Algorithm::Ed25519Sha256,
            Key::Rsa(_) => Algorithm::RsaSha256,
        }
    }

    fn sign(&self, message: &[u8], _: &mut dyn CryptoRng) -> Result<Vec<u8>, SigningFailed> {
        let digest = digest(&SHA256, message);
        match &*self.key {
            // RFC 8463 §3: the digest is the message that is signed.
            Key::Ed25519(key) => match key.try_sign(digest.as_ref()) {
                Ok(signature) => Ok(signature.as_ref().into()),
                Err(_) => Err(SigningFailed::Backend),
            },
            Key::Rsa(key) => {
                let mut signature = vec![0; key.public_modulus_len()];
                match key.sign_digest(&RSA_PKCS1_SHA256, &digest, &mut signature) {
                    Ok(()) => Ok(signature),
                    Err(_) => Err(SigningFailed::Backend),
                }
            }
        }
    }
}

/// Why there is no key to sign with.
#[derive(Clone, Copy, Debug, Eq, Error, PartialEq)]
#[non_exhaustive]
pub enum SigningKeyError {
    /// A kind of key that came to `dkim-sign` later than to this crate.
    #[error("AWS-LC cannot sign with this kind of key")]
    Kind,
    /// The key cannot be read, or its numbers do not belong together.
    #[error(transparent)]
    PrivateKey(#[from] PrivateKeyError),
    /// An RSA key with which AWS-LC does not sign. RFC 8301 §3.2: signers "SHOULD use RSA keys of
    /// at least 2048 bits".
    #[error("the RSA key has {bits} bits, and AWS-LC signs with no fewer than {LEAST_BITS}")]
    TooShort {
        /// Its size, in bits.
        bits: usize,
    },
}

enum Key {
    Ed25519(Ed25519KeyPair),
    Rsa(RsaKeyPair),
}

/// Fails where those who verify would not accept the key.
fn record(key_type: KeyType, public: &[u8]) -> Result<KeyRecord, PrivateKeyError> {
    let key = PublicKey::parse(key_type, public).map_err(|_| PrivateKeyError::Inconsistent)?;
    Ok(KeyRecord::new(&key).with_hash(HashAlgorithm::Sha256))
}

const LEAST_BITS: usize = 2048;
