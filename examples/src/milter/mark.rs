//! Lines in the tables that are for this server and not for OpenDKIM.
//!
//! OpenDKIM takes everything behind `#` for a comment. So what is said of a key in rotation stands
//! in the very file that names the key, as a comment that begins with `#=`: OpenDKIM reads the file
//! as before, whoever edits or copies it sees both at once, and no second file can be left behind
//! or contradict it.
//!
//! ```text
//! mail          example.com:2026a:/etc/dkimkeys/2026a.private
//! #=successor mail 2026b /etc/dkimkeys/2026b.private
//! #=retired mail 2025b 2026-03-01 /etc/dkimkeys/2025b.private
//! ```
//!
//! For Domain, Selector and KeyFile they stand in opendkim.conf, beside KeyFile, which is then the
//! name.

use core::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use dns_txt::{Domain, DomainError};
use thiserror::Error;

use super::place::Place;
use crate::config::ConfigError;
use crate::stored::{TABLE, read_stored};

/// The marks of a file, each with its line.
pub type Marks = Vec<(Place, Result<Mark, MarkError>)>;

/// What is said of a key.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Mark {
    /// The name of the key, in KeyTable or [`KEY_FILE`](Self::KEY_FILE).
    pub name: String,
    /// The selector of its successor or its predecessor.
    pub selector: Domain,
    /// Where that one's private key is.
    pub key_file: PathBuf,
    /// Which of the two it is.
    pub kind: MarkKind,
}

impl Mark {
    /// The name where there is no KeyTable.
    pub const KEY_FILE: &str = "KeyFile";

    /// All marks in a file, each with its line; what cannot be read as one is an error of its line.
    pub fn read(path: &Path) -> Result<Marks, ConfigError> {
        let text = read_stored(path, TABLE).map_err(|error| ConfigError::file(path, error))?;
        Ok(Self::read_text(path, &text))
    }

    /// The same of the text of a file.
    pub fn read_text(path: &Path, text: &[u8]) -> Marks {
        let path: Arc<Path> = path.into();
        let lines = text.split(|&octet| octet == b'\n').enumerate();
        let marks = lines.filter_map(|(index, line)| {
            // Comments may be in another encoding.
            let line = core::str::from_utf8(line).ok()?;
            let mark = Self::parse(line)?;
            Some((Place::new(Arc::clone(&path), index + 1), mark))
        });
        marks.collect()
    }

    /// `None` for every other line, comments included.
    pub fn parse(line: &str) -> Option<Result<Self, MarkError>> {
        let line = line.trim().strip_prefix("#=")?;
        let (word, rest) = take_word(line);
        Some(match word {
            "successor" => Self::fields(rest, false),
            "retired" => Self::fields(rest, true),
            _ => Err(MarkError::Word),
        })
    }

    fn fields(rest: &str, is_retired: bool) -> Result<Self, MarkError> {
        let (name, rest) = take_word(rest);
        let (selector, rest) = take_word(rest);
        let (kind, key_file) = match is_retired {
            false => (MarkKind::Successor, rest),
            true => {
                let (date, rest) = take_word(rest);
                let until = date.into();
                (MarkKind::Retired { until }, rest)
            }
        };
        if key_file.is_empty() {
            return Err(MarkError::Parts);
        }
        Ok(Self {
            name: name.into(),
            selector: selector.parse().map_err(MarkError::Selector)?,
            key_file: key_file.into(),
            kind,
        })
    }
}

/// The line, without its end.
impl fmt::Display for Mark {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            name,
            selector,
            key_file,
            kind,
        } = self;
        let key_file = key_file.display();
        match kind {
            MarkKind::Successor => write!(f, "#=successor {name} {selector} {key_file}"),
            MarkKind::Retired { until } => {
                write!(f, "#=retired {name} {selector} {until} {key_file}")
            }
        }
    }
}

/// What a key is to the one of its name.
#[derive(Clone, Debug, Eq, PartialEq)]
#[expect(
    clippy::exhaustive_enums,
    reason = "a key comes before another or behind it"
)]
pub enum MarkKind {
    /// It comes behind it, once its record is published.
    Successor,
    /// It came before it.
    Retired {
        /// Until when its record is needed, as `2026-12-31`.
        until: String,
    },
}

/// What is wrong with a line that begins with `#=`.
#[derive(Clone, Copy, Debug, Eq, Error, PartialEq)]
#[non_exhaustive]
pub enum MarkError {
    /// Something is missing.
    #[error("expected #=successor NAME SELECTOR KEYFILE or #=retired NAME SELECTOR DATE KEYFILE")]
    Parts,
    /// What should be a selector is none.
    #[error("the selector cannot be read: {0}")]
    Selector(DomainError),
    /// Another word than `successor` and `retired`.
    #[error("expected #=successor or #=retired")]
    Word,
}

/// The first word, and what is behind the white space behind it.
fn take_word(text: &str) -> (&str, &str) {
    match text.split_once(char::is_whitespace) {
        Some((word, rest)) => (word, rest.trim_start()),
        None => (text, ""),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mark_is_printed_as_it_is_read() {
        for line in [
            "#=successor mail 2026b /keys/a b.private",
            "#=retired KeyFile s1 2026-12-31 /keys/s1.private",
        ] {
            assert_eq!(Mark::parse(line).unwrap().unwrap().to_string(), line);
        }
        let mark = Mark::parse(" #=successor \t mail  s  /k \r")
            .unwrap()
            .unwrap();
        assert_eq!(mark.to_string(), "#=successor mail s /k");
    }

    #[test]
    fn a_comment_is_no_mark_and_a_broken_mark_is_told() {
        for line in [
            "",
            "# =successor a b c",
            "#successor a b c",
            "a b #=successor a b c",
        ] {
            assert_eq!(Mark::parse(line), None, "{line}");
        }
        for (line, error) in [
            ("#=", MarkError::Word),
            ("#=next a b c", MarkError::Word),
            ("#=successor a b", MarkError::Parts),
            ("#=retired a b 2026-12-31", MarkError::Parts),
        ] {
            assert_eq!(Mark::parse(line), Some(Err(error)), "{line}");
        }
        let error = Mark::parse("#=successor a b..c /k").unwrap().unwrap_err();
        assert!(matches!(error, MarkError::Selector(_)));
    }
}
