//! `smtp-proto` of Stalwart, a parser of commands and a reader of messages, without a session.

use std::hint::black_box;

use stalwart_smtp_proto::request::receiver::{DataReceiver, RequestReceiver};
use stalwart_smtp_proto::{Error, Request};

use crate::harness::Task;
use crate::input::smtp::COMMANDS;

/// The commands, parsed one after the other.
pub fn parse(commands: Vec<u8>, number: usize) -> Task {
    Task::new("Stalwart's smtp-proto 0.2, parsed", move || {
        let mut parsed = 0;
        let mut rest = black_box(&commands).iter();
        while !rest.as_slice().is_empty() {
            let request = Request::parse(&mut rest);
            assert!(request.is_ok());
            let _ = black_box(request);
            parsed += 1;
        }
        assert_eq!(parsed, number * COMMANDS);
    })
}

/// The same, as they come from a network.
pub fn parse_in_chunks(commands: Vec<u8>, number: usize) -> Task {
    Task::new(
        "Stalwart's smtp-proto 0.2, parsed in chunks of 16 KiB",
        move || {
            let mut parsed = 0;
            let mut receiver = RequestReceiver::default();
            for chunk in black_box(&commands).chunks(16 << 10) {
                let mut rest = chunk.iter();
                loop {
                    match receiver.ingest(&mut rest) {
                        Ok(request) => {
                            black_box(request);
                            parsed += 1;
                        }
                        Err(Error::NeedsMoreData { .. }) => break,
                        Err(error) => panic!("{error:?}"),
                    }
                }
            }
            assert_eq!(parsed, number * COMMANDS);
        },
    )
}

/// One message in pieces of 16 KiB, copied out of its dots; bare line ends are not told.
pub fn receive(message: Vec<u8>) -> Task {
    let mut out = Vec::with_capacity(message.len());
    Task::new(
        "Stalwart's smtp-proto 0.2, copied, chunks of 16 KiB",
        move || {
            out.clear();
            let mut receiver = DataReceiver::new();
            let mut is_over = false;
            for piece in black_box(&message).chunks(16 << 10) {
                is_over = receiver.ingest(&mut piece.iter(), &mut out);
            }
            assert!(is_over);
            black_box(&out);
        },
    )
}
