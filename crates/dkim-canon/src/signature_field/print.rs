//! Writing a DKIM-Signature field ([RFC 6376] §3.5).
//!
//! [RFC 6376]: https://www.rfc-editor.org/rfc/rfc6376

use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::fmt;

use mail_address::rfc5322::{FieldWriter, Splittable, Token, Visible};

use super::SignatureField;
use crate::canonicalization::Canonicalization;
use crate::encoding::push_base64;
use crate::quoted_printable;

impl SignatureField {
    /// The whole header field, folded, with the CRLF at its end.
    ///
    /// The value of `b=` comes last, and nothing before it depends on it: with an empty `b=` this
    /// is what is signed, and the signature changes no other octet.
    pub fn to_field(&self) -> String {
        self.to_unsigned().sign(&self.signature)
    }

    /// The header field up to the value of `b=`, for those who sign it and then send it.
    pub fn to_unsigned(&self) -> UnsignedField {
        let mut field = FieldWriter::new(Token::from_static(Self::NAME));
        // Every piece is put together here, so that a field takes a few allocations, not dozens.
        let mut piece = String::with_capacity(USUAL_PIECE);
        let Canonicalization { header, body } = self.canonicalization;
        tag(&mut field, &mut piece, ["v=", "1"]);
        tag(&mut field, &mut piece, ["a=", self.algorithm.as_str()]);
        tag(
            &mut field,
            &mut piece,
            ["c=", header.as_str(), "/", body.as_str()],
        );
        tag(&mut field, &mut piece, ["d=", self.domain.as_str()]);
        tag(&mut field, &mut piece, ["s=", self.selector.as_str()]);
        if let Some(time) = self.timestamp {
            tag(&mut field, &mut piece, ["t=", &time.to_string()]);
        }
        if let Some(time) = self.expiration {
            tag(&mut field, &mut piece, ["x=", &time.to_string()]);
        }
        if let Some(identity) = &self.identity {
            let mut value = Vec::new();
            quoted_printable::encode(identity.local_part(), b"", &mut value);
            value.push(b'@');
            value.extend(identity.domain().as_str().bytes());
            split_tag(&mut field, "i=", text_of(&value));
        }
        if let Some(octets) = self.body_length {
            tag(&mut field, &mut piece, ["l=", &octets.to_string()]);
        }
        self.write_signed_fields(&mut field, &mut piece);
        if !self.copied_fields.is_empty() {
            split_tag(&mut field, "z=", text_of(&self.encoded_copies()));
        }
        piece.clear();
        piece.push_str("bh=");
        push_base64(&self.body_hash, &mut piece);
        field.space();
        visible(&mut field, &piece);
        field.visible(Visible::from_static(";"));
        field.space();
        split(&mut field, "b=", "");
        UnsignedField { field, piece }
    }

    fn write_signed_fields(&self, field: &mut FieldWriter, last: &mut String) {
        field.space();
        visible(field, "h=");
        let mut names = self.signed_fields.as_str();
        // A name and the colon behind it are one piece.
        while let Some(colon) = memchr::memchr(b':', names.as_bytes()) {
            let (name, rest) = names.split_at_checked(colon + 1).unwrap_or((names, ""));
            visible(field, name);
            names = rest;
        }
        last.clear();
        last.push_str(names);
        last.push(';');
        visible(field, last);
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

/// A printed DKIM-Signature field that ends with its `b=`, the value of which is missing.
#[derive(Clone)]
#[must_use = "the signature is missing"]
pub struct UnsignedField {
    field: FieldWriter,
    /// Room for the signature.
    piece: String,
}

impl UnsignedField {
    /// The field without a CRLF at its end: what is signed of it (RFC 6376 §3.7).
    pub fn as_str(&self) -> &str {
        self.field.as_str()
    }

    /// The whole field with this signature, and the CRLF at its end.
    pub fn sign(self, signature: &[u8]) -> String {
        let Self {
            mut field,
            mut piece,
        } = self;
        piece.clear();
        push_base64(signature, &mut piece);
        splittable(&mut field, &piece);
        field.finish()
    }
}

/// Shows no text: there may be copies of what a message says in it.
impl fmt::Debug for UnsignedField {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("UnsignedField").finish_non_exhaustive()
    }
}

/// As [`SignatureField::to_field`] has it.
impl fmt::Display for SignatureField {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.to_field())
    }
}

/// A tag that stays in one piece, and the semicolon behind it. `piece` is overwritten.
fn tag<const N: usize>(field: &mut FieldWriter, piece: &mut String, parts: [&str; N]) {
    piece.clear();
    piece.extend(parts);
    field.space();
    visible(field, piece);
    field.visible(Visible::from_static(";"));
}

/// A tag whose value may hold white space, and the semicolon behind it.
fn split_tag(field: &mut FieldWriter, name: &str, value: &str) {
    field.space();
    if value.len() <= SHORT {
        visible(field, name);
        visible(field, value);
    } else {
        split(field, name, value);
    }
    field.visible(Visible::from_static(";"));
}

fn split(field: &mut FieldWriter, name: &str, value: &str) {
    visible(field, name);
    splittable(field, value);
}

fn splittable(field: &mut FieldWriter, value: &str) {
    field.splittable(Splittable::try_from(value).expect("encoded octets are visible ASCII"));
}

fn visible(field: &mut FieldWriter, text: &str) {
    let text = Visible::try_from(text);
    field.visible(text.expect("names, numbers and base64 are visible and fit on a line"));
}

/// What was encoded, which is ASCII.
fn text_of(encoded: &[u8]) -> &str {
    core::str::from_utf8(encoded).unwrap_or_default()
}

/// Room for a signature of RSA-4096 in base64, so that the longest piece need not grow.
const USUAL_PIECE: usize = 684;

/// What is no longer than this is not split, though it might be.
const SHORT: usize = 64;

#[cfg(test)]
mod tests {
    use dns_txt::Domain;
    use proptest::prelude::*;

    use super::*;
    use crate::algorithm::Algorithm;
    use crate::canonicalization::Form;
    use crate::field::Field;
    use crate::identity::Identity;
    use crate::signature_field::CopiedField;
    use crate::signed_fields::SignedFields;
    use crate::unix_time::UnixTime;

    fn domain(text: &str) -> Domain {
        text.parse().unwrap()
    }

    fn field() -> SignatureField {
        SignatureField::new(
            Algorithm::Ed25519Sha256,
            domain("football.example.com"),
            domain("brisbane"),
            SignedFields::new([
                "From",
                "To",
                "Subject",
                "Date",
                "Message-ID",
                "From",
                "Subject",
            ])
            .unwrap(),
            [0; 32],
        )
        .with_canonicalization(Canonicalization::RELAXED)
        .with_timestamp(Some(UnixTime::from_secs(1_528_637_909)))
    }

    #[test]
    fn a_field_is_printed_in_lines_of_78() {
        let unsigned = field().to_field();
        assert_eq!(
            unsigned,
            "DKIM-Signature: v=1; a=ed25519-sha256; c=relaxed/relaxed;\r\n \
             d=football.example.com; s=brisbane; t=1528637909;\r\n \
             h=From:To:Subject:Date:Message-ID:From:Subject;\r\n \
             bh=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=; b=\r\n"
        );
        let signed = field().with_signature([7; 256]).to_field();
        assert!(signed.starts_with(unsigned.trim_end()));
        assert!(signed.lines().all(|line| line.len() < 78));
    }

    fn fields() -> impl Strategy<Value = SignatureField> {
        let label = "[a-z0-9_-]{1,20}";
        let name = "[!-9<-~]{1,40}";
        let times = proptest::option::of(0..2_000_000_000_000u64);
        let parts = (
            (any::<bool>(), any::<bool>(), any::<bool>()),
            proptest::collection::vec(label, 2..6),
            proptest::collection::vec(label, 1..4),
            proptest::collection::vec(name, 0..40),
            (
                any::<[u8; 32]>(),
                proptest::collection::vec(any::<u8>(), 1..300),
            ),
            proptest::option::of(proptest::collection::vec(any::<u8>(), 0..80)),
            (proptest::option::of(any::<u64>()), times.clone(), times),
            proptest::collection::vec(
                (
                    "[!-9<-{}~]{1,9}",
                    proptest::collection::vec(any::<u8>(), 0..50),
                ),
                0..4,
            ),
        );
        parts.prop_map(
            |(flags, domain_labels, selector, names, hashes, local, numbers, copies)| {
                let (algorithm, header, body) = flags;
                let form = |relaxed| if relaxed { Form::Relaxed } else { Form::Simple };
                let algorithm = match algorithm {
                    true => Algorithm::RsaSha256,
                    false => Algorithm::Ed25519Sha256,
                };
                let names = names.iter().map(String::as_str).chain(["from"]);
                let signing_domain = domain(&domain_labels.join("."));
                let (length, made, lasts) = numbers;
                let made = made.map(UnixTime::from_secs);
                SignatureField::new(
                    algorithm,
                    signing_domain.clone(),
                    domain(&selector.join(".")),
                    SignedFields::new(names).unwrap(),
                    hashes.0,
                )
                .with_signature(hashes.1)
                .with_canonicalization(Canonicalization {
                    header: form(header),
                    body: form(body),
                })
                .with_identity(local.map(|local| Identity::new(local, signing_domain)))
                .with_body_length(length)
                .with_timestamp(made)
                .with_expiration(lasts.map(|lasts| made.unwrap_or_default().plus(lasts + 1)))
                .with_copied_fields(
                    copies
                        .iter()
                        .filter_map(|(name, value)| CopiedField::new(name.as_bytes(), value))
                        .collect(),
                )
            },
        )
    }

    proptest! {
        #[test]
        fn reading_what_was_printed_gives_the_same_field(field in fields()) {
            let printed = field.to_field();
            let raw = Field::parse(printed.as_bytes());
            prop_assert!(raw.is_named(SignatureField::NAME));
            prop_assert_eq!(raw.defect(), None);
            prop_assert_eq!(SignatureField::parse(raw.value()), Ok(field.clone()));
            let unsigned = field.to_unsigned();
            prop_assert!(printed.starts_with(unsigned.as_str()));
            prop_assert_eq!(unsigned.clone().sign(field.signature()), printed.clone());
            let empty = field.with_signature([]).to_field();
            prop_assert_eq!(empty.strip_suffix("\r\n"), Some(unsigned.as_str()));
            // RFC 5322 §2.1.1: no more than 78, but for a token that is longer by itself.
            let long = printed.lines().filter(|line| line.len() >= 78);
            for line in long {
                prop_assert!(!line.trim_start().contains(' '), "{}", line);
            }
        }
    }
}
