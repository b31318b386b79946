//! Answers that the crate finds in its cache.

use std::borrow::Borrow;
use std::collections::HashMap;
use std::hash::Hash;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::time::Instant;

use dns_txt::{Name, Record, Zone};
use mail_auth::dkim::DomainKey;
use mail_auth::dns::TxtRecordParser;
use mail_auth::spf::SpfRecord;
use mail_auth::{DnsCache, DnssecStatus, Mx, Negative, RecordSet, ResolverCache, TxtRecord};

/// All answers of a zone, by kind.
pub struct Caches {
    txt: Texts,
    mx: Map<Box<str>, Answers<Mx>>,
    ipv4: Map<Box<str>, Answers<Ipv4Addr>>,
    ipv6: Map<Box<str>, Answers<Ipv6Addr>>,
    ptr: Map<IpAddr, Answers<Box<str>>>,
}

type Answers<T> = Result<RecordSet<T>, Negative>;

impl Caches {
    pub fn new(zone: &Zone, cached: impl Fn(&[u8]) -> Cached) -> Self {
        let mut txt = HashMap::new();
        let mut mx: HashMap<Box<str>, Vec<Mx>> = HashMap::new();
        let mut ipv4: HashMap<Box<str>, Vec<Ipv4Addr>> = HashMap::new();
        for (name, record) in zone.records() {
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
                _ => panic!("a record that no contest needs"),
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

pub struct Map<K, V>(HashMap<K, V>);

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

pub struct Texts(HashMap<Box<str>, Cached>);

/// A TXT record, parsed before or whenever it is asked for.
pub enum Cached {
    Parsed(TxtRecord),
    Text(Box<[u8]>),
}

impl Cached {
    pub fn parsed(text: &[u8]) -> Self {
        Self::Parsed(record(text))
    }

    pub fn text(text: &[u8]) -> Self {
        Self::Text(text.into())
    }
}

fn record(text: &[u8]) -> TxtRecord {
    if text.starts_with(b"v=spf1") {
        SpfRecord::parse(text).expect("a well-formed record").into()
    } else {
        DomainKey::parse(text).expect("a well-formed key").into()
    }
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
