//! What a server remembers.

use crate::command::Body;
use crate::data::Unstuffer;

/// What the next octets are.
#[derive(Clone, Debug)]
pub(super) enum Phase {
    /// Nothing may come: the client has not been greeted.
    Start,
    /// A command.
    Command,
    /// A response of an authentication exchange, after so many.
    Auth { rounds: u32 },
    /// A message.
    Data(Data),
    /// A TLS handshake, which the caller makes.
    Tls,
}

/// A message on its way.
#[derive(Clone, Debug)]
pub(super) struct Data {
    pub(super) unstuffer: Unstuffer,
    pub(super) octets: u64,
}

impl Data {
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
    BodyEnd,
    Connected,
    DataStart,
    Hello {
        extended: bool,
    },
    Mail(Transaction),
    Rcpt,
    StartTls,
}

/// Everything that belongs to one message. It comes and goes as a whole.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) struct Transaction {
    pub(super) body: Option<Body>,
    pub(super) smtp_utf8: bool,
    /// Recipients that were accepted.
    pub(super) recipients: u32,
    /// Whether there was a recipient at all.
    pub(super) rcpt_seen: bool,
}

/// Everything that the client has said of itself. It comes and goes as a whole.
#[derive(Clone, Debug, Default)]
pub(super) struct Session {
    pub(super) authenticated: bool,
    /// `Some(true)` after `EHLO`, `Some(false)` after `HELO`.
    pub(super) hello: Option<bool>,
    pub(super) transaction: Option<Transaction>,
}
