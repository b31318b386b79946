//! Files that a configuration names, as a server reads them that must not wait.

use std::fs::OpenOptions;
use std::io;
use std::os::unix::fs::{FileTypeExt, OpenOptionsExt};
use std::path::Path;

use nix::fcntl::OFlag;
use thiserror::Error;

use crate::config::read_within;

/// All of a file, if it has no more than `limit` octets.
///
/// A pipe is refused, for whoever opens one waits until somebody writes into it; and a device that
/// has nothing to say now is not waited for.
pub(crate) fn read_stored(path: &Path, limit: u64) -> io::Result<Vec<u8>> {
    let at_once = (OFlag::O_NONBLOCK | OFlag::O_NOCTTY).bits();
    let mut options = OpenOptions::new();
    let file = options.read(true).custom_flags(at_once).open(path)?;
    // Of what is open, since what is looked at before may be another one by then.
    if file.metadata()?.file_type().is_fifo() {
        return Err(io::Error::other(IsPipe));
    }
    read_within(file, limit).map_err(io::Error::other)
}

/// A pipe in the place of a file.
#[derive(Clone, Copy, Debug, Eq, Error, PartialEq)]
#[error("is a pipe; put the text into a file")]
struct IsPipe;

/// Octets of a table: that of a million domains fits.
pub(crate) const TABLE: u64 = 64 << 20;
