//! All that a configuration says, read once.

use std::collections::HashSet;
use std::path::Path;
use std::sync::Arc;

use dkim_sign::{Algorithm, Fields, SignMessage};
use dkim_verify::Policy;
use dns_txt::Domain;

use super::conf::{Account, OptionFault, Settings, Source};
use super::data_set::{Case, DataSource};
use super::decision::{Author, Found};
use super::domains::Domains;
use super::hosts::HostList;
use super::key::{Key, KeyReader};
use super::key_table::{KeyTable, TableKey};
use super::mail_server::{DaemonNames, MacroList};
use super::place::{Place, Warning};
use super::resolver::Resolution;
use super::signed_fields;
use super::signing_table::SigningTable;
use super::successor::Successors;
use crate::config::ConfigError;

/// The options of an opendkim.conf with all tables and keys that they name.
///
/// Nothing in it changes and nothing in it reads a file, so that a server can decide about each
/// message with the snapshot that it began with, and swap the next one in as a whole.
#[derive(Clone, Debug)]
pub struct Snapshot {
    pub(super) settings: Settings,
    pub(super) signers: Signers,
    pub(super) successors: Successors,
    pub(super) internal: HostList,
    pub(super) peers: Option<HostList>,
    pub(super) ignored: Option<HostList>,
    pub(super) daemons: Option<DaemonNames>,
    pub(super) macros: Option<MacroList>,
    pub(super) fields: Fields,
    resolution: Resolution,
    remove_from: Vec<String>,
    warnings: Vec<Warning>,
}

impl Snapshot {
    /// Reads an opendkim.conf and all that it names.
    pub fn read(path: &Path) -> Result<Arc<Self>, ConfigError> {
        Self::of(&Source::file(path.to_owned()))
    }

    /// Reads a configuration and all that it names.
    pub fn of(source: &Source) -> Result<Arc<Self>, ConfigError> {
        let settings = source.settings()?;
        Self::new(settings, source.path()).map(Arc::new)
    }

    /// Reads what the settings name; `path` is where they come from.
    fn new(settings: Settings, path: &Path) -> Result<Self, ConfigError> {
        let mut warnings = settings.warnings.clone();
        let account = match &settings.user_id {
            None => Account::current(),
            Some((place, user_id)) => user_id.resolve().unwrap_or_else(|error| {
                // Whoever drops privileges will not get past it; who only looks need not end here.
                warnings.push(Warning::new(place, error.to_string()));
                Account::current()
            }),
        };
        let mut keys = KeyReader::new(account, settings.require_safe_keys);
        let signers = Signers::read(&settings, &mut keys, &mut warnings)?;
        let successors = Successors::read(&settings, &signers, &mut keys, &mut warnings)?;
        if let Some((place, algorithm)) = &settings.signature_algorithm {
            warn_of_other_algorithms(&signers, place, *algorithm, &mut warnings);
        }
        let mut hosts = |source: &Option<DataSource>| {
            let source = source.as_ref();
            source
                .map(|source| HostList::read(source, &mut warnings))
                .transpose()
        };
        let (internal, peers) = (
            hosts(&settings.internal_hosts)?,
            hosts(&settings.peer_list)?,
        );
        let ignored = hosts(&settings.external_ignore_list)?;
        let internal = match internal {
            Some(internal) => internal,
            None => HostList::default_internal(path)?,
        };
        let macros = settings.macro_list.as_ref();
        let macros = macros
            .map(|source| MacroList::read(source, &mut warnings))
            .transpose()?;
        // Two options may name the same file.
        let mut told = HashSet::new();
        warnings.retain(|warning| told.insert(warning.to_string()));
        Ok(Self {
            signers,
            successors,
            internal,
            peers,
            ignored,
            daemons: settings.mta.as_ref().map(DaemonNames::read).transpose()?,
            macros,
            fields: signed_fields::fields(&settings)?,
            resolution: Resolution::read(&settings)?,
            remove_from: remove_from(&settings)?,
            settings,
            warnings,
        })
    }

    /// The options.
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// Who signs.
    pub fn signers(&self) -> &Signers {
        &self.signers
    }

    /// The clients whose mail is signed.
    pub fn internal_hosts(&self) -> &HostList {
        &self.internal
    }

    /// Whom to ask for DNS records.
    pub fn resolution(&self) -> &Resolution {
        &self.resolution
    }

    /// Names, beside our own, whose Authentication-Results are removed (`RemoveARFrom`), in lower
    /// case; one that begins with a dot stands for all below it.
    pub fn remove_ar_from(&self) -> &[String] {
        &self.remove_from
    }

    /// What its operator should know, in the order of reading.
    pub fn warnings(&self) -> &[Warning] {
        &self.warnings
    }

    /// What is refused when verifying, beyond what the RFCs refuse.
    ///
    /// Signatures with `l=` are, as [`Policy::default`] has it; OpenDKIM accepts them.
    pub fn verify_policy(&self) -> Policy {
        Policy::default()
            .clock_skew(self.settings.clock_drift)
            .max_signatures(self.settings.maximum_signatures_to_verify)
            .min_rsa_bits(self.settings.minimum_key_bits)
            .to_ascii(|text| Domain::from_unicode(text).ok())
    }

    /// What signs for an author: the entries of the tables, or the one key.
    pub(super) fn signatures(&self, author: Author<'_>) -> Vec<Found> {
        let found = self.found(author).into_iter().map(|found| Found {
            key: found.key.map(|key| self.successors.succeed(key)),
            ..found
        });
        found.collect()
    }

    fn found(&self, author: Author<'_>) -> Vec<Found> {
        match &self.signers {
            Signers::Nobody => Vec::new(),
            Signers::One(domains) => Vec::from_iter(domains.signature(author.domain)),
            Signers::Tables { keys, signing } => {
                let all = self.settings.multiple_signatures;
                let matches = signing.matches(author.local_part, author.domain, all);
                let found = matches.into_iter().map(|(entry, target)| Found {
                    place: Some(entry.place.clone()),
                    signer: target.ok().and_then(|target| target.signer(author.domain)),
                    key: target.map_err(Into::into).and_then(|target| {
                        let name = target.key_name(author.domain);
                        Ok(keys.resolve(name, author.domain)?)
                    }),
                });
                found.collect()
            }
        }
    }
}

/// Who signs.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_enums, reason = "opendkim.conf(5) has these ways")]
pub enum Signers {
    /// Nobody: nothing is configured.
    Nobody,
    /// One key for some domains: Domain, Selector and KeyFile.
    One(Domains),
    /// Who the tables say.
    Tables {
        /// KeyTable.
        keys: KeyTable,
        /// SigningTable.
        signing: SigningTable,
    },
}

impl Signers {
    /// All keys, those that cannot be used included; one that several entries name comes as often.
    pub fn keys(&self) -> Vec<&Arc<Key>> {
        match self {
            Self::Nobody => Vec::new(),
            Self::One(domains) => vec![domains.key()],
            Self::Tables { keys, .. } => {
                let keys = keys.entries().filter_map(|(_, key)| key.as_ref().ok());
                keys.flat_map(TableKey::keys).map(|(_, key)| key).collect()
            }
        }
    }

    fn read(
        settings: &Settings,
        keys: &mut KeyReader,
        warnings: &mut Vec<Warning>,
    ) -> Result<Self, ConfigError> {
        let needs = |source: &DataSource, name, needs| {
            Err(source.place().fault(OptionFault::Needs { name, needs }))
        };
        let why = match (&settings.domain, &settings.key_table) {
            (None, Some(_)) => Some("there is a KeyTable"),
            (None, None) if settings.mode.sign => Some("there is no Domain"),
            _ => None,
        };
        if let (Some((place, _)), Some(why)) = (&settings.key_file, why) {
            warnings.push(Warning::new(place, format!("KeyFile does nothing: {why}")));
        }
        match (&settings.key_table, &settings.signing_table) {
            (Some(key_table), Some(signing_table)) => {
                if let Some(source) = &settings.domain {
                    let text = "Domain does nothing: there is a KeyTable";
                    warnings.push(Warning::new(source.place(), text));
                }
                let keys = KeyTable::read(key_table, keys, warnings)?;
                let signing = SigningTable::read(signing_table, warnings)?;
                warn_of_missing_keys(&keys, &signing, warnings);
                Ok(Self::Tables { keys, signing })
            }
            (Some(source), None) => needs(source, "KeyTable", "SigningTable"),
            (None, Some(source)) => needs(source, "SigningTable", "KeyTable"),
            (None, None) => match (&settings.domain, &settings.selector, &settings.key_file) {
                (None, ..) => Ok(Self::Nobody),
                (Some(domain), Some(selector), Some(key_file)) => {
                    let domains = Domains::read(
                        domain,
                        selector,
                        key_file,
                        settings.sub_domains,
                        keys,
                        warnings,
                    )?;
                    Ok(Self::One(domains))
                }
                (Some(source), ..) => needs(source, "Domain", "Selector and KeyFile"),
            },
        }
    }
}

/// A SigningTable that names keys which are not there puts mail off, and nobody sees why.
fn warn_of_missing_keys(keys: &KeyTable, signing: &SigningTable, warnings: &mut Vec<Warning>) {
    for (entry, target) in signing.entries() {
        let Some(name) = target
            .map(|target| target.key())
            .filter(|name| *name != "%")
        else {
            continue;
        };
        if !keys.has(name) {
            let text = format!(
                "{}: the KeyTable has no key {name}; mail is put off",
                entry.key
            );
            warnings.push(Warning::new(&entry.place, text));
        }
    }
}

/// OpenDKIM has one algorithm for all keys. Here each signs with that which it is for.
fn warn_of_other_algorithms(
    signers: &Signers,
    place: &Place,
    algorithm: Algorithm,
    warnings: &mut Vec<Warning>,
) {
    for key in signers.keys() {
        if key
            .signer()
            .is_ok_and(|signer| signer.algorithm() != algorithm)
        {
            let text = format!(
                "SignatureAlgorithm: {} signs with {}, which it is for",
                key.source(),
                key.algorithm()
            );
            warnings.push(Warning::new(place, text));
        }
    }
}

fn remove_from(settings: &Settings) -> Result<Vec<String>, ConfigError> {
    let Some(source) = &settings.remove_ar_from else {
        return Ok(Vec::new());
    };
    let set = source.read(Case::Ignored)?;
    let names = set
        .entries()
        .iter()
        .map(|entry| entry.key.to_ascii_lowercase());
    Ok(names.collect())
}
