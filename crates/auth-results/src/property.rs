//! What of a message a method looked at.

use mail_address::rfc5322::Value;

use crate::keyword::{Keyword, registry};

registry! {
    /// Where a property was taken from: the IANA registry of Email Authentication Property Types,
    /// or another (RFC 8601 §2.3).
    pub enum PropertyType {
        /// The body of the message.
        Body = "body",
        /// The DNS (RFC 8904).
        Dns = "dns",
        /// A header field, or a tag of one.
        Header = "header",
        /// A decision of the receiver (RFC 8601 §2.4).
        Policy = "policy",
        /// A command of the SMTP session.
        Smtp = "smtp",
    }
}

/// One property that a result is based on: `smtp.mailfrom=example.net`.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub struct Property {
    /// Where it was taken from.
    pub ptype: PropertyType,
    /// What it is there.
    pub name: Keyword,
    /// Its value, without quotes; the quotes of a local part are part of the value.
    pub value: Value<'static>,
}

impl Property {
    /// A property of any registered or private kind.
    pub fn new(ptype: PropertyType, name: Keyword, value: Value<'_>) -> Self {
        Self {
            ptype,
            name,
            value: value.into_owned(),
        }
    }
}
