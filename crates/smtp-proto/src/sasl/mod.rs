//! Authentication exchanges of [RFC 4422], octets in and octets out.
//!
//! Nothing here knows of SMTP or of base64: the same machines serve any protocol that carries
//! SASL. No password is stored; the server side hands out what the client claims and the caller
//! decides.
//!
//! One loop serves every mechanism with a password:
//!
//! ```
//! use smtp_proto::sasl::{self, Mechanism, Seed, Step};
//!
//! /// Whether a client that answers challenges with `responses` knows the password.
//! fn is_let_in(mechanism: Mechanism, seed: &Seed<'_>, mut responses: &[&[u8]]) -> bool {
//!     let mut step = sasl::begin(mechanism, None, seed);
//!     loop {
//!         match step {
//!             Step::Challenge(challenge) => {
//!                 // Here a server sends `challenge.octets()` and waits for the response.
//!                 let Some((response, rest)) = responses.split_first() else {
//!                     return false;
//!                 };
//!                 responses = rest;
//!                 step = challenge.respond(response);
//!             }
//!             Step::Decide(login) => {
//!                 // Nobody may act as somebody else here, whatever the password.
//!                 return login.authzid().is_none_or(|other| other == "tim")
//!                     && login.authcid() == Some("tim")
//!                     && login.proves(b"tanstaaftanstaaf");
//!             }
//!             // The client has failed, or the mechanism is one that was not offered.
//!             _ => return false,
//!         }
//!     }
//! }
//!
//! // The random octets are new for each exchange.
//! let seed = Seed::new([7; 16], "mail.example.com");
//! assert!(is_let_in(Mechanism::Plain, &seed, &[b"\0tim\0tanstaaftanstaaf"]));
//! assert!(is_let_in(Mechanism::Login, &seed, &[b"tim", b"tanstaaftanstaaf"]));
//! assert!(!is_let_in(Mechanism::Login, &seed, &[b"tim", b"guess"]));
//! assert!(!is_let_in(Mechanism::Plain, &seed, &[b"root\0tim\0tanstaaftanstaaf"]));
//! ```
//!
//! | mechanism | source | password on the wire |
//! |---|---|---|
//! | `PLAIN` | RFC 4616 | yes: only under TLS |
//! | `LOGIN` | draft-murchison-sasl-login | yes: only under TLS |
//! | `EXTERNAL` | RFC 4422 Appendix A | none: the TLS certificate speaks |
//! | `OAUTHBEARER` | RFC 7628 | a token instead: only under TLS |
//! | `XOAUTH2` | Google's protocol of that name | a token instead: only under TLS |
//! | `CRAM-MD5` (feature `sasl`) | RFC 2195 | no, but the server must know it in clear |
//! | `SCRAM-SHA-256`, `-PLUS` (feature `sasl`) | RFC 7677 | no, nor must the server know it |
//!
//! A token that is refused may be refused with the reason: [`Bearer::refuse`]. With SCRAM there is
//! one more step, `Step::Lookup`, before the client is challenged, and the login that comes out
//! is proved already:
//!
#![cfg_attr(feature = "sasl", doc = "```")]
#![cfg_attr(not(feature = "sasl"), doc = "```ignore")]
//! use core::num::NonZeroU32;
//! use smtp_proto::sasl::{self, ChannelSupport, Client, Login, Mechanism, ScramVerifier, Seed, Step};
//!
//! # fn main() -> Result<(), Box<dyn core::error::Error>> {
//! // What the server stores of the password of tim.
//! let iterations = NonZeroU32::new(4096).ok_or("zero")?;
//! let verifier = ScramVerifier::from_password(b"tanstaaftanstaaf", &[5; 16], iterations);
//!
//! let mut client = Client::scram_sha_256(None, "tim", "tanstaaftanstaaf", [6; 16], ChannelSupport::No)?;
//! let seed = Seed::new([7; 16], "mail.example.com");
//! let mut step = sasl::begin(Mechanism::ScramSha256, None, &seed);
//! let login = loop {
//!     step = match step {
//!         Step::Challenge(challenge) => {
//!             let response = client.respond(challenge.octets())?;
//!             challenge.respond(response.expose())
//!         }
//!         Step::Lookup(lookup) if lookup.authcid() == "tim" => Step::Challenge(lookup.found(&verifier)),
//!         Step::Decide(Login::Scram(login)) => break login,
//!         _ => return Err("refused".into()),
//!     };
//! };
//! assert_eq!(login.authcid(), "tim");
//! // The server has proved that it knows the password, too.
//! assert!(client.accepts_success());
//! # Ok(())
//! # }
//! ```
//!
//! [RFC 4422]: https://www.rfc-editor.org/rfc/rfc4422

mod client;
mod client_state;
#[cfg(feature = "sasl")]
mod cram_md5;
mod credentials;
mod login;
mod mechanism;
mod oauth;
mod plain;
mod saslname;
#[cfg(feature = "sasl")]
mod scram;
mod secret;
mod seed;
mod server;

pub use self::client::{Client, CredentialsError, UnexpectedChallenge};
#[cfg(feature = "sasl")]
pub use self::cram_md5::CramMd5;
pub use self::credentials::Credentials;
pub use self::mechanism::Mechanism;
pub use self::oauth::Bearer;
#[cfg(feature = "sasl")]
pub use self::scram::{ChannelBinding, ChannelSupport, Lookup, Scram, ScramVerifier};
pub use self::secret::Secret;
pub use self::seed::Seed;
pub use self::server::{Challenge, ExchangeError, Login, Step, begin};
