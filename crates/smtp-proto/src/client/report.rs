//! What became of a command, and of a message for each of its recipients.

use alloc::vec::Vec;
use core::fmt;

use mail_address::Mailbox;
use thiserror::Error;

use crate::reply::{EnhancedCode, Reply, Severity};

/// What became of one message.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Report {
    recipients: Vec<(Mailbox, Outcome)>,
}

impl Report {
    pub(super) fn new(recipients: Vec<(Mailbox, Outcome)>) -> Self {
        Self { recipients }
    }

    /// Every recipient with its outcome, in the order of the envelope.
    pub fn recipients(&self) -> impl ExactSizeIterator<Item = (&Mailbox, &Outcome)> {
        self.recipients
            .iter()
            .map(|(mailbox, outcome)| (mailbox, outcome))
    }

    /// The recipients whose mail the server has taken: it answers for it from now on.
    pub fn accepted(&self) -> impl Iterator<Item = (&Mailbox, &Reply)> {
        self.recipients()
            .filter_map(|(mailbox, outcome)| match outcome {
                Outcome::Accepted(reply) => Some((mailbox, reply)),
                _ => None,
            })
    }

    /// The recipients whose mail the server has not taken, with the reason.
    pub fn refused(&self) -> impl Iterator<Item = (&Mailbox, &Refusal)> {
        self.recipients()
            .filter_map(|(mailbox, outcome)| match outcome {
                Outcome::Refused(refusal) => Some((mailbox, refusal)),
                _ => None,
            })
    }

    /// The recipients of whom the server has said nothing that counts before the connection
    /// ended: [`Outcome::Unknown`] and [`Outcome::Unsent`]. They are to be tried again.
    pub fn unanswered(&self) -> impl Iterator<Item = &Mailbox> {
        self.recipients()
            .filter_map(|(mailbox, outcome)| match outcome {
                Outcome::Unknown | Outcome::Unsent => Some(mailbox),
                _ => None,
            })
    }
}

/// What became of a message for one recipient.
#[derive(Clone, Debug, Eq, PartialEq)]
#[expect(
    clippy::exhaustive_enums,
    reason = "the server has the mail, the client still has it, or nobody knows"
)]
pub enum Outcome {
    /// The server has taken the message for this recipient.
    Accepted(Reply),
    /// It has not.
    Refused(Refusal),
    /// The message was written to its end, and the connection ended before the reply: the server
    /// may have it. Who sends it again may send it twice, and who does not may lose it; mail is
    /// sent again (RFC 1047, RFC 5321 §6.1).
    Unknown,
    /// The connection ended before the message did: the server does not have it.
    Unsent,
}

/// A negative reply, and to what.
#[derive(Clone, Debug, Eq, Error, PartialEq)]
#[error("{verb} refused: {reply}")]
pub struct Refusal {
    verb: Verb,
    reply: Reply,
}

impl Refusal {
    pub(super) fn new(verb: Verb, reply: Reply) -> Self {
        Self { verb, reply }
    }

    /// What was refused.
    pub fn verb(&self) -> Verb {
        self.verb
    }

    /// The reply, word for word, as far as
    /// [`Config::report_text`](field@super::Config::report_text) reaches.
    pub fn reply(&self) -> &Reply {
        &self.reply
    }

    pub(super) fn into_reply(self) -> Reply {
        self.reply
    }

    /// Whether the same will be refused again, so that the sender has to hear of it. Else it may be
    /// tried later.
    pub fn is_permanent(&self) -> bool {
        self.reply.severity() == Severity::Permanent && !self.is_too_many_recipients()
    }

    /// A 552 that should have been a 452: the client is to send the rest in another transaction
    /// (RFC 5321 §4.5.3.1.10). An enhanced code that says something else, such as 5.2.2 for a full
    /// mailbox, is believed.
    fn is_too_many_recipients(&self) -> bool {
        self.verb == Verb::Rcpt
            && self.reply.code() == 552
            && self
                .reply
                .enhanced()
                .is_none_or(|code| Some(code) == EnhancedCode::new(5, 5, 3))
    }
}

/// What a reply answers.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum Verb {
    /// AUTH, and each response of the exchange.
    Auth,
    /// No command: the server's greeting.
    Connect,
    /// DATA.
    Data,
    /// EHLO, LHLO or HELO.
    Hello,
    /// MAIL.
    Mail,
    /// The message, from its first octet to the final dot, or any of its chunks.
    Message,
    /// NOOP.
    Noop,
    /// QUIT.
    Quit,
    /// RCPT.
    Rcpt,
    /// RSET.
    Rset,
    /// STARTTLS.
    StartTls,
}

impl fmt::Display for Verb {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Auth => "AUTH",
            Self::Connect => "connection",
            Self::Data => "DATA",
            Self::Hello => "EHLO",
            Self::Mail => "MAIL",
            Self::Message => "message",
            Self::Noop => "NOOP",
            Self::Quit => "QUIT",
            Self::Rcpt => "RCPT",
            Self::Rset => "RSET",
            Self::StartTls => "STARTTLS",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn b17_a_552_for_too_many_recipients_is_not_final() {
        for (verb, code, text, permanent) in [
            (Verb::Rcpt, 452, "4.5.3 x", false),
            (Verb::Rcpt, 552, "Too many recipients", false),
            (Verb::Rcpt, 552, "5.5.3 x", false),
            (Verb::Rcpt, 552, "5.2.2 Mailbox full", true),
            (Verb::Rcpt, 550, "5.1.1 x", true),
            (Verb::Message, 552, "Too much mail data", true),
            (Verb::Mail, 451, "x", false),
        ] {
            let refusal = Refusal::new(verb, Reply::new(code, text).unwrap());
            assert_eq!(refusal.is_permanent(), permanent, "{refusal}");
        }
    }
}
