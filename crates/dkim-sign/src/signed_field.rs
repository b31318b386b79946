//! A signature field as it is sent.

use alloc::string::String;
use core::fmt;

use dkim_canon::SignatureField;

/// A DKIM-Signature field with its signature: what was signed, and nothing printed anew.
///
/// `Display` is its text, with the CRLF at its end, to be put on top of the message.
#[derive(Clone, Eq, PartialEq)]
pub struct SignedField {
    field: SignatureField,
    text: String,
}

impl SignedField {
    pub(crate) fn new(field: SignatureField, text: String) -> Self {
        Self { field, text }
    }

    /// The whole header field, folded, with the CRLF at its end.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// What the field says.
    pub fn field(&self) -> &SignatureField {
        &self.field
    }
}

/// Shows what the field says, copies of what the message says left out.
impl fmt::Debug for SignedField {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("SignedField").field(&self.field).finish()
    }
}

impl fmt::Display for SignedField {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl From<SignedField> for String {
    fn from(signed: SignedField) -> Self {
        signed.text
    }
}
