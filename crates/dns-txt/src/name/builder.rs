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
    // The same octets behind a first one: what is a dot here is a length there. From the end, each
    // length is known where it has its place.
    let mut length = 0;
    for (place, octet) in wire.iter_mut().skip(1).zip(octets).rev() {
        if *octet == b'.' {
            *place = label_length(length)?;
            length = 0;
        } else {
            *place = octet.to_ascii_lowercase();
            length += 1;
        }
    }
    *wire.first_mut().ok_or(NameError::NameTooLong)? = label_length(length)?;
    Ok(Name {
        wire: (&*wire).into(),
    })
}

/// The length octet of a label of so many octets.
fn label_length(length: usize) -> Result<u8, NameError> {
    match u8::try_from(length) {
        Ok(0) => Err(NameError::EmptyLabel),
        Ok(length @ 1..=MAX_LABEL) => Ok(length),
        _ => Err(NameError::LabelTooLong),
    }
}

/// RFC 1035 §2.3.4.
const MAX_LABEL: u8 = 63;

/// RFC 1035 §2.3.4: 255 octets, less the root's length octet.
const MAX_WIRE: usize = 254;
