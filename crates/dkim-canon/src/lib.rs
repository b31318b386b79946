//! The octets that DKIM signs, and the two texts that say how ([RFC 6376] §3).
//!
//! Signing and verifying differ in what they do with a key. What comes before is the same for both
//! and is here: splitting a header into fields, picking those that are signed, bringing header and
//! body into canonical form, hashing the body while it streams by, and reading and printing the
//! DKIM-Signature field and the key record. Nothing here does I/O, and nothing computes with keys.
//!
//! ```
//! use dkim_canon::{BodyHasher, Header, Selection, SignatureField, signed_octets};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let message = b"DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/simple; d=example.com; s=sel;\r\n \
//!     h=from:to; bh=frcCV1k9oG9oKj3dpUqdJg1PxRT2RSN/XKdLCPjaYaY=; b=c2lnbmF0dXJl\r\n\
//!     From:  A <a@example.com>\r\n\r\n";
//! let (header, body) = Header::split(message);
//! let field = header.field(0).ok_or("no field")?;
//! let signature = SignatureField::parse(field.value())?;
//!
//! // What is signed of the header: listed fields from the bottom up, then the signature itself.
//! let names = signature.signed_fields().iter();
//! let selection = Selection::new(&header, names, Some(0));
//! let form = signature.canonicalization().header;
//! let mut signed = Vec::new();
//! signed_octets(form, &header, selection.indexes(), field.raw(), |octets| {
//!     signed.extend_from_slice(octets);
//! });
//! assert!(signed.starts_with(b"from:A <a@example.com>\r\ndkim-signature:v=1; a=rsa-sha256;"));
//! assert!(signed.ends_with(b" b="));
//!
//! // What is signed of the body: its hash, which `bh=` holds.
//! let mut hasher = BodyHasher::new([signature.body_hash_key()]);
//! hasher.update(body);
//! let hashes = hasher.finish();
//! let hash = hashes.get(&signature.body_hash_key()).ok_or("it was asked for")?;
//! assert_eq!(hash.digest, *signature.body_hash());
//! # Ok(())
//! # }
//! ```
//!
//! # Octets as they are
//!
//! Lines end with CRLF. A bare CR or LF is an octet like any other, in fields and in bodies:
//! guessing what it was meant to be would make two readers see two messages. For mail from files,
//! [`ToCrlf`] makes the line ends that the wire has, before anything is hashed.
//!
//! A header block keeps every octet, and whatever it is, it has fields; [`Field::defect`] tells
//! what is wrong with one. The forms are streams ([`BodyCanon`], [`HeaderReader`]): however the
//! message is cut into chunks, the result is the same, in constant memory and linear time.
//!
//! # Keys are judged here
//!
//! [`KeyRecord::public_key`] reads RSA keys in both encodings in use and checks what octets can
//! tell: sizes, exponents, points of small order. Implementations of the arithmetic differ in what
//! they accept; keys that come from here mean the same to all of them.
//!
//! # What is not here
//!
//! rsa-sha1, which RFC 8301 forbids; it is refused by its name. Choosing which fields to sign,
//! private keys and signing are in `dkim-sign`; questions to the DNS, policy and verdicts in
//! `dkim-verify`.
//!
//! # Features
//!
//! `std` (default) adds trait implementations and a faster byte search. Without it the crate is
//! `no_std` and needs `alloc`.
//!
//! [RFC 6376]: https://www.rfc-editor.org/rfc/rfc6376

#![cfg_attr(not(feature = "std"), no_std)]
extern crate alloc;

mod algorithm;
mod body_canon;
mod body_hash;
mod canonicalization;
mod der;
mod encoding;
mod field;
mod gather;
mod header_block;
mod header_canon;
mod header_reader;
mod identity;
mod key_name;
mod key_record;
mod odd;
mod piece;
mod public_key;
mod quoted_printable;
mod relaxed_body;
mod relaxed_field;
mod selection;
mod signature_field;
mod signed_fields;
mod to_crlf;
mod unix_time;

pub use crate::algorithm::{Algorithm, HashAlgorithm, KeyType};
pub use crate::body_canon::BodyCanon;
pub use crate::body_hash::{BodyHash, BodyHashKey, BodyHasher, BodyHashes};
pub use crate::canonicalization::{Canonicalization, Form};
pub use crate::field::{Defect, Field};
pub use crate::header_block::Header;
pub use crate::header_canon::{canonical_field, signed_octets};
pub use crate::header_reader::{HeaderReader, Progress, TooLarge};
pub use crate::identity::Identity;
pub use crate::key_name::key_name;
pub use crate::key_record::{KeyRecord, KeyRecordError};
pub use crate::public_key::{KeyError, PublicKey, is_weak_point};
pub use crate::selection::{Pick, Selection};
pub use crate::signature_field::{
    CopiedField, SignatureError, SignatureField, ToAscii, UnsignedField,
};
pub use crate::signed_fields::{SignedFields, SignedFieldsError};
pub use crate::to_crlf::ToCrlf;
pub use crate::unix_time::UnixTime;
