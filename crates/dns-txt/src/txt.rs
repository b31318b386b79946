//! TXT records as text: strings of at most 255 octets, in quotes ([RFC 1035] §3.3.14, §5.1).
//!
//! [RFC 1035]: https://www.rfc-editor.org/rfc/rfc1035

use alloc::boxed::Box;
use alloc::vec::Vec;
use core::fmt::{self, Write};
use core::str::FromStr;

use thiserror::Error;

use crate::answer::Record;
use crate::name::{Absolute, Name, unescape};
use crate::zone::{Zone, ZoneError};

/// A TXT record and its owner: a line to be published.
///
/// ```
/// # fn main() -> Result<(), dns_txt::NameError> {
/// # use dns_txt::{Name, TxtRecord};
/// let record = TxtRecord::new("example.org".parse::<Name>()?, *b"v=spf1 -all");
/// assert_eq!(record.to_string(), r#"example.org. TXT "v=spf1 -all""#);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct TxtRecord {
    name: Name,
    text: Box<[u8]>,
}

impl TxtRecord {
    /// The record of `name` whose strings, joined, are `text`.
    pub fn new(name: impl Into<Name>, text: impl Into<Box<[u8]>>) -> Self {
        Self {
            name: name.into(),
            text: text.into(),
        }
    }

    /// Reads one TXT record as a zone file has it; it may run over several lines, and comments may
    /// surround it. A name without a dot at its end stands below `origin`, or below the root.
    pub fn parse(
        line: &(impl AsRef<[u8]> + ?Sized),
        origin: Option<Name>,
    ) -> Result<Self, TxtRecordError> {
        let zone = Zone::parse(line, origin)?;
        let mut records = zone.records();
        match (records.next(), records.next()) {
            (Some((name, Record::Txt(text))), None) => Ok(Self::new(name.clone(), text.clone())),
            _ => Err(TxtRecordError::NotOne),
        }
    }

    /// Where it is published.
    pub fn name(&self) -> &Name {
        &self.name
    }

    /// Its strings, joined without a separator.
    pub fn text(&self) -> &[u8] {
        &self.text
    }

    /// Its strings.
    pub fn strings(&self) -> Strings<'_> {
        Strings::new(&self.text)
    }
}

impl fmt::Debug for TxtRecord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "TxtRecord({self})")
    }
}

/// As a line of a zone file, without its end.
impl fmt::Display for TxtRecord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} TXT {}", Absolute(&self.name), self.strings())
    }
}

/// Reads names without a dot at their end as below the root.
impl FromStr for TxtRecord {
    type Err = TxtRecordError;

    fn from_str(line: &str) -> Result<Self, TxtRecordError> {
        Self::parse(line, None)
    }
}

/// Why text is not one TXT record.
#[derive(Clone, Copy, Debug, Eq, Error, PartialEq)]
#[non_exhaustive]
pub enum TxtRecordError {
    /// It is well formed, but holds no record, several, or one of another type.
    #[error("not exactly one TXT record")]
    NotOne,
    /// It is no piece of a zone file.
    #[error(transparent)]
    Zone(#[from] ZoneError),
}

/// Octets as the strings of a TXT record. `Display` prints what stands behind `TXT` in a zone file.
#[derive(Clone, Copy, Eq, PartialEq)]
pub struct Strings<'t> {
    text: &'t [u8],
}

impl<'t> Strings<'t> {
    /// Cuts `text` after each 255 octets. Empty text is one empty string.
    pub fn new(text: &'t [u8]) -> Self {
        Self { text }
    }

    /// The strings.
    pub fn iter(&self) -> impl Iterator<Item = &'t [u8]> + use<'t> {
        // `chunks` gives none for no octets, where a TXT record has one at least.
        let empty: &[u8] = b"";
        let first = self.text.is_empty().then_some(empty);
        first.into_iter().chain(self.text.chunks(MAX_STRING))
    }
}

impl fmt::Debug for Strings<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Strings({self})")
    }
}

impl fmt::Display for Strings<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, string) in self.iter().enumerate() {
            if index > 0 {
                f.write_char(' ')?;
            }
            f.write_char('"')?;
            for &octet in string {
                match octet {
                    b'"' | b'\\' => write!(f, "\\{}", char::from(octet))?,
                    0x20..=0x7e => f.write_char(char::from(octet))?,
                    _ => write!(f, "\\{octet:03}")?,
                }
            }
            f.write_char('"')?;
        }
        Ok(())
    }
}

/// Appends the octets that a word of a master file stands for. `None`: an escape is malformed.
pub(crate) fn unescape_into(word: &[u8], out: &mut Vec<u8>) -> Option<()> {
    let mut rest = word;
    while let Some((&octet, after)) = rest.split_first() {
        rest = after;
        if octet == b'\\' {
            let (escaped, after) = unescape(rest)?;
            rest = after;
            out.push(escaped);
        } else {
            out.push(octet);
        }
    }
    Some(())
}

/// RFC 1035 §3.3.
pub(crate) const MAX_STRING: usize = 255;

#[cfg(test)]
mod tests {
    use alloc::string::ToString;
    use alloc::vec;

    use proptest::prelude::*;

    use super::*;

    fn name(text: &str) -> Name {
        text.parse().unwrap()
    }

    #[test]
    fn text_is_cut_after_255_octets() {
        for (length, lengths) in [
            (0, &[0][..]),
            (1, &[1]),
            (255, &[255]),
            (256, &[255, 1]),
            (510, &[255, 255]),
            (511, &[255, 255, 1]),
        ] {
            let text = vec![b'x'; length];
            let strings = Strings::new(&text).iter();
            assert_eq!(strings.map(<[u8]>::len).collect::<Vec<_>>(), lengths);
        }
    }

    #[test]
    fn quotes_backslashes_and_what_is_not_printable_are_escaped() {
        let record = TxtRecord::new(name("example.org"), *b"a \"b\" \\ ; \0\t\xff");
        let line = r#"example.org. TXT "a \"b\" \\ ; \000\009\255""#;
        assert_eq!(record.to_string(), line);
        assert_eq!(line.parse(), Ok(record));
    }

    #[test]
    fn one_record_is_read_in_every_dress_of_a_zone_file() {
        let key = TxtRecord::new(name("sel._domainkey.example.org"), *b"v=DKIM1; p=AAAABBBB");
        for line in [
            r#"sel._domainkey.example.org. 3600 IN TXT "v=DKIM1; p=AAAABBBB""#,
            r#"sel._domainkey IN TXT ( "v=DKIM1; "
                    "p=AAAA" ; first half
                    "BBBB" ) ; a comment"#,
            r#"sel._domainkey TXT v=DKIM1\;\ p=AAAA BBBB"#,
        ] {
            let origin = Some(name("example.org"));
            assert_eq!(TxtRecord::parse(line, origin).as_ref(), Ok(&key), "{line}");
        }
    }

    #[test]
    fn what_is_not_one_txt_record_is_refused() {
        for line in [
            "",
            "; nothing",
            "a. A 192.0.2.1",
            "a. TXT x\nb. TXT x",
            "a. TXT x\na. TXT y",
            "a. TXT x\na. A 192.0.2.1",
            "a. CNAME b.",
            "a. NS b.",
        ] {
            let parsed = line.parse::<TxtRecord>();
            assert_eq!(parsed, Err(TxtRecordError::NotOne), "{line}");
        }
        assert!(matches!(
            "a. TXT".parse::<TxtRecord>(),
            Err(TxtRecordError::Zone(_))
        ));
    }

    proptest! {
        #[test]
        fn reading_what_was_printed_gives_the_same_record(
            label in proptest::collection::vec(any::<u8>(), 1..64),
            text in proptest::collection::vec(any::<u8>(), 0..700),
        ) {
            let record = TxtRecord::new(Name::from_labels([&*label]).unwrap(), text);
            prop_assert_eq!(record.to_string().parse(), Ok(record));
        }
    }
}
