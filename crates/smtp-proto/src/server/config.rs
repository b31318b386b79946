//! What a server is and offers.

use alloc::vec::Vec;

use mail_address::Domain;

use super::Limits;
use crate::data::BareLineEnds;
use crate::sasl::Mechanism;

/// What all sessions of a server have in common.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Config {
    /// `AUTH` (RFC 4954): the mechanisms offered, in this order. None for [`Role::Mx`], `PLAIN`
    /// and `LOGIN` for [`Role::Submission`].
    pub auth: Vec<Mechanism>,
    /// Whether `AUTH` is offered without TLS too. No: RFC 4954 §4 wants a configuration in which
    /// no password passes in clear, and this is the default.
    pub auth_without_tls: bool,
    /// What is done about bare CR and LF in a message: it is refused, and the connection closed.
    pub bare_line_ends: BareLineEnds,
    /// `8BITMIME` (RFC 6152): offered.
    pub eight_bit_mime: bool,
    /// `ENHANCEDSTATUSCODES` (RFC 2034): offered. With it a reply that has none gets one that
    /// says no more than its first digit, such as 5.0.0; without it no reply carries one.
    pub enhanced_status_codes: bool,
    /// The server's name, in its greeting and elsewhere.
    pub hostname: Domain,
    /// How much a session may ask.
    pub limits: Limits,
    /// `PIPELINING` (RFC 2920): offered.
    pub pipelining: bool,
    /// Whether a message with octets above 127 is refused if `MAIL` did not announce them with
    /// `BODY=8BITMIME`. No: they are kept and reported, as all servers in wide use do.
    pub refuse_undeclared_eight_bit: bool,
    /// Whom the server serves.
    pub role: Role,
    /// `SIZE` (RFC 1870): offered, with the limit of messages. If they have none, the caller sees
    /// to it that there is room before it accepts a `MAIL` with a size (RFC 1870 §7).
    pub size: bool,
    /// `SMTPUTF8` (RFC 6531): not offered, since everything behind the server has to cope with
    /// such addresses.
    pub smtp_utf8: bool,
    /// `STARTTLS` (RFC 3207): not offered, since the caller has to bring the certificate.
    pub start_tls: bool,
}

/// Whom a server serves.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum Role {
    /// Everybody who has mail for its domains (port 25). Which those are, the caller knows:
    /// it answers `RCPT` for others with [`Reply::relay_denied`](crate::Reply::relay_denied).
    Mx,
    /// Its users, who log in before they send (RFC 6409 §4.3; ports 587 and 465).
    Submission,
}

impl Config {
    /// A server with this name and role, and safe settings.
    pub fn new(role: Role, hostname: Domain) -> Self {
        Self {
            auth: match role {
                Role::Mx => Vec::new(),
                Role::Submission => [Mechanism::Plain, Mechanism::Login].into(),
            },
            auth_without_tls: false,
            bare_line_ends: BareLineEnds::Reject,
            eight_bit_mime: true,
            enhanced_status_codes: true,
            hostname,
            limits: Limits::default(),
            pipelining: true,
            refuse_undeclared_eight_bit: false,
            role,
            size: true,
            smtp_utf8: false,
            start_tls: false,
        }
    }

    /// With other mechanisms.
    pub fn auth(self, mechanisms: impl IntoIterator<Item = Mechanism>) -> Self {
        Self {
            auth: mechanisms.into_iter().collect(),
            ..self
        }
    }

    /// With or without `AUTH` before TLS.
    pub fn auth_without_tls(self, auth_without_tls: bool) -> Self {
        Self {
            auth_without_tls,
            ..self
        }
    }

    /// With another treatment of bare CR and LF.
    pub fn bare_line_ends(self, bare_line_ends: BareLineEnds) -> Self {
        Self {
            bare_line_ends,
            ..self
        }
    }

    /// With or without `8BITMIME`.
    pub fn eight_bit_mime(self, eight_bit_mime: bool) -> Self {
        Self {
            eight_bit_mime,
            ..self
        }
    }

    /// With or without enhanced codes.
    pub fn enhanced_status_codes(self, enhanced_status_codes: bool) -> Self {
        Self {
            enhanced_status_codes,
            ..self
        }
    }

    /// With other limits.
    pub fn limits(self, limits: Limits) -> Self {
        Self { limits, ..self }
    }

    /// With or without `PIPELINING`.
    pub fn pipelining(self, pipelining: bool) -> Self {
        Self { pipelining, ..self }
    }

    /// With or without refusal of octets above 127 that were not announced.
    pub fn refuse_undeclared_eight_bit(self, refuse_undeclared_eight_bit: bool) -> Self {
        Self {
            refuse_undeclared_eight_bit,
            ..self
        }
    }

    /// With or without `SIZE`.
    pub fn size(self, size: bool) -> Self {
        Self { size, ..self }
    }

    /// With or without `SMTPUTF8`.
    pub fn smtp_utf8(self, smtp_utf8: bool) -> Self {
        Self { smtp_utf8, ..self }
    }

    /// With or without `STARTTLS`.
    pub fn start_tls(self, start_tls: bool) -> Self {
        Self { start_tls, ..self }
    }
}
