//! Domains that identify somebody: the strict subset of [`Name`] that identities are written in.

use alloc::borrow::ToOwned;
use alloc::boxed::Box;
use core::fmt;
use core::str::FromStr;

use thiserror::Error;

use crate::name::{Name, NameError};

/// A domain of letters, digits, hyphens and underscores, kept as text in lower case.
///
/// What `d=`, `s=`, MAIL FROM, HELO and From name. Nothing in it can open a comment, a quoted
/// string or a second line where it is printed. Labels are A-labels; underscores are accepted
/// because selectors and host names in use hold them, and hyphens wherever they stand, as the DNS
/// does. Without a trailing dot: RFC 5321 §4.1.2 and RFC 6376 §3.5 have none.
#[derive(Clone, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Domain {
    text: Box<str>,
}

impl Domain {
    /// Reads a domain of one label or more, at most 253 octets. A dot at the end makes an empty
    /// label, which is an error: take it off where people may write one.
    pub fn parse(octets: &[u8]) -> Result<Self, DomainError> {
        let odd = |&(_, &octet): &(usize, &u8)| !is_domain_octet(octet);
        if let Some((offset, &octet)) = octets.iter().enumerate().find(odd) {
            return Err(DomainError::Octet { octet, offset });
        }
        if octets.len() > MAX_TEXT {
            return Err(NameError::NameTooLong.into());
        }
        for label in octets.split(|&octet| octet == b'.') {
            match label.len() {
                0 => return Err(NameError::EmptyLabel.into()),
                1..=MAX_LABEL => {}
                _ => return Err(NameError::LabelTooLong.into()),
            }
        }
        let text = core::str::from_utf8(octets).expect("every octet is ASCII, by the above");
        Ok(Self {
            text: text.to_ascii_lowercase().into_boxed_str(),
        })
    }

    /// The domain as text, in lower case, without a trailing dot.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The labels, the leftmost first. Never empty.
    pub fn labels(&self) -> impl DoubleEndedIterator<Item = &str> {
        self.text.split('.')
    }

    /// The name to ask the DNS for.
    pub fn to_name(&self) -> Name {
        Name::from_dotted(self.text.as_bytes())
            .expect("the lengths of a domain are checked when it is parsed")
    }

    /// The domain without its leftmost label; `None` if it has one label.
    pub fn parent(&self) -> Option<Self> {
        let (_, parent) = self.text.split_once('.')?;
        Some(Self {
            text: parent.to_owned().into_boxed_str(),
        })
    }

    /// Whether this domain is `ancestor` or stands below it.
    pub fn is_within(&self, ancestor: &Self) -> bool {
        match self.text.strip_suffix(&*ancestor.text) {
            Some("") => true,
            Some(left) => left.ends_with('.'),
            None => false,
        }
    }
}

impl AsRef<str> for Domain {
    fn as_ref(&self) -> &str {
        self.as_str()
    }
}

impl fmt::Debug for Domain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Domain({self})")
    }
}

impl fmt::Display for Domain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.text)
    }
}

impl From<&Domain> for Name {
    fn from(domain: &Domain) -> Self {
        domain.to_name()
    }
}

impl FromStr for Domain {
    type Err = DomainError;

    fn from_str(text: &str) -> Result<Self, DomainError> {
        Self::parse(text.as_bytes())
    }
}

/// Why octets are not a [`Domain`].
#[derive(Clone, Copy, Debug, Eq, Error, PartialEq)]
#[non_exhaustive]
pub enum DomainError {
    /// A label that IDNA does not allow; only from `Domain::from_unicode` (feature `idna`).
    #[error("not a valid internationalized domain name")]
    Idna,
    /// The labels do not make a name.
    #[error(transparent)]
    Name(#[from] NameError),
    /// Something else than a letter, a digit, a hyphen, an underscore or a dot.
    #[error("'{}' at octet {offset} cannot stand in a domain", octet.escape_ascii())]
    Octet {
        /// What it is.
        octet: u8,
        /// Where it stands, counted from 0.
        offset: usize,
    },
}

fn is_domain_octet(octet: u8) -> bool {
    octet.is_ascii_alphanumeric() || matches!(octet, b'-' | b'.' | b'_')
}

/// RFC 1035 §2.3.4.
const MAX_LABEL: usize = 63;

/// RFC 1035 §2.3.4: what 255 octets on the wire are as text.
const MAX_TEXT: usize = 253;

#[cfg(test)]
mod tests {
    use alloc::vec;

    use super::*;

    fn domain(text: &str) -> Domain {
        text.parse().unwrap()
    }

    #[test]
    fn letters_are_folded_and_the_name_is_the_same() {
        let domain = domain("Sel_1._DomainKey.Example.COM");
        assert_eq!(domain.as_str(), "sel_1._domainkey.example.com");
        assert_eq!(
            domain.to_name(),
            "sel_1._domainkey.example.com".parse().unwrap()
        );
    }

    #[test]
    fn a04_nothing_in_a_domain_can_open_a_comment_or_a_string() {
        for (octets, offset) in [
            (&b"legit.example(.attack.example"[..], 13),
            (b"legit.example\".attack.example", 13),
            (b"legit.example'.attack.example", 13),
            (b"legit example", 5),
            (b"legit.example\0.any", 13),
            (b"legit.example\r\n", 13),
            (b"[192.0.2.1]", 0),
            (b"b\xc3\xbccher.example", 1),
        ] {
            let octet = octets[offset];
            let refused = Err(DomainError::Octet { octet, offset });
            assert_eq!(Domain::parse(octets), refused);
        }
    }

    #[test]
    fn empty_labels_and_long_ones_are_refused() {
        for octets in [&b""[..], b".", b"a..b", b".a", b"a."] {
            assert_eq!(Domain::parse(octets), Err(NameError::EmptyLabel.into()));
        }
        assert!(Domain::parse(&[b'a'; 63]).is_ok());
        assert_eq!(
            Domain::parse(&[b'a'; 64]),
            Err(NameError::LabelTooLong.into())
        );
        let long = vec![vec![b'a'; 63]; 4].join(&b'.');
        assert!(Domain::parse(&long[2..]).is_ok());
        assert_eq!(
            Domain::parse(&long[1..]),
            Err(NameError::NameTooLong.into())
        );
    }

    #[test]
    fn a_domain_is_within_itself_and_its_ancestors_only() {
        let child = domain("a.b.example");
        for (ancestor, within) in [
            ("a.b.example", true),
            ("b.example", true),
            ("example", true),
            ("xample", false),
        ] {
            assert_eq!(child.is_within(&domain(ancestor)), within, "{ancestor}");
        }
        assert_eq!(child.parent(), Some(domain("b.example")));
        assert_eq!(domain("example").parent(), None);
    }
}
