//! How a name is kept.

use alloc::sync::Arc;
use alloc::vec;
use core::ops::Deref;

use super::NameError;

/// Wire form without the root's length octet: each label behind its length, in lower case.
///
/// A check copies each name several times, into a question, a look-up, a report. Most names are
/// short and cost no allocation; a longer one is allocated once and shared by its copies.
#[derive(Clone)]
pub(super) enum Wire {
    Long(Arc<[u8]>),
    Short { length: u8, octets: [u8; SHORT] },
}

impl Wire {
    /// `octets` are in wire form and in lower case.
    pub(super) fn new(octets: &[u8]) -> Self {
        let mut short = [0; SHORT];
        match (short.get_mut(..octets.len()), u8::try_from(octets.len())) {
            (Some(start), Ok(length)) => {
                start.copy_from_slice(octets);
                Self::Short {
                    length,
                    octets: short,
                }
            }
            _ => Self::Long(octets.into()),
        }
    }

    /// `octets` are labels with dots between them.
    pub(super) fn from_dotted(octets: &[u8]) -> Result<Self, NameError> {
        let length = octets.len() + 1;
        if length > MAX_WIRE {
            return Err(NameError::NameTooLong);
        }
        let mut short = [0; SHORT];
        if let (Some(start), Ok(length)) = (short.get_mut(..length), u8::try_from(length)) {
            write_dotted(octets, start)?;
            return Ok(Self::Short {
                length,
                octets: short,
            });
        }
        let mut long = vec![0; length];
        write_dotted(octets, &mut long)?;
        Ok(Self::Long(long.into()))
    }
}

impl Deref for Wire {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        match self {
            Self::Long(octets) => octets,
            Self::Short { length, octets } => {
                octets.get(..usize::from(*length)).unwrap_or_default()
            }
        }
    }
}

/// Writes labels with dots between them into a place that is one octet longer: what was a dot is
/// the length of the label behind it, and the first label has its length before it.
fn write_dotted(octets: &[u8], wire: &mut [u8]) -> Result<(), NameError> {
    if let Some(behind) = wire.get_mut(1..) {
        behind.copy_from_slice(octets);
        behind.make_ascii_lowercase();
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
    Ok(())
}

/// What makes a name as large as five words of a 64-bit machine; the domains in use fit.
const SHORT: usize = 38;

/// RFC 1035 §2.3.4.
pub(super) const MAX_LABEL: u8 = 63;

/// RFC 1035 §2.3.4: 255 octets, less the root's length octet.
pub(super) const MAX_WIRE: usize = 254;
