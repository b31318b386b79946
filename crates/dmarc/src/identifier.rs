//! Identifiers that the other checks vouch for, and whether they are the author's.

use core::fmt;

use dns_txt::Domain;

/// A domain that SPF or DKIM looked at (RFC 9989 §3.2.1).
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
#[expect(clippy::exhaustive_structs, reason = "a caller makes them")]
pub struct Identifier {
    /// The domain: of MAIL FROM, or `d=` of a signature. Where the reverse-path is null it is the
    /// name of HELO (RFC 7208 §2.4); a pass of the HELO identity itself is not for DMARC
    /// (RFC 9989 §3.2.4).
    pub domain: Domain,
    /// Which check it is of.
    pub mechanism: Mechanism,
    /// What that check found.
    pub outcome: Outcome,
}

/// The checks that DMARC builds on (RFC 9989 §4.3).
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[expect(clippy::exhaustive_enums, reason = "RFC 9989 §4.3 builds on these two")]
pub enum Mechanism {
    /// A DKIM signature.
    Dkim,
    /// SPF of MAIL FROM.
    Spf,
}

impl Mechanism {
    /// `DKIM` or `SPF`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Dkim => "DKIM",
            Self::Spf => "SPF",
        }
    }
}

impl fmt::Display for Mechanism {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// What a check found about its identifier.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[expect(clippy::exhaustive_enums, reason = "it is, it is not, or nobody knows")]
pub enum Outcome {
    /// The check passed. Nothing else counts (RFC 9989 §4.4).
    Authenticated,
    /// The check has another result.
    NotAuthenticated,
    /// The check has no result yet, or had none for want of an answer (`temperror`).
    Unsettled,
}

/// How an identifier and the author's domain are related (RFC 9989 §4.4).
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[expect(clippy::exhaustive_enums, reason = "RFC 9989 §4.4, or unknown")]
pub enum Alignment {
    /// They have nothing to do with each other, or not enough for the mode of the record; also of
    /// an identifier that was not looked at, for it is not authenticated.
    NotAligned,
    /// They are of the same organization.
    Relaxed,
    /// They are the same.
    Strict,
    /// The DNS did not say.
    Unknown,
}
