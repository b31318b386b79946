//! SHA-256 of the header and the body, and one operation with a key that is ready.

use std::hint::black_box;

use dkim_sign::Algorithm;

use crate::harness::Task;
use crate::input::dkim::{private_key, split};

/// Hashes, and verifies one signature.
pub fn verify(algorithm: Algorithm, message: &[u8]) -> Task {
    let (header, body) = split(message);
    let mut signature = Vec::new();
    let sign = backend::signer(algorithm, &private_key(algorithm));
    sign(&header, &mut signature);
    let verify = backend::verifier(algorithm);
    Task::new("floor: SHA-256 and one verification", move || {
        black_box(backend::sha256(black_box(&body)));
        verify(black_box(&header), &signature);
    })
}

/// Hashes, and makes one signature.
pub fn sign(algorithm: Algorithm, message: &[u8]) -> Task {
    let (header, body) = split(message);
    let sign = backend::signer(algorithm, &private_key(algorithm));
    let mut signature = Vec::new();
    Task::new("floor: SHA-256 and one signature", move || {
        black_box(backend::sha256(black_box(&body)));
        sign(black_box(&header), &mut signature);
        black_box(&signature);
    })
}

/// Hashes a body as it is.
pub fn body(body: Vec<u8>) -> Task {
    Task::new("floor: SHA-256", move || {
        black_box(backend::sha256(black_box(&body)));
    })
}

type Sign = Box<dyn Fn(&[u8], &mut Vec<u8>)>;
type Verify = Box<dyn Fn(&[u8], &[u8])>;

#[cfg(feature = "aws-lc")]
mod backend {
    use aws_lc_rs::digest::{SHA256, digest};
    use aws_lc_rs::rand::SystemRandom;
    use aws_lc_rs::signature::{
        ED25519, Ed25519KeyPair, ParsedPublicKey, RSA_PKCS1_1024_8192_SHA256_FOR_LEGACY_USE_ONLY,
        RSA_PKCS1_SHA256, RsaKeyPair,
    };
    use dkim_canon::PublicKey;
    use dkim_sign::{Algorithm, Exposed, PrivateKey};

    use super::{Sign, Verify};
    use crate::input::dkim::record;

    pub fn sha256(octets: &[u8]) -> [u8; 32] {
        digest(&SHA256, octets)
            .as_ref()
            .try_into()
            .expect("32 octets")
    }

    pub fn signer(_: Algorithm, key: &PrivateKey) -> Sign {
        match key.expose() {
            Exposed::Rsa { pkcs1 } => {
                let key = RsaKeyPair::from_der(pkcs1).expect("a key");
                let rng = SystemRandom::new();
                Box::new(move |message, signature| {
                    signature.resize(key.public_modulus_len(), 0);
                    let signed = key.sign(&RSA_PKCS1_SHA256, &rng, message, signature);
                    signed.expect("it can sign");
                })
            }
            Exposed::Ed25519 { seed } => {
                let key = Ed25519KeyPair::from_seed_unchecked(seed).expect("a key");
                Box::new(move |message, signature| {
                    signature.clear();
                    signature.extend_from_slice(key.sign(&sha256(message)).as_ref());
                })
            }
            _ => panic!("a kind of key that DKIM does not have"),
        }
    }

    pub fn verifier(algorithm: Algorithm) -> Verify {
        let record = record(algorithm);
        match record.public_key().expect("a key") {
            PublicKey::Ed25519(point) => {
                let key = ParsedPublicKey::new(&ED25519, point).expect("a key");
                Box::new(move |message, signature| {
                    key.verify_sig(&sha256(message), signature).expect("fits");
                })
            }
            PublicKey::Rsa { pkcs1, .. } => {
                let algorithm = &RSA_PKCS1_1024_8192_SHA256_FOR_LEGACY_USE_ONLY;
                let key = ParsedPublicKey::new(algorithm, pkcs1).expect("a key");
                Box::new(move |message, signature| {
                    key.verify_sig(message, signature).expect("fits");
                })
            }
        }
    }
}

#[cfg(feature = "rust-crypto")]
mod backend {
    use dkim_canon::PublicKey;
    use dkim_sign::rand_core::UnwrapErr;
    use dkim_sign::{Algorithm, Exposed, PrivateKey};
    use ed25519_dalek::Signer as _;
    use getrandom::SysRng;
    use rsa::Pkcs1v15Sign;
    use rsa::pkcs1::DecodeRsaPrivateKey as _;
    use sha2::{Digest as _, Sha256};

    use super::{Sign, Verify};
    use crate::input::dkim::record;

    pub fn sha256(octets: &[u8]) -> [u8; 32] {
        Sha256::digest(octets).into()
    }

    pub fn signer(_: Algorithm, key: &PrivateKey) -> Sign {
        match key.expose() {
            Exposed::Rsa { pkcs1 } => {
                let key = rsa::PrivateKey::from_pkcs1_der(pkcs1).expect("a key");
                Box::new(move |message, signature| {
                    let (padding, digest) = (Pkcs1v15Sign::new::<Sha256>(), sha256(message));
                    let signed = key.sign_with_rng(&mut UnwrapErr(SysRng), padding, &digest);
                    *signature = signed.expect("it can sign");
                })
            }
            Exposed::Ed25519 { seed } => {
                let key = ed25519_dalek::SigningKey::from_bytes(seed);
                Box::new(move |message, signature| {
                    signature.clear();
                    signature.extend_from_slice(&key.sign(&sha256(message)).to_bytes());
                })
            }
            _ => panic!("a kind of key that DKIM does not have"),
        }
    }

    pub fn verifier(algorithm: Algorithm) -> Verify {
        let record = record(algorithm);
        match record.public_key().expect("a key") {
            PublicKey::Ed25519(point) => {
                let key = ed25519_dalek::VerifyingKey::from_bytes(point).expect("a key");
                Box::new(move |message, signature| {
                    let signature = ed25519_dalek::Signature::from_slice(signature).expect("64");
                    key.verify_strict(&sha256(message), &signature)
                        .expect("fits");
                })
            }
            PublicKey::Rsa {
                modulus, exponent, ..
            } => {
                let number = rsa::BoxedUint::from_be_slice_vartime;
                let key = rsa::PublicKey::new(number(modulus), number(exponent)).expect("a key");
                Box::new(move |message, signature| {
                    let padding = Pkcs1v15Sign::new::<Sha256>();
                    key.verify(padding, &sha256(message), signature)
                        .expect("fits");
                })
            }
        }
    }
}
