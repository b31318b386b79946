//! What the stories share.

use core::convert::Infallible;

use dkim_sign::rand_core::{TryCryptoRng, TryRng};
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

    #[allow(dead_code, reason = "not every story asks")]
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
