//! `mailauth dmarc`: does the author's domain vouch for a message?

use core::fmt;
use core::str::FromStr;
use std::process::ExitCode;

use clap::Args;
use dmarc::{Check, Identifier, Mechanism, Options, Outcome, Policy, Report, Verdict};
use dns_txt::Domain;
use serde::Serialize;

use super::Fault;
use super::shared::{Shared, domain};

/// Checks whether a message is vouched for by the domain in From (DMARC, RFC 9989).
///
/// --from is the domain of From; --spf and --dkim say what was found about the others. RESULT is a
/// word of Authentication-Results: pass, fail, softfail, neutral, none, policy, temperror or
/// permerror.
///
/// The result is one of pass, fail, none, temperror and permerror. With it comes the policy for
/// messages that fail, and what it asks to do with this one.
#[derive(Args, Debug)]
#[command(
    verbatim_doc_comment,
    after_help = "\
Example: mailauth dmarc --from news.example.com --spf pass:bounce.example.com --dkim fail:example.com

JSON keys: result, policy (null without one), disposition, record_domain, org_domain, spf_aligned,
dkim_aligned, reason."
)]
pub(super) struct Dmarc {
    /// The domain of the address in From
    #[arg(long, value_name = "DOMAIN", value_parser = domain)]
    from: Domain,

    /// What SPF found about the domain of MAIL FROM
    #[arg(long, value_name = "RESULT:DOMAIN")]
    spf: Option<Found>,

    /// What DKIM found about the domain of a signature; one for each signature
    #[arg(long, value_name = "RESULT:DOMAIN")]
    dkim: Vec<Found>,
}

impl Dmarc {
    pub(super) fn run(self, shared: &Shared) -> Result<ExitCode, Fault> {
        let mut check = Check::begin(self.from, &Options::default());
        let spf = self.spf.into_iter().map(|found| found.by(Mechanism::Spf));
        let dkim = self.dkim.into_iter().map(|found| found.by(Mechanism::Dkim));
        check.identifiers(spf.chain(dkim));
        let dns = shared.dns()?;
        dns.drive(&mut check);
        let report = check.finish();
        dns.finish()?;
        shared.output().answer(&Json::new(&report), Text(&report))
    }
}

/// `RESULT:DOMAIN`
#[derive(Clone, Debug)]
struct Found {
    domain: Domain,
    outcome: Outcome,
}

impl Found {
    fn by(self, mechanism: Mechanism) -> Identifier {
        Identifier {
            domain: self.domain,
            mechanism,
            outcome: self.outcome,
        }
    }
}

impl FromStr for Found {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (result, name) = text.split_once(':').ok_or("no colon behind the result")?;
        Ok(Self {
            domain: domain(name).map_err(|error| error.to_string())?,
            // RFC 5234 §2.3: the words of RFC 8601's grammar are of either case.
            outcome: match result.to_ascii_lowercase().as_str() {
                "pass" => Outcome::Authenticated,
                "temperror" => Outcome::Unsettled,
                "fail" | "neutral" | "none" | "permerror" | "policy" | "softfail" => {
                    Outcome::NotAuthenticated
                }
                _ => return Err(format!("{result} is not a result")),
            },
        })
    }
}

/// A report in the keys that `--json` has.
#[derive(Serialize)]
pub(crate) struct Json<'r> {
    result: &'static str,
    policy: Option<&'static str>,
    disposition: &'static str,
    record_domain: Option<&'r str>,
    org_domain: Option<&'r str>,
    spf_aligned: bool,
    dkim_aligned: bool,
    reason: String,
}

impl<'r> Json<'r> {
    pub(crate) fn new(report: &'r Report) -> Self {
        Self {
            result: report.verdict.as_str(),
            policy: report.policy.map(|policy| policy.as_str()),
            disposition: report.disposition().as_str(),
            record_domain: report.record_domain.as_ref().map(Domain::as_str),
            org_domain: report.organizational_domain.as_ref().map(Domain::as_str),
            spf_aligned: report.is_aligned(Mechanism::Spf),
            dkim_aligned: report.is_aligned(Mechanism::Dkim),
            reason: report.cause.to_string(),
        }
    }

    /// What Authentication-Results say of a From without one domain: it cannot pass, and nobody
    /// has a policy for it (RFC 9989 §5.3.1).
    pub(crate) fn without_author(reason: String) -> Self {
        Self {
            result: Verdict::PermError.as_str(),
            policy: None,
            disposition: Policy::None.as_str(),
            record_domain: None,
            org_domain: None,
            spf_aligned: false,
            dkim_aligned: false,
            reason,
        }
    }
}

/// A report for a person.
struct Text<'r>(&'r Report);

impl fmt::Display for Text<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let report = self.0;
        writeln!(f, "dmarc={} (From {})", report.verdict, report.author)?;
        writeln!(f, "because: {}", report.cause)?;
        if let (Some(domain), Some(record)) = (&report.record_domain, &report.record) {
            writeln!(f, "record: {record}, at {domain}")?;
        }
        if let Some(domain) = &report.organizational_domain {
            writeln!(f, "organization: {domain}")?;
        }
        if let Some(policy) = report.policy {
            let lowered = match report.is_lowered() {
                true => ", one level lower because of t=y",
                false => "",
            };
            writeln!(f, "policy: {policy}{lowered}")?;
            writeln!(f, "for this message: {}", report.disposition())?;
        }
        Ok(())
    }
}
