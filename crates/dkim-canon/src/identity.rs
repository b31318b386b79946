//! On whose behalf a message was signed, `i=` ([RFC 6376] §3.5).
//!
//! [RFC 6376]: https://www.rfc-editor.org/rfc/rfc6376

use alloc::boxed::Box;
use alloc::vec::Vec;
use core::fmt;

use dns_txt::Domain;

/// The agent or user identifier: octets that mean something to the signer, and a domain.
///
/// The local part looks like that of an address and need not be one, so it is not checked.
#[derive(Clone, Eq, Hash, PartialEq)]
pub struct Identity {
    local_part: Box<[u8]>,
    domain: Domain,
}

impl Identity {
    /// An identity; the local part may be empty.
    pub fn new(local_part: impl Into<Box<[u8]>>, domain: Domain) -> Self {
        Self {
            local_part: local_part.into(),
            domain,
        }
    }

    /// What stands before the `@`, decoded; often nothing.
    pub fn local_part(&self) -> &[u8] {
        &self.local_part
    }

    /// What stands behind the `@`.
    pub fn domain(&self) -> &Domain {
        &self.domain
    }

    /// Both, with the `@`, decoded: what a report shows.
    pub fn to_octets(&self) -> Vec<u8> {
        let domain = self.domain.as_str().as_bytes();
        [&*self.local_part, b"@", domain].concat()
    }
}

impl fmt::Debug for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "Identity({}@{})",
            self.local_part.escape_ascii(),
            self.domain
        )
    }
}
