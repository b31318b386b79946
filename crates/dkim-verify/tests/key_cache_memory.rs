//! How much memory kept keys take, whoever sends mail. A binary of its own, for it counts with an
//! allocator of its own.
#![cfg(feature = "rust-crypto")]

use std::sync::{Arc, Mutex};

use allocation_counter::{AllocationInfo, measure};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use dkim_verify::{Fault, KeyCache, Outcome, Policy, RustCrypto, VerifySignature, verify};
use sha2::{Digest as _, Sha256};
use support::{FIELD, MESSAGE, NOW, answers, sign};

mod support;

/// The record of an RSA key of its own for each number; nobody has its private half.
fn record(number: usize, octets: usize, note: &str) -> String {
    let mut modulus = vec![0];
    let mut seed = number.to_be_bytes().to_vec();
    while modulus.len() <= octets {
        seed = Sha256::digest(&seed).to_vec();
        modulus.extend(&seed);
    }
    modulus[1] |= 0x80;
    modulus[octets] |= 1;
    let modulus = value(0x02, &modulus[..=octets]);
    let key = value(0x30, &[&modulus[..], &[0x02, 3, 1, 0, 1]].concat());
    format!("v=DKIM1; k=rsa; n={note}; p={}", STANDARD.encode(key))
}

/// DER with a length of two octets.
fn value(tag: u8, contents: &[u8]) -> Vec<u8> {
    let length = u16::try_from(contents.len()).unwrap().to_be_bytes();
    [&[tag, 0x82], &length[..], contents].concat()
}

/// What is taken while so many messages are verified, each with a key and a selector of its own.
fn stream(messages: usize, octets: usize, note: &str) -> AllocationInfo {
    let field = FIELD.replace("ed25519", "rsa");
    // The body is another one than was signed: it is the keys that matter here.
    let message = sign(&field, MESSAGE) + "P.S.\r\n";
    measure(|| {
        let cache = KeyCache::new(RustCrypto::default(), KeyCache::DEFAULT_CAPACITY);
        let crypto: Arc<dyn VerifySignature> = Arc::new(Mutex::new(cache));
        for number in 0..messages {
            let message = message.replace("s=sel;", &format!("s=sel{number};"));
            let answer = answers(&[record(number, octets, note).as_bytes()]);
            let policy = Policy::default();
            let crypto = Arc::clone(&crypto);
            let verdicts = verify(message.as_bytes(), &policy, crypto, NOW, |question| {
                assert!(
                    question
                        .name()
                        .to_string()
                        .starts_with(&format!("sel{number}."))
                );
                &answer
            });
            assert_eq!(verdicts[0].outcome, Outcome::Failed(Fault::BodyHash));
            assert_eq!(verdicts[0].key_bits, Some(octets * 8));
        }
    })
}

#[test]
fn keys_of_a_hundred_thousand_senders_take_what_a_thousand_do() {
    let taken = stream(100_000, 256, "");
    assert!(taken.bytes_max < 3 << 20, "{taken:?}");
    assert_eq!(taken.bytes_current, 0, "{taken:?}");
}

/// The largest keys that are kept ready, in the longest records.
#[test]
fn the_largest_records_take_no_more_than_is_said() {
    let padding = KeyCache::LONGEST_RECORD - record(0, 512, "").len();
    let taken = stream(3_000, 512, &"n".repeat(padding));
    assert!(taken.bytes_max < 7 << 20, "{taken:?}");
}
