//! Reading a DKIM-Signature field ([RFC 6376] §3.5, §6.1.1).
//!
//! [RFC 6376]: https://www.rfc-editor.org/rfc/rfc6376

use alloc::vec::Vec;

use dns_txt::{Domain, Tag, TagList};

use super::{CopiedField, SignatureError, SignatureField};
use crate::algorithm::Algorithm;
use crate::canonicalization::Canonicalization;
use crate::encoding::{from_base64, is_hyphenated_word};
use crate::field::trim;
use crate::identity::Identity;
use crate::quoted_printable;
use crate::signed_fields::SignedFields;
use crate::unix_time::UnixTime;

/// Turns an internationalized domain into the form the DNS knows; `None` if it is none.
///
/// A caller's converter for UTS #46 fits here.
pub type ToAscii = fn(&str) -> Option<Domain>;

impl SignatureField {
    /// Reads what stands behind the colon of a DKIM-Signature field.
    ///
    /// A field is well-formed as a whole or it is not read: RFC 6376 §6.1.1 asks for no leniency.
    /// Domains with characters beyond ASCII are refused with a cause of their own.
    pub fn parse(value: &[u8]) -> Result<Self, SignatureError> {
        Self::parse_with(value, None)
    }

    /// Reads a field whose domains may be internationalized, as RFC 8616 §5 allows in messages
    /// that are.
    pub fn parse_with(value: &[u8], to_ascii: Option<ToAscii>) -> Result<Self, SignatureError> {
        let list = TagList::parse(value)?;
        let tags = Tags::of(&list);

        version(required(tags.v, "v")?)?;
        let algorithm = algorithm(required(tags.a, "a")?)?;
        let signature = base64(required(tags.b, "b")?, "b")?;
        let body_hash = body_hash(required(tags.bh, "bh")?)?;
        let domain = signing_domain(required(tags.d, "d")?, to_ascii)?;
        let signed_fields = signed_fields(required(tags.h, "h")?)?;
        let selector = domain_of(required(tags.s, "s")?.value(), "s", to_ascii)?;
        let canonicalization = tags.c.map(canonicalization).transpose()?;
        let identity = tags.i.map(|tag| identity(tag, to_ascii)).transpose()?;
        let body_length = tags.l.map(body_length).transpose()?;
        tags.q.map(query_methods).transpose()?;
        let timestamp = tags.t.map(|tag| time(tag, "t")).transpose()?;
        let expiration = tags.x.map(|tag| time(tag, "x")).transpose()?;

        // RFC 6376 §3.5: the domain of `i=` is that of `d=` or below it.
        if let Some(identity) = &identity
            && !identity.domain().is_within(&domain)
        {
            return Err(SignatureError::IdentityOutside);
        }
        // RFC 6376 §3.5: `x=` is greater than `t=`; a time beyond all others is no date at all.
        if let (Some(timestamp), Some(expiration)) = (timestamp, expiration)
            && expiration <= timestamp
            && expiration < UnixTime::BEYOND
        {
            return Err(SignatureError::ExpiresFirst);
        }
        Ok(Self {
            algorithm,
            body_hash,
            body_length,
            canonicalization: canonicalization.unwrap_or_default(),
            copied_fields: tags.z.map(copied_fields).unwrap_or_default(),
            domain,
            expiration,
            identity,
            selector,
            signature: signature.into(),
            signed_fields,
            timestamp,
        })
    }
}

/// The tags of RFC 6376 §3.5, found in one pass.
#[derive(Default)]
struct Tags<'l, 'i> {
    a: Option<&'l Tag<'i>>,
    b: Option<&'l Tag<'i>>,
    bh: Option<&'l Tag<'i>>,
    c: Option<&'l Tag<'i>>,
    d: Option<&'l Tag<'i>>,
    h: Option<&'l Tag<'i>>,
    i: Option<&'l Tag<'i>>,
    l: Option<&'l Tag<'i>>,
    q: Option<&'l Tag<'i>>,
    s: Option<&'l Tag<'i>>,
    t: Option<&'l Tag<'i>>,
    v: Option<&'l Tag<'i>>,
    x: Option<&'l Tag<'i>>,
    z: Option<&'l Tag<'i>>,
}

impl<'l, 'i> Tags<'l, 'i> {
    fn of(list: &'l TagList<'i>) -> Self {
        let mut tags = Self::default();
        for tag in list {
            let place = match tag.name() {
                b"a" => &mut tags.a,
                b"b" => &mut tags.b,
                b"bh" => &mut tags.bh,
                b"c" => &mut tags.c,
                b"d" => &mut tags.d,
                b"h" => &mut tags.h,
                b"i" => &mut tags.i,
                b"l" => &mut tags.l,
                b"q" => &mut tags.q,
                b"s" => &mut tags.s,
                b"t" => &mut tags.t,
                b"v" => &mut tags.v,
                b"x" => &mut tags.x,
                b"z" => &mut tags.z,
                _ => continue,
            };
            *place = Some(tag);
        }
        tags
    }
}

/// A tag that RFC 6376 §3.5 requires.
fn required<'l, 'i>(
    value: Option<&'l Tag<'i>>,
    tag: &'static str,
) -> Result<&'l Tag<'i>, SignatureError> {
    value.ok_or(SignatureError::Missing { tag })
}

/// `sig-v-tag = %x76 [FWS] "=" [FWS] 1*DIGIT`
fn version(tag: &Tag<'_>) -> Result<(), SignatureError> {
    match tag.value() {
        b"1" => Ok(()),
        _ => Err(SignatureError::Version),
    }
}

/// `sig-a-tag-alg = sig-a-tag-k "-" sig-a-tag-h`
fn algorithm(tag: &Tag<'_>) -> Result<Algorithm, SignatureError> {
    match tag.value() {
        b"rsa-sha1" => Err(SignatureError::RsaSha1),
        name => Algorithm::parse(name).ok_or(SignatureError::Algorithm),
    }
}

/// `sig-b-tag-data = base64string`
fn base64(tag: &Tag<'_>, name: &'static str) -> Result<Vec<u8>, SignatureError> {
    let value = tag.without_fws();
    match value.is_empty() {
        true => Err(SignatureError::Empty { tag: name }),
        false => from_base64(&value).ok_or(SignatureError::Base64 { tag: name }),
    }
}

/// `sig-bh-tag-data = base64string`
fn body_hash(tag: &Tag<'_>) -> Result<[u8; 32], SignatureError> {
    let hash = base64(tag, "bh")?;
    let octets = hash.len();
    <[u8; 32]>::try_from(hash).map_err(|_| SignatureError::BodyHashLength { octets })
}

/// `sig-c-tag = %x63 [FWS] "=" [FWS] sig-c-tag-alg ["/" sig-c-tag-alg]`
fn canonicalization(tag: &Tag<'_>) -> Result<Canonicalization, SignatureError> {
    Canonicalization::parse(tag.value()).ok_or(SignatureError::Canonicalization)
}

/// `domain-name = sub-domain 1*("." sub-domain)`
fn signing_domain(tag: &Tag<'_>, to_ascii: Option<ToAscii>) -> Result<Domain, SignatureError> {
    let domain = domain_of(tag.value(), "d", to_ascii)?;
    let has_parent = domain.labels().nth(1).is_some();
    match has_parent {
        true => Ok(domain),
        false => Err(SignatureError::TopLevelDomain),
    }
}

fn domain_of(
    value: &[u8],
    tag: &'static str,
    to_ascii: Option<ToAscii>,
) -> Result<Domain, SignatureError> {
    match core::str::from_utf8(value) {
        Ok(text) if !text.is_ascii() => to_ascii
            .and_then(|to_ascii| to_ascii(text))
            .ok_or(SignatureError::Internationalized { tag }),
        _ => Domain::parse(value).map_err(|source| SignatureError::Domain { tag, source }),
    }
}

/// `sig-h-tag = %x68 [FWS] "=" [FWS] hdr-name *( [FWS] ":" [FWS] hdr-name )`
fn signed_fields(tag: &Tag<'_>) -> Result<SignedFields, SignatureError> {
    let fields = SignedFields::parse(tag.value())?;
    // RFC 6376 §6.1.1: a signature that leaves From open is to be ignored.
    match fields.contains("from") {
        true => Ok(fields),
        false => Err(SignatureError::FromNotSigned),
    }
}

/// `sig-i-tag = %x69 [FWS] "=" [FWS] [ Local-part ] "@" domain-name`
fn identity(tag: &Tag<'_>, to_ascii: Option<ToAscii>) -> Result<Identity, SignatureError> {
    let value = quoted_printable::decode(&tag.without_fws()).ok_or(SignatureError::Identity)?;
    // A local part may hold an `@` in a quoted string, a domain never.
    let at = memchr::memrchr(b'@', &value).ok_or(SignatureError::Identity)?;
    let (local_part, domain) = value.split_at(at);
    let domain = domain_of(domain.get(1..).unwrap_or_default(), "i", to_ascii)?;
    Ok(Identity::new(local_part, domain))
}

/// `sig-l-tag = %x6c [FWS] "=" [FWS] 1*76DIGIT`
fn body_length(tag: &Tag<'_>) -> Result<u64, SignatureError> {
    let digits = tag.value();
    if !(1..=76).contains(&digits.len()) || !digits.iter().all(u8::is_ascii_digit) {
        return Err(SignatureError::Number { tag: "l" });
    }
    Ok(digits.iter().fold(0u64, |number, digit| {
        number
            .saturating_mul(10)
            .saturating_add(u64::from(digit - b'0'))
    }))
}

/// `sig-q-tag = %x71 [FWS] "=" [FWS] sig-q-tag-method *([FWS] ":" [FWS] sig-q-tag-method)`
fn query_methods(tag: &Tag<'_>) -> Result<(), SignatureError> {
    let mut known = false;
    for method in tag.value().split(|&octet| octet == b':').map(trim) {
        // RFC 6376 §3.5: methods that are not known are passed over.
        match query_method(method) {
            Some(method) => known |= method == b"dns/txt",
            None => return Err(SignatureError::QueryMethod),
        }
    }
    match known {
        true => Ok(()),
        false => Err(SignatureError::QueryMethod),
    }
}

/// `sig-q-tag-method = "dns/txt" / x-sig-q-tag-type ["/" x-sig-q-tag-args]`
fn query_method(method: &[u8]) -> Option<&[u8]> {
    let (kind, args) = match memchr::memchr(b'/', method) {
        Some(slash) => method.split_at_checked(slash)?,
        None => (method, &b""[..]),
    };
    quoted_printable::decode(args)?;
    is_hyphenated_word(kind).then_some(method)
}

/// `sig-t-tag = %x74 [FWS] "=" [FWS] 1*12DIGIT`, and the same for `x=`.
fn time(tag: &Tag<'_>, name: &'static str) -> Result<UnixTime, SignatureError> {
    UnixTime::parse(tag.value()).ok_or(SignatureError::Number { tag: name })
}

/// `sig-z-tag = %x7A [FWS] "=" [FWS] sig-z-tag-copy *( "|" [FWS] sig-z-tag-copy )`
///
/// Copies serve diagnosis only, so one that cannot be read is left out and not held against the
/// signature, as RFC 6376 §6.1.1 would have it: neither OpenDKIM nor dkimpy nor Mail::DKIM read
/// `z=` when they verify. So are those beyond [`SignedFields::MAX`]: a copy of three octets takes twenty times
/// their memory.
fn copied_fields(tag: &Tag<'_>) -> Vec<CopiedField> {
    let value = tag.without_fws();
    let copies = value.split(|&octet| octet == b'|');
    let copies = copies.filter_map(copied_field);
    copies.take(SignedFields::MAX).collect()
}

/// `sig-z-tag-copy = hdr-name [FWS] ":" qp-hdr-value`
fn copied_field(copy: &[u8]) -> Option<CopiedField> {
    let (name, value) = copy.split_at_checked(memchr::memchr(b':', copy)?)?;
    CopiedField::new(name, &quoted_printable::decode(value.get(1..)?)?)
}

#[cfg(test)]
mod tests;
