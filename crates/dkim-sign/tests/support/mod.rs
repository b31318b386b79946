//! What the stories share.
#![allow(dead_code, reason = "each test binary uses a part of it")]

use core::convert::Infallible;

use dkim_canon::{Algorithm, Header, UnixTime};
use dkim_sign::rand_core::{TryCryptoRng, TryRng};
use dkim_sign::{SignRequest, Signer, Unsigned};
use dns_txt::Domain;
use sha2::{Digest, Sha256};

/// The same octets at each run: SHA-256 of a seed and a counter.
pub(crate) struct SameEachTime {
    seed: u8,
    counter: u64,
}

impl SameEachTime {
    pub(crate) fn new(seed: u8) -> Self {
        Self { seed, counter: 0 }
    }

    pub(crate) fn has_been_used(&self) -> bool {
        self.counter > 0
    }
}

impl TryRng for SameEachTime {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        let mut octets = [0; 4];
        self.try_fill_bytes(&mut octets)?;
        Ok(u32::from_le_bytes(octets))
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        let mut octets = [0; 8];
        self.try_fill_bytes(&mut octets)?;
        Ok(u64::from_le_bytes(octets))
    }

    fn try_fill_bytes(&mut self, octets: &mut [u8]) -> Result<(), Infallible> {
        for chunk in octets.chunks_mut(32) {
            let digest = Sha256::new()
                .chain_update([self.seed])
                .chain_update(self.counter.to_le_bytes())
                .finalize();
            chunk.copy_from_slice(&digest[..chunk.len()]);
            self.counter += 1;
        }
        Ok(())
    }
}

impl TryCryptoRng for SameEachTime {}

pub(crate) fn unsigned(message: &str, request: &SignRequest) -> Unsigned {
    let (header, body) = Header::split(message.as_bytes());
    let mut signer = Signer::begin(&header, [request], NOW).unwrap();
    signer.body(body);
    signer.finish().remove(0)
}

pub(crate) fn request(algorithm: Algorithm) -> SignRequest {
    let selector = domain(algorithm.key_type().as_str());
    SignRequest::new(algorithm, domain("example.com"), selector)
}

pub(crate) fn domain(text: &str) -> Domain {
    text.parse().unwrap()
}

pub(crate) const ED25519: &[u8] = include_bytes!("../../testdata/test-ed25519-pkcs8.pem");
pub(crate) const MESSAGE: &str = "From: alice@example.com\r\nTo: bob@example.org\r\nSubject: Lunch?\r\n\
                       Date: Tue, 24 Nov 2026 05:00:00 +0000\r\n\r\nAt noon.\r\n";
pub(crate) const NOW: UnixTime = UnixTime::from_secs(1_795_500_000);
