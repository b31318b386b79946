//! Which entries are read, and what is said of the others.

use alloc::string::{String, ToString};

use super::*;
use crate::name::NameError;

/// What a zone prints is what was understood.
fn understood(text: &str) -> Result<String, (usize, ZoneFault)> {
    let origin = Some("example.org".parse().unwrap());
    match Zone::parse(text, origin) {
        Ok(zone) => Ok(zone.to_string()),
        Err(error) => Err((error.line(), error.fault())),
    }
}

#[test]
fn entries_are_read_in_every_dress() {
    for (text, printed) in [
        ("", ""),
        ("; only a comment", ""),
        ("\r\n \t\r\n", ""),
        ("a A 192.0.2.1", "a.example.org. A 192.0.2.1\n"),
        (
            "a A 192.0.2.1 ; a comment\r\n",
            "a.example.org. A 192.0.2.1\n",
        ),
        ("a. 300 IN A 192.0.2.1", "a. A 192.0.2.1\n"),
        ("a. IN 1h30m A 192.0.2.1", "a. A 192.0.2.1\n"),
        ("a. in aaaa 2001:DB8::1", "a. AAAA 2001:db8::1\n"),
        ("@ MX 10 mail", "example.org. MX 10 mail.example.org.\n"),
        ("@ MX 0 .", "example.org. MX 0 .\n"),
        ("\\@ PTR @", "\\@.example.org. PTR example.org.\n"),
        ("A A 192.0.2.1", "a.example.org. A 192.0.2.1\n"),
        // In quotes nothing has a meaning of its own.
        ("\"@\" A 192.0.2.1", "\\@.example.org. A 192.0.2.1\n"),
        (
            "\"$TTL\" PTR \"@\"",
            "\\$ttl.example.org. PTR \\@.example.org.\n",
        ),
        ("a\\. A 192.0.2.1", "a\\..example.org. A 192.0.2.1\n"),
        ("a\\\\. A 192.0.2.1", "a\\\\. A 192.0.2.1\n"),
        ("a. CNAME b", "a. CNAME b.example.org.\n"),
        (
            "$TTL 1d\n$ORIGIN b\n@ PTR a",
            "b.example.org. PTR a.b.example.org.\n",
        ),
        ("$ORIGIN .\nb PTR a", "b. PTR a.\n"),
        (
            "a. A 192.0.2.1\n 60 A 192.0.2.2\n\tIN A 192.0.2.3",
            "a. A 192.0.2.1\na. A 192.0.2.2\na. A 192.0.2.3\n",
        ),
        (
            "a. ( A\n192.0.2.1\n) ; end\nb. A (192.0.2.2)",
            "a. A 192.0.2.1\nb. A 192.0.2.2\n",
        ),
        (
            "a. TXT (x ( y\n) \"z;(\" ; comment )\n)",
            "a. TXT \"xyz;(\"\n",
        ),
        ("a. TXT \"q\\\"\\065\\\\\" \\;", "a. TXT \"q\\\"A\\\\;\"\n"),
        ("a. TXT \"\"", "a. TXT \"\"\n"),
        ("a. TXT a\"b\"c", "a. TXT \"abc\"\n"),
        (
            "b. SOA ns. host. 1 2 3 4 5\nb. NS ns.\nc.b. TLSA 3 1 1 00",
            "$STATUS b. NODATA\n$STATUS c.b. NODATA\n",
        ),
        (
            "a. CNAME b.\n$STATUS a. MX TIMEOUT",
            "$STATUS a. MX TIMEOUT\na. CNAME b.\n",
        ),
        (
            "$STATUS a. MX TIMEOUT\na. CNAME b.",
            "$STATUS a. MX TIMEOUT\na. CNAME b.\n",
        ),
        (
            "$status a TIMEOUT\n$STATUS a MX nxdomain",
            "$STATUS a.example.org. MX NXDOMAIN\n$STATUS a.example.org. TIMEOUT\n",
        ),
    ] {
        assert_eq!(understood(text).as_deref(), Ok(printed), "{text:?}");
    }
}

#[test]
fn what_is_wrong_is_named_with_its_line() {
    let long = ["a. TXT ", &"x".repeat(256)].concat();
    for (text, line, fault) in [
        (" A 192.0.2.1", 1, ZoneFault::NoOwner),
        ("a. A 192.0.2.1\n  b. A 192.0.2.2", 2, ZoneFault::Indented),
        ("a.", 1, ZoneFault::Incomplete),
        ("a. IN", 1, ZoneFault::Incomplete),
        ("\n\na. A", 3, ZoneFault::Incomplete),
        ("a. TXT", 1, ZoneFault::Incomplete),
        ("a. MX 10", 1, ZoneFault::Incomplete),
        ("a. A 192.0.2.1 192.0.2.2", 1, ZoneFault::Surplus),
        ("$TTL 1 2", 1, ZoneFault::Surplus),
        ("a. A 192.0.2.256", 1, ZoneFault::Address(Kind::A)),
        ("a. AAAA 192.0.2.1", 1, ZoneFault::Address(Kind::Aaaa)),
        ("a. MX 65536 b.", 1, ZoneFault::Preference),
        ("a. CH A 192.0.2.1", 1, ZoneFault::Class),
        ("a. IN IN A 192.0.2.1", 1, ZoneFault::Type),
        ("a. FOO x", 1, ZoneFault::Type),
        ("a. DNAME b.", 1, ZoneFault::Type),
        ("$TTL soon", 1, ZoneFault::Ttl),
        ("$INCLUDE other", 1, ZoneFault::Control),
        ("$STATUS a. LATE", 1, ZoneFault::Status),
        ("$STATUS a. CNAME TIMEOUT", 1, ZoneFault::Status),
        (
            "a..b. A 192.0.2.1",
            1,
            ZoneFault::Name(NameError::EmptyLabel),
        ),
        (
            "\"\" A 192.0.2.1",
            1,
            ZoneFault::Name(NameError::EmptyLabel),
        ),
        ("a. PTR \\999", 1, ZoneFault::Name(NameError::Escape)),
        ("a. TXT \\999", 1, ZoneFault::Escape),
        ("a. TXT x\\", 1, ZoneFault::Escape),
        ("a. TXT \"x\\\ny\"", 1, ZoneFault::Escape),
        ("a. TXT x\n b. TXT \"y\nz\"", 2, ZoneFault::Quote),
        ("a. TXT \"", 1, ZoneFault::Quote),
        ("a. TXT x )", 1, ZoneFault::Parenthesis),
        ("\na. TXT ( x\n\n", 2, ZoneFault::Parenthesis),
        (&long, 1, ZoneFault::StringTooLong),
        ("a. CNAME b.\na. CNAME b.", 2, ZoneFault::AliasBesideData),
        ("a. CNAME b.\na. A 192.0.2.1", 2, ZoneFault::AliasBesideData),
        ("a. A 192.0.2.1\na. CNAME b.", 2, ZoneFault::AliasBesideData),
    ] {
        assert_eq!(understood(text), Err((line, fault)), "{text:?}");
    }
}

#[test]
fn an_error_reads_as_a_sentence() {
    let error = "\na. AAAA x".parse::<Zone>().unwrap_err();
    assert_eq!(error.to_string(), "line 2: malformed AAAA address");
}
