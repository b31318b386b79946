//! Aggregate reports ([RFC 9990]): what a receiver tells a domain owner about a day of mail.
//!
//! A [`Row`] is built for each message from its [`Report`], equal rows are counted
//! together, and [`Feedback::to_xml`] prints them all. [`Feedback::parse`] reads the reports of
//! others, those of RFC 7489 included. Compression and mail are the caller's.
//!
//! ```
//! use dmarc::feedback::{Disposition, Feedback, Metadata, PolicyPublished, Row};
//! use dmarc::{Check, Options};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let zone: dns_txt::Zone = "_dmarc.example.com. TXT \"v=DMARC1; p=reject\"".parse()?;
//! let mut check = Check::begin("example.com".parse()?, &Options::default());
//! dns_txt::drive(&mut check, |question| zone.look_up(question));
//! let report = check.finish();
//!
//! let published = PolicyPublished::new(&report).ok_or("no policy applies")?;
//! // The receiver knew nothing else about the message, and did not refuse it (RFC 9989 §7.4).
//! let row = Row::new("192.0.2.1".parse()?, &report, Disposition::Quarantine);
//! let metadata = Metadata::new("Example Ltd", "dmarc@example.org", "1795651200x7q")
//!     .period(1_795_564_800, 1_795_651_199);
//! let xml = Feedback::new(metadata, published, vec![row]).to_xml();
//! assert_eq!(Feedback::parse(&xml)?.rows.len(), 1);
//! # Ok(())
//! # }
//! ```
//!
//! [RFC 9990]: https://www.rfc-editor.org/rfc/rfc9990

mod document;
mod print;
mod read;
mod row;

use alloc::string::String;
use alloc::vec::Vec;

pub use self::read::FeedbackError;
pub use self::row::{
    AuthResult, Disposition, DkimAuth, OverrideReason, OverrideType, Row, SpfAuth,
};
use crate::policy::{FailureOptions, Mode, Policy};
pub use crate::report::DiscoveryMethod;
use crate::report::Report;

/// One report: of one receiver, for one domain, over one period (RFC 9990 §3.1.1.2).
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Feedback {
    /// Who reports, and about when.
    pub metadata: Metadata,
    /// The policy that was found.
    pub published: PolicyPublished,
    /// What was seen. At least one in a report that is sent.
    pub rows: Vec<Row>,
}

impl Feedback {
    /// A report of these parts. Rows that differ in their count alone are counted together.
    pub fn new(metadata: Metadata, published: PolicyPublished, rows: Vec<Row>) -> Self {
        Self {
            metadata,
            published,
            rows: row::counted(rows),
        }
    }
}

/// Who reports, and about when (RFC 9990 §3.1.1.3, §3.1.1.4).
#[derive(Clone, Debug, Default, Eq, PartialEq)]
#[non_exhaustive]
pub struct Metadata {
    /// The name of the reporting organization.
    pub org_name: String,
    /// Its address for questions.
    pub email: String,
    /// Another way to reach it.
    pub extra_contact_info: Option<String>,
    /// What tells this report from others of the organization. Letters and digits alone suit the
    /// subject and the file name as well (RFC 9990 §3.5.1).
    pub report_id: String,
    /// The first second of the period, since 1970, UTC.
    pub begin: u64,
    /// The last second of the period.
    pub end: u64,
    /// What went wrong with the policy record.
    pub error: Option<String>,
    /// The program that made the report.
    pub generator: Option<String>,
}

impl Metadata {
    /// The required parts. The period is to be set.
    pub fn new(org_name: &str, email: &str, report_id: &str) -> Self {
        Self {
            org_name: org_name.into(),
            email: email.into(),
            report_id: report_id.into(),
            ..Self::default()
        }
    }

    /// Sets [`Metadata::begin`] and [`Metadata::end`].
    #[must_use]
    pub fn period(mut self, begin: u64, end: u64) -> Self {
        (self.begin, self.end) = (begin, end);
        self
    }
}

/// The policy that was found (RFC 9990 §3.1.1.5).
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct PolicyPublished {
    /// The domain at which the record was found.
    pub domain: String,
    /// How it was found, if the report says so.
    pub discovery_method: Option<DiscoveryMethod>,
    /// `p`.
    pub p: Policy,
    /// `sp`.
    pub sp: Option<Policy>,
    /// `np`.
    pub np: Option<Policy>,
    /// `fo`.
    pub fo: Option<FailureOptions>,
    /// `adkim`.
    pub adkim: Option<Mode>,
    /// `aspf`.
    pub aspf: Option<Mode>,
    /// `t`.
    pub testing: Option<bool>,
}

impl PolicyPublished {
    /// What a check found, every value or its default; `None` if no policy applies.
    pub fn new(report: &Report) -> Option<Self> {
        let record = report.record.as_ref()?;
        let policies = record.policies()?;
        Some(Self {
            domain: report.record_domain.as_ref()?.as_str().into(),
            discovery_method: Some(report.discovery_method),
            p: policies.p,
            sp: Some(policies.sp),
            np: Some(policies.np),
            fo: Some(record.fo),
            adkim: Some(record.adkim),
            aspf: Some(record.aspf),
            testing: Some(record.t),
        })
    }
}

#[cfg(test)]
mod tests;
