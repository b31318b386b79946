//! The words of `$STATUS`.

use core::fmt;

use crate::answer::{Answer, Failure};

/// The answers that are not records, in the words of `$STATUS`.
pub(super) struct Status(&'static str);

impl Status {
    pub(super) const NO_DATA: Self = Self("NODATA");

    /// `None` for records.
    pub(super) fn of(answer: &Answer) -> Option<Self> {
        TABLE
            .iter()
            .find(|(_, status)| status == answer)
            .map(|(word, _)| Self(word))
    }

    /// The answer that a word stands for, in any case.
    pub(super) fn parse(word: &[u8]) -> Option<Answer> {
        TABLE
            .iter()
            .find(|(known, _)| word.eq_ignore_ascii_case(known.as_bytes()))
            .map(|(_, answer)| answer.clone())
    }
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

static TABLE: [(&str, Answer); 5] = [
    ("MALFORMED", Answer::Failed(Failure::Malformed)),
    ("NODATA", Answer::NO_DATA),
    ("NXDOMAIN", Answer::NoSuchName),
    ("SERVFAIL", Answer::Failed(Failure::ServerFailure)),
    ("TIMEOUT", Answer::Failed(Failure::Timeout)),
];
