//! In which order commands may come.

use crate::command::Command;
use crate::negotiation::Steps;

/// How far a session is. The stages of a message come in this order; all but the first may be
/// missing, and some are there more than once.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(super) enum Phase {
    /// Nothing is agreed on.
    Start,
    /// No client is known.
    Connection,
    /// A client is there, and no message.
    Client,
    Mail,
    Rcpt,
    Data,
    Header,
    EndOfHeader,
    Body,
    /// The MTA has quit.
    End,
}

impl Phase {
    /// The phase behind a command; `None` if it has no place here.
    pub(super) fn after(self, command: Command, steps: Steps) -> Option<Self> {
        let may_follow = match command {
            Command::Negotiate => self == Self::Start,
            Command::Quit => true,
            Command::Abort | Command::Macros | Command::QuitNewConnection | Command::Unknown => {
                self > Self::Start
            }
            Command::Connect => self == Self::Connection,
            // A message that was under way is void, as in libmilter.
            Command::Helo | Command::Mail => self.has_client(steps),
            Command::Rcpt => self.is_within(Self::Rcpt, steps),
            Command::Data => self.is_within(Self::Rcpt, steps),
            Command::Header => self.is_within(Self::Header, steps),
            Command::EndOfHeader => self.is_within(Self::Header, steps),
            Command::Body => self.is_within(Self::Body, steps),
            Command::EndOfMessage => self.is_within(Self::Body, steps),
        };
        may_follow.then_some(match command {
            Command::Negotiate | Command::QuitNewConnection => Self::Connection,
            Command::Macros | Command::Unknown => self,
            Command::Abort => self.min(Self::Client),
            Command::Connect | Command::Helo => Self::Client,
            Command::Mail => Self::Mail,
            Command::Rcpt => Self::Rcpt,
            Command::Data => Self::Data,
            Command::Header => Self::Header,
            Command::EndOfHeader => Self::EndOfHeader,
            Command::Body | Command::EndOfMessage => Self::Body,
            Command::Quit => Self::End,
        })
    }

    /// Whether the MTA has told who the client is, if it was to.
    fn has_client(self, steps: Steps) -> bool {
        self >= Self::Client || (self == Self::Connection && steps.contains(Steps::NO_CONNECT))
    }

    /// Whether a message is there, or begins here because its sender is not told, and is not
    /// beyond a phase.
    fn is_within(self, last: Self, steps: Steps) -> bool {
        let is_begun =
            self >= Self::Mail || (steps.contains(Steps::NO_MAIL) && self.has_client(steps));
        is_begun && self <= last
    }
}
