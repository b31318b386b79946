//! What came of a signature.

use alloc::boxed::Box;
use core::fmt;

use dkim_canon::{BodyHash, KeyError, KeyRecordError, SignatureError};
use dns_txt::{Failure, NameError};
use thiserror::Error;

use crate::signature::Signature;

/// What came of one DKIM-Signature field.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Verdict {
    /// The body's hash and how much of the body it covers; `None` if it was not needed.
    pub body: Option<BodyHash>,
    /// The index of the field in the header, among all fields and counted from 0 at the top.
    pub field: usize,
    /// The size of the key, in bits; `None` if no key that fits was found.
    pub key_bits: Option<usize>,
    /// How it ended.
    pub outcome: Outcome,
    /// What the field says; `None` if it could not be read or was not looked at.
    pub signature: Option<Signature>,
    /// Whether the domain says that it is only testing DKIM (RFC 6376 §3.6.1), in a key record that
    /// could be read, whether or not its key can be used. A failure is then not to be held against
    /// the domain.
    pub testing: bool,
}

impl Verdict {
    /// The result, in the words of RFC 8601.
    pub fn result(&self) -> ResultWord {
        self.outcome.result()
    }

    /// Whether the signature verified and is acceptable.
    pub fn is_pass(&self) -> bool {
        self.outcome == Outcome::Pass
    }

    /// How many octets of the canonical body are not covered (`l=`); anything can stand there.
    pub fn uncovered_octets(&self) -> u64 {
        self.body
            .map_or(0, |body| body.length.saturating_sub(body.hashed))
    }
}

/// How a signature ended.
#[expect(
    clippy::exhaustive_enums,
    reason = "RFC 6376 §3.9 has three ends, and RFC 8601 §2.7.1 adds what a policy refuses"
)]
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Outcome {
    /// It will not verify, now or later: PERMFAIL of RFC 6376.
    Failed(Fault),
    /// It verified: SUCCESS of RFC 6376.
    Pass,
    /// It was not tried, because the policy or the caller does not accept it.
    Refused(Refusal),
    /// It could not be tried, but may be later: TEMPFAIL of RFC 6376.
    Unsettled(TempFault),
}

impl Outcome {
    /// The result, in the words of RFC 8601 §2.7.1.
    pub fn result(&self) -> ResultWord {
        match self {
            Self::Failed(fault) => fault.result(),
            Self::Pass => ResultWord::Pass,
            Self::Refused(_) => ResultWord::Policy,
            Self::Unsettled(_) => ResultWord::TempError,
        }
    }
}

/// The cause, in one clause.
impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Failed(fault) => fault.fmt(f),
            Self::Pass => f.pad("good signature"),
            Self::Refused(refusal) => refusal.fmt(f),
            Self::Unsettled(fault) => fault.fmt(f),
        }
    }
}

/// A result of the method `dkim` (RFC 8601 §2.7.1), of those that a signature can have here.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum ResultWord {
    /// The message or the signature was changed, or the signature is out of date.
    Fail,
    /// The signature verified.
    Pass,
    /// The signature or its key cannot be used.
    PermError,
    /// The signature is not acceptable here.
    Policy,
    /// The key could not be had.
    TempError,
}

impl ResultWord {
    /// The word itself.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Fail => "fail",
            Self::Pass => "pass",
            Self::PermError => "permerror",
            Self::Policy => "policy",
            Self::TempError => "temperror",
        }
    }
}

impl fmt::Display for ResultWord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// Why a signature failed for good.
#[derive(Clone, Debug, Eq, Error, PartialEq)]
#[non_exhaustive]
pub enum Fault {
    /// The body is not the one that was signed (RFC 6376 §6.1.3).
    #[error("body hash does not match")]
    BodyHash,
    /// `l=` is larger than the body, which RFC 6376 §3.5 forbids.
    #[error("body is shorter than the signed length")]
    BodyLength,
    /// The time of `x=` has passed (RFC 6376 §6.1.1).
    #[error("signature expired")]
    Expired,
    /// `h=` of the key record does not allow the hash algorithm (RFC 6376 §6.1.2).
    #[error("key is not for this hash algorithm")]
    HashNotAllowed,
    /// The signature is not that of the signed fields (RFC 6376 §6.1.3).
    #[error("signature does not match")]
    InvalidSignature,
    /// The key cannot be used.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// Selector and domain are too long for the name of a key record.
    #[error("no key can be at such a name: {0}")]
    KeyName(NameError),
    /// The key record cannot be used.
    #[error(transparent)]
    KeyRecord(#[from] KeyRecordError),
    /// `k=` of the key record is not what `a=` needs (RFC 6376 §6.1.2).
    #[error("key is not for this signing algorithm")]
    KeyType,
    /// There is no key record (RFC 6376 §6.1.2).
    #[error("no key for signature")]
    NoKey,
    /// `s=` of the key record does not include mail (RFC 6376 §3.6.1).
    #[error("key is not for mail")]
    NotForEmail,
    /// The DKIM-Signature field cannot be used (RFC 6376 §6.1.1).
    #[error(transparent)]
    Signature(#[from] SignatureError),
    /// The key record has the flag `s`, and `i=` is in a subdomain (RFC 6376 §3.6.1).
    #[error("key is not for identities in subdomains")]
    StrictIdentity,
}

impl Fault {
    /// The result, in the words of RFC 8601 §2.7.1.
    ///
    /// A signature that was tried and does not fit is `fail`. What keeps it from being tried is
    /// `permerror`: RFC 8301 §3 and RFC 6376 §3.9 count it as failed for good, where RFC 8601
    /// would say `neutral` for errors of syntax.
    pub fn result(&self) -> ResultWord {
        match self {
            // With a weak key anything verifies, so it is as if nothing had.
            Self::BodyHash
            | Self::Expired
            | Self::InvalidSignature
            | Self::Key(KeyError::Ed25519Weak) => ResultWord::Fail,
            Self::BodyLength
            | Self::HashNotAllowed
            | Self::Key(_)
            | Self::KeyName(_)
            | Self::KeyRecord(_)
            | Self::KeyType
            | Self::NoKey
            | Self::NotForEmail
            | Self::Signature(_)
            | Self::StrictIdentity => ResultWord::PermError,
        }
    }
}

/// Why a signature could not be tried yet.
#[derive(Clone, Debug, Eq, Error, PartialEq)]
#[non_exhaustive]
pub enum TempFault {
    /// The DNS did not answer the question for the key, or was not asked.
    #[error("key unavailable: {0}")]
    KeyUnavailable(Failure),
}

/// Why a signature is not acceptable here, though the RFCs might accept it.
#[derive(Clone, Debug, Eq, Error, PartialEq)]
#[non_exhaustive]
pub enum Refusal {
    /// `l=`: the signature does not cover the whole body.
    #[error("signature of a part of the body")]
    BodyLength,
    /// A field that the policy requires is not signed.
    #[error("{name} is not signed")]
    FieldNotSigned {
        /// The field's name, as the policy has it.
        name: Box<str>,
    },
    /// `t=` lies in the future.
    #[error("signature made in the future")]
    Future,
    /// The caller has a reason of its own.
    #[error("signature not acceptable here")]
    LocalPolicy,
    /// The signing domain is one under which others register theirs (RFC 6376 §6.1.1).
    #[error("signing domain is a public suffix")]
    PublicSuffix,
    /// An RSA key above the policy's cap.
    #[error("RSA key of {bits} bits is not acceptable here")]
    RsaTooLong {
        /// The key's size, in bits.
        bits: usize,
    },
    /// An RSA key below the policy's minimum.
    #[error("RSA key of {bits} bits is not acceptable here")]
    RsaTooShort {
        /// The key's size, in bits.
        bits: usize,
    },
    /// The message has more signatures than the policy lets be looked at.
    #[error("too many signatures")]
    TooManySignatures,
}
