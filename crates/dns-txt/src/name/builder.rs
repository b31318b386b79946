//! Names in the making.

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
            wire: self.octets.get(..self.label).unwrap_or_default().into(),
        }
    }
}

/// The name of labels with dots between them.
pub(super) fn from_dotted(octets: &[u8]) -> Result<Name, NameError> {
    let mut wire = [0; MAX_WIRE];
    let wire = wire.get_mut(..=octets.len());
    let wire = wire.ok_or(NameError::NameTooLong)?;
    // The same octets behind a first one: what is a dot here is a length there.
    for (place, octet) in wire.iter_mut().skip(1).zip(octets) {
        *place = octet.to_ascii_lowercase();
    }
    let mut start = 0;
    for label in octets.split(|&octet| octet == b'.') {
        let length = match u8::try_from(label.len()) {
            Ok(0) => return Err(NameError::EmptyLabel),
            Ok(length @ 1..=MAX_LABEL) => length,
            _ => return Err(NameError::LabelTooLong),
        };
        *wire.get_mut(start).ok_or(NameError::NameTooLong)? = length;
        start += 1 + label.len();
    }
    Ok(Name {
        wire: (&*wire).into(),
    })
}

/// RFC 1035 §2.3.4.
const MAX_LABEL: u8 = 63;

/// RFC 1035 §2.3.4: 255 octets, less the root's length octet.
const MAX_WIRE: usize = 254;
