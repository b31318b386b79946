//! Extensions that change no framing: each is off until it is switched on.

#![expect(clippy::std_instead_of_alloc, reason = "tests have std")]

mod dialogue;

use std::sync::Arc;

use smtp_proto::sasl::Mechanism;
use smtp_proto::server::{Closing, Event, Limits, Server};

use self::dialogue::{Dialogue, answers, lmtp, mx, open_submission, submission, transcript};

const EHLO: &[u8] = b"EHLO client.example";
const UNKNOWN_PARAMETER: &str = "555 5.5.4 Parameter not recognized or not implemented\r\n";

#[test]
fn wishes_for_reports_are_told_if_they_are_offered() {
    let lines = [
        EHLO,
        b"MAIL FROM:<a@client.example> RET=HDRS ENVID=QQ+20314159",
        b"MAIL FROM:<a@client.example>",
        b"RCPT TO:<b@mx.example> NOTIFY=SUCCESS,DELAY ORCPT=rfc822;b+2Bc@mx.example",
    ];
    let heard = answers(&mx(), &lines);
    assert!(!heard[0].contains("DSN"));
    assert_eq!(
        (&*heard[1], &*heard[3]),
        (UNKNOWN_PARAMETER, UNKNOWN_PARAMETER)
    );

    let mut dialogue = Dialogue::new(mx().dsn(true));
    for line in lines {
        dialogue.send([line, b"\r\n"]);
    }
    assert!(dialogue.heard().contains("250-DSN\r\n"));
    let mail = &dialogue.events[2];
    assert!(mail.contains("envelope_id: Some(Xtext(QQ+20314159))") && mail.contains("Headers"));
    let rcpt = &dialogue.events[3];
    assert!(
        rcpt.contains("delay: true, failure: false, success: true"),
        "{rcpt}"
    );
    assert!(rcpt.contains("address_type: \"rfc822\", address: Xtext(b+2Bc@mx.example)"));
}

#[test]
fn b05_malformed_wishes_for_reports_are_syntax_errors() {
    let config = mx().dsn(true);
    for line in [
        &b"MAIL FROM:<> ENVID=a+0D+0A"[..],
        b"MAIL FROM:<> ENVID=\x01",
        b"MAIL FROM:<> RET=BODY",
        b"MAIL FROM:<> RET=FULL RET=HDRS",
    ] {
        let heard = answers(&config, &[EHLO, line]);
        assert!(heard[1].starts_with("501 5.5.4 "), "{}", heard[1]);
    }
    let heard = answers(
        &config,
        &[
            EHLO,
            b"MAIL FROM:<> ENVID=a>b",
            b"RCPT TO:<b@mx.example> ORCPT=rfc822;a+0Ab",
        ],
    );
    assert_eq!(
        heard[1..],
        [
            "250 2.1.0 Sender OK\r\n",
            "501 5.5.4 Syntax error in parameters\r\n"
        ]
    );
}

#[test]
fn tls_can_be_required_only_under_tls() {
    let mail = "MAIL FROM:<a@client.example> REQUIRETLS";
    let config = mx().start_tls(true).require_tls(true);
    transcript(
        &config,
        &format!(
            "S: 220 mx.example ESMTP
             C: EHLO client.example
             S: 250-mx.example
             S: 250-PIPELINING
             S: 250-8BITMIME
             S: 250-ENHANCEDSTATUSCODES
             S: 250-HELP
             S: 250-STARTTLS
             S: 250 SIZE 52428800
             C: {mail}
             S: 555 5.5.4 Parameter not recognized or not implemented
             C: STARTTLS
             S: 220 2.0.0 Ready to start TLS
             C: EHLO client.example
             S: 250-mx.example
             S: 250-PIPELINING
             S: 250-8BITMIME
             S: 250-ENHANCEDSTATUSCODES
             S: 250-HELP
             S: 250-REQUIRETLS
             S: 250 SIZE 52428800
             C: {mail}
             S: 250 2.1.0 Sender OK"
        ),
    );
}

#[test]
fn limits_are_told_and_kept() {
    let limits = Limits::default().recipients(150).messages(Some(2));
    let config = mx().announce_limits(true).limits(limits);
    let mail = b"MAIL FROM:<>";
    let heard = answers(
        &config,
        &[EHLO, mail, b"RSET", mail, b"RSET", mail, EHLO, mail],
    );
    assert!(
        heard[0].contains("LIMITS RCPTMAX=150 MAILMAX=2\r\n"),
        "{}",
        heard[0]
    );
    assert_eq!(heard[3], "250 2.1.0 Sender OK\r\n");
    let too_many = "452 4.7.0 Too many messages in this session\r\n";
    assert_eq!((&*heard[5], &*heard[7]), (too_many, too_many));
    let limits = Limits::default().recipients(u32::MAX);
    let heard = answers(&mx().announce_limits(true).limits(limits), &[EHLO]);
    assert!(heard[0].contains("LIMITS RCPTMAX=999999\r\n"));
}

#[test]
fn mechanisms_are_offered_in_a_line_of_old_if_so_configured() {
    let config = open_submission()
        .start_tls(false)
        .auth([Mechanism::Login, Mechanism::Plain])
        .legacy_auth_line(true);
    let login = b"AUTH PLAIN AHRpbQBzZWNyZXQ=";
    let heard = answers(&config, &[EHLO, login, EHLO]);
    assert!(heard[0].ends_with("250-AUTH LOGIN PLAIN\r\n250 AUTH=LOGIN PLAIN\r\n"));
    assert!(!heard[2].contains("AUTH"));
    // Not before TLS, as the other.
    let config = submission().legacy_auth_line(true);
    assert!(!answers(&config, &[EHLO])[0].contains("AUTH"));
}

/// The dialogue that everybody who has to do with mail has typed once.
#[test]
fn a_proxy_that_is_believed_begins_the_session_anew() {
    let attributes = "XCLIENT NAME ADDR PORT PROTO HELO LOGIN DESTADDR DESTPORT";
    let text = format!(
        "S: 220 mx.example ESMTP
         C: EHLO proxy.example
         S: 250-mx.example
         S: 250-PIPELINING
         S: 250-8BITMIME
         S: 250-ENHANCEDSTATUSCODES
         S: 250-HELP
         S: 250-SIZE 52428800
         S: 250 {attributes}
         C: XCLIENT ADDR=198.51.100.1 NAME=[UNAVAILABLE]
         S: 550 5.7.0 You are no proxy
         C: XCLIENT ADDR=192.0.2
         S: 501 5.5.4 Syntax error in arguments
         C: MAIL FROM:<>
         S: 250 2.1.0 Sender OK
         C: XCLIENT ADDR=192.0.2.1
         S: 503 5.5.1 Bad sequence of commands
         C: RSET
         S: 250 2.0.0 OK
         C: XCLIENT ADDR=192.0.2.1 LOGIN=tim
         S: 220 mx.example ESMTP
         C: MAIL FROM:<>
         S: 503 5.5.1 Send EHLO first"
    );
    let dialogue = transcript(&mx().xclient(true), &text);
    assert!(dialogue.server.is_authenticated());
    let heard = answers(&mx(), &[EHLO, b"XCLIENT ADDR=192.0.2.1"]);
    assert_eq!(heard[1], "502 5.5.1 Command not implemented\r\n");
    assert!(!heard[0].contains("XCLIENT"));
}

#[test]
fn a_login_at_the_proxy_is_forgotten_with_the_next_client() {
    let config = mx().xclient(true);
    let mut dialogue = Dialogue::new(config);
    dialogue.send([&b"XCLIENT ADDR=192.0.2.1 LOGIN=tim\r\n"[..]]);
    assert!(dialogue.server.is_authenticated());
    dialogue.send([&b"XCLIENT ADDR=192.0.2.2 LOGIN=[UNAVAILABLE]\r\n"[..]]);
    assert!(!dialogue.server.is_authenticated());
}

#[test]
fn b06_nothing_may_come_behind_xclient() {
    let mut dialogue = Dialogue::new(mx().xclient(true));
    dialogue.heard();
    dialogue.send([&b"XCLIENT ADDR=192.0.2.1\r\nEHLO client.example\r\n"[..]]);
    assert!(dialogue.heard().starts_with("554 5.5.0 "));
    assert!(dialogue.is_closed);
}

#[test]
fn b06_a_header_of_a_proxy_comes_before_the_greeting() {
    let header = b"PROXY TCP4 192.0.2.1 192.0.2.25 56324 25\r\n";
    for config in [mx().proxy_protocol(true), lmtp().proxy_protocol(true)] {
        for split in 0..header.len() {
            let mut dialogue = Dialogue::new(config.clone());
            assert_eq!(dialogue.heard(), "");
            dialogue.send([&header[..split], &header[split..]]);
            assert_eq!(dialogue.heard(), "220 mx.example ESMTP\r\n");
            assert_eq!(
                dialogue.events,
                [
                    "Connected(Peer { proxied: Some(Addresses { destination: 192.0.2.25:25, \
                  source: 192.0.2.1:56324 }), tls: false })"
                ]
            );
        }
    }
}

#[test]
fn b06_without_the_header_of_a_proxy_there_is_no_word() {
    for octets in [
        &b"EHLO client.example\r\n"[..],
        b"PROXY TCP4 you and me\r\n",
        b"\x16\x03\x01",
    ] {
        let mut dialogue = Dialogue::new(mx().proxy_protocol(true));
        dialogue.send(octets.chunks(1));
        assert_eq!(dialogue.heard(), "");
        assert_eq!(dialogue.events, ["Close(Proxy)"]);
    }
}

#[test]
fn b06_behind_the_header_of_a_proxy_the_client_waits_for_the_greeting() {
    let mut server = Server::new(Arc::new(mx().proxy_protocol(true)));
    let mut out = Vec::new();
    let input = b"PROXY UNKNOWN\r\nEHLO client.example\r\n";
    let advance = server.advance(input, &mut out).unwrap();
    assert_eq!(advance.event, Some(Event::Close(Closing::Pipelined)));
    assert!(out.starts_with(b"554 5.5.0 "));
    // And where none is expected, it is nothing else than octets too early.
    let mut server = Server::new(Arc::new(mx()));
    let advance = server.advance(b"PROXY UNKNOWN\r\n", &mut out).unwrap();
    assert_eq!(advance.event, Some(Event::Close(Closing::Pipelined)));
}
