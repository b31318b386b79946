//! TXT records as text: strings of at most 255 octets, in quotes ([RFC 1035] §3.3.14, §5.1).
//!
//! [RFC 1035]: https://www.rfc-editor.org/rfc/rfc1035

use alloc::vec::Vec;
use core::fmt::{self, Write};

use crate::name::unescape;

/// Octets as the strings of a TXT record. `Display` prints what stands behind `TXT` in a zone file.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Strings<'t> {
    text: &'t [u8],
}

impl<'t> Strings<'t> {
    /// Cuts `text` after each 255 octets. Empty text is one empty string.
    pub fn new(text: &'t [u8]) -> Self {
        Self { text }
    }

    /// The strings.
    pub fn iter(&self) -> impl Iterator<Item = &'t [u8]> + use<'t> {
        // `chunks` gives none for no octets, where a TXT record has one at least.
        let empty: &[u8] = b"";
        let first = self.text.is_empty().then_some(empty);
        first.into_iter().chain(self.text.chunks(MAX_STRING))
    }
}

impl fmt::Display for Strings<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, string) in self.iter().enumerate() {
            if index > 0 {
                f.write_char(' ')?;
            }
            f.write_char('"')?;
            for &octet in string {
                match octet {
                    b'"' | b'\\' => write!(f, "\\{}", char::from(octet))?,
                    0x20..=0x7e => f.write_char(char::from(octet))?,
                    _ => write!(f, "\\{octet:03}")?,
                }
            }
            f.write_char('"')?;
        }
        Ok(())
    }
}

/// Appends the octets that a word of a master file stands for. `None`: an escape is malformed.
pub(crate) fn unescape_into(word: &[u8], out: &mut Vec<u8>) -> Option<()> {
    let mut rest = word;
    while let Some((&octet, after)) = rest.split_first() {
        rest = after;
        if octet == b'\\' {
            let (escaped, after) = unescape(rest)?;
            rest = after;
            out.push(escaped);
        } else {
            out.push(octet);
        }
    }
    Some(())
}

/// RFC 1035 §3.3.
const MAX_STRING: usize = 255;
