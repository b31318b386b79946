//! The answer, as JSON or as text.

use core::fmt;
use std::io::{self, ErrorKind, Write};
use std::process::ExitCode;

use serde::Serialize;

use super::fault::Fault;
use crate::program::is_steering;

/// How to answer.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Output {
    /// One JSON object on one line.
    Json,
    /// Text for people.
    Text,
}

impl Output {
    /// Writes an answer to standard output, in the form that was asked for.
    pub fn answer(self, json: &impl Serialize, text: impl fmt::Display) -> Result<ExitCode, Fault> {
        let text = match self {
            Self::Json => serde_json::to_string(json)
                .map(|line| for_machines(&line) + "\n")
                .map_err(|error| Fault::output(&error.into()))?,
            Self::Text => for_people(&text.to_string()),
        };
        write(text.as_bytes())?;
        Ok(ExitCode::SUCCESS)
    }
}

/// Writes to standard output. That nobody reads it any more is no fault.
pub(crate) fn write(octets: &[u8]) -> Result<(), Fault> {
    let mut out = io::stdout().lock();
    match out.write_all(octets).and_then(|()| out.flush()) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => Err(Fault::output(&error)),
        _ => Ok(()),
    }
}

/// JSON may have in a string what would steer a terminal: the same string, with escapes.
fn for_machines(json: &str) -> String {
    let mut shown = String::with_capacity(json.len());
    for character in json.chars() {
        match is_steering(character) {
            // All of these have four digits.
            true => shown += &format!("\\u{:04x}", u32::from(character)),
            false => shown.push(character),
        }
    }
    shown
}

/// Lines as they are, but for what a message or a zone put in to steer the terminal.
fn for_people(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '\n' | '\t' => shown.push(character),
            _ if is_steering(character) => shown.extend(character.escape_default()),
            _ => shown.push(character),
        }
    }
    shown
}
