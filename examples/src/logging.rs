//! What the programs tell while they run.

use std::io::{self, IsTerminal};

use tracing::Level;

/// Writes events of `level` and graver to standard error, coloured on a terminal only.
pub fn to_stderr(level: Level) {
    let is_unwanted = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
    tracing_subscriber::fmt()
        .with_max_level(level)
        .with_ansi(io::stderr().is_terminal() && !is_unwanted)
        .with_target(false)
        .with_writer(io::stderr)
        .init();
}
