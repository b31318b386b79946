//! Networks and prefix lengths ([RFC 7208] §5.6).
//!
//! [RFC 7208]: https://www.rfc-editor.org/rfc/rfc7208#section-5.6

use core::fmt;
use core::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// An address and how many of its leading bits count.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub struct Network {
    address: IpAddr,
    prefix_length: u8,
}

impl Network {
    /// `None` if the prefix is longer than the address.
    pub fn new(address: IpAddr, prefix_length: u8) -> Option<Self> {
        (prefix_length <= longest_prefix(address)).then_some(Self {
            address,
            prefix_length,
        })
    }

    /// The address as written; bits behind the prefix may be set.
    pub fn address(self) -> IpAddr {
        self.address
    }

    /// How many leading bits count: 0 for every address of the family.
    pub fn prefix_length(self) -> u8 {
        self.prefix_length
    }

    /// The same network with the bits behind the prefix cleared.
    #[must_use]
    pub fn masked(self) -> Self {
        let length = u32::from(self.prefix_length);
        let address = match self.address {
            IpAddr::V4(address) => {
                let host_bits = u32::MAX.checked_shr(length).unwrap_or(0);
                Ipv4Addr::from_bits(address.to_bits() & !host_bits).into()
            }
            IpAddr::V6(address) => {
                let host_bits = u128::MAX.checked_shr(length).unwrap_or(0);
                Ipv6Addr::from_bits(address.to_bits() & !host_bits).into()
            }
        };
        Self { address, ..self }
    }

    /// Whether `client` is of the same family and agrees in the leading bits.
    pub fn contains(self, client: IpAddr) -> bool {
        let shared = shared_bits(self.address, client);
        shared.is_some_and(|shared| shared >= self.prefix_length)
    }
}

/// `192.0.2.0/24`; without the length where it is that of the whole address.
impl fmt::Display for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.address)?;
        if self.prefix_length != longest_prefix(self.address) {
            write!(f, "/{}", self.prefix_length)?;
        }
        Ok(())
    }
}

/// Prefix lengths behind `a` and `mx`, one per address family.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub struct DualCidr {
    v4: u8,
    v6: u8,
}

impl DualCidr {
    /// One host only: what a directive means that gives no length.
    pub const HOST: Self = Self {
        v4: V4_BITS,
        v6: V6_BITS,
    };

    /// `None` if a length is longer than its address.
    pub fn new(v4: u8, v6: u8) -> Option<Self> {
        (v4 <= V4_BITS && v6 <= V6_BITS).then_some(Self { v4, v6 })
    }

    /// The prefix length for IPv4 addresses.
    pub fn v4(self) -> u8 {
        self.v4
    }

    /// The prefix length for IPv6 addresses.
    pub fn v6(self) -> u8 {
        self.v6
    }

    /// The network around an address.
    pub fn around(self, address: IpAddr) -> Network {
        Network {
            address,
            prefix_length: match address {
                IpAddr::V4(_) => self.v4,
                IpAddr::V6(_) => self.v6,
            },
        }
    }
}

/// `/24//64`, each part only where it is not the length of a whole address.
impl fmt::Display for DualCidr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.v4 != Self::HOST.v4 {
            write!(f, "/{}", self.v4)?;
        }
        if self.v6 != Self::HOST.v6 {
            write!(f, "//{}", self.v6)?;
        }
        Ok(())
    }
}

/// In how many leading bits two addresses of one family agree; `None` for two families.
pub(crate) fn shared_bits(one: IpAddr, other: IpAddr) -> Option<u8> {
    let zeros = match (one, other) {
        (IpAddr::V4(one), IpAddr::V4(other)) => (one.to_bits() ^ other.to_bits()).leading_zeros(),
        (IpAddr::V6(one), IpAddr::V6(other)) => (one.to_bits() ^ other.to_bits()).leading_zeros(),
        _ => return None,
    };
    u8::try_from(zeros).ok()
}

fn longest_prefix(address: IpAddr) -> u8 {
    match address {
        IpAddr::V4(_) => V4_BITS,
        IpAddr::V6(_) => V6_BITS,
    }
}

/// The bits of an IPv4 address.
pub(crate) const V4_BITS: u8 = 32;

/// The bits of an IPv6 address.
pub(crate) const V6_BITS: u8 = 128;

#[cfg(test)]
mod tests {
    use super::*;

    fn ip(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    #[test]
    fn a_network_holds_what_agrees_in_the_leading_bits() {
        for (network, length, client, contained) in [
            ("192.0.2.0", 24, "192.0.2.255", true),
            ("192.0.2.0", 24, "192.0.3.0", false),
            ("192.0.2.77", 24, "192.0.2.1", true),
            ("192.0.2.1", 32, "192.0.2.1", true),
            ("192.0.2.1", 32, "192.0.2.0", false),
            ("192.0.2.1", 0, "255.255.255.255", true),
            ("192.0.2.1", 0, "::1", false),
            ("::", 0, "2001:db8::1", true),
            ("::", 0, "192.0.2.1", false),
            ("cafe:babe:8000::", 33, "cafe:babe:ffff::", true),
            ("cafe:babe:8000::", 33, "cafe:babe::", false),
            ("2001:db8::1", 128, "2001:db8::1", true),
            ("2001:db8::1", 128, "2001:db8::", false),
        ] {
            let found = Network::new(ip(network), length).unwrap();
            assert_eq!(
                found.contains(ip(client)),
                contained,
                "{found} and {client}"
            );
        }
    }

    #[test]
    fn a_masked_network_keeps_the_leading_bits() {
        for (address, length, masked) in [
            ("192.0.2.255", 24, "192.0.2.0"),
            ("192.0.2.255", 0, "0.0.0.0"),
            ("192.0.2.255", 32, "192.0.2.255"),
            ("2001:db8:ffff::1", 33, "2001:db8:8000::"),
            ("2001:db8::1", 128, "2001:db8::1"),
            ("2001:db8::1", 0, "::"),
        ] {
            let network = Network::new(ip(address), length).unwrap().masked();
            assert_eq!(network.address(), ip(masked), "{address}/{length}");
        }
    }

    #[test]
    fn a_prefix_is_at_most_as_long_as_the_address() {
        assert!(Network::new(ip("192.0.2.1"), 33).is_none());
        assert!(Network::new(ip("::"), 129).is_none());
        assert!(DualCidr::new(33, 0).is_none());
        assert!(DualCidr::new(0, 129).is_none());
    }
}
