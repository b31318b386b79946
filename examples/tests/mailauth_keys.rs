//! Key files that `mailauth dkim` cannot sign with: each is named, and what is wrong with it.

#![cfg(unix)]

#[path = "support/mailauth.rs"]
mod prompt;

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;

use dkim_sign::SigningKey;
use prompt::{Desk, MESSAGE, answer, object, refusal};

/// A key file of this name and content, which nobody else can read.
fn put(desk: &Desk, name: &str, octets: &[u8]) {
    let path = desk.path(name);
    fs::write(&path, octets).unwrap();
    fs::set_permissions(path, fs::Permissions::from_mode(0o600)).unwrap();
}

/// One of the keys that the tests of `dkim-sign` have.
fn sample(name: &str) -> Vec<u8> {
    let keys = Path::new(env!("CARGO_MANIFEST_DIR")).join("../crates/dkim-sign/testdata");
    fs::read(keys.join(format!("test-{name}.pem"))).unwrap()
}

fn desk() -> Desk {
    let desk = Desk::empty();
    desk.write("zone", "");
    desk.write("message", MESSAGE);
    desk
}

/// What each subcommand that reads a key says of the one in `s.private`.
fn refusals(desk: &Desk) -> [String; 3] {
    let key = desk.path("s.private");
    let signatory = format!("example.com:s:{key}");
    let (zone, message, here) = (desk.path("zone"), desk.path("message"), desk.path(""));
    let of = ["-d", "example.com", "-s", "s"];
    let testkey = [&["dkim", "testkey", "--zone", &zone, "-k", &key][..], &of];
    let rotate = [&["dkim", "rotate", "-D", &here][..], &of];
    let start = format!("mailauth: {key}:");
    [
        refusal(&["dkim", "sign", "--as", &signatory, &message]),
        refusal(&testkey.concat()),
        refusal(&rotate.concat()),
    ]
    .map(|line| {
        assert!(line.starts_with(&start), "{line}");
        line
    })
}

#[test]
fn d05_a_key_file_that_holds_no_key_is_named_with_its_fault() {
    let desk = desk();
    let rsa = sample("rsa2048-pkcs8");
    let line_2 = rsa.iter().position(|&octet| octet == b'\n').unwrap() + 1;
    let mut spoiled = rsa.clone();
    spoiled[line_2] = b'*';
    for (text, what) in [
        (vec![], "the key is empty"),
        (b"\n\n".to_vec(), "the key is empty"),
        (sample("rsa2048-encrypted-pkcs1"), "is encrypted"),
        (sample("rsa2048-encrypted-pkcs8"), "is encrypted"),
        (sample("certificate"), "found a certificate"),
        (sample("ec-p256-pkcs8"), "another elliptic curve"),
        (sample("ec-p256-sec1"), "another elliptic curve"),
        (sample("rsa2048-public"), "found a public key"),
        (sample("rsa512-pkcs1"), "512 bits, fewer than 1024"),
        (
            [&rsa[..], &sample("ed25519-pkcs8")].concat(),
            "more than one private key",
        ),
        (spoiled, ":2: not base64"),
        (
            rsa[..line_2 + 65].to_vec(),
            ":1: PEM section without an END",
        ),
        (vec![b'-'; 1000], "found something else"),
    ] {
        put(&desk, "s.private", &text);
        for line in refusals(&desk) {
            assert!(line.contains(what), "{what} is not in {line}");
        }
    }
}

#[test]
fn d05_what_is_no_file_to_read_a_key_from_is_named() {
    let desk = desk();
    let key = desk.path("s.private");
    for line in refusals(&desk) {
        assert!(line.contains("No such file"), "{line}");
    }
    symlink(&key, &key).unwrap();
    for line in refusals(&desk) {
        assert!(line.contains("symbolic links"), "{line}");
    }
    fs::remove_file(&key).unwrap();
    fs::create_dir(&key).unwrap();
    for line in refusals(&desk) {
        assert!(line.contains("directory"), "{line}");
    }
    fs::remove_dir(&key).unwrap();
    put(&desk, "s.private", &sample("rsa2048-pkcs8"));
    fs::set_permissions(&key, fs::Permissions::from_mode(0o604)).unwrap();
    for line in refusals(&desk) {
        assert!(line.contains("mode is 0604"), "{line}");
    }
}

#[test]
fn d05_a_key_is_read_through_a_link_and_behind_a_byte_order_mark() {
    let desk = desk();
    let marked = ["\u{feff}".as_bytes(), &sample("ed25519-pkcs8")].concat();
    put(&desk, "real", &marked);
    symlink(desk.path("real"), desk.path("s.private")).unwrap();
    let signatory = format!("example.com:s:{}", desk.path("s.private"));
    let signed = answer(&["dkim", "sign", "--as", &signatory, &desk.path("message")]);
    assert!(signed.starts_with("DKIM-Signature: "), "{signed}");
}

/// A key of the size that opendkim-genkey made for years, which receivers take (RFC 8301 §3.2).
#[test]
fn a_key_of_1024_bits_signs_and_is_tested() {
    let desk = desk();
    let key = sample("rsa1024-pkcs1");
    put(&desk, "s.private", &key);
    let record = SigningKey::parse(&key).unwrap().key_record().to_string();
    desk.write(
        "zone",
        &format!("s._domainkey.example.com. TXT \"{record}\"\n"),
    );
    let (key, zone) = (desk.path("s.private"), desk.path("zone"));

    let signatory = format!("example.com:s:{key}");
    let signed = answer(&["dkim", "sign", "--as", &signatory, &desk.path("message")]);
    desk.write("signed", &signed);
    let found = object(&["dkim", "verify", "--zone", &zone, &desk.path("signed")]);
    let found = &found["signatures"][0];
    assert_eq!(
        (&found["result"], &found["key_bits"]),
        (&"pass".into(), &1024.into())
    );

    let of = ["-d", "example.com", "-s", "s", "-v", "--zone", &zone];
    let told = answer(&[&["dkim", "testkey", "-k", &key][..], &of].concat());
    let warning = "key OK\nwarning: RSA keys of less than 2048 bits are too small today\n";
    assert!(told.ends_with(warning), "{told}");
}
