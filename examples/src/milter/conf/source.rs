//! Where a configuration comes from.

use std::path::{Path, PathBuf};

use super::directive::{Directive, read_directives};
use super::settings::Settings;
use crate::config::ConfigError;

/// An opendkim.conf, and what stands on the command line in the place of its lines.
///
/// Each time that the file is read anew the command line counts as before. OpenDKIM forgets it then
/// (opendkim(8)), so that a reload may turn a signer into a verifier.
#[derive(Clone, Debug)]
pub struct Source {
    path: PathBuf,
    flags: Vec<Directive>,
    may_be_missing: bool,
}

impl Source {
    /// A file, and nothing else.
    pub fn file(path: PathBuf) -> Self {
        Self {
            path,
            flags: Vec::new(),
            may_be_missing: false,
        }
    }

    /// The same with directives that outdo those of the file.
    pub fn with_flags(self, flags: Vec<Directive>) -> Self {
        Self { flags, ..self }
    }

    /// The same, and a file that is not there is an empty one.
    pub fn or_nothing(self) -> Self {
        let may_be_missing = true;
        Self {
            may_be_missing,
            ..self
        }
    }

    /// The file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Reads the file and what it includes. Later lines win, and the command line comes last.
    pub fn settings(&self) -> Result<Settings, ConfigError> {
        let mut directives = match self.may_be_missing && !self.path.exists() {
            true => Vec::new(),
            false => read_directives(&self.path)?,
        };
        directives.extend_from_slice(&self.flags);
        Settings::of(&directives)
    }
}
