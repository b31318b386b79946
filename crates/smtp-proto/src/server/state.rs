//! What a server remembers.

use super::answer::Answer;
use crate::command::Body;
use crate::data::Unstuffer;

/// What the next octets are.
#[derive(Clone, Copy, Debug)]
pub(super) enum Phase {
    /// Nothing may come: the client has not been greeted.
    Start,
    /// A command.
    Command,
    /// A response of an authentication exchange, after so many.
    Auth { rounds: u32 },
    /// A message behind `DATA`.
    Data,
    /// A chunk of one behind `BDAT`.
    Chunk { is_last: bool, left: u64 },
    /// A chunk that nobody wants.
    Discard(Discard),
    /// A TLS handshake, which the caller makes.
    Tls,
}

/// A chunk that is read and forgotten (RFC 3030 §2).
#[derive(Clone, Copy, Debug)]
pub(super) struct Discard {
    pub(super) answer: Answer,
    pub(super) left: u64,
    /// How many times it is answered.
    pub(super) replies: u32,
    /// Whether it ended a transaction.
    pub(super) resets: bool,
}

/// A message on its way.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) struct Message {
    pub(super) unstuffer: Unstuffer,
    pub(super) octets: u64,
    /// `BDAT` commands, none for `DATA`.
    pub(super) chunks: u32,
}

impl Message {
    pub(super) fn new(unstuffer: Unstuffer) -> Self {
        Self {
            unstuffer,
            octets: 0,
            chunks: 0,
        }
    }

    /// Counts content, and gives what of it is within the limit.
    pub(super) fn keep<'i>(&mut self, content: &'i [u8], limit: Option<u64>) -> &'i [u8] {
        let left = limit.map_or(u64::MAX, |limit| limit.saturating_sub(self.octets));
        let length = u64::try_from(content.len()).unwrap_or(u64::MAX);
        self.octets = self.octets.saturating_add(length);
        match usize::try_from(left) {
            Ok(left) => content.get(..left).unwrap_or(content),
            Err(_) => content,
        }
    }
}

/// The event that waits for a reply.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Due {
    /// `is_last` says that nothing came behind the command.
    Auth {
        rounds: u32,
        is_last: bool,
    },
    /// So many replies. `is_taken` says that one recipient has the message.
    BodyEnd {
        is_taken: bool,
        replies: u32,
    },
    ChunkEnd,
    Connected,
    DataStart,
    Hello {
        extended: bool,
    },
    Mail {
        body: Option<Body>,
        smtp_utf8: bool,
    },
    Rcpt,
    StartTls,
    XClient {
        logged_in: bool,
    },
}

/// Everything that belongs to one message. It comes and goes as a whole.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) struct Transaction {
    pub(super) body: Option<Body>,
    /// What has come of the message.
    pub(super) message: Option<Message>,
    /// Whether there was a recipient at all.
    pub(super) rcpt_seen: bool,
    /// Recipients that were accepted.
    pub(super) recipients: u32,
    pub(super) smtp_utf8: bool,
}

/// Everything that the client has said of itself. It comes and goes as a whole.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Session {
    pub(super) authenticated: bool,
    /// `Some(true)` after `EHLO`, `Some(false)` after `HELO`.
    pub(super) hello: Option<bool>,
    pub(super) transaction: Option<Transaction>,
}
