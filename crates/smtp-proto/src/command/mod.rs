//! What a client says ([RFC 5321] §4.1.1 and the extensions of this crate).
//!
//! [RFC 5321]: https://www.rfc-editor.org/rfc/rfc5321

mod argument;
mod auth;
mod bdat;
mod client_name;
mod dsn;
mod parse;
mod print;
#[cfg(test)]
mod tests;
mod word;
mod xclient;
mod xtext;

use core::fmt;

use mail_address::MailboxRef;
use thiserror::Error;

pub use self::argument::Argument;
pub use self::auth::{Auth, Response};
pub use self::bdat::Bdat;
pub use self::client_name::ClientName;
pub use self::dsn::{Notify, OriginalRecipient, Ret};
pub use self::xclient::{Attribute, XClient};
pub use self::xtext::Xtext;

/// One command, a view of the line it came on.
///
/// Every argument is checked when it is made, so that a command can always be printed on one
/// line: nothing in it can end the line or open another command.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Command<'i> {
    /// `AUTH`: begins an authentication exchange (RFC 4954 §4).
    Auth(Auth<'i>),
    /// `BDAT`: a chunk of the message follows at once (RFC 3030 §2).
    Bdat(Bdat),
    /// `DATA`: the message follows, once the server says so.
    Data,
    /// `EHLO`: the client's name, and the wish for extensions.
    Ehlo(ClientName<'i>),
    /// `EXPN`: who is on a mailing list. `SMTPUTF8` behind the name is part of it
    /// (RFC 6531 §3.7.4.2).
    Expn(Argument<'i>),
    /// `HELO`: the client's name.
    Helo(ClientName<'i>),
    /// `HELP`, with or without a subject.
    Help(Option<Argument<'i>>),
    /// `LHLO`: the client's name, and the wish for extensions, in LMTP (RFC 2033 §4.1).
    Lhlo(ClientName<'i>),
    /// `MAIL`: begins a transaction.
    Mail(Mail<'i>),
    /// `NOOP`; what stands behind it means nothing.
    Noop(Option<Argument<'i>>),
    /// `QUIT`: ends the session.
    Quit,
    /// `RCPT`: names one recipient.
    Rcpt(Rcpt<'i>),
    /// `RSET`: abandons the transaction.
    Rset,
    /// `STARTTLS`: TLS follows, once the server says so (RFC 3207 §4).
    StartTls,
    /// `VRFY`: whether a user exists. `SMTPUTF8` behind the name is part of it
    /// (RFC 6531 §3.7.4.2).
    Vrfy(Argument<'i>),
    /// `XCLIENT`: what a proxy knows of the client behind it (Postfix's XCLIENT howto).
    XClient(XClient<'i>),
}

/// The arguments of `MAIL`.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
#[non_exhaustive]
pub struct Mail<'i> {
    /// `AUTH=`: who submitted the message, which should be a mailbox or `<>` in xtext. Counts as
    /// `<>` unless the client has logged in and is trusted to say so (RFC 4954 §5), so what it
    /// stands for is not looked at here.
    pub auth: Option<Xtext<'i>>,
    /// `BODY=`: what kinds of octets the message holds (RFC 6152 §2).
    pub body: Option<Body>,
    /// `ENVID=`: the sender's own name for this message, to be found in reports of its delivery
    /// (RFC 3461 §4.4). Stands for printable ASCII.
    pub envelope_id: Option<Xtext<'i>>,
    /// `REQUIRETLS`: the message shall travel under TLS or not at all (RFC 8689 §2).
    pub require_tls: bool,
    /// `RET=`: how much of the message a report of a failure returns (RFC 3461 §4.3). With
    /// `REQUIRETLS`, the header at most (RFC 8689 §5).
    pub ret: Option<Ret>,
    /// The sender's mailbox; `None` is the null reverse-path `<>`. A source route in front of
    /// it is dropped (RFC 5321 §4.1.1.3).
    pub reverse_path: Option<MailboxRef<'i>>,
    /// `SIZE=`: how many octets the message will have (RFC 1870 §6). A number that does not
    /// fit reads as the largest that does.
    pub size: Option<u64>,
    /// `SMTPUTF8`: envelope or message hold letters beyond ASCII (RFC 6531 §3.4).
    pub smtp_utf8: bool,
}

impl<'i> Mail<'i> {
    /// `MAIL` without parameters.
    pub fn new(reverse_path: Option<MailboxRef<'i>>) -> Self {
        Self {
            reverse_path,
            ..Self::default()
        }
    }

    /// With `AUTH=`.
    #[must_use]
    pub fn auth(self, auth: Xtext<'i>) -> Self {
        Self {
            auth: Some(auth),
            ..self
        }
    }

    /// With `BODY=`.
    #[must_use]
    pub fn body(self, body: Body) -> Self {
        Self {
            body: Some(body),
            ..self
        }
    }

    /// With `ENVID=`; `None` if the text has more than 100 characters, or stands for anything but
    /// printable ASCII.
    pub fn envelope_id(self, envelope_id: Xtext<'i>) -> Option<Self> {
        Some(Self {
            envelope_id: Some(dsn::envelope_id(envelope_id.as_str().as_bytes())?),
            ..self
        })
    }

    /// With or without `REQUIRETLS`.
    #[must_use]
    pub fn require_tls(self, require_tls: bool) -> Self {
        Self {
            require_tls,
            ..self
        }
    }

    /// With `RET=`.
    #[must_use]
    pub fn ret(self, ret: Ret) -> Self {
        Self {
            ret: Some(ret),
            ..self
        }
    }

    /// With `SIZE=`.
    #[must_use]
    pub fn size(self, octets: u64) -> Self {
        Self {
            size: Some(octets),
            ..self
        }
    }

    /// With or without `SMTPUTF8`.
    #[must_use]
    pub fn smtp_utf8(self, smtp_utf8: bool) -> Self {
        Self { smtp_utf8, ..self }
    }
}

/// What kinds of octets a message holds.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum Body {
    /// `BINARYMIME`: any octets, and lines of any length or none (RFC 3030 §3).
    BinaryMime,
    /// `8BITMIME`: lines of any octets.
    EightBitMime,
    /// `7BIT`: lines of ASCII.
    SevenBit,
}

impl Body {
    /// The value of `BODY=`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::BinaryMime => "BINARYMIME",
            Self::EightBitMime => "8BITMIME",
            Self::SevenBit => "7BIT",
        }
    }
}

/// The arguments of `RCPT`.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Rcpt<'i> {
    /// Who shall have the message.
    pub forward_path: ForwardPath<'i>,
    /// `NOTIFY=`: which reports the sender wants (RFC 3461 §4.1).
    pub notify: Option<Notify>,
    /// `ORCPT=`: whom the sender named (RFC 3461 §4.2).
    pub original_recipient: Option<OriginalRecipient<'i>>,
}

impl<'i> Rcpt<'i> {
    /// `RCPT` without parameters.
    pub fn new(forward_path: impl Into<ForwardPath<'i>>) -> Self {
        Self {
            forward_path: forward_path.into(),
            notify: None,
            original_recipient: None,
        }
    }

    /// With `NOTIFY=`.
    #[must_use]
    pub fn notify(self, notify: Notify) -> Self {
        Self {
            notify: Some(notify),
            ..self
        }
    }

    /// With `ORCPT=`.
    #[must_use]
    pub fn original_recipient(self, original_recipient: OriginalRecipient<'i>) -> Self {
        Self {
            original_recipient: Some(original_recipient),
            ..self
        }
    }
}

/// A recipient.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[expect(clippy::exhaustive_enums, reason = "RFC 5321 §4.1.1.3 has these two")]
pub enum ForwardPath<'i> {
    /// A mailbox. A source route in front of it is dropped (RFC 5321 §4.1.1.3).
    Mailbox(MailboxRef<'i>),
    /// `<Postmaster>` without a domain: the postmaster of the server itself.
    Postmaster,
}

impl<'i> From<MailboxRef<'i>> for ForwardPath<'i> {
    fn from(mailbox: MailboxRef<'i>) -> Self {
        Self::Mailbox(mailbox)
    }
}

/// Prints what stands between the angle brackets.
impl fmt::Display for ForwardPath<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Mailbox(mailbox) => mailbox.fmt(f),
            Self::Postmaster => f.pad("Postmaster"),
        }
    }
}

/// Why a line is not a command.
#[derive(Clone, Copy, Debug, Eq, Error, PartialEq)]
#[non_exhaustive]
pub enum CommandError {
    /// An argument is missing or malformed, or there is one where none is allowed.
    #[error("malformed argument at octet {offset} of a command")]
    Argument {
        /// Where it should begin, counted from 0.
        offset: usize,
    },
    /// `BDAT` without a size, with one that fits no number, or with more behind it than `LAST`:
    /// nobody knows where the next command begins.
    #[error("malformed size of a chunk")]
    Chunk,
    /// Octets above 127 outside an address.
    #[error("octets above 127 in a command")]
    EightBit,
    /// The recipient of `RCPT` is not `<mailbox>`.
    #[error("malformed forward-path")]
    ForwardPath,
    /// `AUTH` with a mechanism that this build does not know.
    #[error("unknown authentication mechanism")]
    Mechanism,
    /// A parameter that no extension of this crate defines.
    #[error("unknown parameter at octet {offset} of a command")]
    Parameter {
        /// Where it begins, counted from 0.
        offset: usize,
    },
    /// A known parameter with a malformed value, or a parameter given twice.
    #[error("malformed parameter at octet {offset} of a command")]
    ParameterValue {
        /// Where the parameter begins, counted from 0.
        offset: usize,
    },
    /// The initial response of `AUTH` is not base64.
    #[error("malformed base64 in an authentication exchange")]
    Response,
    /// The sender of `MAIL` is neither `<mailbox>` nor `<>`.
    #[error("malformed reverse-path")]
    ReversePath,
    /// The line begins with no verb of this crate.
    #[error("unknown command")]
    Verb,
}
