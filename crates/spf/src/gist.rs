//! What a check keeps of the answers.

use alloc::boxed::Box;
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::net::IpAddr;

use dns_txt::{Answer, Failure, Kind, Name, Record};

use crate::limits::Limits;
use crate::network::{Network, shared_bits};
use crate::prepared_record::{PrepareRecord, PreparedRecord};
use crate::record::is_record;

/// What the terms of a check can ask of an answer, and no more: however large the answer is, this
/// is small.
#[derive(Clone, Debug)]
pub(crate) enum Gist {
    Addresses(Addresses),
    /// The mail exchangers, and one more at most than a check may have.
    Exchanges(Vec<Name>),
    Failed(Failure),
    /// The names of the client, as many as a check looks at.
    Names(Vec<Name>),
    Texts(Texts),
    /// No such name, or no such records.
    Void,
}

impl Gist {
    /// What is kept of an answer to a question of this kind.
    pub(crate) fn of(
        answer: &Answer,
        kind: Kind,
        client: IpAddr,
        limits: &Limits,
        records: Option<&dyn PrepareRecord>,
    ) -> Self {
        if let Answer::Failed(failure) = *answer {
            return Self::Failed(failure);
        }
        if answer.is_void() {
            return Self::Void;
        }
        match kind {
            Kind::Mx => {
                let exchanges = answer.records().iter().filter_map(|record| match record {
                    Record::Mx { exchange, .. } => Some(exchange.clone()),
                    _ => None,
                });
                let one_more = usize::from(limits.mx_hosts).saturating_add(1);
                Self::Exchanges(exchanges.take(one_more).collect())
            }
            Kind::Ptr => {
                // RFC 7208 §4.6.4: further ones "MUST be ignored", so they fail nothing, whatever
                // RFC 7208 §5.5 might seem to say of a limit that is exceeded.
                let names = answer.records().iter().filter_map(|record| match record {
                    Record::Ptr(name) => Some(name.clone()),
                    _ => None,
                });
                Self::Names(names.take(limits.ptr_names.into()).collect())
            }
            Kind::Txt => Self::Texts(Texts::of(answer, records)),
            _ => Self::Addresses(Addresses::of(answer, client)),
        }
    }

    /// Whether the addresses of an answer include one in the network of this prefix length around
    /// the client.
    pub(crate) fn reaches(&self, network: Network) -> bool {
        match self {
            Self::Addresses(addresses) => {
                let nearest = addresses.nearest;
                nearest.is_some_and(|shared| shared >= network.prefix_length())
            }
            _ => false,
        }
    }
}

/// The addresses of a name, as seen from the client.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Addresses {
    /// How many leading bits the client shares with the nearest address of its family.
    nearest: Option<u8>,
    /// Whether there is an IPv4 address, any.
    pub(crate) any_v4: bool,
}

impl Addresses {
    fn of(answer: &Answer, client: IpAddr) -> Self {
        let mut addresses = Self {
            nearest: None,
            any_v4: false,
        };
        for record in answer.records() {
            let address = match record {
                Record::A(address) => IpAddr::V4(*address),
                Record::Aaaa(address) => IpAddr::V6(*address),
                _ => continue,
            };
            addresses.any_v4 |= address.is_ipv4();
            addresses.nearest = addresses.nearest.max(shared_bits(address, client));
        }
        addresses
    }
}

/// The texts of a domain, as far as any of them can be a policy or an explanation.
#[derive(Clone, Debug)]
pub(crate) struct Texts {
    pub(crate) policies: Count,
    texts: Count,
    /// The policy if there is one, or else the text if there is one.
    text: Text,
}

/// One text.
#[derive(Clone, Debug)]
pub(crate) enum Text {
    Plain(Box<[u8]>),
    /// A policy that somebody keeps.
    Prepared(Arc<PreparedRecord>),
}

/// As many as anybody has to know.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Count {
    None,
    One,
    Several,
}

impl Texts {
    fn of(answer: &Answer, records: Option<&dyn PrepareRecord>) -> Self {
        let mut policies = answer.texts().filter(|text| is_record(text));
        let (policy, policies) = Count::of(&mut policies);
        let (text, texts) = Count::of(&mut answer.texts());
        let text = match (policies, texts) {
            (Count::One, _) => policy,
            (Count::None, Count::One) => text,
            _ => None,
        };
        Self {
            policies,
            texts,
            text: match (policies, records) {
                (Count::One, Some(records)) => Text::prepare(text.unwrap_or_default(), records),
                _ => Text::Plain(text.unwrap_or_default().into()),
            },
        }
    }

    /// The policy that a domain publishes, if it is one (RFC 7208 §4.5).
    pub(crate) fn policy(&self) -> Option<&Text> {
        (self.policies == Count::One).then_some(&self.text)
    }

    /// The text of a domain that has one and no other (RFC 7208 §6.2).
    pub(crate) fn only(&self) -> Option<&[u8]> {
        (self.texts == Count::One).then_some(self.text.octets())
    }
}

impl Text {
    /// What cannot be read stays a text: what is wrong with it is for the evaluation to find.
    fn prepare(text: &[u8], records: &dyn PrepareRecord) -> Self {
        match records.prepare_record(text) {
            Ok(record) => Self::Prepared(record),
            Err(_) => Self::Plain(text.into()),
        }
    }

    pub(crate) fn octets(&self) -> &[u8] {
        match self {
            Self::Plain(text) => text,
            Self::Prepared(record) => record.text(),
        }
    }
}

impl Count {
    /// The first of the items, and how many there are.
    fn of<T>(items: &mut impl Iterator<Item = T>) -> (Option<T>, Self) {
        let first = items.next();
        let count = match (&first, items.next()) {
            (None, _) => Self::None,
            (Some(_), None) => Self::One,
            (Some(_), Some(_)) => Self::Several,
        };
        (first, count)
    }
}
