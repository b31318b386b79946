//! `mailauth dmarc` as somebody at a prompt runs it.

#[path = "support/mailauth.rs"]
mod prompt;

use prompt::{answer, file, keys, object, run};
use serde_json::Value;

const ZONE: &str = "\
_dmarc.example.com. TXT \"v=DMARC1; p=reject; sp=quarantine; np=reject; t=y\"
news.example.com. MX 10 mail.example.com.
_dmarc.slow.example. TXT x
$STATUS _dmarc.slow.example. TXT TIMEOUT
_dmarc.odd.example. TXT \"v=DMARC1; p=everything\"
";

#[test]
fn dmarc_answers_every_key() {
    let (_directory, zone) = file("zone", ZONE);
    let json = object(&[
        "dmarc",
        "--zone",
        &zone,
        "--from",
        "news.example.com",
        "--spf",
        "fail:example.com",
        "--dkim",
        "pass:esp.example",
        "--dkim",
        "pass:Example.COM.",
    ]);
    assert_eq!(
        keys(&json),
        [
            "disposition",
            "dkim_aligned",
            "org_domain",
            "policy",
            "reason",
            "record_domain",
            "result",
            "spf_aligned"
        ]
    );
    for (key, value) in [
        ("result", "pass"),
        ("policy", "none"),
        ("disposition", "none"),
        ("record_domain", "example.com"),
        ("org_domain", "example.com"),
        ("reason", "aligned DKIM of example.com"),
    ] {
        assert_eq!(json[key], value, "{key}");
    }
    assert_eq!(json["dkim_aligned"], true);
    assert_eq!(json["spf_aligned"], false);
}

#[test]
fn every_result_is_an_answer() {
    let (_directory, zone) = file("zone", ZONE);
    for (from, identifier, result, policy, disposition) in [
        (
            "example.com",
            "pass:example.com",
            "pass",
            "quarantine".into(),
            "none",
        ),
        (
            "example.com",
            "softfail:example.com",
            "fail",
            "quarantine".into(),
            "quarantine",
        ),
        (
            "ghost.example.com",
            "pass:other.example",
            "fail",
            "quarantine".into(),
            "quarantine",
        ),
        (
            "example.com",
            "temperror:example.com",
            "temperror",
            Value::Null,
            "none",
        ),
        (
            "slow.example",
            "pass:slow.example",
            "temperror",
            Value::Null,
            "none",
        ),
        (
            "odd.example",
            "pass:odd.example",
            "permerror",
            Value::Null,
            "none",
        ),
        (
            "nobody.example",
            "pass:nobody.example",
            "none",
            Value::Null,
            "none",
        ),
    ] {
        let arguments = [
            "dmarc", "--zone", &zone, "--from", from, "--spf", identifier,
        ];
        let json = object(&arguments);
        assert_eq!(json["result"], result, "{from} {identifier}");
        assert_eq!(json["policy"], policy, "{from} {identifier}");
        assert_eq!(json["disposition"], disposition, "{from} {identifier}");
        let text = answer(&arguments);
        assert!(
            text.starts_with(&format!("dmarc={result} (From {from})\nbecause: ")),
            "{text}"
        );
    }
}

/// As in Authentication-Results (RFC 8601 §2.2, RFC 5234 §2.3).
#[test]
fn the_case_of_a_result_does_not_matter() {
    let (_directory, zone) = file("zone", ZONE);
    let dmarc = ["dmarc", "--zone", &zone, "--from", "example.com"];
    let json = object(&[&dmarc[..], &["--dkim", "Pass:example.com"]].concat());
    assert_eq!(json["dkim_aligned"], true);
}

#[test]
fn what_is_no_result_is_refused() {
    let (_directory, zone) = file("zone", ZONE);
    for found in ["pass", "good:example.com", "pass:", "pass:a b"] {
        let run = run([
            "dmarc",
            "--zone",
            &zone,
            "--from",
            "example.com",
            "--dkim",
            found,
        ]);
        assert_eq!((run.status, run.out.as_str()), (2, ""), "{found}");
        assert!(run.err.contains(found), "{}", run.err);
    }
}
