//! Clients that send without end: what is not a message has its limit, and nothing of it is kept.

#![expect(clippy::std_instead_of_alloc, reason = "tests have std")]

mod dialogue;

use std::sync::Arc;

use allocation_counter::measure;
use smtp_proto::server::{Config, Event, Limits};
use smtp_proto::{Reply, Server};

use self::dialogue::{Dialogue, answers, lmtp, mx, open_submission};

const EHLO: &[u8] = b"EHLO client.example";
const MAIL: &[u8] = b"MAIL FROM:<a@client.example>";
const RCPT: &[u8] = b"RCPT TO:<b@mx.example>";

/// Says the same lines over and over. Gives how often before the server closes.
fn rounds(config: &Config, before: &[&[u8]], lines: &[&[u8]]) -> usize {
    let mut dialogue = Dialogue::new(config.clone());
    for line in before {
        dialogue.send([line, &b"\r\n"[..]]);
    }
    for round in 0..1000 {
        for line in lines {
            dialogue.send([line, &b"\r\n"[..]]);
            if dialogue.is_closed {
                assert!(dialogue.heard().ends_with("\r\n"));
                return round;
            }
        }
    }
    panic!("{lines:?} without end");
}

#[test]
fn b11_commands_that_bring_no_message_have_their_number() {
    for line in [
        &b"NOOP"[..],
        b"NOOP are you there",
        b"RSET",
        b"HELP",
        b"VRFY b",
        EHLO,
        b"HELO client.example",
    ] {
        assert_eq!(rounds(&mx(), &[], &[line]), 100, "{}", line.escape_ascii());
    }
    let lhlo: &[&[u8]] = &[b"LHLO client.example"];
    assert_eq!(rounds(&lmtp(), &[], lhlo), 100);
    // Nor is a message that is begun and given up a way around it.
    assert_eq!(rounds(&mx(), &[EHLO], &[MAIL, RCPT, b"RSET"]), 99);
    assert_eq!(rounds(&mx(), &[], &[EHLO, MAIL, RCPT]), 99);
    let heard = answers(&mx(), &[&b"NOOP"[..]; 101]);
    assert_eq!(
        heard[100],
        "421 4.7.0 mx.example Too many commands without a message\r\n"
    );
    assert_eq!(heard[99], "250 2.0.0 OK\r\n");
}

#[test]
fn b11_a_message_makes_room_for_commands_again() {
    let message: &[&[u8]] = &[MAIL, RCPT, b"DATA", b".", b"RSET", b"NOOP"];
    let lines = [&[EHLO][..], &message.repeat(150)].concat();
    let heard = answers(&mx(), &lines);
    assert_eq!(heard.last().unwrap(), "250 2.0.0 OK\r\n");
    // Whoever takes leave is told goodbye in any case.
    let lines = [vec![&b"NOOP"[..]; 100], vec![b"QUIT"]].concat();
    let heard = answers(&mx(), &lines);
    assert_eq!(heard[100], "221 2.0.0 mx.example Bye\r\n");
}

#[test]
fn b11_whatever_is_refused_over_and_over_ends_the_session() {
    let errors = usize::try_from(Limits::default().errors).unwrap();
    let junk = usize::try_from(Limits::default().unknown_commands).unwrap();
    let parameters = [MAIL, &b" X=1".repeat(500)].concat();
    for (lines, rounds_before) in [
        (&[&b"RCPT TO:<nobody@mx.example>"[..]][..], errors),
        (&[b"RCPT TO:<b@else.example>"], errors),
        (&[b"DATA"], errors),
        (&[MAIL], errors),
        (&[&parameters], errors),
        (&[b"MAIL FROM:<> SIZE=1 SIZE=1"], errors),
        (&[b"VRFY \x01"], errors),
        (&[b"VRFY \xff"], errors),
        (&[b"EXPN \x1b[31m"], errors),
        (&[b"STARTTLS"], errors),
        (&[b"BDAT 0"], errors),
        (&[b"BDAT 0 LAST"], errors),
        (&[b"XCLIENT ADDR=192.0.2.1"], errors),
        (&[b"AUTH PLAIN AHQAdA=="], errors),
        (&[b"RCPT TO:<b@mx.example> FOO=1"], errors),
        (&[b""], junk),
        (&[b"\x16\x03\x01\x02\x00"], junk),
        (&[b"PROXY TCP4 192.0.2.1 192.0.2.25 56324 25"], junk),
    ] {
        let rounds = rounds(&mx(), &[EHLO, MAIL], lines);
        assert_eq!(rounds, rounds_before, "{}", lines[0].escape_ascii());
    }
    for lines in [
        &[&b"AUTH LOGIN"[..], b"*"][..],
        &[b"AUTH LOGIN", b"="],
        &[b"AUTH LOGIN", b"dGlt", b"dGlt"],
        &[b"AUTH PLAIN =AAA"],
        &[b"AUTH FOO"],
    ] {
        let rounds = rounds(&open_submission(), &[EHLO], lines);
        assert_eq!(rounds, errors, "{}", lines[0].escape_ascii());
    }
}

/// What a server that is greeted takes from the heap for a flood in pieces, and the most octets
/// that its caller has to keep for it.
fn cost(config: Config, flood: &[u8], piece: usize) -> (u64, usize) {
    let mut server = Server::new(Arc::new(config));
    let mut out = Vec::with_capacity(1 << 20);
    let mut input = Vec::with_capacity(1 << 20);
    let _ = server.advance(b"", &mut out).unwrap();
    server.reply(&Reply::greeting(), &mut out).unwrap();
    let mut longest = 0;
    let heap = measure(|| {
        for octets in flood.chunks(piece) {
            input.extend_from_slice(octets);
            loop {
                let advance = server.advance(&input, &mut out).unwrap();
                let reply = match advance.event {
                    Some(Event::Hello(_)) => Some(Reply::hello()),
                    Some(Event::Mail(_)) => Some(Reply::sender_ok()),
                    Some(Event::Rcpt(_)) => Some(Reply::recipient_ok()),
                    Some(Event::Auth(_) | Event::AuthResponse(_)) => Some(Reply::bad_credentials()),
                    Some(Event::Close(_)) => return,
                    _ => None,
                };
                let is_waiting = advance.event.is_none();
                let consumed = advance.consumed;
                if let Some(reply) = reply {
                    server.reply(&reply, &mut out).unwrap();
                }
                input.drain(..consumed);
                if is_waiting {
                    break;
                }
            }
            longest = longest.max(input.len());
            out.clear();
        }
    });
    (heap.count_total, longest)
}

#[test]
fn b11_a_hostile_session_holds_one_line_and_nothing_else() {
    let limits = Limits::default();
    let long = |octets: usize| vec![b'x'; octets];
    let hello: &[u8] = b"EHLO client.example\r\n";
    let sender: &[u8] = b"MAIL FROM:<a@client.example>\r\n";
    for (flood, most) in [
        (b"NOOP\r\n".repeat(200), limits.command_line),
        (b"\r\n".repeat(200), limits.command_line),
        (long(1 << 20), limits.command_line),
        (
            [b"AUTH PLAIN ", &long(1 << 20)[..]].concat(),
            limits.auth_line,
        ),
        (
            [b"MAIL FROM:<", &long(100_000)[..], b"@b>\r\n"].concat(),
            limits.command_line,
        ),
        (
            [b"MAIL FROM:<a@b>", &b" SIZE=1".repeat(1000)[..], b"\r\n"].concat(),
            limits.command_line,
        ),
        (
            [
                hello,
                sender,
                &b"RCPT TO:<b@mx.example>\r\n".repeat(20_000)[..],
            ]
            .concat(),
            limits.command_line,
        ),
        (b"VRFY \x7f\r\nEXPN \0\r\n".repeat(100), limits.command_line),
        (b"NOOP x\r".repeat(100_000), limits.command_line),
        (b"NOOP x\n".repeat(100_000), limits.command_line),
        (
            [hello, b"AUTH LOGIN\r\n", &long(100_000)].concat(),
            limits.command_line,
        ),
    ] {
        for config in [mx(), open_submission()] {
            for piece in [1, 7, 2048] {
                let (allocations, longest) = cost(config.clone(), &flood, piece);
                let start = flood[..20.min(flood.len())].escape_ascii();
                assert_eq!(allocations, 0, "{start}");
                assert!(longest < most, "{start}: {longest}");
            }
        }
    }
}
