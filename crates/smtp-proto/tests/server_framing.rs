//! Hostile and odd input to the server, by the numbers of the catalogue: where messages end, and
//! what may stand behind what.

#![expect(clippy::std_instead_of_alloc, reason = "tests have std")]

mod dialogue;

use std::sync::Arc;

use smtp_proto::Reply;
use smtp_proto::data::BareLineEnds;
use smtp_proto::sasl::Mechanism;
use smtp_proto::server::{ApiMisuse, Closing, Config, Event, Limits, Server};

use self::dialogue::{
    Dialogue, answers, at_data, mx, open_submission, submission, transcript,
    transcript_in_one_write,
};

const EHLO: &[u8] = b"EHLO client.example";
const MAIL: &[u8] = b"MAIL FROM:<a@client.example>";
const RCPT: &[u8] = b"RCPT TO:<b@mx.example>";
const PIPELINED: &str = "554 5.5.0 Data sent before it could be asked for\r\n";

/// A message after which the connection is at the same point at every split.
fn send_at_every_split(config: &Config, octets: &[u8], check: impl Fn(&mut Dialogue)) {
    for split in 0..octets.len() {
        let (one, two) = octets.split_at(split);
        let mut dialogue = at_data(config);
        dialogue.send([one, two]);
        check(&mut dialogue);
    }
}

#[test]
fn b01_bare_line_ends_never_end_a_message_and_are_refused() {
    for not_the_end in [
        &b"\n.\n"[..],
        b"\r.\r",
        b"\r.\n",
        b"\n.\r",
        b"\n.\r\n",
        b"\r\n.\n",
        b"\r.\r\n",
        b"\r\n.\r",
        b"\r\n.\r\r\n",
        b"\r\r\n.\r\r\n",
    ] {
        let smuggled = b"MAIL FROM:<evil@client.example>\r\n.\r\n";
        let octets = [b"a", not_the_end, smuggled].concat();
        send_at_every_split(&mx(), &octets, |dialogue| {
            let heard = dialogue.heard();
            assert_eq!(heard, "550 5.6.0 Message holds a bare CR or LF\r\n");
            assert!(dialogue.is_closed && dialogue.messages.is_empty());
            assert_eq!(dialogue.events.last().unwrap(), "Close(BareLineEnd)");
        });
    }
}

#[test]
fn b01_a_nul_beside_the_dot_is_content() {
    for content in [&b"a\r\n\0.\r\nb\r\n"[..], b"a\r\n.\0\r\nb\r\n"] {
        let octets = [content, b".\r\n"].concat();
        send_at_every_split(&mx(), &octets, |dialogue| {
            assert_eq!(dialogue.heard(), "250 2.0.0 OK\r\n");
            assert_eq!(dialogue.messages.len(), 1);
            assert!(dialogue.messages[0].contains(&0));
        });
    }
}

#[test]
fn b01_a_dot_straight_behind_data_ends_an_empty_message() {
    send_at_every_split(&mx(), b".\r\n", |dialogue| {
        assert_eq!(dialogue.heard(), "250 2.0.0 OK\r\n");
        assert_eq!(dialogue.messages, [b""]);
    });
}

#[test]
fn b01_bare_line_ends_are_mended_if_so_configured() {
    let config = mx().bare_line_ends(BareLineEnds::Normalize);
    send_at_every_split(
        &config,
        b"a\n.\nb\r.c\r\n.\rd\r\n.\r\nNOOP\r\n",
        |dialogue| {
            assert_eq!(dialogue.heard(), "250 2.0.0 OK\r\n250 2.0.0 OK\r\n");
            assert_eq!(dialogue.messages, [b"a\r\n.\r\nb .c\r\n d\r\n"]);
        },
    );
}

#[test]
fn b03_what_was_sent_in_clear_behind_starttls_is_discarded() {
    let mut dialogue = Dialogue::new(submission());
    dialogue.send([&b"EHLO client.example\r\n"[..]]);
    dialogue.heard();
    dialogue.send([&b"STARTTLS\r\nNOOP\r\n"[..]]);
    assert_eq!(dialogue.heard(), PIPELINED);
    assert!(dialogue.is_closed && !dialogue.server.is_tls());
}

#[test]
fn b03_nothing_that_was_said_before_tls_counts_after_it() {
    let mut server = Server::new(Arc::new(open_submission()));
    let mut out = Vec::new();
    let mut say = |server: &mut Server, line: &[u8], replies: &[Reply]| {
        assert!(server.advance(line, &mut out).unwrap().event.is_some());
        for reply in replies {
            server.reply(reply, &mut out).unwrap();
        }
    };
    say(&mut server, b"", &[Reply::greeting()]);
    say(&mut server, b"EHLO a.example\r\n", &[Reply::hello()]);
    say(
        &mut server,
        b"AUTH PLAIN AHRpbQBzZWNyZXQ=\r\n",
        &[Reply::authenticated()],
    );
    say(
        &mut server,
        b"MAIL FROM:<a@b.example>\r\n",
        &[Reply::sender_ok()],
    );
    say(
        &mut server,
        b"RCPT TO:<a@b.example>\r\n",
        &[Reply::recipient_ok()],
    );
    say(&mut server, b"STARTTLS\r\n", &[Reply::start_tls()]);
    assert_eq!(server.advance(b"", &mut Vec::new()), Err(ApiMisuse::TlsDue));
    server.tls_started();
    assert!(server.is_tls() && !server.is_authenticated());
    out.clear();
    for line in [
        &b"DATA\r\n"[..],
        b"RCPT TO:<a@b.example>\r\n",
        b"MAIL FROM:<>\r\n",
    ] {
        assert_eq!(server.advance(line, &mut out).unwrap().event, None);
    }
    assert_eq!(
        String::from_utf8(out).unwrap(),
        "503 5.5.1 Send MAIL first\r\n503 5.5.1 Send MAIL first\r\n503 5.5.1 Send EHLO first\r\n"
    );
}

#[test]
fn b06_a_client_that_does_not_wait_for_the_greeting_is_sent_away() {
    let mut server = Server::new(Arc::new(mx()));
    let mut out = Vec::new();
    let advance = server
        .advance(b"EHLO client.example\r\n", &mut out)
        .unwrap();
    assert_eq!(advance.event, Some(Event::Close(Closing::Pipelined)));
    assert_eq!(advance.consumed, 21);
    assert_eq!(out, PIPELINED.as_bytes());
}

#[test]
fn b06_nothing_may_come_behind_what_a_client_must_wait_for() {
    let config = open_submission();
    let login = &b"AUTH PLAIN AHRpbQBzZWNyZXQ="[..];
    let cases: [(&[&[u8]], &[u8]); 8] = [
        (&[], b"EHLO client.example\r\nNOOP\r\n"),
        (&[], b"HELO client.example\r\nMAIL FROM:<>\r\n"),
        (&[EHLO], b"STARTTLS\r\n\x16\x03\x01"),
        (&[EHLO], b"AUTH PLAIN\r\nAHRpbQBzZWNyZXQ=\r\n"),
        (&[EHLO], b"AUTH LOGIN dGlt\r\nc2VjcmV0\r\n"),
        (&[EHLO, b"AUTH LOGIN"], b"dGlt\r\nc2VjcmV0\r\n"),
        (&[EHLO, login, MAIL, RCPT], b"DATA\r\nSubject: early\r\n"),
        (&[EHLO], b"DATA\r\nSubject: early\r\n"),
    ];
    for (before, flight) in cases {
        let mut dialogue = Dialogue::new(config.clone());
        for line in before {
            dialogue.send([&[line, &b"\r\n"[..]].concat()[..]]);
        }
        dialogue.heard();
        dialogue.send([flight]);
        assert_eq!(dialogue.heard(), PIPELINED, "{}", flight.escape_ascii());
        assert_eq!(dialogue.events.last().unwrap(), "Close(Pipelined)");
    }
}

#[test]
fn b06_a_login_that_needs_another_round_after_all_does_not_take_commands_for_responses() {
    let mut out = Vec::new();
    let flight = b"AUTH EXTERNAL =\r\nMAIL FROM:<>\r\n";
    let config = open_submission().auth([Mechanism::External]);
    let mut server = Server::new(Arc::new(config));
    let _ = server.advance(b"", &mut out).unwrap();
    server.reply(&Reply::greeting(), &mut out).unwrap();
    let _ = server
        .advance(b"EHLO client.example\r\n", &mut out)
        .unwrap();
    server.reply(&Reply::hello(), &mut out).unwrap();
    out.clear();
    let advance = server.advance(flight, &mut out).unwrap();
    server.reply(&Reply::challenge(b"who?"), &mut out).unwrap();
    let advance = server
        .advance(&flight[advance.consumed..], &mut out)
        .unwrap();
    assert_eq!(advance.event, Some(Event::Close(Closing::Pipelined)));
    assert_eq!(out, PIPELINED.as_bytes());
}

#[test]
fn b08_sender_and_recipients_are_forgotten_together() {
    let mail_first = "503 5.5.1 Send MAIL first\r\n";
    for reset in [&b"RSET"[..], EHLO, b"HELO client.example"] {
        let heard = answers(
            &mx(),
            &[EHLO, MAIL, RCPT, reset, b"DATA", RCPT, MAIL, b"DATA"],
        );
        assert_eq!(heard[4..6], [mail_first, mail_first]);
        assert_eq!(heard[6], "250 2.1.0 Sender OK\r\n");
        assert_eq!(heard[7], "503 5.5.1 Send RCPT first\r\n");
    }
    let small = mx().limits(Limits::default().message_size(Some(5)));
    for (message, answer) in [
        (&b"abc\r\n.\r\n"[..], "250 2.0.0 OK\r\n"),
        (
            b"abcd\r\n.\r\n",
            "552 5.3.4 Message size exceeds fixed maximum message size\r\n",
        ),
    ] {
        let mut dialogue = at_data(&small);
        dialogue.send([message, b"DATA\r\n"]);
        assert_eq!(dialogue.heard(), [answer, mail_first].concat());
    }
}

#[test]
fn b09_a_message_over_the_limit_is_read_to_its_end_and_not_kept() {
    let config = mx().limits(Limits::default().message_size(Some(20)));
    let dialogue = transcript(
        &config,
        "S: 220 mx.example ESMTP
         C: HELO client.example
         S: 250 mx.example
         C: MAIL FROM:<a@client.example> SIZE=21
         S: 552 5.3.4 Message size exceeds fixed maximum message size
         C: MAIL FROM:<a@client.example> SIZE=20
         C: RCPT TO:<b@mx.example>
         C: DATA
         S: 250 2.1.0 Sender OK
         S: 250 2.1.5 Recipient OK
         S: 354 End data with <CR><LF>.<CR><LF>
         C: 123456789012345678901234567890
         C: .dot
         C: .
         C: NOOP
         S: 552 5.3.4 Message size exceeds fixed maximum message size
         S: 250 2.0.0 OK
         C: MAIL FROM:<a@client.example>
         C: RCPT TO:<b@mx.example>
         C: DATA
         S: 250 2.1.0 Sender OK
         S: 250 2.1.5 Recipient OK
         S: 354 End data with <CR><LF>.<CR><LF>
         C: 12345678901234567
         C: ..
         C: .
         S: 552 5.3.4 Message size exceeds fixed maximum message size
         C: MAIL FROM:<a@client.example>
         C: RCPT TO:<b@mx.example>
         C: DATA
         S: 250 2.1.0 Sender OK
         S: 250 2.1.5 Recipient OK
         S: 354 End data with <CR><LF>.<CR><LF>
         C: 123456789012345
         C: ..
         C: .
         S: 250 2.0.0 OK",
    );
    assert_eq!(dialogue.messages, [b"123456789012345\r\n.\r\n"]);
    let body = "Body(12345678901234567890)";
    assert!(
        dialogue
            .events
            .windows(2)
            .any(|pair| pair == [body, "Reset"])
    );
}

#[test]
fn b10_content_beyond_ascii_is_kept_and_reported_or_refused() {
    let message = b"gr\xc3\xbc\xdf\xff\r\n";
    let octets = [message, &b".\r\n"[..]].concat();
    send_at_every_split(&mx(), &octets, |dialogue| {
        assert_eq!(dialogue.heard(), "250 2.0.0 OK\r\n");
        assert_eq!(dialogue.messages, [message]);
        assert!(dialogue.events.last().unwrap().contains("eight_bit: true"));
    });
    let strict = mx().refuse_undeclared_eight_bit(true);
    send_at_every_split(&strict, &octets, |dialogue| {
        assert_eq!(
            dialogue.heard(),
            "554 5.6.3 8-bit content without BODY=8BITMIME\r\n"
        );
        assert!(dialogue.messages.is_empty() && !dialogue.is_closed);
        assert_eq!(dialogue.events.last().unwrap(), "Reset");
    });
    let mut dialogue = Dialogue::new(strict);
    dialogue.send([EHLO, b"\r\n"]);
    dialogue.send([MAIL, b" BODY=8BITMIME\r\n", RCPT, b"\r\n"]);
    dialogue.send([&b"DATA\r\n"[..]]);
    dialogue.heard();
    dialogue.send([&octets[..]]);
    assert_eq!(dialogue.heard(), "250 2.0.0 OK\r\n");
}

#[test]
fn b15_a_leading_dot_behind_a_bare_lf_is_content() {
    let config = mx().bare_line_ends(BareLineEnds::Normalize);
    send_at_every_split(&config, b".x\r\ny\n.z\r\n.\r\n", |dialogue| {
        assert_eq!(dialogue.messages, [b"x\r\ny\r\n.z\r\n"]);
    });
}

#[test]
fn b16_a_message_for_nobody_is_not_taken() {
    let dialogue = transcript(
        &mx(),
        "S: 220 mx.example ESMTP
         C: HELO client.example
         S: 250 mx.example
         C: MAIL FROM:<a@client.example>
         C: RCPT TO:<nobody@mx.example>
         C: RCPT TO:<b@else.example>
         C: DATA
         S: 250 2.1.0 Sender OK
         S: 550 5.1.1 No such user
         S: 554 5.7.1 Relay access denied
         S: 554 5.5.1 No valid recipients
         C: .
         S: 500 5.5.1 Command not recognized",
    );
    assert!(dialogue.messages.is_empty());
}

#[test]
fn the_end_of_a_message_may_be_followed_by_commands_in_one_write() {
    transcript_in_one_write(
        &mx(),
        "S: 220 mx.example ESMTP
         C: HELO client.example
         S: 250 mx.example
         C: MAIL FROM:<a@client.example>
         C: RCPT TO:<b@mx.example>
         C: DATA
         S: 250 2.1.0 Sender OK
         S: 250 2.1.5 Recipient OK
         S: 354 End data with <CR><LF>.<CR><LF>
         C: .
         C: QUIT
         S: 250 2.0.0 OK
         S: 221 2.0.0 mx.example Bye",
    );
}
