//! A server with a caller behind it that decides by fixed rules.
//!
//! It takes mail for users of `mx.example` except `nobody`, lets `tim` in with the password
//! `secret`, starts TLS when asked to, and believes proxies at 192.0.2.0/24. In LMTP, it delivers
//! to everybody but `full`. A chunk that ends in `full` it does not take.

#![allow(dead_code, reason = "each test binary uses a part")]

use std::sync::Arc;

use smtp_proto::Reply;
use smtp_proto::command::{Attribute, ForwardPath, Response, XClient};
use smtp_proto::sasl::{self, Seed, Step};
use smtp_proto::server::{Advance, Config, Event, Role, Server};

pub(crate) struct Dialogue {
    pub(crate) server: Server,
    /// Every event as `Debug` prints it, adjacent pieces of a message joined.
    pub(crate) events: Vec<String>,
    /// Messages that were accepted.
    pub(crate) messages: Vec<Vec<u8>>,
    pub(crate) is_closed: bool,
    challenge: Option<sasl::Challenge>,
    input: Vec<u8>,
    message: Option<Vec<u8>>,
    out: Vec<u8>,
    /// Whose RCPT was accepted.
    recipients: Vec<String>,
}

impl Dialogue {
    pub(crate) fn new(config: Config) -> Self {
        let mut dialogue = Self {
            server: Server::new(Arc::new(config)),
            events: Vec::new(),
            messages: Vec::new(),
            is_closed: false,
            challenge: None,
            input: Vec::new(),
            message: None,
            out: Vec::new(),
            recipients: Vec::new(),
        };
        dialogue.advance();
        dialogue
    }

    /// Gives octets to the server, in these pieces.
    pub(crate) fn send<'p>(&mut self, pieces: impl IntoIterator<Item = &'p [u8]>) {
        for piece in pieces {
            self.input.extend_from_slice(piece);
            self.advance();
        }
    }

    /// What the server has written since this was last called.
    pub(crate) fn heard(&mut self) -> String {
        String::from_utf8(core::mem::take(&mut self.out)).unwrap()
    }

    fn advance(&mut self) {
        while !self.is_closed {
            let input = core::mem::take(&mut self.input);
            let Advance {
                consumed, event, ..
            } = self.server.advance(&input, &mut self.out).unwrap();
            if let Some(event) = event {
                self.note(event);
                for reply in self.decide(event) {
                    self.server.reply(&reply, &mut self.out).unwrap();
                    if event == Event::StartTls {
                        self.server.tls_started();
                    }
                }
            }
            let is_waiting = event.is_none();
            self.input = input[consumed..].to_vec();
            if is_waiting {
                return;
            }
        }
        self.input.clear();
    }

    fn note(&mut self, event: Event<'_>) {
        if !matches!(event, Event::Body(_)) {
            if let Some(message) = &self.message {
                self.events
                    .push(format!("Body({})", message.escape_ascii()));
            }
            self.events.push(format!("{event:?}"));
        }
    }

    /// The replies to an event, as many as it needs.
    fn decide(&mut self, event: Event<'_>) -> Vec<Reply> {
        let replies = match event {
            Event::BodyEnd(_) => self.deliver(),
            _ => Vec::from_iter(self.decide_one(event)),
        };
        let due = usize::try_from(self.server.replies_due()).unwrap();
        assert_eq!(replies.len(), due);
        assert_eq!(event.needs_reply(), due > 0);
        replies
    }

    fn deliver(&mut self) -> Vec<Reply> {
        self.messages.push(self.message.take().unwrap_or_default());
        if self.server.replies_due() == 1 && !self.server.protocol().contains("LMTP") {
            return vec![Reply::ok()];
        }
        let outcome = |recipient: &String| match recipient.starts_with("full@") {
            true => Reply::new(452, "4.2.2 Mailbox is full").unwrap(),
            false => Reply::ok(),
        };
        self.recipients.iter().map(outcome).collect()
    }

    fn decide_one(&mut self, event: Event<'_>) -> Option<Reply> {
        let reply = match event {
            Event::Connected(_) => Reply::greeting(),
            Event::Hello(_) => Reply::hello(),
            Event::Mail(_) => {
                self.message = None;
                self.recipients.clear();
                Reply::sender_ok()
            }
            Event::Rcpt(rcpt) => {
                let reply = decide_recipient(rcpt.forward_path);
                if reply.code() == 250 {
                    self.recipients.push(rcpt.forward_path.to_string());
                }
                reply
            }
            Event::DataStart => {
                self.message = Some(Vec::new());
                Reply::start_data()
            }
            Event::Body(octets) => {
                assert!(!octets.is_empty());
                self.message
                    .get_or_insert_default()
                    .extend_from_slice(octets);
                return None;
            }
            Event::ChunkEnd
                if self
                    .message
                    .as_ref()
                    .is_some_and(|it| it.ends_with(b"full")) =>
            {
                self.message = None;
                Reply::new(452, "4.3.1 Disk is full").unwrap()
            }
            Event::ChunkEnd => Reply::ok(),
            Event::XClient(xclient) => decide_proxy(xclient),
            Event::StartTls => Reply::start_tls(),
            Event::Auth(auth) => {
                let initial = auth.initial_response.map(|response| response.decode());
                let seed = Seed::new([7; 16], "mx.example");
                let step = sasl::begin(auth.mechanism, initial.as_deref(), &seed);
                self.decide_login(step)
            }
            Event::AuthResponse(response) => self.respond(response),
            Event::Close(_) | Event::Quit => {
                self.message = None;
                self.is_closed = true;
                return None;
            }
            Event::AuthCancelled | Event::Reset => {
                self.challenge = None;
                self.message = None;
                return None;
            }
            _ => panic!("{event:?} is not known here"),
        };
        Some(reply)
    }

    fn respond(&mut self, response: Response<'_>) -> Reply {
        let step = self.challenge.take().unwrap().respond(&response.decode());
        self.decide_login(step)
    }

    fn decide_login(&mut self, step: Step) -> Reply {
        match step {
            Step::Challenge(challenge) => {
                let reply = Reply::challenge(challenge.octets());
                self.challenge = Some(challenge);
                reply
            }
            Step::Decide(login) if login.authcid() == Some("tim") && login.proves(b"secret") => {
                Reply::authenticated()
            }
            _ => Reply::bad_credentials(),
        }
    }
}

fn decide_recipient(forward_path: ForwardPath<'_>) -> Reply {
    match forward_path {
        ForwardPath::Mailbox(mailbox) if mailbox.host() != "mx.example" => Reply::relay_denied(),
        ForwardPath::Mailbox(mailbox) if mailbox.local_part().as_str() == "nobody" => {
            Reply::no_such_user()
        }
        _ => Reply::recipient_ok(),
    }
}

fn decide_proxy(xclient: XClient<'_>) -> Reply {
    match xclient.address() {
        Some(Attribute::Value(address)) if address.to_string().starts_with("192.0.2.") => {
            Reply::greeting()
        }
        _ => Reply::new(550, "5.7.0 You are no proxy").unwrap(),
    }
}

pub(crate) fn lmtp() -> Config {
    Config::new(Role::Lmtp, "mx.example".parse().unwrap())
}

pub(crate) fn mx() -> Config {
    Config::new(Role::Mx, "mx.example".parse().unwrap())
}

pub(crate) fn submission() -> Config {
    Config::new(Role::Submission, "mx.example".parse().unwrap()).start_tls(true)
}

/// Submission without TLS, for what has nothing to do with it.
pub(crate) fn open_submission() -> Config {
    submission().auth_without_tls(true)
}

/// Plays a dialogue written as lines that begin with `C: ` and `S: `; lines of the client that
/// stand together are one flight. It is played with each flight whole, cut in two at each place,
/// and octet by octet, and has to be the same each time.
pub(crate) fn transcript(config: &Config, text: &str) -> Dialogue {
    let flights = flights(text);
    let whole = play(config, &flights, |said| vec![said]);
    let octets = play(config, &flights, |said| said.chunks(1).collect());
    assert_eq!(octets.events, whole.events);
    let longest = flights.iter().map(|(said, _)| said.len()).max();
    for split in 1..longest.unwrap_or(0) {
        let cut = play(config, &flights, |said| {
            let (one, two) = said.split_at(split.min(said.len()));
            vec![one, two]
        });
        assert_eq!(cut.events, whole.events);
    }
    whole
}

/// Plays a dialogue with each flight whole only: for what depends on it.
pub(crate) fn transcript_in_one_write(config: &Config, text: &str) -> Dialogue {
    play(config, &flights(text), |said| vec![said])
}

/// A dialogue in which a message from a client is about to come.
pub(crate) fn at_data(config: &Config) -> Dialogue {
    let mut dialogue = Dialogue::new(config.clone());
    for line in [
        "EHLO client.example\r\n",
        "MAIL FROM:<a@client.example>\r\n",
        "RCPT TO:<b@mx.example>\r\n",
        "DATA\r\n",
    ] {
        dialogue.send([line.as_bytes()]);
    }
    assert!(
        dialogue
            .heard()
            .ends_with("354 End data with <CR><LF>.<CR><LF>\r\n")
    );
    dialogue
}

/// What a new client hears who says these lines one after the other, without the greeting.
pub(crate) fn answers(config: &Config, lines: &[&[u8]]) -> Vec<String> {
    let mut dialogue = Dialogue::new(config.clone());
    dialogue.heard();
    lines
        .iter()
        .map(|line| {
            dialogue.send([line, &b"\r\n"[..]]);
            dialogue.heard()
        })
        .collect()
}

/// What the client says, and what it hears then.
type Flight = (Vec<u8>, String);

fn flights(text: &str) -> Vec<Flight> {
    let mut flights = vec![Flight::default()];
    for line in text
        .lines()
        .map(str::trim_start)
        .filter(|line| !line.is_empty())
    {
        let last = flights.last_mut().unwrap();
        if let Some(heard) = line.strip_prefix("S: ") {
            last.1.push_str(heard);
            last.1.push_str("\r\n");
        } else if let Some(said) = line.strip_prefix("C:") {
            let said = said.strip_prefix(' ').unwrap_or(said);
            if !last.1.is_empty() {
                flights.push(Flight::default());
            }
            let last = flights.last_mut().unwrap();
            last.0.extend_from_slice(said.as_bytes());
            last.0.extend_from_slice(b"\r\n");
        } else {
            panic!("{line} is said by nobody");
        }
    }
    flights
}

fn play<'f>(
    config: &Config,
    flights: &'f [Flight],
    pieces: impl Fn(&'f [u8]) -> Vec<&'f [u8]>,
) -> Dialogue {
    let mut dialogue = Dialogue::new(config.clone());
    for (said, heard) in flights {
        dialogue.send(pieces(said));
        assert_eq!(&dialogue.heard(), heard, "after {}", said.escape_ascii());
    }
    dialogue
}
