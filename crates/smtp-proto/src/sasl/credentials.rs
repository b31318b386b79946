//! A user name and a password as a client sent them.

use alloc::string::String;

use super::Secret;

/// What a client sent with `PLAIN` or `LOGIN`: a claim, until the caller has compared it.
///
/// The names are what the client wrote. SASLprep (RFC 4616 §2), where it matters, is the caller's.
#[derive(Clone, Debug)]
pub struct Credentials {
    authzid: Option<String>,
    authcid: String,
    password: Secret,
}

impl Credentials {
    pub(super) fn new(authzid: Option<String>, authcid: String, password: Secret) -> Self {
        Self {
            authzid,
            authcid,
            password,
        }
    }

    /// The authorization identity: whom the client wants to act as, if it says so.
    ///
    /// A right password alone does not permit that: whether this user may act as that one is for
    /// the caller to decide.
    pub fn authzid(&self) -> Option<&str> {
        self.authzid.as_deref()
    }

    /// The authentication identity: whose password this is. Never empty.
    pub fn authcid(&self) -> &str {
        &self.authcid
    }

    /// The password's octets, for a caller that stores hashes. Never empty.
    pub fn password(&self) -> &[u8] {
        self.password.expose()
    }

    /// Whether the password is `expected`. The time taken does not tell where they differ.
    pub fn password_is(&self, expected: &[u8]) -> bool {
        self.password.is(expected)
    }
}
