//! The questions of one check and their answers.

use alloc::vec::Vec;

use dns_txt::Question;

/// Every question that a check has needed, each once, in the order in which it was needed, with
/// what is kept of its answer.
#[derive(Clone, Debug)]
pub(crate) struct Ledger<A> {
    entries: Vec<Entry<A>>,
    /// Entries before this one are not waiting.
    next: usize,
    /// How many answers are still needed.
    open: usize,
    budget: u16,
}

#[derive(Clone, Debug)]
struct Entry<A> {
    question: Question,
    state: State<A>,
}

#[derive(Clone, Debug)]
enum State<A> {
    /// The answer is here.
    Answered(A),
    /// Handed out.
    Asked,
    /// Handed out, and no longer needed.
    Idle,
    /// No longer needed, and never handed out.
    Spare,
    /// To be handed out.
    Waiting,
}

/// A question of this check.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct Id(usize);

/// The check has needed as many questions as it may.
#[derive(Clone, Copy, Debug)]
pub(crate) struct BudgetSpent;

impl<A> Ledger<A> {
    /// A ledger for at most `budget` questions.
    pub(crate) fn new(budget: u16) -> Self {
        Self {
            entries: Vec::with_capacity(QUESTIONS.min(budget.into())),
            next: 0,
            open: 0,
            budget,
        }
    }

    /// Makes sure that a question is asked. What it costs does not depend on what is answered
    /// already, so neither does the verdict.
    pub(crate) fn need(&mut self, question: Question) -> Result<Id, BudgetSpent> {
        let known =
            (self.entries.iter_mut().enumerate()).find(|(_, entry)| entry.question == question);
        if let Some((index, entry)) = known {
            entry.state = match entry.state {
                State::Idle => State::Asked,
                State::Spare => {
                    self.next = self.next.min(index);
                    State::Waiting
                }
                State::Answered(_) | State::Asked | State::Waiting => return Ok(Id(index)),
            };
            self.open += 1;
            return Ok(Id(index));
        }
        self.budget = self.budget.checked_sub(1).ok_or(BudgetSpent)?;
        self.open += 1;
        self.entries.push(Entry {
            question,
            state: State::Waiting,
        });
        Ok(Id(self.entries.len().saturating_sub(1)))
    }

    /// Puts open questions aside: what they were for is decided.
    pub(crate) fn set_aside(&mut self) {
        if self.open == 0 {
            return;
        }
        self.open = 0;
        for entry in &mut self.entries {
            match entry.state {
                State::Asked => entry.state = State::Idle,
                State::Waiting => entry.state = State::Spare,
                State::Answered(_) | State::Idle | State::Spare => {}
            }
        }
    }

    /// The next question to hand out.
    pub(crate) fn poll(&mut self) -> Option<Question> {
        while let Some(entry) = self.entries.get_mut(self.next) {
            self.next += 1;
            if matches!(entry.state, State::Waiting) {
                entry.state = State::Asked;
                return Some(entry.question.clone());
            }
        }
        None
    }

    /// Takes an answer; `false` if it was not waited for.
    pub(crate) fn take(&mut self, question: &Question, answer: impl FnOnce() -> A) -> bool {
        // Most answers are to the latest question.
        let mut entries = self.entries.iter_mut().rev();
        let asked = entries.find(|entry| entry.question == *question);
        let Some(entry) = asked else {
            return false;
        };
        match entry.state {
            State::Asked => self.open -= 1,
            State::Idle => {}
            State::Answered(_) | State::Spare | State::Waiting => return false,
        }
        entry.state = State::Answered(answer());
        true
    }

    /// The answer to a question, if it is there.
    pub(crate) fn answer(&self, id: Id) -> Option<&A> {
        match &self.entries.get(id.0)?.state {
            State::Answered(answer) => Some(answer),
            State::Asked | State::Idle | State::Spare | State::Waiting => None,
        }
    }

    /// The question itself.
    pub(crate) fn question(&self, id: Id) -> Option<&Question> {
        Some(&self.entries.get(id.0)?.question)
    }

    /// The first question whose answer is still needed.
    pub(crate) fn open(&self) -> Option<&Question> {
        let mut entries = self.entries.iter();
        let open = entries.find(|entry| matches!(entry.state, State::Asked | State::Waiting));
        open.map(|entry| &entry.question)
    }
}

/// As many questions as most checks ask, so that their place is allocated once.
const QUESTIONS: usize = 12;
