//! Addresses in brackets, where a domain would stand ([RFC 5321] §4.1.3).
//!
//! [RFC 5321]: https://www.rfc-editor.org/rfc/rfc5321

use core::fmt;
use core::net::{Ipv4Addr, Ipv6Addr};

use nom::branch::alt;
use nom::bytes::complete::{tag, tag_no_case, take_while_m_n, take_while1};
use nom::combinator::{all_consuming, map, map_opt};
use nom::sequence::{preceded, terminated};
use nom::{IResult, Parser};

/// What stands between the brackets of an address literal such as `[192.0.2.1]`.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum AddressLiteral<'i> {
    /// A form that a later standard defines, behind its tag.
    General {
        /// The standardized tag, as written.
        tag: &'i str,
        /// What follows the colon.
        content: &'i str,
    },
    /// `[192.0.2.1]`
    V4(Ipv4Addr),
    /// `[IPv6:2001:db8::1]`
    V6(Ipv6Addr),
}

impl<'i> AddressLiteral<'i> {
    /// Reads a literal with its brackets; `None` if it is none.
    pub fn parse(octets: &'i [u8]) -> Option<Self> {
        let (_, literal) = all_consuming(address_literal).parse(octets).ok()?;
        Some(literal)
    }
}

/// Prints the literal with its brackets.
impl fmt::Display for AddressLiteral<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::General { tag, content } => write!(f, "[{tag}:{content}]"),
            Self::V4(address) => write!(f, "[{address}]"),
            Self::V6(address) => write!(f, "[IPv6:{address}]"),
        }
    }
}

/// `address-literal = "[" ( IPv4-address-literal / IPv6-address-literal /
/// General-address-literal ) "]"`
pub(crate) fn address_literal(input: &[u8]) -> IResult<&[u8], AddressLiteral<'_>, ()> {
    let content = alt((
        map(ipv4_address_literal, AddressLiteral::V4),
        map(ipv6_address_literal, AddressLiteral::V6),
        general_address_literal,
    ));
    preceded(tag("["), terminated(content, tag("]"))).parse(input)
}

/// `IPv4-address-literal = Snum 3("." Snum)`
fn ipv4_address_literal(input: &[u8]) -> IResult<&[u8], Ipv4Addr, ()> {
    let dot_snum = || preceded(tag("."), snum);
    map(
        (snum, dot_snum(), dot_snum(), dot_snum()),
        |(a, b, c, d)| Ipv4Addr::new(a, b, c, d),
    )
    .parse(input)
}

/// `Snum = 1*3DIGIT`, decimal whatever its leading zeros.
fn snum(input: &[u8]) -> IResult<&[u8], u8, ()> {
    map_opt(
        take_while_m_n(1, 3, |octet: u8| octet.is_ascii_digit()),
        |digits: &[u8]| {
            let value = digits
                .iter()
                .fold(0, |value, digit| value * 10 + u16::from(digit - b'0'));
            u8::try_from(value).ok()
        },
    )
    .parse(input)
}

/// `IPv6-address-literal = "IPv6:" IPv6-addr`
///
/// Reads what RFC 4291 §2.2 allows, which is `IPv6-addr` and a `::` that stands for one group.
fn ipv6_address_literal(input: &[u8]) -> IResult<&[u8], Ipv6Addr, ()> {
    let is_address = |octet: u8| octet.is_ascii_hexdigit() || matches!(octet, b':' | b'.');
    preceded(
        tag_no_case("IPv6:"),
        map_opt(take_while1(is_address), |address: &[u8]| {
            core::str::from_utf8(address).ok()?.parse().ok()
        }),
    )
    .parse(input)
}

/// `General-address-literal = Standardized-tag ":" 1*dcontent`
fn general_address_literal(input: &[u8]) -> IResult<&[u8], AddressLiteral<'_>, ()> {
    map_opt(
        (
            take_while1(|octet: u8| octet.is_ascii_alphanumeric() || octet == b'-'),
            preceded(tag(":"), take_while1(is_dcontent)),
        ),
        |(tag, content): (&[u8], &[u8])| {
            // A malformed IPv6 address is no address of another kind, and the tag ends in a
            // letter or a digit (`Ldh-str`).
            if tag.eq_ignore_ascii_case(b"IPv6") || tag.ends_with(b"-") {
                return None;
            }
            Some(AddressLiteral::General {
                tag: core::str::from_utf8(tag).ok()?,
                content: core::str::from_utf8(content).ok()?,
            })
        },
    )
    .parse(input)
}

/// `dcontent = %d33-90 / %d94-126`
fn is_dcontent(octet: u8) -> bool {
    matches!(octet, 33..=90 | 94..=126)
}

#[cfg(test)]
mod tests {
    use alloc::string::ToString;

    use super::*;

    #[test]
    fn each_form_is_read_and_printed() {
        for (text, literal) in [
            (
                "[192.0.2.1]",
                AddressLiteral::V4(Ipv4Addr::new(192, 0, 2, 1)),
            ),
            (
                "[IPv6:2001:db8::1]",
                AddressLiteral::V6("2001:db8::1".parse().unwrap()),
            ),
            (
                "[IPv6:::ffff:192.0.2.1]",
                AddressLiteral::V6("::ffff:192.0.2.1".parse().unwrap()),
            ),
            (
                "[X25:4711/8]",
                AddressLiteral::General {
                    tag: "X25",
                    content: "4711/8",
                },
            ),
        ] {
            assert_eq!(AddressLiteral::parse(text.as_bytes()), Some(literal));
            assert_eq!(literal.to_string(), text);
        }
    }

    #[test]
    fn the_tag_is_read_in_any_case_and_leading_zeros_are_decimal() {
        assert_eq!(
            AddressLiteral::parse(b"[ipv6:2001:DB8::1]"),
            AddressLiteral::parse(b"[IPv6:2001:db8::1]")
        );
        assert_eq!(
            AddressLiteral::parse(b"[192.000.002.010]"),
            Some(AddressLiteral::V4(Ipv4Addr::new(192, 0, 2, 10)))
        );
    }

    #[test]
    fn an_ipv6_address_without_its_tag_is_a_form_that_nobody_has_defined() {
        assert_eq!(
            AddressLiteral::parse(b"[2001:db8::1]"),
            Some(AddressLiteral::General {
                tag: "2001",
                content: "db8::1",
            })
        );
    }

    #[test]
    fn other_brackets_are_no_literal() {
        for text in [
            "",
            "[]",
            "[192.0.2.1",
            "192.0.2.1",
            "[192.0.2.256]",
            "[192.0.2]",
            "[192.0.2.0001]",
            "[192.0.2.1]x",
            "[IPv6:]",
            "[IPv6:2001:db8]",
            "[IPv6:2001:db8::1::2]",
            "[IPv6:g]",
            "[tag-:x]",
            "[tag:]",
            "[tag:a b]",
            "[tag:a[b]",
            "[tag:a\\b]",
            "[tag:a\r]",
        ] {
            assert_eq!(AddressLiteral::parse(text.as_bytes()), None, "{text}");
        }
    }
}
