//! The client's side of a connection, without the connection.
//!
//! [`Client`] takes what a server sends and gives what to send: it greets, reads what the server
//! offers, starts TLS, logs in, and sends messages in as few round trips as the server allows.
//! Each message ends in a [`Report`] with an outcome for each recipient.
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
//!         let Advance { consumed, event } = client.advance(&input, &mut out)?;
//!         input.drain(..consumed);
//!         match event {
//!             Some(Event::Ready) => client.begin(envelope, &mut out)?,
//!             Some(Event::SendBody) => {
//!                 client.body(message, &mut out)?;
//!                 client.end_body(&mut out)?;
//!             }
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
//!                     0 => return report.ok_or("the server hung up".into()),
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
//! The client is told what to send, not which command: which of them can go out together, and
//! what the replies mean for whom, is what the machine is for. Addresses, the client's name and
//! every other argument are types that cannot hold a line end, so no value can become a command.

mod capabilities;
mod config;
mod envelope;
mod event;
mod machine;
mod queue;
mod receive;
mod reply_reader;
mod report;
mod security;
mod transaction;

pub use self::capabilities::Capabilities;
pub use self::config::{Config, HelloName, HelloNameError};
pub use self::envelope::Envelope;
pub use self::event::{Advance, Event, ProtocolError};
pub use self::machine::{BeginError, BodyError, Client, NotNow};
pub use self::report::{Outcome, Refusal, Report, Verb};
pub use self::security::{AuthenticateError, StartTlsError};
