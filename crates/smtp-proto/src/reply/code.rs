//! Reply codes ([RFC 5321] §4.2.1) and enhanced status codes ([RFC 3463] §2).
//!
//! [RFC 5321]: https://www.rfc-editor.org/rfc/rfc5321
//! [RFC 3463]: https://www.rfc-editor.org/rfc/rfc3463

use core::fmt;

/// The three digits of a reply.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Code(u16);

impl Code {
    /// `Reply-code = %x32-35 %x30-35 %x30-39`; `None` for any other number.
    pub const fn new(code: u16) -> Option<Self> {
        match code {
            200..=259 | 300..=359 | 400..=459 | 500..=559 => Some(Self(code)),
            _ => None,
        }
    }

    /// A code as a server may send it: three digits of which only the first need be understood
    /// (RFC 5321 §4.3.2), such as the 571 of some.
    pub(super) const fn received(code: u16) -> Option<Self> {
        match code {
            200..=599 => Some(Self(code)),
            _ => None,
        }
    }

    /// For codes that stand in the source of this crate.
    pub(super) const fn known(code: u16) -> Self {
        Self::new(code).expect("a constant of this crate is a code")
    }

    /// The number.
    pub const fn get(self) -> u16 {
        self.0
    }

    /// What the first digit says.
    pub const fn severity(self) -> Severity {
        match self.0 {
            ..300 => Severity::Completion,
            300..400 => Severity::Intermediate,
            400..500 => Severity::Transient,
            _ => Severity::Permanent,
        }
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Compares with a plain number.
impl PartialEq<u16> for Code {
    fn eq(&self, other: &u16) -> bool {
        self.0 == *other
    }
}

/// What the first digit of a reply says.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[expect(clippy::exhaustive_enums, reason = "RFC 5321 §4.2.1 has these four")]
pub enum Severity {
    /// 2yz: it was done.
    Completion,
    /// 3yz: go on.
    Intermediate,
    /// 5yz: it was not done, and trying again will not help.
    Permanent,
    /// 4yz: it was not done, and may be tried again later.
    Transient,
}

/// An enhanced status code such as `5.7.1`.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub struct EnhancedCode {
    class: u8,
    subject: u16,
    detail: u16,
}

impl EnhancedCode {
    /// `status-code = class "." subject "." detail`; `None` if the class is not 2, 4 or 5, or a
    /// number has more than three digits.
    pub const fn new(class: u8, subject: u16, detail: u16) -> Option<Self> {
        if !matches!(class, 2 | 4 | 5) || subject > 999 || detail > 999 {
            return None;
        }
        Some(Self {
            class,
            subject,
            detail,
        })
    }

    /// For codes that stand in the source of this crate.
    pub(super) const fn known(class: u8, subject: u16, detail: u16) -> Self {
        Self::new(class, subject, detail).expect("a constant of this crate is a code")
    }

    /// `X.0.0`: other undefined status (RFC 3463 §3.1). None for 3yz.
    pub(super) const fn undefined(severity: Severity) -> Option<Self> {
        match severity {
            Severity::Completion => Self::new(2, 0, 0),
            Severity::Intermediate => None,
            Severity::Permanent => Self::new(5, 0, 0),
            Severity::Transient => Self::new(4, 0, 0),
        }
    }

    /// The code that text begins with, and the text behind it and its blank.
    pub(super) fn split(text: &str) -> Option<(Self, &str)> {
        let (code, rest) = text.split_once(' ').unwrap_or((text, ""));
        let mut numbers = code.split('.');
        let class = number(numbers.next()?)?;
        let code = Self::new(
            u8::try_from(class).ok()?,
            number(numbers.next()?)?,
            number(numbers.next()?)?,
        )?;
        numbers.next().is_none().then_some((code, rest))
    }

    /// 2, 4 or 5.
    pub const fn class(self) -> u8 {
        self.class
    }

    /// What it is about.
    pub const fn subject(self) -> u16 {
        self.subject
    }

    /// The detail.
    pub const fn detail(self) -> u16 {
        self.detail
    }

    /// What the class says.
    pub const fn severity(self) -> Severity {
        match self.class {
            2 => Severity::Completion,
            4 => Severity::Transient,
            _ => Severity::Permanent,
        }
    }

    pub(super) fn printed_len(self) -> usize {
        let digits = |number: u16| match number {
            ..10 => 1,
            10..100 => 2,
            _ => 3,
        };
        3 + digits(self.subject) + digits(self.detail)
    }
}

impl fmt::Display for EnhancedCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.{}", self.class, self.subject, self.detail)
    }
}

/// `1*3digit`, not 0 first (RFC 3463 §2).
fn number(digits: &str) -> Option<u16> {
    let canonical = match digits.as_bytes() {
        [b'0'] => true,
        [b'1'..=b'9', rest @ ..] => rest.len() < 3 && rest.iter().all(u8::is_ascii_digit),
        _ => false,
    };
    canonical.then(|| digits.parse().ok())?
}

#[cfg(test)]
mod tests {
    use alloc::string::ToString;

    use super::*;

    #[test]
    fn codes_are_those_of_the_grammar() {
        for code in [200, 250, 259, 354, 421, 559] {
            assert_eq!(Code::new(code).map(Code::get), Some(code));
        }
        for code in [0, 99, 150, 199, 260, 299, 600, 1000] {
            assert_eq!(Code::new(code), None);
        }
    }

    #[test]
    fn codes_of_a_server_are_understood_by_their_first_digit() {
        for code in [200, 299, 354, 471, 571, 599] {
            assert_eq!(Code::received(code).map(Code::get), Some(code));
        }
        for code in [0, 99, 199, 600] {
            assert_eq!(Code::received(code), None);
        }
    }

    #[test]
    fn an_enhanced_code_stands_before_a_blank() {
        let code = EnhancedCode::known(5, 7, 23);
        assert_eq!(EnhancedCode::split("5.7.23 no"), Some((code, "no")));
        assert_eq!(EnhancedCode::split("5.7.23"), Some((code, "")));
        assert_eq!(code.to_string().len(), code.printed_len());
        for text in [
            "",
            "5.7",
            "5.7.1.2 a",
            "3.1.1 a",
            "5.7.1000 a",
            "5.07.1 a",
            "5.7.x a",
            "5..1 a",
            "5.7.1a",
            "+5.7.1 a",
        ] {
            assert_eq!(EnhancedCode::split(text), None, "{text}");
        }
    }
}
