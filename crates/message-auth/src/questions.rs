//! One question to the DNS for all checks that need its answer.

use alloc::collections::BTreeMap;

use dns_txt::{Answer, Inquiry, Question};

/// The questions of a message, with the answers that have come.
#[derive(Clone, Debug, Default)]
pub(crate) struct Questions {
    /// `None` while a question is open. What was answered is kept, for a check that comes to ask
    /// the same later. How many there are is limited by the checks.
    asked: BTreeMap<Question, Option<Answer>>,
    open: usize,
}

impl Questions {
    /// The next question of a check that has not been asked before. What has been answered is
    /// handed to the check at once.
    pub(crate) fn poll(&mut self, check: &mut dyn Inquiry) -> Option<Question> {
        while let Some(question) = check.poll_question() {
            match self.asked.get(&question) {
                Some(Some(answer)) => check.answer(&question, answer),
                Some(None) => {}
                None => {
                    self.asked.insert(question.clone(), None);
                    self.open += 1;
                    return Some(question);
                }
            }
        }
        None
    }

    /// Keeps an answer; `false` if the question is not open.
    pub(crate) fn settle(&mut self, question: &Question, answer: &Answer) -> bool {
        match self.asked.get_mut(question) {
            Some(slot @ None) => {
                *slot = Some(answer.clone());
                self.open -= 1;
                true
            }
            _ => false,
        }
    }

    /// Whether no question is open.
    pub(crate) fn is_empty(&self) -> bool {
        self.open == 0
    }
}
