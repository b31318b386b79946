//! Reports of others.

use alloc::vec::Vec;

use thiserror::Error;

use super::document::{Element, document};
use super::{
    AuthResult, DiscoveryMethod, Disposition, DkimAuth, Feedback, Metadata, OverrideReason,
    OverrideType, PolicyPublished, Row, SpfAuth,
};
use crate::policy::{FailureOptions, Mode, Policy};

impl Feedback {
    /// Reads a report, of RFC 9990 or of RFC 7489: elements in any order and in any one namespace,
    /// those of others and unknown ones passed over. What contradicts itself or breaks the schema
    /// is refused (RFC 9990 §8.1).
    ///
    /// Entities are not expanded beyond those of XML itself, and a document type is refused, so
    /// that the time and the memory that a report takes are in proportion to its text. How much a
    /// compressed one may become is for the caller to limit.
    pub fn parse(xml: &str) -> Result<Self, FeedbackError> {
        let mut rows: Vec<Row> = Vec::new();
        let root = document(xml, |record| {
            rows.push(row(record)?);
            Ok(())
        })?;
        let metadata = root.child("report_metadata")?;
        let range = metadata.child("date_range")?;
        let policy = root.child("policy_published")?;
        if rows.is_empty() {
            return Err(missing("record"));
        }
        Ok(Self {
            metadata: Metadata {
                org_name: metadata.text("org_name")?,
                email: metadata.text("email")?,
                extra_contact_info: metadata.optional("extra_contact_info"),
                report_id: metadata.text("report_id")?,
                begin: range.number("begin")?,
                end: range.number("end")?,
                error: metadata.optional("error"),
                generator: metadata.optional("generator"),
            },
            published: published(policy)?,
            rows,
        })
    }
}

fn published(policy: &Element) -> Result<PolicyPublished, FeedbackError> {
    let request = |word: &str| Policy::parse(word.as_bytes());
    let mode = |word: &str| Mode::parse(word.as_bytes());
    let method = |word: &str| {
        let mut all = [DiscoveryMethod::PublicSuffixList, DiscoveryMethod::TreeWalk].into_iter();
        all.find(|method| method.as_str() == word)
    };
    let testing = |word: &str| match word {
        "y" => Some(true),
        "n" => Some(false),
        _ => None,
    };
    let options = |text: &str| FailureOptions::parse(text.as_bytes());
    Ok(PolicyPublished {
        domain: policy.text("domain")?,
        discovery_method: policy.word("discovery_method", method)?,
        p: policy.word("p", request)?.ok_or_else(|| missing("p"))?,
        sp: policy.word("sp", request)?,
        np: policy.word("np", request)?,
        fo: policy.word("fo", options)?,
        adkim: policy.word("adkim", mode)?,
        aspf: policy.word("aspf", mode)?,
        testing: policy.word("testing", testing)?,
    })
}

fn row(record: &Element) -> Result<Row, FeedbackError> {
    let row = record.child("row")?;
    let evaluated = row.child("policy_evaluated")?;
    let identifiers = record.child("identifiers")?;
    let results = record.child("auth_results")?;
    let disposition = |word: &str| {
        let mut all = [
            Disposition::None,
            Disposition::Pass,
            Disposition::Quarantine,
            Disposition::Reject,
        ]
        .into_iter();
        all.find(|disposition| disposition.as_str() == word)
    };
    let aligned = |word: &str| match word {
        "pass" => Some(true),
        "fail" => Some(false),
        _ => None,
    };
    let required = |name| evaluated.word(name, aligned)?.ok_or_else(|| missing(name));
    // RFC 7489 let a report give HELO as well.
    let is_mail_from = |spf: &&Element| spf.optional("scope").is_none_or(|scope| scope == "mfrom");
    Ok(Row {
        source_ip: row.value("source_ip")?,
        count: row.number("count")?,
        disposition: evaluated
            .word("disposition", disposition)?
            .ok_or_else(|| missing("disposition"))?,
        dkim_aligned: required("dkim")?,
        spf_aligned: required("spf")?,
        reasons: evaluated
            .all("reason")
            .map(reason)
            .collect::<Result<_, _>>()?,
        header_from: identifiers.text("header_from")?,
        envelope_from: identifiers.optional("envelope_from"),
        envelope_to: identifiers.optional("envelope_to"),
        dkim: results.all("dkim").map(dkim).collect::<Result<_, _>>()?,
        spf: results.all("spf").find(is_mail_from).map(spf).transpose()?,
    })
}

/// A kind that is not known is another (RFC 7489 had two more).
fn reason(element: &Element) -> Result<OverrideReason, FeedbackError> {
    let kind = element.text("type")?;
    let mut all = OverrideType::ALL.into_iter();
    Ok(OverrideReason {
        kind: all
            .find(|known| known.as_str() == kind)
            .unwrap_or(OverrideType::Other),
        comment: element.optional("comment"),
    })
}

fn dkim(element: &Element) -> Result<DkimAuth, FeedbackError> {
    Ok(DkimAuth {
        domain: element.text("domain")?,
        selector: element.optional("selector"),
        result: match element.word("result", result)? {
            None => return Err(missing("result")),
            // RFC 8601 §2.7.1 has no such result of DKIM, nor has RFC 9990 appendix A.
            Some(AuthResult::SoftFail) => return Err(FeedbackError::Value { element: "result" }),
            Some(result) => result,
        },
        human_result: element.optional("human_result"),
    })
}

fn spf(element: &Element) -> Result<SpfAuth, FeedbackError> {
    Ok(SpfAuth {
        domain: element.text("domain")?,
        result: element
            .word("result", result)?
            .ok_or_else(|| missing("result"))?,
        human_result: element.optional("human_result"),
    })
}

fn result(word: &str) -> Option<AuthResult> {
    AuthResult::ALL
        .into_iter()
        .find(|known| known.as_str() == word)
}

/// Why a text is not a report.
#[derive(Clone, Copy, Debug, Eq, Error, PartialEq)]
#[non_exhaustive]
pub enum FeedbackError {
    /// It has a document type, which could define entities without bound.
    #[error("document type in a report")]
    DocumentType,
    /// An element that every report has is not there.
    #[error("no {element} in a report")]
    Missing {
        /// Its name.
        element: &'static str,
    },
    /// An element is there again that says something once, or more often than any report has it.
    #[error("more than one {element} in a report")]
    Repeated {
        /// Its name.
        element: &'static str,
    },
    /// It is not well-formed XML, or not one document.
    #[error("malformed XML at octet {offset}")]
    Syntax {
        /// Where it shows, in octets of the text, counted from 0.
        offset: u64,
    },
    /// Elements inside of elements, more than any report has.
    #[error("elements too deep in a report")]
    TooDeep,
    /// An element does not hold what it should.
    #[error("malformed {element} in a report")]
    Value {
        /// Its name.
        element: &'static str,
    },
}

pub(super) fn missing(element: &'static str) -> FeedbackError {
    FeedbackError::Missing { element }
}
