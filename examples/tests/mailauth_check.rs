//! `mailauth check` as somebody at a prompt runs it.

#[path = "support/mailauth.rs"]
mod prompt;

use prompt::{Desk, MESSAGE, Run, answer, keys, object, refusal, run};
use serde_json::{Value, json};

impl Desk {
    /// With a zone of example.com, and a message that the key in it has signed.
    fn new() -> Self {
        let desk = Self::empty();
        let key = desk.genkey("ed", &["--ed25519"]);
        desk.write("zone", &format!("{ZONE}{key}"));
        desk.write("plain", MESSAGE);
        let signer = format!("example.com:ed:{}", desk.path("ed.private"));
        let plain = desk.path("plain");
        let sign = ["dkim", "sign", "--timestamp", NOW, "--as", &signer, &plain];
        desk.write("message", &answer(&sign));
        desk
    }

    /// The arguments of a check of that file, as it came from that client.
    fn check(&self, client: &str, file: &str) -> Vec<String> {
        let words = ["check", "--ip", client, "--helo", "mail.example.com"];
        let mut arguments: Vec<String> = words.map(str::to_owned).into();
        for (flag, value) in [
            ("--mail-from", "amy@example.com"),
            ("--authserv-id", "mx.example.org"),
            ("--zone", &self.path("zone")),
            ("--now", NOW),
        ] {
            arguments.extend([flag.to_owned(), value.to_owned()]);
        }
        arguments.push(self.path(file));
        arguments
    }
}

#[test]
fn check_prints_what_a_receiver_would_stamp() {
    let desk = Desk::new();
    let out = answer(&strings(&desk.check("192.0.2.1", "message")));
    assert!(
        out.starts_with("Authentication-Results: mx.example.org;\n"),
        "{out}"
    );
    for part in [
        "spf=pass (mx.example.org: domain of amy@example.com designates",
        "smtp.mailfrom=example.com",
        "spf=none",
        "smtp.helo=mail.example.com",
        "dkim=pass header.d=example.com",
        "dmarc=pass (p=REJECT sp=REJECT dis=NONE) header.from=example.com policy.dmarc=reject",
        "\nReceived-SPF: pass (mx.example.org: ",
    ] {
        let unfolded = out.replace("\n\t", " ").replace("\n ", " ");
        assert!(unfolded.contains(part), "{part} in {unfolded}");
    }
    assert!(!out.contains('\r'), "{out:?}");
}

#[test]
fn check_answers_every_key() {
    let desk = Desk::new();
    let json = object(&strings(&desk.check("192.0.2.1", "message")));
    assert_eq!(
        keys(&json),
        ["dkim", "dmarc", "from", "headers", "removed", "spf"]
    );
    let [mail_from, helo] = json["spf"].as_array().unwrap().as_slice() else {
        panic!("{json}");
    };
    assert_eq!(
        (&mail_from["identity"], &mail_from["result"]),
        (&"mailfrom".into(), &"pass".into())
    );
    assert_eq!(
        (&helo["identity"], &helo["result"]),
        (&"helo".into(), &"none".into())
    );
    assert_eq!(json["dkim"]["signatures"][0]["result"], "pass");
    assert_eq!(json["dkim"]["signatures"][0]["selector"], "ed");
    assert_eq!(json["dmarc"]["result"], "pass");
    assert_eq!(json["dmarc"]["dkim_aligned"], true);
    assert_eq!(json["from"]["domains"], json!(["example.com"]));
    assert!(json["from"]["defect"].is_null());
    let headers = json["headers"].as_array().unwrap();
    assert!(
        headers[0]
            .as_str()
            .unwrap()
            .starts_with("Authentication-Results: ")
    );
    assert!(headers[1].as_str().unwrap().starts_with("Received-SPF: "));
    assert_eq!(json["removed"], json!([]));
}

#[test]
fn a_forged_sender_fails_and_its_forged_results_are_named() {
    let desk = Desk::new();
    let forged = "Authentication-Results: mx.example.org; dmarc=pass header.from=example.com\r\n";
    desk.write("forged", &format!("{forged}{MESSAGE}"));
    let arguments = desk.check("198.51.100.7", "forged");
    let Run { status, out, err } = run(&arguments);
    assert_eq!(status, 0, "{err}");
    assert!(out.contains("dmarc=fail"), "{out}");
    assert_eq!(err.lines().count(), 1, "{err}");
    assert!(
        err.contains("removed: Authentication-Results: mx.example.org; dmarc=pass"),
        "{err}"
    );

    let Run { out, .. } = run(arguments.iter().map(String::as_str).chain(["--json"]));
    let json: Value = serde_json::from_str(&out).unwrap();
    assert_eq!(json["removed"], json!([forged.trim_end()]));
    assert_eq!(json["dmarc"]["disposition"], "reject");
}

/// What the header fields say (RFC 9989 §5.3.1 gives no word for it), in the keys of every answer.
#[test]
fn a_from_without_one_domain_is_a_permerror_with_its_reason() {
    let desk = Desk::new();
    for (from, domains, defect, reason) in [
        ("", json!([]), json!("no From field"), "no From field"),
        (
            "From: amy@example.com\r\nFrom: bob@example.com\r\n",
            json!([]),
            json!("2 From fields"),
            "2 From fields",
        ),
        (
            "From: amy@example.com, bob@example.net\r\n",
            json!(["example.com", "example.net"]),
            Value::Null,
            "From names several domains",
        ),
    ] {
        desk.write("odd", &format!("{from}Subject: Lunch?\r\n\r\nAt noon.\r\n"));
        let found = object(&strings(&desk.check("192.0.2.1", "odd")));
        let dmarc = json!({
            "result": "permerror",
            "policy": null,
            "disposition": "none",
            "record_domain": null,
            "org_domain": null,
            "spf_aligned": false,
            "dkim_aligned": false,
            "reason": reason,
        });
        assert_eq!(found["dmarc"], dmarc);
        assert_eq!(found["from"], json!({"domains": domains, "defect": defect}));
        let fields = found["headers"].to_string();
        assert!(fields.contains("dmarc=permerror"), "{fields}");
    }
}

#[test]
fn what_cannot_be_checked_is_one_line() {
    let desk = Desk::new();
    let absent = refusal(&strings(&desk.check("192.0.2.1", "absent")));
    assert!(absent.contains("absent"), "{absent}");
    desk.write("endless", &"X: y\r\n".repeat(200_000));
    let endless = refusal(&strings(&desk.check("192.0.2.1", "endless")));
    assert!(
        endless.contains("endless") && endless.contains("header"),
        "{endless}"
    );
    let client = refusal(&strings(&desk.check("192.0.2.256", "message")));
    assert!(client.contains("--ip"), "{client}");
}

#[test]
fn a_receiver_without_a_domain_is_unknown() {
    let desk = Desk::new();
    let mut arguments = desk.check("192.0.2.1", "message");
    for argument in &mut arguments {
        if argument == "mx.example.org" {
            *argument = "the filter".to_owned();
        }
    }
    let out = answer(&strings(&arguments));
    assert!(
        out.starts_with("Authentication-Results: \"the filter\";"),
        "{out}"
    );
    assert!(out.contains("receiver=unknown"), "{out}");
}

fn strings(arguments: &[String]) -> Vec<&str> {
    arguments.iter().map(String::as_str).collect()
}

const NOW: &str = "1795500000";

const ZONE: &str = "\
$ORIGIN example.com.
@       TXT \"v=spf1 ip4:192.0.2.0/24 -all\"
_dmarc  TXT \"v=DMARC1; p=reject\"
";
