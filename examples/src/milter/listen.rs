//! Where the mail server finds the filter: sockets of both kinds, taken while the process may
//! still do so.

use core::fmt;
use core::net::SocketAddr;
use std::fs;
use std::io;
use std::net::ToSocketAddrs;
use std::os::unix::fs::{FileTypeExt, MetadataExt, lchown};
use std::os::unix::net::UnixStream as StdUnixStream;
use std::path::{Path, PathBuf};

use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, UnixListener};

use super::conf::{Account, Socket};

/// A socket that is taken, and not yet served.
#[derive(Debug)]
pub struct Bound {
    kind: Kind,
    name: String,
}

#[derive(Debug)]
enum Kind {
    Tcp(std::net::TcpListener),
    Unix(std::os::unix::net::UnixListener, SocketFile),
}

impl Bound {
    /// Takes a socket. Of a host with several addresses it is the first of the family.
    ///
    /// The file of a Unix socket that nobody listens to any more is replaced; one that somebody
    /// listens to, or that is no socket, is left alone and is an error.
    pub fn new(socket: &Socket) -> io::Result<Self> {
        match socket {
            Socket::Inet { host, port, v6 } => {
                let listener = std::net::TcpListener::bind(address(host, *port, *v6)?)?;
                listener.set_nonblocking(true)?;
                let name = listener.local_addr()?.to_string();
                let kind = Kind::Tcp(listener);
                Ok(Self { kind, name })
            }
            Socket::Unix(path) => {
                clear(path)?;
                let listener = std::os::unix::net::UnixListener::bind(path)?;
                listener.set_nonblocking(true)?;
                let name = path.display().to_string();
                let kind = Kind::Unix(listener, SocketFile::new(path)?);
                Ok(Self { kind, name })
            }
        }
    }

    /// Gives the file of a Unix socket to whom the process becomes, so that the group that UMask
    /// lets in is that account's.
    pub fn give_to(&self, account: &Account) -> io::Result<()> {
        match &self.kind {
            Kind::Tcp(_) => Ok(()),
            Kind::Unix(_, SocketFile { path, .. }) => {
                // Of the link, if somebody has put one there meanwhile.
                lchown(path, Some(account.uid.as_raw()), Some(account.gid.as_raw()))
            }
        }
    }

    /// Ready to be served. To be called within a Tokio runtime.
    pub(super) fn listen(self) -> io::Result<Listener> {
        match self.kind {
            Kind::Tcp(listener) => TcpListener::from_std(listener).map(Listener::Tcp),
            Kind::Unix(listener, file) => {
                let listener = UnixListener::from_std(listener)?;
                let _file = file;
                Ok(Listener::Unix { listener, _file })
            }
        }
    }
}

/// The address and port, or the path.
impl fmt::Display for Bound {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)
    }
}

/// A socket that mail servers connect to.
#[derive(Debug)]
pub(super) enum Listener {
    Tcp(TcpListener),
    Unix {
        listener: UnixListener,
        _file: SocketFile,
    },
}

impl Listener {
    /// The next connection. Cancel safe.
    pub(super) async fn accept(&self) -> io::Result<Box<dyn Stream>> {
        match self {
            Self::Tcp(listener) => {
                let (stream, _) = listener.accept().await?;
                // Replies are short, and the mail server waits for each.
                stream.set_nodelay(true)?;
                Ok(Box::new(stream))
            }
            Self::Unix { listener, .. } => {
                let (stream, _) = listener.accept().await?;
                Ok(Box::new(stream))
            }
        }
    }
}

/// The file of a Unix socket, removed when it is no longer listened to; where the process may not,
/// the next start does. One that another process has put into its place stays.
#[derive(Debug)]
pub(super) struct SocketFile {
    path: PathBuf,
    identity: (u64, u64),
}

impl SocketFile {
    fn new(path: &Path) -> io::Result<Self> {
        Ok(Self {
            path: path.to_owned(),
            identity: identity(path)?,
        })
    }
}

impl Drop for SocketFile {
    fn drop(&mut self) {
        if identity(&self.path).is_ok_and(|found| found == self.identity) {
            let _ = fs::remove_file(&self.path);
        }
    }
}

/// What a file has for itself alone, whatever its path.
fn identity(path: &Path) -> io::Result<(u64, u64)> {
    let metadata = fs::symlink_metadata(path)?;
    Ok((metadata.dev(), metadata.ino()))
}

/// A connection of a mail server, whatever the socket.
pub(super) trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}

impl<T: AsyncRead + AsyncWrite + Send + Unpin> Stream for T {}

fn address(host: &str, port: u16, v6: bool) -> io::Result<SocketAddr> {
    let is_literal = host.parse::<core::net::IpAddr>().is_ok();
    let mut addresses = (host, port).to_socket_addrs()?;
    let found = addresses.find(|address| is_literal || address.is_ipv6() == v6);
    found.ok_or_else(|| io::Error::new(io::ErrorKind::NotFound, "the host has no such address"))
}

/// Removes the file of a socket that a process left behind when it ended.
fn clear(path: &Path) -> io::Result<()> {
    match fs::symlink_metadata(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(error),
        Ok(metadata) if !metadata.file_type().is_socket() => {
            Err(io::Error::new(io::ErrorKind::AlreadyExists, "not a socket"))
        }
        Ok(_) => match StdUnixStream::connect(path) {
            Err(error) if error.kind() == io::ErrorKind::ConnectionRefused => fs::remove_file(path),
            Err(error) => Err(error),
            Ok(_) => Err(io::ErrorKind::AddrInUse.into()),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn unix(path: &Path) -> Socket {
        Socket::Unix(path.to_owned())
    }

    #[test]
    fn a_socket_that_was_left_behind_is_replaced() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("socket");
        drop(std::os::unix::net::UnixListener::bind(&path).unwrap());
        assert!(path.exists());
        let bound = Bound::new(&unix(&path)).unwrap();
        StdUnixStream::connect(&path).unwrap();
        let error = Bound::new(&unix(&path)).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::AddrInUse);
        drop(bound);
    }

    /// Whoever owns the directory may put one there while root has not yet given the socket away.
    #[test]
    fn a_link_in_the_place_of_a_socket_gives_nothing_else_away() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("socket");
        let bound = Bound::new(&unix(&path)).unwrap();
        fs::remove_file(&path).unwrap();
        // Who followed the link would not find anything.
        std::os::unix::fs::symlink(directory.path().join("none"), &path).unwrap();
        bound.give_to(&Account::current()).unwrap();
    }

    #[test]
    fn what_is_no_socket_is_left_alone() {
        let file = tempfile::NamedTempFile::new().unwrap();
        fs::write(file.path(), "kept").unwrap();
        let error = Bound::new(&unix(file.path())).unwrap_err();
        assert_eq!(error.to_string(), "not a socket");
        assert_eq!(fs::read(file.path()).unwrap(), b"kept");
    }

    #[test]
    fn a_host_is_looked_up_in_the_family_of_the_socket() {
        for (text, family) in [
            ("inet:0@127.0.0.1", "127.0.0.1:"),
            ("inet:localhost:0", "127.0.0.1:"),
        ] {
            let bound = Bound::new(&text.parse().unwrap()).unwrap();
            assert!(bound.to_string().starts_with(family), "{bound}");
        }
    }
}
