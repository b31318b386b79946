//! Commands that wait for their replies: those come in the same order ([RFC 2920] §3.1).
//!
//! [RFC 2920]: https://www.rfc-editor.org/rfc/rfc2920

use alloc::boxed::Box;
use alloc::collections::VecDeque;
use alloc::vec::Vec;

use super::Verb;
use super::transaction::Transaction;
use crate::command::Command;
use crate::sasl;

/// What the next reply answers, and what the client needs to understand it.
#[derive(Debug)]
pub(super) enum Expected {
    /// AUTH or a response.
    Auth(sasl::Client),
    /// `*`: the client has given the exchange up.
    AuthCancelled,
    /// BDAT, but for the last one, which is [`Self::Message`].
    Chunk,
    /// RSET behind a refused transaction, which the caller does not hear of, and the login that
    /// waits for it.
    CleanUp {
        login: Option<sasl::Client>,
    },
    Connect,
    Data,
    Ehlo,
    Helo,
    Mail,
    /// The message is written whole. Boxed, since all that wait have room for the largest.
    Message(Box<Transaction>),
    Noop,
    Quit,
    Rcpt,
    Rset,
    StartTls,
}

impl Expected {
    pub(super) fn verb(&self) -> Verb {
        match self {
            Self::Auth(_) | Self::AuthCancelled => Verb::Auth,
            Self::Chunk => Verb::Message,
            Self::Connect => Verb::Connect,
            Self::Data => Verb::Data,
            Self::Ehlo | Self::Helo => Verb::Hello,
            Self::Mail => Verb::Mail,
            Self::Message(_) => Verb::Message,
            Self::Noop => Verb::Noop,
            Self::Quit => Verb::Quit,
            Self::Rcpt => Verb::Rcpt,
            Self::CleanUp { .. } | Self::Rset => Verb::Rset,
            Self::StartTls => Verb::StartTls,
        }
    }

    /// Whether a new transaction may be written behind it, before its reply: the content of a
    /// message may begin a group, and RSET stand anywhere in one (RFC 2920 §3.1).
    fn may_be_followed(&self) -> bool {
        match self {
            Self::CleanUp { login } => login.is_none(),
            // After a chunk that is refused, only RSET is certain to be taken (RFC 3030 §2).
            Self::Message(transaction) => !transaction.is_chunked(),
            Self::Rset => true,
            _ => false,
        }
    }
}

/// The commands without reply, the oldest first.
#[derive(Debug)]
pub(super) struct Queue {
    waiting: VecDeque<(Expected, usize)>,
    /// Octets of all of them.
    octets: usize,
}

impl Queue {
    /// Waits for the greeting.
    pub(super) fn new() -> Self {
        Self {
            waiting: [(Expected::Connect, 0)].into(),
            octets: 0,
        }
    }

    pub(super) fn push(&mut self, expected: Expected, octets: usize) {
        self.octets = self.octets.saturating_add(octets);
        self.waiting.push_back((expected, octets));
    }

    /// Waits for one more reply to what was answered last.
    pub(super) fn push_front(&mut self, expected: Expected) {
        self.waiting.push_front((expected, 0));
    }

    pub(super) fn pop(&mut self) -> Option<Expected> {
        let (expected, octets) = self.waiting.pop_front()?;
        self.octets = self.octets.saturating_sub(octets);
        Some(expected)
    }

    pub(super) fn front(&self) -> Option<&Expected> {
        self.waiting.front().map(|(expected, _)| expected)
    }

    pub(super) fn len(&self) -> usize {
        self.waiting.len()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.waiting.is_empty()
    }

    /// Writes a command if none waits, or if the window, where there is one, has room for it.
    /// Tells whether it did.
    #[must_use]
    pub(super) fn send(
        &mut self,
        command: &Command<'_>,
        expected: Expected,
        window: Option<usize>,
        out: &mut Vec<u8>,
    ) -> bool {
        let before = out.len();
        command.print(out);
        let octets = out.len() - before;
        let waiting = self.octets.saturating_add(octets);
        let has_room = self.is_empty() || window.is_some_and(|window| waiting <= window);
        if has_room {
            self.push(expected, octets);
        } else {
            out.truncate(before);
        }
        has_room
    }

    /// Whether a group of commands may begin.
    pub(super) fn may_begin_group(&self, pipelining: bool) -> bool {
        self.is_empty()
            || pipelining
                && self
                    .waiting
                    .iter()
                    .all(|(expected, _)| expected.may_be_followed())
    }
}
