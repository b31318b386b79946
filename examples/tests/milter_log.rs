//! What `milter` writes into its log, and what it leaves out unless it is told to.

mod support;

use dkim_sign::KeyKind;
use support::milter::Files;
use support::mta::Mta;

const OUTSIDE: &str = "192.0.2.1";
const INSIDE: &str = "127.0.0.1";

const OURS: &str = "From: Amy <amy@example.com>\r\nTo: user@example.com\r\n\
                    Date: Tue, 24 Nov 2026 10:00:00 +0000\r\n\r\nAt noon.\r\n";

const WHY_SIGNED: &str = "Q1: sign as d=example.com s=rsa a=ed25519-sha256 (key rsa); the client is \
                          internal (127.0.0.1); the author is in SigningTable:1";
const WHY_VERIFIED: &str = "Q1: verify; the author is one of ours, but the client is external";
const WHY_OTHER: &str = "Q1: verify; the client is external";
const EXTERNAL: &str = "Q1: external host client.example [192.0.2.1] sends as example.com";
const ADDED: &str =
    "Q1: DKIM-Signature field added (d=example.com s=rsa a=ed25519-sha256 (key rsa))";
const GOOD: &str = "Q1: good DKIM signature d=example.net s=s";
const BAD: &str = "Q1: DKIM signature d=example.net s=s: body hash does not match";

/// What is logged of one message of our own, one of ours that comes from outside, and two of
/// others, one of which was changed on its way.
fn log(files: &Files, more: &str) -> Vec<String> {
    let filter = files.start_without("LogWhy", &format!("SyslogSuccess no\n{more}"));
    let others = OURS.replace("amy@example.com", "amy@example.net");
    let good = files.signed_by_example_net(&others);
    let bad = good.replace("noon", "night");
    for (client, message) in [
        (INSIDE, OURS),
        (OUTSIDE, OURS),
        (OUTSIDE, &good),
        (OUTSIDE, &bad),
    ] {
        assert_eq!(
            Mta::with_client(&filter, client)
                .send(message)
                .last()
                .unwrap(),
            "accept"
        );
    }
    filter.signal("TERM");
    let directory = format!("{}/", files.directory.path().display());
    let log = filter.whole_log().into_iter();
    // The time and the level stand in front.
    let log = log.filter_map(|line| Some(line.get(line.find("Q1: ")?..)?.replace(&directory, "")));
    log.collect()
}

#[test]
fn what_is_not_asked_for_is_not_logged() {
    let files = Files::with_keys(&[
        ("rsa", "example.com", KeyKind::Ed25519),
        ("s", "example.net", KeyKind::Ed25519),
    ]);
    files.write("KeyTable", "rsa example.com:rsa:DIR/rsa.example.com\n");
    files.write("SigningTable", "*@example.com rsa\n");
    for (more, expected) in [
        ("", &[EXTERNAL, BAD][..]),
        ("SyslogSuccess yes\n", &[ADDED, EXTERNAL, GOOD, BAD]),
        (
            "LogWhy yes\n",
            &[
                WHY_SIGNED,
                WHY_VERIFIED,
                EXTERNAL,
                WHY_OTHER,
                WHY_OTHER,
                BAD,
            ],
        ),
        ("ExternalIgnoreList 192.0.2.0/24\n", &[BAD]),
        ("ExternalIgnoreList client.example\n", &[BAD]),
        (
            "ExternalIgnoreList 192.0.2.0/24, !192.0.2.1\n",
            &[EXTERNAL, BAD],
        ),
    ] {
        assert_eq!(log(&files, more), expected, "{more}");
    }
}

/// Whoever looks for what happened at night finds when it was started, and how.
#[test]
fn the_start_and_the_end_are_logged() {
    let files = Files::with_keys(&[("s", "example.net", KeyKind::Ed25519)]);
    files.write("KeyTable", "");
    files.write("SigningTable", "");
    let filter = files.start("");
    filter.signal("TERM");
    let log = filter.whole_log();
    let starting = format!(
        "milter {} starting (arguments: -x {})",
        env!("CARGO_PKG_VERSION"),
        files.path("opendkim.conf").display()
    );
    assert!(log.first().unwrap().ends_with(&starting), "{log:?}");
    assert!(log.last().unwrap().ends_with("ended"), "{log:?}");
}

/// As OpenDKIM does: mail matters more than the file.
#[test]
fn a_pid_file_that_cannot_be_written_is_told_and_mail_is_served() {
    let files = Files::with_keys(&[("s", "example.net", KeyKind::Ed25519)]);
    files.write("KeyTable", "");
    files.write("SigningTable", "");
    let filter = files.start("PidFile DIR/no/pid\n");
    let line = filter.log_line("PidFile");
    assert!(
        line.ends_with("No such file or directory (os error 2); create its directory"),
        "{line}"
    );
    let told = Mta::with_client(&filter, OUTSIDE).send(OURS);
    assert_eq!(told.last().unwrap(), "accept");
}
