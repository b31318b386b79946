//! What a check found.

use alloc::boxed::Box;
use core::fmt;
use core::net::IpAddr;

use dns_txt::{Domain, Failure, Name, Question};

use crate::explanation::Explanation;
use crate::network::Network;
use crate::record::Directive;
use crate::subject::Identity;
use crate::syntax::{Octets, SyntaxError};
use crate::trace::Trace;

/// What a check found, and why.
#[derive(Clone, Eq, PartialEq)]
#[non_exhaustive]
pub struct Report {
    /// The result.
    pub verdict: Verdict,
    /// What led to it.
    pub cause: Cause,
    /// Which identity was checked.
    pub identity: Identity,
    /// The domain whose policy was asked for; `None` if the identity names none.
    pub domain: Option<Domain>,
    /// The address of the client; IPv4 if it was an IPv4-mapped IPv6 address.
    pub client: IpAddr,
    /// The name given with HELO or EHLO, as it came: any octets.
    pub helo: Box<[u8]>,
    /// The reverse-path as it came, any octets, empty for the null path; `None` if HELO was
    /// checked.
    pub reverse_path: Option<Box<[u8]>>,
    /// `<sender>` of RFC 7208 §4.1, with `postmaster` where it had no local part and without a dot
    /// at its end: any octets.
    pub sender: Box<[u8]>,
    /// The name of the receiving host, as the caller gave it.
    pub receiver: Option<Domain>,
    /// The term where evaluation ended, if it ended at one.
    pub place: Option<Place>,
    /// The directive that decided.
    pub matched: Option<Matched>,
    /// Why the domain refuses the client; only with [`Verdict::Fail`].
    pub explanation: Option<Explanation>,
    /// How many terms counted against the limit of ten.
    pub lookups: u8,
    /// How many terms found nothing.
    pub void_lookups: u8,
    /// What led to the verdict, step by step; only if [`Options::trace`](crate::Options::trace)
    /// asks for it.
    pub trace: Option<Trace>,
}

impl fmt::Debug for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Report")
            .field("verdict", &self.verdict)
            .field("cause", &self.cause)
            .field("identity", &self.identity)
            .field("domain", &self.domain)
            .field("client", &self.client)
            .field("helo", &Octets(&self.helo))
            .field("reverse_path", &self.reverse_path.as_deref().map(Octets))
            .field("sender", &Octets(&self.sender))
            .field("receiver", &self.receiver)
            .field("place", &self.place)
            .field("matched", &self.matched)
            .field("explanation", &self.explanation)
            .field("lookups", &self.lookups)
            .field("void_lookups", &self.void_lookups)
            .field("trace", &self.trace)
            .finish()
    }
}

/// The result of a check (RFC 7208 §2.6).
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[expect(clippy::exhaustive_enums, reason = "RFC 7208 §2.6 closes the set")]
pub enum Verdict {
    /// The domain says that the client may not use it.
    Fail,
    /// The domain says nothing about the client.
    Neutral,
    /// There is no domain to ask, or it publishes no policy.
    None,
    /// The domain says that the client may use it.
    Pass,
    /// The policy cannot be read; it will be the same at the next try.
    PermError,
    /// The domain says that the client probably may not use it.
    SoftFail,
    /// The DNS did not answer; the next try may bring a result.
    TempError,
}

impl Verdict {
    /// Every verdict.
    pub const ALL: [Self; 7] = [
        Self::Fail,
        Self::Neutral,
        Self::None,
        Self::Pass,
        Self::PermError,
        Self::SoftFail,
        Self::TempError,
    ];

    /// The word of RFC 7208 §9.1, which is that of Authentication-Results too (RFC 8601 §2.7.2).
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Fail => "fail",
            Self::Neutral => "neutral",
            Self::None => "none",
            Self::Pass => "pass",
            Self::PermError => "permerror",
            Self::SoftFail => "softfail",
            Self::TempError => "temperror",
        }
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// What led to a verdict.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Cause {
    /// No directive matched, and there was no redirection (RFC 7208 §4.7).
    Default,
    /// A question that decides had no answer.
    Dns {
        /// The question.
        question: Question,
        /// Why it had none; [`Failure::Timeout`] also for a check that was finished early.
        failure: Failure,
    },
    /// The domain of MAIL FROM has letters outside of ASCII and could not be converted.
    InternationalizedDomain,
    /// More terms than [`Limits::lookups`](crate::Limits::lookups).
    Lookups,
    /// The identity is not a domain of two labels or more (RFC 7208 §4.3).
    MalformedDomain,
    /// The target of `include` or `redirect=` expands to nothing that can be a domain.
    MalformedTarget,
    /// A directive matched: [`Report::matched`].
    Match,
    /// More mail exchangers than [`Limits::mx_hosts`](crate::Limits::mx_hosts).
    MxHosts,
    /// A domain publishes no SPF record. A permerror where a record refers to it.
    NoRecord {
        /// The domain.
        domain: Name,
    },
    /// More questions than [`Limits::questions`](crate::Limits::questions).
    Questions,
    /// A domain publishes several SPF records (RFC 7208 §4.5).
    SeveralRecords {
        /// The domain.
        domain: Name,
    },
    /// A record cannot be read (RFC 7208 §4.6).
    Syntax {
        /// The domain whose record it is.
        domain: Name,
        /// What is wrong with it.
        error: SyntaxError,
    },
    /// More terms that found nothing than [`Limits::void_lookups`](crate::Limits::void_lookups).
    VoidLookups,
}

/// One lower-case clause, printable ASCII: it suits a log line and `problem=` in Received-SPF.
impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Default => f.write_str("no mechanism matched"),
            Self::Dns { question, failure } => write!(f, "{failure} for {question}"),
            Self::InternationalizedDomain => {
                f.write_str("internationalized domain that was not converted")
            }
            Self::Lookups => f.write_str("too many terms with DNS lookups"),
            Self::MalformedDomain => f.write_str("identity is not a domain of two labels or more"),
            Self::MalformedTarget => f.write_str("target is not a domain"),
            Self::Match => f.write_str("mechanism matched"),
            Self::MxHosts => f.write_str("too many mail exchangers"),
            Self::NoRecord { domain } => write!(f, "no SPF record at {domain}"),
            Self::Questions => f.write_str("too many DNS questions"),
            Self::SeveralRecords { domain } => write!(f, "several SPF records at {domain}"),
            Self::Syntax { domain, error } => write!(f, "{error} of the record at {domain}"),
            Self::VoidLookups => f.write_str("too many DNS lookups that found nothing"),
        }
    }
}

/// A place in a record.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub struct Place {
    /// The domain whose record it is.
    pub domain: Name,
    /// How many octets of the record stand before it.
    pub offset: usize,
}

/// `octet 7 of the record at example.com`
impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "octet {} of the record at {}", self.offset, self.domain)
    }
}

/// A directive that matched.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Matched {
    /// The directive.
    pub directive: Directive,
    /// Where it stands.
    pub place: Place,
    /// The network that holds the client, for `ip4`, `ip6`, `a` and `mx`: its address is cut to
    /// the directive's prefix length. `None` for other mechanisms.
    pub network: Option<Network>,
    /// For `include`: the directive that matched in the other record.
    pub inside: Option<Box<Self>>,
}

impl Matched {
    /// The directive that compared something with the client: this one, or the one at the end of
    /// a chain of `include`.
    pub fn innermost(&self) -> &Self {
        let mut matched = self;
        while let Some(inside) = &matched.inside {
            matched = inside;
        }
        matched
    }

    /// How many leading bits of the client's address counted in the end: 0 says that every
    /// client of the family matches. `None` for mechanisms that compare no addresses.
    pub fn prefix_length(&self) -> Option<u8> {
        self.innermost().network.map(Network::prefix_length)
    }
}
