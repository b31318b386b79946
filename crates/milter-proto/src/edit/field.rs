//! Header fields that a filter writes.

use alloc::vec::Vec;
use core::fmt;

use super::EditError;
use crate::command::Quoted;
use crate::packet::{self, LARGEST_PAYLOAD};

/// A header field to be sent.
#[derive(Clone, Eq, PartialEq)]
pub(super) struct Field {
    pub(super) name: Vec<u8>,
    /// With the blank behind the colon; lines joined by LF.
    pub(super) value: Vec<u8>,
}

impl Field {
    pub(super) fn new(name: &[u8], value: &[u8]) -> Result<Self, EditError> {
        // `field-name = 1*ftext` (RFC 5322 §3.6.8)
        let is_ftext = |octet: &u8| octet.is_ascii_graphic() && *octet != b':';
        if name.is_empty() || !name.iter().all(is_ftext) {
            return Err(EditError::Name);
        }
        let value = joined_by_line_feeds(value)?;
        let octets = name.len().saturating_add(value.len());
        if octets > LARGEST_PAYLOAD - NUMBER_AND_NULS {
            return Err(EditError::TooLong { octets });
        }
        let name = name.to_vec();
        Ok(Self { name, value })
    }

    /// Appends the packet of a letter, a number and the field. The blank in front of the value goes
    /// with it if the MTA does not put it there.
    pub(super) fn print(
        &self,
        letter: u8,
        number: &[u8],
        has_leading_space: bool,
        out: &mut Vec<u8>,
    ) {
        let value = match self.value.split_first() {
            Some((b' ', rest)) if !has_leading_space => rest,
            _ => &self.value,
        };
        packet::put(letter, &[number, &self.name, b"\0", value, b"\0"], out);
    }
}

impl fmt::Debug for Field {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Field")
            .field("name", &Quoted(&self.name))
            .field("value", &Quoted(&self.value))
            .finish()
    }
}

/// The value with lines joined by LF, as MTAs expect. What would end the field, or begin a line
/// that is blank (RFC 5322 §3.2.2), is an error.
fn joined_by_line_feeds(value: &[u8]) -> Result<Vec<u8>, EditError> {
    let mut joined = Vec::with_capacity(value.len());
    let mut lines = value.split(|&octet| octet == b'\n').enumerate().peekable();
    while let Some((index, line)) = lines.next() {
        if index > 0 {
            let is_folded = matches!(line, [b' ' | b'\t', ..]);
            if !is_folded || line.trim_ascii().is_empty() {
                return Err(EditError::LineEnd);
            }
            joined.push(b'\n');
        }
        let line = match lines.peek() {
            Some(_) => line.strip_suffix(b"\r").unwrap_or(line),
            None => line,
        };
        if line.iter().any(|octet| matches!(octet, 0 | b'\r')) {
            return Err(EditError::LineEnd);
        }
        joined.extend_from_slice(line);
    }
    Ok(joined)
}

/// Octets of a packet beside the letter, the name and the value.
const NUMBER_AND_NULS: usize = 6;
