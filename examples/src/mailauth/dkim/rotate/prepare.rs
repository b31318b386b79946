//! The next key, its record, and the line that says so.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use dkim_canon::{KeyRecord, KeyType};
use dkim_sign::rand_core::UnwrapErr;
use dkim_sign::{KeyKind, PrivateKey, SigningKey, ZoneEntry};
use dns_txt::Domain;
use getrandom::SysRng;

use super::edit::{Edit, create};
use super::naming::{beside, next, record_of};
use super::targets::{Site, Target};
use super::{Done, Row};
use crate::date::DateTime;
use crate::mailauth::Fault;
use crate::milter::{Mark, MarkKind};

/// Keys that were made, and those whose successor waits already.
#[derive(Debug, Default)]
pub(super) struct Prepared {
    rows: Vec<Row>,
    /// To be taken back if the table cannot be written.
    created: Vec<PathBuf>,
}

impl Prepared {
    pub(super) fn make(
        site: &Site,
        wants: impl Fn(&Domain, &Domain) -> bool,
        name: Option<&Domain>,
        now: DateTime,
    ) -> Result<Self, Fault> {
        // Entries that share a key go on sharing one.
        let mut groups: BTreeMap<(&Path, &Domain), Vec<&Target>> = BTreeMap::new();
        for target in &site.targets {
            if wants(&target.domain, &target.selector) {
                let group = groups.entry((&target.key_file, &target.selector));
                group.or_default().push(target);
            }
        }
        let mut edit = site.file.as_ref().map(Edit::begin);
        let mut prepared = Self::default();
        let made = groups.values().try_for_each(|group| {
            let Some(target) = group.first() else {
                return Ok(());
            };
            match group.iter().find_map(|target| site.pending(&target.name)) {
                Some(mark) => {
                    prepared.note_pending(group, mark);
                    Ok(())
                }
                None => prepared.make_one(site, group, target, name, now, edit.as_mut()),
            }
        });
        let written = made.and_then(|()| edit.map_or(Ok(()), Edit::finish));
        if let Err(fault) = written {
            for path in &prepared.created {
                // Nothing names them.
                let _ = fs::remove_file(path);
            }
            return Err(fault);
        }
        Ok(prepared)
    }

    fn make_one(
        &mut self,
        site: &Site,
        group: &[&Target],
        target: &Target,
        name: Option<&Domain>,
        now: DateTime,
        edit: Option<&mut Edit>,
    ) -> Result<(), Fault> {
        let (current, key_file) = (&target.selector, &target.key_file);
        let is_used = |selector: &Domain| {
            let mut domains = group.iter().map(|target| &target.domain);
            domains.any(|domain| site.selectors(domain).contains(selector))
        };
        let files = |selector: &Domain| {
            let key_file = beside(key_file, current, selector);
            let record = record_of(&key_file);
            (key_file, record)
        };
        let is_there = |path: &Path| path.symlink_metadata().is_ok();
        let selector = match name {
            Some(name) if is_used(name) => {
                return Err(Fault::flag("--next", format!("{name} is in use already")));
            }
            Some(name) => name.clone(),
            None => next(current, now, |selector| {
                let (key_file, record) = files(selector);
                is_used(selector) || is_there(&key_file) || is_there(&record)
            })
            .ok_or_else(|| {
                Fault::flag("--next", format!("{current} has no successor; give one"))
            })?,
        };
        let (new, record) = files(&selector);
        for path in [&new, &record] {
            if is_there(path) {
                return Err(Fault::file(path, "is there already"));
            }
        }
        let key = PrivateKey::generate(kind(&target.record), &mut UnwrapErr(SysRng));
        let key = key.map_err(|error| Fault::file(&new, error))?;
        let signing = SigningKey::new(&key).map_err(|error| Fault::file(&new, error))?;
        let text = zone(group, &selector, signing.key_record())?;
        let like = fs::metadata(key_file).map_err(|error| Fault::file(key_file, error))?;
        // Never more open than the present one, and not closed to a server that reads it by group.
        let mode = 0o600 | (like.mode() & 0o040);
        create(&new, key.to_pem().as_bytes(), &like, mode)?;
        self.created.push(new.clone());
        create(&record, text.as_bytes(), &like, mode)?;
        self.created.push(record.clone());
        let mut names = Vec::new();
        let mut edit = edit;
        for target in group {
            if let (Some(place), Some(edit)) = (&target.place, &mut edit)
                && !names.contains(&&target.name)
            {
                let mark = Mark {
                    name: target.name.clone(),
                    selector: selector.clone(),
                    key_file: new.clone(),
                    kind: MarkKind::Successor,
                };
                edit.add_behind(place, mark.to_string());
                names.push(&target.name);
            }
            self.rows.push(Row {
                next: Some(selector.to_string()),
                private: Some(new.display().to_string()),
                record: Some(record.display().to_string()),
                publish: Some(text.clone()),
                ..Row::of(target, "prepared")
            });
        }
        Ok(())
    }

    fn note_pending(&mut self, group: &[&Target], mark: &Mark) {
        let record = record_of(&mark.key_file);
        for target in group {
            self.rows.push(Row {
                next: Some(mark.selector.to_string()),
                private: Some(mark.key_file.display().to_string()),
                publish: fs::read_to_string(&record).ok(),
                record: Some(record.display().to_string()),
                ..Row::of(target, "pending")
            });
        }
    }

    pub(super) fn into_done(self, config: Option<&Path>) -> Done {
        let mut text = String::new();
        let mut last = None;
        for row in &self.rows {
            let next = row.next.as_deref().unwrap_or_default();
            let (key, domain, selector) = (&row.key, &row.domain, &row.selector);
            text += &match row.state {
                "pending" => {
                    format!("{key}: {next} is pending already, to succeed {selector} in {domain}\n")
                }
                _ => format!("{key}: {next} is prepared to succeed {selector} in {domain}\n"),
            };
            let (Some(private), Some(publish)) = (&row.private, &row.publish) else {
                continue;
            };
            if last != Some(private) {
                text += &format!("private key: {private}\nto be published:\n{publish}");
            }
            last = Some(private);
        }
        text += &match config {
            Some(config) => format!(
                "\nPublish each record and leave the old ones where they are. OpenDKIM goes on with the \
                 present keys.\nOnce the records are there, run\n  mailauth dkim rotate -x {} --finish\n",
                config.display()
            ),
            None => "\nPublish the record, see with `mailauth dkim testkey` that it is there, then sign \
                     with the new\nkey and selector. Leave the old record where it is for two weeks.\n"
                .to_owned(),
        };
        Done {
            rows: self.rows,
            text,
        }
    }
}

impl Row {
    pub(super) fn of(target: &Target, state: &'static str) -> Self {
        Self {
            key: target.name.clone(),
            domain: target.domain.to_string(),
            selector: target.selector.to_string(),
            state,
            ..Self::default()
        }
    }
}

/// The record in each domain of a group, once where there are several.
fn zone(group: &[&Target], selector: &Domain, record: &KeyRecord) -> Result<String, Fault> {
    let mut domains: Vec<&Domain> = group.iter().map(|target| &target.domain).collect();
    domains.sort();
    domains.dedup();
    let one = domains.len() == 1;
    let entries = domains.into_iter().map(|domain| {
        let entry = ZoneEntry::new(selector.clone(), domain.clone(), record);
        let entry = entry.map_err(|error| Fault::flag("--next", error))?;
        // One zone file has one $ORIGIN.
        Ok(match one {
            true => entry.to_string(),
            false => entry.absolute().to_string(),
        })
    });
    entries.collect()
}

/// A key like the present one, of 2048 bits at least (RFC 8301 §3.2).
fn kind(record: &KeyRecord) -> KeyKind {
    match (record.key_type(), record.public_key().map(|key| key.bits())) {
        (KeyType::Ed25519, _) => KeyKind::Ed25519,
        (_, Ok(bits)) if bits > 3072 => KeyKind::Rsa4096,
        (_, Ok(bits)) if bits > 2048 => KeyKind::Rsa3072,
        _ => KeyKind::Rsa2048,
    }
}
