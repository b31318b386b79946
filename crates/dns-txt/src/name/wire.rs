//! How a name is kept.

use alloc::sync::Arc;
use core::ops::Deref;

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

/// What makes a name as large as five words of a 64-bit machine; the domains in use fit.
const SHORT: usize = 38;

/// RFC 1035 §2.3.4: 255 octets, less the root's length octet.
pub(super) const MAX_WIRE: usize = 254;
