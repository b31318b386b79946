//! Successors in the place of the keys before them.

use std::collections::BTreeMap;

use dkim_sign::{Algorithm, SignMessage};
use dns_txt::Domain;

use super::edit::{self, Edit};
use super::naming::record_of;
use super::targets::{Site, Target};
use super::{Done, Row};
use crate::config::one_line;
use crate::date::DateTime;
use crate::mailauth::survey::Survey;
use crate::mailauth::{Fault, Shared};
use crate::milter::{Mark, MarkKind, Place, Snapshot};

/// Puts those that are published into the tables, and says until when the old records are needed.
pub(super) fn finish(
    site: &Site,
    wants: impl Fn(&Domain, &Domain) -> bool,
    now: DateTime,
    keep: u32,
    shared: &Shared,
) -> Result<Done, Fault> {
    let (Some(snapshot), Some(file)) = (&site.snapshot, &site.file) else {
        return Err(Fault::flag("--finish", "needs --config"));
    };
    let mut of_name: BTreeMap<&str, Vec<&Target>> = BTreeMap::new();
    for target in &site.targets {
        if wants(&target.domain, &target.selector) {
            of_name.entry(&target.name).or_default().push(target);
        }
    }
    let questions = snapshot.successors().map(|next| next.question().clone());
    let survey = Survey::run(questions, shared, snapshot.resolution())?;
    let until = DateTime::from_unix(now.to_unix().saturating_add(u64::from(keep) * DAY)).day();
    let mut edit = Edit::begin(file);
    let (mut rows, mut retired) = (Vec::new(), Vec::new());
    for (place, mark) in &site.marks {
        let Some(targets) = of_name.get(mark.name.as_str()) else {
            continue;
        };
        match &mark.kind {
            MarkKind::Retired { until } => {
                let state = match until.as_str() < now.day().as_str() {
                    true => "withdrawable",
                    false => "retired",
                };
                retired.extend(targets.iter().map(|target| Row {
                    selector: mark.selector.to_string(),
                    until: Some(until.clone()),
                    private: Some(mark.key_file.display().to_string()),
                    ..Row::of(target, state)
                }));
            }
            MarkKind::Successor => {
                let reason = match usable(snapshot, &mark.name, &survey) {
                    Ok(algorithm) => {
                        put(
                            snapshot,
                            &mut edit,
                            (place, mark),
                            targets,
                            algorithm,
                            &until,
                        )?;
                        None
                    }
                    Err(reason) => Some(reason),
                };
                let state = match &reason {
                    None => "finished",
                    Some(_) => "waiting",
                };
                rows.extend(targets.iter().map(|target| Row {
                    next: Some(mark.selector.to_string()),
                    private: Some(mark.key_file.display().to_string()),
                    record: Some(record_of(&mark.key_file).display().to_string()),
                    until: reason.is_none().then(|| until.clone()),
                    reason: reason.clone(),
                    ..Row::of(target, state)
                }));
            }
        }
    }
    edit.finish()?;
    rows.extend(retired);
    let text = text(&rows);
    Ok(Done { rows, text })
}

/// What the successor of a key signs with, or what keeps it from being used in all of its domains.
fn usable(snapshot: &Snapshot, name: &str, survey: &Survey) -> Result<Algorithm, String> {
    let mut algorithm = None;
    for next in snapshot.successors().filter(|next| next.name == name) {
        algorithm = Some(next.key.algorithm());
        if let Err(error) = next.answer(survey.answer_to(next.question())) {
            return Err(format!("{}: {}", next.question().name(), one_line(&error)));
        }
    }
    // Whoever reads the configuration warns of it as well.
    algorithm.ok_or_else(|| "its key cannot be used".into())
}

fn put(
    snapshot: &Snapshot,
    edit: &mut Edit,
    (place, mark): (&Place, &Mark),
    targets: &[&Target],
    algorithm: Algorithm,
    until: &str,
) -> Result<(), Fault> {
    let Some(target) = targets.first() else {
        return Ok(());
    };
    let settings = snapshot.settings();
    let next = mark.key_file.as_path();
    match (&settings.key_table, &settings.selector, &settings.key_file) {
        (None, Some((of_selector, _)), Some((of_key, _))) => {
            if of_selector.path() != of_key.path() {
                let text = "Selector stands in another file than KeyFile; put it there";
                return Err(of_selector.fault(text).into());
            }
            edit.change_value(of_selector, |_| mark.selector.to_string());
            edit.change_value(of_key, |_| next.display().to_string());
        }
        _ => {
            let Some(place) = &target.place else {
                return Ok(());
            };
            edit.change_value(place, |value| {
                edit::entry(value, &mark.selector, next, algorithm)
            });
        }
    }
    let retired = Mark {
        name: mark.name.clone(),
        selector: target.selector.clone(),
        key_file: target.key_file.clone(),
        kind: MarkKind::Retired {
            until: until.into(),
        },
    };
    edit.replace(place, retired.to_string());
    Ok(())
}

fn text(rows: &[Row]) -> String {
    let mut text = String::new();
    let mut has_finished = false;
    for row in rows {
        let (key, domain, selector) = (&row.key, &row.domain, &row.selector);
        let next = row.next.as_deref().unwrap_or_default();
        let until = row.until.as_deref().unwrap_or_default();
        let private = row.private.as_deref().unwrap_or_default();
        let old = format!("{selector}._domainkey.{domain}");
        text += &match row.state {
            "finished" => {
                has_finished = true;
                format!(
                    "{key}: {next} signs for {domain} in the place of {selector}\n  \
                     leave the record {old} where it is until {until}\n"
                )
            }
            "waiting" => format!(
                "{key}: {next} waits: {}\n",
                row.reason.as_deref().unwrap_or_default()
            ),
            "withdrawable" => format!(
                "{key}: the record {old} may be withdrawn, and {private} deleted with its line\n"
            ),
            _ => format!("{key}: the record {old} is needed until {until}\n"),
        };
    }
    if has_finished {
        text += "\nReload the server now.\n";
    }
    if rows.is_empty() {
        text += "nothing is pending\n";
    }
    text
}

const DAY: u64 = 24 * 60 * 60;
