//! Hostile and odd commands to the server, by the numbers of the catalogue.

#![expect(clippy::std_instead_of_alloc, reason = "tests have std")]

mod dialogue;

use std::sync::Arc;

use smtp_proto::Reply;
use smtp_proto::server::{ApiMisuse, Closing, Config, Event, Server};

use self::dialogue::{Dialogue, answers, mx, open_submission};

const EHLO: &[u8] = b"EHLO client.example";
const MAIL: &[u8] = b"MAIL FROM:<a@client.example>";
const RCPT: &[u8] = b"RCPT TO:<b@mx.example>";

#[test]
fn a02_a_malformed_sender_is_never_the_null_sender() {
    let heard = answers(&mx(), &[EHLO, b"MAIL FROM:<(any@legit.example>", RCPT]);
    assert_eq!(heard[1], "501 5.1.7 Bad sender address syntax\r\n");
    assert_eq!(heard[2], "503 5.5.1 Send MAIL first\r\n");
}

#[test]
fn a05_comments_and_quotes_do_not_hide_a_domain() {
    for sender in [
        &b"MAIL FROM:<any@legit.example(.attack.example>"[..],
        b"MAIL FROM:<any@legit.example'@any.attack.example>",
    ] {
        let heard = answers(&mx(), &[EHLO, sender]);
        assert_eq!(heard[1], "501 5.1.7 Bad sender address syntax\r\n");
    }
}

#[test]
fn b05_controls_in_arguments_are_syntax_errors() {
    for (line, answer) in [
        (&b"EHLO a\0b"[..], "501 5.5.4 Syntax error in arguments\r\n"),
        (
            b"EHLO a\nMAIL FROM:<>",
            "501 5.5.4 Syntax error in arguments\r\n",
        ),
        (b"EHLO a\rb", "501 5.5.4 Syntax error in arguments\r\n"),
        (
            b"MAIL FROM:<a\nb@c.example>",
            "501 5.1.7 Bad sender address syntax\r\n",
        ),
        (
            b"MAIL FROM:<a\0@c.example>",
            "501 5.1.7 Bad sender address syntax\r\n",
        ),
        (
            b"MAIL FROM:<a>b@c.example>",
            "501 5.1.7 Bad sender address syntax\r\n",
        ),
        (
            b"MAIL FROM:<a@c.example> AUTH=a+0Db",
            "501 5.5.4 Syntax error in parameters\r\n",
        ),
        (
            b"RCPT TO:<a\rb@c.example>",
            "501 5.1.3 Bad recipient address syntax\r\n",
        ),
        (b"QUIT\0", "500 5.5.1 Command not recognized\r\n"),
    ] {
        let heard = answers(&mx(), &[line, b"NOOP"]);
        assert_eq!(heard, [answer, "250 2.0.0 OK\r\n"]);
    }
    let heard = answers(&mx(), &[EHLO, b"MAIL FROM:<\"a>b\"@example.com>"]);
    assert_eq!(heard[1], "250 2.1.0 Sender OK\r\n");
}

#[test]
fn b10_letters_beyond_ascii_need_smtputf8() {
    let mail = "MAIL FROM:<j\u{f6}rg@client.example>";
    let rcpt = "RCPT TO:<j\u{f6}rg@mx.example>";
    let with_parameter = format!("{mail} SMTPUTF8");
    let heard = answers(
        &mx(),
        &[
            EHLO,
            mail.as_bytes(),
            with_parameter.as_bytes(),
            MAIL,
            rcpt.as_bytes(),
        ],
    );
    assert_eq!(heard[1], "550 5.6.7 Sender address needs SMTPUTF8\r\n");
    assert_eq!(
        heard[2],
        "555 5.5.4 Parameter not recognized or not implemented\r\n"
    );
    assert_eq!(heard[4], "553 5.6.7 Recipient address needs SMTPUTF8\r\n");
    let heard = answers(
        &mx().smtp_utf8(true),
        &[
            EHLO,
            mail.as_bytes(),
            with_parameter.as_bytes(),
            rcpt.as_bytes(),
        ],
    );
    assert_eq!(heard[1], "550 5.6.7 Sender address needs SMTPUTF8\r\n");
    assert_eq!(
        heard[2..],
        ["250 2.1.0 Sender OK\r\n", "250 2.1.5 Recipient OK\r\n"]
    );
}

#[test]
fn b10_other_octets_beyond_ascii_are_no_command() {
    let answer = "500 5.5.2 Octets above 127 in a command\r\n";
    for line in [
        &b"EHLO b\xc3\xbccher.example"[..],
        b"\xff\xfe",
        b"MAIL FROM:<a@x\xffattack.example>",
        b"NOOP \x80",
    ] {
        assert_eq!(answers(&mx().smtp_utf8(true), &[line]), [answer]);
    }
}

#[test]
fn b12_http_is_sent_away_and_unknown_verbs_are_not() {
    for verb in ["GET", "POST", "CONNECT", "put"] {
        let mut dialogue = Dialogue::new(mx());
        dialogue.heard();
        dialogue.send([format!("{verb} / HTTP/1.1\r\nHost: x\r\n\r\n").as_bytes()]);
        assert_eq!(
            dialogue.heard(),
            "421 4.7.0 mx.example This is not HTTP\r\n"
        );
        assert_eq!(dialogue.events.last().unwrap(), "Close(Http)");
    }
    let lines = vec![&b"XFOO bar"[..]; 100];
    let heard = answers(&mx(), &lines);
    assert!(
        heard
            .iter()
            .all(|answer| answer == "500 5.5.1 Command not recognized\r\n")
    );
    let heard = answers(&mx(), &[&lines[..], &[b"NOOP"]].concat());
    assert_eq!(heard[100], "421 4.7.0 mx.example Too many errors\r\n");
}

#[test]
fn b13_submission_takes_no_mail_before_a_login() {
    let heard = answers(&open_submission(), &[EHLO, MAIL, RCPT, b"DATA"]);
    assert_eq!(heard[1], "530 5.7.0 Authentication required\r\n");
    assert_eq!(heard[2], "503 5.5.1 Send MAIL first\r\n");
    assert_eq!(heard[3], "503 5.5.1 Send MAIL first\r\n");
}

#[test]
fn b14_unknown_parameters_are_refused() {
    for line in [
        &b"MAIL FROM: <a@client.example> FOO"[..],
        b"MAIL FROM:<a@client.example> BODY=BINARYMIME",
    ] {
        let heard = answers(&mx(), &[EHLO, line, b"MAIL FROM: <a@client.example>"]);
        assert_eq!(
            heard[1],
            "555 5.5.4 Parameter not recognized or not implemented\r\n"
        );
        assert_eq!(heard[2], "250 2.1.0 Sender OK\r\n");
    }
}

#[test]
fn a_refused_client_can_only_quit() {
    let mut server = Server::new(Arc::new(mx()));
    let mut out = Vec::new();
    let _ = server.advance(b"", &mut out).unwrap();
    let no = Reply::new(554, "5.7.1 No service for you").unwrap();
    server.reply(&no, &mut out).unwrap();
    let lines = b"EHLO client.example\r\n";
    assert_eq!(server.advance(lines, &mut out).unwrap().event, None);
    let advance = server.advance(b"FOO\r\nQUIT\r\n", &mut out).unwrap();
    assert_eq!(advance.event, Some(Event::Quit));
    assert_eq!(
        String::from_utf8(out).unwrap(),
        "554 5.7.1 No service for you\r\n\
         503 5.5.1 No service here, send QUIT\r\n\
         503 5.5.1 No service here, send QUIT\r\n\
         221 2.0.0 mx.example Bye\r\n"
    );
    let advance = server.advance(b"NOOP\r\n", &mut Vec::new()).unwrap();
    assert_eq!(advance.event, Some(Event::Close(Closing::Quit)));
}

/// A session with a sender and a recipient, and what the server says to one more line, answered so.
fn in_transaction(config: Config, line: &[u8], reply: &Reply) -> (Server, String) {
    let mut dialogue = Dialogue::new(config);
    for line in [EHLO, MAIL, RCPT] {
        dialogue.send([line, b"\r\n"]);
    }
    let mut server = dialogue.server;
    let mut out = Vec::new();
    let line = [line, b"\r\n"].concat();
    let event = server.advance(&line, &mut out).unwrap().event;
    if event.is_some_and(|event| event.needs_reply()) {
        server.reply(reply, &mut out).unwrap();
    }
    (server, String::from_utf8(out).unwrap())
}

#[test]
fn what_is_refused_or_malformed_leaves_the_transaction_as_it_is() {
    let no = Reply::new(550, "5.7.1 Not you").unwrap();
    let not_now = Reply::new(454, "4.7.0 No TLS now").unwrap();
    for (line, reply, heard) in [
        (&b"EHLO liar.example"[..], &no, "550 5.7.1 Not you\r\n"),
        (b"HELO liar.example", &no, "550 5.7.1 Not you\r\n"),
        (b"EHLO (", &no, "501 5.5.4 Syntax error in arguments\r\n"),
        (b"RSET x", &no, "501 5.5.4 Syntax error in arguments\r\n"),
        (b"DATA x", &no, "501 5.5.4 Syntax error in arguments\r\n"),
        (b"QUIT x", &no, "501 5.5.4 Syntax error in arguments\r\n"),
        (
            b"STARTTLS x",
            &no,
            "501 5.5.4 Syntax error in arguments\r\n",
        ),
        (b"STARTTLS", &not_now, "454 4.7.0 No TLS now\r\n"),
    ] {
        let (mut server, out) = in_transaction(mx().start_tls(true), line, reply);
        assert_eq!(out, heard, "{}", line.escape_ascii());
        let advance = server.advance(b"DATA\r\n", &mut Vec::new()).unwrap();
        assert_eq!(advance.event, Some(Event::DataStart));
    }
}

#[test]
fn a_greeting_of_several_lines_is_no_list_of_extensions_to_helo() {
    let hello = Reply::new(250, "at your service\nXODD").unwrap();
    let (_, out) = in_transaction(mx(), b"HELO client.example", &hello);
    assert_eq!(out, "250 mx.example at your service\r\n");
    let (_, out) = in_transaction(mx(), b"EHLO client.example", &hello);
    assert!(out.starts_with("250-mx.example at your service\r\n250-XODD\r\n"));
}

#[test]
fn every_reply_but_greetings_and_steps_has_an_enhanced_code() {
    for (code, line) in [
        (250, "250 2.0.0 one\r\n"),
        (450, "450-4.0.0 one\r\n450 4.0.0 two\r\n"),
        (550, "550 5.0.0 one\r\n"),
        (421, "421 4.0.0 mx.example one\r\n"),
    ] {
        let text = if code == 450 { "one\ntwo" } else { "one" };
        let reply = Reply::new(code, text).unwrap();
        let (_, out) = in_transaction(mx(), RCPT, &reply);
        assert_eq!(out, line);
    }
    let go = Reply::new(354, "go").unwrap();
    let (_, out) = in_transaction(mx(), b"DATA", &go);
    assert_eq!(out, "354 go\r\n");
    let go = Reply::new(220, "go").unwrap();
    let (_, out) = in_transaction(mx().start_tls(true), b"STARTTLS", &go);
    assert_eq!(out, "220 2.0.0 go\r\n");
    let plain = mx().enhanced_status_codes(false);
    let (_, out) = in_transaction(plain, RCPT, &Reply::new(550, "no").unwrap());
    assert_eq!(out, "550 no\r\n");
}

#[test]
fn calls_out_of_turn_are_refused_and_change_nothing() {
    let mut server = Server::new(Arc::new(mx()));
    let mut out = Vec::new();
    assert_eq!(
        server.reply(&Reply::ok(), &mut out),
        Err(ApiMisuse::NoReplyDue)
    );
    let _ = server.advance(b"", &mut out).unwrap();
    assert_eq!(server.advance(b"", &mut out), Err(ApiMisuse::ReplyDue));
    for wrong in [Reply::ok(), Reply::start_data(), Reply::challenge(b"")] {
        let code = wrong.code();
        let refused = server.reply(&wrong, &mut out);
        assert_eq!(refused, Err(ApiMisuse::WrongReply { code }));
    }
    assert_eq!(out, b"");
    server.reply(&Reply::greeting(), &mut out).unwrap();
    assert_eq!(out, b"220 mx.example ESMTP\r\n");
}

#[test]
fn the_caller_can_hang_up_with_any_answer() {
    let mut server = Server::new(Arc::new(mx()));
    let mut out = Vec::new();
    let _ = server.advance(b"", &mut out).unwrap();
    server
        .reply(&Reply::too_many_connections(), &mut out)
        .unwrap();
    assert_eq!(out, b"421 4.7.0 mx.example Too many connections\r\n");
    let advance = server.advance(b"", &mut out).unwrap();
    assert_eq!(advance.event, Some(Event::Close(Closing::Caller)));
}
