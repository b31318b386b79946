//! Reports of others.

use alloc::borrow::ToOwned;
use alloc::string::String;
use alloc::vec::Vec;
use core::mem;
use core::str::FromStr;

use quick_xml::Reader;
use quick_xml::events::{BytesRef, Event};
use thiserror::Error;

use super::{
    AuthResult, DiscoveryMethod, Disposition, DkimAuth, Feedback, Metadata, OverrideReason,
    OverrideType, PolicyPublished, Row, SpfAuth,
};
use crate::policy::{FailureOptions, Mode, Policy};

impl Feedback {
    /// Reads a report, of RFC 9990 or of RFC 7489: elements by their names in any namespace and
    /// any order, unknown ones passed over. Entities are not expanded beyond those of XML itself,
    /// and a document type is refused, so that the memory a report takes is in proportion to its text.
    pub fn parse(xml: &str) -> Result<Self, FeedbackError> {
        let root = document(xml)?;
        let metadata = root.child("report_metadata")?;
        let range = metadata.child("date_range")?;
        let policy = root.child("policy_published")?;
        let rows: Vec<Row> = root.all("record").map(row).collect::<Result<_, _>>()?;
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
        result: element
            .word("result", result)?
            .ok_or_else(|| missing("result"))?,
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
    /// It is not well-formed XML.
    #[error("malformed XML at octet {offset}")]
    Syntax {
        /// Where it shows.
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

fn missing(element: &'static str) -> FeedbackError {
    FeedbackError::Missing { element }
}

/// An element with what is inside of it.
#[derive(Debug, Default)]
struct Element {
    name: String,
    text: String,
    children: Vec<Self>,
}

impl Element {
    fn all(&self, name: &'static str) -> impl Iterator<Item = &Self> {
        self.children.iter().filter(move |child| child.name == name)
    }

    fn child(&self, name: &'static str) -> Result<&Self, FeedbackError> {
        self.all(name).next().ok_or_else(|| missing(name))
    }

    fn optional(&self, name: &'static str) -> Option<String> {
        let child = self.all(name).next()?;
        Some(child.text.trim().to_owned())
    }

    fn text(&self, name: &'static str) -> Result<String, FeedbackError> {
        self.optional(name).ok_or_else(|| missing(name))
    }

    fn value<T: FromStr>(&self, name: &'static str) -> Result<T, FeedbackError> {
        let text = self.text(name)?;
        text.parse()
            .map_err(|_| FeedbackError::Value { element: name })
    }

    fn number(&self, name: &'static str) -> Result<u64, FeedbackError> {
        self.value(name)
    }

    /// A word of a list. An empty element is as good as none: many reports have such.
    fn word<T>(
        &self,
        name: &'static str,
        read: impl Fn(&str) -> Option<T>,
    ) -> Result<Option<T>, FeedbackError> {
        match self.optional(name).filter(|text| !text.is_empty()) {
            None => Ok(None),
            Some(text) => match read(&text) {
                Some(value) => Ok(Some(value)),
                None => Err(FeedbackError::Value { element: name }),
            },
        }
    }
}

/// Reads the elements of a document, and gives the first at its top.
fn document(xml: &str) -> Result<Element, FeedbackError> {
    let mut reader = Reader::from_str(xml);
    // The elements that are open, the outermost first; what is at the top is in the first.
    let mut open = alloc::vec![Element::default()];
    loop {
        let event = reader.read_event().map_err(|_| FeedbackError::Syntax {
            offset: reader.error_position(),
        })?;
        let syntax = FeedbackError::Syntax {
            offset: reader.buffer_position(),
        };
        match event {
            Event::Start(start) => {
                if open.len() > MAX_DEPTH {
                    return Err(FeedbackError::TooDeep);
                }
                open.push(element(start.local_name().as_ref()));
            }
            Event::Empty(empty) => {
                let parent = open.last_mut().ok_or(syntax)?;
                parent.children.push(element(empty.local_name().as_ref()));
            }
            Event::End(_) => {
                let closed = open.pop().ok_or(syntax)?;
                open.last_mut().ok_or(syntax)?.children.push(closed);
            }
            Event::Text(text) => open
                .last_mut()
                .ok_or(syntax)?
                .text
                .push_str(&text.into_inner()),
            Event::CData(text) => {
                open.last_mut()
                    .ok_or(syntax)?
                    .text
                    .push_str(&text.into_inner());
            }
            Event::GeneralRef(reference) => {
                let character = character(&reference).ok_or(syntax)?;
                open.last_mut().ok_or(syntax)?.text.push(character);
            }
            Event::DocType(_) => return Err(FeedbackError::DocumentType),
            Event::Eof => {
                let [top] = &mut *open else {
                    return Err(syntax);
                };
                let mut roots = mem::take(&mut top.children).into_iter();
                return roots
                    .find(|root| root.name == "feedback")
                    .ok_or_else(|| missing("feedback"));
            }
            Event::Comment(_) | Event::Decl(_) | Event::PI(_) => {}
        }
    }
}

fn element(name: &str) -> Element {
    Element {
        name: name.to_owned(),
        ..Element::default()
    }
}

/// A reference to one of the five entities of XML, or to a character by its number.
fn character(reference: &BytesRef<'_>) -> Option<char> {
    match &*reference.xml10_content() {
        "amp" => Some('&'),
        "apos" => Some('\''),
        "gt" => Some('>'),
        "lt" => Some('<'),
        "quot" => Some('"'),
        name => {
            let number = name.strip_prefix('#')?;
            let number = match number.strip_prefix('x') {
                Some(digits) => u32::from_str_radix(digits, 16),
                None => number.parse(),
            };
            char::from_u32(number.ok()?)
        }
    }
}

/// RFC 9990 appendix A has five levels; extensions may have a few more.
const MAX_DEPTH: usize = 16;
