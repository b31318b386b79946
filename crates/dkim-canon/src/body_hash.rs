//! The hash of a body, for all signatures of a message in one pass ([RFC 6376] §3.7).
//!
//! [RFC 6376]: https://www.rfc-editor.org/rfc/rfc6376

use alloc::vec::Vec;

use sha2::{Digest as _, Sha256};

use crate::algorithm::HashAlgorithm;
use crate::body_canon::BodyCanon;
use crate::canonicalization::Form;

/// What distinguishes one body hash from another. Signatures that agree in all of it share one.
#[expect(
    clippy::exhaustive_structs,
    reason = "RFC 6376 §3.7 lets a body hash depend on these and nothing else"
)]
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub struct BodyHashKey {
    /// The canonical form.
    pub form: Form,
    /// The hash algorithm.
    pub hash: HashAlgorithm,
    /// `l=`: how many octets of the canonical form are hashed; `None` for all.
    pub limit: Option<u64>,
}

/// Hashes one body in every way that is asked for, each form and each hash computed once.
///
/// ```
/// use dkim_canon::{BodyHasher, BodyHashKey, Form, HashAlgorithm};
///
/// # fn main() -> Result<(), &'static str> {
/// let key = BodyHashKey { form: Form::Relaxed, hash: HashAlgorithm::Sha256, limit: None };
/// let mut hasher = BodyHasher::new([key]);
/// hasher.update(b"Hello,  world \r\n");
/// let hashes = hasher.finish();
/// let hash = hashes.get(&key).ok_or("it was asked for")?;
/// assert_eq!((hash.hashed, hash.length), (14, 14));
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct BodyHasher {
    relaxed: Option<FormHasher>,
    simple: Option<FormHasher>,
}

impl BodyHasher {
    /// For a body of which nothing was seen yet. The same key given twice counts once.
    pub fn new(keys: impl IntoIterator<Item = BodyHashKey>) -> Self {
        let mut hasher = Self {
            relaxed: None,
            simple: None,
        };
        for key in keys {
            let form = match key.form {
                Form::Relaxed => &mut hasher.relaxed,
                Form::Simple => &mut hasher.simple,
            };
            form.get_or_insert_with(|| FormHasher::new(key.form))
                .want(key);
        }
        hasher
    }

    /// Takes the next octets of the body.
    pub fn update(&mut self, chunk: &[u8]) {
        for form in [&mut self.relaxed, &mut self.simple].into_iter().flatten() {
            let hashes = &mut form.hashes;
            form.canon.update(chunk, |octets| hash_all(hashes, octets));
        }
    }

    /// Ends the body.
    pub fn finish(self) -> BodyHashes {
        let mut finished = Vec::new();
        for form in [self.relaxed, self.simple].into_iter().flatten() {
            let mut hashes = form.hashes;
            form.canon.finish(|octets| hash_all(&mut hashes, octets));
            finished.extend(hashes.into_iter().map(|hash| (hash.key, hash.finish())));
        }
        BodyHashes { hashes: finished }
    }

    /// Whether no hash was asked for, so that the body need not be read.
    pub fn is_idle(&self) -> bool {
        self.relaxed.is_none() && self.simple.is_none()
    }
}

/// The hashes of a whole body.
#[derive(Clone, Debug, Default)]
pub struct BodyHashes {
    hashes: Vec<(BodyHashKey, BodyHash)>,
}

impl BodyHashes {
    /// The hash for this key; `None` if it was not asked for.
    pub fn get(&self, key: &BodyHashKey) -> Option<&BodyHash> {
        let found = self.hashes.iter().find(|(asked, _)| asked == key);
        found.map(|(_, hash)| hash)
    }
}

/// The hash of a body.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct BodyHash {
    /// What `bh=` holds.
    pub digest: [u8; 32],
    /// How many octets of the canonical form went into it.
    pub hashed: u64,
    /// How many octets the canonical form has.
    pub length: u64,
}

/// One canonical form and the hashes over it.
#[derive(Clone, Debug)]
struct FormHasher {
    canon: BodyCanon,
    hashes: Vec<LimitedHash>,
}

impl FormHasher {
    fn new(form: Form) -> Self {
        Self {
            canon: BodyCanon::new(form),
            hashes: Vec::new(),
        }
    }

    fn want(&mut self, key: BodyHashKey) {
        if self.hashes.iter().all(|hash| hash.key != key) {
            self.hashes.push(LimitedHash {
                key,
                state: Sha256::new(),
                length: 0,
            });
        }
    }
}

/// A hash over the first octets of what it is given.
#[derive(Clone, Debug)]
struct LimitedHash {
    key: BodyHashKey,
    state: Sha256,
    /// Octets given, hashed or not.
    length: u64,
}

impl LimitedHash {
    fn update(&mut self, octets: &[u8]) {
        let hashed = match self.key.limit {
            None => octets,
            Some(limit) => {
                let left = usize::try_from(limit.saturating_sub(self.length));
                octets.get(..left.unwrap_or(usize::MAX)).unwrap_or(octets)
            }
        };
        self.state.update(hashed);
        self.length += octets.len() as u64;
    }

    fn finish(self) -> BodyHash {
        let limit = self.key.limit.unwrap_or(u64::MAX);
        BodyHash {
            digest: self.state.finalize().into(),
            hashed: self.length.min(limit),
            length: self.length,
        }
    }
}

#[inline]
fn hash_all(hashes: &mut [LimitedHash], octets: &[u8]) {
    for hash in hashes {
        hash.update(octets);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::encoding::to_base64;

    fn key(form: Form, limit: Option<u64>) -> BodyHashKey {
        BodyHashKey {
            form,
            hash: HashAlgorithm::Sha256,
            limit,
        }
    }

    fn hash(body: &[u8], key: BodyHashKey) -> BodyHash {
        let mut hasher = BodyHasher::new([key]);
        hasher.update(body);
        *hasher.finish().get(&key).unwrap()
    }

    #[test]
    fn c08_the_empty_body_hashes_as_the_rfc_has_it() {
        for (form, length, digest) in [
            (
                Form::Simple,
                2,
                "frcCV1k9oG9oKj3dpUqdJg1PxRT2RSN/XKdLCPjaYaY=",
            ),
            (
                Form::Relaxed,
                0,
                "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=",
            ),
        ] {
            let hash = hash(b"", key(form, None));
            assert_eq!(
                (hash.length, to_base64(&hash.digest).as_str()),
                (length, digest)
            );
        }
    }

    #[test]
    fn a_limit_counts_canonical_octets_at_every_split() {
        let body = b"one  two \r\nthree\r\n\r\n";
        for limit in 0..=20 {
            let key = key(Form::Relaxed, Some(limit));
            let canonical = b"one two\r\nthree\r\n";
            let covered = canonical.len().min(limit as usize);
            let expected = BodyHash {
                digest: Sha256::digest(&canonical[..covered]).into(),
                hashed: covered as u64,
                length: 16,
            };
            assert_eq!(hash(body, key), expected);
            for at in 0..=body.len() {
                let mut hasher = BodyHasher::new([key]);
                hasher.update(&body[..at]);
                hasher.update(&body[at..]);
                assert_eq!(hasher.finish().get(&key), Some(&expected));
            }
        }
        assert_eq!(hash(body, key(Form::Simple, Some(u64::MAX))).hashed, 18);
    }

    #[test]
    fn all_keys_get_their_hash_from_one_pass() {
        let keys = [
            key(Form::Relaxed, None),
            key(Form::Simple, None),
            key(Form::Simple, Some(3)),
            key(Form::Relaxed, None),
        ];
        let mut hasher = BodyHasher::new(keys);
        hasher.update(b"a  b");
        let hashes = hasher.finish();
        for asked in keys {
            assert_eq!(hashes.get(&asked), Some(&hash(b"a  b", asked)));
        }
        assert_eq!(hashes.hashes.len(), 3);
        assert_eq!(hashes.get(&key(Form::Relaxed, Some(3))), None);
        assert!(BodyHasher::new([]).is_idle());
    }
}
