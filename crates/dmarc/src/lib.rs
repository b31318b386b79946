//! DMARC ([RFC 9989]): does the domain that a reader sees in From vouch for the message?
//!
//! SPF and DKIM authenticate domains that nobody sees. DMARC asks whether one of them is of the
//! author's organization, and finds what the owner of the author's domain asks to do if none is.
//! A [`Check`] does no I/O: it begins with the author's domain, hands out all the
//! [questions](dns_txt::Question) of the tree walk at once, takes the answers in any order, and is
//! told the [identifiers](Check::identifiers) when SPF and DKIM know them.
//!
//! ```
//! use dmarc::{Check, Identifier, Mechanism, Options, Outcome, Policy, Verdict};
//! use dns_txt::Zone;
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let zone: Zone = r#"_dmarc.example.com. TXT "v=DMARC1; p=reject; sp=quarantine""#.parse()?;
//!
//! let mut check = Check::begin("news.example.com".parse()?, &Options::default());
//! check.identifiers([Identifier {
//!     domain: "example.com".parse()?,
//!     mechanism: Mechanism::Dkim,
//!     outcome: Outcome::Authenticated,
//! }]);
//! dns_txt::drive(&mut check, |question| zone.look_up(question));
//!
//! let report = check.finish();
//! assert_eq!(report.verdict, Verdict::Pass);
//! assert_eq!(report.policy, Some(Policy::Quarantine));
//! assert_eq!(report.cause.to_string(), "aligned DKIM of example.com");
//! # Ok(())
//! # }
//! ```
//!
//! The [`Report`] says what was found and why; what follows from it is the server's policy. A
//! question that decides and has no answer makes a `temperror`, neither pass nor fail (§5.3.6), and
//! no policy goes with it. A question that nothing depends on any more is as good as answered.
//!
//! Before reports go to a place that a record names, [`Destination`] finds out whether they are
//! wanted there.
//!
//! # Features
//!
//! `std` (default) adds trait implementations and a faster byte search. `report` adds aggregate
//! reports (RFC 9990), written and read as XML in the module `feedback`; it needs `std`.
//!
//! # Where RFC 9989 leaves a choice
//!
//! * Names of tags are read in any case, empty tags are skipped, and of tags of one name the first
//!   counts (§4.8 does not say). Of places for reports the first hundred count.
//! * A record that has no valid policy and no place for reports (§4.10.1) is a permerror: the
//!   check ends there, and no record higher up takes its place.
//! * Whether the author's domain exists is asked only if that makes a difference, and taken to be
//!   so in a pass without an answer.
//! * With [`Options::organizational_domain`] a public suffix list decides in place of the walk, as
//!   RFC 7489 had it.
//!
//! [RFC 9989]: https://www.rfc-editor.org/rfc/rfc9989
#![cfg_attr(not(feature = "std"), no_std)]
extern crate alloc;

mod check;
mod destination;
mod existence;
#[cfg(feature = "report")]
pub mod feedback;
mod identifier;
mod options;
mod policy;
mod published;
mod record;
mod report;
mod tree_walk;

pub use crate::check::Check;
pub use crate::destination::{Destination, Permission, ReportKind};
pub use crate::identifier::{Alignment, Identifier, Mechanism, Outcome};
pub use crate::options::Options;
pub use crate::policy::{FailureOptions, Mechanisms, Mode, Policy, Psd};
pub use crate::record::{NotDmarc, Policies, Record, ReportUri, Requested};
pub use crate::report::{Cause, DiscoveryMethod, Report, Verdict};
pub use crate::tree_walk::tree_walk;
