//! Where in a PEM file something is wrong: parsers of such files tell what, not where.

use std::path::Path;

use thiserror::Error;

use crate::config::ConfigError;

/// The line on which the first section of one of the `kinds` begins, counted from 1; an error if
/// there is none, or if a section is not even base64.
pub fn locate(path: &Path, text: &[u8], kinds: &[&str]) -> Result<usize, ConfigError> {
    scan(text, kinds).map_err(|(line, error)| match line {
        Some(line) => ConfigError::line(path, line, error),
        None => ConfigError::file(path, error),
    })
}

/// What is wrong with a PEM file.
#[derive(Clone, Debug, Eq, Error, PartialEq)]
#[non_exhaustive]
pub enum PemError {
    /// A line between BEGIN and END with other characters than base64 has.
    #[error("not base64")]
    Base64,
    /// No section of a kind that is of use.
    #[error("expected a PEM section {wanted}, found none")]
    Missing {
        /// The kinds that would be.
        wanted: String,
    },
    /// A section that does not end.
    #[error("PEM section without an END line")]
    NoEnd,
}

fn scan(text: &[u8], kinds: &[&str]) -> Result<usize, (Option<usize>, PemError)> {
    let mut found = None;
    let mut open = None;
    for (index, line) in text.split(|&octet| octet == b'\n').enumerate() {
        let number = index + 1;
        let line = line.trim_ascii();
        if let Some(label) = boundary(line, b"-----BEGIN ") {
            open = Some(number);
            if kinds.iter().any(|kind| kind.as_bytes() == label) {
                found = found.or(open);
            }
        } else if boundary(line, b"-----END ").is_some() {
            open = None;
        } else if open.is_some() && !line.iter().all(is_base64) {
            return Err((Some(number), PemError::Base64));
        }
    }
    if open.is_some() {
        return Err((open, PemError::NoEnd));
    }
    found.ok_or_else(|| {
        let wanted = kinds.join(" or ");
        (None, PemError::Missing { wanted })
    })
}

/// The label of a line that begins or ends a section.
fn boundary<'l>(line: &'l [u8], prefix: &[u8]) -> Option<&'l [u8]> {
    line.strip_prefix(prefix)?.strip_suffix(b"-----")
}

fn is_base64(octet: &u8) -> bool {
    octet.is_ascii_alphanumeric() || matches!(octet, b'+' | b'/' | b'=')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_section_is_found_or_its_fault_located() {
        let key = "-----BEGIN KEY-----\nAAAA\n-----END KEY-----\n";
        assert_eq!(scan(key.as_bytes(), &["KEY"]), Ok(1));
        let behind = format!("a note: not base64\n{}{key}", key.replace("KEY", "OTHER"));
        assert_eq!(scan(behind.as_bytes(), &["KEY"]), Ok(5));
        for (text, line, error) in [
            (key.replace("AAAA", "AA!A"), Some(2), PemError::Base64),
            (key.replace("-----END", ""), Some(3), PemError::Base64),
            (
                "x\n-----BEGIN KEY-----\nAA".into(),
                Some(2),
                PemError::NoEnd,
            ),
            (
                String::new(),
                None,
                PemError::Missing {
                    wanted: "KEY".into(),
                },
            ),
        ] {
            assert_eq!(
                scan(text.as_bytes(), &["KEY"]),
                Err((line, error)),
                "{text}"
            );
        }
    }
}
