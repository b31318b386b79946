use std::fs;
use std::path::Path;

use super::*;
use crate::milter::place::Place;

fn list(text: &str) -> (HostList, Vec<String>) {
    let source = DataSource::parse(text, Place::new(Path::new("CONF").into(), 1)).unwrap();
    let mut warnings = Vec::new();
    let list = HostList::read(&source, &mut warnings).unwrap();
    (
        list,
        warnings.into_iter().map(|warning| warning.text).collect(),
    )
}

fn pattern_list(text: &str) -> (HostList, Vec<String>) {
    let file = tempfile::NamedTempFile::new().unwrap();
    fs::write(file.path(), text).unwrap();
    list(&format!("refile:{}", file.path().display()))
}

fn admits(list: &HostList, name: &str, address: &str) -> bool {
    list.admits(name, Some(address.parse().unwrap())).is_some()
}

/// Each line was put to OpenDKIM 2.11 beta, which decided the same.
#[test]
fn hosts_are_admitted_as_by_opendkim() {
    for (text, name, address, expected) in [
        (".example.net", "mx.example.net", "192.0.2.1", true),
        (".example.net", "a.mx.example.net", "192.0.2.1", true),
        (".example.net", "example.net", "192.0.2.1", false),
        (".example.net", "MX.Example.NET", "192.0.2.1", true),
        (".net", "mx.example.net", "192.0.2.1", true),
        (".", "mx.example.net", "192.0.2.1", false),
        ("example.net", "mx.example.net", "192.0.2.1", false),
        ("MX.example.net", "mx.example.net", "192.0.2.1", true),
        ("*.example.net", "mx.example.net", "192.0.2.1", false),
        ("192.0.2.0/24,!192.0.2.5", "h", "192.0.2.1", true),
        ("192.0.2.0/24,!192.0.2.5", "h", "192.0.2.5", false),
        ("!192.0.2.0/24,192.0.2.5", "h", "192.0.2.5", true),
        ("!192.0.2.0/24,192.0.2.5", "h", "192.0.2.1", false),
        ("192.0.2.5,!192.0.2.5", "h", "192.0.2.5", false),
        ("192.0.2.5,!192.0.2.5/32", "h", "192.0.2.5", true),
        ("!192.0.2.5,192.0.2.5/32", "h", "192.0.2.5", false),
        ("192.0.2.5,![192.0.2.5]", "h", "192.0.2.5", true),
        ("192.0.2.5/32", "h", "192.0.2.5", true),
        ("192.0.2.5/24", "h", "192.0.2.5", false),
        ("192.0.2/24", "h", "192.0.2.1", false),
        ("192.0.2.0/255.255.255.0", "h", "192.0.2.5", false),
        ("10.0.0.0/8 192.0.2.0/24", "h", "192.0.2.1", false),
        ("0.0.0.0/0", "h", "192.0.2.5", true),
        ("[192.0.2.5]", "h", "192.0.2.5", true),
        ("[192.0.2.0]/24", "h", "192.0.2.5", true),
        ("[192.0.2.0/24]", "h", "192.0.2.5", false),
        ("![192.0.2.5],192.0.2.0/24", "h", "192.0.2.5", false),
        ("csl:2001:db8::1", "h", "2001:db8::1", true),
        ("csl:2001:DB8::1", "h", "2001:db8::1", true),
        ("csl:2001:db8:0:0:0:0:0:1", "h", "2001:db8::1", false),
        ("csl:[2001:db8::1]", "h", "2001:db8::1", true),
        ("csl:2001:db8::/32", "h", "2001:db8::1", true),
        ("csl:[2001:db8::]/32", "h", "2001:db8::1", true),
        ("csl:2001:db8::1/32", "h", "2001:db8::1", false),
        ("csl:::/0", "h", "2001:db8::1", true),
        ("csl:::ffff:192.0.2.1", "h", "::ffff:192.0.2.1", true),
        ("csl:::ffff:192.0.2.1", "h", "192.0.2.1", false),
        ("192.0.2.1", "h", "::ffff:192.0.2.1", false),
        ("127.0.0.1,::1", "h", "::1", true),
        (
            "!mx.example.net,192.0.2.0/24",
            "mx.example.net",
            "192.0.2.1",
            true,
        ),
        (
            "!mx.example.net,.example.net",
            "mx.example.net",
            "192.0.2.1",
            false,
        ),
        (
            "!mx.example.net,.example.net",
            "b.example.net",
            "192.0.2.1",
            true,
        ),
        (
            "mx.example.net,!192.0.2.0/24",
            "mx.example.net",
            "192.0.2.1",
            true,
        ),
        ("[192.0.2.1]", "[192.0.2.1]", "192.0.2.1", true),
    ] {
        let (list, _) = list(text);
        assert_eq!(
            admits(&list, name, address),
            expected,
            "{text}: {name} {address}"
        );
    }
}

/// Whoever has an address chooses what its name is.
#[test]
fn a_name_that_looks_like_an_address_admits_nobody() {
    for (text, name) in [
        ("192.0.2.1", "192.0.2.1"),
        ("192.0.2.0/24", "192.0.2.0/24"),
        ("[192.0.2.1]", "[192.0.2.1]"),
        ("csl:2001:db8::1", "2001:db8::1"),
        ("csl:2001:db8::/32", "2001:DB8::/32"),
        ("csl:[2001:db8::1]", "[2001:db8::1]"),
        (".2.1", "192.0.2.1"),
    ] {
        let (list, _) = list(text);
        assert!(!admits(&list, name, "198.51.100.7"), "{text}: {name}");
    }
    for pattern in ["192.0.2.*", "192.0.[0-9].*", "2001:db8:*"] {
        let (list, _) = pattern_list(&format!("{pattern}\n"));
        // Not in one of the wide networks that such patterns match, too.
        for name in [
            "192.0.2.test",
            "192.0.2.1",
            "192.0.2.1.test",
            "2001:db8:test",
        ] {
            assert!(!admits(&list, name, "100.64.0.7"), "{pattern}: {name}");
        }
        let is_admitted = admits(&list, "h", "192.0.2.1") || admits(&list, "h", "2001:db8::1");
        assert!(is_admitted, "{pattern}");
    }
    // A name that is kept out still is.
    let (list, _) = pattern_list("!192.0.2.*\n192.0.2.1.dsl.test\n");
    assert!(!admits(&list, "192.0.2.1.dsl.test", "100.64.0.7"));
}

#[test]
fn patterns_of_hosts_match_the_spelling_with_an_exclamation_mark_first() {
    let (list, warnings) = pattern_list("*.example.net\nMX.example.org\n*.example.org\n");
    assert!(!admits(&list, "mx.example.net", "192.0.9.1"));
    assert!(!admits(&list, "mx.example.org", "192.0.9.1"));
    assert_eq!(warnings.len(), 2);
    assert!(
        warnings[0].ends_with("write .example.net"),
        "{}",
        warnings[0]
    );
    // Beginning with a letter, the pattern does not match `!`.
    let (list, _) = pattern_list("mx.*\n");
    assert!(admits(&list, "mx.example.net", "192.0.9.1"));
    // The last spellings asked for 192.0.3.1 are those of wider networks, as 192.0.2.0/23.
    let (list, _) = pattern_list("192.0.2.*\n");
    assert!(admits(&list, "h", "192.0.2.1"));
    assert!(admits(&list, "h", "192.0.3.1"));
}

#[test]
fn entries_that_never_match_are_warned_of_with_the_spelling_that_does() {
    for (text, advice) in [
        (
            "*.example.com",
            "for all hosts below example.com write .example.com",
        ),
        ("192.0.2.5/24", "write 192.0.2.0/24"),
        ("!192.0.2.5/24", "write !192.0.2.0/24"),
        ("192.0.2.0/024", "write 192.0.2.0/24"),
        ("csl:2001:db8:0::1", "write 2001:db8::1"),
        ("csl:[2001:db8:0::1]", "write 2001:db8::1"),
        ("csl:2001:db8::1/32", "write 2001:db8::/32"),
        ("192.0.2/24", "before the slash stands a whole address"),
        ("[192.0.2.0/24]", "before the slash stands a whole address"),
        (
            "192.0.2.0/255.255.255.0",
            "behind the slash stands a number of bits up to 32",
        ),
        (
            "192.0.2.0/33",
            "behind the slash stands a number of bits up to 32",
        ),
    ] {
        let (_, warnings) = list(text);
        let [warning] = warnings.as_slice() else {
            panic!("{text}: {warnings:?}");
        };
        assert!(warning.ends_with(advice), "{text}: {warning}");
    }
    let (_, warnings) =
        list("csl:.example.com,mx.example.com,192.0.2.5,[192.0.2.0]/24,2001:DB8::1");
    assert!(warnings.is_empty(), "{warnings:?}");
}

/// Such as the TrustedHosts that many guides give.
#[test]
fn entries_of_patterns_that_are_none_are_warned_of_too() {
    let (list, warnings) = pattern_list(
        "127.0.0.1\nlocalhost\n192.168.0.1/24\n!10.0.0.1/8\n2001:db8:0::1\n.example.com\n",
    );
    assert!(!admits(&list, "h", "192.168.0.7"));
    let advice = ["192.168.0.0/24", "!10.0.0.0/8", "2001:db8::1"];
    assert_eq!(warnings.len(), advice.len(), "{warnings:?}");
    for (warning, advice) in warnings.iter().zip(advice) {
        assert!(warning.ends_with(&format!("; write {advice}")), "{warning}");
    }
    // What this matches nobody can tell at a glance.
    let (_, warnings) = pattern_list("[2001:db8:0::1]\n");
    assert!(warnings.is_empty(), "{warnings:?}");
}

#[test]
fn patterns_of_addresses_are_warned_of_since_they_take_the_networks_around_them_too() {
    let (list, warnings) = pattern_list("10.0.0.*\n192.168.(0|1).*/24\n!192.0.2.*\n");
    assert!(admits(&list, "h", "10.200.200.200"));
    let expected = ["10.0.0.* ", "192.168.(0|1).*/24 ", "!192.0.2.* "];
    assert_eq!(warnings.len(), expected.len(), "{warnings:?}");
    for (warning, text) in warnings.iter().zip(expected) {
        assert!(
            warning.starts_with(text) && warning.ends_with("write networks such as 192.0.2.0/24"),
            "{warning}"
        );
    }
    let (_, warnings) = pattern_list("mx[0-9].example.net\nmx.*\n");
    assert!(warnings.is_empty(), "{warnings:?}");
}

#[test]
fn a_client_without_an_address_is_judged_by_its_name() {
    let (list, _) = list("localhost");
    assert_eq!(list.admits("localhost", None).unwrap().key, "localhost");
    assert!(list.admits("other", None).is_none());
    assert!(list.admits("", None).is_none());
}
