//! The grammar of records (RFC 7208 §12).

use alloc::vec::Vec;

use nom::bytes::complete::{tag, tag_no_case, take_while, take_while_m_n};
use nom::combinator::{opt, recognize};
use nom::sequence::preceded;
use nom::{Finish, Parser};

use super::network::{dual_cidr_length, ip4_network, ip6_network};
use super::{Directive, Mechanism, Placed, Qualifier, Record, Term, UnknownModifier};
use crate::macros::{DomainSpec, domain_spec, macro_string};
use crate::syntax::{Expected, Parsed, SyntaxError, What, ascii, expect, whole};

/// `record = version terms *SP`, `terms = *( 1*SP ( directive / modifier ) )`
pub(super) fn record(text: &[u8]) -> Result<Record, SyntaxError> {
    let pieces = pieces(text)?;
    if let Some(offset) = odd_octet(text) {
        return Err(SyntaxError::Octet { offset });
    }
    let mut record = Record {
        terms: Vec::with_capacity(TERMS),
    };
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
    let (unqualified, qualifier) = qualifier(input);
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

/// Where the first octet stands that is neither printable ASCII nor a space.
fn odd_octet(text: &[u8]) -> Option<usize> {
    let is_odd = |octet: u8| octet != b' ' && !octet.is_ascii_graphic();
    // Without an early end, this runs over many octets at once.
    let any = text.iter().fold(false, |any, &octet| any | is_odd(octet));
    let first = || text.iter().position(|&octet| is_odd(octet));
    any.then(first).flatten()
}

/// As many terms as most records have, so that they are allocated once.
const TERMS: usize = 8;
