//! Names in the making.

use super::wire::{MAX_LABEL, MAX_WIRE, Wire};
use super::{Name, NameError};

/// Collects the octets of a name in wire form, in place.
pub(super) struct Builder {
    octets: [u8; MAX_WIRE],
    /// The place of the length octet of the label in the making; labels before it are complete.
    label: usize,
    /// How many octets that label has.
    length: u8,
}

impl Builder {
    pub(super) fn new() -> Self {
        Self {
            octets: [0; MAX_WIRE],
            label: 0,
            length: 0,
        }
    }

    /// Adds an octet to the label in the making.
    pub(super) fn push(&mut self, octet: u8) -> Result<(), NameError> {
        if self.length == MAX_LABEL {
            return Err(NameError::LabelTooLong);
        }
        self.length += 1;
        let place = self.octets.get_mut(self.label + usize::from(self.length));
        *place.ok_or(NameError::NameTooLong)? = octet.to_ascii_lowercase();
        Ok(())
    }

    /// Ends the label in the making, which must not be empty.
    pub(super) fn end_label(&mut self) -> Result<(), NameError> {
        if self.length == 0 {
            return Err(NameError::EmptyLabel);
        }
        let place = self.octets.get_mut(self.label);
        *place.ok_or(NameError::NameTooLong)? = self.length;
        self.label += 1 + usize::from(self.length);
        self.length = 0;
        Ok(())
    }

    /// The name of one label or more; the last may be open still.
    pub(super) fn finish(mut self) -> Result<Name, NameError> {
        if self.length > 0 || self.label == 0 {
            self.end_label()?;
        }
        Ok(self.into_name())
    }

    /// The name of the labels that were ended.
    pub(super) fn into_name(self) -> Name {
        Name {
            wire: Wire::new(self.octets.get(..self.label).unwrap_or_default()),
        }
    }
}
