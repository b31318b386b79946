//! Which clients a network holds.

use spf::Verdict;

use super::{check, verdict, zone};

#[test]
fn e07_an_ipv4_mapped_client_is_an_ipv4_client() {
    for (record, expected) in [
        ("v=spf1 ip4:192.0.2.1 -all", Verdict::Pass),
        ("v=spf1 ip6:::ffff:192.0.2.1 -all", Verdict::Fail),
        ("v=spf1 ip6:::/0 -all", Verdict::Fail),
        ("v=spf1 ip4:0.0.0.0/0 -all", Verdict::Pass),
    ] {
        assert_eq!(verdict("::ffff:192.0.2.1", record), expected, "{record}");
    }
    let zone = zone(
        "example.com TXT \"v=spf1 exists:%{ir}.%{v}.test -all\"
         1.2.0.192.in-addr.test A 127.0.0.2",
    );
    assert_eq!(check("::ffff:192.0.2.1", &zone).verdict, Verdict::Pass);
}

#[test]
fn e07_a_length_of_zero_matches_its_family_only() {
    for (client, record, expected) in [
        ("203.0.113.1", "v=spf1 ip4:192.0.2.1/0 -all", Verdict::Pass),
        ("2001:db8::1", "v=spf1 ip4:192.0.2.1/0 -all", Verdict::Fail),
        ("2001:db8::1", "v=spf1 ip6:::/0 -all", Verdict::Pass),
        ("203.0.113.1", "v=spf1 ip6:::/0 -all", Verdict::Fail),
    ] {
        assert_eq!(verdict(client, record), expected, "{client} {record}");
    }
    // `a/0` takes any address, but there has to be one.
    let zone = zone(
        "example.com TXT \"v=spf1 a/0 a:b.test/0 -all\"
         b.test AAAA 2001:db8::1",
    );
    assert_eq!(check("192.0.2.1", &zone).verdict, Verdict::Fail);
}

#[test]
fn e07_an_ip6_network_is_not_an_a_with_a_domain() {
    for (client, record, expected) in [
        ("2001:db8::1", "v=spf1 ip6:2001:db8::1 -all", Verdict::Pass),
        (
            "2001:db8::1",
            "v=spf1 a:2001:db8::1 -all",
            Verdict::PermError,
        ),
        (
            "2001:db8::1",
            "v=spf1 ip6:a.example.com -all",
            Verdict::PermError,
        ),
        ("192.0.2.1", "v=spf1 ip6:192.0.2.1 -all", Verdict::PermError),
        (
            "192.0.2.1",
            "v=spf1 ip4:192.0.2.1:25 -all",
            Verdict::PermError,
        ),
        ("192.0.2.1", "v=spf1 ip4:192.0.2 -all", Verdict::PermError),
        (
            "192.0.2.1",
            "v=spf1 ip4:192.0.02.1 -all",
            Verdict::PermError,
        ),
    ] {
        assert_eq!(verdict(client, record), expected, "{record}");
    }
}

#[test]
fn e08_a_pass_through_a_broad_range_shows_its_prefix_length() {
    let zone = zone(
        "example.com TXT \"v=spf1 include:b.test -all\"
         b.test TXT \"v=spf1 a/3\"
         b.test A 192.0.2.1",
    );
    let report = check("203.0.113.1", &zone);
    assert_eq!(report.verdict, Verdict::Pass);
    let matched = report.matched.unwrap();
    assert_eq!(matched.prefix_length(), Some(3));
    assert_eq!(matched.innermost().directive.to_string(), "a/3");
    assert_eq!(
        matched.innermost().network.unwrap().to_string(),
        "192.0.0.0/3"
    );
    let matched = check("192.0.2.1", &crate::zone("example.com TXT \"v=spf1 +all\""))
        .matched
        .unwrap();
    assert_eq!(
        (matched.directive.to_string(), matched.prefix_length()),
        ("all".into(), None)
    );
}
