//! What passwords become (RFC 5802 §3, with SHA-256 by RFC 7677 §3).

use alloc::boxed::Box;
use core::fmt;
use core::num::NonZeroU32;

use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use crate::sasl::secret::same_octets;

/// What a server stores instead of a password: enough to check who knows it, and not enough to log
/// in elsewhere.
///
/// Whoever gets hold of it can guess passwords at leisure, and pose as the server. `Debug` shows
/// no key.
#[derive(Clone)]
pub struct ScramVerifier {
    salt: Box<[u8]>,
    iterations: NonZeroU32,
    stored_key: Zeroizing<Key>,
    server_key: Zeroizing<Key>,
}

impl ScramVerifier {
    /// Of a password, salted. The salt is random, 16 octets or more, and new for each password;
    /// the password is in the form of SASLprep, where it is not ASCII (RFC 5802 §2.2).
    ///
    /// RFC 7677 §4 asks for 4096 iterations at the least, and wants more where no slow client has
    /// to keep up. This computes for as long as each login of a client does.
    pub fn from_password(password: &[u8], salt: &[u8], iterations: NonZeroU32) -> Self {
        let salted = salted_password(password, salt, iterations);
        Self::new(
            salt,
            iterations,
            *stored_key(&client_key(&salted)),
            *server_key(&salted),
        )
    }

    /// Of stored parts: `StoredKey` and `ServerKey` of RFC 5802 §3.
    pub fn new(
        salt: &[u8],
        iterations: NonZeroU32,
        stored_key: [u8; 32],
        server_key: [u8; 32],
    ) -> Self {
        Self {
            salt: salt.into(),
            iterations,
            stored_key: Zeroizing::new(stored_key),
            server_key: Zeroizing::new(server_key),
        }
    }

    /// For a name that no account has: nobody can log in with it, and the client cannot tell.
    ///
    /// `secret` is the server's own, the same at all times, and `iterations` what real accounts
    /// have; so a name that is asked for twice has one salt, like a real one.
    pub fn decoy(secret: &[u8], authcid: &str, iterations: NonZeroU32) -> Self {
        let derive = |what: &[u8]| hmac(secret, &[what, authcid.as_bytes()]);
        let salt = derive(b"salt:");
        Self::new(
            salt.first_chunk::<16>().unwrap_or(&[0; 16]),
            iterations,
            *derive(b"stored key:"),
            *derive(b"server key:"),
        )
    }

    /// The salt of the password.
    pub fn salt(&self) -> &[u8] {
        &self.salt
    }

    /// How often the password was hashed.
    pub fn iterations(&self) -> NonZeroU32 {
        self.iterations
    }

    /// `StoredKey`, to be stored and not to be shown.
    pub fn stored_key(&self) -> &[u8; 32] {
        &self.stored_key
    }

    /// `ServerKey`, to be stored and not to be shown.
    pub fn server_key(&self) -> &[u8; 32] {
        &self.server_key
    }
}

impl fmt::Debug for ScramVerifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ScramVerifier")
            .field("iterations", &self.iterations)
            .finish_non_exhaustive()
    }
}

pub(super) type Key = [u8; 32];

/// `SaltedPassword := Hi(Normalize(password), salt, i)`: PBKDF2 with one block of output
/// (RFC 5802 §2.2).
pub(super) fn salted_password(
    password: &[u8],
    salt: &[u8],
    iterations: NonZeroU32,
) -> Zeroizing<Key> {
    let keyed = keyed(password);
    let once = |parts: &[&[u8]]| {
        let mut mac = keyed.clone();
        parts.iter().for_each(|part| mac.update(part));
        Zeroizing::new(Key::from(mac.finalize().into_bytes()))
    };
    let mut u = once(&[salt, &1u32.to_be_bytes()]);
    let mut sum = u.clone();
    for _ in 1..iterations.get() {
        u = once(&[&*u]);
        sum.iter_mut().zip(*u).for_each(|(sum, u)| *sum ^= u);
    }
    sum
}

/// `ClientKey := HMAC(SaltedPassword, "Client Key")`
pub(super) fn client_key(salted_password: &Key) -> Zeroizing<Key> {
    hmac(salted_password, &[b"Client Key"])
}

/// `StoredKey := H(ClientKey)`
pub(super) fn stored_key(client_key: &Key) -> Zeroizing<Key> {
    Zeroizing::new(Sha256::digest(client_key).into())
}

/// `ServerKey := HMAC(SaltedPassword, "Server Key")`
pub(super) fn server_key(salted_password: &Key) -> Zeroizing<Key> {
    hmac(salted_password, &[b"Server Key"])
}

/// `ClientProof := ClientKey XOR ClientSignature`,
/// `ClientSignature := HMAC(StoredKey, AuthMessage)`; and the key of a proof the same way.
pub(super) fn masked(key: &Key, stored_key: &Key, auth_message: &str) -> Zeroizing<Key> {
    let mut masked = hmac(stored_key, &[auth_message.as_bytes()]);
    masked
        .iter_mut()
        .zip(key)
        .for_each(|(masked, key)| *masked ^= key);
    masked
}

/// Whether a proof was made by who knows the key that `stored_key` is the hash of.
pub(super) fn is_proof(proof: &Key, stored: &Key, auth_message: &str) -> bool {
    let claimed = masked(proof, stored, auth_message);
    same_octets(&*stored_key(&claimed), stored)
}

/// `ServerSignature := HMAC(ServerKey, AuthMessage)`
pub(super) fn server_signature(server_key: &Key, auth_message: &str) -> Zeroizing<Key> {
    hmac(server_key, &[auth_message.as_bytes()])
}

fn hmac(key: &[u8], parts: &[&[u8]]) -> Zeroizing<Key> {
    let mut mac = keyed(key);
    parts.iter().for_each(|part| mac.update(part));
    Zeroizing::new(mac.finalize().into_bytes().into())
}

fn keyed(key: &[u8]) -> Hmac<Sha256> {
    Hmac::new_from_slice(key).expect("HMAC takes a key of any length")
}
