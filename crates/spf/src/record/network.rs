//! The grammar of addresses and prefix lengths (RFC 7208 §12).
//!
//! Networks are most of what records hold: their octets are read in plain loops.

use core::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use crate::network::{DualCidr, Network, V4_BITS, V6_BITS};
use crate::syntax::{Expected, Parsed, What};

/// `":" ip4-network [ ip4-cidr-length ]`
pub(super) fn ip4_network(input: &[u8]) -> Parsed<'_, Network> {
    network(input, V4_BITS, |text| {
        let (address, rest) = ip4_address(text)?;
        Some((address.into(), rest))
    })
}

/// `":" ip6-network [ ip6-cidr-length ]`
pub(super) fn ip6_network(input: &[u8]) -> Parsed<'_, Network> {
    network(input, V6_BITS, |text| {
        let (address, rest) = ip6_address(text)?;
        Some((address.into(), rest))
    })
}

/// `dual-cidr-length = [ ip4-cidr-length ] [ "/" ip6-cidr-length ]`
pub(super) fn dual_cidr_length(input: &[u8]) -> Parsed<'_, DualCidr> {
    // A first slash alone does not tell which family follows: `//64` is an empty IPv4 part.
    let (rest, v4) = match input {
        [b'/', b'/', ..] => (input, V4_BITS),
        _ => cidr_length(input, V4_BITS)?,
    };
    let (end, v6) = match rest.strip_prefix(b"/") {
        Some(after) if after.starts_with(b"/") => cidr_length(after, V6_BITS)?,
        _ => (rest, V6_BITS),
    };
    match DualCidr::new(v4, v6) {
        Some(lengths) => Ok((end, lengths)),
        None => Err(Expected::failure(input, What::Cidr)),
    }
}

/// `ip4:`, an address and a prefix length, as most terms of most records are written. `None` for
/// anything else; what it is then, or what is wrong with it, is for the whole grammar to tell.
// Inlined, the network stays in registers where it is not kept: a twentieth of a whole check.
#[inline(always)]
pub(super) fn plain_ip4(input: &[u8]) -> Option<(Network, &[u8])> {
    let (address, rest) = ip4_address(input.strip_prefix(b"ip4:")?)?;
    let (length, rest) = match rest.strip_prefix(b"/") {
        Some(digits) => number(digits, V4_BITS)?,
        None => (V4_BITS, rest),
    };
    let network = Network::new(address.into(), length)?;
    ends_term(rest).then_some((network, rest))
}

/// Whether the term ends here, in nothing but a prefix length.
pub(crate) fn ends_in_cidr(input: &[u8]) -> bool {
    // With any digits: a length that is too long is an error of the length, not of the domain.
    let v6 = any_length(b"/", input).unwrap_or(input);
    let end = any_length(b"//", v6).unwrap_or(v6);
    ends_term(end)
}

/// What is behind slashes and one to three digits.
fn any_length<'i>(slashes: &[u8], input: &'i [u8]) -> Option<&'i [u8]> {
    let digits = input.strip_prefix(slashes)?;
    let count = digits
        .iter()
        .take(3)
        .take_while(|octet| octet.is_ascii_digit())
        .count();
    digits.get(count..).filter(|_| count > 0)
}

/// Whether the term ends here.
pub(super) fn ends_term(rest: &[u8]) -> bool {
    matches!(rest.first(), None | Some(b' '))
}

/// `":"`, an address and a prefix length.
fn network(
    input: &[u8],
    longest: u8,
    address: impl Fn(&[u8]) -> Option<(IpAddr, &[u8])>,
) -> Parsed<'_, Network> {
    let Some(text) = input.strip_prefix(b":") else {
        return Err(Expected::failure(input, What::Address));
    };
    let (address, rest) = match address(text) {
        Some((address, rest)) if ends_term(rest) || rest.starts_with(b"/") => (address, rest),
        _ => return Err(Expected::failure(text, What::Address)),
    };
    let (rest, length) = cidr_length(rest, longest)?;
    match Network::new(address, length) {
        Some(network) => Ok((rest, network)),
        None => Err(Expected::failure(input, What::Cidr)),
    }
}

/// `ip4-network = qnum "." qnum "." qnum "." qnum`, and what is behind it
#[inline]
fn ip4_address(input: &[u8]) -> Option<(Ipv4Addr, &[u8])> {
    let (a, rest) = number(input, u8::MAX)?;
    let (b, rest) = number(rest.strip_prefix(b".")?, u8::MAX)?;
    let (c, rest) = number(rest.strip_prefix(b".")?, u8::MAX)?;
    let (d, rest) = number(rest.strip_prefix(b".")?, u8::MAX)?;
    Some((Ipv4Addr::new(a, b, c, d), rest))
}

/// `ip6-network = <as per Section 2.2 of [RFC4291]>`, and what is behind it
fn ip6_address(input: &[u8]) -> Option<(Ipv6Addr, &[u8])> {
    let mut groups = [0; 8];
    let mut count = 0;
    // How many groups stand before `::`, if there is one.
    let mut gap = None;
    let mut rest = input;
    if let Some(after) = rest.strip_prefix(b"::") {
        gap = Some(0);
        rest = after;
    }
    let mut is_due = gap.is_none();
    while let Some((value, after)) = group(rest) {
        is_due = false;
        if after.starts_with(b".") {
            let (address, after) = ip4_address(rest)?;
            let [a, b, c, d] = address.octets();
            *groups.get_mut(count)? = u16::from_be_bytes([a, b]);
            *groups.get_mut(count + 1)? = u16::from_be_bytes([c, d]);
            count += 2;
            rest = after;
            break;
        }
        *groups.get_mut(count)? = value;
        count += 1;
        match after {
            [b':', b':', after @ ..] if gap.is_none() => {
                gap = Some(count);
                rest = after;
            }
            [b':', after @ ..] => {
                is_due = true;
                rest = after;
            }
            _ => {
                rest = after;
                break;
            }
        }
    }
    let missing = groups.len() - count;
    // `::` stands for one group at least.
    if is_due || gap.is_some() != (missing > 0) {
        return None;
    }
    // What stands behind it belongs at the end.
    groups
        .get_mut(gap.unwrap_or(count)..)?
        .rotate_right(missing);
    Some((groups.into(), rest))
}

/// One to four hexadecimal digits, and what is behind them.
fn group(input: &[u8]) -> Option<(u16, &[u8])> {
    let mut value = 0;
    let mut rest = input;
    while let Some((&octet, after)) = rest.split_first() {
        let Some(digit) = char::from(octet).to_digit(16) else {
            break;
        };
        if input.len() - rest.len() == 4 {
            return None;
        }
        value = value << 4 | digit;
        rest = after;
    }
    (rest.len() < input.len()).then_some((u16::try_from(value).ok()?, rest))
}

/// `ip4-cidr-length = "/" ("0" / %x31-39 0*1DIGIT) ; value range 0-32`, or
/// `ip6-cidr-length = "/" ("0" / %x31-39 0*2DIGIT) ; value range 0-128`; `longest` without any
fn cidr_length(input: &[u8], longest: u8) -> Parsed<'_, u8> {
    let Some(digits) = input.strip_prefix(b"/") else {
        return Ok((input, longest));
    };
    match number(digits, longest) {
        Some((length, rest)) => Ok((rest, length)),
        None => Err(Expected::failure(digits, What::Cidr)),
    }
}

/// A decimal number up to `largest` without leading zeros, and what is behind it.
fn number(input: &[u8], largest: u8) -> Option<(u8, &[u8])> {
    let (first, rest) = decimal(input)?;
    let (value, rest) = match decimal(rest) {
        None => (first, rest),
        Some(_) if first == 0 => return None,
        Some((second, rest)) => match decimal(rest) {
            None => (first * 10 + second, rest),
            Some((third, rest)) => {
                let value = u16::from(first) * 100 + u16::from(second * 10 + third);
                (u8::try_from(value).ok()?, rest)
            }
        },
    };
    let ends = decimal(rest).is_none() && value <= largest;
    ends.then_some((value, rest))
}

/// One decimal digit, and what is behind it.
fn decimal(input: &[u8]) -> Option<(u8, &[u8])> {
    let (&octet, rest) = input.split_first()?;
    let digit = octet.wrapping_sub(b'0');
    (digit <= 9).then_some((digit, rest))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn networks_are_read_in_every_form() {
        for (text, network) in [
            (":192.0.2.1", "192.0.2.1"),
            (":0.0.0.0/0", "0.0.0.0/0"),
            (":255.255.255.255/9", "255.255.255.255/9"),
        ] {
            let (rest, read) = ip4_network(text.as_bytes()).unwrap();
            assert_eq!((rest, read.to_string().as_str()), (&b""[..], network));
        }
        for (text, network) in [
            ("::", "::"),
            ("::1", "::1"),
            ("1::", "1::"),
            ("1:2:3:4:5:6:7:8", "1:2:3:4:5:6:7:8"),
            ("1:2:3:4:5:6:7::", "1:2:3:4:5:6:7:0"),
            ("::2:3:4:5:6:7:8", "0:2:3:4:5:6:7:8"),
            ("1:2::7:8", "1:2::7:8"),
            ("2001:DB8::CAFE/33", "2001:db8::cafe/33"),
            ("::192.0.2.1/96", "::c000:201/96"),
            ("1:2:3:4:5:6:192.0.2.1", "1:2:3:4:5:6:c000:201"),
        ] {
            let text = [":", text].concat();
            let (rest, read) = ip6_network(text.as_bytes()).unwrap();
            assert_eq!(
                (rest, read.to_string().as_str()),
                (&b""[..], network),
                "{text}"
            );
        }
    }

    fn whole<A>(read: Option<(A, &[u8])>) -> Option<A> {
        read.and_then(|(address, rest)| rest.is_empty().then_some(address))
    }

    proptest! {
        #[test]
        fn an_address_reads_as_the_standard_library_reads_it(
            text in prop_oneof![
                "[0-9.]{0,16}",
                "[0-9]{1,3}(\\.[0-9]{1,3}){3}",
                "[0-9a-fA-F:]{0,40}",
                "::?[0-9a-f]{1,5}(:[0-9a-f]{1,4}){0,7}",
                "(:{1,2}[0-9a-f]{1,4}){0,9}:{0,2}",
                "[0-9a-f]{1,4}(:{1,2}[0-9a-f]{1,4}){0,8}:{0,2}",
                "([0-9a-f]{0,4}:){1,7}[0-9]{1,3}(\\.[0-9]{1,3}){3}",
            ]
        ) {
            prop_assert_eq!(whole(ip4_address(text.as_bytes())), text.parse().ok());
            prop_assert_eq!(whole(ip6_address(text.as_bytes())), text.parse().ok());
        }

        #[test]
        fn the_short_way_reads_what_the_long_way_reads(
            text in "ip4:[0-9]{1,3}(\\.[0-9]{1,3}){3}(/[0-9]{0,3})?( |x)?"
        ) {
            let text = text.as_bytes();
            let long = ip4_network(&text[3..]).ok().filter(|(rest, _)| ends_term(rest));
            let short = plain_ip4(text).map(|(network, rest)| (rest, network));
            prop_assert_eq!(short, long);
        }

        #[test]
        fn any_address_is_read(v4 in any::<Ipv4Addr>(), v6 in any::<Ipv6Addr>()) {
            prop_assert_eq!(whole(ip4_address(v4.to_string().as_bytes())), Some(v4));
            prop_assert_eq!(whole(ip6_address(v6.to_string().as_bytes())), Some(v6));
        }
    }
}
