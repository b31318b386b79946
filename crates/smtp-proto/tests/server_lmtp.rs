//! LMTP (RFC 2033): the same dialogue with a reply for each recipient.

#![expect(clippy::std_instead_of_alloc, reason = "tests have std")]

mod dialogue;

use std::sync::Arc;

use smtp_proto::Reply;
use smtp_proto::data::BareLineEnds;
use smtp_proto::server::{Event, Limits, Server};

use self::dialogue::{Dialogue, answers, lmtp, mx, transcript};

const LHLO: &[u8] = b"LHLO client.example";

#[test]
fn b18_every_accepted_recipient_has_a_reply_to_the_message() {
    let dialogue = transcript(
        &lmtp(),
        "S: 220 mx.example ESMTP
         C: LHLO client.example
         S: 250-mx.example
         S: 250-PIPELINING
         S: 250-8BITMIME
         S: 250-ENHANCEDSTATUSCODES
         S: 250-HELP
         S: 250 SIZE 52428800
         C: MAIL FROM:<a@client.example>
         C: RCPT TO:<b@mx.example>
         C: RCPT TO:<nobody@mx.example>
         C: RCPT TO:<full@mx.example>
         C: RCPT TO:<c@mx.example>
         C: DATA
         S: 250 2.1.0 Sender OK
         S: 250 2.1.5 Recipient OK
         S: 550 5.1.1 No such user
         S: 250 2.1.5 Recipient OK
         S: 250 2.1.5 Recipient OK
         S: 354 End data with <CR><LF>.<CR><LF>
         C: hello
         C: .
         C: DATA
         S: 250 2.0.0 OK
         S: 452 4.2.2 Mailbox is full
         S: 250 2.0.0 OK
         S: 503 5.5.1 Send MAIL first
         C: QUIT
         S: 221 2.0.0 mx.example Bye",
    );
    assert_eq!(dialogue.messages, [b"hello\r\n"]);
}

#[test]
fn b18_the_last_chunk_has_a_reply_for_each_recipient_and_the_others_have_one() {
    let config = lmtp().chunking(true);
    let dialogue = transcript(
        &config,
        "S: 220 mx.example ESMTP
         C: LHLO client.example
         S: 250-mx.example
         S: 250-PIPELINING
         S: 250-8BITMIME
         S: 250-ENHANCEDSTATUSCODES
         S: 250-CHUNKING
         S: 250-HELP
         S: 250 SIZE 52428800
         C: MAIL FROM:<a@client.example>
         C: RCPT TO:<full@mx.example>
         C: RCPT TO:<c@mx.example>
         C: BDAT 7
         C: hello
         C: BDAT 5 LAST
         C: you
         S: 250 2.1.0 Sender OK
         S: 250 2.1.5 Recipient OK
         S: 250 2.1.5 Recipient OK
         S: 250 2.0.0 OK
         S: 452 4.2.2 Mailbox is full
         S: 250 2.0.0 OK",
    );
    assert_eq!(dialogue.messages, [b"hello\r\nyou\r\n"]);
}

#[test]
fn b18_ehlo_and_helo_belong_to_smtp_and_lhlo_to_lmtp() {
    let unknown = "500 5.5.1 Command not recognized\r\n";
    for line in [&b"EHLO client.example"[..], b"HELO client.example"] {
        let heard = answers(&lmtp(), &[line, b"MAIL FROM:<>", LHLO, b"MAIL FROM:<>"]);
        assert_eq!(heard[..2], [unknown, "503 5.5.1 Send EHLO first\r\n"]);
        assert_eq!(heard[3], "250 2.1.0 Sender OK\r\n");
    }
    assert_eq!(answers(&mx(), &[LHLO]), [unknown]);
}

#[test]
fn b18_without_a_recipient_there_is_no_message() {
    let no_recipient = "503 5.5.1 Send RCPT first\r\n";
    let config = lmtp().chunking(true);
    for end in [&b"DATA"[..], b"BDAT 0 LAST"] {
        let lines = [LHLO, b"MAIL FROM:<>", b"RCPT TO:<nobody@mx.example>", end];
        assert_eq!(answers(&config, &lines)[3], no_recipient);
        assert_eq!(
            answers(&config, &[LHLO, b"MAIL FROM:<>", end])[2],
            no_recipient
        );
    }
}

#[test]
fn b18_what_the_server_refuses_by_itself_is_refused_for_everybody() {
    let config = lmtp()
        .chunking(true)
        .limits(Limits::default().message_size(Some(10)));
    let too_large = "552 5.3.4 Message size exceeds fixed maximum message size\r\n";
    let bare = "550 5.6.0 Message holds a bare CR or LF\r\n";
    for (octets, heard, is_closed) in [
        (
            &b"DATA\r\n"[..],
            "354 End data with <CR><LF>.<CR><LF>\r\n",
            false,
        ),
        (
            b"BDAT 11 LAST\r\nhello you\r\n",
            &too_large.repeat(2),
            false,
        ),
        (b"BDAT 11\r\nhello you\r\n", too_large, false),
        (b"BDAT 3 LAST\r\na\nb", &bare.repeat(2), false),
        (b"BDAT 3\r\na\nb", bare, false),
        (b"BDAT 1\r\na", "250 2.0.0 OK\r\n", false),
    ] {
        let mut dialogue = with_two_recipients(config.clone());
        dialogue.send([octets]);
        assert_eq!(dialogue.heard(), heard, "{}", octets.escape_ascii());
        assert_eq!(dialogue.is_closed, is_closed);
    }
    for (message, answer) in [
        ("hello you, all\r\n.\r\n", too_large),
        ("a\n\r\n.\r\n", bare),
    ] {
        let mut dialogue = with_two_recipients(config.clone());
        dialogue.send([&b"DATA\r\n"[..]]);
        dialogue.heard();
        dialogue.send([message.as_bytes()]);
        assert_eq!(dialogue.heard(), answer.repeat(2));
    }
}

fn with_two_recipients(config: smtp_proto::server::Config) -> Dialogue {
    let mut dialogue = Dialogue::new(config);
    for line in [
        LHLO,
        b"MAIL FROM:<>",
        b"RCPT TO:<b@mx.example>",
        b"RCPT TO:<c@mx.example>",
    ] {
        dialogue.send([line, b"\r\n"]);
    }
    dialogue.heard();
    dialogue
}

#[test]
fn pipelining_and_enhanced_codes_are_offered_whatever_is_configured() {
    let config = lmtp().pipelining(false).enhanced_status_codes(false);
    let heard = answers(&config, &[LHLO, b"RSET"]);
    assert!(heard[0].contains("PIPELINING") && heard[0].contains("ENHANCEDSTATUSCODES"));
    assert_eq!(heard[1], "250 2.0.0 OK\r\n");
}

#[test]
fn the_replies_that_are_due_are_counted() {
    let mut server = Server::new(Arc::new(lmtp()));
    let mut out = Vec::new();
    for (line, reply) in [
        (&b""[..], Reply::greeting()),
        (b"LHLO client.example\r\n", Reply::hello()),
        (b"MAIL FROM:<>\r\n", Reply::sender_ok()),
        (b"RCPT TO:<b@mx.example>\r\n", Reply::recipient_ok()),
        (b"RCPT TO:<c@mx.example>\r\n", Reply::recipient_ok()),
        (b"DATA\r\n", Reply::start_data()),
    ] {
        assert!(server.advance(line, &mut out).unwrap().event.is_some());
        assert_eq!(server.replies_due(), 1);
        server.reply(&reply, &mut out).unwrap();
        assert_eq!(server.replies_due(), 0);
    }
    assert_eq!(server.protocol(), "LMTP");
    let advance = server.advance(b".\r\nRSET\r\n", &mut out).unwrap();
    assert!(matches!(advance.event, Some(Event::BodyEnd(_))));
    for due in [2, 1] {
        assert_eq!(server.replies_due(), due);
        assert!(server.advance(b"RSET\r\n", &mut out).is_err());
        server.reply(&Reply::ok(), &mut out).unwrap();
    }
    assert_eq!(server.replies_due(), 0);
    let advance = server.advance(b"RSET\r\n", &mut out).unwrap();
    assert_eq!(advance.event, Some(Event::Reset));
}

#[test]
fn the_caller_can_hang_up_between_two_replies() {
    let mut dialogue = with_two_recipients(lmtp());
    dialogue.send([&b"DATA\r\n"[..]]);
    let mut server = dialogue.server;
    let mut out = Vec::new();
    let _ = server.advance(b".\r\n", &mut out).unwrap();
    server.reply(&Reply::ok(), &mut out).unwrap();
    server.reply(&Reply::shutting_down(), &mut out).unwrap();
    assert_eq!(
        out,
        b"250 2.0.0 OK\r\n421 4.3.2 mx.example Service shutting down\r\n"
    );
    assert_eq!(server.replies_due(), 0);
}

#[test]
fn b18_a_message_that_many_do_not_get_is_one_error() {
    let config = lmtp().limits(Limits::default().errors(2));
    for (first, others, is_error) in [(550, 550, true), (550, 250, false), (250, 550, false)] {
        let mut server = Server::new(Arc::new(config.clone()));
        let mut out = Vec::new();
        let mut say = |line: &[u8], replies: &[Reply]| {
            let _ = server.advance(line, &mut out).unwrap();
            for reply in replies {
                server.reply(reply, &mut out).unwrap();
            }
        };
        say(b"", &[Reply::greeting()]);
        say(b"LHLO client.example\r\n", &[Reply::hello()]);
        let answer = |code: u16| Reply::new(code, "Whatever").unwrap();
        let outcomes = [vec![answer(first)], vec![answer(others); 9]].concat();
        for _ in 0..2 {
            say(b"MAIL FROM:<>\r\n", &[Reply::sender_ok()]);
            for _ in 0..10 {
                say(b"RCPT TO:<b@mx.example>\r\n", &[Reply::recipient_ok()]);
            }
            say(b"DATA\r\n", &[Reply::start_data()]);
            say(b".\r\n", &outcomes);
        }
        out.clear();
        let _ = server.advance(b"NOOP\r\n", &mut out).unwrap();
        assert_eq!(out.starts_with(b"421 "), is_error, "{first} {others}");
    }
}

#[test]
fn b18_chunks_that_end_badly_have_one_reply_each() {
    let ok = "250 2.0.0 OK\r\n";
    let mail_first = "503 5.5.1 Send MAIL first\r\n";
    let bad_sequence = "503 5.5.1 Bad sequence of commands\r\n";
    let full = "452 4.3.1 Disk is full\r\n";
    let too_many = "554 5.5.0 Message has too many chunks\r\n";
    for (said, heard) in [
        // The whole, twice: the second has no recipients.
        (
            "BDAT 2\r\na\nBDAT 0\r\nBDAT 0 LAST\r\nBDAT 0 LAST\r\n",
            vec![ok, too_many, mail_first, mail_first],
        ),
        (
            "BDAT 1\r\naBDAT 1 LAST\r\nbBDAT 1 LAST\r\nc",
            vec![ok, ok, ok, mail_first],
        ),
        // RSET between them.
        (
            "BDAT 1\r\naRSET\r\nBDAT 1 LAST\r\nb",
            vec![ok, ok, mail_first],
        ),
        ("RSET\r\nBDAT 1 LAST\r\nb", vec![ok, mail_first]),
        // Refused in the middle, with more in the pipe.
        (
            "BDAT 4\r\nfullBDAT 1\r\nbBDAT 1 LAST\r\nc",
            vec![full, mail_first, mail_first],
        ),
        (
            "BDAT 1\r\naBDAT 4\r\nfullRSET\r\nBDAT 4 LAST\r\nfull",
            vec![ok, full, ok, mail_first],
        ),
        // What belongs to other ways to send it.
        (
            "BDAT 1\r\naRCPT TO:<d@mx.example>\r\nBDAT 1 LAST\r\nb",
            vec![ok, bad_sequence, ok, ok],
        ),
        (
            "BDAT 1\r\naMAIL FROM:<>\r\nBDAT 1 LAST\r\nb",
            vec![ok, bad_sequence, ok, ok],
        ),
        ("BDAT 1\r\naDATA\r\n", vec![ok, bad_sequence]),
    ] {
        let limits = Limits::default().chunks(if said.contains("BDAT 0\r\n") { 1 } else { 9 });
        let config = lmtp()
            .chunking(true)
            .limits(limits)
            .bare_line_ends(BareLineEnds::Normalize);
        for piece in [1, 5, usize::MAX] {
            let mut dialogue = with_two_recipients(config.clone());
            dialogue.send(said.as_bytes().chunks(piece.min(said.len())));
            assert_eq!(dialogue.heard(), heard.concat(), "{said}");
        }
    }
}
