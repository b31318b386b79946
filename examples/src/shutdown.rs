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

/// Waits for the first SIGINT or SIGTERM.
pub async fn signal() -> io::Result<()> {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};

        let mut interrupt = signal(SignalKind::interrupt())?;
        let mut terminate = signal(SignalKind::terminate())?;
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
        Ok(())
    }
    #[cfg(not(unix))]
    tokio::signal::ctrl_c().await
}
