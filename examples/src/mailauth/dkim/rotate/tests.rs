//! Others who change the files meanwhile.

use std::fs;
use std::path::PathBuf;

use dkim_sign::rand_core::UnwrapErr;
use dkim_sign::{KeyKind, PrivateKey};
use getrandom::SysRng;
use tempfile::TempDir;

use super::prepare::Prepared;
use super::targets::Site;
use crate::date::DateTime;

/// A configuration with two keys; `DIR` in the table is the directory.
fn site() -> (TempDir, PathBuf, Site) {
    let directory = tempfile::tempdir().unwrap();
    let path = |name: &str| directory.path().join(name);
    let key = PrivateKey::generate(KeyKind::Ed25519, &mut UnwrapErr(SysRng)).unwrap();
    for name in ["a1.private", "b1.private"] {
        fs::write(path(name), &*key.to_pem()).unwrap();
    }
    let here = directory.path().display();
    let table = format!("a a.test:a1:{here}/a1.private\nb b.test:b1:{here}/b1.private\n");
    fs::write(path("kt"), table).unwrap();
    let conf = format!("KeyTable {here}/kt\nSigningTable csl:a.test=a\nRequireSafeKeys no\n");
    fs::write(path("conf"), conf).unwrap();
    let site = Site::of_config(&path("conf")).unwrap();
    let table = path("kt");
    (directory, table, site)
}

/// The lines are counted in what was read first.
#[test]
fn a_table_that_changed_since_it_was_read_stays_and_no_key_is_left() {
    let (directory, table, site) = site();
    let before = format!("# first\n{}", fs::read_to_string(&table).unwrap());
    fs::write(&table, &before).unwrap();
    let now = DateTime::from_unix(1_795_500_000);
    let fault = Prepared::make(&site, |_, selector| selector.as_str() == "b1", None, now);
    let fault = fault.map(|_| ()).unwrap_err().to_string();
    assert!(
        fault.ends_with("was changed meanwhile; try again"),
        "{fault}"
    );
    assert_eq!(fs::read_to_string(&table).unwrap(), before);
    assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 4);
}
