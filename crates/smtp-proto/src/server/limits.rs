//! How much one session may ask of a server.

use core::time::Duration;

/// Limits of a session. Reaching one is an ordinary outcome with a reply of its own.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Limits {
    /// Octets of a line in an authentication exchange, with its CRLF, and of `AUTH` itself: 12288,
    /// which RFC 4954 §4 calls sufficient.
    pub auth_line: usize,
    /// Responses in one authentication exchange: 8. No mechanism of this crate needs more than
    /// three; no RFC has a limit.
    pub auth_rounds: u32,
    /// `BDAT` commands of a message: 100000. A message of the default size has 6400 chunks of the
    /// 8 KiB that Exim sends; no RFC has a limit.
    pub chunks: u32,
    /// Octets of a command line, with its CRLF: 2048, as in Postfix (`line_length_limit`).
    /// RFC 5321 §4.5.3.1.4 asks for 512, and the extensions add to it.
    pub command_line: usize,
    /// How long the client may take over a command: five minutes (RFC 5321 §4.5.3.2.7).
    pub command_patience: Duration,
    /// How long the client may pause in a message: three minutes (RFC 5321 §4.5.3.2.5).
    pub data_patience: Duration,
    /// Octets of a line before the connection is closed over it: 65536. A client can make a
    /// mistake of some octets over the limit of a command; this is none. No RFC has a limit.
    pub endless_line: usize,
    /// Replies 5yz before the next command but `QUIT` is answered with 421: 20, as in Postfix
    /// (`smtpd_hard_error_limit`). A message that is accepted sets the count back. With fewer than
    /// three, a client cannot fail to log in as often as RFC 4954 §9 wants it to.
    pub errors: u32,
    /// Commands that bring no message (`EHLO`, `HELO`, `HELP`, `LHLO`, `NOOP`, `RSET`, `VRFY`)
    /// before the next but `QUIT` is answered with 421: 100, as in Postfix
    /// (`smtpd_junk_command_limit`). A message that is accepted sets the count back. Without it, a
    /// client keeps its connection for ever.
    pub idle_commands: u32,
    /// Octets of a message: 50 MiB, as in Exim (`message_size_limit`). RFC 5321 §4.5.3.1.7 asks
    /// for 64 KiB at least. `None` is no limit.
    pub message_size: Option<u64>,
    /// Messages of a session, whatever becomes of them: no limit. RFC 9422 §4.1 has a name for it
    /// (`MAILMAX`), and no number.
    pub messages: Option<u32>,
    /// Recipients of a message: 1000, as in Postfix (`smtpd_recipient_limit`). Fewer than 100
    /// count as 100 (RFC 5321 §4.5.3.1.8).
    pub recipients: u32,
    /// Octets of a line of a message, with its CRLF: 1000 (RFC 5321 §4.5.3.1.6). The caller is told
    /// of a longer one with [`BodyFaults::long_line`](crate::data::BodyFaults::long_line), and gets
    /// it whole.
    pub text_line: usize,
    /// Commands that no server knows before the next command is answered with 421: 100, like
    /// [`idle_commands`](Self::idle_commands). They are no reason to close before
    /// (RFC 5321 §3.8), so they do not count as errors.
    pub unknown_commands: u32,
}

impl Limits {
    /// With another length of lines in authentication exchanges.
    #[must_use]
    pub fn auth_line(self, octets: usize) -> Self {
        Self {
            auth_line: octets,
            ..self
        }
    }

    /// With another number of responses in an authentication exchange.
    #[must_use]
    pub fn auth_rounds(self, auth_rounds: u32) -> Self {
        Self {
            auth_rounds,
            ..self
        }
    }

    /// With another number of chunks.
    #[must_use]
    pub fn chunks(self, chunks: u32) -> Self {
        Self { chunks, ..self }
    }

    /// With another length of command lines.
    #[must_use]
    pub fn command_line(self, octets: usize) -> Self {
        Self {
            command_line: octets,
            ..self
        }
    }

    /// With other patience for commands.
    #[must_use]
    pub fn command_patience(self, command_patience: Duration) -> Self {
        Self {
            command_patience,
            ..self
        }
    }

    /// With other patience for pieces of a message.
    #[must_use]
    pub fn data_patience(self, data_patience: Duration) -> Self {
        Self {
            data_patience,
            ..self
        }
    }

    /// With another length at which a line counts as endless.
    #[must_use]
    pub fn endless_line(self, octets: usize) -> Self {
        Self {
            endless_line: octets,
            ..self
        }
    }

    /// With another number of errors.
    #[must_use]
    pub fn errors(self, errors: u32) -> Self {
        Self { errors, ..self }
    }

    /// With another number of commands that bring no message.
    #[must_use]
    pub fn idle_commands(self, idle_commands: u32) -> Self {
        Self {
            idle_commands,
            ..self
        }
    }

    /// With another size of messages.
    #[must_use]
    pub fn message_size(self, octets: Option<u64>) -> Self {
        Self {
            message_size: octets,
            ..self
        }
    }

    /// With another number of messages.
    #[must_use]
    pub fn messages(self, messages: Option<u32>) -> Self {
        Self { messages, ..self }
    }

    /// With another number of recipients.
    #[must_use]
    pub fn recipients(self, recipients: u32) -> Self {
        Self { recipients, ..self }
    }

    /// Recipients that are taken in any case (RFC 5321 §4.5.3.1.8).
    pub(super) fn least_recipients(&self) -> u32 {
        self.recipients.max(100)
    }

    /// With another length at which the lines of a message count as long.
    #[must_use]
    pub fn text_line(self, octets: usize) -> Self {
        Self {
            text_line: octets,
            ..self
        }
    }

    /// With another number of unknown commands.
    #[must_use]
    pub fn unknown_commands(self, unknown_commands: u32) -> Self {
        Self {
            unknown_commands,
            ..self
        }
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            auth_line: 12288,
            auth_rounds: 8,
            chunks: 100_000,
            command_line: 2048,
            command_patience: Duration::from_secs(5 * 60),
            data_patience: Duration::from_secs(3 * 60),
            endless_line: 65536,
            errors: 20,
            idle_commands: 100,
            message_size: Some(50 * 1024 * 1024),
            messages: None,
            recipients: 1000,
            text_line: 1000,
            unknown_commands: 100,
        }
    }
}
