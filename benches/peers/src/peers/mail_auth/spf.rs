//! SPF by `mail-auth`.

use std::borrow::Borrow;
use std::collections::HashMap;
use std::hash::Hash;
use std::hint::black_box;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::time::Instant;

use dns_txt::{Name, Record};
use futures_executor::block_on;
use hickory_resolver::config::{ResolverConfig, ResolverOpts};
use mail_auth::dns::TxtRecordParser;
use mail_auth::spf::SpfRecord;
use mail_auth::spf::verify::SpfParameters;
use mail_auth::{
    DnsCache, DnssecStatus, MessageAuthenticator, Mx, Negative, Parameters, RecordSet,
    ResolverCache, SpfResult, TxtRecord,
};

use crate::harness::Task;
use crate::input::spf::{CLIENT, HELO, REVERSE_PATH, zone};

/// Records come parsed from the cache, as the crate means it to be used.
pub fn parsed() -> Task {
    let records = |text: &[u8]| Cached::Parsed(record(text));
    task(
        "mail-auth 0.15, records parsed before",
        Caches::new(records),
    )
}

/// Records are parsed when the cache is asked, in every check.
pub fn parsing() -> Task {
    let records = |text: &[u8]| Cached::Text(text.into());
    task(
        "mail-auth 0.15, records parsed each time",
        Caches::new(records),
    )
}

fn task(name: &'static str, caches: Caches) -> Task {
    // Never asked for anything: every answer is in the cache.
    let (config, options) = (ResolverConfig::default(), ResolverOpts::default());
    let resolver = MessageAuthenticator::new(config, options).expect("a resolver without servers");
    Task::new(name, move || {
        let sender = SpfParameters::mail_from(black_box(CLIENT), HELO, "unknown", REVERSE_PATH);
        let parameters = Parameters::new(sender).with_cache(&caches);
        let output = block_on(resolver.check_host(parameters));
        assert_eq!(output.result(), SpfResult::Pass);
        black_box(output);
    })
}

fn record(text: &[u8]) -> TxtRecord {
    SpfRecord::parse(text).expect("a well-formed record").into()
}

/// All answers of the input, by kind.
struct Caches {
    txt: Texts,
    mx: Map<Box<str>, Answers<Mx>>,
    ipv4: Map<Box<str>, Answers<Ipv4Addr>>,
    ipv6: Map<Box<str>, Answers<Ipv6Addr>>,
    ptr: Map<IpAddr, Answers<Box<str>>>,
}

type Answers<T> = Result<RecordSet<T>, Negative>;

impl Caches {
    fn new(cached: impl Fn(&[u8]) -> Cached) -> Self {
        let mut txt = HashMap::new();
        let mut mx: HashMap<Box<str>, Vec<Mx>> = HashMap::new();
        let mut ipv4: HashMap<Box<str>, Vec<Ipv4Addr>> = HashMap::new();
        for (name, record) in zone().records() {
            match record {
                Record::A(address) => ipv4.entry(absolute(name)).or_default().push(*address),
                Record::Mx {
                    preference,
                    exchange,
                } => mx.entry(absolute(name)).or_default().push(Mx {
                    exchanges: [exchange.to_string().into()].into(),
                    preference: *preference,
                }),
                Record::Txt(text) => {
                    txt.insert(absolute(name), cached(text));
                }
                _ => panic!("a record that this policy does not need"),
            }
        }
        Self {
            txt: Texts(txt),
            mx: Map::of_records(mx),
            ipv4: Map::of_records(ipv4),
            ipv6: Map(HashMap::new()),
            ptr: Map(HashMap::new()),
        }
    }
}

/// The crate's keys end in a dot.
fn absolute(name: &Name) -> Box<str> {
    format!("{name}.").into()
}

impl DnsCache for Caches {
    type Txt = Texts;
    type Mx = Map<Box<str>, Answers<Mx>>;
    type Ipv4 = Map<Box<str>, Answers<Ipv4Addr>>;
    type Ipv6 = Map<Box<str>, Answers<Ipv6Addr>>;
    type Ptr = Map<IpAddr, Answers<Box<str>>>;

    fn txt(&self) -> Option<&Self::Txt> {
        Some(&self.txt)
    }

    fn mx(&self) -> Option<&Self::Mx> {
        Some(&self.mx)
    }

    fn ipv4(&self) -> Option<&Self::Ipv4> {
        Some(&self.ipv4)
    }

    fn ipv6(&self) -> Option<&Self::Ipv6> {
        Some(&self.ipv6)
    }

    fn ptr(&self) -> Option<&Self::Ptr> {
        Some(&self.ptr)
    }
}

struct Map<K, V>(HashMap<K, V>);

impl<T> Map<Box<str>, Answers<T>> {
    fn of_records(records: HashMap<Box<str>, Vec<T>>) -> Self {
        let answer = |records: Vec<T>| {
            Ok(RecordSet {
                records: records.into(),
                dnssec_status: DnssecStatus::Indeterminate,
            })
        };
        Self(
            records
                .into_iter()
                .map(|(name, records)| (name, answer(records)))
                .collect(),
        )
    }
}

impl<K: Eq + Hash, V: Clone> ResolverCache<K, V> for Map<K, V> {
    fn get<Q: Eq + Hash + ?Sized>(&self, name: &Q) -> Option<V>
    where
        K: Borrow<Q>,
    {
        self.0.get(name).cloned()
    }

    fn remove<Q: Eq + Hash + ?Sized>(&self, _: &Q) -> Option<V>
    where
        K: Borrow<Q>,
    {
        None
    }

    fn insert(&self, _: K, _: V, _: Instant) {}
}

struct Texts(HashMap<Box<str>, Cached>);

enum Cached {
    Parsed(TxtRecord),
    Text(Box<[u8]>),
}

impl ResolverCache<Box<str>, TxtRecord> for Texts {
    fn get<Q: Eq + Hash + ?Sized>(&self, name: &Q) -> Option<TxtRecord>
    where
        Box<str>: Borrow<Q>,
    {
        match self.0.get(name)? {
            Cached::Parsed(record) => Some(record.clone()),
            Cached::Text(text) => Some(record(text)),
        }
    }

    fn remove<Q: Eq + Hash + ?Sized>(&self, _: &Q) -> Option<TxtRecord>
    where
        Box<str>: Borrow<Q>,
    {
        None
    }

    fn insert(&self, _: Box<str>, _: TxtRecord, _: Instant) {}
}
