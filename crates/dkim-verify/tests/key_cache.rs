//! Keys kept from one message to the next.
#![cfg(feature = "rust-crypto")]

use core::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use dkim_canon::{KeyRecord, PublicKey};
use dkim_verify::{
    InvalidKey, InvalidSignature, KeyCache, Policy, PreparedKey, VerifySignature, verify,
};
use support::{FIELD, MESSAGE, NOW, answers, record, sign};

mod support;

/// Counts the keys it makes ready, with which everything verifies.
#[derive(Clone, Debug, Default)]
struct Counting(Arc<AtomicUsize>);

impl Counting {
    fn count(&self) -> usize {
        self.0.load(Ordering::Relaxed)
    }
}

impl VerifySignature for Counting {
    fn prepare(&self, _: PublicKey<'_>) -> Result<Arc<dyn PreparedKey>, InvalidKey> {
        self.0.fetch_add(1, Ordering::Relaxed);
        Ok(Arc::new(Yes))
    }
}

#[derive(Debug)]
struct Yes;

impl PreparedKey for Yes {
    fn verify(&self, _: &[u8; 32], _: &[u8]) -> Result<(), InvalidSignature> {
        Ok(())
    }
}

/// A record of its own for each number.
fn text(number: usize) -> String {
    format!("v=DKIM1; k=ed25519; n={number}; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=")
}

fn read(cache: &mut KeyCache<Counting>, number: usize) {
    let record = cache.read(text(number).as_bytes()).unwrap();
    assert_eq!(record.record().notes(), Some(number.to_string().as_str()));
}

#[test]
fn a_key_is_made_ready_once_for_many_messages_and_threads() {
    let counting = Counting::default();
    let cache = Mutex::new(KeyCache::new(counting.clone(), 8));
    let crypto: Arc<dyn VerifySignature> = Arc::new(cache);
    let (message, answer) = (sign(FIELD, MESSAGE), answers(&[record().as_bytes()]));
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                for _ in 0..10 {
                    let crypto = Arc::clone(&crypto);
                    let policy = Policy::default();
                    let verdicts = verify(message.as_bytes(), &policy, crypto, NOW, |_| &answer);
                    assert!(verdicts[0].is_pass());
                }
            });
        }
    });
    assert_eq!(counting.count(), 1);
}

#[test]
fn what_was_used_last_stays_and_no_more_than_the_capacity() {
    let counting = Counting::default();
    let mut cache = KeyCache::new(counting.clone(), 8);
    for number in 0..100 {
        read(&mut cache, number);
        read(&mut cache, 0);
        assert!(cache.len() <= 8);
    }
    assert_eq!(counting.count(), 100, "one that is in use is never dropped");
    for number in 96..100 {
        read(&mut cache, number);
    }
    assert_eq!(counting.count(), 100, "half of the capacity is kept");
    read(&mut cache, 1);
    assert_eq!(counting.count(), 101, "one that is out of use is dropped");
}

#[test]
fn a_cache_of_capacity_0_keeps_nothing() {
    let counting = Counting::default();
    let mut cache = KeyCache::new(counting.clone(), 0);
    read(&mut cache, 1);
    read(&mut cache, 1);
    assert!(cache.is_empty());
    assert_eq!(counting.count(), 2);
}

#[test]
fn neither_what_is_no_record_nor_what_is_very_long_is_kept() {
    let mut cache = KeyCache::new(Counting::default(), 8);
    assert!(cache.read(b"v=spf1 -all").is_err());
    let note = |octets: usize| {
        let text = text(7);
        text.replace("n=7", &format!("n={}", "x".repeat(octets + 1 - text.len())))
    };
    let longest = note(KeyCache::LONGEST_RECORD);
    assert_eq!(longest.len(), KeyCache::LONGEST_RECORD);
    cache
        .read(note(KeyCache::LONGEST_RECORD + 1).as_bytes())
        .unwrap();
    assert!(cache.is_empty());
    cache.read(longest.as_bytes()).unwrap();
    assert_eq!(cache.len(), 1);
}

#[test]
fn d01_a_key_above_4096_bits_is_not_made_ready_before_a_policy_agrees() {
    let counting = Counting::default();
    let mut cache = KeyCache::new(counting.clone(), 8);
    let number = |octets: &[u8]| {
        let length = u16::try_from(octets.len()).unwrap().to_be_bytes();
        [&[0x02, 0x82], &length[..], octets].concat()
    };
    for (octets, made) in [(512, 1), (513, 1)] {
        let modulus = [&[0][..], &vec![0xff; octets]].concat();
        let numbers = [number(&modulus), vec![0x02, 3, 1, 0, 1]].concat();
        let length = u16::try_from(numbers.len()).unwrap().to_be_bytes();
        let der = [&[0x30, 0x82], &length[..], &numbers].concat();
        let key = PublicKey::parse(dkim_canon::KeyType::Rsa, &der).unwrap();
        let text = KeyRecord::new(&key).to_string();
        cache.read(text.as_bytes()).unwrap();
        assert_eq!(counting.count(), made, "{octets}");
    }
}
