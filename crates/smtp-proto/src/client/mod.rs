//! The client's side of a connection, without the connection.
//!
//! [`Client`] takes what a server sends and gives what to send: it greets, reads what the server
//! offers, starts TLS, logs in, and sends messages in as few round trips as the server allows.
//! Each message ends in a [`Report`] with an outcome for each recipient.
//!
//! The front page of the crate has the whole loop. A message takes these steps:
//!
//! | call | answered by |
//! |---|---|
//! | [`Client::new`] | [`Event::Ready`], when greeting and EHLO are over |
//! | [`Client::start_tls`], and after the handshake [`Client::tls_started`] | [`Event::StartTls`], and [`Event::Ready`] once more |
//! | [`Client::authenticate`] | [`Event::Authenticated`] |
//! | [`Client::begin`] | [`Event::SendBody`], if anybody is accepted |
//! | [`Client::finish_body`], or [`Client::body`] as long as [`Client::wants_body`] and then [`Client::end_body`] | [`Event::Finished`] |
//! | [`Client::quit`] | [`Event::Closed`] |
//!
//! What a server refuses outside a transaction is an [`Event::Refused`]. When the connection
//! breaks, [`Client::into_reports`] tells what is known of messages without report, for each
//! recipient once: who has no answer is to be tried again.
//!
//! Addresses, the client's name and every other argument are types that cannot hold a line end,
//! so no value can become a command.

mod body;
mod capabilities;
mod config;
mod envelope;
mod event;
mod machine;
mod queue;
mod receive;
mod recipient;
mod reply_reader;
mod report;
mod security;
mod transaction;

pub use self::body::BodyError;
pub use self::capabilities::{Capabilities, OfferedLimits};
pub use self::config::{Config, HelloName, HelloNameError};
pub use self::envelope::Envelope;
pub use self::event::{Advance, Event, ProtocolError};
pub use self::machine::{BeginError, Client, NotNow};
pub use self::recipient::Recipient;
pub use self::report::{Outcome, Refusal, Report, Verb};
pub use self::security::{AuthenticateError, StartTlsError};
