//! One key for some domains: Domain, SubDomains, Selector and KeyFile.

use std::path::Path;
use std::sync::Arc;

use dns_txt::Domain;

use super::data_set::{DataSet, DataSource};
use super::decision::Found;
use super::final_dot;
use super::key::{Key, KeyReader};
use super::key_table::{NoKey, Resolved};
use super::place::{Place, Warning};
use crate::config::{ConfigError, one_line};

/// The domains and their key.
#[derive(Clone, Debug)]
pub struct Domains {
    set: DataSet,
    sub_domains: bool,
    selector: Domain,
    key: Arc<Key>,
}

impl Domains {
    pub(super) fn read(
        source: &DataSource,
        selector: &(Place, String),
        key_file: &(Place, String),
        sub_domains: bool,
        keys: &mut KeyReader,
        warnings: &mut Vec<Warning>,
    ) -> Result<Self, ConfigError> {
        let set = source.read_domains()?;
        warnings.extend(set.warnings());
        for entry in set.entries() {
            let parent = entry
                .key
                .strip_prefix("*.")
                .or_else(|| entry.key.strip_prefix('.'));
            if let (Some(parent), false) = (parent, set.is_patterns()) {
                let text = format!(
                    "Domain: {} is no domain; for all below {parent} write {parent} and SubDomains yes",
                    entry.key
                );
                warnings.push(Warning::new(&entry.place, text));
            } else if let Some(text) = final_dot::idle(&entry.key) {
                warnings.push(Warning::new(&entry.place, text));
            }
        }
        let (place, text) = selector;
        let selector = text
            .parse()
            .map_err(|error: dns_txt::DomainError| place.fault(format!("Selector: {error}")))?;
        let (place, path) = key_file;
        let key = keys.file(Path::new(path));
        if let Err(error) = key.signer() {
            let text = format!(
                "KeyFile: {}: {}; mail that it should sign is put off",
                key.source(),
                one_line(error)
            );
            warnings.push(Warning::new(place, text));
        }
        if let Some(remark) = key.remark() {
            warnings.push(Warning::new(place, format!("KeyFile: {remark}")));
        }
        Ok(Self {
            set,
            sub_domains,
            selector,
            key,
        })
    }

    /// The domains, in their order.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.set.entries().iter().map(|entry| entry.key.as_str())
    }

    /// Under which name the key is published.
    pub fn selector(&self) -> &Domain {
        &self.selector
    }

    /// The key.
    pub fn key(&self) -> &Arc<Key> {
        &self.key
    }

    /// The signature for an author: in the name of their domain if it is listed or all are (`*`),
    /// else with SubDomains in that of the next parent that is listed.
    pub(super) fn signature(&self, author: &Domain) -> Option<Found> {
        let own = self
            .set
            .find(author.as_str())
            .or_else(|| self.set.find("*"));
        if let Some(entry) = own {
            return Some(self.found(author.clone(), None, &entry.place));
        }
        let parents = core::iter::successors(author.parent(), Domain::parent);
        let mut parents = parents.take_while(|_| self.sub_domains);
        parents.find_map(|parent| {
            let entry = self.set.find(parent.as_str())?;
            // OpenDKIM says so too, though `i=` means that where it is missing.
            let signer = format!("@{parent}");
            Some(self.found(parent, Some(signer), &entry.place))
        })
    }

    fn found(&self, domain: Domain, signer: Option<String>, place: &Place) -> Found {
        let key = match self.key.signer() {
            Ok(_) => Ok(Resolved::new(
                String::new(),
                domain,
                &self.selector,
                &self.key,
            )),
            Err(_) => Err(NoKey::Unusable {
                key: Arc::clone(&self.key),
            }
            .into()),
        };
        Found {
            place: Some(place.clone()),
            key,
            signer,
        }
    }
}
