//! DKIM by `mail-auth`, with the backend of this build.

use std::hint::black_box;

use dkim_sign::{Algorithm, Exposed};
use dns_txt::{Name, TxtRecord, Zone};
use futures_executor::block_on;
use mail_auth::crypto::{Ed25519Key, RsaKey, Sha256, SigningKey};
use mail_auth::dkim::{Canonicalization, DkimSigner};
use mail_auth::headers::HeaderWriter;
use mail_auth::{AuthenticatedMessage, DkimResult, Parameters};
use rustls_pki_types::pem::PemObject;
use rustls_pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};

use super::cache::{Cached, Caches};
use super::resolver;
use crate::harness::Task;
use crate::input::dkim::{DOMAIN, FIELDS, SELECTOR, pem, private_key, record};

/// The key record comes parsed from the cache, as the crate means it to be used.
pub fn verify_with_parsed_key(algorithm: Algorithm, message: &[u8]) -> Task {
    let caches = Caches::new(&zone(algorithm), Cached::parsed);
    verify("mail-auth 0.15, key parsed before", message, caches)
}

/// The key record is parsed for each message.
pub fn verify_parsing_key(algorithm: Algorithm, message: &[u8]) -> Task {
    let caches = Caches::new(&zone(algorithm), Cached::text);
    verify("mail-auth 0.15, key parsed each time", message, caches)
}

fn verify(name: &'static str, message: &[u8], caches: Caches) -> Task {
    let (message, resolver) = (message.to_vec(), resolver());
    Task::new(name, move || {
        let message = AuthenticatedMessage::parse(black_box(&message)).expect("a message");
        let parameters = Parameters::new(&message).with_cache(&caches);
        let outputs = block_on(resolver.verify_dkim(parameters));
        assert!(outputs.len() == 1 && *outputs[0].result() == DkimResult::Pass);
        black_box(outputs);
    })
}

/// From the message to the text of the field.
pub fn sign(algorithm: Algorithm, message: &[u8]) -> Task {
    match private_key(algorithm).expose() {
        Exposed::Ed25519 { seed } => {
            let record = record(algorithm);
            let key = record.public_key().expect("a key").to_record_data();
            let key = Ed25519Key::from_seed_and_public_key(seed, &key).expect("a key");
            sign_with(key, message)
        }
        _ => {
            let key = PrivatePkcs8KeyDer::from_pem_slice(pem(algorithm)).expect("a key");
            let key = RsaKey::<Sha256>::from_key_der(PrivateKeyDer::Pkcs8(key)).expect("a key");
            sign_with(key, message)
        }
    }
}

fn sign_with<K: SigningKey + 'static>(key: K, message: &[u8]) -> Task {
    let message = message.to_vec();
    let signer = DkimSigner::from_key(key)
        .domain(DOMAIN)
        .selector(SELECTOR)
        .headers(FIELDS)
        .header_canonicalization(Canonicalization::Relaxed)
        .body_canonicalization(Canonicalization::Relaxed);
    Task::new("mail-auth 0.15", move || {
        let signature = signer.sign(black_box(&message)).expect("it can be signed");
        black_box(signature.to_header());
    })
}

fn zone(algorithm: Algorithm) -> Zone {
    let name: Name = format!("{SELECTOR}._domainkey.{DOMAIN}")
        .parse()
        .expect("a literal name");
    let text = record(algorithm).to_string();
    let record = TxtRecord::new(name, text.into_bytes());
    Zone::parse(&record.to_string(), None).expect("a literal record")
}
