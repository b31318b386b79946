//! Verification in pure Rust.

use alloc::sync::Arc;

use dkim_canon::PublicKey;
use rsa::pkcs1v15;
use rsa::signature::hazmat::PrehashVerifier as _;
use sha2::Sha256;

use crate::crypto::{InvalidKey, InvalidSignature, PreparedKey, VerifySignature};

/// Verifies with the crates `rsa` and `ed25519-dalek`.
#[derive(Clone, Copy, Debug, Default)]
#[non_exhaustive]
pub struct RustCrypto;

impl RustCrypto {
    /// The implementation, as [`Verifier::begin`](crate::Verifier::begin) wants it.
    pub fn shared() -> Arc<dyn VerifySignature> {
        Arc::new(Self)
    }
}

impl VerifySignature for RustCrypto {
    fn prepare(&self, key: PublicKey<'_>) -> Result<Arc<dyn PreparedKey>, InvalidKey> {
        Ok(match key {
            PublicKey::Ed25519(point) => Arc::new(Ed25519Key::prepare(point)?),
            PublicKey::Rsa {
                modulus, exponent, ..
            } => Arc::new(RsaKey::prepare(modulus, exponent)?),
        })
    }
}

#[derive(Debug)]
struct Ed25519Key(ed25519_dalek::VerifyingKey);

impl Ed25519Key {
    fn prepare(point: &[u8; 32]) -> Result<Self, InvalidKey> {
        let key = ed25519_dalek::VerifyingKey::from_bytes(point);
        key.map(Self).map_err(|_| InvalidKey)
    }
}

impl PreparedKey for Ed25519Key {
    fn verify(&self, digest: &[u8; 32], signature: &[u8]) -> Result<(), InvalidSignature> {
        let signature = ed25519_dalek::Signature::from_slice(signature);
        let signature = signature.map_err(|_| InvalidSignature)?;
        // RFC 8463 §3: the digest is the message that is signed.
        let verified = self.0.verify_strict(digest, &signature);
        verified.map_err(|_| InvalidSignature)
    }
}

#[derive(Debug)]
struct RsaKey(pkcs1v15::VerifyingKey<Sha256>);

impl RsaKey {
    fn prepare(modulus: &[u8], exponent: &[u8]) -> Result<Self, InvalidKey> {
        let number = rsa::BoxedUint::from_be_slice_vartime;
        let key = rsa::PublicKey::new(number(modulus), number(exponent));
        let key = key.map_err(|_| InvalidKey)?;
        Ok(Self(pkcs1v15::VerifyingKey::new(key)))
    }
}

impl PreparedKey for RsaKey {
    fn verify(&self, digest: &[u8; 32], signature: &[u8]) -> Result<(), InvalidSignature> {
        let signature = pkcs1v15::Signature::try_from(signature).map_err(|_| InvalidSignature)?;
        let verified = self.0.verify_prehash(digest, &signature);
        verified.map_err(|_| InvalidSignature)
    }
}
