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
        ("b", "b=", Error::Empty { tag: "b" }),
        ("b", "b=@@@", Error::Base64 { tag: "b" }),
        ("bh", "bh=", Error::Empty { tag: "bh" }),
        ("bh", "bh=!", Error::Base64 { tag: "bh" }),
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
fn an_empty_signature_is_called_empty() {
    for (tag, with) in [("b", "b="), ("b", "b= \r\n "), ("bh", "bh=")] {
        let error = parse(&changed(tag, with)).unwrap_err();
        assert_eq!(error.to_string(), format!("{tag}= is empty"));
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

/// RFC 6376 §6.1.1: "any inconsistency or unexpected values MUST cause the header field to be
/// completely ignored".
#[test]
fn a_malformed_query_method_is_not_an_unknown_one() {
    for methods in [
        "q=dns/txt:",
        "q=:dns/txt",
        "q=dns/txt::x",
        "q=dns/txt:-x",
        "q=dns/txt:x y",
        "q=dns/txt:x/=zz",
        "q=1/a:dns/txt",
    ] {
        assert_eq!(
            parse(&changed("", methods)),
            Err(SignatureError::QueryMethod),
            "{methods}"
        );
    }
}

/// RFC 6376 §3.2: values are compared with their case, white space inside them is kept, and an empty
/// one is not an omitted one.
#[test]
fn values_are_taken_as_they_are_written() {
    for (tag, with) in [
        ("a", "a=RSA-sha256"),
        ("a", "a=rsa- sha256"),
        ("c", "c=Simple/simple"),
        ("c", "c=relaxed / simple"),
        ("c", "c=relaxed/"),
        ("d", "d="),
        ("d", "d=[192.0.2.1]"),
        ("d", "d=example. com"),
        ("i", "i="),
        ("q", "q=DNS/TXT"),
        ("t", "t="),
        ("v", "v="),
        ("v", "v=1 1"),
        ("x", "x="),
    ] {
        assert!(parse(&changed(tag, with)).is_err(), "{with}");
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
