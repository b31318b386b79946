//! A filter sees and says the same however the network cuts what an MTA sends, answers exactly
//! what the MTA waits for, and keeps no macros of a message that is over.
//!
//! The first octets choose what the filter wants. The rest is read twice: as it is, and as a list
//! of packets, each a letter, the length of its payload and that payload, behind an offer of
//! everything.
#![no_main]

use std::sync::Arc;

use libfuzzer_sys::fuzz_target;
use milter_proto::packet::Packet;
use milter_proto::session::{AdvanceError, Limits, ProtocolError};
use milter_proto::{Actions, Advance, Config, Edits, Event, Reply, Session, Stage, Steps};

fuzz_target!(|input: &[u8]| {
    let Some((choice, script)) = input.split_first_chunk::<4>() else {
        return;
    };
    let limits = Limits::default().macros(100).packet(200);
    let config = Config::new(Actions::empty())
        .wishes(Actions::from_bits(u32::from_be_bytes(*choice)))
        .steps(Steps::from_bits(u32::from_le_bytes(*choice)))
        .limits(limits);
    let config = Arc::new(config);
    for octets in [script.to_vec(), packets(script)] {
        let whole = outcome(&config, [octets.as_slice()]);
        let singly = outcome(&config, octets.chunks(1));
        assert_eq!(whole, singly);
    }
});

fn packets(script: &[u8]) -> Vec<u8> {
    let mut octets = Vec::new();
    let offer = b"\0\0\0\x06\xff\xff\xff\xff\xff\xff\xff\xff";
    Packet::new(b'O', offer).print(&mut octets).unwrap();
    let mut rest = script;
    while let [letter, length, behind @ ..] = rest {
        let (payload, next) = behind.split_at(usize::from(*length).min(behind.len()));
        Packet::new(*letter, payload).print(&mut octets).unwrap();
        rest = next;
    }
    octets
}

#[derive(Debug, Default, PartialEq)]
struct Outcome {
    events: Vec<String>,
    error: Option<ProtocolError>,
    out: Vec<u8>,
}

fn outcome<'p>(config: &Arc<Config>, pieces: impl IntoIterator<Item = &'p [u8]>) -> Outcome {
    let mut session = Session::new(config.clone());
    let mut outcome = Outcome::default();
    let mut input = Vec::new();
    for piece in pieces {
        input.extend_from_slice(piece);
        loop {
            let advance = match session.advance(&input, &mut outcome.out) {
                Ok(advance) => advance,
                Err(AdvanceError::Protocol(error)) => {
                    outcome.error = Some(error);
                    return outcome;
                }
                Err(error) => panic!("{error}"),
            };
            let Advance {
                consumed,
                event,
                needs_reply,
                ..
            } = advance;
            assert_eq!(needs_reply, session.needs_reply());
            let Some(event) = event else {
                input.drain(..consumed);
                break;
            };
            outcome.events.push(note(&event));
            if event == Event::Quit {
                return outcome;
            }
            check(&mut session, &event);
            if needs_reply {
                answer(&mut session, &event, &mut outcome.out);
            }
            input.drain(..consumed);
        }
    }
    outcome
}

fn note(event: &Event<'_>) -> String {
    match event {
        Event::Body(piece) => piece.escape_ascii().to_string(),
        _ => format!("{event:?}"),
    }
}

/// What belongs to a message is there with it only, and replies are taken where they are due.
fn check(session: &mut Session, event: &Event<'_>) {
    if matches!(
        event,
        Event::Abort | Event::QuitNewConnection | Event::Mail(_)
    ) {
        for stage in [
            Stage::Rcpt,
            Stage::Data,
            Stage::EndOfHeader,
            Stage::EndOfMessage,
        ] {
            assert_eq!(session.macros().told_at(stage).count(), 0);
        }
    }
    if !session.needs_reply() {
        let reply = session.reply(&Reply::Continue, &mut Vec::new());
        reply.expect_err("the MTA does not wait");
    }
    if *event != Event::EndOfMessage {
        let edited = session.edit(&Edits::default(), &mut Vec::new());
        edited.expect_err("the message is not at its end");
    }
}

/// Edits every message, and answers by the length of what was told.
fn answer(session: &mut Session, event: &Event<'_>, out: &mut Vec<u8>) {
    let told = note(event).len();
    if *event == Event::EndOfMessage {
        let mut edits = Edits::default();
        edits.insert_header(0, "X-Mark", " yes").unwrap();
        edits.delete_header("X-Mark", 1).unwrap();
        let granted = session.negotiated().unwrap().actions;
        let edited = session.edit(&edits, out);
        assert_eq!(edited.is_ok(), granted.contains(edits.needs()));
    }
    let replies = [
        Reply::Continue,
        Reply::Reject,
        Reply::Skip,
        Reply::Accept,
        Reply::TempFail,
        Reply::Discard,
        Reply::Shutdown,
    ];
    if session.reply(&replies[told % replies.len()], out).is_err() {
        session.reply(&Reply::Continue, out).unwrap();
    }
}
