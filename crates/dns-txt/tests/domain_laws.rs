//! What holds of every domain that is read, and how it is related to the name of the same text.

use dns_txt::{Domain, DomainError, Kind, Name, NameError, Question};
use proptest::prelude::*;

fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        "([aAzZ0_-]{1,3}\\.){0,4}[a-z]{0,3}",
        "(([a-z]{60,64}|[a-z]{1,3})\\.){1,5}[a-z]",
        "[a.\\\\0(;\"' @é\\r\\n\\x00]{0,8}",
    ]
}

fn is_domain_octet(octet: u8) -> bool {
    octet.is_ascii_alphanumeric() || b"-_.".contains(&octet)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    #[test]
    fn a_domain_is_a_name_of_certain_octets_without_a_dot_at_its_end(text in text()) {
        let octets = text.as_bytes();
        let is_name = Name::from_dotted(octets).is_ok() && !octets.ends_with(b".");
        let expected = is_name && octets.iter().all(|&octet| is_domain_octet(octet));
        match Domain::parse(octets) {
            Ok(domain) => {
                prop_assert!(expected);
                prop_assert_eq!(domain.as_str(), text.to_ascii_lowercase());
                prop_assert_eq!(domain.to_name(), Name::from_dotted(octets).unwrap());
                prop_assert_eq!(domain.to_name().to_string(), domain.as_str());
                prop_assert_eq!(domain.labels().collect::<Vec<_>>().join("."), domain.as_str());
                prop_assert_eq!(domain.to_string().parse(), Ok(domain));
            }
            Err(DomainError::Octet { octet, offset }) => {
                prop_assert!(!expected);
                prop_assert!(!is_domain_octet(octet) && octets[offset] == octet);
                prop_assert!(octets[..offset].iter().all(|&octet| is_domain_octet(octet)));
            }
            Err(DomainError::Name(fault)) => {
                prop_assert!(!expected);
                let of_name = Name::from_dotted(octets);
                prop_assert!(of_name == Err(fault) || fault == NameError::EmptyLabel || text.len() > 253);
            }
            Err(other) => prop_assert!(false, "{other:?}"),
        }
    }

    #[test]
    fn domains_are_related_as_their_names_are(one in "([ab]\\.){0,3}[ab]", other in "([ab]\\.){0,3}[ab]") {
        let [one, other] = [one, other].map(|text| text.parse::<Domain>().unwrap());
        let [name, other_name] = [&one, &other].map(Domain::to_name);
        prop_assert_eq!(one.is_within(&other), name.is_within(&other_name));
        prop_assert_eq!(one == other, name == other_name);
        prop_assert_eq!(one.is_within(&other) && other.is_within(&one), one == other);
        let ancestors = core::iter::successors(Some(one.clone()), Domain::parent);
        prop_assert_eq!(one.is_within(&other), ancestors.into_iter().any(|domain| domain == other));
        let parent = one.parent().map_or_else(Name::root, |parent| parent.to_name());
        prop_assert_eq!(name.parent(), Some(parent));
        // Asked for, both are one question.
        prop_assert_eq!(Question::new(&one, Kind::Txt), Question::new(name, Kind::Txt));
    }
}

#[cfg(feature = "idna")]
mod unicode {
    use super::*;

    /// Labels of several scripts, of what is folded, and of what is forbidden.
    fn text() -> impl Strategy<Value = String> {
        prop_oneof![
            "([a-zü\u{308}ßσςA-Z0-9-]{1,5}[.。]){0,2}(example|例え|مثال|xn--bcher-kva)",
            "(xn--[a-z0-9-]{0,6}|[\\PC]{0,3}|\\.|\u{ad}|\u{200d}|\u{202e}|ﷺ|Ⅷ|½){1,5}",
            "\\PC{0,12}",
        ]
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(1000))]

        #[test]
        fn what_is_converted_is_a_domain_and_stays_as_it_is(text in text()) {
            let Ok(domain) = Domain::from_unicode(&text) else {
                return Ok(());
            };
            prop_assert_eq!(domain.as_str().parse(), Ok(domain.clone()));
            prop_assert_eq!(Domain::from_unicode(domain.as_str()), Ok(domain.clone()));
            // One way to write a domain in each case, and no label that was not there.
            let dots = |text: &str| text.chars().filter(|letter| ".。．｡".contains(*letter)).count();
            prop_assert_eq!(dots(domain.as_str()), dots(&text), "{}", text.escape_unicode());
            let upper = Domain::from_unicode(&text.to_ascii_uppercase());
            prop_assert_eq!(upper, Ok(domain));
        }

        #[test]
        fn ascii_is_converted_to_what_parse_reads(text in "(xn--|[aA.0_ (-]){0,8}") {
            match Domain::from_unicode(&text) {
                Err(DomainError::Idna) => prop_assert!(text.contains("xn--"), "{text}"),
                converted => prop_assert_eq!(converted, Domain::parse(text.as_bytes())),
            }
        }
    }
}
