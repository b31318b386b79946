//! The server's side of a session, without the connection.
//!
//! [`Server`] takes what a client sends and gives [`Event`]s; the caller answers those that need
//! an opinion, and the server writes the replies. All order of commands, all limits and everything
//! that has only one right answer are inside. Replies leave in the order of the commands, since
//! the server reads no further while one is due. The front page of the crate has the whole loop.
//!
//! | input | what happens inside |
//! |---|---|
//! | `NOOP`, `VRFY`, `EXPN`, `HELP`, `RSET`, `QUIT` | answered; the last two are told |
//! | unknown, malformed, too long, out of order, over a limit | answered with the code of the RFC |
//! | `MAIL` to [`Role::Submission`] before `AUTH` | 530 5.7.0 |
//! | `SIZE=` over the limit, a message over the limit | 552 5.3.4; the message is read to its end |
//! | letters beyond ASCII in an address without `SMTPUTF8` | 550 5.6.7, 553 5.6.7 |
//! | bare CR or LF in a message | 550 5.6.0 at its end, and closed, or mended: [`BareLineEnds`](crate::data::BareLineEnds) |
//! | a chunk out of place, over a limit, or behind one that was refused | read to its end, then refused; the message is void |
//! | a chunk whose size cannot be read | 501 5.5.4 and closed: nobody knows where the next command begins |
//! | octets behind what a client must wait for | 554 5.5.0 and closed: what came in clear cannot slip behind a TLS handshake |
//! | malformed base64, `*`, too many rounds in `AUTH` | 501; told as [`Event::AuthCancelled`] |
//!
//! "Behind" means in the same input: a caller gives all it has read, and leaves nothing in a
//! buffer of its own.
//!
//! # Logins
//!
//! With mechanisms in [`Config::auth`](field@Config::auth), two events more carry an exchange of
//! [`sasl`], and the caller keeps its last challenge between them:
//!
//! ```
//! use smtp_proto::Reply;
//! use smtp_proto::sasl::{self, Challenge, ExchangeError, Seed, Step};
//! use smtp_proto::server::Event;
//!
//! /// Answers the events of a login. `random` is new for each of them.
//! fn log_in(event: &Event<'_>, pending: &mut Option<Challenge>, random: [u8; 16]) -> Option<Reply> {
//!     let step = match event {
//!         Event::Auth(auth) => {
//!             let initial = auth.initial_response.map(|response| response.decode());
//!             let seed = Seed::new(random, "mx.example");
//!             sasl::begin(auth.mechanism, initial.as_deref(), &seed)
//!         }
//!         Event::AuthResponse(response) => pending.take()?.respond(&response.decode()),
//!         // No event of a login, or the end of one that has been answered already.
//!         _ => return None,
//!     };
//!     Some(match step {
//!         Step::Challenge(challenge) => {
//!             let reply = Reply::challenge(challenge.octets());
//!             *pending = Some(challenge);
//!             reply
//!         }
//!         // Nobody may act as somebody else here, whatever the password.
//!         Step::Decide(login)
//!             if login.authzid().is_none_or(|other| other == "tim")
//!                 && login.authcid() == Some("tim")
//!                 && login.proves(b"tanstaaftanstaaf") =>
//!         {
//!             Reply::authenticated()
//!         }
//!         Step::Failed(ExchangeError::Response) => Reply::new(501, "5.5.2 Cannot read this").ok()?,
//!         // With SCRAM, `Step::Lookup` comes here, and `Login::Scram` needs no `proves`.
//!         _ => Reply::bad_credentials(),
//!     })
//! }
//! # use std::sync::Arc;
//! # use smtp_proto::sasl::Mechanism;
//! # use smtp_proto::server::{Advance, Config, Role, Server};
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let config = Config::new(Role::Submission, "mx.example".parse()?).auth_without_tls(true);
//! # let mut server = Server::new(Arc::new(config));
//! # let (mut out, mut pending) = (Vec::new(), None);
//! # let lines = ["", "EHLO c\r\n", "AUTH LOGIN dGlt\r\n", "*\r\n", "AUTH PLAIN AHRpbQB4\r\n", "AUTH PLAIN AA==\r\n",
//! #     "AUTH LOGIN\r\n", "dGlt\r\n", "dGFuc3RhYWZ0YW5zdGFhZg==\r\n"];
//! # for line in lines {
//! #     let mut left = line.as_bytes();
//! #     while let Advance { consumed, event: Some(event), .. } = server.advance(left, &mut out)? {
//! #         left = &left[consumed..];
//! #         let reply = match event {
//! #             Event::Connected(_) => Some(Reply::greeting()),
//! #             Event::Hello(_) => Some(Reply::hello()),
//! #             event => log_in(&event, &mut pending, [7; 16]),
//! #         };
//! #         if let Some(reply) = reply {
//! #             server.reply(&reply, &mut out)?;
//! #         }
//! #     }
//! # }
//! # assert!(server.is_authenticated());
//! # let codes: Vec<_> = core::str::from_utf8(&out)?.lines().filter(|line| &line[3..4] == " ").map(|line| &line[..3]).collect();
//! # assert_eq!(codes, ["220", "250", "334", "501", "535", "501", "334", "334", "235"]);
//! # Ok(())
//! # }
//! ```
//!
//! [`sasl`]: crate::sasl

mod answer;
mod command;
mod config;
mod event;
mod limits;
mod line;
mod login;
mod message;
mod state;

use alloc::sync::Arc;
use alloc::vec::Vec;
use core::time::Duration;

pub use self::config::{Config, Role};
pub use self::event::{Advance, ApiMisuse, Closing, Event, Hello, Peer};
pub use self::limits::Limits;
use self::line::LineReader;
use self::state::{Due, Phase, Session, Transaction};
use crate::proxy::Addresses;
use crate::reply::{Reply, Severity};

/// One session of a server.
#[derive(Clone, Debug)]
pub struct Server {
    config: Arc<Config>,
    closing: Option<Closing>,
    due: Option<Due>,
    errors: u32,
    /// Commands since the last message that was accepted, of those that bring none.
    idle_commands: u32,
    lines: LineReader,
    /// `MAIL` commands that were taken.
    messages: u32,
    phase: Phase,
    /// The connection was refused: the client can only quit.
    refused: bool,
    session: Session,
    tls: bool,
    unknown_commands: u32,
}

impl Server {
    /// A session that begins when the first [`Server::advance`] is called. For TLS from the start
    /// (port 465), make the handshake and call [`Server::tls_started`] before.
    pub fn new(config: Arc<Config>) -> Self {
        Self {
            config,
            closing: None,
            due: None,
            errors: 0,
            idle_commands: 0,
            lines: LineReader::default(),
            messages: 0,
            phase: Phase::Start,
            refused: false,
            session: Session::default(),
            tls: false,
            unknown_commands: 0,
        }
    }

    /// Takes input: all that was read and not yet consumed. Appends what is to be sent to `out`,
    /// and gives the next event.
    ///
    /// At the start of a session the input is empty, unless the client did not wait to be greeted.
    pub fn advance<'i>(
        &mut self,
        input: &'i [u8],
        out: &mut Vec<u8>,
    ) -> Result<Advance<'i>, ApiMisuse> {
        if self.due.is_some() {
            return Err(ApiMisuse::ReplyDue);
        }
        let mut consumed = 0;
        loop {
            if let Some(closing) = self.closing {
                return Ok(Advance {
                    consumed: input.len(),
                    event: Some(Event::Close(closing)),
                });
            }
            let rest = input.get(consumed..).unwrap_or_default();
            let step = match self.phase {
                Phase::Start => self.start(rest, out),
                Phase::Command => self.command_line(rest, out),
                Phase::Auth { .. } => self.auth_line(rest, out),
                Phase::Data => self.data(rest, out),
                Phase::Chunk { .. } | Phase::Discard(_) => self.chunk(rest, out),
                Phase::Tls => return Err(ApiMisuse::TlsDue),
            };
            consumed += step.consumed;
            if step.event.is_some() || (step.consumed == 0 && self.closing.is_none()) {
                return Ok(Advance {
                    consumed,
                    event: step.event,
                });
            }
        }
    }

    /// Answers the last event. Appends the reply to `out`; the answers to
    /// [`Event::Connected`] and [`Event::Hello`] get the server's name and what it offers.
    ///
    /// The end of a message in LMTP is answered once for each recipient that was accepted, in their
    /// order; [`Server::replies_due`] counts down.
    ///
    /// 421 answers every event and ends the session.
    pub fn reply(&mut self, reply: &Reply, out: &mut Vec<u8>) -> Result<(), ApiMisuse> {
        let due = self.due.ok_or(ApiMisuse::NoReplyDue)?;
        if !due.takes(reply) {
            return Err(ApiMisuse::WrongReply { code: reply.code() });
        }
        self.due = None;
        if reply.severity() == Severity::Permanent && !due.is_answered_again() {
            self.errors = self.errors.saturating_add(1);
        }
        if reply.code() == 421 {
            self.end(reply, out);
            return Ok(());
        }
        self.settle(due, reply, out);
        Ok(())
    }

    /// How many replies the last event waits for: one or none, but for the end of a message in LMTP.
    pub fn replies_due(&self) -> u32 {
        match self.due {
            None => 0,
            Some(Due::BodyEnd { replies, .. }) => replies,
            Some(_) => 1,
        }
    }

    /// Ends the session from the caller's side, with [`Reply::timeout`] when the time of
    /// [`Server::patience`] is over, or with [`Reply::shutting_down`]. The next event is
    /// [`Event::Close`].
    pub fn end(&mut self, reply: &Reply, out: &mut Vec<u8>) {
        self.due = None;
        self.print_named(reply, out);
        self.close(Closing::Caller);
    }

    /// The TLS handshake is done. Forgets all that the client has said (RFC 3207 §4.2).
    pub fn tls_started(&mut self) {
        self.tls = true;
        self.session = Session::default();
        self.lines = LineReader::default();
        if matches!(self.phase, Phase::Tls) {
            self.phase = Phase::Command;
        }
    }

    /// How long the client may take over its next command, or pause within a message
    /// (RFC 5321 §4.5.3.2).
    ///
    /// The caller keeps the clock, and starts it anew with each event and each time that something
    /// is written to the client. Octets alone do not start it, or a client that sends one every now
    /// and then keeps the connection for days.
    pub fn patience(&self) -> Duration {
        match self.phase {
            Phase::Chunk { .. } | Phase::Data | Phase::Discard(_) => {
                self.config.limits.data_patience
            }
            Phase::Start | Phase::Command | Phase::Auth { .. } | Phase::Tls => {
                self.config.limits.command_patience
            }
        }
    }

    /// Whether the client has logged in.
    pub fn is_authenticated(&self) -> bool {
        self.session.authenticated
    }

    /// Whether the connection is under TLS.
    pub fn is_tls(&self) -> bool {
        self.tls
    }

    /// How the message is received: the word behind `with` in a Received field
    /// (RFC 3848; RFC 6531 §4.3 for messages with `SMTPUTF8`).
    pub fn protocol(&self) -> &'static str {
        let names = match (self.config.role, self.session.transaction) {
            _ if self.session.hello != Some(true) => return "SMTP",
            (Role::Lmtp, Some(it)) if it.smtp_utf8 => {
                ["UTF8LMTP", "UTF8LMTPA", "UTF8LMTPS", "UTF8LMTPSA"]
            }
            (Role::Lmtp, _) => ["LMTP", "LMTPA", "LMTPS", "LMTPSA"],
            (_, Some(it)) if it.smtp_utf8 => ["UTF8SMTP", "UTF8SMTPA", "UTF8SMTPS", "UTF8SMTPSA"],
            _ => ["ESMTP", "ESMTPA", "ESMTPS", "ESMTPSA"],
        };
        let [plain, authenticated, tls, both] = names;
        match (self.tls, self.session.authenticated) {
            (false, false) => plain,
            (false, true) => authenticated,
            (true, false) => tls,
            (true, true) => both,
        }
    }

    fn start<'i>(&mut self, input: &[u8], out: &mut Vec<u8>) -> Step<'i> {
        let (proxied, consumed) = if self.config.proxy_protocol {
            match Addresses::read(input) {
                Ok(None) => return Step::NOTHING,
                Ok(Some(header)) => (header.addresses, header.octets),
                Err(_) => {
                    self.close(Closing::Proxy);
                    return Step::silent(input.len());
                }
            }
        } else {
            (None, 0)
        };
        if consumed < input.len() {
            return self.pipelined(input, out);
        }
        self.phase = Phase::Command;
        self.due = Some(Due::Connected);
        let tls = self.tls;
        Step::event(consumed, Event::Connected(Peer { proxied, tls }))
    }

    /// What an answered event changes.
    fn settle(&mut self, due: Due, reply: &Reply, out: &mut Vec<u8>) {
        let accepted = reply.severity() == Severity::Completion;
        match due {
            Due::Auth { is_last: false, .. } if reply.code() == 334 => {
                answer::PIPELINED.print(&self.config, out);
                self.close(Closing::Pipelined);
                return;
            }
            Due::Auth { rounds, .. } if reply.code() == 334 => self.phase = Phase::Auth { rounds },
            Due::Auth { .. } => self.session.authenticated = accepted,
            Due::BodyEnd { is_taken, replies } => {
                let is_taken = is_taken || accepted;
                if replies > 1 {
                    let replies = replies - 1;
                    self.due = Some(Due::BodyEnd { is_taken, replies });
                } else {
                    self.session.transaction = None;
                }
                if is_taken {
                    self.errors = 0;
                    self.idle_commands = 0;
                }
            }
            Due::ChunkEnd if accepted => {}
            Due::ChunkEnd => self.session.transaction = None,
            Due::Connected => {
                self.refused = !accepted;
                return self.print_named(reply, out);
            }
            Due::DataStart if reply.severity() == Severity::Intermediate => self.begin_data(),
            Due::DataStart => {}
            // One that is refused changes nothing (RFC 5321 §4.1.4).
            Due::Hello { extended } if accepted => {
                self.session.hello = Some(extended);
                self.session.transaction = None;
                return self.print_hello(extended, reply, out);
            }
            Due::Hello { .. } => {}
            Due::Mail { body, smtp_utf8 } if accepted => {
                self.messages = self.messages.saturating_add(1);
                self.session.transaction = Some(Transaction {
                    body,
                    message: None,
                    rcpt_seen: false,
                    recipients: 0,
                    smtp_utf8,
                });
            }
            Due::Mail { .. } => {}
            Due::Rcpt => {
                if let Some(transaction) = &mut self.session.transaction {
                    transaction.recipients += u32::from(accepted);
                }
            }
            Due::StartTls if accepted => self.phase = Phase::Tls,
            Due::StartTls => {}
            // As if the client had just connected.
            Due::XClient { logged_in } if accepted => {
                self.session = Session {
                    authenticated: logged_in,
                    ..Session::default()
                };
                return self.print_named(reply, out);
            }
            Due::XClient { .. } => {}
        }
        self.print(reply, out);
    }

    /// Ends the session: nothing of it remains but why.
    fn close(&mut self, closing: Closing) {
        self.closing = Some(closing);
        self.phase = Phase::Command;
        self.session = Session::default();
    }

    fn pipelined<'i>(&mut self, input: &[u8], out: &mut Vec<u8>) -> Step<'i> {
        self.answer(answer::PIPELINED, out);
        self.close(Closing::Pipelined);
        Step::silent(input.len())
    }

    fn endless<'i>(&mut self, consumed: usize, out: &mut Vec<u8>) -> Step<'i> {
        self.answer(answer::TOO_LONG, out);
        self.close(Closing::EndlessLine);
        Step::silent(consumed)
    }
}

/// What one step of the machine has done.
struct Step<'i> {
    consumed: usize,
    event: Option<Event<'i>>,
}

impl<'i> Step<'i> {
    /// More input is needed.
    const NOTHING: Self = Self {
        consumed: 0,
        event: None,
    };

    fn event(consumed: usize, event: Event<'i>) -> Self {
        Self {
            consumed,
            event: Some(event),
        }
    }

    fn silent(consumed: usize) -> Self {
        Self {
            consumed,
            event: None,
        }
    }
}
