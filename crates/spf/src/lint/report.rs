//! What a lint reports.

use alloc::boxed::Box;
use alloc::vec::Vec;
use core::fmt;

use dns_txt::Domain;

use super::finding::{Finding, Severity};
use crate::report::Place;

/// What a lint found.
///
/// Prints as text for the person who publishes the policy.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct LintReport {
    /// The domain whose policy it is.
    pub domain: Domain,
    /// What is wrong, in the order of evaluation; what is about the whole policy stands last.
    pub findings: Vec<Finding>,
    /// How many look-ups a check takes for a client that nothing matches, as
    /// [`Report::lookups`](crate::Report::lookups) counts them.
    pub lookups: u32,
    /// How many of them find nothing for an IPv4 client.
    pub void_lookups_v4: u32,
    /// How many of them find nothing for an IPv6 client.
    pub void_lookups_v6: u32,
    /// The terms that cost look-ups, in the order of evaluation. Those of a record to which
    /// several terms lead stand below the first one.
    pub costs: Vec<Cost>,
    /// Whether all that the policy leads to was looked at and answered.
    pub is_complete: bool,
}

/// What a term costs.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Cost {
    /// How many terms lead to the record in which it stands. It is part of the closest cost before
    /// it with a lower depth.
    pub depth: usize,
    /// Where it stands.
    pub place: Place,
    /// The term as the record has it.
    pub term: Box<str>,
    /// How many look-ups it takes, with all that it leads to.
    pub lookups: u32,
}

impl LintReport {
    /// The severity of the worst finding.
    pub fn severity(&self) -> Option<Severity> {
        self.findings.iter().map(Finding::severity).max()
    }
}

/// The look-ups, one line for each term that takes some; then one line for each finding:
///
/// ```text
/// example.com: 3 look-ups; void for IPv4 clients: 1, for IPv6 clients: 1
///   octet 7: include:example.net takes 2
///     octet 7: a:gone.example.net takes 1
///   octet 27: ptr takes 1
/// warning void-lookup, octet 7 of the record at example.net, a:gone.example.net: Nothing is at …
/// warning ptr, octet 27 of the record at example.com, ptr: RFC 7208 asks …
/// ```
impl fmt::Display for LintReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let plural = if self.lookups == 1 { "" } else { "s" };
        writeln!(
            f,
            "{}: {} look-up{plural}; void for IPv4 clients: {}, for IPv6 clients: {}",
            self.domain, self.lookups, self.void_lookups_v4, self.void_lookups_v6
        )?;
        for cost in &self.costs {
            for _ in 0..=cost.depth {
                f.write_str("  ")?;
            }
            let offset = cost.place.offset;
            writeln!(f, "octet {offset}: {} takes {}", cost.term, cost.lookups)?;
        }
        for finding in &self.findings {
            write!(f, "{} {}, ", finding.severity(), finding.code())?;
            match finding.offset {
                Some(offset) => write!(f, "octet {offset} of the record at {}", finding.domain)?,
                None => write!(f, "{}", finding.domain)?,
            }
            if let Some(term) = &finding.term {
                write!(f, ", {term}")?;
            }
            writeln!(f, ": {finding}")?;
        }
        Ok(())
    }
}
