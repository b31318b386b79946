//! The words of a record that are values of their own (RFC 9989 §4.7).

use core::fmt;

/// What a domain owner asks receivers to do with mail that fails: `p`, `sp`, `np`.
///
/// The order is that of strictness.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, Ord, PartialEq, PartialOrd)]
#[expect(clippy::exhaustive_enums, reason = "RFC 9989 §4.8 closes the set")]
pub enum Policy {
    /// No preference.
    #[default]
    None,
    /// Such mail is suspicious.
    Quarantine,
    /// Such mail is not the domain's.
    Reject,
}

impl Policy {
    /// Reads the word, whose case does not matter (RFC 9989 §4.8).
    pub fn parse(word: &[u8]) -> Option<Self> {
        let mut words = [Self::None, Self::Quarantine, Self::Reject].into_iter();
        words.find(|policy| policy.as_str().as_bytes().eq_ignore_ascii_case(word))
    }

    /// The word of the record, which is that of Authentication-Results and of reports too.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Quarantine => "quarantine",
            Self::Reject => "reject",
        }
    }

    /// One level lower: what `t=y` makes of a policy (RFC 9989 §4.7).
    #[must_use]
    pub fn lowered(self) -> Self {
        match self {
            Self::None | Self::Quarantine => Self::None,
            Self::Reject => Self::Quarantine,
        }
    }
}

impl fmt::Display for Policy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// How near an identifier must be to the author's domain: `adkim`, `aspf` (RFC 9989 §4.4).
#[derive(Clone, Copy, Debug, Default, Eq, Hash, PartialEq)]
#[expect(clippy::exhaustive_enums, reason = "RFC 9989 §4.8 closes the set")]
pub enum Mode {
    /// Of the same organization.
    #[default]
    Relaxed,
    /// The same name.
    Strict,
}

impl Mode {
    /// Reads the letter, whose case does not matter.
    pub fn parse(letter: &[u8]) -> Option<Self> {
        match letter {
            b"r" | b"R" => Some(Self::Relaxed),
            b"s" | b"S" => Some(Self::Strict),
            _ => None,
        }
    }

    /// The letter of the record and of reports.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Relaxed => "r",
            Self::Strict => "s",
        }
    }
}

impl fmt::Display for Mode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// Whether a domain is one below which others register theirs: `psd` (RFC 9989 §4.7).
#[derive(Clone, Copy, Debug, Default, Eq, Hash, PartialEq)]
#[expect(clippy::exhaustive_enums, reason = "RFC 9989 §4.8 closes the set")]
pub enum Psd {
    /// `n`: it is not, and is the organizational domain of all names below it.
    No,
    /// `u`: the tree walk has to find out.
    #[default]
    Unknown,
    /// `y`: it is a public suffix domain.
    Yes,
}

impl Psd {
    /// Reads the letter, whose case does not matter.
    pub fn parse(letter: &[u8]) -> Option<Self> {
        match letter {
            b"n" | b"N" => Some(Self::No),
            b"u" | b"U" => Some(Self::Unknown),
            b"y" | b"Y" => Some(Self::Yes),
            _ => None,
        }
    }

    /// The letter of the record.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::No => "n",
            Self::Unknown => "u",
            Self::Yes => "y",
        }
    }
}

/// When failure reports are wanted: `fo` (RFC 9989 §4.7).
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub struct FailureOptions {
    /// `d`: of a DKIM signature that failed, whatever its alignment.
    pub dkim: bool,
    /// `0` or `1`, if either is given.
    pub mechanisms: Option<Mechanisms>,
    /// `s`: of an SPF check that failed, whatever its alignment.
    pub spf: bool,
}

/// How many mechanisms have to fail for a failure report.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[expect(clippy::exhaustive_enums, reason = "RFC 9989 §4.8 closes the set")]
pub enum Mechanisms {
    /// `0`: all of them.
    All,
    /// `1`: any of them.
    Any,
}

impl FailureOptions {
    /// Reads the letters between colons; `None` if one is unknown or repeated, or if `0` and `1`
    /// stand together.
    ///
    /// `dmarc-fo = ("0" / "1") *(":" dmarc-afrf) / dmarc-afrf [":" ("0" / "1")] [":" dmarc-afrf] /
    /// *(dmarc-afrf ":") ("0" / "1")`: each at most once, in any order (RFC 9989 §4.8).
    pub fn parse(value: &[u8]) -> Option<Self> {
        let mut options = Self {
            dkim: false,
            mechanisms: None,
            spf: false,
        };
        for letter in value.split(|&octet| octet == b':') {
            let repeated = match letter.trim_ascii() {
                b"0" => options.mechanisms.replace(Mechanisms::All).is_some(),
                b"1" => options.mechanisms.replace(Mechanisms::Any).is_some(),
                b"d" | b"D" => core::mem::replace(&mut options.dkim, true),
                b"s" | b"S" => core::mem::replace(&mut options.spf, true),
                _ => return None,
            };
            if repeated {
                return None;
            }
        }
        Some(options)
    }
}

/// `0`.
impl Default for FailureOptions {
    fn default() -> Self {
        Self {
            dkim: false,
            mechanisms: Some(Mechanisms::All),
            spf: false,
        }
    }
}

/// As the record has it: `1:d:s`.
impl fmt::Display for FailureOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mechanisms = self.mechanisms.map(|mechanisms| match mechanisms {
            Mechanisms::All => "0",
            Mechanisms::Any => "1",
        });
        let letters = [
            mechanisms,
            self.dkim.then_some("d"),
            self.spf.then_some("s"),
        ];
        for (number, letter) in letters.into_iter().flatten().enumerate() {
            let colon = if number == 0 { "" } else { ":" };
            write!(f, "{colon}{letter}")?;
        }
        Ok(())
    }
}
