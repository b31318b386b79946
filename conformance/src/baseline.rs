//! The cases that are known to fail.

use std::collections::BTreeMap;

/// Cases that fail today, each with its reason.
///
/// The file has a line per case: `SUITE CASE REASON…`. Empty lines and lines that begin with `#`
/// are skipped. A case that is listed and passes is an error, so the list can only shrink.
#[derive(Clone, Debug, Default)]
pub struct Baseline {
    reasons: BTreeMap<(String, String), String>,
}

impl Baseline {
    /// The baseline of this project.
    pub fn current() -> Self {
        Self::parse(include_str!("../baseline.txt"))
    }

    /// Reads the lines.
    ///
    /// # Panics
    ///
    /// If a line has no reason, or names a case again: the file is ours.
    pub fn parse(text: &str) -> Self {
        let mut reasons = BTreeMap::new();
        for line in text
            .lines()
            .filter(|line| !line.is_empty() && !line.starts_with('#'))
        {
            let mut words = line.splitn(3, ' ');
            let (Some(suite), Some(case), Some(reason)) =
                (words.next(), words.next(), words.next())
            else {
                panic!("baseline.txt: no reason given in: {line}");
            };
            let before = reasons.insert((suite.to_owned(), case.to_owned()), reason.to_owned());
            assert!(before.is_none(), "baseline.txt: listed twice: {line}");
        }
        Self { reasons }
    }

    /// Whether a case is known to fail.
    pub fn lists(&self, suite: &str, case: &str) -> bool {
        self.reasons
            .contains_key(&(suite.to_owned(), case.to_owned()))
    }

    /// The cases of a suite that are known to fail.
    pub fn cases(&self, suite: &str) -> impl Iterator<Item = &str> {
        self.reasons
            .keys()
            .filter(move |(s, _)| s == suite)
            .map(|(_, case)| case.as_str())
    }
}
