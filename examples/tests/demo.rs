//! The demonstration as a newcomer runs it.

mod support;

use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};

use support::DEMO;

const VERDICTS: [&str; 5] = [
    "verdict, as expected: spf=pass dkim=pass dmarc=pass",
    "verdict, as expected: spf=fail dkim=none dmarc=fail",
    "verdict, as expected: spf=pass dkim=fail dmarc=pass (body hash does not match)",
    "verdict, as expected: 535 5.7.8 Authentication credentials invalid",
    "verdict, as expected: 554 5.7.1 Relay access denied",
];

/// Runs the demo to its end, in a temporary directory that has to be empty afterwards.
fn run(arguments: &[&str]) -> String {
    let directory = tempfile::tempdir().unwrap();
    let output = Command::new(DEMO)
        .args(arguments)
        .env("TMPDIR", directory.path())
        .output()
        .unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    assert_eq!(output.status.code(), Some(0), "{text}");
    assert_eq!(String::from_utf8(output.stderr).unwrap(), "");
    assert_eq!(std::fs::read_dir(directory.path()).unwrap().count(), 0);
    text
}

fn verdicts(text: &str) -> Vec<&str> {
    let lines = text.lines().map(str::trim);
    lines.filter(|line| line.starts_with("verdict")).collect()
}

#[test]
fn five_mails_have_the_verdicts_that_they_should_have() {
    let text = run(&[]);
    assert_eq!(verdicts(&text), VERDICTS);
    // The records, the dialogues, and what was stamped.
    for line in [
        "example.org. TXT \"v=spf1 +mx -all\"",
        "rsa._domainkey.example.org. TXT \"v=DKIM1; ",
        "laptop → mail: STARTTLS",
        "mail → mx: MAIL FROM:<alice@example.org> ",
        "stranger → mx: RCPT TO:<carol@elsewhere.example>",
        "Authentication-Results: mx.example.com;",
        "what Bob would read: Let us meet at nine, in the usual place.",
    ] {
        let shown = text
            .lines()
            .any(|shown| shown.trim_start().starts_with(line));
        assert!(shown, "no {line} in {text}");
    }
    // A pipe is no terminal.
    assert!(!text.contains('\x1b'));
}

#[test]
fn quiet_hides_the_dialogues_only() {
    let text = run(&["--quiet"]);
    assert_eq!(verdicts(&text), VERDICTS);
    assert!(!text.contains('→') && !text.contains('←'), "{text}");
    assert!(text.contains("Received-SPF: pass"), "{text}");
}

#[test]
fn a_reader_that_has_seen_enough_is_no_error() {
    let directory = tempfile::tempdir().unwrap();
    let mut demo = Command::new(DEMO)
        .env("TMPDIR", directory.path())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(demo.stdout.take());
    let output = demo.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(0));
    assert_eq!(String::from_utf8(output.stderr).unwrap(), "");
}

#[test]
fn serve_keeps_the_servers_up_until_told_to_end() {
    let directory = tempfile::tempdir().unwrap();
    let mut demo = Command::new(DEMO)
        .args(["--quiet", "--serve"])
        .env("TMPDIR", directory.path())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(demo.stdout.take().unwrap())
        .lines()
        .map(Result::unwrap);
    let telnet = lines.find(|line| line.contains("telnet ")).unwrap();
    let words: Vec<&str> = telnet.split_whitespace().collect();
    let address = format!("{}:{}", words[1], words[2]).parse().unwrap();
    let mut peer = support::Peer::connect(address);
    peer.dialogue(&[
        ("EHLO client.example", "250"),
        ("MAIL FROM:<>", "250 "),
        ("RCPT TO:<bob@example.com>", "250 "),
        ("QUIT", "221 "),
    ]);
    let status = Command::new("kill")
        .arg(demo.id().to_string())
        .status()
        .unwrap();
    assert!(status.success());
    assert_eq!(demo.wait().unwrap().code(), Some(0));
    assert_eq!(std::fs::read_dir(directory.path()).unwrap().count(), 0);
}
