//! The record that is evaluated, kept by somebody or read for this check.

use alloc::sync::Arc;
use core::net::IpAddr;

use dns_txt::Name;

use crate::gist::Text;
use crate::prepared_record::PreparedRecord;
use crate::record::Record;
use crate::syntax::SyntaxError;

#[derive(Clone, Debug)]
pub(crate) enum Policy {
    /// Ready for any check.
    Prepared(Arc<PreparedRecord>),
    /// Read for this check, maybe without networks that do not hold the client.
    Read(Record),
}

impl Policy {
    /// Reads a text; only a trace mentions networks that do not match.
    pub(crate) fn read(text: &Text, client: IpAddr, all: bool) -> Result<Self, SyntaxError> {
        match text {
            Text::Prepared(record) => Ok(Self::Prepared(Arc::clone(record))),
            Text::Plain(text) if all => Record::parse(text).map(Self::Read),
            Text::Plain(text) => Record::parse_for(client, text).map(Self::Read),
        }
    }

    pub(crate) fn record(&self) -> &Record {
        match self {
            Self::Prepared(prepared) => prepared.record(),
            Self::Read(record) => record,
        }
    }

    /// The name that the term of this index asks for, if it is known already.
    pub(crate) fn target(&self, index: usize) -> Option<&Name> {
        match self {
            Self::Prepared(prepared) => prepared.target(index),
            Self::Read(_) => None,
        }
    }
}

/// Nothing to evaluate yet.
impl Default for Policy {
    fn default() -> Self {
        Self::Read(Record::default())
    }
}
