//! One message in; every verdict, and the header fields to stamp, out.
//!
//! A receiving server wants to know who really sent a message and whether it was changed. This
//! crate runs the checks of the suite over one message as it arrives, without any I/O:
//!
//! - [`Inbound`] begins when MAIL FROM is known, takes the message in chunks, asks its DNS questions
//!   as early as they are known and each of them once, tells which header fields are
//!   [forged](Inbound::forged), and ends in a [`Report`]. Its dialogue is that of
//!   [`Inquiry`](dns_txt::Inquiry): [`drive`](dns_txt::drive) it with anything that answers, or put
//!   [`Lookups`](dns_txt::Lookups) beside it and let the answers travel while the body arrives.
//! - [`check`] is the same in one call, for a message that is in memory.
//! - [`Outbound`] signs a message that leaves, with as many signatures as are wanted.
//!
//! ```
//! use dkim_verify::{RustCrypto, UnixTime};
//! use dns_txt::Zone;
//! use message_auth::{Facts, Options};
//!
//! # fn main() -> Result<(), Box<dyn core::error::Error>> {
//! let now = UnixTime::from_secs(1_795_500_000);
//! let zone = Zone::parse("example.com. TXT \"v=spf1 ip4:192.0.2.1 -all\"\n", None)?;
//! let facts = Facts::new(
//!     "192.0.2.1".parse()?,
//!     b"mail.example.com",
//!     b"alice@example.com",
//!     "mx.example.org".parse()?,
//!     now,
//! );
//! let message = b"From: alice@example.com\r\n\r\nAt noon.\r\n";
//! let crypto = RustCrypto::shared();
//! let report = message_auth::check(facts, message, &Options::default(), crypto, |question| {
//!     zone.look_up(question)
//! })?;
//! assert_eq!(report.spf_mail_from.verdict, spf::Verdict::Pass);
//! let dmarc = report.dmarc.as_ref().map(|dmarc| dmarc.verdict);
//! assert_eq!(dmarc, Some(dmarc::Verdict::None));
//! // Authentication-Results and Received-SPF, to be put on top of the message.
//! print!("{}", report.fields());
//! # Ok(())
//! # }
//! ```
//!
//! The present time is `UnixTime::from(SystemTime::now())`. Lines end with CRLF: a message from a
//! file or a pipe, whose lines end with a bare LF, goes through [`dkim_canon::ToCrlf`] first. The
//! crates that this one builds on are here under their own names, so that one dependency is enough.
//!
//! # While it arrives
//!
//! A server spools the header without the forged fields, then the body as it comes, and lets the
//! answers travel meanwhile:
//!
//! ```
//! use dns_txt::{AsyncResolve, Inquiry, Lookups};
//! use message_auth::{Inbound, Report};
//! use tokio::io::{AsyncRead, AsyncReadExt};
//!
//! async fn receive(
//!     mut inbound: Inbound,
//!     dns: &dyn AsyncResolve,
//!     mut message: impl AsyncRead + Unpin,
//!     spool: &mut Vec<u8>,
//! ) -> Result<Report, Box<dyn std::error::Error>> {
//!     let mut lookups = Lookups::new(dns, 16);
//!     let mut buffer = vec![0; 16 * 1024];
//!     let mut ended = false;
//!     loop {
//!         // New questions come with the end of the header, and with some of the answers.
//!         lookups.ask(&mut inbound);
//!         if ended && lookups.is_idle() {
//!             return Ok(inbound.finish());
//!         }
//!         tokio::select! {
//!             (question, answer) = lookups.next() => inbound.answer(&question, &answer),
//!             length = message.read(&mut buffer), if !ended => {
//!                 let chunk = &buffer[..length?];
//!                 ended = chunk.is_empty();
//!                 let in_header = inbound.header().is_none();
//!                 let body = inbound.push(chunk)?;
//!                 if ended {
//!                     inbound.end_header();
//!                 }
//!                 if let Some(header) = inbound.header().filter(|_| in_header) {
//!                     header.without(inbound.forged(), |octets| spool.extend_from_slice(octets));
//!                 }
//!                 spool.extend_from_slice(body);
//!             }
//!         }
//!     }
//! }
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let zone: dns_txt::Zone = "example.com. TXT \"v=spf1 ip4:192.0.2.1 -all\"".parse()?;
//! # let now = dkim_verify::UnixTime::from_secs(1_795_500_000);
//! # let receiver = "mx.example.org".parse()?;
//! # let client = "192.0.2.1".parse()?;
//! # let facts = message_auth::Facts::new(client, b"h.example", b"a@example.com", receiver, now);
//! # let options = message_auth::Options::default();
//! # let inbound = Inbound::begin(facts, &options, dkim_verify::RustCrypto::shared());
//! # let forged = "Authentication-Results: mx.example.org; spf=pass\r\n";
//! # let rest = "From: a@example.com\r\n\r\nAt noon.\r\n";
//! # let mut spool = Vec::new();
//! # let message = [forged, rest].concat();
//! # let runtime = tokio::runtime::Builder::new_current_thread().build()?;
//! # let report = runtime.block_on(receive(inbound, &zone, message.as_bytes(), &mut spool))?;
//! # assert_eq!(report.spf_mail_from.verdict, spf::Verdict::Pass);
//! # assert_eq!(spool, rest.as_bytes());
//! # Ok(())
//! # }
//! ```
//!
//! A deadline is the caller's: whoever stops to wait for answers calls [`Inbound::finish`] all the
//! same, and each question that is open then counts as a DNS timeout.
//!
//! The fields of the report then go above all that. Nothing may be put above a header whose first
//! line begins with white space, which would become part of the field above it: refuse such a
//! message.
//!
//! # What counts for DMARC
//!
//! * Only what passes, of MAIL FROM and of signatures; never what HELO says (RFC 9989 §3.2.4).
//! * Not the pass of a domain that is only testing DKIM (RFC 6376 §3.6.1), unless
//!   [`Options::testing_counts`] says so.
//! * Of a From that names several domains nothing is a pass. [`Options::authors`] has each of them
//!   looked at for what it asks for (RFC 9989 §11.5).
//!
//! Verdicts do not decide. Whether a message that fails is refused, and with which reply code, is
//! for the server to say.
//!
//! # Features
//!
//! `rust-crypto` (default) adds signatures in pure Rust, for [`dkim_verify`] and [`dkim_sign`];
//! without it, bring those of the crate `dkim-aws-lc` or your own. `std` (default) adds trait
//! implementations and a faster byte search. Without `std` the crate is `no_std` and needs `alloc`.
#![cfg_attr(not(feature = "std"), no_std)]
extern crate alloc;

mod check;
mod facts;
mod identifiers;
mod inbound;
mod options;
mod outbound;
mod questions;
mod report;
mod stamp;

pub use auth_results;
pub use dkim_canon;
pub use dkim_sign;
pub use dkim_verify;
pub use dmarc;
pub use dns_txt;
pub use mail_address;
pub use spf;

pub use crate::check::check;
pub use crate::facts::Facts;
pub use crate::inbound::Inbound;
pub use crate::options::{Checks, Options};
pub use crate::outbound::{Outbound, OutboundError};
pub use crate::report::Report;
