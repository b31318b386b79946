//! Commands in their order ([RFC 5321] §4.1.4).
//!
//! [RFC 5321]: https://www.rfc-editor.org/rfc/rfc5321

use alloc::vec::Vec;

use super::answer::{self, Answer};
use super::line::Found;
use super::state::{Due, Transaction};
use super::{Closing, Event, Hello, Role, Server, Step};
use crate::command::{Auth, Command, CommandError, ForwardPath, Mail, Rcpt};

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
            Found::TooLong => {
                self.answer(answer::TOO_LONG, out);
                return Step::silent(line.consumed);
            }
        };
        let outcome = match Command::parse(text) {
            // Who quits is told goodbye whatever came before (RFC 5321 §4.1.1.10).
            Ok(Command::Quit) => Outcome::Quit,
            _ if self.is_fed_up() => {
                Outcome::Closed(answer::TOO_MANY_ERRORS, Closing::TooManyErrors)
            }
            Ok(command) if must_be_last(&command) && line.consumed < input.len() => {
                return self.pipelined(input, out);
            }
            Ok(command) => self.command(command, line.consumed == input.len()),
            Err(error) => self.command_error(error, text),
        };
        let event = match outcome {
            Outcome::Answered(answer) => {
                self.answer(answer, out);
                None
            }
            Outcome::Closed(answer, closing) => {
                self.answer(answer, out);
                self.close(closing);
                None
            }
            Outcome::Due(event, due) => {
                self.due = Some(due);
                Some(event)
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
        };
        Step {
            consumed: line.consumed,
            event,
        }
    }

    /// Whether the client has made all the errors it may make.
    fn is_fed_up(&self) -> bool {
        let limits = &self.config.limits;
        self.errors >= limits.errors || self.unknown_commands >= limits.unknown_commands
    }

    fn command<'i>(&mut self, command: Command<'i>, is_last: bool) -> Outcome<'i> {
        match command {
            Command::Quit => Outcome::Quit,
            _ if self.refused => Outcome::Answered(answer::REFUSED),
            Command::Auth(auth) => self.auth(auth, is_last),
            Command::Data => self.data_command(),
            Command::Ehlo(name) => self.hello(Hello {
                extended: true,
                name,
            }),
            // A SHOULD of RFC 5321 §3.5.2 that few servers follow, for lists are harvested by it
            // (RFC 5321 §7.3). Known and not offered is 502 (RFC 5321 §4.2.4).
            Command::Expn(_) => Outcome::Answered(answer::NOT_IMPLEMENTED),
            Command::Helo(name) => self.hello(Hello {
                extended: false,
                name,
            }),
            Command::Help(_) => Outcome::Answered(answer::HELP),
            Command::Mail(mail) => self.mail(mail),
            Command::Noop(_) => Outcome::Answered(answer::OK),
            Command::Rcpt(rcpt) => self.rcpt(rcpt),
            Command::Rset => Outcome::Reset,
            Command::StartTls => self.start_tls(),
            Command::Vrfy(_) => Outcome::Answered(answer::CANNOT_VERIFY),
        }
    }

    fn hello<'i>(&self, hello: Hello<'i>) -> Outcome<'i> {
        let extended = hello.extended;
        Outcome::Due(Event::Hello(hello), Due::Hello { extended })
    }

    /// RFC 4954 §4.
    fn auth<'i>(&self, auth: Auth<'i>, is_last: bool) -> Outcome<'i> {
        if let Some(refusal) = self.no_auth_now() {
            return Outcome::Answered(refusal);
        }
        if !self.config.auth.contains(&auth.mechanism) || !self.may_auth() {
            return Outcome::Answered(answer::MECHANISM);
        }
        Outcome::Due(Event::Auth(auth), Due::Auth { rounds: 0, is_last })
    }

    /// Why nobody can log in here and now, by whatever mechanism.
    fn no_auth_now(&self) -> Option<Answer> {
        if self.config.auth.is_empty() {
            Some(answer::NOT_IMPLEMENTED)
        } else if self.session.hello.is_none() {
            Some(answer::HELLO_FIRST)
        } else if self.session.authenticated || self.session.transaction.is_some() {
            Some(answer::BAD_SEQUENCE)
        } else {
            None
        }
    }

    /// Whether passwords can be sent, as far as the connection goes.
    pub(super) fn may_auth(&self) -> bool {
        self.tls || self.config.auth_without_tls
    }

    fn mail<'i>(&self, mail: Mail<'i>) -> Outcome<'i> {
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
        } else if mail.body.is_some() && !config.eight_bit_mime
            || mail.size.is_some() && !config.size
            || mail.smtp_utf8 && !config.smtp_utf8
            || mail.auth.is_some() && config.auth.is_empty()
        {
            answer::PARAMETER
        } else if !is_ascii && !mail.smtp_utf8 {
            answer::NON_ASCII_SENDER
        } else if (mail.size.zip(config.limits.message_size)).is_some_and(|(size, it)| size > it) {
            answer::TOO_LARGE
        } else {
            let transaction = Transaction {
                body: mail.body,
                smtp_utf8: mail.smtp_utf8,
                recipients: 0,
                rcpt_seen: false,
            };
            return Outcome::Due(Event::Mail(mail), Due::Mail(transaction));
        };
        Outcome::Answered(refusal)
    }

    fn rcpt<'i>(&mut self, rcpt: Rcpt<'i>) -> Outcome<'i> {
        let Some(transaction) = &mut self.session.transaction else {
            return Outcome::Answered(answer::MAIL_FIRST);
        };
        transaction.rcpt_seen = true;
        let is_ascii = match rcpt.forward_path {
            ForwardPath::Mailbox(mailbox) => mailbox.is_ascii(),
            ForwardPath::Postmaster => true,
        };
        if !is_ascii && !transaction.smtp_utf8 {
            return Outcome::Answered(answer::NON_ASCII_RECIPIENT);
        }
        // RFC 5321 §4.5.3.1.8.
        if transaction.recipients >= self.config.limits.recipients.max(100) {
            return Outcome::Answered(answer::TOO_MANY_RECIPIENTS);
        }
        Outcome::Due(Event::Rcpt(rcpt), Due::Rcpt)
    }

    fn data_command<'i>(&self) -> Outcome<'i> {
        match self.session.transaction {
            None => Outcome::Answered(answer::MAIL_FIRST),
            Some(Transaction {
                recipients: 0,
                rcpt_seen,
                ..
            }) => {
                Outcome::Answered(match rcpt_seen {
                    // RFC 2920 §3.2: what was pipelined with refused recipients must not pass.
                    true => answer::NO_VALID_RECIPIENTS,
                    false => answer::RCPT_FIRST,
                })
            }
            Some(_) => Outcome::Due(Event::DataStart, Due::DataStart),
        }
    }

    /// RFC 3207 §4.
    fn start_tls<'i>(&self) -> Outcome<'i> {
        if self.tls {
            Outcome::Answered(answer::BAD_SEQUENCE)
        } else if !self.config.start_tls {
            Outcome::Answered(answer::NOT_IMPLEMENTED)
        } else {
            Outcome::Due(Event::StartTls, Due::StartTls)
        }
    }

    fn command_error<'i>(&mut self, error: CommandError, line: &[u8]) -> Outcome<'i> {
        if self.refused {
            return Outcome::Answered(answer::REFUSED);
        }
        Outcome::Answered(match error {
            CommandError::Argument { .. } => answer::ARGUMENT,
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
enum Outcome<'i> {
    Answered(Answer),
    Closed(Answer, Closing),
    Due(Event<'i>, Due),
    Quit,
    Reset,
    Unknown,
}

/// Whether a client that sends more behind the command has not waited for what it must know
/// first (RFC 2920 §3.1, RFC 3207 §4, RFC 4954 §4).
///
/// `NOOP`, `QUIT` and the like stand in that list too, but nothing that comes behind them can be
/// taken for anything but what it is.
fn must_be_last(command: &Command<'_>) -> bool {
    match command {
        Command::Auth(auth) => auth.initial_response.is_none() || !auth.mechanism.is_one_round(),
        Command::Data | Command::Ehlo(_) | Command::Helo(_) | Command::StartTls => true,
        _ => false,
    }
}

/// Whether a line, perhaps not all of it, is one that may carry a long response.
fn is_auth(input: &[u8]) -> bool {
    input
        .first_chunk::<5>()
        .is_some_and(|start| start.eq_ignore_ascii_case(b"AUTH "))
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
