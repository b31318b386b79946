//! Reference servers of the mail authentication crates, and a command line for all of them.
//!
//! The crates of this workspace do no I/O. Here is what a server puts around them, in pieces that
//! a program of your own could start from:
//!
//! | program | what it does | its core |
//! |---|---|---|
//! | `mx` | takes mail for its domains, says who sent it, delivers to a Maildir | [`mx`] |
//! | `submission` | takes mail of its users under TLS, signs it, hands it on | [`submission`] |
//! | `milter` | signs and verifies for Postfix and Sendmail as an opendkim.conf says | [`milter`] |
//! | `mailauth` | answers questions of mail authentication on the command line | [`mailauth`] |
//! | `demo` | plays both against honest and dishonest senders | |
//!
//! A mail exchanger, from its pieces:
//!
//! ```no_run
//! # async fn run() -> Result<(), Box<dyn core::error::Error>> {
//! use std::path::Path;
//! use std::sync::Arc;
//!
//! use dns_txt::Zone;
//! use examples::mx::Mx;
//! use examples::{listener, shutdown};
//!
//! let zone: Zone = "example.org. TXT \"v=spf1 -all\"".parse()?;
//! let ours = vec!["example.com".parse()?];
//! let mx = Mx::new("mx.example.com".parse()?, ours, Path::new("mail"), Arc::new(zone))?;
//! let listener = listener::bind("127.0.0.1:2525".parse()?).await?;
//! let (_trigger, shutdown) = shutdown::pair();
//! mx.serve(listener, listener::Limits::default(), shutdown).await;
//! # Ok(())
//! # }
//! ```
//!
//! Nothing here is published, and nothing here is needed to use the crates.
#![allow(
    clippy::std_instead_of_alloc,
    reason = "programs of an operating system have std"
)]

pub mod accounts;
pub mod bounds;
pub mod config;
pub mod courier;
pub mod date;
pub mod dns;
pub mod id;
pub mod listener;
pub mod logging;
pub mod mailauth;
pub mod maildir;
pub mod milter;
pub mod mx;
mod neighbours;
mod path;
pub mod pem;
pub mod program;
pub mod session;
pub mod shutdown;
pub mod signatories;
pub mod signing_key;
pub mod spool;
mod stored;
pub mod stream;
pub mod submission;
pub mod tls;
pub mod trace;
