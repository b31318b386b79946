//! The flags that every server has: how much a client, and all of them together, may ask.

use core::time::Duration;

use clap::Args;
use smtp_proto::server::Limits;
use tracing::Level;

use crate::listener;

/// Flags to flatten into the arguments of a server.
#[derive(Args, Clone, Copy, Debug)]
pub struct Bounds {
    /// The largest message taken, in octets.
    #[arg(long, value_name = "OCTETS", default_value_t = 50 * 1024 * 1024)]
    max_size: u64,

    /// How long a client may be silent, if that is shorter than RFC 5321 has it.
    #[arg(long, value_name = "SECONDS", value_parser = clap::value_parser!(u64).range(1..))]
    patience: Option<u64>,

    /// How many clients at the same time, at each address that is listened on.
    #[arg(long, value_name = "NUMBER", default_value_t = listener::Limits::default().connections)]
    connections: usize,

    /// How many of them from the same address.
    #[arg(
        long,
        value_name = "NUMBER",
        default_value_t = listener::Limits::default().connections_per_client
    )]
    connections_per_client: usize,

    /// Says only what went wrong.
    #[arg(long)]
    quiet: bool,
}

impl Bounds {
    /// What one session may ask.
    pub fn session(&self) -> Limits {
        let limits = Limits::default().message_size(Some(self.max_size));
        match self.patience.map(Duration::from_secs) {
            Some(patience) => limits.command_patience(patience).data_patience(patience),
            None => limits,
        }
    }

    /// How many sessions there may be.
    pub fn room(&self) -> listener::Limits {
        listener::Limits::default()
            .connections(self.connections)
            .connections_per_client(self.connections_per_client)
    }

    /// From which level on something is logged.
    pub fn level(&self) -> Level {
        match self.quiet {
            true => Level::WARN,
            false => Level::INFO,
        }
    }
}
