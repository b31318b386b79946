//! Signing in pure Rust, with the `rsa` and `ed25519-dalek` crates.

use alloc::boxed::Box;
use alloc::vec::Vec;
use core::fmt;

use dkim_canon::{Algorithm, HashAlgorithm, KeyRecord, KeyType, PublicKey};
use ed25519_dalek::Signer;
use rand_core::CryptoRng;
use rsa::pkcs1::{DecodeRsaPrivateKey, EncodeRsaPrivateKey, EncodeRsaPublicKey};
use sha2::{Digest, Sha256};

use crate::key::{Exposed, PrivateKey, PrivateKeyError};
use crate::sign_message::{SignMessage, SigningFailed};

/// A [`PrivateKey`] made ready to sign. Cheap to use many times, and from many threads at once.
/// It signs as a [`SignMessage`]; that trait is to be imported for its methods.
///
/// RSA is always blinded with the caller's random, since an attacker who may have mail signed and
/// can measure the time it takes is whom RUSTSEC-2023-0071 is about. The numbers are wiped from
/// memory when the key is dropped, and `Debug` does not show them.
#[derive(Clone)]
pub struct SigningKey {
    key: Key,
    record: KeyRecord,
}

impl SigningKey {
    /// Checks that the numbers of a key belong together, and does the arithmetic that all its
    /// signatures share.
    pub fn new(key: &PrivateKey) -> Result<Self, PrivateKeyError> {
        let (key, record) = match key.expose() {
            Exposed::Ed25519 { seed } => {
                let key = ed25519_dalek::SigningKey::from_bytes(seed);
                let record = record(KeyType::Ed25519, key.verifying_key().as_bytes())?;
                (Key::Ed25519(Box::new(key)), record)
            }
            Exposed::Rsa { pkcs1 } => {
                let key = rsa::PrivateKey::from_pkcs1_der(pkcs1);
                let key = key.map_err(|_| PrivateKeyError::Inconsistent)?;
                // The last three numbers are computed anew: those that were given may not differ.
                let again = key.to_pkcs1_der();
                let again = again.map_err(|_| PrivateKeyError::Inconsistent)?;
                if again.as_bytes() != pkcs1 {
                    return Err(PrivateKeyError::Inconsistent);
                }
                let public = key.as_public_key().to_pkcs1_der();
                let public = public.map_err(|_| PrivateKeyError::Inconsistent)?;
                let record = record(KeyType::Rsa, public.as_bytes())?;
                (Key::Rsa(Box::new(key)), record)
            }
        };
        Ok(Self { key, record })
    }

    /// Reads a key in one of the forms of [`PrivateKey::parse`] and makes it ready.
    pub fn parse(text: &[u8]) -> Result<Self, PrivateKeyError> {
        Self::new(&PrivateKey::parse(text)?)
    }

    /// The record that publishes the public half. It says `h=sha256`, so that nobody takes a
    /// signature with a weaker hash for one of this key.
    ///
    /// A record in the DNS is that of this key if
    /// [`public_key`](dkim_canon::KeyRecord::public_key) gives the same for both.
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
        match self.key {
            Key::Ed25519(_) => Algorithm::Ed25519Sha256,
            Key::Rsa(_) => Algorithm::RsaSha256,
        }
    }

    fn sign(&self, message: &[u8], rng: &mut dyn CryptoRng) -> Result<Vec<u8>, SigningFailed> {
        let digest = Sha256::digest(message);
        match &self.key {
            Key::Ed25519(key) => Ok(key.sign(&digest).to_bytes().into()),
            Key::Rsa(key) => key
                .pkcs1v15_sign_prehash_with_rng::<Sha256, _>(rng, &digest)
                .map_err(|_| SigningFailed::Backend),
        }
    }
}

#[derive(Clone)]
enum Key {
    Ed25519(Box<ed25519_dalek::SigningKey>),
    Rsa(Box<rsa::PrivateKey>),
}

/// Fails where those who verify would not accept the key.
fn record(key_type: KeyType, public: &[u8]) -> Result<KeyRecord, PrivateKeyError> {
    let key = PublicKey::parse(key_type, public).map_err(|_| PrivateKeyError::Inconsistent)?;
    Ok(KeyRecord::new(&key).with_hash(HashAlgorithm::Sha256))
}
