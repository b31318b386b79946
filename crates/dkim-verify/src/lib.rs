//! A streaming DKIM verifier: every signature of a message answered, every refusal explained
//! ([RFC 6376] with [RFC 8301], [RFC 8463] and [RFC 8616]). It does no I/O, reads no clock and asks
//! no DNS itself.
//!
//! # A whole message
//!
//! ```
//! use dkim_verify::{Policy, RustCrypto, UnixTime, verify};
//! use dns_txt::Zone;
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let zone: Zone = r#"brisbane._domainkey.football.example.com. TXT (
//!     "v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=" )"#
//!     .parse()?;
//! let message = include_bytes!("../testdata/rfc8463.eml");
//!
//! let now = UnixTime::from_secs(1_530_000_000);
//! let verdicts = verify(message, &Policy::default(), RustCrypto::shared(), now, |question| {
//!     zone.look_up(question)
//! });
//! for verdict in &verdicts {
//!     println!("dkim={} ({})", verdict.result(), verdict.outcome);
//! }
//! assert!(verdicts[0].is_pass());
//! # Ok(())
//! # }
//! ```
//!
//! Lines end with CRLF, and the header with an empty one. A message from a file whose lines end with
//! a bare LF goes through [`ToCrlf`] first: without that, all of it is one header field, and its
//! signatures are malformed or not there at all. The present time is `UnixTime::from(SystemTime::now())`.
//!
//! # A message as it arrives
//!
//! Where the header arrives in chunks too, [`HeaderReader`] collects it. [`Verifier::begin`] takes the header, reads all DKIM-Signature fields, and as an
//! [`Inquiry`](dns_txt::Inquiry) hands out the questions for keys at once, so that answers can
//! travel while the body is still coming in. Body chunks go to [`Verifier::body`], answers to
//! [`answer`](dns_txt::Inquiry::answer), in any order, and [`Verifier::finish`] gives one
//! [`Verdict`] per field, in the order of the header. Memory is a digest per signature and a hash
//! per distinct canonical form, whatever the message's size.
//!
//! # What a verdict says
//!
//! An [`Outcome`] has four ends: the signature verified, it failed for good, it could not be tried
//! yet, or the [`Policy`] refused it. Each has its cause, and [`Outcome::result`] is its word in
//! Authentication-Results. Failures that keep a signature from being tried at all, errors of syntax
//! among them, read `permerror`; RFC 8601 §2.7.1 would call the latter `neutral`, RFC 6376 §6.1.1
//! calls both PERMFAIL.
//!
//! The facts stand on the [`Verdict`] and not within the pass, because a failed signature has them
//! too: key size, testing flag, how much of the body is covered, and, in [`Signature`], which fields
//! are signed and of which fields there are more than are signed.
//!
//! # What happened to the message
//!
//! When a signature does not fit, [`diagnose`] undoes what lists, relays and gateways are known to
//! do, until it fits: footers and subject tags, other folding, encodings and line ends, fields that
//! came or went, and more. Each [`Finding`] carries its evidence; what is not found is called
//! unknown.
//!
//! ```
//! use dkim_verify::{Finding, Policy, RustCrypto, UnixTime, diagnose, verify};
//! # use dns_txt::Zone;
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let zone: Zone = r#"brisbane._domainkey.football.example.com. TXT (
//! #     "v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=" )"#
//! #     .parse()?;
//! # let now = UnixTime::from_secs(1_530_000_000);
//! let mut message = include_bytes!("../testdata/rfc8463.eml").to_vec();
//! message.extend(b"-- \r\nSent by a list\r\n");
//!
//! let crypto = RustCrypto::shared();
//! let verdicts = verify(&message, &Policy::default(), crypto.clone(), now, |question| {
//!     zone.look_up(question)
//! });
//! let verdict = &verdicts[0];
//! let signature = verdict.signature.as_ref().ok_or("it can be read")?;
//! let question = signature.key_question().ok_or("its name is not too long")?;
//! let findings = diagnose(&message, verdict, &zone.look_up(&question), &*crypto);
//! assert_eq!(findings, [Finding::BodyAppended { at: 55, octets: 21 }]);
//! assert_eq!(
//!     findings[0].to_string(),
//!     "The first 55 octets of the body are what was signed, and 21 more follow them."
//! );
//! # Ok(())
//! # }
//! ```
//!
//! # Who decides what
//!
//! The RFCs say which signatures are void, and no policy changes that. A [`Policy`] only refuses
//! more. A caller with rules of its own looks at [`Verifier::signatures`] and
//! [refuses](Verifier::refuse) what it does not accept, before any key is asked for.
//!
//! Several records at one selector, which RFC 6376 §3.6.2.2 leaves undefined, are tried in turn, at
//! most four, and never joined.
//!
//! # Cryptography
//!
//! [`VerifySignature`] does the arithmetic. Keys and signatures are judged before they get there,
//! so that no implementation changes a verdict. Feature `rust-crypto` (default) has one in pure
//! Rust, `RustCrypto`; the crate `dkim-aws-lc` has a faster one on AWS-LC. [`KeyCache`] keeps keys
//! from one message to the next.
//!
//! # Features
//!
//! `rust-crypto` (default) adds `RustCrypto`; `std` (default) adds trait implementations and a
//! faster byte search. Without `std` the crate is `no_std` and needs `alloc`.
//!
//! [RFC 6376]: https://www.rfc-editor.org/rfc/rfc6376
//! [RFC 8301]: https://www.rfc-editor.org/rfc/rfc8301
//! [RFC 8463]: https://www.rfc-editor.org/rfc/rfc8463
//! [RFC 8616]: https://www.rfc-editor.org/rfc/rfc8616

#![cfg_attr(not(feature = "std"), no_std)]
extern crate alloc;

mod attempt;
mod crypto;
mod diagnose;
mod key;
mod key_cache;
mod policy;
mod prepared_record;
#[cfg(feature = "rust-crypto")]
mod rust_crypto;
mod signature;
mod verdict;
mod verifier;
mod verify;

pub use dkim_canon::{
    BodyHash, Header, HeaderReader, KeyError, KeyRecord, KeyRecordError, Progress, PublicKey,
    SignatureError, SignatureField, ToAscii, ToCrlf, TooLarge, UnixTime,
};

pub use crate::crypto::{InvalidKey, InvalidSignature, PreparedKey, VerifySignature};
pub use crate::diagnose::{Finding, TransferEncoding, diagnose};
pub use crate::key_cache::KeyCache;
pub use crate::policy::Policy;
pub use crate::prepared_record::PreparedRecord;
#[cfg(feature = "rust-crypto")]
pub use crate::rust_crypto::RustCrypto;
pub use crate::signature::{Coverage, Signature};
pub use crate::verdict::{Fault, Outcome, Refusal, ResultWord, TempFault, Verdict};
pub use crate::verifier::{Appetite, Verifier};
pub use crate::verify::verify;
