//! Letters beyond ASCII in what a client says (RFC 6531).

#![expect(clippy::std_instead_of_alloc, reason = "tests have std")]

mod dialogue;

use smtp_proto::command::{Command, OriginalRecipient};

use self::dialogue::{Dialogue, answers, mx};

const EHLO: &[u8] = b"EHLO client.example";

/// What is said to a command in UTF-8.
fn answer(line: &str, smtp_utf8: bool) -> String {
    answers(&mx().smtp_utf8(smtp_utf8), &[EHLO, line.as_bytes()]).swap_remove(1)
}

#[test]
fn who_offers_smtputf8_offers_8bitmime() {
    let config = mx().eight_bit_mime(false);
    assert!(!answers(&config, &[EHLO])[0].contains("8BITMIME"));
    let mail = "MAIL FROM:<j\u{f6}rg@client.example> SMTPUTF8 BODY=8BITMIME";
    let heard = answers(&config.smtp_utf8(true), &[EHLO, mail.as_bytes()]);
    assert!(heard[0].contains("250-8BITMIME\r\n"), "{}", heard[0]);
    assert_eq!(heard[1], "250 2.1.0 Sender OK\r\n");
}

#[test]
fn users_and_lists_may_have_names_beyond_ascii() {
    for (line, heard) in [
        (
            "VRFY j\u{f6}rg SMTPUTF8",
            "252 2.0.0 Cannot VRFY user, but will accept message and attempt delivery\r\n",
        ),
        ("EXPN j\u{f6}rgs", "502 5.5.1 Command not implemented\r\n"),
    ] {
        assert_eq!(answer(line, true), heard);
        assert!(answer(line, false).starts_with("500 5.5.2 "));
    }
}

#[test]
fn b10_what_is_no_utf8_is_no_name() {
    for line in [
        &b"VRFY j\xf6rg"[..],
        b"VRFY j\xc2\x85rg",
        "NOOP j\u{f6}rg".as_bytes(),
        "HELP j\u{f6}rg".as_bytes(),
    ] {
        let heard = answers(&mx().smtp_utf8(true), &[EHLO, line]);
        assert!(heard[1].starts_with("500 5.5.2 "), "{}", heard[1]);
    }
}

#[test]
fn parameters_behind_an_address_beyond_ascii_are_judged_alone() {
    for (parameter, heard) in [
        ("FOO=1", "555 5.5.4 "),
        ("SIZE=x", "501 5.5.4 "),
        ("BODY=\u{fc}", "500 5.5.2 "),
    ] {
        let line = format!("MAIL FROM:<j\u{f6}rg@client.example> SMTPUTF8 {parameter}");
        let answer = answer(&line, true);
        assert!(answer.starts_with(heard), "{answer}");
    }
}

#[test]
fn an_original_recipient_may_be_in_utf8_where_addresses_may() {
    let rcpt = "RCPT TO:<b@mx.example> ORCPT=utf-8;b\u{fc}cher\\x{3D}@mx.example";
    for (mail, heard) in [
        ("MAIL FROM:<> SMTPUTF8", "250 2.1.5 Recipient OK\r\n"),
        (
            "MAIL FROM:<>",
            "500 5.5.2 Octets above 127 in a command\r\n",
        ),
    ] {
        let mut dialogue = Dialogue::new(mx().dsn(true).smtp_utf8(true));
        for line in [EHLO, mail.as_bytes()] {
            dialogue.send([line, b"\r\n"]);
        }
        dialogue.heard();
        dialogue.send([rcpt.as_bytes(), b"\r\n"]);
        assert_eq!(dialogue.heard(), heard);
    }
    let Ok(Command::Rcpt(parsed)) = Command::parse(rcpt.as_bytes()) else {
        panic!("no RCPT");
    };
    let original = parsed.original_recipient.unwrap();
    assert_eq!(original.address_type(), "utf-8");
    assert!(
        original
            .address()
            .decode()
            .eq("b\u{fc}cher\\x{3D}@mx.example".bytes())
    );
    let mut printed = Vec::new();
    Command::Rcpt(parsed).print(&mut printed);
    assert_eq!(printed, [rcpt.as_bytes(), b"\r\n"].concat());
}

#[test]
fn b05_an_original_recipient_in_utf8_cannot_hide_anything() {
    for value in [
        &b"rfc822;\xc3\xa4"[..],
        b"utf-8;\xe4",
        b"utf-8;\xc3\xa4 b",
        b"utf-8;\xc3\xa4=",
        b"utf-8;\xc2\x85",
        b"utf-8;\xc3\xa4\x7f",
    ] {
        assert_eq!(OriginalRecipient::parse(value), None, "{value:?}");
    }
    assert!(OriginalRecipient::parse(b"UTF-8;\xc3\xa4@b.example").is_some());
}

#[test]
fn a_header_in_utf8_is_announced_by_smtputf8() {
    let config = mx().smtp_utf8(true).refuse_undeclared_eight_bit(true);
    for (mail, heard) in [
        (&b"MAIL FROM:<> SMTPUTF8"[..], "250 "),
        (b"MAIL FROM:<>", "554 5.6.3 "),
    ] {
        let lines = [EHLO, mail, b"RCPT TO:<b@mx.example>", b"DATA"];
        let message = "Subject: \u{fc}\r\n.".as_bytes();
        let answer = answers(&config, &[&lines[..], &[message]].concat()).swap_remove(4);
        assert!(answer.starts_with(heard), "{answer}");
    }
}
