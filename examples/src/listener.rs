//! Taking connections: as many as there is room for, until it is time to end.

use core::future::Future;
use core::net::SocketAddr;
use core::time::Duration;

use std::sync::Arc;

use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use tracing::{info, warn};

use crate::config::ConfigError;
use crate::neighbours::Neighbours;
use crate::shutdown::Shutdown;

/// Listens at `address`.
pub async fn bind(address: SocketAddr) -> Result<TcpListener, ConfigError> {
    TcpListener::bind(address)
        .await
        .map_err(|source| ConfigError::Bind { address, source })
}

/// How many connections, and how long they have when the server ends.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Limits {
    /// Connections at the same time. One more is told 421 and closed. By default 256: with the
    /// longest header block that is taken and its copy, they hold some 600 MB at most.
    pub connections: usize,
    /// Connections at the same time from one IPv4 address, or one IPv6 network of 64 bits. One
    /// more is told 421 and closed. By default 64: no server or household needs as many, and it
    /// takes several of them to shut everybody else out.
    pub connections_per_client: usize,
    /// How long open connections have to finish once the server is told to end. By default 10
    /// seconds, what service managers wait at least before they kill.
    pub grace: Duration,
}

impl Limits {
    /// Sets [`Limits::connections`].
    #[must_use]
    pub fn connections(mut self, connections: usize) -> Self {
        self.connections = connections;
        self
    }

    /// Sets [`Limits::connections_per_client`].
    #[must_use]
    pub fn connections_per_client(mut self, connections: usize) -> Self {
        self.connections_per_client = connections;
        self
    }

    /// Sets [`Limits::grace`].
    #[must_use]
    pub fn grace(mut self, grace: Duration) -> Self {
        self.grace = grace;
        self
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connections: 256,
            connections_per_client: 64,
            grace: Duration::from_secs(10),
        }
    }
}

/// Runs `serve` for each connection, side by side, until `shutdown`; then waits for those that
/// are open. No connection can end the server, whatever becomes of it.
pub async fn accept<F, S>(
    listener: TcpListener,
    limits: Limits,
    mut shutdown: Shutdown,
    mut serve: S,
) where
    F: Future<Output = ()> + Send + 'static,
    S: FnMut(TcpStream, SocketAddr) -> F,
{
    let room = Arc::new(Semaphore::new(limits.connections));
    let neighbours = Neighbours::new(limits.connections_per_client);
    let mut connections = JoinSet::new();
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = shutdown.requested() => break,
            Some(ended) = connections.join_next() => {
                if let Err(error) = ended {
                    warn!(%error, "a connection ended badly");
                }
                continue;
            }
        };
        match accepted {
            Ok((stream, peer)) => {
                let Some(own) = neighbours.enter(peer.ip()) else {
                    turn_away(&stream, peer, TOO_MANY_OF_YOURS);
                    continue;
                };
                let Ok(place) = Arc::clone(&room).try_acquire_owned() else {
                    turn_away(&stream, peer, TOO_MANY);
                    continue;
                };
                let connection = serve(stream, peer);
                connections.spawn(async move {
                    connection.await;
                    drop((own, place));
                });
            }
            // Mostly out of file descriptors: some will be free in a moment.
            Err(error) => {
                warn!(%error, "cannot take a connection");
                tokio::time::sleep(Duration::from_millis(100)).await;
            }
        }
    }
    drop(listener);
    info!(open = connections.len(), "ending");
    let all_ended = async { while connections.join_next().await.is_some() {} };
    if tokio::time::timeout(limits.grace, all_ended).await.is_err() {
        warn!(open = connections.len(), "cutting off");
        connections.shutdown().await;
    }
}

/// Says why and closes, without waiting for the peer: a new connection has room for one line.
fn turn_away(stream: &TcpStream, peer: SocketAddr, why: &str) {
    warn!(%peer, "turned away: {}", why.trim_end());
    let _ = stream.try_write(why.as_bytes());
}

const TOO_MANY: &str = "421 4.3.2 Too many connections, try again later\r\n";

const TOO_MANY_OF_YOURS: &str = "421 4.7.0 Too many connections from your address\r\n";

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};

    use super::*;
    use crate::shutdown;

    #[tokio::test]
    async fn one_connection_too_many_is_told_so_and_a_panic_is_survived() {
        let listener = bind("127.0.0.1:0".parse().unwrap()).await.unwrap();
        let address = listener.local_addr().unwrap();
        let (trigger, shutdown) = shutdown::pair();
        let limits = Limits::default().connections(1);
        let server = tokio::spawn(accept(
            listener,
            limits,
            shutdown,
            |mut stream, _| async move {
                let octet = stream.read_u8().await.unwrap();
                assert_ne!(octet, b'!');
                stream.write_u8(octet).await.unwrap();
            },
        ));
        let mut first = TcpStream::connect(address).await.unwrap();
        // The first connection is known to be served once a second one is turned away.
        let mut text = String::new();
        let mut second = TcpStream::connect(address).await.unwrap();
        second.read_to_string(&mut text).await.unwrap();
        assert!(text.starts_with("421 4.3.2 "), "{text}");
        first.write_u8(b'!').await.unwrap();
        assert!(first.read_u8().await.is_err());
        // The place is free again, perhaps a moment later.
        loop {
            let mut third = TcpStream::connect(address).await.unwrap();
            third.write_u8(b'3').await.unwrap();
            if third.read_u8().await.is_ok_and(|octet| octet == b'3') {
                break;
            }
        }
        trigger.pull();
        server.await.unwrap();
        assert!(TcpStream::connect(address).await.is_err());
    }

    #[tokio::test]
    async fn an_address_in_use_is_named() {
        let listener = bind("127.0.0.1:0".parse().unwrap()).await.unwrap();
        let address = listener.local_addr().unwrap();
        let error = bind(address).await.unwrap_err();
        assert!(
            crate::config::one_line(&error).starts_with(&format!("cannot listen on {address}: "))
        );
    }
}
