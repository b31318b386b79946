//! The words of a master file, one entry at a time (RFC 1035 §5.1).

use alloc::vec::Vec;

use super::error::{ZoneError, ZoneFault};

/// A word of an entry, its escapes unread.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) struct Word<'i> {
    pub(super) octets: &'i [u8],
    /// Whether it stood in quotes.
    pub(super) quoted: bool,
}

/// One entry: a line, or the lines that parentheses join.
#[derive(Debug, Eq, PartialEq)]
pub(super) struct Entry<'i> {
    /// Whether the line begins with white space: the entry has no owner of its own.
    pub(super) indented: bool,
    /// The number of the line on which it begins.
    pub(super) line: usize,
    pub(super) words: Vec<Word<'i>>,
}

/// Cuts text into entries. Lines end in LF; a CR before it is white space.
pub(super) struct Entries<'i> {
    line: usize,
    rest: &'i [u8],
}

impl<'i> Entries<'i> {
    pub(super) fn new(text: &'i [u8]) -> Self {
        Self {
            line: 1,
            rest: text,
        }
    }

    /// The next entry that has a word.
    pub(super) fn next(&mut self) -> Result<Option<Entry<'i>>, ZoneError> {
        while !self.rest.is_empty() {
            let entry = self.entry()?;
            if !entry.words.is_empty() {
                return Ok(Some(entry));
            }
        }
        Ok(None)
    }

    fn entry(&mut self) -> Result<Entry<'i>, ZoneError> {
        let mut entry = Entry {
            indented: self.rest.first().is_some_and(|&octet| is_blank(octet)),
            line: self.line,
            words: Vec::new(),
        };
        // The lines on which parentheses were opened that are not closed yet.
        let mut open = Vec::new();
        while let Some((&octet, after)) = self.rest.split_first() {
            match octet {
                b'\n' => {
                    self.rest = after;
                    self.line += 1;
                    if open.is_empty() {
                        return Ok(entry);
                    }
                }
                b'(' => {
                    self.rest = after;
                    open.push(self.line);
                }
                b')' => {
                    self.rest = after;
                    if open.pop().is_none() {
                        return Err(self.error(ZoneFault::Parenthesis));
                    }
                }
                b';' => self.skip_comment(),
                b'"' => {
                    let word = self.quoted(after)?;
                    entry.words.push(word);
                }
                _ if is_blank(octet) => self.rest = after,
                _ => {
                    let octets = self.take_while(|octet| !is_delimiter(octet))?;
                    entry.words.push(Word {
                        octets,
                        quoted: false,
                    });
                }
            }
        }
        match open.pop() {
            Some(line) => Err(ZoneError::new(line, ZoneFault::Parenthesis)),
            None => Ok(entry),
        }
    }

    fn skip_comment(&mut self) {
        let end = memchr::memchr(b'\n', self.rest).unwrap_or(self.rest.len());
        self.rest = self.rest.get(end..).unwrap_or_default();
    }

    /// Reads up to the closing quote; `after` begins behind the opening one.
    fn quoted(&mut self, after: &'i [u8]) -> Result<Word<'i>, ZoneError> {
        self.rest = after;
        let octets = self.take_while(|octet| !matches!(octet, b'"' | b'\n'))?;
        match self.rest.split_first() {
            Some((b'"', after)) => self.rest = after,
            _ => return Err(self.error(ZoneFault::Quote)),
        }
        Ok(Word {
            octets,
            quoted: true,
        })
    }

    /// Takes octets while `wanted`, and each octet behind a backslash but the end of the line.
    fn take_while(&mut self, wanted: impl Fn(u8) -> bool) -> Result<&'i [u8], ZoneError> {
        let mut end = 0;
        let mut octets = self.rest.iter();
        while let Some(&octet) = octets.next() {
            if octet == b'\\' {
                match octets.next() {
                    None | Some(b'\n' | b'\r') => return Err(self.error(ZoneFault::Escape)),
                    Some(_) => end += 2,
                }
            } else if wanted(octet) {
                end += 1;
            } else {
                break;
            }
        }
        let (taken, rest) = self.rest.split_at_checked(end).unwrap_or((self.rest, b""));
        self.rest = rest;
        Ok(taken)
    }

    fn error(&self, fault: ZoneFault) -> ZoneError {
        ZoneError::new(self.line, fault)
    }
}

fn is_blank(octet: u8) -> bool {
    matches!(octet, b' ' | b'\t' | b'\r')
}

/// What ends a word without quotes.
fn is_delimiter(octet: u8) -> bool {
    is_blank(octet) || matches!(octet, b'\n' | b'"' | b'(' | b')' | b';')
}
