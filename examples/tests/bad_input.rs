//! What cannot work is told in one line on standard error, with exit status 2.

mod support;

use std::fs;
use std::net::TcpListener;
use std::path::Path;
use std::process::Command;

use support::{DEMO, MX, SUBMISSION, secret_file, set_mode};

/// Runs a program that must refuse to start, and gives the line in which it says why.
fn refusal<S: AsRef<std::ffi::OsStr>>(
    program: &str,
    arguments: impl IntoIterator<Item = S>,
) -> String {
    let output = Command::new(program).args(arguments).output().unwrap();
    let errors = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(2), "{errors}");
    assert_eq!(errors.lines().count(), 1, "{errors}");
    errors
}

/// The arguments of an `mx` that would start.
fn mx_arguments(directory: &Path) -> Vec<String> {
    let zone = directory.join("zone.txt");
    fs::write(&zone, "example.org. TXT \"v=spf1 -all\"\n").unwrap();
    let maildir = directory.join("mail");
    [
        ("--listen", "127.0.0.1:0"),
        ("--domain", "example.com"),
        ("--maildir", maildir.to_str().unwrap()),
        ("--zone", zone.to_str().unwrap()),
    ]
    .into_iter()
    .flat_map(|(flag, value)| [flag.to_owned(), value.to_owned()])
    .collect()
}

/// The arguments of a `submission` that would start.
fn submission_arguments(directory: &Path) -> Vec<String> {
    let accounts = secret_file(directory.join("accounts.txt"), "alice:secret\n");
    // The Ed25519 key of RFC 8463 §A.2.
    let key = "nWGxne/9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A=";
    let key = secret_file(directory.join("key.pem"), key);
    let sign = format!("example.org:s1:{}", key.display());
    [
        ("--listen", "127.0.0.1:0"),
        ("--tls-listen", "127.0.0.1:0"),
        ("--accounts", accounts.to_str().unwrap()),
        ("--sign", &sign),
        ("--next-hop", "127.0.0.1:9"),
    ]
    .into_iter()
    .flat_map(|(flag, value)| [flag.to_owned(), value.to_owned()])
    .collect()
}

#[test]
fn an_unknown_flag_is_named() {
    for program in [DEMO, MX, SUBMISSION] {
        let line = refusal(program, ["--frobnicate"]);
        assert!(line.contains("--frobnicate"), "{line}");
    }
}

#[test]
fn a_missing_flag_is_named() {
    let directory = tempfile::tempdir().unwrap();
    for (program, arguments) in [
        (MX, mx_arguments(directory.path())),
        (SUBMISSION, submission_arguments(directory.path())),
    ] {
        for missing in (0..arguments.len()).step_by(2) {
            // Without a zone there is the system's resolver.
            if arguments[missing] == "--zone" {
                continue;
            }
            let mut rest = arguments.clone();
            rest.drain(missing..missing + 2);
            let line = refusal(program, &rest);
            assert!(line.contains(&arguments[missing]), "{line}");
        }
    }
}

#[test]
fn a_port_in_use_is_named() {
    let directory = tempfile::tempdir().unwrap();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    for (program, arguments) in [
        (MX, mx_arguments(directory.path())),
        (SUBMISSION, submission_arguments(directory.path())),
    ] {
        for index in 0..arguments.len() {
            if arguments[index] == "127.0.0.1:0" {
                let mut arguments = arguments.clone();
                arguments[index].clone_from(&address);
                let line = refusal(program, &arguments);
                assert!(line.contains(&address), "{line}");
            }
        }
    }
}

#[test]
fn a_zone_that_cannot_be_read_is_named_with_the_line() {
    let directory = tempfile::tempdir().unwrap();
    let arguments = mx_arguments(directory.path());
    let zone = directory.path().join("zone.txt");
    fs::write(
        &zone,
        "example.org. TXT \"v=spf1 -all\"\nexample.org. A 192.0.2\n",
    )
    .unwrap();
    let line = refusal(MX, &arguments);
    assert!(line.contains("zone.txt:2: "), "{line}");
    fs::remove_file(&zone).unwrap();
    let line = refusal(MX, &arguments);
    assert!(line.contains("zone.txt: "), "{line}");
}

#[test]
fn a_maildir_that_cannot_be_made_is_named() {
    let directory = tempfile::tempdir().unwrap();
    let arguments = mx_arguments(directory.path());
    fs::write(directory.path().join("mail"), "a file").unwrap();
    let line = refusal(MX, &arguments);
    assert!(line.contains("/mail: "), "{line}");
}

#[test]
fn accounts_that_cannot_be_used_are_named_with_the_line() {
    let directory = tempfile::tempdir().unwrap();
    let arguments = submission_arguments(directory.path());
    let accounts = directory.path().join("accounts.txt");
    fs::write(&accounts, "alice:secret\nbob\n").unwrap();
    let line = refusal(SUBMISSION, &arguments);
    assert!(line.contains("accounts.txt:2: "), "{line}");
    assert!(!line.contains("secret"), "{line}");
    fs::write(&accounts, "alice:secret\n").unwrap();
    set_mode(&accounts, 0o644);
    let line = refusal(SUBMISSION, &arguments);
    assert!(line.contains("accounts.txt: mode is 0644"), "{line}");
}

#[test]
fn d05_a_signing_key_that_cannot_be_used_is_named_and_not_shown() {
    let directory = tempfile::tempdir().unwrap();
    let arguments = submission_arguments(directory.path());
    let key = directory.path().join("key.pem");
    for (text, what) in [
        ("", "key.pem: "),
        ("SECRET", "key.pem: "),
        (
            "-----BEGIN PRIVATE KEY-----\nSECRET==\n-----END PRIVATE KEY-----\n",
            "key.pem:1: ",
        ),
        (
            "-----BEGIN ENCRYPTED PRIVATE KEY-----\nSECRET==\n-----END ENCRYPTED PRIVATE KEY-----\n",
            "encrypted",
        ),
    ] {
        fs::write(&key, text).unwrap();
        let line = refusal(SUBMISSION, &arguments);
        assert!(line.contains(what) && line.contains("key.pem"), "{line}");
        assert!(!line.contains("SECRET"), "{line}");
    }
    fs::remove_file(&key).unwrap();
    let line = refusal(SUBMISSION, &arguments);
    assert!(line.contains("key.pem: "), "{line}");
}

#[test]
fn a_certificate_that_cannot_be_used_is_named_with_the_line() {
    let directory = tempfile::tempdir().unwrap();
    let made = rcgen::generate_simple_self_signed(vec!["mail.example.org".into()]).unwrap();
    let certificate = directory.path().join("cert.pem");
    let key = secret_file(
        directory.path().join("tls-key.pem"),
        made.signing_key.serialize_pem(),
    );
    let mut arguments = submission_arguments(directory.path());
    for (flag, path) in [("--tls-cert", &certificate), ("--tls-key", &key)] {
        arguments.extend([flag.to_owned(), path.to_str().unwrap().to_owned()]);
    }
    fs::write(&certificate, made.cert.pem().replacen("MII", "M!I", 1)).unwrap();
    let line = refusal(SUBMISSION, &arguments);
    assert!(line.contains("cert.pem:2: "), "{line}");
    fs::write(&certificate, made.cert.pem()).unwrap();
    fs::write(&key, "nothing").unwrap();
    let line = refusal(SUBMISSION, &arguments);
    assert!(line.contains("tls-key.pem: "), "{line}");
    arguments.truncate(arguments.len() - 2);
    let line = refusal(SUBMISSION, &arguments);
    assert!(line.contains("--tls-key"), "{line}");
}
