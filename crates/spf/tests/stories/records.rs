//! Records as values, and which texts are any.

use proptest::prelude::*;
use proptest::strategy::ValueTree;
use spf::{Cause, DualCidr, Mechanism, Qualifier, Record, SyntaxError, Term, Verdict};

use super::{check, verdict, zone};

#[test]
fn a_record_is_read_term_by_term() {
    let record: Record =
        "v=spf1 a -MX:b.test/24//64  ~ip4:192.0.2.0/24 exp=why.test foo=%{d}bar redirect=%{d2} "
            .parse()
            .unwrap();
    assert_eq!(record.terms().len(), 6);
    let mut directives = record.directives();
    let a = directives.next().unwrap();
    assert_eq!(a.qualifier, Qualifier::Pass);
    assert_eq!(
        a.mechanism,
        Mechanism::A {
            domain: None,
            cidr: DualCidr::HOST
        }
    );
    let mx = directives.next().unwrap();
    assert_eq!(mx.qualifier, Qualifier::Fail);
    assert_eq!(mx.mechanism.domain().unwrap().as_str(), "b.test");
    assert_eq!(record.explanation().unwrap().as_str(), "why.test");
    assert_eq!(record.redirect().unwrap().as_str(), "%{d2}");
    assert!(
        matches!(record.terms().nth(4), Some(Term::Unknown(modifier))
        if modifier.name() == "foo" && modifier.value().as_str() == "%{d}bar")
    );
    assert_eq!(
        record.to_string(),
        "v=spf1 a -mx:b.test/24//64 ~ip4:192.0.2.0/24 exp=why.test foo=%{d}bar redirect=%{d2}"
    );
}

#[test]
fn errors_say_where_they_are() {
    for (text, error) in [
        ("", SyntaxError::Version),
        ("v=spf10", SyntaxError::Version),
        ("v=spf1 moo", SyntaxError::Term { offset: 7 }),
        ("v=spf1  a b", SyntaxError::Term { offset: 10 }),
        ("v=spf1 -", SyntaxError::Term { offset: 8 }),
        ("v=spf1 1up=foo", SyntaxError::Term { offset: 7 }),
        ("v=spf1 =all", SyntaxError::Term { offset: 7 }),
        ("v=spf1 -all.", SyntaxError::Term { offset: 8 }),
        ("v=spf1 -foo=bar", SyntaxError::Term { offset: 11 }),
        ("v=spf1 all:x", SyntaxError::Unexpected { offset: 10 }),
        ("v=spf1 all/8", SyntaxError::Unexpected { offset: 10 }),
        ("v=spf1 ptr/0", SyntaxError::Unexpected { offset: 10 }),
        ("v=spf1 ptr:", SyntaxError::Domain { offset: 11 }),
        ("v=spf1 exists", SyntaxError::Domain { offset: 13 }),
        ("v=spf1 include:", SyntaxError::Domain { offset: 15 }),
        (
            "v=spf1 include:b.test/24",
            SyntaxError::Unexpected { offset: 21 },
        ),
        ("v=spf1 redirect:b.test", SyntaxError::Term { offset: 7 }),
        ("v=spf1 redirect=", SyntaxError::Domain { offset: 16 }),
        ("v=spf1 exp=-all", SyntaxError::Domain { offset: 11 }),
        ("v=spf1 a:b.test/33", SyntaxError::Cidr { offset: 16 }),
        ("v=spf1 a/24/64", SyntaxError::Unexpected { offset: 11 }),
        ("v=spf1 a/24/", SyntaxError::Unexpected { offset: 11 }),
        ("v=spf1 a//129", SyntaxError::Cidr { offset: 10 }),
        ("v=spf1 a/", SyntaxError::Cidr { offset: 9 }),
        ("v=spf1 a//", SyntaxError::Cidr { offset: 10 }),
        ("v=spf1 a/01", SyntaxError::Cidr { offset: 9 }),
        ("v=spf1 a/00", SyntaxError::Cidr { offset: 9 }),
        ("v=spf1 a/1234", SyntaxError::Cidr { offset: 9 }),
        ("v=spf1 ip4", SyntaxError::Address { offset: 10 }),
        ("v=spf1 ip4:", SyntaxError::Address { offset: 11 }),
        ("v=spf1 ip4:192.0.2.1/032", SyntaxError::Cidr { offset: 21 }),
        ("v=spf1 ip4:192.0.2.1//32", SyntaxError::Cidr { offset: 21 }),
        ("v=spf1 ip6:::1/129", SyntaxError::Cidr { offset: 15 }),
        (
            "v=spf1 ip6::cafe::babe",
            SyntaxError::Address { offset: 11 },
        ),
        (
            "v=spf1 exists:%(ir).test",
            SyntaxError::Macro { offset: 15 },
        ),
        ("v=spf1 foo=%abc", SyntaxError::Macro { offset: 12 }),
        ("v=spf1 foo=a%", SyntaxError::Macro { offset: 13 }),
        (
            "v=spf1 exp=a.test exp=a.test",
            SyntaxError::Duplicate { offset: 18 },
        ),
        (
            "v=spf1 redirect=a.test REDIRECT=b.test",
            SyntaxError::Duplicate { offset: 23 },
        ),
        ("v=spf1 a\tmx", SyntaxError::Octet { offset: 8 }),
        ("v=spf1 a:\u{e9}.test", SyntaxError::Octet { offset: 9 }),
    ] {
        assert_eq!(text.parse::<Record>(), Err(error), "{text}");
    }
}

#[test]
fn an_unknown_modifier_may_hold_any_macro_any_number_of_times() {
    for (record, expected) in [
        (
            "v=spf1 moo=%{c} moo=%{r} MOO=%{t} ip4:192.0.2.1",
            Verdict::Pass,
        ),
        ("v=spf1 moo= ip4:192.0.2.1 moo=", Verdict::Pass),
        ("v=spf1 moo=%{x} ip4:192.0.2.1", Verdict::PermError),
        ("v=spf1 moo=% ip4:192.0.2.1", Verdict::PermError),
        ("v=spf1 -moo=a ip4:192.0.2.1", Verdict::PermError),
    ] {
        assert_eq!(verdict("192.0.2.1", record), expected, "{record}");
    }
}

#[test]
fn prefix_lengths_that_are_the_default_are_not_printed() {
    for (text, printed) in [
        ("a/32", "a"),
        ("a/32//128", "a"),
        ("a//0", "a//0"),
        ("mx/0//0", "mx/0//0"),
        ("ip4:192.0.2.1/32", "ip4:192.0.2.1"),
        ("ip6:2001:DB8:0::1/128", "ip6:2001:db8::1"),
        ("+IP6:::ffff:192.0.2.1", "ip6:::ffff:192.0.2.1"),
    ] {
        let record: Record = format!("v=spf1 {text}").parse().unwrap();
        assert_eq!(record.to_string(), format!("v=spf1 {printed}"));
    }
}

/// Texts near to records: most of them parse, and all of them are close to the grammar's edges.
fn text() -> impl Strategy<Value = String> {
    let domain = prop_oneof![
        "[a-z]{1,5}\\.(test|example)\\.?",
        "%\\{[slodiphSLODIPH][0-9]{0,2}r?[-.+,/_=]{0,2}\\}",
        "(%\\{[slodiph][1-9]?R?\\}|%%|%_|%-|[!-$&-~]){0,4}\\.[a-z][a-z0-9-]{0,3}[a-z0-9]",
    ];
    let cidr = prop_oneof![
        Just(String::new()),
        "/[0-9]{1,2}",
        "//[0-9]{1,3}",
        "/[0-9]{1,2}//[0-9]{1,3}"
    ];
    let term = prop_oneof![
        "[-+~?]?[aA][lL]{2}",
        ("[-+~?]?(a|mx|MX)", domain.clone(), cidr.clone())
            .prop_map(|(name, domain, cidr)| format!("{name}:{domain}{cidr}")),
        ("[-+~?]?(a|mx|Mx)", cidr).prop_map(|(name, cidr)| format!("{name}{cidr}")),
        ("[-+~?]?(include|exists|ptr):", domain.clone())
            .prop_map(|(name, domain)| format!("{name}{domain}")),
        (any::<[u8; 4]>(), 0u8..34).prop_map(|(address, length)| {
            format!("ip4:{}/{length}", core::net::Ipv4Addr::from(address))
        }),
        (any::<[u8; 16]>(), 0u8..130).prop_map(|(address, length)| {
            format!("ip6:{}/{length}", core::net::Ipv6Addr::from(address))
        }),
        ("(redirect|exp|Exp)=", domain).prop_map(|(name, domain)| format!("{name}{domain}")),
        "[a-zA-Z][a-zA-Z0-9._-]{0,4}=(%\\{[crt]\\}|[!-$&-~]){0,8}",
    ];
    (proptest::collection::vec(term, 0..6), " {1,2}")
        .prop_map(|(terms, space)| format!("v=spf1{space}{}", terms.join(&space)))
}

proptest! {
    #[test]
    fn what_parses_prints_and_parses_to_the_same_record(text in text()) {
        if let Ok(record) = text.parse::<Record>() {
            let printed = record.to_string();
            prop_assert_eq!(printed.parse::<Record>(), Ok(record.clone()));
            prop_assert_eq!(printed.parse::<Record>().unwrap().to_string(), printed);
        }
    }

    #[test]
    fn any_octets_are_read_or_refused(
        octets in proptest::collection::vec(any::<u8>(), 0..200)
    ) {
        let text = [b"v=spf1 ", &octets[..]].concat();
        if let Err(error) = Record::parse(&text) {
            prop_assert!(error.offset() <= text.len());
        }
    }
}

#[test]
fn most_texts_of_the_generator_parse() {
    // Else the property above would say little.
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let parsed = (0..200)
        .filter(|_| {
            let text = text().new_tree(&mut runner).unwrap().current();
            text.parse::<Record>().is_ok()
        })
        .count();
    assert!(parsed > 100, "{parsed}");
}

#[test]
fn records_are_equal_if_their_terms_are() {
    let record = |text: &str| text.parse::<Record>().unwrap();
    assert_eq!(record("v=spf1 a -all"), record("V=SPF1  +A  -ALL "));
    for other in [
        "v=spf1 -all a",
        "v=spf1 a",
        "v=spf1 a ~all",
        "v=spf1 a/24 -all",
    ] {
        assert_ne!(record("v=spf1 a -all"), record(other));
    }
}

#[test]
fn e03_which_text_is_a_record() {
    for (text, expected) in [
        ("V=SPF1 -all", Verdict::Fail),
        ("v=spf1", Verdict::Neutral),
        ("v=spf1 ", Verdict::Neutral),
        ("v=spf10 -all", Verdict::None),
        ("v=spf1mx -all", Verdict::None),
        ("v=spf1\\009-all", Verdict::None),
        ("spf2.0/pra -all", Verdict::None),
        (" v=spf1 -all", Verdict::None),
        ("v", Verdict::None),
        ("", Verdict::None),
        ("v=spf1 ip4:192.0.2.0\\195\\169", Verdict::PermError),
        ("v=spf1 -all\\010", Verdict::PermError),
        ("v=spf1 -all\\000", Verdict::PermError),
    ] {
        assert_eq!(verdict("192.0.2.1", text), expected, "{text}");
    }
}

#[test]
fn e03_of_several_texts_exactly_one_may_be_a_record() {
    let zone = zone(
        "example.com TXT \"v=spf1 -all\"
         example.com TXT \"\\150 not ours\"
         example.com TXT \"\"
         example.com TXT \"v=spf10 +all\"",
    );
    assert_eq!(check("192.0.2.1", &zone).verdict, Verdict::Fail);
    let zone = crate::zone(
        "example.com TXT \"v=spf1 -all\"
         example.com TXT \"V=SPF1 +all\"",
    );
    let report = check("192.0.2.1", &zone);
    assert_eq!(report.verdict, Verdict::PermError);
    let domain = "example.com".parse().unwrap();
    assert_eq!(report.cause, Cause::SeveralRecords { domain });
}
