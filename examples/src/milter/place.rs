//! Where something was written, so that it can be found and mended.

use core::fmt;
use std::path::Path;
use std::sync::Arc;

use crate::config::{Cause, ConfigError};

/// A line of a file, or a flag of the command line.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Place(Spot);

#[derive(Clone, Debug, Eq, PartialEq)]
enum Spot {
    Flag(&'static str),
    Line { path: Arc<Path>, line: usize },
}

impl Place {
    /// A line, counted from 1.
    pub fn new(path: Arc<Path>, line: usize) -> Self {
        Self(Spot::Line { path, line })
    }

    /// A flag, with its hyphens.
    pub fn flag(flag: &'static str) -> Self {
        Self(Spot::Flag(flag))
    }

    /// The file, if it is a line of one.
    pub fn path(&self) -> Option<&Path> {
        match &self.0 {
            Spot::Flag(_) => None,
            Spot::Line { path, .. } => Some(path),
        }
    }

    /// The line, counted from 1, if it is one.
    pub fn line(&self) -> Option<usize> {
        match self.0 {
            Spot::Flag(_) => None,
            Spot::Line { line, .. } => Some(line),
        }
    }

    /// That something is wrong here.
    pub fn fault(&self, cause: impl Into<Cause>) -> ConfigError {
        match &self.0 {
            Spot::Flag(flag) => ConfigError::flag(flag, cause),
            Spot::Line { path, line } => ConfigError::line(path, *line, cause),
        }
    }
}

/// As compilers print it, `FILE:LINE`, or the flag.
impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Spot::Flag(flag) => f.write_str(flag),
            Spot::Line { path, line } => write!(f, "{}:{line}", path.display()),
        }
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
