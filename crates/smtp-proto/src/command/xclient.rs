//! The command `XCLIENT`: what a proxy knows of the client behind it.
//!
//! Source: Postfix's [XCLIENT howto]; no RFC has it.
//!
//! [XCLIENT howto]: https://www.postfix.org/XCLIENT_README.html

use core::fmt;
use core::net::IpAddr;

use super::Xtext;

/// The arguments of `XCLIENT`, as written, checked.
#[derive(Clone, Copy, Eq, PartialEq)]
pub struct XClient<'i> {
    text: &'i str,
}

/// What a proxy says of one thing.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[expect(
    clippy::exhaustive_enums,
    reason = "Postfix's XCLIENT howto has these three"
)]
pub enum Attribute<T> {
    /// `[TEMPUNAVAIL]`: it cannot be known now.
    TemporarilyUnavailable,
    /// `[UNAVAILABLE]`: there is nothing to know.
    Unavailable,
    /// This.
    Value(T),
}

impl<'i> XClient<'i> {
    /// The attributes that a server understands, as it offers them.
    pub const ATTRIBUTES: [&'static str; 8] = [
        "NAME", "ADDR", "PORT", "PROTO", "HELO", "LOGIN", "DESTADDR", "DESTPORT",
    ];

    /// Reads `attribute-name=attribute-value *(SP …)`: known names, none twice, values in xtext
    /// that are what the name asks for.
    pub fn parse(octets: &'i [u8]) -> Option<Self> {
        let xclient = Self {
            text: core::str::from_utf8(octets).ok()?,
        };
        if xclient.text.is_empty() {
            return None;
        }
        for (index, word) in xclient.text.split(' ').enumerate() {
            let (name, value) = word.split_once('=')?;
            let mut before = xclient.text.split(' ').take(index);
            let is_twice = before.any(|word| has_name(word, name));
            if is_twice || !is_attribute(name, value) {
                return None;
            }
        }
        Some(xclient)
    }

    /// `ADDR`: where the client connects from.
    pub fn address(&self) -> Option<Attribute<IpAddr>> {
        self.attribute("ADDR", ip_address)
    }

    /// `PORT`: the port it connects from.
    pub fn port(&self) -> Option<Attribute<u16>> {
        self.attribute("PORT", port)
    }

    /// `NAME`: the name of that address, found in the DNS.
    pub fn name(&self) -> Option<Attribute<Xtext<'i>>> {
        self.attribute("NAME", xtext)
    }

    /// `HELO`: how the client has greeted the proxy.
    pub fn helo(&self) -> Option<Attribute<Xtext<'i>>> {
        self.attribute("HELO", xtext)
    }

    /// `LOGIN`: as whom the client has logged in at the proxy.
    pub fn login(&self) -> Option<Attribute<Xtext<'i>>> {
        self.attribute("LOGIN", xtext)
    }

    /// `PROTO`: whether it has greeted with `EHLO` (`ESMTP`) or with `HELO` (`SMTP`).
    pub fn is_extended(&self) -> Option<Attribute<bool>> {
        self.attribute("PROTO", is_extended)
    }

    /// `DESTADDR`: the proxy's address that the client has connected to.
    pub fn destination_address(&self) -> Option<Attribute<IpAddr>> {
        self.attribute("DESTADDR", ip_address)
    }

    /// `DESTPORT`: the proxy's port that the client has connected to.
    pub fn destination_port(&self) -> Option<Attribute<u16>> {
        self.attribute("DESTPORT", port)
    }

    fn attribute<T>(
        &self,
        name: &str,
        parse: impl FnOnce(&'i str) -> Option<T>,
    ) -> Option<Attribute<T>> {
        let word = self.text.split(' ').find(|word| has_name(word, name))?;
        let (_, value) = word.split_once('=')?;
        attribute_value(value, parse)
    }
}

impl fmt::Debug for XClient<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "XClient({self})")
    }
}

/// Prints the arguments as written.
impl fmt::Display for XClient<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.text)
    }
}

fn has_name(word: &str, name: &str) -> bool {
    word.split_once('=')
        .is_some_and(|(found, _)| found.eq_ignore_ascii_case(name))
}

/// Whether the value is one of that name's.
fn is_attribute(name: &str, value: &str) -> bool {
    let name = XClient::ATTRIBUTES
        .into_iter()
        .find(|known| known.eq_ignore_ascii_case(name));
    match name {
        Some("ADDR" | "DESTADDR") => attribute_value(value, ip_address).is_some(),
        Some("PORT" | "DESTPORT") => attribute_value(value, port).is_some(),
        Some("PROTO") => attribute_value(value, is_extended).is_some(),
        Some(_) => attribute_value(value, xtext).is_some(),
        None => false,
    }
}

fn attribute_value<'i, T>(
    value: &'i str,
    parse: impl FnOnce(&'i str) -> Option<T>,
) -> Option<Attribute<T>> {
    if value.eq_ignore_ascii_case("[UNAVAILABLE]") {
        Some(Attribute::Unavailable)
    } else if value.eq_ignore_ascii_case("[TEMPUNAVAIL]") {
        Some(Attribute::TemporarilyUnavailable)
    } else {
        parse(value).map(Attribute::Value)
    }
}

fn ip_address(value: &str) -> Option<IpAddr> {
    const IPV6: &str = "IPV6:";
    match value.split_at_checked(IPV6.len()) {
        Some((prefix, address)) if prefix.eq_ignore_ascii_case(IPV6) => {
            address.parse().ok().map(IpAddr::V6)
        }
        _ => value.parse().ok().map(IpAddr::V4),
    }
}

fn port(value: &str) -> Option<u16> {
    // `parse` would take a sign too.
    let is_number = value.bytes().all(|octet| octet.is_ascii_digit());
    is_number.then(|| value.parse().ok())?
}

fn is_extended(value: &str) -> Option<bool> {
    [("ESMTP", true), ("SMTP", false)]
        .into_iter()
        .find_map(|(name, is_extended)| value.eq_ignore_ascii_case(name).then_some(is_extended))
}

fn xtext(value: &str) -> Option<Xtext<'_>> {
    Xtext::parse(value.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_proxy_knows_is_read() {
        let xclient = XClient::parse(
            b"NAME=spike.example addr=192.0.2.1 PORT=4711 PROTO=ESMTP HELO=a+20b LOGIN=[unavailable]",
        )
        .unwrap();
        let Some(Attribute::Value(name)) = xclient.name() else {
            panic!("{xclient:?}");
        };
        assert_eq!(name.as_str(), "spike.example");
        let address = Attribute::Value("192.0.2.1".parse().unwrap());
        assert_eq!(xclient.address(), Some(address));
        assert_eq!(xclient.port(), Some(Attribute::Value(4711)));
        assert_eq!(xclient.is_extended(), Some(Attribute::Value(true)));
        assert_eq!(xclient.login(), Some(Attribute::Unavailable));
        assert_eq!(xclient.destination_address(), None);
        let xclient = XClient::parse(b"DESTADDR=IPV6:2001:db8::1 NAME=[TEMPUNAVAIL]").unwrap();
        let address = Attribute::Value("2001:db8::1".parse().unwrap());
        assert_eq!(xclient.destination_address(), Some(address));
        assert_eq!(xclient.name(), Some(Attribute::TemporarilyUnavailable));
    }

    #[test]
    fn b05_what_is_no_attribute_is_refused() {
        for octets in [
            &b""[..],
            b"NAME",
            b"NAME=",
            b"FOO=bar",
            b"NAME=a NAME=b",
            b"NAME=a name=b",
            b"NAME=a  ADDR=192.0.2.1",
            b"ADDR=192.0.2",
            b"ADDR=2001:db8::1",
            b"ADDR=IPV6:192.0.2.1",
            b"PORT=65536",
            b"PORT=+1",
            b"PORT=",
            b"PROTO=LMTP",
            b"HELO=a+0Ab",
            b"HELO=a=b",
            b"HELO=a\r",
            b"HELO=\xff",
        ] {
            assert_eq!(XClient::parse(octets), None, "{octets:?}");
        }
    }
}
