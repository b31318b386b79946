//! Base64 and words as tags hold them ([RFC 6376] §2.10).
//!
//! [RFC 6376]: https://www.rfc-editor.org/rfc/rfc6376

use alloc::string::String;
use alloc::vec::Vec;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, STANDARD_PAD_INDIFFERENT};

/// Decodes a value from which white space was removed; `None` if it is empty or no base64.
///
/// `base64string = ALPHADIGITPS *([FWS] ALPHADIGITPS) [ [FWS] "=" [ [FWS] "=" ] ]`: the signs at
/// the end may be missing.
pub(crate) fn from_base64(encoded: &[u8]) -> Option<Vec<u8>> {
    if encoded.is_empty() {
        return None;
    }
    STANDARD_PAD_INDIFFERENT.decode(encoded).ok()
}

pub(crate) fn to_base64(octets: &[u8]) -> String {
    STANDARD.encode(octets)
}

/// Writes octets in base64 behind what stands in `text`.
pub(crate) fn push_base64(octets: &[u8], text: &mut String) {
    STANDARD.encode_string(octets, text);
}

/// `hyphenated-word =  ALPHA [ *(ALPHA / DIGIT / "-") (ALPHA / DIGIT) ]`
pub(crate) fn is_hyphenated_word(name: &[u8]) -> bool {
    name.first().is_some_and(u8::is_ascii_alphabetic)
        && name.last().is_some_and(u8::is_ascii_alphanumeric)
        && name
            .iter()
            .all(|&octet| octet.is_ascii_alphanumeric() || octet == b'-')
}
