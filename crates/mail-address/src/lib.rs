//! The words of mail: addresses, and the lexical pieces that header fields are made of.
//!
//! The other crates of the suite read addresses and print header fields through this one, so that
//! there is one parser to trust and one writer to attack. It does no I/O, and nothing in it takes
//! more than linear time.
//!
//! An address as the envelope has it ([RFC 5321] §4.1.2) is a [`MailboxRef`], or a [`Mailbox`] that
//! owns its text. It is checked once, and after that its domain is what the DNS would be asked:
//!
//! ```
//! use mail_address::MailboxRef;
//!
//! # fn main() -> Result<(), mail_address::MailboxError> {
//! let mailbox = MailboxRef::parse(br#""a@b (c)"@Example.ORG"#)?;
//! assert_eq!(mailbox.local_part().unquoted(), "a@b (c)");
//! assert_eq!(mailbox.domain().as_ref().map(AsRef::as_ref), Some("example.org"));
//! // Two domains for two readers are none.
//! assert!(MailboxRef::parse(b"any@legit.example(.attack.example").is_err());
//! # Ok(())
//! # }
//! ```
//!
//! Whose mail a message says it is, is in its From field, and nowhere else. [`Authors`] reads it,
//! and gives the domains that somebody must answer for, or a named defect:
//!
//! ```
//! use mail_address::{Authors, FromDefect};
//!
//! # fn main() -> Result<(), FromDefect> {
//! let from = (&b"From"[..], &b" \"legit.example\" <a@attack.example>\r\n"[..]);
//! let authors = Authors::from_fields([from], None)?;
//! assert_eq!(authors.only_domain().map(AsRef::as_ref), Some("attack.example"));
//! // A message with two of them has two authors for two readers.
//! let twice = Authors::from_fields([from, from], None);
//! assert_eq!(twice, Err(FromDefect::Several { fields: 2 }));
//! # Ok(())
//! # }
//! ```
//!
//! A header field is printed with [`rfc5322::FieldWriter`], which folds it and takes only what can
//! stand in it: a [`Value`](rfc5322::Value) with a line break cannot be made. It is read with the
//! [lexer](rfc5322::cfws), which knows comments, quoted strings and folds ([RFC 5322] §3.2).
//!
//! ```
//! use mail_address::rfc5322::{FieldWriter, TextError, Token, Value};
//!
//! # fn main() -> Result<(), TextError> {
//! let mut field = FieldWriter::new(Token::from_static("X-Seen-By"));
//! field.space().value(&Value::new(b"mx.example.org")?).space().comment(&Value::new(b"at last")?);
//! assert_eq!(field.finish(), "X-Seen-By: mx.example.org (at last)\r\n");
//! assert!(Value::new(b"mx.example.org\r\nBcc: everybody@example.net").is_err());
//! # Ok(())
//! # }
//! ```
//!
//! [RFC 5321]: https://www.rfc-editor.org/rfc/rfc5321
//! [RFC 5322]: https://www.rfc-editor.org/rfc/rfc5322
#![cfg_attr(not(feature = "std"), no_std)]
extern crate alloc;

pub mod rfc5322;

mod address_literal;
mod analysis;
mod from_field;
mod local_part;
mod mailbox;
mod sender;

pub use dns_txt::{Domain, DomainError};

pub use crate::address_literal::AddressLiteral;
pub use crate::analysis::{Authors, FromDefect};
pub use crate::from_field::{Address, FromField, FromFieldError, Group, NamedMailbox};
pub use crate::local_part::LocalPart;
pub use crate::mailbox::{Mailbox, MailboxError, MailboxRef};
pub use crate::sender::SenderDefect;
