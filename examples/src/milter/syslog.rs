//! The system's log: each event a datagram to `/dev/log`, as syslog(3) sends them.

use std::io::{self, Write};
use std::os::fd::AsFd;
use std::os::unix::net::UnixDatagram;
use std::path::{Path, PathBuf};

use nix::sys::stat::fstat;
use tracing::{Level, Metadata};
use tracing_subscriber::fmt::MakeWriter;

/// Has all events go to the system's log from now on. Fails where nobody listens there.
pub fn to_syslog(program: &str) -> io::Result<()> {
    let syslog = Syslog::new(program, Path::new(SOCKET))?;
    tracing_subscriber::fmt()
        .with_ansi(false)
        .with_level(false)
        .with_max_level(Level::INFO)
        .with_target(false)
        .with_writer(syslog)
        .without_time()
        .init();
    Ok(())
}

/// Whether standard error goes to the journal of systemd, where `JOURNAL_STREAM` says so of it
/// (systemd.exec(5)).
///
/// What is written there has no facility, so that no `mail.log` has it. What goes to the system's
/// log has one, and the journal gets it as well.
pub fn stderr_is_journal() -> bool {
    let stream = std::env::var("JOURNAL_STREAM");
    stream.is_ok_and(|stream| is_stream(&stream, io::stderr()))
}

/// `DEVICE:INODE` of what is open. Programs inherit the variable from others whose standard error it
/// is about.
fn is_stream(stream: &str, open: impl AsFd) -> bool {
    fstat(open).is_ok_and(|found| stream == format!("{}:{}", found.st_dev, found.st_ino))
}

/// Whoever takes the log.
#[derive(Debug)]
struct Syslog {
    socket: UnixDatagram,
    path: PathBuf,
    tag: String,
}

impl Syslog {
    fn new(program: &str, path: &Path) -> io::Result<Self> {
        let socket = UnixDatagram::unbound()?;
        // That somebody listens shows without a word. Later each datagram finds its own way, so that
        // the log may be started anew.
        UnixDatagram::unbound()?.connect(path)?;
        // Mail must not wait for its log.
        socket.set_nonblocking(true)?;
        Ok(Self {
            socket,
            path: path.to_owned(),
            tag: format!("{program}[{}]", std::process::id()),
        })
    }
}

impl<'w> MakeWriter<'w> for Syslog {
    type Writer = Line<'w>;

    fn make_writer(&'w self) -> Line<'w> {
        let severity = INFO;
        Line {
            syslog: self,
            severity,
        }
    }

    fn make_writer_for(&'w self, metadata: &Metadata<'_>) -> Line<'w> {
        let severity = match *metadata.level() {
            Level::ERROR => 3,
            Level::WARN => 4,
            Level::INFO => INFO,
            _ => 7,
        };
        Line {
            syslog: self,
            severity,
        }
    }
}

/// One event.
struct Line<'w> {
    syslog: &'w Syslog,
    severity: u8,
}

impl Write for Line<'_> {
    /// The whole event comes at once.
    fn write(&mut self, octets: &[u8]) -> io::Result<usize> {
        let Syslog { socket, path, tag } = self.syslog;
        let text = String::from_utf8_lossy(octets);
        // `PRI = "<" PRIVAL ">"`, facility * 8 + severity (RFC 5424 §6.2.1).
        let datagram = format!("<{}>{tag}: {}", MAIL * 8 + self.severity, text.trim_end());
        // A log that takes nothing must not keep mail from its way.
        let _ = socket.send_to(datagram.as_bytes(), path);
        Ok(octets.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

const SOCKET: &str = "/dev/log";

/// The facility of the mail system (RFC 5424 §6.2.1).
const MAIL: u8 = 2;

/// Informational messages (RFC 5424 §6.2.1).
const INFO: u8 = 6;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_is_a_datagram_with_its_priority() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("log");
        assert!(Syslog::new("milter", &path).is_err());
        let log = UnixDatagram::bind(&path).unwrap();
        let syslog = Syslog::new("milter", &path).unwrap();
        let subscriber = tracing_subscriber::fmt()
            .with_level(false)
            .with_target(false)
            .with_writer(syslog)
            .without_time()
            .finish();
        tracing::subscriber::with_default(subscriber, || {
            tracing::info!("Q1: signed");
            tracing::warn!("Q2: not signed");
        });
        for (priority, text) in [(22, "Q1: signed"), (20, "Q2: not signed")] {
            let mut buffer = [0; 200];
            let length = log.recv(&mut buffer).unwrap();
            let expected = format!("<{priority}>milter[{}]: {text}", std::process::id());
            assert_eq!(String::from_utf8_lossy(&buffer[..length]), expected);
        }
    }

    #[test]
    fn the_journal_is_told_by_device_and_inode() {
        use std::os::unix::fs::MetadataExt;

        let [journal, other] = [(); 2].map(|()| tempfile::tempfile().unwrap());
        let metadata = journal.metadata().unwrap();
        let stream = format!("{}:{}", metadata.dev(), metadata.ino());
        assert!(is_stream(&stream, &journal));
        assert!(!is_stream(&stream, &other));
        assert!(!is_stream("", &journal));
    }
}
