//! AUTH at the server (RFC 4954), by the numbers of the catalogue.

#![expect(clippy::std_instead_of_alloc, reason = "tests have std")]

mod dialogue;

use smtp_proto::sasl::Mechanism;
use smtp_proto::server::Limits;

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
