//! Why a DKIM-Signature field cannot be used.

use dns_txt::{DomainError, TagError};
use thiserror::Error;

use crate::signed_fields::SignedFieldsError;

/// Why a DKIM-Signature field cannot be used. Whatever it is, the signature has failed for good
/// (RFC 6376 §6.1.1).
#[derive(Clone, Copy, Debug, Eq, Error, PartialEq)]
#[non_exhaustive]
pub enum SignatureError {
    /// `a=` names an algorithm that is not known.
    #[error("unknown signing algorithm")]
    Algorithm,
    /// `b=` or `bh=` is no base64.
    #[error("{tag}= is not base64")]
    Base64 {
        /// The tag's name.
        tag: &'static str,
    },
    /// `bh=` has not the length of the hash that `a=` names.
    #[error("body hash of {octets} octets")]
    BodyHashLength {
        /// Its length after decoding.
        octets: usize,
    },
    /// `c=` names a form that is not known.
    #[error("unknown canonicalization")]
    Canonicalization,
    /// `d=`, `s=` or the domain of `i=` is no domain.
    #[error("{tag}= is not a domain")]
    Domain {
        /// The tag's name.
        tag: &'static str,
        /// What is wrong with it.
        source: DomainError,
    },
    /// `b=` or `bh=` is empty: what was to be put there is missing.
    #[error("{tag}= is empty")]
    Empty {
        /// The tag's name.
        tag: &'static str,
    },
    /// `x=` is not later than `t=`.
    #[error("signature expires before it was made")]
    ExpiresFirst,
    /// `h=` does not list From.
    #[error("From is not signed")]
    FromNotSigned,
    /// `i=` has no `@`, or is not written in the quoted-printable of RFC 6376 §2.11.
    #[error("malformed identity")]
    Identity,
    /// The domain of `i=` is neither that of `d=` nor below it.
    #[error("identity outside of the signing domain")]
    IdentityOutside,
    /// A domain that is not ASCII, and no way to convert it.
    #[error("internationalized domain in {tag}=")]
    Internationalized {
        /// The tag's name.
        tag: &'static str,
    },
    /// A required tag is missing.
    #[error("{tag}= is missing")]
    Missing {
        /// The tag's name.
        tag: &'static str,
    },
    /// `l=`, `t=` or `x=` is not a number.
    #[error("{tag}= is not a number")]
    Number {
        /// The tag's name.
        tag: &'static str,
    },
    /// `q=` lists no way to get the key that is known, or one that is malformed.
    #[error("unknown or malformed query method")]
    QueryMethod,
    /// `a=rsa-sha1`, which must not be used any more (RFC 8301 §3.1).
    #[error("rsa-sha1 is not acceptable")]
    RsaSha1,
    /// `h=` is no list of field names.
    #[error(transparent)]
    SignedFields(#[from] SignedFieldsError),
    /// The field is no list of tags, or repeats one.
    #[error(transparent)]
    Tags(#[from] TagError),
    /// `d=` is a single label.
    #[error("signing domain of one label")]
    TopLevelDomain,
    /// `v=` is not 1.
    #[error("unknown version")]
    Version,
}
