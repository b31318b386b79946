//! `mailauth dkim verify`: a verdict for every signature of a message.

use core::fmt;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, ValueEnum};
use dkim_aws_lc::AwsLc;
use dkim_canon::{HeaderReader, Progress, TooLarge};
use dkim_verify::{Header, Policy, UnixTime, Verdict, Verifier, diagnose};
use dns_txt::{Domain, Inquiry};
use serde::Serialize;

use crate::mailauth::Fault;
use crate::mailauth::message::Message;
use crate::mailauth::shared::{Dns, Shared};

/// Verifies every signature of a message.
///
/// There is one result for each DKIM-Signature field, in the order of the header, in the words of
/// RFC 8601: pass, fail, neutral, temperror, permerror, or policy where the policy refuses it.
///
/// A message whose first line ends in LF alone is taken as if all lines ended in CRLF, and a remark
/// on standard error says so.
#[derive(Args, Debug)]
#[command(
    verbatim_doc_comment,
    after_help = "\
Example: mailauth dkim verify --diagnose message.eml

JSON: {\"signatures\": [...]}, each with the keys result, domain, selector, identity, algorithm,
canonicalization, signed_headers, body_length (what l= says), key_bits, testing, reason, and
diagnosis, a list of {code, message}."
)]
pub(super) struct Verify {
    /// Says what was changed where a signature does not fit; reads the whole message into memory
    #[arg(long)]
    diagnose: bool,

    /// What to refuse beyond the RFCs
    #[arg(long, value_enum, default_value_t = PolicyName::Default)]
    policy: PolicyName,

    /// The message, - for standard input
    #[arg(value_name = "FILE|-")]
    file: PathBuf,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum PolicyName {
    /// What a careful receiver refuses too, such as signatures of a part of the body
    Default,
    /// Nothing beyond RFC 6376 and RFC 8301
    Rfc,
}

impl Verify {
    pub(super) fn run(self, shared: &Shared) -> Result<ExitCode, Fault> {
        let policy = match self.policy {
            PolicyName::Default => Policy::default(),
            PolicyName::Rfc => Policy::rfcs(),
        };
        let policy = policy.to_ascii(|text| Domain::from_unicode(text).ok());
        let message = Message::open(&self.file)?;
        let dns = shared.dns()?;
        let mut run = Run {
            policy: &policy,
            now: UnixTime::from_secs(shared.now()),
            dns: &dns,
            reader: HeaderReader::default(),
            verifier: None,
        };
        let name = message.name().to_owned();
        let found = if self.diagnose {
            let (octets, wire) = message.whole()?;
            let octets = wire.unwrap_or(octets);
            run.take(&octets)
                .map_err(|error| Fault::file(name.as_ref(), error))?;
            let verdicts = run.finish();
            let findings = verdicts
                .iter()
                .map(|verdict| explain(&octets, verdict, &dns));
            let findings: Vec<_> = findings.collect();
            verdicts.into_iter().zip(findings).collect()
        } else {
            message.stream(|chunk| run.take(chunk))?;
            let verdicts = run.finish();
            verdicts
                .into_iter()
                .map(|verdict| (verdict, Vec::new()))
                .collect()
        };
        dns.finish()?;
        let found: Vec<(Verdict, Vec<Diagnosis>)> = found;
        shared.output().answer(&Json::new(&found), Text(&found))
    }
}

/// A message on its way into the verifier.
struct Run<'r> {
    policy: &'r Policy,
    now: UnixTime,
    dns: &'r Dns<'r>,
    reader: HeaderReader,
    verifier: Option<Verifier>,
}

impl Run<'_> {
    fn take(&mut self, chunk: &[u8]) -> Result<(), TooLarge> {
        if let Some(verifier) = &mut self.verifier {
            let _ = verifier.body(chunk);
            return Ok(());
        }
        if let Progress::Complete { header, body } = self.reader.push(chunk)? {
            let mut verifier = self.begin(&header);
            let _ = verifier.body(body);
            self.verifier = Some(verifier);
        }
        Ok(())
    }

    fn begin(&self, header: &Header<'_>) -> Verifier {
        Verifier::begin(header, self.policy, AwsLc::shared(), self.now)
    }

    fn finish(mut self) -> Vec<Verdict> {
        let mut verifier = match self.verifier.take() {
            Some(verifier) => verifier,
            // A message without a body.
            None => {
                let header = core::mem::take(&mut self.reader).finish();
                self.begin(&header)
            }
        };
        let inquiry: &mut dyn Inquiry = &mut verifier;
        self.dns.drive(inquiry);
        verifier.finish()
    }
}

/// What was changed, where the signature does not fit.
fn explain(message: &[u8], verdict: &Verdict, dns: &Dns<'_>) -> Vec<Diagnosis> {
    let signature = verdict.signature.as_ref();
    let Some(question) = signature.and_then(|signature| signature.key_question()) else {
        return Vec::new();
    };
    let findings = diagnose(message, verdict, &dns.ask(&question), &*AwsLc::shared());
    let finding = |finding: &dkim_verify::Finding| Diagnosis {
        code: finding.code(),
        message: finding.to_string(),
    };
    findings.iter().map(finding).collect()
}

/// The keys that `--json` has.
#[derive(Serialize)]
pub(crate) struct Json<'r> {
    signatures: Vec<JsonSignature<'r>>,
}

#[derive(Serialize)]
struct JsonSignature<'r> {
    result: &'static str,
    domain: Option<&'r str>,
    selector: Option<&'r str>,
    identity: Option<String>,
    algorithm: Option<&'static str>,
    canonicalization: Option<String>,
    signed_headers: Vec<&'r str>,
    body_length: Option<u64>,
    key_bits: Option<usize>,
    testing: bool,
    reason: Option<String>,
    diagnosis: &'r [Diagnosis],
}

/// One finding about a signature that does not fit.
#[derive(Serialize)]
pub(crate) struct Diagnosis {
    code: &'static str,
    message: String,
}

impl<'r> Json<'r> {
    pub(crate) fn new(found: &'r [(Verdict, Vec<Diagnosis>)]) -> Self {
        let signatures = found.iter();
        Self {
            signatures: signatures
                .map(|(verdict, diagnosis)| JsonSignature::new(verdict, diagnosis))
                .collect(),
        }
    }
}

impl<'r> JsonSignature<'r> {
    fn new(verdict: &'r Verdict, diagnosis: &'r [Diagnosis]) -> Self {
        let tags = verdict.signature.as_ref().map(|signature| signature.tags());
        Self {
            result: verdict.result().as_str(),
            domain: tags.map(|tags| tags.domain().as_str()),
            selector: tags.map(|tags| tags.selector().as_str()),
            identity: tags.map(|tags| match tags.identity() {
                Some(identity) => String::from_utf8_lossy(&identity.to_octets()).into_owned(),
                // RFC 6376 §3.5: what i= is where it is not given.
                None => format!("@{}", tags.domain()),
            }),
            algorithm: tags.map(|tags| tags.algorithm().as_str()),
            canonicalization: tags.map(|tags| tags.canonicalization().to_string()),
            signed_headers: tags
                .map_or_else(Vec::new, |tags| tags.signed_fields().iter().collect()),
            body_length: tags.and_then(|tags| tags.body_length()),
            key_bits: verdict.key_bits,
            testing: verdict.testing,
            reason: (!verdict.is_pass()).then(|| verdict.outcome.to_string()),
            diagnosis,
        }
    }
}

/// The verdicts for a person.
struct Text<'r>(&'r [(Verdict, Vec<Diagnosis>)]);

impl fmt::Display for Text<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.is_empty() {
            return writeln!(f, "dkim=none (the message has no DKIM-Signature field)");
        }
        for (verdict, diagnosis) in self.0 {
            write!(f, "dkim={}", verdict.result())?;
            if !verdict.is_pass() {
                write!(f, " ({})", verdict.outcome)?;
            }
            writeln!(f)?;
            print_facts(verdict, f)?;
            for finding in diagnosis {
                writeln!(f, "  diagnosis: {}", finding.message)?;
            }
        }
        Ok(())
    }
}

fn print_facts(verdict: &Verdict, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    let Some(signature) = &verdict.signature else {
        return Ok(());
    };
    let tags = signature.tags();
    write!(
        f,
        "  domain {}, selector {}",
        tags.domain(),
        tags.selector()
    )?;
    if let Some(identity) = tags.identity() {
        write!(f, ", identity {}", identity.to_octets().escape_ascii())?;
    }
    write!(f, "\n  {}, {}", tags.algorithm(), tags.canonicalization())?;
    match verdict.key_bits {
        Some(bits) => writeln!(f, ", key of {bits} bits")?,
        None => writeln!(f)?,
    }
    let names: Vec<&str> = tags.signed_fields().iter().collect();
    writeln!(f, "  signed: {}", names.join(" "))?;
    let duplicates: Vec<&str> = signature.unsigned_duplicates().collect();
    if !duplicates.is_empty() {
        writeln!(
            f,
            "  more of them than are signed: {}",
            duplicates.join(" ")
        )?;
    }
    match verdict.uncovered_octets() {
        0 => {}
        octets => writeln!(f, "  not covered: the last {octets} octets of the body")?,
    }
    if verdict.testing {
        writeln!(f, "  the domain says that it is only testing DKIM")?;
    }
    Ok(())
}
