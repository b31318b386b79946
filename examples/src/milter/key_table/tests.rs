use std::fs;

use super::*;
use crate::milter::conf::Account;

/// A directory with one key.
fn site() -> tempfile::TempDir {
    use std::os::unix::fs::PermissionsExt;

    let directory = tempfile::tempdir().unwrap();
    let testdata = Path::new(env!("CARGO_MANIFEST_DIR")).join("../crates/dkim-sign/testdata");
    for name in [
        "key.pem",
        "keys/a.test/mail.pem",
        "keys/b.test/mail.pem",
        "c.test.c.test.pem",
    ] {
        let path = directory.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::copy(testdata.join("test-ed25519-pkcs8.pem"), &path).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
    }
    directory
}

fn table(directory: &tempfile::TempDir, text: &str) -> (KeyTable, Vec<String>) {
    let root = directory.path().display().to_string();
    let path = directory.path().join("kt");
    fs::write(&path, text.replace("DIR", &root)).unwrap();
    let place = Place::new(Path::new("CONF").into(), 1);
    let source = DataSource::parse(&format!("file:{}", path.display()), place).unwrap();
    let mut reader = KeyReader::new(Account::current(), true);
    let mut warnings = Vec::new();
    let table = KeyTable::read(&source, &mut reader, &mut warnings).unwrap();
    let warnings = warnings
        .iter()
        .map(|warning| warning.to_string().replace(&root, "DIR"));
    (table, warnings.collect())
}

fn resolve(table: &KeyTable, name: &str, author: &str) -> Result<String, String> {
    let resolved = table.resolve(name, &author.parse().unwrap());
    let resolved = resolved.map_err(|error| error.to_string())?;
    Ok(format!(
        "{} {} {}",
        resolved.domain,
        resolved.selector,
        resolved.key.source()
    ))
}

#[test]
fn percent_is_the_domain_that_signs() {
    let site = site();
    let root = site.path().display().to_string();
    let (table, warnings) = table(
        &site,
        "own %:s:DIR/key.pem\neach %:s:DIR/keys/%/mail.pem\nfixed a.test:s:DIR/keys/%/mail.pem\n\
         twice %:s:DIR/%.%.pem\n",
    );
    assert!(warnings.is_empty(), "{warnings:?}");
    for (name, author, expected) in [
        ("own", "x.test", "x.test s DIR/key.pem"),
        ("each", "a.test", "a.test s DIR/keys/a.test/mail.pem"),
        ("each", "b.test", "b.test s DIR/keys/b.test/mail.pem"),
        ("fixed", "x.test", "a.test s DIR/keys/a.test/mail.pem"),
        ("twice", "c.test", "c.test s DIR/c.test.c.test.pem"),
    ] {
        let expected = expected.replace("DIR", &root);
        assert_eq!(
            resolve(&table, name, author),
            Ok(expected),
            "{name} {author}"
        );
    }
    let error = resolve(&table, "each", "x.test").unwrap_err();
    assert_eq!(
        error,
        format!("there was no file {root}/keys/x.test/mail.pem when the tables were read")
    );
    assert_eq!(
        resolve(&table, "EACH", "a.test").unwrap_err(),
        "the KeyTable has no key EACH"
    );
}

/// As with OpenDKIM: that of an author is in lower case.
#[test]
fn percent_in_a_path_is_the_domain_as_the_table_writes_it() {
    let site = site();
    let lower = site.path().join("keys/b.test");
    fs::rename(&lower, site.path().join("keys/B.Test")).unwrap();
    let (table, warnings) = table(&site, "b B.Test:s:DIR/keys/%/mail.pem\n");
    assert!(warnings.is_empty(), "{warnings:?}");
    let root = site.path().display();
    let expected = format!("b.test s {root}/keys/B.Test/mail.pem");
    assert_eq!(resolve(&table, "b", "x.test"), Ok(expected));
}

/// As with OpenDKIM, of which only the other tables ignore case.
#[test]
fn names_that_are_patterns_differ_in_case() {
    let site = site();
    let path = site.path().join("kt");
    let key = site.path().join("key.pem");
    let text = format!("k* a.test:s:{0}\n(i|j) b.test:s:{0}\n", key.display());
    fs::write(&path, text).unwrap();
    let place = Place::new(Path::new("CONF").into(), 1);
    let source = DataSource::parse(&format!("refile:{}", path.display()), place).unwrap();
    let mut reader = KeyReader::new(Account::current(), true);
    let table = KeyTable::read(&source, &mut reader, &mut Vec::new()).unwrap();
    for (name, is_there) in [("k1", true), ("K1", false), ("j", true), ("J", false)] {
        assert_eq!(table.has(name), is_there, "{name}");
    }
}

#[test]
fn an_algorithm_may_follow_and_has_to_be_that_of_the_key() {
    let site = site();
    let (table, warnings) = table(
        &site,
        "ed a.test:s:DIR/key.pem:ed25519-sha256\nrsa a.test:s:DIR/key.pem:rsa-sha256\n\
         other a.test:s:DIR/key.pem:x\n",
    );
    assert!(resolve(&table, "ed", "a.test").is_ok());
    let error = resolve(&table, "rsa", "a.test").unwrap_err();
    assert!(
        error.ends_with("kt:2: the key is not for rsa-sha256"),
        "{error}"
    );
    assert!(
        resolve(&table, "other", "a.test")
            .unwrap_err()
            .contains("key.pem:x: cannot be read")
    );
    assert_eq!(warnings.len(), 2);
}

#[test]
fn a_key_may_stand_in_the_table() {
    let site = site();
    let seed = "nWGxne/9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A=";
    let (table, warnings) = table(&site, &format!("a a.test:s:{seed}\n"));
    assert!(warnings.is_empty(), "{warnings:?}");
    assert_eq!(
        resolve(&table, "a", "x.test").unwrap(),
        "a.test s the key in the table"
    );
}

#[test]
fn what_cannot_be_used_is_warned_of_with_its_line() {
    let site = site();
    let (_, warnings) = table(
        &site,
        "a\nb a.test:s\nc a..test:s:DIR/key.pem\nd a.test::DIR/key.pem\ne a.test:s:\n\
         f a.test:s:DIR/none\ng %:s:DIR/none/%.pem\n",
    );
    let expected = [
        "DIR/kt:1: a: expected domain:selector:key",
        "DIR/kt:2: b: expected domain:selector:key",
        "DIR/kt:3: c: the signing domain cannot be read: ",
        "DIR/kt:4: d: the selector cannot be read: ",
        "DIR/kt:5: e: expected domain:selector:key",
        "DIR/kt:6: f: DIR/none: cannot be read: ",
        "DIR/kt:7: g: there is no file DIR/none/%.pem",
    ];
    assert_eq!(warnings.len(), expected.len(), "{warnings:#?}");
    for (warning, expected) in warnings.iter().zip(expected) {
        assert!(warning.starts_with(expected), "{warning}");
    }
}

#[test]
fn a_name_of_a_file_gives_the_domain_only_where_it_fits() {
    for (template, name, domain) in [
        ("%.pem", "a.test.pem", Some("a.test")),
        ("%", "a.test", Some("a.test")),
        ("x%y%z", "xayaz", Some("a")),
        ("x%y%z", "xaybz", None),
        ("%.pem", ".pem", None),
        ("%.pem", "A.test.pem", None),
        ("%%", "aba", None),
        ("%.pem", "\u{e9}.pem", None),
    ] {
        let found = domain_in(template, name);
        assert_eq!(
            found.as_ref().map(Domain::as_str),
            domain,
            "{template} {name}"
        );
    }
}

/// OpenDKIM signs with the dot, and nobody finds the key.
#[test]
fn a_signing_domain_with_a_final_dot_is_the_one_without() {
    let directory = site();
    let (table, warnings) = table(&directory, "a a.test.:s:DIR/keys/%/mail.pem\n");
    let resolved = table.resolve("a", &"b.test".parse().unwrap()).unwrap();
    assert_eq!(resolved.domain.as_str(), "a.test");
    assert_eq!(
        warnings,
        ["DIR/kt:1: a: the final dot of a.test. is left out"]
    );
    let (table, _) = self::table(&directory, "a .:s:DIR/key.pem\nb a.test..:s:DIR/key.pem\n");
    assert!(table.entries().all(|(_, key)| key.is_err()));
}
