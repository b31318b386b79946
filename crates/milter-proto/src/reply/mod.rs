//! What a filter answers.

mod custom;

use alloc::vec::Vec;

pub use self::custom::{CustomReply, CustomReplyError, EnhancedCode, NoEnhancedCode};
use crate::command::Command;
use crate::packet;

/// The answer to an event.
///
/// "For good" below means: to the end of the message for what belongs to a message, to the end of
/// the connection for the client and its greeting. Nothing more is told then, and nothing can be
/// changed. A recipient or DATA that is refused ends no message: the client may try another, or
/// again.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Reply {
    /// Let it pass for good, without a further look. As the answer to the end of a message the
    /// same as [`Reply::Continue`].
    Accept,
    /// Go on.
    Continue,
    /// Refuse it for good, with this code and text.
    Custom(CustomReply),
    /// Say to the client that the message is taken, and throw it away. For messages only.
    Discard,
    /// Refuse it for good, with the MTA's code 5yz.
    Reject,
    /// Tell the client 421 and close its connection. Not once the header has begun: Postfix 3.7
    /// would then throw the message away and say 250 to the client. A [`CustomReply`] with 421
    /// does the same where this may not be said.
    Shutdown,
    /// Go on, and tell no more of the body. For pieces of a body, if
    /// [`SKIP`](crate::Steps::SKIP) was granted.
    Skip,
    /// Refuse it for good, with the MTA's code 4yz: the client may try again later.
    TempFail,
}

impl Reply {
    /// Whether a command can be answered so, where everything was granted.
    pub(crate) fn fits(&self, command: Command) -> bool {
        match self {
            Self::Continue | Self::Custom(_) | Self::Reject | Self::TempFail => true,
            // The command is refused in any case.
            Self::Accept => command != Command::Unknown,
            Self::Discard => {
                !matches!(command, Command::Connect | Command::Helo | Command::Unknown)
            }
            Self::Shutdown => !matches!(
                command,
                Command::Body | Command::EndOfHeader | Command::EndOfMessage | Command::Header
            ),
            Self::Skip => command == Command::Body,
        }
    }

    /// Whether a message is over when a command of it was answered so. A client whose recipient or
    /// DATA is refused may go on with the message.
    pub(crate) fn ends_message(&self, command: Command) -> bool {
        match command {
            Command::Data | Command::Rcpt => self.decides(),
            Command::Body | Command::EndOfHeader | Command::Header | Command::Mail => {
                self.decides() || self.refuses()
            }
            Command::EndOfMessage => true,
            _ => false,
        }
    }

    fn decides(&self) -> bool {
        matches!(self, Self::Accept | Self::Discard | Self::Shutdown)
    }

    pub(crate) fn refuses(&self) -> bool {
        matches!(self, Self::Custom(_) | Self::Reject | Self::TempFail)
    }

    pub(crate) fn print(&self, out: &mut Vec<u8>) {
        match self {
            Self::Accept => packet::put(b'a', &[], out),
            Self::Continue => packet::put(b'c', &[], out),
            Self::Custom(reply) => packet::put(b'y', &[reply.as_wire(), b"\0"], out),
            Self::Discard => packet::put(b'd', &[], out),
            Self::Reject => packet::put(b'r', &[], out),
            Self::Shutdown => packet::put(b'4', &[], out),
            Self::Skip => packet::put(b's', &[], out),
            Self::TempFail => packet::put(b't', &[], out),
        }
    }
}

impl From<CustomReply> for Reply {
    fn from(reply: CustomReply) -> Self {
        Self::Custom(reply)
    }
}
