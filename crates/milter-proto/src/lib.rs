//! The filter side of the milter protocol without I/O: what stands between an MTA such as Postfix
//! or Sendmail and a program that looks at its mail, refuses, marks or changes it.
//!
//! [`Session`] takes octets and gives events; the caller moves the octets, keeps the clock and
//! decides. So one machine serves threads, any async runtime, a test and a fuzzer, and gives the
//! same events however its input is cut. Events borrow the input, never the machine: a decision
//! can be awaited without a copy of what it is about.
//!
//! * [`negotiation`]: what the filter may do, and which commands come and are answered.
//! * [`session`]: the events, their order, and how they are answered.
//! * [`macros`]: what the MTA tells beside its commands, such as the queue id and the login.
//! * [`reply`], [`edit`]: what can be answered, and changed.
//! * [`packet`]: the frame around it all.
//!
//! # A filter
//!
//! This loop serves one connection of an MTA. It writes into every message how long its body is,
//! and takes out what others have written in the name of the filter:
//!
//! ```
//! use std::error::Error;
//! use std::io::{Read, Write};
//! use std::sync::Arc;
//!
//! use milter_proto::{Actions, Advance, Config, Edits, Event, Reply, Session};
//!
//! fn serve(mta: &mut (impl Read + Write), config: Arc<Config>) -> Result<(), Box<dyn Error>> {
//!     let mut session = Session::new(config);
//!     let (mut input, mut out, mut buffer) = (Vec::new(), Vec::new(), [0; 65536]);
//!     let (mut octets, mut forged) = (0, 0);
//!     loop {
//!         match mta.read(&mut buffer)? {
//!             0 => return Ok(()),
//!             length => input.extend_from_slice(&buffer[..length]),
//!         }
//!         let mut rest = &input[..];
//!         loop {
//!             let Advance { consumed, event, needs_reply, .. } = session.advance(rest, &mut out)?;
//!             rest = &rest[consumed..];
//!             match event {
//!                 Some(Event::Mail(_)) => (octets, forged) = (0, 0),
//!                 Some(Event::Header(field)) if field.name().eq_ignore_ascii_case(b"X-Octets") => {
//!                     forged += 1;
//!                 }
//!                 Some(Event::Body(piece)) => octets += piece.len(),
//!                 Some(Event::EndOfMessage) => {
//!                     let mut edits = Edits::default();
//!                     (1..=forged).try_for_each(|index| edits.delete_header("X-Octets", index))?;
//!                     edits.insert_header(0, "X-Octets", format!(" {octets}"))?;
//!                     session.edit(&edits, &mut out)?;
//!                 }
//!                 Some(Event::Quit) => return Ok(mta.write_all(&out)?),
//!                 Some(_) => {}
//!                 None => break,
//!             }
//!             if needs_reply {
//!                 session.reply(&Reply::Continue, &mut out)?;
//!             }
//!         }
//!         mta.write_all(&out)?;
//!         out.clear();
//!         input.drain(..input.len() - rest.len());
//!     }
//! }
//! # /// An MTA that says everything at once, in the pieces that a reader has room for.
//! # struct Mta(std::io::Cursor<Vec<u8>>, Vec<u8>);
//! # impl Read for Mta {
//! #     fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
//! #         self.0.read(buffer)
//! #     }
//! # }
//! # impl Write for Mta {
//! #     fn write(&mut self, octets: &[u8]) -> std::io::Result<usize> {
//! #         self.1.write(octets)
//! #     }
//! #     fn flush(&mut self) -> std::io::Result<()> {
//! #         Ok(())
//! #     }
//! # }
//! # fn main() -> Result<(), Box<dyn Error>> {
//! # let dialogue: [(u8, &[u8]); 10] = [
//! #     (b'O', b"\0\0\0\x06\0\0\x01\xff\0\x1f\xff\xff"),
//! #     (b'C', b"mail.example.com\x004\x30\x39192.0.2.1\0"),
//! #     (b'H', b"mail.example.com\0"),
//! #     (b'M', b"<amy@example.com>\0"),
//! #     (b'R', b"<bob@example.org>\0"),
//! #     (b'L', b"X-Octets\0 1000000\0"),
//! #     (b'N', b""),
//! #     (b'B', b"At noon.\r\n"),
//! #     (b'E', b""),
//! #     (b'Q', b""),
//! # ];
//! # let mut said = Vec::new();
//! # for (letter, payload) in dialogue {
//! #     milter_proto::packet::Packet::new(letter, payload).print(&mut said);
//! # }
//! # let mut connection = Mta(std::io::Cursor::new(said), Vec::new());
//!
//! let config = Config::new(Actions::ADD_HEADERS | Actions::CHANGE_HEADERS);
//! serve(&mut connection, Arc::new(config))?;
//! # let heard = [
//! #     &b"\0\0\0\x0dO\0\0\0\x06\0\0\0\x11\0\x10\x04\0"[..],
//! #     &b"\0\0\0\x01c".repeat(7),
//! #     b"\0\0\0\x0fm\0\0\0\x01X-Octets\0\0",
//! #     b"\0\0\0\x12i\0\0\0\0X-Octets\0 10\0",
//! #     b"\0\0\0\x01c",
//! # ];
//! # assert_eq!(connection.1.escape_ascii().to_string(), heard.concat().escape_ascii().to_string());
//! # Ok(())
//! # }
//! ```
//!
//! Which events are answered depends on what was agreed on, so [`Advance::needs_reply`] says it.
//! A filter whose opinion is asked for every header field pays a round trip for each; with
//! [`Steps::NO_REPLY_HEADER`] it is told them all in one go. [`Limits`](session::Limits) say how
//! much an MTA may send at once, and how long it may say nothing.
//!
//! # Features
//!
//! `std` (default) adds trait implementations and a faster byte search. Without it the crate is
//! `no_std` and needs `alloc`.
//!
//! # Where the facts are from
//!
//! No standard describes the protocol. What is said of libmilter here is what its documentation
//! and its constants say; what is said of Postfix was seen in its dialogues.

#![cfg_attr(not(feature = "std"), no_std)]
extern crate alloc;

pub mod command;
pub mod edit;
mod flags;
pub mod macros;
pub mod negotiation;
pub mod packet;
pub mod reply;
pub mod session;

pub use crate::edit::Edits;
pub use crate::macros::{MacroLists, Macros, Stage};
pub use crate::negotiation::{Actions, Negotiated, Steps};
pub use crate::reply::{CustomReply, Reply};
pub use crate::session::{Advance, Config, Event, Session};
