use std::fs;

use super::*;
use crate::config::one_line;

fn reader() -> KeyReader {
    KeyReader::new(Account::current(), true)
}

fn testdata(name: &str) -> Vec<u8> {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR"));
    fs::read(directory.join("../crates/dkim-sign/testdata").join(name)).unwrap()
}

/// A file that is safe, with this in it.
fn file(octets: &[u8]) -> tempfile::NamedTempFile {
    let file = tempfile::NamedTempFile::new().unwrap();
    fs::write(file.path(), octets).unwrap();
    file
}

fn signs(key: &Key) -> bool {
    let signer = key
        .signer()
        .unwrap_or_else(|error| panic!("{}", one_line(error)));
    let mut rng = dkim_sign::rand_core::UnwrapErr(getrandom::SysRng);
    signer.sign(b"message", &mut rng).is_ok()
}

#[test]
fn keys_are_read_in_every_form_that_opendkim_users_have() {
    for name in [
        "test-rsa2048-pkcs1.pem",
        "test-rsa2048-pkcs8.pem",
        "test-ed25519-pkcs8.pem",
    ] {
        let text = testdata(name);
        assert!(signs(&reader().file(file(&text).path())), "{name}");
        let text = String::from_utf8(text).unwrap();
        let lines = text.lines().filter(|line| !line.starts_with('-'));
        let base64: String = lines.collect();
        assert!(
            signs(&reader().file(file(base64.as_bytes()).path())),
            "{name} without borders"
        );
        assert!(signs(&reader().field(&base64)), "{name} in the table");
    }
}

#[test]
fn an_existing_key_of_1024_bits_goes_on_signing() {
    let file = file(&testdata("test-rsa1024-pkcs1.pem"));
    let key = reader().file(file.path());
    assert!(signs(&key));
    assert_eq!(key.algorithm(), Algorithm::RsaSha256);
}

#[test]
fn a_key_that_cannot_be_read_is_kept_with_the_reason() {
    for (text, reason) in [
        (&b""[..], "the key is empty"),
        (&testdata("test-rsa512-pkcs1.pem"), "fewer than 1024"),
        (&testdata("test-rsa2048-encrypted-pkcs8.pem"), "encrypted"),
    ] {
        let key = reader().file(file(text).path());
        let error = one_line(key.signer().unwrap_err());
        assert!(error.contains(reason), "{error}");
    }
    let key = reader().file(Path::new("/no/such/key"));
    assert!(one_line(key.signer().unwrap_err()).starts_with("cannot be read: "));
    let directory = tempfile::tempdir().unwrap();
    for safe in [true, false] {
        let key = KeyReader::new(Account::current(), safe).file(directory.path());
        let error = one_line(key.signer().unwrap_err());
        assert!(key.remark().is_none());
        assert!(
            error.starts_with("cannot be read: ") && error.contains("directory"),
            "{error}"
        );
    }
    assert!(reader().field("no-key").signer().is_err());
}

#[test]
fn an_unsafe_key_is_used_only_if_that_is_allowed() {
    use std::os::unix::fs::PermissionsExt;

    let file = file(&testdata("test-ed25519-pkcs8.pem"));
    fs::set_permissions(file.path(), fs::Permissions::from_mode(0o644)).unwrap();
    let key = reader().file(file.path());
    assert!(matches!(key.signer(), Err(KeyError::Unsafe(_))));
    let key = KeyReader::new(Account::current(), false).file(file.path());
    assert!(signs(&key));
    assert!(key.remark().is_some());
}

#[test]
fn each_file_is_read_once() {
    let file = file(&testdata("test-ed25519-pkcs8.pem"));
    let mut reader = reader();
    let [one, two] = [reader.file(file.path()), reader.file(file.path())];
    assert!(Arc::ptr_eq(&one, &two));
}
