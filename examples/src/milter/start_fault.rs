//! What keeps a start from what it needs of the system, with what to do about it.

use std::io;
use std::path::PathBuf;

use thiserror::Error;

use super::conf::{Socket, UserId};

/// Why a server cannot start although its configuration is right.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum StartFault {
    /// The file of the process id cannot be written.
    #[error("PidFile {}: {error}{}", path.display(), of_path(error))]
    PidFile {
        /// The file.
        path: PathBuf,
        /// What the system said.
        error: io::Error,
    },
    /// The socket cannot be taken.
    #[error("Socket {socket}: {error}{}", of_socket(socket, error))]
    Socket {
        /// The socket.
        socket: Socket,
        /// What the system said.
        error: io::Error,
    },
    /// The process cannot become the user.
    #[error("UserID {user_id}: {error}{}", of_user(error))]
    UserId {
        /// The user.
        user_id: UserId,
        /// What the system said.
        error: io::Error,
    },
}

fn of_path(error: &io::Error) -> &'static str {
    match error.kind() {
        io::ErrorKind::AddrInUse => "; stop what listens there, or name another",
        io::ErrorKind::AlreadyExists => "; name another path",
        io::ErrorKind::NotFound => "; create its directory",
        io::ErrorKind::PermissionDenied => "; start as root, or name a path that may be written",
        _ => "",
    }
}

fn of_socket(socket: &Socket, error: &io::Error) -> &'static str {
    match (socket, error.kind()) {
        (Socket::Unix(_), _) => of_path(error),
        (_, io::ErrorKind::AddrInUse) => "; stop what listens there, or name another",
        (_, io::ErrorKind::AddrNotAvailable) => "; name an address of this machine",
        (_, io::ErrorKind::PermissionDenied) => "; start as root, or name a port above 1023",
        _ => "",
    }
}

fn of_user(error: &io::Error) -> &'static str {
    match error.kind() {
        io::ErrorKind::PermissionDenied => "; only root can become another user",
        _ => "",
    }
}
