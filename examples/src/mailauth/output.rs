//! The answer, as JSON or as text.

use core::fmt;
use std::io::{self, ErrorKind, Write};
use std::process::ExitCode;

use serde::Serialize;

use super::fault::Fault;

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
                .map(|line| line + "\n")
                .map_err(|error| Fault::output(&error.into()))?,
            Self::Text => text.to_string(),
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
