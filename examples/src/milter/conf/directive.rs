//! The lines of an opendkim.conf, and of the files that it includes.

use std::path::Path;
use std::sync::Arc;

use crate::config::{Cause, ConfigError};
use crate::milter::place::Place;
use crate::stored::read_stored;

use super::fault::OptionFault;

/// A name and its value, as they were written.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Directive {
    /// Where it was written.
    pub place: Place,
    /// The name of the option, in whatever case.
    pub name: String,
    /// The rest of the line, without white space around it. Never empty.
    pub value: String,
}

/// The directives of the file at `path` in their order; those of an included file stand where
/// `Include` names it.
pub(super) fn read_directives(path: &Path) -> Result<Vec<Directive>, ConfigError> {
    let mut directives = Vec::new();
    let mut room = MAX_OCTETS;
    read_file(path, MAX_INCLUDES, &mut room, &mut directives)?;
    Ok(directives)
}

fn read_file(
    path: &Path,
    left: usize,
    room: &mut u64,
    out: &mut Vec<Directive>,
) -> Result<(), ConfigError> {
    let fault = |error: Cause| ConfigError::file(path, error);
    let text = read_stored(path, MAX_OCTETS).map_err(|error| fault(error.into()))?;
    let taken = u64::try_from(text.len()).unwrap_or(u64::MAX);
    let rest = room.checked_sub(taken);
    *room = rest.ok_or_else(|| fault(OptionFault::TooLong { most: MAX_OCTETS }.into()))?;
    let shared: Arc<Path> = path.into();
    for (index, line) in text.split(|&octet| octet == b'\n').enumerate() {
        let place = Place::new(Arc::clone(&shared), index + 1);
        let directive = directive(line, &place).map_err(|fault| place.fault(fault))?;
        let Some((name, value)) = directive else {
            continue;
        };
        if !name.eq_ignore_ascii_case("Include") {
            let (name, value) = (name.into(), value.into());
            out.push(Directive { place, name, value });
            continue;
        }
        let left = left.checked_sub(1);
        let left = left.ok_or_else(|| place.fault(OptionFault::Includes { most: MAX_INCLUDES }))?;
        read_file(Path::new(value), left, room, out).map_err(|error| place.fault(error))?;
    }
    Ok(())
}

/// A line without its comment; `None` if nothing is left of it.
///
/// Comments are often written in another encoding than UTF-8, so what is behind the `#` may be.
fn directive<'l>(line: &'l [u8], place: &Place) -> Result<Option<(&'l str, &'l str)>, OptionFault> {
    let line = line
        .split(|&octet| octet == b'#')
        .next()
        .unwrap_or_default();
    let line = core::str::from_utf8(line).map_err(|_| OptionFault::Utf8)?;
    // An editor's mark of UTF-8 is no part of the first name.
    let line = match place.line() {
        Some(1) => line.strip_prefix('\u{feff}').unwrap_or(line),
        _ => line,
    };
    let line = line.trim();
    if line.is_empty() {
        return Ok(None);
    }
    match line.split_once(char::is_whitespace) {
        Some((name, value)) => Ok(Some((name, value.trim_start()))),
        None => Err(OptionFault::missing(line)),
    }
}

/// opendkim.conf(5) allows five levels.
const MAX_INCLUDES: usize = 5;

/// Octets of all files. Without such a limit five levels that each include the next a hundred times
/// would be ten thousand million lines.
const MAX_OCTETS: u64 = 1 << 20;

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::config::one_line;

    fn read(text: &[u8]) -> Result<Vec<(String, String, usize)>, String> {
        let file = tempfile::NamedTempFile::new().unwrap();
        fs::write(file.path(), text).unwrap();
        let directives = read_directives(file.path());
        let directives = directives.map_err(|error| {
            let line = one_line(&error);
            line.replace(&file.path().display().to_string(), "CONF")
        })?;
        let directives = directives.into_iter();
        Ok(directives
            .map(|directive| {
                (
                    directive.name,
                    directive.value,
                    directive.place.line().unwrap(),
                )
            })
            .collect())
    }

    #[test]
    fn a_line_is_a_name_and_the_rest() {
        let text =
            b"# all\n\n  Mode\tsv\r\nInternalHosts 10.0.0.0/8, ::1  # caf\xe9\nSelector a#b\n";
        let expected = [
            ("Mode", "sv", 3),
            ("InternalHosts", "10.0.0.0/8, ::1", 4),
            ("Selector", "a", 5),
        ];
        let expected = expected.map(|(name, value, line)| (name.into(), value.into(), line));
        assert_eq!(read(text).unwrap(), expected);
    }

    #[test]
    fn a_directive_without_a_value_is_an_error() {
        for text in ["Mode sv\nLogWhy\n", "Mode sv\nLogWhy  # yes\n"] {
            let error = read(text.as_bytes()).unwrap_err();
            assert_eq!(error, "CONF:2: LogWhy: the value is missing");
        }
        let error = read(b"AuthservID caf\xe9\n").unwrap_err();
        assert_eq!(error, "CONF:1: not UTF-8");
    }

    #[test]
    fn an_included_file_stands_where_it_is_named() {
        let directory = tempfile::tempdir().unwrap();
        let path = |name: &str| directory.path().join(name);
        let main = format!("Mode s\nInclude {}\nMode v\n", path("b").display());
        fs::write(path("a"), main).unwrap();
        fs::write(path("b"), "Mode sv\nLogWhy y\n").unwrap();
        let directives = read_directives(&path("a")).unwrap();
        let values: Vec<&str> = directives.iter().map(|one| one.value.as_str()).collect();
        assert_eq!(values, ["s", "sv", "y", "v"]);
        assert_eq!(directives[2].place.path(), Some(&*path("b")));
    }

    #[test]
    fn files_that_include_each_other_end() {
        let file = tempfile::NamedTempFile::new().unwrap();
        fs::write(file.path(), format!("Include {}\n", file.path().display())).unwrap();
        let error = one_line(&read_directives(file.path()).unwrap_err());
        assert!(
            error.ends_with("Include: more than 5 files deep"),
            "{error}"
        );
    }

    #[test]
    fn an_included_file_that_is_not_there_is_named_with_the_line() {
        let error = read(b"\nInclude /no/such/file\n").unwrap_err();
        assert!(error.starts_with("CONF:2: /no/such/file: "), "{error}");
    }
}
