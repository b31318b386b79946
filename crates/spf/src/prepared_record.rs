//! A record with its targets made ready.

use alloc::boxed::Box;
use alloc::sync::Arc;
use core::fmt::{self, Debug};

use dns_txt::Name;

use crate::macros::DomainSpec;
use crate::record::{Record, Term};
use crate::syntax::{Octets, SyntaxError};

/// Reads records for checks, if [`Options::records`](crate::Options::records) has it.
///
/// It gives what [`PreparedRecord::parse`] gives, so that no implementation changes a report. One
/// that keeps what it has read, as a [`RecordCache`](crate::RecordCache) does, gives the same
/// sooner.
pub trait PrepareRecord: Debug + Send + Sync {
    /// Reads the text of a TXT record, its strings joined.
    fn prepare_record(&self, text: &[u8]) -> Result<Arc<PreparedRecord>, SyntaxError>;
}

/// A record as a check uses it: its text, its terms, and the names that these ask for.
///
/// What it holds depends on the record's octets and on nothing else, so it can be kept for as long
/// as anybody likes and used for any check. [`RecordCache`](crate::RecordCache) keeps it by those
/// octets.
#[derive(Clone)]
pub struct PreparedRecord {
    text: Box<[u8]>,
    record: Record,
    /// For each term the name that it asks for, if that is the same in every check.
    targets: Box<[Option<Name>]>,
}

impl PreparedRecord {
    /// Reads the text of a TXT record, its strings joined without a separator (RFC 7208 §3.3).
    pub fn parse(text: &[u8]) -> Result<Self, SyntaxError> {
        let mut record = Record::parse(text)?;
        record.shrink();
        let targets = record.terms().map(|term| target(term)?.fixed_name());
        Ok(Self {
            text: text.into(),
            targets: targets.collect(),
            record,
        })
    }

    /// What the record says.
    pub fn record(&self) -> &Record {
        &self.record
    }

    /// The text that was read.
    pub fn text(&self) -> &[u8] {
        &self.text
    }

    /// The name that the term of this index asks for, unless that depends on the check or is none.
    pub(crate) fn target(&self, index: usize) -> Option<&Name> {
        self.targets.get(index)?.as_ref()
    }
}

impl Debug for PreparedRecord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PreparedRecord({:?})", Octets(&self.text))
    }
}

/// The domain of a term whose evaluation asks for it.
fn target(term: &Term) -> Option<&DomainSpec> {
    match term {
        Term::Directive(directive) => directive.mechanism.domain(),
        Term::Redirect(domain) => Some(domain),
        Term::Explanation(_) | Term::Unknown(_) => None,
    }
}
