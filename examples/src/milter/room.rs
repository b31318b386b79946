//! How many connections there are at the same time.

use std::sync::Arc;

use nix::sys::resource::{Resource, getrlimit, setrlimit};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tracing::warn;

/// Room for connections.
#[derive(Debug)]
pub(super) struct Room {
    all: usize,
    free: Arc<Semaphore>,
    /// Whether the log has that all of it is taken, and much of it still is.
    is_crowded: bool,
}

impl Room {
    /// Room for as many as there can be files open for, and as many files again for questions to
    /// the DNS.
    pub(super) fn new() -> Self {
        let all = MOST.min(open_files(2 * MOST) / 2).max(1);
        Self {
            all,
            free: Arc::new(Semaphore::new(all)),
            is_crowded: false,
        }
    }

    /// A place for one more connection; waits until there is one. Cancel safe.
    pub(super) async fn place(&mut self) -> OwnedSemaphorePermit {
        match self.free.available_permits() {
            0 if !self.is_crowded => {
                warn!("all {} connections are taken; the next one waits", self.all);
                self.is_crowded = true;
            }
            free if free > self.all / 4 => self.is_crowded = false,
            _ => {}
        }
        let place = Arc::clone(&self.free).acquire_owned().await;
        place.expect("nobody closes it")
    }
}

/// How many files this process may have open: `wanted`, if it may raise its limit so far.
fn open_files(wanted: usize) -> usize {
    let Ok((soft, hard)) = getrlimit(Resource::RLIMIT_NOFILE) else {
        return wanted;
    };
    let raised = hard.min(u64::try_from(wanted).unwrap_or(hard));
    let limit = match soft < raised && setrlimit(Resource::RLIMIT_NOFILE, raised, hard).is_ok() {
        true => raised,
        false => soft,
    };
    usize::try_from(limit).unwrap_or(wanted)
}

/// Postfix has 100 clients by default (`default_process_limit`), each with a connection.
const MOST: usize = 1024;
