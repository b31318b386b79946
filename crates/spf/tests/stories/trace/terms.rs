//! What a trace says of each term.

use spf::{Check, Options};

use super::{assert_prints, trace};
use crate::zone;

#[test]
fn each_term_says_what_came_of_it_and_what_was_asked() {
    let zone = zone(
        "example.com TXT \"v=spf1 a ip4:203.0.113.0/24 include:example.net a:gone.test mx/24 -all\"
         example.com A 192.0.2.1
         example.com A 192.0.2.2
         example.net TXT \"v=spf1 ?ip4:198.51.100.0/24\"
         example.com MX 10 mx1.example.com
         example.com MX 20 mx2.example.com
         mx1.example.com A 192.0.2.3
         mx2.example.com AAAA 2001:db8::1",
    );
    assert_prints(
        &trace("198.51.100.7", &zone),
        "
        example.com: v=spf1 a ip4:203.0.113.0/24 include:example.net a:gone.test mx/24 -all
          octet 7: a does not match (lookup 1)
            example.com. A: 192.0.2.1, 192.0.2.2
          octet 9: ip4:203.0.113.0/24 does not match
          octet 28: include:example.net does not match, as the record says neutral (lookup 2)
            example.net: v=spf1 ?ip4:198.51.100.0/24
              octet 7: ?ip4:198.51.100.0/24 matches 198.51.100.0/24
          octet 48: a:gone.test does not match, as nothing is there (lookup 3)
            gone.test. A: no such name
          octet 60: mx/24 does not match (lookup 4)
            example.com. MX: 10 mx1.example.com, 20 mx2.example.com
            mx1.example.com. A: 192.0.2.3
            mx2.example.com. A: no such records
          octet 66: -all matches
        fail: mechanism matched, octet 66 of the record at example.com
        ",
    );
}

#[test]
fn a_pass_through_include_and_redirect_shows_the_whole_way() {
    let zone = zone(
        "example.com TXT \"v=spf1 include:b.test redirect=d.test\"
         b.test TXT \"v=spf1 redirect=c.test\"
         c.test TXT \"v=spf1 ip4:192.0.2.1\"
         d.test TXT \"v=spf1 include:b.test include:e.test\"
         e.test TXT \"v=spf1 ip6:2001:db8::/32 +all\"",
    );
    assert_prints(
        &trace("2001:db8::1", &zone),
        "
        example.com: v=spf1 include:b.test redirect=d.test
          octet 7: include:b.test does not match, as the record says neutral (lookup 1)
            b.test: v=spf1 redirect=c.test
              octet 7: redirect=c.test is followed (lookup 2)
                c.test: v=spf1 ip4:192.0.2.1
                  octet 7: ip4:192.0.2.1 does not match
          octet 22: redirect=d.test is followed (lookup 3)
            d.test: v=spf1 include:b.test include:e.test
              octet 7: include:b.test does not match, as the record says neutral (lookup 4)
                b.test: v=spf1 redirect=c.test
                  octet 7: redirect=c.test is followed (lookup 5)
                    c.test: v=spf1 ip4:192.0.2.1
                      octet 7: ip4:192.0.2.1 does not match
              octet 22: include:e.test matches (lookup 6)
                e.test: v=spf1 ip6:2001:db8::/32 +all
                  octet 7: ip6:2001:db8::/32 matches 2001:db8::/32
        pass: mechanism matched, octet 22 of the record at d.test
        ",
    );
    assert_prints(
        &trace("192.0.2.1", &zone),
        "
        example.com: v=spf1 include:b.test redirect=d.test
          octet 7: include:b.test matches (lookup 1)
            b.test: v=spf1 redirect=c.test
              octet 7: redirect=c.test is followed (lookup 2)
                c.test: v=spf1 ip4:192.0.2.1
                  octet 7: ip4:192.0.2.1 matches 192.0.2.1
        pass: mechanism matched, octet 7 of the record at example.com
        ",
    );
}

#[test]
fn names_of_the_client_are_shown_with_their_addresses() {
    let zone = zone(
        "example.com TXT \"v=spf1 ptr:b.test exists:%{p}.c.test ptr -all exp=%{p}.why.test\"
         1.2.0.192.in-addr.arpa PTR a.test
         1.2.0.192.in-addr.arpa PTR x.b.test
         a.test A 192.0.2.1
         x.b.test A 203.0.113.1
         a.test.why.test TXT \"not %{p}\"",
    );
    assert_prints(
        &trace("192.0.2.1", &zone),
        "
        example.com: v=spf1 ptr:b.test exists:%{p}.c.test ptr -all exp=%{p}.why.test
          octet 7: ptr:b.test does not match (lookup 1)
            1.2.0.192.in-addr.arpa. PTR: a.test, x.b.test
            x.b.test. A: 203.0.113.1
          octet 18: exists:%{p}.c.test does not match, as nothing is there (lookup 2)
            1.2.0.192.in-addr.arpa. PTR: a.test, x.b.test
            a.test. A: 192.0.2.1
            x.b.test. A: 203.0.113.1
            a.test.c.test. A: no such name
          octet 37: ptr does not match (lookup 3)
            1.2.0.192.in-addr.arpa. PTR: a.test, x.b.test
          octet 41: -all matches
        explanation of example.com: exp=%{p}.why.test
          1.2.0.192.in-addr.arpa. PTR: a.test, x.b.test
          a.test. A: 192.0.2.1
          x.b.test. A: 203.0.113.1
          a.test.why.test. TXT: \"not %{p}\"
          1.2.0.192.in-addr.arpa. PTR: a.test, x.b.test
          a.test. A: 192.0.2.1
          x.b.test. A: 203.0.113.1
        fail: mechanism matched, octet 41 of the record at example.com
        ",
    );
    assert_prints(
        &trace("192.0.2.9", &zone),
        "
        example.com: v=spf1 ptr:b.test exists:%{p}.c.test ptr -all exp=%{p}.why.test
          octet 7: ptr:b.test does not match, as nothing is there (lookup 1)
            9.2.0.192.in-addr.arpa. PTR: no such name
          octet 18: exists:%{p}.c.test does not match, as nothing is there (lookup 2)
            9.2.0.192.in-addr.arpa. PTR: no such name
            unknown.c.test. A: no such name
          octet 37: ptr ends the check (lookup 3)
            9.2.0.192.in-addr.arpa. PTR: no such name
        permerror: too many DNS lookups that found nothing, octet 37 of the record at example.com
        ",
    );
}

#[test]
fn which_of_several_exchangers_matched_first_is_not_told() {
    let zone = zone(
        "example.com TXT \"v=spf1 mx ptr -all\"
         example.com MX 10 a.test
         example.com MX 20 b.test
         a.test A 192.0.2.1
         b.test A 192.0.2.1
         2.2.0.192.in-addr.arpa PTR a.example.com
         2.2.0.192.in-addr.arpa PTR b.example.com
         3.2.0.192.in-addr.arpa PTR b.example.com
         a.example.com A 192.0.2.2
         b.example.com A 192.0.2.2
         b.example.com A 192.0.2.3",
    );
    assert_prints(
        &trace("192.0.2.1", &zone),
        "
        example.com: v=spf1 mx ptr -all
          octet 7: mx matches 192.0.2.1 (lookup 1)
            example.com. MX: 10 a.test, 20 b.test
        pass: mechanism matched, octet 7 of the record at example.com
        ",
    );
    let lines = |client: &str| trace(client, &zone).to_string().lines().count();
    // One name of two that could have matched is not told, and the only one is.
    assert_eq!((lines("192.0.2.2"), lines("192.0.2.3")), (8, 9));
}

#[test]
fn e10_a_local_part_that_is_not_ascii_is_no_name() {
    let zone = zone("example.com TXT \"v=spf1 include:%{l}.test ?all\"");
    let options = Options::default().trace(true);
    let client = "192.0.2.1".parse().unwrap();
    let check = Check::mail_from(client, b"", "ü@example.com".as_bytes(), &options);
    assert_prints(
        &crate::finish(check, &zone).trace.unwrap(),
        "
        example.com: v=spf1 include:%{l}.test ?all
          octet 7: include:%{l}.test does not match, as its target is no name (lookup 1)
          octet 25: ?all matches
        neutral: mechanism matched, octet 25 of the record at example.com
        ",
    );
}
