//! Keys kept from one message to the next.

use alloc::boxed::Box;
use alloc::collections::BTreeMap;
use alloc::sync::Arc;
use core::fmt;
use core::mem;

use dkim_canon::KeyRecordError;

use crate::crypto::VerifySignature;
use crate::prepared_record::PreparedRecord;

/// Keeps key records, read and with their keys made ready, by the octets of the record.
///
/// Reading a record and making an RSA key ready cost about a sixth of a verification, and a few
/// senders make most of the mail. A record is found by its octets only, so a cache knows nothing of
/// names and times, and is never wrong: when a domain publishes another key, that is another
/// record.
///
/// It is plain data and bounded: of the records that were used last it keeps at least half its
/// capacity and at most all of it. To share it, wrap it in whatever lock suits the program; with
/// the feature `std`, a `Mutex` of it is a [`VerifySignature`]:
///
/// ```
/// # #[cfg(all(feature = "rust-crypto", feature = "std"))] {
/// use std::sync::{Arc, Mutex};
///
/// use dkim_verify::{KeyCache, RustCrypto, VerifySignature};
///
/// let cache = KeyCache::new(RustCrypto::default(), KeyCache::DEFAULT_CAPACITY);
/// let crypto: Arc<dyn VerifySignature> = Arc::new(Mutex::new(cache));
/// // `Verifier::begin` takes a clone of it for each message.
/// # }
/// ```
#[derive(Clone)]
pub struct KeyCache<C> {
    crypto: C,
    /// Records in one generation; there are two of them.
    most: usize,
    recent: Generation,
    older: Generation,
}

type Generation = BTreeMap<Box<[u8]>, Arc<PreparedRecord>>;

impl KeyCache<()> {
    /// A capacity for a server with many correspondents: some 3 MB of RSA keys of 2048 bits, and no
    /// more than 7 MB whatever the records hold. (A backend that is not pure Rust may add to it what
    /// it keeps for itself.)
    pub const DEFAULT_CAPACITY: usize = 1024;

    /// The longest record that is kept, in octets. Those of RSA keys of 4096 bits have 760.
    pub const LONGEST_RECORD: usize = 2048;
}

impl<C: VerifySignature> KeyCache<C> {
    /// An empty cache for at most `capacity` records.
    pub fn new(crypto: C, capacity: usize) -> Self {
        Self {
            crypto,
            most: capacity / 2,
            recent: Generation::new(),
            older: Generation::new(),
        }
    }

    /// The record with this text, from the cache or read now. What cannot be read is not kept.
    pub fn read(&mut self, text: &[u8]) -> Result<Arc<PreparedRecord>, KeyRecordError> {
        if let Some(record) = self.recent.get(text) {
            return Ok(Arc::clone(record));
        }
        let (text, record) = match self.older.remove_entry(text) {
            Some(entry) => entry,
            None => {
                let record = Arc::new(PreparedRecord::parse(text, &self.crypto)?);
                if text.len() > KeyCache::LONGEST_RECORD || self.most == 0 {
                    return Ok(record);
                }
                (text.into(), record)
            }
        };
        if self.recent.len() >= self.most {
            self.older = mem::take(&mut self.recent);
        }
        self.recent.insert(text, Arc::clone(&record));
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

    /// Who computes with the keys.
    pub fn crypto(&self) -> &C {
        &self.crypto
    }
}

/// Shows how much is kept.
impl<C: fmt::Debug> fmt::Debug for KeyCache<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("KeyCache")
            .field("crypto", &self.crypto)
            .field("records", &(self.recent.len() + self.older.len()))
            .finish_non_exhaustive()
    }
}

#[cfg(feature = "std")]
mod shared {
    use std::sync::{Mutex, MutexGuard, PoisonError};

    use dkim_canon::PublicKey;

    use super::*;
    use crate::crypto::{InvalidKey, PreparedKey};

    /// A cache that threads share. It is locked to find a record or to read one, not to verify.
    impl<C: VerifySignature> VerifySignature for Mutex<KeyCache<C>> {
        fn prepare(&self, key: PublicKey<'_>) -> Result<Arc<dyn PreparedKey>, InvalidKey> {
            lock(self).crypto.prepare(key)
        }

        fn prepare_record(&self, text: &[u8]) -> Result<Arc<PreparedRecord>, KeyRecordError> {
            lock(self).read(text)
        }
    }

    /// Whoever panicked with the lock did not leave half a record behind: each is put in whole.
    fn lock<C>(cache: &Mutex<KeyCache<C>>) -> MutexGuard<'_, KeyCache<C>> {
        cache.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
