//! A message of somebody else, checked while its body passes.

use core::future::pending;
use core::time::Duration;
use std::sync::Arc;

use dkim_canon::{Header, TooLarge};
use dkim_verify::{Fault, Outcome as Judged, VerifySignature};
use dns_txt::{Inquiry, Lookups};
use message_auth::{Facts, Inbound, Report};
use milter_proto::Edits;
use milter_proto::edit::EditError;
use tokio::time::timeout;

use super::conf::{OnAction, Settings};
use super::forged::{self, deletions};
use super::live::Live;
use super::outcome::Trouble;

/// A message under examination. Its questions travel while the body arrives.
pub(super) struct Verify<'l> {
    inbound: Inbound,
    lookups: Lookups<'l>,
    deadline: Option<Duration>,
    forged: Edits,
}

impl<'l> Verify<'l> {
    /// Begins with the header; what claims to be ours in it is to be deleted. Fails if it cannot
    /// be.
    pub(super) fn begin(
        live: &'l Live,
        crypto: Arc<dyn VerifySignature>,
        facts: Facts,
        is_ours: bool,
        header: &Header<'_>,
    ) -> Result<Self, CannotVerify> {
        let authserv_id = facts.authserv_id.clone();
        let mut inbound = Inbound::begin(facts, live.options(is_ours), crypto);
        for field in header.fields() {
            inbound.field(field.name_as_written(), field.value())?;
        }
        inbound.end_header();
        let forged = forged::find(header, &authserv_id, live);
        let mut lookups = Lookups::new(live.resolver(), LOOKUPS);
        lookups.ask(&mut inbound);
        Ok(Self {
            inbound,
            lookups,
            deadline: live.deadline(),
            forged: deletions(header, &forged)?,
        })
    }

    pub(super) fn body(&mut self, piece: &[u8]) {
        // Only a header can be too large.
        let _ = self.inbound.push(piece);
    }

    /// Waits for an answer of the DNS and takes it. Cancel safe; never ends while none is due.
    pub(super) async fn progress(&mut self) {
        if self.lookups.is_idle() {
            return pending().await;
        }
        let (question, answer) = self.lookups.next().await;
        self.inbound.answer(&question, &answer);
        self.lookups.ask(&mut self.inbound);
    }

    /// Waits for what the DNS still owes, for as long as is configured; what is open then counts
    /// as not answered.
    pub(super) async fn settle(&mut self) {
        let deadline = self.deadline;
        let answers = async {
            while !self.lookups.is_idle() {
                self.progress().await;
            }
        };
        match deadline {
            Some(deadline) => drop(timeout(deadline, answers).await),
            None => answers.await,
        }
    }

    /// What was found, and the deletions of what was forged.
    pub(super) fn finish(self) -> (Report, Edits) {
        (self.inbound.finish(), self.forged)
    }
}

/// Why a message cannot be examined.
#[derive(Debug, thiserror::Error)]
pub(super) enum CannotVerify {
    #[error("a forged Authentication-Results field cannot be removed")]
    Forged(#[from] EditError),
    #[error(transparent)]
    Header(#[from] TooLarge),
}

/// What is configured for what was found, and why; `None` if nothing is wrong.
///
/// One good signature is enough. A signature that is refused by policy, or whose domain is only
/// testing, is as good as none (RFC 6376 §3.6.1, §6.1).
pub(super) fn occasion(
    report: &Report,
    settings: &Settings,
) -> Option<(OnAction, Trouble, String)> {
    if report.dkim.iter().any(dkim_verify::Verdict::is_pass) {
        return None;
    }
    let on = &settings.on;
    let failed = |is_such: fn(&Judged) -> bool| {
        let mut verdicts = report.dkim.iter().filter(|verdict| !verdict.testing);
        verdicts.find(|verdict| is_such(&verdict.outcome))
    };
    // What may be better later comes before what never will be.
    if let Some(verdict) = failed(|outcome| matches!(outcome, Judged::Unsettled(_))) {
        let why = verdict.outcome.to_string();
        return Some((on.dns_error, Trouble::Cryptographic, why));
    }
    let is_bad =
        |outcome: &Judged| matches!(outcome, Judged::Failed(fault) if *fault != Fault::NoKey);
    if let Some(verdict) = failed(is_bad) {
        let why = format!("bad DKIM signature: {}", verdict.outcome);
        return Some((on.bad_signature, Trouble::Other, why));
    }
    if failed(|outcome| matches!(outcome, Judged::Failed(_))).is_some() {
        let why = "no key for the DKIM signature".into();
        return Some((on.key_not_found, Trouble::Cryptographic, why));
    }
    Some((on.no_signature, Trouble::Other, "no DKIM signature".into()))
}

/// The field that says what was found; `None` if there is nothing to say.
pub(super) fn results(report: &Report, settings: &Settings) -> Option<String> {
    let is_wanted = settings.always_add_ar_header || settings.spf || settings.dmarc;
    (is_wanted || !report.dkim.is_empty()).then(|| report.authentication_results().to_field())
}

/// Questions of one message at the same time.
const LOOKUPS: usize = 16;
