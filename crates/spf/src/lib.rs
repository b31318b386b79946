//! Sender Policy Framework ([RFC 7208]): may this client send mail in the name of this domain?
//!
//! A [`Check`] does no I/O. It hands out the [questions](dns_txt::Question) that it needs
//! answered and takes the [answers](dns_txt::Answer), from whatever can ask the DNS: a blocking
//! resolver, an async one, a cache, a zone in memory. Answers may come in any order.
//!
//! ```
//! use dns_txt::{Answer, Inquiry, Record};
//! use spf::{Check, Options, Verdict};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let client = "192.0.2.129".parse()?;
//! let mut check = Check::mail_from(client, b"mail.example.org", b"amy@example.com", &Options::default());
//!
//! while let Some(question) = check.poll_question() {
//!     let answer = match question.to_string().as_str() {
//!         "example.com. TXT" => Record::Txt(b"v=spf1 include:example.org -all"[..].into()),
//!         "example.org. TXT" => Record::Txt(b"v=spf1 ip4:192.0.2.128/28 ?all"[..].into()),
//!         _ => break,
//!     };
//!     check.answer(&question, &Answer::Records(vec![answer]));
//! }
//!
//! let report = check.finish();
//! assert_eq!(report.verdict, Verdict::Pass);
//! let matched = report.matched.ok_or("nothing matched")?;
//! assert_eq!(matched.directive.to_string(), "include:example.org");
//! assert_eq!(matched.innermost().directive.to_string(), "ip4:192.0.2.128/28");
//! assert_eq!(matched.prefix_length(), Some(28));
//! # Ok(())
//! # }
//! ```
//!
//! # What a server does with it
//!
//! HELO and MAIL FROM are two identities and two checks ([`Check::helo`], [`Check::mail_from`]):
//! a pass of the one says nothing about the other. The [`Report`] says what was found and why;
//! what follows from it is the server's policy. Two aids are here: the [reply](Report::refusal) that
//! RFC 7372 has for a refusal, and the [Received-SPF field](Report::received_spf).
//!
//! With [`Options::trace`] the report holds a [`Trace`](trace::Trace): every term that was
//! evaluated, what came of it and what the DNS said to it, as text for the person who has to find
//! out why. For the check above it is
//!
//! ```text
//! example.com: v=spf1 include:example.org -all
//!   octet 7: include:example.org matches (lookup 1)
//!     example.org: v=spf1 ip4:192.0.2.128/28 ?all
//!       octet 7: ip4:192.0.2.128/28 matches 192.0.2.128/28
//! pass: mechanism matched, octet 7 of the record at example.com
//! ```
//!
//! Most policies lead to the records of a few mail services. A [`RecordCache`] in
//! [`Options::records`] keeps them from one check to the next, ready to be evaluated; it changes no
//! report.
//!
//! A deadline is the caller's: after it, [`Check::finish`] gives a `temperror` (RFC 7208 §4.6.4
//! asks for no less than 20 seconds).
//!
//! # What a domain does with it
//!
//! A [`Lint`](lint::Lint) walks over all records that a policy leads to and says what is wrong
//! with it, now or soon: how many look-ups it takes and which terms cost them, what cannot be read,
//! what is missing, what lets everybody pass. It is an [`Inquiry`](dns_txt::Inquiry) too.
//!
//! # Where RFC 7208 leaves a choice
//!
//! * A target name with an empty or overlong label (§4.8) is one that `a`, `mx`, `ptr` and
//!   `exists` do not match; in `include` and `redirect=` it is a permerror.
//! * Mail exchangers are not ordered: one that matches decides, and a failed address question
//!   makes a temperror only if none does (§5, §5.4). So the order of answers never decides.
//! * `%{p}` counts as no term of its own: §4.6.4 limits the number of terms, and the macro is part
//!   of one that counts, or of `exp=` and its text, which do not. One PTR question serves all of a
//!   check.
//! * Void lookups (§4.6.4) are terms whose own question finds nothing; the addresses of mail
//!   exchangers and of the client's names are not counted.
//! * A domain of MAIL FROM with U-labels that cannot be converted is a permerror, where §4.3 has
//!   `none` for what is malformed: nobody is without a policy because of how its name is written.
//! * `%{t}` stands for `unknown` where the caller gives no time (§7.3 has that word for `%{r}`).
//! * `redirect=` whose target names a local part that is not ASCII is a permerror
//!   (RFC 8616 §4 says of terms that they do not match).
//!
//! [RFC 7208]: https://www.rfc-editor.org/rfc/rfc7208
#![cfg_attr(not(feature = "std"), no_std)]
extern crate alloc;

mod check;
mod client_names;
mod context;
mod evaluation;
mod explain;
mod explanation;
mod frames;
mod gist;
mod ledger;
mod limits;
pub mod lint;
mod macros;
mod network;
mod options;
mod policy;
mod prepared_record;
mod received_spf;
mod record;
mod record_cache;
mod refusal;
mod report;
mod subject;
mod syntax;
pub mod trace;

pub use crate::check::Check;
pub use crate::explanation::Explanation;
pub use crate::limits::Limits;
pub use crate::macros::{DomainSpec, ExplainString, MacroString};
pub use crate::network::{DualCidr, Network};
pub use crate::options::Options;
pub use crate::prepared_record::{PrepareRecord, PreparedRecord};
pub use crate::received_spf::{Pair, ReceivedSpf, ReceivedSpfError};
pub use crate::record::{Directive, Mechanism, Qualifier, Record, Term, UnknownModifier};
pub use crate::record_cache::RecordCache;
pub use crate::refusal::Refusal;
pub use crate::report::{Cause, Matched, Place, Report, Verdict};
pub use crate::subject::Identity;
pub use crate::syntax::SyntaxError;
