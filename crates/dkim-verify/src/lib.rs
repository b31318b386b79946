//! TODO front page of dkim-verify.
#![cfg_attr(not(feature = "std"), no_std)]
extern crate alloc;

mod attempt;
mod crypto;
mod key;
mod policy;
#[cfg(feature = "rust-crypto")]
mod rust_crypto;
mod signature;
mod verdict;
mod verifier;
mod verify;

pub use dkim_canon::{BodyHash, Header, PublicKey, UnixTime};

pub use crate::crypto::{InvalidKey, InvalidSignature, PreparedKey, VerifySignature};
pub use crate::policy::Policy;
#[cfg(feature = "rust-crypto")]
pub use crate::rust_crypto::RustCrypto;
pub use crate::signature::{Coverage, Signature};
pub use crate::verdict::{Fault, Outcome, Refusal, ResultWord, TempFault, Verdict};
pub use crate::verifier::{Appetite, Verifier};
pub use crate::verify::verify;
