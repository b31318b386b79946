//! The header that a proxy puts before the first octet of a connection, to say who is behind it.
//!
//! Source: HAProxy's [PROXY protocol], versions 1 and 2; no RFC has it.
//!
//! A server that expects the header ([`Config::proxy_protocol`]) takes it by itself. Where TLS
//! begins before the server does, the header stands before the handshake, and the caller takes it
//! with [`Addresses::read`].
//!
//! [PROXY protocol]: https://www.haproxy.org/download/2.9/doc/proxy-protocol.txt
//! [`Config::proxy_protocol`]: crate::server::Config::proxy_protocol

use core::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use thiserror::Error;

/// The two ends of the connection that the proxy has taken.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub struct Addresses {
    /// Where the client has connected to.
    pub destination: SocketAddr,
    /// Where the client connects from.
    pub source: SocketAddr,
}

/// What a header says.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Header {
    /// `None`: the connection is the proxy's own, say to see whether the server lives, or of a
    /// kind without addresses. Those of the connection itself count then.
    pub addresses: Option<Addresses>,
    /// Octets of the header.
    pub octets: usize,
}

impl Addresses {
    /// Reads the header that octets begin with; `None` if its end has not come yet. An error is
    /// known as early as it can be: who sends no header is not waited for.
    pub fn read(octets: &[u8]) -> Result<Option<Header>, HeaderError> {
        let is_start_of = |start: &[u8]| {
            let length = octets.len().min(start.len());
            octets.get(..length) == start.get(..length)
        };
        if is_start_of(VERSION_2) {
            version_2(octets)
        } else if is_start_of(VERSION_1) {
            version_1(octets)
        } else {
            Err(HeaderError)
        }
    }
}

/// Octets that are no header, or one that is not understood: the connection is to be closed
/// without a word.
#[derive(Clone, Copy, Debug, Eq, Error, PartialEq)]
#[error("no header of the PROXY protocol")]
#[non_exhaustive]
pub struct HeaderError;

/// Section 2.1: a line of text.
fn version_1(octets: &[u8]) -> Result<Option<Header>, HeaderError> {
    let line = octets.get(..MAX_LINE).unwrap_or(octets);
    let Some(lf) = memchr::memchr(b'\n', line) else {
        return match line.len() {
            MAX_LINE => Err(HeaderError),
            _ => Ok(None),
        };
    };
    let header = |addresses| {
        Ok(Some(Header {
            addresses,
            octets: lf + 1,
        }))
    };
    let text = line
        .get(VERSION_1.len()..lf)
        .and_then(|text| text.strip_suffix(b"\r"))
        .and_then(|text| core::str::from_utf8(text).ok())
        .ok_or(HeaderError)?;
    // What stands behind UNKNOWN is to be ignored.
    if text == "UNKNOWN" || text.starts_with("UNKNOWN ") {
        return header(None);
    }
    header(Some(addresses_in(text).ok_or(HeaderError)?))
}

/// `TCP4` or `TCP6`, two addresses and two ports, each behind one blank.
fn addresses_in(text: &str) -> Option<Addresses> {
    let mut words = text.split(' ');
    let family = words.next()?;
    let address = |word: &str| -> Option<IpAddr> {
        match family {
            "TCP4" => word.parse().ok().map(IpAddr::V4),
            "TCP6" => word.parse().ok().map(IpAddr::V6),
            _ => None,
        }
    };
    let source = address(words.next()?)?;
    let destination = address(words.next()?)?;
    let source = SocketAddr::new(source, port(words.next()?)?);
    let destination = SocketAddr::new(destination, port(words.next()?)?);
    words.next().is_none().then_some(Addresses {
        destination,
        source,
    })
}

/// A number without leading zeros.
fn port(word: &str) -> Option<u16> {
    let canonical = match word.as_bytes() {
        [b'0'] => true,
        [b'1'..=b'9', rest @ ..] => rest.iter().all(u8::is_ascii_digit),
        _ => false,
    };
    canonical.then(|| word.parse().ok())?
}

/// Section 2.2: a binary block.
fn version_2(octets: &[u8]) -> Result<Option<Header>, HeaderError> {
    let Some((fixed, rest)) = octets.split_first_chunk::<16>() else {
        return match octets.get(VERSION_2.len()) {
            Some(0x20 | 0x21) | None => Ok(None),
            Some(_) => Err(HeaderError),
        };
    };
    let [.., command, family, high, low] = *fixed;
    let length = usize::from(u16::from_be_bytes([high, low]));
    let is_transport = command == LOCAL || family & 0xf <= DATAGRAM;
    if !matches!(command, LOCAL | PROXY) || !is_transport || length > MAX_BLOCK {
        return Err(HeaderError);
    }
    let Some(block) = rest.get(..length) else {
        return Ok(None);
    };
    let addresses = match (command, family >> 4) {
        (PROXY, 1) => Some(block.split_first_chunk().map(|(it, _)| ipv4(it))),
        (PROXY, 2) => Some(block.split_first_chunk().map(|(it, _)| ipv6(it))),
        // LOCAL, AF_UNSPEC and AF_UNIX have no addresses that say anything here.
        (LOCAL, _) | (_, 0 | 3) => None,
        _ => Some(None),
    };
    let addresses = match addresses {
        Some(None) => return Err(HeaderError),
        Some(addresses) => addresses,
        None => None,
    };
    Ok(Some(Header {
        addresses,
        octets: fixed.len() + length,
    }))
}

/// Two addresses, two ports.
fn ipv4(block: &[u8; 12]) -> Addresses {
    let [a, b, c, d, e, f, g, h, i, j, k, l] = *block;
    Addresses {
        destination: (Ipv4Addr::new(e, f, g, h), u16::from_be_bytes([k, l])).into(),
        source: (Ipv4Addr::new(a, b, c, d), u16::from_be_bytes([i, j])).into(),
    }
}

/// Two addresses, two ports.
fn ipv6(block: &[u8; 36]) -> Addresses {
    let address = |from: usize| {
        let octets = block.get(from..).and_then(|rest| rest.first_chunk());
        let octets: [u8; 16] = *octets.expect("a block has room for two addresses");
        Ipv6Addr::from(octets)
    };
    let [.., i, j, k, l] = *block;
    Addresses {
        destination: (address(16), u16::from_be_bytes([k, l])).into(),
        source: (address(0), u16::from_be_bytes([i, j])).into(),
    }
}

const VERSION_1: &[u8] = b"PROXY ";

const VERSION_2: &[u8] = b"\r\n\r\n\0\r\nQUIT\n";

/// Section 2.1, with CRLF.
const MAX_LINE: usize = 107;

/// Octets behind the fixed part of version 2, where its length field would allow 65535. Addresses
/// have at most 216; the rest are remarks of the proxy, of which a TLS client's certificate is not
/// one, only its names. The protocol has no limit of its own.
const MAX_BLOCK: usize = 4096;

/// Of the transports, the last that has a meaning: unspecified, stream, datagram.
const DATAGRAM: u8 = 2;

/// Family and transport mean nothing behind it.
const LOCAL: u8 = 0x20;

const PROXY: u8 = 0x21;

#[cfg(test)]
mod tests {
    use alloc::vec::Vec;

    use proptest::prelude::*;

    use super::*;

    fn addresses(source: &str, destination: &str) -> Option<Addresses> {
        Some(Addresses {
            destination: destination.parse().unwrap(),
            source: source.parse().unwrap(),
        })
    }

    /// The same header at every length of what has come, and with more behind it.
    fn check(octets: &[u8], addresses: Option<Addresses>) {
        for length in 0..octets.len() {
            assert_eq!(Addresses::read(&octets[..length]), Ok(None), "{length}");
        }
        let header = Header {
            addresses,
            octets: octets.len(),
        };
        assert_eq!(Addresses::read(octets), Ok(Some(header)));
        assert_eq!(
            Addresses::read(&[octets, b"\x16"].concat()),
            Ok(Some(header))
        );
    }

    fn block(command: u8, family: u8, block: &[u8]) -> Vec<u8> {
        let length = u16::try_from(block.len()).unwrap().to_be_bytes();
        [VERSION_2, &[command, family], &length, block].concat()
    }

    #[test]
    fn b06_a_line_says_who_is_behind_the_proxy() {
        check(
            b"PROXY TCP4 192.0.2.1 192.0.2.25 56324 25\r\n",
            addresses("192.0.2.1:56324", "192.0.2.25:25"),
        );
        check(
            b"PROXY TCP6 2001:db8::1 2001:db8::25 0 65535\r\n",
            addresses("[2001:db8::1]:0", "[2001:db8::25]:65535"),
        );
        check(b"PROXY UNKNOWN\r\n", None);
        check(b"PROXY UNKNOWN ffff:f 65535\r\n", None);
    }

    #[test]
    fn b06_a_block_says_who_is_behind_the_proxy() {
        let ipv4 = [192, 0, 2, 1, 192, 0, 2, 25, 0xdc, 4, 0, 25];
        let expected = addresses("192.0.2.1:56324", "192.0.2.25:25");
        check(&block(0x21, 0x11, &ipv4), expected);
        // With a remark behind the addresses.
        check(
            &block(0x21, 0x11, &[&ipv4[..], &[4, 0, 1, 0]].concat()),
            expected,
        );
        let mut ipv6 = [0; 36];
        (ipv6[15], ipv6[31], ipv6[33], ipv6[35]) = (1, 2, 3, 4);
        check(&block(0x21, 0x21, &ipv6), addresses("[::1]:3", "[::2]:4"));
        check(&block(0x20, 0, b""), None);
        check(&block(0x20, 0x11, &ipv4), None);
        check(&block(0x21, 0x31, &[0; 216]), None);
    }

    #[test]
    fn b06_what_is_no_header_is_known_at_once() {
        let too_long = [b"PROXY UNKNOWN ", &*b"x".repeat(92), b"\r\n"].concat();
        assert_eq!(too_long.len(), 108);
        for octets in [
            &b"E"[..],
            b"PROXYX",
            b"PROXY\r\n",
            b"PROXY \r\n",
            b"PROXY TCP4 192.0.2.1 192.0.2.25 56324 25\n",
            b"PROXY TCP4 192.0.2.1 192.0.2.25 56324\r\n",
            b"PROXY TCP4 192.0.2.1 192.0.2.25 56324 25 \r\n",
            b"PROXY TCP4  192.0.2.1 192.0.2.25 56324 25\r\n",
            b"PROXY TCP4 192.0.2.1 192.0.2.25 056324 25\r\n",
            b"PROXY TCP4 192.0.2.1 192.0.2.25 65536 25\r\n",
            b"PROXY TCP4 2001:db8::1 2001:db8::25 1 2\r\n",
            b"PROXY UDP4 192.0.2.1 192.0.2.25 56324 25\r\n",
            b"\r\n\r\n\0\r\nQUIT\n\x31",
            b"\r\n\r\n\0\r\nQUIT\n\x22",
            b"\r\nX",
            &too_long,
            &block(0x21, 0x11, &[0; 11]),
            &block(0x21, 0x41, &[0; 40]),
            &block(0x21, 0x13, &[0; 12]),
            &block(0x21, 0x2f, &[0; 36]),
            &block(0x21, 0x11, &[0; 4097]),
        ] {
            assert_eq!(Addresses::read(octets), Err(HeaderError), "{octets:?}");
        }
    }

    proptest! {
        #[test]
        fn any_octets_are_read_or_refused(octets in proptest::collection::vec(any::<u8>(), 0..60)) {
            for start in [&b""[..], VERSION_1, VERSION_2] {
                let _ = Addresses::read(&[start, &octets].concat());
            }
        }
    }
}
