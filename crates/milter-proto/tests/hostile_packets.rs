//! Octets that no MTA sends: each is an error that names what is wrong, and the last word of the
//! session.

#![expect(clippy::std_instead_of_alloc, reason = "tests have std")]

mod mta;

use milter_proto::command::{Command, CommandError, Part};
use milter_proto::negotiation::NegotiationError;
use milter_proto::packet::PacketError;
use milter_proto::session::{AdvanceError, Limits, ProtocolError};
use milter_proto::{Actions, Config, Session};

use self::mta::{ACTIONS, Filter, STEPS, envelope, greeting, macros, offer, packet, say};

#[test]
fn a_length_of_zero_is_an_error() {
    assert_eq!(error(b"\0\0\0\0"), PacketError::Empty.into());
}

#[test]
fn a_packet_may_have_as_many_octets_as_the_limit() {
    let limits = Limits::default().packet(100);
    let body = |octets: usize| packet(b'B', &[&vec![b'x'; octets - 1]]);
    let mut filter = Filter::new(Config::new(Actions::empty()).limits(limits));
    filter.send(&[greeting(), envelope(), body(100)].concat());
    assert_eq!(filter.error, None);
    let (length, limit) = (101, 100);
    filter.send(&body(101)[..4]);
    let error = PacketError::TooLong { length, limit };
    assert_eq!(filter.error, Some(error.into()));
}

#[test]
fn a_header_of_postfix_and_a_piece_of_a_body_are_within_the_default_limit() {
    let value = "x".repeat(102_400);
    let body = packet(b'B', &[&[b'x'; 65_535]]);
    let mut filter = Filter::eager();
    filter.send(&[greeting(), envelope(), say(b'L', &["X", &value]), body].concat());
    assert_eq!(filter.error, None);
    filter.send(&262_145_u32.to_be_bytes());
    let (length, limit) = (262_145, 262_144);
    let error = PacketError::TooLong { length, limit };
    assert_eq!(filter.error, Some(error.into()));
}

#[test]
fn every_letter_without_a_command_is_an_error() {
    let known = b"ABCDEHKLMNOQRTU";
    for letter in (0..=u8::MAX).filter(|letter| !known.contains(letter)) {
        let packet = packet(letter, &[]);
        let error = error(&[greeting(), packet].concat());
        assert_eq!(error, CommandError::Letter { letter }.into());
    }
}

#[test]
fn an_offer_has_three_numbers() {
    let parts = [Part::Version, Part::Actions, Part::Steps];
    let command = Command::Negotiate;
    for length in 0..12 {
        let part = parts[length / 4];
        let error = error(&packet(b'O', &[&[0; 12][..length]]));
        assert_eq!(error, CommandError::Missing { command, part }.into());
    }
    let octets = 1;
    let extra = CommandError::Extra { command, octets };
    assert_eq!(error(&packet(b'O', &[&[0; 13]])), extra.into());
}

#[test]
fn an_offer_of_too_little_is_an_error() {
    let error = |offer: Vec<u8>| {
        let mut filter = Filter::new(Config::new(Actions::QUARANTINE));
        filter.send(&offer);
        assert_eq!(filter.out, b"");
        filter.error.unwrap()
    };
    let offered = 1;
    let version = NegotiationError::Version { offered };
    assert_eq!(error(offer(1, ACTIONS, STEPS)), version.into());
    let missing = Actions::QUARANTINE;
    let actions = NegotiationError::Actions { missing };
    assert_eq!(error(offer(6, 0x1f, STEPS)), actions.into());
}

#[test]
fn a_text_ends_in_its_own_packet() {
    let rows = [
        (b'H', Command::Helo, Part::Text),
        (b'U', Command::Unknown, Part::Text),
        (b'M', Command::Mail, Part::Address),
        (b'C', Command::Connect, Part::Name),
    ];
    for (letter, command, part) in rows {
        let missing = CommandError::Missing { command, part };
        for payload in [&b""[..], b"text"] {
            // What comes next would end it.
            let octets = [packet(letter, &[payload]), packet(b'A', &[b"\0"])].concat();
            let error = error(&[offer(6, ACTIONS, STEPS), client_if_not(letter), octets].concat());
            assert_eq!(error, missing.into());
        }
    }
}

#[test]
fn what_stands_behind_the_last_part_is_an_error() {
    let rows = [
        (b'A', Command::Abort, ""),
        (b'H', Command::Helo, "name\0"),
        (b'K', Command::QuitNewConnection, ""),
        (b'L', Command::Header, "name\0value\0"),
        (b'N', Command::EndOfHeader, ""),
        (b'Q', Command::Quit, ""),
        (b'T', Command::Data, ""),
        (b'U', Command::Unknown, "FOO\0"),
    ];
    for (letter, command, payload) in rows {
        let octets = [
            greeting(),
            envelope(),
            packet(letter, &[payload.as_bytes()]),
        ];
        let mut filter = Filter::eager();
        filter.send(&octets.concat());
        assert_eq!(filter.error, None, "{command}");
        let octets = [
            greeting(),
            envelope(),
            packet(letter, &[payload.as_bytes(), b"xy"]),
        ];
        let extra = CommandError::Extra { command, octets: 2 };
        assert_eq!(error(&octets.concat()), extra.into());
    }
}

#[test]
fn macros_are_pairs() {
    let command = Command::Macros;
    let missing = |part| CommandError::Missing { command, part }.into();
    let rows: [(&[u8], ProtocolError); 4] = [
        (b"", missing(Part::Letter)),
        (b"Mi", missing(Part::Value)),
        (b"Mi\0", missing(Part::Value)),
        (b"Mi\0id\0j\0", missing(Part::Value)),
    ];
    for (payload, expected) in rows {
        let error = error(&[greeting(), packet(b'D', &[payload])].concat());
        assert_eq!(error, expected);
    }
}

#[test]
fn macros_of_commands_that_have_none_are_left_alone() {
    let mut filter = Filter::eager();
    let told = [b'B', b'L', b'U', b'X'].map(|letter| macros(letter, &["i", "id"]));
    filter.send(&[greeting(), told.concat()].concat());
    assert_eq!(filter.error, None);
    assert_eq!(filter.session.macros().get("i"), None);
}

#[test]
fn macros_have_a_limit_over_all_stages() {
    let limits = Limits::default().macros(20);
    let mut filter = Filter::new(Config::new(Actions::empty()).limits(limits));
    filter.send(&greeting());
    filter.send(&macros(b'C', &["j", "12345678"]));
    for value in ["123456", "abcdef"] {
        filter.send(&macros(b'M', &["i", value]));
        assert_eq!(filter.error, None);
        assert_eq!(filter.session.macros().get("i"), Some(value.as_bytes()));
    }
    filter.send(&macros(b'M', &["i", "1234567"]));
    let (command, limit) = (Command::Mail, 20);
    assert_eq!(filter.error, Some(ProtocolError::Macros { command, limit }));
}

#[test]
fn an_error_is_the_last_word() {
    let mut session = Session::new(Config::new(Actions::empty()).into());
    let mut out = Vec::new();
    let expected = AdvanceError::from(ProtocolError::from(PacketError::Empty));
    assert_eq!(session.advance(b"\0\0\0\0", &mut out), Err(expected));
    let offer = offer(6, ACTIONS, STEPS);
    assert_eq!(session.advance(&offer, &mut out), Err(expected));
    assert_eq!(out, b"");
}

#[test]
fn errors_say_which_part_of_which_command_is_at_fault() {
    let bad_client = packet(b'C', &[b"mx\x004\0\x19192.0.2\0"]);
    let rows = [
        (bad_client, "connect: malformed address"),
        (packet(b'C', &[b"mx\0X"]), "connect: malformed family"),
        (packet(b'A', &[b"x"]), "abort: 1 octets too many"),
        (packet(b'H', &[b"x"]), "helo: no whole text"),
        (packet(b'\n', &[]), "no command has the letter '\\n'"),
        (
            packet(b'E', &[]),
            "end of message out of order, behind connect",
        ),
    ];
    for (octets, text) in rows {
        let client = client_if_not(octets[4]);
        let error = error(&[offer(6, ACTIONS, STEPS), client, octets].concat());
        assert_eq!(error.to_string(), text);
    }
}

fn client_if_not(letter: u8) -> Vec<u8> {
    match letter {
        b'C' => Vec::new(),
        _ => mta::connect("mail.example.com", "192.0.2.1"),
    }
}

/// The error that a filter ends with.
fn error(octets: &[u8]) -> ProtocolError {
    let mut filter = Filter::eager();
    filter.send(octets);
    filter.error.unwrap()
}
