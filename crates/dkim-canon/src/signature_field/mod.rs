//! The DKIM-Signature header field ([RFC 6376] §3.5).
//!
//! [RFC 6376]: https://www.rfc-editor.org/rfc/rfc6376

mod error;
mod parse;
mod print;

use alloc::boxed::Box;
use alloc::vec::Vec;
use core::fmt;

use dns_txt::{Domain, Name, NameError};

pub use self::error::SignatureError;
pub use self::parse::ToAscii;
pub use self::print::UnsignedField;
use crate::algorithm::Algorithm;
use crate::body_hash::BodyHashKey;
use crate::canonicalization::Canonicalization;
use crate::field::{Field, trim};
use crate::identity::Identity;
use crate::key_name::key_name;
use crate::signed_fields::{SignedFields, is_name_octet};
use crate::unix_time::UnixTime;

/// What a DKIM-Signature field says.
///
/// Reading what was printed gives an equal value. Tags that RFC 6376 does not define are passed
/// over and not kept.
///
/// ```
/// use dkim_canon::SignatureField;
///
/// # fn main() -> Result<(), dkim_canon::SignatureError> {
/// let field = SignatureField::parse(
///     b" v=1; a=ed25519-sha256; d=example.com; s=brisbane; h=from:to;\r\n \
///       bh=frcCV1k9oG9oKj3dpUqdJg1PxRT2RSN/XKdLCPjaYaY=; b=c2ln",
/// )?;
/// assert_eq!(field.domain().as_str(), "example.com");
/// assert!(field.signed_fields().contains("From"));
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Eq, PartialEq)]
pub struct SignatureField {
    algorithm: Algorithm,
    body_hash: [u8; 32],
    body_length: Option<u64>,
    canonicalization: Canonicalization,
    copied_fields: Vec<CopiedField>,
    domain: Domain,
    expiration: Option<UnixTime>,
    identity: Option<Identity>,
    selector: Domain,
    signature: Box<[u8]>,
    signed_fields: SignedFields,
    timestamp: Option<UnixTime>,
}

impl SignatureField {
    /// The name of the header field.
    pub const NAME: &'static str = "DKIM-Signature";

    /// A field with the tags that RFC 6376 requires, `c=simple/simple` and an empty `b=`.
    ///
    /// `d=` and `i=` are not compared and the rules for reading are not applied: what is printed
    /// is what was given.
    pub fn new(
        algorithm: Algorithm,
        domain: Domain,
        selector: Domain,
        signed_fields: SignedFields,
        body_hash: [u8; 32],
    ) -> Self {
        Self {
            algorithm,
            body_hash,
            body_length: None,
            canonicalization: Canonicalization::SIMPLE,
            copied_fields: Vec::new(),
            domain,
            expiration: None,
            identity: None,
            selector,
            signature: Box::default(),
            signed_fields,
            timestamp: None,
        }
    }

    /// Sets `bh=`.
    #[must_use]
    pub fn with_body_hash(mut self, hash: [u8; 32]) -> Self {
        self.body_hash = hash;
        self
    }

    /// Sets `l=`: how many octets of the canonical body are signed. What is appended to them can
    /// be anything (RFC 6376 §8.2), and by default this suite's verifier refuses such signatures.
    #[must_use]
    pub fn with_body_length(mut self, octets: Option<u64>) -> Self {
        self.body_length = octets;
        self
    }

    /// Sets `c=`.
    #[must_use]
    pub fn with_canonicalization(mut self, canonicalization: Canonicalization) -> Self {
        self.canonicalization = canonicalization;
        self
    }

    /// Sets `z=`. Of more than [`SignedFields::MAX`] copies, the rest is passed over when the field
    /// is read.
    #[must_use]
    pub fn with_copied_fields(mut self, fields: Vec<CopiedField>) -> Self {
        self.copied_fields = fields;
        self
    }

    /// Sets `x=`. A verifier refuses a signature that expires no later than it was made.
    #[must_use]
    pub fn with_expiration(mut self, time: Option<UnixTime>) -> Self {
        self.expiration = time;
        self
    }

    /// Sets `i=`. A verifier wants its domain to be `d=` or below it.
    #[must_use]
    pub fn with_identity(mut self, identity: Option<Identity>) -> Self {
        self.identity = identity;
        self
    }

    /// Sets `b=`.
    #[must_use]
    pub fn with_signature(mut self, signature: impl Into<Box<[u8]>>) -> Self {
        self.signature = signature.into();
        self
    }

    /// Sets `t=`.
    #[must_use]
    pub fn with_timestamp(mut self, time: Option<UnixTime>) -> Self {
        self.timestamp = time;
        self
    }

    /// `a=`.
    pub fn algorithm(&self) -> Algorithm {
        self.algorithm
    }

    /// `bh=`, decoded.
    pub fn body_hash(&self) -> &[u8; 32] {
        &self.body_hash
    }

    /// Which hash of the body belongs into `bh=`.
    pub fn body_hash_key(&self) -> BodyHashKey {
        BodyHashKey {
            form: self.canonicalization.body,
            hash: self.algorithm.hash(),
            limit: self.body_length,
        }
    }

    /// `l=`, in octets of the canonical body. A number too large for the type is its maximum,
    /// which no body reaches.
    pub fn body_length(&self) -> Option<u64> {
        self.body_length
    }

    /// `c=`.
    pub fn canonicalization(&self) -> Canonicalization {
        self.canonicalization
    }

    /// `z=`: fields as the signer saw them, for diagnosis only.
    pub fn copied_fields(&self) -> &[CopiedField] {
        &self.copied_fields
    }

    /// `d=`: who signed.
    pub fn domain(&self) -> &Domain {
        &self.domain
    }

    /// `x=`.
    pub fn expiration(&self) -> Option<UnixTime> {
        self.expiration
    }

    /// `i=`; `None` means nobody in particular at [`domain`](Self::domain).
    pub fn identity(&self) -> Option<&Identity> {
        self.identity.as_ref()
    }

    /// The name of the key record: `selector._domainkey.domain` (RFC 6376 §3.6.2.1).
    ///
    /// Fails if that is too long for a name.
    pub fn key_name(&self) -> Result<Name, NameError> {
        key_name(&self.selector, Some(&self.domain))
    }

    /// `s=`.
    pub fn selector(&self) -> &Domain {
        &self.selector
    }

    /// `b=`, decoded; empty before it was signed.
    pub fn signature(&self) -> &[u8] {
        &self.signature
    }

    /// `h=`.
    pub fn signed_fields(&self) -> &SignedFields {
        &self.signed_fields
    }

    /// `t=`.
    pub fn timestamp(&self) -> Option<UnixTime> {
        self.timestamp
    }
}

/// Shows the tags, what the sender copied into `z=` left out.
impl fmt::Debug for SignatureField {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SignatureField")
            .field("algorithm", &self.algorithm)
            .field("canonicalization", &self.canonicalization)
            .field("domain", &self.domain)
            .field("selector", &self.selector)
            .field("identity", &self.identity)
            .field("signed_fields", &self.signed_fields)
            .field("body_length", &self.body_length)
            .field("timestamp", &self.timestamp)
            .field("expiration", &self.expiration)
            .finish_non_exhaustive()
    }
}

/// A header field as it was when the message was signed, an entry of `z=`.
#[derive(Clone, Eq, PartialEq)]
pub struct CopiedField {
    name: Box<[u8]>,
    value: Box<[u8]>,
}

impl CopiedField {
    /// A copy; `None` if `name` is not one that `z=` can hold. The value may be any octets.
    pub fn new(name: &[u8], value: &[u8]) -> Option<Self> {
        let legal = |&octet: &u8| is_name_octet(octet) && octet != b'|';
        if name.is_empty() || !name.iter().all(legal) {
            return None;
        }
        Some(Self {
            name: name.into(),
            value: value.into(),
        })
    }

    /// A copy of a field of a header; `None` if its name is not one that `z=` can hold.
    pub fn of(field: &Field<'_>) -> Option<Self> {
        Self::new(field.name(), field.value())
    }

    /// The field's name.
    pub fn name(&self) -> &[u8] {
        &self.name
    }

    /// What stood behind the colon, white space included.
    pub fn value(&self) -> &[u8] {
        &self.value
    }
}

/// Shows the name, not what the message said.
impl fmt::Debug for CopiedField {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "CopiedField({})", self.name.escape_ascii())
    }
}

/// A raw DKIM-Signature field without the value of its `b=`: what stands before that value and
/// what stands behind it (RFC 6376 §3.7). The white space around the value goes with it.
///
/// Only the first tag whose name is exactly `b` counts; without one, everything stands before.
pub(crate) fn around_signature(field: &[u8]) -> (&[u8], &[u8]) {
    let mut start = memchr::memchr(b':', field).map_or(0, |colon| colon + 1);
    while let Some(rest) = field.get(start..).filter(|rest| !rest.is_empty()) {
        // No value holds a semicolon, so the next one ends this tag.
        let length = memchr::memchr(b';', rest).unwrap_or(rest.len());
        let spec = rest.get(..length).unwrap_or_default();
        if let Some(equals) = memchr::memchr(b'=', spec)
            && trim(spec.get(..equals).unwrap_or_default()) == b"b"
        {
            let (before, _) = field.split_at(start + equals + 1);
            let (_, after) = field.split_at(start + length);
            return (before, after);
        }
        start += length + 1;
    }
    (field, b"")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn c18_only_the_value_of_the_tag_named_b_is_emptied() {
        for (field, before, after) in [
            ("D: bh=x; b=y; c=z", "D: bh=x; b=", "; c=z"),
            ("D: b=y", "D: b=", ""),
            ("D:b=y;", "D:b=", ";"),
            (
                "D: b \r\n =\r\n y\r\n z\r\n ; i=b=",
                "D: b \r\n =",
                "; i=b=",
            ),
            (
                "D: z=a:b=c|b=d; i=b=e;\r\n\tb=f",
                "D: z=a:b=c|b=d; i=b=e;\r\n\tb=",
                "",
            ),
            ("D: B=x; xb=y; b=z", "D: B=x; xb=y; b=", ""),
            ("D: b=", "D: b=", ""),
            ("D: b=; a=b", "D: b=", "; a=b"),
            ("b=x: b=y", "b=x: b=", ""),
            ("D: a=b", "D: a=b", ""),
            ("D: ;;", "D: ;;", ""),
            ("D", "D", ""),
        ] {
            assert_eq!(
                around_signature(field.as_bytes()),
                (before.as_bytes(), after.as_bytes()),
                "{field}"
            );
        }
    }
}
