//! What the server says of its own accord.

use alloc::vec::Vec;
use core::fmt::{self, Write};

use super::state::Due;
use super::{Config, Server};
use crate::command::{Response, XClient};
use crate::reply::{Reply, Severity};

/// A fixed reply, ready for the wire but for the server's name and the enhanced code.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) struct Answer {
    code: &'static str,
    enhanced: &'static str,
    /// Whether the server's name stands before the text (RFC 5321 §4.2).
    is_named: bool,
    text: &'static str,
}

impl Answer {
    const fn new(code: &'static str, enhanced: &'static str, text: &'static str) -> Self {
        Self {
            code,
            enhanced,
            is_named: false,
            text,
        }
    }

    const fn named(code: &'static str, enhanced: &'static str, text: &'static str) -> Self {
        Self {
            is_named: true,
            ..Self::new(code, enhanced, text)
        }
    }

    pub(super) fn print(&self, config: &Config, out: &mut Vec<u8>) {
        let mut put = |text: &str| out.extend_from_slice(text.as_bytes());
        put(self.code);
        put(" ");
        if config.has_enhanced_codes() {
            put(self.enhanced);
            put(" ");
        }
        if self.is_named {
            put(config.hostname.as_str());
            put(" ");
        }
        put(self.text);
        put("\r\n");
    }

    /// Whether it is a reply 5yz.
    pub(super) fn is_error(&self) -> bool {
        self.code.starts_with('5')
    }
}

impl Due {
    /// Whether more replies to the same event follow: in LMTP a message is one error at the most,
    /// however many do not get it.
    pub(super) fn is_answered_again(&self) -> bool {
        matches!(self, Self::BodyEnd { replies: 2.., .. })
    }

    /// Whether the event can be answered so.
    pub(super) fn takes(&self, reply: &Reply) -> bool {
        match reply.severity() {
            Severity::Permanent | Severity::Transient => true,
            Severity::Intermediate => match self {
                // RFC 4954 §4: a challenge holds nothing but base64.
                Self::Auth { .. } => {
                    reply.code() == 334 && Response::parse(reply.text().as_bytes()).is_some()
                }
                Self::DataStart => reply.code() == 354,
                _ => false,
            },
            Severity::Completion => match self {
                Self::Auth { .. } => reply.code() == 235,
                Self::Connected | Self::StartTls | Self::XClient { .. } => reply.code() == 220,
                Self::DataStart => false,
                Self::BodyEnd { .. }
                | Self::ChunkEnd
                | Self::Hello { .. }
                | Self::Mail { .. }
                | Self::Rcpt => {
                    matches!(reply.code().get(), 250..=259)
                }
            },
        }
    }
}

impl Server {
    /// Writes an answer of the server's own.
    pub(super) fn answer(&mut self, answer: Answer, out: &mut Vec<u8>) {
        if answer.is_error() {
            self.errors = self.errors.saturating_add(1);
        }
        answer.print(&self.config, out);
    }

    pub(super) fn print(&self, reply: &Reply, out: &mut Vec<u8>) {
        self.print_behind("", reply, out);
    }

    /// Writes a reply that begins with the server's name: 220 and 421 (RFC 5321 §4.2).
    pub(super) fn print_named(&self, reply: &Reply, out: &mut Vec<u8>) {
        let name = self.config.hostname.as_str();
        match reply.code().get() {
            // In a greeting nothing stands before the name (RFC 2034 §4).
            220 => reply.print_without_enhanced(name, out),
            421 => self.print_behind(name, reply, out),
            _ => self.print(reply, out),
        }
    }

    fn print_behind(&self, name: &str, reply: &Reply, out: &mut Vec<u8>) {
        match self.config.has_enhanced_codes() {
            true => reply.print_enhanced(name, out),
            false => reply.print_without_enhanced(name, out),
        }
    }

    /// `ehlo-ok-rsp`: who the server is and, to `EHLO`, what it offers: further lines of the
    /// caller's, and the extensions. No enhanced code (RFC 2034 §4).
    pub(super) fn print_hello(&self, extended: bool, reply: &Reply, out: &mut Vec<u8>) {
        let config = &*self.config;
        let greeting = match reply.text() {
            "" => "",
            _ => " ",
        };
        let mut lines = Lines::new(out);
        let mut texts = reply.lines();
        let first = texts.next().unwrap_or_default();
        lines.put(|line| line.append(&[config.hostname.as_str(), greeting, first]));
        // HELO never gets more than one line (RFC 5321 §4.1.1.1).
        if extended {
            texts.for_each(|text| lines.put(|line| line.append(&[text])));
            self.put_extensions(&mut lines);
        }
        lines.finish();
    }

    /// `*( "250-" ehlo-line CRLF )`
    fn put_extensions(&self, lines: &mut Lines<'_>) {
        let config = &*self.config;
        // Each with what is around it, for a line takes one copy then.
        let offered = [
            (config.takes_groups(), "250-PIPELINING\r\n"),
            (config.takes_eight_bit(), "250-8BITMIME\r\n"),
            (config.has_enhanced_codes(), "250-ENHANCEDSTATUSCODES\r\n"),
            (config.chunking, "250-CHUNKING\r\n"),
            (config.takes_binary(), "250-BINARYMIME\r\n"),
            (config.dsn, "250-DSN\r\n"),
            // Whatever is answered beyond RFC 5321 §4.5.1 has to stand here (RFC 5321 §4.1.1.1).
            (true, "250-HELP\r\n"),
            (config.smtp_utf8, "250-SMTPUTF8\r\n"),
            (config.start_tls && !self.tls, "250-STARTTLS\r\n"),
            (self.may_require_tls(), "250-REQUIRETLS\r\n"),
        ];
        for (is_offered, line) in offered {
            if is_offered {
                lines.put_whole(line);
            }
        }
        match config.limits.message_size {
            Some(octets) if config.size => {
                lines.put(|line| {
                    line.append(&["SIZE "]);
                    line.append_number(octets);
                });
            }
            None if config.size => lines.put_whole("250-SIZE\r\n"),
            _ => {}
        }
        if config.announce_limits {
            self.put_limits(lines);
        }
        if config.xclient {
            lines.put(|line| {
                line.append(&["XCLIENT"]);
                for attribute in XClient::ATTRIBUTES {
                    line.append(&[" ", attribute]);
                }
            });
        }
        // After a login there is nothing more to offer (RFC 4954 §4).
        if !config.auth.is_empty() && self.may_auth() && !self.session.authenticated {
            self.put_mechanisms("AUTH ", lines);
            if config.legacy_auth_line {
                self.put_mechanisms("AUTH=", lines);
            }
        }
    }

    /// `LIMITS` (RFC 9422 §3), whose numbers have at most six digits.
    fn put_limits(&self, lines: &mut Lines<'_>) {
        let limits = &self.config.limits;
        let number = |limit: u32| u64::from(limit.min(999_999));
        lines.put(|line| {
            line.append(&["LIMITS RCPTMAX="]);
            line.append_number(number(limits.least_recipients()));
            // A limit of none cannot be told: 0 is no number there.
            if let Some(messages) = limits.messages.filter(|&messages| messages > 0) {
                line.append(&[" MAILMAX="]);
                line.append_number(number(messages));
            }
        });
    }

    fn put_mechanisms(&self, keyword: &str, lines: &mut Lines<'_>) {
        lines.put(|line| {
            line.append(&[keyword]);
            for (index, mechanism) in self.config.auth.iter().enumerate() {
                let separator = if index == 0 { "" } else { " " };
                line.append(&[separator, mechanism.name()]);
            }
        });
    }
}

/// The lines of a reply 250, of which it is not known in advance which is the last.
struct Lines<'o> {
    out: &'o mut Vec<u8>,
    /// Where the last line begins.
    last: usize,
}

impl<'o> Lines<'o> {
    fn new(out: &'o mut Vec<u8>) -> Self {
        Self {
            last: out.len(),
            out,
        }
    }

    /// Adds a line.
    fn put(&mut self, text: impl FnOnce(&mut Self)) {
        self.last = self.out.len();
        self.append(&["250-"]);
        text(self);
        self.append(&["\r\n"]);
    }

    /// Adds a line that has its code and its end.
    fn put_whole(&mut self, line: &str) {
        self.last = self.out.len();
        self.append(&[line]);
    }

    /// Adds to the line.
    fn append(&mut self, parts: &[&str]) {
        for part in parts {
            self.out.extend_from_slice(part.as_bytes());
        }
    }

    fn append_number(&mut self, number: u64) {
        write!(self, "{number}").expect("a buffer takes every number");
    }

    fn finish(self) {
        if let Some(separator) = self.out.get_mut(self.last + "250".len()) {
            *separator = b' ';
        }
    }
}

impl Write for Lines<'_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.append(&[text]);
        Ok(())
    }
}

pub(super) const ARGUMENT: Answer = Answer::new("501", "5.5.4", "Syntax error in arguments");
pub(super) const AUTH_BASE64: Answer = Answer::new("501", "5.5.2", "Malformed base64");
pub(super) const AUTH_CANCELLED: Answer = Answer::new("501", "5.7.0", "Authentication cancelled");
pub(super) const AUTH_INITIAL_RESPONSE: Answer =
    Answer::new("501", "5.7.0", "The mechanism begins with a challenge");
pub(super) const AUTH_REQUIRED: Answer = Answer::new("530", "5.7.0", "Authentication required");
pub(super) const AUTH_ROUNDS: Answer = Answer::new("501", "5.5.0", "Too many responses");
pub(super) const AUTH_TOO_LONG: Answer =
    Answer::new("500", "5.5.6", "Authentication exchange line is too long");
pub(super) const BAD_SEQUENCE: Answer = Answer::new("503", "5.5.1", "Bad sequence of commands");
pub(super) const BARE_LINE_END: Answer =
    Answer::new("550", "5.6.0", "Message holds a bare CR or LF");
pub(super) const BYE: Answer = Answer::named("221", "2.0.0", "Bye");
pub(super) const CANNOT_VERIFY: Answer = Answer::new(
    "252",
    "2.0.0",
    "Cannot VRFY user, but will accept message and attempt delivery",
);
pub(super) const EIGHT_BIT_COMMAND: Answer =
    Answer::new("500", "5.5.2", "Octets above 127 in a command");
pub(super) const EIGHT_BIT_CONTENT: Answer =
    Answer::new("554", "5.6.3", "8-bit content without BODY=8BITMIME");
pub(super) const FORWARD_PATH: Answer = Answer::new("501", "5.1.3", "Bad recipient address syntax");
pub(super) const HELLO_FIRST: Answer = Answer::new("503", "5.5.1", "Send EHLO first");
pub(super) const HELP: Answer = Answer::new("214", "2.0.0", "See RFC 5321");
pub(super) const HTTP: Answer = Answer::named("421", "4.7.0", "This is not HTTP");
pub(super) const MAIL_FIRST: Answer = Answer::new("503", "5.5.1", "Send MAIL first");
pub(super) const MECHANISM: Answer =
    Answer::new("504", "5.5.4", "Authentication mechanism not available");
pub(super) const NON_ASCII_RECIPIENT: Answer =
    Answer::new("553", "5.6.7", "Recipient address needs SMTPUTF8");
pub(super) const NON_ASCII_SENDER: Answer =
    Answer::new("550", "5.6.7", "Sender address needs SMTPUTF8");
pub(super) const NOT_IMPLEMENTED: Answer = Answer::new("502", "5.5.1", "Command not implemented");
pub(super) const NO_VALID_RECIPIENTS: Answer = Answer::new("554", "5.5.1", "No valid recipients");
pub(super) const OK: Answer = Answer::new("250", "2.0.0", "OK");
pub(super) const PARAMETER: Answer = Answer::new(
    "555",
    "5.5.4",
    "Parameter not recognized or not implemented",
);
pub(super) const PARAMETER_VALUE: Answer =
    Answer::new("501", "5.5.4", "Syntax error in parameters");
pub(super) const PIPELINED: Answer =
    Answer::new("554", "5.5.0", "Data sent before it could be asked for");
pub(super) const RCPT_FIRST: Answer = Answer::new("503", "5.5.1", "Send RCPT first");
pub(super) const REFUSED: Answer = Answer::new("503", "5.5.1", "No service here, send QUIT");
pub(super) const REVERSE_PATH: Answer = Answer::new("501", "5.1.7", "Bad sender address syntax");
pub(super) const TLS_REQUIRED: Answer =
    Answer::new("530", "5.7.0", "Must issue a STARTTLS command first");
pub(super) const TOO_LARGE: Answer = Answer::new(
    "552",
    "5.3.4",
    "Message size exceeds fixed maximum message size",
);
pub(super) const TOO_LONG: Answer = Answer::new("500", "5.5.2", "Line too long");
pub(super) const TOO_MANY_CHUNKS: Answer =
    Answer::new("554", "5.5.0", "Message has too many chunks");
pub(super) const TOO_MANY_COMMANDS: Answer =
    Answer::named("421", "4.7.0", "Too many commands without a message");
pub(super) const TOO_MANY_ERRORS: Answer = Answer::named("421", "4.7.0", "Too many errors");
pub(super) const TOO_MANY_MESSAGES: Answer =
    Answer::new("452", "4.7.0", "Too many messages in this session");
pub(super) const TOO_MANY_RECIPIENTS: Answer = Answer::new("452", "4.5.3", "Too many recipients");
pub(super) const UNKNOWN_COMMAND: Answer = Answer::new("500", "5.5.1", "Command not recognized");
