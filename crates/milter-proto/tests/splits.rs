//! However the network cuts what an MTA sends, the filter sees and says the same.

#![expect(clippy::std_instead_of_alloc, reason = "tests have std")]

mod mta;

use milter_proto::packet::Packet;
use milter_proto::{Actions, Config, Steps};
use proptest::prelude::*;
use proptest::sample::select;

use self::mta::{
    ACTIONS, Filter, STEPS, connect, greeting, macros, message, offer, packet, say,
    steps_without_replies,
};

/// What comes of octets that come in these pieces.
fn outcome<'p>(steps: Steps, pieces: impl IntoIterator<Item = &'p [u8]>) -> (Filter, Vec<String>) {
    let config = Config::new(Actions::empty()).wishes(Actions::from_bits(ACTIONS));
    let mut filter = Filter::new(config.steps(steps));
    pieces.into_iter().for_each(|piece| filter.send(piece));
    let said = filter.heard();
    (filter, said)
}

fn assert_same(steps: Steps, octets: &[u8], pieces: &[&[u8]]) {
    let (whole, said) = outcome(steps, [octets]);
    let (cut, said_to_pieces) = outcome(steps, pieces.iter().copied());
    assert_eq!(whole.events, cut.events);
    assert_eq!(whole.error, cut.error);
    assert_eq!(said, said_to_pieces);
    let names = ["i", "j", "auth_type"];
    let macros =
        |filter: &Filter| names.map(|name| filter.session.macros().get(name).map(<[u8]>::to_vec));
    assert_eq!(macros(&whole), macros(&cut));
}

#[test]
fn a_dialogue_may_be_cut_anywhere() {
    let end = packet(b'E', &[b"the last line\r\n"]);
    let octets = [greeting(), message(), say(b'A', &[]), mta::envelope(), end].concat();
    let steps = Steps::SKIP | Steps::LEADING_SPACE;
    for at in 0..=octets.len() {
        let (one, two) = octets.split_at(at);
        assert_same(steps, &octets, &[one, two]);
    }
    let singly: Vec<_> = octets.chunks(1).collect();
    assert_same(steps, &octets, &singly);
}

/// It knows no `Reply::Skip`.
#[test]
fn a_body_of_an_old_mta_may_be_cut_anywhere() {
    let octets = [offer(2, 0x3f, 0x7f), packet(b'B', &[b"skip"])].concat();
    let steps = Steps::NO_CONNECT | Steps::NO_MAIL | Steps::SKIP;
    assert_same(steps, &octets, &octets.chunks(1).collect::<Vec<_>>());
}

/// Packets with nothing wrong in them.
fn sound() -> Vec<Vec<u8>> {
    vec![
        offer(6, ACTIONS, STEPS),
        offer(2, 0x3f, 0x7f),
        connect("mail.example.com", "192.0.2.1"),
        macros(b'C', &["j", "mx.example.com"]),
        macros(b'M', &["{auth_type}", "PLAIN"]),
        macros(b'R', &["i", "id"]),
        macros(b'L', &["i", "id"]),
        say(b'H', &["mail.example.com"]),
        say(b'M', &["<amy@example.com>", "SIZE=10"]),
        say(b'R', &["<bob@example.org>"]),
        say(b'R', &["<nobody@example.org>"]),
        say(b'T', &[]),
        say(b'U', &["FOO"]),
        say(b'L', &["Subject", " Lunch?\n\tToday"]),
        say(b'L', &["Accept", " x"]),
        say(b'N', &[]),
        packet(b'B', &[b"At noon.\r\n"]),
        packet(b'B', &[]),
        packet(b'B', &[b"skip"]),
        say(b'E', &[]),
        packet(b'E', &[b"the end\r\n"]),
        say(b'A', &[]),
        say(b'K', &[]),
        message(),
    ]
}

/// Dialogues that go well at first, and may end in anything.
fn dialogue() -> impl Strategy<Value = Vec<u8>> {
    let anything = prop_oneof![
        4 => select(sound()),
        1 => prop::collection::vec(any::<u8>(), 0..20),
        1 => (any::<u8>(), prop::collection::vec(any::<u8>(), 0..20))
            .prop_map(|(letter, payload)| packet(letter, &[&payload])),
        1 => Just(say(b'Q', &[])),
    ];
    let begin = prop_oneof![4 => Just(greeting()), 1 => Just(Vec::new())];
    let messages = prop::collection::vec(message_of_parts(), 0..4);
    (begin, messages, prop::collection::vec(anything, 0..4))
        .prop_map(|(begin, messages, rest)| [begin, messages.concat(), rest.concat()].concat())
}

fn message_of_parts() -> impl Strategy<Value = Vec<u8>> {
    let part = |letters: &'static [u8]| {
        let packets = sound().into_iter();
        select(Vec::from_iter(
            packets.filter(|packet| letters.contains(&packet[4])),
        ))
    };
    let parts = |letters| prop::collection::vec(part(letters), 0..4);
    (parts(b"DRU"), parts(b"DLU"), parts(b"BD"), part(b"EA")).prop_map(
        |(envelope, header, body, end)| {
            [
                macros(b'M', &["i", "early", "{auth_type}", "LOGIN"]),
                say(b'M', &["<amy@example.com>"]),
                envelope.concat(),
                header.concat(),
                body.concat(),
                end,
            ]
            .concat()
        },
    )
}

fn steps() -> impl Strategy<Value = Steps> {
    prop_oneof![
        Just(Steps::SKIP | Steps::LEADING_SPACE),
        Just(steps_without_replies() | Steps::SKIP),
        any::<u32>().prop_map(|bits| Steps::from_bits(bits) | Steps::SKIP),
    ]
}

proptest! {
    #[test]
    fn every_dialogue_may_be_cut_anywhere(
        octets in dialogue(),
        steps in steps(),
        cuts in prop::collection::vec(any::<prop::sample::Index>(), 0..8),
    ) {
        let mut cuts: Vec<_> = cuts.iter().map(|cut| cut.index(octets.len() + 1)).collect();
        cuts.sort_unstable();
        let mut pieces = Vec::new();
        let mut done = 0;
        for cut in cuts {
            pieces.push(&octets[done..cut]);
            done = cut;
        }
        pieces.push(&octets[done..]);
        assert_same(steps, &octets, &pieces);
        let singly: Vec<_> = octets.chunks(1).collect();
        assert_same(steps, &octets, &singly);
    }

    #[test]
    fn a_packet_that_was_printed_reads_the_same(
        letter: u8,
        payload in prop::collection::vec(any::<u8>(), 0..100),
        rest in prop::collection::vec(any::<u8>(), 0..10),
    ) {
        let printed = packet(letter, &[&payload]);
        let octets = [&printed[..], &rest].concat();
        let read = Packet::read(&octets, 101);
        prop_assert_eq!(read, Ok(Some((Packet::new(letter, &payload), printed.len()))));
        for end in 0..printed.len() {
            prop_assert_eq!(Packet::read(&octets[..end], 101), Ok(None));
        }
    }

    /// What a field says comes through, with and without the first blank.
    #[test]
    fn a_field_that_was_told_reads_the_same(
        name in "[!-9;-~]{1,10}",
        value in "[ -~\t]{0,10}(\r\n[ \t][!-~]{1,5}){0,3}",
    ) {
        let told = value.replace("\r\n", "\n");
        let (filter, _) = outcome(Steps::LEADING_SPACE, [&told_in(&name, &told)[..]]);
        let escaped = value.as_bytes().escape_ascii();
        let field = format!("Header(Header {{ name: \"{}\", value: \"{escaped}\" }})",
            name.as_bytes().escape_ascii());
        prop_assert_eq!(filter.events.last(), Some(&field));
        if let Some(told) = told.strip_prefix(' ') {
            let (filter, _) = outcome(Steps::empty(), [&told_in(&name, told)[..]]);
            prop_assert_eq!(filter.events.last(), Some(&field));
        }
    }
}

fn told_in(name: &str, value: &str) -> Vec<u8> {
    [greeting(), mta::envelope(), say(b'L', &[name, value])].concat()
}
