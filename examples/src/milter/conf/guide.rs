//! The table of options in docs/opendkim.md says what becomes of each, and so does the code.

use std::collections::BTreeMap;
use std::fs;

use super::standing::{ADDITIONS, FAMILIES, HONOURED, IDLE, OFF_ONLY, REFUSED, Standing};
use crate::config::one_line;
use crate::milter::Snapshot;

const GUIDE: &str = include_str!("../../../../docs/opendkim.md");

/// A line of the table.
struct Row {
    name: &'static str,
    standing: &'static str,
    default: &'static str,
    what: &'static str,
}

fn rows() -> Vec<Row> {
    let lines = GUIDE
        .lines()
        .skip_while(|line| !line.starts_with("| option |"));
    let lines = lines.skip(2).take_while(|line| line.starts_with('|'));
    let rows = lines.map(|line| {
        let cells: Vec<&str> = line.trim_matches('|').split(" |").map(str::trim).collect();
        let [name, standing, default, what] = cells[..] else {
            panic!("{line}");
        };
        let name = code(name).unwrap();
        Row {
            name,
            standing,
            default,
            what,
        }
    });
    rows.collect()
}

/// What stands in a cell, if it is code and nothing else.
fn code(cell: &str) -> Option<&str> {
    let inner = cell.strip_prefix('`')?.strip_suffix('`')?;
    (!inner.contains('`')).then_some(inner)
}

/// What is read of a line: its warnings, or its fault.
fn read(line: &str) -> Result<Vec<String>, String> {
    let snapshot = snapshot(line)?;
    let warnings = snapshot.settings.warnings.iter();
    Ok(warnings.map(|warning| warning.text.clone()).collect())
}

fn snapshot(line: &str) -> Result<std::sync::Arc<Snapshot>, String> {
    let file = tempfile::NamedTempFile::new().unwrap();
    fs::write(file.path(), line).unwrap();
    let place = format!("{}:1: ", file.path().display());
    Snapshot::read(file.path()).map_err(|error| one_line(&error).replace(&place, ""))
}

#[test]
fn the_table_has_every_option_once_and_in_order() {
    let mut expected = BTreeMap::new();
    let mut add = |name: String, standing: &'static str, what: Option<&'static str>| {
        let twice = expected.insert(name.to_ascii_lowercase(), (name, standing, what));
        assert_eq!(twice, None);
    };
    for name in HONOURED {
        add((*name).into(), "honoured", None);
    }
    for name in ADDITIONS {
        add((*name).into(), "addition", None);
    }
    for (list, standing) in [
        (IDLE, "warned"),
        (OFF_ONLY, "off only"),
        (REFUSED, "refused"),
    ] {
        for (name, what) in list {
            add((*name).into(), standing, Some(what));
        }
    }
    for (prefix, what) in FAMILIES {
        add(format!("{prefix}*"), "warned", Some(what));
    }
    let rows = rows();
    assert_eq!(rows.len(), expected.len());
    for (row, (name, standing, what)) in rows.iter().zip(expected.into_values()) {
        assert_eq!((row.name, row.standing), (&*name, standing));
        if let Some(what) = what {
            assert_eq!(row.what, what, "{name}");
        }
    }
}

#[test]
fn each_option_is_read_as_the_table_says() {
    for Row {
        name,
        standing,
        what,
        ..
    } in rows()
    {
        let line = |value: &str| format!("{} {value}\n", name.replace('*', "Old"));
        match standing {
            "honoured" | "addition" => {
                assert_eq!(Standing::of(name), Standing::Honoured);
                // Whatever is wrong with the value, the name is none of those that are not read.
                let said = match read(&line("1")) {
                    Ok(warnings) => warnings.concat(),
                    Err(fault) => fault,
                };
                for nothing in ["no such option", "not supported", "does nothing: "] {
                    assert!(!said.contains(nothing), "{said}");
                }
            }
            "warned" => {
                let name = name.replace('*', "Old");
                let warning = format!("{name} does nothing: {what}");
                assert_eq!(read(&line("yes")), Ok(vec![warning]));
            }
            "off only" => {
                let warning = format!("{name} does nothing: it is always off");
                assert_eq!(read(&line("no")), Ok(vec![warning]));
                let fault = format!("{name} is not supported: {what}");
                assert_eq!(read(&line("yes")), Err(fault));
            }
            "refused" => {
                let fault = format!("{name} is not supported: {what}");
                assert_eq!(read(&line("yes")), Err(fault));
            }
            other => panic!("{other}"),
        }
    }
}

/// What a configuration comes to, without the lines that say so.
fn meaning(line: &str) -> String {
    let snapshot = snapshot(line).unwrap();
    let hosts = snapshot.internal_hosts().entries().iter();
    let hosts: Vec<&str> = hosts.map(|entry| entry.key.as_str()).collect();
    let mut settings = snapshot.settings.clone();
    settings.internal_hosts = None;
    settings.omit_headers = None;
    settings.oversign_headers = None;
    settings.sign_headers = None;
    format!("{hosts:?} {:?} {settings:?}", snapshot.fields)
}

#[test]
fn to_write_a_default_changes_nothing() {
    let defaults: Vec<(&str, &str)> = rows()
        .iter()
        .filter(|row| matches!(row.standing, "honoured" | "addition"))
        .filter_map(|row| Some((row.name, code(row.default)?)))
        .collect();
    for (name, default) in &defaults {
        // What is omitted shows only where it would be signed.
        let more = match *name {
            "OmitHeaders" => format!("SignHeaders From,Subject,{default}\n"),
            _ => String::new(),
        };
        let written = meaning(&format!("{more}{name} {default}\n"));
        assert_eq!(written, meaning(&more), "{name}");
    }
    // Every boolean has one.
    for name in [
        "AlwaysAddARHeader",
        "Background",
        "BelowReceived",
        "DMARC",
        "KeepAuthResults",
        "LogWhy",
        "MultipleSignatures",
        "RemoveARAll",
        "RequireSafeKeys",
        "SPF",
        "SubDomains",
        "Syslog",
        "SyslogSuccess",
    ] {
        assert!(defaults.iter().any(|(known, _)| *known == name), "{name}");
    }
    for other in [
        "Background no\n",
        "Mode v\n",
        "OmitHeaders Subject\n",
        "OversignHeaders From\n",
    ] {
        assert_ne!(meaning(other), meaning(""));
    }
}
