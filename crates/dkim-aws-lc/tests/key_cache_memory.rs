//! How much memory kept keys take. AWS-LC allocates for itself, so it is the process that is
//! measured, and this test is the only one in it.
#![cfg(target_os = "linux")]

use std::fs;

use dkim_aws_lc::AwsLc;
use dkim_canon::{KeyRecord, KeyType, PublicKey};
use dkim_verify::{KeyCache, VerifySignature};

/// The record of an RSA key of 2048 bits of its own for each number; nobody has its private half.
fn record(number: u64) -> String {
    let mut modulus = vec![0xa5; 256];
    modulus[1..9].copy_from_slice(&number.to_be_bytes());
    let numbers = [&[0x02, 0x82, 1, 1, 0], &modulus[..], &[0x02, 3, 1, 0, 1]].concat();
    let length = u16::try_from(numbers.len()).unwrap().to_be_bytes();
    let der = [&[0x30, 0x82], &length[..], &numbers].concat();
    let key = PublicKey::parse(KeyType::Rsa, &der).unwrap();
    // One that AWS-LC refused would take nothing.
    assert!(number > 0 || AwsLc::default().prepare(key).is_ok());
    KeyRecord::new(&key).to_string()
}

/// Memory of the process that is not swapped out, in KiB.
fn resident() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    line.unwrap().trim_end_matches("kB").trim().parse().unwrap()
}

#[test]
fn keys_of_a_hundred_thousand_senders_take_what_a_thousand_do() {
    let mut cache = KeyCache::new(AwsLc::default(), KeyCache::DEFAULT_CAPACITY);
    let before = resident();
    for number in 0..100_000 {
        cache.read(record(number).as_bytes()).unwrap();
    }
    let taken = resident().saturating_sub(before);
    assert!(cache.len() <= KeyCache::DEFAULT_CAPACITY);
    // With room for what an allocator keeps for later: 100 000 keys would take 300 MiB.
    assert!(taken < 16 << 10, "{taken} KiB");
}
