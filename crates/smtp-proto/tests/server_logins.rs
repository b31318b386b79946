//! AUTH at the server (RFC 4954), by the numbers of the catalogue.

#![expect(clippy::std_instead_of_alloc, reason = "tests have std")]

mod dialogue;

use smtp_proto::Reply;
use smtp_proto::sasl::Mechanism;
use smtp_proto::server::{ApiMisuse, Limits};

use self::dialogue::{Dialogue, answers, mx, open_submission, submission};

const EHLO: &[u8] = b"EHLO client.example";
const MAIL: &[u8] = b"MAIL FROM:<a@client.example>";

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
fn b04_the_command_itself_may_be_too_long_too() {
    let config = open_submission().limits(Limits::default().auth_line(100));
    let line = [&b"auth PLAIN "[..], &[b'A'; 2048]].concat();
    let heard = answers(&config, &[EHLO, &line, b"NOOP"]);
    assert_eq!(
        heard[1],
        "500 5.5.6 Authentication exchange line is too long\r\n"
    );
    assert_eq!(heard[2], "250 2.0.0 OK\r\n");
}

#[cfg(feature = "sasl")]
#[test]
fn an_initial_response_where_the_server_begins_is_refused() {
    let config = open_submission().auth([Mechanism::CramMd5]);
    for response in ["=", "dGlt"] {
        let auth = format!("AUTH CRAM-MD5 {response}");
        let heard = answers(&config, &[EHLO, auth.as_bytes(), b"AUTH CRAM-MD5"]);
        assert_eq!(
            heard[1],
            "501 5.7.0 The mechanism begins with a challenge\r\n"
        );
        assert!(heard[2].starts_with("334 "), "{}", heard[2]);
    }
}

#[test]
fn a_challenge_is_base64_and_nothing_else() {
    let mut dialogue = Dialogue::new(open_submission());
    dialogue.send([EHLO, b"\r\n"]);
    let mut server = dialogue.server;
    let mut out = Vec::new();
    let _ = server.advance(b"AUTH LOGIN\r\n", &mut out).unwrap();
    for text in ["Username:", "VXNlcm5hbWU6\nVXNlcm5hbWU6"] {
        let reply = Reply::new(334, text).unwrap();
        let code = reply.code();
        let refused = server.reply(&reply, &mut out);
        assert_eq!(refused, Err(ApiMisuse::WrongReply { code }), "{text}");
    }
    assert_eq!(out, b"");
    server
        .reply(&Reply::challenge(b"Username:"), &mut out)
        .unwrap();
    assert_eq!(out, b"334 VXNlcm5hbWU6\r\n");
}

#[test]
fn who_submitted_a_message_is_read_with_digits_in_any_case() {
    let heard = answers(
        &open_submission().auth([Mechanism::Plain]),
        &[
            EHLO,
            b"AUTH PLAIN AHRpbQBzZWNyZXQ=",
            b"MAIL FROM:<e=mc2@example.com> AUTH=e+3dmc2@example.com",
        ],
    );
    assert_eq!(heard[2], "250 2.1.0 Sender OK\r\n");
}
