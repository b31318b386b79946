//! Key records, as they stand in the DNS ([RFC 6376] §3.6.1).
//!
//! [RFC 6376]: https://www.rfc-editor.org/rfc/rfc6376

use alloc::boxed::Box;
use alloc::string::String;
use core::fmt;

use dns_txt::{Tag, TagError, TagList};
use thiserror::Error;

use crate::algorithm::{HashAlgorithm, KeyType};
use crate::encoding::{from_base64, is_hyphenated_word, to_base64};
use crate::public_key::{KeyError, PublicKey};
use crate::quoted_printable::escape;

/// What a key record says: a public key, and what it is for.
///
/// Reading what was printed gives an equal value. Tags that RFC 6376 does not define, `g=` of its
/// predecessor among them, are passed over and not kept.
///
/// ```
/// use dkim_canon::{KeyRecord, KeyType};
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let record = KeyRecord::parse(
///     b"v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=",
/// )?;
/// assert_eq!(record.key_type(), KeyType::Ed25519);
/// assert_eq!(record.public_key()?.bits(), 256);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct KeyRecord {
    data: Box<[u8]>,
    flags: Option<Names>,
    hashes: Option<Names>,
    key_type: KeyType,
    notes: Option<Box<str>>,
    services: Option<Names>,
}

impl KeyRecord {
    /// A record that publishes a key for everything it can be used for.
    pub fn new(key: &PublicKey<'_>) -> Self {
        Self {
            data: key.to_record_data().into(),
            flags: None,
            hashes: None,
            key_type: key.key_type(),
            notes: None,
            services: None,
        }
    }

    /// A record that withdraws a key: its `p=` is empty.
    pub fn revoked(key_type: KeyType) -> Self {
        Self {
            data: Box::default(),
            flags: None,
            hashes: None,
            key_type,
            notes: None,
            services: None,
        }
    }

    /// Reads the text of a TXT record, its strings joined.
    ///
    /// Only the form is judged here; [`KeyRecord::public_key`] judges the key.
    pub fn parse(text: &[u8]) -> Result<Self, KeyRecordError> {
        let tags = TagList::parse(text)?;
        version(&tags)?;
        let names = |tag: &Tag<'_>| Names::parse(tag);
        let key_type = match tags.get("k") {
            Some(tag) => KeyType::parse(tag.value()).ok_or(KeyRecordError::KeyType)?,
            None => KeyType::Rsa,
        };
        Ok(Self {
            data: data(tags.get("p").ok_or(KeyRecordError::Missing)?)?,
            flags: tags.get("t").map(names),
            hashes: tags.get("h").map(names),
            key_type,
            notes: tags.get("n").map(|tag| notes(tag.value())),
            services: tags.get("s").map(names),
        })
    }

    /// Sets or clears the flag `s`: `i=` must then have the very domain of `d=`.
    #[must_use]
    pub fn with_strict_identity(mut self, strict: bool) -> Self {
        Names::set(&mut self.flags, "s", strict);
        self
    }

    /// Sets or clears the flag `y`: the domain is testing DKIM.
    #[must_use]
    pub fn with_testing(mut self, testing: bool) -> Self {
        Names::set(&mut self.flags, "y", testing);
        self
    }

    /// Lists the only hash algorithm the key is to be used with, in `h=`.
    #[must_use]
    pub fn with_hash(mut self, hash: HashAlgorithm) -> Self {
        self.hashes = Some(Names(hash.as_str().into()));
        self
    }

    /// Lists the hash algorithms the key is to be used with, in `h=`, known here or not; none
    /// lets it be used with all.
    ///
    /// `None` if one of them is no `hyphenated-word` (RFC 6376 §3.6.1).
    pub fn with_hash_names<'n>(mut self, names: impl IntoIterator<Item = &'n str>) -> Option<Self> {
        let mut text = String::new();
        for name in names {
            if !is_hyphenated_word(name.as_bytes()) {
                return None;
            }
            push_name(&mut text, name);
        }
        self.hashes = (!text.is_empty()).then(|| Names(text.into_boxed_str()));
        Some(self)
    }

    /// Adds a text for people, `n=`. What cannot stand in a record is encoded (RFC 6376 §2.11).
    #[must_use]
    pub fn with_notes(mut self, text: &str) -> Self {
        let mut notes = String::new();
        let last = text.len().saturating_sub(1);
        for (at, octet) in text.bytes().enumerate() {
            match octet {
                b' ' if at != 0 && at != last => notes.push(' '),
                b'!'..=b':' | b'<' | b'>'..=b'~' => notes.push(char::from(octet)),
                _ => notes.extend(escape(octet).map(char::from)),
            }
        }
        self.notes = Some(notes.into_boxed_str());
        self
    }

    /// Restricts the key to mail: `s=email`.
    #[must_use]
    pub fn for_email_only(mut self) -> Self {
        self.services = Some(Names("email".into()));
        self
    }

    /// The key, read and checked.
    pub fn public_key(&self) -> Result<PublicKey<'_>, KeyError> {
        PublicKey::parse(self.key_type, &self.data)
    }

    /// `k=`: what kind of key it is.
    pub fn key_type(&self) -> KeyType {
        self.key_type
    }

    /// `p=`, decoded; empty if the key was withdrawn.
    pub fn data(&self) -> &[u8] {
        &self.data
    }

    /// Whether `h=` lets the key be used with this hash algorithm. Names in it that are not known
    /// are passed over (RFC 6376 §3.6.1).
    pub fn allows_hash(&self, hash: HashAlgorithm) -> bool {
        let listed = |names: &Names| names.contains(hash.as_str());
        self.hashes.as_ref().is_none_or(listed)
    }

    /// Whether `s=` lets the key be used for mail (RFC 6376 §3.6.1).
    pub fn allows_email(&self) -> bool {
        let listed = |names: &Names| names.contains("*") || names.contains("email");
        self.services.as_ref().is_none_or(listed)
    }

    /// Whether `i=` must have the very domain of `d=`: the flag `s` (RFC 6376 §3.6.1).
    pub fn is_identity_strict(&self) -> bool {
        self.has_flag("s")
    }

    /// Whether the domain is testing DKIM: the flag `y` (RFC 6376 §3.6.1).
    pub fn is_testing(&self) -> bool {
        self.has_flag("y")
    }

    /// `n=`: what the domain's administrators wrote there, not decoded.
    pub fn notes(&self) -> Option<&str> {
        self.notes.as_deref()
    }

    fn has_flag(&self, flag: &str) -> bool {
        self.flags
            .as_ref()
            .is_some_and(|flags| flags.contains(flag))
    }
}

/// The record's text in one line, as it is published.
impl fmt::Display for KeyRecord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "v=DKIM1; k={}; ", self.key_type)?;
        let lists = [
            ("h", &self.hashes),
            ("s", &self.services),
            ("t", &self.flags),
        ];
        for (tag, names) in lists {
            if let Some(Names(names)) = names {
                write!(f, "{tag}={names}; ")?;
            }
        }
        if let Some(notes) = &self.notes {
            write!(f, "n={notes}; ")?;
        }
        write!(f, "p={}", to_base64(&self.data))
    }
}

/// Why a text is no key record that can be used (RFC 6376 §6.1.2).
#[derive(Clone, Copy, Debug, Eq, Error, PartialEq)]
#[non_exhaustive]
pub enum KeyRecordError {
    /// `p=` is not base64.
    #[error("key data that is not base64")]
    Base64,
    /// `k=` names a kind of key that is not known.
    #[error("unknown kind of key")]
    KeyType,
    /// There is no `p=`.
    #[error("key record without key data")]
    Missing,
    /// The text is no list of tags, or repeats one.
    #[error("malformed key record")]
    Tags(#[from] TagError),
    /// `p=` is longer than any acceptable key.
    #[error("key data of {octets} octets")]
    TooLong {
        /// Its length before decoding.
        octets: usize,
    },
    /// `v=` is not `DKIM1`, or is not the first tag.
    #[error("unknown version of a key record")]
    Version,
}

/// `key-v-tag = %x76 [FWS] "=" [FWS] %x44.4B.49.4D.31`
fn version(tags: &TagList<'_>) -> Result<(), KeyRecordError> {
    let Some(version) = tags.get("v") else {
        return Ok(());
    };
    // RFC 6376 §3.6.1: "This tag MUST be the first tag in the record."
    let first = tags.iter().next().is_some_and(|first| first.name() == b"v");
    match first && version.value() == b"DKIM1" {
        true => Ok(()),
        false => Err(KeyRecordError::Version),
    }
}

/// `key-p-tag = %x70 [FWS] "=" [ [FWS] base64string]`
fn data(tag: &Tag<'_>) -> Result<Box<[u8]>, KeyRecordError> {
    let octets = tag.value().len();
    if octets > MAX_DATA {
        return Err(KeyRecordError::TooLong { octets });
    }
    let value = tag.without_fws();
    if value.is_empty() {
        return Ok(Box::default());
    }
    let data = from_base64(&value).ok_or(KeyRecordError::Base64)?;
    Ok(data.into())
}

/// Names with colons between them, without white space.
#[derive(Clone, Debug, Eq, PartialEq)]
struct Names(Box<str>);

impl Names {
    /// White space may stand around a colon (RFC 6376 §3.6.1). What holds some is no name, so it
    /// is passed over as an unknown one is.
    fn parse(tag: &Tag<'_>) -> Self {
        let mut text = String::new();
        let value = text_of(tag.value());
        let names = value.split(':').map(str::trim_ascii);
        for name in names.filter(|name| !name.is_empty() && !name.contains([' ', '\t'])) {
            push_name(&mut text, name);
        }
        Self(text.into_boxed_str())
    }

    fn contains(&self, name: &str) -> bool {
        self.0.split(':').any(|listed| listed == name)
    }

    /// Adds or removes a name; a list of which nothing is left goes away.
    fn set(names: &mut Option<Self>, name: &str, wanted: bool) {
        let mut text = String::new();
        let listed = names.as_ref().map_or("", |names| &*names.0);
        let others = listed.split(':').filter(|listed| *listed != name);
        for name in others.chain(wanted.then_some(name)) {
            push_name(&mut text, name);
        }
        *names = (!text.is_empty()).then(|| Self(text.into_boxed_str()));
    }
}

fn push_name(text: &mut String, name: &str) {
    if !text.is_empty() {
        text.push(':');
    }
    text.push_str(name);
}

/// `key-n-tag = %x6e [FWS] "=" [FWS] qp-section`, a single line.
fn notes(value: &[u8]) -> Box<str> {
    match text_of(value) {
        text if text.contains('\r') => text.replace("\r\n", "").into(),
        text => text,
    }
}

/// The text of a value; values are UTF-8.
fn text_of(value: &[u8]) -> Box<str> {
    core::str::from_utf8(value).unwrap_or_default().into()
}

/// A key of 8192 bits takes a third of it.
const MAX_DATA: usize = 4096;

#[cfg(test)]
mod tests;
