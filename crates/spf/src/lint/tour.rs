//! What a check of a policy costs at most, and the order in which it evaluates the policy's terms.

use alloc::vec;
use alloc::vec::Vec;

use dns_txt::Answer;

use super::walk::{Page, Reading, Target, Walk, Walked};
use crate::record::{Qualifier, Term};

/// What a record costs with all that it leads to, if no directive matches before the end.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Total {
    pub(super) lookups: u32,
    /// Look-ups that find nothing for an IPv4 client.
    pub(super) void_v4: u32,
    /// And for an IPv6 client.
    pub(super) void_v6: u32,
}

/// A term that can be evaluated, when each record is gone through once.
#[derive(Clone, Copy, Debug)]
pub(super) struct Visit {
    /// In which record it stands, and which term it is.
    pub(super) node: usize,
    pub(super) term: usize,
    /// How many terms lead to its record.
    pub(super) depth: usize,
    /// What a `pass` of the record means for the policy.
    pub(super) role: Role,
    /// What it costs, with all that it leads to.
    pub(super) total: Total,
    /// Whether it leads back to a record that led to it.
    pub(super) is_loop: bool,
}

/// What the result of a record means for the policy.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Role {
    /// It is the policy's result: the domain's own record, or one that it redirects to.
    Result,
    /// A `pass` matches an `include` that has this qualifier there.
    Included(Qualifier),
    /// A `pass` decides nothing by itself: inside of the other record, it is not a `pass`.
    Exception,
}

/// A policy as a check goes through it for which nothing matches, each record once.
#[derive(Clone, Debug)]
pub(super) struct Tour {
    /// The records in the order in which they are come to.
    pub(super) records: Vec<(usize, Role)>,
    /// The terms in the order of evaluation.
    pub(super) visits: Vec<Visit>,
    /// What each record costs.
    totals: Vec<Total>,
    states: Vec<State>,
    open: Vec<At>,
}

impl Tour {
    pub(super) fn of(walk: &Walk) -> Self {
        let mut tour = Self {
            records: Vec::new(),
            visits: Vec::new(),
            totals: vec![Total::default(); walk.nodes.len()],
            states: vec![State::New; walk.nodes.len()],
            open: Vec::new(),
        };
        tour.enter(0, Role::Result, None);
        while let Some(at) = tour.open.last_mut() {
            let reading = walk.reading(at.node);
            match reading.and_then(|reading| reading.evaluated(at.next)) {
                Some((term, walked)) => {
                    at.next = at.next.saturating_add(1);
                    let at = *at;
                    tour.visit(at, term, walked, own_cost(walked, walk));
                }
                None => tour.leave(),
            }
        }
        tour
    }

    /// What the whole policy costs.
    pub(super) fn total(&self) -> Total {
        self.total_of(0)
    }

    fn visit(&mut self, at: At, term: usize, walked: &Walked, own: Total) {
        let mut visit = Visit {
            node: at.node,
            term,
            depth: self.open.len().saturating_sub(1),
            role: at.role,
            total: own,
            is_loop: false,
        };
        let mut below = None;
        if let Target::Record(target) = walked.target {
            match self.states.get(target) {
                Some(State::Done) => visit.total.add(self.total_of(target)),
                Some(State::Open) => visit.is_loop = true,
                Some(State::New) | None => below = Some(target),
            }
        }
        if let Some(total) = self.totals.get_mut(at.node) {
            total.add(visit.total);
        }
        let index = self.visits.len();
        self.visits.push(visit);
        if let Some(target) = below {
            self.enter(target, below_role(walked, at.role), Some(index));
        }
    }

    fn enter(&mut self, node: usize, role: Role, visit: Option<usize>) {
        if let Some(state) = self.states.get_mut(node) {
            *state = State::Open;
        }
        self.records.push((node, role));
        self.open.push(At {
            node,
            role,
            next: 0,
            visit,
        });
    }

    /// A record is part of the cost of the term that led to it, and of that term's record.
    fn leave(&mut self) {
        let Some(at) = self.open.pop() else {
            return;
        };
        if let Some(state) = self.states.get_mut(at.node) {
            *state = State::Done;
        }
        let total = self.total_of(at.node);
        if let Some(visit) = at.visit.and_then(|visit| self.visits.get_mut(visit)) {
            visit.total.add(total);
        }
        let outer = self.open.last().map(|outer| outer.node);
        if let Some(outer) = outer.and_then(|outer| self.totals.get_mut(outer)) {
            outer.add(total);
        }
    }

    fn total_of(&self, node: usize) -> Total {
        self.totals.get(node).copied().unwrap_or_default()
    }
}

/// A record that is gone through.
#[derive(Clone, Copy, Debug)]
struct At {
    node: usize,
    role: Role,
    /// The next of its terms.
    next: usize,
    /// The visit of the term that led to it.
    visit: Option<usize>,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum State {
    Done,
    New,
    Open,
}

impl Total {
    fn add(&mut self, other: Self) {
        self.lookups = self.lookups.saturating_add(other.lookups);
        self.void_v4 = self.void_v4.saturating_add(other.void_v4);
        self.void_v6 = self.void_v6.saturating_add(other.void_v6);
    }
}

impl Walk {
    pub(super) fn reading(&self, node: usize) -> Option<&Reading> {
        match &self.nodes.get(node)?.page {
            Page::Record(reading) => Some(reading),
            _ => None,
        }
    }
}

impl Reading {
    fn evaluated(&self, position: usize) -> Option<(usize, &Walked)> {
        let index = *self.evaluated.get(position)?;
        Some((index, self.terms.get(index)?))
    }
}

/// What a term costs by itself (RFC 7208 §4.6.4).
fn own_cost(walked: &Walked, walk: &Walk) -> Total {
    let asks = match &walked.term {
        Ok(Term::Directive(directive)) => directive.mechanism.asks(),
        Ok(Term::Redirect(_)) => true,
        _ => false,
    };
    let is_void = |id| walk.ledger.answer(id).is_some_and(Answer::is_void);
    let (v4, v6) = match walked.target {
        Target::Addresses(_, v4, v6) => (is_void(v4), is_void(v6.unwrap_or(v4))),
        Target::Exchanges(_, id) => (is_void(id), is_void(id)),
        _ => (false, false),
    };
    Total {
        lookups: asks.into(),
        void_v4: v4.into(),
        void_v6: v6.into(),
    }
}

/// The role of the record that a term of a record with this role leads to.
fn below_role(walked: &Walked, role: Role) -> Role {
    match (&walked.term, role) {
        (Ok(Term::Directive(directive)), Role::Result) => Role::Included(directive.qualifier),
        (Ok(Term::Directive(directive)), _) if directive.qualifier != Qualifier::Pass => {
            Role::Exception
        }
        _ => role,
    }
}
