//! The trace fields of a server: Received and Return-Path (RFC 5321 §4.4).

use core::fmt;
use core::net::IpAddr;

use dkim_canon::Header;
use dns_txt::Domain;
use mail_address::{AddressLiteral, MailboxRef};

use crate::date::DateTime;
use crate::path;

/// What a Received field says, printed as one field with its line ends.
#[derive(Clone, Debug)]
#[expect(
    clippy::exhaustive_structs,
    reason = "the clauses of RFC 5321 §4.4 that a server fills in"
)]
pub struct Received<'a> {
    /// What the client called itself in EHLO or HELO.
    pub helo: &'a [u8],
    /// Where the connection came from.
    pub client: IpAddr,
    /// The server.
    pub by: &'a Domain,
    /// How the message came: [`Server::protocol`](smtp_proto::server::Server::protocol).
    pub protocol: &'a str,
    /// The server's name for this delivery, as it is in its log.
    pub id: &'a str,
    /// The recipient if there is one only: several in this clause would tell each of the others
    /// (RFC 5321 §7.2). Left out unless it is a mailbox, and its path short enough: `Postmaster`
    /// without a domain is no Path.
    pub recipient: Option<&'a str>,
    /// When.
    pub date: DateTime,
}

impl fmt::Display for Received<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let client = Literal(self.client);
        match extended_domain(self.helo) {
            Some(helo) => write!(f, "Received: from {helo} ({client})\r\n")?,
            None => write!(f, "Received: from {client} ({client})\r\n")?,
        }
        write!(f, " by {} with {} id {}", self.by, self.protocol, self.id)?;
        let is_path = |recipient: &&str| {
            path::fits(recipient) && MailboxRef::parse(recipient.as_bytes()).is_ok()
        };
        if let Some(recipient) = self.recipient.filter(is_path) {
            write!(f, "\r\n for <{recipient}>")?;
        }
        write!(f, ";\r\n {}\r\n", self.date)
    }
}

/// The field that final delivery puts above all others; an empty path for a bounce.
pub fn return_path(reverse_path: &str) -> String {
    format!("Return-Path: <{reverse_path}>\r\n")
}

/// Whether a message has come through so many servers that it goes in circles (RFC 5321 §6.3).
pub(crate) fn is_loop(header: &Header<'_>) -> bool {
    let hops = header.fields().filter(|field| field.is_named("Received"));
    hops.count() > MAX_HOPS
}

/// An address literal of RFC 5321 §4.1.3: `[192.0.2.1]` or `[IPv6:2001:db8::1]`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Literal(pub(crate) IpAddr);

impl fmt::Display for Literal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            IpAddr::V4(address) => write!(f, "[{address}]"),
            IpAddr::V6(address) => write!(f, "[IPv6:{address}]"),
        }
    }
}

/// What a client calls itself, if it is a domain or an address literal. Anything else might end
/// the clause, open a comment or begin a line; and what is longer than any domain, leave no room
/// for the rest of its line.
fn extended_domain(helo: &[u8]) -> Option<&str> {
    if Domain::parse(helo).is_err() {
        AddressLiteral::parse(helo).filter(|_| helo.len() <= 255)?;
    }
    core::str::from_utf8(helo).ok()
}

/// RFC 5321 §6.3: the threshold for loops is to be 100 or more.
const MAX_HOPS: usize = 100;

#[cfg(test)]
mod tests {
    use super::*;

    fn received(helo: &[u8], recipient: Option<&str>) -> String {
        Received {
            helo,
            client: "192.0.2.1".parse().unwrap(),
            by: &Domain::parse(b"mx.example.com").unwrap(),
            protocol: "ESMTPSA",
            id: "17",
            recipient,
            date: DateTime::from_unix(0),
        }
        .to_string()
    }

    #[test]
    fn a_received_field_has_its_clauses_in_order() {
        assert_eq!(
            received(b"a.example", Some("user@example.com")),
            "Received: from a.example ([192.0.2.1])\r\n \
             by mx.example.com with ESMTPSA id 17\r\n \
             for <user@example.com>;\r\n \
             Thu, 01 Jan 1970 00:00:00 +0000\r\n"
        );
        assert!(received(b"[IPv6:2001:db8::1]", None).contains("from [IPv6:2001:db8::1] (["));
    }

    #[test]
    fn a_name_that_is_none_is_not_repeated() {
        let long = format!("[x:{}]", "y".repeat(1000));
        for helo in [
            &b"a\r\nBcc: x"[..],
            b"a(b",
            b"",
            b"[a)]",
            b"a b",
            b"\xff",
            b"[1.2]",
            b"[192.0.2.256]",
            long.as_bytes(),
        ] {
            assert!(
                received(helo, None).starts_with("Received: from [192.0.2.1] ([192.0.2.1])\r\n"),
                "{helo:?}"
            );
        }
    }

    #[test]
    fn what_is_no_path_is_not_said_to_be_the_recipient() {
        let long = format!("{}@example.com", "a".repeat(243));
        for recipient in ["Postmaster", &long, "a b@example.com"] {
            let field = received(b"a.example", Some(recipient));
            assert_eq!(field, received(b"a.example", None), "{recipient}");
        }
        let longest = &long[1..];
        let field = received(b"a.example", Some(longest));
        assert!(field.contains(&format!("\r\n for <{longest}>;\r\n")));
    }

    #[test]
    fn a_return_path_may_be_empty() {
        assert_eq!(return_path(""), "Return-Path: <>\r\n");
        assert_eq!(return_path("a@b.example"), "Return-Path: <a@b.example>\r\n");
    }
}
