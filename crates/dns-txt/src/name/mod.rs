//! Domain names as the DNS has them: any octets, compared without case ([RFC 1035] §3.1).
//!
//! [RFC 1035]: https://www.rfc-editor.org/rfc/rfc1035

mod builder;

use alloc::sync::Arc;
use core::fmt::{self, Write};
use core::str::FromStr;

use thiserror::Error;

use self::builder::Builder;

/// An absolute domain name. Labels hold any octets; ASCII letters are kept in lower case.
///
/// What the DNS is asked for. Text forms:
/// * [`Name::parse`] and `Display` use the escapes of RFC 1035 §5.1 (`\.` and `\123`),
/// * [`Name::from_dotted`] takes octets as they are, each dot a border between labels, as SPF
///   macros produce them.
///
/// The order is that of the stored octets: total, and without a meaning of its own.
#[derive(Clone, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Name {
    /// Wire form without the root's length octet: each label behind its length. Shared, for a check
    /// copies each name several times: into a question, a look-up, a report.
    wire: Arc<[u8]>,
}

impl Name {
    /// The root of the DNS, a name without labels.
    pub fn root() -> Self {
        Self {
            wire: Arc::default(),
        }
    }

    /// Reads a name in the text form of RFC 1035 §5.1; a trailing dot changes nothing.
    pub fn parse(text: &[u8]) -> Result<Self, NameError> {
        if text == b"." {
            return Ok(Self::root());
        }
        let mut builder = Builder::new();
        let mut rest = text;
        while let Some((&octet, after)) = rest.split_first() {
            rest = after;
            match octet {
                b'.' => builder.end_label()?,
                b'\\' => {
                    let (escaped, after) = unescape(rest).ok_or(NameError::Escape)?;
                    rest = after;
                    builder.push(escaped)?;
                }
                _ => builder.push(octet)?,
            }
        }
        builder.finish()
    }

    /// Reads octets in which every dot ends a label and nothing is escaped; a trailing dot
    /// changes nothing.
    pub fn from_dotted(octets: &[u8]) -> Result<Self, NameError> {
        if octets == b"." {
            return Ok(Self::root());
        }
        let octets = octets.strip_suffix(b".").unwrap_or(octets);
        builder::from_dotted(octets)
    }

    /// Joins labels, the leftmost first. No label gives the root.
    pub fn from_labels<'l>(labels: impl IntoIterator<Item = &'l [u8]>) -> Result<Self, NameError> {
        let mut builder = Builder::new();
        for label in labels {
            label.iter().try_for_each(|&octet| builder.push(octet))?;
            builder.end_label()?;
        }
        Ok(builder.into_name())
    }

    /// The labels, the leftmost first; none for the root.
    pub fn labels(&self) -> Labels<'_> {
        Labels { wire: &self.wire }
    }

    /// Whether this is the root.
    pub fn is_root(&self) -> bool {
        self.wire.is_empty()
    }

    /// The name without its leftmost label; `None` for the root.
    pub fn parent(&self) -> Option<Self> {
        let mut labels = self.labels();
        labels.next()?;
        Some(Self {
            wire: labels.wire.into(),
        })
    }

    /// This name with one more label on the left.
    pub fn child(&self, label: &[u8]) -> Result<Self, NameError> {
        Self::from_labels(core::iter::once(label).chain(self.labels()))
    }

    /// Whether this name is `ancestor` or stands below it.
    pub fn is_within(&self, ancestor: &Self) -> bool {
        let mut labels = self.labels();
        loop {
            if labels.wire == &*ancestor.wire {
                return true;
            }
            if labels.next().is_none() {
                return false;
            }
        }
    }
}

impl fmt::Debug for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Name({self})")
    }
}

/// Prints the escapes of RFC 1035 §5.1 and no trailing dot; the root prints as `.`.
impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_root() {
            return f.write_char('.');
        }
        for (index, label) in self.labels().enumerate() {
            if index > 0 {
                f.write_char('.')?;
            }
            for &octet in label {
                match octet {
                    // What a master file gives a meaning: these need the escape to be read back.
                    b'.' | b'\\' | b'"' | b'(' | b')' | b';' | b'@' | b'$' => {
                        write!(f, "\\{}", char::from(octet))?;
                    }
                    0x21..=0x7e => f.write_char(char::from(octet))?,
                    _ => write!(f, "\\{octet:03}")?,
                }
            }
        }
        Ok(())
    }
}

/// Prints a name with the dot at its end that a master file needs.
pub(crate) struct Absolute<'n>(pub(crate) &'n Name);

impl fmt::Display for Absolute<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let dot = if self.0.is_root() { "" } else { "." };
        write!(f, "{}{dot}", self.0)
    }
}

impl FromStr for Name {
    type Err = NameError;

    fn from_str(text: &str) -> Result<Self, NameError> {
        Self::parse(text.as_bytes())
    }
}

/// The labels of a [`Name`], the leftmost first.
#[derive(Clone, Debug)]
pub struct Labels<'n> {
    wire: &'n [u8],
}

impl<'n> Iterator for Labels<'n> {
    type Item = &'n [u8];

    fn next(&mut self) -> Option<&'n [u8]> {
        let (&length, rest) = self.wire.split_first()?;
        let (label, rest) = rest.split_at_checked(usize::from(length))?;
        self.wire = rest;
        Some(label)
    }
}

/// Why octets are not a domain name.
#[derive(Clone, Copy, Debug, Eq, Error, PartialEq)]
#[non_exhaustive]
pub enum NameError {
    /// Two dots in a row, a leading dot, or nothing at all.
    #[error("empty label in a domain name")]
    EmptyLabel,
    /// A backslash that is not followed by one octet or by three digits up to 255.
    #[error("malformed escape in a domain name")]
    Escape,
    /// More than 63 octets in one label (RFC 1035 §2.3.4).
    #[error("a label of a domain name is longer than 63 octets")]
    LabelTooLong,
    /// More than 255 octets on the wire, 253 in text (RFC 1035 §2.3.4).
    #[error("domain name is longer than 253 octets")]
    NameTooLong,
}

/// What stands behind a backslash: three digits or any one octet (RFC 1035 §5.1).
pub(crate) fn unescape(input: &[u8]) -> Option<(u8, &[u8])> {
    let (&first, rest) = input.split_first()?;
    if !first.is_ascii_digit() {
        return Some((first, rest));
    }
    let (digits, rest) = input.split_at_checked(3)?;
    let value = digits.iter().try_fold(0u16, |value, digit| {
        digit
            .is_ascii_digit()
            .then(|| value * 10 + u16::from(digit - b'0'))
    })?;
    Some((u8::try_from(value).ok()?, rest))
}

#[cfg(test)]
mod tests {
    use alloc::string::ToString;
    use alloc::vec;
    use alloc::vec::Vec;

    use proptest::prelude::*;

    use super::*;

    fn name(text: &str) -> Name {
        text.parse().unwrap()
    }

    #[test]
    fn case_and_a_trailing_dot_make_no_difference() {
        assert_eq!(name("Mail.Example.COM."), name("mail.example.com"));
        assert_eq!(
            Name::from_dotted(b"Mail.Example.COM."),
            Ok(name("mail.example.com"))
        );
    }

    #[test]
    fn escapes_are_read_and_printed() {
        let odd = Name::from_dotted(b"space here.foo:bar/baz.example.com").unwrap();
        assert_eq!(odd.to_string(), r"space\032here.foo:bar/baz.example.com");
        assert_eq!(name(r"space\032here.foo:bar/baz.example.com"), odd);
        let dotted = name(r"a\.b.example");
        assert_eq!(dotted.labels().next(), Some(&b"a.b"[..]));
        assert_eq!(dotted.to_string(), r"a\.b.example");
    }

    #[test]
    fn the_root_is_a_dot() {
        assert_eq!(name("."), Name::root());
        assert_eq!(Name::root().to_string(), ".");
        assert_eq!(Name::root().parent(), None);
    }

    #[test]
    fn malformed_names_say_why() {
        for (text, why) in [
            ("", NameError::EmptyLabel),
            ("..", NameError::EmptyLabel),
            (".a", NameError::EmptyLabel),
            ("a..b", NameError::EmptyLabel),
            ("a..", NameError::EmptyLabel),
            (r"a\", NameError::Escape),
            (r"a\25", NameError::Escape),
            (r"a\256", NameError::Escape),
            (r"a\2x5", NameError::Escape),
        ] {
            assert_eq!(Name::parse(text.as_bytes()), Err(why), "{text}");
        }
        assert_eq!(Name::from_dotted(b""), Err(NameError::EmptyLabel));
        assert_eq!(Name::from_dotted(b"a..b"), Err(NameError::EmptyLabel));
        assert_eq!(Name::from_dotted(b".."), Err(NameError::EmptyLabel));
    }

    #[test]
    fn a_label_holds_63_octets_and_a_name_253() {
        let label = |length: usize| vec![b'a'; length];
        assert!(Name::from_dotted(&label(63)).is_ok());
        assert_eq!(Name::from_dotted(&label(64)), Err(NameError::LabelTooLong));
        let long = [label(63), label(63), label(63), label(61)].join(&b'.');
        assert_eq!(long.len(), 253);
        assert!(Name::from_dotted(&long).is_ok());
        assert!(Name::parse(&long).is_ok());
        let longer = [label(63), label(63), label(63), label(62)].join(&b'.');
        assert_eq!(Name::from_dotted(&longer), Err(NameError::NameTooLong));
        assert_eq!(Name::parse(&longer), Err(NameError::NameTooLong));
    }

    #[test]
    fn a_name_is_within_itself_and_its_ancestors_only() {
        let child = name("a.b.example");
        for (ancestor, within) in [
            ("a.b.example", true),
            ("b.example", true),
            ("example", true),
            (".", true),
            ("c.example", false),
            (".b.example", false),
            ("x.a.b.example", false),
        ] {
            if let Ok(ancestor) = ancestor.parse() {
                assert_eq!(child.is_within(&ancestor), within, "{ancestor}");
            }
        }
        assert_eq!(child.parent(), Some(name("b.example")));
        assert_eq!(name("b.example").child(b"A"), Ok(child));
    }

    proptest! {
        #[test]
        fn parsing_what_was_printed_gives_the_same_name(
            labels in proptest::collection::vec(proptest::collection::vec(any::<u8>(), 1..20), 0..10)
        ) {
            let name = Name::from_labels(labels.iter().map(Vec::as_slice)).unwrap();
            prop_assert_eq!(Name::parse(name.to_string().as_bytes()), Ok(name));
        }

        #[test]
        fn dotted_octets_are_the_labels_between_the_dots(text in "([a-zA-Z\\PC]{0,66}\\.?){1,8}") {
            let text = text.as_bytes();
            let whole = text.strip_suffix(b".").unwrap_or(text);
            let labels = whole.split(|&octet| octet == b'.');
            match (Name::from_dotted(text), Name::from_labels(labels)) {
                (Ok(dotted), Ok(joined)) => prop_assert_eq!(dotted, joined),
                (Err(_), Err(_)) => {}
                differing => prop_assert!(text == b".", "{differing:?}"),
            }
        }

        #[test]
        fn any_text_is_read_or_refused(text in proptest::collection::vec(any::<u8>(), 0..300)) {
            let _ = Name::parse(&text);
            let _ = Name::from_dotted(&text);
        }
    }
}
