//! What a session tells its caller.

use core::fmt;

use thiserror::Error;

use crate::command::{Command, CommandError, Connect, Envelope, Header, Quoted};
use crate::negotiation::{Actions, Negotiated, NegotiationError};
use crate::packet::PacketError;

/// What has come of the input.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[must_use]
#[non_exhaustive]
pub struct Advance<'i> {
    /// How many octets of the input are done with. The rest must stand at the start of the next
    /// input.
    pub consumed: usize,
    /// What there is to do. `None`: send what was written, read more, and add it to the input.
    pub event: Option<Event<'i>>,
    /// Whether the MTA waits: then the event must be answered with
    /// [`Session::reply`](super::Session::reply) before the session goes on. Otherwise it cannot
    /// be answered.
    pub needs_reply: bool,
}

/// Something the caller has to know. It borrows the input, never the session.
#[derive(Clone, Copy, Eq, PartialEq)]
#[must_use]
#[non_exhaustive]
pub enum Event<'i> {
    /// What has come of a message is void. Also told when there is none.
    Abort,
    /// A piece of the body, with lines that end in CRLF. One that comes in the packet that ends the
    /// message is answered with it.
    Body(&'i [u8]),
    /// The client.
    Connect(Connect<'i>),
    /// DATA: all recipients are known.
    Data,
    /// The end of the header.
    EndOfHeader,
    /// All of the message is there, and it can be [edited](super::Session::edit).
    EndOfMessage,
    /// A header field.
    Header(Header<'i>),
    /// What the client calls itself. What has come of a message is void.
    Helo(&'i [u8]),
    /// The sender of a new message: nothing that came before belongs to it.
    Mail(Envelope<'i>),
    /// The first event: what was agreed on.
    Negotiated(Negotiated),
    /// The MTA is done: send what was written, and close the connection.
    Quit,
    /// The client is gone, and the next event is about another one on the same connection.
    /// What has come of a message is void.
    QuitNewConnection,
    /// A recipient.
    Rcpt(Envelope<'i>),
    /// A command of the client that the MTA does not know, and refuses.
    Unknown(&'i [u8]),
}

/// A body is not printed, only how long it is.
impl fmt::Debug for Event<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut tuple =
            |name: &str, field: &dyn fmt::Debug| f.debug_tuple(name).field(field).finish();
        match self {
            Self::Body(piece) => tuple("Body", &piece.len()),
            Self::Connect(connect) => tuple("Connect", connect),
            Self::Header(header) => tuple("Header", header),
            Self::Helo(name) => tuple("Helo", &Quoted(name)),
            Self::Mail(mail) => tuple("Mail", mail),
            Self::Negotiated(negotiated) => tuple("Negotiated", negotiated),
            Self::Rcpt(rcpt) => tuple("Rcpt", rcpt),
            Self::Unknown(command) => tuple("Unknown", &Quoted(command)),
            Self::Abort => f.write_str("Abort"),
            Self::Data => f.write_str("Data"),
            Self::EndOfHeader => f.write_str("EndOfHeader"),
            Self::EndOfMessage => f.write_str("EndOfMessage"),
            Self::Quit => f.write_str("Quit"),
            Self::QuitNewConnection => f.write_str("QuitNewConnection"),
        }
    }
}

/// What no MTA may send. The connection is of no further use.
#[derive(Clone, Copy, Debug, Eq, Error, PartialEq)]
#[non_exhaustive]
pub enum ProtocolError {
    /// A packet that is no command.
    #[error(transparent)]
    Command(#[from] CommandError),
    /// More octets of macros than [`Limits::macros`](super::Limits::macros).
    #[error("macros for {command} exceed the limit of {limit} octets")]
    Macros {
        /// The command that they belong to.
        command: Command,
        /// The limit, in octets.
        limit: usize,
    },
    /// Nothing could be agreed on.
    #[error(transparent)]
    Negotiation(#[from] NegotiationError),
    /// A command where it has no place.
    #[error("{command} out of order, {}", Behind(*after))]
    OutOfOrder {
        /// The command.
        command: Command,
        /// The one before it, macros and unknown commands aside.
        after: Option<Command>,
    },
    /// Octets that are no packet.
    #[error(transparent)]
    Packet(#[from] PacketError),
}

/// Where a command stands.
struct Behind(Option<Command>);

impl fmt::Display for Behind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Some(command) => write!(f, "behind {command}"),
            None => f.write_str("at the start"),
        }
    }
}

/// Why a session cannot go on.
#[derive(Clone, Copy, Debug, Eq, Error, PartialEq)]
#[non_exhaustive]
pub enum AdvanceError {
    /// The caller made a mistake, and can go on when it has made up for it.
    #[error(transparent)]
    Misuse(#[from] ApiMisuse),
    /// The MTA made a mistake: close the connection.
    #[error(transparent)]
    Protocol(#[from] ProtocolError),
}

/// A call that does not fit the state of the session. Nothing has come of it.
#[derive(Clone, Copy, Debug, Eq, Error, PartialEq)]
#[non_exhaustive]
pub enum ApiMisuse {
    /// A second set of edits for one message: its numbers would not count in the message as it
    /// came.
    #[error("the message has been edited")]
    EditedAlready,
    /// A reply was given, and no event waits for one.
    #[error("no event waits for a reply")]
    NoReplyDue,
    /// A message was to be edited that is not at its end.
    #[error("only a message at its end can be edited")]
    NotAtEnd,
    /// The MTA does not let the filter do this.
    #[error("{missing} was not granted")]
    NotGranted {
        /// What it would need beside what was granted.
        missing: Actions,
    },
    /// More input was given before the last event was answered.
    #[error("the last event waits for a reply")]
    ReplyDue,
    /// [`Reply::Skip`](crate::Reply::Skip) without [`SKIP`](crate::Steps::SKIP).
    #[error("the MTA has not granted SKIP")]
    SkipNotGranted,
    /// The event cannot be answered so.
    #[error("{command} cannot be answered so")]
    WrongReply {
        /// The command that the event tells.
        command: Command,
    },
}
