//! Answers questions of mail authentication on the command line.
//!
//! One module for each subcommand; what they share is in [`Shared`] (the flags that all have, and
//! whom to ask) and [`Output`] (JSON or text). A subcommand is a struct of flags with one method
//! `run(self, &Shared)`.
//!
//! A verdict is an answer, whatever it says: the exit status is 0. What could not be read or was
//! called wrongly is one line on standard error and exit status 2.

mod check;
mod dkim;
mod dmarc;
mod fault;
mod lint;
mod message;
mod output;
mod shared;
mod spf;
mod survey;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

pub use self::fault::Fault;
pub use self::output::Output;
pub use self::shared::{Dns, Shared};

/// Answers questions of mail authentication: who may send, what was signed, what to publish.
///
/// Exit status: 0 when the question was answered, whatever the verdict; 2 when something could not
/// be read or was called wrongly, with one line on standard error.
#[derive(Debug, Parser)]
#[command(
    name = "mailauth",
    version,
    arg_required_else_help = false,
    verbatim_doc_comment
)]
pub struct Arguments {
    #[command(flatten)]
    shared: Shared,

    #[command(subcommand)]
    command: Command,
}

impl Arguments {
    /// Answers, on standard output.
    pub fn run(self) -> Result<ExitCode, Fault> {
        let Self { shared, command } = self;
        match command {
            Command::Check(check) => check.run(&shared),
            Command::Dkim(dkim) => dkim.run(&shared),
            Command::Dmarc(dmarc) => dmarc.run(&shared),
            Command::Lint(lint) => lint.run(&shared),
            Command::Spf(spf) => spf.run(&shared),
        }
    }
}

#[derive(Debug, Subcommand)]
enum Command {
    Check(check::Check),
    Dkim(dkim::Dkim),
    Dmarc(dmarc::Dmarc),
    Lint(lint::Lint),
    Spf(spf::Spf),
}
