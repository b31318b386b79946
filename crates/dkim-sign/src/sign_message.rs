//! What a key has to do, wherever it is kept.

use alloc::vec::Vec;
use core::fmt::Debug;

use dkim_canon::Algorithm;
use rand_core::CryptoRng;
use thiserror::Error;

/// A key that signs: in memory, in a token, behind a service.
///
/// Random is an argument, so that a core needs no source of its own. RSA in software uses it to
/// hide the private operation from those who can measure it; the signature does not depend on it.
pub trait SignMessage: Debug + Send + Sync {
    /// The algorithm of the signatures that [`sign`](Self::sign) makes.
    fn algorithm(&self) -> Algorithm;

    /// Signs the octets of [`Unsigned::message`](crate::Unsigned::message).
    ///
    /// `rsa-sha256` is RSASSA-PKCS1-v1_5 with SHA-256 over them (RFC 6376 §3.3.2), as many octets
    /// as the modulus has. `ed25519-sha256` is Ed25519 over their SHA-256 digest (RFC 8463 §3), 64
    /// octets.
    fn sign(&self, message: &[u8], rng: &mut dyn CryptoRng) -> Result<Vec<u8>, SigningFailed>;
}

/// Why there is no signature.
#[derive(Clone, Copy, Debug, Eq, Error, PartialEq)]
#[non_exhaustive]
pub enum SigningFailed {
    /// The key is of another algorithm than the signature was requested for.
    #[error("a key for {key} cannot make an {requested} signature")]
    Algorithm {
        /// What the key signs with.
        key: Algorithm,
        /// What the request asks for.
        requested: Algorithm,
    },
    /// Whoever holds the key did not sign.
    #[error("the key did not sign")]
    Backend,
    /// The signature does not have the length that its algorithm gives it.
    #[error(transparent)]
    Length(#[from] crate::WrongLength),
}
