//! What a client may ask of the server in one session, by the numbers of the catalogue.

#![expect(clippy::std_instead_of_alloc, reason = "tests have std")]

mod dialogue;

use smtp_proto::Reply;
use smtp_proto::server::{Closing, Event, Limits};

use self::dialogue::{Dialogue, answers, at_data, mx};

const EHLO: &[u8] = b"EHLO client.example";
const MAIL: &[u8] = b"MAIL FROM:<a@client.example>";
const RCPT: &[u8] = b"RCPT TO:<b@mx.example>";

#[test]
fn b11_a_command_line_has_its_limit_and_the_next_is_understood() {
    let noop = |length: usize| [b"NOOP ", &vec![b'x'; length - 7][..]].concat();
    let limits = Limits::default();
    for (length, answer) in [
        (limits.command_line, "250 2.0.0 OK\r\n"),
        (limits.command_line + 1, "500 5.5.2 Line too long\r\n"),
        (limits.endless_line, "500 5.5.2 Line too long\r\n"),
    ] {
        let heard = answers(&mx(), &[&noop(length), b"NOOP"]);
        assert_eq!(heard, [answer, "250 2.0.0 OK\r\n"]);
    }
    // 512 octets are always taken (RFC 5321 §4.3.2).
    assert_eq!(answers(&mx(), &[&noop(512)]), ["250 2.0.0 OK\r\n"]);
}

#[test]
fn b11_an_endless_line_is_closed_over_and_not_waited_for() {
    for chunk in [1, 1000, 100_000] {
        let line = vec![b'x'; 100_000];
        let mut dialogue = Dialogue::new(mx());
        dialogue.heard();
        dialogue.send(line.chunks(chunk));
        assert_eq!(dialogue.heard(), "500 5.5.2 Line too long\r\n");
        assert_eq!(dialogue.events.last().unwrap(), "Close(EndlessLine)");
    }
}

#[test]
fn b11_too_many_errors_end_the_session() {
    let config = mx().limits(Limits::default().errors(3));
    let lines = [EHLO, b"VRFY", b"DATA", b"NOOP", b"QUIT x", b"NOOP", b"NOOP"];
    let heard = answers(&config, &lines);
    assert_eq!(heard[3], "250 2.0.0 OK\r\n");
    assert_eq!(heard[4], "501 5.5.4 Syntax error in arguments\r\n");
    assert_eq!(heard[5], "421 4.7.0 mx.example Too many errors\r\n");
    assert_eq!(heard[6], "");
}

#[test]
fn b11_lines_that_are_too_long_are_errors_like_others() {
    let config = mx().limits(Limits::default().errors(2));
    let long = vec![b'x'; Limits::default().command_line];
    let heard = answers(&config, &[&long, &long, &long, b"NOOP"]);
    assert_eq!(heard[1], "500 5.5.2 Line too long\r\n");
    assert_eq!(heard[2], "421 4.7.0 mx.example Too many errors\r\n");
    assert_eq!(heard[3], "");
}

#[test]
fn b11_whoever_quits_after_too_many_errors_has_the_last_word() {
    let config = mx().limits(Limits::default().errors(1).unknown_commands(1));
    for wrong in [&b"DATA"[..], b"XFOO"] {
        let heard = answers(&config, &[wrong, b"QUIT"]);
        assert_eq!(heard[1], "221 2.0.0 mx.example Bye\r\n");
    }
}

#[test]
fn b11_what_the_caller_refuses_counts_and_a_message_sets_it_back() {
    let config = mx().limits(Limits::default().errors(2));
    let refused = b"RCPT TO:<nobody@mx.example>";
    let message = [EHLO, MAIL, RCPT, refused, b"DATA", b".", refused, b"NOOP"];
    let heard = answers(&config, &message);
    assert_eq!(heard[7], "250 2.0.0 OK\r\n");
    let heard = answers(&config, &[EHLO, MAIL, refused, refused, b"NOOP"]);
    assert_eq!(heard[4], "421 4.7.0 mx.example Too many errors\r\n");
}

#[test]
fn b11_an_idle_client_is_told() {
    let mut dialogue = at_data(&mx());
    assert_eq!(dialogue.server.patience().as_secs(), 180);
    let mut out = Vec::new();
    dialogue.server.end(&Reply::timeout(), &mut out);
    assert_eq!(out, b"421 4.4.2 mx.example Timeout exceeded\r\n");
    let advance = dialogue.server.advance(b"more\r\n.\r\n", &mut out).unwrap();
    assert_eq!(advance.event, Some(Event::Close(Closing::Caller)));
    assert_eq!(Dialogue::new(mx()).server.patience().as_secs(), 300);
}

#[test]
fn b17_recipients_have_their_limit_and_never_fewer_than_100() {
    for (limit, taken) in [(0, 100), (101, 101)] {
        let config = mx().limits(Limits::default().recipients(limit));
        let lines = [&[EHLO, MAIL][..], &vec![RCPT; taken + 2], &[b"DATA"]].concat();
        let heard = answers(&config, &lines);
        let accepted = heard.iter().filter(|it| it.starts_with("250 2.1.5"));
        assert_eq!(accepted.count(), taken);
        assert_eq!(heard[taken + 2], "452 4.5.3 Too many recipients\r\n");
        assert!(heard.last().unwrap().starts_with("354"));
    }
}

#[test]
fn a_message_may_be_larger_than_announced() {
    let mail = b"MAIL FROM:<a@client.example> SIZE=1";
    let heard = answers(&mx(), &[EHLO, mail, RCPT, b"DATA", b"hello\r\n."]);
    assert_eq!(heard[4], "250 2.0.0 OK\r\n");
}

#[test]
fn a_long_line_is_told_and_kept() {
    for (limit, octets, is_long) in [
        (1000, 998, false),
        (1000, 999, true),
        (2048, 1500, false),
        (0, 0, true),
        (usize::MAX, 5000, false),
    ] {
        let limits = Limits::default().text_line(limit);
        let line = [&*vec![b'a'; octets], b"\r\n"].concat();
        let bdat = format!("BDAT {} LAST\r\n", line.len());
        for message in [
            [b"DATA\r\n", &*line, b".\r\n"].concat(),
            [bdat.as_bytes(), &line].concat(),
        ] {
            let mut dialogue = Dialogue::new(mx().chunking(true).limits(limits.clone()));
            let (first, rest) = match message.strip_prefix(b"DATA\r\n") {
                Some(rest) => (&b"DATA\r\n"[..], rest),
                None => (&b""[..], &*message),
            };
            for line in [EHLO, MAIL, RCPT] {
                dialogue.send([line, b"\r\n"]);
            }
            dialogue.send([first]);
            for piece in rest.chunks(700) {
                dialogue.send([piece]);
            }
            let end = dialogue.events.iter().find(|it| it.starts_with("BodyEnd"));
            let told = format!("long_line: {is_long}");
            assert!(end.unwrap().contains(&told), "{limit} {octets}: {end:?}");
            assert_eq!(dialogue.messages, [&*line]);
        }
    }
}
