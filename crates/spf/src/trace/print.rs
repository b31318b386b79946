//! A trace as text for a person.

use core::fmt;

use dns_txt::{Answer, Record as DnsRecord, Strings};

use super::{Event, Outcome, Step, Trace};
use crate::report::Cause;

/// One line for each step, two spaces deeper for each level of the tree; printable ASCII. A record
/// stands behind its domain, an answer behind its question.
///
/// ```text
/// example.com: v=spf1 a include:example.net -all
///   octet 7: a does not match (lookup 1)
///     example.com. A: 192.0.2.1
///   octet 9: include:example.net does not match, as the record says neutral (lookup 2)
///     example.net: v=spf1 ip4:198.51.100.0/24
///       octet 7: ip4:198.51.100.0/24 does not match
///   octet 29: -all matches
/// fail: mechanism matched, octet 29 of the record at example.com
/// ```
impl fmt::Display for Trace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some((last, steps)) = self.steps.split_last() else {
            return Ok(());
        };
        for step in steps {
            writeln!(f, "{step}")?;
        }
        if self.is_cut {
            f.write_str("(steps left out)\n")?;
        }
        writeln!(f, "{last}")
    }
}

/// The step's line, indented, without its end.
impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for _ in 0..self.depth {
            f.write_str("  ")?;
        }
        write!(f, "{}", self.event)
    }
}

/// One line, without its end.
impl fmt::Display for Event {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Explanation { domain, target } => {
                write!(f, "explanation of {domain}: exp={target}")
            }
            Self::Question { question, answer } => {
                write!(f, "{question}: ")?;
                print_answer(answer, f)
            }
            Self::Record { domain, text } => write!(f, "{domain}: {}", text.escape_ascii()),
            Self::Term {
                offset,
                term,
                lookup,
                outcome,
            } => {
                write!(f, "octet {offset}: {term} {outcome}")?;
                match lookup {
                    Some(lookup) => write!(f, " (lookup {lookup})"),
                    None => Ok(()),
                }
            }
            Self::Verdict {
                verdict,
                cause,
                place,
            } => {
                write!(f, "{verdict}: {cause}")?;
                match (cause, place) {
                    // It names the place itself.
                    (Cause::Syntax { .. }, _) | (_, None) => Ok(()),
                    (_, Some(place)) => write!(f, ", {place}"),
                }
            }
        }
    }
}

/// What can be said of the term: `does not match`.
impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Followed => f.write_str("is followed"),
            Self::Matched { network: None } => f.write_str("matches"),
            Self::Matched {
                network: Some(network),
            } => write!(f, "matches {network}"),
            Self::NoName => f.write_str("does not match, as its target is no name"),
            Self::NotMatched => f.write_str("does not match"),
            Self::NotPassed { verdict } => {
                write!(f, "does not match, as the record says {verdict}")
            }
            Self::Stopped => f.write_str("ends the check"),
            Self::Void => f.write_str("does not match, as nothing is there"),
        }
    }
}

fn print_answer(answer: &Answer, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    match answer {
        Answer::Failed(failure) => write!(f, "{failure}"),
        Answer::NoSuchName => f.write_str("no such name"),
        Answer::Records(records) => {
            if records.is_empty() {
                return f.write_str("no such records");
            }
            for (index, record) in records.iter().enumerate() {
                if index > 0 {
                    f.write_str(", ")?;
                }
                print_record(record, f)?;
            }
            Ok(())
        }
        // Not reached: the cases above are all that there are today.
        _ => write!(f, "{answer:?}"),
    }
}

fn print_record(record: &DnsRecord, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    match record {
        DnsRecord::A(address) => write!(f, "{address}"),
        DnsRecord::Aaaa(address) => write!(f, "{address}"),
        DnsRecord::Mx {
            preference,
            exchange,
        } => write!(f, "{preference} {exchange}"),
        DnsRecord::Ptr(name) => write!(f, "{name}"),
        DnsRecord::Txt(text) => write!(f, "{}", Strings::new(text)),
        // Not reached, as above.
        _ => write!(f, "{record:?}"),
    }
}
