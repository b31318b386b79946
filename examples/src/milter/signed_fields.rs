//! Which header fields are signed: SignHeaders, OmitHeaders, OversignHeaders.
//!
//! Each is a list that stands for itself, or with `*` in it a list of changes to the default.
//! OpenDKIM's default leaves out Message-ID and the MIME fields and oversigns nothing; the default
//! here is that of [`Fields`]. Who sets OversignHeaders has just those oversigned.

use dkim_sign::{Fields, FieldsError};
use thiserror::Error;

use super::conf::Settings;
use super::data_set::{Case, DataSource};
use crate::config::ConfigError;

/// The fields that the settings ask for.
pub(super) fn fields(settings: &Settings) -> Result<Fields, ConfigError> {
    let mut fields = match &settings.sign_headers {
        None => Fields::default(),
        Some(source) => signed(source)?,
    };
    let omitted = match &settings.omit_headers {
        None => OMITTED.map(String::from).into(),
        Some(source) => names(source, &OMITTED)?,
    };
    for name in omitted.iter().filter(|name| !is_from(name)) {
        let place = settings.omit_headers.as_ref();
        let omitted = fields.omit(name);
        fields = omitted.map_err(|error| misnamed(place, name, error))?;
    }
    if let Some(source) = &settings.oversign_headers {
        fields = fields.without_oversigning();
        for name in names(source, &Fields::OVERSIGNED)? {
            let oversigned = fields.oversign(&name);
            fields = oversigned.map_err(|error| misnamed(Some(source), &name, error))?;
        }
    }
    Ok(fields)
}

/// Why a list of header fields cannot be followed.
#[derive(Clone, Debug, Eq, Error, PartialEq)]
#[non_exhaustive]
pub enum FieldListError {
    /// A name with `+` or `-` in a list that is not one of changes, or without in one that is.
    #[error("{name}: changes begin with + or -, and need a * in the list")]
    Change {
        /// What was written.
        name: String,
    },
    /// Something that is no name of a field.
    #[error("{name}: {error}")]
    Fields {
        /// What was written.
        name: String,
        /// What is wrong with it.
        error: FieldsError,
    },
}

/// SignHeaders. From is signed in any case (RFC 6376 §5.4).
fn signed(source: &DataSource) -> Result<Fields, ConfigError> {
    let items = items(source)?;
    let named = |name: &str, error| misnamed(Some(source), name, error);
    if !is_changes(&items) {
        let names = plain(source, items)?;
        let mut fields = Fields::only(["From"]).map_err(|error| named("From", error))?;
        for name in &names {
            let is_oversigned = Fields::OVERSIGNED
                .iter()
                .any(|o| o.eq_ignore_ascii_case(name));
            let added = match is_oversigned {
                true => fields.oversign(name),
                false => fields.sign(name),
            };
            fields = added.map_err(|error| named(name, error))?;
        }
        let fields = fields.oversign("From");
        return fields.map_err(|error| named("From", error));
    }
    let mut fields = Fields::default();
    for change in changes(source, &items)? {
        fields = match change {
            Change::Add(name) => fields.sign(name).map_err(|error| named(name, error))?,
            Change::Remove(name) if is_from(name) => fields,
            Change::Remove(name) => fields.omit(name).map_err(|error| named(name, error))?,
        };
    }
    Ok(fields)
}

/// The names of a list, or the default with its changes.
fn names(source: &DataSource, default: &[&str]) -> Result<Vec<String>, ConfigError> {
    let items = items(source)?;
    if !is_changes(&items) {
        return plain(source, items);
    }
    let mut names: Vec<String> = default.iter().map(|&name| name.into()).collect();
    for change in changes(source, &items)? {
        match change {
            Change::Add(name) => names.push(name.into()),
            Change::Remove(name) => names.retain(|kept| !kept.eq_ignore_ascii_case(name)),
        }
    }
    Ok(names)
}

enum Change<'n> {
    Add(&'n str),
    Remove(&'n str),
}

fn items(source: &DataSource) -> Result<Vec<String>, ConfigError> {
    let set = source.read(Case::Ignored)?;
    let keys = set.entries().iter().map(|entry| entry.key.clone());
    Ok(keys.collect())
}

fn is_changes(items: &[String]) -> bool {
    items.iter().any(|item| item == "*")
}

/// `.` and `-` are what opendkim.conf(5) and opendkim(8) write for an empty list.
fn plain(source: &DataSource, mut items: Vec<String>) -> Result<Vec<String>, ConfigError> {
    items.retain(|item| item != "." && item != "-");
    match items.iter().find(|item| item.starts_with(['+', '-'])) {
        Some(name) => Err(located(
            Some(source),
            FieldListError::Change { name: name.clone() },
        )),
        None => Ok(items),
    }
}

fn changes<'n>(source: &DataSource, items: &'n [String]) -> Result<Vec<Change<'n>>, ConfigError> {
    let items = items.iter().filter(|item| *item != "*");
    let changes = items.map(|item| match item.split_at_checked(1) {
        Some(("+", name)) => Ok(Change::Add(name)),
        Some(("-", name)) => Ok(Change::Remove(name)),
        _ => Err(located(
            Some(source),
            FieldListError::Change { name: item.clone() },
        )),
    });
    changes.collect()
}

fn is_from(name: &str) -> bool {
    name.eq_ignore_ascii_case("From")
}

fn misnamed(source: Option<&DataSource>, name: &str, error: FieldsError) -> ConfigError {
    let name = name.into();
    located(source, FieldListError::Fields { name, error })
}

fn located(source: Option<&DataSource>, error: FieldListError) -> ConfigError {
    match source {
        Some(source) => source.place().fault(error),
        // The default lists hold names of fields only.
        None => ConfigError::flag("OmitHeaders", error),
    }
}

/// What OpenDKIM never signs unless it is told to.
const OMITTED: [&str; 7] = [
    "Return-Path",
    "Received",
    "Comments",
    "Keywords",
    "Bcc",
    "Resent-Bcc",
    "DKIM-Signature",
];

#[cfg(test)]
mod tests;
