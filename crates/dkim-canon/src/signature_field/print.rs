//! Writing a DKIM-Signature field ([RFC 6376] §3.5).
//!
//! [RFC 6376]: https://www.rfc-editor.org/rfc/rfc6376

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

use mail_address::rfc5322::{FieldWriter, Splittable, Token, Visible};

use super::SignatureField;
use crate::encoding::to_base64;
use crate::quoted_printable;

impl SignatureField {
    /// The whole header field, folded, with the CRLF at its end.
    ///
    /// The value of `b=` comes last, and nothing before it depends on it: with an empty `b=` this
    /// is what is signed, and the signature changes no other octet.
    pub fn to_field(&self) -> String {
        let mut field = FieldWriter::new(Token::from_static(Self::NAME));
        tag(&mut field, "v=1");
        tag(&mut field, &format!("a={}", self.algorithm));
        tag(&mut field, &format!("c={}", self.canonicalization));
        tag(&mut field, &format!("d={}", self.domain));
        tag(&mut field, &format!("s={}", self.selector));
        if let Some(time) = self.timestamp {
            tag(&mut field, &format!("t={time}"));
        }
        if let Some(time) = self.expiration {
            tag(&mut field, &format!("x={time}"));
        }
        if let Some(identity) = &self.identity {
            let mut value = Vec::new();
            quoted_printable::encode(identity.local_part(), b"", &mut value);
            value.push(b'@');
            value.extend(identity.domain().as_str().bytes());
            split_tag(&mut field, "i=", &value);
        }
        if let Some(octets) = self.body_length {
            tag(&mut field, &format!("l={octets}"));
        }
        self.write_signed_fields(&mut field);
        if !self.copied_fields.is_empty() {
            split_tag(&mut field, "z=", &self.encoded_copies());
        }
        tag(&mut field, &format!("bh={}", to_base64(&self.body_hash)));
        field.space();
        split(&mut field, "b=", to_base64(&self.signature).as_bytes());
        field.finish()
    }

    fn write_signed_fields(&self, field: &mut FieldWriter) {
        field.space();
        visible(field, "h=");
        let last = self.signed_fields.count() - 1;
        for (index, name) in self.signed_fields.iter().enumerate() {
            let separator = if index == last { ';' } else { ':' };
            visible(field, &format!("{name}{separator}"));
        }
    }

    fn encoded_copies(&self) -> Vec<u8> {
        let mut encoded = Vec::new();
        for (index, copy) in self.copied_fields.iter().enumerate() {
            if index > 0 {
                encoded.push(b'|');
            }
            encoded.extend_from_slice(copy.name());
            encoded.push(b':');
            quoted_printable::encode(copy.value(), b"|", &mut encoded);
        }
        encoded
    }
}

/// As [`SignatureField::to_field`] has it.
impl fmt::Display for SignatureField {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.to_field())
    }
}

/// A tag that stays in one piece, and the semicolon behind it.
fn tag(field: &mut FieldWriter, text: &str) {
    field.space();
    visible(field, text);
    field.visible(Visible::from_static(";"));
}

/// A tag whose value may hold white space, and the semicolon behind it.
fn split_tag(field: &mut FieldWriter, name: &str, value: &[u8]) {
    field.space();
    if value.len() <= SHORT {
        visible(field, name);
        visible(field, core::str::from_utf8(value).unwrap_or_default());
    } else {
        split(field, name, value);
    }
    field.visible(Visible::from_static(";"));
}

fn split(field: &mut FieldWriter, name: &str, value: &[u8]) {
    visible(field, name);
    field.splittable(Splittable::new(value).expect("encoded octets are visible ASCII"));
}

fn visible(field: &mut FieldWriter, text: &str) {
    let text = Visible::new(text.as_bytes());
    field.visible(text.expect("names, numbers and base64 are visible and fit on a line"));
}

/// What is no longer than this is not split, though it might be.
const SHORT: usize = 64;
