//! What is wrong with a line of opendkim.conf.

use thiserror::Error;

use super::socket::SocketError;
use crate::milter::data_set::DataSourceError;

/// Why an option keeps the server from starting. The place comes from the error around it.
#[derive(Clone, Debug, Eq, Error, PartialEq)]
#[non_exhaustive]
pub enum OptionFault {
    /// A value with a first letter that is none of `ytYT1nfNF0`.
    #[error("{name}: `{value}` is neither yes nor no")]
    Boolean {
        /// The option.
        name: String,
        /// What was written.
        value: String,
    },
    /// A data set that cannot be one.
    #[error("{name}: {error}")]
    DataSource {
        /// The option.
        name: String,
        /// What is wrong with it.
        error: DataSourceError,
    },
    /// Files that include files that include files.
    #[error("Include: more than {most} files deep")]
    Includes {
        /// How many are read.
        most: usize,
    },
    /// A value that is not an integer as C writes them, or too large, or negative.
    #[error("{name}: `{value}` is not a number from 0 to {most}")]
    Integer {
        /// The option.
        name: String,
        /// What was written.
        value: String,
        /// The largest number that makes sense.
        most: u64,
    },
    /// Nothing behind the name.
    #[error("{name}: the value is missing")]
    Missing {
        /// The option.
        name: String,
    },
    /// An option that needs another one.
    #[error("{name} needs {needs}")]
    Needs {
        /// The option.
        name: &'static str,
        /// What is missing.
        needs: &'static str,
    },
    /// An option that would change what is signed, judged or delivered.
    #[error("{name} is not supported: {advice}")]
    Refused {
        /// The option.
        name: String,
        /// What to do.
        advice: &'static str,
    },
    /// A socket that cannot be listened to.
    #[error("{name}: {error}")]
    Socket {
        /// The option.
        name: String,
        /// What is wrong with it.
        error: SocketError,
    },
    /// Files that are larger than anybody writes them.
    #[error("more than {} MiB with all files that are included", .most >> 20)]
    TooLong {
        /// How many octets are read.
        most: u64,
    },
    /// A name that OpenDKIM 2.11 does not know either.
    #[error("{name}: no such option; mend its spelling, or delete the line")]
    Unknown {
        /// What was written.
        name: String,
    },
    /// Octets that are not UTF-8.
    #[error("not UTF-8")]
    Utf8,
    /// A value that is none of those that the option takes.
    #[error("{name}: `{value}` is not {expected}")]
    Value {
        /// The option.
        name: String,
        /// What was written.
        value: String,
        /// What it could be.
        expected: &'static str,
    },
}

impl OptionFault {
    pub(super) fn missing(name: &str) -> Self {
        Self::Missing { name: name.into() }
    }
}
