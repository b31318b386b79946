//! The name a client greets with ([RFC 5321] §4.1.1.1).
//!
//! [RFC 5321]: https://www.rfc-editor.org/rfc/rfc5321

use core::fmt;

use mail_address::{AddressLiteral, Domain};

/// The argument of `EHLO` and `HELO`, as written.
///
/// Letters, digits, hyphens, underscores and dots; or the same with colons and percent signs in
/// brackets. That is wider than RFC 5321 §4.1.1.1, because many clients greet with a host name
/// that is no domain or with an address in a form of their own, and a server gains nothing by
/// turning them away here. Whether it is a domain or an address literal, ask the methods.
#[derive(Clone, Copy, Eq, Hash, PartialEq)]
pub struct ClientName<'i> {
    text: &'i str,
}

impl<'i> ClientName<'i> {
    /// Reads octets that are one name and nothing else; `None` if they hold anything that
    /// stands in no name.
    pub fn parse(octets: &'i [u8]) -> Option<Self> {
        let is_name =
            |octet: &u8| octet.is_ascii_alphanumeric() || matches!(octet, b'-' | b'.' | b'_');
        let is_literal = |octet: &u8| is_name(octet) || matches!(octet, b':' | b'%');
        let fits = match octets.strip_prefix(b"[") {
            Some(rest) => rest
                .strip_suffix(b"]")
                .is_some_and(|inside| !inside.is_empty() && inside.iter().all(is_literal)),
            None => !octets.is_empty() && octets.iter().all(is_name),
        };
        if !fits {
            return None;
        }
        let text = core::str::from_utf8(octets).ok()?;
        Some(Self { text })
    }

    /// The name as written.
    pub fn as_str(&self) -> &'i str {
        self.text
    }

    /// The domain, if the name is one.
    pub fn domain(&self) -> Option<Domain> {
        Domain::parse(self.text.as_bytes()).ok()
    }

    /// The address literal, if the name is one.
    pub fn address_literal(&self) -> Option<AddressLiteral<'i>> {
        AddressLiteral::parse(self.text.as_bytes())
    }
}

impl fmt::Debug for ClientName<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ClientName({self})")
    }
}

impl fmt::Display for ClientName<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_may_be_a_domain_a_literal_or_neither() {
        let name = |text: &'static str| ClientName::parse(text.as_bytes()).unwrap();
        assert_eq!(name("Mail.Example").domain(), "mail.example".parse().ok());
        assert_eq!(name("WIN_1").domain(), "win_1".parse().ok());
        assert!(name("[192.0.2.1]").address_literal().is_some());
        assert!(name("[IPv6:2001:db8::1]").address_literal().is_some());
        for text in ["mail.example.", "[::1]", "[192.0.2]", "[mail]"] {
            assert_eq!(name(text).domain(), None);
            assert_eq!(name(text).address_literal(), None);
        }
    }

    #[test]
    fn b05_octets_of_no_name_are_refused() {
        for octets in [
            &b""[..],
            b"[]",
            b"[192.0.2.1",
            b"a b",
            b"a\r\nb",
            b"a\nb",
            b"a\0b",
            b"a(b",
            b"a;b",
            b"<a>",
            b"b\xc3\xbccher",
            b"[a[b]",
        ] {
            assert_eq!(ClientName::parse(octets), None);
        }
    }
}
