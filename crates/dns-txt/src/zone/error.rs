//! What can be wrong with a zone.

use thiserror::Error;

use crate::name::NameError;
use crate::question::Kind;

/// Why text is not a zone, and where.
#[derive(Clone, Copy, Debug, Eq, Error, PartialEq)]
#[error("line {line}: {fault}")]
pub struct ZoneError {
    line: usize,
    fault: ZoneFault,
}

impl ZoneError {
    pub(super) fn new(line: usize, fault: ZoneFault) -> Self {
        Self { line, fault }
    }

    /// The line on which the entry begins, counted from 1.
    pub fn line(&self) -> usize {
        self.line
    }

    /// What is wrong there.
    pub fn fault(&self) -> ZoneFault {
        self.fault
    }
}

/// What can be wrong with an entry of a master file.
#[derive(Clone, Copy, Debug, Eq, Error, PartialEq)]
#[non_exhaustive]
pub enum ZoneFault {
    /// An A or AAAA record without a readable address.
    #[error("malformed {0} address")]
    Address(Kind),
    /// A CNAME record beside other data, or two of them (RFC 1034 §3.6.2).
    #[error("a CNAME record cannot stand beside other data of the same name")]
    AliasBesideData,
    /// A class other than IN.
    #[error("a class other than IN")]
    Class,
    /// A control entry other than `$ORIGIN`, `$TTL` and `$STATUS`.
    #[error("unsupported control entry")]
    Control,
    /// A backslash that is not followed by one octet or by three digits up to 255.
    #[error("malformed escape")]
    Escape,
    /// The entry ends before it is complete.
    #[error("the entry ends too early")]
    Incomplete,
    /// A line that begins with white space, which means that it has the owner of the entry before,
    /// and then with something else than a TTL, a class or a type. Mostly an owner was meant.
    #[error("an indented line has no owner of its own, and this word is no record type")]
    Indented,
    /// A name that is none.
    #[error(transparent)]
    Name(#[from] NameError),
    /// An entry without an owner before any entry had one.
    #[error("no owner, and no entry before it")]
    NoOwner,
    /// A parenthesis without its partner.
    #[error("unbalanced parenthesis")]
    Parenthesis,
    /// An MX record whose preference is not a number up to 65535.
    #[error("malformed MX preference")]
    Preference,
    /// A quoted string that is not closed on its line.
    #[error("quoted string without an end")]
    Quote,
    /// A status other than those that [`Zone::parse`](super::Zone::parse) lists.
    #[error("unknown status")]
    Status,
    /// More than 255 octets in one string (RFC 1035 §3.3).
    #[error("a string of a TXT record is longer than 255 octets")]
    StringTooLong,
    /// Something behind the end of the entry.
    #[error("surplus words at the end of the entry")]
    Surplus,
    /// A TTL that is no number of seconds.
    #[error("malformed TTL")]
    Ttl,
    /// A record type that is not known, or of which ignoring it would change answers (DNAME).
    #[error("unsupported record type")]
    Type,
}
