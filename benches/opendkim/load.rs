//! The load that both take.

use core::error::Error;
use std::io;
use std::thread;

use crate::arguments::Arguments;
use crate::daemon::Daemon;
use crate::files::Files;
use crate::mta::{Dialogue, Mta, dialogue};

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Mode {
    Sign,
    Verify,
}

/// Messages of one kind, from clients of one kind.
pub(crate) struct Load {
    pub(crate) connections: usize,
    dialogue: Dialogue,
    pub(crate) mode: Mode,
    pub(crate) octets: usize,
    pub(crate) per_connection: usize,
}

impl Load {
    pub(crate) fn new(
        mode: Mode,
        octets: usize,
        files: &Files,
        arguments: &Arguments,
    ) -> Result<Self, Box<dyn Error>> {
        let text = if octets > 10_000 { 30 } else { 100 };
        let message = benches::message(octets, text);
        let message = match mode {
            Mode::Sign => message,
            // Of another domain than that which is signed for.
            Mode::Verify => {
                let message = String::from_utf8(message)?.replace("example.com", "example.net");
                files.signed(message.as_bytes())?
            }
        };
        Ok(Self {
            connections: arguments.connections,
            dialogue: dialogue(&message),
            mode,
            octets,
            per_connection: arguments.per_connection,
        })
    }

    /// Has a filter take so many messages, or some more where they do not go into the connections
    /// evenly. Gives how many.
    pub(crate) fn put_on(&self, daemon: &Daemon, messages: usize) -> io::Result<usize> {
        let batch = self.connections * self.per_connection;
        let batches = messages.div_ceil(batch);
        let played = thread::scope(|scope| {
            let each = (0..self.connections).map(|_| {
                scope.spawn(|| (0..batches).try_for_each(|_| self.play_connection(daemon)))
            });
            let each: Vec<_> = each.collect();
            each.into_iter()
                .try_for_each(|it| it.join().expect("nothing panics"))
        });
        played.map(|()| batches * batch)
    }

    fn play_connection(&self, daemon: &Daemon) -> io::Result<()> {
        let (client, expected): (_, &[u8]) = match self.mode {
            Mode::Sign => ("127.0.0.1", b"d=example.com"),
            Mode::Verify => ("192.0.2.1", b"dkim=pass"),
        };
        let mut mta = Mta::connect(&daemon.socket, client)?;
        for _ in 0..self.per_connection {
            let inserted = mta.send(&self.dialogue)?;
            if !inserted
                .windows(expected.len())
                .any(|part| part == expected)
            {
                let text = String::from_utf8_lossy(&inserted);
                return Err(io::Error::other(format!("inserted: {text}")));
            }
        }
        mta.quit()
    }
}
