//! `spf-rfc7208`, `spf-rfc4408` and `spf-pyspf`, which share a format, and the examples of
//! RFC 7208 itself.

use core::net::IpAddr;
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use dns_txt::{Answer, Domain, Failure, Inquiry, Kind, Name, Question, Record, Zone, drive};
use serde::Deserialize;
use serde::de::IgnoredAny;
use spf::{Check, Options, ReceivedSpf, Report};

use crate::outcome::Outcome;
use crate::suite::{SuiteError, read_json};

/// Runs the `cases.json` of the folder given.
pub(crate) fn run(directory: &Path) -> Result<Vec<Outcome>, SuiteError> {
    let cases = spf_cases(directory)?;
    Ok(cases.into_iter().map(|case| case.outcome).collect())
}

/// A case of an SPF suite, what the library says to it, and all that another program needs to be
/// asked the same.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct SpfCase {
    /// The address of the client.
    pub ip: IpAddr,
    /// What it said with HELO.
    pub helo: String,
    /// What it said with MAIL FROM; empty for the null path.
    pub mail_from: String,
    /// The name of the receiving host, where the suite gives one.
    pub receiver: Option<Domain>,
    /// The DNS of the case.
    pub zone: Arc<Zone>,
    /// What the library reports.
    pub report: Report,
    /// Whether that is what the suite expects.
    pub outcome: Outcome,
}

impl SpfCase {
    /// The words with which the suites mark the receiver's own explanation.
    pub const DEFAULT_EXPLANATION: &str = "DEFAULT";
}

/// Runs the `cases.json` of the folder given, and keeps the cases.
pub fn spf_cases(directory: &Path) -> Result<Vec<SpfCase>, SuiteError> {
    let file = directory.join("cases.json");
    let scenarios: Vec<Scenario> = read_json(file.clone())?;
    let mut cases = Vec::new();
    for Scenario { tests, zone } in scenarios {
        let zone = zone_of(zone).map(Arc::new);
        let zone = zone.ok_or_else(|| SuiteError::Shape {
            file: file.clone(),
            what: "a name or an address in a zone".to_owned(),
        })?;
        cases.extend(tests.into_iter().map(|test| case(test, &zone)));
    }
    Ok(cases)
}

/// Runs `rfc7208-examples.json` of the folder given: the records of RFC 7208 Appendix A and the
/// expansions of §7.4.
pub(crate) fn rfc_vectors(directory: &Path) -> Result<Vec<Outcome>, SuiteError> {
    let file = directory.join("rfc7208-examples.json");
    let examples: Examples = read_json(file.clone())?;
    let shape = || SuiteError::Shape {
        file: file.clone(),
        what: "a name or an address in an example".to_owned(),
    };
    let mut outcomes = examples.appendix_a.outcomes().ok_or_else(shape)?;
    outcomes.extend(examples.section_7_4_macros.outcomes().ok_or_else(shape)?);
    Ok(outcomes)
}

fn case(test: Test, zone: &Arc<Zone>) -> SpfCase {
    let mut options = Options::default().default_explanation(SpfCase::DEFAULT_EXPLANATION);
    options.receiver = test.receiver.as_deref().and_then(|name| name.parse().ok());
    let mut check = Check::mail_from(
        test.ip,
        test.helo.as_bytes(),
        test.mail_from.as_bytes(),
        &options,
    );
    drive(&mut check, |question| zone.look_up(question));
    let report = check.finish();
    SpfCase {
        ip: test.ip,
        helo: test.helo.clone(),
        mail_from: test.mail_from.clone(),
        receiver: options.receiver,
        zone: Arc::clone(zone),
        outcome: outcome(test, &report),
        report,
    }
}

fn outcome(test: Test, report: &Report) -> Outcome {
    let verdict = report.verdict.as_str();
    let explanation = report.explanation.as_ref().map(|words| words.text());
    let explained = test.explanation.as_deref().is_none_or(|expected| {
        // One suite writes the nibbles of an IPv6 address in capitals, RFC 7208 §7.4 does not.
        explanation.is_some_and(|words| words.eq_ignore_ascii_case(expected))
    });
    let expected = with_explanation(&test.results.join(" or "), test.explanation.as_deref());
    let got = with_explanation(verdict, explanation);
    let passed = explained && test.results.iter().any(|result| result == verdict);
    match test
        .header
        .as_deref()
        .map(|header| recorded(header, report))
    {
        Some((header, ours)) => Outcome {
            id: test.name,
            passed: passed && header == ours,
            expected: format!("{expected}; {header}"),
            got: format!("{got}; {ours}"),
        },
        None => Outcome {
            id: test.name,
            passed,
            expected,
            got,
        },
    }
}

/// What a suite's Received-SPF field and ours record, each as read back from its text. Comments
/// are free, and so is what a problem is called.
fn recorded(header: &str, report: &Report) -> (String, String) {
    let keys = |value: &[u8]| match ReceivedSpf::parse(value) {
        Ok(field) => {
            let pairs = field.pairs.iter().filter(|pair| pair.key() != "problem");
            let mut pairs: Vec<_> = pairs
                .map(|pair| format!("{}={:?}", pair.key(), pair.value()))
                .collect();
            pairs.sort();
            format!("{} {}", field.verdict, pairs.join(" "))
        }
        Err(error) => error.to_string(),
    };
    let ours = report.received_spf();
    let value = ours.strip_prefix("Received-SPF:").unwrap_or(&ours);
    (keys(header.as_bytes()), keys(value.as_bytes()))
}

fn with_explanation(result: &str, explanation: Option<&str>) -> String {
    match explanation {
        Some(words) => format!("{result} ({words})"),
        None => result.to_owned(),
    }
}

/// `None` if something in it is no name or no address.
fn zone_of(nodes: BTreeMap<String, Node>) -> Option<Zone> {
    let mut zone = Zone::new();
    for (name, Node { records, others }) in nodes {
        let name = Name::from_dotted(name.as_bytes()).ok()?;
        let answer = match others.as_deref() {
            Some("timeout") => Answer::Failed(Failure::Timeout),
            _ => Answer::NO_DATA,
        };
        zone.set_others(name.clone(), answer);
        for data in records {
            let record = match data {
                Data::A { value } => Record::A(value.parse().ok()?),
                Data::Aaaa { value } => Record::Aaaa(value.parse().ok()?),
                Data::Cname { value } => {
                    zone.alias(name.clone(), host(&value)?);
                    continue;
                }
                Data::Mx {
                    preference,
                    exchange,
                } => Record::Mx {
                    preference,
                    exchange: host(&exchange)?,
                },
                Data::Ptr { value } => Record::Ptr(host(&value)?),
                Data::Txt { strings } => Record::Txt(strings.concat().into_bytes().into()),
            };
            zone.insert(name.clone(), record);
        }
    }
    Some(zone)
}

/// The suites write the root as nothing.
fn host(text: &str) -> Option<Name> {
    match text {
        "" => Some(Name::root()),
        _ => Name::from_dotted(text.as_bytes()).ok(),
    }
}

impl AppendixA {
    fn outcomes(&self) -> Option<Vec<Outcome>> {
        let mut outcomes = Vec::new();
        for (index, example) in self.cases.iter().enumerate() {
            let mut zone = self.zone()?;
            let text = example.record.as_bytes().into();
            zone.insert(host(&self.domain)?, Record::Txt(text));
            for (client, result) in &example.results {
                let report = self.check(client.parse().ok()?, &zone);
                outcomes.push(Outcome {
                    id: format!("rfc7208-a-{index}-{client}"),
                    passed: report.verdict.as_str() == result,
                    expected: result.clone(),
                    got: report.verdict.as_str().to_owned(),
                });
            }
        }
        Some(outcomes)
    }

    fn check(&self, client: IpAddr, zone: &Zone) -> Report {
        let sender = format!("user@{}", self.domain);
        let mut check = Check::mail_from(client, b"", sender.as_bytes(), &Options::default());
        drive(&mut check, |question| zone.look_up(question));
        check.finish()
    }

    fn zone(&self) -> Option<Zone> {
        let mut zone = Zone::new();
        for (owner, records) in &self.zone {
            for record in records {
                match record {
                    Compact::Mx(_, preference, exchange) => {
                        let exchange = host(exchange)?;
                        let preference = *preference;
                        zone.insert(
                            host(owner)?,
                            Record::Mx {
                                preference,
                                exchange,
                            },
                        );
                    }
                    Compact::Other(kind, value) => match kind.as_str() {
                        "A" => {
                            zone.insert(host(owner)?, Record::A(value.parse().ok()?));
                        }
                        "CNAME" => {
                            zone.alias(host(owner)?, host(value)?);
                        }
                        "PTR" => {
                            zone.insert(host(owner)?, Record::Ptr(host(value)?));
                        }
                        _ => return None,
                    },
                }
            }
        }
        Some(zone)
    }
}

impl Macros {
    fn outcomes(&self) -> Option<Vec<Outcome>> {
        let v4 = self.expansions.iter().map(|pair| (&self.ip, pair));
        let v6 = self
            .ipv6
            .expansions
            .iter()
            .map(|pair| (&self.ipv6.ip, pair));
        let mut outcomes = Vec::new();
        for (index, (client, (text, expansion))) in v4.chain(v6).enumerate() {
            let got = self.asked_for(client.parse().ok()?, text);
            outcomes.push(Outcome {
                id: format!("rfc7208-7.4-{index}"),
                passed: got.as_ref() == Some(&host(expansion)?),
                expected: expansion.clone(),
                got: got.map_or_else(|| "nothing asked".to_owned(), |name| name.to_string()),
            });
        }
        Some(outcomes)
    }

    /// What `exists:` asks for when this text stands behind it.
    fn asked_for(&self, client: IpAddr, text: &str) -> Option<Name> {
        let policy = Record::Txt(format!("v=spf1 exists:{text}").into_bytes().into());
        let sender = self.sender.as_bytes();
        let mut check = Check::mail_from(client, b"", sender, &Options::default());
        let question = check.poll_question()?;
        check.answer(&question, &Answer::Records(vec![policy]));
        let asked = check.poll_question()?;
        (asked == Question::new(asked.name().clone(), Kind::A)).then(|| asked.name().clone())
    }
}

#[derive(Deserialize)]
struct Scenario {
    tests: Vec<Test>,
    zone: BTreeMap<String, Node>,
}

#[derive(Deserialize)]
struct Test {
    name: String,
    ip: IpAddr,
    helo: String,
    mail_from: String,
    results: Vec<String>,
    explanation: Option<String>,
    receiver: Option<String>,
    header: Option<String>,
}

#[derive(Deserialize)]
struct Node {
    records: Vec<Data>,
    #[serde(rename = "other_types")]
    others: Option<String>,
}

#[derive(Deserialize)]
#[serde(tag = "type", rename_all = "UPPERCASE")]
enum Data {
    A { value: String },
    Aaaa { value: String },
    Cname { value: String },
    Mx { preference: u16, exchange: String },
    Ptr { value: String },
    Txt { strings: Vec<String> },
}

#[derive(Deserialize)]
struct Examples {
    appendix_a: AppendixA,
    section_7_4_macros: Macros,
}

#[derive(Deserialize)]
struct AppendixA {
    zone: BTreeMap<String, Vec<Compact>>,
    domain: String,
    cases: Vec<Example>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Compact {
    Mx(IgnoredAny, u16, String),
    Other(String, String),
}

#[derive(Deserialize)]
struct Example {
    record: String,
    results: BTreeMap<String, String>,
}

#[derive(Deserialize)]
struct Macros {
    sender: String,
    ip: String,
    expansions: BTreeMap<String, String>,
    ipv6: MacrosIpv6,
}

#[derive(Deserialize)]
struct MacrosIpv6 {
    ip: String,
    expansions: BTreeMap<String, String>,
}
