//! What the mail server says of a client in macros: MTA and MacroList.

use thiserror::Error;

use super::data_set::{Case, DataSet, DataSource, Entry};
use super::place::Warning;
use crate::config::ConfigError;

/// Macros of the mail server, the later ones winning. Names may stand in braces or not.
pub type Macros<'m> = [(&'m str, &'m str)];

/// The value of a macro.
pub(super) fn value_of<'m>(macros: &Macros<'m>, name: &str) -> Option<&'m str> {
    let mut macros = macros.iter().rev();
    let found = macros.find(|(known, _)| unbraced(known) == name);
    found.map(|(_, value)| *value)
}

/// Names of listeners of the mail server, `{daemon_name}`, whose mail is signed (`MTA`).
#[derive(Clone, Debug)]
pub struct DaemonNames {
    set: DataSet,
}

impl DaemonNames {
    /// Reads the names.
    pub fn read(source: &DataSource) -> Result<Self, ConfigError> {
        let set = source.read(Case::Matters)?;
        Ok(Self { set })
    }

    /// The names, in their order.
    pub fn entries(&self) -> &[Entry] {
        self.set.entries()
    }

    /// The name of the listener, if it is one of these.
    pub fn admits<'m>(&self, macros: &Macros<'m>) -> Option<&'m str> {
        let name = value_of(macros, "daemon_name")?;
        self.set.find(name).map(|_| name)
    }
}

/// Macros that say that a message is to be signed (`MacroList`): with any value, or with one of
/// those listed.
#[derive(Clone, Debug)]
pub struct MacroList {
    set: DataSet,
}

impl MacroList {
    /// Reads the list. Names stand without braces; those in braces are warned of, as OpenDKIM does
    /// not find them either.
    pub fn read(source: &DataSource, warnings: &mut Vec<Warning>) -> Result<Self, ConfigError> {
        if source.is_patterns() {
            return Err(source.place().fault(MacroListError::Patterns));
        }
        let set = source.read(Case::Matters)?;
        for entry in set.entries() {
            let bare = unbraced(&entry.key);
            if bare != entry.key {
                let text = format!("MacroList: {} is never set; write {bare}", entry.key);
                warnings.push(Warning::new(&entry.place, text));
            }
        }
        Ok(Self { set })
    }

    /// The macros, in their order.
    pub fn entries(&self) -> &[Entry] {
        self.set.entries()
    }

    /// The first macro of the list that has a value as wanted.
    pub fn admits(&self, macros: &Macros<'_>) -> Option<&str> {
        let mut entries = self.set.entries().iter();
        let found = entries.find(|entry| {
            let value = value_of(macros, &entry.key);
            value.is_some_and(|value| match &entry.value {
                None => true,
                Some(wanted) => wanted.split('|').any(|wanted| wanted == value),
            })
        });
        found.map(|entry| entry.key.as_str())
    }
}

/// Why a MacroList cannot be read.
#[derive(Clone, Copy, Debug, Eq, Error, PartialEq)]
#[non_exhaustive]
pub enum MacroListError {
    /// Names of macros are no patterns.
    #[error("MacroList: refile: cannot be used here; use file: or csl:")]
    Patterns,
}

/// `{name}` without its braces.
fn unbraced(name: &str) -> &str {
    let inner = name
        .strip_prefix('{')
        .and_then(|name| name.strip_suffix('}'));
    inner.unwrap_or(name)
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::config::one_line;
    use crate::milter::place::Place;

    fn source(text: &str) -> DataSource {
        DataSource::parse(text, Place::new(Path::new("CONF").into(), 1)).unwrap()
    }

    /// As OpenDKIM 2.11 beta does, each line.
    #[test]
    fn macros_are_found_by_name_and_value() {
        for (text, macros, expected) in [
            ("foo=bar|baz", &[("{foo}", "bar")][..], true),
            ("foo=bar|baz", &[("{foo}", "baz")], true),
            ("foo=bar|baz", &[("{foo}", "BAR")], false),
            ("foo=bar|baz", &[("{foo}", "")], false),
            ("foo=bar|baz", &[], false),
            ("foo = bar", &[("{foo}", "bar")], true),
            ("foo", &[("{foo}", "x")], true),
            ("foo", &[("{foo}", "")], true),
            ("foo", &[], false),
            ("{foo}", &[("{foo}", "x")], false),
            ("i=Q1", &[("i", "Q1")], true),
            ("other,foo", &[("{foo}", "x")], true),
            ("foo=b", &[("{foo}", "b"), ("{foo}", "c")], false),
        ] {
            let list = MacroList::read(&source(text), &mut Vec::new()).unwrap();
            assert_eq!(list.admits(macros).is_some(), expected, "{text} {macros:?}");
        }
    }

    #[test]
    fn braces_in_a_macro_list_are_warned_of() {
        let mut warnings = Vec::new();
        MacroList::read(&source("foo,{auth_type}"), &mut warnings).unwrap();
        let lines: Vec<String> = warnings.iter().map(ToString::to_string).collect();
        assert_eq!(
            lines,
            ["CONF:1: MacroList: {auth_type} is never set; write auth_type"]
        );
    }

    #[test]
    fn a_macro_list_of_patterns_is_refused() {
        let error = MacroList::read(&source("refile:/a"), &mut Vec::new()).unwrap_err();
        let line = "CONF:1: MacroList: refile: cannot be used here; use file: or csl:";
        assert_eq!(one_line(&error), line);
    }

    #[test]
    fn daemon_names_differ_in_case() {
        let names = DaemonNames::read(&source("ORIGINATING,x")).unwrap();
        for (name, expected) in [("ORIGINATING", true), ("x", true), ("originating", false)] {
            let macros = [("{daemon_name}", name)];
            assert_eq!(names.admits(&macros).is_some(), expected, "{name}");
        }
        assert_eq!(names.admits(&[]), None);
    }
}
