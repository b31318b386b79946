//! What the next selector is called, and where its key goes.

use std::path::{Path, PathBuf};

use dns_txt::Domain;

use crate::date::DateTime;

/// The selector behind `current`, the first of them that is not taken.
///
/// A date at its end, `YYYYMMDD`, `YYYYMM` or `YYYY`, becomes that of today, with a letter behind it
/// if there was one or if it is taken without; another number grows by one and keeps its width; what
/// has neither gets a 2. So `2026a` is followed by `2026b`, `mail202610` by `mail202611`, `s09` by
/// `s10` and `default` by `default2`.
///
/// `None` if there is none that is free and can be a selector.
pub(super) fn next(
    current: &Domain,
    now: DateTime,
    is_taken: impl Fn(&Domain) -> bool,
) -> Option<Domain> {
    let candidates = candidates(current.as_str(), now);
    let mut selectors = candidates.filter_map(|candidate| candidate.parse().ok());
    selectors.find(|selector| selector != current && !is_taken(selector))
}

fn candidates(current: &str, now: DateTime) -> Box<dyn Iterator<Item = String>> {
    let bare = current.strip_suffix(|last: char| last.is_ascii_lowercase());
    if let Some((stem, date)) = bare.and_then(|bare| dated(bare, now)) {
        return Box::new(lettered(stem + &date));
    }
    if let Some((stem, date)) = dated(current, now) {
        let today = stem + &date;
        return Box::new(core::iter::once(today.clone()).chain(lettered(today)));
    }
    let (stem, digits) = split_digits(current);
    let (stem, width) = (stem.to_owned(), digits.len());
    let last: u64 = match digits {
        "" => 1,
        digits => match digits.parse() {
            Ok(last) => last,
            Err(_) => return Box::new(core::iter::empty()),
        },
    };
    let numbers = (1..=MOST).map(move |more| last.saturating_add(more));
    Box::new(numbers.map(move |number| format!("{stem}{number:0width$}")))
}

/// What stands before a date at the end, and today in the form of that date.
fn dated(text: &str, now: DateTime) -> Option<(String, String)> {
    let (stem, digits) = split_digits(text);
    let (year, rest) = digits.split_at_checked(4)?;
    (year.starts_with("20") || year.starts_with("19")).then_some(())?;
    let (month, day) = rest.split_at_checked(2).unwrap_or((rest, ""));
    let is_within = |text: &str, most: u64| {
        let number: Option<u64> = text.parse().ok();
        text.is_empty() || number.is_some_and(|number| (1..=most).contains(&number))
    };
    (is_within(month, 12) && is_within(day, 31) && matches!(digits.len(), 4 | 6 | 8))
        .then_some(())?;
    let today = now.digits();
    Some((stem.to_owned(), today.get(..digits.len())?.to_owned()))
}

fn lettered(stem: String) -> impl Iterator<Item = String> {
    ('a'..='z').map(move |letter| format!("{stem}{letter}"))
}

fn split_digits(text: &str) -> (&str, &str) {
    let stem = text.trim_end_matches(|last: char| last.is_ascii_digit());
    text.split_at(stem.len())
}

/// Where the key of the next selector goes: beside the present one, under its name with the other
/// selector in it.
pub(super) fn beside(key_file: &Path, current: &Domain, next: &Domain) -> PathBuf {
    let name = key_file.file_name().and_then(|name| name.to_str());
    let name = name.unwrap_or_default();
    let renamed = match place_of(name, current.as_str()) {
        Some((before, behind)) => format!("{before}{next}{behind}"),
        None => match name.rsplit_once('.') {
            Some((stem, extension)) => format!("{stem}.{next}.{extension}"),
            None => format!("{name}.{next}"),
        },
    };
    key_file.with_file_name(renamed)
}

/// Where the record of a key file is written.
pub(super) fn record_of(key_file: &Path) -> PathBuf {
    let record = key_file.with_extension("txt");
    match record == key_file {
        true => key_file.with_extension("record.txt"),
        false => record,
    }
}

/// What stands around the selector in the name of a file, where it is no part of a longer word.
fn place_of<'n>(name: &'n str, selector: &str) -> Option<(&'n str, &'n str)> {
    let mut places = name.match_indices(selector);
    places.find_map(|(start, found)| {
        let before = name.get(..start)?;
        let behind = name.get(start.checked_add(found.len())?..)?;
        let is_part = |c: char| c.is_ascii_alphanumeric();
        let is_whole = !before.ends_with(is_part) && !behind.starts_with(is_part);
        is_whole.then_some((before, behind))
    })
}

/// More numbers are not tried.
const MOST: u64 = 1000;

#[cfg(test)]
mod tests {
    use super::*;

    /// 24 November 2026.
    const NOW: u64 = 1_795_500_000;

    fn after(current: &str, taken: &[&str]) -> Option<String> {
        let current = current.parse().unwrap();
        let next = next(&current, DateTime::from_unix(NOW), |selector| {
            taken.contains(&selector.as_str())
        });
        next.map(|next| next.to_string())
    }

    #[test]
    fn a_date_becomes_that_of_today_and_a_number_grows() {
        for (current, taken, expected) in [
            ("20250101", &[][..], "20261124"),
            ("20261124", &[], "20261124a"),
            ("20261124a", &[], "20261124b"),
            ("mail202610", &[], "mail202611"),
            ("mail202610", &["mail202611"], "mail202611a"),
            ("2026a", &[], "2026b"),
            ("2026a", &["2026b"], "2026c"),
            ("2025c", &[], "2026a"),
            ("s1", &[], "s2"),
            ("s1", &["s2", "s3"], "s4"),
            ("s09", &[], "s10"),
            ("s99", &[], "s100"),
            ("20269999", &[], "20270000"),
            ("default", &[], "default2"),
            ("a.mail", &[], "a.mail2"),
        ] {
            assert_eq!(
                after(current, taken).as_deref(),
                Some(expected),
                "{current}"
            );
        }
        assert_eq!(after("99999999999999999999999", &[]), None);
    }

    #[test]
    fn a_key_goes_beside_the_one_before() {
        for (path, selector, expected) in [
            ("/k/s1.private", "s1", "/k/s2.private"),
            ("/k/a.test.s1.pem", "s1", "/k/a.test.s2.pem"),
            ("/k/ms1.s1", "s1", "/k/ms1.s2"),
            ("/k/s1/mail.key", "s1", "/k/s1/mail.s2.key"),
            ("/k/mail", "s1", "/k/mail.s2"),
        ] {
            let next = beside(
                Path::new(path),
                &selector.parse().unwrap(),
                &"s2".parse().unwrap(),
            );
            assert_eq!(next, Path::new(expected));
        }
        assert_eq!(
            record_of(Path::new("/k/s2.private")),
            Path::new("/k/s2.txt")
        );
        assert_eq!(
            record_of(Path::new("/k/s2.txt")),
            Path::new("/k/s2.record.txt")
        );
    }
}
