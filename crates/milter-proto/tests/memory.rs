//! What a session holds, and what it takes from the heap as it goes.

#![expect(clippy::std_instead_of_alloc, reason = "tests have std")]

mod mta;

use std::sync::Arc;

use allocation_counter::{AllocationInfo, measure};
use milter_proto::{Actions, Advance, Config, Event, Reply, Session};

use self::mta::{greeting, macros, message, packet, say};

/// Answers everything with "go on". Gives how many octets of bodies came.
fn play(session: &mut Session, octets: &[u8], out: &mut Vec<u8>) -> usize {
    let (mut rest, mut body) = (octets, 0);
    loop {
        let Advance {
            consumed,
            event,
            needs_reply,
            ..
        } = session.advance(rest, out).unwrap();
        rest = &rest[consumed..];
        match event {
            Some(Event::Body(piece)) => {
                // A slice of the input, not a copy.
                assert!(octets.as_ptr_range().contains(&piece.as_ptr()));
                body += piece.len();
            }
            Some(_) => {}
            None => return body,
        }
        if needs_reply {
            session.reply(&Reply::Continue, out).unwrap();
        }
    }
}

/// A session with a client.
fn begun(out: &mut Vec<u8>) -> Session {
    let mut session = Session::new(Arc::new(Config::new(Actions::empty())));
    play(&mut session, &greeting(), out);
    session
}

/// What was taken from the heap while a session plays the octets.
fn cost_of(session: &mut Session, octets: &[u8]) -> AllocationInfo {
    let mut out = Vec::with_capacity(1 << 16);
    measure(|| _ = play(session, octets, &mut out))
}

fn told_message() -> Vec<u8> {
    let id = ["i", "4f0Wq5121XzA"];
    [
        macros(
            b'M',
            &["{auth_type}", "PLAIN", "{mail_addr}", "amy@example.com"],
        ),
        message(),
        macros(b'M', &["{auth_type}", "PLAIN"]),
        say(b'M', &["<>"]),
        macros(b'R', &id),
        say(b'R', &["<bob@example.org>"]),
        macros(b'T', &id),
        say(b'T', &[]),
        macros(b'N', &id),
        say(b'N', &[]),
        macros(b'E', &id),
        say(b'E', &[]),
        say(b'A', &[]),
    ]
    .concat()
}

#[test]
fn ten_thousand_messages_leave_nothing_behind() {
    let mut session = begun(&mut Vec::new());
    let message = told_message();
    // Room for the macros of a message is kept for those of the next.
    let first = cost_of(&mut session, &message);
    assert!(first.bytes_current < 1024, "{first:?}");
    for _ in 0..10_000 {
        let cost = cost_of(&mut session, &message);
        assert_eq!((cost.bytes_current, cost.count_total), (0, 0));
    }
}

#[test]
fn a_body_is_not_copied() {
    let mut session = begun(&mut Vec::new());
    play(&mut session, &mta::envelope(), &mut Vec::new());
    let piece = packet(b'B', &[&[b'x'; 65_535]]).repeat(100);
    let mut out = Vec::with_capacity(1 << 16);
    let mut octets = 0;
    let cost = measure(|| octets = play(&mut session, &piece, &mut out));
    assert_eq!((octets, cost.count_total), (6_553_500, 0));
}

/// As many as fit, over and over: they are all gone with the message.
#[test]
fn macros_do_not_pile_up() {
    let mut session = begun(&mut Vec::new());
    let value = "x".repeat(9_000);
    let told: Vec<_> = "MRTNE"
        .bytes()
        .map(|letter| macros(letter, &["a", &value]))
        .collect();
    let octets = [told.concat(), told.concat(), say(b'A', &[])]
        .concat()
        .repeat(100);
    let cost = cost_of(&mut session, &octets);
    assert!(cost.bytes_current < 65_536, "{cost:?}");
    assert_eq!(session.macros().get("a"), None);
}

/// As many as fit, at one stage after the other.
#[test]
fn the_room_for_many_macros_is_not_kept() {
    let mut session = begun(&mut Vec::new());
    let value = "x".repeat(60_000);
    let told = "MRTNE".bytes().map(|letter| {
        let macros = macros(letter, &["a", &value]);
        [macros, say(b'A', &[])].concat()
    });
    let octets = told.collect::<Vec<_>>().concat();
    let cost = cost_of(&mut session, &octets);
    assert!(cost.bytes_current < 8192, "{cost:?}");
}

#[test]
fn a_session_goes_to_another_thread() {
    fn is_send<T: Send + Sync + 'static>(_: &T) {}
    is_send(&begun(&mut Vec::new()));
}
