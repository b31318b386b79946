//! TODO front page of mail-address.
#![cfg_attr(not(feature = "std"), no_std)]
extern crate alloc;

pub mod rfc5322;

mod address_literal;
mod local_part;
mod mailbox;

pub use dns_txt::{Domain, DomainError};

pub use crate::address_literal::AddressLiteral;
pub use crate::local_part::LocalPart;
pub use crate::mailbox::{Mailbox, MailboxError, MailboxRef};
