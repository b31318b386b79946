//! SPF records: what a domain publishes ([RFC 7208] §4.6, §5, §6).
//!
//! [RFC 7208]: https://www.rfc-editor.org/rfc/rfc7208

mod network;
mod parse;
mod print;
mod terms;

use alloc::boxed::Box;
use alloc::vec::Vec;
use core::net::IpAddr;
use core::str::FromStr;

pub(crate) use self::network::ends_in_cidr;
pub(crate) use self::parse::{is_record, terms};
use crate::macros::{DomainSpec, MacroString};
use crate::network::{DualCidr, Network};
use crate::report::Verdict;
use crate::syntax::SyntaxError;

/// An SPF record, read in full.
///
/// Prints in a normal form that parses to an equal record: names in lower case, one space between
/// the terms, no `+`, no prefix length that is the default. Two records are equal if their terms
/// are, wherever these stand in the text.
#[derive(Clone, Debug, Default)]
pub struct Record {
    terms: Vec<Placed>,
}

impl Record {
    /// Reads the text of a TXT record, its strings joined without a separator (RFC 7208 §3.3).
    ///
    /// The whole record is read: an error anywhere leaves nothing to evaluate (RFC 7208 §4.6).
    pub fn parse(text: &[u8]) -> Result<Self, SyntaxError> {
        parse::record(text, |_| true)
    }

    /// Reads a record for the evaluation of one client: networks that do not hold it are read, and
    /// left out.
    pub(crate) fn parse_for(client: IpAddr, text: &[u8]) -> Result<Self, SyntaxError> {
        parse::record(text, |network| network.contains(client))
    }

    /// Gives back what place for terms is not used.
    pub(crate) fn shrink(&mut self) {
        self.terms.shrink_to_fit();
    }

    /// The terms in the order of the record.
    pub fn terms(&self) -> impl DoubleEndedIterator<Item = &Term> + ExactSizeIterator {
        self.terms.iter().map(|placed| &placed.term)
    }

    /// The directives in the order of the record.
    pub fn directives(&self) -> impl DoubleEndedIterator<Item = &Directive> {
        self.terms().filter_map(|term| match term {
            Term::Directive(directive) => Some(directive),
            _ => None,
        })
    }

    /// Where evaluation goes on if no directive matches (RFC 7208 §6.1).
    pub fn redirect(&self) -> Option<&DomainSpec> {
        self.redirect_term().map(|(_, _, domain)| domain)
    }

    /// Where the explanation of a `fail` is published (RFC 7208 §6.2).
    pub fn explanation(&self) -> Option<&DomainSpec> {
        self.terms().find_map(|term| match term {
            Term::Explanation(domain) => Some(domain),
            _ => None,
        })
    }

    /// The first directive at or behind the term of this index: its index, where it stands in the
    /// text, and itself.
    pub(crate) fn directive_from(&self, index: usize) -> Option<(usize, usize, &Directive)> {
        let mut placed = (index..).zip(self.terms.get(index..)?);
        placed.find_map(|(index, placed)| match &placed.term {
            Term::Directive(directive) => Some((index, placed.offset, directive)),
            _ => None,
        })
    }

    /// The index of the first term at or behind this one that is no network, or one that holds
    /// `client`.
    pub(crate) fn beyond_networks(&self, index: usize, client: IpAddr) -> usize {
        let passes_over = |placed: &&Placed| match &placed.term {
            Term::Directive(directive) => match directive.mechanism {
                Mechanism::Ip(network) => !network.contains(client),
                _ => false,
            },
            _ => false,
        };
        let terms = self.terms.get(index..).unwrap_or_default();
        index.saturating_add(terms.iter().take_while(passes_over).count())
    }

    /// The redirection: the index of its term, where it stands in the text, and its target.
    pub(crate) fn redirect_term(&self) -> Option<(usize, usize, &DomainSpec)> {
        let mut placed = self.terms.iter().enumerate();
        placed.find_map(|(index, placed)| match &placed.term {
            Term::Redirect(domain) => Some((index, placed.offset, domain)),
            _ => None,
        })
    }
}

impl Eq for Record {}

impl PartialEq for Record {
    fn eq(&self, other: &Self) -> bool {
        self.terms().eq(other.terms())
    }
}

impl FromStr for Record {
    type Err = SyntaxError;

    fn from_str(text: &str) -> Result<Self, SyntaxError> {
        Self::parse(text.as_bytes())
    }
}

/// A term and where it stands in the record's text.
#[derive(Clone, Debug)]
struct Placed {
    offset: usize,
    term: Term,
}

/// One term of a record (RFC 7208 §4.6.1).
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
#[expect(clippy::exhaustive_enums, reason = "RFC 7208 §4.6.1 closes the set")]
pub enum Term {
    /// A mechanism with its qualifier.
    Directive(Directive),
    /// `exp=`
    Explanation(DomainSpec),
    /// `redirect=`
    Redirect(DomainSpec),
    /// A modifier that RFC 7208 does not define; it has no effect.
    Unknown(UnknownModifier),
}

/// A mechanism and what its match means.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
#[expect(
    clippy::exhaustive_structs,
    reason = "RFC 7208 §4.6.1 has these two parts"
)]
pub struct Directive {
    /// What a match means.
    pub qualifier: Qualifier,
    /// What is compared with the client.
    pub mechanism: Mechanism,
}

/// What the match of a mechanism means (RFC 7208 §4.6.2).
#[derive(Clone, Copy, Debug, Default, Eq, Hash, PartialEq)]
#[expect(clippy::exhaustive_enums, reason = "RFC 7208 §4.6.2 closes the set")]
pub enum Qualifier {
    /// `-`
    Fail,
    /// `?`
    Neutral,
    /// `+`, or nothing.
    #[default]
    Pass,
    /// `~`
    SoftFail,
}

impl Qualifier {
    /// The verdict of a record whose deciding directive has this qualifier.
    pub fn verdict(self) -> Verdict {
        match self {
            Self::Fail => Verdict::Fail,
            Self::Neutral => Verdict::Neutral,
            Self::Pass => Verdict::Pass,
            Self::SoftFail => Verdict::SoftFail,
        }
    }
}

/// What is compared with the client (RFC 7208 §5).
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
#[expect(clippy::exhaustive_enums, reason = "RFC 7208 §5 closes the set")]
pub enum Mechanism {
    /// The addresses of a name (RFC 7208 §5.3).
    A {
        /// The name; `None`: the domain whose record this is.
        domain: Option<DomainSpec>,
        /// How much of an address counts.
        cidr: DualCidr,
    },
    /// Everything (RFC 7208 §5.1).
    All,
    /// Whether a name has an IPv4 address, any (RFC 7208 §5.7).
    Exists {
        /// The name.
        domain: DomainSpec,
    },
    /// Whether another domain's record says `pass` (RFC 7208 §5.2).
    Include {
        /// The other domain.
        domain: DomainSpec,
    },
    /// `ip4` or `ip6`, by the network's family (RFC 7208 §5.6).
    Ip(Network),
    /// The addresses of a domain's mail exchangers (RFC 7208 §5.4).
    Mx {
        /// The domain; `None`: the domain whose record this is.
        domain: Option<DomainSpec>,
        /// How much of an address counts.
        cidr: DualCidr,
    },
    /// The names of the client (RFC 7208 §5.5).
    Ptr {
        /// What they have to be within; `None`: the domain whose record this is.
        domain: Option<DomainSpec>,
    },
}

impl Mechanism {
    /// The domain that stands in the term.
    pub fn domain(&self) -> Option<&DomainSpec> {
        match self {
            Self::A { domain, .. } | Self::Mx { domain, .. } | Self::Ptr { domain } => {
                domain.as_ref()
            }
            Self::Exists { domain } | Self::Include { domain } => Some(domain),
            Self::All | Self::Ip(_) => None,
        }
    }

    /// Whether evaluating it takes a question to the DNS, so that it counts against the limit of
    /// RFC 7208 §4.6.4.
    pub fn asks(&self) -> bool {
        !matches!(self, Self::All | Self::Ip(_))
    }
}

/// A modifier that RFC 7208 does not define. Evaluation ignores it (RFC 7208 §6).
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub struct UnknownModifier {
    name: Box<str>,
    value: MacroString,
}

impl UnknownModifier {
    /// The name, in lower case.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What stands behind the equals sign.
    pub fn value(&self) -> &MacroString {
        &self.value
    }
}
