//! What came of one case of a suite.

/// One case: what the suite expects and what we said.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Outcome {
    /// Names the case within its suite.
    pub id: String,
    /// Whether `got` is among what the suite allows.
    pub passed: bool,
    /// What the suite allows, in its own words.
    pub expected: String,
    /// What we said, in the same words.
    pub got: String,
}
