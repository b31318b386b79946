//! Clients that break off, fall silent or talk nonsense: the right code, and the server lives.

mod support;

use core::time::Duration;
use std::io::Write;
use std::net::TcpStream;
use std::thread;

use support::{Mx, Peer};

/// An honest client still gets through.
fn assert_alive(mx: &mut Mx) {
    assert!(mx.program.is_running());
    let before = mx.messages().len();
    let mut peer = mx.connect();
    peer.dialogue(&[
        ("EHLO client.example", "250"),
        ("MAIL FROM:<a@b.example>", "250 "),
        ("RCPT TO:<user@example.com>", "250 "),
        ("DATA", "354 "),
        ("From: a@b.example\r\n\r\nHello\r\n.", "250 "),
        ("QUIT", "221 "),
    ]);
    assert_eq!(mx.messages().len(), before + 1);
}

#[test]
fn garbage_is_answered_until_it_is_too_much() {
    let mut mx = Mx::start("", &[]);
    let mut peer = mx.connect();
    for garbage in [
        &b"\x00\xff\xfe\r\n"[..],
        b"\x16\x03\x01\x02\x00\r\n",
        b"\r\n",
        b"HELLO\r\n",
    ] {
        peer.send(garbage);
        let reply = peer.reply();
        assert!(reply.starts_with("500 5.5."), "{garbage:?}: {reply}");
    }
    for _ in 0..200 {
        peer.send("MAIL FROM:<>\r\n");
    }
    let rest = peer.rest();
    assert!(rest.lines().last().unwrap().starts_with("421 "), "{rest}");
    assert_alive(&mut mx);
}

#[test]
fn octets_without_a_line_end_are_cut_off() {
    let mut mx = Mx::start("", &[]);
    let mut peer = mx.connect();
    for _ in 0..20 {
        peer.send([b'x'; 65536]);
    }
    assert!(peer.rest().starts_with("500 5.5.2 "));
    assert_alive(&mut mx);
}

#[test]
fn b11_a_line_that_is_too_long_is_refused_and_the_next_is_heard() {
    let mut mx = Mx::start("", &[]);
    let mut peer = mx.connect();
    let reply = peer.say(&format!("NOOP {}", "x".repeat(10_000)));
    assert!(reply.starts_with("500 5.5.2 "), "{reply}");
    assert!(peer.say("NOOP").starts_with("250 "));
    assert_alive(&mut mx);
}

#[test]
fn b12_a_browser_is_sent_away() {
    let mut mx = Mx::start("", &[]);
    let mut peer = mx.connect();
    peer.send("POST / HTTP/1.1\r\nHost: mx.example.com\r\n\r\nMAIL FROM:<a@b.example>\r\n");
    let rest = peer.rest();
    assert!(rest.starts_with("421 4.7.0 "), "{rest}");
    assert_eq!(rest.lines().count(), 1, "{rest}");
    assert_alive(&mut mx);
}

#[test]
fn b06_who_talks_before_the_greeting_is_sent_away() {
    let mut mx = Mx::start("", &[]);
    // The server may have greeted before the octets are there: then they are a plain command, and
    // what comes behind EHLO in the same flight is what is wrong.
    let mut stream = TcpStream::connect(mx.address()).unwrap();
    stream
        .write_all(b"EHLO client.example\r\nMAIL FROM:<a@b.example>\r\n")
        .unwrap();
    drop(stream);
    let mut peer = mx.connect();
    peer.send("EHLO client.example\r\nMAIL FROM:<a@b.example>\r\n");
    let rest = peer.rest();
    assert!(rest.contains("554 5.5.0 "), "{rest}");
    assert!(!rest.contains("2.1.0"), "{rest}");
    assert_alive(&mut mx);
}

#[test]
fn a_silent_client_is_told_why_it_is_cut_off() {
    let mut mx = Mx::start("", &["--patience", "2"]);
    let mut peer = mx.connect();
    let rest = peer.rest();
    assert!(rest.starts_with("421 4.4.2 "), "{rest}");
    // In the middle of a message, too.
    let mut peer = mx.connect();
    peer.dialogue(&[
        ("EHLO client.example", "250"),
        ("MAIL FROM:<a@b.example>", "250 "),
        ("RCPT TO:<user@example.com>", "250 "),
        ("DATA", "354 "),
    ]);
    peer.send("From: a@b.example\r\n\r\nHal");
    let rest = peer.rest();
    assert!(rest.starts_with("421 4.4.2 "), "{rest}");
    assert_eq!(mx.messages().len(), 0);
    assert_alive(&mut mx);
}

#[test]
fn octets_that_complete_no_command_buy_no_time() {
    let mut mx = Mx::start("", &["--patience", "2"]);
    let mut peer = mx.connect();
    let reply = thread::scope(|scope| {
        let mut dripping = peer.clone_stream();
        // Drips until the server has had enough; if it never had, so would this test.
        scope.spawn(move || {
            while dripping.write_all(b"N").is_ok() {
                thread::sleep(Duration::from_millis(50));
            }
        });
        peer.reply()
    });
    assert!(reply.starts_with("421 4.4.2 "), "{reply}");
    assert_alive(&mut mx);
}

#[test]
fn half_a_message_is_no_message() {
    let mut mx = Mx::start("", &[]);
    for half in [
        "",
        "From: a@b.example",
        "From: a@b.example\r\n\r\nHello",
        "From: a@b.example\r\n\r\nHello\r\n.",
        "From: a@b.example\r\n\r\nHello\r\n.\r",
    ] {
        let mut peer = mx.connect();
        peer.dialogue(&[
            ("EHLO client.example", "250"),
            ("MAIL FROM:<a@b.example>", "250 "),
            ("RCPT TO:<user@example.com>", "250 "),
            ("DATA", "354 "),
        ]);
        peer.send(half);
    }
    // A body that has gone to a file, and a connection that is gone.
    let mut peer = mx.connect();
    peer.dialogue(&[
        ("EHLO client.example", "250"),
        ("MAIL FROM:<a@b.example>", "250 "),
        ("RCPT TO:<user@example.com>", "250 "),
        ("DATA", "354 "),
    ]);
    peer.send("From: a@b.example\r\n\r\n");
    peer.send("Hello, hello, hello\r\n".repeat(50_000));
    drop(peer);
    assert_eq!(mx.messages().len(), 0);
    assert_alive(&mut mx);
    assert_eq!(mx.messages().len(), 1);
}

#[test]
fn b01_a_bare_line_end_ends_the_session_and_no_second_message_slips_in() {
    let mut mx = Mx::start("", &[]);
    for smuggled in ["\n.\n", "\n.\r\n", "\r.\r\n", "\r\n.\n", "\r\n.\r\r\n"] {
        let mut peer = mx.connect();
        peer.dialogue(&[
            ("EHLO client.example", "250"),
            ("MAIL FROM:<a@b.example>", "250 "),
            ("RCPT TO:<user@example.com>", "250 "),
            ("DATA", "354 "),
        ]);
        peer.send(format!(
            "From: a@b.example\r\n\r\nHello{smuggled}MAIL FROM:<x@b.example>\r\n\
             RCPT TO:<user@example.com>\r\nDATA\r\nFrom: x@b.example\r\n\r\nHello\r\n.\r\n"
        ));
        let rest = peer.rest();
        assert!(rest.starts_with("550 5.6.0 "), "{smuggled:?}: {rest}");
        assert_eq!(rest.lines().count(), 1, "{smuggled:?}: {rest}");
    }
    assert_eq!(mx.messages().len(), 0);
    assert_alive(&mut mx);
}

#[test]
fn one_connection_too_many_is_told_so() {
    let mut mx = Mx::start("", &["--connections", "3"]);
    let held: Vec<Peer> = (0..3).map(|_| mx.connect()).collect();
    let rest = Peer::connect_silently(mx.address()).rest();
    assert!(rest.starts_with("421 4.3.2 "), "{rest}");
    drop(held);
    // The places are free again, perhaps a moment later.
    while !Peer::connect_silently(mx.address())
        .reply()
        .starts_with("220 ")
    {}
    while mx.program.is_running() {
        let mut peer = Peer::connect_silently(mx.address());
        if peer.reply().starts_with("220 ") {
            break;
        }
    }
    assert!(mx.program.is_running());
}

#[test]
fn one_client_does_not_take_every_place() {
    let mut mx = Mx::start("", &[]);
    let held: Vec<Peer> = (0..64).map(|_| mx.connect()).collect();
    for _ in 64..260 {
        let rest = Peer::connect_silently(mx.address()).rest();
        assert!(rest.starts_with("421 4.7.0 "), "{rest}");
    }
    drop(held);
    // The places are free again, perhaps a moment later.
    while mx.program.is_running() {
        let mut peer = Peer::connect_silently(mx.address());
        if peer.reply().starts_with("220 ") {
            break;
        }
    }
    assert!(mx.program.is_running());
}

#[test]
fn many_clients_that_vanish_leave_no_trace() {
    let mut mx = Mx::start("", &["--connections-per-client", "256"]);
    for round in 0..200 {
        let mut stream = TcpStream::connect(mx.address()).unwrap();
        let cut = round % 60;
        let octets =
            b"EHLO client.example\r\nMAIL FROM:<a@b.example>\r\nRCPT TO:<user@example.com>\r\n";
        let _ = stream.write_all(&octets[..cut]);
    }
    assert_alive(&mut mx);
}

#[test]
fn b05_nothing_a_client_says_begins_a_line() {
    let mx = Mx::start("", &[]);
    let long = "a".repeat(1900);
    let paths = [
        "\"a>b,c;d\"@b.example",
        "\"a\\\"(b\\)\"@b.example",
        "\"=?utf-8?q?=0D=0ABcc:_x?=\"@b.example",
        "\"a spf=pass smtp.mailfrom=b\"@b.example",
        "a+0D+0ABcc:x@b.example",
        "%0d%0aBcc@b.example",
        "a\r@b.example",
        "\"a\rBcc: x\"@b.example",
        "\"a\0b\"@b.example",
        "\"a\tb\"@b.example",
        "\"a\u{7f}\"@b.example",
        "j\u{f6}rg@b\u{fc}cher.example",
        "a\u{85}Bcc@b.example",
        "a\u{2028}Bcc@b.example",
        "\"a\u{2028}Bcc: x\"@b.example",
        "a\u{202e}b@b.example",
        "a@[192.0.2.1]",
        "a@[IPv6:::1]",
        "a@[x:\r]",
    ];
    let names = [
        "client.example",
        "a_b.example",
        "[x:y%z]",
        "a\rb",
        "a\0",
        "a(b)",
        "b\u{fc}cher.example",
        &long,
    ];
    let mut taken = 0;
    for (index, path) in paths.iter().enumerate() {
        let mut peer = mx.connect();
        let lines = [
            "EHLO client.example".to_owned(),
            format!("EHLO {}", names[index % names.len()]),
            format!("MAIL FROM:<{path}> SMTPUTF8"),
            format!("RCPT TO:<{path}>"),
            format!("RCPT TO:<{}@example.com>", path.rsplit_once('@').unwrap().0),
            "DATA".to_owned(),
        ];
        let mut heard = String::new();
        for line in lines {
            heard = peer.say(&line);
            for line in heard.split_inclusive("\r\n") {
                let (code, text) = line.split_at(3);
                assert!(code.parse::<u16>().is_ok(), "{path}: {line}");
                let text = text.strip_suffix("\r\n").unwrap();
                assert!(
                    text.chars().all(|char| matches!(char, ' '..='~')),
                    "{path}: {line}"
                );
            }
        }
        if heard.starts_with("354 ") {
            let heard = peer.say("From: a@b.example\r\n\r\nHello\r\n.");
            assert!(heard.starts_with("250 "), "{path}: {heard}");
            taken += 1;
        }
    }
    let messages = mx.messages();
    assert_eq!(messages.len(), taken);
    assert!(taken >= 6, "{taken}");
    for message in messages {
        let (header, body) = message.split_once("\r\n\r\n").unwrap();
        assert_eq!(body, "Hello\r\n");
        let mut fields = Vec::new();
        for line in header.split("\r\n") {
            assert!(
                line.len() <= 998 && !line.contains(char::is_control),
                "{line:?}"
            );
            if !line.starts_with(' ') {
                fields.push(line.split_once(':').unwrap().0);
            }
        }
        let (last, stamps) = fields.split_last().unwrap();
        assert_eq!(*last, "From");
        assert_eq!(
            stamps,
            [
                "Return-Path",
                "Authentication-Results",
                "Received-SPF",
                "Received"
            ]
        );
    }
}
