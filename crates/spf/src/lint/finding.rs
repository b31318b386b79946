//! What a lint finds.

use alloc::boxed::Box;
use core::fmt;

use dns_txt::{Failure, Name, Question};

use crate::network::Network;
use crate::report::Place;
use crate::syntax::SyntaxError;

/// Something that is wrong with a policy, and where.
///
/// Prints as one sentence, without the place.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Finding {
    /// The domain whose record it is.
    pub domain: Name,
    /// How many octets of the record stand before the term; `None` if it is about the record or
    /// the domain as a whole.
    pub offset: Option<usize>,
    /// The term as the record has it, in printable ASCII: other octets as `\xff`.
    pub term: Option<Box<str>>,
    /// What is wrong.
    pub problem: Problem,
}

impl Finding {
    /// A word for it that does not change: `target-without-record`.
    pub fn code(&self) -> &'static str {
        self.problem.code()
    }

    /// How bad it is.
    pub fn severity(&self) -> Severity {
        self.problem.severity()
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.problem)
    }
}

/// How bad a finding is. A worse one is greater.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
#[non_exhaustive]
pub enum Severity {
    /// Good to know.
    Info,
    /// The policy works, and not as well as it could or not for long.
    Warning,
    /// Checks end in an error, or everybody passes.
    Error,
}

impl Severity {
    /// `info`, `warning` or `error`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// The addresses that a finding is about.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[expect(clippy::exhaustive_enums, reason = "RFC 7208 knows these two")]
pub enum Family {
    /// IPv4.
    V4,
    /// IPv6.
    V6,
}

impl fmt::Display for Family {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::V4 => "IPv4",
            Self::V6 => "IPv6",
        })
    }
}

/// What is wrong with a policy.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Problem {
    /// The term stands behind `all` (RFC 7208 §5.1).
    AfterAll,
    /// A prefix length of zero.
    AnyAddress {
        /// The family of which every address passes.
        family: Family,
    },
    /// A prefix that is shorter than [`LintOptions`](super::LintOptions) has it.
    BroadRange {
        /// The family.
        family: Family,
        /// The prefix length.
        prefix_length: u8,
    },
    /// The term names a domain with macros that stand for something else in each check.
    DependsOnMessage,
    /// A question had no answer.
    DnsFailure {
        /// The question.
        question: Question,
        /// Why it had none.
        failure: Failure,
    },
    /// The same range stands in this record already.
    DuplicateRange {
        /// Where.
        place: Place,
    },
    /// `redirect=` is not the last term, or `exp=` stands before a mechanism (RFC 7208 §6, §6.1).
    EarlyModifier,
    /// More was found than [`LintOptions`](super::LintOptions) let the lint look at.
    Incomplete,
    /// The record and the other TXT records at its name take 450 octets or more, with the name
    /// (RFC 7208 §3.4).
    LargeAnswer {
        /// How many.
        octets: usize,
    },
    /// The record alone takes more than 450 octets (RFC 7208 §3.4).
    LongRecord {
        /// How many.
        octets: usize,
    },
    /// The term leads back to a record that leads to it.
    Loop {
        /// The domain to which it leads back.
        target: Name,
    },
    /// The target expands to nothing that can be asked for, or for `include` and `redirect=` to
    /// less than two labels (RFC 7208 §4.3).
    MalformedTarget,
    /// A modifier has the name of a mechanism, with `=` in place of `:`.
    MechanismAsModifier,
    /// The record has neither `all` nor `redirect=` (RFC 7208 §4.7).
    MissingAll,
    /// `exp=` does not lead to one TXT record that can be read (RFC 7208 §6.2).
    NoExplanation {
        /// Where it leads.
        target: Name,
    },
    /// The domain publishes no SPF record (RFC 7208 §4.5).
    NoRecord,
    /// Another range of this record holds this one.
    OverlappingRange {
        /// The other range.
        range: Network,
        /// Where it stands.
        place: Place,
    },
    /// `+all`
    PassAll,
    /// `ptr` (RFC 7208 §5.5).
    Ptr,
    /// `%{p}` in a term or in an explanation (RFC 7208 §7.3).
    PtrMacro,
    /// `redirect=` in a record with `all` (RFC 7208 §6.1).
    RedirectBesideAll,
    /// The domain publishes several SPF records (RFC 7208 §4.5).
    SeveralRecords {
        /// How many.
        records: usize,
    },
    /// A range of another record holds this one.
    SharedRange {
        /// The other range.
        range: Network,
        /// Where it stands.
        place: Place,
    },
    /// The term, or the whole text, cannot be read (RFC 7208 §4.6).
    Syntax {
        /// Why.
        error: SyntaxError,
    },
    /// The domain that `include` or `redirect=` names publishes no SPF record
    /// (RFC 7208 §5.2, §6.1).
    TargetWithoutRecord {
        /// That domain.
        target: Name,
    },
    /// With this term, a check can take more look-ups than are allowed (RFC 7208 §4.6.4).
    TooManyLookups {
        /// How many the whole policy takes.
        lookups: u32,
        /// How many are allowed.
        limit: u8,
    },
    /// The domain of an `mx` has more mail exchangers than are allowed (RFC 7208 §4.6.4).
    TooManyMxHosts {
        /// How many it has.
        hosts: usize,
        /// How many are allowed.
        limit: u8,
    },
    /// A check can take more look-ups that find nothing than are allowed (RFC 7208 §4.6.4).
    TooManyVoidLookups {
        /// The clients for which that is so.
        family: Family,
        /// How many the whole policy takes for them.
        lookups: u32,
        /// How many are allowed.
        limit: u8,
    },
    /// A dot at the end of a name (RFC 7208 §7.3).
    TrailingDot,
    /// A modifier that RFC 7208 does not define.
    UnknownModifier,
    /// The term asks for something that is not there (RFC 7208 §4.6.4).
    VoidLookup {
        /// The name that has nothing.
        target: Name,
    },
}

impl Problem {
    /// A word for it that does not change: `target-without-record`.
    pub fn code(&self) -> &'static str {
        match self {
            Self::AfterAll => "after-all",
            Self::AnyAddress { .. } => "any-address",
            Self::BroadRange { .. } => "broad-range",
            Self::DependsOnMessage => "depends-on-message",
            Self::DnsFailure { .. } => "dns-failure",
            Self::DuplicateRange { .. } => "duplicate-range",
            Self::EarlyModifier => "early-modifier",
            Self::Incomplete => "incomplete",
            Self::LargeAnswer { .. } => "large-answer",
            Self::LongRecord { .. } => "long-record",
            Self::Loop { .. } => "loop",
            Self::MalformedTarget => "malformed-target",
            Self::MechanismAsModifier => "mechanism-as-modifier",
            Self::MissingAll => "missing-all",
            Self::NoExplanation { .. } => "no-explanation",
            Self::NoRecord => "no-record",
            Self::OverlappingRange { .. } => "overlapping-range",
            Self::PassAll => "pass-all",
            Self::Ptr => "ptr",
            Self::PtrMacro => "ptr-macro",
            Self::RedirectBesideAll => "redirect-beside-all",
            Self::SeveralRecords { .. } => "several-records",
            Self::SharedRange { .. } => "shared-range",
            Self::Syntax { .. } => "syntax",
            Self::TargetWithoutRecord { .. } => "target-without-record",
            Self::TooManyLookups { .. } => "too-many-lookups",
            Self::TooManyMxHosts { .. } => "too-many-mx-hosts",
            Self::TooManyVoidLookups { .. } => "too-many-void-lookups",
            Self::TrailingDot => "trailing-dot",
            Self::UnknownModifier => "unknown-modifier",
            Self::VoidLookup { .. } => "void-lookup",
        }
    }

    /// How bad it is; the same for all that have the code.
    pub fn severity(&self) -> Severity {
        match self {
            Self::AnyAddress { .. }
            | Self::Loop { .. }
            | Self::MalformedTarget
            | Self::NoRecord
            | Self::PassAll
            | Self::SeveralRecords { .. }
            | Self::Syntax { .. }
            | Self::TargetWithoutRecord { .. }
            | Self::TooManyLookups { .. }
            | Self::TooManyMxHosts { .. }
            | Self::TooManyVoidLookups { .. } => Severity::Error,
            Self::AfterAll
            | Self::BroadRange { .. }
            | Self::DnsFailure { .. }
            | Self::DuplicateRange { .. }
            | Self::Incomplete
            | Self::LongRecord { .. }
            | Self::MechanismAsModifier
            | Self::MissingAll
            | Self::NoExplanation { .. }
            | Self::OverlappingRange { .. }
            | Self::Ptr
            | Self::PtrMacro
            | Self::RedirectBesideAll
            | Self::TrailingDot
            | Self::VoidLookup { .. } => Severity::Warning,
            Self::DependsOnMessage
            | Self::EarlyModifier
            | Self::LargeAnswer { .. }
            | Self::SharedRange { .. }
            | Self::UnknownModifier => Severity::Info,
        }
    }
}

/// One sentence, printable ASCII.
impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::AfterAll => f.write_str("The term stands behind all and is never evaluated."),
            Self::AnyAddress { family } => write!(f, "Every {family} client passes."),
            Self::BroadRange {
                family,
                prefix_length,
            } => write!(
                f,
                "An {family} prefix of {prefix_length} bits lets more pass than one sender needs."
            ),
            Self::DependsOnMessage => f.write_str(
                "The target depends on the message, so what it names was not looked at.",
            ),
            Self::DnsFailure { question, failure } => {
                write!(f, "The DNS did not answer: {failure} for {question}.")
            }
            Self::DuplicateRange { place } => {
                write!(f, "The same range stands at {place}.")
            }
            Self::EarlyModifier => f.write_str(
                "RFC 7208 wants the modifier at the end: it counts after the terms behind it.",
            ),
            Self::Incomplete => f.write_str(
                "The policy leads to more than was looked at, so the report is not complete.",
            ),
            Self::LargeAnswer { octets } => write!(
                f,
                "The name and all of its TXT records take {octets} octets, which may be too much \
                 for UDP."
            ),
            Self::LongRecord { octets } => write!(
                f,
                "The record takes {octets} octets, and more than {SMALL_ANSWER} may be too much \
                 for UDP."
            ),
            Self::Loop { target } => write!(
                f,
                "The term leads back to {target}, and a check ends in permerror."
            ),
            Self::MalformedTarget => f.write_str("The target is not a domain that can be asked."),
            Self::MechanismAsModifier => f.write_str(
                "A mechanism has a colon before its value; with an equals sign it has no effect.",
            ),
            Self::MissingAll => f.write_str(
                "The record has neither all nor redirect=, so other clients are neutral.",
            ),
            Self::NoExplanation { target } => {
                write!(f, "There is no explanation that can be read at {target}.")
            }
            Self::NoRecord => f.write_str("The domain publishes no SPF record."),
            Self::OverlappingRange { range, place } | Self::SharedRange { range, place } => {
                write!(f, "The range is part of {range} at {place}.")
            }
            Self::PassAll => f.write_str("Every client passes."),
            Self::Ptr => f.write_str(
                "RFC 7208 asks not to use ptr: it is slow and depends on who runs the client's \
                 network.",
            ),
            Self::PtrMacro => f.write_str(
                "RFC 7208 asks not to use %{p}: it is slow and depends on who runs the client's \
                 network.",
            ),
            Self::RedirectBesideAll => {
                f.write_str("A record with all never follows its redirect=.")
            }
            Self::SeveralRecords { records } => write!(
                f,
                "The domain publishes {records} SPF records, and a check ends in permerror."
            ),
            Self::Syntax { error } => write!(f, "The record cannot be read: {error}."),
            Self::TargetWithoutRecord { target } => write!(
                f,
                "There is no SPF record at {target}, and a check that gets here ends in \
                 permerror."
            ),
            Self::TooManyLookups { lookups, limit } => write!(
                f,
                "The policy takes up to {lookups} look-ups, and a check ends in permerror after \
                 {limit}."
            ),
            Self::TooManyMxHosts { hosts, limit } => write!(
                f,
                "The domain has {hosts} mail exchangers, and a check ends in permerror with more \
                 than {limit}."
            ),
            Self::TooManyVoidLookups {
                family,
                lookups,
                limit,
            } => write!(
                f,
                "For {family} clients {lookups} look-ups find nothing, and a check ends in \
                 permerror after {limit}."
            ),
            Self::TrailingDot => {
                f.write_str("RFC 7208 asks for no dot at the end: some checkers refuse the record.")
            }
            Self::UnknownModifier => {
                f.write_str("RFC 7208 does not define the modifier, and it has no effect.")
            }
            Self::VoidLookup { target } => write!(
                f,
                "Nothing is at {target}, and a check ends in permerror after few such look-ups."
            ),
        }
    }
}

/// The size below which answers ought to fit in UDP packets (RFC 7208 §3.4).
pub(super) const SMALL_ANSWER: usize = 450;
