//! What a server tells its caller.

use thiserror::Error;

use crate::command::{Auth, ClientName, Mail, Rcpt, Response, XClient};
use crate::data::BodyFaults;
use crate::proxy::Addresses;
use crate::reply::Code;

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
}

/// Something the caller has to know, or to answer with [`Server::reply`](super::Server::reply).
/// It borrows the input, never the server.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[must_use]
#[non_exhaustive]
pub enum Event<'i> {
    /// The client wants to log in. To be answered with 334 and base64, as
    /// [`Reply::challenge`](crate::Reply::challenge) has it, which brings [`Event::AuthResponse`];
    /// with 235; or with what is wrong.
    Auth(Auth<'i>),
    /// The exchange is over without a result: the client gave it up, or did not keep to its
    /// form. It has been answered.
    AuthCancelled,
    /// What the client says to the last 334. To be answered as [`Event::Auth`].
    AuthResponse(Response<'i>),
    /// A piece of the message, without the dots that were added for the way. Never empty. A
    /// message that comes in chunks has no [`Event::DataStart`] before its first.
    Body(&'i [u8]),
    /// The message is complete. To be answered: with 2yz, the caller has taken responsibility
    /// for it. In LMTP, for [`Role::Lmtp`](super::Role::Lmtp), each recipient that was accepted
    /// has a reply of its own.
    BodyEnd(BodyFaults),
    /// A chunk is complete that is not the last. To be answered: with 250 the next may come,
    /// otherwise sender, recipients and what has come of the message are void, and the chunks
    /// that are on their way come to nobody (RFC 3030 §2).
    ChunkEnd,
    /// The session is over: send what was written, and close the connection. Sender, recipients
    /// and what has come of a message are void.
    Close(Closing),
    /// The first event. To be answered with 220, 421, or 554: after 554 the client can only
    /// quit (RFC 5321 §3.1).
    Connected(Peer),
    /// The message is about to come. To be answered with 354, or with what is wrong.
    DataStart,
    /// The client greets. To be answered: with 250, sender, recipients and what has come of a
    /// message are void; otherwise nothing has changed (RFC 5321 §4.1.4).
    Hello(Hello<'i>),
    /// The sender of a new message: nothing that came before it belongs to it. To be answered.
    Mail(Mail<'i>),
    /// The client has said goodbye, and has been answered: send what was written, and close the
    /// connection. Sender and recipients are void.
    Quit,
    /// One recipient. To be answered.
    Rcpt(Rcpt<'i>),
    /// Sender, recipients and what has come of a message are void. It has been answered.
    Reset,
    /// The client wants TLS. To be answered: after 220 is sent, the caller makes the handshake and
    /// calls [`Server::tls_started`](super::Server::tls_started).
    StartTls,
    /// A proxy says who is behind it. To be answered: with [`Reply::greeting`](crate::Reply::greeting)
    /// if it may, and then everything is as if the client had just connected, except that it has
    /// logged in if the proxy says so; with 550 if it may not.
    XClient(XClient<'i>),
}

impl Event<'_> {
    /// Whether the server waits for [`Server::reply`](super::Server::reply).
    pub fn needs_reply(&self) -> bool {
        match self {
            Self::Auth(_)
            | Self::AuthResponse(_)
            | Self::BodyEnd(_)
            | Self::ChunkEnd
            | Self::Connected(_)
            | Self::DataStart
            | Self::Hello(_)
            | Self::Mail(_)
            | Self::Rcpt(_)
            | Self::StartTls
            | Self::XClient(_) => true,
            Self::AuthCancelled | Self::Body(_) | Self::Close(_) | Self::Quit | Self::Reset => {
                false
            }
        }
    }
}

/// What is known of a client that has just connected.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Peer {
    /// The connection that a proxy has taken, if it says so (see [`Config::proxy_protocol`]).
    ///
    /// [`Config::proxy_protocol`]: super::Config::proxy_protocol
    pub proxied: Option<Addresses>,
    /// Whether TLS was there from the start.
    pub tls: bool,
}

/// How a client greets.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Hello<'i> {
    /// Whether it wants extensions: `EHLO` or `LHLO`, not `HELO`.
    pub extended: bool,
    /// What it calls itself.
    pub name: ClientName<'i>,
}

/// Why a session is over.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum Closing {
    /// A message held a bare CR or LF. It has been refused.
    BareLineEnd,
    /// The caller answered 421, or called [`Server::end`](super::Server::end).
    Caller,
    /// The size of a chunk could not be read.
    Chunk,
    /// A line did not end.
    EndlessLine,
    /// The client speaks HTTP.
    Http,
    /// Octets came behind something that the client must wait for: the greeting, `EHLO`, `DATA`,
    /// `STARTTLS`, or a step of `AUTH`.
    Pipelined,
    /// What should begin with a header of the PROXY protocol does not. Nothing has been written.
    Proxy,
    /// The client has said goodbye.
    Quit,
    /// The client sent too many commands that bring no message.
    TooManyCommands,
    /// The client made too many errors.
    TooManyErrors,
}

/// A call that does not fit the state of the server.
#[derive(Clone, Copy, Debug, Eq, Error, PartialEq)]
#[non_exhaustive]
pub enum ApiMisuse {
    /// A reply was given, and no event waits for one.
    #[error("no event waits for a reply")]
    NoReplyDue,
    /// More input was given before the last event was answered.
    #[error("the last event waits for a reply")]
    ReplyDue,
    /// More input was given before the TLS handshake that was promised.
    #[error("the TLS handshake has not been reported")]
    TlsDue,
    /// The event cannot be answered with this code, or with this text behind 334.
    #[error("the event cannot be answered with {code}")]
    WrongReply {
        /// The code given.
        code: Code,
    },
}
