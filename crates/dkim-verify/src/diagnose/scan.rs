//! A body hash that is compared at many places, for the cost of one more block at each.

use dkim_canon::{BodyCanon, Form};
use sha2::{Digest as _, Sha256};

/// What a body is looked for with: the hash of `bh=`.
#[derive(Clone, Copy, Debug)]
pub(super) struct Wanted {
    pub(super) digest: [u8; 32],
    pub(super) form: Form,
    pub(super) limit: Option<u64>,
}

impl Wanted {
    pub(super) fn with_form(self, form: Form) -> Self {
        Self { form, ..self }
    }

    pub(super) fn without_limit(self) -> Self {
        Self {
            limit: None,
            ..self
        }
    }

    /// Whether this is the body, given in parts.
    pub(super) fn is(self, parts: &[&[u8]]) -> bool {
        let mut scan = Scan::new(self);
        parts.iter().for_each(|part| scan.update(part));
        scan.matches()
    }
}

/// A body on its way through the hash. A clone goes on from the same place.
#[derive(Clone)]
pub(super) struct Scan {
    canon: BodyCanon,
    hash: Limited,
    wanted: [u8; 32],
}

impl Scan {
    pub(super) fn new(wanted: Wanted) -> Self {
        Self {
            canon: BodyCanon::new(wanted.form),
            hash: Limited {
                left: wanted.limit.unwrap_or(u64::MAX),
                length: 0,
                state: Sha256::new(),
            },
            wanted: wanted.digest,
        }
    }

    pub(super) fn update(&mut self, octets: &[u8]) {
        let hash = &mut self.hash;
        self.canon.update(octets, |octets| hash.update(octets));
    }

    /// Whether the body that ended here would have the hash.
    pub(super) fn matches(&self) -> bool {
        self.end().1 == self.wanted
    }

    /// How many octets the canonical form of the body that ended here has.
    pub(super) fn length(&self) -> u64 {
        self.end().0
    }

    fn end(&self) -> (u64, [u8; 32]) {
        let mut hash = self.hash.clone();
        self.canon.clone().finish(|octets| hash.update(octets));
        (hash.length, hash.state.finalize().into())
    }
}

/// Hashes the first octets of what it is given, and counts all.
#[derive(Clone)]
struct Limited {
    left: u64,
    length: u64,
    state: Sha256,
}

impl Limited {
    fn update(&mut self, octets: &[u8]) {
        let left = usize::try_from(self.left).unwrap_or(usize::MAX);
        let hashed = octets.get(..left).unwrap_or(octets);
        self.state.update(hashed);
        self.left -= hashed.len() as u64;
        self.length += octets.len() as u64;
    }
}

/// Where a beginning of the body ends that has the hash: the whole body if it has, else the first
/// line end at which it does. With a limit it is the first one in any case.
///
/// Empty lines change no canonical form, so the ends of them are passed over.
pub(super) fn prefix(wanted: Wanted, body: &[u8]) -> Option<Prefix> {
    let mut scan = Scan::new(wanted);
    let mut whole = scan.clone();
    whole.update(body);
    if wanted.limit.is_none() && whole.matches() {
        return Some(Prefix {
            end: body.len(),
            length: whole.length(),
        });
    }
    if scan.matches() {
        return Some(Prefix {
            end: 0,
            length: scan.length(),
        });
    }
    let mut end = 0;
    for line in body.split_inclusive(|&octet| octet == b'\n') {
        scan.update(line);
        end += line.len();
        if line != b"\r\n" && scan.matches() {
            return Some(Prefix {
                end,
                length: scan.length(),
            });
        }
    }
    None
}

/// A beginning of a body.
#[derive(Clone, Copy, Debug)]
pub(super) struct Prefix {
    /// In octets of the body.
    pub(super) end: usize,
    /// In octets of its canonical form.
    pub(super) length: u64,
}
