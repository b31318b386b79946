//! Entries of `records`.

use alloc::borrow::Cow;
use alloc::vec::Vec;
use core::net::{Ipv4Addr, Ipv6Addr};

use super::words::JsonName;
use crate::answer::Record;
use crate::name::Name;
use crate::txt::Strings;

#[derive(serde::Deserialize, serde::Serialize)]
#[serde(deny_unknown_fields, rename_all = "UPPERCASE", tag = "type")]
pub(super) enum JsonRecord<'z> {
    A {
        value: Ipv4Addr,
    },
    Aaaa {
        value: Ipv6Addr,
    },
    Cname {
        value: JsonName<'z>,
    },
    Mx {
        preference: u16,
        exchange: JsonName<'z>,
    },
    Ptr {
        value: JsonName<'z>,
    },
    Txt {
        strings: Vec<JsonText<'z>>,
    },
}

/// What an entry of `records` says.
pub(super) enum Data {
    Alias(Name),
    Record(Record),
}

impl<'z> JsonRecord<'z> {
    pub(super) fn of(record: &'z Record) -> Self {
        match record {
            Record::A(value) => Self::A { value: *value },
            Record::Aaaa(value) => Self::Aaaa { value: *value },
            Record::Mx {
                preference,
                exchange,
            } => Self::Mx {
                preference: *preference,
                exchange: JsonName(Cow::Borrowed(exchange)),
            },
            Record::Ptr(name) => Self::Ptr {
                value: JsonName(Cow::Borrowed(name)),
            },
            Record::Txt(text) => Self::Txt {
                strings: JsonText::strings(text),
            },
        }
    }

    pub(super) fn read(self) -> Data {
        Data::Record(match self {
            Self::A { value } => Record::A(value),
            Self::Aaaa { value } => Record::Aaaa(value),
            Self::Cname { value } => return Data::Alias(value.0.into_owned()),
            Self::Mx {
                preference,
                exchange,
            } => Record::Mx {
                preference,
                exchange: exchange.0.into_owned(),
            },
            Self::Ptr { value } => Record::Ptr(value.0.into_owned()),
            Self::Txt { strings } => {
                let octets: Vec<u8> = strings.iter().flat_map(JsonText::octets).copied().collect();
                Record::Txt(octets.into())
            }
        })
    }
}

/// One string of a TXT record.
#[derive(serde::Deserialize, serde::Serialize)]
#[serde(expecting = "expected a string or a list of octets", untagged)]
pub(super) enum JsonText<'z> {
    Text(Cow<'z, str>),
    Octets(Cow<'z, [u8]>),
}

impl<'z> JsonText<'z> {
    /// A string for each 255 octets, which may cut a letter; then all is one string, so that it
    /// stays text.
    fn strings(octets: &'z [u8]) -> Vec<Self> {
        let strings = || Strings::new(octets).iter();
        let texts: Option<Vec<Self>> = strings().map(Self::text).collect();
        texts
            .or_else(|| Some(Vec::from([Self::text(octets)?])))
            .unwrap_or_else(|| {
                strings()
                    .map(|string| Self::text(string).unwrap_or(Self::Octets(Cow::Borrowed(string))))
                    .collect()
            })
    }

    fn text(octets: &'z [u8]) -> Option<Self> {
        let text = core::str::from_utf8(octets).ok()?;
        Some(Self::Text(Cow::Borrowed(text)))
    }

    fn octets(&self) -> &[u8] {
        match self {
            Self::Octets(octets) => octets,
            Self::Text(text) => text.as_bytes(),
        }
    }
}
