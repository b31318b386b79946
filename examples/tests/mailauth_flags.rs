//! What `mailauth` says of flags: those that are wrong, and those that a subcommand has.

#[path = "support/mailauth.rs"]
mod prompt;

use std::collections::BTreeSet;
use std::net::UdpSocket;
use std::thread;

use prompt::{Desk, MESSAGE, Run, answer, example_zone, file, object, refusal, run};
use serde_json::Value;

impl Desk {
    /// With a key, the zone in which it is published, and a message.
    fn signer() -> Self {
        let desk = Self::empty();
        let record = desk.genkey("a", &["--ed25519"]);
        desk.write("zone", &format!("$ORIGIN example.com.\n{record}"));
        desk.write("message", MESSAGE);
        desk
    }

    /// Signs the message.
    fn sign(&self) -> [String; 5] {
        let key = format!("example.com:a:{}", self.path("a.private"));
        ["dkim", "sign", "--as", &key, &self.path("message")].map(str::to_owned)
    }
}

#[test]
fn a_wrong_value_is_told_what_was_expected() {
    let desk = Desk::signer();
    let sign = desk.sign();
    let sign: Vec<&str> = sign.iter().map(String::as_str).collect();
    let lint = ["lint", "a.example"];
    let spf = ["spf", "--helo", "h.example"];
    for (command, flag, value, what) in [
        (&lint[..], "--nameserver", "foo", "an address"),
        (&lint, "--nameserver", "192.0.2.1:dns", "an address"),
        (&lint, "--nameserver", "192.0.2.1:0", "an address"),
        (&lint, "--now", "abc", "seconds since 1970"),
        (&lint, "--now", "-3", "seconds since 1970"),
        (&lint, "--now", "99999999999999999999", "seconds since 1970"),
        (&spf, "--ip", "foo", "an IPv4 or IPv6 address"),
        (
            &["dkim", "genkey"][..],
            "--bits",
            "many",
            "2048, 3072 or 4096",
        ),
        (
            &["dkim", "genkey"][..],
            "--bits",
            "1024",
            "2048, 3072 or 4096",
        ),
        (&sign[..], "--expires", "-3", "a number of seconds"),
        (&["dkim", "rotate"], "--keep", "long", "a number of days"),
        (&sign[..], "--expires", "soon", "a number of seconds"),
        (&sign[..], "--timestamp", "-1", "seconds since 1970"),
    ] {
        let line = refusal(&[command, &[flag, value]].concat());
        let start = format!("mailauth: invalid value '{value}' for '{flag}");
        assert!(line.starts_with(&start), "{line}");
        assert!(line.contains(&format!("expected {what}")), "{line}");
    }
}

#[test]
fn a_time_that_no_signature_can_hold_is_the_flags_fault() {
    let desk = Desk::signer();
    let sign = desk.sign();
    let sign: Vec<&str> = sign.iter().map(String::as_str).collect();
    for (flags, what) in [
        (&["--timestamp", "9999999999999"][..], "--timestamp: "),
        (&["--now", "9999999999999"], "--now: "),
        (&["--now", "9999999999999", "--expires", "1"], "--now: "),
        (
            &["--timestamp", "999999999999", "--expires", "1"],
            "--expires: ",
        ),
        (&["--expires", "0"], "--expires: "),
        (&["--expires", "18446744073709551615"], "--expires: "),
    ] {
        let line = refusal(&[&sign[..], flags].concat());
        assert!(line.starts_with(&format!("mailauth: {what}")), "{line}");
    }
}

#[test]
fn an_address_in_the_place_of_a_domain_is_told_by_its_at_sign() {
    for arguments in [
        &["lint", "amy@example.com"][..],
        &["dkim", "testkey", "-s", "a", "-d", "amy@example.com"],
        &["dkim", "genkey", "-d", "amy@example.com"],
        &["dmarc", "--from", "amy@example.com"],
    ] {
        let line = refusal(arguments);
        assert!(
            line.contains("'@' at octet 3 cannot stand in a domain"),
            "{line}"
        );
    }
}

#[cfg(unix)]
#[test]
fn an_argument_that_is_not_utf_8_is_shown() {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;

    let Run { status, out, err } = run([b"lint", &b"caf\xe9.example"[..]].map(OsStr::from_bytes));
    assert_eq!((status, out.as_str()), (2, ""));
    assert!(err.starts_with("mailauth: invalid UTF-8 "), "{err}");
    assert!(err.ends_with(": caf\u{fffd}.example\n"), "{err}");
}

#[test]
fn a_zone_behind_a_byte_order_mark_is_read() {
    let text = "\u{feff}a.example. TXT \"v=spf1 -all\"\n";
    let json = "\u{feff}{\"a.example\": {\"records\": [{\"type\": \"TXT\", \
                \"strings\": [\"v=spf1 -all\"]}]}}";
    for (name, zone) in [("zone", text), ("zone.json", json)] {
        let (_directory, zone) = file(name, zone);
        let found = object(&["lint", "a.example", "--zone", &zone]);
        assert_eq!(found["severity"], Value::Null, "{found}");
    }
}

#[test]
fn a_name_without_an_object_in_a_json_zone_is_told_what_was_expected() {
    let (_directory, zone) = file("zone.json", "{\"a.example\": \"v=spf1 -all\"}");
    let line = refusal(&["lint", "a.example", "--zone", &zone]);
    assert!(
        line.contains("expected an object with records or a status"),
        "{line}"
    );
}

#[test]
fn a_place_in_a_json_zone_is_told_once() {
    let text = "{\"a.example\": {\n \"records\": [{\"type\": \"A\", \"value\": \"1.2\"}]}}";
    let (_directory, zone) = file("zone.json", text);
    let line = refusal(&["lint", "a.example", "--zone", &zone]);
    assert!(line.contains("zone.json:2: "), "{line}");
    assert!(line.contains("column 43"), "{line}");
    assert!(!line.contains("at line"), "{line}");
}

#[test]
fn sign_answers_in_json_with_the_fields_alone() {
    let desk = Desk::signer();
    let sign = desk.sign();
    let sign: Vec<&str> = sign.iter().map(String::as_str).collect();
    let json = object(&[&sign[..], &["--now", "1795500000"][..]].concat());
    let fields = json["headers"].as_array().unwrap();
    assert_eq!(json.as_object().unwrap().len(), 1);
    assert_eq!(fields.len(), 1);
    let field = fields[0].as_str().unwrap();
    assert!(field.starts_with("DKIM-Signature: v=1; "), "{field}");
    assert!(!field.ends_with('\n'), "{field}");
    let text = answer(&[&sign[..], &["--now", "1795500000"][..]].concat());
    assert_eq!(text, format!("{field}\r\n{MESSAGE}"));
}

#[test]
fn help_has_every_key_of_the_json() {
    let desk = Desk::signer();
    let sign = desk.sign();
    let sign: Vec<&str> = sign.iter().map(String::as_str).collect();
    let zone = desk.path("zone");
    let here = desk.path("");
    let domain = ["-d", "example.com"];
    for (subcommand, flags) in [
        (&["lint"][..], &["example.com", "--zone", &zone][..]),
        (&["dkim", "genkey"], &["--ed25519", "-s", "n", "-D", &here]),
        (
            &["dkim", "testkey"],
            &[&domain[..], &["-s", "a", "--zone", &zone]].concat(),
        ),
        (&["dkim", "sign"], &sign[2..]),
    ] {
        let help = answer(&[subcommand, &["--help"]].concat());
        let (_, told) = help.split_once("\nJSON keys: ").expect(&help);
        let words: BTreeSet<&str> = told
            .split(|character: char| !character.is_ascii_alphanumeric() && character != '_')
            .collect();
        let object = object(&[subcommand, flags].concat());
        for key in prompt::keys(&object) {
            assert!(words.contains(key), "{key} is not in {told}");
        }
    }
}

#[test]
fn a_subcommand_that_asks_nothing_does_not_show_whom_to_ask() {
    for subcommand in ["genkey", "sign"] {
        let help = answer(&["dkim", subcommand, "--help"]);
        for flag in ["--zone", "--nameserver", "--record"] {
            assert!(!help.contains(flag), "{flag} is in {help}");
        }
        assert!(help.contains("--json"), "{help}");
    }
    let help = answer(&["dkim", "genkey", "--help"]);
    assert!(!help.contains("--now"), "{help}");
}

/// They are common to all subcommands, so that whoever calls several may give them to each.
#[test]
fn a_flag_that_has_no_effect_is_remarked() {
    let desk = Desk::signer();
    let sign = desk.sign();
    let sign: Vec<&str> = sign.iter().map(String::as_str).collect();
    let (zone, here, new) = (desk.path("zone"), desk.path(""), desk.path("new.private"));
    let genkey = [
        "dkim",
        "genkey",
        "--ed25519",
        "--overwrite",
        "-D",
        &here,
        "-s",
        "new",
    ];
    let record = desk.path("record");
    let asked = [
        ["--zone", &zone],
        ["--nameserver", "127.0.0.1"],
        ["--record", &record],
    ];
    for (command, flags) in [
        (&sign[..], &asked[..]),
        (&genkey, &[&asked[..], &[["--now", "3"]]].concat()),
    ] {
        for flag in flags {
            for arguments in [[command, flag].concat(), [&flag[..], command].concat()] {
                let Run { status, out, err } = run(&arguments);
                let remark = format!("mailauth: {}: has no effect on this subcommand\n", flag[0]);
                assert_eq!((status, err), (0, remark), "{arguments:?}");
                assert_eq!(
                    out.starts_with("DKIM-Signature: "),
                    command == sign,
                    "{out}"
                );
            }
        }
    }
    assert!(std::path::Path::new(&new).exists());
    assert!(!std::path::Path::new(&record).exists());
}

/// A server that keeps every answer back until it was asked all that can be asked at once: who
/// waits for the first answer before the second question gets none.
#[test]
fn lint_asks_at_once_what_it_knows() {
    let server = UdpSocket::bind("127.0.0.1:0").unwrap();
    let address = server.local_addr().unwrap().to_string();
    thread::spawn(move || {
        let mut asked = BTreeSet::new();
        let mut held = Vec::new();
        loop {
            let mut query = [0; 512];
            let (length, client) = server.recv_from(&mut query).unwrap();
            let query = query[..length].to_vec();
            let name = first_label(&query);
            asked.insert(name);
            held.push((query, client));
            if asked.len() == 1 || asked.len() == 4 {
                for (query, client) in held.drain(..) {
                    server.send_to(&reply(&query), client).unwrap();
                }
            }
        }
    });
    let json = object(&["lint", "top.example", "--nameserver", &address]);
    assert_eq!(json["lookups"], 3);
    assert_eq!(json["findings"], Value::Array(Vec::new()));
}

fn first_label(query: &[u8]) -> String {
    let length = usize::from(query[12]);
    String::from_utf8_lossy(&query[13..13 + length]).to_lowercase()
}

/// A response with one TXT record (RFC 1035 §4.1).
fn reply(query: &[u8]) -> Vec<u8> {
    let text = match first_label(query).as_bytes() {
        b"top" => "v=spf1 include:a.example include:b.example include:c.example -all".to_owned(),
        label => format!("v=spf1 ip4:192.0.2.{} -all", label[0]),
    };
    let name_end = 12 + query[12..].iter().position(|&octet| octet == 0).unwrap() + 1;
    let mut reply = query[..2].to_vec();
    reply.extend([0x84, 0, 0, 1, 0, 1, 0, 0, 0, 0]);
    reply.extend(&query[12..name_end + 4]);
    reply.extend([0xc0, 12, 0, 16, 0, 1, 0, 0, 0, 60]);
    let length = u8::try_from(text.len()).unwrap();
    reply.extend([0, length + 1, length]);
    reply.extend(text.as_bytes());
    reply
}

#[test]
fn flags_for_all_stand_before_or_behind_the_subcommand() {
    let zone = example_zone();
    let before = answer(&["--json", "--zone", &zone, "lint", "example.com"]);
    let behind = answer(&["lint", "example.com", "--zone", &zone, "--json"]);
    assert_eq!(before, behind);
}

#[test]
fn what_is_called_wrongly_is_said_in_one_line() {
    let zone = example_zone();
    let spf = [
        "spf",
        "--zone",
        &zone,
        "--ip",
        "192.0.2.1",
        "--helo",
        "h.example",
    ];
    for (arguments, what) in [
        (vec![], "subcommand"),
        (vec!["frobnicate"], "frobnicate"),
        (vec!["spf", "--frobnicate"], "--frobnicate"),
        (vec!["spf", "--zone", &zone, "--helo", "h.example"], "--ip"),
        (vec!["spf", "--zone", &zone, "--ip", "192.0.2.1"], "--helo"),
        (
            vec!["spf", "--ip", "192.0.2.256", "--helo", "h.example"],
            "192.0.2.256",
        ),
        ([&spf[..], &["--receiver", "a b"]].concat(), "--receiver"),
        ([&spf[..], &["--now", "noon"]].concat(), "--now"),
        (
            [&spf[..], &["--nameserver", "127.0.0.1"]].concat(),
            "--nameserver",
        ),
        (
            vec![
                "--nameserver",
                "127.0.0.1",
                "lint",
                "a.example",
                "--zone",
                &zone,
            ],
            "--nameserver",
        ),
        (vec!["lint", "--zone", &zone], "DOMAIN"),
        (vec!["lint", "a..b", "--zone", &zone], "a..b"),
        (
            vec!["lint", "a.example", "--nameserver", "ns.example"],
            "ns.example",
        ),
        (
            vec!["lint", "a.example", "--zone", "/nowhere/zone"],
            "/nowhere/zone: ",
        ),
        (
            vec![
                "lint",
                "a.example",
                "--zone",
                &zone,
                "--record",
                "/nowhere/file",
            ],
            "/nowhere/file: ",
        ),
    ] {
        let line = refusal(&arguments);
        assert!(line.contains(what), "{arguments:?}: {line}");
    }
}

#[test]
fn a_zone_that_cannot_be_read_is_named_with_line_and_cause() {
    for (name, text, what) in [
        (
            "zone",
            "a.example. TXT x\nb.example. A 192.0.2\n",
            "zone:2: malformed A address",
        ),
        (
            "zone",
            "a.example. TXT \"x\n",
            "zone:1: quoted string without an end",
        ),
        (
            "zone.json",
            "{\n\"a\": {\"status\": \"LATE\"}}",
            "zone.json:2: unknown status",
        ),
        ("zone.json", "{\"a\": ", "zone.json:1: EOF"),
    ] {
        let (_directory, zone) = file(name, text);
        let line = refusal(&["lint", "a.example", "--zone", &zone]);
        assert!(line.contains(what), "{line}");
    }
}

#[test]
fn help_is_a_page_for_every_subcommand() {
    for subcommand in ["spf", "lint"] {
        let help = answer(&[subcommand, "--help"]);
        for flag in [
            "--zone",
            "--nameserver",
            "--now",
            "--record",
            "--json",
            "Example",
        ] {
            assert!(help.contains(flag), "{subcommand}: {flag} is not in {help}");
        }
        assert!(answer(&["--help"]).contains(subcommand));
    }
}
