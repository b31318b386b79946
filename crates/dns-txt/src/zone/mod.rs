//! A piece of the DNS held in memory.

mod entry;
mod master_file;
mod print;
mod status;

use alloc::boxed::Box;
use alloc::collections::{BTreeMap, BTreeSet};
use alloc::vec;
use alloc::vec::Vec;
use core::future::ready;
use core::str::FromStr;

use crate::answer::{Answer, Failure, Record};
use crate::name::Name;
use crate::question::{Kind, Question};
use crate::resolve::{AsyncResolve, Lookup, Resolve};

pub use self::master_file::{ZoneError, ZoneFault};

/// Names and their records, read from master-file text or put together record by record, that
/// answer questions as a resolver in front of the whole DNS would.
///
/// What is not in the zone does not exist. A name below which records stand exists, without
/// records of its own (RFC 8020 §2). Aliases are followed, eight at most. A wildcard (`*.example`)
/// answers for the names that its closest ancestor does not have (RFC 4592 §3.3.1).
///
/// `Display` prints master-file text that [`Zone::parse`] reads back to an equal zone.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Zone {
    nodes: BTreeMap<Name, Node>,
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
    /// refused.
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
            let Some(node) = self.nodes.get(name).or_else(|| self.wildcard(name)) else {
                return &NO_SUCH_NAME;
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

    /// Makes `name` another name of `target`. Records that `name` has itself are answered first.
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

    /// Puts one whole answer in the place of what stands there.
    pub fn set(&mut self, question: Question, answer: Answer) -> &mut Self {
        let (name, kind) = question.into_parts();
        self.node_mut(name).answers.insert(kind, answer);
        self
    }

    /// Gives `answer` to every question that asks `name` for a kind of which it has no record.
    pub fn set_others(&mut self, name: impl Into<Name>, answer: Answer) -> &mut Self {
        self.node_mut(name.into()).others = answer;
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
        while !self.nodes.contains_key(&ancestor) {
            ancestor = ancestor.parent()?;
        }
        self.nodes.get(&ancestor.child(b"*").ok()?)
    }

    /// The node of a name. It and its ancestors exist from now on.
    fn node_mut(&mut self, name: Name) -> &mut Node {
        let mut ancestor = name.parent();
        while let Some(above) = ancestor {
            if self.nodes.contains_key(&above) {
                break;
            }
            ancestor = above.parent();
            self.nodes.insert(above, Node::default());
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

    /// Leaves the first of equal records (RFC 2181 §5).
    fn drop_duplicates(&mut self) {
        let answers = self
            .nodes
            .values_mut()
            .flat_map(|node| node.answers.values_mut());
        for answer in answers {
            let Answer::Records(records) = answer else {
                continue;
            };
            let mut seen = BTreeSet::new();
            let first: Vec<bool> = records.iter().map(|record| seen.insert(record)).collect();
            let mut first = first.into_iter();
            records.retain(|_| first.next().unwrap_or(true));
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

static ENDLESS: Answer = Answer::Failed(Failure::ServerFailure);

static NO_SUCH_NAME: Answer = Answer::NoSuchName;

/// No RFC gives a number. Resolvers in use follow between eight (hickory-resolver) and sixteen.
const MAX_ALIASES: usize = 8;

#[cfg(test)]
mod tests {
    use alloc::format;
    use alloc::string::ToString;

    use proptest::prelude::*;

    use super::*;

    const SERVER_FAILURE: Answer = Answer::Failed(Failure::ServerFailure);

    fn zone(text: &str) -> Zone {
        text.parse().unwrap()
    }

    fn name(text: &str) -> Name {
        text.parse().unwrap()
    }

    fn texts(answer: &Answer) -> Vec<&str> {
        answer
            .texts()
            .map(|text| core::str::from_utf8(text).unwrap())
            .collect()
    }

    fn ask(zone: &Zone, name: &str, kind: Kind) -> Answer {
        zone.answer(&Question::new(self::name(name), kind))
    }

    #[test]
    fn a_zone_is_a_literal() {
        let zone = zone(r#"example.org. TXT "v=spf1 -all""#);
        assert_eq!(
            texts(&ask(&zone, "example.org", Kind::Txt)),
            ["v=spf1 -all"]
        );
        assert_eq!(ask(&zone, "example.org", Kind::A), Answer::NO_DATA);
        assert_eq!(ask(&zone, "www.example.org", Kind::A), Answer::NoSuchName);
    }

    #[test]
    fn e12_a_name_with_children_only_exists() {
        let zone = zone("a.b.example. A 192.0.2.1");
        for name in ["b.example", "example", "."] {
            assert_eq!(ask(&zone, name, Kind::Txt), Answer::NO_DATA, "{name}");
        }
        assert_eq!(ask(&zone, "c.example", Kind::Txt), Answer::NoSuchName);
    }

    #[test]
    fn a_wildcard_answers_for_what_its_closest_ancestor_does_not_have() {
        let zone = zone(
            "*.example. TXT any\n\
             a.b.example. TXT one\n\
             *.alias.example. CNAME a.b.example.",
        );
        for (name, text) in [
            ("c.example", "any"),
            ("d.c.example", "any"),
            ("a.b.example", "one"),
            ("*.example", "any"),
            ("x.alias.example", "one"),
        ] {
            assert_eq!(texts(&ask(&zone, name, Kind::Txt)), [text], "{name}");
        }
        assert_eq!(ask(&zone, "c.example", Kind::A), Answer::NO_DATA);
        assert_eq!(ask(&zone, "b.example", Kind::Txt), Answer::NO_DATA);
        assert_eq!(ask(&zone, "c.b.example", Kind::Txt), Answer::NoSuchName);
        assert_eq!(ask(&zone, "test", Kind::Txt), Answer::NoSuchName);
    }

    #[test]
    fn aliases_are_followed_as_far_as_eight() {
        let mut zone = Zone::new();
        let step = |number: usize| Name::from_labels([format!("c{number}").as_bytes()]).unwrap();
        for number in 0..9 {
            zone.alias(step(number), step(number + 1));
        }
        zone.insert(step(9), Record::Txt((*b"end").into()));
        assert_eq!(texts(&ask(&zone, "c1", Kind::Txt)), ["end"]);
        assert_eq!(ask(&zone, "c0", Kind::Txt), SERVER_FAILURE);
        assert_eq!(ask(&zone, "c1", Kind::A), Answer::NO_DATA);
    }

    #[test]
    fn aliases_that_lead_nowhere_are_told_apart() {
        let zone = zone("a. CNAME b.\nb. CNAME a.\nc. CNAME missing.\nd. CNAME x.d.");
        assert_eq!(ask(&zone, "a", Kind::Txt), SERVER_FAILURE);
        assert_eq!(ask(&zone, "c", Kind::Txt), Answer::NoSuchName);
        assert_eq!(ask(&zone, "d", Kind::Txt), Answer::NoSuchName);
    }

    #[test]
    fn a_name_or_a_question_can_fail() {
        let mut zone = zone("a. TXT x");
        zone.fail_others(name("a"), Failure::Timeout)
            .fail(Question::new(name("b"), Kind::Mx), Failure::ServerFailure);
        assert_eq!(texts(&ask(&zone, "a", Kind::Txt)), ["x"]);
        assert_eq!(ask(&zone, "a", Kind::A), Answer::Failed(Failure::Timeout));
        assert_eq!(ask(&zone, "b", Kind::Mx), SERVER_FAILURE);
        assert_eq!(ask(&zone, "b", Kind::A), Answer::NO_DATA);
        zone.insert(
            name("b"),
            Record::Mx {
                preference: 1,
                exchange: Name::root(),
            },
        );
        assert_eq!(ask(&zone, "b", Kind::Mx).records().len(), 1);
    }

    #[test]
    fn a_record_is_in_a_zone_once() {
        let mut zone = zone("a. TXT x\na. TXT y\na. TXT x");
        zone.insert(name("a"), Record::Txt((*b"y").into()));
        assert_eq!(texts(&ask(&zone, "a", Kind::Txt)), ["x", "y"]);
    }

    fn record() -> impl Strategy<Value = Record> {
        prop_oneof![
            any::<[u8; 4]>().prop_map(|address| Record::A(address.into())),
            any::<[u8; 16]>().prop_map(|address| Record::Aaaa(address.into())),
            (any::<u16>(), names()).prop_map(|(preference, exchange)| Record::Mx {
                preference,
                exchange
            }),
            names().prop_map(Record::Ptr),
            proptest::collection::vec(any::<u8>(), 0..600)
                .prop_map(|text| Record::Txt(text.into())),
        ]
    }

    fn names() -> impl Strategy<Value = Name> {
        let label = prop_oneof![
            Just(b"a".to_vec()),
            Just(b"*".to_vec()),
            proptest::collection::vec(any::<u8>(), 1..4)
        ];
        proptest::collection::vec(label, 0..4)
            .prop_map(|labels| Name::from_labels(labels.iter().map(Vec::as_slice)).unwrap())
    }

    fn kind() -> impl Strategy<Value = Kind> {
        proptest::sample::select(&Kind::ALL[..])
    }

    fn status() -> impl Strategy<Value = Answer> {
        prop_oneof![
            Just(Answer::NO_DATA),
            Just(Answer::NoSuchName),
            Just(Answer::Failed(Failure::Malformed)),
            Just(SERVER_FAILURE),
            Just(Answer::Failed(Failure::Timeout)),
        ]
    }

    fn zones() -> impl Strategy<Value = Zone> {
        (
            proptest::collection::vec((names(), record()), 0..8),
            proptest::collection::vec((names(), names()), 0..3),
            proptest::collection::vec((names(), kind(), status()), 0..3),
            proptest::collection::vec((names(), status()), 0..3),
        )
            .prop_map(|(records, aliases, answers, others)| {
                let mut zone = Zone::new();
                for (name, kind, status) in answers {
                    zone.set(Question::new(name, kind), status);
                }
                for (name, status) in others {
                    zone.set_others(name, status);
                }
                for (name, record) in records {
                    zone.insert(name, record);
                }
                for (name, target) in aliases {
                    if zone
                        .nodes
                        .get(&name)
                        .is_none_or(|node| node.answers.is_empty())
                    {
                        zone.alias(name, target);
                    }
                }
                zone
            })
    }

    proptest! {
        #[test]
        fn reading_what_was_printed_gives_the_same_zone(zone in zones()) {
            prop_assert_eq!(zone.to_string().parse(), Ok(zone));
        }

        #[test]
        fn any_text_is_read_or_refused(text in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _ = Zone::parse(&text, None);
        }

        #[test]
        fn text_that_is_nearly_a_zone_is_read_or_refused(
            text in r#"([a@.$;()"\ \t\r\n\\0-9]|IN|TXT|A |MX|\$ORIGIN|\$TTL|\$STATUS|CNAME){0,60}"#
        ) {
            if let Ok(zone) = Zone::parse(&text, None) {
                prop_assert_eq!(zone.to_string().parse(), Ok(zone));
            }
        }
    }
}
