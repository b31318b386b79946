//! Hostile and odd input to the server, by the numbers of the catalogue: commands, logins and
//! limits.

#![expect(clippy::std_instead_of_alloc, reason = "tests have std")]

mod dialogue;

use std::sync::Arc;

use smtp_proto::Reply;
use smtp_proto::sasl::Mechanism;
use smtp_proto::server::{ApiMisuse, Closing, Config, Event, Limits, Server};

use self::dialogue::{Dialogue, answers, at_data, mx, open_submission, submission};

const EHLO: &[u8] = b"EHLO client.example";
const MAIL: &[u8] = b"MAIL FROM:<a@client.example>";
const RCPT: &[u8] = b"RCPT TO:<b@mx.example>";

#[test]
fn b04_a_login_before_tls_is_neither_offered_nor_taken() {
    let heard = answers(&submission(), &[EHLO, b"AUTH PLAIN AHRpbQBzZWNyZXQ="]);
    assert!(!heard[0].contains("AUTH"));
    assert_eq!(
        heard[1],
        "504 5.5.4 Authentication mechanism not available\r\n"
    );
}

#[test]
fn b04_malformed_and_cancelled_exchanges_end_in_501() {
    for (response, answer) in [
        (&b"*"[..], "501 5.7.0 Authentication cancelled\r\n"),
        (b"=AAA", "501 5.5.2 Malformed base64\r\n"),
        (b"AAA", "501 5.5.2 Malformed base64\r\n"),
        (b"dGlt ", "501 5.5.2 Malformed base64\r\n"),
        (b"dGlt\0", "501 5.5.2 Malformed base64\r\n"),
    ] {
        let heard = answers(
            &open_submission(),
            &[EHLO, b"AUTH LOGIN", response, b"NOOP"],
        );
        assert_eq!(heard[1], "334 VXNlcm5hbWU6\r\n");
        assert_eq!(heard[2], answer);
        assert_eq!(heard[3], "250 2.0.0 OK\r\n");
    }
    let heard = answers(
        &open_submission(),
        &[EHLO, b"AUTH PLAIN =AAA", b"AUTH GSSAPI"],
    );
    assert_eq!(heard[1], "501 5.5.2 Malformed base64\r\n");
    assert_eq!(
        heard[2],
        "504 5.5.4 Authentication mechanism not available\r\n"
    );
}

#[test]
fn b04_a_response_line_has_its_limit() {
    let config = open_submission().limits(Limits::default().auth_line(100));
    for (octets, answer) in [
        (96, "535 5.7.8 Authentication credentials invalid\r\n"),
        (
            100,
            "500 5.5.6 Authentication exchange line is too long\r\n",
        ),
    ] {
        let response = vec![b'A'; octets];
        let heard = answers(&config, &[EHLO, b"AUTH PLAIN", &response, b"NOOP"]);
        assert_eq!(heard[2], answer);
        assert_eq!(heard[3], "250 2.0.0 OK\r\n");
    }
}

#[test]
fn b04_responses_have_their_number() {
    let config = open_submission().limits(Limits::default().auth_rounds(1));
    let heard = answers(&config, &[EHLO, b"AUTH LOGIN", b"dGlt", b"c2VjcmV0"]);
    assert_eq!(heard[2], "334 UGFzc3dvcmQ6\r\n");
    assert_eq!(heard[3], "501 5.5.0 Too many responses\r\n");
    let config = open_submission().limits(Limits::default().auth_rounds(2));
    let heard = answers(&config, &[EHLO, b"AUTH LOGIN", b"dGlt", b"c2VjcmV0"]);
    assert_eq!(heard[3], "235 2.7.0 Authentication successful\r\n");
}

#[test]
fn b04_there_is_no_login_in_a_transaction_or_after_another() {
    let login = b"AUTH PLAIN AHRpbQBzZWNyZXQ=";
    let bad_sequence = "503 5.5.1 Bad sequence of commands\r\n";
    let heard = answers(&open_submission(), &[EHLO, login, login, EHLO, login]);
    assert_eq!(heard[1], "235 2.7.0 Authentication successful\r\n");
    assert_eq!(heard[2], bad_sequence);
    assert!(!heard[3].contains("AUTH"));
    assert_eq!(heard[4], bad_sequence);
    let config = mx().auth([Mechanism::Plain]).auth_without_tls(true);
    let heard = answers(&config, &[login, EHLO, MAIL, login]);
    assert_eq!(heard[0], "503 5.5.1 Send EHLO first\r\n");
    assert_eq!(heard[3], bad_sequence);
}

#[test]
fn b04_a_login_out_of_place_is_503_whatever_it_asks_for() {
    let bad_sequence = "503 5.5.1 Bad sequence of commands\r\n";
    let config = mx().auth([Mechanism::Plain]).auth_without_tls(true);
    for login in [&b"AUTH GSSAPI"[..], b"AUTH PLAIN =AAA", b"AUTH LOGIN"] {
        let after_another = answers(
            &open_submission(),
            &[EHLO, b"AUTH PLAIN AHRpbQBzZWNyZXQ=", login],
        );
        assert_eq!(after_another[2], bad_sequence);
        let in_transaction = answers(&config, &[login, EHLO, MAIL, login]);
        assert_eq!(in_transaction[0], "503 5.5.1 Send EHLO first\r\n");
        assert_eq!(in_transaction[3], bad_sequence);
    }
}

#[test]
fn b04_an_equals_sign_is_an_empty_response() {
    let mut dialogue = Dialogue::new(open_submission());
    dialogue.send([&b"EHLO client.example\r\n"[..], b"AUTH PLAIN =\r\n"]);
    assert!(
        dialogue
            .heard()
            .ends_with("535 5.7.8 Authentication credentials invalid\r\n")
    );
}

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
fn a_message_may_be_larger_than_announced() {
    let mail = b"MAIL FROM:<a@client.example> SIZE=1";
    let heard = answers(&mx(), &[EHLO, mail, RCPT, b"DATA", b"hello\r\n."]);
    assert_eq!(heard[4], "250 2.0.0 OK\r\n");
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
