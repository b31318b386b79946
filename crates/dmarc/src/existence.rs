//! Whether a domain exists (RFC 9989 §3.2.13).

use dns_txt::{Answer, Domain, Failure, Inquiry, Kind, Question};

use crate::tree_walk::Missing;

/// Whether a domain exists.
#[derive(Clone, Debug)]
pub(crate) struct Existence {
    question: Question,
    state: State,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum State {
    Answered(Result<bool, Failure>),
    Asked,
    Unasked,
    Waiting,
}

impl Existence {
    /// Records of any kind do (RFC 8020 §2). TXT is what SPF asks for, at a name that spammers give
    /// in MAIL FROM as well: one question for both.
    pub(crate) fn new(domain: &Domain) -> Self {
        Self {
            question: Question::new(domain, Kind::Txt),
            state: State::Unasked,
        }
    }

    pub(crate) fn need(&mut self) {
        if self.state == State::Unasked {
            self.state = State::Waiting;
        }
    }

    pub(crate) fn exists(&self) -> Result<bool, Missing> {
        let missing = |failure| Missing {
            question: self.question.clone(),
            failure,
        };
        match self.state {
            State::Answered(Ok(exists)) => Ok(exists),
            State::Answered(Err(failure)) => Err(missing(Some(failure))),
            State::Asked | State::Unasked | State::Waiting => Err(missing(None)),
        }
    }
}

impl Inquiry for Existence {
    fn poll_question(&mut self) -> Option<Question> {
        if self.state != State::Waiting {
            return None;
        }
        self.state = State::Asked;
        Some(self.question.clone())
    }

    fn answer(&mut self, question: &Question, answer: &Answer) {
        if self.state == State::Asked && self.question == *question {
            self.state = State::Answered(match answer {
                Answer::Failed(failure) => Err(*failure),
                Answer::NoSuchName => Ok(false),
                _ => Ok(true),
            });
        }
    }

    fn is_settled(&self) -> bool {
        matches!(self.state, State::Answered(_) | State::Unasked)
    }
}
