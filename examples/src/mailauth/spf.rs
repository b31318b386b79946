//! `mailauth spf`: may this client use this domain?

use core::fmt;
use core::net::IpAddr;
use std::ffi::OsString;
use std::process::ExitCode;

use clap::Args;
use dns_txt::Domain;
use serde::Serialize;
use spf::trace::Trace;
use spf::{Cause, Check, Limits, Options, Report};

use super::Fault;
use super::shared::{Shared, client, domain};

/// Checks whether a client may use a domain (SPF, RFC 7208).
///
/// With --mail-from the domain of that address is checked; with an empty one, that of bounces,
/// postmaster at the HELO name (RFC 7208 §2.4). Without --mail-from the HELO name itself is.
///
/// The result is one of none, neutral, pass, fail, softfail, temperror and permerror. With it comes
/// what led to it, what it cost, and the Received-SPF field that a receiver would write.
#[derive(Args, Debug)]
#[command(
    verbatim_doc_comment,
    after_help = "\
Example: mailauth spf --ip 192.0.2.1 --helo mail.example.com --mail-from amy@example.com --trace

JSON keys: result, identity (helo or mailfrom), domain, cause, explanation, lookups, void_lookups,
received_spf; place and matched say where in which record it was decided; with --trace also trace,
a list of {depth, text}."
)]
pub(super) struct Spf {
    /// The address of the client, IPv4 or IPv6
    #[arg(long, value_name = "IP", value_parser = client)]
    ip: IpAddr,

    /// The name that it gave with HELO or EHLO
    #[arg(long, value_name = "NAME")]
    helo: OsString,

    /// The sender that it gave with MAIL FROM, "" for the null path of bounces
    #[arg(long, value_name = "ADDR")]
    mail_from: Option<OsString>,

    /// Shows every record, term, question and answer that led to the result
    #[arg(long)]
    trace: bool,

    /// The name of the receiving host, for explanations and Received-SPF
    #[arg(long, value_name = "NAME", value_parser = domain)]
    receiver: Option<Domain>,

    /// The explanation of a fail for which the domain publishes none
    #[arg(long, value_name = "TEXT")]
    default_explanation: Option<String>,
}

impl Spf {
    pub(super) fn run(self, shared: &Shared) -> Result<ExitCode, Fault> {
        let mut options = Options::default()
            .now(shared.now())
            .to_ascii(|text| Domain::from_unicode(text).ok())
            .trace(self.trace);
        options.receiver = self.receiver;
        options.default_explanation = self.default_explanation.map(String::into_boxed_str);
        let helo = self.helo.as_encoded_bytes();
        let mut check = match &self.mail_from {
            Some(path) => {
                let path = without_brackets(path.as_encoded_bytes());
                Check::mail_from(self.ip, helo, path, &options)
            }
            None => Check::helo(self.ip, helo, &options),
        };
        let dns = shared.dns()?;
        dns.drive(&mut check);
        let report = check.finish();
        dns.finish()?;
        shared.output().answer(&Json::new(&report), Text(&report))
    }
}

/// The path as the checks take it, should somebody have copied it from a dialogue.
pub(super) fn without_brackets(path: &[u8]) -> &[u8] {
    path.strip_prefix(b"<")
        .and_then(|path| path.strip_suffix(b">"))
        .unwrap_or(path)
}

/// A report in the keys that `--json` has.
#[derive(Serialize)]
pub(crate) struct Json<'r> {
    result: &'static str,
    identity: &'static str,
    domain: Option<&'r str>,
    cause: String,
    explanation: Option<&'r str>,
    lookups: u8,
    void_lookups: u8,
    received_spf: String,
    place: Option<Place>,
    matched: Option<Matched>,
    #[serde(skip_serializing_if = "Option::is_none")]
    trace: Option<Vec<Step>>,
}

#[derive(Serialize)]
struct Place {
    domain: String,
    offset: usize,
}

#[derive(Serialize)]
struct Matched {
    directive: String,
    domain: String,
    offset: usize,
    network: Option<String>,
    prefix_length: Option<u8>,
}

#[derive(Serialize)]
struct Step {
    depth: usize,
    text: String,
}

impl<'r> Json<'r> {
    pub(crate) fn new(report: &'r Report) -> Self {
        Self {
            result: report.verdict.as_str(),
            identity: report.identity.as_str(),
            domain: report.domain.as_ref().map(Domain::as_str),
            cause: report.cause.to_string(),
            explanation: report.explanation.as_ref().map(|words| words.text()),
            lookups: report.lookups,
            void_lookups: report.void_lookups,
            received_spf: received_spf(report),
            place: report.place.as_ref().map(Place::new),
            matched: report.matched.as_ref().map(Matched::new),
            trace: report.trace.as_ref().map(steps),
        }
    }
}

impl Place {
    fn new(place: &spf::Place) -> Self {
        Self {
            domain: place.domain.to_string(),
            offset: place.offset,
        }
    }
}

impl Matched {
    /// The directive that compared something with the client, behind all `include`s.
    fn new(matched: &spf::Matched) -> Self {
        let innermost = matched.innermost();
        Self {
            directive: innermost.directive.to_string(),
            domain: innermost.place.domain.to_string(),
            offset: innermost.place.offset,
            network: innermost.network.map(|network| network.to_string()),
            prefix_length: innermost.network.map(|network| network.prefix_length()),
        }
    }
}

fn steps(trace: &Trace) -> Vec<Step> {
    let step = |step: &spf::trace::Step| Step {
        depth: step.depth,
        text: step.event.to_string(),
    };
    let mut steps: Vec<Step> = trace.steps.iter().map(step).collect();
    if trace.is_cut {
        // As the text has it: before the verdict.
        let cut = Step {
            depth: 0,
            text: "(steps left out)".to_owned(),
        };
        steps.insert(steps.len().saturating_sub(1), cut);
    }
    steps
}

/// The field without its last line end.
fn received_spf(report: &Report) -> String {
    report.received_spf().trim_end().to_owned()
}

/// A report for a person.
struct Text<'r>(&'r Report);

impl fmt::Display for Text<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let report = self.0;
        if let Some(trace) = &report.trace {
            writeln!(f, "{trace}")?;
        }
        let identity = match report.identity {
            spf::Identity::Helo => "HELO",
            spf::Identity::MailFrom => "MAIL FROM",
        };
        write!(f, "spf={} ({identity}", report.verdict)?;
        match &report.domain {
            Some(domain) => writeln!(f, " {domain}, client {})", report.client)?,
            None => writeln!(f, ", client {})", report.client)?,
        }
        write!(f, "because: {}", report.cause)?;
        match (&report.cause, &report.place) {
            // It names the place itself.
            (Cause::Syntax { .. }, _) | (_, None) => writeln!(f)?,
            (_, Some(place)) => writeln!(f, ", {place}")?,
        }
        if let Some(matched) = &report.matched {
            let innermost = matched.innermost();
            writeln!(
                f,
                "decided by: {}, {}",
                innermost.directive, innermost.place
            )?;
        }
        if let Some(explanation) = &report.explanation {
            writeln!(f, "explanation: {explanation}")?;
        }
        let limits = Limits::default();
        writeln!(
            f,
            "look-ups: {} of {}, {} of {} that found nothing",
            report.lookups, limits.lookups, report.void_lookups, limits.void_lookups
        )?;
        writeln!(f, "{}", received_spf(report).replace("\r\n", "\n"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_may_be_copied_with_its_brackets() {
        assert_eq!(without_brackets(b"<a@b.example>"), b"a@b.example");
        assert_eq!(without_brackets(b"<>"), b"");
        assert_eq!(without_brackets(b"a@b.example>"), b"a@b.example>");
    }
}
