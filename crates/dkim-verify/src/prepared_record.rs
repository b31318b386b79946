//! A key record with its key made ready.

use alloc::sync::Arc;

use dkim_canon::{KeyError, KeyRecord, KeyRecordError, KeyType, PublicKey};

use crate::crypto::{PreparedKey, VerifySignature};

/// What a key record says, its key judged and ready to verify with.
///
/// What it holds depends on the record's octets and on nothing else, so it can be kept for as long
/// as anybody likes and used for any message. [`KeyCache`](crate::KeyCache) keeps it by those
/// octets.
#[derive(Clone, Debug)]
pub struct PreparedRecord {
    record: KeyRecord,
    key: Result<Key, KeyError>,
}

impl PreparedRecord {
    /// Reads the text of a TXT record, its strings joined.
    ///
    /// An error is for what is no key record. A key that cannot be used makes a record like any
    /// other, since a verdict may have to tell more about it first (RFC 6376 §6.1.2).
    pub fn parse<C: VerifySignature + ?Sized>(
        text: &[u8],
        crypto: &C,
    ) -> Result<Self, KeyRecordError> {
        let record = KeyRecord::parse(text)?;
        let key = record.public_key().map(|key| Key::new(key, crypto));
        Ok(Self { record, key })
    }

    /// What the record says.
    pub fn record(&self) -> &KeyRecord {
        &self.record
    }

    /// The size of the key, in bits, or why it cannot be used.
    pub(crate) fn bits(&self) -> Result<usize, KeyError> {
        self.key
            .as_ref()
            .map(|key| key.bits)
            .map_err(|error| *error)
    }

    /// The key itself; `None` if nothing verifies with it.
    pub(crate) fn key<C: VerifySignature + ?Sized>(
        &self,
        crypto: &C,
    ) -> Option<Arc<dyn PreparedKey>> {
        match self.key.as_ref().ok()?.ready {
            Ready::Now(ref key) => Some(Arc::clone(key)),
            Ready::Never => None,
            Ready::OnDemand => crypto.prepare(self.record.public_key().ok()?).ok(),
        }
    }
}

#[derive(Clone, Debug)]
struct Key {
    bits: usize,
    ready: Ready,
}

impl Key {
    fn new<C: VerifySignature + ?Sized>(key: PublicKey<'_>, crypto: &C) -> Self {
        let bits = key.bits();
        let ready = match key.key_type() {
            KeyType::Rsa if bits > MOST_BITS => Ready::OnDemand,
            _ => crypto.prepare(key).map_or(Ready::Never, Ready::Now),
        };
        Self { bits, ready }
    }
}

/// Whether a key is ready to verify with.
#[derive(Clone, Debug)]
enum Ready {
    /// The octets are no key for those who compute with it.
    Never,
    Now(Arc<dyn PreparedKey>),
    /// Not before a policy has agreed to compute with a key of this size.
    OnDemand,
}

/// RFC 8301 §3.2: verifiers "MUST be able to validate signatures with keys ranging from 1024 bits
/// to 4096 bits". What is larger is made ready each time it is needed.
const MOST_BITS: usize = 4096;
