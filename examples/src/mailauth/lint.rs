//! `mailauth lint`: what is wrong with the policy that a domain publishes.

use std::process::ExitCode;

use clap::Args;
use dns_txt::Domain;
use serde::Serialize;
use spf::lint::{Cost, Finding, LintOptions, LintReport};

use super::Fault;
use super::shared::{Shared, domain};

/// Walks over all records that an SPF policy leads to and says what is wrong with it.
///
/// First the look-ups that a check takes at most, and the terms that cost them: more than ten end
/// in permerror for everybody, as do more than two that find nothing (RFC 7208 §4.6.4). Then one
/// line for each finding, with its severity, its code and its place: `error` means that checks fail
/// or that everybody passes, `warning` that the policy works, and not as well as it could or not
/// for long, `info` is good to know.
#[derive(Args, Debug)]
#[command(
    verbatim_doc_comment,
    after_help = "\
Example: mailauth lint example.com

JSON keys: domain, lookups, void_lookups with ipv4 and ipv6; complete, whether all that the policy
leads to was looked at and answered; severity, that of the worst finding or null; findings, a list
of {code, severity, domain, offset, term, message}; costs, a list of {depth, domain, offset, term,
lookups}."
)]
pub(super) struct Lint {
    /// Whose policy
    #[arg(value_name = "DOMAIN", value_parser = domain)]
    domain: Domain,
}

impl Lint {
    pub(super) fn run(self, shared: &Shared) -> Result<ExitCode, Fault> {
        let dns = shared.dns()?;
        let mut lint = spf::lint::Lint::domain(&self.domain, &LintOptions::default());
        dns.drive(&mut lint);
        let report = lint.finish();
        dns.finish()?;
        shared.output().answer(&Json::new(&report), &report)
    }
}

#[derive(Serialize)]
struct Json<'r> {
    domain: &'r str,
    lookups: u32,
    void_lookups: VoidLookups,
    complete: bool,
    severity: Option<&'static str>,
    findings: Vec<JsonFinding<'r>>,
    costs: Vec<JsonCost<'r>>,
}

#[derive(Serialize)]
struct VoidLookups {
    ipv4: u32,
    ipv6: u32,
}

#[derive(Serialize)]
struct JsonFinding<'r> {
    code: &'static str,
    severity: &'static str,
    domain: String,
    offset: Option<usize>,
    term: Option<&'r str>,
    message: String,
}

#[derive(Serialize)]
struct JsonCost<'r> {
    depth: usize,
    domain: String,
    offset: usize,
    term: &'r str,
    lookups: u32,
}

impl<'r> Json<'r> {
    fn new(report: &'r LintReport) -> Self {
        Self {
            domain: report.domain.as_str(),
            lookups: report.lookups,
            void_lookups: VoidLookups {
                ipv4: report.void_lookups_v4,
                ipv6: report.void_lookups_v6,
            },
            complete: report.is_complete,
            severity: report.severity().map(|severity| severity.as_str()),
            findings: report.findings.iter().map(JsonFinding::new).collect(),
            costs: report.costs.iter().map(JsonCost::new).collect(),
        }
    }
}

impl<'r> JsonFinding<'r> {
    fn new(finding: &'r Finding) -> Self {
        Self {
            code: finding.code(),
            severity: finding.severity().as_str(),
            domain: finding.domain.to_string(),
            offset: finding.offset,
            term: finding.term.as_deref(),
            message: finding.to_string(),
        }
    }
}

impl<'r> JsonCost<'r> {
    fn new(cost: &'r Cost) -> Self {
        Self {
            depth: cost.depth,
            domain: cost.place.domain.to_string(),
            offset: cost.place.offset,
            term: &cost.term,
            lookups: cost.lookups,
        }
    }
}
