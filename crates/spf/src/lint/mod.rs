//! What is wrong with a policy, or will be: a record and all that it leads to, looked at from the
//! side of the domain that publishes it.
//!
//! A [`Lint`] asks its questions as a [`Check`](crate::Check) does. It has no client, so it walks
//! over every record that `include` and `redirect=` name, looks at what their terms name, and
//! reports what a check would cost at most and each [`Finding`].
//!
//! ```
//! use dns_txt::{Domain, Zone, drive};
//! use spf::lint::{Lint, LintOptions, Severity};
//!
//! # fn main() -> Result<(), Box<dyn core::error::Error>> {
//! let zone: Zone = r#"
//! example.com.      TXT "v=spf1 include:example.net ptr ip4:192.0.2.7 -all"
//! example.net.      TXT "v=spf1 a:mail.example.net ip4:192.0.2.0/24"
//! mail.example.net. A   198.51.100.1
//! "#.parse()?;
//!
//! let domain: Domain = "example.com".parse()?;
//! let mut lint = Lint::domain(&domain, &LintOptions::default());
//! drive(&mut lint, |question| zone.look_up(question));
//! let report = lint.finish();
//!
//! assert_eq!(report.lookups, 3);
//! let codes: Vec<&str> = report.findings.iter().map(|finding| finding.code()).collect();
//! assert_eq!(codes, ["ptr", "shared-range"]);
//! assert_eq!(report.severity(), Some(Severity::Warning));
//! # Ok(())
//! # }
//! ```
//!
//! # What it finds
//!
//! * As errors, with which checks fail or everybody passes: `any-address`, `loop`,
//!   `malformed-target`, `no-record`, `pass-all`, `several-records`, `syntax`,
//!   `target-without-record`, `too-many-lookups`, `too-many-mx-hosts`, `too-many-void-lookups`.
//! * As warnings: `after-all`, `broad-range`, `dns-failure`, `duplicate-range`, `incomplete`,
//!   `long-record`, `mechanism-as-modifier`, `missing-all`, `no-explanation`, `overlapping-range`,
//!   `ptr`, `ptr-macro`, `redirect-beside-all`, `trailing-dot`, `void-lookup`.
//! * For information: `depends-on-message`, `early-modifier`, `large-answer`, `shared-range`,
//!   `unknown-modifier`.
//!
//! [`Problem`] says what each of them is. Look-ups are counted for a client that nothing matches,
//! which is the most that a check takes: a record that is included twice counts twice. A range is
//! found if another one would match in its place: an earlier one that holds it, or a later one
//! that holds it and has the same qualifier. A range that is excepted from a later one is none.
//!
//! # What it cannot see
//!
//! Macros other than `%{d}` and `%{o}` stand for something else in each check. Where a term names
//! a domain with them, nothing is asked and a finding says so. `ptr` depends on the client, too: it
//! is counted as a look-up and never as one that finds nothing.

mod finding;
mod judge;
mod options;
mod ranges;
mod report;
mod tour;
mod walk;

use dns_txt::{Answer, Domain, Inquiry, Question};

pub use self::finding::{Family, Finding, Problem, Severity};
pub use self::options::LintOptions;
pub use self::report::{Cost, LintReport};
use self::walk::Walk;

/// Looks for what is wrong with a policy.
///
/// It owns all that it needs, asks its questions through [`Inquiry`], and takes the answers in
/// any order: the report is the same. What it asks is bounded, whatever a zone answers
/// ([`LintOptions`]).
#[derive(Clone, Debug)]
#[must_use]
pub struct Lint {
    walk: Walk,
}

impl Lint {
    /// Looks at the policy that a domain publishes.
    pub fn domain(domain: &Domain, options: &LintOptions) -> Self {
        Self {
            walk: Walk::begin(domain, None, options),
        }
    }

    /// Looks at a record that the domain does not publish, or not yet. Only what the record
    /// leads to is asked for.
    pub fn record(domain: &Domain, record: &[u8], options: &LintOptions) -> Self {
        Self {
            walk: Walk::begin(domain, Some(record), options),
        }
    }

    /// Ends the lint. A question that is still open counts as one that timed out.
    pub fn finish(mut self) -> LintReport {
        self.walk.give_up();
        judge::judge(&self.walk)
    }
}

impl Inquiry for Lint {
    fn poll_question(&mut self) -> Option<Question> {
        self.walk.poll_question()
    }

    fn answer(&mut self, question: &Question, answer: &Answer) {
        self.walk.answer(question, answer);
    }

    fn is_settled(&self) -> bool {
        self.walk.is_settled()
    }
}
