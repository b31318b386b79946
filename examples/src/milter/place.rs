//! Where something was written, so that it can be found and mended.

use core::fmt;
use std::path::Path;
use std::sync::Arc;

use crate::config::{Cause, ConfigError};

/// A line of a file.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Place {
    path: Arc<Path>,
    line: usize,
}

impl Place {
    /// A line, counted from 1.
    pub fn new(path: Arc<Path>, line: usize) -> Self {
        Self { path, line }
    }

    /// The file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The line, counted from 1.
    pub fn line(&self) -> usize {
        self.line
    }

    /// That something is wrong here.
    pub fn fault(&self, cause: impl Into<Cause>) -> ConfigError {
        ConfigError::line(&self.path, self.line, cause)
    }
}

/// As compilers print it: `FILE:LINE`.
impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.path.display(), self.line)
    }
}

/// Something that does not keep the server from starting, and that its operator should know.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Warning {
    /// Where it was written.
    pub place: Place,
    /// What is so, and what to do about it.
    pub text: String,
}

impl Warning {
    pub(super) fn new(place: &Place, text: impl Into<String>) -> Self {
        Self {
            place: place.clone(),
            text: text.into(),
        }
    }
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.place, self.text)
    }
}
