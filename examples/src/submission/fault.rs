//! Why a message is not handed on, and what its sender is told.

use std::io;

use dkim_canon::{Defect, TooLarge};
use dkim_sign::{SignRequestError, SigningFailed};
use smtp_proto::Reply;
use smtp_proto::client::BeginError;
use thiserror::Error;

use super::author::AuthorError;
use crate::courier::Undelivered;
use crate::path;

/// Why a message is not handed on.
#[derive(Debug, Error)]
pub(super) enum Fault {
    #[error("From cannot be used")]
    Author(#[from] AuthorError),
    #[error("a header field cannot be read: {0:?}")]
    Field(Defect),
    #[error("header too large")]
    HeaderTooLarge(#[from] TooLarge),
    #[error("cannot store the message")]
    Io(#[from] io::Error),
    #[error("too many Received fields")]
    Loop,
    #[error("the author is not who has logged in")]
    NotYours,
    #[error("cannot sign the message")]
    Request(#[from] SignRequestError),
    #[error("a key did not sign")]
    Signing(#[from] SigningFailed),
    #[error("cannot hand the message on")]
    Undelivered(#[from] Undelivered),
    #[error("the author's domain is a single label")]
    Unqualified,
}

impl Fault {
    /// What the sender is told. Whatever may be gone later is 451, so that the sender keeps the
    /// message. What is wrong with the data is 554 (RFC 6409 §6.3).
    pub(super) fn reply(&self) -> Reply {
        let reply = match self {
            Self::Author(AuthorError::Missing) => Reply::new(554, "5.6.0 From is missing"),
            Self::Author(AuthorError::Several) => Reply::new(554, "5.6.0 More than one From"),
            Self::Author(AuthorError::Syntax) => Reply::new(554, "5.6.0 From cannot be read"),
            Self::Field(Defect::LeadingWhiteSpace) => {
                Reply::new(554, "5.6.0 First line begins with white space")
            }
            Self::Field(_) => Reply::new(554, "5.6.0 A header field has no name"),
            // Not 552: the size that was agreed on is not passed.
            Self::HeaderTooLarge(_) => Reply::new(554, "5.6.0 Header too large"),
            Self::Io(_) | Self::Signing(_) => return Reply::try_again(),
            // RFC 3463 §3.5
            Self::Loop => Reply::new(554, "5.4.6 Routing loop detected"),
            Self::NotYours => return not_yours(),
            Self::Request(_) => Reply::new(554, "5.6.0 The message cannot be signed"),
            Self::Undelivered(error) => undelivered(error),
            Self::Unqualified => return path::sender_unqualified(),
        };
        reply.unwrap_or_else(|_| Reply::try_again())
    }
}

/// RFC 6409 §6.1.
pub(super) fn not_yours() -> Reply {
    Reply::new(550, "5.7.1 Not your address").unwrap_or_else(|_| Reply::try_again())
}

/// What the next server has said, in our words; its own where it has refused for good.
fn undelivered(error: &Undelivered) -> Result<Reply, smtp_proto::ReplyError> {
    match error {
        Undelivered::Refused(refusal) if error.is_permanent() => {
            let said = refusal.reply();
            let passed_on = Reply::new(said.code().get(), words(said));
            passed_on.or_else(|_| Reply::new(554, "5.0.0 Refused by the next server"))
        }
        Undelivered::Refused(refusal) => Reply::new(
            451,
            format!("4.4.0 Next server: {}", words(refusal.reply())),
        )
        .or_else(|_| Reply::new(451, "4.4.0 The next server does not take it now")),
        Undelivered::Begin(BeginError::EightBit) => {
            Reply::new(554, "5.6.3 The next server takes ASCII only")
        }
        Undelivered::Begin(BeginError::TooLarge { .. }) => {
            Reply::new(552, "5.3.4 Too large for the next server")
        }
        Undelivered::Begin(BeginError::Utf8) => {
            Reply::new(554, "5.6.7 The next server takes no addresses beyond ASCII")
        }
        Undelivered::Body(_) if error.is_permanent() => {
            Reply::new(554, "5.6.0 The message cannot be sent on")
        }
        Undelivered::Timeout => Reply::new(451, "4.4.2 The next server took too long"),
        // RFC 3463 §3.5
        _ => Reply::new(451, "4.4.1 The next server does not answer"),
    }
}

/// A reply without its code, on one line of printable ASCII.
fn words(reply: &Reply) -> String {
    let text: String = reply
        .text()
        .chars()
        .map(|character| match character {
            ' '..='~' => character,
            '\n' => ' ',
            _ => '?',
        })
        .take(400)
        .collect();
    match reply.enhanced() {
        Some(enhanced) => format!("{enhanced} {text}"),
        None => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_another_server_stay_on_their_line() {
        let reply = Reply::new(550, "5.1.1 no\nsuch\tuser").unwrap();
        assert_eq!(words(&reply), "5.1.1 no such?user");
        let long = Reply::new(550, ["x"; 40].join(&"y".repeat(20)).replace('x', "\n")).unwrap();
        assert_eq!(words(&long).len(), 400);
    }
}
