//! Where the mail server finds the filter, in OpenDKIM's spelling and in Postfix's.

use core::fmt;
use core::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use core::str::FromStr;
use std::path::PathBuf;

use thiserror::Error;

/// A socket to listen to.
///
/// OpenDKIM writes `inet:PORT@HOST`, Postfix `inet:HOST:PORT`; a line copied from either works.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Socket {
    /// TCP.
    Inet {
        /// A host name, or an address without brackets; every address of this machine is written
        /// as `0.0.0.0` or `::`.
        host: String,
        /// The port.
        port: u16,
        /// Whether a host name stands for its IPv6 addresses.
        v6: bool,
    },
    /// A path in the file system.
    Unix(PathBuf),
}

impl Socket {
    /// The address, if the host is one.
    pub fn address(&self) -> Option<IpAddr> {
        match self {
            Self::Inet { host, .. } => host.parse().ok(),
            Self::Unix(_) => None,
        }
    }
}

impl FromStr for Socket {
    type Err = SocketError;

    fn from_str(text: &str) -> Result<Self, SocketError> {
        match text.split_once(':') {
            Some(("inet", rest)) => inet(rest, false),
            Some(("inet6", rest)) => inet(rest, true),
            Some(("local" | "unix", path)) => unix(path),
            // opendkim(8): without a type it is a path. Of one without a slash only its author
            // could say where it is.
            None if text.is_empty() || text.contains('/') => unix(text),
            None => Err(SocketError::Kind),
            Some(_) if text.starts_with('/') => unix(text),
            Some(_) => Err(SocketError::Kind),
        }
    }
}

/// As OpenDKIM writes it.
impl fmt::Display for Socket {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Inet { host, port, v6 } => {
                let kind = if *v6 { "inet6" } else { "inet" };
                match host.contains(':') {
                    true => write!(f, "{kind}:{port}@[{host}]"),
                    false => write!(f, "{kind}:{port}@{host}"),
                }
            }
            Self::Unix(path) => write!(f, "local:{}", path.display()),
        }
    }
}

/// Why there is nothing to listen to.
#[derive(Clone, Copy, Debug, Eq, Error, PartialEq)]
#[non_exhaustive]
pub enum SocketError {
    /// A host that is neither an address nor a name.
    #[error("the host is neither a name nor an address of the family (IPv6 stands in brackets)")]
    Host,
    /// Another type.
    #[error("expected inet:PORT@HOST, inet6:PORT@HOST or local:PATH")]
    Kind,
    /// An empty path.
    #[error("the path is empty")]
    Path,
    /// Something else than 0 to 65535.
    #[error("the port is not a number from 0 to 65535; expected inet:PORT@HOST")]
    Port,
}

/// `PORT [ "@" HOST ]` or `HOST ":" PORT`.
fn inet(text: &str, v6: bool) -> Result<Socket, SocketError> {
    let (host, port) = match text.split_once('@') {
        Some((port, host)) => (Some(host), port),
        None => match text.rsplit_once(':') {
            Some((host, port)) => (Some(host), port),
            None => (None, text),
        },
    };
    let port = port.parse().map_err(|_| SocketError::Port)?;
    let host = match host {
        Some(host) => self::host(host, v6)?,
        None if v6 => Ipv6Addr::UNSPECIFIED.to_string(),
        None => Ipv4Addr::UNSPECIFIED.to_string(),
    };
    Ok(Socket::Inet { host, port, v6 })
}

fn host(text: &str, v6: bool) -> Result<String, SocketError> {
    if let Some(address) = text.strip_prefix('[') {
        let address = address.strip_suffix(']').ok_or(SocketError::Host)?;
        let address: IpAddr = address.parse().map_err(|_| SocketError::Host)?;
        return Ok(address.to_string());
    }
    let is_name = |octet: u8| octet.is_ascii_alphanumeric() || matches!(octet, b'-' | b'.' | b'_');
    match text.parse::<IpAddr>() {
        // Without brackets nobody can tell where the address ends, but behind `@` there is no doubt.
        Ok(IpAddr::V6(address)) if v6 => Ok(address.to_string()),
        Ok(IpAddr::V4(address)) if !v6 => Ok(address.to_string()),
        Err(_) if !text.is_empty() && text.bytes().all(is_name) => Ok(text.into()),
        _ => Err(SocketError::Host),
    }
}

fn unix(path: &str) -> Result<Socket, SocketError> {
    match path.is_empty() {
        true => Err(SocketError::Path),
        false => Ok(Socket::Unix(path.into())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_spellings_are_read() {
        for (text, expected) in [
            ("inet:8891@localhost", "inet:8891@localhost"),
            ("inet:localhost:8891", "inet:8891@localhost"),
            ("inet:127.0.0.1:8891", "inet:8891@127.0.0.1"),
            ("inet:8891@[127.0.0.1]", "inet:8891@127.0.0.1"),
            ("inet:8891", "inet:8891@0.0.0.0"),
            ("inet6:8891", "inet6:8891@[::]"),
            ("inet6:8891@[::1]", "inet6:8891@[::1]"),
            ("inet6:[::1]:8891", "inet6:8891@[::1]"),
            ("inet:[::1]:8891", "inet:8891@[::1]"),
            (
                "local:/run/opendkim/opendkim.sock",
                "local:/run/opendkim/opendkim.sock",
            ),
            (
                "unix:/run/opendkim/opendkim.sock",
                "local:/run/opendkim/opendkim.sock",
            ),
            ("/run/a:b", "local:/run/a:b"),
        ] {
            let socket: Socket = text.parse().unwrap();
            assert_eq!(socket.to_string(), expected, "{text}");
        }
    }

    #[test]
    fn what_is_no_socket_is_told() {
        for (text, error) in [
            ("", SocketError::Path),
            ("local:", SocketError::Path),
            // Ports, and names of files where nobody would look for them.
            ("8891", SocketError::Kind),
            ("localhost", SocketError::Kind),
            ("tcp:8891@localhost", SocketError::Kind),
            ("inet:smtp@localhost", SocketError::Port),
            ("inet:65536@localhost", SocketError::Port),
            ("inet:localhost", SocketError::Port),
            ("inet:8891@", SocketError::Host),
            ("inet:8891@a b", SocketError::Host),
            ("inet:8891@[::1", SocketError::Host),
            ("inet:8891@[name]", SocketError::Host),
            ("inet:::1:8891", SocketError::Host),
        ] {
            assert_eq!(text.parse::<Socket>(), Err(error), "{text}");
        }
    }
}
