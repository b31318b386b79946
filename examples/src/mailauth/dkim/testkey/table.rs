//! All keys of an opendkim.conf beside what is published for them.

use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;

use dkim_canon::KeyRecord;
use dkim_sign::KeyCheck;
use dns_txt::Domain;
use serde::Serialize;

use super::warnings;
use crate::config::one_line;
use crate::mailauth::survey::Survey;
use crate::mailauth::{Fault, Shared};
use crate::milter::conf::Directive;
use crate::milter::{Domains, Entry, Key, NoKey, Signers, Snapshot, Source, TableKey};

/// What of a configuration is looked at.
#[derive(Debug)]
pub(super) struct Table<'t> {
    pub(super) config: &'t Path,
    pub(super) domain: Option<&'t Domain>,
    pub(super) selector: Option<&'t Domain>,
    pub(super) verbose: u8,
}

impl Table<'_> {
    pub(super) fn run(&self, shared: &Shared) -> Result<ExitCode, Fault> {
        let snapshot = self.snapshot()?;
        let mut rows = self.rows(snapshot.signers());
        let waiting = snapshot.successors().filter(|next| {
            let mut selectors = [&next.from, &next.selector].into_iter();
            selectors.any(|selector| self.wants_selector(selector))
                && self.domain.is_none_or(|wanted| *wanted == next.domain)
        });
        rows.extend(waiting.map(|next| Row {
            succeeds: Some(next.from.clone()),
            ..Row::new(&next.name, &next.domain, &next.selector, &next.key)
        }));
        if rows.is_empty() {
            let wanted = self.domain.is_some() || self.selector.is_some();
            let text = match wanted {
                true => "has no such key",
                false => "names no keys",
            };
            return Err(Fault::file(self.config, text));
        }
        let questions = rows.iter().filter_map(|row| row.check.as_ref());
        let questions = questions.map(|check| check.question().clone());
        let survey = Survey::run(questions, shared, snapshot.resolution())?;
        let rows: Vec<Json> = rows.iter().map(|row| row.finish(&survey)).collect();
        let answer = Answer {
            ok: rows.iter().all(|row| row.ok != Some(false)),
            keys: rows,
        };
        shared.output().answer(&answer, self.text(&answer))?;
        for row in &answer.keys {
            if let (Some(false), Some(reason)) = (row.ok, &row.reason) {
                eprintln!("mailauth: {}: {reason}", row.title());
            }
        }
        Ok(ExitCode::from(u8::from(!answer.ok)))
    }

    /// The configuration. A KeyTable needs no SigningTable here, as for opendkim-testkey(8): who
    /// signs with a key is another question.
    fn snapshot(&self) -> Result<Arc<Snapshot>, Fault> {
        let source = Source::file(self.config.to_owned());
        let settings = source.settings()?;
        let source = match (settings.key_table, settings.signing_table) {
            (Some(keys), None) => source.with_flags(vec![Directive {
                place: keys.place().clone(),
                name: "SigningTable".into(),
                value: "csl:".into(),
            }]),
            _ => source,
        };
        Ok(Snapshot::of(&source)?)
    }

    fn rows(&self, signers: &Signers) -> Vec<Row> {
        match signers {
            Signers::Nobody => Vec::new(),
            Signers::One(domains) => self.domains(domains),
            Signers::Tables { keys, .. } => {
                let entries = keys.entries();
                entries
                    .flat_map(|(entry, key)| self.entry(entry, key))
                    .collect()
            }
        }
    }

    /// The rows of a line of KeyTable.
    fn entry(&self, entry: &Entry, key: &Result<TableKey, NoKey>) -> Vec<Row> {
        let key = match key {
            Ok(key) if self.wants_selector(key.selector()) => key,
            Ok(_) => return Vec::new(),
            // Whether it is the one that is asked for nobody can tell.
            Err(error) => return vec![Row::bad(&entry.key, one_line(error))],
        };
        let mut rows = Vec::new();
        for (domain, private) in key.keys() {
            let Some(domain) = domain.or(self.domain) else {
                rows.push(Row::unknown(&entry.key, PERCENT));
                continue;
            };
            if self.domain.is_none_or(|wanted| wanted == domain) {
                rows.push(Row::new(&entry.key, domain, key.selector(), private));
            }
        }
        if key.keys().is_empty() {
            rows.push(Row::bad(&entry.key, "there is no file for %".into()));
        }
        rows
    }

    /// The rows of Domain, Selector and KeyFile.
    fn domains(&self, domains: &Domains) -> Vec<Row> {
        if !self.wants_selector(domains.selector()) {
            return Vec::new();
        }
        let mut rows = Vec::new();
        for name in domains.names() {
            // A pattern, or `*`, is no domain.
            let domain = name.parse().ok();
            let Some(domain) = domain.as_ref().or(self.domain) else {
                let reason = format!("{name} {PATTERN}");
                rows.push(Row::unknown("KeyFile", &reason));
                continue;
            };
            if self.domain.is_none_or(|wanted| wanted == domain) {
                rows.push(Row::new(
                    "KeyFile",
                    domain,
                    domains.selector(),
                    domains.key(),
                ));
            }
        }
        rows
    }

    fn wants_selector(&self, selector: &Domain) -> bool {
        self.selector.is_none_or(|wanted| wanted == selector)
    }

    fn text(&self, answer: &Answer) -> String {
        let mut text = String::new();
        for row in &answer.keys {
            match (row.ok, &row.reason) {
                (None, Some(reason)) => text += &format!("{}: {reason}\n", row.title()),
                (Some(true), _) => {
                    text += &format!("{}: key OK\n", row.title());
                    if self.verbose > 0 {
                        text += &warnings(row.testing, row.bits);
                    }
                }
                _ => {}
            }
        }
        text
    }
}

/// A key in a domain, before its record was seen.
struct Row {
    key: String,
    check: Option<KeyCheck>,
    own: Option<KeyRecord>,
    /// What is wrong without looking at the DNS; with `is_unknown` why it could not be looked at.
    reason: Option<String>,
    is_unknown: bool,
    /// The selector of the key that signs until this one is published.
    succeeds: Option<Domain>,
}

impl Row {
    fn new(key: &str, domain: &Domain, selector: &Domain, private: &Arc<Key>) -> Self {
        let check = match KeyCheck::new(selector, domain) {
            Ok(check) => check,
            Err(error) => return Self::bad(key, one_line(&error)),
        };
        let (own, reason) = match private.record() {
            Ok(own) => (Some(own.clone()), None),
            Err(error) => (
                None,
                Some(format!("{}: {}", private.source(), one_line(error))),
            ),
        };
        Self {
            key: key.into(),
            check: Some(check),
            own,
            reason,
            is_unknown: false,
            succeeds: None,
        }
    }

    fn bad(key: &str, reason: String) -> Self {
        Self {
            key: key.into(),
            check: None,
            own: None,
            reason: Some(reason),
            is_unknown: false,
            succeeds: None,
        }
    }

    fn unknown(key: &str, reason: &str) -> Self {
        Self {
            is_unknown: true,
            ..Self::bad(key, reason.into())
        }
    }

    fn finish(&self, survey: &Survey) -> Json {
        let check = self.check.as_ref();
        let mut json = Json {
            key: self.key.clone(),
            ok: (!self.is_unknown).then_some(false),
            name: check.map(|check| check.question().name().to_string()),
            reason: self.reason.clone(),
            bits: None,
            testing: false,
        };
        let (Some(check), Some(own)) = (check, &self.own) else {
            return json;
        };
        match check.answer(own, survey.answer_to(check.question())) {
            Ok(record) => {
                json.ok = Some(true);
                json.bits = record.public_key().ok().map(|key| key.bits());
                json.testing = record.is_testing();
            }
            Err(error) => json.reason = Some(one_line(&error)),
        }
        // It is not expected to be published yet, so nothing is wrong if it is not.
        if let Some(present) = &self.succeeds {
            json.ok = None;
            let state = json.reason.as_deref().unwrap_or("published");
            json.reason = Some(format!("pending successor of {present}: {state}"));
        }
        json
    }
}

#[derive(Serialize)]
struct Answer {
    ok: bool,
    keys: Vec<Json>,
}

#[derive(Serialize)]
struct Json {
    key: String,
    ok: Option<bool>,
    name: Option<String>,
    reason: Option<String>,
    bits: Option<usize>,
    testing: bool,
}

impl Json {
    /// The key, and where its record is looked for.
    fn title(&self) -> String {
        match &self.name {
            Some(name) => format!("{}: {name}", self.key),
            None => self.key.clone(),
        }
    }
}

const PERCENT: &str = "not looked at: it signs for the author's domain (%); give one with -d";

const PATTERN: &str = "is not looked at: it is no domain; give one with -d";
