//! The MTA's half of the protocol, as far as tests need it, and a filter that notes what it is
//! told and answers by fixed rules.

#![allow(dead_code, reason = "each test binary uses a part")]

use std::sync::Arc;

use milter_proto::packet::Packet;
use milter_proto::session::{AdvanceError, ProtocolError};
use milter_proto::{Actions, Advance, Config, Event, Reply, Session, Steps};

/// All actions, and all steps, that an MTA of today offers.
pub(crate) const ACTIONS: u32 = 0x1ff;
pub(crate) const STEPS: u32 = 0x1f_ffff;

/// A packet of these parts.
pub(crate) fn packet(letter: u8, parts: &[&[u8]]) -> Vec<u8> {
    let mut octets = Vec::new();
    let printed = Packet::new(letter, &parts.concat()).print(&mut octets);
    printed.unwrap();
    octets
}

/// `O`
pub(crate) fn offer(version: u32, actions: u32, steps: u32) -> Vec<u8> {
    let numbers = [version, actions, steps].map(u32::to_be_bytes);
    packet(b'O', &[numbers.as_flattened()])
}

/// `C` for a client with an IPv4 address.
pub(crate) fn connect(host: &str, address: &str) -> Vec<u8> {
    packet(
        b'C',
        &[host.as_bytes(), b"\x004\x30\x39", address.as_bytes(), b"\0"],
    )
}

/// `D` for the command of a letter, names and values in turn.
pub(crate) fn macros(letter: u8, texts: &[&str]) -> Vec<u8> {
    packet(b'D', &[&[letter], &texts_with_nul(texts)])
}

/// A command that is made of texts.
pub(crate) fn say(letter: u8, texts: &[&str]) -> Vec<u8> {
    packet(letter, &[&texts_with_nul(texts)])
}

fn texts_with_nul(texts: &[&str]) -> Vec<u8> {
    let texts = texts.iter().map(|text| [text.as_bytes(), b"\0"].concat());
    texts.collect::<Vec<_>>().concat()
}

/// A greeted client, behind an offer of everything.
pub(crate) fn greeting() -> Vec<u8> {
    [
        offer(6, ACTIONS, STEPS),
        connect("mail.example.com", "192.0.2.1"),
        say(b'H', &["mail.example.com"]),
    ]
    .concat()
}

/// A sender and a recipient.
pub(crate) fn envelope() -> Vec<u8> {
    [
        say(b'M', &["<amy@example.com>"]),
        say(b'R', &["<bob@example.org>"]),
    ]
    .concat()
}

/// A message up to its end, which is not answered yet.
pub(crate) fn message() -> Vec<u8> {
    let header = say(b'L', &["Subject", " Lunch?"]);
    let end = [
        say(b'N', &[]),
        packet(b'B', &[b"At noon.\r\n"]),
        say(b'E', &[]),
    ];
    [envelope(), header, end.concat()].concat()
}

/// A session with a caller behind it.
pub(crate) struct Filter {
    pub(crate) session: Session,
    /// Every event as `Debug` prints it, bodies in full.
    pub(crate) events: Vec<String>,
    pub(crate) error: Option<ProtocolError>,
    /// The MTA has quit.
    pub(crate) is_closed: bool,
    pub(crate) out: Vec<u8>,
    /// Answers DATA with 4yz.
    pub(crate) refuses_data: bool,
    /// Leaves the end of a message unanswered.
    pub(crate) stops_at_end: bool,
    input: Vec<u8>,
}

impl Filter {
    pub(crate) fn new(config: Config) -> Self {
        Self {
            session: Session::new(Arc::new(config)),
            events: Vec::new(),
            error: None,
            is_closed: false,
            out: Vec::new(),
            refuses_data: false,
            stops_at_end: false,
            input: Vec::new(),
        }
    }

    /// Wants everything, and all of it told and answered.
    pub(crate) fn eager() -> Self {
        let config = Config::new(Actions::empty()).wishes(Actions::from_bits(ACTIONS));
        Self::new(config)
    }

    /// At the end of a message, which is not answered yet.
    pub(crate) fn at_end(config: Config, offer: Vec<u8>) -> Self {
        let mut filter = Self::new(config);
        filter.stops_at_end = true;
        let client = connect("mail.example.com", "192.0.2.1");
        filter.send(&[offer, client, message()].concat());
        assert_eq!(filter.events.last().unwrap(), "EndOfMessage");
        filter.out.clear();
        filter
    }

    /// Gives octets to the session, and answers what it tells.
    pub(crate) fn send(&mut self, octets: &[u8]) {
        self.input.extend_from_slice(octets);
        let input = core::mem::take(&mut self.input);
        let mut rest = &input[..];
        while self.error.is_none() && !self.is_closed {
            let advance = match self.session.advance(rest, &mut self.out) {
                Ok(advance) => advance,
                Err(AdvanceError::Protocol(error)) => {
                    self.error = Some(error);
                    break;
                }
                Err(error) => panic!("{error}"),
            };
            let Advance {
                consumed,
                event,
                needs_reply,
                ..
            } = advance;
            rest = &rest[consumed..];
            assert_eq!(needs_reply, self.session.needs_reply());
            let Some(event) = event else { break };
            self.events.push(match event {
                Event::Body(piece) => format!("Body(\"{}\")", piece.escape_ascii()),
                _ => format!("{event:?}"),
            });
            self.is_closed = event == Event::Quit;
            if self.is_closed || (self.stops_at_end && event == Event::EndOfMessage) {
                break;
            }
            if needs_reply {
                let reply = match event {
                    Event::Data if self.refuses_data => Reply::TempFail,
                    _ => self.decide(&event),
                };
                self.session.reply(&reply, &mut self.out).unwrap();
            }
        }
        self.input = rest.to_vec();
    }

    /// Refuses recipients called `nobody`, accepts messages with a field `Accept`, and skips what
    /// follows in a body where it may.
    fn decide(&self, event: &Event<'_>) -> Reply {
        let granted = self.session.negotiated().map(|it| it.steps);
        let may_skip = granted.unwrap_or_default().contains(Steps::SKIP);
        match event {
            Event::Rcpt(rcpt) if rcpt.address().starts_with(b"nobody@") => Reply::Reject,
            Event::Header(field) if field.name() == b"Accept" => Reply::Accept,
            Event::Body(piece) if may_skip && piece.starts_with(b"skip") => Reply::Skip,
            _ => Reply::Continue,
        }
    }

    /// What the filter has said since this was last called.
    pub(crate) fn heard(&mut self) -> Vec<String> {
        said(&core::mem::take(&mut self.out))
    }
}

/// Packets of a filter as text: letter, numbers, texts.
pub(crate) fn said(octets: &[u8]) -> Vec<String> {
    let mut rest = octets;
    let mut said = Vec::new();
    while !rest.is_empty() {
        let (packet, length) = Packet::read(rest, 65536).unwrap().unwrap();
        rest = &rest[length..];
        said.push(text(packet.letter, packet.payload));
    }
    said
}

fn text(letter: u8, payload: &[u8]) -> String {
    let numbers = match letter {
        b'O' => 3,
        b'm' | b'i' => 1,
        _ => 0,
    };
    let (numbers, rest) = payload.split_at(4 * numbers);
    let mut text = String::from(char::from(letter));
    for number in numbers.as_chunks::<4>().0 {
        text += &format!(" {:#x}", u32::from_be_bytes(*number));
    }
    if !rest.is_empty() {
        text += &format!(" {}", rest.escape_ascii());
    }
    text
}

/// Everything that can be left out or is not answered.
pub(crate) fn steps_without_replies() -> Steps {
    Steps::NO_REPLY_CONNECT
        | Steps::NO_REPLY_HELO
        | Steps::NO_REPLY_MAIL
        | Steps::NO_REPLY_RCPT
        | Steps::NO_REPLY_DATA
        | Steps::NO_REPLY_UNKNOWN
        | Steps::NO_REPLY_HEADER
        | Steps::NO_REPLY_END_OF_HEADER
        | Steps::NO_REPLY_BODY
}
