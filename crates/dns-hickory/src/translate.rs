//! Questions and answers in the words of hickory, and back.

use core::time::Duration;
use std::collections::HashSet;

use dns_txt::{Answer, Failure, Kind, Name, Record};
use hickory_resolver::MAX_TTL;
use hickory_resolver::lookup::Lookup;
use hickory_resolver::net::{DnsError, NetError, NoRecords};
use hickory_resolver::proto::op::ResponseCode;
use hickory_resolver::proto::rr;
use hickory_resolver::proto::rr::{RData, RecordType};

/// The name to ask for, fully qualified, so that no search list is tried.
///
/// `None` never happens: the limits of both types are those of RFC 1035 §2.3.4.
pub(crate) fn name_to_hickory(name: &Name) -> Option<rr::Name> {
    let mut name = rr::Name::from_labels(name.labels()).ok()?;
    name.set_fqdn(true);
    Some(name)
}

/// The record type to ask for; `None` for a kind that is newer than this adapter.
pub(crate) fn kind_to_hickory(kind: Kind) -> Option<RecordType> {
    Some(match kind {
        Kind::A => RecordType::A,
        Kind::Aaaa => RecordType::AAAA,
        Kind::Mx => RecordType::MX,
        Kind::Ptr => RecordType::PTR,
        Kind::Txt => RecordType::TXT,
        _ => return None,
    })
}

/// The records that answer the question for `record_type` at `name`, each once.
pub(crate) fn answer_from_lookup(
    name: &rr::Name,
    record_type: RecordType,
    lookup: &Lookup,
) -> Answer {
    // What stands beside such a code, hickory gives like any other record.
    match lookup.message().response_code {
        ResponseCode::NoError => {}
        ResponseCode::NXDomain => return Answer::NoSuchName,
        _ => return Answer::Failed(Failure::ServerFailure),
    }
    let Some(owner) = end_of_aliases(name, lookup.answers()) else {
        return Answer::Failed(Failure::ServerFailure);
    };
    // RFC 2181 §5: no two records are equal. What servers send all the same, hickory gives.
    let mut seen = HashSet::new();
    let records: Option<Vec<Record>> = lookup
        .answers()
        .iter()
        .filter(|record| record.record_type() == record_type && record.name == *owner)
        .filter(|record| seen.insert(&record.data))
        .map(|record| record_from_hickory(&record.data))
        .collect();
    match records {
        // A name without records is an error to hickory: this response is at odds with itself.
        Some(records) if records.is_empty() => Answer::Failed(Failure::Malformed),
        Some(records) => Answer::Records(records),
        None => Answer::Failed(Failure::Malformed),
    }
}

/// What an error says about the DNS.
pub(crate) fn answer_from_error(error: &NetError) -> Answer {
    match error {
        NetError::Dns(DnsError::NoRecordsFound(found)) => match found.response_code {
            ResponseCode::NXDomain => Answer::NoSuchName,
            ResponseCode::NoError if !is_referral(found) => Answer::NO_DATA,
            _ => Answer::Failed(Failure::ServerFailure),
        },
        NetError::Timeout => Answer::Failed(Failure::Timeout),
        NetError::ForeignClassRecord { .. }
        | NetError::Proto(_)
        | NetError::QueryCaseMismatch
        | NetError::Truncated => Answer::Failed(Failure::Malformed),
        // Response codes, and servers that cannot be reached at all.
        _ => Answer::Failed(Failure::ServerFailure),
    }
}

/// How long it is true that there are no records (RFC 2308 §5); no time at all for failures.
pub(crate) fn lifetime_of_no_records(error: &NetError) -> Duration {
    match error {
        NetError::Dns(DnsError::NoRecordsFound(found)) => {
            let seconds = found.negative_ttl.unwrap_or_default().min(MAX_TTL);
            Duration::from_secs(seconds.into())
        }
        _ => Duration::ZERO,
    }
}

/// The name at which hickory may have stopped following aliases, rather than having reached their
/// end. To it that is a name without records too, but the response has no SOA record then, as one
/// that says so on purpose mostly has (RFC 2308 §2.2).
pub(crate) fn last_alias(error: &NetError) -> Option<&rr::Name> {
    match error {
        NetError::Dns(DnsError::NoRecordsFound(found))
            if found.response_code == ResponseCode::NoError && found.soa.is_none() =>
        {
            Some(found.query.name())
        }
        _ => None,
    }
}

/// Whether a server that does not know sends us on to others: the NS records of a zone further down
/// and no SOA record (RFC 2308 §2.2).
fn is_referral(found: &NoRecords) -> bool {
    found.ns.is_some() && found.soa.is_none()
}

/// The name that the aliases in an answer lead to. `None` if there are too many.
fn end_of_aliases<'a>(name: &'a rr::Name, answers: &'a [rr::Record]) -> Option<&'a rr::Name> {
    let mut owner = name;
    for _ in 0..=MAX_ALIASES {
        let next = answers.iter().find_map(|record| match &record.data {
            RData::CNAME(target) if record.name == *owner => Some(&target.0),
            _ => None,
        });
        match next {
            Some(next) => owner = next,
            None => return Some(owner),
        }
    }
    None
}

/// `None` for data that cannot be what was asked for.
fn record_from_hickory(data: &RData) -> Option<Record> {
    Some(match data {
        RData::A(address) => Record::A(address.0),
        RData::AAAA(address) => Record::Aaaa(address.0),
        RData::MX(mx) => Record::Mx {
            preference: mx.preference,
            exchange: name_from_hickory(&mx.exchange)?,
        },
        RData::PTR(name) => Record::Ptr(name_from_hickory(&name.0)?),
        RData::TXT(txt) => Record::Txt(txt.txt_data.concat().into_boxed_slice()),
        _ => return None,
    })
}

fn name_from_hickory(name: &rr::Name) -> Option<Name> {
    Name::from_labels(name.iter()).ok()
}

/// As many as a `Zone` of dns-txt follows, so that a replay gives the same answers.
const MAX_ALIASES: usize = 8;
