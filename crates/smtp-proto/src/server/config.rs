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
    /// `LIMITS` (RFC 9422): not offered. With it, clients are told how many recipients and messages
    /// the server takes.
    pub announce_limits: bool,
    /// `AUTH` (RFC 4954): the mechanisms offered, in this order. None for [`Role::Mx`], `PLAIN`
    /// and `LOGIN` for [`Role::Submission`].
    pub auth: Vec<Mechanism>,
    /// Whether `AUTH` is offered without TLS too. No: RFC 4954 §4 wants a configuration in which
    /// no password passes in clear, and this is the default.
    pub auth_without_tls: bool,
    /// What is done about bare CR and LF in a message: it is refused, and the connection closed.
    pub bare_line_ends: BareLineEnds,
    /// `BINARYMIME` (RFC 3030 §3), which needs [`chunking`](Self::chunking): not offered, since
    /// everything behind the server has to cope with messages that have no lines.
    pub binary_mime: bool,
    /// `CHUNKING` (RFC 3030 §2): not offered, since the caller has to answer
    /// [`Event::ChunkEnd`](super::Event::ChunkEnd).
    pub chunking: bool,
    /// `DSN` (RFC 3461): not offered, since whoever offers it owes its senders reports.
    pub dsn: bool,
    /// `8BITMIME` (RFC 6152): offered. With [`smtp_utf8`](Self::smtp_utf8) it is in any case
    /// (RFC 6531 §3.1).
    pub eight_bit_mime: bool,
    /// `ENHANCEDSTATUSCODES` (RFC 2034): offered. With it a reply that has none gets one that
    /// says no more than its first digit, such as 5.0.0; without it no reply carries one.
    /// [`Role::Lmtp`] offers it in any case (RFC 2033 §5).
    pub enhanced_status_codes: bool,
    /// The server's name, in its greeting and elsewhere.
    pub hostname: Domain,
    /// The mechanisms once more in a line `AUTH=` of their own, for clients that follow drafts of
    /// RFC 2554: no. Outlook Express 4 did (`broken_sasl_auth_clients` of Postfix).
    pub legacy_auth_line: bool,
    /// How much a session may ask.
    pub limits: Limits,
    /// `PIPELINING` (RFC 2920): offered. [`Role::Lmtp`] offers it in any case (RFC 2033 §5).
    pub pipelining: bool,
    /// Whether every connection begins with a header of the PROXY protocol (see [`proxy`]). No:
    /// with it, only proxies may be able to connect.
    ///
    /// [`proxy`]: crate::proxy
    pub proxy_protocol: bool,
    /// Whether a message with octets above 127 is refused if `MAIL` did not announce them with
    /// `BODY=8BITMIME` or `SMTPUTF8`. No: they are kept and reported, as all servers in wide use do.
    pub refuse_undeclared_eight_bit: bool,
    /// `REQUIRETLS` (RFC 8689) under TLS: not offered, since whoever offers it must send such
    /// messages on under TLS or not at all.
    pub require_tls: bool,
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
    /// `XCLIENT`: not offered. With it, the caller says which clients are proxies to be believed.
    pub xclient: bool,
}

/// Whom a server serves.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum Role {
    /// Its own domain's servers, which keep the messages that it does not take: LMTP (RFC 2033).
    /// Clients greet with `LHLO`, and the end of a message has a reply for each recipient. Not for
    /// port 25.
    Lmtp,
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
            announce_limits: false,
            auth: match role {
                Role::Lmtp | Role::Mx => Vec::new(),
                Role::Submission => [Mechanism::Plain, Mechanism::Login].into(),
            },
            auth_without_tls: false,
            bare_line_ends: BareLineEnds::Reject,
            binary_mime: false,
            chunking: false,
            dsn: false,
            eight_bit_mime: true,
            enhanced_status_codes: true,
            hostname,
            legacy_auth_line: false,
            limits: Limits::default(),
            pipelining: true,
            proxy_protocol: false,
            refuse_undeclared_eight_bit: false,
            require_tls: false,
            role,
            size: true,
            smtp_utf8: false,
            start_tls: false,
            xclient: false,
        }
    }

    /// With or without `LIMITS`.
    #[must_use]
    pub fn announce_limits(self, announce_limits: bool) -> Self {
        Self {
            announce_limits,
            ..self
        }
    }

    /// With other mechanisms.
    #[must_use]
    pub fn auth(self, mechanisms: impl IntoIterator<Item = Mechanism>) -> Self {
        Self {
            auth: mechanisms.into_iter().collect(),
            ..self
        }
    }

    /// With or without `AUTH` before TLS.
    #[must_use]
    pub fn auth_without_tls(self, auth_without_tls: bool) -> Self {
        Self {
            auth_without_tls,
            ..self
        }
    }

    /// With another treatment of bare CR and LF.
    #[must_use]
    pub fn bare_line_ends(self, bare_line_ends: BareLineEnds) -> Self {
        Self {
            bare_line_ends,
            ..self
        }
    }

    /// With or without `BINARYMIME`.
    #[must_use]
    pub fn binary_mime(self, binary_mime: bool) -> Self {
        Self {
            binary_mime,
            ..self
        }
    }

    /// With or without `CHUNKING`.
    #[must_use]
    pub fn chunking(self, chunking: bool) -> Self {
        Self { chunking, ..self }
    }

    /// With or without `DSN`.
    #[must_use]
    pub fn dsn(self, dsn: bool) -> Self {
        Self { dsn, ..self }
    }

    /// With or without `8BITMIME`.
    #[must_use]
    pub fn eight_bit_mime(self, eight_bit_mime: bool) -> Self {
        Self {
            eight_bit_mime,
            ..self
        }
    }

    /// With or without enhanced codes.
    #[must_use]
    pub fn enhanced_status_codes(self, enhanced_status_codes: bool) -> Self {
        Self {
            enhanced_status_codes,
            ..self
        }
    }

    /// With or without a line `AUTH=`.
    #[must_use]
    pub fn legacy_auth_line(self, legacy_auth_line: bool) -> Self {
        Self {
            legacy_auth_line,
            ..self
        }
    }

    /// With other limits.
    #[must_use]
    pub fn limits(self, limits: Limits) -> Self {
        Self { limits, ..self }
    }

    /// With or without `PIPELINING`.
    #[must_use]
    pub fn pipelining(self, pipelining: bool) -> Self {
        Self { pipelining, ..self }
    }

    /// With or without a header of the PROXY protocol before everything else.
    #[must_use]
    pub fn proxy_protocol(self, proxy_protocol: bool) -> Self {
        Self {
            proxy_protocol,
            ..self
        }
    }

    /// With or without refusal of octets above 127 that were not announced.
    #[must_use]
    pub fn refuse_undeclared_eight_bit(self, refuse_undeclared_eight_bit: bool) -> Self {
        Self {
            refuse_undeclared_eight_bit,
            ..self
        }
    }

    /// With or without `REQUIRETLS`.
    #[must_use]
    pub fn require_tls(self, require_tls: bool) -> Self {
        Self {
            require_tls,
            ..self
        }
    }

    /// With or without `SIZE`.
    #[must_use]
    pub fn size(self, size: bool) -> Self {
        Self { size, ..self }
    }

    /// With or without `SMTPUTF8`.
    #[must_use]
    pub fn smtp_utf8(self, smtp_utf8: bool) -> Self {
        Self { smtp_utf8, ..self }
    }

    /// With or without `STARTTLS`.
    #[must_use]
    pub fn start_tls(self, start_tls: bool) -> Self {
        Self { start_tls, ..self }
    }

    /// With or without `XCLIENT`.
    #[must_use]
    pub fn xclient(self, xclient: bool) -> Self {
        Self { xclient, ..self }
    }

    /// Whether messages without lines are taken.
    pub(super) fn takes_binary(&self) -> bool {
        self.chunking && self.binary_mime
    }

    /// Whether `8BITMIME` is offered.
    pub(super) fn takes_eight_bit(&self) -> bool {
        // RFC 6531 §3.1: no `SMTPUTF8` without it.
        self.eight_bit_mime || self.smtp_utf8
    }

    /// Whether commands may come in groups.
    pub(super) fn takes_groups(&self) -> bool {
        self.pipelining || self.role == Role::Lmtp
    }

    /// Whether replies carry enhanced codes.
    pub(super) fn has_enhanced_codes(&self) -> bool {
        self.enhanced_status_codes || self.role == Role::Lmtp
    }
}
