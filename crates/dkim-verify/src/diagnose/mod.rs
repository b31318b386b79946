//! Why a signature does not fit: what was changed, and how.
//!
//! Alterations that mail is known to suffer are undone, one after the other, until the body has
//! the hash of `bh=` and the header the digest of `b=`. Both are looked at on their own, since a
//! mailing list changes both. What is found is proven by the hash; what is not found is called so.
//!
//! Of an RSA signature the digest is taken out first, so that a key that is not the signer's is
//! told from a header that was changed, and an attempt costs a hash and no public-key operation.
//! Ed25519 does not let itself be opened: attempts are verified, 128 at most.
//!
//! What is hashed is at most some tens of times the body and the header, or a few MiB where these
//! are short (the constants at the ends of the files give reasons), so the time is linear in the
//! message.

mod body;
mod finding;
mod header;
mod lines;
mod list;
mod mime;
mod proof;
mod scan;
mod variants;
mod words;

use alloc::vec::Vec;

use dkim_canon::{Header, SignatureField};
use dns_txt::Answer;

use self::proof::Proof;
use crate::crypto::VerifySignature;
use crate::verdict::{Fault, Outcome, Refusal, Verdict};

pub use self::finding::{Finding, TransferEncoding};

/// Says what happened to a message whose signature does not fit.
///
/// `message` is the message that `verdict` is about, and `key` the answer to the question for the
/// signature's key ([`Signature::key_question`](crate::Signature::key_question)); with an answer
/// without records only the body is looked at. Nothing is found for a signature that verified, or
/// that failed or was refused for reasons that its outcome gives in full.
///
/// It is not part of a verdict: whoever can say what was changed still does not have the message
/// that was signed.
#[must_use]
pub fn diagnose(
    message: &[u8],
    verdict: &Verdict,
    key: &Answer,
    crypto: &dyn VerifySignature,
) -> Vec<Finding> {
    let outcome = &verdict.outcome;
    let unsettled = matches!(
        outcome,
        Outcome::Failed(Fault::BodyHash | Fault::BodyLength | Fault::InvalidSignature)
            | Outcome::Refused(Refusal::BodyLength)
    );
    let Some(signature) = verdict.signature.as_ref().filter(|_| unsettled) else {
        return Vec::new();
    };
    let (header, body) = Header::split(message);
    let index = signature.index();
    let tags = signature.tags();
    let field = header.field(index);
    if !field.is_some_and(|field| field.is_named(SignatureField::NAME)) {
        return Vec::new();
    }
    let mut findings = body::findings(tags, &header, body);
    let proof = Proof::new(tags, key, crypto);
    let part = findings.iter().find_map(|finding| match finding {
        Finding::BodyWrapped { at, .. } => mime::fields_before(&header, body, *at),
        _ => None,
    });
    findings.extend(header::findings(tags, &header, index, part.as_ref(), proof));
    findings
}
