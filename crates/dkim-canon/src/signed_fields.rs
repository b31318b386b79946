//! The list of signed header fields, `h=` ([RFC 6376] §3.5).
//!
//! [RFC 6376]: https://www.rfc-editor.org/rfc/rfc6376

use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

use thiserror::Error;

use crate::field::trim;

/// Names of header fields in the order in which they are signed. At least one, at most
/// [`SignedFields::MAX`].
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct SignedFields {
    /// The names, a colon between two of them.
    text: Box<str>,
}

impl SignedFields {
    /// More names than any message needs; a longer list is refused.
    pub const MAX: usize = 1000;

    /// A list of these names, in this order.
    ///
    /// ```
    /// use dkim_canon::SignedFields;
    ///
    /// # fn main() -> Result<(), dkim_canon::SignedFieldsError> {
    /// let fields = SignedFields::new(["From", "To", "Subject", "From"])?;
    /// assert_eq!(fields.count_of("from"), 2);
    /// # Ok(())
    /// # }
    /// ```
    pub fn new<N: AsRef<str>>(
        names: impl IntoIterator<Item = N>,
    ) -> Result<Self, SignedFieldsError> {
        let mut text = Vec::with_capacity(USUAL_LENGTH);
        for (index, name) in names.into_iter().enumerate() {
            push_name(&mut text, index, name.as_ref().as_bytes())?;
        }
        Self::from_text(text)
    }

    /// Reads the value of `h=`.
    ///
    /// `sig-h-tag = %x68 [FWS] "=" [FWS] hdr-name *( [FWS] ":" [FWS] hdr-name )`
    pub fn parse(value: &[u8]) -> Result<Self, SignedFieldsError> {
        let mut text = Vec::with_capacity(value.len() + 1);
        let mut index = 0;
        let mut rest = value;
        loop {
            let colon = rest.iter().position(|&octet| octet == b':');
            let (name, behind) = rest
                .split_at_checked(colon.unwrap_or(rest.len()))
                .unwrap_or_default();
            push_name(&mut text, index, trim(name))?;
            index += 1;
            match behind.split_first() {
                Some((_, behind)) => rest = behind,
                None => return Self::from_text(text),
            }
        }
    }

    /// The names, as they were written.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = &str> {
        self.text.split(':')
    }

    /// The names, a colon between two of them, without white space.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// How many names there are. Never 0.
    pub fn count(&self) -> usize {
        self.iter().count()
    }

    /// How often a name is listed, in whatever case.
    pub fn count_of(&self, name: &str) -> usize {
        self.iter()
            .filter(|listed| listed.eq_ignore_ascii_case(name))
            .count()
    }

    /// Whether a name is listed, in whatever case.
    pub fn contains(&self, name: &str) -> bool {
        self.iter().any(|listed| listed.eq_ignore_ascii_case(name))
    }

    fn from_text(text: Vec<u8>) -> Result<Self, SignedFieldsError> {
        // Each octet was found to be ASCII.
        match String::from_utf8(text) {
            Ok(text) if !text.is_empty() => Ok(Self {
                text: text.into_boxed_str(),
            }),
            _ => Err(SignedFieldsError::Name { index: 0 }),
        }
    }
}

/// As `h=` is written, without white space.
impl fmt::Display for SignedFields {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.text)
    }
}

/// Why names are no list of signed fields.
#[derive(Clone, Copy, Debug, Eq, Error, PartialEq)]
#[non_exhaustive]
pub enum SignedFieldsError {
    /// A name is missing, is too long for a line, or holds an octet that no name in `h=` can have.
    #[error("name {index} in the list of signed fields is malformed")]
    Name {
        /// Which one, counted from 0.
        index: usize,
    },
    /// More than [`SignedFields::MAX`] names.
    #[error("more than {} signed fields", SignedFields::MAX)]
    TooMany,
}

fn push_name(text: &mut Vec<u8>, index: usize, name: &[u8]) -> Result<(), SignedFieldsError> {
    if index == SignedFields::MAX {
        return Err(SignedFieldsError::TooMany);
    }
    let is_well_formed = name
        .iter()
        .fold(true, |all, &octet| all & is_name_octet(octet));
    if name.is_empty() || name.len() > MAX_NAME || !is_well_formed {
        return Err(SignedFieldsError::Name { index });
    }
    if index > 0 {
        text.push(b':');
    }
    text.extend_from_slice(name);
    Ok(())
}

/// `ftext` of RFC 5322 §3.6.8, without the semicolon, which ends a tag (RFC 6376 §3.2).
pub(crate) fn is_name_octet(octet: u8) -> bool {
    matches!(octet, 33..=126) & !matches!(octet, b':' | b';')
}

/// A line of 998 octets (RFC 5322 §2.1.1) holds ` h=`, the name and a colon.
const MAX_NAME: usize = 994;

/// Room for the names of most lists, so that the text need not grow.
const USUAL_LENGTH: usize = 256;

#[cfg(test)]
mod tests {
    use alloc::vec;
    use alloc::vec::Vec;

    use super::*;

    #[test]
    fn c06_case_and_folds_are_read_and_empty_names_refused() {
        let fields = SignedFields::parse(b"From :\r\n\tto: Subject").unwrap();
        assert_eq!(fields.iter().collect::<Vec<_>>(), ["From", "to", "Subject"]);
        for (value, index) in [
            (&b""[..], 0),
            (b":", 0),
            (b":::", 0),
            (b"from:", 1),
            (b"from::to", 1),
            (b"fr om", 0),
            (b"from:\xc3\xa4", 1),
            (b"from:\xff", 1),
        ] {
            let refused = Err(SignedFieldsError::Name { index });
            assert_eq!(SignedFields::parse(value), refused, "{value:?}");
        }
        assert!(SignedFields::new::<&str>([]).is_err());
        assert!(SignedFields::new(["a:b"]).is_err());
    }

    #[test]
    fn c06_a_thousand_names_are_read_and_one_more_is_not() {
        let names = |count: usize| vec!["a"; count].join(":");
        let read = SignedFields::parse(names(1000).as_bytes()).unwrap();
        assert_eq!(read.count(), 1000);
        assert_eq!(
            SignedFields::parse(names(1001).as_bytes()),
            Err(SignedFieldsError::TooMany)
        );
    }
}
