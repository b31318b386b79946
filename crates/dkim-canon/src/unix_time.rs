//! Points in time as `t=` and `x=` write them ([RFC 6376] §3.5).
//!
//! [RFC 6376]: https://www.rfc-editor.org/rfc/rfc6376

use core::fmt;

/// Seconds since 1970-01-01 00:00:00 UTC, leap seconds not counted.
///
/// What stands for more than twelve digits is [`UnixTime::BEYOND`], later than every other time:
/// RFC 6376 §3.5 lets a verifier take such a number for infinite.
///
/// With the feature `std`, the present time is `UnixTime::from(SystemTime::now())`.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct UnixTime(u64);

impl UnixTime {
    /// Every time that does not fit into twelve digits.
    pub const BEYOND: Self = Self(1_000_000_000_000);

    /// The time that many seconds after the beginning of 1970.
    pub const fn from_secs(seconds: u64) -> Self {
        if seconds < Self::BEYOND.0 {
            Self(seconds)
        } else {
            Self::BEYOND
        }
    }

    /// Seconds since the beginning of 1970.
    pub const fn as_secs(self) -> u64 {
        self.0
    }

    /// The time `seconds` later.
    #[must_use]
    pub const fn plus(self, seconds: u64) -> Self {
        Self::from_secs(self.0.saturating_add(seconds))
    }

    /// Reads digits; `None` if there is none or something else among them.
    pub fn parse(digits: &[u8]) -> Option<Self> {
        if digits.is_empty() || !digits.iter().all(u8::is_ascii_digit) {
            return None;
        }
        if digits.len() > MAX_DIGITS {
            return Some(Self::BEYOND);
        }
        let seconds = digits.iter().fold(0u64, |seconds, digit| {
            seconds * 10 + u64::from(digit - b'0')
        });
        Some(Self(seconds))
    }
}

impl fmt::Display for UnixTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// A time before 1970 becomes the beginning of 1970.
#[cfg(feature = "std")]
impl From<std::time::SystemTime> for UnixTime {
    fn from(time: std::time::SystemTime) -> Self {
        let since = time.duration_since(std::time::SystemTime::UNIX_EPOCH);
        Self::from_secs(since.map_or(0, |since| since.as_secs()))
    }
}

/// RFC 6376 §3.5: `1*12DIGIT`.
const MAX_DIGITS: usize = 12;

#[cfg(test)]
mod tests {
    use alloc::string::ToString;

    use super::*;

    #[test]
    fn c04_twelve_digits_are_a_time_and_thirteen_are_beyond() {
        let last = UnixTime::parse(b"999999999999").unwrap();
        assert_eq!(last.as_secs(), 999_999_999_999);
        assert!(last < UnixTime::BEYOND);
        assert_eq!(UnixTime::parse(b"1000000000000"), Some(UnixTime::BEYOND));
        assert_eq!(UnixTime::parse(&[b'9'; 90]), Some(UnixTime::BEYOND));
        assert_eq!(UnixTime::parse(b"0000000000001"), Some(UnixTime::BEYOND));
        assert_eq!(UnixTime::from_secs(u64::MAX), UnixTime::BEYOND);
    }

    #[test]
    fn what_was_printed_is_read_back() {
        for seconds in [0, 1, 1_528_637_909, 999_999_999_999, 1_000_000_000_000] {
            let time = UnixTime::from_secs(seconds);
            assert_eq!(UnixTime::parse(time.to_string().as_bytes()), Some(time));
        }
    }

    #[test]
    fn only_digits_are_a_time() {
        for text in ["", "-1", "+1", "1 ", "1.5", "0x1"] {
            assert_eq!(UnixTime::parse(text.as_bytes()), None, "{text}");
        }
    }
}
