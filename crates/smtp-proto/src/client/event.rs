//! What a client learns from a server.

use thiserror::Error;

use super::{Refusal, Report, Verb};
use crate::reply::{Reply, ReplyReadError};

/// What came of the input.
#[derive(Clone, Debug, Eq, PartialEq)]
#[must_use]
#[non_exhaustive]
pub struct Advance {
    /// Octets of the input that are done with. Those behind them are to be given again.
    pub consumed: usize,
    /// What happened. `None`: all of the input is taken; write what is in `out`, and read more.
    pub event: Option<Event>,
}

/// Something the caller has to know, and usually to act on.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Event {
    /// The server knows who we are (RFC 4954 §4).
    Authenticated(Reply),
    /// The server closes the connection: it was asked to, or it says 421.
    Closed(Reply),
    /// RSET or NOOP is done.
    Done(Verb, Reply),
    /// A message is dealt with. What is refused of it, the caller still has.
    Finished(Report),
    /// The server has greeted and told what it offers: see
    /// [`capabilities`](super::Client::capabilities). Once more after TLS has started.
    Ready,
    /// A command was refused that is no part of a transaction. The session is as it was before
    /// it; after a refused connection, EHLO or LHLO, only [`quit`](super::Client::quit) is left.
    Refused(Refusal),
    /// At least one recipient is accepted and the server waits for the message:
    /// [`finish_body`](super::Client::finish_body), or pieces with [`body`](super::Client::body).
    /// Comes again when there were as many chunks under way as may be, and now there is room for
    /// more.
    SendBody,
    /// The next octet on the connection is TLS, in both directions. When the handshake is over:
    /// [`tls_started`](super::Client::tls_started).
    StartTls,
}

/// What a server said that no server may say. The connection is of no further use; what is known
/// of the messages under way, [`Client::into_reports`](super::Client::into_reports) tells.
#[derive(Clone, Debug, Eq, Error, PartialEq)]
#[non_exhaustive]
pub enum ProtocolError {
    /// Octets that are not a reply.
    #[error(transparent)]
    Reply(#[from] ReplyReadError),
    /// A reply to nothing.
    #[error("reply without a command: {0}")]
    Unasked(Reply),
    /// A reply of a kind that the command does not have, such as 250 to DATA.
    #[error("unexpected reply to {verb}: {reply}")]
    Unexpected {
        /// What was answered.
        verb: Verb,
        /// The answer.
        reply: Reply,
    },
}
