//! What keeps a text from being a private key.

use core::fmt;

use thiserror::Error;

/// Why a text is not a private key that can sign.
#[derive(Clone, Copy, Debug, Eq, Error, PartialEq)]
#[non_exhaustive]
pub enum PrivateKeyError {
    /// Characters that base64 does not have, or too few of them.
    #[error("the key is not valid base64, with or without the borders of PEM")]
    Base64,
    /// The BEGIN or END of a PEM block shares its line with something else, as when line ends were
    /// lost.
    #[error("the BEGIN and END of the PEM block are not on lines of their own")]
    Borders,
    /// Nothing but white space.
    #[error("the key is empty")]
    Empty,
    /// Protected by a passphrase, which this crate does not take.
    #[error("the private key is encrypted; store it decrypted, readable by its owner alone")]
    Encrypted,
    /// The numbers do not make a key: the primes do not multiply to the modulus, for example.
    #[error("the numbers of the private key do not belong together")]
    Inconsistent,
    /// Something else than an RSA or Ed25519 private key.
    #[error("expected an RSA or Ed25519 private key, found {found}")]
    Kind {
        /// What it is.
        found: Found,
    },
    /// It began as a private key, but its structure is not that of one.
    #[error("the private key is malformed")]
    Malformed,
    /// A PEM file of more than one private key.
    #[error("more than one private key in the file")]
    Several,
    /// An RSA modulus of more than 8192 bits.
    #[error("the RSA key has {bits} bits, more than 8192")]
    TooLarge {
        /// Bits of the modulus.
        bits: usize,
    },
    /// An RSA modulus of fewer than 1024 bits (RFC 8301 §3.2).
    #[error("the RSA key has {bits} bits, fewer than 1024")]
    TooSmall {
        /// Bits of the modulus.
        bits: usize,
    },
    /// Octets behind the end of the key.
    #[error("the private key is followed by other octets")]
    Trailing,
    /// The end of the key is missing.
    #[error("the private key is cut off before its end")]
    Truncated,
}

impl PrivateKeyError {
    pub(super) fn other(found: Found) -> Self {
        Self::Kind { found }
    }
}

/// What a text holds in place of a private key that can sign.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Found {
    /// An X.509 certificate.
    Certificate,
    /// A request for an X.509 certificate.
    CertificateRequest,
    /// A DSA private key.
    DsaKey,
    /// A private key on another elliptic curve.
    EcKey,
    /// The record that publishes the public key.
    KeyRecord,
    /// An RSA private key of more than two primes.
    MultiPrimeRsaKey,
    /// A private key in OpenSSH's own format.
    OpenSshKey,
    /// Nothing that is known here.
    Other,
    /// A public key.
    PublicKey,
    /// An RSA private key that is bound to the PSS scheme, which DKIM does not use.
    RsaPssKey,
    /// Text in UTF-16, such as some shells write.
    Utf16,
}

impl fmt::Display for Found {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Certificate => "a certificate",
            Self::CertificateRequest => "a certificate request",
            Self::DsaKey => "a DSA private key",
            Self::EcKey => "a private key on another elliptic curve",
            Self::KeyRecord => "the record that publishes a key",
            Self::MultiPrimeRsaKey => "an RSA private key of more than two primes",
            Self::OpenSshKey => "a private key in OpenSSH's format",
            Self::Other => "something else",
            Self::PublicKey => "a public key",
            Self::RsaPssKey => "an RSA private key for PSS only",
            Self::Utf16 => "text in UTF-16",
        })
    }
}
