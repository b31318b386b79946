//! `mailauth` as somebody at a prompt runs it.

#[path = "support/mailauth.rs"]
mod prompt;
#[path = "../../crates/dns-hickory/tests/support/mod.rs"]
mod server;
mod support;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use prompt::{MAILAUTH, Run, answer, example_zone, file, keys, object, run};
use serde_json::Value;

const ZONE: &str = "\
example.com. TXT \"v=spf1 ip4:192.0.2.0/24 -all exp=why.example.com\"
why.example.com. TXT \"%{i} at %{t} to %{r}\"
mail.example.net. TXT \"v=spf1 a ?all\"
mail.example.net. A 198.51.100.7
xn--bcher-kva.example. TXT \"v=spf1 +all\"
slow.example. TXT \"v=spf1 a -all\"
$STATUS slow.example. TIMEOUT
";

#[test]
fn spf_answers_every_key() {
    let (_directory, zone) = file("zone", ZONE);
    let client = [
        "spf",
        "--zone",
        &zone,
        "--ip",
        "203.0.113.5",
        "--helo",
        "mail.example.net",
    ];
    let mut arguments = client.to_vec();
    arguments.extend(["--mail-from", "amy@example.com", "--now", "1795500000"]);
    arguments.extend(["--receiver", "MX.Example.org"]);
    let json = object(&arguments);
    assert_eq!(
        keys(&json),
        [
            "cause",
            "domain",
            "explanation",
            "identity",
            "lookups",
            "matched",
            "place",
            "received_spf",
            "result",
            "void_lookups"
        ]
    );
    assert_eq!(json["result"], "fail");
    assert_eq!(json["identity"], "mailfrom");
    assert_eq!(json["domain"], "example.com");
    assert_eq!(json["cause"], "mechanism matched");
    assert_eq!(
        json["explanation"],
        "203.0.113.5 at 1795500000 to mx.example.org"
    );
    assert_eq!(
        (&json["lookups"], &json["void_lookups"]),
        (&0.into(), &0.into())
    );
    assert_eq!(json["place"]["offset"], 24);
    assert_eq!(json["matched"]["directive"], "-all");
    let field = json["received_spf"].as_str().unwrap();
    assert!(field.starts_with("Received-SPF: fail"), "{field}");
    assert!(field.contains("receiver=mx.example.org"), "{field}");
    assert!(!field.ends_with('\n'), "{field}");
}

#[test]
fn without_mail_from_helo_is_checked_and_with_an_empty_one_its_postmaster() {
    let (_directory, zone) = file("zone", ZONE);
    let client = [
        "spf",
        "--zone",
        &zone,
        "--ip",
        "198.51.100.7",
        "--helo",
        "mail.example.net",
    ];
    let helo = object(&client);
    let bounce = object(&[&client[..], &["--mail-from", ""]].concat());
    let bracketed = object(&[&client[..], &["--mail-from", "<>"]].concat());
    for (json, identity) in [
        (&helo, "helo"),
        (&bounce, "mailfrom"),
        (&bracketed, "mailfrom"),
    ] {
        assert_eq!(json["result"], "pass");
        assert_eq!(json["identity"], identity);
        assert_eq!(json["domain"], "mail.example.net");
        assert_eq!(json["explanation"], Value::Null);
        assert_eq!(
            (&json["lookups"], &json["void_lookups"]),
            (&1.into(), &0.into())
        );
        assert_eq!(json["matched"]["network"], "198.51.100.7");
        assert_eq!(json["matched"]["prefix_length"], 32);
    }
}

#[test]
fn every_verdict_is_an_answer() {
    let (_directory, zone) = file("zone", ZONE);
    for (sender, result, domain) in [
        ("a@nowhere.example", "none", "nowhere.example".into()),
        ("a@slow.example", "temperror", "slow.example".into()),
        ("a@[192.0.2.1]", "none", Value::Null),
        (
            "a@b\u{fc}cher.example",
            "pass",
            "xn--bcher-kva.example".into(),
        ),
        ("a@le\u{ad}git.example", "permerror", Value::Null),
    ] {
        let json = object(&[
            "spf",
            "--zone",
            &zone,
            "--ip",
            "2001:db8::1",
            "--helo",
            "-",
            "--mail-from",
            sender,
        ]);
        assert_eq!(
            (&json["result"], &json["domain"]),
            (&result.into(), &domain),
            "{sender}"
        );
    }
}

#[test]
fn the_receiver_explains_where_the_domain_does_not() {
    let (_directory, zone) = file("zone", "example.com. TXT \"v=spf1 -all\"");
    let json = object(&[
        "spf",
        "--zone",
        &zone,
        "--ip",
        "192.0.2.1",
        "--helo",
        "h.example",
        "--mail-from",
        "a@example.com",
        "--default-explanation",
        "See our page",
    ]);
    assert_eq!(json["explanation"], "See our page");
}

#[test]
fn a_trace_is_a_tree_in_both_forms() {
    let zone = example_zone();
    let arguments = [
        "spf",
        "--trace",
        "--zone",
        &zone,
        "--ip",
        "192.0.2.1",
        "--helo",
        "h.example.com",
        "--mail-from",
        "amy@example.com",
    ];
    let text = answer(&arguments);
    let json = object(&arguments);
    let steps = json["trace"].as_array().unwrap();
    assert_eq!(steps[0]["depth"], 0);
    assert!(steps.iter().any(|step| step["depth"] == 3), "{json}");
    for step in steps {
        assert_eq!(keys(step), ["depth", "text"]);
        let indent = "  ".repeat(usize::try_from(step["depth"].as_u64().unwrap()).unwrap());
        let line = format!("{indent}{}\n", step["text"].as_str().unwrap());
        assert!(text.contains(&line), "{line}");
    }
    for line in [
        "spf=fail (MAIL FROM example.com, client 192.0.2.1)\n",
        "because: mechanism matched, octet 39 of the record at example.com\n",
        "decided by: -all, octet 39 of the record at example.com\n",
        "explanation: example.com explains: 192.0.2.1 is none of our servers\n",
        "look-ups: 4 of 10, 2 of 2 that found nothing\n",
        "\nReceived-SPF: fail (domain of amy@example.com does not designate ",
    ] {
        assert!(text.contains(line), "{line} is not in {text}");
    }
    assert!(!text.contains('\r'));
}

#[test]
fn lint_answers_every_key_and_text_for_people() {
    let zone = example_zone();
    let json = object(&["lint", "example.com.", "--zone", &zone]);
    assert_eq!(
        keys(&json),
        [
            "complete",
            "costs",
            "domain",
            "findings",
            "lookups",
            "severity",
            "void_lookups"
        ]
    );
    assert_eq!(json["domain"], "example.com");
    assert_eq!(json["lookups"], 4);
    assert_eq!(
        json["void_lookups"],
        serde_json::json!({"ipv4": 1, "ipv6": 1})
    );
    assert_eq!(json["complete"], true);
    assert_eq!(json["severity"], "warning");
    assert_eq!(
        json["findings"][1],
        serde_json::json!({
            "code": "void-lookup",
            "severity": "warning",
            "domain": "_spf.example.net",
            "offset": 27,
            "term": "a:gone.example.net",
            "message": "Nothing is at gone.example.net, and a check ends in permerror after few \
                        such look-ups.",
        })
    );
    assert_eq!(
        json["costs"][2],
        serde_json::json!({
            "depth": 1,
            "domain": "_spf.example.net",
            "offset": 27,
            "term": "a:gone.example.net",
            "lookups": 1,
        })
    );
    let text = answer(&["lint", "example.com", "--zone", &zone]);
    assert!(text.starts_with("example.com: 4 look-ups; "), "{text}");
    assert!(text.contains("warning void-lookup, octet 27 of "), "{text}");
}

#[test]
fn lint_has_nulls_where_nothing_is() {
    let (_directory, zone) = file("zone", "example.com. TXT \"v=spf1 ip4:192.0.2.1 -all\"");
    let fine = object(&["lint", "example.com", "--zone", &zone]);
    assert_eq!(fine["severity"], Value::Null);
    assert_eq!(fine["findings"], serde_json::json!([]));
    let none = object(&["lint", "b\u{fc}cher.example", "--zone", &zone]);
    assert_eq!(none["domain"], "xn--bcher-kva.example");
    assert_eq!(none["severity"], "error");
    assert_eq!(none["findings"][0]["code"], "no-record");
    assert_eq!(none["findings"][0]["offset"], Value::Null);
    assert_eq!(none["findings"][0]["term"], Value::Null);
}

#[test]
fn a_recording_replays_to_the_same_answer() {
    let (directory, zone) = file(
        "zone",
        &format!("{ZONE}odd.example. TXT \"v=spf1 include:odd\\\\.x.example \\255 -all\"\n"),
    );
    let client = [
        "--ip",
        "203.0.113.5",
        "--helo",
        "h.example",
        "--now",
        "1",
        "--json",
    ];
    let sender = |domain: &str| format!("a@{domain}");
    for domain in ["example.com", "slow.example", "odd.example", "gone.example"] {
        for name in ["recorded", "recorded.json"] {
            let recorded = directory.path().join(name).to_str().unwrap().to_owned();
            let from = sender(domain);
            let spf = [&["spf", "--trace", "--mail-from", &from][..], &client].concat();
            for asked in [spf, vec!["lint", "--json", domain]] {
                let live =
                    answer(&[&asked[..], &["--zone", &zone, "--record", &recorded]].concat());
                let replay = answer(&[&asked[..], &["--zone", &recorded]].concat());
                assert_eq!(live, replay, "{}", fs::read_to_string(&recorded).unwrap());
            }
        }
    }
    let recorded = fs::read_to_string(directory.path().join("recorded.json")).unwrap();
    serde_json::from_str::<Value>(&recorded).unwrap();
}

#[test]
fn a_name_server_answers_as_its_zone_does() {
    let Some(server) = server::Nsd::serve(&ZONE.replace("$STATUS", "; $STATUS")) else {
        return;
    };
    let (directory, zone) = file("zone", ZONE);
    let recorded = directory
        .path()
        .join("recorded")
        .to_str()
        .unwrap()
        .to_owned();
    let address = server.address().to_string();
    for asked in [
        ["lint", "example.com", "--json", "--now=1"],
        [
            "spf",
            "--ip=203.0.113.5",
            "--helo=mail.example.net",
            "--now=1",
        ],
    ] {
        let live = answer(
            &[
                &asked[..],
                &["--nameserver", &address, "--record", &recorded],
            ]
            .concat(),
        );
        assert_eq!(live, answer(&[&asked[..], &["--zone", &zone]].concat()));
        assert_eq!(live, answer(&[&asked[..], &["--zone", &recorded]].concat()));
    }
}

#[test]
fn the_examples_of_the_readme_give_what_it_shows() {
    const COMMAND: &str = "cargo run --release --bin mailauth -- ";
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let readme = fs::read_to_string(root.join("README.md")).unwrap();
    let mut outputs = String::new();
    for line in readme.lines().filter_map(|line| line.strip_prefix(COMMAND)) {
        let output = Command::new(MAILAUTH)
            .args(line.split_whitespace())
            .current_dir(&root)
            .output()
            .unwrap();
        assert!(output.status.success(), "{line}");
        outputs += &String::from_utf8(output.stdout).unwrap();
    }
    let shown = "```text\nexample.com: 4 look-ups";
    let shown = &readme[readme.find(shown).unwrap() + "```text\n".len()..];
    let shown = &shown[..shown.find("```").unwrap()];
    assert!(outputs.contains(shown), "{outputs}");
}

/// The cases of RFC 7208's suite, put to the program: the answers are those of the library.
#[test]
fn the_suite_of_rfc_7208_gives_the_same_through_the_program() {
    let suite: PathBuf = conformance::root().join("spf-rfc7208");
    if !suite.is_dir() {
        assert!(!conformance::required(), "{} is not there", suite.display());
        support::skip("the suite spf-rfc7208");
        return;
    }
    let directory = tempfile::tempdir().unwrap();
    let in_json = directory.path().join("zone.json");
    let in_text = directory.path().join("zone");
    let scenarios = fs::read_to_string(suite.join("cases.json")).unwrap();
    let scenarios: Value = serde_json::from_str(&scenarios).unwrap();
    let zone_of = |id: &str| {
        let mut scenarios = scenarios.as_array().unwrap().iter();
        let is_there = |scenario: &&Value| {
            let mut tests = scenario["tests"].as_array().unwrap().iter();
            tests.any(|test| test["name"] == id)
        };
        scenarios.find(is_there).unwrap()["zone"].to_string()
    };
    let cases = conformance::spf_cases(&suite).unwrap();
    assert_eq!(cases.len(), 203);
    for case in cases {
        let id = &case.outcome.id;
        assert!(case.outcome.passed, "{id}");
        // As the suite has it, and as a master file.
        fs::write(&in_json, zone_of(id)).unwrap();
        fs::write(&in_text, case.zone.to_string()).unwrap();
        for zone in [&in_json, &in_text] {
            let mut arguments = vec![
                "spf".to_owned(),
                "--json".to_owned(),
                format!("--zone={}", zone.display()),
                format!("--ip={}", case.ip),
                format!("--helo={}", case.helo),
                format!("--mail-from={}", case.mail_from),
                format!(
                    "--default-explanation={}",
                    conformance::SpfCase::DEFAULT_EXPLANATION
                ),
            ];
            arguments.extend(
                case.receiver
                    .iter()
                    .map(|name| format!("--receiver={name}")),
            );
            let Run { status, out, err } = run(&arguments);
            assert_eq!((status, err.as_str()), (0, ""), "{id}");
            let json: Value = serde_json::from_str(&out).unwrap();
            let report = &case.report;
            let explanation = report.explanation.as_ref().map(|words| words.text());
            let domain = report.domain.as_ref().map(|domain| domain.as_str());
            assert_eq!(json["result"], report.verdict.as_str(), "{id}");
            assert_eq!(json["identity"], report.identity.as_str(), "{id}");
            assert_eq!(json["domain"], Value::from(domain), "{id}");
            assert_eq!(json["cause"], report.cause.to_string(), "{id}");
            assert_eq!(json["explanation"], Value::from(explanation), "{id}");
            assert_eq!(json["lookups"], report.lookups, "{id}");
            assert_eq!(json["void_lookups"], report.void_lookups, "{id}");
            assert_eq!(
                json["received_spf"],
                report.received_spf().trim_end(),
                "{id}"
            );
        }
    }
}
