//! Private keys: from the file that a table names to something that signs.

mod safe;
mod strangers;

use core::fmt;
use std::collections::HashMap;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use dkim_aws_lc::SigningKeyError;
use dkim_canon::KeyRecord;
use dkim_sign::rand_core::CryptoRng;
use dkim_sign::{Algorithm, PrivateKey, PrivateKeyError, SignMessage, SigningFailed};
use thiserror::Error;

pub use self::safe::{Hole, Others, UnsafeFile};
use self::strangers::Strangers;
use super::conf::Account;
use crate::signing_key::SigningKey;
use crate::stored::read_stored;

/// A key that a table names, ready to sign or with the reason why it is not.
///
/// A key that cannot be used is kept as such: mail that it should sign has to wait until somebody
/// mends it, and must not leave unsigned.
pub struct Key {
    source: KeySource,
    state: Result<SigningKey, KeyError>,
    /// What is wrong with the file although it is used.
    remark: Option<UnsafeFile>,
}

impl Key {
    /// Where the key is kept.
    pub fn source(&self) -> &KeySource {
        &self.source
    }

    /// What signs, or why nothing does.
    pub fn signer(&self) -> Result<&dyn SignMessage, &KeyError> {
        self.state.as_ref().map(|key| key as &dyn SignMessage)
    }

    /// The record that publishes the key.
    pub fn record(&self) -> Result<&KeyRecord, &KeyError> {
        self.state.as_ref().map(SigningKey::key_record)
    }

    /// What is unsafe about the file, where RequireSafeKeys lets it be used all the same.
    pub fn remark(&self) -> Option<&UnsafeFile> {
        self.remark.as_ref()
    }

    fn failed(source: KeySource, error: KeyError) -> Self {
        Self {
            source,
            state: Err(error),
            remark: None,
        }
    }
}

impl SignMessage for Key {
    /// That of RSA where there is no key: then nothing is signed.
    fn algorithm(&self) -> Algorithm {
        self.signer()
            .map_or(Algorithm::RsaSha256, |key| key.algorithm())
    }

    fn sign(&self, message: &[u8], rng: &mut dyn CryptoRng) -> Result<Vec<u8>, SigningFailed> {
        match self.signer() {
            Ok(key) => key.sign(message, rng),
            Err(_) => Err(SigningFailed::Backend),
        }
    }
}

/// Shows where the key is kept and whether it can be used.
impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Key")
            .field("source", &self.source)
            .field("error", &self.state.as_ref().err())
            .finish_non_exhaustive()
    }
}

/// Where a key is kept.
#[derive(Clone, Debug, Eq, PartialEq)]
#[expect(clippy::exhaustive_enums, reason = "OpenDKIM has these two")]
pub enum KeySource {
    /// In a file.
    File(PathBuf),
    /// In the table itself.
    Inline,
}

impl fmt::Display for KeySource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(path) => write!(f, "{}", path.display()),
            Self::Inline => f.write_str("the key in the table"),
        }
    }
}

/// Why a key cannot be used. Never tells what the file holds.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum KeyError {
    /// What the file holds is no key that signs.
    #[error(transparent)]
    Key(#[from] PrivateKeyError),
    /// The file cannot be read.
    #[error("cannot be read")]
    Read(#[source] io::Error),
    /// No backend signs with it.
    #[error(transparent)]
    Signing(SigningKeyError),
    /// Others can read or replace it.
    #[error(transparent)]
    Unsafe(UnsafeFile),
}

/// Reads keys, each file once.
#[derive(Debug)]
pub(super) struct KeyReader {
    account: Account,
    strangers: Strangers,
    require_safe: bool,
    files: HashMap<PathBuf, Arc<Key>>,
}

impl KeyReader {
    /// Reads for a server that runs as `account`. With `require_safe` a file that others can read
    /// or replace is not used (`RequireSafeKeys`).
    pub(super) fn new(account: Account, require_safe: bool) -> Self {
        Self {
            strangers: Strangers::to(account.uid),
            account,
            require_safe,
            files: HashMap::new(),
        }
    }

    /// The key of a table's field: a path if it begins with a slash or a dot, else the base64 of
    /// the key itself.
    pub(super) fn field(&mut self, text: &str) -> Arc<Key> {
        if text.starts_with(['/', '.']) {
            return self.file(Path::new(text));
        }
        let source = KeySource::Inline;
        Arc::new(match ready(text.as_bytes()) {
            Ok(key) => Key {
                source,
                state: Ok(key),
                remark: None,
            },
            Err(error) => Key::failed(source, error),
        })
    }

    /// The key in a file.
    pub(super) fn file(&mut self, path: &Path) -> Arc<Key> {
        if let Some(key) = self.files.get(path) {
            return Arc::clone(key);
        }
        let key = Arc::new(self.read(path));
        self.files.insert(path.to_owned(), Arc::clone(&key));
        key
    }

    fn read(&mut self, path: &Path) -> Key {
        let source = KeySource::File(path.to_owned());
        let remark = match safe::check(path, self.account.uid, &mut self.strangers) {
            Err(error) => return Key::failed(source, KeyError::Read(error)),
            // What is no file is said to be none, and not to be unsafe.
            Ok(_) if path.is_dir() => None,
            Ok(Err(hole)) if self.require_safe => {
                return Key::failed(source, KeyError::Unsafe(hole));
            }
            Ok(result) => result.err(),
        };
        let state = read_stored(path, LARGEST).map_err(KeyError::Read);
        let state = state.and_then(|text| ready(&text));
        Key {
            source,
            state,
            remark,
        }
    }
}

fn ready(text: &[u8]) -> Result<SigningKey, KeyError> {
    let key = PrivateKey::parse(text)?;
    SigningKey::new(&key).map_err(KeyError::Signing)
}

/// Octets of a key file. One of RSA with 16384 bits has 13,000.
const LARGEST: u64 = 1 << 20;

#[cfg(test)]
mod tests;
