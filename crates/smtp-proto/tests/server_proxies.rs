//! What proxies say of their clients, in a header before the greeting or with XCLIENT, and what
//! others try to say in their place.

#![expect(clippy::std_instead_of_alloc, reason = "tests have std")]

mod dialogue;

use std::sync::Arc;

use smtp_proto::Server;
use smtp_proto::server::{Closing, Config, Event};

use self::dialogue::{Dialogue, answers, lmtp, mx, submission};

const EHLO: &[u8] = b"EHLO client.example";
const GREETING: &str = "220 mx.example ESMTP\r\n";
const SIGNATURE: &[u8] = b"\r\n\r\n\0\r\nQUIT\n";

/// A header of version 2.
fn block(command: u8, family: u8, octets: &[u8]) -> Vec<u8> {
    let length = u16::try_from(octets.len()).unwrap().to_be_bytes();
    [SIGNATURE, &[command, family], &length, octets].concat()
}

const IPV4: [u8; 12] = [192, 0, 2, 1, 192, 0, 2, 25, 0xdc, 4, 0, 25];

/// ALPN, a unique id with SMTP in it, a checksum, and padding; none of it is looked at.
const REMARKS: &[u8] = b"\x01\x00\x04smtp\x05\x00\x06QUIT\r\n\x03\x00\x04abcd\x04\x00\x02\0\0";

fn proxied() -> [Config; 3] {
    [mx(), lmtp(), submission()].map(|config| config.proxy_protocol(true))
}

/// What comes of octets in each of two pieces, and octet by octet: the same each time.
fn hear(config: &Config, octets: &[u8]) -> (String, Vec<String>) {
    let hear = |pieces: &[&[u8]]| {
        let mut dialogue = Dialogue::new(config.clone());
        dialogue.send(pieces.iter().copied());
        (dialogue.heard(), dialogue.events)
    };
    let by_octet = hear(&octets.chunks(1).collect::<Vec<_>>());
    for split in 0..=octets.len() {
        let (one, two) = octets.split_at(split);
        assert_eq!(hear(&[one, two]), by_octet, "{split}");
    }
    by_octet
}

#[test]
fn b06_a_block_of_a_proxy_comes_before_the_greeting() {
    let known = "Connected(Peer { proxied: Some(Addresses { destination: 192.0.2.25:25, \
                 source: 192.0.2.1:56324 }), tls: false })";
    let unknown = "Connected(Peer { proxied: None, tls: false })";
    let with_remarks = [&IPV4[..], REMARKS].concat();
    for (header, event) in [
        (block(0x21, 0x11, &IPV4), known),
        (block(0x21, 0x12, &IPV4), known),
        (block(0x21, 0x11, &with_remarks), known),
        // What a health check says; with and without addresses that mean nothing.
        (block(0x20, 0, b""), unknown),
        (block(0x20, 0x11, &IPV4), unknown),
        (block(0x20, 0x21, &IPV4[..3]), unknown),
        (block(0x20, 0xff, REMARKS), unknown),
        // No family, and that of sockets in the file system.
        (block(0x21, 0, b""), unknown),
        (block(0x21, 0, REMARKS), unknown),
        (block(0x21, 0x31, &[b'/'; 216]), unknown),
        (b"PROXY UNKNOWN\r\n".to_vec(), unknown),
        (b"PROXY UNKNOWN \0QUIT 1 2 3\r\n".to_vec(), unknown),
    ] {
        for config in proxied() {
            let (heard, events) = hear(&config, &header);
            assert_eq!(heard, GREETING, "{}", header.escape_ascii());
            assert_eq!(events, [event]);
        }
    }
    let largest = block(0x21, 0x11, &[&IPV4[..], &[0; 4084]].concat());
    let mut dialogue = Dialogue::new(mx().proxy_protocol(true));
    dialogue.send(largest.chunks(1));
    assert_eq!(dialogue.heard(), GREETING);
}

#[test]
fn b06_what_is_no_header_of_a_proxy_gets_no_word() {
    for header in [
        // Too little for its family, and families and transports that there are not.
        block(0x21, 0x11, &IPV4[..11]),
        block(0x21, 0x21, &IPV4),
        block(0x21, 0x11, b""),
        block(0x21, 0x13, &IPV4),
        block(0x21, 0x41, &[0; 40]),
        block(0x22, 0x11, &IPV4),
        block(0x11, 0x11, &IPV4),
        block(0x31, 0x11, &IPV4),
        // Longer than anybody needs.
        block(0x21, 0x11, &[0; 4097]),
        block(0x20, 0, &[0; 0xffff]),
        b"\r\n\r\n\0\r\nQUIT\r\n".to_vec(),
        b"\r\n\r\n\r\n".to_vec(),
        b"\0".to_vec(),
        b"proxy TCP4 192.0.2.1 192.0.2.25 1 2\r\n".to_vec(),
        b"PROXY tcp4 192.0.2.1 192.0.2.25 1 2\r\n".to_vec(),
        b"PROXY TCP4 192.0.2.1 192.0.2.25 1 2 3\r\n".to_vec(),
        b"PROXY TCP4 192.0.2.1 192.0.2.25 -1 2\r\n".to_vec(),
        b"PROXY TCP4 192.0.2.1 192.0.2.25 1 2\n".to_vec(),
        b"PROXY TCP4 192.0.2.1 192.0.2.25 1\r2\r\n".to_vec(),
        b"PROXY TCP4 192.0.2.01 192.0.2.25 1 2\r\n".to_vec(),
        b"PROXY TCP4 192.0.2.256 192.0.2.25 1 2\r\n".to_vec(),
        b"PROXY TCP6 ::1%lo ::1 1 2\r\n".to_vec(),
        b"PROXY TCP6 192.0.2.1 192.0.2.25 1 2\r\n".to_vec(),
        b"PROXY TCP4 ::ffff:192.0.2.1 ::1 1 2\r\n".to_vec(),
        b"PROXY UNKNOWN\n".to_vec(),
        [b"PROXY UNKNOWN ", &[b'x'; 200][..]].concat(),
    ] {
        let header = &header[..header.len().min(300)];
        let (heard, events) = hear(&mx().proxy_protocol(true), header);
        assert_eq!(heard, "", "{}", header.escape_ascii());
        assert_eq!(events, ["Close(Proxy)"], "{}", header.escape_ascii());
    }
}

#[test]
fn b06_a_header_that_does_not_end_is_waited_for_in_silence() {
    let header = block(0x21, 0x11, &[&IPV4[..], REMARKS].concat());
    for length in 0..header.len() {
        let (heard, events) = hear(&mx().proxy_protocol(true), &header[..length]);
        assert_eq!((&*heard, events.len()), ("", 0));
    }
}

#[test]
fn b06_commands_behind_the_header_of_a_proxy_came_too_early() {
    let commands = b"EHLO client.example\r\nMAIL FROM:<>\r\n";
    for header in [
        block(0x21, 0x11, &IPV4),
        block(0x20, 0, b""),
        b"PROXY TCP4 192.0.2.1 192.0.2.25 1 2\r\n".to_vec(),
        // One of them behind the other.
        [block(0x20, 0, b""), block(0x21, 0x11, &IPV4)].concat(),
    ] {
        for config in proxied() {
            let mut server = Server::new(Arc::new(config));
            let mut out = Vec::new();
            let input = [&header, &commands[..]].concat();
            let advance = server.advance(&input, &mut out).unwrap();
            assert_eq!(advance.event, Some(Event::Close(Closing::Pipelined)));
            assert_eq!(advance.consumed, input.len());
            assert!(out.starts_with(b"554 5.5.0 "));
        }
    }
}

#[test]
fn b06_without_the_setting_nobody_says_who_is_behind_him() {
    // Before the greeting it is early, and behind it no command.
    for header in [&block(0x21, 0x11, &IPV4)[..], b"PROXY UNKNOWN\r\n"] {
        let mut server = Server::new(Arc::new(mx()));
        let mut out = Vec::new();
        let advance = server.advance(header, &mut out).unwrap();
        assert_eq!(advance.event, Some(Event::Close(Closing::Pipelined)));
    }
    let heard = answers(&mx(), &[b"PROXY TCP4 192.0.2.1 192.0.2.25 1 2", EHLO]);
    assert_eq!(heard[0], "500 5.5.1 Command not recognized\r\n");
    // Nor does anybody say it twice.
    let mut dialogue = Dialogue::new(mx().proxy_protocol(true));
    dialogue.send([&b"PROXY UNKNOWN\r\n"[..]]);
    dialogue.send([&b"PROXY TCP4 192.0.2.1 192.0.2.25 1 2\r\n"[..]]);
    let heard = dialogue.heard();
    assert_eq!(
        heard,
        [GREETING, "500 5.5.1 Command not recognized\r\n"].concat()
    );
}

#[test]
fn b05_xclient_with_anything_odd_says_nothing_at_all() {
    let long = [b"XCLIENT NAME=", &[b'a'; 3000][..]].concat();
    for (line, code) in [
        (&b"XCLIENT ADDR=192.0.2.1 ADDR=192.0.2.1"[..], "501 "),
        (b"XCLIENT ADDR=192.0.2.1 addr=192.0.2.2", "501 "),
        (b"XCLIENT ADDR=192.0.2.1 FOO=bar", "501 "),
        (b"XCLIENT ADDR=192.0.2.1 REVERSE_NAME=x", "501 "),
        (b"XCLIENT ADDR=192.0.2.1 NAME=a+0D+0AQUIT", "501 "),
        (b"XCLIENT ADDR=192.0.2.1 NAME=a+00", "501 "),
        (b"XCLIENT ADDR=192.0.2.1 NAME=a+7F", "501 "),
        (b"XCLIENT ADDR=192.0.2.1 NAME=a+", "501 "),
        (b"XCLIENT ADDR=192.0.2.1 NAME=a+4", "501 "),
        (b"XCLIENT ADDR=192.0.2.1 NAME=a+zz", "501 "),
        (b"XCLIENT ADDR=192.0.2.1 NAME=a\tb", "501 "),
        (b"XCLIENT ADDR=192.0.2.1 NAME=a\rb", "501 "),
        (b"XCLIENT ADDR=192.0.2.1 LOGIN=", "501 "),
        (b"XCLIENT ADDR=192.0.2.1 LOGIN", "501 "),
        (b"XCLIENT ADDR=192.0.2.1 =x", "501 "),
        (b"XCLIENT ADDR=192.0.2.1  LOGIN=tim", "501 "),
        (b"XCLIENT ADDR=192.0.2.1\tLOGIN=tim", "501 "),
        (b"XCLIENT ADDR=[192.0.2.1]", "501 "),
        (b"XCLIENT ADDR=IPV6:::1%lo", "501 "),
        (b"XCLIENT ADDR=[UNKNOWN]", "501 "),
        (b"XCLIENT PORT=65536 ADDR=192.0.2.1", "501 "),
        (b"XCLIENT PORT=[UNAVAILABLE", "501 "),
        (b"XCLIENT ADDR=192.0.2.1 NAME=\xff", "500 "),
        (b"XCLIENT", "501 "),
        (b"XCLIENT ", "501 "),
        (&long, "500 "),
    ] {
        let config = mx().xclient(true);
        let mut dialogue = Dialogue::new(config);
        dialogue.send([EHLO, b"\r\n"]);
        dialogue.heard();
        dialogue.send([line, b"\r\n"]);
        let heard = dialogue.heard();
        assert!(heard.starts_with(code), "{}: {heard}", line.escape_ascii());
        assert!(!dialogue.server.is_authenticated());
        assert!(
            !dialogue
                .events
                .iter()
                .any(|event| event.starts_with("XClient"))
        );
        // It is still the session it was.
        dialogue.send([&b"MAIL FROM:<>\r\n"[..]]);
        assert!(dialogue.heard().starts_with("250 "));
    }
}

#[test]
fn b08_xclient_forgets_a_login_and_a_greeting() {
    let config = submission().auth_without_tls(true).xclient(true);
    for login in [
        "LOGIN=[UNAVAILABLE]",
        "LOGIN=[tempunavail]",
        "NAME=a.example",
    ] {
        let line = format!("XCLIENT ADDR=192.0.2.1 {login}");
        let lines = [
            EHLO,
            b"AUTH PLAIN AHRpbQBzZWNyZXQ=",
            line.as_bytes(),
            b"MAIL FROM:<>",
            EHLO,
            b"MAIL FROM:<>",
        ];
        let heard = answers(&config, &lines);
        assert!(heard[1].starts_with("235 "));
        assert_eq!(heard[2], GREETING);
        assert_eq!(heard[3], "503 5.5.1 Send EHLO first\r\n");
        assert!(heard[4].contains("AUTH PLAIN"));
        assert_eq!(heard[5], "530 5.7.0 Authentication required\r\n");
    }
    // Who is no proxy changes nothing, whatever he says.
    let lines = [
        EHLO,
        b"AUTH PLAIN AHRpbQBzZWNyZXQ=",
        b"XCLIENT ADDR=198.51.100.1 LOGIN=[UNAVAILABLE]",
        b"MAIL FROM:<>",
        b"XCLIENT ADDR=192.0.2.1",
        b"RCPT TO:<b@mx.example>",
    ];
    let heard = answers(&config, &lines);
    assert!(heard[2].starts_with("550 "));
    assert!(heard[3].starts_with("250 "));
    assert_eq!(heard[4], "503 5.5.1 Bad sequence of commands\r\n");
    assert!(heard[5].starts_with("250 "));
    // Before the client has greeted it may be said.
    let heard = answers(
        &config,
        &[
            b"XCLIENT ADDR=198.51.100.1 LOGIN=tim",
            EHLO,
            b"MAIL FROM:<>",
        ],
    );
    assert!(heard[0].starts_with("550 "));
    assert_eq!(heard[2], "530 5.7.0 Authentication required\r\n");
}
