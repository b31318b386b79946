//! Why a domain refuses a client, in words for a person (RFC 7208 §6.2).

use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

use dns_txt::Domain;

/// Why a domain refuses a client: printable ASCII on one line.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum Explanation {
    /// What the domain publishes: words of a third party, to be marked as such (RFC 7208 §8.4).
    Domain {
        /// The domain that was checked.
        domain: Domain,
        /// Its words, without the mark.
        text: Box<str>,
    },
    /// What the caller gave for domains that publish nothing.
    Receiver(Box<str>),
}

impl Explanation {
    /// The words alone, without a mark whose they are.
    pub fn text(&self) -> &str {
        match self {
            Self::Domain { text, .. } | Self::Receiver(text) => text,
        }
    }

    /// The caller's words, kept to one line of printable ASCII as the others are.
    pub(crate) fn receiver(text: Box<str>) -> Self {
        let printable = |letter: char| letter == ' ' || letter.is_ascii_graphic();
        if text.chars().all(printable) {
            return Self::Receiver(text);
        }
        let text: String = text
            .chars()
            .map(|letter| if printable(letter) { letter } else { '?' })
            .collect();
        Self::Receiver(text.into_boxed_str())
    }

    /// The words of a domain; `text` is ASCII.
    pub(crate) fn of_domain(domain: Domain, text: Vec<u8>) -> Option<Self> {
        let text = String::from_utf8(text).ok()?.into_boxed_str();
        Some(Self::Domain { domain, text })
    }
}

/// Words of the domain are marked as RFC 7208 §8.4 does: `example.com explains: …`
impl fmt::Display for Explanation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Domain { domain, text } => write!(f, "{domain} explains: {text}"),
            Self::Receiver(text) => f.write_str(text),
        }
    }
}
