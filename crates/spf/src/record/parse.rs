//! The grammar of records (RFC 7208 §12).

use alloc::vec::Vec;
use core::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use nom::bytes::complete::{tag, tag_no_case, take_till, take_while, take_while_m_n};
use nom::character::complete::one_of;
use nom::combinator::{all_consuming, map_opt, opt, recognize, verify};
use nom::sequence::preceded;
use nom::{Finish, Parser};

use super::{Directive, Mechanism, Placed, Qualifier, Record, Term, UnknownModifier};
use crate::macros::{DomainSpec, domain_spec, macro_string};
use crate::network::{DualCidr, Network, V4_BITS, V6_BITS};
use crate::syntax::{Expected, Parsed, SyntaxError, What, ascii, expect, whole};

/// `record = version terms *SP`, `terms = *( 1*SP ( directive / modifier ) )`
pub(super) fn record(text: &[u8]) -> Result<Record, SyntaxError> {
    let pieces = pieces(text)?;
    if let Some(offset) = text.iter().position(|&octet| !is_record_octet(octet)) {
        return Err(SyntaxError::Octet { offset });
    }
    let mut record = Record { terms: Vec::new() };
    for (offset, piece) in pieces {
        let term = whole(term, piece, offset)?;
        if record.has_modifier_of(&term) {
            return Err(SyntaxError::Duplicate { offset });
        }
        record.terms.push(Placed { offset, term });
    }
    Ok(record)
}

/// Where a term stands, its text, and what that reads as.
pub(crate) type TermText<'t> = (usize, &'t [u8], Result<Term, SyntaxError>);

/// The terms of a record, each by itself with where it stands and its text: what is wrong with one
/// does not hide the others.
pub(crate) fn terms(text: &[u8]) -> Result<impl Iterator<Item = TermText<'_>>, SyntaxError> {
    Ok(pieces(text)?.map(|(offset, piece)| {
        let odd = piece.iter().position(|&octet| !is_record_octet(octet));
        let term = match odd {
            Some(position) => Err(SyntaxError::Octet {
                offset: offset.saturating_add(position),
            }),
            None => whole(term, piece, offset),
        };
        (offset, piece, term)
    }))
}

/// What stands between the spaces of a record, and where.
fn pieces(text: &[u8]) -> Result<impl Iterator<Item = (usize, &[u8])>, SyntaxError> {
    let (terms, _) = version(text).finish().map_err(|_| SyntaxError::Version)?;
    let mut next = text.len().saturating_sub(terms.len());
    let pieces = terms.split(|&octet| octet == b' ').map(move |piece| {
        let offset = next;
        next = next.saturating_add(piece.len()).saturating_add(1);
        (offset, piece)
    });
    Ok(pieces.filter(|(_, piece)| !piece.is_empty()))
}

/// Whether a text is an SPF record, well formed or not (RFC 7208 §4.5).
pub(crate) fn is_record(text: &[u8]) -> bool {
    version(text).is_ok()
}

/// Whether the term ends here, in nothing but a prefix length.
pub(crate) fn ends_in_cidr(input: &[u8]) -> bool {
    // With any digits: a length that is too long is an error of the length, not of the domain.
    let digits = |input| take_while_m_n(1, 3, |octet: u8| octet.is_ascii_digit()).parse(input);
    let v4 = opt((tag("/"), digits));
    let v6 = opt((tag("//"), digits));
    let whole: Parsed<'_, _> = all_consuming((v4, v6)).parse(input);
    whole.is_ok()
}

impl Record {
    /// RFC 7208 §6: `redirect=` and `exp=` stand once at most.
    fn has_modifier_of(&self, term: &Term) -> bool {
        match term {
            Term::Explanation(_) => self.explanation().is_some(),
            Term::Redirect(_) => self.redirect().is_some(),
            Term::Directive(_) | Term::Unknown(_) => false,
        }
    }
}

/// `version = "v=spf1"`, ended by a space or by the end of the record (RFC 7208 §4.5)
fn version(input: &[u8]) -> Parsed<'_, ()> {
    let (rest, _) = tag_no_case("v=spf1").parse(input)?;
    match rest.first() {
        None | Some(b' ') => Ok((rest, ())),
        Some(_) => Err(Expected::failure(rest, What::End)),
    }
}

/// `directive = [ qualifier ] mechanism`, or `modifier`
///
/// The name is read once; the sign behind it tells a modifier from a mechanism.
fn term(input: &[u8]) -> Parsed<'_, Term> {
    let (unqualified, qualifier) = opt(qualifier).parse(input)?;
    let (rest, name) = expect(What::Term, name).parse(unqualified)?;
    match (rest.split_first(), qualifier) {
        (Some((b'=', value)), None) => modifier(name, value),
        (Some((b'=', _)), Some(_)) => Err(Expected::failure(rest, What::Term)),
        _ => {
            let (rest, mechanism) = mechanism(unqualified, name, rest)?;
            let directive = Directive {
                qualifier: qualifier.unwrap_or_default(),
                mechanism,
            };
            Ok((rest, Term::Directive(directive)))
        }
    }
}

/// `qualifier = "+" / "-" / "?" / "~"`
fn qualifier(input: &[u8]) -> Parsed<'_, Qualifier> {
    map_opt(one_of("+-?~"), |sign| match sign {
        '+' => Some(Qualifier::Pass),
        '-' => Some(Qualifier::Fail),
        '?' => Some(Qualifier::Neutral),
        '~' => Some(Qualifier::SoftFail),
        _ => None,
    })
    .parse(input)
}

/// `name = ALPHA *( ALPHA / DIGIT / "-" / "_" / "." )`
fn name(input: &[u8]) -> Parsed<'_, &[u8]> {
    recognize((
        take_while_m_n(1, 1, |octet: u8| octet.is_ascii_alphabetic()),
        take_while(|octet: u8| octet.is_ascii_alphanumeric() || b"-_.".contains(&octet)),
    ))
    .parse(input)
}

/// `modifier = redirect / explanation / unknown-modifier`
fn modifier<'i>(name: &'i [u8], value: &'i [u8]) -> Parsed<'i, Term> {
    if name.eq_ignore_ascii_case(b"redirect") {
        domain_spec.map(Term::Redirect).parse(value)
    } else if name.eq_ignore_ascii_case(b"exp") {
        domain_spec.map(Term::Explanation).parse(value)
    } else {
        let unknown = |value| {
            Term::Unknown(UnknownModifier {
                name: ascii(name).to_ascii_lowercase().into_boxed_str(),
                value,
            })
        };
        macro_string.map(unknown).parse(value)
    }
}

/// `mechanism = ( all / include / a / mx / ptr / ip4 / ip6 / exists )`
///
/// `start` is where the mechanism starts, `rest` what follows its name.
fn mechanism<'i>(start: &'i [u8], name: &[u8], rest: &'i [u8]) -> Parsed<'i, Mechanism> {
    let is = |known: &str| name.eq_ignore_ascii_case(known.as_bytes());
    if is("all") {
        Ok((rest, Mechanism::All))
    } else if is("include") {
        required_domain
            .map(|domain| Mechanism::Include { domain })
            .parse(rest)
    } else if is("a") {
        (optional_domain, dual_cidr_length)
            .map(|(domain, cidr)| Mechanism::A { domain, cidr })
            .parse(rest)
    } else if is("mx") {
        (optional_domain, dual_cidr_length)
            .map(|(domain, cidr)| Mechanism::Mx { domain, cidr })
            .parse(rest)
    } else if is("ptr") {
        optional_domain
            .map(|domain| Mechanism::Ptr { domain })
            .parse(rest)
    } else if is("ip4") {
        ip4_network.map(Mechanism::Ip).parse(rest)
    } else if is("ip6") {
        ip6_network.map(Mechanism::Ip).parse(rest)
    } else if is("exists") {
        required_domain
            .map(|domain| Mechanism::Exists { domain })
            .parse(rest)
    } else {
        Err(Expected::failure(start, What::Term))
    }
}

/// `":" domain-spec`
fn required_domain(input: &[u8]) -> Parsed<'_, DomainSpec> {
    preceded(expect(What::Domain, tag(":")), domain_spec).parse(input)
}

/// `[ ":" domain-spec ]`
fn optional_domain(input: &[u8]) -> Parsed<'_, Option<DomainSpec>> {
    opt(preceded(tag(":"), domain_spec)).parse(input)
}

/// `":" ip4-network [ ip4-cidr-length ]`
fn ip4_network(input: &[u8]) -> Parsed<'_, Network> {
    let (rest, address) = network(input, |text| Some(text.parse::<Ipv4Addr>().ok()?.into()))?;
    let (rest, length) = ip4_cidr_length(rest)?;
    with_length(input, rest, address, length.unwrap_or(V4_BITS))
}

/// `":" ip6-network [ ip6-cidr-length ]`
fn ip6_network(input: &[u8]) -> Parsed<'_, Network> {
    let (rest, address) = network(input, |text| Some(text.parse::<Ipv6Addr>().ok()?.into()))?;
    let (rest, length) = ip6_cidr_length(rest)?;
    with_length(input, rest, address, length.unwrap_or(V6_BITS))
}

/// `":"` and an address up to the prefix length; core reads the forms of RFC 4291 §2.2, and
/// dotted quads without leading zeros, as the grammar has them
fn network(input: &[u8], read: fn(&str) -> Option<IpAddr>) -> Parsed<'_, IpAddr> {
    let address = map_opt(take_till(|octet| octet == b'/'), |text| read(ascii(text)));
    preceded(
        expect(What::Address, tag(":")),
        expect(What::Address, address),
    )
    .parse(input)
}

fn with_length<'i>(
    input: &'i [u8],
    rest: &'i [u8],
    address: IpAddr,
    length: u8,
) -> Parsed<'i, Network> {
    match Network::new(address, length) {
        Some(network) => Ok((rest, network)),
        None => Err(Expected::failure(input, What::Cidr)),
    }
}

/// `dual-cidr-length = [ ip4-cidr-length ] [ "/" ip6-cidr-length ]`
fn dual_cidr_length(input: &[u8]) -> Parsed<'_, DualCidr> {
    // A first slash alone does not tell which family follows: `//64` is an empty IPv4 part.
    let (rest, v4) = match input {
        [b'/', b'/', ..] => (input, None),
        _ => ip4_cidr_length(input)?,
    };
    let (end, v6) = match rest.strip_prefix(b"/") {
        Some(after) if after.starts_with(b"/") => ip6_cidr_length(after)?,
        _ => (rest, None),
    };
    let lengths = DualCidr::new(v4.unwrap_or(V4_BITS), v6.unwrap_or(V6_BITS));
    match lengths {
        Some(lengths) => Ok((end, lengths)),
        None => Err(Expected::failure(input, What::Cidr)),
    }
}

/// `ip4-cidr-length = "/" ("0" / %x31-39 0*1DIGIT) ; value range 0-32`
fn ip4_cidr_length(input: &[u8]) -> Parsed<'_, Option<u8>> {
    cidr_length(input, V4_BITS)
}

/// `ip6-cidr-length = "/" ("0" / %x31-39 0*2DIGIT) ; value range 0-128`
fn ip6_cidr_length(input: &[u8]) -> Parsed<'_, Option<u8>> {
    cidr_length(input, V6_BITS)
}

/// Nothing, or a slash and a number up to `longest`, without leading zeros.
fn cidr_length(input: &[u8], longest: u8) -> Parsed<'_, Option<u8>> {
    let length = map_opt(
        take_while_m_n(1, 3, |octet: u8| octet.is_ascii_digit()),
        |digits: &[u8]| match digits {
            [b'0', _, ..] => None,
            _ => ascii(digits).parse::<u8>().ok(),
        },
    );
    let length = verify(length, move |&length| length <= longest);
    opt(preceded(tag("/"), expect(What::Cidr, length))).parse(input)
}

/// What can stand in a record at all.
fn is_record_octet(octet: u8) -> bool {
    octet == b' ' || octet.is_ascii_graphic()
}
