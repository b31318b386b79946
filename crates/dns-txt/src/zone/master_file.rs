//! Master-file text ([RFC 1035] §5).
//!
//! [RFC 1035]: https://www.rfc-editor.org/rfc/rfc1035

use alloc::boxed::Box;
use alloc::vec::Vec;
use core::str::FromStr;

use super::Zone;
use super::entry::{Entries, Entry, Word};
use super::error::{ZoneError, ZoneFault};
use super::status::Status;
use crate::answer::Record;
use crate::name::Name;
use crate::question::{Kind, Question};
use crate::txt::{MAX_STRING, unescape_into};

/// Reads a whole zone.
pub(super) fn parse(text: &[u8], origin: Name) -> Result<Zone, ZoneError> {
    let mut entries = Entries::new(text);
    let mut reader = Reader {
        origin,
        owner: None,
        zone: Zone::new(),
    };
    while let Some(entry) = entries.next()? {
        reader
            .entry(&entry)
            .map_err(|fault| ZoneError::new(entry.line, fault))?;
    }
    Ok(reader.zone)
}

/// What the entries before leave behind.
struct Reader {
    origin: Name,
    owner: Option<Name>,
    zone: Zone,
}

impl Reader {
    fn entry(&mut self, entry: &Entry<'_>) -> Result<(), ZoneFault> {
        let mut words = Words(&entry.words);
        if entry.indented {
            let first = words.clone().next()?.octets;
            if !is_ttl(first) && !is_class(first) && Type::parse(first).is_none() {
                return Err(ZoneFault::Indented);
            }
        } else {
            let first = words.next()?;
            if first.octets.starts_with(b"$") && !first.quoted {
                self.control(first.octets, &mut words)?;
                return words.end();
            }
            self.owner = Some(self.name(first)?);
        }
        let owner = self.owner.clone().ok_or(ZoneFault::NoOwner)?;
        self.record(owner, &mut words)?;
        words.end()
    }

    fn control(&mut self, control: &[u8], words: &mut Words<'_, '_>) -> Result<(), ZoneFault> {
        if control.eq_ignore_ascii_case(b"$ORIGIN") {
            self.origin = self.name(words.next()?)?;
        } else if control.eq_ignore_ascii_case(b"$TTL") {
            // RFC 2308 §4
            if !is_ttl(words.next()?.octets) {
                return Err(ZoneFault::Ttl);
            }
        } else if control.eq_ignore_ascii_case(b"$STATUS") {
            self.status(words)?;
        } else {
            return Err(ZoneFault::Control);
        }
        Ok(())
    }

    fn status(&mut self, words: &mut Words<'_, '_>) -> Result<(), ZoneFault> {
        let name = self.name(words.next()?)?;
        let word = words.next()?.octets;
        if let Some(answer) = Status::parse(word) {
            self.zone.set_others(name, answer);
            return Ok(());
        }
        let Some(Type::Kept(kind)) = Type::parse(word) else {
            return Err(ZoneFault::Status);
        };
        let answer = Status::parse(words.next()?.octets).ok_or(ZoneFault::Status)?;
        self.zone.set(Question::new(name, kind), answer);
        Ok(())
    }

    /// `[<TTL>] [<class>] <type> <RDATA>`, or `[<class>] [<TTL>] <type> <RDATA>`
    fn record(&mut self, owner: Name, words: &mut Words<'_, '_>) -> Result<(), ZoneFault> {
        let (mut ttl, mut class) = (false, false);
        let record_type = loop {
            let word = words.next()?.octets;
            if !ttl && is_ttl(word) {
                ttl = true;
            } else if !class && is_class(word) {
                if !word.eq_ignore_ascii_case(b"IN") {
                    return Err(ZoneFault::Class);
                }
                class = true;
            } else {
                break Type::parse(word).ok_or(ZoneFault::Type)?;
            }
        };
        match record_type {
            Type::Alias => {
                let target = self.name(words.next()?)?;
                let node = self.zone.node_mut(owner);
                if node.alias.is_some() || node.has_records() {
                    return Err(ZoneFault::AliasBesideData);
                }
                node.alias = Some(target);
            }
            Type::Kept(kind) => {
                let record = self.data(kind, words)?;
                if self.zone.node_mut(owner.clone()).alias.is_some() {
                    return Err(ZoneFault::AliasBesideData);
                }
                self.zone.push(owner, record);
            }
            Type::Passed => {
                words.skip_all();
                self.zone.node_mut(owner);
            }
        }
        Ok(())
    }

    fn data(&self, kind: Kind, words: &mut Words<'_, '_>) -> Result<Record, ZoneFault> {
        Ok(match kind {
            Kind::A => Record::A(words.parsed()?.ok_or(ZoneFault::Address(kind))?),
            Kind::Aaaa => Record::Aaaa(words.parsed()?.ok_or(ZoneFault::Address(kind))?),
            Kind::Mx => Record::Mx {
                preference: words.parsed()?.ok_or(ZoneFault::Preference)?,
                exchange: self.name(words.next()?)?,
            },
            Kind::Ptr => Record::Ptr(self.name(words.next()?)?),
            Kind::Txt => Record::Txt(words.strings()?),
        })
    }

    /// A name: absolute with a dot at its end, the origin as `@`, or else below the origin.
    fn name(&self, word: Word<'_>) -> Result<Name, ZoneFault> {
        if word.octets == b"@" && !word.quoted {
            return Ok(self.origin.clone());
        }
        let name = Name::parse(word.octets)?;
        if is_absolute(word.octets) {
            return Ok(name);
        }
        Ok(Name::from_labels(
            name.labels().chain(self.origin.labels()),
        )?)
    }
}

/// The words of an entry that are still to be read.
#[derive(Clone)]
struct Words<'w, 'i>(&'w [Word<'i>]);

impl<'i> Words<'_, 'i> {
    fn next(&mut self) -> Result<Word<'i>, ZoneFault> {
        let (&word, rest) = self.0.split_first().ok_or(ZoneFault::Incomplete)?;
        self.0 = rest;
        Ok(word)
    }

    /// The next word as a number or an address; `None` if it is none.
    fn parsed<T: FromStr>(&mut self) -> Result<Option<T>, ZoneFault> {
        let word = self.next()?.octets;
        Ok(core::str::from_utf8(word)
            .ok()
            .and_then(|text| text.parse().ok()))
    }

    /// All that is left, as the strings of one TXT record, joined.
    fn strings(&mut self) -> Result<Box<[u8]>, ZoneFault> {
        let mut text = Vec::new();
        let mut word = self.next()?;
        loop {
            let before = text.len();
            unescape_into(word.octets, &mut text).ok_or(ZoneFault::Escape)?;
            if text.len().saturating_sub(before) > MAX_STRING {
                return Err(ZoneFault::StringTooLong);
            }
            if self.0.is_empty() {
                return Ok(text.into_boxed_slice());
            }
            word = self.next()?;
        }
    }

    fn skip_all(&mut self) {
        self.0 = &[];
    }

    fn end(&self) -> Result<(), ZoneFault> {
        match self.0 {
            [] => Ok(()),
            _ => Err(ZoneFault::Surplus),
        }
    }
}

/// What is done with the records of a type.
enum Type {
    Alias,
    Kept(Kind),
    Passed,
}

impl Type {
    fn parse(word: &[u8]) -> Option<Self> {
        let is = |mnemonic: &str| word.eq_ignore_ascii_case(mnemonic.as_bytes());
        if let Some(kind) = Kind::ALL.into_iter().find(|kind| is(kind.as_str())) {
            return Some(Self::Kept(kind));
        }
        if is("CNAME") {
            return Some(Self::Alias);
        }
        PASSED.into_iter().any(is).then_some(Self::Passed)
    }
}

/// A number of seconds, or the units that name servers take too (`1h30m`).
fn is_ttl(word: &[u8]) -> bool {
    word.first().is_some_and(u8::is_ascii_digit)
        && word.iter().all(|octet| {
            octet.is_ascii_digit()
                || matches!(octet.to_ascii_lowercase(), b's' | b'm' | b'h' | b'd' | b'w')
        })
}

fn is_class(word: &[u8]) -> bool {
    CLASSES.iter().any(|class| word.eq_ignore_ascii_case(class))
}

/// Whether the text of a name ends in a dot that is not escaped.
fn is_absolute(text: &[u8]) -> bool {
    let Some(before) = text.strip_suffix(b".") else {
        return false;
    };
    let backslashes = before
        .iter()
        .rev()
        .take_while(|&&octet| octet == b'\\')
        .count();
    backslashes % 2 == 0
}

/// RFC 1035 §3.2.4.
const CLASSES: [&[u8]; 4] = [b"CH", b"CS", b"HS", b"IN"];

/// Types that may stand in a zone and that nobody asks for here.
const PASSED: [&str; 22] = [
    "CAA",
    "CDNSKEY",
    "CDS",
    "DNSKEY",
    "DS",
    "HINFO",
    "HTTPS",
    "LOC",
    "NAPTR",
    "NS",
    "NSEC",
    "NSEC3",
    "NSEC3PARAM",
    "OPENPGPKEY",
    "RP",
    "RRSIG",
    "SOA",
    "SPF",
    "SRV",
    "SSHFP",
    "SVCB",
    "TLSA",
];

#[cfg(test)]
mod tests;
