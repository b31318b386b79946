//! DKIM by this repository.

use std::hint::black_box;
use std::sync::{Arc, Mutex};

use dkim_canon::{BodyHashKey, BodyHasher, Form, HashAlgorithm};
use dkim_sign::rand_core::UnwrapErr;
use dkim_sign::{Algorithm, SignMessage};
use dkim_verify::{KeyCache, Policy, VerifySignature};
use getrandom::SysRng;

use crate::harness::Task;
use crate::input::dkim::{NOW, answer, pem, request};

#[cfg(feature = "aws-lc")]
use dkim_aws_lc::{AwsLc as Backend, SigningKey};
#[cfg(feature = "rust-crypto")]
use dkim_sign::SigningKey;
#[cfg(feature = "rust-crypto")]
use dkim_verify::RustCrypto as Backend;

/// The key is kept from one message to the next.
pub fn verify_with_kept_key(algorithm: Algorithm, message: &[u8]) -> Task {
    let cache = KeyCache::new(Backend::default(), KeyCache::DEFAULT_CAPACITY);
    let crypto = Arc::new(Mutex::new(cache));
    verify("ours, key kept", algorithm, message, crypto)
}

/// The key record is read for each message.
pub fn verify_reading_key(algorithm: Algorithm, message: &[u8]) -> Task {
    let name = "ours, key read each time";
    verify(name, algorithm, message, Backend::shared())
}

fn verify(
    name: &'static str,
    algorithm: Algorithm,
    message: &[u8],
    crypto: Arc<dyn VerifySignature>,
) -> Task {
    let (message, answer, policy) = (message.to_vec(), answer(algorithm), Policy::default());
    Task::new(name, move || {
        let crypto = Arc::clone(&crypto);
        let verdicts = dkim_verify::verify(black_box(&message), &policy, crypto, NOW, |_| &answer);
        assert!(verdicts.len() == 1 && verdicts[0].is_pass());
        black_box(verdicts);
    })
}

/// From the message to the text of the field.
pub fn sign(algorithm: Algorithm, message: &[u8]) -> Task {
    let (message, request) = (message.to_vec(), request(algorithm));
    let key = SigningKey::parse(pem(algorithm)).expect("a key of the tests");
    Task::new("ours", move || {
        let requests: [(_, &dyn SignMessage); 1] = [(&request, &key)];
        let fields = dkim_sign::sign(black_box(&message), &requests, NOW, &mut UnwrapErr(SysRng));
        let field = fields.expect("it can be signed")[0].to_string();
        black_box(field);
    })
}

/// Canonicalizes and hashes a body that comes in chunks.
pub fn body(name: &'static str, form: Form, body: Vec<u8>, chunk: usize) -> Task {
    let (hash, limit) = (HashAlgorithm::Sha256, None);
    let key = BodyHashKey { form, hash, limit };
    Task::new(name, move || {
        let mut hasher = BodyHasher::new([key]);
        for chunk in black_box(&body).chunks(chunk) {
            hasher.update(chunk);
        }
        black_box(hasher.finish());
    })
}
