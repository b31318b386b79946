//! The keys that can be rotated.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use dkim_canon::KeyRecord;
use dkim_sign::SigningKey;
use dns_txt::Domain;

use super::edit::{CHANGED, Stored};
use crate::config::{one_line, read_secret};
use crate::mailauth::Fault;
use crate::milter::{Key, KeySource, Mark, MarkKind, Place, Settings, Signers, Snapshot, Source};
use crate::signatories::key_error;

/// What there is to rotate.
#[derive(Debug, Default)]
pub(super) struct Site {
    pub(super) snapshot: Option<Arc<Snapshot>>,
    /// The file that names the keys.
    pub(super) file: Option<Stored>,
    pub(super) marks: Vec<(Place, Mark)>,
    pub(super) targets: Vec<Target>,
    /// Names of keys that cannot be rotated, and why.
    pub(super) skipped: Vec<(String, String)>,
}

/// A key in a domain.
#[derive(Clone, Debug)]
pub(super) struct Target {
    /// Its name in KeyTable, or else KeyFile.
    pub(super) name: String,
    pub(super) domain: Domain,
    pub(super) selector: Domain,
    pub(super) key_file: PathBuf,
    pub(super) record: KeyRecord,
    /// The line that names the key file.
    pub(super) place: Option<Place>,
}

impl Site {
    pub(super) fn of_config(config: &Path) -> Result<Self, Fault> {
        let settings = Source::file(config.to_owned()).settings()?;
        let path = file_of_keys(config, &settings)?;
        // Before everything that is said of its lines, so that a change in between is seen.
        let file = Stored::read(path)?;
        let snapshot = Snapshot::read(config)?;
        if file_of_keys(config, snapshot.settings())? != path {
            return Err(Fault::file(config, CHANGED));
        }
        let marks = Mark::read_text(path, &file.text).into_iter();
        let marks = marks.map(|(place, mark)| {
            let mark = mark.map_err(|error| place.fault(error))?;
            Ok((place, mark))
        });
        let mut site = Self {
            file: Some(file),
            marks: marks.collect::<Result<_, Fault>>()?,
            ..Self::default()
        };
        site.take(&snapshot);
        site.snapshot = Some(snapshot);
        Ok(site)
    }

    /// The key in `SELECTOR.private`, as `opendkim-genkey` calls it.
    pub(super) fn of_directory(
        directory: &Path,
        domain: &Domain,
        selector: &Domain,
    ) -> Result<Self, Fault> {
        let key_file = directory.join(format!("{selector}.private"));
        let text = read_secret(&key_file, 0o640)?;
        // Not read as for signing, since a key that is too short to sign is one to be rotated.
        let key = SigningKey::parse(&text);
        let key = key.map_err(|error| key_error(&key_file, &text, error.into()))?;
        let target = Target {
            name: selector.to_string(),
            domain: domain.clone(),
            selector: selector.clone(),
            record: key.key_record().clone(),
            key_file,
            place: None,
        };
        Ok(Self {
            targets: vec![target],
            ..Self::default()
        })
    }

    /// The name of the successor that a key has already.
    pub(super) fn pending(&self, name: &str) -> Option<&Mark> {
        let mut marks = self.marks.iter().map(|(_, mark)| mark);
        marks.find(|mark| mark.name == name && mark.kind == MarkKind::Successor)
    }

    /// The selectors that keys in a domain have or had.
    pub(super) fn selectors(&self, domain: &Domain) -> BTreeSet<&Domain> {
        let of_domain = self
            .targets
            .iter()
            .filter(|target| target.domain == *domain);
        let names: BTreeSet<&str> = of_domain
            .clone()
            .map(|target| target.name.as_str())
            .collect();
        let marks = self.marks.iter().map(|(_, mark)| mark);
        let marks = marks.filter(|mark| names.contains(mark.name.as_str()));
        let marked = marks.map(|mark| &mark.selector);
        of_domain
            .map(|target| &target.selector)
            .chain(marked)
            .collect()
    }

    fn take(&mut self, snapshot: &Snapshot) {
        match snapshot.signers() {
            Signers::Nobody => {}
            Signers::One(domains) => {
                let place = snapshot
                    .settings()
                    .key_file
                    .as_ref()
                    .map(|(place, _)| place);
                for name in domains.names() {
                    match name.parse() {
                        Ok(domain) => {
                            let selector = domains.selector();
                            self.add(Mark::KEY_FILE, &domain, selector, domains.key(), place);
                        }
                        Err(_) => self.skip(Mark::KEY_FILE, format!("{name} is no domain")),
                    }
                }
            }
            Signers::Tables { keys, .. } => {
                for (entry, key) in keys.entries() {
                    let name = &entry.key;
                    match key {
                        Err(error) => self.skip(name, one_line(error)),
                        Ok(key) => match (key.domain(), key.keys().first()) {
                            (Some(domain), Some((_, private))) => {
                                let place = Some(&entry.place);
                                self.add(name, domain, key.selector(), private, place);
                            }
                            _ => self.skip(
                                name,
                                "is left out: it signs for the author's domain (%), and a \
                                 successor has to be published in each; give it an entry for each"
                                    .into(),
                            ),
                        },
                    }
                }
            }
        }
    }

    fn add(
        &mut self,
        name: &str,
        domain: &Domain,
        selector: &Domain,
        key: &Key,
        place: Option<&Place>,
    ) {
        match (key.source(), key.record()) {
            (KeySource::File(path), Ok(record)) => self.targets.push(Target {
                name: name.into(),
                domain: domain.clone(),
                selector: selector.clone(),
                key_file: path.clone(),
                record: record.clone(),
                place: place.cloned(),
            }),
            (KeySource::File(path), Err(error)) => {
                self.skip(name, format!("{}: {}", path.display(), one_line(error)));
            }
            (KeySource::Inline, _) => self.skip(
                name,
                "is left out: its key stands in the table; put it into a file".into(),
            ),
        }
    }

    fn skip(&mut self, name: &str, reason: String) {
        self.skipped.push((name.into(), reason));
    }
}

/// The file in which the keys are named, and their successors noted.
fn file_of_keys<'s>(config: &'s Path, settings: &'s Settings) -> Result<&'s Path, Fault> {
    match (&settings.key_table, &settings.key_file) {
        (Some(table), _) => table.path().ok_or_else(|| {
            let text = "KeyTable: put the list into a file, where a successor can be noted";
            table.place().fault(text).into()
        }),
        (None, Some((place, _))) => Ok(place.path().unwrap_or(config)),
        (None, None) => Err(Fault::file(config, "names no keys")),
    }
}
