//! A server finds commands, messages and chunks where a splitter finds them that knows nothing but
//! where they end: each has one reply, and a message is what the splitter says.
//!
//! The input is flights, with `\xff\n` between them. Each is played as it is, and cut where the
//! splitter cuts it.
#![no_main]

use std::sync::Arc;

use libfuzzer_sys::fuzz_target;
use smtp_proto::Reply;
use smtp_proto::server::{Advance, Config, Event, Limits, Role, Server};

fuzz_target!(|input: &[u8]| {
    let Some((&choice, script)) = input.split_first() else {
        return;
    };
    let config = Arc::new(config(choice));
    let mut whole = Session::new(config.clone());
    let mut cut = Session::new(config);
    let mut splitter = Splitter::default();
    for flight in flights(script) {
        let pieces = splitter.split(flight, whole.waits_for_message());
        let octets: Vec<u8> = pieces
            .iter()
            .flat_map(|piece| piece.octets)
            .copied()
            .collect();
        whole.send(&octets);
        for piece in &pieces {
            let replies = cut.replies();
            cut.send(piece.octets);
            if cut.is_closed {
                break;
            }
            assert_eq!(cut.replies() - replies, usize::from(piece.is_whole));
        }
        assert_eq!(whole.out, cut.out);
        assert_eq!(whole.messages, cut.messages);
        assert_eq!(whole.is_closed, cut.is_closed);
        if whole.is_closed {
            return;
        }
    }
    // Every message behind DATA is what the splitter says, but for those that were not taken.
    assert_eq!(whole.behind_data.len(), splitter.messages.len());
    for (arrived, message) in whole.behind_data.iter().zip(&splitter.messages) {
        assert!(arrived.as_ref().is_none_or(|arrived| arrived == message));
    }
});

fn config(choice: u8) -> Config {
    let has = |bit: u8| choice & (1 << bit) != 0;
    let hostname = "mx.example".parse().expect("a constant of this file");
    let mut limits = Limits::default()
        .command_line(1 << 20)
        .endless_line(1 << 20)
        .errors(u32::MAX)
        .unknown_commands(u32::MAX);
    if has(0) {
        limits = limits.chunks(3);
    }
    if has(1) {
        limits = limits.message_size(Some(1 << 10));
    }
    Config::new(Role::Mx, hostname)
        .binary_mime(true)
        .chunking(!has(2))
        .dsn(has(3))
        .limits(limits)
        .smtp_utf8(has(4))
}

/// Flights that begin with a transaction, so that not each input has to find it.
fn flights(script: &[u8]) -> impl Iterator<Item = &[u8]> {
    let begin = [
        &b"EHLO client.example\r\n"[..],
        b"MAIL FROM:<a@client.example>\r\nRCPT TO:<b@mx.example>\r\n",
    ];
    let mut rest = Some(script);
    let script = std::iter::from_fn(move || {
        let script = rest?;
        match script.windows(2).position(|window| window == b"\xff\n") {
            Some(end) => {
                rest = Some(&script[end + 2..]);
                Some(&script[..end])
            }
            None => rest.take(),
        }
    });
    begin.into_iter().chain(script)
}

/// Finds ends, and nothing else.
#[derive(Default)]
struct Splitter {
    /// Octets of a chunk that have not come.
    chunk: u64,
    /// A line or a message whose end has not come.
    pending: Vec<u8>,
    messages: Vec<Vec<u8>>,
}

struct Piece<'f> {
    octets: &'f [u8],
    /// Whether a command, a message or a chunk ends here.
    is_whole: bool,
}

impl Splitter {
    /// Cuts a flight. What stands behind a command that a client must wait for is left out.
    fn split<'f>(&mut self, flight: &'f [u8], mut is_message: bool) -> Vec<Piece<'f>> {
        let mut pieces = Vec::new();
        let mut rest = flight;
        while !rest.is_empty() {
            let is_command = !is_message && self.chunk == 0;
            let (length, is_end) = if is_message {
                self.message(rest)
            } else if is_command {
                self.line(rest)
            } else {
                self.chunk(rest)
            };
            // A command with a chunk has its reply behind the chunk.
            let is_whole = is_end && self.chunk == 0;
            let (octets, after) = rest.split_at(length);
            pieces.push(Piece { octets, is_whole });
            rest = after;
            if is_end {
                is_message = false;
                let line = core::mem::take(&mut self.pending);
                if is_command && must_be_last(&line) {
                    break;
                }
            }
        }
        pieces
    }

    fn message(&mut self, rest: &[u8]) -> (usize, bool) {
        for (index, &octet) in rest.iter().enumerate() {
            self.pending.push(octet);
            if self.pending == b".\r\n" || self.pending.ends_with(b"\r\n.\r\n") {
                let end = self.pending.len() - b".\r\n".len();
                self.messages.push(unstuffed(&self.pending[..end]));
                return (index + 1, true);
            }
        }
        (rest.len(), false)
    }

    fn chunk(&mut self, rest: &[u8]) -> (usize, bool) {
        let length = rest
            .len()
            .min(usize::try_from(self.chunk).unwrap_or(usize::MAX));
        self.chunk -= length as u64;
        (length, self.chunk == 0)
    }

    fn line(&mut self, rest: &[u8]) -> (usize, bool) {
        for (index, &octet) in rest.iter().enumerate() {
            self.pending.push(octet);
            if self.pending.ends_with(b"\r\n") {
                self.chunk = chunk_size(&self.pending);
                return (index + 1, true);
            }
        }
        (rest.len(), false)
    }
}

/// A message with the first of the dots at the start of each line taken away.
fn unstuffed(stuffed: &[u8]) -> Vec<u8> {
    let mut message = Vec::new();
    let mut at_line_start = true;
    for (index, &octet) in stuffed.iter().enumerate() {
        if !(at_line_start && octet == b'.') {
            message.push(octet);
        }
        at_line_start = stuffed[..=index].ends_with(b"\r\n");
    }
    message
}

/// The size in a line `BDAT`; 0 if there is none.
fn chunk_size(line: &[u8]) -> u64 {
    let text = String::from_utf8_lossy(line);
    let text = text.strip_suffix("\r\n").unwrap_or(&text);
    let text = text.trim_end_matches([' ', '\t']);
    let (verb, arguments) = text.split_once(' ').unwrap_or((text, ""));
    let mut words = arguments.split(' ').filter(|word| !word.is_empty());
    match words.next() {
        Some(size) if verb.eq_ignore_ascii_case("BDAT") => size.parse().unwrap_or(0),
        _ => 0,
    }
}

/// Whether a client must wait for the reply before it says more.
fn must_be_last(line: &[u8]) -> bool {
    let verb: Vec<u8> = line
        .iter()
        .take_while(|octet| octet.is_ascii_alphabetic())
        .map(u8::to_ascii_uppercase)
        .collect();
    [
        &b"AUTH"[..],
        b"DATA",
        b"EHLO",
        b"HELO",
        b"LHLO",
        b"QUIT",
        b"STARTTLS",
        b"XCLIENT",
    ]
    .contains(&&*verb)
}

/// A server whose caller agrees to everything.
struct Session {
    server: Server,
    out: Vec<u8>,
    input: Vec<u8>,
    message: Vec<u8>,
    is_behind_data: bool,
    /// `None` for a message that was not taken.
    behind_data: Vec<Option<Vec<u8>>>,
    messages: Vec<Vec<u8>>,
    is_closed: bool,
}

impl Session {
    fn new(config: Arc<Config>) -> Self {
        let mut session = Self {
            server: Server::new(config),
            out: Vec::new(),
            input: Vec::new(),
            message: Vec::new(),
            is_behind_data: false,
            behind_data: Vec::new(),
            messages: Vec::new(),
            is_closed: false,
        };
        session.send(b"");
        session
    }

    fn waits_for_message(&self) -> bool {
        self.is_behind_data
    }

    /// Last lines of replies.
    fn replies(&self) -> usize {
        let lines = self.out.split(|&octet| octet == b'\n');
        lines.filter(|line| line.get(3) == Some(&b' ')).count()
    }

    fn send(&mut self, octets: &[u8]) {
        self.input.extend_from_slice(octets);
        while !self.is_closed {
            let input = std::mem::take(&mut self.input);
            let advance = self.server.advance(&input, &mut self.out);
            let Advance {
                consumed, event, ..
            } = advance.expect("every event is answered");
            self.input = input[consumed..].to_vec();
            let Some(event) = event else {
                return;
            };
            let reply = match event {
                Event::Connected(_) => Reply::greeting(),
                Event::Hello(_) => Reply::hello(),
                Event::Mail(_) => {
                    self.message.clear();
                    Reply::sender_ok()
                }
                Event::Rcpt(_) => Reply::recipient_ok(),
                Event::DataStart => {
                    self.is_behind_data = true;
                    Reply::start_data()
                }
                Event::Body(octets) => {
                    self.message.extend_from_slice(octets);
                    continue;
                }
                Event::ChunkEnd => Reply::ok(),
                Event::BodyEnd(_) => {
                    let message = std::mem::take(&mut self.message);
                    if std::mem::take(&mut self.is_behind_data) {
                        self.behind_data.push(Some(message.clone()));
                    }
                    self.messages.push(message);
                    Reply::ok()
                }
                Event::Close(_) | Event::Quit => {
                    self.is_closed = true;
                    return;
                }
                _ => {
                    if std::mem::take(&mut self.is_behind_data) {
                        self.behind_data.push(None);
                    }
                    self.message.clear();
                    continue;
                }
            };
            self.server
                .reply(&reply, &mut self.out)
                .expect("the reply goes with the event");
        }
    }
}
