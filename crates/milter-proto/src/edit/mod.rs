//! What a filter changes in a message.

mod field;

use alloc::collections::BTreeMap;
use alloc::vec::Vec;
use core::cmp::Reverse;

use thiserror::Error;

use self::field::Field;
use crate::negotiation::Actions;
use crate::packet;

/// The changes to one message, sent with [`Session::edit`](crate::Session::edit) when all of the
/// message is there.
///
/// They can be named in any order. All numbers count in the message as it came; what the MTA makes
/// of one change before it comes to the next is seen to here:
///
/// * An MTA counts again after each deletion, so fields of a name are changed and deleted from the
///   last to the first.
/// * An inserted field counts as the first of its name, so changes and deletions go out before all
///   insertions.
/// * An insertion moves those below it down, so insertions go out from the topmost to the lowest,
///   and each counts those above it.
///
/// A value is what stands between the colon and the CRLF at the end of the field, so it mostly
/// begins with a blank. It may be folded, with CRLF or LF and a blank behind it.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Edits {
    /// By name in lower case, from the last to the first. Without a value, it is deleted.
    changes: BTreeMap<(Vec<u8>, Reverse<u32>), Field>,
    insertions: Vec<(u32, Field)>,
    additions: Vec<Field>,
    /// In the order of the calls.
    envelope: Vec<EnvelopeEdit>,
}

impl Edits {
    /// Puts a field below `position` others: 0 is the top, and beyond the last is the end. Fields
    /// for the same position come to stand in the order of the calls.
    ///
    /// Fields that are deleted do not count. Postfix counts its own Received field, which it
    /// does not tell: 0 stands above it, 1 below.
    pub fn insert_header(
        &mut self,
        position: u32,
        name: impl AsRef<[u8]>,
        value: impl AsRef<[u8]>,
    ) -> Result<(), EditError> {
        let field = Field::new(name.as_ref(), value.as_ref())?;
        self.insertions.push((position, field));
        Ok(())
    }

    /// Puts a field below all others.
    pub fn add_header(
        &mut self,
        name: impl AsRef<[u8]>,
        value: impl AsRef<[u8]>,
    ) -> Result<(), EditError> {
        let field = Field::new(name.as_ref(), value.as_ref())?;
        self.additions.push(field);
        Ok(())
    }

    /// Gives another value to the field that is number `index` of its name: 1 is the first from
    /// the top. Only fields that the MTA has told count.
    pub fn change_header(
        &mut self,
        name: impl AsRef<[u8]>,
        index: u32,
        value: impl AsRef<[u8]>,
    ) -> Result<(), EditError> {
        let field = Field::new(name.as_ref(), value.as_ref())?;
        // In the protocol, no value is a deletion.
        if field.value.trim_ascii().is_empty() {
            return Err(EditError::Blank);
        }
        self.change(field, index)
    }

    /// Deletes the field that is number `index` of its name, counted as for
    /// [`Edits::change_header`].
    pub fn delete_header(&mut self, name: impl AsRef<[u8]>, index: u32) -> Result<(), EditError> {
        let field = Field::new(name.as_ref(), b"")?;
        self.change(field, index)
    }

    /// Changes the sender of the envelope. Parameters are those of MAIL, with blanks between
    /// them.
    pub fn change_from(
        &mut self,
        address: impl AsRef<[u8]>,
        parameters: Option<&str>,
    ) -> Result<(), EditError> {
        let address = address_and(address.as_ref(), parameters)?;
        self.envelope.push(EnvelopeEdit::ChangeFrom(address));
        Ok(())
    }

    /// Adds a recipient. Parameters are those of RCPT, with blanks between them.
    pub fn add_rcpt(
        &mut self,
        address: impl AsRef<[u8]>,
        parameters: Option<&str>,
    ) -> Result<(), EditError> {
        let address = address_and(address.as_ref(), parameters)?;
        self.envelope.push(match parameters {
            Some(_) => EnvelopeEdit::AddRcptWithParameters(address),
            None => EnvelopeEdit::AddRcpt(address),
        });
        Ok(())
    }

    /// Deletes a recipient, written as it was told.
    pub fn delete_rcpt(&mut self, address: impl AsRef<[u8]>) -> Result<(), EditError> {
        let address = address_and(address.as_ref(), None)?;
        self.envelope.push(EnvelopeEdit::DeleteRcpt(address));
        Ok(())
    }

    /// Puts the message into quarantine, for a reason that its administrator reads.
    pub fn quarantine(&mut self, reason: &str) -> Result<(), EditError> {
        let reason = text(reason.as_bytes())?;
        if reason.is_empty() {
            return Err(EditError::Blank);
        }
        self.envelope.push(EnvelopeEdit::Quarantine(reason));
        Ok(())
    }

    /// Whether there is nothing to do.
    pub fn is_empty(&self) -> bool {
        self.changes.is_empty()
            && self.insertions.is_empty()
            && self.additions.is_empty()
            && self.envelope.is_empty()
    }

    /// What has to be granted for all of it.
    pub fn needs(&self) -> Actions {
        let mut needs = Actions::empty();
        if !self.changes.is_empty() {
            needs = needs | Actions::CHANGE_HEADERS;
        }
        if !self.insertions.is_empty() || !self.additions.is_empty() {
            needs = needs | Actions::ADD_HEADERS;
        }
        for edit in &self.envelope {
            needs = needs | edit.packet().0;
        }
        needs
    }

    /// Appends all packets. Values go out with the blank in front if the MTA wants it from us.
    pub(crate) fn print(&self, has_leading_space: bool, out: &mut Vec<u8>) {
        for ((_, Reverse(index)), field) in &self.changes {
            let index = index.to_be_bytes();
            field.print(b'm', &index, has_leading_space, out);
        }
        let mut insertions: Vec<_> = self.insertions.iter().collect();
        insertions.sort_by_key(|(position, _)| *position);
        for (above, (position, field)) in (0..).zip(insertions) {
            let position = position.saturating_add(above).to_be_bytes();
            field.print(b'i', &position, has_leading_space, out);
        }
        for field in &self.additions {
            field.print(b'h', &[], has_leading_space, out);
        }
        for edit in &self.envelope {
            let (_, letter, payload) = edit.packet();
            packet::put(letter, &[payload, b"\0"], out);
        }
    }

    fn change(&mut self, field: Field, index: u32) -> Result<(), EditError> {
        if index == 0 {
            return Err(EditError::Index);
        }
        let key = (field.name.to_ascii_lowercase(), Reverse(index));
        if self.changes.contains_key(&key) {
            return Err(EditError::Twice { index });
        }
        self.changes.insert(key, field);
        Ok(())
    }
}

/// Changes beside the header.
#[derive(Clone, Debug, Eq, PartialEq)]
enum EnvelopeEdit {
    AddRcpt(Vec<u8>),
    AddRcptWithParameters(Vec<u8>),
    ChangeFrom(Vec<u8>),
    DeleteRcpt(Vec<u8>),
    Quarantine(Vec<u8>),
}

impl EnvelopeEdit {
    /// What it needs, its letter, and its payload without the NUL behind it.
    fn packet(&self) -> (Actions, u8, &[u8]) {
        match self {
            Self::AddRcpt(payload) => (Actions::ADD_RCPTS, b'+', payload),
            Self::AddRcptWithParameters(payload) => {
                (Actions::ADD_RCPTS_WITH_PARAMETERS, b'2', payload)
            }
            Self::ChangeFrom(payload) => (Actions::CHANGE_FROM, b'e', payload),
            Self::DeleteRcpt(payload) => (Actions::DELETE_RCPTS, b'-', payload),
            Self::Quarantine(payload) => (Actions::QUARANTINE, b'q', payload),
        }
    }
}

/// `char address[] [, NUL, char parameters[] ]`, the address in angle brackets.
fn address_and(address: &[u8], parameters: Option<&str>) -> Result<Vec<u8>, EditError> {
    let inner = address.strip_prefix(b"<");
    let inner = inner.and_then(|it| it.strip_suffix(b">"));
    let mut payload = [b"<", &text(inner.unwrap_or(address))?[..], b">"].concat();
    if let Some(parameters) = parameters {
        payload.push(0);
        payload.extend_from_slice(&text(parameters.as_bytes())?);
    }
    Ok(payload)
}

/// Text on one line.
fn text(octets: &[u8]) -> Result<Vec<u8>, EditError> {
    if octets.iter().any(u8::is_ascii_control) {
        return Err(EditError::Control);
    }
    if octets.len() > LONGEST_TEXT {
        let octets = octets.len();
        return Err(EditError::TooLong { octets });
    }
    Ok(octets.to_vec())
}

/// Octets of an address, its parameters, or a reason: far more than a line of SMTP can hold
/// (RFC 5321 §4.5.3.1.4), and far less than a packet.
const LONGEST_TEXT: usize = 4096;

/// Why there is no such change.
#[derive(Clone, Copy, Debug, Eq, Error, PartialEq)]
#[non_exhaustive]
pub enum EditError {
    /// Nothing but blanks: as the new value of a field it would delete it.
    #[error("nothing but blanks")]
    Blank,
    /// A control character in an address, its parameters, or a reason.
    #[error("control character in a text of one line")]
    Control,
    /// Fields count from 1.
    #[error("fields count from 1")]
    Index,
    /// The value of a field holds a NUL, a CR without LF, or a line end without a blank and text
    /// behind it.
    #[error("stray line end or NUL in the value of a field")]
    LineEnd,
    /// What is no name of a field (RFC 5322 §3.6.8).
    #[error("no name of a header field")]
    Name,
    /// More octets than a packet may have, or 4096 in an address, its parameters or a reason.
    #[error("{octets} octets are too many")]
    TooLong {
        /// How many there are.
        octets: usize,
    },
    /// The field is changed or deleted already.
    #[error("field {index} of the name is changed twice")]
    Twice {
        /// Its number.
        index: u32,
    },
}
