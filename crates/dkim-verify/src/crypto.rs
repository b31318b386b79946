//! What the verifier asks of an implementation of RSA and Ed25519.

use alloc::sync::Arc;
use core::fmt::Debug;

use dkim_canon::{KeyRecordError, PublicKey};
use thiserror::Error;

use crate::prepared_record::PreparedRecord;

/// Makes keys ready to verify signatures with.
///
/// Keys come checked: an implementation computes and judges nothing, so that every implementation
/// comes to the same verdicts. `RustCrypto` is one, with the feature `rust-crypto`; the crate
/// `dkim-aws-lc` has a faster one.
pub trait VerifySignature: Debug + Send + Sync {
    /// Makes a key ready.
    ///
    /// Fails if the octets are no key, such as 32 octets that are not a point of the curve.
    fn prepare(&self, key: PublicKey<'_>) -> Result<Arc<dyn PreparedKey>, InvalidKey>;

    /// Reads a key record and makes its key ready.
    ///
    /// As it is here, it does so each time. An implementation that keeps what it has read, as a
    /// [`KeyCache`](crate::KeyCache) does, gives the same sooner.
    fn prepare_record(&self, text: &[u8]) -> Result<Arc<PreparedRecord>, KeyRecordError> {
        PreparedRecord::parse(text, self).map(Arc::new)
    }
}

/// A key that is ready to verify signatures with.
pub trait PreparedKey: Debug + Send + Sync {
    /// Verifies a signature over a SHA-256 digest.
    ///
    /// RSA is RSASSA-PKCS1-v1_5 over the digest (RFC 6376 §3.3.2). Ed25519 signs the digest as its
    /// message (RFC 8463 §3) and is verified strictly: one signature fits one message and key.
    fn verify(&self, digest: &[u8; 32], signature: &[u8]) -> Result<(), InvalidSignature>;
}

/// The octets of a key are no key.
#[derive(Clone, Copy, Debug, Eq, Error, PartialEq)]
#[error("invalid key")]
#[expect(clippy::exhaustive_structs, reason = "cryptography gives no reasons")]
pub struct InvalidKey;

/// The signature does not fit.
#[derive(Clone, Copy, Debug, Eq, Error, PartialEq)]
#[error("invalid signature")]
#[expect(clippy::exhaustive_structs, reason = "cryptography gives no reasons")]
pub struct InvalidSignature;
