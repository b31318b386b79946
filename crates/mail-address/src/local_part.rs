//! The part of a mailbox before the `@` ([RFC 5321] §4.1.2, with [RFC 6531] §3.3).
//!
//! [RFC 5321]: https://www.rfc-editor.org/rfc/rfc5321
//! [RFC 6531]: https://www.rfc-editor.org/rfc/rfc6531

use alloc::borrow::Cow;
use alloc::string::String;
use core::fmt::{self, Write};
use core::hash::{Hash, Hasher};

use nom::branch::alt;
use nom::bytes::complete::{tag, take_while_m_n, take_while1};
use nom::combinator::recognize;
use nom::multi::{fold_many0, many0_count};
use nom::sequence::{delimited, preceded};
use nom::{IResult, Parser};

use crate::rfc5322::token;

/// A local part as it was written, checked.
///
/// Two are equal if they name the same user: `"joe"` and `joe` do (RFC 5321 §4.1.2), `Joe` and
/// `joe` need not, so letters are compared with their case.
#[derive(Clone, Copy)]
pub struct LocalPart<'i> {
    text: &'i str,
}

impl<'i> LocalPart<'i> {
    /// For text that [`local_part`] has accepted.
    pub(crate) fn checked(text: &'i str) -> Self {
        Self { text }
    }

    /// The octets as written, with their quotes and backslashes.
    pub fn as_str(&self) -> &'i str {
        self.text
    }

    /// The name that is meant: without quotes and the backslashes of quoted pairs.
    pub fn unquoted(&self) -> Cow<'i, str> {
        match self.inside_quotes() {
            None => Cow::Borrowed(self.text),
            Some(inside) if !inside.contains('\\') => Cow::Borrowed(inside),
            Some(_) => Cow::Owned(self.chars().collect()),
        }
    }

    /// The characters of [`LocalPart::unquoted`].
    fn chars(&self) -> impl Iterator<Item = char> {
        let quoted = self.inside_quotes();
        let mut chars = quoted.unwrap_or(self.text).chars();
        core::iter::from_fn(move || match chars.next()? {
            '\\' if quoted.is_some() => chars.next(),
            char => Some(char),
        })
    }

    fn inside_quotes(&self) -> Option<&'i str> {
        self.text.strip_prefix('"')?.strip_suffix('"')
    }
}

impl fmt::Debug for LocalPart<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "LocalPart({self})")
    }
}

/// Prints the octets as written.
impl fmt::Display for LocalPart<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.text)
    }
}

impl Eq for LocalPart<'_> {}

impl Hash for LocalPart<'_> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.chars().for_each(|char| char.hash(state));
    }
}

impl PartialEq for LocalPart<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.chars().eq(other.chars())
    }
}

/// `Local-part = Dot-string / Quoted-string`
///
/// Octets above 127 are taken as they are: who calls checks that they are UTF-8.
pub(crate) fn local_part(input: &[u8]) -> IResult<&[u8], &[u8], ()> {
    alt((dot_string, quoted_string)).parse(input)
}

/// Writes `name` with the least quoting that makes it a local part (RFC 5321 §4.1.2); `None` if
/// it holds what no quoting allows.
pub(crate) fn quoted(name: &str) -> Option<String> {
    if name.chars().any(char::is_control) {
        return None;
    }
    let mut text = String::with_capacity(name.len());
    if let Ok((b"", _)) = dot_string(name.as_bytes()) {
        text.push_str(name);
        return Some(text);
    }
    text.push('"');
    for char in name.chars() {
        if matches!(char, '"' | '\\') {
            text.push('\\');
        }
        text.write_char(char).ok()?;
    }
    text.push('"');
    Some(text)
}

/// `Dot-string = Atom *("." Atom)`
fn dot_string(input: &[u8]) -> IResult<&[u8], &[u8], ()> {
    recognize((atom, many0_count(preceded(tag("."), atom)))).parse(input)
}

/// `Atom = 1*atext`
fn atom(input: &[u8]) -> IResult<&[u8], &[u8], ()> {
    take_while1(is_atext).parse(input)
}

/// `Quoted-string = DQUOTE *QcontentSMTP DQUOTE`
fn quoted_string(input: &[u8]) -> IResult<&[u8], &[u8], ()> {
    let content = fold_many0(qcontent, || (), |(), _| ());
    recognize(delimited(tag("\""), content, tag("\""))).parse(input)
}

/// `QcontentSMTP = qtextSMTP / quoted-pairSMTP`
fn qcontent(input: &[u8]) -> IResult<&[u8], &[u8], ()> {
    alt((take_while1(is_qtext), quoted_pair)).parse(input)
}

/// `quoted-pairSMTP = %d92 %d32-126`
fn quoted_pair(input: &[u8]) -> IResult<&[u8], &[u8], ()> {
    preceded(
        tag("\\"),
        take_while_m_n(1, 1, |octet| matches!(octet, 32..=126)),
    )
    .parse(input)
}

/// `atext` of RFC 5322 §3.2.3, and `atext =/ UTF8-non-ascii` (RFC 6531 §3.3).
fn is_atext(octet: u8) -> bool {
    ATEXT[usize::from(octet)]
}

/// The same looked up: a server asks it of most octets that it reads.
static ATEXT: [bool; 256] = {
    let mut table = [false; 256];
    let mut octet = 0u8;
    loop {
        table[octet as usize] = token::is_atext(octet) || octet >= 0x80;
        match octet {
            u8::MAX => break table,
            _ => octet += 1,
        }
    }
};

/// `qtextSMTP = %d32-33 / %d35-91 / %d93-126`, and `qtextSMTP =/ UTF8-non-ascii`
/// (RFC 6531 §3.3).
fn is_qtext(octet: u8) -> bool {
    matches!(octet, 32..=33 | 35..=91 | 93..=126 | 128..)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn parsed(text: &str) -> LocalPart<'_> {
        assert_eq!(
            local_part(text.as_bytes()),
            Ok((&b""[..], text.as_bytes())),
            "{text}"
        );
        LocalPart::checked(text)
    }

    #[test]
    fn all_quoted_forms_of_a_name_are_equal() {
        let plain = parsed("joe.smith");
        for text in [r#""joe.smith""#, r#""joe\.smith""#, r#""\j\o\e.smith""#] {
            assert_eq!(parsed(text), plain);
            assert_eq!(parsed(text).unquoted(), "joe.smith");
        }
        assert_ne!(parsed("Joe.smith"), plain);
        assert_eq!(parsed(r#""Joe\,Smith""#).unquoted(), "Joe,Smith");
        assert_eq!(parsed(r#""""#).unquoted(), "");
    }

    #[test]
    fn what_is_no_local_part_is_refused() {
        for text in [
            "",
            ".",
            ".a",
            "(a",
            "\"",
            "\"a",
            "\"a\0\"",
            "\"a\\\r\"",
            " a",
        ] {
            assert_eq!(
                local_part(text.as_bytes()),
                Err(nom::Err::Error(())),
                "{text}"
            );
        }
        assert_eq!(local_part(b"a..b"), Ok((&b"..b"[..], &b"a"[..])));
        assert_eq!(local_part(b"\"a\"b\""), Ok((&b"b\""[..], &b"\"a\""[..])));
    }

    #[test]
    fn a_name_is_quoted_only_where_it_must_be() {
        for (name, text) in [
            ("joe", "joe"),
            ("joe.smith+tag", "joe.smith+tag"),
            ("joe smith", r#""joe smith""#),
            (".joe", r#"".joe""#),
            ("", r#""""#),
            (r#"a"\b"#, r#""a\"\\b""#),
            ("j\u{f6}rg", "j\u{f6}rg"),
        ] {
            assert_eq!(quoted(name).as_deref(), Some(text));
        }
        assert_eq!(quoted("a\r\nb"), None);
        assert_eq!(quoted("a\0"), None);
    }

    proptest! {
        #[test]
        fn a_quoted_name_is_read_back(name in "[ -~\u{e4}]{0,20}") {
            let text = quoted(&name).unwrap();
            prop_assert_eq!(parsed(&text).unquoted(), name);
        }
    }
}
