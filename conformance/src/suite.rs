//! The suites that are run, and where they are.

use std::io;
use std::path::{Path, PathBuf};
use std::{env, fs};

use crate::baseline::Baseline;
use crate::outcome::Outcome;

/// A suite: a folder of cases and what runs them.
#[derive(Clone, Copy, Debug)]
pub struct Suite {
    /// The folder's name.
    pub name: &'static str,
    /// Runs all cases of the folder given.
    pub run: fn(&Path) -> Result<Vec<Outcome>, SuiteError>,
}

impl Suite {
    /// Where the suite is, if it is there.
    pub fn directory(&self) -> Option<PathBuf> {
        Some(root().join(self.name)).filter(|directory| directory.is_dir())
    }
}

/// How a suite stands against the baseline.
#[derive(Debug)]
pub struct Standing {
    /// Cases that passed.
    pub passed: usize,
    /// All cases.
    pub total: usize,
    /// Cases that failed and are not in the baseline.
    pub broken: Vec<Outcome>,
    /// Names of cases in the baseline that passed or that the suite does not hold.
    pub stale: Vec<String>,
}

impl Standing {
    /// Holds the outcomes of the suite called `name` against the baseline.
    pub fn new(name: &str, outcomes: Vec<Outcome>, baseline: &Baseline) -> Self {
        let total = outcomes.len();
        let (passed, failed): (Vec<_>, Vec<_>) = outcomes.into_iter().partition(|o| o.passed);
        let stale = baseline
            .cases(name)
            .filter(|id| !failed.iter().any(|outcome| outcome.id == *id))
            .map(str::to_owned)
            .collect();
        let broken = failed
            .into_iter()
            .filter(|o| !baseline.lists(name, &o.id))
            .collect();
        Self {
            passed: passed.len(),
            total,
            broken,
            stale,
        }
    }

    /// What is wrong, a line each; empty if all is as the baseline says.
    pub fn complaints(&self) -> Vec<String> {
        let broken = self.broken.iter().map(|outcome| {
            let Outcome {
                id, expected, got, ..
            } = outcome;
            format!("{id}: expected {expected}, got {got}")
        });
        let stale = self
            .stale
            .iter()
            .map(|id| format!("{id}: passes or is gone, take its line out of baseline.txt"));
        let empty = (self.total == 0).then(|| "the suite holds no case".to_owned());
        broken.chain(stale).chain(empty).collect()
    }
}

/// Why a suite could not be run at all.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SuiteError {
    /// A file is not there or not readable.
    #[error("{}", .0.display())]
    Read(PathBuf, #[source] io::Error),
    /// A file does not hold what its README says.
    #[error("{}: {what}", .file.display())]
    Shape {
        /// The file.
        file: PathBuf,
        /// What was looked for.
        what: String,
    },
}

/// Reads a file of a suite.
pub fn read(file: PathBuf) -> Result<Vec<u8>, SuiteError> {
    fs::read(&file).map_err(|error| SuiteError::Read(file, error))
}

/// Reads a JSON file of a suite.
pub fn read_json<T: serde::de::DeserializeOwned>(file: PathBuf) -> Result<T, SuiteError> {
    let text = read(file.clone())?;
    serde_json::from_slice(&text).map_err(|error| SuiteError::Shape {
        file,
        what: error.to_string(),
    })
}

/// The folder of all suites: `CONFORMANCE_DIR`, else `../shared/conformance` beside the project.
pub fn root() -> PathBuf {
    env::var_os("CONFORMANCE_DIR").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/conformance"),
        PathBuf::from,
    )
}

/// Whether a missing suite is an error: `CONFORMANCE_REQUIRED=1`.
pub fn required() -> bool {
    env::var_os("CONFORMANCE_REQUIRED").is_some_and(|value| value == "1")
}
