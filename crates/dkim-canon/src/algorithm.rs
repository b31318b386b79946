//! The signing algorithms ([RFC 6376] §3.3, [RFC 8301] §3.1, [RFC 8463] §3).
//!
//! [RFC 6376]: https://www.rfc-editor.org/rfc/rfc6376
//! [RFC 8301]: https://www.rfc-editor.org/rfc/rfc8301
//! [RFC 8463]: https://www.rfc-editor.org/rfc/rfc8463

use core::fmt;

/// A signing algorithm, as `a=` names it.
///
/// `rsa-sha1` is not among them: RFC 8301 §3.1 forbids to sign and to verify with it. A signature
/// that names it is refused with a cause of its own.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum Algorithm {
    /// Ed25519 over the SHA-256 digest (RFC 8463 §3).
    Ed25519Sha256,
    /// RSASSA-PKCS1-v1_5 with SHA-256 (RFC 6376 §3.3.2).
    RsaSha256,
}

impl Algorithm {
    /// The algorithm's name in `a=`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Ed25519Sha256 => "ed25519-sha256",
            Self::RsaSha256 => "rsa-sha256",
        }
    }

    /// Reads an algorithm's name; `None` if it is not one that may be used.
    pub fn parse(name: &[u8]) -> Option<Self> {
        match name {
            b"ed25519-sha256" => Some(Self::Ed25519Sha256),
            b"rsa-sha256" => Some(Self::RsaSha256),
            _ => None,
        }
    }

    /// The kind of key it needs.
    pub fn key_type(self) -> KeyType {
        match self {
            Self::Ed25519Sha256 => KeyType::Ed25519,
            Self::RsaSha256 => KeyType::Rsa,
        }
    }

    /// The hash it is used with.
    pub fn hash(self) -> HashAlgorithm {
        match self {
            Self::Ed25519Sha256 | Self::RsaSha256 => HashAlgorithm::Sha256,
        }
    }
}

impl fmt::Display for Algorithm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// A kind of key, as `k=` of a key record names it.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum KeyType {
    /// RFC 8463 §4.2.
    Ed25519,
    /// RFC 6376 §3.6.1; what a record without `k=` holds.
    Rsa,
}

impl KeyType {
    /// The name in `k=`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Ed25519 => "ed25519",
            Self::Rsa => "rsa",
        }
    }

    /// Reads a name; `None` for a kind of key that is not known here.
    pub fn parse(name: &[u8]) -> Option<Self> {
        match name {
            b"ed25519" => Some(Self::Ed25519),
            b"rsa" => Some(Self::Rsa),
            _ => None,
        }
    }
}

impl fmt::Display for KeyType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// A hash algorithm, as `h=` of a key record names it.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum HashAlgorithm {
    /// SHA-256.
    Sha256,
}

impl HashAlgorithm {
    /// The name in `h=`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Sha256 => "sha256",
        }
    }
}

impl fmt::Display for HashAlgorithm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_as_they_are_printed() {
        for algorithm in [Algorithm::Ed25519Sha256, Algorithm::RsaSha256] {
            assert_eq!(
                Algorithm::parse(algorithm.as_str().as_bytes()),
                Some(algorithm)
            );
            let key_type = algorithm.key_type();
            assert_eq!(KeyType::parse(key_type.as_str().as_bytes()), Some(key_type));
        }
    }

    #[test]
    fn c13_sha1_and_unknown_names_are_no_algorithm() {
        for name in [
            "rsa-sha1",
            "RSA-SHA256",
            "rsa-md5",
            "rsa",
            "",
            "rsa-sha256 ",
        ] {
            assert_eq!(Algorithm::parse(name.as_bytes()), None, "{name}");
        }
    }
}
