use std::fs;

use super::*;
use crate::config::one_line;

fn source(text: &str) -> Result<DataSource, DataSourceError> {
    DataSource::parse(text, Place::new(Path::new("CONF").into(), 7))
}

fn file(kind: &str, text: &str, case: Case) -> Result<DataSet, String> {
    let file = tempfile::NamedTempFile::new().unwrap();
    fs::write(file.path(), text).unwrap();
    let source = source(&format!("{kind}{}", file.path().display())).unwrap();
    source.read(case).map_err(|error| {
        let path = file.path().display().to_string();
        one_line(&error).replace(&path, "FILE")
    })
}

#[test]
fn the_type_stands_before_a_colon_or_is_guessed() {
    for (text, kind) in [
        ("file:/a", Kind::File("/a".into())),
        ("refile:a", Kind::Patterns("a".into())),
        ("csl:a,b", Kind::List("a,b".into())),
        ("/a:b", Kind::File("/a:b".into())),
        ("a, b", Kind::List("a, b".into())),
        ("127.0.0.1,::1", Kind::List("127.0.0.1,::1".into())),
        ("2001:db8::1", Kind::List("2001:db8::1".into())),
        ("fe80::1", Kind::List("fe80::1".into())),
        ("::1", Kind::List("::1".into())),
    ] {
        assert_eq!(source(text).unwrap().kind, kind, "{text}");
    }
}

#[test]
fn other_types_are_refused_by_name() {
    for (text, kind) in [
        ("db:/a", "db"),
        ("dsn:mysql://u@h/d/table=t", "dsn"),
        ("ldap://h/", "ldap"),
        ("lua:/a", "lua"),
        ("memcache:h/k", "memcache"),
        ("mdb:/a", "mdb"),
        ("erlang:n@h", "erlang"),
        ("hash:/a", "hash"),
        ("/etc/keys.db", "db"),
    ] {
        let kind = kind.into();
        assert_eq!(source(text), Err(DataSourceError::Kind { kind }), "{text}");
    }
    assert_eq!(source("refile:"), Err(DataSourceError::NoPath));
}

#[test]
fn a_file_has_a_key_and_a_value_on_each_line() {
    let text = "# all\n\n A\tone:two  # rest\nb  c d\r\nalone\nA again\n";
    let set = file("file:", text, Case::Matters).unwrap();
    let value = |key: &str| set.find(key).map(|entry| entry.value.as_deref());
    assert_eq!(value("A"), Some(Some("one:two")));
    assert_eq!(value("b"), Some(Some("c d")));
    assert_eq!(value("alone"), Some(None));
    assert_eq!(value("a"), None);
    assert_eq!(set.find("b").unwrap().place.line(), Some(4));
    let set = file("", "A one\n", Case::Ignored).unwrap();
    assert!(set.find("a").is_some());
}

#[test]
fn a_list_has_commas_and_equals_signs() {
    let set = source("csl: a, b = c ,,d=")
        .unwrap()
        .read(Case::Matters)
        .unwrap();
    let entries = set.entries().iter();
    let entries: Vec<_> = entries
        .map(|e| (e.key.as_str(), e.value.as_deref()))
        .collect();
    assert_eq!(entries, [("a", None), ("b", Some("c")), ("d", Some(""))]);
    assert_eq!(set.find("a").unwrap().place.line(), Some(7));
}

#[test]
fn patterns_are_tried_in_their_order() {
    let set = file("refile:", "*@a.example x\nu@* y\n", Case::Matters).unwrap();
    assert_eq!(set.positions("u@a.example").collect::<Vec<_>>(), [0, 1]);
    assert_eq!(set.position("u@b.example"), Some(1));
    let error = file("refile:", "a x\n(b y\n", Case::Matters).unwrap_err();
    assert!(error.starts_with("FILE:2: "), "{error}");
}

/// Each line was put to OpenDKIM 2.11 beta, which decided the same.
#[test]
fn a_pattern_ends_at_the_first_white_space() {
    let text = " *@a.example x\n\t*@b.example\ty\n  # nothing\n \n*@c.example  z \n";
    let set = file("refile:", text, Case::Ignored).unwrap();
    assert_eq!(set.position("u@a.example"), None);
    assert_eq!(set.position("u@b.example"), None);
    assert_eq!(set.entries().len(), 3);
    let found = set.find("u@c.example").unwrap();
    assert_eq!(found.value.as_deref(), Some("z"));
    let warnings: Vec<_> = set.warnings().map(|warning| warning.text).collect();
    let text = "begins with white space, so that its pattern is empty and matches nothing";
    assert_eq!(warnings, [text, text]);
    // Elsewhere lines may be indented.
    let set = file("file:", text, Case::Ignored).unwrap();
    assert!(set.warnings().next().is_none());
}

#[test]
fn a_file_that_is_not_there_is_named_with_the_line_that_names_it() {
    let error = source("file:/no/such")
        .unwrap()
        .read(Case::Matters)
        .unwrap_err();
    assert!(one_line(&error).starts_with("CONF:7: /no/such: "));
}
