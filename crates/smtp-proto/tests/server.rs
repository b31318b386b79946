//! Stories of the server: what a client says and what it hears.

#![expect(clippy::std_instead_of_alloc, reason = "tests have std")]

mod dialogue;

use smtp_proto::sasl::Mechanism;
use smtp_proto::server::Limits;

use self::dialogue::{mx, submission, transcript};

#[test]
fn a_message_is_taken_and_the_dots_of_its_way_are_gone() {
    let dialogue = transcript(
        &mx(),
        "S: 220 mx.example ESMTP
         C: EHLO client.example
         S: 250-mx.example
         S: 250-PIPELINING
         S: 250-8BITMIME
         S: 250-ENHANCEDSTATUSCODES
         S: 250-HELP
         S: 250 SIZE 52428800
         C: MAIL FROM:<a@client.example> SIZE=100 BODY=8BITMIME
         S: 250 2.1.0 Sender OK
         C: RCPT TO:<b@mx.example>
         S: 250 2.1.5 Recipient OK
         C: DATA
         S: 354 End data with <CR><LF>.<CR><LF>
         C: Subject: dots
         C:
         C: ..
         C: ..net
         C: .
         S: 250 2.0.0 OK
         C: QUIT
         S: 221 2.0.0 mx.example Bye",
    );
    assert_eq!(dialogue.messages, [b"Subject: dots\r\n\r\n.\r\n.net\r\n"]);
    assert!(dialogue.is_closed);
}

#[test]
fn pipelined_replies_come_in_order() {
    transcript(
        &mx(),
        "S: 220 mx.example ESMTP
         C: EHLO client.example
         S: 250-mx.example
         S: 250-PIPELINING
         S: 250-8BITMIME
         S: 250-ENHANCEDSTATUSCODES
         S: 250-HELP
         S: 250 SIZE 52428800
         C: MAIL FROM:<>
         C: RCPT TO:<b@mx.example>
         C: RCPT TO:<b@else.example>
         C: RCPT TO:<nobody@mx.example>
         C: RCPT TO:<Postmaster>
         C: DATA
         S: 250 2.1.0 Sender OK
         S: 250 2.1.5 Recipient OK
         S: 554 5.7.1 Relay access denied
         S: 550 5.1.1 No such user
         S: 250 2.1.5 Recipient OK
         S: 354 End data with <CR><LF>.<CR><LF>
         C: hello
         C: .
         C: RSET
         C: MAIL FROM:<c@client.example>
         C: RCPT TO:<nobody@mx.example>
         C: DATA
         S: 250 2.0.0 OK
         S: 250 2.0.0 OK
         S: 250 2.1.0 Sender OK
         S: 550 5.1.1 No such user
         S: 554 5.5.1 No valid recipients
         C: QUIT
         S: 221 2.0.0 mx.example Bye",
    );
}

#[test]
fn what_needs_no_opinion_is_answered_inside() {
    let dialogue = transcript(
        &mx(),
        "S: 220 mx.example ESMTP
         C: NOOP
         S: 250 2.0.0 OK
         C: noop is this thing on
         S: 250 2.0.0 OK
         C: RSET
         S: 250 2.0.0 OK
         C: HELP
         S: 214 2.0.0 See RFC 5321
         C: VRFY joe
         S: 252 2.0.0 Cannot VRFY user, but will accept message and attempt delivery
         C: VRFY
         S: 501 5.5.4 Syntax error in arguments
         C: EXPN staff
         S: 502 5.5.1 Command not implemented
         C: AUTH PLAIN
         S: 502 5.5.1 Command not implemented
         C: STARTTLS
         S: 502 5.5.1 Command not implemented
         C: MAIL FROM:<a@client.example>
         S: 503 5.5.1 Send EHLO first
         C: HELO client.example
         S: 250 mx.example
         C: RCPT TO:<b@mx.example>
         S: 503 5.5.1 Send MAIL first
         C: DATA
         S: 503 5.5.1 Send MAIL first
         C: MAIL FROM:<a@client.example>
         S: 250 2.1.0 Sender OK
         C: MAIL FROM:<a@client.example>
         S: 503 5.5.1 Bad sequence of commands
         C: DATA
         S: 503 5.5.1 Send RCPT first
         C: FOO
         S: 500 5.5.1 Command not recognized
         C: QUIT
         S: 221 2.0.0 mx.example Bye",
    );
    let events: Vec<&str> = dialogue.events.iter().map(String::as_str).collect();
    assert_eq!(
        events,
        [
            "Connected(Peer { proxied: None, tls: false })",
            "Reset",
            "Hello(Hello { extended: false, name: ClientName(client.example) })",
            "Mail(Mail { auth: None, body: None, envelope_id: None, require_tls: false, ret: None, \
             reverse_path: Some(Mailbox(a@client.example)), size: None, smtp_utf8: false })",
            "Quit",
        ]
    );
}

#[test]
fn a_login_under_tls_opens_the_submission_server() {
    let dialogue = transcript(
        &submission(),
        "S: 220 mx.example ESMTP
         C: EHLO client.example
         S: 250-mx.example
         S: 250-PIPELINING
         S: 250-8BITMIME
         S: 250-ENHANCEDSTATUSCODES
         S: 250-HELP
         S: 250-STARTTLS
         S: 250 SIZE 52428800
         C: MAIL FROM:<tim@mx.example>
         S: 530 5.7.0 Must issue a STARTTLS command first
         C: STARTTLS
         S: 220 2.0.0 Ready to start TLS
         C: MAIL FROM:<tim@mx.example>
         S: 503 5.5.1 Send EHLO first
         C: EHLO client.example
         S: 250-mx.example
         S: 250-PIPELINING
         S: 250-8BITMIME
         S: 250-ENHANCEDSTATUSCODES
         S: 250-HELP
         S: 250-SIZE 52428800
         S: 250 AUTH PLAIN LOGIN
         C: MAIL FROM:<tim@mx.example>
         S: 530 5.7.0 Authentication required
         C: auth login
         S: 334 VXNlcm5hbWU6
         C: dGlt
         S: 334 UGFzc3dvcmQ6
         C: d3Jvbmc=
         S: 535 5.7.8 Authentication credentials invalid
         C: AUTH PLAIN
         S: 334 
         C: AHRpbQBzZWNyZXQ=
         S: 235 2.7.0 Authentication successful
         C: MAIL FROM:<tim@mx.example>
         S: 250 2.1.0 Sender OK
         C: RCPT TO:<b@mx.example>
         S: 250 2.1.5 Recipient OK
         C: DATA
         S: 354 End data with <CR><LF>.<CR><LF>
         C: hello
         C: .
         S: 250 2.0.0 OK",
    );
    assert!(dialogue.server.is_tls() && dialogue.server.is_authenticated());
    assert_eq!(dialogue.server.protocol(), "ESMTPSA");
}

#[test]
fn commands_may_follow_a_login_of_one_round() {
    let config = submission().auth_without_tls(true).start_tls(false);
    transcript(
        &config,
        "S: 220 mx.example ESMTP
         C: EHLO client.example
         S: 250-mx.example
         S: 250-PIPELINING
         S: 250-8BITMIME
         S: 250-ENHANCEDSTATUSCODES
         S: 250-HELP
         S: 250-SIZE 52428800
         S: 250 AUTH PLAIN LOGIN
         C: AUTH PLAIN AHRpbQBzZWNyZXQ=
         C: MAIL FROM:<tim@mx.example> AUTH=<>
         C: RCPT TO:<b@mx.example>
         C: DATA
         S: 235 2.7.0 Authentication successful
         S: 250 2.1.0 Sender OK
         S: 250 2.1.5 Recipient OK
         S: 354 End data with <CR><LF>.<CR><LF>",
    );
}

#[test]
fn what_is_not_configured_is_neither_offered_nor_taken() {
    let config = mx()
        .eight_bit_mime(false)
        .enhanced_status_codes(false)
        .pipelining(false)
        .size(false);
    transcript(
        &config,
        "S: 220 mx.example ESMTP
         C: EHLO client.example
         S: 250-mx.example
         S: 250 HELP
         C: MAIL FROM:<a@client.example> SIZE=1
         S: 555 Parameter not recognized or not implemented
         C: MAIL FROM:<a@client.example> BODY=8BITMIME
         S: 555 Parameter not recognized or not implemented
         C: MAIL FROM:<a@client.example> SMTPUTF8
         S: 555 Parameter not recognized or not implemented
         C: MAIL FROM:<a@client.example> AUTH=<>
         S: 555 Parameter not recognized or not implemented
         C: MAIL FROM:<a@client.example>
         S: 250 Sender OK
         C: QUIT
         S: 221 mx.example Bye",
    );
}

#[test]
fn a_size_without_limit_is_offered_without_a_number() {
    let config = mx()
        .auth([Mechanism::External])
        .auth_without_tls(true)
        .smtp_utf8(true)
        .limits(Limits::default().message_size(None));
    transcript(
        &config,
        "S: 220 mx.example ESMTP
         C: EHLO client.example
         S: 250-mx.example
         S: 250-PIPELINING
         S: 250-8BITMIME
         S: 250-ENHANCEDSTATUSCODES
         S: 250-HELP
         S: 250-SMTPUTF8
         S: 250-SIZE
         S: 250 AUTH EXTERNAL
         C: MAIL FROM:<a@client.example> SIZE=18446744073709551615
         S: 250 2.1.0 Sender OK",
    );
}
