//! What a signature is to say ([RFC 6376] §3.5).
//!
//! [RFC 6376]: https://www.rfc-editor.org/rfc/rfc6376

use dkim_canon::{Algorithm, Canonicalization, Identity};
use dns_txt::Domain;

use crate::fields::Fields;

/// One signature that is to be made, before the message is known.
///
/// A request says which key will sign, not how to reach it. It can be kept and used for any number
/// of messages.
///
/// ```
/// # fn main() -> Result<(), dns_txt::DomainError> {
/// use dkim_sign::{Algorithm, SignRequest};
///
/// let request = SignRequest::new(Algorithm::RsaSha256, "example.com".parse()?, "2026a".parse()?)
///     .lifetime(14 * 24 * 60 * 60);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, Eq, PartialEq)]
#[must_use]
pub struct SignRequest {
    pub(crate) algorithm: Algorithm,
    pub(crate) domain: Domain,
    pub(crate) selector: Domain,
    pub(crate) canonicalization: Canonicalization,
    pub(crate) fields: Fields,
    pub(crate) identity: Option<Identity>,
    pub(crate) timestamp: bool,
    pub(crate) lifetime: Option<u64>,
    pub(crate) body_length: Option<u64>,
    pub(crate) copies: bool,
}

impl SignRequest {
    /// A signature for `domain` (`d=`) with the key that is published under `selector` (`s=`).
    ///
    /// Both are written as A-labels, in internationalized mail as well, where RFC 8616 §5 would
    /// rather have U-labels and lets A-labels stand: everyone who verifies reads them.
    ///
    /// Until something else is asked for, the canonical forms are relaxed/relaxed, the
    /// [default fields](Fields) are signed, the whole body is, the time of signing is given, and
    /// the signature does not expire.
    pub fn new(algorithm: Algorithm, domain: Domain, selector: Domain) -> Self {
        Self {
            algorithm,
            domain,
            selector,
            // RFC 6376 §3.4 has `simple` where nothing is said, but relays fold header fields anew
            // and trim lines; RFC 6376 §5.4.1 names relaxed for mail between persons.
            canonicalization: Canonicalization::RELAXED,
            fields: Fields::default(),
            identity: None,
            timestamp: true,
            lifetime: None,
            body_length: None,
            copies: false,
        }
    }

    /// What the key that signs has to be for.
    pub fn algorithm(&self) -> Algorithm {
        self.algorithm
    }

    /// The signing domain.
    pub fn domain(&self) -> &Domain {
        &self.domain
    }

    /// The selector.
    pub fn selector(&self) -> &Domain {
        &self.selector
    }

    /// The canonical forms of header and body (`c=`).
    pub fn canonicalization(mut self, canonicalization: Canonicalization) -> Self {
        self.canonicalization = canonicalization;
        self
    }

    /// The header fields that are signed (`h=`).
    pub fn fields(mut self, fields: Fields) -> Self {
        self.fields = fields;
        self
    }

    /// On whose behalf the message is signed (`i=`). Without this, `d=` says all.
    ///
    /// The domain of the identity has to be the signing domain or to stand below it.
    pub fn identity(mut self, identity: Identity) -> Self {
        self.identity = Some(identity);
        self
    }

    /// Leaves out the time of signing (`t=`), which RFC 6376 §3.5 recommends to give.
    pub fn without_timestamp(mut self) -> Self {
        self.timestamp = false;
        self
    }

    /// How many seconds after its making the signature expires (`x=`).
    ///
    /// Mail may wait for days in a queue, and some who verify do so only when the message is read.
    pub fn lifetime(mut self, seconds: u64) -> Self {
        self.lifetime = Some(seconds);
        self
    }

    /// Signs at most the first `octets` octets of the canonical body, and says how many they are
    /// (`l=`). `u64::MAX` signs the body as it is now and lets anyone append to it.
    ///
    /// # Danger
    ///
    /// Whoever forwards the message can append what they like, up to text that covers what was
    /// signed, and the signature still stands (RFC 6376 §8.2). Many therefore do not accept such a
    /// signature at all. Leave the length out.
    pub fn body_length(mut self, octets: u64) -> Self {
        self.body_length = Some(octets);
        self
    }

    /// Adds a copy of the signed header fields (`z=`), which helps to find out what has changed
    /// when the signature does not verify. It doubles the size of the header.
    pub fn copy_fields(mut self) -> Self {
        self.copies = true;
        self
    }
}
