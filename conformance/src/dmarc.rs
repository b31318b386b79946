//! `dmarc`: whole evaluations, records, pairs of domains, and From fields with their authors.

use std::collections::BTreeMap;
use std::path::Path;

use dmarc::{Check, Identifier, Mechanism, Options, Outcome as Result, Record, ReportUri};
use dns_txt::{Answer, Domain, Failure, Name, Question, drive};
use mail_address::{Authors, FromDefect};
use serde::Deserialize;

use crate::outcome::Outcome;
use crate::suite::{SuiteError, read_json};

/// Runs all files of the folder given, as RFC 9989 has it.
pub(crate) fn run(directory: &Path) -> core::result::Result<Vec<Outcome>, SuiteError> {
    let evaluations: File<Evaluation> = read_json(directory.join("evaluate.json"))?;
    let records: File<RecordCase> = read_json(directory.join("records.json"))?;
    let pairs: File<Pair> = read_json(directory.join("alignment.json"))?;
    let fields: File<FromCase> = read_json(directory.join("from-domain.json"))?;
    let mut outcomes: Vec<Outcome> = evaluations.cases.iter().map(evaluation).collect();
    outcomes.extend(numbered("record", &records.cases, record));
    outcomes.extend(numbered("alignment", &pairs.cases, pair));
    outcomes.extend(numbered("from", &fields.cases, from));
    Ok(outcomes)
}

fn numbered<C>(
    what: &str,
    cases: &[C],
    run: impl Fn(&C) -> (bool, String, String),
) -> Vec<Outcome> {
    let outcomes = cases.iter().enumerate().map(|(number, case)| {
        let (passed, expected, got) = run(case);
        Outcome {
            id: format!("{what}-{}", number + 1),
            passed,
            expected,
            got,
        }
    });
    outcomes.collect()
}

/// Every property that the case gives is compared, and no other.
fn evaluation(case: &Evaluation) -> Outcome {
    let Ok(author) = case.from_domain.parse() else {
        return Outcome {
            id: case.name.clone(),
            passed: false,
            expected: "a domain".into(),
            got: case.from_domain.clone(),
        };
    };
    let dkim = case
        .dkim
        .iter()
        .map(|of| (Mechanism::Dkim, &of.d, &of.result));
    let spf = case
        .spf
        .iter()
        .map(|of| (Mechanism::Spf, &of.domain, &of.result));
    let identifiers = dkim.chain(spf).filter_map(|(mechanism, domain, result)| {
        Some(Identifier {
            domain: domain.parse().ok()?,
            mechanism,
            outcome: match result.as_str() {
                "pass" => Result::Authenticated,
                _ => Result::NotAuthenticated,
            },
        })
    });
    let mut check = Check::begin(author, &Options::default());
    let mut discovery = Vec::new();
    drive(&mut check, |question| {
        discovery.push(question.name().to_string());
        answer(&case.zone, question)
    });
    check.identifiers(identifiers);
    drive(&mut check, |question| answer(&case.zone, question));
    let report = check.finish();

    let expect = &case.expect;
    let text = |domain: &Option<Domain>| domain.as_ref().map(ToString::to_string);
    let mut wrong = Vec::new();
    let mut compare = |what: &str, expected: Option<&String>, got: Option<String>| {
        if expected.is_some() && expected != got.as_ref() {
            wrong.push(format!("{what} {}", got.unwrap_or_default()));
        }
    };
    let verdict = report.verdict.to_string();
    let words = match &expect.result {
        Words::One(word) => core::slice::from_ref(word),
        Words::Any(words) => words,
    };
    if !words.contains(&verdict) {
        compare("result", words.first(), Some(verdict));
    }
    let policy = report.policy.map(|policy| policy.to_string());
    compare("policy", expect.policy.as_ref(), policy);
    compare(
        "record at",
        expect.record_domain.as_ref(),
        text(&report.record_domain),
    );
    let organization = text(&report.organizational_domain);
    compare("organization", expect.org_domain.as_ref(), organization);
    for (mechanism, expected) in [
        (Mechanism::Dkim, expect.dkim_aligned),
        (Mechanism::Spf, expect.spf_aligned),
    ] {
        let expected = expected.map(|aligned| aligned.to_string());
        let got = report.is_aligned(mechanism).to_string();
        compare(mechanism.as_str(), expected.as_ref(), Some(got));
    }
    if let Some(queries) = &expect.policy_discovery_queries {
        // The records alone; whether the author exists is no policy discovery.
        discovery.retain(|name| name.starts_with("_dmarc."));
        compare(
            "queries",
            Some(&queries.join(" ")),
            Some(discovery.join(" ")),
        );
    }
    Outcome {
        id: case.name.clone(),
        passed: wrong.is_empty(),
        expected: format!("{expect:?}"),
        got: match wrong.is_empty() {
            true => "the same".into(),
            false => wrong.join(", "),
        },
    }
}

/// Each tag that the case gives is compared.
fn record(case: &RecordCase) -> (bool, String, String) {
    let record = match (Record::parse(case.record.as_bytes()), case.dmarc_record) {
        (Ok(record), true) => record,
        (Ok(_), false) => return (false, "no record".into(), "a record".into()),
        (Err(_), is_record) => return (!is_record, "a record".into(), "no record".into()),
    };
    let mut expect = case.expect.clone();
    expect.extend(case.expect_9989.clone());
    let mut wrong = Vec::new();
    for (tag, expected) in &expect {
        // RFC 9989 §9.3: `pct`, `rf` and `ri` are tags no more, so that no default of theirs is
        // looked at either.
        let got = match tag.as_str() {
            "p" => record.p.policy().map(|policy| policy.as_str().into()),
            "sp" => record.sp.policy().map(|policy| policy.as_str().into()),
            "np" => record.np.policy().map(|policy| policy.as_str().into()),
            "adkim" => Some(record.adkim.as_str().into()),
            "aspf" => Some(record.aspf.as_str().into()),
            "psd" => Some(record.psd.as_str().into()),
            "t" => Some(if record.t { "y" } else { "n" }.into()),
            "fo" => Some(list(record.fo.to_string().split(':'))),
            "rua" => Some(uris(&record.rua)),
            "ruf" => Some(uris(&record.ruf)),
            "defaulted" => Some(defaulted(&record, expected)),
            "pct" | "rf" | "ri" => continue,
            _ => None,
        };
        let got = got.unwrap_or(serde_json::Value::Null);
        if got != *expected {
            wrong.push(format!("{tag}={got}"));
        }
    }
    let expected = format!("{expect:?}");
    (
        wrong.is_empty(),
        expected,
        format!("{record}: {}", wrong.join(", ")),
    )
}

fn list<'t>(items: impl Iterator<Item = &'t str>) -> serde_json::Value {
    items.map(str::to_owned).collect::<Vec<_>>().into()
}

fn uris(uris: &[ReportUri]) -> serde_json::Value {
    uris.iter()
        .map(ToString::to_string)
        .collect::<Vec<_>>()
        .into()
}

/// Which of the tags that should have their default do.
fn defaulted(record: &Record, tags: &serde_json::Value) -> serde_json::Value {
    let tags = tags.as_array().into_iter().flatten();
    let held = tags.filter(|tag| match tag.as_str() {
        Some("sp") => record.sp.policy().is_none(),
        Some("adkim") => record.adkim == Record::default().adkim,
        Some("aspf") => record.aspf == Record::default().aspf,
        Some("pct" | "rf" | "ri") => true,
        _ => false,
    });
    held.cloned().collect::<Vec<_>>().into()
}

/// Two domains, below a record at the name that a public suffix list would give for the first.
fn pair(case: &Pair) -> (bool, String, String) {
    let expected = format!("aligned {}", case.aligned);
    let (Ok(author), Ok(domain)) = (case.a.parse::<Domain>(), case.b.parse::<Domain>()) else {
        // What has empty labels is no domain, and aligned with none: the suite allows that.
        let malformed = [&case.a, &case.b].iter().any(|domain| {
            domain.starts_with('.') || domain.ends_with('.') || domain.contains("..")
        });
        return (malformed, expected, "not a domain".into());
    };
    let organization = |domain: &Domain| {
        let mut domain = domain.clone();
        while let Some(parent) = domain.parent().filter(|parent| parent.labels().count() > 1) {
            domain = parent;
        }
        domain
    };
    let record = format!("v=DMARC1; p=reject; adkim={}", case.mode);
    let owner = format!("_dmarc.{}", organization(&author));
    let mut check = Check::begin(author, &Options::default());
    check.identifiers([Identifier {
        domain,
        mechanism: Mechanism::Dkim,
        outcome: Result::Authenticated,
    }]);
    drive(&mut check, |question| {
        match question.name().to_string() == owner {
            true => Answer::Records(vec![dns_txt::Record::Txt(record.as_bytes().into())]),
            false => Answer::NoSuchName,
        }
    });
    let aligned = check.finish().is_aligned(Mechanism::Dkim);
    (
        aligned == case.aligned,
        expected,
        format!("aligned {aligned}"),
    )
}

/// The domains of the authors; a malformed field may be refused.
fn from(case: &FromCase) -> (bool, String, String) {
    let expected: Vec<&str> = match &case.domain {
        Some(domain) => vec![domain],
        None => case.domains.iter().map(String::as_str).collect(),
    };
    let fields = [(&b"From"[..], case.from.as_bytes())];
    let (passed, got) = match Authors::from_fields(fields, None) {
        Ok(authors) => {
            let domains = authors.domains().iter().map(Domain::as_str);
            let got: Vec<&str> = domains.collect();
            (got == expected, got.join(" "))
        }
        Err(defect @ FromDefect::Syntax(_)) => (case.malformed, defect.to_string()),
        Err(defect) => (false, defect.to_string()),
    };
    (passed, expected.join(" "), got)
}

fn answer(zone: &BTreeMap<String, Entry>, question: &Question) -> Answer {
    let named = |name: &str| Name::parse(name.as_bytes()).is_ok_and(|n| n == *question.name());
    let Some((_, entry)) = zone.iter().find(|(name, _)| named(name)) else {
        return Answer::NoSuchName;
    };
    match entry.status.as_deref() {
        Some("NODATA") => Answer::NO_DATA,
        Some("NXDOMAIN") => Answer::NoSuchName,
        Some("TIMEOUT") => Answer::Failed(Failure::Timeout),
        Some(_) => Answer::Failed(Failure::ServerFailure),
        // Every question is for TXT; other records say that the name exists.
        None => {
            let records = entry.txt.iter().map(|strings| strings.concat());
            let records = records.map(|text| dns_txt::Record::Txt(text.into_bytes().into()));
            Answer::Records(records.collect())
        }
    }
}

#[derive(Deserialize)]
struct File<C> {
    cases: Vec<C>,
}

#[derive(Deserialize)]
struct Evaluation {
    name: String,
    from_domain: String,
    dkim: Vec<DkimResult>,
    spf: Vec<SpfResult>,
    zone: BTreeMap<String, Entry>,
    expect: Expectation,
}

#[derive(Deserialize)]
struct DkimResult {
    d: String,
    result: String,
}

#[derive(Deserialize)]
struct SpfResult {
    domain: String,
    result: String,
}

#[derive(Deserialize)]
struct Entry {
    #[serde(default, rename = "TXT")]
    txt: Vec<Vec<String>>,
    status: Option<String>,
}

#[derive(Debug, Deserialize)]
struct Expectation {
    result: Words,
    policy: Option<String>,
    record_domain: Option<String>,
    org_domain: Option<String>,
    policy_discovery_queries: Option<Vec<String>>,
    dkim_aligned: Option<bool>,
    spf_aligned: Option<bool>,
}

#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Words {
    One(String),
    Any(Vec<String>),
}

#[derive(Deserialize)]
struct RecordCase {
    record: String,
    dmarc_record: bool,
    #[serde(default)]
    expect: BTreeMap<String, serde_json::Value>,
    #[serde(default)]
    expect_9989: BTreeMap<String, serde_json::Value>,
}

#[derive(Deserialize)]
struct Pair {
    a: String,
    b: String,
    mode: String,
    aligned: bool,
}

#[derive(Deserialize)]
struct FromCase {
    from: String,
    domain: Option<String>,
    #[serde(default)]
    domains: Vec<String>,
    #[serde(default)]
    malformed: bool,
}
