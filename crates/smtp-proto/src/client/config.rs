//! What a client is told before it starts.

use alloc::boxed::Box;
use core::fmt;
use core::str::FromStr;

use mail_address::{AddressLiteral, Domain};
use thiserror::Error;

use crate::data::BareLineEnds;
use crate::reply::ReplyLimits;

/// Name, habits and limits of a client.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Config {
    /// Who the client says it is.
    pub hello: HelloName,
    /// What becomes of a bare CR or LF in a message. Refused unless set otherwise.
    pub bare_line_ends: BareLineEnds,
    /// Whether messages go out in chunks where the server offers it (RFC 3030 §2). Off: each piece
    /// that the caller gives is a chunk then, and has a reply. Binary messages go out so in any
    /// case.
    pub chunking: bool,
    /// Whether the server speaks LMTP (RFC 2033): the client greets with LHLO, and hears of each
    /// recipient what became of the message. Off.
    pub lmtp: bool,
    /// Whether passwords may be sent without TLS. Off: RFC 4954 §4.
    pub password_without_tls: bool,
    /// Whether commands are sent ahead of replies where the server offers it. On.
    pub pipelining: bool,
    /// Octets of text that the replies about one message may have together in its report: 1 MiB,
    /// twice what the longest lines of RFC 5321 §4.5.3.1.5 have for 1000 recipients. Of replies
    /// that go beyond it, the codes are kept. No RFC has a limit.
    pub report_text: usize,
    /// How much a server may say. While logging in, a line may have the 12288 octets of
    /// RFC 4954 §4.
    pub replies: ReplyLimits,
    /// Octets of commands that may wait for their replies. 4096, the least window that RFC 2920
    /// §3.1 speaks of: a caller that writes and reads in turn then never hangs.
    pub window: usize,
}

impl Config {
    /// The defaults, and the name for EHLO.
    pub fn new(hello: HelloName) -> Self {
        Self {
            hello,
            bare_line_ends: BareLineEnds::default(),
            chunking: false,
            lmtp: false,
            password_without_tls: false,
            pipelining: true,
            replies: ReplyLimits::default(),
            report_text: 1 << 20,
            window: 4096,
        }
    }

    /// Sets [`bare_line_ends`](Self::bare_line_ends).
    #[must_use]
    pub fn bare_line_ends(mut self, bare_line_ends: BareLineEnds) -> Self {
        self.bare_line_ends = bare_line_ends;
        self
    }

    /// Sets [`chunking`](Self::chunking).
    #[must_use]
    pub fn chunking(mut self, allowed: bool) -> Self {
        self.chunking = allowed;
        self
    }

    /// Sets [`lmtp`](Self::lmtp).
    #[must_use]
    pub fn lmtp(mut self, lmtp: bool) -> Self {
        self.lmtp = lmtp;
        self
    }

    /// Sets [`password_without_tls`](Self::password_without_tls).
    #[must_use]
    pub fn password_without_tls(mut self, allowed: bool) -> Self {
        self.password_without_tls = allowed;
        self
    }

    /// Sets [`pipelining`](Self::pipelining).
    #[must_use]
    pub fn pipelining(mut self, allowed: bool) -> Self {
        self.pipelining = allowed;
        self
    }

    /// Sets [`replies`](Self::replies).
    #[must_use]
    pub fn replies(mut self, limits: ReplyLimits) -> Self {
        self.replies = limits;
        self
    }

    /// Sets [`report_text`](Self::report_text).
    #[must_use]
    pub fn report_text(mut self, octets: usize) -> Self {
        self.report_text = octets;
        self
    }

    /// Sets [`window`](Self::window).
    #[must_use]
    pub fn window(mut self, octets: usize) -> Self {
        self.window = octets;
        self
    }

    pub(super) fn reply_limits(&self, logging_in: bool) -> ReplyLimits {
        let limits = self.replies.clone();
        if logging_in {
            let line_octets = limits.line_octets.max(AUTH_LINE);
            return limits.line_octets(line_octets);
        }
        limits
    }
}

/// What a client calls itself in EHLO: a domain, or an address literal if it has none
/// (RFC 5321 §4.1.1.1).
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub struct HelloName(Box<str>);

impl HelloName {
    /// Reads `mail.example.com` or `[192.0.2.1]`.
    pub fn parse(text: &str) -> Result<Self, HelloNameError> {
        let octets = text.as_bytes();
        if AddressLiteral::parse(octets).is_some() || Domain::parse(octets).is_ok() {
            Ok(Self(text.into()))
        } else {
            Err(HelloNameError)
        }
    }

    /// The name as it is sent.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<Domain> for HelloName {
    fn from(domain: Domain) -> Self {
        Self(domain.as_str().into())
    }
}

impl FromStr for HelloName {
    type Err = HelloNameError;

    fn from_str(text: &str) -> Result<Self, HelloNameError> {
        Self::parse(text)
    }
}

impl fmt::Display for HelloName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Text that is neither a domain nor an address literal.
#[derive(Clone, Copy, Debug, Eq, Error, PartialEq)]
#[error("neither a domain nor an address literal")]
#[non_exhaustive]
pub struct HelloNameError;

/// RFC 4954 §4: enough for every mechanism in use.
const AUTH_LINE: usize = 12_288;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn b05_a_name_for_ehlo_cannot_hold_a_line_end() {
        for name in [
            "mail.example.com",
            "[192.0.2.1]",
            "[IPv6:2001:db8::1]",
            "localhost",
        ] {
            assert_eq!(HelloName::parse(name).unwrap().as_str(), name);
        }
        for name in [
            "",
            "a b",
            "a\r\nMAIL FROM:<>",
            "a\n",
            "a\r",
            "a\0",
            "[192.0.2.1",
            "[192.0.2.1]\r\n",
            "[x]",
            "m\u{e4}il.example",
        ] {
            assert_eq!(HelloName::parse(name), Err(HelloNameError), "{name:?}");
        }
    }
}
