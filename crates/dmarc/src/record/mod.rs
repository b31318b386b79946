//! Policy records (RFC 9989 §4.7).

mod parse;
mod print;
mod uri;

use alloc::boxed::Box;
use alloc::vec::Vec;
use core::str::FromStr;

use thiserror::Error;

pub use self::uri::ReportUri;
use crate::destination::ReportKind;
use crate::policy::{FailureOptions, Mode, Policy, Psd};

/// What a domain publishes at its `_dmarc` name.
///
/// Only what says that a record is none of DMARC makes it unreadable. A tag that is unknown or
/// cannot be read is passed over (RFC 9989 §4.8), and so are `pct`, `rf` and `ri`, which RFC 7489
/// had (§9.3). Of tags of one name the first counts, and of places for reports the first hundred.
/// `Display` prints a record that reads back equal, without what is passed over and what is the
/// default.
///
/// ```
/// use dmarc::{Mode, Policy, Record};
///
/// # fn main() -> Result<(), dmarc::NotDmarc> {
/// let record = Record::parse(b"v=DMARC1; P = Reject; pct=50; adkim=S; aspf=x;")?;
/// assert_eq!(record.p.policy(), Some(Policy::Reject));
/// assert_eq!((record.adkim, record.aspf), (Mode::Strict, Mode::Relaxed));
/// assert_eq!(record.to_string(), "v=DMARC1; p=reject; adkim=s");
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, Default, Eq, PartialEq)]
#[non_exhaustive]
pub struct Record {
    /// The policy for the domain itself, and for those below it of which nothing else is said.
    pub p: Requested,
    /// The policy for domains below it.
    pub sp: Requested,
    /// The policy for domains below it that do not exist.
    pub np: Requested,
    /// How near a DKIM signature's domain must be.
    pub adkim: Mode,
    /// How near the domain of MAIL FROM must be.
    pub aspf: Mode,
    /// Whether this is a public suffix domain.
    pub psd: Psd,
    /// Whether the policy is under test: `t=y` asks to apply one level less.
    pub t: bool,
    /// Where aggregate reports go; none are wanted if it is empty.
    pub rua: Vec<ReportUri>,
    /// Where failure reports go; none are wanted if it is empty.
    pub ruf: Vec<ReportUri>,
    /// When failure reports are wanted; without meaning if `ruf` is empty.
    pub fo: FailureOptions,
}

impl Record {
    /// Reads the text of a TXT record, its strings joined. In linear time; the text is as long as
    /// the DNS lets it be (RFC 1035 §3.2.1: 65535 octets).
    pub fn parse(text: &[u8]) -> Result<Self, NotDmarc> {
        parse::record(text)
    }

    /// Where reports of a kind are to go; none are to be sent if that is nowhere (RFC 9989 §4.7).
    ///
    /// A public suffix domain gets no failure reports, whatever its record says: others' mail is in
    /// them (RFC 9990 §7.3).
    pub fn report_uris(&self, kind: ReportKind) -> &[ReportUri] {
        match (kind, self.psd) {
            (ReportKind::Aggregate, _) => &self.rua,
            (ReportKind::Failure, Psd::Yes) => &[],
            (ReportKind::Failure, Psd::No | Psd::Unknown) => &self.ruf,
        }
    }

    /// The policies as they are applied; `None` if nothing may be.
    ///
    /// RFC 9989 §4.10.1: without a valid `p`, or with an `sp` or `np` that is not valid, the record
    /// is taken for one of `p=none` if it says where aggregate reports go, and else for one that
    /// asks for no DMARC at all.
    pub fn policies(&self) -> Option<Policies> {
        let valid = |requested: &Requested, absent| match requested {
            Requested::Absent => absent,
            Requested::Malformed(_) => None,
            Requested::Policy(policy) => Some(*policy),
        };
        let policies = || {
            let p = valid(&self.p, None)?;
            let sp = valid(&self.sp, Some(p))?;
            let np = valid(&self.np, Some(sp))?;
            Some(Policies { p, sp, np })
        };
        policies().or_else(|| (!self.rua.is_empty()).then(Policies::default))
    }
}

impl FromStr for Record {
    type Err = NotDmarc;

    fn from_str(text: &str) -> Result<Self, NotDmarc> {
        Self::parse(text.as_bytes())
    }
}

/// What a policy tag says.
#[derive(Clone, Debug, Default, Eq, Hash, PartialEq)]
#[expect(
    clippy::exhaustive_enums,
    reason = "a tag is there or not, and valid or not"
)]
pub enum Requested {
    /// The tag is not there.
    #[default]
    Absent,
    /// The tag is there with a word that is no policy: printable ASCII, with a question mark for
    /// every other octet.
    Malformed(Box<str>),
    /// The tag is there.
    Policy(Policy),
}

impl Requested {
    /// The policy, if the tag gives one.
    pub fn policy(&self) -> Option<Policy> {
        match self {
            Self::Policy(policy) => Some(*policy),
            Self::Absent | Self::Malformed(_) => None,
        }
    }
}

/// The policies of a record, each with its value or with what stands in for it.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub struct Policies {
    /// For the domain itself.
    pub p: Policy,
    /// For domains below it that exist.
    pub sp: Policy,
    /// For domains below it that do not exist.
    pub np: Policy,
}

/// The text is no record of DMARC: its first tag is not `v=DMARC1` (RFC 9989 §4.7).
#[derive(Clone, Copy, Debug, Eq, Error, PartialEq)]
#[error("not a DMARC record")]
#[non_exhaustive]
pub struct NotDmarc;

#[cfg(test)]
mod tests;
