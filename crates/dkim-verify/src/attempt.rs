//! One signature on its way from the header field to the verdict.

use alloc::vec::Vec;

use dkim_canon::{
    Algorithm, BodyHash, BodyHashes, Header, SignatureField, UnixTime, is_weak_point, signed_octets,
};
use dns_txt::{Answer, Failure, Kind, Question};
use sha2::{Digest as _, Sha256};

use crate::crypto::VerifySignature;
use crate::key::{self, Candidate};
use crate::policy::Policy;
use crate::signature::Signature;
use crate::verdict::{Fault, Outcome, Refusal, TempFault, Verdict};

/// A DKIM-Signature field, and how far its verification has come.
#[derive(Debug)]
pub(crate) struct Attempt {
    /// The digest that is signed, of the header.
    digest: [u8; 32],
    index: usize,
    signature: Option<Signature>,
    state: State,
    /// Whether a key record that did not suit said that its domain is testing.
    testing: bool,
}

#[derive(Debug)]
enum State {
    /// Keys were found; the end of the body is awaited.
    Keys(Vec<Candidate>),
    /// Nothing that follows changes the outcome.
    Settled(Outcome),
    /// The answer to the question of this number is awaited.
    Waiting(usize),
}

impl Attempt {
    /// A field that is not even looked at.
    pub(crate) fn refused(index: usize, refusal: Refusal) -> Self {
        Self {
            digest: [0; 32],
            index,
            signature: None,
            state: State::Settled(Outcome::Refused(refusal)),
            testing: false,
        }
    }

    /// Reads the field at `index`; `ask` gives the number of the question for its key.
    pub(crate) fn begin(
        header: &Header<'_>,
        index: usize,
        policy: &Policy,
        now: UnixTime,
        ask: impl FnOnce(Question) -> usize,
    ) -> Self {
        let mut attempt = Self {
            digest: [0; 32],
            index,
            signature: None,
            state: State::Settled(Outcome::Refused(Refusal::LocalPolicy)),
            testing: false,
        };
        attempt.state = match attempt.look(header, policy, now) {
            Ok(question) => State::Waiting(ask(question)),
            Err(outcome) => State::Settled(outcome),
        };
        attempt
    }

    /// The index of the field in the header.
    pub(crate) fn index(&self) -> usize {
        self.index
    }

    pub(crate) fn signature(&self) -> Option<&Signature> {
        self.signature.as_ref()
    }

    /// Whether the body or an answer can still change the outcome.
    pub(crate) fn is_open(&self) -> bool {
        !matches!(self.state, State::Settled(_))
    }

    /// The number of the question whose answer is awaited.
    pub(crate) fn waits_for(&self) -> Option<usize> {
        match self.state {
            State::Waiting(number) => Some(number),
            State::Keys(_) | State::Settled(_) => None,
        }
    }

    pub(crate) fn refuse(&mut self, refusal: Refusal) {
        if self.is_open() {
            self.state = State::Settled(Outcome::Refused(refusal));
        }
    }

    /// RFC 6376 §6.1.2: the key, from the answer to the question for it.
    pub(crate) fn take_answer(
        &mut self,
        answer: &Answer,
        policy: &Policy,
        crypto: &dyn VerifySignature,
    ) {
        let Some(signature) = &self.signature else {
            return;
        };
        self.state = match key::candidates(answer, signature.tags(), policy, crypto) {
            Ok(candidates) => State::Keys(candidates),
            Err(unsuitable) => {
                self.testing = unsuitable.testing;
                State::Settled(unsuitable.outcome)
            }
        };
    }

    /// RFC 6376 §6.1.3: the body's hash first, then the signature itself.
    pub(crate) fn finish(self, hashes: &BodyHashes) -> Verdict {
        let tags = self.signature.as_ref().map(Signature::tags);
        let body = tags.and_then(|tags| hashes.get(&tags.body_hash_key()));
        let mut verdict = Verdict {
            body: body.copied(),
            field: self.index,
            key_bits: None,
            outcome: Outcome::Failed(Fault::InvalidSignature),
            signature: None,
            testing: self.testing,
        };
        match (self.state, tags, body) {
            (State::Keys(keys), Some(tags), Some(body)) => {
                let verified = verify(&keys, tags, &self.digest, body);
                // The key that verified, or the first of those that did not.
                let key = match &verified {
                    Ok(key) => Some(*key),
                    Err(_) => keys.first(),
                };
                verdict.key_bits = key.map(|key| key.bits);
                verdict.testing = key.is_some_and(|key| key.testing);
                verdict.outcome = verified.map_or_else(Outcome::Failed, |_| Outcome::Pass);
            }
            (State::Settled(outcome), ..) => verdict.outcome = outcome,
            _ => {
                let fault = TempFault::KeyUnavailable(Failure::Timeout);
                verdict.outcome = Outcome::Unsettled(fault);
            }
        }
        verdict.signature = self.signature;
        verdict
    }

    /// RFC 6376 §6.1.1: reads the field, and judges what can be judged without the key.
    fn look(
        &mut self,
        header: &Header<'_>,
        policy: &Policy,
        now: UnixTime,
    ) -> Result<Question, Outcome> {
        let field = header.field(self.index);
        let field = field.ok_or(Outcome::Refused(Refusal::LocalPolicy))?;
        let tags = SignatureField::parse_with(field.value(), policy.to_ascii);
        let tags = tags.map_err(|error| Outcome::Failed(error.into()))?;
        let signature = self
            .signature
            .insert(Signature::new(header, self.index, tags));
        let tags = signature.tags();

        if tags
            .expiration()
            .is_some_and(|expiration| expiration.plus(policy.clock_skew) < now)
        {
            return Err(Outcome::Failed(Fault::Expired));
        }
        let name = tags.key_name();
        let name = name.map_err(|error| Outcome::Failed(Fault::KeyName(error)))?;
        refuse(tags, policy, now).map_err(Outcome::Refused)?;

        let mut digest = Sha256::new();
        signed_octets(
            tags.canonicalization().header,
            header,
            signature.signed(),
            field.raw(),
            |octets| digest.update(octets),
        );
        self.digest = digest.finalize().into();
        Ok(Question::new(name, Kind::Txt))
    }
}

/// What the policy refuses before the key is known.
fn refuse(tags: &SignatureField, policy: &Policy, now: UnixTime) -> Result<(), Refusal> {
    if tags.body_length().is_some() && !policy.allow_body_length {
        return Err(Refusal::BodyLength);
    }
    if tags
        .timestamp()
        .is_some_and(|made| made > now.plus(policy.clock_skew))
        && !policy.allow_future
    {
        return Err(Refusal::Future);
    }
    let mut required = policy.required_fields.iter();
    match required.find(|name| !tags.signed_fields().contains(name)) {
        Some(name) => Err(Refusal::FieldNotSigned {
            name: name.as_str().into(),
        }),
        None => Ok(()),
    }
}

/// The first key with which the signature verifies.
fn verify<'k>(
    keys: &'k [Candidate],
    tags: &SignatureField,
    digest: &[u8; 32],
    body: &BodyHash,
) -> Result<&'k Candidate, Fault> {
    // RFC 6376 §3.5: `l=` "MUST NOT be larger than the actual number of octets".
    if tags.body_length().is_some_and(|limit| limit > body.length) {
        return Err(Fault::BodyLength);
    }
    if body.digest != *tags.body_hash() {
        return Err(Fault::BodyHash);
    }
    let signature = tags.signature();
    if tags.algorithm() == Algorithm::Ed25519Sha256 && has_weak_half(signature) {
        return Err(Fault::InvalidSignature);
    }
    keys.iter()
        .find(|key| key.verifies(digest, signature))
        .ok_or(Fault::InvalidSignature)
}

/// Whether the first half of an Ed25519 signature is a point that strict verification refuses.
/// Judged here, since not every implementation of the arithmetic does.
fn has_weak_half(signature: &[u8]) -> bool {
    signature.first_chunk().is_none_or(is_weak_point)
}
