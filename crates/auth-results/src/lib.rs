//! Authentication-Results ([RFC 8601]): what a server found out about a message, in the message.
//!
//! Four jobs, none of which does any I/O:
//!
//! - **Strip** what pretends to be ours, before anything is added: [`forged`].
//! - **Print** our own field: build an [`AuthenticationResults`], call
//!   [`to_field`](AuthenticationResults::to_field). Values come from strangers; none of them can
//!   begin a comment, a result or a second line, and one that no field can hold is left out.
//! - **Read** a field: [`AuthenticationResults::parse`]. What was printed reads back as it was.
//! - **Use** what our own servers found out: [`Trust`] tells which fields of a message these are.
//!   What no server puts its name to is [`UnidentifiedResults`], and to be used for nothing.
//!
//! ```
//! use auth_results::{AuthenticationResults, Method, PropertyType, ResInfo, ResultCode, Value};
//!
//! # fn main() -> Result<(), Box<dyn core::error::Error>> {
//! let field = AuthenticationResults::new(Value::new(b"mx.example.org")?)
//!     .with_result(
//!         ResInfo::new(Method::Spf, ResultCode::Pass)
//!             .with_property(PropertyType::Smtp, "mailfrom", b"example.net"),
//!     )
//!     .with_result(
//!         ResInfo::new(Method::Dkim, ResultCode::Fail)
//!             .with_comment("body changed")
//!             .with_property(PropertyType::Header, "d", b"example.net")
//!             .with_property(PropertyType::Header, "b", b"zEYv/9+J"),
//!     );
//! let printed = field.to_field();
//! assert_eq!(
//!     printed,
//!     "Authentication-Results: mx.example.org;\r\n \
//!      spf=pass smtp.mailfrom=example.net;\r\n \
//!      dkim=fail (body changed) header.d=example.net header.b=\"zEYv/9+J\"\r\n",
//! );
//!
//! let (_name, value) = printed.split_once(':').ok_or("no colon")?;
//! assert_eq!(AuthenticationResults::parse(value.as_bytes())?, field);
//! # Ok(())
//! # }
//! ```
//!
//! Reading a field says nothing about whether it is true: anybody can write one. A consumer uses
//! only fields with an authserv-id that it [trusts](Trust), on mail that came through a server which
//! strips forged ones (RFC 8601 §4.1 and §7.1).
//!
//! Methods, results and property types of the IANA registries are enums with room for others, which
//! are kept as they are. Names compare without case.
//!
//! [RFC 8601]: https://www.rfc-editor.org/rfc/rfc8601
#![cfg_attr(not(feature = "std"), no_std)]
extern crate alloc;

mod field;
mod ingress;
mod keyword;
mod method;
mod property;
mod punycode;
mod result_code;
mod trust;
mod unidentified;

pub use mail_address::rfc5322::{TextError, Value};

pub use crate::field::{AuthenticationResults, ResInfo, SyntaxError};
pub use crate::ingress::forged;
pub use crate::keyword::{Keyword, KeywordError, Unregistered};
pub use crate::method::Method;
pub use crate::property::{Property, PropertyType};
pub use crate::result_code::ResultCode;
pub use crate::trust::Trust;
pub use crate::unidentified::UnidentifiedResults;
