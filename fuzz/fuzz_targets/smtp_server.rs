//! A server sees and says the same however the network cuts what a client sends.
//!
//! The input is read as lines that end in a bare LF; each becomes a line of the client. Flights are
//! made of them so that nothing stands behind what a client has to wait for (RFC 2920 §3.1): only
//! there may the cuts make a difference.
#![no_main]

use std::sync::Arc;

use libfuzzer_sys::fuzz_target;
use smtp_proto::Reply;
use smtp_proto::data::BareLineEnds;
use smtp_proto::sasl::{self, Challenge, Seed, Step};
use smtp_proto::server::{Advance, Config, Event, Limits, Role, Server};

fuzz_target!(|input: &[u8]| {
    let Some((&choice, script)) = input.split_first() else {
        return;
    };
    let config = Arc::new(config(choice));
    let mut whole = Session::new(config.clone());
    let mut octets = Session::new(config);
    let mut flight = Vec::new();
    for line in script.split(|&octet| octet == b'\n') {
        let line = unescape(line);
        flight.extend_from_slice(&line);
        flight.extend_from_slice(b"\r\n");
        // A response of an exchange is a flight of its own, whatever it looks like.
        if whole.challenge.is_none() && may_go_on(&line) {
            continue;
        }
        whole.send([flight.as_slice()]);
        octets.send(flight.chunks(1));
        assert_eq!(whole.events, octets.events);
        assert_eq!(whole.out, octets.out);
        flight.clear();
    }
});

fn config(choice: u8) -> Config {
    let has = |bit: u8| choice & (1 << bit) != 0;
    let role = match (has(0), has(7)) {
        (false, false) => Role::Mx,
        (true, false) => Role::Submission,
        (_, true) => Role::Lmtp,
    };
    let hostname = "mx.example".parse().expect("a constant of this file");
    let mut config = Config::new(role, hostname)
        .auth_without_tls(has(1))
        .dsn(has(7))
        .xclient(has(7))
        .refuse_undeclared_eight_bit(has(2))
        .smtp_utf8(has(3))
        .start_tls(has(4));
    if has(5) {
        config = config.bare_line_ends(BareLineEnds::Normalize);
    }
    if has(6) {
        let limits = Limits::default()
            .auth_line(40)
            .command_line(50)
            .endless_line(60)
            .errors(5)
            .message_size(Some(80));
        config = config.limits(limits);
    }
    config
}

/// Whether something may stand behind a line: commands that can stand anywhere in a group, and
/// the end of a message.
fn may_go_on(line: &[u8]) -> bool {
    let verb = line
        .split(|&octet| octet == b' ')
        .next()
        .unwrap_or_default();
    [&b"MAIL"[..], b"RCPT", b"RSET", b"FOO", b"."]
        .iter()
        .any(|it| verb.eq_ignore_ascii_case(it))
}

/// Octets that cannot stand in a line of the script: `\x01` is LF, `\x02` is CR. A CRLF would end
/// a line that was to be one, so its CR is left out.
fn unescape(line: &[u8]) -> Vec<u8> {
    let mut octets = Vec::with_capacity(line.len());
    for &octet in line {
        match octet {
            1 if octets.last() == Some(&b'\r') => {}
            1 => octets.push(b'\n'),
            2 => octets.push(b'\r'),
            _ => octets.push(octet),
        }
    }
    octets
}

struct Session {
    server: Server,
    events: Vec<String>,
    out: Vec<u8>,
    challenge: Option<Challenge>,
    input: Vec<u8>,
    body: Vec<u8>,
    is_closed: bool,
}

impl Session {
    fn new(config: Arc<Config>) -> Self {
        let mut session = Self {
            server: Server::new(config),
            events: Vec::new(),
            out: Vec::new(),
            challenge: None,
            input: Vec::new(),
            body: Vec::new(),
            is_closed: false,
        };
        session.advance();
        session
    }

    fn send<'p>(&mut self, pieces: impl IntoIterator<Item = &'p [u8]>) {
        for piece in pieces {
            if self.is_closed {
                return;
            }
            self.input.extend_from_slice(piece);
            self.advance();
        }
    }

    fn advance(&mut self) {
        loop {
            let input = std::mem::take(&mut self.input);
            let advance = self.server.advance(&input, &mut self.out);
            let Advance {
                consumed, event, ..
            } = advance.expect("every event is answered");
            self.input = input[consumed..].to_vec();
            let Some(event) = event else {
                return;
            };
            self.note(event);
            if let Some(reply) = self.decide(event) {
                assert!(event.needs_reply());
                while self.server.replies_due() > 0 {
                    let reply = self.server.reply(&reply, &mut self.out);
                    reply.expect("the reply goes with the event");
                }
                if event == Event::StartTls {
                    self.server.tls_started();
                }
            }
            if matches!(event, Event::Close(_) | Event::Quit) {
                self.is_closed = true;
                return;
            }
        }
    }

    /// Adjacent pieces of a message are one event. What of a message has come is compared at its
    /// end, when nothing of it is held back any more.
    fn note(&mut self, event: Event<'_>) {
        if let Event::Body(octets) = event {
            assert!(!octets.is_empty());
            self.body.extend_from_slice(octets);
            return;
        }
        if !self.body.is_empty() {
            let body = std::mem::take(&mut self.body);
            self.events.push(format!("Body({})", body.escape_ascii()));
        }
        self.events.push(format!("{event:?}"));
    }

    fn decide(&mut self, event: Event<'_>) -> Option<Reply> {
        Some(match event {
            Event::Auth(auth) => {
                self.challenge = None;
                let initial = auth.initial_response.map(|response| response.decode());
                let seed = Seed::new([7; 16], "mx.example");
                self.log_in(sasl::begin(auth.mechanism, initial.as_deref(), &seed))
            }
            Event::AuthResponse(response) => match self.challenge.take() {
                Some(challenge) => self.log_in(challenge.respond(&response.decode())),
                None => Reply::bad_credentials(),
            },
            Event::BodyEnd(_) => Reply::ok(),
            Event::Connected(_) => Reply::greeting(),
            Event::DataStart => Reply::start_data(),
            Event::Hello(_) => Reply::hello(),
            Event::Mail(_) => Reply::sender_ok(),
            Event::Rcpt(_) => Reply::recipient_ok(),
            Event::StartTls => Reply::start_tls(),
            Event::XClient(_) => Reply::greeting(),
            _ => {
                self.challenge = None;
                return None;
            }
        })
    }

    fn log_in(&mut self, step: Step) -> Reply {
        match step {
            Step::Challenge(challenge) => {
                let reply = Reply::challenge(challenge.octets());
                self.challenge = Some(challenge);
                reply
            }
            Step::Decide(login) if login.authcid() == Some("tim") => Reply::authenticated(),
            _ => Reply::bad_credentials(),
        }
    }
}
