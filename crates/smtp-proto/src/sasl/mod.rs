//! Authentication exchanges of [RFC 4422], octets in and octets out.
//!
//! Nothing here knows of SMTP or of base64: the same machines serve any protocol that carries
//! SASL. No password is stored; the server side hands out what the client claims and the caller
//! decides.
//!
//! One loop serves every mechanism:
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
//!             Step::Failed(_) => return false,
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
//! | `CRAM-MD5` (feature `sasl`) | RFC 2195 | no, but the server must know it in clear |
//!
//! [RFC 4422]: https://www.rfc-editor.org/rfc/rfc4422

mod client;
#[cfg(feature = "sasl")]
mod cram_md5;
mod credentials;
mod login;
mod mechanism;
mod plain;
mod secret;
mod server;

pub use self::client::{Client, CredentialsError, UnexpectedChallenge};
#[cfg(feature = "sasl")]
pub use self::cram_md5::CramMd5;
pub use self::credentials::Credentials;
pub use self::mechanism::Mechanism;
pub use self::secret::Secret;
pub use self::server::{Challenge, ExchangeError, Login, Seed, Step, begin};
