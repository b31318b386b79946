//! A signature field that waits for its signature.

use alloc::vec::Vec;
use core::fmt;

use dkim_canon::{Algorithm, SignatureField, UnsignedField};
use rand_core::CryptoRng;
use sha2::{Digest, Sha256};
use thiserror::Error;

use crate::sign_message::{SignMessage, SigningFailed};
use crate::signed_field::SignedField;

/// A DKIM-Signature field without its signature, and the octets that are to be signed.
///
/// `Display` of the [`SignedField`] that comes out is the text to put on top of the message.
///
/// With the key at hand, [`sign_with`](Self::sign_with) makes the field. With the key elsewhere,
/// send [`message`](Self::message) or [`digest`](Self::digest) there and hand what comes back to
/// [`complete`](Self::complete).
#[derive(Clone)]
#[must_use = "the signature is missing"]
pub struct Unsigned {
    message: Vec<u8>,
    field: SignatureField,
    printed: UnsignedField,
}

impl Unsigned {
    /// `message` ends with the canonical form of `printed`, which is `field`.
    pub(crate) fn new(message: Vec<u8>, field: SignatureField, printed: UnsignedField) -> Self {
        Self {
            message,
            field,
            printed,
        }
    }

    /// Which algorithm the signature has to be of.
    pub fn algorithm(&self) -> Algorithm {
        self.field.algorithm()
    }

    /// What the field says, its `b=` empty.
    pub fn field(&self) -> &SignatureField {
        &self.field
    }

    /// The octets that are signed: the header fields in canonical form, this one at their end
    /// (RFC 6376 §3.7).
    pub fn message(&self) -> &[u8] {
        &self.message
    }

    /// SHA-256 of [`message`](Self::message), for a key that takes digests.
    ///
    /// For RSA, this is the digest inside the PKCS#1 v1.5 signature. For Ed25519, it is the message
    /// that PureEdDSA signs (RFC 8463 §3), not the prehash of Ed25519ph.
    pub fn digest(&self) -> [u8; 32] {
        Sha256::digest(&self.message).into()
    }

    /// Puts the signature in place. Whether it is a good one, only the public key can tell.
    pub fn complete(self, signature: &[u8]) -> Result<SignedField, WrongLength> {
        let algorithm = self.algorithm();
        let length = signature.len();
        let possible = match algorithm {
            Algorithm::Ed25519Sha256 => length == 64,
            // Moduli of 1024 to 8192 bits.
            Algorithm::RsaSha256 => (128..=1024).contains(&length),
            _ => true,
        };
        match possible {
            true => Ok(SignedField::new(
                self.field.with_signature(signature),
                self.printed.sign(signature),
            )),
            false => Err(WrongLength { algorithm, length }),
        }
    }

    /// Signs with this key.
    pub fn sign_with(
        self,
        key: &dyn SignMessage,
        rng: &mut dyn CryptoRng,
    ) -> Result<SignedField, SigningFailed> {
        if key.algorithm() != self.algorithm() {
            return Err(SigningFailed::Algorithm {
                key: key.algorithm(),
                requested: self.algorithm(),
            });
        }
        let signature = key.sign(&self.message, rng)?;
        Ok(self.complete(&signature)?)
    }
}

/// Shows the field, not what a message says.
impl fmt::Debug for Unsigned {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Unsigned")
            .field("field", &self.field)
            .finish_non_exhaustive()
    }
}

/// A signature of a length that its algorithm does not make.
#[derive(Clone, Copy, Debug, Eq, Error, PartialEq)]
#[error("{length} octets are no {algorithm} signature")]
#[non_exhaustive]
pub struct WrongLength {
    /// What was to sign.
    pub algorithm: Algorithm,
    /// Octets of the signature that was given.
    pub length: usize,
}
