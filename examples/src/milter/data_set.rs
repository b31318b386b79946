//! Data sets: what an option lists, in the file itself or in another one (opendkim(8)).

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use thiserror::Error;

use super::a_label::with_a_labels;
use super::pattern::Pattern;
use super::place::{Place, Warning};
use crate::config::ConfigError;
use crate::stored::{TABLE, read_stored};

/// A data set that is not read yet.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct DataSource {
    place: Place,
    kind: Kind,
}

impl DataSource {
    /// Reads `file:PATH`, `refile:PATH`, `csl:LIST`, and what has no type: a path if it begins with
    /// a slash, else a list.
    pub fn parse(text: &str, place: Place) -> Result<Self, DataSourceError> {
        let kind = match text.split_once(':') {
            _ if text.starts_with('/') && !text.ends_with(".db") => Kind::File(text.into()),
            Some(("file", path)) => Kind::File(path.into()),
            Some(("refile", path)) => Kind::Patterns(path.into()),
            Some(("csl", list)) => Kind::List(list.into()),
            Some((kind, _)) if is_kind(kind) => {
                return Err(DataSourceError::Kind { kind: kind.into() });
            }
            _ if text.ends_with(".db") => return Err(DataSourceError::Kind { kind: "db".into() }),
            _ => Kind::List(text.into()),
        };
        match &kind {
            Kind::File(path) | Kind::Patterns(path) if path.as_os_str().is_empty() => {
                Err(DataSourceError::NoPath)
            }
            _ => Ok(Self { place, kind }),
        }
    }

    /// Where the option stands that names this set.
    pub fn place(&self) -> &Place {
        &self.place
    }

    /// The file that holds the set, if one does.
    pub fn path(&self) -> Option<&Path> {
        match &self.kind {
            Kind::File(path) | Kind::Patterns(path) => Some(path),
            Kind::List(_) => None,
        }
    }

    /// Whether the keys are patterns.
    pub fn is_patterns(&self) -> bool {
        matches!(self.kind, Kind::Patterns(_))
    }

    /// Reads the set. A file that cannot be read is reported with the line that names it.
    pub fn read(&self, case: Case) -> Result<DataSet, ConfigError> {
        self.set(self.entries()?, case)
    }

    /// Reads a set of domains or addresses, which are then found [as the DNS has
    /// them](with_a_labels).
    pub(super) fn read_domains(&self) -> Result<DataSet, ConfigError> {
        let mut entries = self.entries()?;
        for entry in &mut entries {
            entry.key = with_a_labels(&entry.key);
        }
        self.set(entries, Case::Ignored)
    }

    fn entries(&self) -> Result<Vec<Entry>, ConfigError> {
        match &self.kind {
            Kind::File(path) | Kind::Patterns(path) => self.lines(path),
            Kind::List(list) => Ok(self.items(list)),
        }
    }

    fn set(&self, entries: Vec<Entry>, case: Case) -> Result<DataSet, ConfigError> {
        match self.is_patterns() {
            true => DataSet::patterns(entries, case),
            false => Ok(DataSet::exact(entries, case)),
        }
    }

    /// One entry a line: the key, white space, the value. In front of a pattern white space is not
    /// skipped: as for OpenDKIM, the pattern of such a line is empty and matches nothing.
    fn lines(&self, path: &Path) -> Result<Vec<Entry>, ConfigError> {
        let text = read_stored(path, TABLE)
            .map_err(|error| self.place.fault(ConfigError::file(path, error)))?;
        let path: Arc<Path> = path.into();
        let mut entries = Vec::new();
        for (index, line) in text.split(|&octet| octet == b'\n').enumerate() {
            let place = Place::new(Arc::clone(&path), index + 1);
            let line = line
                .split(|&octet| octet == b'#')
                .next()
                .unwrap_or_default();
            let line = core::str::from_utf8(line);
            let line = line.map_err(|_| place.fault(DataSourceError::Utf8))?;
            // An editor's mark of UTF-8 is no part of the first key.
            let line = match index {
                0 => line.strip_prefix('\u{feff}').unwrap_or(line),
                _ => line,
            };
            if line.trim().is_empty() {
                continue;
            }
            let line = match self.is_patterns() {
                true => line.trim_end(),
                false => line.trim(),
            };
            let (key, value) = match line.split_once(char::is_whitespace) {
                Some((key, value)) => (key, Some(value.trim_start().into())),
                None => (line, None),
            };
            let key = key.into();
            entries.push(Entry { key, value, place });
        }
        Ok(entries)
    }

    /// Commas between the entries, `=` between key and value.
    fn items(&self, list: &str) -> Vec<Entry> {
        let items = list.split(',').map(str::trim);
        let items = items.filter(|item| !item.is_empty());
        let entries = items.map(|item| {
            let (key, value) = match item.split_once('=') {
                Some((key, value)) => (key.trim_end(), Some(value.trim_start().into())),
                None => (item, None),
            };
            Entry {
                key: key.into(),
                value,
                place: self.place.clone(),
            }
        });
        entries.collect()
    }
}

/// Why a data set cannot be had.
#[derive(Clone, Debug, Eq, Error, PartialEq)]
#[non_exhaustive]
pub enum DataSourceError {
    /// A type of data set that is not supported.
    #[error("data sets of type {kind}: are not supported; use file:, refile: or csl:")]
    Kind {
        /// The type.
        kind: String,
    },
    /// A type without a path.
    #[error("the path of the data set is missing")]
    NoPath,
    /// Octets that are not UTF-8.
    #[error("not UTF-8")]
    Utf8,
}

/// Whether keys that differ in case differ.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[expect(clippy::exhaustive_enums, reason = "there is no third way")]
pub enum Case {
    /// They do not.
    Ignored,
    /// They do.
    Matters,
}

/// A key, the value that belongs to it, and where both were written.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Entry {
    /// The key, or a pattern.
    pub key: String,
    /// What belongs to it, if anything was written.
    pub value: Option<String>,
    /// Where it was written.
    pub place: Place,
}

/// A data set in memory.
#[derive(Clone, Debug)]
pub struct DataSet {
    entries: Vec<Entry>,
    index: Index,
}

impl DataSet {
    fn exact(entries: Vec<Entry>, case: Case) -> Self {
        let mut positions = HashMap::with_capacity(entries.len());
        for (position, entry) in entries.iter().enumerate() {
            let key = match case {
                Case::Ignored => entry.key.to_ascii_lowercase(),
                Case::Matters => entry.key.clone(),
            };
            // The first of equal keys is the one that is found.
            positions.entry(key).or_insert(position);
        }
        let index = Index::Exact { positions, case };
        Self { entries, index }
    }

    fn patterns(entries: Vec<Entry>, case: Case) -> Result<Self, ConfigError> {
        let patterns = entries.iter().map(|entry| {
            let pattern = Pattern::parse(&entry.key, case);
            pattern.map_err(|error| entry.place.fault(error))
        });
        let index = Index::Patterns(patterns.collect::<Result<_, _>>()?);
        Ok(Self { entries, index })
    }

    /// The entries, in their order.
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// The entries that do nothing whatever the set is for.
    pub(super) fn warnings(&self) -> impl Iterator<Item = Warning> {
        let idle = self.entries.iter().filter(|entry| entry.key.is_empty());
        idle.map(|entry| {
            let text = "begins with white space, so that its pattern is empty and matches nothing";
            Warning::new(&entry.place, text)
        })
    }

    /// Whether the keys are patterns.
    pub fn is_patterns(&self) -> bool {
        matches!(self.index, Index::Patterns(_))
    }

    /// The place among the [entries](Self::entries) of the first whose key is `probe`, or whose
    /// pattern matches it.
    pub fn position(&self, probe: &str) -> Option<usize> {
        match &self.index {
            Index::Exact { positions, case } => match case {
                Case::Ignored => positions.get(&probe.to_ascii_lowercase()).copied(),
                Case::Matters => positions.get(probe).copied(),
            },
            Index::Patterns(_) => self.positions(probe).next(),
        }
    }

    /// Those of all patterns that match `probe`; of exact keys there is one at most.
    pub fn positions<'s>(&'s self, probe: &'s str) -> Box<dyn Iterator<Item = usize> + 's> {
        match &self.index {
            Index::Exact { .. } => Box::new(self.position(probe).into_iter()),
            Index::Patterns(patterns) => {
                let patterns = patterns.iter().enumerate();
                let matching = patterns.filter(|(_, pattern)| pattern.matches(probe));
                Box::new(matching.map(|(position, _)| position))
            }
        }
    }

    /// The first entry whose key is `probe`, or whose pattern matches it.
    pub fn find(&self, probe: &str) -> Option<&Entry> {
        self.entries.get(self.position(probe)?)
    }
}

#[derive(Clone, Debug, Eq, PartialEq)]
enum Kind {
    File(PathBuf),
    List(String),
    Patterns(PathBuf),
}

#[derive(Clone, Debug)]
enum Index {
    Exact {
        positions: HashMap<String, usize>,
        case: Case,
    },
    Patterns(Vec<Pattern>),
}

/// Whether what stands before a colon is a type of data set, known here or not. The first group of
/// an IPv6 address is none; a list of them needs no `csl:` here, as it does with OpenDKIM.
fn is_kind(word: &str) -> bool {
    let is_word = !word.is_empty() && word.bytes().all(|octet| octet.is_ascii_alphabetic());
    is_word && (matches!(word, "db" | "d") || !word.bytes().all(|octet| octet.is_ascii_hexdigit()))
}

#[cfg(test)]
mod tests;
