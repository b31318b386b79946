//! How a trace is written while a check runs.

use alloc::boxed::Box;
use alloc::vec::Vec;

use dns_txt::{Answer, Name, Question, Record as DnsRecord};

use super::{Event, Outcome, Step, Trace};
use crate::gist::Gist;
use crate::ledger::{Id, Ledger};
use crate::macros::DomainSpec;
use crate::network::Network;
use crate::record::{Directive, Mechanism, Term};
use crate::report::{Cause, Place, Verdict};

/// Writes a trace, or nothing if none is wanted.
///
/// A step of the evaluation that waits for answers runs again, so it is noted when it is done.
#[derive(Clone, Debug)]
pub(crate) struct Tracer {
    notes: Option<Box<Notes>>,
}

#[derive(Clone, Debug, Default)]
struct Notes {
    /// In the order in which they came.
    answers: Vec<(Question, Answer)>,
    steps: Vec<Step>,
    is_cut: bool,
    /// About how many octets the steps take.
    size: usize,
    /// What the next step belongs to, the innermost last.
    open: Vec<Open>,
}

/// A step that others belong to.
#[derive(Clone, Copy, Debug)]
struct Open {
    node: Node,
    /// `None` if it was left out.
    index: Option<usize>,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Node {
    Explanation,
    Include,
    Record,
    Redirect,
    /// A term that names no other record.
    Term,
}

impl Tracer {
    pub(crate) fn new(wanted: bool) -> Self {
        Self {
            notes: wanted.then(Box::default),
        }
    }

    /// A record is about to be evaluated: that of the identity, or of the term at hand.
    pub(crate) fn record(&mut self, domain: &Name, text: &[u8]) {
        if let Some(notes) = &mut self.notes {
            notes.open(Node::Record, text.len(), || Event::Record {
                domain: domain.clone(),
                text: text.into(),
            });
        }
    }

    /// A directive is about to be evaluated. Until more is known, it does not match.
    pub(crate) fn directive(&mut self, offset: usize, directive: &Directive, lookups: u8) {
        if let Some(notes) = &mut self.notes {
            let asks = directive.mechanism.asks();
            let node = match directive.mechanism {
                Mechanism::Include { .. } => Node::Include,
                _ => Node::Term,
            };
            notes.close_term();
            notes.open(node, 0, || Event::Term {
                offset,
                term: Term::Directive(directive.clone()),
                lookup: asks.then(|| lookups.saturating_add(1)),
                outcome: Outcome::NotMatched,
            });
        }
    }

    /// A redirection is about to be followed.
    pub(crate) fn redirect(&mut self, offset: usize, target: &DomainSpec, lookups: u8) {
        if let Some(notes) = &mut self.notes {
            notes.close_term();
            notes.open(Node::Redirect, 0, || Event::Term {
                offset,
                term: Term::Redirect(target.clone()),
                lookup: Some(lookups.saturating_add(1)),
                outcome: Outcome::Followed,
            });
        }
    }

    /// The verdict stands, and its explanation is looked for.
    pub(crate) fn explanation(&mut self, domain: &Name, target: &DomainSpec) {
        if let Some(notes) = &mut self.notes {
            notes.open(Node::Explanation, 0, || Event::Explanation {
                domain: domain.clone(),
                target: target.clone(),
            });
        }
    }

    /// An answer came, which steps may need later.
    pub(crate) fn answer(&mut self, question: &Question, answer: &Answer) {
        if let Some(notes) = &mut self.notes {
            notes.answers.push((question.clone(), answer.clone()));
        }
    }

    /// A question was answered that the step at hand needed.
    pub(crate) fn question(&mut self, id: Id, ledger: &Ledger<Gist>) {
        if let (Some(notes), Some(question)) = (&mut self.notes, ledger.question(id)) {
            notes.push_question(question);
        }
    }

    /// Questions of which any may have decided.
    ///
    /// Of several, some may be unanswered, and which ones is chance: then none is noted.
    pub(crate) fn alternatives(&mut self, decided: bool, ids: &[Id], ledger: &Ledger<Gist>) {
        if self.notes.is_some() && !(decided && ids.len() > 1) {
            ids.iter().for_each(|&id| self.question(id, ledger));
        }
    }

    /// Whether anything is noted, for callers that would have to collect it first.
    pub(crate) fn is_wanted(&self) -> bool {
        self.notes.is_some()
    }

    /// More is known of the term at hand.
    pub(crate) fn outcome(&mut self, outcome: Outcome) {
        if let Some(notes) = &mut self.notes {
            notes.set_outcome(outcome);
        }
    }

    /// The term at hand matches, which is the result of its record.
    pub(crate) fn matched(&mut self, network: Option<Network>, verdict: Verdict) {
        if let Some(notes) = &mut self.notes {
            notes.set_outcome(Outcome::Matched { network });
            notes.close_record(verdict);
        }
    }

    /// No term matched, which is the result of the record.
    pub(crate) fn default_result(&mut self) {
        if let Some(notes) = &mut self.notes {
            notes.close_record(Verdict::Neutral);
        }
    }

    /// The end.
    pub(crate) fn finish(
        self,
        verdict: Verdict,
        cause: &Cause,
        place: Option<&Place>,
    ) -> Option<Trace> {
        let mut notes = self.notes?;
        // A redirection that led to a record was followed; whatever else is open ended here.
        while let Some(open) = notes.open.last().copied() {
            if !matches!(open.node, Node::Record | Node::Explanation) {
                notes.set_outcome(Outcome::Stopped);
            }
            notes.open.pop();
            if open.node == Node::Record && notes.is_in(Node::Redirect) {
                notes.open.pop();
            }
        }
        notes.steps.push(Step {
            depth: 0,
            event: Event::Verdict {
                verdict,
                cause: cause.clone(),
                place: place.cloned(),
            },
        });
        Some(Trace {
            steps: notes.steps,
            is_cut: notes.is_cut,
        })
    }
}

impl Notes {
    /// Adds a step to what is open; `octets` is what it takes beside its own size.
    fn push(&mut self, octets: usize, event: impl FnOnce() -> Event) -> Option<usize> {
        let size = octets.saturating_add(STEP_SIZE);
        match self.size.checked_add(size) {
            // Once a step is left out, later ones would be misread.
            Some(size) if size <= MAX_SIZE && !self.is_cut => self.size = size,
            _ => {
                self.is_cut = true;
                return None;
            }
        }
        let index = self.steps.len();
        self.steps.push(Step {
            depth: self.open.len(),
            event: event(),
        });
        Some(index)
    }

    fn push_question(&mut self, question: &Question) {
        let answered = self.answers.iter().find(|(known, _)| known == question);
        if let Some((question, answer)) = answered.cloned() {
            self.push(size(&answer), || Event::Question { question, answer });
        }
    }

    fn open(&mut self, node: Node, octets: usize, event: impl FnOnce() -> Event) {
        let index = self.push(octets, event);
        self.open.push(Open { node, index });
    }

    fn is_in(&self, node: Node) -> bool {
        self.open.last().is_some_and(|open| open.node == node)
    }

    fn set_outcome(&mut self, new: Outcome) {
        let index = self.open.last().and_then(|open| open.index);
        let step = index.and_then(|index| self.steps.get_mut(index));
        if let Some(Event::Term { outcome, .. }) = step.map(|step| &mut step.event) {
            *outcome = new;
        }
    }

    /// Leaves a term, if one is open, for its record.
    fn close_term(&mut self) {
        if !self.is_in(Node::Record) {
            self.open.pop();
        }
    }

    /// Leaves a record, and those that redirected to it, for the `include` that named it.
    fn close_record(&mut self, verdict: Verdict) {
        self.close_term();
        self.open.pop();
        while self.is_in(Node::Redirect) {
            self.close_term();
            self.open.pop();
        }
        if self.is_in(Node::Include) && verdict != Verdict::Pass {
            self.set_outcome(Outcome::NotPassed { verdict });
        }
    }
}

/// About how many octets an answer takes.
fn size(answer: &Answer) -> usize {
    let sizes = answer.records().iter().map(|record| match record {
        DnsRecord::Txt(text) => text.len().saturating_add(RECORD_SIZE),
        _ => RECORD_SIZE,
    });
    sizes.fold(0, usize::saturating_add)
}

/// A record of an answer, with the name that it may hold.
const RECORD_SIZE: usize = 64;

/// A step with the names that it holds.
const STEP_SIZE: usize = 256;

/// What a trace may take. A check that spends all that RFC 7208 §4.6.4 allows has 123 answers of
/// some ten records, and terms enough to fill ten answers of 512 octets: less than half of it.
const MAX_SIZE: usize = 256 * 1024;
