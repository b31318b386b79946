//! One pass over a message for all its signatures ([RFC 6376] §5).
//!
//! [RFC 6376]: https://www.rfc-editor.org/rfc/rfc6376

use alloc::vec::Vec;
use core::fmt;

use dkim_canon::{
    BodyHashKey, BodyHasher, CopiedField, Header, SignatureField, SignedFields, UnixTime,
    signed_octets,
};
use dns_txt::Domain;
use rand_core::CryptoRng;
use thiserror::Error;

use crate::request::SignRequest;
use crate::sign_message::{SignMessage, SigningFailed};
use crate::signed_field::SignedField;
use crate::unsigned::Unsigned;

/// Takes a message, and gives the fields that are to be signed.
///
/// The body arrives in chunks of any size. Of it, nothing is kept but hashes, and signatures with
/// the same canonical form share one. Octets are hashed as they are given: what a transport would
/// change, such as a bare LF, has to be changed before, and so has 8bit text where a relay that
/// does not take it may be on the way (RFC 6376 §5.3).
#[derive(Clone)]
pub struct Signer {
    pending: Vec<Pending>,
    bodies: BodyHasher,
}

impl Signer {
    /// Checks the requests and takes the header. What comes later cannot fail.
    ///
    /// The header is that of the message as it is sent, without the fields that are made here.
    pub fn begin<'r>(
        header: &Header<'_>,
        requests: impl IntoIterator<Item = &'r SignRequest>,
        now: UnixTime,
    ) -> Result<Self, SignRequestError> {
        check_header(header)?;
        let pending = requests
            .into_iter()
            .map(|request| Pending::new(header, request, now))
            .collect::<Result<Vec<_>, _>>()?;
        check_selectors(&pending)?;
        let bodies = BodyHasher::new(pending.iter().map(Pending::body_hash_key));
        Ok(Self { pending, bodies })
    }

    /// Takes the next octets of the body.
    pub fn body(&mut self, chunk: &[u8]) {
        self.bodies.update(chunk);
    }

    /// Ends the body. The fields come in the order of the requests.
    pub fn finish(self) -> Vec<Unsigned> {
        let hashes = self.bodies.finish();
        let unsigned = self.pending.into_iter().map(|pending| {
            let hash = hashes.get(&pending.body_hash_key());
            let hash = hash.expect("the key of each pending signature was given to the hasher");
            pending.into_unsigned(hash.digest, hash.hashed)
        });
        unsigned.collect()
    }
}

/// Shows who signs, not what a message says.
impl fmt::Debug for Signer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let fields = self.pending.iter().map(|pending| &pending.field);
        f.debug_list().entries(fields).finish()
    }
}

/// Signs a whole message: one call for those who have it in memory, and the keys at hand. Its lines
/// end with CRLF: [`ToCrlf`](crate::ToCrlf) mends those of a file before.
///
/// The fields come in the order of the requests; `Display` of each is its text, to be put on top
/// of the message.
pub fn sign(
    message: &[u8],
    requests: &[(&SignRequest, &dyn SignMessage)],
    now: UnixTime,
    rng: &mut dyn CryptoRng,
) -> Result<Vec<SignedField>, SignError> {
    let (header, body) = Header::split(message);
    let mut signer = Signer::begin(&header, requests.iter().map(|(request, _)| *request), now)?;
    signer.body(body);
    let keys = requests.iter().map(|(_, key)| *key);
    let unsigned = signer.finish().into_iter().zip(keys);
    unsigned
        .map(|(unsigned, key)| Ok(unsigned.sign_with(key, rng)?))
        .collect()
}

/// Why a message was not signed.
#[derive(Clone, Debug, Eq, Error, PartialEq)]
#[non_exhaustive]
pub enum SignError {
    /// The message or a request does not permit it.
    #[error(transparent)]
    Request(#[from] SignRequestError),
    /// A key did not sign.
    #[error(transparent)]
    Signing(#[from] SigningFailed),
}

/// Why a message cannot be signed as it was requested.
#[derive(Clone, Debug, Eq, Error, PartialEq)]
#[non_exhaustive]
pub enum SignRequestError {
    /// The signing domain has one label, and no one accepts that (RFC 6376 §3.5).
    #[error("the signing domain {domain} has only one label")]
    DomainOfOneLabel {
        /// The signing domain.
        domain: Domain,
    },
    /// The identity is neither of the signing domain nor of one below it (RFC 6376 §3.5).
    #[error("the identity's domain {identity} is not within the signing domain {domain}")]
    IdentityOutside {
        /// The signing domain.
        domain: Domain,
        /// The domain of the identity.
        identity: Domain,
    },
    /// The header begins with white space: a field on top of it would swallow its first line.
    #[error("the header begins with white space")]
    LeadingWhiteSpace,
    /// The signature would expire the moment it is made.
    #[error("the signature has a lifetime of 0 seconds")]
    Lifetime,
    /// The header has line ends, but none is a CRLF: another form of the message will be sent.
    #[error("the lines of the message do not end with CRLF")]
    LineEnds,
    /// The name under which the key would be published is too long for the DNS.
    #[error("the name of the key record for {selector} and {domain} is too long")]
    NameTooLong {
        /// The signing domain.
        domain: Domain,
        /// The selector.
        selector: Domain,
    },
    /// There is no From field, which has to be signed (RFC 6376 §5.4).
    #[error("the message has no From field")]
    NoFrom,
    /// Two algorithms under one selector, which has one record, and that for one kind of key
    /// (RFC 6376 §3.6.2.2, RFC 8463 §6): one of the signatures would not verify.
    #[error("keys of two kinds are to sign with the selector {selector} of {domain}")]
    SelectorShared {
        /// The signing domain.
        domain: Domain,
        /// The selector.
        selector: Domain,
    },
    /// The time of signing or of expiry has more than the twelve digits of RFC 6376 §3.5.
    #[error("the time of signing or expiry has more than 12 digits")]
    Time,
    /// More header fields are to be signed than anyone should have to read.
    #[error("more than {} header fields are to be signed", SignedFields::MAX)]
    TooManyFields,
}

/// A signature whose body hash is not known yet.
#[derive(Clone)]
struct Pending {
    /// With an empty `bh=` and the `l=` that was asked for.
    field: SignatureField,
    /// The signed header fields in canonical form.
    message: Vec<u8>,
}

impl Pending {
    fn new(
        header: &Header<'_>,
        request: &SignRequest,
        now: UnixTime,
    ) -> Result<Self, SignRequestError> {
        check_identity(request)?;
        let selected = request.fields.select(header);
        let (fields, indexes) = selected.map_err(|_| SignRequestError::TooManyFields)?;
        let selected = || indexes.iter().filter_map(|&index| header.field(index));
        let mut message = Vec::with_capacity(USUAL_LENGTH);
        let form = request.canonicalization.header;
        // This field is not yet there.
        signed_octets(form, header, indexes.iter().copied(), b"", |octets| {
            message.extend_from_slice(octets);
        });
        let copies = match request.copies {
            true => selected()
                .filter_map(|field| CopiedField::of(&field))
                .collect(),
            false => Vec::new(),
        };
        let (timestamp, expiration) = times(request, now)?;
        let (domain, selector) = (request.domain.clone(), request.selector.clone());
        let field = SignatureField::new(request.algorithm, domain, selector, fields, [0; 32])
            .with_body_length(request.body_length)
            .with_canonicalization(request.canonicalization)
            .with_copied_fields(copies)
            .with_expiration(expiration)
            .with_identity(request.identity.clone())
            .with_timestamp(timestamp);
        match field.key_name() {
            Ok(_) => Ok(Self { field, message }),
            Err(_) => Err(SignRequestError::NameTooLong {
                domain: request.domain.clone(),
                selector: request.selector.clone(),
            }),
        }
    }

    fn body_hash_key(&self) -> BodyHashKey {
        self.field.body_hash_key()
    }

    fn into_unsigned(mut self, body_hash: [u8; 32], hashed: u64) -> Unsigned {
        // `l=` says what was hashed, not what was allowed: it must not exceed the body
        // (RFC 6376 §3.5).
        let body_length = self.field.body_length().and(Some(hashed));
        let field = self.field.with_body_hash(body_hash);
        let field = field.with_body_length(body_length);
        let printed = field.to_unsigned();
        signed_octets(
            field.canonicalization().header,
            &Header::split(b"").0,
            [],
            printed.as_str().as_bytes(),
            |octets| self.message.extend_from_slice(octets),
        );
        Unsigned::new(self.message, field, printed)
    }
}

fn check_header(header: &Header<'_>) -> Result<(), SignRequestError> {
    let octets = header.as_octets();
    if let Some(b' ' | b'\t') = octets.first() {
        return Err(SignRequestError::LeadingWhiteSpace);
    }
    // Nearly always, the first field tells.
    let first = header.field(0);
    if !first.is_some_and(|field| field.raw().ends_with(b"\r\n"))
        && octets.contains(&b'\n')
        && !octets.windows(2).any(|pair| pair == b"\r\n")
    {
        return Err(SignRequestError::LineEnds);
    }
    match header.fields().any(|field| field.is_named("From")) {
        true => Ok(()),
        false => Err(SignRequestError::NoFrom),
    }
}

fn check_identity(request: &SignRequest) -> Result<(), SignRequestError> {
    if request.domain.parent().is_none() {
        return Err(SignRequestError::DomainOfOneLabel {
            domain: request.domain.clone(),
        });
    }
    match &request.identity {
        Some(identity) if !identity.domain().is_within(&request.domain) => {
            Err(SignRequestError::IdentityOutside {
                domain: request.domain.clone(),
                identity: identity.domain().clone(),
            })
        }
        _ => Ok(()),
    }
}

/// There are as many requests as signatures on a message: few, so each is compared with each.
fn check_selectors(pending: &[Pending]) -> Result<(), SignRequestError> {
    for (number, Pending { field, .. }) in pending.iter().enumerate() {
        let mut before = pending.iter().take(number).map(|pending| &pending.field);
        if before.any(|other| {
            (other.domain(), other.selector()) == (field.domain(), field.selector())
                && other.algorithm().key_type() != field.algorithm().key_type()
        }) {
            return Err(SignRequestError::SelectorShared {
                domain: field.domain().clone(),
                selector: field.selector().clone(),
            });
        }
    }
    Ok(())
}

/// `t=` and `x=`.
fn times(
    request: &SignRequest,
    now: UnixTime,
) -> Result<(Option<UnixTime>, Option<UnixTime>), SignRequestError> {
    if request.lifetime == Some(0) {
        return Err(SignRequestError::Lifetime);
    }
    let timestamp = request.timestamp.then_some(now);
    let expiration = request.lifetime.map(|seconds| now.plus(seconds));
    match timestamp.max(expiration) {
        Some(UnixTime::BEYOND) => Err(SignRequestError::Time),
        _ => Ok((timestamp, expiration)),
    }
}

/// Room for the signed fields of most messages, so that it need not grow.
const USUAL_LENGTH: usize = 2048;
