//! How the programs begin and end: bad input is one line on standard error and exit status 2.

use core::fmt;
use core::future::Future;
use std::env;
use std::ffi::OsString;
use std::io::{self, Write};
use std::process::ExitCode;

use clap::Parser;
use clap::error::ErrorKind;
use thiserror::Error;
use tokio::net::TcpListener;
use tracing::error;

use crate::config::{ConfigError, one_line};
use crate::shutdown::{Signals, Trigger};

/// Reads the command line, or tells in one line what is wrong with it (help and version are
/// printed as they are).
pub fn command_line<A: Parser>(program: &str) -> Result<A, ExitCode> {
    A::try_parse().map_err(|error| match error.kind() {
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => {
            // A closed pipe is the reader's choice.
            let _ = error.print();
            ExitCode::SUCCESS
        }
        kind => {
            let clause = one_clause(&error.render().to_string());
            let shown = match kind {
                ErrorKind::InvalidUtf8 => format!("{clause}: {}", not_utf_8(env::args_os())),
                _ => clause,
            };
            refuse(program, &shown)
        }
    })
}

/// The arguments that are not UTF-8; clap does not tell which.
fn not_utf_8(arguments: impl Iterator<Item = OsString>) -> String {
    let odd = arguments.filter(|argument| argument.to_str().is_none());
    let odd: Vec<String> = odd.map(|argument| argument.display().to_string()).collect();
    odd.join(" ")
}

/// Runs a program to its end on a multi-threaded runtime.
pub fn run(program: &str, main: impl Future<Output = Result<(), ConfigError>>) -> ExitCode {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build();
    let ended = match runtime {
        Ok(runtime) => runtime.block_on(main),
        Err(error) => return refuse(program, &error),
    };
    match ended {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => refuse(program, &one_line(&error)),
    }
}

/// Says on standard output where a server listens, for people and for whoever started it with
/// port 0.
pub fn announce(program: &str, listener: &TcpListener, what: &str) {
    match listener.local_addr() {
        Ok(address) => say(format_args!("{program}: listening on {address} ({what})")),
        Err(error) => error!(%error, "an address without a name"),
    }
}

/// Prints a line on standard output. That nobody reads it any more is no error.
pub fn say(line: impl fmt::Display) {
    let _ = writeln!(io::stdout(), "{line}");
}

/// Runs a server until one of the signals, then lets it finish.
pub async fn serve_until<T>(
    server: impl Future<Output = T>,
    mut signals: Signals,
    trigger: Trigger,
) -> T {
    let mut server = core::pin::pin!(server);
    tokio::select! {
        ended = &mut server => return ended,
        () = signals.wait() => trigger.pull(),
    }
    server.await
}

/// Reads `HOST:PORT`, the host being a name or an address (IPv6 in brackets).
pub fn host_and_port(text: &str) -> Result<String, HostAndPortError> {
    let (host, port) = text.rsplit_once(':').ok_or(HostAndPortError)?;
    let is_bracketed = host.starts_with('[') && host.ends_with(']');
    if host.is_empty() || (host.contains(':') && !is_bracketed) || port.parse::<u16>().is_err() {
        return Err(HostAndPortError);
    }
    Ok(text.into())
}

/// Something else than a host and a port.
#[derive(Clone, Copy, Debug, Eq, Error, PartialEq)]
#[error("expected HOST:PORT")]
pub struct HostAndPortError;

/// Prints `program: what` on standard error and gives the exit status for it, 2.
pub fn refuse(program: &str, what: &dyn fmt::Display) -> ExitCode {
    eprintln!("{program}: {}", visible(&what.to_string()));
    ExitCode::from(2)
}

/// A text that may hold what a file or a peer says, for a terminal, in one line: what is
/// [steering](is_steering) is shown as an escape.
pub fn visible(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for character in text.chars() {
        match is_steering(character) {
            true => shown.extend(character.escape_default()),
            false => shown.push(character),
        }
    }
    shown
}

/// Whether a character would steer a terminal, end a line, or turn the text around.
pub fn is_steering(character: char) -> bool {
    match character {
        // The marks and overrides of Unicode's bidirectional algorithm (UAX #9).
        '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => {
            true
        }
        // The separators of lines and paragraphs, which are no controls.
        '\u{2028}' | '\u{2029}' => true,
        _ => character.is_control(),
    }
}

/// The first paragraph of a message of clap's in one line, without its `error:`.
fn one_clause(message: &str) -> String {
    let message = message.strip_prefix("error: ").unwrap_or(message);
    let paragraph = message.split("\n\n").next().unwrap_or_default();
    let words: Vec<&str> = paragraph.split_whitespace().collect();
    words.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_that_is_printed_steers_a_terminal() {
        let shown = visible("a\u{1b}[2J\u{9b}b\r\nc\u{202e}d é\u{2028}e");
        assert_eq!(shown, r"a\u{1b}[2J\u{9b}b\r\nc\u{202e}d é\u{2028}e");
    }

    #[test]
    fn a_next_hop_is_a_host_and_a_port() {
        for text in ["mx.example.com:25", "192.0.2.1:25", "[2001:db8::1]:25"] {
            assert_eq!(host_and_port(text).unwrap(), text);
        }
        for text in [
            "",
            "mx",
            ":25",
            "mx:",
            "mx:smtp",
            "mx:65536",
            "2001:db8::1:25",
        ] {
            assert!(host_and_port(text).is_err(), "{text}");
        }
    }

    #[test]
    fn what_clap_says_becomes_one_line() {
        let message = "error: the following required arguments were not provided:\n  \
                       --listen <ADDR>\n  --domain <NAME>\n\nUsage: mx --listen <ADDR>\n";
        assert_eq!(
            one_clause(message),
            "the following required arguments were not provided: --listen <ADDR> --domain <NAME>"
        );
    }
}
