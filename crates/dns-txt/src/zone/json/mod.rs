//! Zones written as JSON, for those who write tests by program.

mod record;
#[cfg(test)]
mod tests;
mod words;

use alloc::borrow::Cow;
use alloc::boxed::Box;
use alloc::collections::{BTreeMap, BTreeSet};
use alloc::format;
use alloc::string::{String, ToString as _};
use alloc::vec::Vec;
use core::fmt;

use serde::de::{Deserialize, Deserializer, Error as _, MapAccess, Visitor};
use thiserror::Error;

use self::record::{Data, JsonRecord};
use self::words::{JsonKind, JsonName, JsonStatus};
use super::error::ZoneFault;
use super::{Node, Zone};
use crate::answer::Answer;
use crate::name::Name;
use crate::question::Question;

impl Zone {
    /// Reads a zone written as JSON: an object of names, each with its records, and a status for
    /// the types of which it has none. `other_types` is another word for `status`.
    ///
    /// ```
    /// # fn main() -> Result<(), dns_txt::JsonError> {
    /// # use dns_txt::Zone;
    /// let zone = Zone::from_json(r#"{
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
    /// AAAA, CNAME and PTR records have a `value` too. All names are absolute, the root is `"."` or
    /// `""`; what cannot stand in a label as it is has the escapes of RFC 1035 §5.1. Text has none,
    /// for JSON has its own.
    /// A name stands there once, and a CNAME record has no others beside it.
    ///
    /// Two things that the object above does not show can be said for the sake of
    /// [`Zone::to_json`]: a string that is not UTF-8 is a list of octets (`"strings": ["caf",
    /// [233]]`), and `"types": {"MX": "TIMEOUT"}` gives one type of a name a status of its own.
    pub fn from_json(text: &(impl AsRef<[u8]> + ?Sized)) -> Result<Self, JsonError> {
        let JsonZone(zone) = serde_json::from_slice(text.as_ref()).map_err(JsonError::new)?;
        Ok(zone)
    }

    /// The zone as JSON that [`Zone::from_json`] reads back to an equal zone.
    pub fn to_json(&self) -> String {
        let nodes = self.nodes.iter();
        let names: BTreeMap<JsonName<'_>, JsonNode<'_>> = nodes
            .map(|(name, node)| (JsonName(Cow::Borrowed(name)), JsonNode::of(node)))
            .collect();
        serde_json::to_string_pretty(&names).expect("every key is a string, and nothing else fails")
    }
}

/// Why JSON is not a zone, and where.
#[derive(Clone, Debug, Eq, Error, PartialEq)]
#[error("line {line}, column {column}: {fault}")]
pub struct JsonError {
    line: usize,
    column: usize,
    fault: Box<str>,
}

impl JsonError {
    fn new(error: serde_json::Error) -> Self {
        let (line, column) = (error.line(), error.column());
        let text = error.to_string();
        // serde_json does not give the one without the other.
        let place = format!(" at line {line} column {column}");
        let fault = text.strip_suffix(&place).unwrap_or(&text);
        let mut printable = String::with_capacity(fault.len());
        for letter in fault.chars() {
            match letter.is_control() {
                true => printable.extend(letter.escape_default()),
                false => printable.push(letter),
            }
        }
        Self {
            line,
            column,
            fault: printable.into_boxed_str(),
        }
    }

    /// The line at which it shows, counted from 1.
    pub fn line(&self) -> usize {
        self.line
    }

    /// The column at which it shows, in octets: how many of the line were read.
    pub fn column(&self) -> usize {
        self.column
    }

    /// What is wrong there, control characters escaped.
    pub fn fault(&self) -> &str {
        &self.fault
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
#[serde(deny_unknown_fields, expecting = "an object with records or a status")]
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
