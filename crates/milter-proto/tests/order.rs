//! Commands have their place, and what has none is an error.

#![expect(clippy::std_instead_of_alloc, reason = "tests have std")]

mod mta;

use milter_proto::command::Command;
use milter_proto::session::ProtocolError;
use milter_proto::{Actions, Config, Event, Steps};

use self::mta::{ACTIONS, Filter, STEPS, connect, greeting, offer, packet, say};

#[test]
fn nothing_comes_before_the_negotiation_but_the_end() {
    for letter in "ABCDEHKLMNRTU".bytes() {
        assert_eq!(error(&[], letter), Some(None), "{}", char::from(letter));
    }
    assert_eq!(error(&[], b'O'), None);
    assert_eq!(error(&[], b'Q'), None);
}

#[test]
fn the_negotiation_comes_once() {
    assert_eq!(error(b"O", b'O'), Some(Some(Command::Negotiate)));
    assert_eq!(error(b"OCQ", b'O'), None, "nothing is read behind the end");
    assert_eq!(error(b"OCK", b'O'), Some(Some(Command::QuitNewConnection)));
}

#[test]
fn a_client_comes_before_all_that_it_does() {
    for letter in "BEHLMNRT".bytes() {
        let after = Some(Command::Negotiate);
        assert_eq!(error(b"O", letter), Some(after), "{}", char::from(letter));
    }
    for letter in "ACDKQU".bytes() {
        assert_eq!(error(b"O", letter), None, "{}", char::from(letter));
    }
}

#[test]
fn a_client_comes_once() {
    assert_eq!(error(b"OC", b'C'), Some(Some(Command::Connect)));
    assert_eq!(error(b"OCHMRA", b'C'), Some(Some(Command::Abort)));
    assert_eq!(error(b"OCHMRK", b'C'), None);
}

#[test]
fn a_message_begins_with_its_sender() {
    for letter in "BELNRT".bytes() {
        assert_eq!(error(b"OCH", letter), Some(Some(Command::Helo)));
        assert_eq!(error(b"OCHMRA", letter), Some(Some(Command::Abort)));
        assert_eq!(error(b"OCHMRNE", letter), Some(Some(Command::EndOfMessage)));
    }
    for letter in "BELNRT".bytes() {
        assert_eq!(error(b"OCHM", letter), None);
    }
}

#[test]
fn the_stages_of_a_message_come_in_their_order() {
    let stages = [b'M', b'R', b'T', b'L', b'N', b'B', b'E'];
    let repeatable = [b'R', b'L', b'B'];
    for (behind, &last) in stages.iter().enumerate().take(6) {
        for (place, &next) in stages.iter().enumerate().skip(1) {
            let goes_on = place > behind || (place == behind && repeatable.contains(&next));
            let before = [b"OCHM", &stages[1..=behind]].concat();
            let error = error(&before, next);
            let (last, next) = (char::from(last), char::from(next));
            assert_eq!(error.is_none(), goes_on, "{next} behind {last}");
        }
    }
}

#[test]
fn a_sender_or_a_greeting_ends_the_message_before() {
    for letters in ["M", "MR", "MRT", "MRTL", "MRTLN", "MRTLNB", ""] {
        let before = [b"OCH", letters.as_bytes()].concat();
        assert_eq!(error(&before, b'M'), None);
        let greeted = [&before[..], b"H"].concat();
        assert_eq!(error(&greeted, b'R'), Some(Some(Command::Helo)));
    }
}

#[test]
fn unknown_commands_and_macros_change_no_order() {
    for letters in ["O", "OC", "OCH", "OCHM", "OCHMR", "OCHMRT", "OCHMRTL"] {
        let before = [letters.as_bytes(), b"UDUD"].concat();
        assert_eq!(error(&before, b'A'), None);
    }
    assert_eq!(error(b"OCHMRTLUD", b'N'), None);
    assert_eq!(error(b"OCHMRTLNUD", b'L'), Some(Some(Command::EndOfHeader)));
}

#[test]
fn one_client_can_have_many_messages() {
    let message = b"MRRTLLNBBE".repeat(100);
    assert_eq!(error(&[b"OCH", &message[..]].concat(), b'Q'), None);
}

#[test]
fn what_was_to_be_left_out_may_be_missing_and_may_come() {
    let steps = Steps::NO_CONNECT | Steps::NO_MAIL;
    let offer = offer(6, ACTIONS, STEPS);
    for letters in ["RTLNBE", "TLNBE", "LE", "NE", "E", "HRE", "CHMRTE", "MRE"] {
        let mut filter = Filter::new(Config::new(Actions::empty()).steps(steps));
        filter.send(&offer);
        letters
            .bytes()
            .for_each(|letter| filter.send(&command(letter)));
        assert_eq!(filter.error, None, "{letters}");
        assert_eq!(filter.events.len(), 1 + letters.len());
    }
}

#[test]
fn nothing_more_comes_of_a_message_that_is_decided() {
    let mut filter = Filter::eager();
    filter.send(&[greeting(), command(b'M'), say(b'L', &["Accept", " x"])].concat());
    assert_eq!(filter.error, None);
    filter.send(&command(b'N'));
    let (command, after) = (Command::EndOfHeader, Some(Command::Header));
    let error = ProtocolError::OutOfOrder { command, after };
    assert_eq!(filter.error, Some(error));
}

#[test]
fn a_refused_recipient_ends_no_message() {
    let mut filter = Filter::eager();
    let rcpt = say(b'R', &["<nobody@example.com>"]);
    filter.send(&[greeting(), command(b'M'), rcpt].concat());
    assert_eq!(filter.heard().last().unwrap(), "r");
    filter.send(&[command(b'R'), command(b'T')].concat());
    assert_eq!(filter.error, None);
}

/// As Postfix does when the client tries again.
#[test]
fn a_refused_data_ends_no_message() {
    let mut filter = Filter::eager();
    filter.refuses_data = true;
    filter.send(&[greeting(), command(b'M'), command(b'R'), command(b'T')].concat());
    assert_eq!(filter.heard().last().unwrap(), "t");
    filter.refuses_data = false;
    filter.send(&[command(b'R'), command(b'T'), command(b'L')].concat());
    assert_eq!(filter.error, None);
    assert_eq!(filter.heard(), ["c"; 3]);
}

#[test]
fn the_end_is_told_as_often_as_it_is_asked_for() {
    let mut filter = Filter::eager();
    filter.send(&[greeting(), command(b'Q'), command(b'C')].concat());
    assert!(filter.is_closed);
    for input in [&command(b'M')[..], b""] {
        let advance = filter.session.advance(input, &mut filter.out).unwrap();
        assert_eq!(
            (advance.consumed, advance.event),
            (input.len(), Some(Event::Quit))
        );
    }
}

/// What is out of order when a command comes behind others, and behind which; macros aside.
fn error(before: &[u8], letter: u8) -> Option<Option<Command>> {
    let mut filter = Filter::eager();
    before.iter().for_each(|&it| filter.send(&command(it)));
    assert_eq!(filter.error, None, "{}", before.escape_ascii());
    filter.send(&command(letter));
    filter.error.map(|error| match error {
        ProtocolError::OutOfOrder { command, after } => {
            assert_eq!(command.letter(), letter);
            after
        }
        error => panic!("{error}"),
    })
}

/// A packet that has nothing wrong in it.
fn command(letter: u8) -> Vec<u8> {
    match letter {
        b'B' => packet(b'B', &[b"text\r\n"]),
        b'C' => connect("mail.example.com", "192.0.2.1"),
        b'D' => mta::macros(b'M', &["i", "id"]),
        b'H' | b'U' => say(letter, &["mail.example.com"]),
        b'L' => say(b'L', &["Subject", " Lunch?"]),
        b'M' => say(b'M', &["<amy@example.com>"]),
        b'O' => offer(6, ACTIONS, STEPS),
        b'R' => say(b'R', &["<bob@example.org>"]),
        _ => say(letter, &[]),
    }
}
