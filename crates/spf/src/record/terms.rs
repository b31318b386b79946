//! The grammar of terms (RFC 7208 §4.6.1, §12).

use alloc::vec::Vec;

use nom::Parser;
use nom::bytes::complete::take_while;

use super::network::{dual_cidr_length, ip4_network, ip6_network, plain_ip4};
use super::{Directive, Mechanism, Placed, Qualifier, Term, UnknownModifier};
use crate::macros::{DomainSpec, domain_spec, macro_string};
use crate::network::{DualCidr, Network};
use crate::syntax::{Expected, Parsed, What, ascii};

/// Reads terms one after the other.
///
/// Each rule puts what it has read where it stays: to hand it up through the rules above takes
/// longer than to read it.
pub(super) struct Terms<'t, W> {
    text: &'t [u8],
    kept: Vec<Placed>,
    wanted: W,
    has_explanation: bool,
    has_redirect: bool,
}

impl<'t, W: Fn(Network) -> bool> Terms<'t, W> {
    /// For terms of `text`. Of the networks, those are kept that are `wanted`.
    pub(super) fn new(text: &'t [u8], wanted: W) -> Self {
        Self {
            text,
            kept: Vec::with_capacity(TERMS),
            wanted,
            has_explanation: false,
            has_redirect: false,
        }
    }

    /// The terms that were read.
    pub(super) fn into_kept(self) -> Vec<Placed> {
        self.kept
    }

    /// `directive = [ qualifier ] mechanism`, or `modifier`
    ///
    /// The name is read once; the sign behind it tells a modifier from a mechanism.
    pub(super) fn read(&mut self, start: &'t [u8]) -> Parsed<'t, ()> {
        if let Some((network, rest)) = plain_ip4(start) {
            self.keep_network(start, None, network);
            return Ok((rest, ()));
        }
        let (unqualified, qualifier) = qualifier(start);
        let (rest, name) = name(unqualified)?;
        match (rest.strip_prefix(b"="), qualifier) {
            (Some(value), None) => self.modifier(start, name, value),
            (Some(_), Some(_)) => Err(Expected::failure(rest, What::Term)),
            (None, _) => self.mechanism(start, qualifier, unqualified, name, rest),
        }
    }

    /// `modifier = redirect / explanation / unknown-modifier`
    fn modifier(&mut self, start: &'t [u8], name: &[u8], value: &'t [u8]) -> Parsed<'t, ()> {
        let rest = if name.eq_ignore_ascii_case(b"redirect") {
            let (rest, domain) = domain_spec(value)?;
            only_once(&mut self.has_redirect, start)?;
            self.keep(start, Term::Redirect(domain));
            rest
        } else if name.eq_ignore_ascii_case(b"exp") {
            let (rest, domain) = domain_spec(value)?;
            only_once(&mut self.has_explanation, start)?;
            self.keep(start, Term::Explanation(domain));
            rest
        } else {
            let (rest, value) = macro_string(value)?;
            let name = ascii(name).to_ascii_lowercase().into_boxed_str();
            self.keep(start, Term::Unknown(UnknownModifier { name, value }));
            rest
        };
        Ok((rest, ()))
    }

    /// `mechanism = ( all / include / a / mx / ptr / ip4 / ip6 / exists )`
    ///
    /// `name` is what stands at the start of `unqualified`, `rest` what is behind it.
    fn mechanism(
        &mut self,
        start: &'t [u8],
        qualifier: Option<Qualifier>,
        unqualified: &'t [u8],
        name: &[u8],
        rest: &'t [u8],
    ) -> Parsed<'t, ()> {
        let is = |known: &str| name.eq_ignore_ascii_case(known.as_bytes());
        // In the order of what records hold most of.
        let rest = if is("include") {
            let (rest, domain) = required_domain(rest)?;
            self.keep_directive(start, qualifier, Mechanism::Include { domain });
            rest
        } else if is("all") {
            self.keep_directive(start, qualifier, Mechanism::All);
            rest
        } else if is("ip6") {
            let (rest, network) = ip6_network(rest)?;
            self.keep_network(start, qualifier, network);
            rest
        } else if is("a") {
            let (rest, (domain, cidr)) = hosts(rest)?;
            self.keep_directive(start, qualifier, Mechanism::A { domain, cidr });
            rest
        } else if is("mx") {
            let (rest, (domain, cidr)) = hosts(rest)?;
            self.keep_directive(start, qualifier, Mechanism::Mx { domain, cidr });
            rest
        } else if is("ip4") {
            let (rest, network) = ip4_network(rest)?;
            self.keep_network(start, qualifier, network);
            rest
        } else if is("exists") {
            let (rest, domain) = required_domain(rest)?;
            self.keep_directive(start, qualifier, Mechanism::Exists { domain });
            rest
        } else if is("ptr") {
            let (rest, domain) = optional_domain(rest)?;
            self.keep_directive(start, qualifier, Mechanism::Ptr { domain });
            rest
        } else {
            return Err(Expected::failure(unqualified, What::Term));
        };
        Ok((rest, ()))
    }

    fn keep_network(&mut self, start: &[u8], qualifier: Option<Qualifier>, network: Network) {
        if (self.wanted)(network) {
            self.keep_directive(start, qualifier, Mechanism::Ip(network));
        }
    }

    fn keep_directive(&mut self, start: &[u8], qualifier: Option<Qualifier>, mechanism: Mechanism) {
        let directive = Directive {
            qualifier: qualifier.unwrap_or_default(),
            mechanism,
        };
        self.keep(start, Term::Directive(directive));
    }

    fn keep(&mut self, start: &[u8], term: Term) {
        let offset = self.text.len().saturating_sub(start.len());
        self.kept.push(Placed { offset, term });
    }
}

/// RFC 7208 §6: `redirect=` and `exp=` stand once at most.
fn only_once<'i>(seen: &mut bool, start: &'i [u8]) -> Result<(), nom::Err<Expected<'i>>> {
    match core::mem::replace(seen, true) {
        false => Ok(()),
        true => Err(Expected::failure(start, What::Once)),
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

/// `[ ":" domain-spec ] [ dual-cidr-length ]`
fn hosts(input: &[u8]) -> Parsed<'_, (Option<DomainSpec>, DualCidr)> {
    let (rest, domain) = optional_domain(input)?;
    let (rest, cidr) = dual_cidr_length(rest)?;
    Ok((rest, (domain, cidr)))
}

/// As many terms as most records have, so that they are allocated once.
const TERMS: usize = 8;
