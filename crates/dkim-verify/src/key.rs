//! The keys that may have made a signature ([RFC 6376] §6.1.2).
//!
//! [RFC 6376]: https://www.rfc-editor.org/rfc/rfc6376

use alloc::sync::Arc;
use alloc::vec::Vec;

use dkim_canon::{KeyError, KeyRecordError, KeyType, SignatureField};
use dns_txt::{Answer, Failure};

use crate::crypto::{PreparedKey, VerifySignature};
use crate::policy::Policy;
use crate::prepared_record::PreparedRecord;
use crate::verdict::{Fault, Outcome, Refusal, TempFault};

/// A key that suits a signature.
#[derive(Debug)]
pub(crate) struct Candidate {
    pub(crate) bits: usize,
    pub(crate) testing: bool,
    /// `None` for a key with which nothing verifies.
    prepared: Option<Arc<dyn PreparedKey>>,
}

impl Candidate {
    pub(crate) fn verifies(&self, digest: &[u8; 32], signature: &[u8]) -> bool {
        let prepared = self.prepared.as_ref();
        prepared.is_some_and(|key| key.verify(digest, signature).is_ok())
    }
}

/// No key that suits a signature.
#[derive(Debug)]
pub(crate) struct Unsuitable {
    pub(crate) outcome: Outcome,
    /// Whether the record that the outcome is about says that its domain is testing.
    pub(crate) testing: bool,
}

impl From<Outcome> for Unsuitable {
    /// Without a record that could be read.
    fn from(outcome: Outcome) -> Self {
        Self {
            outcome,
            testing: false,
        }
    }
}

/// The keys in an answer that suit a signature; at least one.
///
/// Several records are tried in turn, as RFC 6376 §6.1.2 allows, and never joined. Of more than
/// [`MOST_RECORDS`], the rest is passed over. If none suits, the outcome is that of the first one
/// that is a key record at all.
pub(crate) fn candidates(
    answer: &Answer,
    tags: &SignatureField,
    policy: &Policy,
    crypto: &dyn VerifySignature,
) -> Result<Vec<Candidate>, Unsuitable> {
    if !matches!(answer, Answer::NoSuchName | Answer::Records(_)) {
        let failure = match answer {
            Answer::Failed(failure) => *failure,
            _ => Failure::Malformed,
        };
        return Err(Outcome::Unsettled(TempFault::KeyUnavailable(failure)).into());
    }
    let mut found = Vec::new();
    let mut unsuitable = Unsuitable::from(Outcome::Failed(Fault::NoKey));
    for text in answer.texts().take(MOST_RECORDS) {
        match candidate(text, tags, policy, crypto) {
            Ok(candidate) => found.push(candidate),
            Err(error) if is_beside_the_key(&unsuitable.outcome) => unsuitable = error,
            Err(_) => {}
        }
    }
    match found.is_empty() {
        true => Err(unsuitable),
        false => Ok(found),
    }
}

/// RFC 6376 §6.1.2, steps 5 to 8: the key of one record.
fn candidate(
    text: &[u8],
    tags: &SignatureField,
    policy: &Policy,
    crypto: &dyn VerifySignature,
) -> Result<Candidate, Unsuitable> {
    let prepared = crypto.prepare_record(text);
    let prepared = prepared.map_err(|error| Outcome::Failed(error.into()))?;
    let testing = prepared.record().is_testing();
    let bits =
        suitable(&prepared, tags, policy).map_err(|outcome| Unsuitable { outcome, testing })?;
    Ok(Candidate {
        bits,
        testing,
        prepared: prepared.key(crypto),
    })
}

/// RFC 6376 §6.1.2, steps 6 to 8: the size of the key, if it suits the signature.
fn suitable(
    prepared: &PreparedRecord,
    tags: &SignatureField,
    policy: &Policy,
) -> Result<usize, Outcome> {
    let record = prepared.record();
    if !record.allows_email() {
        return Err(Outcome::Failed(Fault::NotForEmail));
    }
    if !record.allows_hash(tags.algorithm().hash()) {
        return Err(Outcome::Failed(Fault::HashNotAllowed));
    }
    // Step 7 before step 8: a withdrawn key need not be of any kind.
    if record.data().is_empty() {
        return Err(Outcome::Failed(KeyError::Revoked.into()));
    }
    if record.key_type() != tags.algorithm().key_type() {
        return Err(Outcome::Failed(Fault::KeyType));
    }
    // RFC 6376 §3.6.1: with the flag `s`, the domain of `i=` is that of `d=`.
    let mut identity = tags.identity().into_iter();
    if record.is_identity_strict() && identity.any(|identity| identity.domain() != tags.domain()) {
        return Err(Outcome::Failed(Fault::StrictIdentity));
    }
    let bits = prepared.bits();
    let bits = bits.map_err(|error| Outcome::Failed(error.into()))?;
    if record.key_type() == KeyType::Rsa {
        refuse(bits, policy).map_err(Outcome::Refused)?;
    }
    Ok(bits)
}

/// RSA keys of this size, by the policy.
fn refuse(bits: usize, policy: &Policy) -> Result<(), Refusal> {
    if bits < policy.min_rsa_bits {
        return Err(Refusal::RsaTooShort { bits });
    }
    if bits > policy.max_rsa_bits {
        return Err(Refusal::RsaTooLong { bits });
    }
    Ok(())
}

/// Whether an outcome only says that no key record was seen, so that a later one tells more.
fn is_beside_the_key(outcome: &Outcome) -> bool {
    let Outcome::Failed(fault) = outcome else {
        return false;
    };
    matches!(
        fault,
        Fault::NoKey | Fault::KeyRecord(KeyRecordError::Tags(_) | KeyRecordError::Missing)
    )
}

/// More records than this do not stand at a selector in good faith, and each may cost a
/// verification.
const MOST_RECORDS: usize = 4;
