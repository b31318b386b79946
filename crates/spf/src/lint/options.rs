//! How far a lint goes, and what it finds too much.

use crate::limits::Limits;

/// How far a lint goes, and what it finds too much.
///
/// What it spends is bounded by [`LintOptions::questions`], [`LintOptions::records`] and
/// [`LintOptions::terms`]; the rest is not looked at, and a finding says so. The defaults are some
/// ten times of what a policy can use that keeps to the limits of RFC 7208 §4.6.4.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct LintOptions {
    /// The limits of the checks to come, of which `lookups`, `void_lookups` and `mx_hosts` count
    /// here.
    pub limits: Limits,
    /// How many questions are asked. 300.
    pub questions: u16,
    /// How many records are looked at. 100.
    pub records: u16,
    /// The shortest IPv4 prefix that is not too broad. 16, which is 65536 addresses: more than any
    /// one sender needs, and more than most mailbox providers list in one range.
    pub shortest_v4: u8,
    /// The shortest IPv6 prefix that is not too broad. 32, the least that registries hand to a
    /// network operator for all of its customers.
    pub shortest_v6: u8,
    /// How many terms are looked at, over all records. 5000.
    pub terms: usize,
}

impl LintOptions {
    /// Sets [`LintOptions::limits`].
    #[must_use]
    pub fn limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    /// Sets [`LintOptions::questions`].
    #[must_use]
    pub fn questions(mut self, questions: u16) -> Self {
        self.questions = questions;
        self
    }

    /// Sets [`LintOptions::records`].
    #[must_use]
    pub fn records(mut self, records: u16) -> Self {
        self.records = records;
        self
    }

    /// Sets [`LintOptions::shortest_v4`].
    #[must_use]
    pub fn shortest_v4(mut self, prefix_length: u8) -> Self {
        self.shortest_v4 = prefix_length;
        self
    }

    /// Sets [`LintOptions::shortest_v6`].
    #[must_use]
    pub fn shortest_v6(mut self, prefix_length: u8) -> Self {
        self.shortest_v6 = prefix_length;
        self
    }

    /// Sets [`LintOptions::terms`].
    #[must_use]
    pub fn terms(mut self, terms: usize) -> Self {
        self.terms = terms;
        self
    }
}

impl Default for LintOptions {
    fn default() -> Self {
        Self {
            limits: Limits::default(),
            questions: 300,
            records: 100,
            shortest_v4: 16,
            shortest_v6: 32,
            terms: 5000,
        }
    }
}
