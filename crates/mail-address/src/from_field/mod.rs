//! The From field: addresses as header fields have them ([RFC 5322] §3.4, §3.6.2, with groups by
//! [RFC 6854] §2.1).
//!
//! [RFC 5322]: https://www.rfc-editor.org/rfc/rfc5322
//! [RFC 6854]: https://www.rfc-editor.org/rfc/rfc6854

mod error;
mod parse;
mod print;

use alloc::vec::Vec;

pub use self::error::FromFieldError;
use self::parse::Form;
use crate::mailbox::Mailbox;
use crate::rfc5322::Value;

/// What one From field says.
///
/// All of the grammar is read, the obsolete forms of RFC 5322 §4.4 included: comments go, routes
/// are ignored, and an address written with white space or quotes in odd places is the mailbox
/// that it means. What two readers could read differently is an error: text beside an address,
/// an at sign in a display name that is not quoted (but for a name that is the address itself),
/// a NUL.
///
/// Encoded words are not decoded, wherever they stand: they may not stand in an address
/// (RFC 2047 §5), so that what is inside of one is no address.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub struct FromField {
    addresses: Vec<Address>,
}

impl FromField {
    /// Reads the value of a field: what stands behind the colon, folded or not, with or without
    /// the line end behind it.
    pub fn parse(value: &[u8]) -> Result<Self, FromFieldError> {
        parse::from(value, Form::Any)
    }

    /// Reads the value of a field of which an author is told what is wrong: each address has to
    /// stand there as it is used. Routes may not be written any more (RFC 5322 §4), and comments
    /// and white space should not stand around the at sign (§3.4.1).
    pub fn parse_plain(value: &[u8]) -> Result<Self, FromFieldError> {
        parse::from(value, Form::Plain)
    }

    /// The addresses in the order of the field; at least one.
    pub fn addresses(&self) -> &[Address] {
        &self.addresses
    }

    /// All mailboxes, those inside of groups included, in the order of the field. None if the
    /// field holds only groups, and these are empty.
    pub fn mailboxes(&self) -> impl Iterator<Item = &Mailbox> {
        self.addresses
            .iter()
            .flat_map(|address| match address {
                Address::Group(group) => group.members.as_slice(),
                Address::Mailbox(mailbox) => core::slice::from_ref(mailbox),
            })
            .map(|named| &named.mailbox)
    }
}

/// `address = mailbox / group`
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
#[expect(clippy::exhaustive_enums, reason = "RFC 5322 §3.4")]
pub enum Address {
    /// `display-name ":" [group-list] ";"`
    Group(Group),
    /// `name-addr / addr-spec`
    Mailbox(NamedMailbox),
}

/// Mailboxes under a name.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub struct Group {
    /// The name of the group, without quotes and comments. `None` if it is empty, or one that
    /// [`Value`] cannot hold.
    pub display_name: Option<Value<'static>>,
    /// Who is in the group; may be nobody.
    pub members: Vec<NamedMailbox>,
}

/// A mailbox, possibly with a name for people to read.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub struct NamedMailbox {
    /// The name, without quotes and comments; nothing in it is verified, and encoded words in it
    /// are as written. `None` if there is none, or one that [`Value`] cannot hold, such as octets
    /// that are not UTF-8.
    pub display_name: Option<Value<'static>>,
    /// The address, without comments and route.
    pub mailbox: Mailbox,
}

#[cfg(test)]
mod tests;
