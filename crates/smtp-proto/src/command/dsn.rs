//! Which reports the sender wants of the delivery ([RFC 3461] §4).
//!
//! [RFC 3461]: https://www.rfc-editor.org/rfc/rfc3461

use alloc::string::{String, ToString};
use core::fmt::{self, Write};

use mail_address::rfc5322::token::is_atext;

use super::Xtext;

/// `RET=`: how much of the message a report of a failure returns (RFC 3461 §4.3).
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[expect(clippy::exhaustive_enums, reason = "RFC 3461 §4.3 has these two")]
pub enum Ret {
    /// `FULL`: all of it.
    Full,
    /// `HDRS`: its header.
    Headers,
}

impl Ret {
    /// The value of `RET=`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Full => "FULL",
            Self::Headers => "HDRS",
        }
    }

    pub(super) fn parse(value: &[u8]) -> Option<Self> {
        [Self::Full, Self::Headers]
            .into_iter()
            .find(|ret| ret.as_str().as_bytes().eq_ignore_ascii_case(value))
    }
}

/// `NOTIFY=`: what the sender wants to hear of (RFC 3461 §4.1).
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub struct Notify {
    /// `DELAY`: the message is late.
    pub delay: bool,
    /// `FAILURE`: the message could not be delivered.
    pub failure: bool,
    /// `SUCCESS`: the message was delivered.
    pub success: bool,
}

impl Notify {
    /// `NEVER`: of nothing.
    pub const NEVER: Self = Self {
        delay: false,
        failure: false,
        success: false,
    };

    /// With or without word of a delay.
    #[must_use]
    pub fn delay(self, delay: bool) -> Self {
        Self { delay, ..self }
    }

    /// With or without word of a failure.
    #[must_use]
    pub fn failure(self, failure: bool) -> Self {
        Self { failure, ..self }
    }

    /// With or without word of a success.
    #[must_use]
    pub fn success(self, success: bool) -> Self {
        Self { success, ..self }
    }

    /// `notify-esmtp-value = "NEVER" / 1#notify-list-element`, where nothing between two commas
    /// counts as nothing (RFC 822 §2.7).
    pub(super) fn parse(value: &[u8]) -> Option<Self> {
        if value.eq_ignore_ascii_case(b"NEVER") {
            return Some(Self::NEVER);
        }
        let elements = value.split(|&octet| octet == b',');
        let mut elements = elements.filter(|element| !element.is_empty()).peekable();
        elements.peek()?;
        elements.try_fold(Self::NEVER, |notify, element| {
            if element.eq_ignore_ascii_case(b"SUCCESS") {
                Some(notify.success(true))
            } else if element.eq_ignore_ascii_case(b"FAILURE") {
                Some(notify.failure(true))
            } else if element.eq_ignore_ascii_case(b"DELAY") {
                Some(notify.delay(true))
            } else {
                None
            }
        })
    }
}

/// Prints the value of `NOTIFY=`.
impl fmt::Display for Notify {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match (self.success, self.failure, self.delay) {
            (false, false, false) => "NEVER",
            (true, false, false) => "SUCCESS",
            (false, true, false) => "FAILURE",
            (false, false, true) => "DELAY",
            (true, true, false) => "SUCCESS,FAILURE",
            (true, false, true) => "SUCCESS,DELAY",
            (false, true, true) => "FAILURE,DELAY",
            (true, true, true) => "SUCCESS,FAILURE,DELAY",
        })
    }
}

/// `ORCPT=`: the recipient that the sender named, before aliases and lists (RFC 3461 §4.2).
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub struct OriginalRecipient<'i> {
    address_type: &'i str,
    address: Xtext<'i>,
}

impl<'i> OriginalRecipient<'i> {
    /// Reads `original-recipient-address = addr-type ";" xtext`, such as `rfc822;a@b.example`;
    /// `None` if it is malformed, stands for anything but printable ASCII, or has more than the
    /// 500 octets of RFC 3461 §4.2. One of the type `utf-8` may hold letters beyond ASCII as they
    /// are, under `SMTPUTF8` only, or written as `\x{…}` (RFC 6533 §3).
    pub fn parse(value: &'i [u8]) -> Option<Self> {
        let semicolon = memchr::memchr(b';', value)?;
        let (address_type, rest) = value.split_at_checked(semicolon)?;
        if value.len() > MAX_ORCPT || address_type.is_empty() {
            return None;
        }
        if !address_type.iter().copied().all(is_atom) {
            return None;
        }
        let address = rest.get(1..)?;
        let is_utf8 = address_type.eq_ignore_ascii_case(b"utf-8") && !address.is_ascii();
        Some(Self {
            address: match is_utf8 {
                true => Xtext::parse_unitext(address)?,
                // What a report can hold (RFC 3461 §4.2).
                false => Xtext::parse_printable(address)?,
            },
            address_type: core::str::from_utf8(address_type).ok()?,
        })
    }

    /// What kind of address it is: nearly always `rfc822`.
    pub fn address_type(&self) -> &'i str {
        self.address_type
    }

    /// The address. Of the type `utf-8`, a `\x{…}` in it is left as it is.
    pub fn address(&self) -> Xtext<'i> {
        self.address
    }
}

impl OriginalRecipient<'_> {
    /// Whether it can be sent without `SMTPUTF8`.
    pub(crate) fn is_ascii(&self) -> bool {
        self.address.as_str().is_ascii()
    }

    /// The value of `ORCPT=`, its letters beyond ASCII as `utf-8-addr-xtext` has them
    /// (RFC 6533 §3).
    pub(crate) fn to_ascii(self) -> String {
        let mut value = String::new();
        for char in self.to_string().chars() {
            match char.is_ascii() {
                true => value.push(char),
                false => write!(value, "\\x{{{:X}}}", u32::from(char))
                    .expect("a string takes every character"),
            }
        }
        value
    }
}

/// Prints the value of `ORCPT=`.
impl fmt::Display for OriginalRecipient<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{};{}", self.address_type, self.address)
    }
}

/// `ENVID=`: xtext of at most 100 characters (RFC 3461 §4.4) that stands for printable ASCII.
pub(super) fn envelope_id(value: &[u8]) -> Option<Xtext<'_>> {
    Xtext::parse_printable(value).filter(|_| value.len() <= MAX_ENVID)
}

/// `<any CHAR except specials, SPACE and CTLs>` (RFC 822 §3.3), without what cannot stand in a value
/// (RFC 5321 §4.1.2).
fn is_atom(octet: u8) -> bool {
    is_atext(octet) && octet != b'='
}

/// RFC 3461 §4.4.
const MAX_ENVID: usize = 100;

/// RFC 3461 §4.2, without the keyword.
const MAX_ORCPT: usize = 500 - "ORCPT=".len();

#[cfg(test)]
mod tests {
    use alloc::vec::Vec;

    use super::*;

    #[test]
    fn a_list_of_occasions_is_read_in_any_order_and_case() {
        let all = Notify::NEVER.success(true).failure(true).delay(true);
        for (value, notify) in [
            (&b"never"[..], Some(Notify::NEVER)),
            (b"DELAY,success,Failure", Some(all)),
            (b"FAILURE,FAILURE", Some(Notify::NEVER.failure(true))),
            (b"NEVER,SUCCESS", None),
            (b"SUCCESS,NEVER", None),
            (b",FAILURE,,", Some(Notify::NEVER.failure(true))),
            (b",", None),
            (b"", None),
            (b"NEVER,", None),
            (b"ALWAYS", None),
        ] {
            assert_eq!(Notify::parse(value), notify);
        }
        assert_eq!(all.to_string(), "SUCCESS,FAILURE,DELAY");
    }

    #[test]
    fn every_set_of_occasions_is_printed_as_it_reads() {
        for bits in 0..8 {
            let notify = Notify::NEVER
                .delay(bits & 1 != 0)
                .failure(bits & 2 != 0)
                .success(bits & 4 != 0);
            assert_eq!(Notify::parse(notify.to_string().as_bytes()), Some(notify));
        }
    }

    #[test]
    fn b05_an_original_recipient_is_printable() {
        let original = OriginalRecipient::parse(b"rfc822;e+3Dmc2+20@b.example").unwrap();
        assert_eq!(original.address_type(), "rfc822");
        assert!(original.address().decode().eq(*b"e=mc2 @b.example"));
        for value in [
            &b""[..],
            b";a@b.example",
            b"rfc822",
            b"rfc822;",
            b"rfc 822;a",
            b"rfc@822;a",
            b"rfc822;a+0Ab",
            b"rfc822;a+09b",
            b"rfc822;a+E4b",
            b"rfc822;a=b",
            b"rfc822;\xc3\xa4",
        ] {
            assert_eq!(OriginalRecipient::parse(value), None, "{value:?}");
        }
    }

    #[test]
    fn b05_an_envelope_id_is_printable() {
        assert!(envelope_id(b"a>b").is_some());
        for value in [&b"a+0Ab"[..], b"a+0Db", b"a+00", b"a+FFb", b"", b"a=b"] {
            assert_eq!(envelope_id(value), None, "{value:?}");
        }
    }

    #[test]
    fn identifiers_and_recipients_have_their_length() {
        let repeat = |length| [b'a'].repeat(length);
        assert!(envelope_id(&repeat(100)).is_some());
        assert_eq!(envelope_id(&repeat(101)), None);
        let original = |length: usize| -> Vec<u8> { [b"x;", &*repeat(length - 2)].concat() };
        assert!(OriginalRecipient::parse(&original(494)).is_some());
        assert_eq!(OriginalRecipient::parse(&original(495)), None);
    }
}
