//! The dialogue between a check and whoever can ask the DNS.

use core::borrow::Borrow;

use crate::answer::Answer;
use crate::question::Question;

/// A check that asks questions and takes answers: SPF, DKIM keys, DMARC, or several at once.
///
/// Questions may be taken in bulk and answered in any order. Each type has a `finish` of its own
/// that ends the dialogue and gives the report; a question still open then counts as one that
/// timed out.
pub trait Inquiry {
    /// The next question, each once. `None`: nothing to ask now, though an answer may bring more.
    fn poll_question(&mut self) -> Option<Question>;

    /// Takes the answer to a question that was polled. One that was not asked, or is answered
    /// already, is ignored.
    fn answer(&mut self, question: &Question, answer: &Answer);

    /// Whether nothing is left to ask or to be answered.
    fn is_settled(&self) -> bool;
}

impl<I: Inquiry + ?Sized> Inquiry for &mut I {
    fn poll_question(&mut self) -> Option<Question> {
        (**self).poll_question()
    }

    fn answer(&mut self, question: &Question, answer: &Answer) {
        (**self).answer(question, answer);
    }

    fn is_settled(&self) -> bool {
        (**self).is_settled()
    }
}

/// Answers an inquiry's questions one by one until it has none, with whatever `ask` gives:
/// a [`Zone`](crate::Zone), a cache, a blocking resolver.
pub fn drive<A: Borrow<Answer>>(
    inquiry: &mut (impl Inquiry + ?Sized),
    mut ask: impl FnMut(&Question) -> A,
) {
    while let Some(question) = inquiry.poll_question() {
        let answer = ask(&question);
        inquiry.answer(&question, answer.borrow());
    }
}
