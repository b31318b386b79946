//! The elements of a report: as much of an XML document as a report is made of.

use alloc::borrow::ToOwned;
use alloc::string::String;
use alloc::vec::Vec;
use core::str::FromStr;

use quick_xml::Reader;
use quick_xml::events::{BytesRef, Event};

use super::read::{FeedbackError, missing};

/// An element with what is inside of it, as far as reports have such.
#[derive(Debug)]
pub(super) struct Element {
    name: &'static str,
    text: String,
    children: Vec<Self>,
}

impl Element {
    fn new(name: &'static str) -> Self {
        Self {
            name,
            text: String::new(),
            children: Vec::new(),
        }
    }

    pub(super) fn all(&self, name: &'static str) -> impl Iterator<Item = &Self> {
        self.children.iter().filter(move |child| child.name == name)
    }

    pub(super) fn child(&self, name: &'static str) -> Result<&Self, FeedbackError> {
        self.all(name).next().ok_or_else(|| missing(name))
    }

    pub(super) fn optional(&self, name: &'static str) -> Option<String> {
        let child = self.all(name).next()?;
        Some(child.text.trim().to_owned())
    }

    pub(super) fn text(&self, name: &'static str) -> Result<String, FeedbackError> {
        self.optional(name).ok_or_else(|| missing(name))
    }

    pub(super) fn value<T: FromStr>(&self, name: &'static str) -> Result<T, FeedbackError> {
        let text = self.text(name)?;
        text.parse()
            .map_err(|_| FeedbackError::Value { element: name })
    }

    pub(super) fn number(&self, name: &'static str) -> Result<u64, FeedbackError> {
        self.value(name)
    }

    /// A word of a list. An empty element is as good as none: many reports have such.
    pub(super) fn word<T>(
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

    /// Takes an element in. Of what stands there once another is a contradiction, and not for a
    /// reader to choose from.
    fn push(&mut self, child: Self, often: Often) -> Result<(), FeedbackError> {
        let repeated = match often {
            Often::Once => self.children.iter().any(|other| other.name == child.name),
            Often::Repeated => self.children.len() >= MAX_CHILDREN,
        };
        if repeated {
            let element = child.name;
            return Err(FeedbackError::Repeated { element });
        }
        self.children.push(child);
        Ok(())
    }
}

/// Reads a document that is one `feedback`, and gives it without its records. These are given to
/// `take` as they come, so that they are not held twice.
///
/// Memory is in proportion to the text: what reports do not have is passed over.
pub(super) fn document(
    xml: &str,
    take: impl FnMut(&Element) -> Result<(), FeedbackError>,
) -> Result<Element, FeedbackError> {
    if let Some((offset, _)) = xml.char_indices().find(|(_, char)| !is_char(*char)) {
        let offset = u64::try_from(offset).unwrap_or(u64::MAX);
        return Err(FeedbackError::Syntax { offset });
    }
    let mut reader = Reader::from_str(xml);
    let mut document = Document {
        open: Vec::new(),
        passed_over: 0,
        prefix: None,
        root: None,
        take,
    };
    loop {
        let event = reader.read_event().map_err(|_| FeedbackError::Syntax {
            offset: reader.error_position(),
        })?;
        let syntax = FeedbackError::Syntax {
            offset: reader.buffer_position(),
        };
        match event {
            Event::Start(start) => document.start(start.name().as_ref(), syntax)?,
            Event::Empty(empty) => {
                document.start(empty.name().as_ref(), syntax)?;
                document.end(syntax)?;
            }
            Event::End(_) => document.end(syntax)?,
            Event::Text(text) => document.text(&text.into_inner(), syntax)?,
            Event::CData(text) if document.is_inside() => {
                document.text(&text.into_inner(), syntax)?;
            }
            Event::GeneralRef(reference) if document.is_inside() => {
                let character = character(&reference).ok_or(syntax)?;
                document.text(character.encode_utf8(&mut [0; 4]), syntax)?;
            }
            Event::CData(_) | Event::GeneralRef(_) => return Err(syntax),
            Event::DocType(_) => return Err(FeedbackError::DocumentType),
            Event::Eof if document.is_inside() => return Err(syntax),
            Event::Eof => return document.root.ok_or_else(|| missing("feedback")),
            Event::Comment(_) | Event::Decl(_) | Event::PI(_) => {}
        }
    }
}

/// A document as far as it is read.
struct Document<T> {
    /// The elements that are open, the outermost first.
    open: Vec<(Element, Often)>,
    /// How many more are open inside of these, the first of which no report has there.
    passed_over: usize,
    /// That of the root.
    prefix: Option<String>,
    /// The root, when it has ended.
    root: Option<Element>,
    take: T,
}

impl<T: FnMut(&Element) -> Result<(), FeedbackError>> Document<T> {
    fn is_inside(&self) -> bool {
        !self.open.is_empty()
    }

    fn start(&mut self, name: &str, syntax: FeedbackError) -> Result<(), FeedbackError> {
        if self.open.len() + self.passed_over >= MAX_DEPTH {
            return Err(FeedbackError::TooDeep);
        }
        let (prefix, local) = match name.split_once(':') {
            Some((prefix, local)) => (Some(prefix), local),
            None => (None, name),
        };
        let Some((parent, _)) = self.open.last() else {
            if self.root.is_some() {
                return Err(syntax);
            }
            if local != "feedback" {
                return Err(missing("feedback"));
            }
            self.prefix = prefix.map(ToOwned::to_owned);
            self.open.push((Element::new("feedback"), Often::Once));
            return Ok(());
        };
        // Another prefix than that of the root is of an extension, and the schema of RFC 7489 let
        // the elements go without.
        let is_own = prefix.is_none() || prefix == self.prefix.as_deref();
        match known(parent.name, local) {
            Some((name, often)) if is_own && self.passed_over == 0 => {
                self.open.push((Element::new(name), often));
            }
            _ => self.passed_over += 1,
        }
        Ok(())
    }

    fn end(&mut self, syntax: FeedbackError) -> Result<(), FeedbackError> {
        if let Some(left) = self.passed_over.checked_sub(1) {
            self.passed_over = left;
            return Ok(());
        }
        let (closed, often) = self.open.pop().ok_or(syntax)?;
        match self.open.last_mut() {
            None => self.root = Some(closed),
            Some(_) if closed.name == "record" => (self.take)(&closed)?,
            Some((parent, _)) => parent.push(closed, often)?,
        }
        Ok(())
    }

    fn text(&mut self, text: &str, syntax: FeedbackError) -> Result<(), FeedbackError> {
        match self.open.last_mut() {
            Some(_) if self.passed_over > 0 => {}
            Some((element, _)) => element.text.push_str(text),
            None if text.trim().is_empty() => {}
            None => return Err(syntax),
        }
        Ok(())
    }
}

/// How often an element may stand there.
#[derive(Clone, Copy, Debug)]
enum Often {
    Once,
    Repeated,
}

/// What reports have inside of an element (RFC 9990 appendix A, RFC 7489 appendix C).
fn known(parent: &str, name: &str) -> Option<(&'static str, Often)> {
    let find = |names: &[&'static str], often| {
        let name = names.iter().find(|known| **known == name)?;
        Some((*name, often))
    };
    let (once, repeated): (&[&str], &[&str]) = match parent {
        "feedback" => (&["report_metadata", "policy_published"], &["record"]),
        "report_metadata" => (
            &[
                "org_name",
                "email",
                "extra_contact_info",
                "report_id",
                "date_range",
                "generator",
            ],
            // RFC 7489 let there be several.
            &["error"],
        ),
        "date_range" => (&["begin", "end"], &[]),
        "policy_published" => (
            &[
                "domain",
                "discovery_method",
                "p",
                "sp",
                "np",
                "fo",
                "adkim",
                "aspf",
                "testing",
            ],
            &[],
        ),
        "record" => (&["row", "identifiers", "auth_results"], &[]),
        "row" => (&["source_ip", "count", "policy_evaluated"], &[]),
        "policy_evaluated" => (&["disposition", "dkim", "spf"], &["reason"]),
        "reason" => (&["type", "comment"], &[]),
        "identifiers" => (&["header_from", "envelope_from", "envelope_to"], &[]),
        "auth_results" => (&[], &["dkim", "spf"]),
        // Those of policy_evaluated are words, and have none of these.
        "dkim" | "spf" => (
            &["domain", "selector", "scope", "result", "human_result"],
            &[],
        ),
        _ => (&[], &[]),
    };
    find(once, Often::Once).or_else(|| find(repeated, Often::Repeated))
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
            let (digits, radix) = match number.strip_prefix('x') {
                Some(digits) => (digits, 16),
                None => (number, 10),
            };
            // A sign is none of them.
            if !digits.chars().all(|digit| digit.is_digit(radix)) {
                return None;
            }
            let number = u32::from_str_radix(digits, radix).ok()?;
            char::from_u32(number).filter(|char| is_char(*char))
        }
    }
}

/// `Char` of XML 1.0 (§2.2): what a document can hold.
pub(super) fn is_char(char: char) -> bool {
    matches!(char, '\t' | '\n' | '\r' | ' '..='\u{fffd}' | '\u{10000}'..)
}

/// The most elements inside of one, records aside. RFC 9990 §3.1.3 has a hundred signatures.
const MAX_CHILDREN: usize = 1000;

/// RFC 9990 appendix A has six levels; extensions may have a few more.
const MAX_DEPTH: usize = 16;
