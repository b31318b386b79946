//! The grammar of records (RFC 7208 §12).

use alloc::vec::Vec;

use nom::bytes::complete::take_while;
use nom::{Finish, Parser};

use super::network::{dual_cidr_length, ends_term, ip4_network, ip6_network, plain_ip4};
use super::{Directive, Mechanism, Placed, Qualifier, Record, Term, UnknownModifier};
use crate::macros::{DomainSpec, domain_spec, macro_string};
use crate::network::{DualCidr, Network};
use crate::syntax::{Expected, Parsed, SyntaxError, What, ascii, whole};

/// `record = version terms *SP`, `terms = *( 1*SP ( directive / modifier ) )`
///
/// Of the networks, those are kept that are `wanted`; all of them have to be well formed.
pub(super) fn record(text: &[u8], wanted: impl Fn(Network) -> bool) -> Result<Record, SyntaxError> {
    let mut rest = version(text).ok_or(SyntaxError::Version)?;
    if let Some(offset) = odd_octet(text) {
        return Err(SyntaxError::Octet { offset });
    }
    let mut terms = Vec::with_capacity(TERMS);
    let mut modifiers = Modifiers::default();
    loop {
        while let Some(after) = rest.strip_prefix(b" ") {
            rest = after;
        }
        if rest.is_empty() {
            return Ok(Record { terms });
        }
        let offset = text.len() - rest.len();
        if let Some((network, after)) = plain_ip4(rest) {
            if wanted(network) {
                let directive = Directive {
                    qualifier: Qualifier::Pass,
                    mechanism: Mechanism::Ip(network),
                };
                let term = Term::Directive(directive);
                terms.push(Placed { offset, term });
            }
            rest = after;
            continue;
        }
        let (after, term) = term(rest).finish().map_err(|error| error.at(text, 0))?;
        if !ends_term(after) {
            return Err(Expected::surplus(after).at(text, 0));
        }
        if !modifiers.is_new(&term) {
            return Err(SyntaxError::Duplicate { offset });
        }
        if term.network().is_none_or(&wanted) {
            terms.push(Placed { offset, term });
        }
        rest = after;
    }
}

/// RFC 7208 §6: `redirect=` and `exp=` stand once at most.
#[derive(Default)]
struct Modifiers {
    redirect: bool,
    explanation: bool,
}

impl Modifiers {
    /// `false` for a repetition.
    fn is_new(&mut self, term: &Term) -> bool {
        let seen = match term {
            Term::Explanation(_) => &mut self.explanation,
            Term::Redirect(_) => &mut self.redirect,
            Term::Directive(_) | Term::Unknown(_) => return true,
        };
        !core::mem::replace(seen, true)
    }
}

/// Where a term stands, its text, and what that reads as.
pub(crate) type TermText<'t> = (usize, &'t [u8], Result<Term, SyntaxError>);

/// The terms of a record, each by itself with where it stands and its text: what is wrong with one
/// does not hide the others.
pub(crate) fn terms(text: &[u8]) -> Result<impl Iterator<Item = TermText<'_>>, SyntaxError> {
    Ok(pieces(text)?.map(|(offset, piece)| {
        let term = match odd_octet(piece) {
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
    let mut rest = version(text).ok_or(SyntaxError::Version)?;
    Ok(core::iter::from_fn(move || {
        while let Some(after) = rest.strip_prefix(b" ") {
            rest = after;
        }
        let offset = text.len().saturating_sub(rest.len());
        let end = memchr::memchr(b' ', rest).unwrap_or(rest.len());
        let (piece, after) = rest.split_at_checked(end)?;
        rest = after;
        (!piece.is_empty()).then_some((offset, piece))
    }))
}

/// Whether a text is an SPF record, well formed or not (RFC 7208 §4.5).
pub(crate) fn is_record(text: &[u8]) -> bool {
    version(text).is_some()
}

/// `version = "v=spf1"`, ended by a space or by the end of the record (RFC 7208 §4.5)
fn version(input: &[u8]) -> Option<&[u8]> {
    let (version, rest) = input.split_at_checked(VERSION.len())?;
    (version.eq_ignore_ascii_case(VERSION) && ends_term(rest)).then_some(rest)
}

/// `directive = [ qualifier ] mechanism`, or `modifier`
///
/// The name is read once; the sign behind it tells a modifier from a mechanism.
fn term(input: &[u8]) -> Parsed<'_, Term> {
    let (unqualified, qualifier) = qualifier(input);
    let (rest, name) = name(unqualified)?;
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

/// `[ qualifier ]`, `qualifier = "+" / "-" / "?" / "~"`
fn qualifier(input: &[u8]) -> (&[u8], Option<Qualifier>) {
    let qualifier = match input.first() {
        Some(b'+') => Qualifier::Pass,
        Some(b'-') => Qualifier::Fail,
        Some(b'?') => Qualifier::Neutral,
        Some(b'~') => Qualifier::SoftFail,
        _ => return (input, None),
    };
    (input.get(1..).unwrap_or_default(), Some(qualifier))
}

/// `name = ALPHA *( ALPHA / DIGIT / "-" / "_" / "." )`
fn name(input: &[u8]) -> Parsed<'_, &[u8]> {
    let is_inner =
        |octet| matches!(octet, b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.');
    match input.first() {
        Some(first) if first.is_ascii_alphabetic() => take_while(is_inner).parse(input),
        _ => Err(Expected::failure(input, What::Term)),
    }
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
    // In the order of what records hold most of.
    let (rest, mechanism) = if is("ip4") {
        let (rest, network) = ip4_network(rest)?;
        (rest, Mechanism::Ip(network))
    } else if is("include") {
        let (rest, domain) = required_domain(rest)?;
        (rest, Mechanism::Include { domain })
    } else if is("all") {
        (rest, Mechanism::All)
    } else if is("ip6") {
        let (rest, network) = ip6_network(rest)?;
        (rest, Mechanism::Ip(network))
    } else if is("a") {
        let (rest, (domain, cidr)) = hosts(rest)?;
        (rest, Mechanism::A { domain, cidr })
    } else if is("mx") {
        let (rest, (domain, cidr)) = hosts(rest)?;
        (rest, Mechanism::Mx { domain, cidr })
    } else if is("exists") {
        let (rest, domain) = required_domain(rest)?;
        (rest, Mechanism::Exists { domain })
    } else if is("ptr") {
        let (rest, domain) = optional_domain(rest)?;
        (rest, Mechanism::Ptr { domain })
    } else {
        return Err(Expected::failure(start, What::Term));
    };
    Ok((rest, mechanism))
}

/// `[ ":" domain-spec ] [ dual-cidr-length ]`
fn hosts(input: &[u8]) -> Parsed<'_, (Option<DomainSpec>, DualCidr)> {
    let (rest, domain) = optional_domain(input)?;
    let (rest, cidr) = dual_cidr_length(rest)?;
    Ok((rest, (domain, cidr)))
}

/// `":" domain-spec`
fn required_domain(input: &[u8]) -> Parsed<'_, DomainSpec> {
    match input.strip_prefix(b":") {
        Some(domain) => domain_spec(domain),
        None => Err(Expected::failure(input, What::Domain)),
    }
}

/// `[ ":" domain-spec ]`
fn optional_domain(input: &[u8]) -> Parsed<'_, Option<DomainSpec>> {
    match input.strip_prefix(b":") {
        Some(domain) => domain_spec.map(Some).parse(domain),
        None => Ok((input, None)),
    }
}

/// Where the first octet stands that is neither printable ASCII nor a space.
fn odd_octet(text: &[u8]) -> Option<usize> {
    let is_odd = |octet: u8| !(b' '..=b'~').contains(&octet);
    // Without an early end, this runs over many octets at once.
    let odd = text
        .iter()
        .fold(0, |odd, &octet| odd | u8::from(is_odd(octet)));
    let first = || text.iter().position(|&octet| is_odd(octet));
    (odd != 0).then(first).flatten()
}

const VERSION: &[u8] = b"v=spf1";

/// As many terms as most records have, so that they are allocated once.
const TERMS: usize = 8;
