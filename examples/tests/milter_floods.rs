//! How much of anything `milter` takes from whoever reaches its socket, or has a message on its way
//! through it: each test names the line of the catalogue that it is about, where there is one.

mod support;

use std::fs;
use std::io::Write;
use std::thread;

use support::milter::Files;
use support::mta::Mta;
use support::wire::{Peer, connect, envelope, field, header, offer, others_live_on, packet, peak};
use support::{MILTER, Program};

/// Each dot of a name begins a suffix that a list of hosts may hold.
#[test]
fn a_client_with_a_name_of_nothing_but_dots_costs_no_more_than_another() {
    let files = Files::new();
    let filter = files.start("PeerList 192.0.2.99\nExternalIgnoreList 192.0.2.98\n");
    for name in [
        ".".repeat(250_000),
        "x".repeat(250_000),
        "\u{9b}".repeat(100_000),
    ] {
        let mut peer = Peer::begun(filter.address());
        let client = [name.as_bytes(), b"\x004\x30\x39192.0.2.1\0"].concat();
        peer.send(&packet(b'C', &client));
        assert_eq!(peer.hear(), Some(b'c'));
        peer.send(&header());
        assert_eq!(peer.hear(), Some(b'c'));
        peer.send(&packet(b'E', b""));
        assert_eq!(peer.hear_end(), Some(b'a'));
        let line = filter.log_line("external host ");
        assert!(line.len() < 1000, "{} octets in the log", line.len());
    }
}

#[test]
fn unknown_commands_are_answered_and_forgotten() {
    let files = Files::new();
    let filter = files.start("");
    let mut peer = Peer::with_client(filter.address(), "127.0.0.1");
    let unknown = packet(b'U', &[&[b'X'; 60_000][..], b"\0"].concat());
    let before = peak(&filter);
    for _ in 0..300 {
        peer.send(&unknown);
        assert_eq!(peer.hear(), Some(b'c'));
    }
    peer.send(&header());
    assert_eq!(peer.hear(), Some(b'c'));
    let after = peak(&filter);
    assert!(after - before < 4096, "{before} KiB, then {after}");
}

#[test]
fn macros_have_a_limit_and_do_not_pile_up() {
    let files = Files::new();
    let filter = files.start("");
    let mut before = Mta::with_client(&filter, "127.0.0.1");
    let mut peer = Peer::with_client(filter.address(), "127.0.0.1");
    let told = |letter: u8, octets: usize| {
        let value = "x".repeat(octets - 3);
        packet(
            b'D',
            format!("{}i\0{value}\0", char::from(letter)).as_bytes(),
        )
    };
    let memory = peak(&filter);
    for letter in [b'M', b'R', b'T', b'N', b'E'] {
        peer.send(&told(letter, 13_000).repeat(200));
    }
    peer.send(&packet(b'D', &[&b"M"[..], &b"\0\0".repeat(6_000)].concat()));
    peer.send(&header());
    assert_eq!(peer.hear(), Some(b'c'));
    let grown = peak(&filter) - memory;
    assert!(grown < 4096, "{grown} KiB more");
    peer.send(&[packet(b'E', b""), told(b'M', 65_535), header()].concat());
    assert_eq!(peer.hear_end(), Some(b'a'));
    assert_eq!(peer.hear(), Some(b'c'));
    peer.send(&told(b'M', 65_536));
    assert_eq!(peer.hear(), None);
    filter.log_line("connection given up: macros for mail exceed the limit of 65535 octets");
    others_live_on(&filter, &mut before);
}

/// `MaximumHeaders` counts octets with colons and line ends.
#[test]
fn c11_a_header_of_100_000_fields_is_put_off_and_not_kept() {
    let files = Files::new();
    let filter = files.start("");
    let mut before = Mta::with_client(&filter, "127.0.0.1");
    for client in ["127.0.0.1", "192.0.2.1"] {
        for flood in [
            field("", "").repeat(100_000),
            field("X", " y").repeat(100_000),
            field("DKIM-Signature", " v=1").repeat(100_000),
            field("Authentication-Results", " mx.example.com; none").repeat(100_000),
            field(&"x".repeat(60_000), &"y".repeat(100_000)).repeat(100),
        ] {
            let mut peer = Peer::with_client(filter.address(), client);
            peer.send(&[envelope(), field("From", " amy@example.com"), flood].concat());
            peer.send(&packet(b'N', b""));
            assert_eq!(peer.hear_all(), Some(tempfail(65_536)));
            filter.log_line("the header has more than 65536 octets");
        }
    }
    assert!(peak(&filter) < 65_536, "{} KiB", peak(&filter));
    others_live_on(&filter, &mut before);
}

fn tempfail(limit: usize) -> (u8, Vec<u8>) {
    let text = format!("451 4.7.0 the header has more than {limit} octets\0");
    (b'y', text.into_bytes())
}

#[test]
fn c11_a_header_may_have_as_many_octets_as_are_configured() {
    let files = Files::new();
    let filter = files.start("MaximumHeaders 100\n");
    let from = field("From", " amy@example.com");
    // `From: amy@example.com` and its line end have 23 octets, `X:` and its line end 4.
    for (octets, expected) in [
        (100 - 23 - 4, (b'c', vec![])),
        (100 - 23 - 3, tempfail(100)),
    ] {
        let mut peer = Peer::with_client(filter.address(), "127.0.0.1");
        let more = field("X", &"y".repeat(octets));
        peer.send(&[envelope(), from.clone(), more, packet(b'N', b"")].concat());
        assert_eq!(peer.hear_all(), Some(expected));
    }
}

/// As many fields as `MaximumHeaders` lets in, of the kinds that cost most.
#[test]
fn c07_f01_a_header_full_of_signatures_or_forged_results_is_examined_at_once() {
    let files = Files::new();
    let filter = files.start("");
    let signature = " v=1; a=rsa-sha256; d=example.com; s=rsa; h=from; bh=AA==; b=AA==";
    let junk = field("DKIM-Signature", signature).repeat(600);
    let forged = field("Authentication-Results", " mx.example.com; none");
    for (flood, deletions) in [(junk, 0), (forged.repeat(1_000), 1_000)] {
        let mut peer = Peer::with_client(filter.address(), "192.0.2.1");
        peer.send(&[envelope(), flood, field("From", " a@example.org")].concat());
        peer.send(&packet(b'N', b""));
        assert_eq!(peer.hear(), Some(b'c'));
        peer.send(&packet(b'E', b""));
        let mut told = Vec::new();
        while told.last() != Some(&b'a') {
            told.push(peer.hear().unwrap());
        }
        let deleted = told.iter().filter(|&&letter| letter == b'm').count();
        assert_eq!(deleted, deletions);
    }
    assert!(peak(&filter) < 65_536, "{} KiB", peak(&filter));
}

#[test]
fn c11_a_body_that_comes_octet_by_octet_is_signed_and_not_kept() {
    let files = Files::new();
    let filter = files.start("");
    let memory = peak(&filter);
    let mut peer = Peer::with_client(filter.address(), "127.0.0.1");
    peer.send(&header());
    assert_eq!(peer.hear(), Some(b'c'));
    let pieces: Vec<u8> = b"At noon.\r\n"
        .iter()
        .flat_map(|&octet| packet(b'B', &[octet]))
        .collect();
    for _ in 0..1_000 {
        peer.send(&pieces.repeat(100));
    }
    peer.send(&packet(b'E', b""));
    let (letter, inserted) = peer.hear_all().unwrap();
    assert_eq!(letter, b'i');
    assert!(inserted.windows(14).any(|part| part == b"DKIM-Signature"));
    let grown = peak(&filter) - memory;
    assert!(grown < 4096, "{grown} KiB more");
}

#[test]
fn c11_a_body_of_blank_lines_or_of_one_line_is_signed_and_not_kept() {
    let files = Files::new();
    let filter = files.start("");
    let memory = peak(&filter);
    for piece in [
        b"\r\n".repeat(30_000),
        vec![b'x'; 60_000],
        b" \t".repeat(30_000),
    ] {
        let mut peer = Peer::with_client(filter.address(), "127.0.0.1");
        peer.send(&header());
        assert_eq!(peer.hear(), Some(b'c'));
        for _ in 0..40 {
            peer.send(&packet(b'B', &piece));
        }
        peer.send(&packet(b'E', b""));
        assert_eq!(peer.hear(), Some(b'i'));
        assert_eq!(peer.hear_end(), Some(b'a'));
    }
    let grown = peak(&filter) - memory;
    assert!(grown < 4096, "{grown} KiB more");
}

#[test]
fn names_and_addresses_of_250_000_octets_take_their_room_and_no_more() {
    let files = Files::new();
    let filter = files.start("SPF yes\n");
    let memory = peak(&filter);
    let long = "a.".repeat(125_000);
    let mut peer = Peer::with_client(filter.address(), "192.0.2.1");
    for _ in 0..100 {
        peer.send(&packet(b'H', format!("{long}\0").as_bytes()));
        peer.send(&packet(b'M', format!("<a@{long}>\0").as_bytes()));
        peer.send(&packet(b'R', format!("<a@{long}>\0").as_bytes()));
        peer.send(&[field("From", " amy@example.com"), packet(b'N', b"")].concat());
        assert_eq!(peer.hear(), Some(b'c'));
        peer.send(&packet(b'E', b""));
        assert_eq!(peer.hear_end(), Some(b'a'));
    }
    let grown = peak(&filter) - memory;
    assert!(grown < 16_384, "{grown} KiB more");
}

#[test]
fn recipients_are_not_kept() {
    let files = Files::new();
    let filter = files.start("");
    let memory = peak(&filter);
    let mut peer = Peer::with_client(filter.address(), "127.0.0.1");
    peer.send(&envelope());
    for _ in 0..100 {
        peer.send(&packet(b'R', b"<user@example.net>\0NOTIFY=NEVER\0").repeat(1_000));
    }
    peer.send(&[field("From", " amy@example.com"), packet(b'N', b"")].concat());
    assert_eq!(peer.hear(), Some(b'c'));
    let grown = peak(&filter) - memory;
    assert!(grown < 4096, "{grown} KiB more");
}

#[test]
fn messages_that_are_given_up_leave_nothing_behind() {
    let files = Files::new();
    let filter = files.start("");
    let mut peer = Peer::with_client(filter.address(), "192.0.2.1");
    let begun = [
        envelope(),
        field("From", " amy@example.com"),
        field("X", &"y".repeat(60_000)),
        packet(b'A', b""),
    ];
    let begun = begun.concat().repeat(10);
    peer.send(&begun);
    let memory = peak(&filter);
    for _ in 0..50 {
        peer.send(&packet(b'A', b"").repeat(1_000));
        peer.send(&begun);
    }
    peer.send(&header());
    assert_eq!(peer.hear(), Some(b'c'));
    let grown = peak(&filter) - memory;
    assert!(grown < 4096, "{grown} KiB more");
}

/// Mail servers keep connections between two messages.
#[test]
fn an_idle_connection_does_not_keep_what_its_last_message_took() {
    let files = Files::new();
    let filter = files.start("");
    let memory = peak(&filter);
    let long = |letter: u8| packet(letter, &[&[b'x'; 250_000][..], b"\0"].concat());
    let macros = |letter: u8| {
        let value = "x".repeat(65_000);
        packet(
            b'D',
            format!("{}i\0{value}\0", char::from(letter)).as_bytes(),
        )
    };
    let idle: Vec<Peer> = (0..100)
        .map(|_| {
            let mut peer = Peer::with_client(filter.address(), "127.0.0.1");
            peer.send(&long(b'H'));
            for letter in [b'M', b'R', b'T', b'N', b'E'] {
                peer.send(&[macros(letter), packet(b'A', b"")].concat());
            }
            peer.send(&[long(b'M'), long(b'R')].concat());
            peer.send(&field("X", &"y".repeat(60_000)));
            peer.send(&packet(b'A', b""));
            peer.send(&packet(b'U', b"NOOP\0"));
            assert_eq!(peer.hear(), Some(b'c'));
            peer
        })
        .collect();
    let grown = peak(&filter) - memory;
    assert!(grown < 16_384, "{grown} KiB more");
    drop(idle);
}

#[test]
fn a_mail_server_that_listens_to_nothing_takes_no_memory() {
    let files = Files::new();
    let filter = files.start("");
    let mut before = Mta::with_client(&filter, "127.0.0.1");
    let memory = peak(&filter);
    let mut deaf = Peer::with_client(filter.address(), "127.0.0.1");
    deaf.stream.set_nonblocking(true).unwrap();
    let message = [header(), packet(b'E', b"")].concat().repeat(100);
    // Until the filter takes no more, for its answers have no room on their way.
    let mut rest = &message[..];
    let mut full = 0;
    while full < 50 {
        match deaf.stream.write(rest) {
            Ok(count) => {
                full = 0;
                rest = &rest[count..];
                if rest.is_empty() {
                    rest = &message;
                }
            }
            Err(error) => {
                assert_eq!(error.kind(), std::io::ErrorKind::WouldBlock);
                full += 1;
                others_live_on(&filter, &mut before);
            }
        }
    }
    let grown = peak(&filter) - memory;
    assert!(grown < 8192, "{grown} KiB more");
}

#[test]
fn connections_that_break_off_anywhere_are_given_back() {
    let files = Files::new();
    let filter = files.start("");
    let mut before = Mta::with_client(&filter, "127.0.0.1");
    others_live_on(&filter, &mut before);
    let open = || {
        fs::read_dir(format!("/proc/{}/fd", filter.id()))
            .unwrap()
            .count()
    };
    let whole = [
        offer(),
        connect("192.0.2.1"),
        header(),
        packet(b'B', b"At noon.\r\n"),
        packet(b'E', b""),
        packet(b'Q', b""),
    ]
    .concat();
    let count = open();
    for end in 0..=whole.len() {
        Peer::connect(filter.address()).send(&whole[..end]);
    }
    // It hears of the ends one after the other.
    while open() > count {
        thread::yield_now();
    }
    others_live_on(&filter, &mut before);
}

/// Half of the files that the process may have open are for connections, so that the rest is there
/// for questions to the DNS.
#[test]
fn connections_beyond_the_limit_wait_and_the_log_says_so() {
    let files = Files::new();
    let conf = files.write_conf("");
    let limited = format!("ulimit -n 64 && exec {MILTER} -x {}", conf.display());
    let filter = Program::start("sh", ["-c", &limited], 1);
    let mut silent: Vec<Peer> = (0..32).map(|_| Peer::begun(filter.address())).collect();
    filter.log_line("all 32 connections are taken");
    let mut waiting = Peer::connect(filter.address());
    waiting.send(&offer());
    let mut first = silent.swap_remove(0);
    first.send(&connect("127.0.0.1"));
    assert_eq!(first.hear(), Some(b'c'));
    drop(first);
    assert_eq!(waiting.hear(), Some(b'O'));
    drop(silent);
    others_live_on(&filter, &mut Mta::with_client(&filter, "127.0.0.1"));
}

/// As systemd starts services: 1024 open files, and leave to have more.
#[test]
fn a_limit_that_may_be_raised_is_raised() {
    let files = Files::new();
    let conf = files.write_conf("");
    let limited = format!("ulimit -S -n 64 && exec {MILTER} -x {}", conf.display());
    let filter = Program::start("sh", ["-c", &limited], 1);
    let connections: Vec<Peer> = (0..100).map(|_| Peer::begun(filter.address())).collect();
    others_live_on(&filter, &mut Mta::with_client(&filter, "127.0.0.1"));
    drop(connections);
}
