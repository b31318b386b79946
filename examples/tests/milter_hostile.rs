//! What whoever reaches the socket of `milter`, or has a message on its way through it, cannot say:
//! each test names the line of the catalogue that it is about, where there is one.

mod support;

use std::net::Shutdown;

use support::milter::Files;
use support::mta::Mta;
use support::wire::{Peer, connect, envelope, field, header, offer, others_live_on, packet};

#[test]
fn octets_that_are_no_packet_end_their_connection_and_no_other() {
    let files = Files::new();
    let filter = files.start("");
    let mut before = Mta::with_client(&filter, "127.0.0.1");
    for (octets, fault) in [
        (&b"\0\0\0\0"[..], "packet without a letter"),
        (
            b"\xff\xff\xff\xff",
            "packet of 4294967295 octets, at most 262144 are taken",
        ),
        (
            b"GET / HTTP/1.1\r\n\r\n",
            "packet of 1195725856 octets, at most 262144 are taken",
        ),
        (
            b"\0\x04\0\x01B",
            "packet of 262145 octets, at most 262144 are taken",
        ),
        (b"\0\0\0\x01\0", "no command has the letter '\\0'"),
    ] {
        for begun in [false, true] {
            let mut peer = match begun {
                false => Peer::connect(filter.address()),
                true => Peer::with_client(filter.address(), "127.0.0.1"),
            };
            peer.send(octets);
            assert_eq!(peer.hear(), None, "{fault}");
            let line = filter.log_line("connection given up: ");
            assert!(line.ends_with(fault), "{line}");
        }
    }
    others_live_on(&filter, &mut before);
}

#[test]
fn a_packet_may_have_as_many_octets_as_the_limit() {
    let files = Files::new();
    let filter = files.start("");
    let mut peer = Peer::with_client(filter.address(), "127.0.0.1");
    peer.send(&header());
    assert_eq!(peer.hear(), Some(b'c'));
    // The limit counts the letter.
    peer.send(&packet(b'B', &vec![b'x'; 262_143]));
    peer.send(&packet(b'E', b""));
    assert_eq!(peer.hear_end(), Some(b'a'));
    peer.send(&header());
    assert_eq!(peer.hear(), Some(b'c'));
    peer.send(&packet(b'B', &vec![b'x'; 262_144]));
    assert_eq!(peer.hear(), None);
    filter.log_line("packet of 262145 octets, at most 262144 are taken");
}

#[test]
fn commands_out_of_order_are_named() {
    let files = Files::new();
    let filter = files.start("");
    let mut before = Mta::with_client(&filter, "127.0.0.1");
    let client = || [offer(), connect("127.0.0.1")].concat();
    for (octets, fault) in [
        (connect("127.0.0.1"), "connect out of order, at the start"),
        (
            packet(b'M', b"<amy@example.com>\0"),
            "mail out of order, at the start",
        ),
        (
            [offer(), offer()].concat(),
            "negotiation out of order, behind negotiation",
        ),
        (
            [client(), packet(b'R', b"<a@b.example>\0")].concat(),
            "rcpt out of order, behind connect",
        ),
        (
            [client(), field("From", " amy@example.com")].concat(),
            "header out of order, behind connect",
        ),
        (
            [client(), packet(b'B', b"x")].concat(),
            "body out of order, behind connect",
        ),
        (
            [client(), packet(b'E', b"")].concat(),
            "end of message out of order, behind connect",
        ),
        (
            [client(), header(), field("From", " amy@example.net")].concat(),
            "header out of order, behind end of header",
        ),
        (
            [client(), header(), packet(b'B', b"x"), packet(b'N', b"")].concat(),
            "end of header out of order, behind body",
        ),
        (
            [client(), connect("192.0.2.1")].concat(),
            "connect out of order, behind connect",
        ),
    ] {
        let mut peer = Peer::connect(filter.address());
        peer.send(&octets);
        while peer.hear().is_some() {}
        let line = filter.log_line("connection given up: ");
        assert!(line.ends_with(fault), "{line}");
    }
    others_live_on(&filter, &mut before);
}

#[test]
fn an_offer_of_too_little_is_named_and_an_old_version_is_served() {
    let files = Files::new();
    let filter = files.start("");
    let offering = |numbers: [u32; 3]| packet(b'O', numbers.map(u32::to_be_bytes).as_flattened());
    for (octets, fault) in [
        (
            offering([1, 0x1ff, 0]),
            "the MTA offers version 1, at least 2 is needed",
        ),
        (
            offering([0, 0, 0]),
            "the MTA offers version 0, at least 2 is needed",
        ),
        (offering([6, 0, 0x1f_ffff]), "the MTA does not offer"),
        (packet(b'O', b"\0\0\0\x06"), "negotiation: no whole actions"),
        (
            packet(b'O', &[0xff; 100]),
            "negotiation: 88 octets too many",
        ),
    ] {
        let mut peer = Peer::connect(filter.address());
        peer.send(&octets);
        assert_eq!(peer.hear(), None, "{fault}");
        let line = filter.log_line("connection given up: ");
        assert!(line.contains(fault), "{line}");
    }
    for numbers in [[2, 0x1f, 0], [u32::MAX; 3]] {
        let mut peer = Peer::connect(filter.address());
        peer.send(&offering(numbers));
        assert_eq!(peer.hear(), Some(b'O'));
        peer.send(&connect("127.0.0.1"));
        assert_eq!(peer.hear(), Some(b'c'));
    }
}

#[test]
fn clients_of_no_family_are_named_and_those_of_local_sockets_are_strangers() {
    let files = Files::new();
    let filter = files.start("");
    for (client, fault) in [
        (&b"mx\0"[..], "connect: no whole family"),
        (b"mx\0X\x30\x39127.0.0.1\0", "connect: malformed family"),
        (b"mx\0\xff\x30\x39127.0.0.1\0", "connect: malformed family"),
        (b"mx\x004", "connect: no whole port"),
        (b"mx\x004\x30\x39127.0.0.1", "connect: no whole address"),
        (b"mx\x004\x30\x39::1\0", "connect: malformed address"),
        (b"mx\x006\x30\x39127.0.0.1\0", "connect: malformed address"),
        (b"mx\x004\x30\x39127.0.0.1\0x", "connect: 1 octets too many"),
    ] {
        let mut peer = Peer::begun(filter.address());
        peer.send(&packet(b'C', client));
        assert_eq!(peer.hear(), None);
        let line = filter.log_line("connection given up: ");
        assert!(line.ends_with(fault), "{line}");
    }
    for client in [
        &b"mx\0L\0\0/run/socket\0"[..],
        b"mx\0L\0\x00127.0.0.1\0",
        b"\0L\0\0\0",
        b"mx\0L\0\0\xff\x1b[2J\r\n\0",
        b"\xff\x1b[2J\r\n\0L\0\0\0",
    ] {
        let mut peer = Peer::begun(filter.address());
        peer.send(&packet(b'C', client));
        assert_eq!(peer.hear(), Some(b'c'));
        peer.send(&header());
        assert_eq!(peer.hear(), Some(b'c'));
        peer.send(&packet(b'E', b""));
        assert_eq!(peer.hear_end(), Some(b'a'));
        filter.log_line("verify; the author is one of ours, but the client is external");
    }
}

/// NUL ends a text of the protocol, so it cannot stand within one.
#[test]
fn c12_a_nul_in_a_field_is_an_error_of_the_mail_server() {
    let files = Files::new();
    let filter = files.start("");
    for (octets, fault) in [
        (&b"X\0 a\0b\0"[..], "header: 2 octets too many"),
        (b"X\0 a", "header: no whole value"),
        (b"X", "header: no whole name"),
        (b"", "header: no whole name"),
    ] {
        let mut peer = Peer::with_client(filter.address(), "127.0.0.1");
        peer.send(&[envelope(), packet(b'L', octets)].concat());
        assert_eq!(peer.hear(), None);
        let line = filter.log_line("connection given up: ");
        assert!(line.ends_with(fault), "{line}");
    }
}

/// CR, LF and colons where a mail server has none: what is made of them is told in packets that hold
/// what the protocol allows, and logged in one line.
#[test]
fn c12_line_ends_in_fields_come_out_nowhere() {
    let files = Files::new();
    let filter = files.start("On-NoSignature reject\n");
    for (name, value) in [
        ("X", " a\rb"),
        ("X", " a\nb"),
        ("X", " a\r\n\r\nb"),
        ("X\r\nY", " a"),
        ("X:Y", " a"),
        ("", " a"),
        (" X", " a"),
        ("\u{1b}[2J", "\u{1b}[2J"),
        ("DKIM-Signature", " v=1; d=a\r\nb.example; s=\u{1b}[2J"),
        ("Authentication-Results\r\n", " mx.example.com; dkim=pass"),
        (
            "Authentication-Results",
            "\r\n\r\n mx.example.com; dkim=pass",
        ),
    ] {
        for client in ["127.0.0.1", "192.0.2.1"] {
            let mut peer = Peer::with_client(filter.address(), client);
            let fields = [field("From", " amy@example.com"), field(name, value)].concat();
            peer.send(&[envelope(), fields, packet(b'N', b"")].concat());
            peer.send(&packet(b'E', b""));
            loop {
                let (letter, payload) = peer.hear_all().unwrap();
                let stray = payload.split(|&octet| octet == b'\n').skip(1);
                let is_folded = stray
                    .into_iter()
                    .all(|line| line.starts_with(b" ") || line.starts_with(b"\t"));
                assert!(
                    is_folded && !payload.contains(&b'\r') && !payload.contains(&0x1b),
                    "{name:?}: {}",
                    payload.escape_ascii()
                );
                if !b"cim".contains(&letter) {
                    break;
                }
            }
        }
    }
    filter.signal("TERM");
    for line in filter.whole_log() {
        assert!(
            !line.contains('\u{1b}') && !line.starts_with("b.example"),
            "{line}"
        );
    }
}

/// Fields that a reader who goes down a level for each parenthesis, or back for each sign, does not
/// come out of.
#[test]
fn c11_fields_that_are_hard_to_read_cost_no_more_than_others() {
    let files = Files::new();
    let filter = files.start("SPF yes\nDMARC yes\n");
    let mut before = Mta::with_client(&filter, "127.0.0.1");
    let repeated = |text: &str| text.repeat(60_000 / text.len());
    for (name, value) in [
        ("From", format!("{}a@example.com", repeated("("))),
        ("From", format!("{}a@example.com", repeated("()"))),
        ("From", repeated("<")),
        ("From", repeated("a:")),
        ("From", repeated("@")),
        ("From", repeated("a.")),
        ("From", repeated("\\")),
        ("From", repeated("\"\\")),
        ("From", repeated("a@example.com,")),
        ("From", format!("{}@example.com", repeated("a"))),
        ("From", format!("a@{}com", repeated("a."))),
        ("From", repeated("=?utf-8?q?")),
        ("From", repeated("\n ")),
        ("Authentication-Results", repeated("(")),
        (
            "Authentication-Results",
            format!("mx.example.com{}", repeated(";a=b")),
        ),
        (
            "Authentication-Results",
            format!("mx.example.com{}", repeated(" (a)")),
        ),
        ("DKIM-Signature", repeated("v=1;")),
        ("DKIM-Signature", repeated("=")),
        (
            "DKIM-Signature",
            format!("{SIGNATURE}; h=from{}", repeated(":from")),
        ),
        (
            "DKIM-Signature",
            format!("{SIGNATURE}; h=from; z={}", repeated("a:b|")),
        ),
        (
            "DKIM-Signature",
            format!("{SIGNATURE}; h=from; x{}", repeated("\n ")),
        ),
    ] {
        for client in ["127.0.0.1", "192.0.2.1"] {
            let mut peer = Peer::with_client(filter.address(), client);
            let author = match name {
                "From" => Vec::new(),
                _ => field("From", " amy@example.com"),
            };
            peer.send(&[envelope(), author, field(name, &value), packet(b'N', b"")].concat());
            // What cannot be read is put off at once, or judged at the end.
            let letter = peer.hear();
            if letter == Some(b'c') {
                peer.send(&packet(b'E', b""));
                assert_eq!(peer.hear_end(), Some(b'a'), "{name} {value:.20}");
            } else {
                assert_eq!(letter, Some(b'y'), "{name} {value:.20}");
            }
        }
    }
    others_live_on(&filter, &mut before);
}

const SIGNATURE: &str = " v=1; a=rsa-sha256; d=example.com; s=rsa; bh=AA==; b=AA==";

/// What stands in the log beside our own words is from a mail server, and from its clients.
#[test]
fn what_a_mail_server_tells_is_logged_in_one_line_of_bounded_length() {
    let files = Files::new();
    let filter = files.start("");
    let odd = "A\n2026-11-24 DKIM-Signature field added\u{1b}[2J\u{202e}";
    for text in [odd.to_owned(), "x".repeat(30_000)] {
        let mut peer = Peer::with_client(filter.address(), "192.0.2.1");
        let macros = format!("Mi\0{text}\0{{auth_type}}\0{text}\0");
        peer.send(&[packet(b'D', macros.as_bytes()), header()].concat());
        assert_eq!(peer.hear(), Some(b'c'));
        peer.send(&packet(b'E', b""));
        assert_eq!(peer.hear_end(), Some(b'a'));
    }
    filter.signal("TERM");
    let log = filter.whole_log();
    assert!(log.iter().any(|line| line.contains("the client logged in")));
    for line in log {
        assert!(line.len() < 1000, "{} octets in the log", line.len());
        assert!(!line.contains(['\u{1b}', '\u{202e}']), "{line:?}");
        assert!(!line.starts_with("2026-11-24 "), "{line}");
    }
}

#[test]
fn a_connection_for_one_client_after_the_other_mixes_up_none() {
    let files = Files::new();
    let filter = files.start("");
    let mut peer = Peer::begun(filter.address());
    for round in 0..200 {
        let (client, expected) = match round % 2 {
            0 => ("127.0.0.1", b'i'),
            _ => ("192.0.2.1", b'a'),
        };
        peer.send(&connect(client));
        assert_eq!(peer.hear(), Some(b'c'));
        peer.send(&header());
        assert_eq!(peer.hear(), Some(b'c'));
        peer.send(&packet(b'E', b""));
        assert_eq!(peer.hear(), Some(expected), "{client}");
        if expected == b'i' {
            assert_eq!(peer.hear_end(), Some(b'a'));
        }
        // In the middle of another message.
        peer.send(&[envelope(), packet(b'K', b"")].concat());
    }
}

#[test]
fn a_mail_server_that_has_no_more_to_say_is_still_answered() {
    let files = Files::new();
    let filter = files.start("");
    let mut peer = Peer::with_client(filter.address(), "127.0.0.1");
    peer.send(&[header(), packet(b'E', b"")].concat());
    peer.stream.shutdown(Shutdown::Write).unwrap();
    assert_eq!(peer.hear(), Some(b'c'));
    assert_eq!(peer.hear_end(), Some(b'a'));
    assert_eq!(peer.hear(), None);
}
