//! The story of mail spoofing and its cure, played over real sockets.
#![allow(
    clippy::std_instead_of_alloc,
    reason = "programs of an operating system have std"
)]

mod dialogue;
mod meddler;
mod paint;
mod stage;
mod story;
mod verdict;

use std::process::ExitCode;

use clap::Parser;
use examples::config::ConfigError;
use examples::program;
use examples::shutdown::Signals;

use crate::paint::Paint;
use crate::stage::Stage;

/// Plays five mails against a real submission server and a real mail exchanger, and shows for
/// each what the receiver finds out about its sender.
///
/// Everything happens on loopback with keys and DNS records made on the spot. The exit status is 0
/// only if every verdict is the expected one.
#[derive(Debug, Parser)]
#[command(name = PROGRAM, version)]
struct Arguments {
    /// Does not show the SMTP dialogues.
    #[arg(long)]
    quiet: bool,

    /// Keeps the servers up afterwards, and says how to talk to them.
    #[arg(long)]
    serve: bool,
}

fn main() -> ExitCode {
    let arguments: Arguments = match program::command_line(PROGRAM) {
        Ok(arguments) => arguments,
        Err(exit) => return exit,
    };
    let mut as_expected = false;
    let exit = program::run(PROGRAM, async {
        let paint = Paint::for_stdout();
        let mut stage = Stage::set().await?;
        stage.show_records(paint);
        as_expected = story::play(&mut stage, arguments.quiet, paint).await?;
        if arguments.serve {
            let mut signals = Signals::listen().map_err(ConfigError::Signals)?;
            stage.show_how_to_talk(paint);
            signals.wait().await;
        }
        stage.clear().await;
        Ok(())
    });
    match exit {
        ExitCode::SUCCESS if !as_expected => ExitCode::FAILURE,
        exit => exit,
    }
}

const PROGRAM: &str = "demo";
