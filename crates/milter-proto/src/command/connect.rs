//! Who has connected to the MTA.

use core::fmt;
use core::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use super::{CommandError, Part, Parts, Quoted};

/// A client of the MTA.
#[derive(Clone, Copy, Eq, PartialEq)]
#[non_exhaustive]
pub struct Connect<'i> {
    /// Its address.
    pub client: Client<'i>,
    /// Its name, as the MTA has found it. If it has found none, the address in brackets:
    /// `[192.0.2.1]`.
    pub host: &'i [u8],
}

/// The address of a client.
#[derive(Clone, Copy, Eq, PartialEq)]
#[non_exhaustive]
pub enum Client<'i> {
    /// An address of the internet, IPv4 or IPv6. Postfix tells mail that did not come by SMTP as
    /// coming from 127.0.0.1.
    Inet(SocketAddr),
    /// The path of a local socket.
    Local(&'i [u8]),
    /// The MTA does not know it: nobody connected, or by other means.
    Unknown,
}

impl Client<'_> {
    /// The IP address, if it has one.
    pub fn ip(&self) -> Option<IpAddr> {
        match self {
            Self::Inet(address) => Some(address.ip()),
            Self::Local(_) | Self::Unknown => None,
        }
    }
}

impl<'i> Connect<'i> {
    /// `char host[], NUL, char family [, uint16 port, char address[], NUL ]`
    pub(crate) fn parse(mut parts: Parts<'i>) -> Result<Self, CommandError> {
        let host = parts.text(Part::Name)?;
        let [family] = parts.octets(Part::Family)?;
        let client = match family {
            b'U' => Client::Unknown,
            b'4' | b'6' | b'L' => {
                let port = u16::from_be_bytes(parts.octets(Part::Port)?);
                let address = parts.text(Part::Address)?;
                let client = match family {
                    b'L' => Some(Client::Local(address)),
                    _ => ip(family, address).map(|ip| Client::Inet(SocketAddr::new(ip, port))),
                };
                client.ok_or_else(|| parts.malformed(Part::Address))?
            }
            _ => return Err(parts.malformed(Part::Family)),
        };
        parts.ended(Self { client, host })
    }
}

impl fmt::Debug for Connect<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Connect")
            .field("client", &self.client)
            .field("host", &Quoted(self.host))
            .finish()
    }
}

impl fmt::Debug for Client<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Inet(address) => f.debug_tuple("Inet").field(address).finish(),
            Self::Local(path) => f.debug_tuple("Local").field(&Quoted(path)).finish(),
            Self::Unknown => f.write_str("Unknown"),
        }
    }
}

/// The text of an address. One of IPv6 may have the prefix of RFC 5321 §4.1.3, as from Sendmail,
/// and the name of an interface behind a `%`.
fn ip(family: u8, text: &[u8]) -> Option<IpAddr> {
    let text = str::from_utf8(text).ok()?;
    if family == b'4' {
        return text.parse().map(|ip: Ipv4Addr| ip.into()).ok();
    }
    let text = match text.split_at_checked("IPv6:".len()) {
        Some((prefix, rest)) if prefix.eq_ignore_ascii_case("IPv6:") => rest,
        _ => text,
    };
    let address = text.split_once('%').map_or(text, |(address, _)| address);
    address.parse().map(|ip: Ipv6Addr| ip.into()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::command::Command;

    #[test]
    fn every_family_has_its_address() {
        let rows: [(&[u8], Client<'_>); 7] = [
            (b"4\0\x19192.0.2.1\0", inet("192.0.2.1:25")),
            (b"6\x01\x022001:db8::1\0", inet("[2001:db8::1]:258")),
            (b"6\0\0IPv6:2001:db8::1\0", inet("[2001:db8::1]:0")),
            (b"6\0\0ipv6:::1\0", inet("[::1]:0")),
            (b"6\0\0fe80::1%eth0\0", inet("[fe80::1]:0")),
            (b"L\0\0/run/socket\0", Client::Local(b"/run/socket")),
            (b"U", Client::Unknown),
        ];
        for (octets, client) in rows {
            let payload = [b"a.example\0", octets].concat();
            let host = &b"a.example"[..];
            let connect = parse(&payload);
            assert_eq!(connect, Ok(Connect { client, host }), "{payload:?}");
        }
    }

    #[test]
    fn the_part_at_fault_is_named() {
        let command = Command::Connect;
        let missing = |part| CommandError::Missing { command, part };
        let malformed = |part| CommandError::Malformed { command, part };
        let rows: [(&[u8], CommandError); 12] = [
            (b"", missing(Part::Name)),
            (b"a", missing(Part::Name)),
            (b"a\0", missing(Part::Family)),
            (b"a\x005\0\x19::\0", malformed(Part::Family)),
            (b"a\x004", missing(Part::Port)),
            (b"a\x004\0", missing(Part::Port)),
            (b"a\x004\0\x19", missing(Part::Address)),
            (b"a\x004\0\x19192.0.2.1", missing(Part::Address)),
            (b"a\x004\0\x19192.0.2.256\0", malformed(Part::Address)),
            (b"a\x004\0\x19::1\0", malformed(Part::Address)),
            (b"a\x006\0\x19192.0.2.1\0", malformed(Part::Address)),
            (b"a\x006\0\x19\xff\0", malformed(Part::Address)),
        ];
        for (payload, error) in rows {
            assert_eq!(parse(payload), Err(error), "{payload:?}");
        }
        for payload in [&b"a\0U\0"[..], b"a\x004\0\x19192.0.2.1\0\0"] {
            let octets = 1;
            let error = CommandError::Extra { command, octets };
            assert_eq!(parse(payload), Err(error), "{payload:?}");
        }
    }

    fn parse(payload: &[u8]) -> Result<Connect<'_>, CommandError> {
        Connect::parse(Parts::new(Command::Connect, payload))
    }

    fn inet(address: &str) -> Client<'static> {
        Client::Inet(address.parse().unwrap())
    }
}
