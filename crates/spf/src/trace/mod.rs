//! What led to a verdict, step by step: every record, every term that was evaluated, and what was
//! asked for it.
//!
//! A check keeps a [`Trace`] if [`Options::trace`](crate::Options::trace) asks for one; it is in
//! the [report](crate::Report::trace). It prints as text for the person who has to find out why a
//! mail was refused, and is plain data for whoever wants to print it otherwise.

mod print;
mod tracer;

use alloc::boxed::Box;
use alloc::vec::Vec;

use dns_txt::{Answer, Name, Question};

pub(crate) use self::tracer::Tracer;
use crate::macros::DomainSpec;
use crate::network::Network;
use crate::record::Term;
use crate::report::{Cause, Place, Verdict};

/// What led to a verdict.
///
/// It is the same whatever order answers arrived in. What is not listed because of that: where
/// one of several mail exchangers matched, or one of several names of the client, the addresses
/// of all of them; others may have been asked for or not.
///
/// It holds about 256 KiB at most, which real records do not come near; steps beyond are left out.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Trace {
    /// The steps in the order in which they were taken. The last one is the verdict.
    pub steps: Vec<Step>,
    /// Whether steps before the last one were left out.
    pub is_cut: bool,
}

/// One step of a check.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Step {
    /// How deep it stands in the tree: it belongs to the closest step before it with a lower
    /// depth. 0 for what belongs to the check itself.
    pub depth: usize,
    /// What it is.
    pub event: Event,
}

/// What a step is.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Event {
    /// The explanation of a `fail` was looked for (RFC 7208 §6.2). Below it: what was asked.
    Explanation {
        /// The domain in whose record `exp=` stands.
        domain: Name,
        /// Where it points.
        target: DomainSpec,
    },
    /// A question was answered.
    Question {
        /// The question.
        question: Question,
        /// The answer.
        answer: Answer,
    },
    /// A domain was found to have an SPF record, and one only; this stands for the question and
    /// its answer. Below it: its terms.
    Record {
        /// The domain.
        domain: Name,
        /// The record as it is published. Octets that are not ASCII make it a syntax error.
        text: Box<[u8]>,
    },
    /// A term was evaluated. Below it: what was asked for it, and the record that it names.
    Term {
        /// How many octets of the record stand before it.
        offset: usize,
        /// The term.
        term: Term,
        /// The how many-th it is of the terms that [`Limits::lookups`](crate::Limits::lookups)
        /// counts; `None` if it is not counted.
        lookup: Option<u8>,
        /// What came of it.
        outcome: Outcome,
    },
    /// The check ended.
    Verdict {
        /// The verdict.
        verdict: Verdict,
        /// What led to it.
        cause: Cause,
        /// The term where evaluation ended, if it ended at one.
        place: Option<Place>,
    },
}

/// What came of a term.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum Outcome {
    /// The check went on with the record that `redirect=` names.
    Followed,
    /// It matched.
    Matched {
        /// The network that holds the client, where one was compared.
        network: Option<Network>,
    },
    /// Its domain expands to nothing that can be asked for, or has a local part that is not ASCII
    /// (RFC 8616 §4); it did not match.
    NoName,
    /// It did not match.
    NotMatched,
    /// The record that `include` names did not say `pass`; it did not match (RFC 7208 §5.2).
    NotPassed {
        /// What the record said.
        verdict: Verdict,
    },
    /// The check ended here, in an error.
    Stopped,
    /// The DNS has nothing for it; it did not match and counts as a void lookup
    /// (RFC 7208 §4.6.4).
    Void,
}
