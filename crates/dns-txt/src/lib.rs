//! The DNS vocabulary of mail authentication: names, questions, answers, TXT records, `tag=value`
//! lists and zones held in memory. Nothing here does I/O.
//!
//! A check of SPF, DKIM or DMARC never asks the DNS itself. It is an [`Inquiry`]: it hands out a
//! [`Question`], takes the [`Answer`], and whoever drives it decides where answers come from. So
//! the same check runs on threads, in any async runtime, in a fuzzer, and in a test whose DNS is a
//! literal:
//!
//! ```
//! # fn main() -> Result<(), Box<dyn core::error::Error>> {
//! use dns_txt::{Answer, Domain, Inquiry, Kind, Question, TagList, Zone, drive};
//!
//! /// Finds out whether a domain has a DMARC record, and which policy it asks for.
//! struct Policy {
//!     unasked: Option<Question>,
//!     found: Option<String>,
//! }
//!
//! impl Inquiry for Policy {
//!     fn poll_question(&mut self) -> Option<Question> {
//!         self.unasked.take()
//!     }
//!
//!     fn answer(&mut self, _: &Question, answer: &Answer) {
//!         let tags = answer.texts().find_map(|text| TagList::parse(text).ok());
//!         let policy = tags.as_ref().and_then(|tags| tags.get("p"));
//!         self.found = policy.map(|tag| tag.value().escape_ascii().to_string());
//!     }
//!
//!     fn is_settled(&self) -> bool {
//!         self.unasked.is_none()
//!     }
//! }
//!
//! let zone: Zone = r#"_dmarc.example.org. TXT "v=DMARC1; p=reject; rua=mailto:d@example.org""#
//!     .parse()?;
//! let domain: Domain = "_dmarc.example.org".parse()?;
//! let mut policy = Policy {
//!     unasked: Some(Question::new(&domain, Kind::Txt)),
//!     found: None,
//! };
//! drive(&mut policy, |question| zone.look_up(question));
//! assert_eq!(policy.found.as_deref(), Some("reject"));
//! # Ok(())
//! # }
//! ```
//!
//! # Who answers
//!
//! * [`drive`] asks one question after the other: a [`Zone`], a cache, a [`Resolve`].
//! * [`drive_async`] asks several at once through an [`AsyncResolve`]; [`Lookups`] is the same for a
//!   caller with a loop of its own, who reads a message while answers travel.
//! * [`Recorder`] keeps what was answered and prints it as a zone, in which the check runs again.
//!
//! [`Zone::look_up`] lends an answer and [`Zone::answer`] gives a copy; [`drive`] takes either.
//!
//! An answer tells a name that does not exist from one without such records, and both from not
//! having been told: the protocols treat these three differently.
//!
//! # Two types for names
//!
//! [`Name`] is what the DNS is asked for: labels of any octets, as SPF macros make them. [`Domain`]
//! is what an identity is written as, in MAIL FROM, HELO, `d=`, `s=` and From: letters, digits,
//! hyphens and underscores, so that it can be printed anywhere without doing harm.
//!
//! # Features
//!
//! `std` (default) adds trait implementations and a faster byte search. Without it the crate is
//! `no_std` and needs `alloc`. `idna` adds `Domain::from_unicode`, `json` adds `Zone::from_json`
//! and `Zone::to_json`, with which a [`Recorder`]'s zone is kept as JSON, too.

#![cfg_attr(not(feature = "std"), no_std)]
extern crate alloc;

mod answer;
mod domain;
mod inquiry;
mod lookups;
mod name;
mod question;
mod recorder;
mod resolve;
mod tags;
mod txt;
#[cfg(feature = "idna")]
mod unicode;
mod zone;

pub use crate::answer::{Answer, Failure, Record};
pub use crate::domain::{Domain, DomainError};
pub use crate::inquiry::{Inquiry, drive};
pub use crate::lookups::{Lookups, drive_async};
pub use crate::name::{Labels, Name, NameError};
pub use crate::question::{Kind, Question};
pub use crate::recorder::Recorder;
pub use crate::resolve::{AsyncResolve, Lookup, Resolve};
pub use crate::tags::{Tag, TagError, TagList, Tags};
pub use crate::txt::{Strings, TxtRecord, TxtRecordError};
#[cfg(feature = "json")]
pub use crate::zone::JsonError;
pub use crate::zone::{Zone, ZoneError, ZoneFault};
