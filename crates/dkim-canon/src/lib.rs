//! TODO front page of dkim-canon.
#![cfg_attr(not(feature = "std"), no_std)]
extern crate alloc;

mod algorithm;
mod body_canon;
mod body_hash;
mod canonicalization;
mod der;
mod encoding;
mod header_block;
mod header_canon;
mod header_reader;
mod identity;
mod key_record;
mod odd;
mod public_key;
mod quoted_printable;
mod selection;
mod signature_field;
mod signed_fields;
mod to_crlf;
mod unix_time;

pub use crate::algorithm::{Algorithm, HashAlgorithm, KeyType};
pub use crate::body_canon::BodyCanon;
pub use crate::body_hash::{BodyHash, BodyHashKey, BodyHasher, BodyHashes};
pub use crate::canonicalization::{Canonicalization, Form};
pub use crate::header_block::{Defect, Field, Header};
pub use crate::header_canon::{canonical_field, signed_octets};
pub use crate::header_reader::{HeaderReader, Progress, TooLarge};
pub use crate::identity::Identity;
pub use crate::key_record::{KeyRecord, KeyRecordError};
pub use crate::public_key::{KeyError, PublicKey, is_weak_point};
pub use crate::selection::{Pick, Selection};
pub use crate::signature_field::{CopiedField, SignatureError, SignatureField, ToAscii};
pub use crate::signed_fields::{SignedFields, SignedFieldsError};
pub use crate::to_crlf::ToCrlf;
pub use crate::unix_time::UnixTime;
