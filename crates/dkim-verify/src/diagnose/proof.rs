//! Whether a digest of the header is the one that was signed.

use alloc::sync::Arc;
use alloc::vec;
use alloc::vec::Vec;

use dkim_canon::{KeyRecord, PublicKey, SignatureField};
use dns_txt::Answer;

use crate::crypto::{PreparedKey, VerifySignature};

/// The keys that may have signed, and what the signature says under each.
pub(super) struct Proof<'s> {
    keys: Vec<(Opened, Arc<dyn PreparedKey>)>,
    signature: &'s [u8],
    /// How many signatures may still be verified.
    left: usize,
}

/// What a signature holds under a key.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Opened {
    /// The digest that was signed with this key.
    Digest([u8; 32]),
    /// Nothing: it was made with another key, or damaged.
    Nothing,
    /// That cannot be told: not for Ed25519, and not worth its time for very large numbers.
    Unknown,
}

impl<'s> Proof<'s> {
    /// With the keys in an answer that are of the signature's kind.
    pub(super) fn new(
        tags: &'s SignatureField,
        answer: &Answer,
        crypto: &dyn VerifySignature,
    ) -> Self {
        let mut keys = Vec::new();
        for text in answer.texts().take(MOST_RECORDS) {
            let Ok(record) = KeyRecord::parse(text) else {
                continue;
            };
            if record.key_type() == tags.algorithm().key_type()
                && let Ok(key) = record.public_key()
                && let Ok(prepared) = crypto.prepare(key)
            {
                keys.push((open(&key, tags.signature()), prepared));
            }
        }
        Self {
            keys,
            signature: tags.signature(),
            left: MOST_CHECKS,
        }
    }

    /// Whether there is no key to try anything with.
    pub(super) fn is_idle(&self) -> bool {
        self.keys.is_empty()
    }

    /// Whether the signature is known not to be made with any of the keys.
    pub(super) fn is_foreign(&self) -> bool {
        !self.is_idle()
            && self
                .keys
                .iter()
                .all(|(opened, _)| *opened == Opened::Nothing)
    }

    /// Whether the signature is known to be made with one of the keys.
    pub(super) fn is_own(&self) -> bool {
        self.keys
            .iter()
            .any(|(opened, _)| matches!(opened, Opened::Digest(_)))
    }

    /// Whether the signature is that of this digest. Once too many were verified, none is.
    pub(super) fn fits(&mut self, digest: &[u8; 32]) -> bool {
        for (opened, key) in &self.keys {
            let possible = match opened {
                Opened::Digest(signed) => signed == digest,
                Opened::Nothing => false,
                Opened::Unknown => true,
            };
            if !possible {
                continue;
            }
            let Some(left) = self.left.checked_sub(1) else {
                return false;
            };
            self.left = left;
            if key.verify(digest, self.signature).is_ok() {
                return true;
            }
        }
        false
    }
}

/// RFC 8017 §8.2.2, steps 1 and 2, and what step 3 would compare with.
fn open(key: &PublicKey<'_>, signature: &[u8]) -> Opened {
    let PublicKey::Rsa {
        modulus, exponent, ..
    } = key
    else {
        return Opened::Unknown;
    };
    if modulus.len() > LARGEST_MODULUS || exponent.len() > LARGEST_EXPONENT {
        return Opened::Unknown;
    }
    if signature.len() != modulus.len() || signature >= *modulus {
        return Opened::Nothing;
    }
    let block = power(signature, exponent, modulus);
    let Some((padding, digest)) = block.split_last_chunk::<32>() else {
        return Opened::Nothing;
    };
    // RFC 8017 §9.2: 0x00 0x01, octets of 0xff, 0x00, and the identifier of SHA-256.
    let filled = padding
        .strip_suffix(SHA256_PREFIX)
        .and_then(|padding| padding.strip_prefix(&[0, 1])?.strip_suffix(&[0]));
    match filled {
        Some(filled) if filled.iter().all(|&octet| octet == 0xff) => Opened::Digest(*digest),
        _ if block.starts_with(&[0, 1, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff]) => {
            Opened::Unknown
        }
        _ => Opened::Nothing,
    }
}

/// `base ^ exponent mod modulus`, all big-endian, `base` below `modulus` and as long.
///
/// The numbers are public, so the time that it takes may be seen; and no verdict depends on it:
/// whatever it makes likely is verified by the implementation that makes the verdicts.
fn power(base: &[u8], exponent: &[u8], modulus: &[u8]) -> Vec<u8> {
    let modulus = Number::new(modulus);
    let base = Number::new(base);
    let bits = exponent
        .iter()
        .flat_map(|octet| (0..8).rev().map(move |bit| octet >> bit & 1));
    let mut result = base.clone();
    for bit in bits.skip_while(|&bit| bit == 0).skip(1) {
        result = result.times(&result, &modulus);
        if bit == 1 {
            result = result.times(&base, &modulus);
        }
    }
    result.to_octets()
}

/// A number in limbs, the lowest first.
#[derive(Clone)]
struct Number {
    limbs: Vec<u64>,
    octets: usize,
}

impl Number {
    fn new(octets: &[u8]) -> Self {
        let limbs = octets.rchunks(8).map(|limb| {
            limb.iter()
                .fold(0, |limb, &octet| limb << 8 | u64::from(octet))
        });
        Self {
            limbs: limbs.collect(),
            octets: octets.len(),
        }
    }

    fn to_octets(&self) -> Vec<u8> {
        let octets: Vec<u8> = self
            .limbs
            .iter()
            .flat_map(|limb| limb.to_le_bytes())
            .collect();
        octets.into_iter().take(self.octets).rev().collect()
    }

    /// Both below the modulus. Bit by bit: doubled, and added to.
    fn times(&self, other: &Self, modulus: &Self) -> Self {
        let mut product = Self {
            limbs: vec![0; modulus.limbs.len()],
            octets: modulus.octets,
        };
        for &limb in self.limbs.iter().rev() {
            for bit in (0..u64::BITS).rev() {
                let carry = product.double();
                product.reduce(carry, modulus);
                if limb >> bit & 1 == 1 {
                    let carry = product.add(other);
                    product.reduce(carry, modulus);
                }
            }
        }
        product
    }

    fn double(&mut self) -> bool {
        let mut carry = 0;
        for limb in &mut self.limbs {
            let high = *limb >> 63;
            *limb = *limb << 1 | carry;
            carry = high;
        }
        carry == 1
    }

    fn add(&mut self, other: &Self) -> bool {
        let mut carry = false;
        for (limb, &added) in self.limbs.iter_mut().zip(&other.limbs) {
            let (sum, first) = limb.overflowing_add(added);
            let (sum, second) = sum.overflowing_add(u64::from(carry));
            *limb = sum;
            carry = first | second;
        }
        carry
    }

    /// Takes the modulus away once, if the number with its carry is not below it.
    fn reduce(&mut self, carry: bool, modulus: &Self) {
        if !carry && self.limbs.iter().rev().lt(modulus.limbs.iter().rev()) {
            return;
        }
        let mut borrow = false;
        for (limb, &taken) in self.limbs.iter_mut().zip(&modulus.limbs) {
            let (difference, first) = limb.overflowing_sub(taken);
            let (difference, second) = difference.overflowing_sub(u64::from(borrow));
            *limb = difference;
            borrow = first | second;
        }
    }
}

/// The DER of a `DigestInfo` up to the digest, for SHA-256 (RFC 8017 §9.2).
const SHA256_PREFIX: &[u8] = &[
    0x30, 0x31, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01, 0x05,
    0x00, 0x04, 0x20,
];

/// In octets: 4096 bits, which every verifier must handle (RFC 8301 §3.2).
const LARGEST_MODULUS: usize = 512;

/// In octets: the exponent of nearly all keys is 65537.
const LARGEST_EXPONENT: usize = 3;

/// As many as a verdict comes from.
const MOST_RECORDS: usize = 4;

/// Verifications of one signature, where what it signs cannot be told beforehand. Ed25519 takes
/// less than 50 µs for each.
const MOST_CHECKS: usize = 128;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn powers_are_those_of_small_numbers() {
        for (base, exponent, modulus) in [
            (5_u64, 3_u8, 1_000_003_u64),
            (77, 17, 251),
            (2, 65, 0xffff_ffff_ffff_ffc5),
        ] {
            let expected = (0..exponent).fold(1_u128, |power, _| {
                power * u128::from(base) % u128::from(modulus)
            });
            let got = power(&base.to_be_bytes(), &[exponent], &modulus.to_be_bytes());
            assert_eq!(got, expected.to_be_bytes()[8..]);
        }
    }
}
