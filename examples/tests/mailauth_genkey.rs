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
    let told = answer(&[&genkey[..], &["--overwrite", "-vv", "-v"]].concat());
    assert!(
        told.contains("rsa.private\n") && told.ends_with("rsa.txt\n"),
        "{told}"
    );

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

/// A domain of labels with 63 octets and one that is shorter.
fn domain_of(octets: usize) -> String {
    let rest = format!("{}.com", "c".repeat(octets - 64 * 3 - 4));
    format!("{0}.{0}.{0}.{rest}", "a".repeat(63))
}

#[test]
fn a_record_without_a_name_in_the_dns_is_refused_before_a_key_is_made() {
    let desk = Desk::empty();
    let here = desk.path("");
    let genkey = ["dkim", "genkey", "--ed25519", "-D", &here];
    // RFC 1035 §2.3.4: 253 octets as text, 13 of them for `s._domainkey.`
    let (longest, longer) = (domain_of(240), domain_of(241));
    let selector = format!("{0}.{0}.{0}.{1}", "a".repeat(63), "b".repeat(51));
    let label = "a".repeat(64);
    for (flags, flag, what) in [
        (&["-s", "s", "-d", &longer][..], "--domain: ", "253"),
        (&["-s", &selector][..], "--selector: ", "253"),
        (&["-s", &label], "invalid value", "63"),
        (&["-d", &label], "invalid value", "63"),
        (&["-d", "a..b"], "invalid value", "empty label"),
        (&["-d", "192.0.2.1"], "--domain: ", "an address"),
    ] {
        let line = refusal(&[&genkey[..], flags].concat());
        assert!(line.starts_with(&format!("mailauth: {flag}")), "{line}");
        assert!(line.contains(what), "{line}");
    }
    assert_eq!(fs::read_dir(&here).unwrap().count(), 0);
    answer(&[&genkey[..], &["-s", "s", "-d", &longest]].concat());
}

#[test]
fn a_record_that_is_too_long_for_the_dns_is_refused() {
    let desk = Desk::empty();
    let here = desk.path("");
    let genkey = ["dkim", "genkey", "--ed25519", "-D", &here, "-n"];
    let line = refusal(&[&genkey[..], &[&"x".repeat(1 << 16)]].concat());
    assert!(line.starts_with("mailauth: --note: "), "{line}");
    assert_eq!(fs::read_dir(&here).unwrap().count(), 0);
    answer(&[&genkey[..], &[&"x".repeat(1 << 15)]].concat());
}

/// RFC 6376 §3.5: no one accepts such a `d=`.
#[test]
fn a_domain_of_one_label_is_remarked() {
    let desk = Desk::empty();
    let here = desk.path("");
    let of = ["-d", "com", "-s", "s"];
    let genkey = [&["dkim", "genkey", "--ed25519", "-D", &here], &of[..]].concat();
    let rotate = [&["dkim", "rotate", "-D", &here], &of[..]].concat();
    desk.write("zone", "");
    let zone = desk.path("zone");
    let testkey = [&["dkim", "testkey", "--zone", &zone], &of[..]].concat();
    for (arguments, ends) in [(genkey, 0), (rotate, 0), (testkey, 1)] {
        let Run { status, err, .. } = run(&arguments);
        assert_eq!(status, ends, "{err}");
        let line = err.lines().next().unwrap_or_default();
        assert!(line.starts_with("mailauth: --domain: com "), "{err}");
        assert!(line.contains("one label"), "{err}");
    }
}
