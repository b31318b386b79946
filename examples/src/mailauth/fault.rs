//! What keeps a subcommand from answering.

use core::fmt;
use std::io;
use std::path::Path;

use crate::config::{Cause, ConfigError, one_line};

/// Why there is no answer, in one line: what could not be read, or what was called wrongly.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Fault {
    line: String,
}

impl Fault {
    /// A file is wrong or not to be had.
    pub fn file(path: &Path, source: impl Into<Cause>) -> Self {
        ConfigError::file(path, source).into()
    }

    /// The value of a flag is wrong.
    pub fn flag(flag: &'static str, source: impl Into<Cause>) -> Self {
        ConfigError::flag(flag, source).into()
    }

    /// The system gives no runtime in which the DNS could be asked.
    pub fn runtime(error: &io::Error) -> Self {
        Self {
            line: format!("cannot ask the DNS: {error}"),
        }
    }

    /// Standard output does not take what is written.
    pub fn output(error: &io::Error) -> Self {
        Self {
            line: format!("standard output: {error}"),
        }
    }
}

impl From<ConfigError> for Fault {
    fn from(error: ConfigError) -> Self {
        Self {
            line: one_line(&error),
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.line)
    }
}
