//! A private key that is read and printed reads as the same key, and nothing that comes out of one
//! that is refused is part of it.
#![no_main]

use dkim_sign::{Exposed, PrivateKey};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: &[u8]| {
    match PrivateKey::parse(input) {
        Ok(key) => {
            let pem = key.to_pem();
            let read = PrivateKey::parse(pem.as_bytes()).expect("what is printed is a key");
            assert_eq!(read.to_pem(), pem);
            assert_eq!(read.bits(), key.bits());
            assert_eq!(read.algorithm(), key.algorithm());
            assert_eq!(octets(&read), octets(&key));
            // White space around a key and text around PEM are no part of it.
            let padded = format!("Subject: a key\n\n{}\n\n", pem.replace('\n', "\r\n"));
            let read = PrivateKey::parse(padded.as_bytes()).expect("PEM may have text around it");
            assert_eq!(octets(&read), octets(&key));
        }
        Err(error) => assert!(error.to_string().len() < 100),
    }
});

fn octets(key: &PrivateKey) -> &[u8] {
    match key.expose() {
        Exposed::Ed25519 { seed } => seed,
        Exposed::Rsa { pkcs1 } => pkcs1,
        _ => panic!("a key of a new kind"),
    }
}
