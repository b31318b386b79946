//! The client and its caller.

use std::collections::VecDeque;

use smtp_proto::client::{Client, Config, Event, Report};
use smtp_proto::sasl::{self, Mechanism};

use super::message::{Message, Setup};

/// A client with its caller, and what it still has to send.
pub(crate) struct ClientSide {
    pub(crate) client: Client,
    pub(crate) setup: Setup,
    pub(crate) input: Vec<u8>,
    /// Octets of the message under way that are written.
    pub(crate) written: usize,
    /// Numbers of messages not begun.
    pub(crate) waiting: VecDeque<usize>,
    /// Numbers of messages begun and not reported.
    pub(crate) begun: VecDeque<usize>,
    pub(crate) reports: Vec<(usize, Report)>,
    pub(crate) closed: bool,
}

impl ClientSide {
    pub(crate) fn new(setup: &Setup, waiting: VecDeque<usize>) -> Self {
        let config = Config::new("client.example".parse().unwrap())
            .lmtp(setup.lmtp)
            .chunking(setup.client_chunking)
            .password_without_tls(true)
            .pipelining(setup.client_pipelining)
            .window(setup.window);
        Self {
            client: Client::new(config),
            setup: setup.clone(),
            input: Vec::new(),
            written: 0,
            waiting,
            begun: VecDeque::new(),
            reports: Vec::new(),
            closed: false,
        }
    }

    pub(crate) fn hear(&mut self, octets: &[u8], messages: &[Message]) -> Vec<u8> {
        self.input.extend_from_slice(octets);
        let mut out = Vec::new();
        loop {
            let advance = self.client.advance(&self.input, &mut out).unwrap();
            self.input.drain(..advance.consumed);
            match advance.event {
                None => return out,
                Some(event) => self.act(event, messages, &mut out),
            }
        }
    }

    pub(crate) fn act(&mut self, event: Event, messages: &[Message], out: &mut Vec<u8>) {
        match event {
            Event::Ready if self.setup.start_tls && !self.client.is_tls() => {
                self.client.start_tls(out).unwrap();
            }
            Event::StartTls => self.client.tls_started(out).unwrap(),
            Event::Ready if self.setup.mechanism.is_some() => {
                let login = match self.setup.mechanism.unwrap() {
                    Mechanism::Plain => sasl::Client::plain(None, "tim", "secret"),
                    Mechanism::Login => sasl::Client::login("tim", "secret"),
                    #[cfg(feature = "sasl")]
                    Mechanism::CramMd5 => sasl::Client::cram_md5("tim", "secret"),
                    other => panic!("{other}"),
                };
                self.client.authenticate(login.unwrap(), out).unwrap();
            }
            Event::Ready | Event::Authenticated(_) => self.next(messages, out),
            Event::SendBody => {
                self.send_body(&messages[*self.begun.back().unwrap()].content, out);
                self.next(messages, out);
            }
            Event::Finished(report) => {
                let number = self.begun.pop_front().unwrap();
                self.reports.push((number, report));
                self.next(messages, out);
            }
            Event::Closed(_) => self.closed = true,
            other => panic!("{other:?}"),
        }
    }

    /// Writes pieces for as long as the client takes them.
    pub(crate) fn send_body(&mut self, content: &[u8], out: &mut Vec<u8>) {
        while self.client.wants_body() {
            let rest = &content[self.written..];
            let piece = &rest[..rest.len().min(self.setup.chunk)];
            self.written += piece.len();
            if rest.is_empty() {
                self.client.end_body(out).unwrap();
            } else if self.setup.finish && piece == rest {
                self.client.finish_body(piece, out).unwrap();
            } else {
                self.client.body(piece, out).unwrap();
            }
        }
    }

    /// Begins another message as soon as the client lets it, or says goodbye.
    pub(crate) fn next(&mut self, messages: &[Message], out: &mut Vec<u8>) {
        match self.waiting.front() {
            Some(&number) => {
                let envelope = messages[number].envelope(number);
                if self.client.begin(&envelope, out).is_ok() {
                    self.written = 0;
                    self.waiting.pop_front();
                    self.begun.push_back(number);
                }
            }
            // Not now, if a message is still under way; its report brings us here again.
            None => _ = self.client.quit(out),
        }
    }
}
