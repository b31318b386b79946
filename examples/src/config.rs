//! What keeps a program from starting, told so that it can be mended: the file, the line, the cause.

use core::error::Error;
use core::net::SocketAddr;
use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

/// Why a program could not start.
///
/// `Display` names the place, `source()` what is wrong there; [`one_line`] joins the two.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ConfigError {
    /// A listening address is in use, or not ours.
    #[error("cannot listen on {address}")]
    Bind {
        /// The address that was asked for.
        address: SocketAddr,
        /// What the system said.
        source: io::Error,
    },
    /// A file could not be read, or is wrong as a whole.
    #[error("{}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        source: Cause,
    },
    /// A value of the command line that only shows itself to be wrong beside the others.
    #[error("{flag}")]
    Flag {
        /// The flag, with its hyphens.
        flag: &'static str,
        /// What is wrong with it.
        source: Cause,
    },
    /// A line of a file is wrong.
    #[error("{}:{line}", path.display())]
    Line {
        /// The file.
        path: PathBuf,
        /// The line, counted from 1.
        line: usize,
        /// What is wrong with it.
        source: Cause,
    },
    /// SIGINT and SIGTERM cannot be listened to.
    #[error("cannot hear signals")]
    Signals(#[source] io::Error),
}

/// What went wrong below a [`ConfigError`].
pub type Cause = Box<dyn Error + Send + Sync>;

impl ConfigError {
    /// The file at `path` is wrong as a whole.
    pub fn file(path: &Path, source: impl Into<Cause>) -> Self {
        Self::File {
            path: path.to_owned(),
            source: source.into(),
        }
    }

    /// The value of a flag is wrong.
    pub fn flag(flag: &'static str, source: impl Into<Cause>) -> Self {
        Self::Flag {
            flag,
            source: source.into(),
        }
    }

    /// A line of the file at `path` is wrong.
    pub fn line(path: &Path, line: usize, source: impl Into<Cause>) -> Self {
        Self::Line {
            path: path.to_owned(),
            line,
            source: source.into(),
        }
    }
}

/// The whole of a file, if it is no larger than 64 MiB.
pub fn read(path: &Path) -> Result<Vec<u8>, ConfigError> {
    let file = File::open(path).map_err(|error| ConfigError::file(path, error))?;
    read_within(file, LIMIT).map_err(|cause| ConfigError::file(path, cause))
}

/// All of an input, if it ends within `limit` octets.
pub(crate) fn read_within(input: impl Read, limit: u64) -> Result<Vec<u8>, Cause> {
    let mut octets = Vec::new();
    input
        .take(limit.saturating_add(1))
        .read_to_end(&mut octets)?;
    match u64::try_from(octets.len()) {
        Ok(length) if length <= limit => Ok(octets),
        _ => Err(TooLong { limit }.into()),
    }
}

/// An input with more octets than anybody means to give.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("larger than {} MiB", limit >> 20)]
pub struct TooLong {
    limit: u64,
}

/// The whole of a file that holds a secret, unless others than those in `allowed` (the bits of
/// a Unix mode) may open it.
pub fn read_secret(path: &Path, allowed: u32) -> Result<Vec<u8>, ConfigError> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;

        let metadata = fs::metadata(path).map_err(|error| ConfigError::file(path, error))?;
        if metadata.is_dir() {
            return Err(ConfigError::file(
                path,
                io::ErrorKind::IsADirectory.to_string(),
            ));
        }
        let mode = metadata.permissions().mode() & 0o777;
        if mode & !allowed != 0 {
            return Err(ConfigError::file(path, TooOpen { mode, allowed }));
        }
    }
    #[cfg(not(unix))]
    let _ = allowed;
    read(path)
}

/// A file with a secret that too many can open.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("mode is {mode:04o}, more than {allowed:04o} would let others read a secret")]
pub struct TooOpen {
    mode: u32,
    allowed: u32,
}

/// An error and its causes in one line, from the outside in.
pub fn one_line(error: &(dyn Error + 'static)) -> String {
    let mut line = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        line.push_str(": ");
        line.push_str(&error.to_string());
        cause = error.source();
    }
    line.replace(['\r', '\n'], " ")
}

/// More than any file that is written by hand, and no more than a machine can hold.
const LIMIT: u64 = 64 * 1024 * 1024;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_and_its_causes_make_one_line() {
        let error = ConfigError::line(Path::new("zone.txt"), 3, "no such record type");
        assert_eq!(one_line(&error), "zone.txt:3: no such record type");
        let error = ConfigError::file(Path::new("key.pem"), "first\nsecond");
        assert_eq!(one_line(&error), "key.pem: first second");
    }

    #[cfg(unix)]
    #[test]
    fn a_secret_that_others_can_read_is_refused() {
        use std::os::unix::fs::PermissionsExt;

        let file = tempfile::NamedTempFile::new().unwrap();
        for (mode, allowed, refused) in [
            (0o600, 0o600, false),
            (0o400, 0o600, false),
            (0o640, 0o600, true),
            (0o604, 0o600, true),
            (0o640, 0o640, false),
            (0o644, 0o640, true),
        ] {
            fs::set_permissions(file.path(), fs::Permissions::from_mode(mode)).unwrap();
            assert_eq!(
                read_secret(file.path(), allowed).is_err(),
                refused,
                "{mode:o}"
            );
        }
    }
}
