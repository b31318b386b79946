//! Many questions at once.

use std::collections::{BTreeMap, BTreeSet};

use dns_txt::{Answer, Inquiry, Question};

use super::{Dns, Fault, Shared};
use crate::milter::Resolution;

/// Questions and what was answered, each asked once.
#[derive(Debug, Default)]
pub(super) struct Survey {
    unasked: BTreeSet<Question>,
    in_flight: BTreeSet<Question>,
    answers: BTreeMap<Question, Answer>,
}

impl Survey {
    /// Asks whom the command line names, else whom the configuration names.
    pub(super) fn run(
        questions: impl IntoIterator<Item = Question>,
        shared: &Shared,
        resolution: &Resolution,
    ) -> Result<Self, Fault> {
        let mut survey = Self {
            unasked: questions.into_iter().collect(),
            ..Self::default()
        };
        let dns: Dns<'_> = shared.dns_or(Some(resolution))?;
        dns.drive(&mut survey);
        dns.finish()?;
        Ok(survey)
    }

    /// What was answered to a question; that there is nothing, if it was not asked.
    pub(super) fn answer_to(&self, question: &Question) -> &Answer {
        self.answers.get(question).unwrap_or(&Answer::NoSuchName)
    }
}

impl Inquiry for Survey {
    fn poll_question(&mut self) -> Option<Question> {
        let question = self.unasked.pop_first()?;
        self.in_flight.insert(question.clone());
        Some(question)
    }

    fn answer(&mut self, question: &Question, answer: &Answer) {
        if self.in_flight.remove(question) {
            self.answers.insert(question.clone(), answer.clone());
        }
    }

    fn is_settled(&self) -> bool {
        self.unasked.is_empty() && self.in_flight.is_empty()
    }
}
