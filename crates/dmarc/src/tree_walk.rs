//! The DNS tree walk: which domain speaks for the organization (RFC 9989 §4.10).

use alloc::sync::Arc;
use alloc::vec::Vec;

use dns_txt::{Domain, Failure, Kind, Question};

use crate::policy::Psd;
use crate::published::{self, Found, Published};
use crate::record::Record;

/// The domains whose records a walk from `start` asks for, the longest first: at most eight, and
/// `start` is the first of them.
///
/// ```
/// # fn main() -> Result<(), dns_txt::DomainError> {
/// let start = "a.b.c.d.e.f.g.h.i.j.mail.example.com".parse()?;
/// let walk: Vec<String> = dmarc::tree_walk(&start).iter().map(ToString::to_string).collect();
/// assert_eq!(walk.len(), 8);
/// assert_eq!(walk[1], "g.h.i.j.mail.example.com");
/// assert_eq!(walk[7], "com");
/// # Ok(())
/// # }
/// ```
pub fn tree_walk(start: &Domain) -> Vec<Domain> {
    let mut targets = Vec::with_capacity(MAX_QUERIES);
    targets.push(start.clone());
    let mut next = start.parent();
    // RFC 9989 §4.10 step 4: of eight labels or more, seven are left at once.
    while let Some(long) = next.take_if(|domain| domain.labels().count() >= MAX_QUERIES) {
        next = long.parent();
    }
    while let Some(domain) = next {
        next = domain.parent();
        targets.push(domain);
    }
    targets
}

/// One walk, over what is published.
#[derive(Clone, Debug)]
pub(crate) struct Walk {
    start: Domain,
    /// What [`tree_walk`] gives.
    targets: Vec<Domain>,
}

/// Where a walk ends.
#[derive(Clone, Debug)]
pub(crate) struct Organization {
    pub(crate) domain: Domain,
    /// The public suffix domain that ended the walk, and its record.
    pub(crate) suffix: Option<(Domain, Arc<Record>)>,
}

/// What a decision lacks: the answer to a question.
#[derive(Clone, Debug)]
pub(crate) struct Missing {
    pub(crate) question: Question,
    /// `None` while there is no answer at all.
    pub(crate) failure: Option<Failure>,
}

impl Missing {
    /// The record of a domain is missing.
    pub(crate) fn new(domain: &Domain, failure: Option<Failure>) -> Self {
        Self {
            question: published::question(domain).unwrap_or_else(|| {
                // Not reached: such a domain has no record, which is an answer.
                Question::new(domain, Kind::Txt)
            }),
            failure,
        }
    }
}

impl Organization {
    pub(crate) fn new(domain: &Domain) -> Self {
        Self {
            domain: domain.clone(),
            suffix: None,
        }
    }
}

impl Walk {
    pub(crate) fn new(start: &Domain) -> Self {
        Self {
            start: start.clone(),
            targets: tree_walk(start),
        }
    }

    /// Makes sure that everything is asked for that the walk may need: where it ends is known when
    /// the answers are there.
    pub(crate) fn need(&self, published: &mut Published) {
        for target in &self.targets {
            published.need(target);
        }
    }

    /// Whether the record of a domain is one of those that the walk asks for.
    pub(crate) fn asks(&self, domain: &Domain) -> bool {
        self.targets.contains(domain)
    }

    /// The domain at the top of the tree.
    pub(crate) fn top(&self) -> Option<&Domain> {
        self.targets.last()
    }

    /// RFC 9989 §4.10.2.
    pub(crate) fn organization(&self, published: &Published) -> Result<Organization, Missing> {
        let mut found = &self.start;
        for target in &self.targets {
            let record = match published.get(target) {
                Some(Found::Nothing { .. }) => continue,
                Some(Found::Record(record)) => record,
                Some(Found::Failed(failure)) => {
                    return Err(Missing::new(target, Some(*failure)));
                }
                None => return Err(Missing::new(target, None)),
            };
            match record.psd {
                Psd::Yes if *target != self.start => {
                    let suffix = Some((target.clone(), Arc::clone(record)));
                    let domain = self.below(target);
                    return Ok(Organization { domain, suffix });
                }
                Psd::No | Psd::Yes => return Ok(Organization::new(target)),
                Psd::Unknown => found = target,
            }
        }
        Ok(Organization::new(found))
    }

    /// The domain one label longer than `suffix`, on the way to the start. It is not one of the
    /// targets where the walk went from a long name to seven labels at once.
    fn below(&self, suffix: &Domain) -> Domain {
        let mut domain = self.start.clone();
        while let Some(parent) = domain.parent() {
            if parent == *suffix {
                break;
            }
            domain = parent;
        }
        domain
    }
}

/// RFC 9989 §4.10: the most queries of a walk.
const MAX_QUERIES: usize = 8;
