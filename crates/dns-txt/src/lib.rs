//! TODO front page of dns-txt.
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
pub use crate::zone::{Zone, ZoneError, ZoneFault};
