//! A filter for mail servers that reads the configuration of OpenDKIM: opendkim.conf, KeyTable,
//! SigningTable, TrustedHosts and the keys, as they are.
//!
//! [`Snapshot::read`] reads all of it. [`Snapshot::decide`] says of a message whether it is signed
//! or verified, and with what, without touching a file:
//!
//! ```no_run
//! # fn main() -> Result<(), Box<dyn core::error::Error>> {
//! use std::path::Path;
//!
//! use examples::milter::{Author, Client, Snapshot};
//!
//! let snapshot = Snapshot::read(Path::new("/etc/opendkim.conf"))?;
//! let client = Client {
//!     name: "localhost",
//!     address: Some("127.0.0.1".parse()?),
//!     macros: &[],
//! };
//! let author = Author {
//!     local_part: "amy",
//!     domain: &"example.com".parse()?,
//! };
//! println!("{}", snapshot.decide(&client, Some(author)));
//! # Ok(())
//! # }
//! ```
//!
//! [`Server`] is the filter itself: it takes connections of a mail server, signs or verifies each
//! message while its body passes, and swaps the snapshot when it is told to.
//!
//! A key may have a successor that waits for its record to be published: a line of its own in the
//! KeyTable, which OpenDKIM takes for a comment ([`Mark`]). [`Rotation`] tells what to ask the DNS
//! and when, and [`Snapshot::rotated`] puts those successors to work that are published.
//!
//! # Where it differs from OpenDKIM
//!
//! * `BelowReceived yes` puts fields below the mail server's own Received; else they go above it
//!   (RFC 8601 §4), as OpenDKIM's do.
//! * Every Authentication-Results field in our name is removed, whatever it says (RFC 8601 §5);
//!   RemoveARAll is always on. So it is in mail of a client that logged in, before it is signed.
//! * With several signatures one good one is enough, and what keeps the others from being good
//!   decides only where there is none: first what may be better later, then a bad signature, then a
//!   missing key. Those that policy refuses, and those of domains that are testing, count for none.
//! * `SPF yes` and `DMARC yes` add results of these to mail from outside; DMARC brings SPF with it.
//! * Mail with a From that two readers could read differently has no author, and nobody signs it.
//! * Without SignHeaders and OversignHeaders more fields are signed, and some oversigned
//!   ([`Fields`](dkim_sign::Fields)).
//! * Signatures with `l=` do not pass ([`Snapshot::verify_policy`]).
//! * Each key signs with the algorithm that it is for.
//! * A key that cannot be used puts off the mail that it should sign; the server starts, with
//!   KeyFile too. A signer that is no address is left out of the signature.
//! * A directory with the sticky bit above a key is safe ([`Hole::Directory`]).
//! * Files that `%` in a KeyTable stands for are looked for when the tables are read.
//! * Alternatives in a pattern are anchored as a whole ([`Pattern`]).
//! * A list of IPv6 addresses needs no `csl:` in front.
//! * With MultipleSignatures all entries that match sign, not the first and the last alone.
//! * MinimumKeyBits is for the keys of others, and a domain of one label signs nothing.
//! * `MaximumSignaturesToVerify 0` is without a limit; OpenDKIM then verifies nothing.
//! * On-NoSignature is done with AlwaysAddARHeader, too, and quarantine holds on every occasion.
//! * A signature that cannot be read is told of, and keeps nobody from signing.
//! * A macro of MacroList that has another value takes back nothing that MTA has said.
//! * What is meant for addresses in a list of hosts admits nobody by name ([`HostList`]).
//! * Addresses in brackets are always found; OpenDKIM's luck with them changes.

mod a_label;
pub mod conf;
mod data_set;
mod decision;
mod domains;
pub mod explain;
mod final_dot;
mod forged;
mod hosts;
mod key;
mod key_table;
mod listen;
mod live;
mod mail_server;
mod mark;
mod message;
mod outcome;
mod pattern;
mod place;
pub mod process;
mod resolver;
mod restart;
mod room;
mod rotation;
mod sender;
mod server;
mod session;
mod sign;
mod signed_fields;
mod signing_table;
mod snapshot;
mod start_fault;
mod successor;
pub mod syslog;
#[cfg(test)]
mod tests;
mod verify;
mod wanted;
mod watch;

pub use self::conf::{Settings, Source};
pub use self::data_set::{Case, DataSet, DataSource, DataSourceError, Entry};
pub use self::decision::{
    Action, Author, Client, Decision, NoSignature, Origin, PassReason, Signing,
};
pub use self::domains::Domains;
pub use self::hosts::HostList;
pub use self::key::{Hole, Key, KeyError, KeySource, Others, UnsafeFile};
pub use self::key_table::{KeyEntryError, KeyTable, NoKey, Resolved, TableKey};
pub use self::listen::Bound;
pub use self::mail_server::{DaemonNames, MacroList, MacroListError, Macros};
pub use self::mark::{Mark, MarkError, MarkKind, Marks};
pub use self::pattern::{Pattern, PatternError};
pub use self::place::{Place, Warning};
pub use self::resolver::{Resolution, ResolutionError};
pub use self::rotation::{Rotation, Switch};
pub use self::server::{Server, tell_reload};
pub use self::signed_fields::FieldListError;
pub use self::signing_table::{SigningTable, Target, Unnamed};
pub use self::snapshot::{Signers, Snapshot};
pub use self::start_fault::StartFault;
pub use self::successor::Successor;
