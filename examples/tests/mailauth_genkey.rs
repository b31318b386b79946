//! `mailauth dkim genkey` as somebody at a prompt runs it.

#[path = "support/mailauth.rs"]
mod prompt;

use std::fs;

use prompt::{Desk, Run, answer, refusal, run};

/// With a key of either kind.
fn desk() -> Desk {
    let desk = Desk::empty();
    desk.genkey("rsa", &[]);
    desk.genkey("ed", &["--ed25519", "-t"]);
    desk
}

#[test]
fn genkey_writes_files_as_opendkim_does_and_overwrites_none() {
    let desk = desk();
    let here = desk.path("");
    let record = fs::read_to_string(desk.path("rsa.txt")).unwrap();
    assert!(
        record.starts_with("rsa._domainkey\tIN\tTXT\t( \"v=DKIM1; h=sha256; k=rsa; \"\n\t  \"p="),
        "{record}"
    );
    assert!(
        record.ends_with("\" )  ; ----- DKIM key rsa for example.com\n"),
        "{record}"
    );
    #[cfg(unix)]
    for name in ["rsa.private", "rsa.txt", "ed.private", "ed.txt"] {
        use std::os::unix::fs::PermissionsExt;
        let mode = fs::metadata(desk.path(name)).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{name}");
    }
    let private = fs::read(desk.path("rsa.private")).unwrap();
    let genkey = ["dkim", "genkey", "-D", &here, "-s", "rsa", "--ed25519"];
    let line = refusal(&genkey);
    assert!(line.contains("rsa.private: is there already"), "{line}");
    assert_eq!(fs::read(desk.path("rsa.private")).unwrap(), private);
    answer(&[&genkey[..], &["--overwrite"]].concat());
    assert_ne!(fs::read(desk.path("rsa.private")).unwrap(), private);

    let all = [
        "-a",
        "-d",
        "example.com",
        "-h",
        "sha256:sha512",
        "-n",
        "note",
        "-r",
        "-S",
        "-t",
    ];
    let more = ["dkim", "genkey", "--ed25519", "-D", &here, "-s", "all"];
    answer(&[&more[..], &all].concat());
    let record = fs::read_to_string(desk.path("all.txt")).unwrap();
    let start = "all._domainkey.example.com.\tIN\tTXT\t( \"v=DKIM1; n=\\\"note\\\"; \
                 h=sha256:sha512; k=ed25519; t=y:s; s=email; \"\n";
    assert!(record.starts_with(start), "{record}");
}

#[test]
fn a_key_that_nobody_verifies_with_is_remarked() {
    let desk = Desk::empty();
    let here = desk.path("");
    let genkey = [
        "dkim",
        "genkey",
        "-D",
        &here,
        "-d",
        "example.com",
        "-s",
        "old",
        "-h",
        "sha1",
    ];
    let Run { status, err, .. } = run(genkey);
    assert_eq!((status, err.lines().count()), (0, 1), "{err}");
    assert!(err.contains("sha256"), "{err}");
}
