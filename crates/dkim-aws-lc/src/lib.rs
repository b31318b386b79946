//! DKIM cryptography on [AWS-LC]: what `dkim-verify` and `dkim-sign` need of RSA and Ed25519, as
//! fast as it is to be had.
//!
//! [`AwsLc`] verifies, [`SigningKey`] signs. Which keys and signatures are acceptable is decided
//! before they get here, so verdicts are those of any other implementation, and the signatures are
//! the same octets.
//!
//! ```
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! use dkim_aws_lc::{AwsLc, SigningKey};
//! use dkim_sign::rand_core::UnwrapErr;
//! use dkim_sign::{SignMessage, SignRequest, UnixTime, sign};
//! use dkim_verify::{Policy, verify};
//! use dns_txt::{Answer, Record};
//! use getrandom::SysRng;
//!
//! # let pem = include_bytes!("../../dkim-sign/testdata/test-rsa2048-pkcs8.pem");
//! # let now = UnixTime::from_secs(1_795_500_000);
//! let key = SigningKey::parse(pem)?;
//! let request = SignRequest::new(key.algorithm(), "example.com".parse()?, "2026a".parse()?);
//! let message = "From: alice@example.com\r\nSubject: Lunch?\r\n\r\nAt noon.\r\n";
//! let fields = sign(message.as_bytes(), &[(&request, &key)], now, &mut UnwrapErr(SysRng))?;
//! let signed = format!("{}{message}", fields[0]);
//!
//! let record = Record::Txt(key.key_record().to_string().into_bytes().into());
//! let answer = Answer::Records(vec![record]);
//! let policy = Policy::default();
//! let verdicts = verify(signed.as_bytes(), &policy, AwsLc::shared(), now, |_| &answer);
//! assert!(verdicts[0].is_pass());
//! # Ok(())
//! # }
//! ```
//!
//! # On a server, sign with this
//!
//! [RUSTSEC-2023-0071], the Marvin attack, is about the `rsa` crate: how long its private operation
//! takes depended on the key and on the number that it was given. Whoever can have many numbers of
//! their choice signed and can measure each one over the network might work out the key. A server
//! that signs what its users submit offers both. The makers of the crate hold the problem mended in
//! 0.10, and `dkim-sign` blinds every private operation besides, but the advisory names no version
//! that is free of it. AWS-LC takes the same time whatever the numbers and blinds as well, so it is
//! what such a server should sign with; it is also more than seven times as fast with a
//! key of 2048 bits.
//!
//! Verifying uses no secret, so there it is only the speed that differs.
//!
//! # Keep keys
//!
//! [`AwsLc::shared`] makes each key ready anew. A server wraps an [`AwsLc`] in a
//! [`KeyCache`](dkim_verify::KeyCache) once, and gives it to every message.
//!
//! # What it takes to build
//!
//! AWS-LC is written in C and assembly: a C compiler is needed. The other crates need none.
//!
//! [AWS-LC]: https://github.com/aws/aws-lc
//! [RUSTSEC-2023-0071]: https://rustsec.org/advisories/RUSTSEC-2023-0071

mod signing_key;
mod verify;

pub use crate::signing_key::{SigningKey, SigningKeyError};
pub use crate::verify::AwsLc;
