//! Zones written as JSON, for those who write tests by program.

use alloc::borrow::Cow;
use alloc::collections::{BTreeMap, BTreeSet};
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;
use core::net::{Ipv4Addr, Ipv6Addr};

use serde::de::{Deserialize, Deserializer, Error as _, MapAccess, Visitor};
use serde::ser::{Serialize, Serializer};
use thiserror::Error;

use super::error::ZoneFault;
use super::status::Status;
use super::{Node, Zone};
use crate::answer::{Answer, Record};
use crate::name::Name;
use crate::question::{Kind, Question};
use crate::txt::Strings;

impl Zone {
    /// Reads a zone written as JSON: an object of names, each with its records, and a status for
    /// the types of which it has none. `other_types` is another word for `status`.
    ///
    /// ```
    /// # fn main() -> Result<(), dns_txt::JsonError> {
    /// # use dns_txt::Zone;
    /// let zone = Zone::from_json(br#"{
    ///     "example.com": {
    ///         "records": [
    ///             {"type": "TXT", "strings": ["v=spf1 ", "mx -all"]},
    ///             {"type": "MX", "preference": 10, "exchange": "mail.example.com"}
    ///         ],
    ///         "other_types": "TIMEOUT"
    ///     },
    ///     "mail.example.com": {"records": [{"type": "A", "value": "192.0.2.1"}]},
    ///     "broken.example": {"status": "SERVFAIL"}
    /// }"#)?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// AAAA, CNAME and PTR records have a `value` too. All names are absolute; what cannot stand in
    /// a label as it is has the escapes of RFC 1035 §5.1. Text has none, for JSON has its own.
    /// A name stands there once, and a CNAME record has no others beside it.
    ///
    /// Two things that the object above does not show can be said for the sake of
    /// [`Zone::to_json`]: a string that is not UTF-8 is a list of octets (`"strings": ["caf",
    /// [233]]`), and `"types": {"MX": "TIMEOUT"}` gives one type of a name a status of its own.
    pub fn from_json(text: &[u8]) -> Result<Self, JsonError> {
        let JsonZone(zone) = serde_json::from_slice(text).map_err(|error| JsonError { error })?;
        Ok(zone)
    }

    /// The zone as JSON that [`Zone::from_json`] reads back to an equal zone.
    pub fn to_json(&self) -> String {
        let parents: BTreeSet<Name> = self.nodes.keys().filter_map(Name::parent).collect();
        // That a name exists is said by what stands below it, or else has to be said.
        let told = self
            .nodes
            .iter()
            .filter(|(name, node)| !(node.is_empty() && parents.contains(name)));
        let names: BTreeMap<JsonName<'_>, JsonNode<'_>> = told
            .map(|(name, node)| (JsonName(Cow::Borrowed(name)), JsonNode::of(node)))
            .collect();
        serde_json::to_string_pretty(&names).expect("every key is a string, and nothing else fails")
    }
}

/// Why JSON is not a zone, and where.
#[derive(Debug, Error)]
#[error("{error}")]
pub struct JsonError {
    error: serde_json::Error,
}

impl JsonError {
    /// The line at which it shows, counted from 1.
    pub fn line(&self) -> usize {
        self.error.line()
    }

    /// The column at which it shows, counted from 1.
    pub fn column(&self) -> usize {
        self.error.column()
    }
}

/// Read name by name, so that what is wrong with one is said with its place.
struct JsonZone(Zone);

impl<'de> Deserialize<'de> for JsonZone {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(JsonNames)
    }
}

struct JsonNames;

impl<'de> Visitor<'de> for JsonNames {
    type Value = JsonZone;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a map")
    }

    fn visit_map<M: MapAccess<'de>>(self, mut map: M) -> Result<JsonZone, M::Error> {
        let mut zone = Zone::new();
        let mut seen = BTreeSet::new();
        while let Some((JsonName(name), node)) = map.next_entry::<JsonName<'_>, JsonNode<'_>>()? {
            let name = name.into_owned();
            if !seen.insert(name.clone()) {
                return Err(M::Error::custom(format_args!("{name} stands here twice")));
            }
            node.read(name, &mut zone).map_err(M::Error::custom)?;
        }
        zone.drop_duplicates();
        Ok(JsonZone(zone))
    }
}

#[derive(serde::Deserialize, serde::Serialize)]
#[serde(deny_unknown_fields)]
struct JsonNode<'z> {
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    records: Vec<JsonRecord<'z>>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    types: BTreeMap<JsonKind, JsonStatus<'z>>,
    #[serde(
        alias = "other_types",
        default,
        skip_serializing_if = "JsonStatus::is_no_data"
    )]
    status: JsonStatus<'z>,
}

impl<'z> JsonNode<'z> {
    fn read(self, name: Name, zone: &mut Zone) -> Result<(), ZoneFault> {
        zone.set_others(name.clone(), self.status.0.into_owned());
        for (kind, status) in self.types {
            let question = Question::new(name.clone(), kind.0);
            zone.set(question, status.0.into_owned());
        }
        for record in self.records {
            // RFC 1034 §3.6.2
            let node = zone.node_mut(name.clone());
            match record.read() {
                _ if node.alias.is_some() => return Err(ZoneFault::AliasBesideData),
                Data::Alias(_) if node.has_records() => return Err(ZoneFault::AliasBesideData),
                Data::Alias(target) => node.alias = Some(target),
                Data::Record(record) => zone.push(name.clone(), record),
            }
        }
        Ok(())
    }

    fn of(node: &'z Node) -> Self {
        let records = node.answers.values().flat_map(Answer::records);
        let alias = node.alias.iter().map(|target| JsonRecord::Cname {
            value: JsonName(Cow::Borrowed(target)),
        });
        Self {
            records: records.map(JsonRecord::of).chain(alias).collect(),
            types: node
                .answers
                .iter()
                .filter(|(_, answer)| answer.records().is_empty())
                .map(|(kind, answer)| (JsonKind(*kind), JsonStatus(Cow::Borrowed(answer))))
                .collect(),
            status: JsonStatus(Cow::Borrowed(&node.others)),
        }
    }
}

#[derive(serde::Deserialize, serde::Serialize)]
#[serde(deny_unknown_fields, rename_all = "UPPERCASE", tag = "type")]
enum JsonRecord<'z> {
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
enum Data {
    Alias(Name),
    Record(Record),
}

impl<'z> JsonRecord<'z> {
    fn of(record: &'z Record) -> Self {
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

    fn read(self) -> Data {
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
enum JsonText<'z> {
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

#[derive(Eq, Ord, PartialEq, PartialOrd)]
struct JsonKind(Kind);

impl<'de> Deserialize<'de> for JsonKind {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let word = Cow::<str>::deserialize(deserializer)?;
        let kind = Kind::ALL.into_iter().find(|kind| kind.as_str() == word);
        kind.map(Self)
            .ok_or_else(|| D::Error::custom("unknown type"))
    }
}

impl Serialize for JsonKind {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.0.as_str())
    }
}

#[derive(Eq, Ord, PartialEq, PartialOrd)]
struct JsonName<'z>(Cow<'z, Name>);

impl<'de> Deserialize<'de> for JsonName<'_> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = Cow::<str>::deserialize(deserializer)?;
        Name::parse(text.as_bytes())
            .map(|name| Self(Cow::Owned(name)))
            .map_err(D::Error::custom)
    }
}

impl Serialize for JsonName<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0)
    }
}

struct JsonStatus<'z>(Cow<'z, Answer>);

impl JsonStatus<'_> {
    fn is_no_data(&self) -> bool {
        *self.0 == Answer::NO_DATA
    }
}

impl Default for JsonStatus<'_> {
    fn default() -> Self {
        Self(Cow::Owned(Answer::NO_DATA))
    }
}

impl<'de> Deserialize<'de> for JsonStatus<'_> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let word = Cow::<str>::deserialize(deserializer)?;
        let answer = Status::parse(word.as_bytes());
        answer
            .map(|answer| Self(Cow::Owned(answer)))
            .ok_or_else(|| D::Error::custom("unknown status"))
    }
}

impl Serialize for JsonStatus<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        // Records are no status, and stand elsewhere.
        let status = Status::of(&self.0).unwrap_or(Status::NO_DATA);
        serializer.collect_str(&status)
    }
}

#[cfg(test)]
mod tests {
    use alloc::string::ToString;

    use super::*;

    #[test]
    fn a_zone_is_the_same_in_json_and_in_a_master_file() {
        let json = br#"{
            "Example.com": {
                "records": [
                    {"type": "TXT", "strings": ["v=spf1 ", "-all"]},
                    {"type": "MX", "preference": 10, "exchange": "mail.example.com"},
                    {"type": "A", "value": "192.0.2.1"},
                    {"type": "AAAA", "value": "2001:db8::1"},
                    {"type": "PTR", "value": "."}
                ],
                "other_types": "timeout"
            },
            "alias.example": {"records": [{"type": "CNAME", "value": "example.com"}]},
            "broken.example": {"status": "SERVFAIL"},
            "empty.example": {},
            "gone.example": {"status": "NXDOMAIN"}
        }"#;
        let text = r#"
example.com.    TXT "v=spf1 " "-all"
                MX 10 mail.example.com.
                A 192.0.2.1
                AAAA 2001:db8::1
                PTR .
$STATUS example.com. TIMEOUT
alias.example.  CNAME example.com.
$STATUS broken.example. SERVFAIL
$STATUS empty.example. NODATA
$STATUS gone.example. NXDOMAIN
"#;
        assert_eq!(Zone::from_json(json).unwrap(), text.parse().unwrap());
    }

    #[test]
    fn octets_and_the_status_of_one_type_can_be_said() {
        let json = br#"{
            "a\\.b.example": {
                "records": [{"type": "TXT", "strings": ["caf", [233], "\\233"]}],
                "types": {"MX": "TIMEOUT"}
            }
        }"#;
        let text = "a\\.b.example. TXT \"caf\\233\\\\233\"\n$STATUS a\\.b.example. MX TIMEOUT\n";
        assert_eq!(Zone::from_json(json).unwrap(), text.parse().unwrap());
    }

    #[test]
    fn text_stays_text_where_255_octets_end_within_a_letter() {
        let text = ["x".repeat(254), "\u{fc}".into()].concat();
        let mut zone = Zone::new();
        let name: Name = "a.example".parse().unwrap();
        zone.insert(name, Record::Txt(text.clone().into_bytes().into()));
        let json = zone.to_json();
        assert!(json.contains(&text), "{json}");
        assert_eq!(Zone::from_json(json.as_bytes()).unwrap(), zone);
    }

    #[test]
    fn a_zone_is_printed_as_people_would_write_it() {
        let zone: Zone = "a.example. TXT \"v=spf1 \" -all\na.example. MX 10 m.example.\n\
                          $STATUS a.example. TIMEOUT"
            .parse()
            .unwrap();
        let json = r#"{
  "a.example": {
    "records": [
      {
        "type": "MX",
        "preference": 10,
        "exchange": "m.example"
      },
      {
        "type": "TXT",
        "strings": [
          "v=spf1 -all"
        ]
      }
    ],
    "status": "TIMEOUT"
  }
}"#;
        assert_eq!(zone.to_json(), json);
    }

    #[test]
    fn c11_a_name_with_very_many_records_is_read_in_time() {
        let record = r#"{"type": "A", "value": "192.0.2.1"},"#;
        let other = |n: u32| {
            let value = Ipv4Addr::from_bits(n);
            alloc::format!("{{\"type\": \"A\", \"value\": \"{value}\"}},")
        };
        let others: String = (0..40_000).map(other).collect();
        let json = ["{\"a\": {\"records\": [", &others, record, record];
        let json = json.concat().trim_end_matches(',').to_string() + "]}}";
        let zone = Zone::from_json(json.as_bytes()).unwrap();
        assert_eq!(zone.records().count(), 40_001);
    }

    #[test]
    fn what_is_wrong_is_said_with_its_place() {
        for (json, what) in [
            ("[]", "expected a map at line 1"),
            ("{\"a..b\": {}}", "empty label in a domain name at line 1"),
            (
                "{\n\"a\": {\"status\": \"LATE\"}}",
                "unknown status at line 2",
            ),
            ("{\"a\": {\"state\": \"\"}}", "unknown field `state`"),
            (r#"{"a": {"types": {"NS": "TIMEOUT"}}}"#, "unknown type"),
            (
                r#"{"a": {"records": [{"type": "TXT", "strings": [[256]]}]}}"#,
                "expected a string or a list of octets",
            ),
            (
                r#"{"a": {"records": [{"type": "SRV"}]}}"#,
                "unknown variant `SRV`",
            ),
            (
                r#"{"a": {"records": [{"type": "A", "value": "1"}]}}"#,
                "invalid IPv4 address",
            ),
            (
                r#"{"a": {"records": [{"type": "A"}]}}"#,
                "missing field `value`",
            ),
            // Of two entries for one name, one would be lost.
            (
                "{\"a.example\": {},\n\"A.example.\": {}}",
                "a.example stands here twice at line 2",
            ),
            (
                r#"{"a": {"records": [{"type": "CNAME", "value": "b"}, {"type": "A", "value": "192.0.2.1"}]}}"#,
                "a CNAME record cannot stand beside other data",
            ),
            (
                r#"{"a": {"records": [{"type": "CNAME", "value": "b"}, {"type": "CNAME", "value": "c"}]}}"#,
                "a CNAME record cannot stand beside other data",
            ),
        ] {
            let error = Zone::from_json(json.as_bytes()).unwrap_err();
            assert!(error.to_string().contains(what), "{json}: {error}");
            assert!(error.line() > 0);
        }
    }
}
