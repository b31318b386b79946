//! What the DNS answers.

use alloc::boxed::Box;
use alloc::vec::Vec;
use core::fmt;
use core::net::{Ipv4Addr, Ipv6Addr};

use thiserror::Error;

use crate::name::Name;
use crate::question::Kind;

/// The answer to one [`Question`](crate::Question).
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum Answer {
    /// No answer could be had.
    Failed(Failure),
    /// The name does not exist (NXDOMAIN).
    NoSuchName,
    /// The records of the kind that was asked for, aliases already followed. Empty if the name
    /// exists without such records ("no data").
    Records(Vec<Record>),
}

impl Answer {
    /// The name exists, without records of the kind that was asked for.
    pub const NO_DATA: Self = Self::Records(Vec::new());

    /// The records; none for every other answer.
    pub fn records(&self) -> &[Record] {
        match self {
            Self::Records(records) => records,
            Self::Failed(_) | Self::NoSuchName => &[],
        }
    }

    /// Whether the DNS answered that there is nothing: no such name, or no such records.
    pub fn is_void(&self) -> bool {
        match self {
            Self::Failed(_) => false,
            Self::NoSuchName => true,
            Self::Records(records) => records.is_empty(),
        }
    }

    /// The text of each TXT record, the strings of one record joined without a separator.
    pub fn texts(&self) -> impl Iterator<Item = &[u8]> {
        self.records().iter().filter_map(|record| match record {
            Record::Txt(text) => Some(&**text),
            _ => None,
        })
    }
}

/// Why no answer could be had. Every one of these may be gone at the next try.
#[derive(Clone, Copy, Debug, Eq, Error, Hash, PartialEq)]
#[non_exhaustive]
pub enum Failure {
    /// The response could not be read.
    #[error("malformed DNS response")]
    Malformed,
    /// A name server said that it could not or would not answer (SERVFAIL, REFUSED and the like).
    #[error("DNS server failure")]
    ServerFailure,
    /// No response in time.
    #[error("DNS timeout")]
    Timeout,
}

/// One record of an answer.
#[derive(Clone, Eq, Hash, Ord, PartialEq, PartialOrd)]
#[non_exhaustive]
pub enum Record {
    /// An IPv4 address.
    A(Ipv4Addr),
    /// An IPv6 address.
    Aaaa(Ipv6Addr),
    /// A mail exchanger.
    Mx {
        /// Lower is preferred.
        preference: u16,
        /// The host; the root means "no mail here" (RFC 7505 §3).
        exchange: Name,
    },
    /// The name of an address.
    Ptr(Name),
    /// The strings of one TXT record, joined without a separator (RFC 7208 §3.3).
    Txt(Box<[u8]>),
}

impl Record {
    /// The kind of question that this record answers.
    pub fn kind(&self) -> Kind {
        match self {
            Self::A(_) => Kind::A,
            Self::Aaaa(_) => Kind::Aaaa,
            Self::Mx { .. } => Kind::Mx,
            Self::Ptr(_) => Kind::Ptr,
            Self::Txt(_) => Kind::Txt,
        }
    }
}

/// Shows text as text.
impl fmt::Debug for Record {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::A(address) => write!(f, "A({address})"),
            Self::Aaaa(address) => write!(f, "Aaaa({address})"),
            Self::Mx {
                preference,
                exchange,
            } => write!(f, "Mx({preference} {exchange})"),
            Self::Ptr(name) => write!(f, "Ptr({name})"),
            Self::Txt(text) => write!(f, "Txt(\"{}\")", text.escape_ascii()),
        }
    }
}

#[cfg(test)]
mod tests {
    use alloc::format;

    use super::*;

    #[test]
    fn records_are_shown_as_people_read_them() {
        let root = Name::root();
        for (record, shown) in [
            (Record::A([192, 0, 2, 1].into()), "A(192.0.2.1)"),
            (Record::Aaaa(Ipv6Addr::LOCALHOST), "Aaaa(::1)"),
            (
                Record::Mx {
                    preference: 0,
                    exchange: root.clone(),
                },
                "Mx(0 .)",
            ),
            (Record::Ptr(root), "Ptr(.)"),
            (
                Record::Txt((*b"v=spf1 \"\n\xff").into()),
                r#"Txt("v=spf1 \"\n\xff")"#,
            ),
        ] {
            assert_eq!(format!("{record:?}"), shown);
        }
    }
}
