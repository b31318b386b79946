//! The words that methods, results and properties are named with.

use alloc::boxed::Box;
use core::fmt;
use core::str::FromStr;

use mail_address::rfc5322::{TextError, Token};
use thiserror::Error;

/// Letters, digits and hyphens, the last no hyphen: `Keyword` of RFC 5321 §4.1.2, in lower case.
#[derive(Clone, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Keyword {
    text: Box<str>,
}

impl Keyword {
    /// Reads a keyword; case makes no difference.
    pub fn parse(octets: &[u8]) -> Result<Self, KeywordError> {
        let token = Token::new(octets)?;
        let is_letter = |octet: u8| octet.is_ascii_alphanumeric() || octet == b'-';
        if let Some(offset) = octets.iter().position(|&octet| !is_letter(octet)) {
            return Err(KeywordError::Octet { offset });
        }
        if octets.ends_with(b"-") {
            return Err(KeywordError::TrailingHyphen);
        }
        Ok(Self {
            text: token.as_str().to_ascii_lowercase().into_boxed_str(),
        })
    }

    /// The keyword in lower case.
    pub fn as_str(&self) -> &str {
        &self.text
    }
}

impl AsRef<str> for Keyword {
    fn as_ref(&self) -> &str {
        self.as_str()
    }
}

impl fmt::Debug for Keyword {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Keyword({self})")
    }
}

impl fmt::Display for Keyword {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.text)
    }
}

impl FromStr for Keyword {
    type Err = KeywordError;

    fn from_str(text: &str) -> Result<Self, KeywordError> {
        Self::parse(text.as_bytes())
    }
}

/// Why octets are not a [`Keyword`].
#[derive(Clone, Copy, Debug, Eq, Error, PartialEq)]
#[non_exhaustive]
pub enum KeywordError {
    /// Something else than a letter, a digit or a hyphen.
    #[error("octet {offset} cannot stand in a keyword")]
    Octet {
        /// Where it stands, counted from 0.
        offset: usize,
    },
    /// Nothing that could stand in a field as one word.
    #[error(transparent)]
    Text(#[from] TextError),
    /// A hyphen at the end.
    #[error("a keyword ends with a hyphen")]
    TrailingHyphen,
}

/// A keyword that no registry entry of its kind is named with.
#[derive(Clone, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Unregistered {
    keyword: Keyword,
}

impl Unregistered {
    /// Only for a keyword that was looked up and not found: equal things are equal values.
    pub(crate) fn new(keyword: Keyword) -> Self {
        Self { keyword }
    }

    /// The keyword.
    pub fn keyword(&self) -> &Keyword {
        &self.keyword
    }
}

impl fmt::Debug for Unregistered {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Unregistered({})", self.keyword)
    }
}

/// Declares the entries of an IANA registry as an enum with room for others.
macro_rules! registry {
    (
        $(#[$about:meta])*
        pub enum $Name:ident {
            $($(#[$entry_about:meta])* $Entry:ident = $text:literal,)*
        }
    ) => {
        $(#[$about])*
        #[derive(Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
        #[non_exhaustive]
        pub enum $Name {
            $($(#[$entry_about])* $Entry,)*
            /// A keyword of no registry entry; [`From`] tells.
            Unregistered(crate::keyword::Unregistered),
        }

        impl $Name {
            /// The keyword, in lower case.
            pub fn as_str(&self) -> &str {
                match self {
                    $(Self::$Entry => $text,)*
                    Self::Unregistered(other) => other.keyword().as_str(),
                }
            }
        }

        impl core::fmt::Display for $Name {
            fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                f.pad(self.as_str())
            }
        }

        impl From<crate::keyword::Keyword> for $Name {
            fn from(keyword: crate::keyword::Keyword) -> Self {
                match keyword.as_str() {
                    $($text => Self::$Entry,)*
                    _ => Self::Unregistered(crate::keyword::Unregistered::new(keyword)),
                }
            }
        }

        impl core::str::FromStr for $Name {
            type Err = crate::keyword::KeywordError;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                text.parse().map(crate::keyword::Keyword::into)
            }
        }
    };
}

pub(crate) use registry;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn case_makes_no_difference_and_the_alphabet_is_small() {
        assert_eq!("X-TLS".parse::<Keyword>().unwrap().as_str(), "x-tls");
        for (text, why) in [
            ("", KeywordError::Text(TextError::Empty)),
            ("a_b", KeywordError::Octet { offset: 1 }),
            ("a.b", KeywordError::Octet { offset: 1 }),
            ("a-", KeywordError::TrailingHyphen),
            (
                "a b",
                KeywordError::Text(TextError::Separator { offset: 1 }),
            ),
        ] {
            assert_eq!(text.parse::<Keyword>(), Err(why), "{text}");
        }
    }
}
