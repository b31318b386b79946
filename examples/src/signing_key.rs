//! A private key made ready to sign, by whichever backend signs with it.

use dkim_aws_lc::SigningKeyError;
use dkim_canon::KeyRecord;
use dkim_sign::rand_core::CryptoRng;
use dkim_sign::{Algorithm, PrivateKey, SignMessage, SigningFailed};

/// A private key made ready to sign.
///
/// AWS-LC takes the same time whatever the key, so it signs where it can. It does not with RSA keys
/// of fewer than 2048 bits; receivers must accept them down to 1024 bits (RFC 8301 §3.2), and who
/// has one published goes on with it until it is replaced.
#[derive(Clone, Debug)]
pub struct SigningKey(Backend);

impl SigningKey {
    /// Checks that the numbers of a key belong together, and makes it ready.
    pub fn new(key: &PrivateKey) -> Result<Self, SigningKeyError> {
        let backend = match dkim_aws_lc::SigningKey::new(key) {
            Err(SigningKeyError::TooShort { .. }) => {
                Backend::RustCrypto(dkim_sign::SigningKey::new(key)?)
            }
            key => Backend::AwsLc(key?),
        };
        Ok(Self(backend))
    }

    /// Reads a key in one of the forms of [`PrivateKey::parse`] and makes it ready.
    pub fn parse(text: &[u8]) -> Result<Self, SigningKeyError> {
        Self::new(&PrivateKey::parse(text)?)
    }

    /// The record that publishes the public half.
    pub fn key_record(&self) -> &KeyRecord {
        match &self.0 {
            Backend::AwsLc(key) => key.key_record(),
            Backend::RustCrypto(key) => key.key_record(),
        }
    }

    fn signer(&self) -> &dyn SignMessage {
        match &self.0 {
            Backend::AwsLc(key) => key,
            Backend::RustCrypto(key) => key,
        }
    }
}

impl SignMessage for SigningKey {
    fn algorithm(&self) -> Algorithm {
        self.signer().algorithm()
    }

    fn sign(&self, message: &[u8], rng: &mut dyn CryptoRng) -> Result<Vec<u8>, SigningFailed> {
        self.signer().sign(message, rng)
    }
}

#[derive(Clone, Debug)]
enum Backend {
    AwsLc(dkim_aws_lc::SigningKey),
    RustCrypto(dkim_sign::SigningKey),
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::Path;

    use super::*;

    #[test]
    fn aws_lc_signs_where_it_can() {
        for (name, is_aws_lc) in [
            ("ed25519-pkcs8", true),
            ("rsa1024-pkcs1", false),
            ("rsa2048-pkcs8", true),
        ] {
            let keys = Path::new(env!("CARGO_MANIFEST_DIR")).join("../crates/dkim-sign/testdata");
            let text = fs::read(keys.join(format!("test-{name}.pem"))).unwrap();
            let key = SigningKey::parse(&text).unwrap();
            assert_eq!(matches!(key.0, Backend::AwsLc(_)), is_aws_lc, "{name}");
        }
    }
}
