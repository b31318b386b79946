//! Runs the public conformance suites, which are data kept outside this repository.
//!
//! Each module reads one kind of suite and gives an [`Outcome`] per case; [`suites`] lists them
//! all. `cargo test -p conformance` runs them against `baseline.txt`, `cargo run -p conformance`
//! prints the counts.

mod auth_results;
mod baseline;
mod dkim;
mod dmarc;
mod outcome;
mod resign;
mod spf;
mod suite;

pub use crate::baseline::Baseline;
pub use crate::outcome::Outcome;
pub use crate::spf::{SpfCase, spf_cases};
pub use crate::suite::{Standing, Suite, SuiteError, read, read_json, required, root};

/// Every suite that is run.
pub fn suites() -> Vec<Suite> {
    vec![
        Suite {
            name: "authentication-results",
            run: auth_results::run,
        },
        Suite {
            name: "dkim-generated",
            run: dkim::generated,
        },
        Suite {
            name: "dkim-mail-dkim",
            run: dkim::mail_dkim,
        },
        Suite {
            name: "dmarc",
            run: dmarc::run,
        },
        Suite {
            name: "rfc-vectors",
            run: rfc_vectors,
        },
        Suite {
            name: "spf-pyspf",
            run: spf::run,
        },
        Suite {
            name: "spf-rfc4408",
            run: spf::run,
        },
        Suite {
            name: "spf-rfc7208",
            run: spf::run,
        },
    ]
}

/// All that the folder of RFC vectors holds.
fn rfc_vectors(directory: &std::path::Path) -> Result<Vec<Outcome>, SuiteError> {
    let mut outcomes = spf::rfc_vectors(directory)?;
    outcomes.extend(dkim::rfc_vectors(directory)?);
    outcomes.extend(resign::rfc_vectors(directory)?);
    Ok(outcomes)
}

/// The examples of the README, as tests: this package depends on all that they use.
#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
struct Readme;
