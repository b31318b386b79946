//! The server and its caller.

use std::sync::Arc;

use smtp_proto::command::ForwardPath;
use smtp_proto::sasl::{self};
use smtp_proto::server::{self, Event as ServerEvent, Limits, Role};
use smtp_proto::{Reply, Server};

use super::message::{Done, Fate, Setup, Stored};

/// A server with its caller.
pub(crate) struct ServerSide {
    pub(crate) server: Server,
    pub(crate) input: Vec<u8>,
    pub(crate) exchange: Option<sasl::Challenge>,
    pub(crate) sender: String,
    /// Recipients that were accepted.
    pub(crate) accepted: Vec<String>,
    pub(crate) chunks: usize,
    pub(crate) content: Vec<u8>,
    pub(crate) done: Done,
}

impl ServerSide {
    pub(crate) fn new(setup: &Setup) -> Self {
        let role = match setup.mechanism {
            _ if setup.lmtp => Role::Lmtp,
            Some(_) => Role::Submission,
            None => Role::Mx,
        };
        let config = server::Config::new(role, "server.example".parse().unwrap())
            .auth(setup.mechanism)
            .auth_without_tls(true)
            .start_tls(setup.start_tls)
            .chunking(setup.server_chunking)
            .binary_mime(true)
            .pipelining(setup.server_pipelining)
            .limits(Limits::default().errors(1000));
        Self {
            server: Server::new(Arc::new(config)),
            input: Vec::new(),
            exchange: None,
            sender: String::new(),
            accepted: Vec::new(),
            chunks: 0,
            content: Vec::new(),
            done: Done::default(),
        }
    }

    /// Takes octets, gives what it answers.
    pub(crate) fn hear(&mut self, octets: &[u8]) -> Vec<u8> {
        let mut out = Vec::new();
        let mut input = core::mem::take(&mut self.input);
        input.extend_from_slice(octets);
        loop {
            let advance = self.server.advance(&input, &mut out).unwrap();
            let consumed = advance.consumed;
            let event = match advance.event {
                Some(ServerEvent::Close(server::Closing::Quit)) => return out,
                Some(event) => event,
                None => {
                    input.drain(..consumed);
                    self.input = input;
                    return out;
                }
            };
            let replies = match event {
                ServerEvent::BodyEnd(_) => self.deliver(),
                _ => Vec::from_iter(self.decide(event)),
            };
            for reply in replies {
                self.server.reply(&reply, &mut out).unwrap();
                if matches!(event, ServerEvent::StartTls) {
                    self.server.tls_started();
                }
            }
            input.drain(..consumed);
        }
    }

    pub(crate) fn decide(&mut self, event: ServerEvent<'_>) -> Option<Reply> {
        Some(match event {
            ServerEvent::Connected(_) => Reply::greeting(),
            ServerEvent::Hello(_) => Reply::hello(),
            ServerEvent::StartTls => Reply::start_tls(),
            ServerEvent::Auth(auth) => {
                let initial = auth.initial_response.map(|response| response.decode());
                let seed = sasl::Seed::new([1; 16], "server.example");
                self.step(sasl::begin(auth.mechanism, initial.as_deref(), &seed))
            }
            ServerEvent::AuthResponse(response) => {
                let challenge = self.exchange.take().unwrap();
                self.step(challenge.respond(&response.decode()))
            }
            ServerEvent::Mail(mail) => {
                self.sender = mail.reverse_path.unwrap().to_string();
                self.accepted.clear();
                self.chunks = 0;
                self.content.clear();
                Fate::of(&self.sender).answer(Reply::sender_ok())
            }
            ServerEvent::Rcpt(rcpt) => {
                let ForwardPath::Mailbox(mailbox) = rcpt.forward_path else {
                    panic!("{rcpt:?}");
                };
                let fate = Fate::of(mailbox.as_str());
                if fate == Fate::Accepted {
                    self.accepted.push(mailbox.to_string());
                }
                fate.answer(Reply::recipient_ok())
            }
            ServerEvent::DataStart => Reply::start_data(),
            ServerEvent::ChunkEnd => {
                self.chunks += 1;
                let [_, _, chunk, number] = self.fates();
                if chunk.parse() != Ok(self.chunks - 1) {
                    return Some(Reply::ok());
                }
                let number = number.parse().unwrap();
                self.done.refused.push(number);
                Reply::try_again()
            }
            ServerEvent::Body(octets) => {
                self.content.extend_from_slice(octets);
                return None;
            }
            ServerEvent::Quit | ServerEvent::Reset => return None,
            other => panic!("{other:?}"),
        })
    }

    /// The parts of the sender's name.
    pub(crate) fn fates(&self) -> [&str; 4] {
        let (name, _) = self.sender.split_once('@').unwrap();
        let parts: Vec<_> = name.split('.').collect();
        parts.try_into().unwrap()
    }

    /// Stores the message, and gives a reply for all, or for each recipient.
    pub(crate) fn deliver(&mut self) -> Vec<Reply> {
        let [_, data, ..] = self.fates();
        let data = Fate::of(data);
        let is_lmtp = self.server.protocol().contains("LMTP");
        let delivery = |recipient: &String| match data {
            Fate::Accepted if is_lmtp => Fate::of(recipient.split_once('.').unwrap().1),
            fate => fate,
        };
        let fates: Vec<_> = self.accepted.iter().map(delivery).collect();
        let receivers = self.accepted.iter().zip(&fates);
        let receivers = receivers.filter(|(_, fate)| **fate == Fate::Accepted);
        let stored = Stored {
            receivers: receivers.map(|(recipient, _)| recipient.clone()).collect(),
            content: core::mem::take(&mut self.content),
        };
        if !stored.receivers.is_empty() {
            self.done.store.push(stored);
        }
        let replies = fates.iter().map(|fate| fate.answer(Reply::ok()));
        let due = usize::try_from(self.server.replies_due()).unwrap();
        assert_eq!(due, if is_lmtp { fates.len() } else { 1 });
        replies.take(due).collect()
    }

    pub(crate) fn step(&mut self, step: sasl::Step) -> Reply {
        match step {
            sasl::Step::Challenge(challenge) => {
                let reply = Reply::challenge(challenge.octets());
                self.exchange = Some(challenge);
                reply
            }
            sasl::Step::Decide(login) if login.proves(b"secret") => Reply::authenticated(),
            other => panic!("{other:?}"),
        }
    }
}
