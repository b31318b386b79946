//! The client and what can be asked of it.

use alloc::boxed::Box;
use alloc::collections::{BTreeSet, VecDeque};
use alloc::vec::Vec;
use core::time::Duration;

use thiserror::Error;

use super::body::Body;
use super::queue::{Expected, Queue};
use super::reply_reader::ReplyReader;
use super::transaction::Transaction;
use super::{Advance, Capabilities, Config, Envelope, Event, ProtocolError, Refusal};
use crate::command::Command;

/// The client's side of one connection.
///
/// Octets from the server go in with [`advance`](Self::advance); octets for the server come out
/// at the end of `out`, a buffer of the caller's that the caller writes and clears. The module's
/// front page has the whole loop.
#[derive(Debug)]
pub struct Client {
    pub(super) config: Config,
    pub(super) state: State,
    pub(super) reader: ReplyReader,
    /// Replies that have come whole.
    replies: u64,
    pub(super) queue: Queue,
    pub(super) events: VecDeque<Event>,
    pub(super) capabilities: Capabilities,
    pub(super) transaction: Option<Transaction>,
    /// The message under way. It owns no octets of it.
    pub(super) body: Option<Body>,
    /// Why no more chunks of it are sent.
    pub(super) refused_chunk: Option<Refusal>,
    /// Messages begun on this connection.
    messages: u32,
    /// The domains of their recipients, as far as the server counts them.
    recipient_domains: BTreeSet<Box<str>>,
    pub(super) tls: bool,
    /// Whether the server still has the envelope of a message that was not sent.
    pub(super) unclean: bool,
    pub(super) authenticated: bool,
}

/// Where the connection is.
#[derive(Debug)]
pub(super) enum State {
    /// A server broke the protocol, or a message could not be sent to its end.
    Broken(Option<ProtocolError>),
    /// The server has said that it closes.
    Closed,
    /// No EHLO or HELO has been accepted.
    Greeting,
    /// The client waits for TLS.
    Handshake,
    /// EHLO or HELO has been accepted.
    Ready,
}

impl Client {
    /// A client on a fresh connection. It waits for the server's greeting.
    pub fn new(config: Config) -> Self {
        Self {
            config,
            state: State::Greeting,
            reader: ReplyReader::default(),
            replies: 0,
            queue: Queue::new(),
            events: VecDeque::new(),
            capabilities: Capabilities::default(),
            transaction: None,
            body: None,
            refused_chunk: None,
            messages: 0,
            recipient_domains: BTreeSet::new(),
            tls: false,
            unclean: false,
            authenticated: false,
        }
    }

    /// A client on a connection that is under TLS from its first octet (RFC 8314 §3).
    pub fn over_tls(config: Config) -> Self {
        Self {
            tls: true,
            ..Self::new(config)
        }
    }

    /// Takes octets from the server, up to the next event.
    ///
    /// What the event does not need stays in the input: give it again, with whatever has come
    /// since. An error is final.
    pub fn advance(&mut self, input: &[u8], out: &mut Vec<u8>) -> Result<Advance, ProtocolError> {
        let mut rest = input;
        loop {
            if let Some(event) = self.events.pop_front() {
                // RFC 3207 §4.2: what stands behind the 220 was not protected by TLS, and is not
                // to be taken for what comes after the handshake.
                if event == Event::StartTls {
                    rest = b"";
                }
                let consumed = input.len() - rest.len();
                return Ok(Advance {
                    consumed,
                    event: Some(event),
                });
            }
            match &self.state {
                State::Broken(Some(error)) => return Err(error.clone()),
                State::Broken(None) | State::Closed | State::Handshake => rest = b"",
                State::Greeting | State::Ready => {}
            }
            let logging_in = matches!(self.queue.front(), Some(Expected::Auth(_)));
            let limits = self.config.reply_limits(logging_in);
            let received = match self.reader.read(rest, &limits) {
                Ok((_, None)) => {
                    return Ok(Advance {
                        consumed: input.len(),
                        event: None,
                    });
                }
                Ok((taken, Some(reply))) => {
                    rest = rest.get(taken..).unwrap_or_default();
                    self.replies = self.replies.saturating_add(1);
                    self.receive(reply, out)
                }
                Err(error) => Err(error.into()),
            };
            if let Err(error) = received {
                self.state = State::Broken(Some(error));
            }
        }
    }

    /// What the server offers, as far as it has been heard in the present state: after STARTTLS
    /// nothing, until it has answered EHLO again (RFC 3207 §4.2).
    pub fn capabilities(&self) -> &Capabilities {
        &self.capabilities
    }

    /// How long to wait for the server at this point before giving up (RFC 5321 §4.5.3.2): for the
    /// whole of its next reply, or for it to take what is written of a message.
    ///
    /// The caller keeps the clock, and starts it anew when it has written something and when
    /// [`replies`](Self::replies) has changed. An octet of a reply does not start it: a server that
    /// sends one every now and then is not waited for any longer than one that sends none.
    pub fn patience(&self) -> Duration {
        let minutes = match self.queue.front() {
            // §4.5.3.2.4
            Some(Expected::Data) => 2,
            // §4.5.3.2.6
            Some(Expected::Message(_)) => 10,
            // §4.5.3.2.5
            Some(Expected::Chunk) => 3,
            None if self.body.is_some() => 3,
            // §4.5.3.2.1 to 3; nothing is said about the others.
            _ => 5,
        };
        Duration::from_secs(60 * minutes)
    }

    /// How many replies have come whole, whether or not they are events: what the clock for
    /// [`patience`](Self::patience) goes by.
    pub fn replies(&self) -> u64 {
        self.replies
    }

    /// Begins to send a message: MAIL, RCPT for each recipient, and DATA, in as few round trips
    /// as the server allows. Answered by [`Event::SendBody`] if anybody is accepted, and in any
    /// case by [`Event::Finished`], unless the connection ends.
    ///
    /// With pipelining a message may begin before the one before it is reported.
    pub fn begin(&mut self, envelope: &Envelope, out: &mut Vec<u8>) -> Result<(), BeginError> {
        self.may_begin().map_err(|NotNow| BeginError::NotNow)?;
        self.check(envelope)?;
        self.messages = self.messages.saturating_add(1);
        if core::mem::take(&mut self.unclean) {
            self.send(&Command::Rset, Expected::CleanUp { login: None }, out);
        }
        let chunked = envelope.is_binary() || self.config.chunking && self.capabilities.chunking();
        self.transaction = Some(Transaction::new(
            envelope.clone(),
            chunked,
            self.config.report_text,
        ));
        self.proceed(out);
        Ok(())
    }

    /// The recipients refused so far of the message under way. At [`Event::SendBody`] these are
    /// all that will not have it: whoever wants it delivered to all or to none closes the
    /// connection then.
    pub fn refusals(&self) -> impl Iterator<Item = &Refusal> {
        self.transaction.iter().flat_map(Transaction::refusals)
    }

    /// Sends NOOP. Answered by [`Event::Done`].
    pub fn noop(&mut self, out: &mut Vec<u8>) -> Result<(), NotNow> {
        self.may_begin()?;
        self.send(&Command::Noop(None), Expected::Noop, out);
        Ok(())
    }

    /// Sends RSET. Answered by [`Event::Done`]. Transactions never need it: the client cleans up
    /// behind a refused one by itself.
    pub fn reset(&mut self, out: &mut Vec<u8>) -> Result<(), NotNow> {
        self.may_begin()?;
        self.unclean = false;
        self.send(&Command::Rset, Expected::Rset, out);
        Ok(())
    }

    /// Sends QUIT. Answered by [`Event::Closed`], after whatever is still to be reported.
    pub fn quit(&mut self, out: &mut Vec<u8>) -> Result<(), NotNow> {
        if !matches!(self.state, State::Greeting) {
            self.may_begin()?;
        } else if !self.queue.is_empty() {
            return Err(NotNow);
        }
        self.send(&Command::Quit, Expected::Quit, out);
        Ok(())
    }

    /// Writes a command and waits for its reply.
    pub(super) fn send(&mut self, command: &Command<'_>, expected: Expected, out: &mut Vec<u8>) {
        let before = out.len();
        command.print(out);
        self.queue.push(expected, out.len() - before);
    }

    /// EHLO, LHLO or HELO. A name is checked when it is made.
    pub(super) fn hello(&mut self, verb: &str, expected: Expected, out: &mut Vec<u8>) {
        let before = out.len();
        for text in [verb, " ", self.config.hello.as_str(), "\r\n"] {
            out.extend_from_slice(text.as_bytes());
        }
        self.queue.push(expected, out.len() - before);
    }

    /// EHLO, or what LMTP has for it (RFC 2033 §4.1).
    pub(super) fn extended_hello(&mut self, out: &mut Vec<u8>) {
        let verb = if self.config.lmtp { "LHLO" } else { "EHLO" };
        self.hello(verb, Expected::Ehlo, out);
    }

    /// How many octets may be under way without replies; `None`: one command at a time.
    pub(super) fn window(&self) -> Option<usize> {
        (self.config.pipelining && self.capabilities.pipelining()).then_some(self.config.window)
    }

    /// Whether no command waits, for those that may not stand in a group with others.
    pub(super) fn is_idle(&self) -> Result<(), NotNow> {
        if self.queue.is_empty() {
            self.may_begin()
        } else {
            Err(NotNow)
        }
    }

    /// Whether a group of commands may begin, outside a transaction.
    fn may_begin(&self) -> Result<(), NotNow> {
        let ready = matches!(self.state, State::Ready) && self.transaction.is_none();
        if ready && self.queue.may_begin_group(self.window().is_some()) {
            Ok(())
        } else {
            Err(NotNow)
        }
    }

    /// Whether the server takes such a message.
    fn check(&mut self, envelope: &Envelope) -> Result<(), BeginError> {
        let offered = &self.capabilities;
        if envelope.recipients().is_empty() {
            return Err(BeginError::NoRecipient);
        }
        if envelope.is_binary() && !offered.binary_mime() {
            return Err(BeginError::Binary);
        }
        if envelope.is_eight_bit() && !envelope.is_binary() && !offered.eight_bit_mime() {
            return Err(BeginError::EightBit);
        }
        if envelope.needs_utf8() && !offered.smtp_utf8() {
            return Err(BeginError::Utf8);
        }
        if envelope.needs_tls() && !self.promises_tls() {
            return Err(BeginError::RequireTls);
        }
        if let (Some(size), Some(limit)) = (envelope.announced_size(), offered.max_size()) {
            // RFC 1870 §4: an attempt is certain to fail.
            if size > limit {
                return Err(BeginError::TooLarge { limit });
            }
        }
        self.check_limits(envelope)
    }

    /// Whether `REQUIRETLS` may be asked for: the promise counts only under TLS (RFC 8689 §2).
    pub(super) fn promises_tls(&self) -> bool {
        self.tls && self.capabilities.require_tls()
    }

    /// RFC 9422 §4.
    fn check_limits(&mut self, envelope: &Envelope) -> Result<(), BeginError> {
        let limits = self.capabilities.limits();
        let exceeds = |number: usize, limit: Option<u32>| {
            limit.filter(|&limit| u32::try_from(number).map_or(true, |number| number > limit))
        };
        if limits.messages.is_some_and(|limit| self.messages >= limit) {
            return Err(BeginError::TooManyMessages);
        }
        if let Some(limit) = exceeds(envelope.recipients().len(), limits.recipients) {
            return Err(BeginError::TooManyRecipients { limit });
        }
        if limits.recipient_domains.is_some() {
            let hosts = envelope.recipients().iter().map(|recipient| {
                let host = recipient.mailbox().view().host();
                Box::from(host.to_lowercase())
            });
            let mut domains = self.recipient_domains.clone();
            domains.extend(hosts);
            if let Some(limit) = exceeds(domains.len(), limits.recipient_domains) {
                return Err(BeginError::TooManyDomains { limit });
            }
            self.recipient_domains = domains;
        }
        Ok(())
    }
}

/// The call does not fit here: a reply is due, a message is under way, EHLO has not been accepted,
/// or the connection is over.
#[derive(Clone, Copy, Debug, Eq, Error, PartialEq)]
#[error("not possible at this point of the session")]
pub struct NotNow;

/// Why a message is not begun. Nothing has been sent.
///
/// This server will never take a message that is [`Binary`](Self::Binary),
/// [`EightBit`](Self::EightBit), [`RequireTls`](Self::RequireTls), [`TooLarge`](Self::TooLarge) or
/// [`Utf8`](Self::Utf8): its sender has to hear of it. One of too many can go on another connection,
/// or in several transactions.
#[derive(Clone, Copy, Debug, Eq, Error, PartialEq)]
#[non_exhaustive]
pub enum BeginError {
    /// A message without lines, and the server does not offer CHUNKING and BINARYMIME
    /// (RFC 3030 §3).
    #[error("the server does not take binary messages")]
    Binary,
    /// Octets beyond ASCII, and the server does not offer 8BITMIME (RFC 6152 §3).
    #[error("the server does not take messages with octets beyond ASCII")]
    EightBit,
    /// An envelope without a recipient.
    #[error("no recipient")]
    NoRecipient,
    /// A reply is due, a message is under way, or the session has not begun.
    #[error("MAIL is not possible at this point of the session")]
    NotNow,
    /// A message that requires TLS, on a connection without it or to a server that does not
    /// promise to keep to it (RFC 8689 §4.2.1).
    #[error("REQUIRETLS is not offered under TLS")]
    RequireTls,
    /// Larger than the server takes (RFC 1870 §4).
    #[error("the server takes no message beyond {limit} octets")]
    TooLarge {
        /// Octets of the largest message.
        limit: u64,
    },
    /// The recipients of this session would be at more domains than the server takes
    /// (RFC 9422 §4.3): for another connection.
    #[error("the server takes no more than {limit} recipient domains in one session")]
    TooManyDomains {
        /// Domains of one session.
        limit: u32,
    },
    /// The server takes no more messages in this session (RFC 9422 §4.1): for another connection.
    #[error("the server takes no more messages in this session")]
    TooManyMessages,
    /// More recipients than the server takes for one message (RFC 9422 §4.2): for several.
    #[error("the server takes no more than {limit} recipients of one message")]
    TooManyRecipients {
        /// Recipients of one message.
        limit: u32,
    },
    /// Addresses or header fields beyond ASCII, and the server does not offer SMTPUTF8
    /// (RFC 6531 §3.2).
    #[error("the server does not take addresses or header fields beyond ASCII")]
    Utf8,
}
