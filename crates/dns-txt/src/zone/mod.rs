//! A piece of the DNS held in memory.

mod entry;
mod error;
#[cfg(feature = "json")]
mod json;
mod master_file;
mod paths;
mod print;
mod status;
#[cfg(test)]
mod tests;

use alloc::boxed::Box;
use alloc::collections::{BTreeMap, BTreeSet};
use alloc::vec;
use alloc::vec::Vec;
use core::future::ready;
use core::str::FromStr;

use self::paths::Paths;
use crate::answer::{Answer, Failure, Record};
use crate::name::Name;
use crate::question::{Kind, Question};
use crate::resolve::{AsyncResolve, Lookup, Resolve};

pub use self::error::{ZoneError, ZoneFault};
#[cfg(feature = "json")]
pub use self::json::JsonError;

/// Names and their records, read from master-file text or put together record by record, that
/// answer questions as a resolver in front of the whole DNS would.
///
/// What is not in the zone does not exist. A name below which records stand exists, without
/// records of its own (RFC 8020 §2). Aliases are followed, eight at most. A wildcard (`*.example`)
/// answers for the names that its closest ancestor does not have (RFC 4592 §3.3.1).
///
/// `Display` prints master-file text that [`Zone::parse`] reads back to an equal zone, as long as no
/// [alias](Zone::alias) stands beside records of the same name: a master file may not have that.
#[derive(Clone, Default, Eq, PartialEq)]
pub struct Zone {
    nodes: BTreeMap<Name, Node>,
    paths: Paths,
}

impl Zone {
    /// A zone without any name.
    pub fn new() -> Self {
        Self::default()
    }

    /// Reads master-file text (RFC 1035 §5).
    ///
    /// Relative names stand below `origin`, or below the root without one. A, AAAA, CNAME, MX, PTR
    /// and TXT records of class IN are kept; of other well-known types only the owner is, as a name
    /// that exists. TTLs are read and dropped. `$ORIGIN` and `$TTL` are understood, `$INCLUDE` is
    /// refused. Text with spaces stands in quotes: without them each word is a string of the TXT
    /// record, and strings are joined without a space.
    ///
    /// One control entry is added to those of the RFC, for what a DNS may answer without having a
    /// record: `$STATUS name [type] status`, where the status is `NXDOMAIN`, `NODATA`, `SERVFAIL`,
    /// `TIMEOUT` or `MALFORMED`. Without a type it holds for every type of which the name has no
    /// record.
    pub fn parse(
        text: &(impl AsRef<[u8]> + ?Sized),
        origin: Option<Name>,
    ) -> Result<Self, ZoneError> {
        let mut zone = master_file::parse(text.as_ref(), origin.unwrap_or_else(Name::root))?;
        zone.drop_duplicates();
        Ok(zone)
    }

    /// The answer to a question, aliases followed. A chain of aliases that is too long or has no
    /// end is a server failure.
    pub fn answer(&self, question: &Question) -> Answer {
        self.look_up(question).clone()
    }

    /// What [`Zone::answer`] gives, without a copy.
    pub fn look_up(&self, question: &Question) -> &Answer {
        let mut name = question.name();
        for _ in 0..=MAX_ALIASES {
            let node = match self.nodes.get(name) {
                Some(node) => node,
                None if self.paths.lead_to(name) => return &NO_DATA,
                None => match self.wildcard(name) {
                    Some(node) => node,
                    None => return &NO_SUCH_NAME,
                },
            };
            if let Some(answer) = node.answers.get(&question.kind()) {
                return answer;
            }
            match &node.alias {
                Some(target) => name = target,
                None => return &node.others,
            }
        }
        &ENDLESS
    }

    /// Adds a record. One that is there already is not added again (RFC 2181 §5).
    pub fn insert(&mut self, name: impl Into<Name>, record: Record) -> &mut Self {
        let name = name.into();
        let known = self
            .nodes
            .get(&name)
            .and_then(|node| node.answers.get(&record.kind()));
        if known.is_none_or(|answer| !answer.records().contains(&record)) {
            self.push(name, record);
        }
        self
    }

    /// Makes `name` another name of `target`. Records that `name` has itself are answered first,
    /// though no zone should have both (RFC 1034 §3.6.2).
    pub fn alias(&mut self, name: impl Into<Name>, target: impl Into<Name>) -> &mut Self {
        self.node_mut(name.into()).alias = Some(target.into());
        self
    }

    /// Lets a question fail.
    pub fn fail(&mut self, question: Question, failure: Failure) -> &mut Self {
        self.set(question, Answer::Failed(failure))
    }

    /// Lets every question fail that asks `name` for a kind of which it has no record.
    pub fn fail_others(&mut self, name: impl Into<Name>, failure: Failure) -> &mut Self {
        self.set_others(name.into(), Answer::Failed(failure))
    }

    /// Puts one whole answer in the place of what stands there. Of its records, those of another
    /// kind than the question's are left out, and those that are there already (RFC 2181 §5).
    pub fn set(&mut self, question: Question, mut answer: Answer) -> &mut Self {
        let (name, kind) = question.into_parts();
        if let Answer::Records(records) = &mut answer {
            records.retain(|record| record.kind() == kind);
            drop_duplicates(records);
        }
        self.node_mut(name).answers.insert(kind, answer);
        self
    }

    /// Gives `answer` to every question that asks `name` for a kind of which it has no record.
    /// Records are not given: that is no data, whatever they are.
    pub fn set_others(&mut self, name: impl Into<Name>, answer: Answer) -> &mut Self {
        self.node_mut(name.into()).others = match answer {
            Answer::Records(_) => Answer::NO_DATA,
            answer => answer,
        };
        self
    }

    /// All records that are not aliases, each with its owner, in the order of the names.
    pub fn records(&self) -> impl Iterator<Item = (&Name, &Record)> {
        self.nodes.iter().flat_map(|(name, node)| {
            let records = node.answers.values().flat_map(Answer::records);
            records.map(move |record| (name, record))
        })
    }

    /// What stands at the wildcard below the closest ancestor that exists, for a name that does
    /// not.
    fn wildcard(&self, name: &Name) -> Option<&Node> {
        let mut ancestor = name.parent()?;
        while !self.paths.lead_to(&ancestor) {
            ancestor = ancestor.parent()?;
        }
        self.nodes.get(&ancestor.child(b"*").ok()?)
    }

    /// The node of a name. It and its ancestors exist from now on.
    fn node_mut(&mut self, name: Name) -> &mut Node {
        if !self.nodes.contains_key(&name) {
            self.paths.insert(&name);
        }
        self.nodes.entry(name).or_default()
    }

    /// Adds a record, whether it is there already or not.
    fn push(&mut self, name: Name, record: Record) {
        let answers = &mut self.node_mut(name).answers;
        match answers.entry(record.kind()).or_insert(Answer::NO_DATA) {
            Answer::Records(records) => records.push(record),
            other => *other = Answer::Records(vec![record]),
        }
    }

    /// Leaves the first of equal records.
    fn drop_duplicates(&mut self) {
        let answers = self
            .nodes
            .values_mut()
            .flat_map(|node| node.answers.values_mut());
        for answer in answers {
            if let Answer::Records(records) = answer {
                drop_duplicates(records);
            }
        }
    }
}

/// Reads master-file text in which relative names stand below the root.
impl FromStr for Zone {
    type Err = ZoneError;

    fn from_str(text: &str) -> Result<Self, ZoneError> {
        Self::parse(text, None)
    }
}

impl AsyncResolve for Zone {
    fn resolve(&self, question: Question) -> Lookup<'_> {
        Box::pin(ready(self.answer(&question)))
    }
}

impl Resolve for Zone {
    fn resolve(&self, question: &Question) -> Answer {
        self.answer(question)
    }
}

/// What stands at one name.
#[derive(Clone, Debug, Eq, PartialEq)]
struct Node {
    alias: Option<Name>,
    answers: BTreeMap<Kind, Answer>,
    /// The answer for every kind that is not in `answers`, if there is no alias.
    others: Answer,
}

impl Node {
    fn has_records(&self) -> bool {
        let mut answers = self.answers.values();
        answers.any(|answer| !answer.records().is_empty())
    }

    fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

impl Default for Node {
    fn default() -> Self {
        Self {
            alias: None,
            answers: BTreeMap::new(),
            others: Answer::NO_DATA,
        }
    }
}

/// Leaves the first of equal records (RFC 2181 §5).
fn drop_duplicates(records: &mut Vec<Record>) {
    let mut seen = BTreeSet::new();
    let first: Vec<bool> = records.iter().map(|record| seen.insert(record)).collect();
    let mut first = first.into_iter();
    records.retain(|_| first.next().unwrap_or(true));
}

static ENDLESS: Answer = Answer::Failed(Failure::ServerFailure);

static NO_DATA: Answer = Answer::NO_DATA;

static NO_SUCH_NAME: Answer = Answer::NoSuchName;

/// No RFC gives a number. Resolvers in use follow between eight (hickory-resolver) and sixteen.
const MAX_ALIASES: usize = 8;
