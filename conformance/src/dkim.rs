//! `dkim-generated`, `dkim-mail-dkim`, and the signatures and canonical forms of the RFCs.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::SystemTime;

use dkim_canon::{BodyCanon, Form, Header, SignatureField, ToCrlf, UnixTime, canonical_field};
use dkim_verify::{Policy, RustCrypto, verify};
use dns_txt::{Answer, Failure, Name, Question, Record};
use serde::Deserialize;

use crate::outcome::Outcome;
use crate::suite::{SuiteError, read, read_json};

/// Runs `dkim-generated`: a list of acceptable results for each signature of each message.
pub(crate) fn generated(directory: &Path) -> Result<Vec<Outcome>, SuiteError> {
    let file: Generated = read_json(directory.join("cases.json"))?;
    let outcomes = file.cases.into_iter().map(|case| {
        let message = read(directory.join(&case.file))?;
        let mut zone = file.zone.clone();
        zone.extend(case.dns_override.unwrap_or_default());
        Ok(outcome(case.name, &case.expect, &message, &zone))
    });
    outcomes.collect()
}

/// Runs `dkim-mail-dkim` as a verifier of today sees it: no rsa-sha1, no RSA below 1024 bits, no
/// DomainKeys.
pub(crate) fn mail_dkim(directory: &Path) -> Result<Vec<Outcome>, SuiteError> {
    let file: MailDkim = read_json(directory.join("cases.json"))?;
    let outcomes = file.cases.into_iter().map(|case| {
        let mut message = read(directory.join(&case.file))?;
        if !case.crlf {
            message = with_crlf(&message);
        }
        let signatures = case.signatures.into_iter();
        let expect: Vec<_> = signatures.filter_map(|s| s.expect_rfc8301).collect();
        Ok(outcome(case.file, &expect, &message, &case.dns))
    });
    outcomes.collect()
}

/// Runs the signatures of `rfc-vectors`, verified and step by step, and its canonical forms.
pub(crate) fn rfc_vectors(directory: &Path) -> Result<Vec<Outcome>, SuiteError> {
    let vectors: Vec<Vector> = read_json(directory.join("cases.json"))?;
    let mut outcomes = Vec::new();
    for vector in vectors {
        let message = read(directory.join(&vector.file))?;
        outcomes.extend(vector_outcomes(&vector, &message));
    }
    let forms: Canonicalizations = read_json(directory.join("canonicalization.json"))?;
    outcomes.extend(forms.outcomes());
    Ok(outcomes)
}

/// Verifies a message and compares each of its signatures with what the suite accepts.
fn outcome(
    id: String,
    expect: &[Vec<String>],
    message: &[u8],
    zone: &BTreeMap<String, Entry>,
) -> Outcome {
    let got = results(message, zone);
    let agrees = |(got, expect): (&String, &Vec<String>)| expect.contains(got);
    let expected = expect.iter().map(|results| results.join("|"));
    Outcome {
        id,
        passed: got.len() == expect.len() && got.iter().zip(expect).all(agrees),
        expected: listed(expected),
        got: listed(got.iter().cloned()),
    }
}

fn listed(results: impl Iterator<Item = String>) -> String {
    let results: Vec<String> = results.collect();
    match results.is_empty() {
        true => "no signature".to_owned(),
        false => results.join(", "),
    }
}

fn results(message: &[u8], zone: &BTreeMap<String, Entry>) -> Vec<String> {
    let now = UnixTime::from(SystemTime::now());
    let crypto = RustCrypto::shared();
    let verdicts = verify(message, &Policy::rfcs(), crypto, now, |q| answer(zone, q));
    let words = verdicts.iter().map(|verdict| verdict.result().to_string());
    words.collect()
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
        None => {
            let records = entry.txt.iter().map(|strings| strings.joined());
            let records = records.map(|text| Record::Txt(text.into_bytes().into()));
            Answer::Records(records.collect())
        }
    }
}

fn with_crlf(message: &[u8]) -> Vec<u8> {
    let mut normal = Vec::new();
    ToCrlf::default().update(message, |octets| normal.extend_from_slice(octets));
    normal
}

/// A verified signature, and the same in steps: what is hashed of the body and of the header.
fn vector_outcomes(vector: &Vector, message: &[u8]) -> Vec<Outcome> {
    let id = |what: &str| format!("{}#{}-{what}", vector.file, vector.signature_index);
    let (header, body) = Header::split(message);
    let index = header
        .fields()
        .enumerate()
        .filter(|(_, field)| field.is_named(SignatureField::NAME))
        .nth(vector.signature_index)
        .map(|(index, _)| index);
    let (field, tags) = match index.and_then(|index| header.field(index)) {
        Some(field) => (field.raw(), SignatureField::parse(field.value()).ok()),
        None => (&b""[..], None),
    };

    let mut outcomes = Vec::new();
    for (what, dns) in [
        ("verified", Some(&vector.dns)),
        ("verified-pkcs1", vector.dns_alternative_pkcs1.as_ref()),
    ] {
        let Some(dns) = dns else { continue };
        let zone = dns
            .iter()
            .map(|(name, text)| (name.clone(), Entry::of(text)));
        let results = results(message, &zone.collect());
        let got = results.get(vector.signature_index);
        outcomes.push(compare(
            id(what),
            vector.expect.clone(),
            got.cloned().unwrap_or_default(),
        ));
    }
    let (hashed, form) = match (&tags, index) {
        (Some(tags), Some(index)) => {
            let names = tags.signed_fields().iter();
            let selection = dkim_canon::Selection::new(&header, names, Some(index));
            let form = tags.canonicalization();
            let mut hashed = Vec::new();
            dkim_canon::signed_octets(form.header, &header, selection.indexes(), field, |octets| {
                hashed.extend_from_slice(octets);
            });
            (hashed, form.body)
        }
        _ => (Vec::new(), Form::Simple),
    };
    outcomes.push(compare(
        id("header"),
        vector.header_hash_input.clone(),
        text(&hashed),
    ));
    outcomes.push(compare(
        id("body"),
        vector.body_canonical.clone(),
        text(&canonical_body(form, body)),
    ));
    outcomes
}

fn compare(id: String, expected: String, got: String) -> Outcome {
    Outcome {
        id,
        passed: expected == got,
        expected,
        got,
    }
}

fn text(octets: &[u8]) -> String {
    String::from_utf8_lossy(octets).into_owned()
}

fn canonical_body(form: Form, body: &[u8]) -> Vec<u8> {
    let mut canonical = Vec::new();
    let mut canon = BodyCanon::new(form);
    canon.update(body, |octets| canonical.extend_from_slice(octets));
    canon.finish(|octets| canonical.extend_from_slice(octets));
    canonical
}

fn canonical_header(form: Form, header: &Header<'_>) -> Vec<u8> {
    let mut canonical = Vec::new();
    for field in header.fields() {
        canonical_field(form, field.raw(), |octets| {
            canonical.extend_from_slice(octets);
        });
    }
    canonical
}

#[derive(Deserialize)]
struct Generated {
    zone: BTreeMap<String, Entry>,
    cases: Vec<GeneratedCase>,
}

#[derive(Deserialize)]
struct GeneratedCase {
    name: String,
    file: String,
    dns_override: Option<BTreeMap<String, Entry>>,
    expect: Vec<Vec<String>>,
}

#[derive(Deserialize)]
struct MailDkim {
    cases: Vec<MailDkimCase>,
}

#[derive(Deserialize)]
struct MailDkimCase {
    file: String,
    crlf: bool,
    dns: BTreeMap<String, Entry>,
    signatures: Vec<MailDkimSignature>,
}

#[derive(Deserialize)]
struct MailDkimSignature {
    /// Not given for DomainKey-Signature fields.
    expect_rfc8301: Option<Vec<String>>,
}

/// What is at a name.
#[derive(Clone, Default, Deserialize)]
struct Entry {
    #[serde(default)]
    txt: Vec<Text>,
    status: Option<String>,
}

impl Entry {
    fn of(text: &str) -> Self {
        Self {
            txt: vec![Text::Whole(text.to_owned())],
            status: None,
        }
    }
}

/// The text of one TXT record.
#[derive(Clone, Deserialize)]
#[serde(untagged)]
enum Text {
    Strings(Vec<String>),
    Whole(String),
}

impl Text {
    fn joined(&self) -> String {
        match self {
            Self::Strings(strings) => strings.concat(),
            Self::Whole(text) => text.clone(),
        }
    }
}

#[derive(Deserialize)]
struct Vector {
    file: String,
    signature_index: usize,
    dns: BTreeMap<String, String>,
    dns_alternative_pkcs1: Option<BTreeMap<String, String>>,
    expect: String,
    body_canonical: String,
    header_hash_input: String,
}

#[derive(Deserialize)]
struct Canonicalizations {
    rfc6376_3_4_5: Example,
    empty_body: Vec<EmptyBody>,
}

/// The message of RFC 6376 §3.4.5.
#[derive(Deserialize)]
struct Example {
    message: String,
    relaxed_header: String,
    relaxed_body: String,
    simple_header: String,
    simple_body: String,
}

#[derive(Deserialize)]
struct EmptyBody {
    canon: String,
    canonical: String,
}

impl Canonicalizations {
    fn outcomes(self) -> Vec<Outcome> {
        let example = self.rfc6376_3_4_5;
        let (header, body) = Header::split(example.message.as_bytes());
        let mut outcomes = Vec::new();
        for (form, expected_header, expected_body) in [
            (Form::Relaxed, example.relaxed_header, example.relaxed_body),
            (Form::Simple, example.simple_header, example.simple_body),
        ] {
            outcomes.push(compare(
                format!("rfc6376-3.4.5-{form}-header"),
                expected_header,
                text(&canonical_header(form, &header)),
            ));
            outcomes.push(compare(
                format!("rfc6376-3.4.5-{form}-body"),
                expected_body,
                text(&canonical_body(form, body)),
            ));
        }
        for empty in self.empty_body {
            let got = match Form::parse(empty.canon.as_bytes()) {
                Some(form) => text(&canonical_body(form, b"")),
                None => format!("unknown form {}", empty.canon),
            };
            outcomes.push(compare(
                format!("empty-body-{}", empty.canon),
                empty.canonical,
                got,
            ));
        }
        outcomes
    }
}
