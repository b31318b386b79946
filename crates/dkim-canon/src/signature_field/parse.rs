//! Reading a DKIM-Signature field ([RFC 6376] §3.5, §6.1.1).
//!
//! [RFC 6376]: https://www.rfc-editor.org/rfc/rfc6376

use alloc::vec::Vec;

use dns_txt::{Domain, Tag, TagList};

use super::{CopiedField, SignatureError, SignatureField};
use crate::algorithm::Algorithm;
use crate::canonicalization::Canonicalization;
use crate::encoding::from_base64;
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
        let tags = TagList::parse(value)?;
        let required = |tag: &'static str| tags.get(tag).ok_or(SignatureError::Missing { tag });
        let optional = |tag: &'static str| tags.get(tag);

        version(required("v")?)?;
        let algorithm = algorithm(required("a")?)?;
        let signature = base64(required("b")?, "b")?;
        let body_hash = body_hash(required("bh")?)?;
        let domain = signing_domain(required("d")?, to_ascii)?;
        let signed_fields = signed_fields(required("h")?)?;
        let selector = domain_of(required("s")?.value(), "s", to_ascii)?;
        let canonicalization = optional("c").map(canonicalization).transpose()?;
        let identity = optional("i")
            .map(|tag| identity(tag, to_ascii))
            .transpose()?;
        let body_length = optional("l").map(body_length).transpose()?;
        optional("q").map(query_methods).transpose()?;
        let timestamp = optional("t").map(|tag| time(tag, "t")).transpose()?;
        let expiration = optional("x").map(|tag| time(tag, "x")).transpose()?;

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
            copied_fields: optional("z").map(copied_fields).unwrap_or_default(),
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
    from_base64(&tag.without_fws()).ok_or(SignatureError::Base64 { tag: name })
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
    match domain.parent() {
        Some(_) => Ok(domain),
        None => Err(SignatureError::TopLevelDomain),
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
    let mut methods = tag.value().split(|&octet| octet == b':');
    // RFC 6376 §3.5: methods that are not known are passed over.
    match methods.any(|method| trim(method) == b"dns/txt") {
        true => Ok(()),
        false => Err(SignatureError::QueryMethod),
    }
}

/// `sig-t-tag = %x74 [FWS] "=" [FWS] 1*12DIGIT`, and the same for `x=`.
fn time(tag: &Tag<'_>, name: &'static str) -> Result<UnixTime, SignatureError> {
    UnixTime::parse(tag.value()).ok_or(SignatureError::Number { tag: name })
}

/// `sig-z-tag = %x7A [FWS] "=" [FWS] sig-z-tag-copy *( "|" [FWS] sig-z-tag-copy )`
///
/// Copies serve diagnosis only, so one that cannot be read is left out and not held against the
/// signature. So are those beyond [`SignedFields::MAX`]: a copy of three octets takes twenty times
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
mod tests {
    use alloc::format;
    use alloc::string::{String, ToString};

    use dns_txt::TagError;

    use super::*;
    use crate::canonicalization::Form;
    use crate::signed_fields::SignedFieldsError;

    const BH: &str = "frcCV1k9oG9oKj3dpUqdJg1PxRT2RSN/XKdLCPjaYaY=";

    fn parse(value: &str) -> Result<SignatureField, SignatureError> {
        SignatureField::parse(value.as_bytes())
    }

    /// A field that is right but for what is changed in it.
    fn changed(tag: &str, with: &str) -> String {
        let good = format!("v=1; a=rsa-sha256; d=example.com; s=sel; h=from; bh={BH}; b=c2ln");
        let mut tags: Vec<&str> = good.split("; ").collect();
        match tags.iter_mut().find(|t| t.split('=').next() == Some(tag)) {
            Some(found) => *found = with,
            None => tags.push(with),
        }
        tags.retain(|tag| !tag.is_empty());
        tags.join("; ")
    }

    #[test]
    fn c01_required_tags_are_missed_by_name() {
        for tag in ["v", "a", "b", "bh", "d", "h", "s"] {
            let missing = Err(SignatureError::Missing { tag });
            assert_eq!(parse(&changed(tag, "")), missing);
        }
        assert!(parse(&changed("", "")).is_ok());
    }

    #[test]
    fn each_tag_is_refused_for_its_own_reason() {
        use SignatureError as Error;
        for (tag, with, error) in [
            ("v", "v=2", Error::Version),
            ("v", "v=01", Error::Version),
            ("v", "v=0.5", Error::Version),
            ("a", "a=rsa-sha1", Error::RsaSha1),
            ("a", "a=rsa-md5", Error::Algorithm),
            ("a", "a=", Error::Algorithm),
            ("b", "b=", Error::Base64 { tag: "b" }),
            ("b", "b=@@@", Error::Base64 { tag: "b" }),
            ("bh", "bh=", Error::Base64 { tag: "bh" }),
            ("bh", "bh=c2ln", Error::BodyHashLength { octets: 3 }),
            ("c", "c=nowsp", Error::Canonicalization),
            ("c", "c=", Error::Canonicalization),
            ("d", "d=com", Error::TopLevelDomain),
            ("h", "h=to", Error::FromNotSigned),
            (
                "h",
                "h=xfrom:fro m",
                SignedFieldsError::Name { index: 1 }.into(),
            ),
            ("i", "i=example.com", Error::Identity),
            ("i", "i==zz@example.com", Error::Identity),
            ("i", "i=@example.org", Error::IdentityOutside),
            ("i", "i=@notexample.com", Error::IdentityOutside),
            ("i", "i=@com", Error::IdentityOutside),
            ("l", "l=", Error::Number { tag: "l" }),
            ("l", "l=-1", Error::Number { tag: "l" }),
            ("q", "q=dns/special", Error::QueryMethod),
            ("q", "q=dns", Error::QueryMethod),
            ("q", "q=dns/ txt", Error::QueryMethod),
            ("q", "q=", Error::QueryMethod),
            ("t", "t=now", Error::Number { tag: "t" }),
            ("x", "x=1 0", Error::Number { tag: "x" }),
        ] {
            assert_eq!(parse(&changed(tag, with)), Err(error), "{with}");
        }
    }

    #[test]
    fn a03_a04_only_domains_are_domains() {
        for (tag, with) in [
            ("s", "s=sel(x)"),
            ("s", "s=a b"),
            ("s", "s=a..b"),
            ("s", "s="),
            ("d", "d=legit.example(.attack.example"),
            ("d", "d=legit.example\".attack.example"),
            ("d", "d=legit.example'.attack.example"),
            ("d", "d=example.com."),
            ("i", "i=@a b.example.com"),
            ("i", "i=@=00.example.com"),
            ("i", "i=x@"),
        ] {
            let refused = parse(&changed(tag, with));
            let of_tag =
                |refused| matches!(refused, Err(SignatureError::Domain { tag: t, .. }) if t == tag);
            // White space in `i=` is no part of its value (RFC 6376 §2.11).
            assert!(of_tag(refused) || with == "i=@a b.example.com", "{with}");
        }
        let nul = changed("s", "s=attack.example.\0.any");
        assert!(matches!(parse(&nul), Err(SignatureError::Tags(_))));
    }

    #[test]
    fn a05_an_identity_is_decoded_and_split_at_its_last_at() {
        for (with, local_part, domain) in [
            ("i=@example.com", &b""[..], "example.com"),
            ("i=joe@Sub.Example.com", b"joe", "sub.example.com"),
            ("i=jo\r\n e=40x=3B@example.com", b"joe@x;", "example.com"),
            ("i=\"a@b\"@example.com", b"\"a@b\"", "example.com"),
            ("i=any=00(@example.com", b"any\0(", "example.com"),
        ] {
            let field = parse(&changed("i", with)).unwrap();
            let identity = field.identity().unwrap();
            assert_eq!(identity.local_part(), local_part);
            assert_eq!(identity.domain().as_str(), domain);
        }
    }

    #[test]
    fn c03_expiry_comes_after_the_signature_is_made() {
        for (times, good) in [
            ("t=10; x=11", true),
            ("t=10; x=10", false),
            ("t=10; x=9", false),
            ("x=0", true),
            ("t=1000000000000; x=10", false),
        ] {
            let expected = if good {
                None
            } else {
                Some(SignatureError::ExpiresFirst)
            };
            assert_eq!(parse(&changed("", times)).err(), expected, "{times}");
        }
    }

    #[test]
    fn c04_long_numbers_do_not_overflow() {
        let field = parse(&changed("", &format!("t={0}; x={0}", "9".repeat(40)))).unwrap();
        assert_eq!(field.timestamp(), Some(UnixTime::BEYOND));
        assert_eq!(field.expiration(), Some(UnixTime::BEYOND));
        let length = |digits: usize| parse(&changed("", &format!("l={}", "9".repeat(digits))));
        assert_eq!(length(76).unwrap().body_length(), Some(u64::MAX));
        assert_eq!(length(77), Err(SignatureError::Number { tag: "l" }));
        let zero = parse(&changed("", &format!("l={}7", "0".repeat(75)))).unwrap();
        assert_eq!(zero.body_length(), Some(7));
    }

    #[test]
    fn c20_white_space_and_unknown_tags_change_nothing() {
        let plain = parse(&changed("", "")).unwrap();
        for spaced in [
            changed("b", "b = c2\r\n\tl n"),
            changed("bh", &format!("bh\t=\r\n {}", BH.replace('k', "k \r\n "))),
            changed("", "r=y; D=example.org; B=; "),
            changed("h", "h\r\n =\r\n from"),
        ] {
            assert_eq!(parse(&spaced), Ok(plain.clone()), "{spaced:?}");
        }
        let missing = changed("d", "D=example.com");
        assert_eq!(parse(&missing), Err(SignatureError::Missing { tag: "d" }));
    }

    #[test]
    fn c01_a_repeated_tag_makes_the_field_unreadable() {
        for repeated in ["d=example.com", "b=c2ln", "r=y; r=y"] {
            let refused = parse(&changed("", repeated));
            assert!(matches!(
                refused,
                Err(SignatureError::Tags(TagError::Duplicate { .. }))
            ));
        }
    }

    #[test]
    fn of_several_query_methods_the_unknown_ones_are_passed_over() {
        let plain = parse(&changed("", "")).unwrap();
        for methods in [
            "q=dns/txt",
            "q=dns/other:dns/txt",
            "q=x : dns/txt\r\n :y/a=3Db",
        ] {
            assert_eq!(parse(&changed("", methods)), Ok(plain.clone()), "{methods}");
        }
    }

    #[test]
    fn c10_a_canonicalization_of_one_word_is_for_the_header() {
        let field = parse(&changed("", "c=relaxed")).unwrap();
        let both = field.canonicalization();
        assert_eq!((both.header, both.body), (Form::Relaxed, Form::Simple));
        assert_eq!(field.body_hash_key().form, Form::Simple);
    }

    #[test]
    fn c21_u_labels_are_converted_or_refused_by_name() {
        fn to_ascii(text: &str) -> Option<Domain> {
            text.replace("bücher", "xn--bcher-kva").parse().ok()
        }
        let value = changed("d", "d=bücher.example").replace("s=sel", "s=bücher");
        let value = format!("{value}; i=ü@sub.bücher.example");
        assert_eq!(
            parse(&value),
            Err(SignatureError::Internationalized { tag: "d" })
        );
        let field = SignatureField::parse_with(value.as_bytes(), Some(to_ascii)).unwrap();
        assert_eq!(field.domain().as_str(), "xn--bcher-kva.example");
        assert_eq!(field.identity().unwrap().local_part(), "ü".as_bytes());
        assert_eq!(
            field.key_name().map(|name| name.to_string()),
            Ok("xn--bcher-kva._domainkey.xn--bcher-kva.example".into())
        );
    }

    #[test]
    fn c11_a_thousand_copied_fields_are_kept_and_no_more() {
        for (copies, kept) in [(999, 999), (1000, 1000), (1001, 1000), (100_000, 1000)] {
            let field = parse(&changed("", &format!("z={}x", "a:|".repeat(copies)))).unwrap();
            assert_eq!(field.copied_fields().len(), kept);
        }
    }

    #[test]
    fn copied_fields_are_decoded_and_unreadable_ones_left_out() {
        let field = parse(&changed(
            "",
            "z=From:a=20b|Sub\r\n ject:=7C=3B|no colon|To:=zz|:x",
        ))
        .unwrap();
        let copies: Vec<_> = field
            .copied_fields()
            .iter()
            .map(|c| (c.name(), c.value()))
            .collect();
        assert_eq!(copies, [(&b"From"[..], &b"a b"[..]), (b"Subject", b"|;")]);
    }
}
