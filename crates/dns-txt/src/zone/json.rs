//! Zones written as JSON, for those who write tests by program.

use alloc::borrow::Cow;
use alloc::collections::BTreeMap;
use alloc::string::String;
use alloc::vec::Vec;
use core::net::{Ipv4Addr, Ipv6Addr};

use serde::de::{Deserialize, Deserializer, Error as _};
use thiserror::Error;

use super::Zone;
use super::status::Status;
use crate::answer::{Answer, Record};
use crate::name::Name;

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
    /// AAAA, CNAME and PTR records have a `value` too. All names are absolute.
    pub fn from_json(text: &[u8]) -> Result<Self, JsonError> {
        let names: BTreeMap<JsonName, JsonNode> =
            serde_json::from_slice(text).map_err(|error| JsonError { error })?;
        let mut zone = Self::new();
        for (JsonName(name), node) in names {
            zone.set_others(name.clone(), node.status.0);
            for record in node.records {
                match record {
                    JsonRecord::Cname { value } => zone.alias(name.clone(), value.0),
                    JsonRecord::A { value } => zone.insert(name.clone(), Record::A(value)),
                    JsonRecord::Aaaa { value } => zone.insert(name.clone(), Record::Aaaa(value)),
                    JsonRecord::Mx {
                        preference,
                        exchange,
                    } => zone.insert(
                        name.clone(),
                        Record::Mx {
                            preference,
                            exchange: exchange.0,
                        },
                    ),
                    JsonRecord::Ptr { value } => zone.insert(name.clone(), Record::Ptr(value.0)),
                    JsonRecord::Txt { strings } => {
                        let text = strings.concat().into_bytes().into();
                        zone.insert(name.clone(), Record::Txt(text))
                    }
                };
            }
        }
        Ok(zone)
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

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct JsonNode {
    #[serde(default)]
    records: Vec<JsonRecord>,
    #[serde(alias = "other_types", default)]
    status: JsonStatus,
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields, rename_all = "UPPERCASE", tag = "type")]
enum JsonRecord {
    A { value: Ipv4Addr },
    Aaaa { value: Ipv6Addr },
    Cname { value: JsonName },
    Mx { preference: u16, exchange: JsonName },
    Ptr { value: JsonName },
    Txt { strings: Vec<String> },
}

#[derive(Eq, Ord, PartialEq, PartialOrd)]
struct JsonName(Name);

impl<'de> Deserialize<'de> for JsonName {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = Cow::<str>::deserialize(deserializer)?;
        Name::parse(text.as_bytes())
            .map(Self)
            .map_err(D::Error::custom)
    }
}

struct JsonStatus(Answer);

impl Default for JsonStatus {
    fn default() -> Self {
        Self(Answer::NO_DATA)
    }
}

impl<'de> Deserialize<'de> for JsonStatus {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let word = Cow::<str>::deserialize(deserializer)?;
        let answer = Status::parse(word.as_bytes());
        answer
            .map(Self)
            .ok_or_else(|| D::Error::custom("unknown status"))
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
    fn what_is_wrong_is_said_with_its_place() {
        for (json, what) in [
            ("[]", "expected a map at line 1"),
            ("{\"a..b\": {}}", "empty label in a domain name at line 1"),
            (
                "{\n\"a\": {\"status\": \"LATE\"}}",
                "unknown status at line 2",
            ),
            ("{\"a\": {\"state\": \"\"}}", "unknown field `state`"),
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
        ] {
            let error = Zone::from_json(json.as_bytes()).unwrap_err();
            assert!(error.to_string().contains(what), "{json}: {error}");
            assert!(error.line() > 0);
        }
    }
}
