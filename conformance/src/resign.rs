//! The signatures of the RFCs, made again from the unsigned messages and the printed keys.

use std::collections::BTreeMap;
use std::path::Path;

use dkim_canon::{BodyHasher, Header, KeyRecord, Selection, SignatureField, signed_octets};
use dkim_sign::rand_core::UnwrapErr;
use dkim_sign::{SignMessage, SigningKey};
use getrandom::SysRng;
use serde::Deserialize;

use crate::outcome::Outcome;
use crate::suite::{SuiteError, read, read_json};

/// Signs what `rfc-vectors` signs and compares `b=`, and the public half of each key with what
/// the RFC publishes for it.
pub(crate) fn rfc_vectors(directory: &Path) -> Result<Vec<Outcome>, SuiteError> {
    let vectors: Vec<Vector> = read_json(directory.join("cases.json"))?;
    let mut outcomes = Vec::new();
    for vector in vectors {
        let key = directory.join(vector.key_file());
        let key = SigningKey::parse(&read(key.clone())?).map_err(|error| SuiteError::Shape {
            file: key,
            what: error.to_string(),
        })?;
        let signed = read(directory.join(&vector.file))?;
        let unsigned = read(directory.join(vector.file.replace("-signed", "-unsigned")))?;
        outcomes.push(vector.signed_again(&key, &signed, &unsigned));
        outcomes.push(vector.published(&key));
    }
    Ok(outcomes)
}

#[derive(Deserialize)]
struct Vector {
    file: String,
    signature_index: usize,
    algorithm: String,
    dns: BTreeMap<String, String>,
    signature_b64: String,
}

impl Vector {
    fn key_file(&self) -> &'static str {
        match (self.file.starts_with("rfc8463"), &*self.algorithm) {
            (true, "ed25519-sha256") => "rfc8463-brisbane-ed25519-seed.b64",
            (true, _) => "rfc8463-test-rsa-private.pem",
            (false, _) => "rfc6376-brisbane-rsa-private.pem",
        }
    }

    fn signed_again(&self, key: &SigningKey, signed: &[u8], unsigned: &[u8]) -> Outcome {
        let got = match signature(key, signed, unsigned, self.signature_index) {
            Ok(signature) => signature,
            Err(what) => what.to_owned(),
        };
        self.outcome("signed-again", self.signature_b64.clone(), got)
    }

    fn published(&self, key: &SigningKey) -> Outcome {
        let key = key.key_record().public_key();
        let records = self
            .dns
            .values()
            .map(|text| KeyRecord::parse(text.as_bytes()));
        let same = records.flatten().any(|record| record.public_key() == key);
        let got = if same { "the same key" } else { "another key" };
        self.outcome("published", "the same key".to_owned(), got.to_owned())
    }

    fn outcome(&self, what: &str, expected: String, got: String) -> Outcome {
        Outcome {
            id: format!("{}#{}-{what}", self.file, self.signature_index),
            passed: expected == got,
            expected,
            got,
        }
    }
}

/// The `b=` that belongs into a signature field, made from the message without it.
fn signature(
    key: &SigningKey,
    signed: &[u8],
    unsigned: &[u8],
    index: usize,
) -> Result<String, &'static str> {
    let (with_signatures, _) = Header::split(signed);
    let field = with_signatures.fields().nth(index).ok_or("no such field")?;
    let tags = SignatureField::parse(field.value()).map_err(|_| "a malformed field")?;
    let (header, body) = Header::split(unsigned);

    let hash = tags.body_hash_key();
    let mut hasher = BodyHasher::new([hash]);
    hasher.update(body);
    let hashes = hasher.finish();
    if hashes.get(&hash).map(|hash| &hash.digest) != Some(tags.body_hash()) {
        return Err("another body hash");
    }

    let selection = Selection::new(&header, tags.signed_fields().iter(), None);
    let form = tags.canonicalization().header;
    let mut message = Vec::new();
    signed_octets(form, &header, selection.indexes(), field.raw(), |octets| {
        message.extend_from_slice(octets);
    });
    let signature = key.sign(&message, &mut UnwrapErr(SysRng));
    let tags = tags.with_signature(signature.map_err(|_| "no signature")?);
    let text = tags.to_field();
    let (_, signature) = text.rsplit_once(" b=").ok_or("a field without b=")?;
    Ok(signature.split_ascii_whitespace().collect())
}
