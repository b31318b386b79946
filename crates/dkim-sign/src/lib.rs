//! DKIM signing ([RFC 6376], [RFC 8301], [RFC 8463]): as many signatures as are wanted in one pass
//! over a message, with keys held here or elsewhere, without I/O.
//!
//! ```
//! # #[cfg(feature = "rust-crypto")]
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! use dkim_sign::rand_core::UnwrapErr;
//! use dkim_sign::{SignMessage, SignRequest, SigningKey, UnixTime, sign};
//! use getrandom::SysRng;
//!
//! # let pem = include_bytes!("../testdata/test-ed25519-pkcs8.pem");
//! # let now = UnixTime::from_secs(1_795_500_000);
//! let key = SigningKey::parse(pem)?;
//! let request = SignRequest::new(key.algorithm(), "example.com".parse()?, "2026a".parse()?);
//! let message = "From: alice@example.com\r\nSubject: Lunch?\r\n\r\nAt noon.\r\n";
//!
//! let mut rng = UnwrapErr(SysRng);
//! let fields = sign(message.as_bytes(), &[(&request, &key)], now, &mut rng)?;
//! for field in fields {
//!     print!("{field}");
//! #     assert!(field.to_string().starts_with("DKIM-Signature: v=1; a=ed25519-sha256;"));
//! }
//! print!("{message}");
//! # Ok(())
//! # }
//! # #[cfg(not(feature = "rust-crypto"))]
//! # fn main() {}
//! ```
//!
//! # A message that arrives in pieces, a key that is elsewhere
//!
//! [`Signer`] takes the header once it is complete and then the body in chunks of any size; memory
//! is the header and a constant. Where the header arrives in chunks too, [`HeaderReader`] collects it;
//! lines that end with a bare LF, as those of files do, go through [`ToCrlf`] first. It ends with an [`Unsigned`] for each request: the octets to sign,
//! and a field that waits for the signature. What holds the key may be a token or a service, and
//! the caller may wait for it in whatever way it waits for things:
//!
//! ```
//! # use dkim_sign::{Algorithm, Header, SignRequest, Signer, UnixTime};
//! # fn ask_the_token(digest: [u8; 32]) -> Vec<u8> { vec![0; 256] }
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let now = UnixTime::from_secs(1_795_500_000);
//! # let (header, _) = Header::split(b"From: alice@example.com\r\n\r\n");
//! # let chunks = [b"At noon.\r\n"];
//! # let request = SignRequest::new(Algorithm::RsaSha256, "example.com".parse()?, "s".parse()?);
//! let mut signer = Signer::begin(&header, [&request], now)?;
//! for chunk in chunks {
//!     signer.body(chunk);
//! }
//! for unsigned in signer.finish() {
//!     let signature = ask_the_token(unsigned.digest());
//!     print!("{}", unsigned.complete(&signature)?);
//! }
//! # Ok(())
//! # }
//! ```
//!
//! # What receivers refuse
//!
//! A signature does not help a message with two From fields or without a Date. [`Preflight`] takes
//! the same header and the same chunks as the signer, and tells what is wrong with them. The signer
//! signs all the same: whether to refuse, to mend or to log is for the caller to say.
//!
//! # Random
//!
//! A core has no source of random, so those who sign bring one: the operating system's, as above.
//! Neither algorithm's signature depends on it. The `rsa` crate needs it to blind the private
//! operation, without which those who measure how long it takes can learn about the key
//! (RUSTSEC-2023-0071); there is no way to sign with RSA without it here. On a server that signs
//! for others, prefer a backend whose operations take the same time for every message.
//!
//! # Features
//!
//! * `rust-crypto` (default): [`SigningKey`] and [`PrivateKey::generate`], on the `rsa` and
//!   `ed25519-dalek` crates. Without it, implement [`SignMessage`] or complete an [`Unsigned`].
//! * `std` (default): nothing but trait implementations of the crates below.
//!
//! [RFC 6376]: https://www.rfc-editor.org/rfc/rfc6376
//! [RFC 8301]: https://www.rfc-editor.org/rfc/rfc8301
//! [RFC 8463]: https://www.rfc-editor.org/rfc/rfc8463
#![cfg_attr(not(feature = "std"), no_std)]
#![warn(clippy::as_conversions, clippy::indexing_slicing)]
extern crate alloc;

mod fields;
mod key;
mod key_check;
#[cfg(feature = "rust-crypto")]
mod keygen;
mod preflight;
mod published;
mod request;
#[cfg(feature = "rust-crypto")]
mod rust_crypto;
mod sign_message;
mod signed_field;
mod signer;
mod unsigned;

pub use dkim_canon::{
    Algorithm, Canonicalization, Form, Header, HeaderReader, Identity, KeyRecord, Progress,
    SignatureField, ToCrlf, TooLarge, UnixTime,
};
pub use rand_core;

pub use crate::fields::{Fields, FieldsError};
pub use crate::key::{Exposed, Found, PrivateKey, PrivateKeyError};
pub use crate::key_check::{KeyCheck, KeyCheckError};
#[cfg(feature = "rust-crypto")]
pub use crate::keygen::{GenerationFailed, KeyKind};
pub use crate::preflight::{Finding, Preflight, preflight};
pub use crate::published::ZoneEntry;
pub use crate::request::SignRequest;
#[cfg(feature = "rust-crypto")]
pub use crate::rust_crypto::SigningKey;
pub use crate::sign_message::{SignMessage, SigningFailed};
pub use crate::signed_field::SignedField;
pub use crate::signer::{SignError, SignRequestError, Signer, sign};
pub use crate::unsigned::{Unsigned, WrongLength};
