//! Debian's OpenDKIM, to be compared with.

use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::Instant;

use super::program::DEADLOCK;

/// OpenDKIM in the foreground; killed when dropped.
pub(crate) struct OpenDkim {
    child: Child,
    /// Where it listens.
    pub(crate) socket: PathBuf,
}

impl OpenDkim {
    /// Starts it with a configuration that has it listen at `socket`, and waits until it does.
    /// `None`, said aloud, where it is not installed.
    pub(crate) fn start(conf: &Path, socket: PathBuf) -> Option<Self> {
        let child = Command::new("opendkim")
            .args(["-f", "-x"])
            .arg(conf)
            .stdin(Stdio::null())
            .stderr(Stdio::piped())
            .spawn();
        let Ok(child) = child else {
            super::skip("opendkim");
            return None;
        };
        let mut opendkim = Self { child, socket };
        let until = Instant::now() + DEADLOCK;
        while std::os::unix::net::UnixStream::connect(&opendkim.socket).is_err() {
            let has_ended = opendkim.child.try_wait().unwrap().is_some();
            assert!(!has_ended && Instant::now() < until, "{}", opendkim.said());
            thread::sleep(core::time::Duration::from_millis(10));
        }
        Some(opendkim)
    }

    fn said(&mut self) -> String {
        let _ = self.child.kill();
        let mut said = String::new();
        let mut stderr = self.child.stderr.take().unwrap();
        let _ = stderr.read_to_string(&mut said);
        said
    }
}

impl Drop for OpenDkim {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
