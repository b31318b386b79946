//! Names of keys, and what signs under them (KeyTable).
//!
//! An entry is `name domain:selector:key`, and as an addition `:algorithm` may follow, where it is
//! the name of one. `%` as the domain is the author's; `%` in a path is the domain that signs.
//! Names differ in case.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use dkim_sign::{Algorithm, SignMessage};
use dns_txt::{Domain, DomainError};
use thiserror::Error;

use super::a_label::with_a_labels;
use super::data_set::{Case, DataSet, DataSource, Entry};
use super::key::{Key, KeyReader, KeySource};
use super::place::{Place, Warning};
use crate::config::{ConfigError, one_line};

/// The table, with all keys that it names.
#[derive(Clone, Debug)]
pub struct KeyTable {
    set: DataSet,
    /// One for each entry of the set.
    keys: Vec<Result<TableKey, NoKey>>,
}

impl KeyTable {
    /// Reads the table and its keys. What cannot be used is warned of and kept, since the mail that
    /// it should sign has to wait.
    pub(super) fn read(
        source: &DataSource,
        reader: &mut KeyReader,
        warnings: &mut Vec<Warning>,
    ) -> Result<Self, ConfigError> {
        let set = source.read(Case::Matters)?;
        warnings.extend(set.warnings());
        let mut keys = Vec::with_capacity(set.entries().len());
        for (position, entry) in set.entries().iter().enumerate() {
            warnings.extend(warn_of_repeated(&set, position, entry));
            let key = TableKey::read(entry, reader);
            warnings.extend(warn(entry, &key));
            keys.push(key.map_err(|error| NoKey::Malformed {
                place: entry.place.clone(),
                error,
            }));
        }
        Ok(Self { set, keys })
    }

    /// What signs under a name for an author at `author`.
    pub fn resolve(&self, name: &str, author: &Domain) -> Result<Resolved, NoKey> {
        let unknown = || NoKey::Unknown { name: name.into() };
        let position = self.set.position(name).ok_or_else(unknown)?;
        let key = self.keys.get(position).ok_or_else(unknown)?;
        let key = key.as_ref().map_err(Clone::clone)?;
        key.resolve(name, author)
    }

    /// Whether an entry has this name.
    pub fn has(&self, name: &str) -> bool {
        self.set.position(name).is_some()
    }

    /// The entries, each with its key.
    pub fn entries(&self) -> impl Iterator<Item = (&Entry, &Result<TableKey, NoKey>)> {
        self.set.entries().iter().zip(&self.keys)
    }
}

/// What an entry says.
#[derive(Clone, Debug)]
pub struct TableKey {
    domain: Option<Domain>,
    selector: Domain,
    keys: Keys,
}

impl TableKey {
    fn read(entry: &Entry, reader: &mut KeyReader) -> Result<Self, KeyEntryError> {
        let value = entry.value.as_deref().unwrap_or_default();
        let mut parts = value.splitn(3, ':').map(str::trim);
        let (Some(domain), Some(selector), Some(key)) = (parts.next(), parts.next(), parts.next())
        else {
            return Err(KeyEntryError::Parts);
        };
        let (key, algorithm) = algorithm(key);
        if key.is_empty() {
            return Err(KeyEntryError::Parts);
        }
        let written = domain.strip_suffix('.').unwrap_or(domain);
        let domain = match written {
            "%" => None,
            _ => Some(
                with_a_labels(written)
                    .parse()
                    .map_err(KeyEntryError::Domain)?,
            ),
        };
        let selector = selector.parse().map_err(KeyEntryError::Selector)?;
        let keys = match &domain {
            _ if !key.starts_with('/') => Keys::One(reader.field(key)),
            None if key.contains('%') => Keys::by_domain(key, reader),
            // To a file system its case matters.
            _ => Keys::One(reader.field(&key.replace('%', written))),
        };
        if let Some(algorithm) = algorithm {
            let mut known = keys.all().filter(|key| key.signer().is_ok());
            if known.any(|key| key.algorithm() != algorithm) {
                return Err(KeyEntryError::Algorithm { algorithm });
            }
        }
        Ok(Self {
            domain,
            selector,
            keys,
        })
    }

    /// The domain that signs; `None` for the author's.
    pub fn domain(&self) -> Option<&Domain> {
        self.domain.as_ref()
    }

    /// Under which name the key is published.
    pub fn selector(&self) -> &Domain {
        &self.selector
    }

    /// The keys with their domains: one, or one for each domain that has a file.
    pub fn keys(&self) -> Vec<(Option<&Domain>, &Arc<Key>)> {
        match &self.keys {
            Keys::One(key) => vec![(self.domain.as_ref(), key)],
            Keys::ByDomain { keys, .. } => keys.iter().map(|(d, key)| (Some(d), key)).collect(),
        }
    }

    fn resolve(&self, name: &str, author: &Domain) -> Result<Resolved, NoKey> {
        let domain = self.domain.as_ref().unwrap_or(author);
        let key = match &self.keys {
            Keys::One(key) => key,
            Keys::ByDomain { template, keys } => keys.get(domain).ok_or_else(|| NoKey::NoFile {
                path: template.replace('%', domain.as_str()).into(),
            })?,
        };
        match key.signer() {
            Ok(_) => Ok(Resolved::new(
                name.into(),
                domain.clone(),
                &self.selector,
                key,
            )),
            Err(_) => Err(NoKey::Unusable {
                key: Arc::clone(key),
            }),
        }
    }
}

/// A key that signs, and in whose name.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Resolved {
    /// The name in the table.
    pub name: String,
    /// The domain that signs (`d=`).
    pub domain: Domain,
    /// Under which name the key is published (`s=`).
    pub selector: Domain,
    /// The key.
    pub key: Arc<Key>,
}

impl Resolved {
    pub(super) fn new(name: String, domain: Domain, selector: &Domain, key: &Arc<Key>) -> Self {
        Self {
            name,
            domain,
            selector: selector.clone(),
            key: Arc::clone(key),
        }
    }
}

/// Why mail that should be signed cannot be.
#[derive(Clone, Debug, Error)]
#[non_exhaustive]
pub enum NoKey {
    /// An entry of the table that cannot be read.
    #[error("{place}: {error}")]
    Malformed {
        /// Where it stands.
        place: Place,
        /// What is wrong with it.
        error: KeyEntryError,
    },
    /// `%` in a path, and no file for this domain when the table was read.
    #[error("there was no file {} when the tables were read", path.display())]
    NoFile {
        /// The file.
        path: PathBuf,
    },
    /// A name that no entry of the KeyTable has.
    #[error("the KeyTable has no key {name}")]
    Unknown {
        /// The name.
        name: String,
    },
    /// A key that cannot be read.
    #[error("{}: {}", key.source(), reason(key))]
    Unusable {
        /// The key.
        key: Arc<Key>,
    },
}

/// What is wrong with an entry of a KeyTable.
#[derive(Clone, Copy, Debug, Eq, Error, PartialEq)]
#[non_exhaustive]
pub enum KeyEntryError {
    /// The key signs with something else.
    #[error("the key is not for {algorithm}")]
    Algorithm {
        /// What the entry says.
        algorithm: Algorithm,
    },
    /// What should be a domain is none.
    #[error("the signing domain cannot be read: {0}")]
    Domain(DomainError),
    /// Fewer than three parts, or an empty one.
    #[error("expected domain:selector:key")]
    Parts,
    /// What should be a selector is none.
    #[error("the selector cannot be read: {0}")]
    Selector(DomainError),
}

#[derive(Clone, Debug)]
enum Keys {
    ByDomain {
        template: String,
        keys: BTreeMap<Domain, Arc<Key>>,
    },
    One(Arc<Key>),
}

impl Keys {
    /// All files that a path with `%` in it stands for. They are looked for once, so that deciding
    /// about a message opens no files; a file that comes later is found when the tables are read
    /// again.
    fn by_domain(template: &str, reader: &mut KeyReader) -> Self {
        let parts: Vec<&str> = template
            .split('/')
            .filter(|part| !part.is_empty())
            .collect();
        let mut found = Vec::new();
        find_files(PathBuf::from("/"), &parts, None, &mut found);
        let found = found.into_iter();
        Self::ByDomain {
            template: template.into(),
            keys: found
                .map(|(domain, path)| (domain, reader.file(&path)))
                .collect(),
        }
    }

    fn all(&self) -> Box<dyn Iterator<Item = &Arc<Key>> + '_> {
        match self {
            Self::ByDomain { keys, .. } => Box::new(keys.values()),
            Self::One(key) => Box::new(core::iter::once(key)),
        }
    }
}

/// Walks down from `path` along `parts`, in which `%` stands for one domain.
fn find_files(
    path: PathBuf,
    parts: &[&str],
    domain: Option<&Domain>,
    found: &mut Vec<(Domain, PathBuf)>,
) {
    let Some((part, rest)) = parts.split_first() else {
        if let (Some(domain), true) = (domain, path.is_file()) {
            found.push((domain.clone(), path));
        }
        return;
    };
    match domain {
        Some(domain) => {
            let name = part.replace('%', domain.as_str());
            find_files(path.join(name), rest, Some(domain), found);
        }
        None if !part.contains('%') => find_files(path.join(part), rest, None, found),
        None => {
            // A directory that cannot be listed holds no keys that could be read.
            for name in names(&path) {
                if let Some(domain) = domain_in(part, &name) {
                    find_files(path.join(&name), rest, Some(&domain), found);
                }
            }
        }
    }
}

fn names(directory: &Path) -> Vec<String> {
    let Ok(listing) = std::fs::read_dir(directory) else {
        return Vec::new();
    };
    let names = listing.filter_map(|entry| entry.ok()?.file_name().into_string().ok());
    names.collect()
}

/// The domain that stands in `name` where `template` has `%`.
fn domain_in(template: &str, name: &str) -> Option<Domain> {
    let times = template.matches('%').count();
    let others = template.len().checked_sub(times)?;
    let start = template.find('%')?;
    let length = name.len().checked_sub(others)?.checked_div(times)?;
    let text = name.get(start..start.checked_add(length)?)?;
    let domain: Domain = text.parse().ok()?;
    (template.replace('%', domain.as_str()) == name).then_some(domain)
}

/// The key and the algorithm behind it, if it is one.
fn algorithm(key: &str) -> (&str, Option<Algorithm>) {
    match key.rsplit_once(':') {
        Some((rest, word)) => match Algorithm::parse(word.as_bytes()) {
            Some(algorithm) => (rest, Some(algorithm)),
            None => (key, None),
        },
        None => (key, None),
    }
}

/// Of equal names the first is found. Patterns may well take the same ones.
fn warn_of_repeated(set: &DataSet, position: usize, entry: &Entry) -> Option<Warning> {
    let first = set.position(&entry.key).filter(|_| !set.is_patterns())?;
    let first = set.entries().get(first).filter(|_| first < position)?;
    let text = format!(
        "{}: does nothing: the name stands at {} already",
        entry.key, first.place
    );
    Some(Warning::new(&entry.place, text))
}

fn warn(entry: &Entry, key: &Result<TableKey, KeyEntryError>) -> Vec<Warning> {
    let consequence = "mail that it should sign is put off";
    let warning = |text: String| Warning::new(&entry.place, text);
    let key = match key {
        Ok(key) => key,
        Err(error) => return vec![warning(format!("{}: {error}; {consequence}", entry.key))],
    };
    let mut warnings = Vec::new();
    let written = entry.value.as_deref().unwrap_or_default().split(':').next();
    let written = written.map(str::trim).unwrap_or_default();
    if written.ends_with('.') {
        warnings.push(warning(format!(
            "{}: the final dot of {written} is left out",
            entry.key
        )));
    }
    if let Keys::ByDomain { template, keys } = &key.keys
        && keys.is_empty()
    {
        warnings.push(warning(format!(
            "{}: there is no file {template}",
            entry.key
        )));
    }
    for key in key.keys.all() {
        if let Err(error) = key.signer() {
            let (source, error) = (key.source(), one_line(error));
            let hint = match source {
                KeySource::File(_) => "",
                KeySource::Inline => " (the path of a file begins with a slash)",
            };
            warnings.push(warning(format!(
                "{}: {source}: {error}{hint}; {consequence}",
                entry.key
            )));
        }
        if let Some(remark) = key.remark() {
            warnings.push(warning(format!("{}: {remark}", entry.key)));
        }
    }
    warnings
}

fn reason(key: &Key) -> String {
    key.signer()
        .err()
        .map(|error| one_line(error))
        .unwrap_or_default()
}

#[cfg(test)]
mod tests;
