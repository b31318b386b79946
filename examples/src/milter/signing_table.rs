//! Who signs for whom (SigningTable).
//!
//! An entry is `pattern keyname[:signer]`. In a `refile:` the patterns are tried in their order. In
//! a `file:` or a list the author's address is looked up in one form after the other:
//! `user@host`, `host`, for each parent of the host `user@.parent` and `.parent`, then `user@*` and
//! `*`. So `.example.com` is what stands below example.com, and not example.com.

use dns_txt::Domain;
use thiserror::Error;

use super::data_set::{DataSet, DataSource, Entry};
use super::final_dot;
use super::pattern::is_literal;
use super::place::Warning;
use crate::config::ConfigError;

/// The table.
#[derive(Clone, Debug)]
pub struct SigningTable {
    set: DataSet,
    /// One for each entry of the set.
    targets: Vec<Option<Target>>,
}

impl SigningTable {
    /// Reads the table, and warns of entries that match no author. Entries without the name of a key
    /// are warned of and kept: the mail that they are about has to wait.
    pub fn read(source: &DataSource, warnings: &mut Vec<Warning>) -> Result<Self, ConfigError> {
        let set = source.read_domains()?;
        warnings.extend(set.warnings());
        let mut targets = Vec::with_capacity(set.entries().len());
        for entry in set.entries() {
            let idle = idle(&entry.key, set.is_patterns());
            if let Some(text) = idle.or_else(|| final_dot::idle(&entry.key)) {
                warnings.push(Warning::new(&entry.place, text));
            }
            let target = Target::parse(entry.value.as_deref().unwrap_or_default());
            if target.is_none() {
                let text = format!("{}: {}", entry.key, Unnamed);
                warnings.push(Warning::new(&entry.place, text));
            }
            if let Some(signer) = target.as_ref().and_then(|target| target.signer.as_deref())
                && !signer.contains('@')
            {
                let text = format!(
                    "{}: the signer {signer} has no @ and is left out",
                    entry.key
                );
                warnings.push(Warning::new(&entry.place, text));
            }
            targets.push(target);
        }
        Ok(Self { set, targets })
    }

    /// The entries for an author: the first, or all of them with `all`.
    pub fn matches(
        &self,
        local_part: &str,
        host: &Domain,
        all: bool,
    ) -> Vec<(&Entry, Result<&Target, Unnamed>)> {
        let probes = match self.set.is_patterns() {
            true => vec![format!("{local_part}@{host}")],
            false => probes(local_part, host.as_str()),
        };
        let positions = probes.iter().flat_map(|probe| self.set.positions(probe));
        let positions = positions.take(if all { usize::MAX } else { 1 });
        let found = positions.filter_map(|position| {
            let (entry, target) = (
                self.set.entries().get(position)?,
                self.targets.get(position)?,
            );
            Some((entry, target.as_ref().ok_or(Unnamed)))
        });
        found.collect()
    }

    /// The entries, each with what it says.
    pub fn entries(&self) -> impl Iterator<Item = (&Entry, Option<&Target>)> {
        let targets = self.targets.iter().map(Option::as_ref);
        self.set.entries().iter().zip(targets)
    }
}

/// What an entry says.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Target {
    key: String,
    signer: Option<String>,
}

impl Target {
    fn parse(value: &str) -> Option<Self> {
        let mut parts = value.splitn(2, ':').map(str::trim);
        let key = parts.next().filter(|key| !key.is_empty())?.into();
        let signer = parts.next().filter(|signer| !signer.is_empty());
        let signer = signer.map(Into::into);
        Some(Self { key, signer })
    }

    /// The name of the key for an author at `author`: `%` is that domain itself.
    pub fn key_name<'t>(&'t self, author: &'t Domain) -> &'t str {
        match self.key.as_str() {
            "%" => author.as_str(),
            key => key,
        }
    }

    /// The name as it was written.
    pub fn key(&self) -> &str {
        &self.key
    }

    /// On whose behalf is signed (`i=`), each `%` in it being the author's domain.
    pub fn signer(&self, author: &Domain) -> Option<String> {
        let signer = self.signer.as_deref()?;
        Some(signer.replace('%', author.as_str()))
    }
}

/// An entry without the name of a key.
#[derive(Clone, Copy, Debug, Eq, Error, PartialEq)]
#[error("the SigningTable names no key here; mail that it should sign is put off")]
pub struct Unnamed;

fn probes(local_part: &str, host: &str) -> Vec<String> {
    let mut probes = vec![format!("{local_part}@{host}"), host.into()];
    for (dot, _) in host.match_indices('.') {
        let parent = host.get(dot..).unwrap_or_default();
        probes.extend([format!("{local_part}@{parent}"), parent.into()]);
    }
    probes.extend([format!("{local_part}@*"), "*".into()]);
    probes
}

/// Why an entry never matches an author.
fn idle(key: &str, is_pattern: bool) -> Option<String> {
    match is_pattern {
        true => idle_pattern(key),
        false => idle_star(key),
    }
}

/// A pattern in which nothing stands for the author's name. An empty one is warned of already.
fn idle_pattern(key: &str) -> Option<String> {
    let host = key.strip_prefix('@').unwrap_or(key);
    if host.is_empty() || host.contains('@') || !is_literal(key) {
        return None;
    }
    let star = if host.starts_with('.') { "*" } else { "" };
    Some(format!(
        "{key} matches no author: a pattern has to match the whole address; write *@{star}{host}"
    ))
}

/// A star that is looked up as nothing but itself: only `*` and `user@*` are.
fn idle_star(key: &str) -> Option<String> {
    let fixed = key.strip_suffix("@*").unwrap_or(key);
    if key == "*" || !fixed.contains('*') {
        return None;
    }
    let host = key.strip_prefix("*@").unwrap_or(key);
    let host = match host.strip_prefix('*') {
        Some("") => "*",
        Some(parent) => parent,
        None => host,
    };
    let exact = match host {
        "*" => "*, or ".into(),
        _ if host.contains(['*', '@']) => String::new(),
        _ => format!("{host}, or "),
    };
    Some(format!(
        "{key} matches no author: without refile: a star is no pattern; write {exact}refile: before \
         the path"
    ))
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::milter::place::Place;

    fn table(kind: &str, text: &str) -> (SigningTable, Vec<Warning>) {
        let file = tempfile::NamedTempFile::new().unwrap();
        fs::write(file.path(), text).unwrap();
        let place = Place::new(std::path::Path::new("CONF").into(), 1);
        let source = format!("{kind}{}", file.path().display());
        let source = DataSource::parse(&source, place).unwrap();
        let mut warnings = Vec::new();
        (
            SigningTable::read(&source, &mut warnings).unwrap(),
            warnings,
        )
    }

    fn keys(table: &SigningTable, author: &str, all: bool) -> Vec<String> {
        let (local_part, host) = author.split_once('@').unwrap();
        let host = host.parse().unwrap();
        let found = table.matches(local_part, &host, all).into_iter();
        found
            .map(|(_, target)| target.unwrap().key_name(&host).to_owned())
            .collect()
    }

    #[test]
    fn a_file_is_asked_for_one_form_after_the_other() {
        let text = "* f\nu@* e\n.example d\nu@.example c\nh.example b\nu@h.example a\n";
        let (table, _) = table("file:", text);
        assert_eq!(
            keys(&table, "u@h.example", true),
            ["a", "b", "c", "d", "e", "f"]
        );
        assert_eq!(
            keys(&table, "U@H.Example", true),
            ["a", "b", "c", "d", "e", "f"]
        );
        assert_eq!(keys(&table, "v@h.example", true), ["b", "d", "f"]);
        assert_eq!(keys(&table, "v@h.example", false), ["b"]);
        assert_eq!(keys(&table, "v@i.j.example", true), ["d", "f"]);
        assert_eq!(keys(&table, "v@example", true), ["f"]);
    }

    #[test]
    fn a_suffix_in_a_file_is_not_the_domain_itself() {
        let (table, _) = table("file:", ".example.com a\n");
        assert_eq!(keys(&table, "u@sub.example.com", false), ["a"]);
        assert_eq!(keys(&table, "u@a.b.example.com", false), ["a"]);
        assert!(keys(&table, "u@example.com", false).is_empty());
    }

    #[test]
    fn a_star_in_a_file_is_not_a_pattern() {
        let (table, _) = table("file:", "*@example.com a\n");
        assert!(keys(&table, "u@example.com", false).is_empty());
    }

    #[test]
    fn an_entry_that_matches_no_author_is_warned_of() {
        let told = |kind, text| {
            let (_, warnings) = table(kind, text);
            let told = warnings.into_iter().map(|warning| warning.text);
            told.collect::<Vec<_>>()
        };
        assert_eq!(
            told(
                "file:",
                "*@a.test k\n*.a.test k\nu@* k\n* k\n.a.test k\na.test k\n"
            ),
            [
                "*@a.test matches no author: without refile: a star is no pattern; write a.test, or \
                 refile: before the path",
                "*.a.test matches no author: without refile: a star is no pattern; write .a.test, or \
                 refile: before the path",
            ]
        );
        assert_eq!(
            told(
                "refile:",
                "a.test k\n@a.test k\n.a.test k\n* k\n*@a.test k\n(u|v)@a.test k\n.*a.test k\n"
            ),
            [
                "a.test matches no author: a pattern has to match the whole address; write *@a.test",
                "@a.test matches no author: a pattern has to match the whole address; write *@a.test",
                ".a.test matches no author: a pattern has to match the whole address; write *@*.a.test",
            ]
        );
    }

    #[test]
    fn patterns_are_tried_in_the_order_of_the_file() {
        let (table, _) = table("refile:", "*@x.test a\nu@x.test b\n*@X.TEST c\nx.test d\n");
        assert_eq!(keys(&table, "U@x.test", false), ["a"]);
        assert_eq!(keys(&table, "u@x.test", true), ["a", "b", "c"]);
    }

    #[test]
    fn percent_is_the_domain_of_the_author() {
        let (table, _) = table("file:", "* %:x%y@%\n");
        let author = "a.test".parse().unwrap();
        let (_, target) = table.matches("u", &author, false).remove(0);
        let target = target.unwrap();
        assert_eq!(target.key_name(&author), "a.test");
        assert_eq!(target.signer(&author).unwrap(), "xa.testy@a.test");
    }

    #[test]
    fn an_entry_without_a_key_is_found_and_has_none() {
        let (table, warnings) = table("file:", "a.test\nb.test :x@b.test\nc.test k:\n");
        assert_eq!(warnings.len(), 2);
        let found = |host: &str| {
            table
                .matches("u", &host.parse().unwrap(), false)
                .remove(0)
                .1
        };
        assert_eq!(found("a.test"), Err(Unnamed));
        assert_eq!(found("b.test"), Err(Unnamed));
        assert_eq!(found("c.test").unwrap().key(), "k");
    }

    #[test]
    fn a_signer_that_is_no_address_is_warned_of() {
        let (_, warnings) = table("file:", "a.test k:%\n");
        assert!(
            warnings[0]
                .text
                .ends_with("the signer % has no @ and is left out")
        );
    }
}
