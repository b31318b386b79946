use std::fs;

use super::*;
use crate::config::one_line;
use crate::milter::conf::Source;

fn read(text: &str) -> Result<Fields, String> {
    let file = tempfile::NamedTempFile::new().unwrap();
    fs::write(file.path(), text).unwrap();
    let path = file.path().display().to_string();
    let settings = Source::file(file.path().into()).settings().unwrap();
    fields(&settings).map_err(|error| one_line(&error).replace(&path, "CONF"))
}

fn only<const N: usize>(signed: [&str; N], oversigned: &[&str]) -> Fields {
    let fields = Fields::only(signed).unwrap();
    let mut oversigned = oversigned.iter();
    oversigned
        .try_fold(fields, |fields, name| fields.oversign(name))
        .unwrap()
}

#[test]
fn without_a_word_the_fields_are_those_of_the_suite() {
    assert_eq!(read("").unwrap(), Fields::default());
}

#[test]
fn a_list_stands_for_itself_and_from_is_signed_in_any_case() {
    let fields = only(["From", "To", "X-A"], &["From", "To"]);
    assert_eq!(read("SignHeaders From,To,X-A\n").unwrap(), fields);
    assert_eq!(read("SignHeaders To,X-A\n").unwrap(), fields);
}

#[test]
fn a_star_makes_a_list_one_of_changes() {
    let changed = Fields::default().adjust("+X-A,-Date").unwrap();
    assert_eq!(read("SignHeaders *,+X-A,-Date\n").unwrap(), changed);
    assert_eq!(read("SignHeaders -Date,+X-A,*\n").unwrap(), changed);
    assert_eq!(read("SignHeaders *,-From\n").unwrap(), Fields::default());
}

#[test]
fn omitted_fields_are_not_signed_but_from_is() {
    let without = Fields::default().omit("Date").unwrap();
    assert_eq!(read("OmitHeaders Date,From\n").unwrap(), without);
    assert_eq!(read("OmitHeaders *,+Date\n").unwrap(), without);
    assert_eq!(read("OmitHeaders .\n").unwrap(), Fields::default());
}

#[test]
fn some_fields_are_signed_only_if_they_are_not_omitted() {
    let from = only(["From"], &["From"]);
    assert_eq!(read("SignHeaders From,Received\n").unwrap(), from);
    let both = only(["From", "Received"], &["From"]);
    assert_eq!(
        read("SignHeaders From,Received\nOmitHeaders .\n").unwrap(),
        both
    );
    assert_eq!(
        read("SignHeaders From,Received\nOmitHeaders *,-Received\n").unwrap(),
        both
    );
}

#[test]
fn oversigned_are_just_those_that_are_listed() {
    let plain = Fields::default().without_oversigning();
    let from = plain.clone().oversign("From").unwrap();
    assert_eq!(read("OversignHeaders From\n").unwrap(), from);
    assert_eq!(read("OversignHeaders .\n").unwrap(), plain);
    let more = Fields::default().oversign("List-Id").unwrap();
    assert_eq!(read("OversignHeaders *,+List-Id\n").unwrap(), more);
}

#[test]
fn what_cannot_be_followed_is_named_with_its_line() {
    for (line, error) in [
        (
            "SignHeaders +X-A",
            "+X-A: changes begin with + or -, and need a * in the list",
        ),
        (
            "SignHeaders *,X-A",
            "X-A: changes begin with + or -, and need a * in the list",
        ),
        (
            "OversignHeaders From,X:Y",
            "X:Y: malformed header field name",
        ),
        (
            "SignHeaders From To",
            "From To: malformed header field name",
        ),
        ("SignHeaders *,+b c", "b c: malformed header field name"),
        (
            "OmitHeaders caf\u{e9}",
            "caf\u{e9}: malformed header field name",
        ),
    ] {
        assert_eq!(
            read(&format!("\n{line}\n")).unwrap_err(),
            format!("CONF:2: {error}")
        );
    }
}
