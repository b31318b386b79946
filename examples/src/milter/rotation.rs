//! When a key gives way to its successor.

use core::fmt;
use core::time::Duration;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use dkim_sign::KeyCheckError;
use dns_txt::{Answer, Question};

use super::snapshot::Snapshot;
use super::successor::Successor;

/// Which successors are published, as far as the DNS has told.
///
/// A successor signs once the DNS shows its record and no other one; until then the key that it
/// succeeds does. It goes on while the record is shown, and while the DNS does not answer. Only
/// after the DNS has said twice that the record is gone or another one does the old key sign again,
/// since a single name server may lag behind the others.
///
/// It has no clock and asks nobody: `now` is the time since some moment that the caller keeps to, a
/// restart of the server for one.
///
/// ```no_run
/// # use core::time::Duration;
/// # use std::sync::Arc;
/// # use dns_txt::{Answer, Question};
/// # use examples::milter::{Rotation, Snapshot};
/// # fn ask(question: &Question) -> Answer { Answer::NoSuchName }
/// # fn swap_in(snapshot: Arc<Snapshot>) {}
/// # fn turn(rotation: &mut Rotation, mut snapshot: Arc<Snapshot>, now: Duration) {
/// // After each reading of the configuration:
/// rotation.adopt(&snapshot);
/// snapshot = Arc::new(snapshot.rotated(rotation));
/// // At `rotation.next_due()`:
/// for question in rotation.poll_questions(now) {
///     for switch in rotation.answer(&question, &ask(&question), now) {
///         println!("{switch}");
///         snapshot = Arc::new(snapshot.rotated(rotation));
///     }
/// }
/// swap_in(snapshot);
/// # }
/// ```
#[derive(Clone, Debug, Default)]
pub struct Rotation {
    watches: Vec<Watch>,
}

impl Rotation {
    /// Turns to the successors of a configuration that was read, and keeps what is known of those
    /// that were there before with the same key. Those that wait are due at once: who has the
    /// configuration read may have published a record before.
    pub fn adopt(&mut self, snapshot: &Snapshot) {
        let mut known: BTreeMap<Question, Vec<Watch>> = BTreeMap::new();
        for watch in self.watches.drain(..) {
            let question = watch.successor.question().clone();
            known.entry(question).or_default().push(watch);
        }
        self.watches.extend(snapshot.successors().map(|successor| {
            let mut of_name = known.get(successor.question()).into_iter().flatten();
            let before = of_name.find(|watch| watch.successor.record() == successor.record());
            match before {
                Some(watch) => Watch {
                    successor: Arc::clone(successor),
                    due: match watch.in_use {
                        true => watch.due,
                        false => Duration::ZERO,
                    },
                    ..*watch
                },
                None => Watch::new(successor),
            }
        }));
    }

    /// When to ask again; `None` if nothing is rotated. In the past if it is due.
    pub fn next_due(&self) -> Option<Duration> {
        self.watches.iter().map(|watch| watch.due).min()
    }

    /// What is due to be asked, each question once. One that is never answered comes again.
    #[must_use]
    pub fn poll_questions(&mut self, now: Duration) -> Vec<Question> {
        let mut questions = BTreeSet::new();
        for watch in &mut self.watches {
            if watch.due <= now {
                watch.due = now.saturating_add(PENDING);
                questions.insert(watch.successor.question().clone());
            }
        }
        questions.into_iter().collect()
    }

    /// Takes an answer, and tells which keys gave way because of it: each is worth one line of the
    /// log, and [`Snapshot::rotated`] makes the snapshot that follows.
    #[must_use]
    pub fn answer(&mut self, question: &Question, answer: &Answer, now: Duration) -> Vec<Switch> {
        let watches = self.watches.iter_mut();
        let asked = watches.filter(|watch| watch.successor.question() == question);
        asked
            .filter_map(|watch| watch.answer(answer, now))
            .collect()
    }

    fn in_use(&self) -> BTreeSet<(&Question, String)> {
        let watches = self.watches.iter().filter(|watch| watch.in_use);
        watches.map(|watch| key_of(&watch.successor)).collect()
    }
}

impl Snapshot {
    /// The keys that wait for their turn, those whose turn it is included.
    pub fn successors(&self) -> impl Iterator<Item = &Arc<Successor>> {
        self.successors.iter()
    }

    /// The same configuration, in which those successors sign that are published.
    #[must_use]
    pub fn rotated(&self, rotation: &Rotation) -> Self {
        let in_use = rotation.in_use();
        let mut rotated = self.clone();
        rotated
            .successors
            .turn(|successor| in_use.contains(&key_of(successor)));
        rotated
    }
}

/// That a key gave way to another one. `Display` is the line for the log.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Switch {
    /// The key that began or ceased to sign.
    pub successor: Arc<Successor>,
    /// Why it ceased; `None` if it began.
    pub ceased: Option<KeyCheckError>,
}

impl fmt::Display for Switch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Successor {
            name,
            domain,
            from,
            selector,
            ..
        } = &*self.successor;
        match &self.ceased {
            None => write!(
                f,
                "key {name}: {domain} signs with {selector} from now on, which is published, and no \
                 longer with {from}; leave the record of {from} where it is"
            ),
            Some(error) => write!(
                f,
                "key {name}: {domain} signs with {from} again and no longer with {selector}: {error}"
            ),
        }
    }
}

/// What is known of one successor.
#[derive(Clone, Debug)]
struct Watch {
    successor: Arc<Successor>,
    in_use: bool,
    misses: u32,
    due: Duration,
}

impl Watch {
    /// Due at once.
    fn new(successor: &Arc<Successor>) -> Self {
        Self {
            successor: Arc::clone(successor),
            in_use: false,
            misses: 0,
            due: Duration::ZERO,
        }
    }

    fn answer(&mut self, answer: &Answer, now: Duration) -> Option<Switch> {
        self.due = now.saturating_add(PENDING);
        let ceased = match self.successor.answer(answer) {
            Ok(()) => {
                self.due = now.saturating_add(IN_USE);
                self.misses = 0;
                None
            }
            // That nobody answers says nothing about the record.
            Err(KeyCheckError::Dns(_)) => return None,
            Err(error) => {
                self.misses = self.misses.saturating_add(1);
                Some((self.misses >= MISSES).then_some(error)?)
            }
        };
        if self.in_use == ceased.is_none() {
            return None;
        }
        self.in_use = ceased.is_none();
        let successor = Arc::clone(&self.successor);
        Some(Switch { successor, ceased })
    }
}

fn key_of(successor: &Successor) -> (&Question, String) {
    (successor.question(), successor.record().to_string())
}

/// Between looking for a record that is not there. Answers do not tell how long they live, but a
/// resolver keeps them for that time (RFC 1035 §3.2.1), so that asking more often than this would
/// be told the same by most.
const PENDING: Duration = Duration::from_secs(300);

/// Between looking at one that is there: an hour, the time to live that many zones have.
const IN_USE: Duration = Duration::from_secs(3600);

/// How often in a row the DNS has to say that a record is gone.
const MISSES: u32 = 2;

#[cfg(test)]
mod tests;
