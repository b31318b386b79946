//! Messages in chunks (RFC 3030), hostile and honest.

#![expect(clippy::std_instead_of_alloc, reason = "tests have std")]

mod dialogue;

use smtp_proto::data::BareLineEnds;
use smtp_proto::server::{Config, Limits};

use self::dialogue::{Dialogue, answers, mx, transcript};

const OK: &str = "250 2.0.0 OK\r\n";
const MAIL_FIRST: &str = "503 5.5.1 Send MAIL first\r\n";

fn chunking() -> Config {
    mx().chunking(true)
}

/// A session with a sender and a recipient.
fn at_chunks(config: &Config, parameters: &str) -> Dialogue {
    let mut dialogue = Dialogue::new(config.clone());
    let mail = format!("MAIL FROM:<a@client.example>{parameters}\r\n");
    for line in [
        "EHLO client.example\r\n",
        &mail,
        "RCPT TO:<b@mx.example>\r\n",
    ] {
        dialogue.send([line.as_bytes()]);
    }
    assert!(dialogue.heard().ends_with("250 2.1.5 Recipient OK\r\n"));
    dialogue
}

/// What is heard after octets, the same in one piece, at every split and octet by octet.
fn hear(config: &Config, octets: &[u8]) -> (Dialogue, String) {
    hear_announced(config, "", octets)
}

fn hear_announced(config: &Config, parameters: &str, octets: &[u8]) -> (Dialogue, String) {
    let play = |pieces: Vec<&[u8]>| {
        let mut dialogue = at_chunks(config, parameters);
        dialogue.send(pieces);
        let heard = dialogue.heard();
        (dialogue, heard)
    };
    let (whole, heard) = play(vec![octets]);
    let cuts = (1..octets.len()).map(|at| vec![&octets[..at], &octets[at..]]);
    for pieces in cuts.chain([octets.chunks(1).collect()]) {
        let (dialogue, same) = play(pieces);
        assert_eq!(same, heard);
        assert_eq!(dialogue.events, whole.events);
        assert_eq!(dialogue.messages, whole.messages);
    }
    (whole, heard)
}

#[test]
fn a_message_in_one_chunk_as_rfc_3030_has_it() {
    let dialogue = transcript(
        &chunking(),
        "S: 220 mx.example ESMTP
         C: EHLO client.example
         S: 250-mx.example
         S: 250-PIPELINING
         S: 250-8BITMIME
         S: 250-ENHANCEDSTATUSCODES
         S: 250-CHUNKING
         S: 250-HELP
         S: 250 SIZE 52428800
         C: MAIL FROM:<Sam@Random.com>
         S: 250 2.1.0 Sender OK
         C: RCPT TO:<Susan@mx.example>
         S: 250 2.1.5 Recipient OK
         C: BDAT 86 LAST
         C: To: Susan@random.com
         C: From: Sam@random.com
         C: Subject: This is a bodyless test message
         S: 250 2.0.0 OK
         C: QUIT
         S: 221 2.0.0 mx.example Bye",
    );
    assert_eq!(dialogue.messages[0].len(), 86);
}

#[test]
fn chunks_may_be_pipelined_with_commands_between_and_behind_them() {
    let octets =
        b"BDAT 3\r\nab\rNOOP\r\nBDAT 0\r\nBDAT 7\r\n\n.\r\n.\r\nbdat 4 last\r\n.\r\nxRSET\r\n";
    let (dialogue, heard) = hear(&chunking(), octets);
    assert_eq!(heard, OK.repeat(6));
    assert_eq!(dialogue.messages, [b"ab\r\n.\r\n.\r\n.\r\nx"]);
    let ends = dialogue.events.iter().filter(|event| *event == "ChunkEnd");
    assert_eq!(ends.count(), 3);
}

#[test]
fn b07_a_chunk_is_content_whatever_it_looks_like() {
    let smuggled = b"\r\n.\r\nRSET\r\nMAIL FROM:<evil@client.example>\r\nBDAT 1 LAST\r\n";
    let command = format!("BDAT {} LAST\r\n", smuggled.len());
    let octets = [command.as_bytes(), smuggled].concat();
    let (dialogue, heard) = hear(&chunking(), &octets);
    assert_eq!(heard, OK);
    assert_eq!(dialogue.messages, [smuggled]);
}

#[test]
fn b07_a_refused_chunk_and_those_in_the_pipe_are_consumed() {
    let octets = b"BDAT 4\r\nfullBDAT 6\r\nQUIT\r\nBDAT 6 LAST\r\nRSET\r\nNOOP\r\n";
    let (dialogue, heard) = hear(&chunking(), octets);
    let full = "452 4.3.1 Disk is full\r\n";
    assert_eq!(heard, [full, MAIL_FIRST, MAIL_FIRST, OK].concat());
    assert!(dialogue.messages.is_empty() && !dialogue.is_closed);
}

#[test]
fn b07_chunks_without_sender_or_recipient_are_consumed() {
    for (before, answer) in [
        (&[][..], MAIL_FIRST),
        (&["EHLO c.example"], MAIL_FIRST),
        (
            &["EHLO c.example", "MAIL FROM:<>"],
            "503 5.5.1 Send RCPT first\r\n",
        ),
    ] {
        for chunk in [
            "BDAT 6 LAST\r\nQUIT\r\n",
            "BDAT 6\r\nQUIT\r\n",
            "BDAT 0\r\n",
        ] {
            let mut dialogue = Dialogue::new(chunking());
            for line in before {
                dialogue.send([line.as_bytes(), b"\r\n"]);
            }
            dialogue.heard();
            dialogue.send([chunk.as_bytes(), b"NOOP\r\n"]);
            assert_eq!(dialogue.heard(), [answer, OK].concat());
            assert!(!dialogue.is_closed);
        }
    }
}

#[test]
fn b07_a_chunk_is_consumed_where_chunks_are_not_offered() {
    let (_, heard) = hear(&mx(), b"BDAT 6 LAST\r\nQUIT\r\nNOOP\r\n");
    assert_eq!(
        heard,
        ["502 5.5.1 Command not implemented\r\n", OK].concat()
    );
}

#[test]
fn b07_a_size_that_cannot_be_read_closes_the_connection() {
    for command in [
        "BDAT",
        "BDAT LAST",
        "BDAT -1",
        "BDAT 1x",
        "BDAT 5 LASTLY",
        "BDAT 5 LAST 5",
        "BDAT \u{661}",
        "BDAT 18446744073709551616",
        "BDAT 99999999999999999999999999 LAST",
        // What another reader may take for a chunk.
        "BDAT\t5",
        "BDAT\u{b}5",
        "BDAT\r5",
        "BDAT5",
        "BDAT\u{a0}5",
        " BDAT 5",
        "\tbdat 5 LAST",
    ] {
        for config in [chunking(), mx()] {
            let octets = format!("{command}\r\nRSET\r\nMAIL FROM:<>\r\n");
            let (dialogue, heard) = hear(&config, octets.as_bytes());
            assert_eq!(
                heard, "501 5.5.4 Syntax error in arguments\r\n",
                "{command}"
            );
            assert_eq!(dialogue.events.last().unwrap(), "Close(Chunk)");
        }
    }
}

#[test]
fn b07_a_command_that_is_too_long_to_have_a_size_closes_the_connection() {
    let config = chunking().limits(Limits::default().command_line(64).endless_line(200));
    let octets = format!("BdAt {:0100} LAST\r\nQUIT\r\n", 6);
    let (dialogue, heard) = hear(&config, octets.as_bytes());
    assert_eq!(heard, "500 5.5.2 Line too long\r\n");
    assert_eq!(dialogue.events.last().unwrap(), "Close(Chunk)");
}

#[test]
fn b07_the_largest_size_is_no_overflow() {
    let mut dialogue = at_chunks(&chunking(), "");
    dialogue.send([
        &b"BDAT 1\r\nx"[..],
        b"BDAT 18446744073709551615\r\nQUIT\r\n",
    ]);
    assert_eq!(dialogue.heard(), OK);
    assert!(!dialogue.is_closed);
    let unlimited = chunking().limits(Limits::default().message_size(None));
    let mut dialogue = at_chunks(&unlimited, "");
    dialogue.send([
        &b"BDAT 1\r\nx"[..],
        b"BDAT 18446744073709551615\r\nQUIT\r\n",
    ]);
    assert_eq!(dialogue.heard(), OK);
}

#[test]
fn b07_data_and_chunks_are_not_mixed() {
    let bad_sequence = "503 5.5.1 Bad sequence of commands\r\n";
    let (dialogue, heard) = hear(&chunking(), b"BDAT 1\r\nxDATA\r\n");
    assert_eq!(heard, [OK, bad_sequence].concat());
    assert!(!dialogue.is_closed);
    let (_, heard) = hear(&chunking(), b"BDAT 1 LAST\r\nxBDAT 1 LAST\r\ny");
    assert_eq!(heard, [OK, MAIL_FIRST].concat());
    let (_, heard) = hear(
        &chunking(),
        b"BDAT 1\r\nxRCPT TO:<c@mx.example>\r\nBDAT 0 LAST\r\n",
    );
    assert_eq!(heard, [OK, bad_sequence, OK].concat());
    let binary = chunking().binary_mime(true);
    let (_, heard) = hear_announced(&binary, " BODY=BINARYMIME", b"DATA\r\n");
    assert_eq!(heard, bad_sequence);
}

#[test]
fn b07_chunks_have_their_number_and_cost_nothing() {
    let config = chunking().limits(Limits::default().chunks(1000));
    let mut dialogue = at_chunks(&config, "");
    for _ in 0..1000 {
        dialogue.send([&b"BDAT 0\r\n"[..]]);
    }
    assert_eq!(dialogue.heard(), OK.repeat(1000));
    dialogue.send([&b"BDAT 6 LAST\r\nQUIT\r\nNOOP\r\n"[..]]);
    let too_many = "554 5.5.0 Message has too many chunks\r\n";
    assert_eq!(dialogue.heard(), [too_many, OK].concat());
    assert_eq!(dialogue.events.last().unwrap(), "Reset");
}

#[test]
fn b08_a_chunk_that_is_refused_ends_the_transaction() {
    let config = chunking().limits(Limits::default().message_size(Some(20)));
    for refused in [
        &b"BDAT 4\r\nfull"[..],
        b"BDAT 21\r\nMAIL FROM:<a@b.test>\n",
        b"BDAT 2\r\na\n",
        b"BDAT 2 LAST\r\na\r",
    ] {
        let mut dialogue = at_chunks(&config, "");
        dialogue.send([refused]);
        assert!(dialogue.heard().starts_with(['4', '5']));
        dialogue.send([&b"BDAT 0 LAST\r\nMAIL FROM:<>\r\nDATA\r\n"[..]]);
        let rest = "250 2.1.0 Sender OK\r\n503 5.5.1 Send RCPT first\r\n";
        assert_eq!(dialogue.heard(), [MAIL_FIRST, rest].concat());
    }
}

#[test]
fn b09_chunks_over_the_limit_are_consumed_and_not_kept() {
    let small = chunking().limits(Limits::default().message_size(Some(10)));
    let too_large = "552 5.3.4 Message size exceeds fixed maximum message size\r\n";
    let (dialogue, heard) = hear(
        &small,
        b"BDAT 6\r\nQUIT\r\nBDAT 5\r\nQUIT\nBDAT 1 LAST\r\nxNOOP\r\n",
    );
    assert_eq!(heard, [OK, too_large, MAIL_FIRST, OK].concat());
    assert!(dialogue.messages.is_empty());
    let (dialogue, heard) = hear(&small, b"BDAT 6\r\nQUIT\r\nBDAT 4 LAST\r\nQUIT");
    assert_eq!(heard, OK.repeat(2));
    assert_eq!(dialogue.messages, [b"QUIT\r\nQUIT"]);
    // Mended, it may be longer than it was.
    let mending = small.bare_line_ends(BareLineEnds::Normalize);
    let (_, heard) = hear(&mending, b"BDAT 6 LAST\r\na\n\n\n\n\n");
    assert_eq!(heard, too_large);
}

#[test]
fn b01_bare_line_ends_in_chunks_are_refused_or_mended() {
    let refused = "550 5.6.0 Message holds a bare CR or LF\r\n";
    for (octets, mended) in [
        (&b"BDAT 3 LAST\r\na\nb"[..], &b"a\r\nb"[..]),
        (b"BDAT 3 LAST\r\na\rb", b"a b"),
        (b"BDAT 2 LAST\r\na\r", b"a "),
        (b"BDAT 2\r\na\rBDAT 1 LAST\r\nb", b"a b"),
        (b"BDAT 2\r\na\rBDAT 0 LAST\r\n", b"a "),
    ] {
        let (dialogue, heard) = hear(&chunking(), octets);
        assert_eq!(heard.replace(OK, ""), refused);
        // The next command stands where it was announced: no reason to close.
        assert!(dialogue.messages.is_empty() && !dialogue.is_closed);
        assert_eq!(dialogue.events.last().unwrap(), "Reset");
        let mending = chunking().bare_line_ends(BareLineEnds::Normalize);
        let (dialogue, _) = hear(&mending, octets);
        assert_eq!(dialogue.messages, [mended]);
    }
    // A CRLF may lie across two chunks.
    let (dialogue, _) = hear(&chunking(), b"BDAT 2\r\na\rBDAT 1 LAST\r\n\n");
    assert_eq!(dialogue.messages, [b"a\r\n"]);
}

#[test]
fn binary_messages_are_taken_as_they_are() {
    for bare in [BareLineEnds::Reject, BareLineEnds::Normalize] {
        let config = chunking()
            .binary_mime(true)
            .bare_line_ends(bare)
            .refuse_undeclared_eight_bit(true);
        let octets = b"BDAT 5\r\n\0\r\xff\n.BDAT 2 LAST\r\n\n\r";
        let (dialogue, heard) = hear_announced(&config, " BODY=BINARYMIME", octets);
        assert_eq!(heard, OK.repeat(2));
        assert_eq!(dialogue.messages, [b"\0\r\xff\n.\n\r"]);
        let noted = "BodyEnd(BodyFaults { bare_cr: true, bare_lf: true, eight_bit: true, \
                     long_line: false, nul: true })";
        assert_eq!(dialogue.events.last().unwrap(), noted);
    }
}

#[test]
fn b10_octets_beyond_ascii_in_chunks_are_refused_if_so_configured() {
    let strict = chunking().refuse_undeclared_eight_bit(true);
    let refused = "554 5.6.3 8-bit content without BODY=8BITMIME\r\n";
    let octets = b"BDAT 1\r\n\xffBDAT 1 LAST\r\nx";
    let (_, heard) = hear(&strict, octets);
    assert_eq!(heard, [refused, MAIL_FIRST].concat());
    let (_, heard) = hear_announced(&strict, " BODY=8BITMIME", octets);
    assert_eq!(heard, OK.repeat(2));
}

#[test]
fn binarymime_needs_chunking_and_a_configuration() {
    let mail = b"MAIL FROM:<> BODY=BINARYMIME";
    for (config, offered, answer) in [
        (chunking(), false, "555 "),
        (mx().binary_mime(true), false, "555 "),
        (chunking().binary_mime(true), true, "250 "),
    ] {
        let heard = answers(&config, &[b"EHLO client.example", mail]);
        assert_eq!(heard[0].contains("BINARYMIME"), offered);
        assert!(heard[1].starts_with(answer));
    }
}

#[test]
fn b16_chunks_for_nobody_are_consumed_and_not_taken() {
    let mut dialogue = Dialogue::new(chunking());
    dialogue.send([&b"EHLO client.example\r\n"[..]]);
    dialogue.heard();
    let flight = b"MAIL FROM:<>\r\nRCPT TO:<nobody@mx.example>\r\nBDAT 6 LAST\r\nQUIT\r\nNOOP\r\n";
    dialogue.send([&flight[..]]);
    assert_eq!(
        dialogue.heard(),
        "250 2.1.0 Sender OK\r\n550 5.1.1 No such user\r\n554 5.5.1 No valid recipients\r\n\
         250 2.0.0 OK\r\n"
    );
    assert!(dialogue.messages.is_empty());
}

#[test]
fn rset_and_ehlo_forget_the_chunks_before_them() {
    for between in ["RSET\r\n", "EHLO client.example\r\n"] {
        let mut dialogue = at_chunks(&chunking(), "");
        dialogue.send([&b"BDAT 3\r\none"[..], between.as_bytes()]);
        dialogue.send([&b"MAIL FROM:<>\r\nRCPT TO:<b@mx.example>\r\nBDAT 3 LAST\r\ntwo"[..]]);
        assert_eq!(dialogue.messages.last().unwrap(), b"two");
    }
}

#[test]
fn a_chunk_has_the_time_of_a_message() {
    let mut dialogue = at_chunks(&chunking(), "");
    assert_eq!(dialogue.server.patience().as_secs(), 300);
    dialogue.send([&b"BDAT 3\r\no"[..]]);
    assert_eq!(dialogue.server.patience().as_secs(), 180);
    dialogue.send([&b"ne"[..]]);
    assert_eq!(dialogue.server.patience().as_secs(), 300);
}
