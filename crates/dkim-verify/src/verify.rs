//! A whole message in one call.

use alloc::sync::Arc;
use alloc::vec::Vec;
use core::borrow::Borrow;

use dkim_canon::{Header, UnixTime};
use dns_txt::{Answer, Question, drive};

use crate::crypto::VerifySignature;
use crate::policy::Policy;
use crate::verdict::Verdict;
use crate::verifier::Verifier;

/// Verifies every signature of a message that is at hand as a whole. Its lines end with CRLF:
/// [`ToCrlf`](crate::ToCrlf) mends those of a file before.
///
/// `ask` answers questions for keys: from a [`Zone`](dns_txt::Zone), a resolver, a cache. The
/// verdicts come in the order of the header; none for a message without signatures.
pub fn verify<A: Borrow<Answer>>(
    message: &[u8],
    policy: &Policy,
    crypto: Arc<dyn VerifySignature>,
    now: UnixTime,
    ask: impl FnMut(&Question) -> A,
) -> Vec<Verdict> {
    let (header, body) = Header::split(message);
    let mut verifier = Verifier::begin(&header, policy, crypto, now);
    drive(&mut verifier, ask);
    // Whether more is wanted does not matter: there is no more.
    let _ = verifier.body(body);
    verifier.finish()
}
