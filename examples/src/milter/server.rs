//! The filter: takes connections, and swaps its configuration while it serves them.

use core::fmt;
use core::pin::pin;
use core::time::Duration;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};

use dkim_aws_lc::AwsLc;
use dkim_verify::{KeyCache, VerifySignature};
use tokio::sync::Notify;
use tokio::task::JoinSet;
use tokio::time::Instant;
use tracing::{info, warn};

use super::conf::Source;
use super::listen::Bound;
use super::live::Live;
use super::restart::Fixed;
use super::room::Room;
use super::rotation::Rotation;
use super::session;
use super::snapshot::Snapshot;
use crate::config::{ConfigError, one_line};
use crate::shutdown::Shutdown;

/// A filter that signs and verifies as its opendkim.conf says.
pub struct Server {
    source: Source,
    fixed: Fixed,
    live: RwLock<Arc<Live>>,
    /// Which keys have given way to their successors. Held while either changes.
    rotation: Mutex<Rotation>,
    /// Told of each configuration that was read.
    reread: Notify,
    began: Instant,
    /// Keeps keys from one message to the next, for all sessions and configurations.
    crypto: Arc<dyn VerifySignature>,
}

impl Server {
    /// A filter with a configuration that was read from a source, from which it reads the next. To
    /// be called within a Tokio runtime.
    pub fn new(source: Source, snapshot: Arc<Snapshot>) -> Result<Self, ConfigError> {
        let keys = KeyCache::new(AwsLc::default(), KeyCache::DEFAULT_CAPACITY);
        let mut rotation = Rotation::default();
        rotation.adopt(&snapshot);
        Ok(Self {
            source,
            fixed: Fixed::of(snapshot.settings()),
            rotation: Mutex::new(rotation),
            reread: Notify::new(),
            began: Instant::now(),
            live: RwLock::new(Arc::new(Live::new(snapshot)?)),
            crypto: Arc::new(Mutex::new(keys)),
        })
    }

    /// Reads the configuration anew and swaps it for the one at work: messages that are under way
    /// end with the old one. If anything is wrong the old one stays as it is.
    ///
    /// Blocks while files are read. To be called within a Tokio runtime.
    pub fn reload(&self) -> Result<Arc<Snapshot>, ConfigError> {
        let snapshot = Snapshot::of(&self.source)?;
        let mut rotation = self.rotation();
        let mut adopted = rotation.clone();
        adopted.adopt(&snapshot);
        let snapshot = Arc::new(snapshot.rotated(&adopted));
        self.swap(Live::new(Arc::clone(&snapshot))?);
        *rotation = adopted;
        self.reread.notify_one();
        let changed = self.fixed.changed_in(snapshot.settings());
        if !changed.is_empty() {
            warn!("only a restart changes {}", changed.join(", "));
        }
        Ok(snapshot)
    }

    /// Serves whoever connects, until `shutdown`; then lets open connections end behind their
    /// messages, for as long as service managers wait at least before they kill.
    pub async fn serve(self: Arc<Self>, socket: Bound, shutdown: Shutdown) -> std::io::Result<()> {
        let listener = socket.listen()?;
        let mut room = Room::new();
        let mut connections = JoinSet::new();
        let mut told = shutdown.clone();
        let mut watch = pin!(self.watch());
        loop {
            let accepted = async {
                let place = room.place().await;
                (place, listener.accept().await)
            };
            let (place, accepted) = tokio::select! {
                accepted = accepted => accepted,
                () = told.requested() => break,
                () = &mut watch => continue,
                Some(ended) = connections.join_next() => {
                    if let Err(error) = ended {
                        warn!(%error, "a connection ended badly");
                    }
                    continue;
                }
            };
            match accepted {
                Ok(stream) => {
                    let (server, shutdown) = (Arc::clone(&self), shutdown.clone());
                    connections.spawn(async move {
                        session::serve(&server, stream, shutdown).await;
                        drop(place);
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
        if tokio::time::timeout(GRACE, all_ended).await.is_err() {
            warn!(open = connections.len(), "cutting off");
            connections.shutdown().await;
        }
        Ok(())
    }

    /// The configuration at work.
    pub(super) fn live(&self) -> Arc<Live> {
        let live = self.live.read().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(&live)
    }

    /// Puts another one to work.
    pub(super) fn swap(&self, live: Live) {
        // Nothing can panic while it is held.
        *self.live.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(live);
    }

    pub(super) fn rotation(&self) -> MutexGuard<'_, Rotation> {
        self.rotation.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn reread(&self) -> &Notify {
        &self.reread
    }

    /// What the time of the rotation is counted from.
    pub(super) fn began(&self) -> Instant {
        self.began
    }

    pub(super) fn crypto(&self) -> Arc<dyn VerifySignature> {
        Arc::clone(&self.crypto)
    }
}

impl fmt::Debug for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Server")
            .field("source", &self.source)
            .finish_non_exhaustive()
    }
}

/// Logs what came of a reload.
pub fn tell_reload(reloaded: &Result<Arc<Snapshot>, ConfigError>) {
    match reloaded {
        Ok(snapshot) => {
            for warning in snapshot.warnings() {
                warn!("{warning}");
            }
            info!("configuration read anew");
        }
        Err(error) => warn!("the old configuration stays: {}", one_line(error)),
    }
}

/// For open connections once the filter is to end.
const GRACE: Duration = Duration::from_secs(10);
