//! Telling every connection that it is time to end.

use std::io;

use tokio::sync::watch;

/// Ends the servers that hold the [`Shutdown`] of the same pair; dropping it ends them too.
#[derive(Debug)]
pub struct Trigger(watch::Sender<bool>);

/// Known to every server and connection, and cloned freely.
#[derive(Clone, Debug)]
pub struct Shutdown(watch::Receiver<bool>);

/// A new pair.
pub fn pair() -> (Trigger, Shutdown) {
    let (sender, receiver) = watch::channel(false);
    (Trigger(sender), Shutdown(receiver))
}

impl Trigger {
    /// Asks everybody to end.
    pub fn pull(&self) {
        self.0.send_replace(true);
    }
}

impl Shutdown {
    /// Waits until it is time to end. Cancel safe.
    pub async fn requested(&mut self) {
        // An error means that the trigger is gone, and with it whoever wanted the server.
        let _ = self.0.wait_for(|&requested| requested).await;
    }

    /// Whether it is time to end.
    pub fn is_requested(&self) -> bool {
        *self.0.borrow() || self.0.has_changed().is_err()
    }
}

/// SIGINT and SIGTERM, heard from the moment this is made: before, they end the process as the
/// system has it.
#[derive(Debug)]
pub struct Signals {
    #[cfg(unix)]
    interrupt: tokio::signal::unix::Signal,
    #[cfg(unix)]
    terminate: tokio::signal::unix::Signal,
}

impl Signals {
    /// Begins to listen. To be called within a Tokio runtime.
    pub fn listen() -> io::Result<Self> {
        #[cfg(unix)]
        {
            use tokio::signal::unix::{SignalKind, signal};

            Ok(Self {
                interrupt: signal(SignalKind::interrupt())?,
                terminate: signal(SignalKind::terminate())?,
            })
        }
        #[cfg(not(unix))]
        Ok(Self {})
    }

    /// Waits for the first of them.
    pub async fn wait(&mut self) {
        #[cfg(unix)]
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
        }
        #[cfg(not(unix))]
        if tokio::signal::ctrl_c().await.is_err() {
            core::future::pending::<()>().await;
        }
    }
}
