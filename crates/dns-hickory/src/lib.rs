//! Answers the questions of mail authentication through [hickory-resolver].
//!
//! The checks of this suite ask the DNS in values: a [`Question`](dns_txt::Question) comes out, an
//! [`Answer`](dns_txt::Answer) goes in. This crate is what stands between them and real name
//! servers:
//!
//! * [`HickoryResolver`] for async code on Tokio ([`AsyncResolve`](dns_txt::AsyncResolve)),
//! * [`BlockingResolver`] for everything else, async code included ([`Resolve`](dns_txt::Resolve)).
//!
//! ```no_run
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! use dns_hickory::{BlockingResolver, Options};
//! use dns_txt::{Domain, Kind, Question, Resolve};
//!
//! let resolver = BlockingResolver::system(&Options::new())?;
//! let domain: Domain = "example.org".parse()?;
//! for text in resolver.resolve(&Question::new(&domain, Kind::Txt)).texts() {
//!     println!("{}", text.escape_ascii());
//! }
//! # Ok(())
//! # }
//! ```
//!
//! Whatever asks questions is driven with it, several at a time. One resolver serves the whole
//! program, and keeps what it was told from one message to the next:
//!
//! ```no_run
//! use dns_hickory::{HickoryResolver, Options};
//! use dns_txt::{Inquiry, drive_async};
//!
//! async fn answer_all(checks: &mut [impl Inquiry]) -> Result<(), Box<dyn std::error::Error>> {
//!     let servers = ["192.0.2.53:53".parse()?];
//!     let resolver = HickoryResolver::with_name_servers(&servers, &Options::new())?;
//!     for check in checks {
//!         drive_async(check, &resolver).await;
//!     }
//!     Ok(())
//! }
//! ```
//!
//! # What the answers mean
//!
//! | from the DNS | answer |
//! |---|---|
//! | records, perhaps behind aliases | `Records`, each once (RFC 2181 §5) |
//! | NOERROR without such records | `Records`, empty |
//! | NXDOMAIN, of the name or of what it is an alias of | `NoSuchName` |
//! | SERVFAIL, REFUSED and other codes, a referral, an endless chain of aliases, a server that cannot be reached | `Failed(ServerFailure)` |
//! | nothing in time, all tries and aliases together | `Failed(Timeout)` |
//! | what cannot be read, or does not fit the question | `Failed(Malformed)` |
//!
//! A UDP port at which nobody listens looks like silence: a wrong address for a name server shows as
//! `Timeout`, after all tries.
//!
//! Names may hold any octets, underscores among them. Search lists and hosts files are not
//! consulted. `localhost`, its addresses in `in-addr.arpa`, `invalid` and `onion` are answered on
//! the spot, as RFC 6761 has it.
//!
//! [hickory-resolver]: https://docs.rs/hickory-resolver

mod blocking;
mod cache;
mod options;
mod resolver;
mod translate;

pub use crate::blocking::BlockingResolver;
pub use crate::options::Options;
pub use crate::resolver::{HickoryResolver, ResolverError};
