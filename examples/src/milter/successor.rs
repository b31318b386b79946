//! Keys that wait for their turn.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use dkim_canon::KeyRecord;
use dkim_sign::{KeyCheck, KeyCheckError};
use dns_txt::{Answer, Domain, Question};

use super::conf::Settings;
use super::key::{Key, KeyReader};
use super::key_table::Resolved;
use super::mark::{Mark, MarkKind};
use super::place::{Place, Warning};
use super::snapshot::Signers;
use crate::config::{ConfigError, one_line};

/// A key that takes the place of another one in a domain once its record is published.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Successor {
    /// The name in KeyTable, or [`Mark::KEY_FILE`].
    pub name: String,
    /// The domain that signs.
    pub domain: Domain,
    /// The selector until then.
    pub from: Domain,
    /// The selector from then on.
    pub selector: Domain,
    /// The key from then on.
    pub key: Arc<Key>,
    /// Where it was written.
    pub place: Place,
    check: KeyCheck,
    record: KeyRecord,
}

impl Successor {
    /// Where its record is looked for.
    pub fn question(&self) -> &Question {
        self.check.question()
    }

    /// The record that publishes it.
    pub fn record(&self) -> &KeyRecord {
        &self.record
    }

    /// Whether signatures of it verify with what is published.
    pub fn answer(&self, answer: &Answer) -> Result<(), KeyCheckError> {
        self.check.answer(&self.record, answer).map(|_| ())
    }
}

/// All of a configuration, each with whether it is its turn.
#[derive(Clone, Debug, Default)]
pub(super) struct Successors {
    by_name: BTreeMap<String, Vec<(Arc<Successor>, bool)>>,
}

impl Successors {
    /// Reads them from the file that names the keys. One that cannot be used is warned of; mail
    /// goes on being signed with the key that is there.
    pub(super) fn read(
        settings: &Settings,
        signers: &Signers,
        reader: &mut KeyReader,
        warnings: &mut Vec<Warning>,
    ) -> Result<Self, ConfigError> {
        let mut successors = Self::default();
        let Some(path) = file_of_marks(settings) else {
            return Ok(successors);
        };
        for (place, mark) in Mark::read(path)? {
            let read = match mark {
                Ok(mark) if mark.kind != MarkKind::Successor => continue,
                Ok(mark) => successor(&mark, &place, signers, reader),
                Err(error) => Err(error.to_string()),
            };
            match read {
                Ok(found) => {
                    for successor in found {
                        let of_name = successors.by_name.entry(successor.name.clone());
                        of_name.or_default().push((Arc::new(successor), false));
                    }
                }
                Err(text) => warnings.push(Warning::new(&place, text)),
            }
        }
        Ok(successors)
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &Arc<Successor>> {
        let all = self.by_name.values().flatten();
        all.map(|(successor, _)| successor)
    }

    /// Says whose turn it is.
    pub(super) fn turn(&mut self, is_in_use: impl Fn(&Successor) -> bool) {
        for (successor, turn) in self.by_name.values_mut().flatten() {
            *turn = is_in_use(successor);
        }
    }

    /// What signs in the place of a key: its successor if it is its turn.
    pub(super) fn succeed(&self, resolved: Resolved) -> Resolved {
        let name = match resolved.name.as_str() {
            "" => Mark::KEY_FILE,
            name => name,
        };
        let mut of_name = self.by_name.get(name).into_iter().flatten();
        let turn = of_name.find(|(next, turn)| *turn && next.domain == resolved.domain);
        match turn {
            Some((next, _)) => {
                Resolved::new(resolved.name, resolved.domain, &next.selector, &next.key)
            }
            None => resolved,
        }
    }
}

/// The file that names the keys: KeyTable if it is one, or that with the line KeyFile.
fn file_of_marks(settings: &Settings) -> Option<&Path> {
    match (&settings.key_table, &settings.key_file) {
        (Some(key_table), _) => key_table.path(),
        (None, key_file) => key_file.as_ref().and_then(|(place, _)| place.path()),
    }
}

/// A successor in each domain in which the key of this name signs, or why there is none.
fn successor(
    mark: &Mark,
    place: &Place,
    signers: &Signers,
    reader: &mut KeyReader,
) -> Result<Vec<Successor>, String> {
    let (domains, from) = signers_of(&mark.name, signers)?;
    let key = reader.file(&mark.key_file);
    let record = match key.record() {
        Ok(record) => record.clone(),
        Err(error) => return Err(format!("{}: {}", key.source(), one_line(error))),
    };
    let successors = domains.into_iter().map(|domain| {
        let check = KeyCheck::new(&mark.selector, &domain).map_err(|error| one_line(&error))?;
        Ok(Successor {
            name: mark.name.clone(),
            domain,
            from: from.clone(),
            selector: mark.selector.clone(),
            key: Arc::clone(&key),
            place: place.clone(),
            check,
            record: record.clone(),
        })
    });
    successors.collect()
}

/// The domains in which a key signs, and its selector.
fn signers_of(name: &str, signers: &Signers) -> Result<(Vec<Domain>, Domain), String> {
    match signers {
        Signers::Tables { keys, .. } => {
            let mut entries = keys.entries();
            let (_, key) = entries
                .find(|(entry, _)| entry.key == name)
                .ok_or_else(|| format!("the KeyTable has no key {name} to succeed"))?;
            let key = key.as_ref().map_err(|error| one_line(error))?;
            let domain = key.domain().ok_or_else(|| {
                format!("{name} signs for the author's domain (%), so no record can be looked for")
            })?;
            Ok((vec![domain.clone()], key.selector().clone()))
        }
        Signers::One(domains) if name == Mark::KEY_FILE => {
            // A pattern, or `*`, stands for domains whose records cannot be looked for. They go on
            // with the key that is there.
            let listed = domains.names().filter_map(|name| name.parse().ok());
            Ok((listed.collect(), domains.selector().clone()))
        }
        Signers::One(_) => Err(format!("expected the name {} here", Mark::KEY_FILE)),
        Signers::Nobody => Err("there is no key to succeed".into()),
    }
}
