//! What a check found.

use alloc::sync::Arc;
use alloc::vec::Vec;
use core::fmt;

use dns_txt::{Domain, Failure, Question};

use crate::destination::ReportKind;
use crate::identifier::{Alignment, Identifier, Mechanism, Outcome};
use crate::policy::{Mechanisms, Policy};
use crate::record::Record;

/// What a check found, and why.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Report {
    /// The result.
    pub verdict: Verdict,
    /// What led to it.
    pub cause: Cause,
    /// The domain of From.
    pub author: Domain,
    /// The policy that is to be applied to a message of the author's domain that fails: `sp`, `np`
    /// and `t` are worked out. What `policy.dmarc` in Authentication-Results says (RFC 9989 §9.1).
    /// `None` if there is none, or the DNS did not say.
    pub policy: Option<Policy>,
    /// The same before `t=y` lowers it.
    pub published_policy: Option<Policy>,
    /// The record that applies.
    pub record: Option<Arc<Record>>,
    /// The domain that the record was found at: the author's, its organizational domain, or the
    /// public suffix domain above that.
    pub record_domain: Option<Domain>,
    /// How the organizational domain was found.
    pub discovery_method: DiscoveryMethod,
    /// The organizational domain of the author's; `None` if the DNS did not say.
    pub organizational_domain: Option<Domain>,
    /// Each identifier, and how it is related to the author's domain.
    pub identifiers: Vec<(Identifier, Alignment)>,
}

impl Report {
    /// What the domain owner asks to do with this message: the policy if it fails, and nothing in
    /// every other case.
    ///
    /// RFC 9989 §7.4: a receiver must not refuse a message for `reject` alone, and without other
    /// knowledge treats it as if it were `quarantine`.
    pub fn disposition(&self) -> Policy {
        match self.verdict {
            Verdict::Fail => self.policy.unwrap_or_default(),
            _ => Policy::None,
        }
    }

    /// Whether `t=y` lowered the policy: a report gives that as a reason (RFC 9990 §3.1.1.14).
    pub fn is_lowered(&self) -> bool {
        self.policy != self.published_policy
    }

    /// Whether the record asks for a failure report about this message: its `fo` has `0` and no
    /// mechanism gave an aligned pass, or `1` and one of them did not (RFC 9989 §4.7). Never
    /// without a place for it ([`Record::report_uris`]), nor without a result that is pass or fail.
    ///
    /// `d` and `s` ask for reports of other kinds, about DKIM and SPF by themselves (RFC 6651,
    /// RFC 6652).
    pub fn asks_for_failure_report(&self) -> bool {
        let (Some(record), Verdict::Fail | Verdict::Pass) = (&self.record, self.verdict) else {
            return false;
        };
        let mut aligned = [Mechanism::Dkim, Mechanism::Spf]
            .map(|of| self.is_aligned(of))
            .into_iter();
        !record.report_uris(ReportKind::Failure).is_empty()
            && match record.fo.mechanisms {
                Some(Mechanisms::All) => !aligned.any(|aligned| aligned),
                Some(Mechanisms::Any) => !aligned.all(|aligned| aligned),
                None => false,
            }
    }

    /// Whether an identifier of this mechanism is authenticated and aligned.
    pub fn is_aligned(&self, mechanism: Mechanism) -> bool {
        self.identifiers.iter().any(|(identifier, alignment)| {
            identifier.mechanism == mechanism
                && identifier.outcome == Outcome::Authenticated
                && matches!(alignment, Alignment::Relaxed | Alignment::Strict)
        })
    }
}

/// The result of a check (RFC 9989 §9.2).
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[expect(clippy::exhaustive_enums, reason = "RFC 9989 §9.2 closes the set")]
pub enum Verdict {
    /// No authenticated identifier is aligned.
    Fail,
    /// The author's domain has no record.
    None,
    /// An authenticated identifier is aligned.
    Pass,
    /// The record asks for nothing that can be done; it will be the same at the next try.
    PermError,
    /// The DNS did not answer; the next try may bring a result.
    TempError,
}

impl Verdict {
    /// The word of Authentication-Results.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Fail => "fail",
            Self::None => "none",
            Self::Pass => "pass",
            Self::PermError => "permerror",
            Self::TempError => "temperror",
        }
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// How the organizational domain was found, in the words of reports (RFC 9990 §3.1.1.5).
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[expect(clippy::exhaustive_enums, reason = "RFC 9990 §3.1.1.5 closes the set")]
pub enum DiscoveryMethod {
    /// `psl`: with a public suffix list.
    PublicSuffixList,
    /// `treewalk`: as RFC 9989 has it.
    TreeWalk,
}

impl DiscoveryMethod {
    /// The word of a report.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::PublicSuffixList => "psl",
            Self::TreeWalk => "treewalk",
        }
    }
}

/// What led to a verdict.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Cause {
    /// An authenticated identifier is aligned.
    Aligned {
        /// The first one.
        domain: Domain,
        /// Which check it is of.
        mechanism: Mechanism,
    },
    /// A question that decides had no answer.
    Dns {
        /// The question.
        question: Question,
        /// Why it had none; [`Failure::Timeout`] also for a check that was finished early.
        failure: Failure,
    },
    /// The record has no valid policy, and does not say where reports go (RFC 9989 §4.10.1).
    NoPolicy,
    /// Neither the author's domain, nor its organizational domain, nor a public suffix domain above
    /// it has a record.
    NoRecord,
    /// No authenticated identifier is aligned.
    NotAligned,
    /// An identifier that would be aligned has no result for want of an answer.
    Unsettled {
        /// The identifier.
        domain: Domain,
        /// Which check it is of.
        mechanism: Mechanism,
    },
}

/// One lower-case clause, printable ASCII.
impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Aligned { domain, mechanism } => write!(f, "aligned {mechanism} of {domain}"),
            Self::Dns { question, failure } => write!(f, "{failure} for {question}"),
            Self::NoPolicy => f.write_str("record without a valid policy"),
            Self::NoRecord => f.write_str("no record"),
            Self::NotAligned => f.write_str("no aligned identifier is authenticated"),
            Self::Unsettled { domain, mechanism } => {
                write!(f, "{mechanism} of {domain} has no result")
            }
        }
    }
}
