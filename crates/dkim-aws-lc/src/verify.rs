//! Verification.

use core::fmt;
use std::sync::Arc;

use aws_lc_rs::digest::{Digest, SHA256};
use aws_lc_rs::signature::{
    ED25519, ParsedPublicKey, RSA_PKCS1_1024_8192_SHA256_FOR_LEGACY_USE_ONLY,
};
use dkim_verify::{InvalidKey, InvalidSignature, PreparedKey, PublicKey, VerifySignature};

/// Verifies with AWS-LC.
///
/// A server keeps keys from one message to the next:
///
/// ```
/// use std::sync::{Arc, Mutex};
///
/// use dkim_aws_lc::AwsLc;
/// use dkim_verify::{KeyCache, VerifySignature};
///
/// let cache = KeyCache::new(AwsLc::default(), KeyCache::DEFAULT_CAPACITY);
/// let crypto: Arc<dyn VerifySignature> = Arc::new(Mutex::new(cache));
/// // `Verifier::begin` takes a clone of it for each message.
/// ```
#[derive(Clone, Copy, Debug, Default)]
#[non_exhaustive]
pub struct AwsLc;

impl AwsLc {
    /// The implementation, as [`Verifier::begin`](dkim_verify::Verifier::begin) wants it where no
    /// keys are kept.
    pub fn shared() -> Arc<dyn VerifySignature> {
        Arc::new(Self)
    }
}

impl VerifySignature for AwsLc {
    fn prepare(&self, key: PublicKey<'_>) -> Result<Arc<dyn PreparedKey>, InvalidKey> {
        Ok(match key {
            PublicKey::Ed25519(point) => Arc::new(Ed25519Key(
                ParsedPublicKey::new(&ED25519, point).map_err(|_| InvalidKey)?,
            )),
            // "Legacy" are 1024 bits, which a verifier must accept (RFC 8301 §3.2).
            PublicKey::Rsa { pkcs1, .. } => Arc::new(RsaKey(
                ParsedPublicKey::new(&RSA_PKCS1_1024_8192_SHA256_FOR_LEGACY_USE_ONLY, pkcs1)
                    .map_err(|_| InvalidKey)?,
            )),
        })
    }
}

struct Ed25519Key(ParsedPublicKey);

impl PreparedKey for Ed25519Key {
    fn verify(&self, digest: &[u8; 32], signature: &[u8]) -> Result<(), InvalidSignature> {
        // RFC 8463 §3: the digest is the message that is signed.
        let verified = self.0.verify_sig(digest, signature);
        verified.map_err(|_| InvalidSignature)
    }
}

impl fmt::Debug for Ed25519Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Ed25519Key")
    }
}

struct RsaKey(ParsedPublicKey);

impl PreparedKey for RsaKey {
    fn verify(&self, digest: &[u8; 32], signature: &[u8]) -> Result<(), InvalidSignature> {
        let digest = Digest::import_less_safe(digest, &SHA256).map_err(|_| InvalidSignature)?;
        let verified = self.0.verify_digest_sig(&digest, signature);
        verified.map_err(|_| InvalidSignature)
    }
}

impl fmt::Debug for RsaKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RsaKey")
    }
}
