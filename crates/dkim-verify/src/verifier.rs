//! All signatures of one message, from its header to the verdicts ([RFC 6376] §6.1).
//!
//! [RFC 6376]: https://www.rfc-editor.org/rfc/rfc6376

use alloc::sync::Arc;
use alloc::vec::Vec;

use dkim_canon::{BodyHasher, Header, SignatureField, UnixTime};
use dns_txt::{Answer, Inquiry, Question};

use crate::attempt::Attempt;
use crate::crypto::VerifySignature;
use crate::policy::Policy;
use crate::signature::Signature;
use crate::verdict::{Refusal, Verdict};

/// Verifies the signatures of one message while it arrives.
///
/// It begins with the header, takes the body in chunks of any size and answers from the DNS in any
/// order, and ends with a verdict for each DKIM-Signature field. Of the header it keeps a digest
/// per signature and of the body a hash, so memory does not grow with the message.
///
/// ```
/// use dkim_verify::{Appetite, Header, Policy, Refusal, RustCrypto, UnixTime, Verifier};
/// use dns_txt::drive;
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let zone: dns_txt::Zone = r#"brisbane._domainkey.football.example.com. TXT (
/// #     "v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=" )"#
/// #     .parse()?;
/// # let message = include_bytes!("../testdata/rfc8463.eml");
/// # let now = UnixTime::from_secs(1_530_000_000);
/// // Where the header arrives in chunks too, `HeaderReader` collects it.
/// let (header, body) = Header::split(message);
/// let mut verifier = Verifier::begin(&header, &Policy::default(), RustCrypto::shared(), now);
///
/// // A rule of one's own, before any key is asked for.
/// let is_public_suffix = |domain: &str| matches!(domain, "co.uk" | "com.au");
/// let refused: Vec<usize> = verifier
///     .signatures()
///     .filter(|signature| is_public_suffix(signature.tags().domain().as_str()))
///     .map(|signature| signature.index())
///     .collect();
/// for index in refused {
///     verifier.refuse(index, Refusal::PublicSuffix);
/// }
///
/// // Questions can be asked from now on; answers may come as late as the end of the body.
/// drive(&mut verifier, |question| zone.look_up(question));
/// for chunk in body.chunks(16) {
///     if verifier.body(chunk) == Appetite::Enough {
///         break;
///     }
/// }
/// let verdicts = verifier.finish();
/// assert!(verdicts[0].is_pass());
/// assert_eq!(verdicts[1].outcome.to_string(), "no key for signature");
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct Verifier {
    attempts: Vec<Attempt>,
    body: BodyHasher,
    crypto: Arc<dyn VerifySignature>,
    policy: Policy,
    questions: Vec<KeyQuestion>,
}

impl Verifier {
    /// Reads the DKIM-Signature fields of a header. `now` is when the message was received.
    pub fn begin(
        header: &Header<'_>,
        policy: &Policy,
        crypto: Arc<dyn VerifySignature>,
        now: UnixTime,
    ) -> Self {
        let fields = header.fields().enumerate();
        let signatures = fields.filter(|(_, field)| field.is_named(SignatureField::NAME));
        let mut questions = Vec::new();
        let mut attempts = Vec::with_capacity(USUAL_SIGNATURES);
        for (number, (index, _)) in signatures.enumerate() {
            // RFC 6376 §6.1: a limit on signatures. Counted before any work is done.
            attempts.push(match policy.max_signatures {
                Some(most) if number >= most => Attempt::refused(index, Refusal::TooManySignatures),
                _ => Attempt::begin(header, index, policy, now, |question| {
                    number_of(&mut questions, question)
                }),
            });
        }
        let open = attempts.iter().filter(|attempt| attempt.is_open());
        let body = BodyHasher::new(
            open.filter_map(|attempt| Some(attempt.signature()?.tags().body_hash_key())),
        );
        Self {
            attempts,
            body,
            crypto,
            policy: policy.clone(),
            questions,
        }
    }

    /// The signatures that could be read, in the order of the header, whatever became of them.
    ///
    /// A caller that accepts less than the policy looks at them and [refuses](Self::refuse) some.
    /// Fields that cannot be read are passed over, so the place in this sequence is not the number of
    /// a field: [`Signature::index`] is.
    pub fn signatures(&self) -> impl Iterator<Item = &Signature> {
        let attempts = self.attempts.iter();
        attempts.filter_map(Attempt::signature)
    }

    /// Refuses the signature in the header field at this index: that of [`Signature::index`], which
    /// counts all fields of the header from 0 at the top. Nothing more is done for it. A signature
    /// that has failed already stays failed, and an index of no signature changes nothing.
    pub fn refuse(&mut self, index: usize, refusal: Refusal) {
        let mut attempts = self.attempts.iter_mut();
        if let Some(attempt) = attempts.find(|attempt| attempt.index() == index) {
            attempt.refuse(refusal);
        }
    }

    /// Takes the next octets of the body, which begins behind the empty line.
    pub fn body(&mut self, chunk: &[u8]) -> Appetite {
        if !self.attempts.iter().any(Attempt::is_open) {
            return Appetite::Enough;
        }
        self.body.update(chunk);
        Appetite::More
    }

    /// Ends the body: one verdict for each DKIM-Signature field, in the order of the header.
    ///
    /// A key that was not asked for, or whose question is still open, counts as unavailable.
    pub fn finish(self) -> Vec<Verdict> {
        let hashes = self.body.finish();
        let attempts = self.attempts.into_iter();
        attempts.map(|attempt| attempt.finish(&hashes)).collect()
    }
}

impl Inquiry for Verifier {
    fn poll_question(&mut self) -> Option<Question> {
        for (number, question) in self.questions.iter_mut().enumerate() {
            let mut waiting = self.attempts.iter().filter_map(Attempt::waits_for);
            if question.stage == Stage::New && waiting.any(|waiting| waiting == number) {
                question.stage = Stage::Asked;
                return Some(question.question.clone());
            }
        }
        None
    }

    fn answer(&mut self, question: &Question, answer: &Answer) {
        let open = |open: &KeyQuestion| open.stage == Stage::Asked && open.question == *question;
        let Some(number) = self.questions.iter().position(open) else {
            return;
        };
        if let Some(question) = self.questions.get_mut(number) {
            question.stage = Stage::Answered;
        }
        for attempt in &mut self.attempts {
            if attempt.waits_for() == Some(number) {
                attempt.take_answer(answer, &self.policy, &*self.crypto);
            }
        }
    }

    fn is_settled(&self) -> bool {
        let mut waiting = self.attempts.iter().filter_map(Attempt::waits_for);
        waiting.next().is_none()
    }
}

/// Whether more of the body changes anything.
#[expect(clippy::exhaustive_enums, reason = "it does or it does not")]
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[must_use]
pub enum Appetite {
    /// Nothing more is needed; what is given all the same is passed over.
    Enough,
    /// The rest of the body is needed.
    More,
}

/// The number of a question, which is asked once however many signatures need its answer.
fn number_of(questions: &mut Vec<KeyQuestion>, question: Question) -> usize {
    let known = questions
        .iter()
        .position(|known| known.question == question);
    known.unwrap_or_else(|| {
        questions.push(KeyQuestion {
            question,
            stage: Stage::New,
        });
        questions.len() - 1
    })
}

/// Room for the signatures of most messages: for four or more, as a vector makes it, it would be
/// longer than what allocators hand out at once.
const USUAL_SIGNATURES: usize = 2;

/// A question for a key record, for all signatures that need it.
#[derive(Debug)]
struct KeyQuestion {
    question: Question,
    stage: Stage,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Stage {
    Answered,
    Asked,
    New,
}
