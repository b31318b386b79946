//! What was seen of one client (RFC 9990 §3.1.1.7).

use alloc::string::String;
use alloc::vec::Vec;
use core::net::IpAddr;

use crate::identifier::Mechanism;
use crate::policy::Policy;
use crate::report::{Report, Verdict};

/// Messages from one address with the same results.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub struct Row {
    /// The address of the client.
    pub source_ip: IpAddr,
    /// How many messages.
    pub count: u64,
    /// What was done with them.
    pub disposition: Disposition,
    /// Whether an aligned DKIM signature passed.
    pub dkim_aligned: bool,
    /// Whether SPF passed for an aligned domain.
    pub spf_aligned: bool,
    /// Why that is not what the policy asks for. Required where they differ and alignment failed.
    pub reasons: Vec<OverrideReason>,
    /// The domain of From.
    pub header_from: String,
    /// The domain of MAIL FROM; empty for the null path.
    pub envelope_from: Option<String>,
    /// The domain of RCPT TO.
    pub envelope_to: Option<String>,
    /// The signatures that were tried, those of the author's organization first. The report has a
    /// hundred of them, and before all others those that pass.
    pub dkim: Vec<DkimAuth>,
    /// SPF of MAIL FROM.
    pub spf: Option<SpfAuth>,
}

impl Row {
    /// One message and what was done with it. The results of SPF and DKIM themselves are to be
    /// added.
    ///
    /// A message that failed has a reason where the policy was not applied as published
    /// (RFC 9990 §3.1.1.14): that `t=y` lowered it, and the receiver's own policy if something else
    /// was done. Who knows better puts that in its place.
    pub fn new(source_ip: IpAddr, report: &Report, disposition: Disposition) -> Self {
        let failed = report.verdict == Verdict::Fail;
        let lowered = report.is_lowered().then_some(OverrideType::PolicyTestMode);
        let overridden = disposition != Disposition::from(report);
        let local = overridden.then_some(OverrideType::LocalPolicy);
        let reasons = [lowered, local].into_iter().flatten();
        let reason = |kind| OverrideReason {
            kind,
            comment: None,
        };
        Self {
            source_ip,
            count: 1,
            disposition,
            dkim_aligned: report.is_aligned(Mechanism::Dkim),
            spf_aligned: report.is_aligned(Mechanism::Spf),
            reasons: reasons.filter(|_| failed).map(reason).collect(),
            header_from: report.author.as_str().into(),
            envelope_from: None,
            envelope_to: None,
            dkim: Vec::new(),
            spf: None,
        }
    }

    /// All but the count.
    fn without_count(&self) -> impl Ord {
        let Self {
            source_ip,
            count: _,
            disposition,
            dkim_aligned,
            spf_aligned,
            reasons,
            header_from,
            envelope_from,
            envelope_to,
            dkim,
            spf,
        } = self;
        let aligned = (dkim_aligned, spf_aligned);
        let identifiers = (header_from, envelope_from, envelope_to);
        (
            source_ip,
            disposition,
            aligned,
            reasons,
            identifiers,
            dkim,
            spf,
        )
    }

    /// Takes in the count of another row, if that differs in nothing else.
    fn count_in(&mut self, other: &Self) -> bool {
        match self.count.checked_add(other.count) {
            Some(count) if self.without_count() == other.without_count() => {
                self.count = count;
                true
            }
            _ => false,
        }
    }
}

/// Counts rows together that differ in nothing else, each in the place of the first.
///
/// Sorted, for what rows differ in is up to whoever sends mail: one client can make as many as it
/// likes.
pub(super) fn counted(rows: Vec<Row>) -> Vec<Row> {
    let mut rows: Vec<(usize, Row)> = rows.into_iter().enumerate().collect();
    rows.sort_by(|(_, one), (_, other)| one.without_count().cmp(&other.without_count()));
    rows.dedup_by(|(_, row), (_, first)| first.count_in(row));
    rows.sort_unstable_by_key(|(place, _)| *place);
    rows.into_iter().map(|(_, row)| row).collect()
}

/// What was done with a message (RFC 9990 §3.1.1.9).
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
#[expect(clippy::exhaustive_enums, reason = "RFC 9990 §3.1.1.9 closes the set")]
pub enum Disposition {
    /// Nothing, for want of a policy or against it.
    None,
    /// Nothing, for it passed under a policy that would have been applied.
    Pass,
    /// It was treated as suspicious.
    Quarantine,
    /// It was refused.
    Reject,
}

impl Disposition {
    /// The word of a report.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Pass => "pass",
            Self::Quarantine => "quarantine",
            Self::Reject => "reject",
        }
    }
}

/// What the policy asks for is done: for a receiver that does so.
impl From<&Report> for Disposition {
    fn from(report: &Report) -> Self {
        match (report.verdict, report.policy) {
            (Verdict::Pass, Some(Policy::Quarantine | Policy::Reject)) => Self::Pass,
            (Verdict::Fail, Some(Policy::Quarantine)) => Self::Quarantine,
            (Verdict::Fail, Some(Policy::Reject)) => Self::Reject,
            _ => Self::None,
        }
    }
}

/// Why a policy was not applied as published (RFC 9990 §3.1.1.14).
#[derive(Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
#[expect(clippy::exhaustive_structs, reason = "a caller makes them")]
pub struct OverrideReason {
    /// The kind of reason.
    pub kind: OverrideType,
    /// More about it, for people.
    pub comment: Option<String>,
}

/// Kinds of reasons.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
#[non_exhaustive]
pub enum OverrideType {
    /// The receiver's own policy.
    LocalPolicy,
    /// It came by way of a mailing list.
    MailingList,
    /// Something else.
    Other,
    /// `t=y`.
    PolicyTestMode,
    /// It came by way of a forwarder that is trusted.
    TrustedForwarder,
}

impl OverrideType {
    pub(super) const ALL: [Self; 5] = [
        Self::LocalPolicy,
        Self::MailingList,
        Self::Other,
        Self::PolicyTestMode,
        Self::TrustedForwarder,
    ];

    /// The word of a report.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::LocalPolicy => "local_policy",
            Self::MailingList => "mailing_list",
            Self::Other => "other",
            Self::PolicyTestMode => "policy_test_mode",
            Self::TrustedForwarder => "trusted_forwarder",
        }
    }
}

/// The result of one signature.
#[derive(Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
#[expect(clippy::exhaustive_structs, reason = "a caller makes them")]
pub struct DkimAuth {
    /// `d=`.
    pub domain: String,
    /// `s=`; reports of RFC 7489 may lack it, and an empty one is printed then.
    pub selector: Option<String>,
    /// The result; DKIM has no `softfail`, for which `fail` is printed.
    pub result: AuthResult,
    /// More about it, for people.
    pub human_result: Option<String>,
}

/// The result of SPF for MAIL FROM.
#[derive(Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
#[expect(clippy::exhaustive_structs, reason = "a caller makes them")]
pub struct SpfAuth {
    /// The domain that was checked.
    pub domain: String,
    /// The result.
    pub result: AuthResult,
    /// More about it, for people.
    pub human_result: Option<String>,
}

/// Results of SPF and DKIM, in the words of RFC 8601 §2.7.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
#[expect(
    clippy::exhaustive_enums,
    reason = "the schema of RFC 9990 closes the set"
)]
#[expect(missing_docs, reason = "the words of RFC 8601 §2.7.1 and §2.7.2")]
pub enum AuthResult {
    Fail,
    Neutral,
    None,
    Pass,
    PermError,
    Policy,
    SoftFail,
    TempError,
}

impl AuthResult {
    pub(super) const ALL: [Self; 8] = [
        Self::Fail,
        Self::Neutral,
        Self::None,
        Self::Pass,
        Self::PermError,
        Self::Policy,
        Self::SoftFail,
        Self::TempError,
    ];

    /// The word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Fail => "fail",
            Self::Neutral => "neutral",
            Self::None => "none",
            Self::Pass => "pass",
            Self::PermError => "permerror",
            Self::Policy => "policy",
            Self::SoftFail => "softfail",
            Self::TempError => "temperror",
        }
    }
}
