//! A DKIM-Signature field that is read and printed reads as the same, in lines that are legal; and
//! so does a key record.
#![no_main]

use dkim_canon::{Field, KeyRecord, SignatureField};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: &[u8]| {
    if let Ok(signature) = SignatureField::parse(input) {
        let printed = signature.to_field();
        let field = Field::parse(printed.as_bytes());
        assert!(field.is_named(SignatureField::NAME));
        assert_eq!(field.defect(), None);
        assert!(printed.lines().all(|line| line.len() <= 998));
        // The signature comes last and moves nothing.
        let unsigned = signature.clone().with_signature([]).to_field();
        assert!(printed.starts_with(unsigned.trim_end()));
        assert_eq!(SignatureField::parse(field.value()), Ok(signature));
    }
    if let Ok(record) = KeyRecord::parse(input) {
        let _ = record.public_key();
        let printed = record.to_string();
        assert_eq!(KeyRecord::parse(printed.as_bytes()), Ok(record));
    }
});
