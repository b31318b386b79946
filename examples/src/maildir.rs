//! Delivery into a Maildir: a message is there whole or not at all.

use core::sync::atomic::{AtomicU64, Ordering};
use core::time::Duration;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::process;
use std::time::{SystemTime, UNIX_EPOCH};

use crate::config::ConfigError;

/// A directory with the three subdirectories `tmp`, `new` and `cur`.
///
/// A reader looks into `new` and `cur` only. A message is written into `tmp`, flushed to the
/// disk, and renamed into `new`: a process killed on the way leaves a file in `tmp` that no
/// reader sees, and that is swept away after 36 hours.
#[derive(Debug)]
pub struct Maildir {
    root: PathBuf,
    host: String,
    delivered: AtomicU64,
}

impl Maildir {
    /// Opens the Maildir at `root`, making what is missing of it. `host` goes into file names.
    pub fn open(root: &Path, host: &str) -> Result<Self, ConfigError> {
        for name in ["tmp", "new", "cur"] {
            make_private_directory(&root.join(name))
                .map_err(|error| ConfigError::file(root, error))?;
        }
        sweep(&root.join("tmp"), SystemTime::now());
        Ok(Self {
            root: root.to_owned(),
            host: host.replace(['/', ':'], "_"),
            delivered: AtomicU64::new(0),
        })
    }

    /// Where messages are written before they are delivered.
    pub fn tmp(&self) -> PathBuf {
        self.root.join("tmp")
    }

    /// Delivers what `head` and then `body` hold, and gives the place. Blocks; once it has
    /// returned, a loss of power loses nothing.
    pub fn deliver(&self, head: &[u8], body: &mut dyn Read) -> io::Result<PathBuf> {
        let name = self.unique_name();
        let tmp = Unfinished {
            path: self.tmp().join(&name),
        };
        let mut file = private_file(&tmp.path)?;
        file.write_all(head)?;
        io::copy(body, &mut file)?;
        file.sync_all()?;
        let new = self.root.join("new");
        let place = new.join(&name);
        fs::rename(&tmp.path, &place)?;
        // The rename is an entry in two directories, and lasts when both are on the disk.
        sync_directory(&new)?;
        sync_directory(&self.tmp())?;
        Ok(place)
    }

    /// `time.MmicrosecondsPprocessQcount.host`: unique among the deliveries of one host.
    fn unique_name(&self) -> String {
        let now = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .unwrap_or_default();
        format!(
            "{}.M{}P{}Q{}.{}",
            now.as_secs(),
            now.subsec_micros(),
            process::id(),
            self.delivered.fetch_add(1, Ordering::Relaxed),
            self.host
        )
    }
}

/// A file of a delivery that is under way; removed unless it was renamed.
struct Unfinished {
    path: PathBuf,
}

impl Drop for Unfinished {
    fn drop(&mut self) {
        // After the rename there is nothing under this name.
        let _ = fs::remove_file(&self.path);
    }
}

/// Makes a new file that nobody else can read; an existing one is an error.
pub(crate) fn private_file(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.read(true).write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

fn make_private_directory(path: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path)
}

fn sync_directory(path: &Path) -> io::Result<()> {
    File::open(path)?.sync_all()
}

/// Removes what dead processes left behind. What cannot be removed stays.
fn sweep(tmp: &Path, now: SystemTime) {
    let Ok(entries) = fs::read_dir(tmp) else {
        return;
    };
    for entry in entries.flatten() {
        let is_old = entry
            .metadata()
            .and_then(|metadata| metadata.modified())
            .is_ok_and(|modified| {
                now.duration_since(modified)
                    .is_ok_and(|age| age > ABANDONED)
            });
        if is_old {
            let _ = fs::remove_file(entry.path());
        }
    }
}

/// After how long the Maildir convention takes a file in `tmp` for abandoned.
const ABANDONED: Duration = Duration::from_secs(36 * 60 * 60);

#[cfg(test)]
mod tests {
    use super::*;

    fn names(directory: &Path) -> Vec<String> {
        fs::read_dir(directory)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect()
    }

    #[test]
    fn a_delivery_stands_in_new_and_leaves_nothing_in_tmp() {
        let directory = tempfile::tempdir().unwrap();
        let maildir = Maildir::open(directory.path(), "mx.example.com").unwrap();
        let first = maildir.deliver(b"A: b\r\n", &mut &b"\r\nbody\r\n"[..]);
        let second = maildir.deliver(b"", &mut &b""[..]).unwrap();
        assert_eq!(fs::read(first.unwrap()).unwrap(), b"A: b\r\n\r\nbody\r\n");
        assert!(second.ends_with(&names(&directory.path().join("new"))[0]) || second.exists());
        assert_eq!(names(&directory.path().join("new")).len(), 2);
        assert_eq!(names(&maildir.tmp()).len(), 0);
    }

    #[test]
    fn a_delivery_that_fails_leaves_nothing() {
        struct Broken;
        impl Read for Broken {
            fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
                Err(io::Error::other("no more"))
            }
        }
        let directory = tempfile::tempdir().unwrap();
        let maildir = Maildir::open(directory.path(), "mx.example.com").unwrap();
        assert!(maildir.deliver(b"A: b\r\n", &mut Broken).is_err());
        assert_eq!(names(&maildir.tmp()).len(), 0);
        assert_eq!(names(&directory.path().join("new")).len(), 0);
    }

    #[test]
    fn the_sweep_takes_only_what_is_old() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("left-behind");
        fs::write(&path, b"").unwrap();
        let now = SystemTime::now();
        sweep(directory.path(), now);
        assert!(path.exists());
        sweep(
            directory.path(),
            now + ABANDONED + Duration::from_secs(3600),
        );
        assert!(!path.exists());
    }
}
