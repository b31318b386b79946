//! Commands in their order ([RFC 5321] §4.1.4).
//!
//! [RFC 5321]: https://www.rfc-editor.org/rfc/rfc5321

use alloc::vec::Vec;

use super::answer::{self, Answer};
use super::line::Found;
use super::state::Due;
use super::{Closing, Event, Hello, Role, Server, Step};
use crate::command::{
    Argument, Attribute, Body, Command, CommandError, ForwardPath, Mail, Rcpt, XClient,
};

impl Server {
    /// A line with a command.
    pub(super) fn command_line<'i>(&mut self, input: &'i [u8], out: &mut Vec<u8>) -> Step<'i> {
        let limits = &self.config.limits;
        let limit = match is_auth(input) {
            true => limits.auth_line.max(limits.command_line),
            false => limits.command_line,
        };
        let line = self.lines.read(input, limit, limits.endless_line);
        let text = match line.found {
            Found::Line(text) => text,
            Found::Nothing => return Step::silent(line.consumed),
            Found::Endless => return self.endless(line.consumed, out),
            Found::TooLong { .. } if self.is_fed_up() => return self.give_up(line.consumed, out),
            Found::TooLong { start } => {
                self.long_line(start, out);
                return Step::silent(line.consumed);
            }
        };
        let command = Command::parse(text);
        let outcome = match &command {
            // Who quits is told goodbye whatever came before (RFC 5321 §4.1.1.10).
            Ok(Command::Quit) => Outcome::Quit,
            _ if self.is_fed_up() => return self.give_up(line.consumed, out),
            Ok(command) if must_be_last(command) && line.consumed < input.len() => {
                return self.pipelined(input, out);
            }
            Ok(Command::Bdat(bdat)) => {
                self.bdat(*bdat);
                let chunk = self.chunk(input.get(line.consumed..).unwrap_or_default(), out);
                return Step {
                    consumed: line.consumed + chunk.consumed,
                    ..chunk
                };
            }
            Ok(command) => {
                self.idle_commands = self
                    .idle_commands
                    .saturating_add(u32::from(is_idle(command)));
                self.command(command, line.consumed == input.len())
            }
            Err(error) => self.command_error(*error, text),
        };
        Step {
            consumed: line.consumed,
            event: self.settle_command(outcome, command.ok(), out),
        }
    }

    /// Answers a line that is too long, by how it began.
    fn long_line(&mut self, start: [u8; 4], out: &mut Vec<u8>) {
        let answer = match start.eq_ignore_ascii_case(b"AUTH") {
            true => answer::AUTH_TOO_LONG,
            false => answer::TOO_LONG,
        };
        self.answer(answer, out);
        // Its chunk would be taken for commands.
        if start.eq_ignore_ascii_case(b"BDAT") {
            self.close(Closing::Chunk);
        }
    }

    /// Answers a command, or gives the event that the caller has to answer.
    fn settle_command<'i>(
        &mut self,
        outcome: Outcome,
        command: Option<Command<'i>>,
        out: &mut Vec<u8>,
    ) -> Option<Event<'i>> {
        match outcome {
            Outcome::Answered(answer) => {
                self.answer(answer, out);
                None
            }
            Outcome::Closed(answer, closing) => {
                self.answer(answer, out);
                self.close(closing);
                None
            }
            Outcome::Due(due) => {
                self.due = Some(due);
                command.and_then(event)
            }
            Outcome::Quit => {
                self.answer(answer::BYE, out);
                self.close(Closing::Quit);
                Some(Event::Quit)
            }
            Outcome::Reset => {
                self.answer(answer::OK, out);
                self.session.transaction = None;
                Some(Event::Reset)
            }
            Outcome::Unknown => {
                self.unknown_commands = self.unknown_commands.saturating_add(1);
                answer::UNKNOWN_COMMAND.print(&self.config, out);
                None
            }
        }
    }

    /// Whether the client has made all the errors, or sent all the idle commands, that it may.
    fn is_fed_up(&self) -> bool {
        self.has_erred() || self.idle_commands >= self.config.limits.idle_commands
    }

    fn has_erred(&self) -> bool {
        let limits = &self.config.limits;
        self.errors >= limits.errors || self.unknown_commands >= limits.unknown_commands
    }

    /// Closes over what the client has done too often.
    fn give_up<'i>(&mut self, consumed: usize, out: &mut Vec<u8>) -> Step<'i> {
        let (answer, closing) = match self.has_erred() {
            true => (answer::TOO_MANY_ERRORS, Closing::TooManyErrors),
            false => (answer::TOO_MANY_COMMANDS, Closing::TooManyCommands),
        };
        self.answer(answer, out);
        self.close(closing);
        Step::silent(consumed)
    }

    fn command(&mut self, command: &Command<'_>, is_last: bool) -> Outcome {
        match command {
            // It has been taken care of.
            Command::Bdat(_) => Outcome::Answered(answer::BAD_SEQUENCE),
            Command::Quit => Outcome::Quit,
            _ if self.refused => Outcome::Answered(answer::REFUSED),
            Command::Auth(auth) => self.auth(auth, is_last),
            Command::Data => self.data_command(),
            // RFC 2033 §4.1: these belong to SMTP, and that one to LMTP.
            Command::Ehlo(_) | Command::Helo(_) if self.config.role == Role::Lmtp => {
                Outcome::Unknown
            }
            Command::Lhlo(_) if self.config.role != Role::Lmtp => Outcome::Unknown,
            Command::Ehlo(_) | Command::Lhlo(_) => Outcome::Due(Due::Hello { extended: true }),
            // A SHOULD of RFC 5321 §3.5.2 that few servers follow, for lists are harvested by it
            // (RFC 5321 §7.3). Known and not offered is 502 (RFC 5321 §4.2.4).
            Command::Expn(name) => Outcome::Answered(match self.takes(*name) {
                true => answer::NOT_IMPLEMENTED,
                false => answer::EIGHT_BIT_COMMAND,
            }),
            Command::Helo(_) => Outcome::Due(Due::Hello { extended: false }),
            Command::Help(_) => Outcome::Answered(answer::HELP),
            Command::Mail(mail) => self.mail(mail),
            Command::Noop(_) => Outcome::Answered(answer::OK),
            Command::Rcpt(rcpt) => self.rcpt(rcpt),
            Command::Rset => Outcome::Reset,
            Command::StartTls => self.start_tls(),
            Command::Vrfy(name) => Outcome::Answered(match self.takes(*name) {
                true => answer::CANNOT_VERIFY,
                false => answer::EIGHT_BIT_COMMAND,
            }),
            Command::XClient(xclient) => self.xclient(xclient),
        }
    }

    /// Whether the name of a user or a list can be understood (RFC 6531 §3.2).
    fn takes(&self, name: Argument<'_>) -> bool {
        self.config.smtp_utf8 || name.as_str().is_ascii()
    }

    fn mail(&self, mail: &Mail<'_>) -> Outcome {
        let config = &self.config;
        let is_ascii = mail.reverse_path.is_none_or(|mailbox| mailbox.is_ascii());
        let refusal = if self.session.hello.is_none() {
            answer::HELLO_FIRST
        } else if config.role == Role::Submission && !self.session.authenticated {
            match config.start_tls && !self.may_auth() {
                true => answer::TLS_REQUIRED,
                false => answer::AUTH_REQUIRED,
            }
        } else if self.session.transaction.is_some() {
            answer::BAD_SEQUENCE
        } else if !self.knows_parameters(mail) {
            answer::PARAMETER
        } else if config.limits.messages.is_some_and(|it| self.messages >= it) {
            answer::TOO_MANY_MESSAGES
        } else if !is_ascii && !mail.smtp_utf8 {
            answer::NON_ASCII_SENDER
        } else if (mail.size.zip(config.limits.message_size)).is_some_and(|(size, it)| size > it) {
            answer::TOO_LARGE
        } else {
            let Mail {
                body, smtp_utf8, ..
            } = *mail;
            return Outcome::Due(Due::Mail { body, smtp_utf8 });
        };
        Outcome::Answered(refusal)
    }

    /// Whether the parameters are those of extensions that are offered.
    fn knows_parameters(&self, mail: &Mail<'_>) -> bool {
        let config = &self.config;
        let knows_body = match mail.body {
            None => true,
            Some(Body::BinaryMime) => config.takes_binary(),
            Some(Body::EightBitMime | Body::SevenBit) => config.takes_eight_bit(),
        };
        knows_body
            && (mail.auth.is_none() || !config.auth.is_empty())
            && (mail.envelope_id.is_none() && mail.ret.is_none() || config.dsn)
            && (!mail.require_tls || self.may_require_tls())
            && (mail.size.is_none() || config.size)
            && (!mail.smtp_utf8 || config.smtp_utf8)
    }

    /// Only under TLS can it be required (RFC 8689 §2).
    pub(super) fn may_require_tls(&self) -> bool {
        self.config.require_tls && self.tls
    }

    fn rcpt(&mut self, rcpt: &Rcpt<'_>) -> Outcome {
        let Some(transaction) = &mut self.session.transaction else {
            return Outcome::Answered(answer::MAIL_FIRST);
        };
        // RFC 3030 §2: recipients are over when the message begins.
        if transaction.message.is_some() {
            return Outcome::Answered(answer::BAD_SEQUENCE);
        }
        transaction.rcpt_seen = true;
        let asks_for_reports = rcpt.notify.is_some() || rcpt.original_recipient.is_some();
        if asks_for_reports && !self.config.dsn {
            return Outcome::Answered(answer::PARAMETER);
        }
        let is_ascii = match rcpt.forward_path {
            ForwardPath::Mailbox(mailbox) => mailbox.is_ascii(),
            ForwardPath::Postmaster => true,
        };
        if !is_ascii && !transaction.smtp_utf8 {
            return Outcome::Answered(answer::NON_ASCII_RECIPIENT);
        }
        // RFC 6533 §3
        if !transaction.smtp_utf8 && rcpt.original_recipient.is_some_and(|it| !it.is_ascii()) {
            return Outcome::Answered(answer::EIGHT_BIT_COMMAND);
        }
        if transaction.recipients >= self.config.limits.least_recipients() {
            return Outcome::Answered(answer::TOO_MANY_RECIPIENTS);
        }
        Outcome::Due(Due::Rcpt)
    }

    /// RFC 3207 §4.
    fn start_tls(&self) -> Outcome {
        if self.tls {
            Outcome::Answered(answer::BAD_SEQUENCE)
        } else if !self.config.start_tls {
            Outcome::Answered(answer::NOT_IMPLEMENTED)
        } else {
            Outcome::Due(Due::StartTls)
        }
    }

    fn xclient(&self, xclient: &XClient<'_>) -> Outcome {
        if !self.config.xclient {
            Outcome::Answered(answer::NOT_IMPLEMENTED)
        } else if self.session.transaction.is_some() {
            Outcome::Answered(answer::BAD_SEQUENCE)
        } else {
            let logged_in = matches!(xclient.login(), Some(Attribute::Value(_)));
            Outcome::Due(Due::XClient { logged_in })
        }
    }

    fn command_error(&mut self, error: CommandError, line: &[u8]) -> Outcome {
        if error == CommandError::Chunk {
            return Outcome::Closed(answer::ARGUMENT, Closing::Chunk);
        }
        if self.refused {
            return Outcome::Answered(answer::REFUSED);
        }
        Outcome::Answered(match error {
            CommandError::Argument { .. } | CommandError::Chunk => answer::ARGUMENT,
            CommandError::EightBit => answer::EIGHT_BIT_COMMAND,
            CommandError::ForwardPath => answer::FORWARD_PATH,
            CommandError::Mechanism => self.no_auth_now().unwrap_or(answer::MECHANISM),
            CommandError::Parameter { .. } => answer::PARAMETER,
            CommandError::ParameterValue { .. } => answer::PARAMETER_VALUE,
            CommandError::Response => self.no_auth_now().unwrap_or(answer::AUTH_BASE64),
            CommandError::ReversePath => answer::REVERSE_PATH,
            CommandError::Verb if is_http(line) => {
                return Outcome::Closed(answer::HTTP, Closing::Http);
            }
            CommandError::Verb => {
                return Outcome::Unknown;
            }
        })
    }
}

/// What comes of a command.
pub(super) enum Outcome {
    Answered(Answer),
    Closed(Answer, Closing),
    /// The caller is asked.
    Due(Due),
    Quit,
    Reset,
    Unknown,
}

/// What the caller is asked about a command, which is large and is not copied before.
fn event(command: Command<'_>) -> Option<Event<'_>> {
    let hello = |extended, name| Event::Hello(Hello { extended, name });
    Some(match command {
        Command::Auth(auth) => Event::Auth(auth),
        Command::Data => Event::DataStart,
        Command::Ehlo(name) | Command::Lhlo(name) => hello(true, name),
        Command::Helo(name) => hello(false, name),
        Command::Mail(mail) => Event::Mail(mail),
        Command::Rcpt(rcpt) => Event::Rcpt(rcpt),
        Command::StartTls => Event::StartTls,
        Command::XClient(xclient) => Event::XClient(xclient),
        Command::Bdat(_)
        | Command::Expn(_)
        | Command::Help(_)
        | Command::Noop(_)
        | Command::Quit
        | Command::Rset
        | Command::Vrfy(_) => return None,
    })
}

/// Whether a client that sends more behind the command has not waited for what it must know
/// first (RFC 2920 §3.1, RFC 3207 §4, RFC 4954 §4).
///
/// `NOOP`, `QUIT` and the like stand in that list too, but nothing that comes behind them can be
/// taken for anything but what it is.
fn must_be_last(command: &Command<'_>) -> bool {
    match command {
        Command::Auth(auth) => auth.initial_response.is_none() || !auth.mechanism.is_one_round(),
        Command::Data
        | Command::Ehlo(_)
        | Command::Helo(_)
        | Command::Lhlo(_)
        | Command::StartTls
        | Command::XClient(_) => true,
        _ => false,
    }
}

/// Whether a command that is in order brings no message nearer.
fn is_idle(command: &Command<'_>) -> bool {
    matches!(
        command,
        Command::Ehlo(_)
            | Command::Helo(_)
            | Command::Help(_)
            | Command::Lhlo(_)
            | Command::Noop(_)
            | Command::Rset
            | Command::Vrfy(_)
    )
}

/// Whether a line, perhaps not all of it, is one that may carry a long response.
fn is_auth(input: &[u8]) -> bool {
    // Asked of every line, so in one comparison: without this bit, letters are upper case.
    let upper = |octets: &[u8; 4]| u32::from_be_bytes(*octets) & 0xdf_df_df_df;
    input
        .split_first_chunk()
        .is_some_and(|(verb, rest)| upper(verb) == upper(b"AUTH") && rest.first() == Some(&b' '))
}

/// Whether a web browser has been led here: it would go on to send what a page tells it to.
fn is_http(line: &[u8]) -> bool {
    let verb = line
        .split(|&octet| octet == b' ')
        .next()
        .unwrap_or_default();
    [
        "CONNECT", "DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT", "TRACE",
    ]
    .iter()
    .any(|http| http.as_bytes().eq_ignore_ascii_case(verb))
}
