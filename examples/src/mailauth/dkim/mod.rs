//! `mailauth dkim`: signatures, and the keys that they are made with.

mod genkey;
#[cfg(unix)]
mod rotate;
mod sign;
mod testkey;
pub(super) mod verify;

use std::process::ExitCode;

use clap::{Args, Subcommand};
use dns_txt::Domain;

use super::{Fault, Shared, message::remark};

/// Verifies and makes DKIM signatures (RFC 6376), makes keys for them and tests what is published.
#[derive(Args, Debug)]
#[command(arg_required_else_help = false)]
pub(super) struct Dkim {
    #[command(subcommand)]
    command: Command,
}

impl Dkim {
    pub(super) fn run(self, shared: &Shared) -> Result<ExitCode, Fault> {
        match self.command {
            Command::Genkey(genkey) => genkey.run(shared),
            #[cfg(unix)]
            Command::Rotate(rotate) => rotate.run(shared),
            Command::Sign(sign) => sign.run(shared),
            Command::Testkey(testkey) => testkey.run(shared),
            Command::Verify(verify) => verify.run(shared),
        }
    }
}

#[derive(Debug, Subcommand)]
enum Command {
    Genkey(genkey::Genkey),
    #[cfg(unix)]
    Rotate(rotate::Rotate),
    Sign(sign::Sign),
    Testkey(testkey::Testkey),
    Verify(verify::Verify),
}

/// Remarks a signing domain that no one accepts: it has to have two labels (RFC 6376 §3.5).
fn remark_one_label(domain: &Domain) {
    if domain.parent().is_none() {
        let what = format!("{domain} has only one label, and what it signs is refused everywhere");
        remark("--domain", what);
    }
}
