//! From what a lint has seen to what it says of it.

mod terms;

use alloc::vec::Vec;

use crate::lint::finding::{Family, Finding, Problem};
use crate::lint::ranges::{Range, covered};
use crate::lint::report::{Cost, LintReport};
use crate::lint::tour::{Role, Tour, Visit};
use crate::lint::walk::{Target, Walk, Walked};
use crate::record::{Directive, Mechanism, Qualifier, Term};
use crate::report::Place;

/// Reports on a walk that is over.
pub(super) fn judge(walk: &Walk) -> LintReport {
    let tour = Tour::of(walk);
    let mut judge = Judge {
        walk,
        notes: Vec::new(),
        is_complete: true,
    };
    for &(node, role) in &tour.records {
        judge.page(node, role);
    }
    judge.loops(&tour);
    judge.ranges(&tour);
    let mut findings = judge.in_order(&tour);
    judge.policy(&tour, &mut findings);
    let total = tour.total();
    let failed = |finding: &Finding| matches!(finding.problem, Problem::DnsFailure { .. });
    LintReport {
        domain: walk.domain.clone(),
        lookups: total.lookups,
        void_lookups_v4: total.void_v4,
        void_lookups_v6: total.void_v6,
        costs: costs(&tour, walk),
        is_complete: judge.is_complete && !findings.iter().any(failed),
        findings,
    }
}

struct Judge<'w> {
    walk: &'w Walk,
    notes: Vec<Note>,
    is_complete: bool,
}

/// A finding before it is put in order.
struct Note {
    node: usize,
    /// `None`: about the whole record, or about there being none.
    term: Option<usize>,
    problem: Problem,
}

impl Judge<'_> {
    fn note(&mut self, node: usize, term: impl Into<Option<usize>>, problem: Problem) {
        self.notes.push(Note {
            node,
            term: term.into(),
            problem,
        });
    }

    fn loops(&mut self, tour: &Tour) {
        for visit in tour.visits.iter().filter(|visit| visit.is_loop) {
            let walked = self.walked(visit.node, visit.term);
            if let Some(&Target::Record(target)) = walked.map(|walked| &walked.target)
                && let Some(target) = self.walk.nodes.get(target)
            {
                let target = target.domain.clone();
                self.note(visit.node, visit.term, Problem::Loop { target });
            }
        }
    }

    /// Ranges within one record as they are, and those of all records by what they mean for the
    /// policy; the second may have exceptions in their own record that are not looked at.
    fn ranges(&mut self, tour: &Tour) {
        let walk = self.walk;
        let by_record: Vec<Vec<Range>> = (tour.records.iter())
            .map(|&(node, _)| {
                let evaluated = walk.reading(node).map(|reading| &*reading.evaluated);
                let terms = evaluated.unwrap_or_default().iter();
                terms.filter_map(|&term| self.range(node, term)).collect()
            })
            .collect();
        let policy: Vec<Range> = (tour.visits.iter())
            .filter_map(|visit| policy_range(visit, self.range(visit.node, visit.term)?))
            .collect();
        for ranges in &by_record {
            for (inner, outer) in pairs(ranges) {
                if let Some(place) = self.place(outer) {
                    let problem = if inner.network.masked() == outer.network.masked() {
                        Problem::DuplicateRange { place }
                    } else {
                        let range = outer.network;
                        Problem::OverlappingRange { range, place }
                    };
                    self.note(inner.node, inner.term, problem);
                }
            }
        }
        for (inner, outer) in pairs(&policy) {
            if inner.node != outer.node
                && let Some(place) = self.place(outer)
            {
                let range = outer.network;
                self.note(
                    inner.node,
                    inner.term,
                    Problem::SharedRange { range, place },
                );
            }
        }
    }

    fn range(&self, node: usize, term: usize) -> Option<Range> {
        match &self.walked(node, term)?.term {
            Ok(Term::Directive(Directive {
                qualifier,
                mechanism: Mechanism::Ip(network),
            })) => Some(Range {
                network: *network,
                qualifier: *qualifier,
                node,
                term,
            }),
            _ => None,
        }
    }

    fn place(&self, range: &Range) -> Option<Place> {
        Some(Place {
            domain: self.walk.nodes.get(range.node)?.domain.clone(),
            offset: self.walked(range.node, range.term)?.offset,
        })
    }

    fn walked(&self, node: usize, term: usize) -> Option<&Walked> {
        self.walk.reading(node)?.terms.get(term)
    }

    /// By record in the order of evaluation, then by place.
    fn in_order(&mut self, tour: &Tour) -> Vec<Finding> {
        let mut positions = alloc::vec![usize::MAX; self.walk.nodes.len()];
        for (position, &(node, _)) in tour.records.iter().enumerate() {
            if let Some(entry) = positions.get_mut(node) {
                *entry = position;
            }
        }
        let mut notes = core::mem::take(&mut self.notes);
        notes.sort_by_key(|note| (positions.get(note.node).copied(), note.term));
        let findings = notes.into_iter().filter_map(|note| self.finding(note));
        findings.collect()
    }

    fn finding(&self, note: Note) -> Option<Finding> {
        let walked = note.term.and_then(|term| self.walked(note.node, term));
        Some(Finding {
            domain: self.walk.nodes.get(note.node)?.domain.clone(),
            offset: walked.map(|walked| walked.offset),
            term: walked.map(|walked| walked.text.clone()),
            problem: note.problem,
        })
    }

    /// What is about the policy as a whole.
    fn policy(&self, tour: &Tour, findings: &mut Vec<Finding>) {
        let limits = self.walk.options.limits;
        let total = tour.total();
        let mut note = |term, problem| {
            let node = 0;
            findings.extend(self.finding(Note {
                node,
                term,
                problem,
            }));
        };
        let (lookups, limit) = (total.lookups, limits.lookups);
        if lookups > u32::from(limit) {
            let problem = Problem::TooManyLookups { lookups, limit };
            note(over_limit(tour, limit), problem);
        }
        let limit = limits.void_lookups;
        for (family, lookups) in [(Family::V4, total.void_v4), (Family::V6, total.void_v6)] {
            if lookups > u32::from(limit) {
                let problem = Problem::TooManyVoidLookups {
                    family,
                    lookups,
                    limit,
                };
                note(None, problem);
            }
        }
        if !self.is_complete {
            note(None, Problem::Incomplete);
        }
    }
}

/// A range of the policy, with what it means there.
fn policy_range(visit: &Visit, range: Range) -> Option<Range> {
    match visit.role {
        Role::Result => Some(range),
        Role::Included(qualifier) if range.qualifier == Qualifier::Pass => {
            Some(Range { qualifier, ..range })
        }
        Role::Included(_) | Role::Exception => None,
    }
}

fn pairs(ranges: &[Range]) -> impl Iterator<Item = (&Range, &Range)> {
    let covered = covered(ranges).into_iter();
    covered.filter_map(|(inner, outer)| Some((ranges.get(inner)?, ranges.get(outer)?)))
}

/// The term of the domain's own record with which the limit is broken.
fn over_limit(tour: &Tour, limit: u8) -> Option<usize> {
    let mut lookups = 0u32;
    let mut own = tour.visits.iter().filter(|visit| visit.depth == 0);
    let over = own.find(|visit| {
        lookups = lookups.saturating_add(visit.total.lookups);
        lookups > u32::from(limit)
    });
    over.map(|visit| visit.term)
}

fn costs(tour: &Tour, walk: &Walk) -> Vec<Cost> {
    let visits = tour.visits.iter().filter(|visit| visit.total.lookups > 0);
    let costs = visits.filter_map(|visit| {
        let walked = walk.reading(visit.node)?.terms.get(visit.term)?;
        Some(Cost {
            depth: visit.depth,
            place: Place {
                domain: walk.nodes.get(visit.node)?.domain.clone(),
                offset: walked.offset,
            },
            term: walked.text.clone(),
            lookups: visit.total.lookups,
        })
    });
    costs.collect()
}
