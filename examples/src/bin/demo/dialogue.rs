//! What was said, line by line, by whom.

use std::sync::{Arc, Mutex, PoisonError};

use examples::courier::Side;
use examples::program::say;

use crate::paint::Paint;

/// The lines of one or several dialogues in the order in which they were said.
#[derive(Clone, Debug, Default)]
pub(crate) struct Dialogue {
    lines: Arc<Mutex<Vec<Line>>>,
}

#[derive(Clone, Debug)]
struct Line {
    client: &'static str,
    server: &'static str,
    side: Side,
    /// Not yet ended by a line feed.
    is_open: bool,
    octets: Vec<u8>,
}

impl Dialogue {
    /// Listens to the dialogue of these two.
    pub(crate) fn listener(
        &self,
        client: &'static str,
        server: &'static str,
    ) -> impl Fn(Side, &[u8]) + Send + Sync + 'static {
        let lines = Arc::clone(&self.lines);
        move |side, octets| {
            let mut lines = lines.lock().unwrap_or_else(PoisonError::into_inner);
            for piece in octets.split_inclusive(|&octet| octet == b'\n') {
                let is_open = !piece.ends_with(b"\n");
                let open = lines.iter_mut().rev().find(|line| {
                    line.is_open && (line.client, line.server, line.side) == (client, server, side)
                });
                match open {
                    Some(line) => {
                        line.octets.extend_from_slice(piece);
                        line.is_open = is_open;
                    }
                    None => lines.push(Line {
                        client,
                        server,
                        side,
                        is_open,
                        octets: piece.into(),
                    }),
                }
            }
        }
    }

    /// Prints what was said until now, and forgets it.
    pub(crate) fn show(&self, paint: Paint) {
        for line in self.take() {
            let Line {
                client,
                server,
                side,
                octets,
                ..
            } = line;
            let text = String::from_utf8_lossy(&octets);
            let text = text
                .trim_end()
                .replace(|c: char| c.is_control() && c != '\t', "?");
            let who = match side {
                Side::Client => paint.blue(format!("{client} → {server}:")),
                Side::Server => paint.faint(format!("{client} ← {server}:")),
            };
            say(format_args!("  {who} {text}"));
        }
    }

    /// Forgets what was said until now.
    pub(crate) fn forget(&self) {
        self.take();
    }

    fn take(&self) -> Vec<Line> {
        let mut lines = self.lines.lock().unwrap_or_else(PoisonError::into_inner);
        core::mem::take(&mut lines)
    }
}
