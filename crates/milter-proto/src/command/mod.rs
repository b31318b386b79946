//! What an MTA says.

mod connect;
mod envelope;
mod header;
mod parts;
mod quoted;

use core::fmt;

use thiserror::Error;

pub use self::connect::{Client, Connect};
pub use self::envelope::{Envelope, Parameters};
pub use self::header::Header;
pub(crate) use self::parts::Parts;
pub(crate) use self::quoted::Quoted;
use crate::macros::Stage;

/// The commands of the protocol, each a letter.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum Command {
    /// `A`: the message is given up.
    Abort,
    /// `B`: a piece of the body.
    Body,
    /// `C`: the client.
    Connect,
    /// `T`: DATA.
    Data,
    /// `N`: the end of the header.
    EndOfHeader,
    /// `E`: the end of the message.
    EndOfMessage,
    /// `L`: a header field.
    Header,
    /// `H`: the client's greeting.
    Helo,
    /// `D`: macros for the command behind it.
    Macros,
    /// `M`: the sender.
    Mail,
    /// `O`: what the MTA offers.
    Negotiate,
    /// `Q`: the connection to the filter is over.
    Quit,
    /// `K`: the client is gone, and another may come.
    QuitNewConnection,
    /// `R`: a recipient.
    Rcpt,
    /// `U`: a command that the MTA does not know.
    Unknown,
}

impl Command {
    /// The command of a letter.
    pub const fn from_letter(letter: u8) -> Option<Self> {
        Some(match letter {
            b'A' => Self::Abort,
            b'B' => Self::Body,
            b'C' => Self::Connect,
            b'D' => Self::Macros,
            b'E' => Self::EndOfMessage,
            b'H' => Self::Helo,
            b'K' => Self::QuitNewConnection,
            b'L' => Self::Header,
            b'M' => Self::Mail,
            b'N' => Self::EndOfHeader,
            b'O' => Self::Negotiate,
            b'Q' => Self::Quit,
            b'R' => Self::Rcpt,
            b'T' => Self::Data,
            b'U' => Self::Unknown,
            _ => return None,
        })
    }

    /// Its letter.
    pub const fn letter(self) -> u8 {
        match self {
            Self::Abort => b'A',
            Self::Body => b'B',
            Self::Connect => b'C',
            Self::Data => b'T',
            Self::EndOfHeader => b'N',
            Self::EndOfMessage => b'E',
            Self::Header => b'L',
            Self::Helo => b'H',
            Self::Macros => b'D',
            Self::Mail => b'M',
            Self::Negotiate => b'O',
            Self::Quit => b'Q',
            Self::QuitNewConnection => b'K',
            Self::Rcpt => b'R',
            Self::Unknown => b'U',
        }
    }

    /// The stage whose macros are told with it. Those told with a header field, a piece of the
    /// body or an unknown command have none, as in libmilter.
    pub(crate) const fn stage(self) -> Option<Stage> {
        match self {
            Self::Connect => Some(Stage::Connect),
            Self::Data => Some(Stage::Data),
            Self::EndOfHeader => Some(Stage::EndOfHeader),
            Self::EndOfMessage => Some(Stage::EndOfMessage),
            Self::Helo => Some(Stage::Helo),
            Self::Mail => Some(Stage::Mail),
            Self::Rcpt => Some(Stage::Rcpt),
            Self::Abort
            | Self::Body
            | Self::Header
            | Self::Macros
            | Self::Negotiate
            | Self::Quit
            | Self::QuitNewConnection
            | Self::Unknown => None,
        }
    }
}

impl fmt::Display for Command {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Abort => "abort",
            Self::Body => "body",
            Self::Connect => "connect",
            Self::Data => "data",
            Self::EndOfHeader => "end of header",
            Self::EndOfMessage => "end of message",
            Self::Header => "header",
            Self::Helo => "helo",
            Self::Macros => "macros",
            Self::Mail => "mail",
            Self::Negotiate => "negotiation",
            Self::Quit => "quit",
            Self::QuitNewConnection => "quit for a new connection",
            Self::Rcpt => "rcpt",
            Self::Unknown => "unknown command",
        })
    }
}

/// A part of a command.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum Part {
    /// The actions of an offer.
    Actions,
    /// The address of a client, or that of the envelope.
    Address,
    /// The family of a client's address.
    Family,
    /// The letter of the command that macros belong to.
    Letter,
    /// A name: of a client, a header field or a macro.
    Name,
    /// The port of a client.
    Port,
    /// The steps of an offer.
    Steps,
    /// The text of a greeting or of an unknown command.
    Text,
    /// A value: of a header field or a macro.
    Value,
    /// The version of an offer.
    Version,
}

impl fmt::Display for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Actions => "actions",
            Self::Address => "address",
            Self::Family => "family",
            Self::Letter => "letter",
            Self::Name => "name",
            Self::Port => "port",
            Self::Steps => "steps",
            Self::Text => "text",
            Self::Value => "value",
            Self::Version => "version",
        })
    }
}

/// A packet that is none of the commands.
#[derive(Clone, Copy, Debug, Eq, Error, PartialEq)]
#[non_exhaustive]
pub enum CommandError {
    /// Octets behind the last part.
    #[error("{command}: {octets} octets too many")]
    Extra {
        /// The command.
        command: Command,
        /// How many octets.
        octets: usize,
    },
    /// An address that does not fit its family.
    #[error("{command}: malformed {part}")]
    Malformed {
        /// The command.
        command: Command,
        /// The part that cannot be read.
        part: Part,
    },
    /// A part is not there, or does not end.
    #[error("{command}: no whole {part}")]
    Missing {
        /// The command.
        command: Command,
        /// The part.
        part: Part,
    },
    /// A letter that is no command.
    #[error("no command has the letter {:?}", char::from(*letter))]
    Letter {
        /// The letter.
        letter: u8,
    },
}
