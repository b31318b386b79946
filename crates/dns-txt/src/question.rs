//! What a check asks the DNS.

use core::fmt;

use crate::name::{Absolute, Name};

/// One question to the DNS: the records of one kind at one name.
#[derive(Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Question {
    name: Name,
    kind: Kind,
}

impl Question {
    /// Asks for the records of `kind` at `name`.
    pub fn new(name: impl Into<Name>, kind: Kind) -> Self {
        Self {
            name: name.into(),
            kind,
        }
    }

    /// Where the records are looked for.
    pub fn name(&self) -> &Name {
        &self.name
    }

    /// Which records are looked for.
    pub fn kind(&self) -> Kind {
        self.kind
    }

    pub(crate) fn into_parts(self) -> (Name, Kind) {
        (self.name, self.kind)
    }
}

/// As a line of a master file begins: `example.com. TXT`.
impl fmt::Display for Question {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", Absolute(&self.name), self.kind)
    }
}

/// The record types that mail authentication asks for.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
#[non_exhaustive]
pub enum Kind {
    /// IPv4 addresses (RFC 1035 §3.4.1).
    A,
    /// IPv6 addresses (RFC 3596).
    Aaaa,
    /// Mail exchangers (RFC 1035 §3.3.9).
    Mx,
    /// Names of an address (RFC 1035 §3.3.12).
    Ptr,
    /// Text (RFC 1035 §3.3.14).
    Txt,
}

impl Kind {
    pub(crate) const ALL: [Self; 5] = [Self::A, Self::Aaaa, Self::Mx, Self::Ptr, Self::Txt];

    /// The type's mnemonic, in upper case.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::A => "A",
            Self::Aaaa => "AAAA",
            Self::Mx => "MX",
            Self::Ptr => "PTR",
            Self::Txt => "TXT",
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}
