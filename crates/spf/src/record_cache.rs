//! Records kept from one check to the next.

use alloc::collections::BTreeSet;
use alloc::sync::Arc;
use core::borrow::Borrow;
use core::cmp::Ordering;
use core::fmt;
use core::mem;

use crate::prepared_record::PreparedRecord;
use crate::syntax::SyntaxError;

/// Keeps records, read and with their targets made ready, by their octets.
///
/// Reading its records is about half of a check, and the records of a few mail services stand in
/// most policies. A record is found by its octets only, so a cache knows nothing of names and
/// times, and is never wrong: when a domain publishes another policy, that is another record. No
/// octets are hashed, so no sender can choose records that are slow to find.
///
/// It is plain data and bounded: of the records that were used last it keeps at least half its
/// capacity and at most all of it. To share it, wrap it in whatever lock suits the program; with
/// the feature `std`, a `Mutex` of it is a [`PrepareRecord`](crate::PrepareRecord):
///
/// ```
/// # #[cfg(feature = "std")] {
/// use std::sync::{Arc, Mutex};
///
/// use spf::{Options, RecordCache};
///
/// let cache = RecordCache::new(RecordCache::DEFAULT_CAPACITY);
/// let options = Options::default().records(Arc::new(Mutex::new(cache)));
/// // Every check with these options, or with a clone of them, uses the cache.
/// # }
/// ```
#[derive(Clone)]
pub struct RecordCache {
    /// Records in one generation; there are two of them.
    most: usize,
    recent: Generation,
    older: Generation,
}

type Generation = BTreeSet<Kept>;

impl RecordCache {
    /// A capacity for a server with many correspondents: some 1 MB of records of 150 octets.
    pub const DEFAULT_CAPACITY: usize = 1024;

    /// The longest record that is kept, in octets: twice what fits into an answer over UDP
    /// (RFC 7208 §3.4). What is read of it takes up to 40 times as
    /// much, so that the default capacity comes to 40 MB if every record is made for that.
    pub const LONGEST_RECORD: usize = 1024;

    /// An empty cache for at most `capacity` records.
    pub fn new(capacity: usize) -> Self {
        Self {
            most: capacity / 2,
            recent: Generation::new(),
            older: Generation::new(),
        }
    }

    /// The record with this text, from the cache or read now. What cannot be read is not kept.
    pub fn read(&mut self, text: &[u8]) -> Result<Arc<PreparedRecord>, SyntaxError> {
        if let Some(Kept(record)) = self.recent.get(text) {
            return Ok(Arc::clone(record));
        }
        let kept = match self.older.take(text) {
            Some(kept) => kept,
            None => {
                let record = Arc::new(PreparedRecord::parse(text)?);
                if text.len() > Self::LONGEST_RECORD || self.most == 0 {
                    return Ok(record);
                }
                Kept(record)
            }
        };
        if self.recent.len() >= self.most {
            self.older = mem::take(&mut self.recent);
        }
        let record = Arc::clone(&kept.0);
        self.recent.insert(kept);
        Ok(record)
    }

    /// How many records are kept.
    pub fn len(&self) -> usize {
        self.recent.len() + self.older.len()
    }

    /// Whether none is.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// Shows how much is kept.
impl fmt::Debug for RecordCache {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RecordCache")
            .field("records", &self.len())
            .finish_non_exhaustive()
    }
}

/// A record in the order of the octets of its text.
#[derive(Clone)]
struct Kept(Arc<PreparedRecord>);

impl Borrow<[u8]> for Kept {
    fn borrow(&self) -> &[u8] {
        self.0.text()
    }
}

impl Eq for Kept {}

impl Ord for Kept {
    fn cmp(&self, other: &Self) -> Ordering {
        self.0.text().cmp(other.0.text())
    }
}

impl PartialEq for Kept {
    fn eq(&self, other: &Self) -> bool {
        self.0.text() == other.0.text()
    }
}

impl PartialOrd for Kept {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

#[cfg(feature = "std")]
mod shared {
    use std::sync::{Mutex, PoisonError};

    use super::*;
    use crate::prepared_record::PrepareRecord;

    /// A cache that threads share. It is locked to find a record or to read one, not to evaluate.
    impl PrepareRecord for Mutex<RecordCache> {
        fn prepare_record(&self, text: &[u8]) -> Result<Arc<PreparedRecord>, SyntaxError> {
            // Whoever panicked with the lock did not leave half a record behind: each is put in
            // whole.
            let mut cache = self.lock().unwrap_or_else(PoisonError::into_inner);
            cache.read(text)
        }
    }
}
