//! New keys.

use dkim_canon::Algorithm;
use rand_core::CryptoRng;
use rsa::pkcs1::EncodeRsaPrivateKey;
use thiserror::Error;
use zeroize::Zeroizing;

use crate::key::PrivateKey;

/// The kinds of keys that are worth making today.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum KeyKind {
    /// Ed25519 (RFC 8463). Short and fast, but many who verify cannot read it yet: sign with an RSA
    /// key beside it.
    Ed25519,
    /// RSA of 2048 bits, what RFC 8301 §3.2 recommends at least. The record fits every DNS.
    #[default]
    Rsa2048,
    /// RSA of 3072 bits.
    Rsa3072,
    /// RSA of 4096 bits, the most that everyone who verifies must accept (RFC 8301 §3.2).
    Rsa4096,
}

impl KeyKind {
    /// What a key of this kind signs with.
    pub fn algorithm(self) -> Algorithm {
        match self {
            Self::Ed25519 => Algorithm::Ed25519Sha256,
            Self::Rsa2048 | Self::Rsa3072 | Self::Rsa4096 => Algorithm::RsaSha256,
        }
    }
}

impl PrivateKey {
    /// Makes a key. An RSA key takes seconds.
    ///
    /// The key is as good as the random: use the operating system's.
    pub fn generate(kind: KeyKind, rng: &mut dyn CryptoRng) -> Result<Self, GenerationFailed> {
        let bits = match kind {
            KeyKind::Ed25519 => {
                let mut seed = Zeroizing::new([0; 32]);
                rng.fill_bytes(seed.as_mut());
                return Ok(Self::from_seed(&seed));
            }
            KeyKind::Rsa2048 => 2048,
            KeyKind::Rsa3072 => 3072,
            KeyKind::Rsa4096 => 4096,
        };
        let key = rsa::PrivateKey::new(rng, bits).map_err(|_| GenerationFailed)?;
        let der = key.to_pkcs1_der().map_err(|_| GenerationFailed)?;
        Self::from_der(der.as_bytes()).map_err(|_| GenerationFailed)
    }
}

/// The random did not give a key. With a random worth the name this does not happen.
#[derive(Clone, Copy, Debug, Eq, Error, PartialEq)]
#[error("no key could be made of the random that was given")]
#[non_exhaustive]
pub struct GenerationFailed;
