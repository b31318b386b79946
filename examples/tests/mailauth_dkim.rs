//! `mailauth dkim` as somebody at a prompt runs it.

#[path = "support/mailauth.rs"]
mod prompt;

use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

use prompt::{Desk, MAILAUTH, MESSAGE, Run, answer, keys, object, refusal, run};
use serde_json::Value;

impl Desk {
    /// With two keys, the zone in which they are published, and a message.
    fn new() -> Self {
        let desk = Self::empty();
        let rsa = desk.genkey("rsa", &[]);
        let ed = desk.genkey("ed", &["--ed25519", "-t"]);
        desk.write("zone", &format!("$ORIGIN example.com.\n{rsa}{ed}"));
        desk.write("message", MESSAGE);
        desk
    }

    fn sign(&self, more: &[&str]) -> Run {
        let rsa = format!("example.com:rsa:{}", self.path("rsa.private"));
        let ed = format!("example.com:ed:{}", self.path("ed.private"));
        let message = self.path("message");
        run([
            &["dkim", "sign", "--as", &rsa, "--as", &ed][..],
            more,
            &[&message],
        ]
        .concat())
    }

    /// The verdicts about a text.
    fn verify(&self, text: &str, more: &[&str]) -> Vec<Value> {
        self.write("signed", text);
        let (zone, signed) = (self.path("zone"), self.path("signed"));
        let json = object(&[&["dkim", "verify", "--zone", &zone, &signed][..], more].concat());
        assert_eq!(keys(&json), ["signatures"]);
        json["signatures"].as_array().unwrap().clone()
    }
}

#[test]
fn what_is_signed_verifies_and_every_key_is_there() {
    let desk = Desk::new();
    let Run { status, out, err } = desk.sign(&["--timestamp", "1795500000"]);
    assert_eq!((status, err.as_str()), (0, ""));
    assert!(out.ends_with(MESSAGE), "{out}");
    let signatures = desk.verify(&out, &["--now", "1795500060"]);
    assert_eq!(signatures.len(), 2);
    for (signature, (selector, algorithm, bits, testing)) in signatures.iter().zip([
        ("rsa", "rsa-sha256", 2048, false),
        ("ed", "ed25519-sha256", 256, true),
    ]) {
        assert_eq!(
            keys(signature),
            [
                "algorithm",
                "body_length",
                "canonicalization",
                "diagnosis",
                "domain",
                "identity",
                "key_bits",
                "reason",
                "result",
                "selector",
                "signed_headers",
                "testing"
            ]
        );
        assert_eq!(signature["result"], "pass");
        assert_eq!(signature["domain"], "example.com");
        assert_eq!(signature["selector"], selector);
        assert_eq!(signature["identity"], "@example.com");
        assert_eq!(signature["algorithm"], algorithm);
        assert_eq!(signature["canonicalization"], "relaxed/relaxed");
        assert_eq!(signature["signed_headers"][0], "From");
        assert_eq!(signature["body_length"], Value::Null);
        assert_eq!(signature["key_bits"], bits);
        assert_eq!(signature["testing"], testing);
        assert_eq!(signature["reason"], Value::Null);
        assert_eq!(signature["diagnosis"], serde_json::json!([]));
    }
}

#[test]
fn options_of_sign_are_followed() {
    let desk = Desk::new();
    let Run { out, .. } = desk.sign(&[
        "--canonicalization",
        "simple/relaxed",
        "--headers",
        "from:subject",
        "--oversign",
        "subject:to",
        "--timestamp",
        "1795500000",
        "--expires",
        "100",
    ]);
    let unfolded = out.replace("\r\n ", " ").replace("\r\n\t", " ");
    let field = unfolded.lines().next().unwrap();
    for tag in ["c=simple/relaxed;", "t=1795500000;", "x=1795500100;"] {
        assert!(field.contains(tag), "{tag} is not in {field}");
    }
    let signatures = desk.verify(&out, &["--now", "1795500060"]);
    let names = signatures[0]["signed_headers"].as_array().unwrap();
    let count = |name: &str| {
        let found = names
            .iter()
            .filter(|n| n.as_str().unwrap().eq_ignore_ascii_case(name));
        found.count()
    };
    assert_eq!(
        (count("from"), count("subject"), count("to"), names.len()),
        (1, 2, 2, 5)
    );
    let late = desk.verify(&out, &["--now", "1795600000"]);
    assert_ne!(late[0]["result"], "pass");
}

#[test]
fn a_message_with_lf_is_signed_as_on_the_wire_and_written_as_it_is() {
    let desk = Desk::new();
    let crlf = desk.sign(&["--timestamp", "1"]).out;
    let lines = MESSAGE.replace("\r\n", "\n");
    desk.write("message", &lines);
    let Run { status, out, err } = desk.sign(&["--timestamp", "1"]);
    assert_eq!(status, 0);
    assert_eq!(err.lines().count(), 1, "{err}");
    assert!(err.contains("LF"), "{err}");
    assert!(out.ends_with(&lines) && !out.contains('\r'), "{out}");
    assert_eq!(out, crlf.replace("\r\n", "\n"));

    let zone = desk.path("zone");
    desk.write("signed", &out);
    let Run { out, err, .. } = run(["dkim", "verify", "--zone", &zone, &desk.path("signed")]);
    assert_eq!(out.matches("dkim=pass\n").count(), 2, "{out}");
    assert!(err.contains("LF"), "{err}");
}

#[test]
fn standard_input_is_read_for_a_hyphen() {
    let desk = Desk::new();
    let signed = desk.sign(&[]).out;
    let mut child = Command::new(MAILAUTH)
        .args(["dkim", "verify", "--zone", &desk.path("zone"), "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    child
        .stdin
        .take()
        .unwrap()
        .write_all(signed.as_bytes())
        .unwrap();
    let output = child.wait_with_output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    assert_eq!(text.matches("dkim=pass\n").count(), 2, "{text}");
}

#[test]
fn every_field_has_its_result_in_order_and_a_failure_is_explained() {
    let desk = Desk::new();
    let signed = desk.sign(&[]).out;
    let broken = format!("DKIM-Signature: v=2\r\n{signed}A footer.\r\n");
    let signatures = desk.verify(&broken, &["--diagnose"]);
    let results: Vec<_> = signatures
        .iter()
        .map(|signature| &signature["result"])
        .collect();
    assert_eq!(results, ["permerror", "fail", "fail"]);
    assert_eq!(signatures[0]["domain"], Value::Null);
    assert!(signatures[0]["reason"].is_string());
    assert_eq!(signatures[1]["reason"], "body hash does not match");
    assert_eq!(signatures[1]["diagnosis"][0]["code"], "body-appended");
    let plain = desk.verify(&broken, &[]);
    assert_eq!(plain[1]["diagnosis"], serde_json::json!([]));
    assert!(desk.verify(MESSAGE, &[]).is_empty());
}

#[test]
fn a_recording_of_keys_replays() {
    let desk = Desk::new();
    desk.write("signed", &desk.sign(&[]).out);
    let (signed, recorded) = (desk.path("signed"), desk.path("recorded.json"));
    let verify = ["dkim", "verify", "--diagnose", &signed, "--json"];
    let live = answer(
        &[
            &verify[..],
            &["--zone", &desk.path("zone"), "--record", &recorded],
        ]
        .concat(),
    );
    assert_eq!(
        live,
        answer(&[&verify[..], &["--zone", &recorded]].concat())
    );
}

#[test]
fn testkey_says_what_differs_and_its_status_too() {
    let desk = Desk::new();
    desk.write("revoked", "k._domainkey.example.com. TXT \"v=DKIM1; p=\"");
    desk.write("syntax", "k._domainkey.example.com. TXT \"v=DKIM1; p=!\"");
    desk.write("down", "$STATUS k._domainkey.example.com. TIMEOUT");
    let (rsa, ed) = (desk.path("rsa.private"), desk.path("ed.private"));
    for (zone, selector, key, status, what) in [
        (
            "zone",
            "rsa",
            Some(&rsa),
            0,
            "rsa._domainkey.example.com: key OK",
        ),
        (
            "zone",
            "rsa",
            None,
            0,
            "rsa._domainkey.example.com: record OK",
        ),
        ("zone", "ed", Some(&ed), 0, "only testing"),
        (
            "zone",
            "ed",
            Some(&rsa),
            1,
            "a key of the kind ed25519 is published",
        ),
        ("zone", "k", Some(&rsa), 1, "there is no record"),
        ("revoked", "k", Some(&rsa), 1, "revoked"),
        ("revoked", "k", None, 1, "revoked"),
        ("syntax", "k", None, 1, "no key record"),
        ("down", "k", Some(&rsa), 1, "the DNS did not answer"),
    ] {
        let zone = desk.path(zone);
        let mut arguments = vec![
            "dkim",
            "testkey",
            "--zone",
            &zone,
            "-d",
            "example.com",
            "-v",
        ];
        arguments.extend(["-s", selector]);
        arguments.extend(key.iter().flat_map(|key| ["-k", key.as_str()]));
        let got = run(&arguments);
        assert_eq!(got.status, status, "{}", got.err);
        let text = if status == 0 { &got.out } else { &got.err };
        assert!(text.contains(what), "{what} is not in {text}");
    }
}

#[test]
fn what_is_called_wrongly_is_said_in_one_line() {
    let desk = Desk::new();
    let message = desk.path("message");
    let own = format!("example.com:rsa:{}", desk.path("rsa.private"));
    let missing = format!("example.com:rsa:{}", desk.path("none"));
    let wrong = format!("example.com:rsa:{}", desk.path("zone"));
    desk.write("huge", &format!("X: {}", "x".repeat(2 << 20)));
    let huge = desk.path("huge");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let closed = fs::Permissions::from_mode(0o600);
        fs::set_permissions(Path::new(&desk.path("zone")), closed).unwrap();
    }
    for (arguments, what) in [
        (vec!["dkim"], "subcommand"),
        (vec!["dkim", "verify"], "FILE"),
        (vec!["dkim", "verify", "/nowhere/m.eml"], "/nowhere/m.eml: "),
        (vec!["dkim", "verify", "--policy", "lax", &message], "lax"),
        (vec!["dkim", "verify", &huge], "huge: "),
        (vec!["dkim", "sign", &message], "--as"),
        (
            vec!["dkim", "sign", "--as", "example.com", &message],
            "DOMAIN:SELECTOR:KEYFILE",
        ),
        (vec!["dkim", "sign", "--as", &missing, &message], "/none: "),
        (vec!["dkim", "sign", "--as", &wrong, &message], "/zone: "),
        (
            vec!["dkim", "sign", "--as", &own, "--headers", "to", &message],
            "--headers",
        ),
        (
            vec!["dkim", "sign", "--as", &own, "--oversign", "a b", &message],
            "--oversign",
        ),
        (
            vec![
                "dkim",
                "sign",
                "--as",
                &own,
                "--canonicalization",
                "x",
                &message,
            ],
            "simple or relaxed",
        ),
        (vec!["dkim", "genkey", "-b", "1024"], "2048, 3072 or 4096"),
        (
            vec!["dkim", "genkey", "-D", "/nowhere", "--ed25519"],
            "/nowhere/default.private: ",
        ),
        (
            vec![
                "dkim",
                "genkey",
                "-h",
                "*",
                "--ed25519",
                "-D",
                &desk.path(""),
            ],
            "--hash-algorithms",
        ),
        (
            vec!["dkim", "testkey", "-d", "example.com"],
            "--selector <SELECTOR>",
        ),
    ] {
        let line = refusal(&arguments);
        assert!(line.contains(what), "{arguments:?}: {line}");
        assert!(!line.contains("PRIVATE KEY-----"), "{line}");
    }
}

#[cfg(unix)]
#[test]
fn the_examples_of_the_readme_work() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let readme = fs::read_to_string(root.join("README.md")).unwrap();
    let from = readme.find("mailauth dkim genkey").unwrap();
    let script = &readme[from..][..readme[from..].find("```").unwrap()];
    let desk = tempfile::tempdir().unwrap();
    fs::write(desk.path().join("message.eml"), MESSAGE).unwrap();
    // What the reader does between making a key and testing it.
    let publish = "(echo '$ORIGIN example.com.'; cat 2026a.txt) > zone\n";
    let (make, rest) = script.split_at(script.find('\n').unwrap() + 1);
    let rest = rest.replace("dkim testkey", "dkim testkey --zone zone");
    let rest = rest.replace("dkim verify", "dkim verify --zone zone");
    let bin = Path::new(MAILAUTH).parent().unwrap();
    let output = Command::new("sh")
        .args([
            "-ec",
            &format!("PATH='{}':$PATH\n{make}{publish}{rest}", bin.display()),
        ])
        .current_dir(desk.path())
        .output()
        .unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    assert!(
        text.starts_with("2026a._domainkey.example.com: key OK\ndkim=pass\n"),
        "{text}"
    );
}

#[test]
fn help_is_a_page_for_every_subcommand() {
    for subcommand in ["verify", "sign", "genkey", "testkey"] {
        let help = answer(&["dkim", subcommand, "--help"]);
        assert!(help.contains("Example: mailauth dkim "), "{help}");
        assert!(answer(&["dkim", "--help"]).contains(subcommand));
    }
}

#[test]
fn what_cannot_be_signed_is_refused_in_one_line() {
    let desk = Desk::new();
    desk.write("message", "");
    let Run { status, out, err } = desk.sign(&[]);
    assert_eq!(
        (status, out.as_str(), err.lines().count()),
        (2, "", 1),
        "{err}"
    );
    assert!(err.contains("From"), "{err}");
}

#[test]
fn a_folder_is_no_key_file() {
    let desk = Desk::new();
    let folder = desk.path("");
    let testkey = [
        "dkim",
        "testkey",
        "-d",
        "example.com",
        "-s",
        "ed",
        "-k",
        &folder,
    ];
    let refused = refusal(&testkey);
    assert!(refused.contains("directory"), "{refused}");
}
