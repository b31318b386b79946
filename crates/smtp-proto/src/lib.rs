//! SMTP without I/O: a server and a client as state machines, and the commands, replies, SASL
//! exchanges and dot framing they are made of ([RFC 5321] and its extensions).
//!
//! A machine takes octets and gives events; the caller moves the octets, keeps the clock and
//! decides. So one machine serves threads, any async runtime, a proxy, a test and a fuzzer, and
//! gives the same events however its input is cut. Events borrow the input, never the machine:
//! a decision can be awaited without a copy of what it is about, and a message passes through as
//! slices of the caller's buffer.
//!
//! * [`server`]: [`Server`] with all order of commands, all limits and every defence against
//!   smuggling and injection inside.
//! * [`client`]: [`Client`], which sends messages in as few round trips as the server allows.
//! * [`command`], [`reply`], [`data`]: what both say, read and printed.
//! * [`sasl`]: exchanges to log in, octets in and octets out.
//! * [`proxy`]: the header that says who is behind a proxy.
//!
//! # A server
//!
//! This loop serves one connection of a server that takes mail for its own domain, in one piece
//! or in chunks:
//!
//! ```
//! use std::error::Error;
//! use std::io::{Read, Write};
//! use std::sync::Arc;
//!
//! use smtp_proto::command::ForwardPath;
//! use smtp_proto::server::{Advance, Config, Event, Role, Server};
//! use smtp_proto::Reply;
//!
//! /// Serves one client: takes mail for whom `is_ours`, and hands over each message.
//! fn serve(
//!     connection: &mut (impl Read + Write),
//!     mut server: Server,
//!     is_ours: impl Fn(ForwardPath<'_>) -> bool,
//!     mut deliver: impl FnMut(&[u8]) -> Reply,
//! ) -> Result<(), Box<dyn Error>> {
//!     let (mut input, mut out, mut message) = (Vec::new(), Vec::new(), Vec::new());
//!     loop {
//!         let Advance { consumed, event, .. } = server.advance(&input, &mut out)?;
//!         let reply = match event {
//!             Some(Event::Connected(_)) => Some(Reply::greeting()),
//!             Some(Event::Hello(_)) => Some(Reply::hello()),
//!             Some(Event::Mail(_)) => { message.clear(); Some(Reply::sender_ok()) }
//!             Some(Event::Rcpt(rcpt)) if is_ours(rcpt.forward_path) => Some(Reply::recipient_ok()),
//!             Some(Event::Rcpt(_)) => Some(Reply::relay_denied()),
//!             Some(Event::DataStart) => Some(Reply::start_data()),
//!             Some(Event::Body(octets)) => { message.extend_from_slice(octets); None }
//!             Some(Event::ChunkEnd) => Some(Reply::ok()),
//!             Some(Event::BodyEnd(_)) => Some(deliver(&message)),
//!             Some(Event::Quit | Event::Close(_)) => return Ok(connection.write_all(&out)?),
//!             // TLS and logins, which this configuration does not offer.
//!             Some(event) => event.needs_reply().then(Reply::try_again),
//!             None => {
//!                 connection.write_all(&out)?;
//!                 out.clear();
//!                 let mut buffer = [0; 4096];
//!                 match connection.read(&mut buffer)? {
//!                     0 => return Ok(()),
//!                     length => input.extend_from_slice(&buffer[..length]),
//!                 }
//!                 None
//!             }
//!         };
//!         if let Some(reply) = reply {
//!             server.reply(&reply, &mut out)?;
//!         }
//!         input.drain(..consumed);
//!     }
//! }
//! # /// A client that sends the next of its flights whatever it hears.
//! # struct Flights(std::vec::IntoIter<&'static str>, Vec<u8>);
//! # impl Read for Flights {
//! #     fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
//! #         self.0.next().unwrap_or_default().as_bytes().read(buffer)
//! #     }
//! # }
//! # impl Write for Flights {
//! #     fn write(&mut self, octets: &[u8]) -> std::io::Result<usize> {
//! #         self.1.write(octets)
//! #     }
//! #     fn flush(&mut self) -> std::io::Result<()> {
//! #         Ok(())
//! #     }
//! # }
//! # fn main() -> Result<(), Box<dyn Error>> {
//! # let flights = vec![
//! #     "EHLO client.example\r\n",
//! #     "MAIL FROM:<a@client.example>\r\nRCPT TO:<b@mx.example>\r\nRCPT TO:<b@else.example>\r\nDATA\r\n",
//! #     "Subject: Hello\r\n\r\n..\r\n.\r\nMAIL FROM:<>\r\nRCPT TO:<b@mx.example>\r\nBDAT 4\r\na\r\n.BDAT 2 LAST\r\n\r\nQUIT\r\n",
//! # ];
//! # let mut connection = Flights(flights.into_iter(), Vec::new());
//!
//! let config = Config::new(Role::Mx, "mx.example".parse()?).chunking(true);
//! let is_ours = |path: ForwardPath<'_>| match path {
//!     ForwardPath::Mailbox(mailbox) => mailbox.domain().as_ref() == Some(&config.hostname),
//!     ForwardPath::Postmaster => true,
//! };
//! # let mut accepted = Vec::new();
//! # let deliver = |message: &[u8]| {
//! #     accepted.push(message.to_vec());
//! #     Reply::ok()
//! # };
//! serve(&mut connection, Server::new(Arc::new(config.clone())), is_ours, deliver)?;
//! # assert_eq!(accepted, [&b"Subject: Hello\r\n\r\n.\r\n"[..], b"a\r\n.\r\n"]);
//! # assert_eq!(
//! #     String::from_utf8(connection.1)?,
//! #     "220 mx.example ESMTP\r\n\
//! #      250-mx.example\r\n250-PIPELINING\r\n250-8BITMIME\r\n250-ENHANCEDSTATUSCODES\r\n\
//! #      250-CHUNKING\r\n250-HELP\r\n250 SIZE 52428800\r\n\
//! #      250 2.1.0 Sender OK\r\n250 2.1.5 Recipient OK\r\n554 5.7.1 Relay access denied\r\n\
//! #      354 End data with <CR><LF>.<CR><LF>\r\n\
//! #      250 2.0.0 OK\r\n250 2.1.0 Sender OK\r\n250 2.1.5 Recipient OK\r\n\
//! #      250 2.0.0 OK\r\n250 2.0.0 OK\r\n221 2.0.0 mx.example Bye\r\n"
//! # );
//! # Ok(())
//! # }
//! ```
//!
//! Logins, TLS, chunks, wishes for reports, LMTP and what a proxy says are each a switch of
//! [`server::Config`] and an event more in this loop; [`server`] shows that of logins. In LMTP the
//! end of a message is answered [`Server::replies_due`] times. The caller's clock gives the client
//! as long as [`Server::patience`] says, and then calls [`Server::end`].
//!
//! # A client
//!
//! This loop sends one message, whose lines end in CRLF, and tells what became of it for each
//! recipient. A file with the line ends of Unix is refused unless
//! [`Config::bare_line_ends`](field@client::Config::bare_line_ends) is to mend it:
//!
//! ```
//! use std::error::Error;
//! use std::io::{Read, Write};
//!
//! use smtp_proto::client::{Advance, Client, Config, Envelope, Event, Report};
//!
//! /// Sends one message over a connection, and says what became of it.
//! fn send(
//!     connection: &mut (impl Read + Write),
//!     envelope: &Envelope,
//!     message: &[u8],
//! ) -> Result<Report, Box<dyn Error>> {
//!     let mut client = Client::new(Config::new("client.example".parse()?));
//!     let (mut input, mut out, mut report) = (Vec::new(), Vec::new(), None);
//!     loop {
//!         let Advance { consumed, event, .. } = client.advance(&input, &mut out)?;
//!         input.drain(..consumed);
//!         match event {
//!             Some(Event::Ready) => client.begin(envelope, &mut out)?,
//!             Some(Event::SendBody) => client.finish_body(message, &mut out)?,
//!             Some(Event::Finished(finished)) => {
//!                 report = Some(finished);
//!                 client.quit(&mut out)?;
//!             }
//!             Some(Event::Refused(refusal)) => return Err(refusal.into()),
//!             Some(Event::Closed(reply)) => return report.ok_or(reply.to_string().into()),
//!             Some(_) => {}
//!             None => {
//!                 connection.write_all(&out)?;
//!                 out.clear();
//!                 let mut buffer = [0; 4096];
//!                 match connection.read(&mut buffer)? {
//!                     0 => {
//!                         let report = report.or_else(|| client.into_reports().pop());
//!                         return report.ok_or("the server hung up".into());
//!                     }
//!                     length => input.extend_from_slice(&buffer[..length]),
//!                 }
//!             }
//!         }
//!     }
//! }
//! # /// A server that says the next of its lines whatever it hears.
//! # struct Server(std::vec::IntoIter<&'static str>, Vec<u8>);
//! # impl Read for Server {
//! #     fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
//! #         self.0.next().unwrap_or_default().as_bytes().read(buffer)
//! #     }
//! # }
//! # impl Write for Server {
//! #     fn write(&mut self, octets: &[u8]) -> std::io::Result<usize> {
//! #         self.1.write(octets)
//! #     }
//! #     fn flush(&mut self) -> std::io::Result<()> {
//! #         Ok(())
//! #     }
//! # }
//! # fn main() -> Result<(), Box<dyn Error>> {
//! # let lines = vec![
//! #     "220 mx\r\n",
//! #     "250-mx\r\n250 PIPELINING\r\n",
//! #     "250 ok\r\n250 ok\r\n550 no\r\n354 go\r\n",
//! #     "250 2.0.0 taken\r\n",
//! #     "221 bye\r\n",
//! # ];
//! # let mut server = Server(lines.into_iter(), Vec::new());
//! # let recipients = vec!["b@example.com".parse()?, "c@example.com".parse()?];
//! # let envelope = Envelope::new(Some("a@example.org".parse()?), recipients);
//! # let report = send(&mut server, &envelope, b"Subject: Hello\r\n\r\n.\r\n")?;
//! # assert_eq!((report.accepted().count(), report.refused().count()), (1, 1));
//! # let sent = String::from_utf8(server.1)?;
//! # assert_eq!(
//! #     sent,
//! #     "EHLO client.example\r\nMAIL FROM:<a@example.org>\r\nRCPT TO:<b@example.com>\r\n\
//! #      RCPT TO:<c@example.com>\r\nDATA\r\nSubject: Hello\r\n\r\n..\r\n.\r\nQUIT\r\n"
//! # );
//! # Ok(())
//! # }
//! ```
//!
//! The caller's clock gives the server as long as [`Client::patience`] says for each whole reply,
//! which [`Client::replies`] counts, and then drops the connection.
//!
//! [`Client`] is told what to send, not which command. Which commands can go out together, which
//! reply belongs to which of them, and what it means for whom, is then decided once, inside, and
//! not in every program that sends mail.
//!
//! # Features
//!
//! * `sasl`: the mechanisms that compute, CRAM-MD5 and SCRAM-SHA-256; the others are always there.
//! * `std` (default): trait implementations and a faster byte search. Without it the crate is
//!   `no_std` and needs `alloc`.
//!
//! [RFC 5321]: https://www.rfc-editor.org/rfc/rfc5321

#![cfg_attr(not(feature = "std"), no_std)]
extern crate alloc;

pub mod client;
pub mod command;
pub mod data;
pub mod proxy;
pub mod reply;
pub mod sasl;
pub mod server;

pub use crate::client::Client;
pub use crate::command::{Command, CommandError};
pub use crate::reply::{Reply, ReplyError};
pub use crate::server::Server;
