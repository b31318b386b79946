//! A mail server's side of the milter protocol, step by step as Postfix takes them.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::os::unix::net::UnixStream;

use milter_proto::Steps;
use milter_proto::packet::Packet;

use super::Program;
use super::program::DEADLOCK;

/// A connection to a filter.
pub(crate) struct Mta {
    stream: Box<dyn Stream>,
    input: Vec<u8>,
    steps: Steps,
    /// The macros that the filter asks for: the number of a stage, and names with blanks between.
    pub(crate) wanted: Vec<(u32, String)>,
    /// What is told of each message, beside its name.
    pub(crate) mail_macros: Vec<(&'static str, &'static str)>,
}

trait Stream: Read + Write {}

impl<T: Read + Write> Stream for T {}

impl Mta {
    /// Connects to a filter, and tells it of a client at this address.
    pub(crate) fn with_client(filter: &Program, address: &str) -> Self {
        let mut mta = Self::connect(&filter.names[0]);
        assert_eq!(mta.client(address), "continue");
        mta
    }

    /// Connects to an address or a path, and offers everything.
    pub(crate) fn connect(name: &str) -> Self {
        Self::offering(name, Offer::V6)
    }

    /// The same, with another offer.
    pub(crate) fn offering(name: &str, offer: Offer) -> Self {
        let stream: Box<dyn Stream> = if name.starts_with('/') {
            let stream = UnixStream::connect(name).unwrap();
            stream.set_read_timeout(Some(DEADLOCK)).unwrap();
            Box::new(stream)
        } else {
            let stream = TcpStream::connect(name).unwrap();
            stream.set_nodelay(true).unwrap();
            stream.set_read_timeout(Some(DEADLOCK)).unwrap();
            Box::new(stream)
        };
        let mut mta = Self {
            stream,
            input: Vec::new(),
            steps: Steps::empty(),
            wanted: Vec::new(),
            mail_macros: Vec::new(),
        };
        let offer = [offer.version, offer.actions, offer.steps].map(u32::to_be_bytes);
        mta.put(b'O', offer.as_flattened());
        let (letter, payload) = mta.packet().unwrap();
        assert_eq!(letter, b'O');
        let (numbers, mut lists) = payload.split_at(12);
        mta.steps = Steps::from_bits(number(&numbers[8..]));
        while !lists.is_empty() {
            let (stage, rest) = lists.split_at(4);
            let end = rest.iter().position(|&octet| octet == 0).unwrap();
            let names = String::from_utf8(rest[..end].to_vec()).unwrap();
            mta.wanted.push((number(stage), names));
            lists = &rest[end + 1..];
        }
        mta
    }

    /// Tells of a client, and gives the reply.
    pub(crate) fn client(&mut self, address: &str) -> String {
        let (family, address) = match address.contains(':') {
            true => (b'6', format!("IPv6:{address}")),
            false => (b'4', address.into()),
        };
        let port = b"\x30\x39";
        let text = [b"client.example\0", &[family][..], port, address.as_bytes()].concat();
        self.client_in_octets(&[&text, &b"\0"[..]].concat())
    }

    /// The same, in the octets of the protocol.
    pub(crate) fn client_in_octets(&mut self, octets: &[u8]) -> String {
        self.put(b'C', octets);
        self.hear()
    }

    /// Tells macros of the command of a letter.
    pub(crate) fn macros(&mut self, letter: u8, pairs: &[(&str, &str)]) {
        let pairs = pairs.iter();
        let text: String = pairs
            .map(|(name, value)| format!("{name}\0{value}\0"))
            .collect();
        self.put(b'D', &[&[letter], text.as_bytes()].concat());
    }

    /// Sends a message with its envelope, and gives what the filter wants: changes first, the reply
    /// last.
    pub(crate) fn send(&mut self, message: &str) -> Vec<String> {
        match self.begin(message) {
            Some(reply) => vec![reply],
            None => self.end(),
        }
    }

    /// Sends a message up to its last octet. Gives the reply if the filter wants no more of it.
    pub(crate) fn begin(&mut self, message: &str) -> Option<String> {
        let (header, body) = message.split_once("\r\n\r\n").unwrap();
        for (letter, text, step) in [
            (b'H', "client.example", Steps::NO_REPLY_HELO),
            (b'M', "<bounce@example.net>", Steps::NO_REPLY_MAIL),
            (b'R', "<user@example.com>", Steps::NO_REPLY_RCPT),
        ] {
            if letter == b'M' {
                let macros = [&self.mail_macros[..], &[("i", "Q1")]].concat();
                self.macros(b'M', &macros);
            }
            self.put(letter, format!("{text}\0").as_bytes());
            if let Some(reply) = self.early(step) {
                return Some(reply);
            }
        }
        // A field may go on in lines that begin with white space; these are joined by LF.
        let header = header.replace("\r\n ", "\n ").replace("\r\n\t", "\n\t");
        for field in header.split("\r\n") {
            let (name, mut value) = field.split_once(':').unwrap();
            if !self.steps.contains(Steps::LEADING_SPACE) {
                value = value.strip_prefix(' ').unwrap_or(value);
            }
            self.put(b'L', format!("{name}\0{value}\0").as_bytes());
            if let Some(reply) = self.early(Steps::NO_REPLY_HEADER) {
                return Some(reply);
            }
        }
        self.put(b'N', b"");
        if let Some(reply) = self.early(Steps::NO_REPLY_END_OF_HEADER) {
            return Some(reply);
        }
        for piece in body.as_bytes().chunks(PIECE) {
            self.put(b'B', piece);
            if !self.steps.contains(Steps::NO_REPLY_BODY) && self.hear() == "skip" {
                break;
            }
        }
        None
    }

    /// Ends the message.
    pub(crate) fn end(&mut self) -> Vec<String> {
        self.announce_end();
        let mut told = Vec::new();
        loop {
            let (letter, payload) = self.packet().expect("a reply");
            told.push(text(letter, &payload));
            if !b"imqp".contains(&letter) {
                return told;
            }
        }
    }

    /// Ends the message, and does not wait.
    pub(crate) fn announce_end(&mut self) {
        self.put(b'E', b"");
    }

    /// What the filter says next.
    pub(crate) fn hear(&mut self) -> String {
        let (letter, payload) = self.packet().expect("a reply");
        text(letter, &payload)
    }

    /// Begins with another client on the same connection, and gives the reply.
    pub(crate) fn another_client(&mut self, address: &str) -> String {
        self.put(b'K', b"");
        self.client(address)
    }

    /// The value of an inserted field as it goes into the message.
    pub(crate) fn as_it_is_sent(&self, value: &str) -> String {
        let blank = match self.steps.contains(Steps::LEADING_SPACE) {
            true => "",
            false => " ",
        };
        format!("{blank}{}", value.replace('\n', "\r\n"))
    }

    /// Gives the message up.
    pub(crate) fn abort(&mut self) {
        self.put(b'A', b"");
    }

    /// Whether the filter closes the connection without another word.
    pub(crate) fn is_closed(&mut self) -> bool {
        self.packet().is_none()
    }

    /// What is said before there is a whole message, if it is more than to go on.
    fn early(&mut self, step: Steps) -> Option<String> {
        let reply = (!self.steps.contains(step)).then(|| self.hear());
        reply.filter(|reply| reply != "continue")
    }

    fn put(&mut self, letter: u8, payload: &[u8]) {
        let mut octets = Vec::new();
        let printed = Packet::new(letter, payload).print(&mut octets);
        printed.unwrap();
        // That the filter has closed shows in the reply.
        let _ = self.stream.write_all(&octets);
    }

    /// `None` at the end of the connection.
    fn packet(&mut self) -> Option<(u8, Vec<u8>)> {
        next_packet(&mut self.stream, &mut self.input)
    }
}

/// The next packet of a filter, of which `input` may hold a part; `None` at the end of the
/// connection.
pub(crate) fn next_packet(stream: &mut impl Read, input: &mut Vec<u8>) -> Option<(u8, Vec<u8>)> {
    loop {
        if let Some((packet, length)) = Packet::read(input, 1 << 20).unwrap() {
            let taken = (packet.letter, packet.payload.to_vec());
            input.drain(..length);
            return Some(taken);
        }
        let mut piece = [0; 4096];
        match stream.read(&mut piece) {
            Ok(0) => return None,
            Ok(count) => input.extend_from_slice(&piece[..count]),
            Err(error) if error.kind() == std::io::ErrorKind::ConnectionReset => return None,
            Err(error) => panic!("the filter says nothing: {error}"),
        }
    }
}

/// A packet of a filter in words.
fn text(letter: u8, payload: &[u8]) -> String {
    let field = |from: usize| {
        let octets = payload.get(from..).unwrap_or_default();
        let text = String::from_utf8_lossy(octets).into_owned();
        text.trim_end_matches('\0').replacen('\0', ":", 1)
    };
    match letter {
        b'a' => "accept".into(),
        b'c' => "continue".into(),
        b'd' => "discard".into(),
        b'i' => format!("insert {} {}", number(payload), field(4)),
        b'm' if payload.ends_with(b"\0\0") => format!("delete {} {}", number(payload), field(4)),
        b'm' => format!("change {} {}", number(payload), field(4)),
        b'p' => "progress".into(),
        b'q' => format!("quarantine {}", field(0)),
        b'r' => "reject".into(),
        b's' => "skip".into(),
        b't' => "tempfail".into(),
        b'y' => field(0),
        _ => panic!("{}: {}", char::from(letter), payload.escape_ascii()),
    }
}

fn number(octets: &[u8]) -> u32 {
    u32::from_be_bytes(octets[..4].try_into().unwrap())
}

/// What a mail server can do.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Offer {
    pub(crate) version: u32,
    pub(crate) actions: u32,
    pub(crate) steps: u32,
}

/// What Postfix offers, by its `milter_protocol`.
impl Offer {
    pub(crate) const V2: Self = Self::new(2, 0x3f, 0x7f);
    pub(crate) const V3: Self = Self::new(3, 0x3f, 0x1ff);
    pub(crate) const V4: Self = Self::new(4, 0x3f, 0x3ff);
    pub(crate) const V6: Self = Self::new(6, 0x1ff, 0x1f_ffff);

    const fn new(version: u32, actions: u32, steps: u32) -> Self {
        Self {
            version,
            actions,
            steps,
        }
    }
}

/// Octets of a body in one packet.
const PIECE: usize = 65535;
