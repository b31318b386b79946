//! `mailauth dkim testkey -x` over the files of OpenDKIM.
#![cfg(unix)]

#[path = "support/mailauth.rs"]
mod prompt;

use std::fs;

use prompt::{Desk, Run, answer, keys, object, refusal, run};

const TWO: &str = "one example.com:s1:DIR/s1.private\ntwo example.com:ed:DIR/ed.private\n";

#[test]
fn testkey_gives_each_key_of_a_table_a_line() {
    let desk = Desk::with_tables(&format!(
        "{TWO}gone example.com:none:DIR/s1.private\nother example.com:s1:DIR/ed.private\n\
         lost example.com:s1:DIR/lost\nbad example.com\nall %:s1:DIR/s1.private\n"
    ));
    let Run { status, out, err } = desk.testkey(&[]);
    assert_eq!(status, 1);
    assert_eq!(
        out,
        "one: s1._domainkey.example.com: key OK\n\
         two: ed._domainkey.example.com: key OK\n\
         all: not looked at: it signs for the author's domain (%); give one with -d\n"
    );
    let err: Vec<&str> = err.lines().collect();
    assert_eq!(err.len(), 4, "{err:#?}");
    for (line, start) in err.iter().zip([
        "mailauth: gone: none._domainkey.example.com: there is no record",
        "mailauth: other: s1._domainkey.example.com: a key of the kind rsa is published",
        "mailauth: lost: s1._domainkey.example.com: /",
        "mailauth: bad: /",
    ]) {
        assert!(line.starts_with(start), "{line}");
    }
}

/// opendkim-testkey(8) reads the options that name keys, and no others.
#[test]
fn testkey_needs_no_signing_table() {
    let desk = Desk::with_tables(TWO);
    desk.fill("conf", "KeyTable file:DIR/kt\nRequireSafeKeys no\n");
    let Run { status, out, err } = desk.testkey(&[]);
    assert_eq!((status, err.as_str()), (0, ""));
    assert_eq!(
        out,
        "one: s1._domainkey.example.com: key OK\ntwo: ed._domainkey.example.com: key OK\n"
    );
}

#[test]
fn testkey_of_a_table_is_narrowed_by_domain_and_selector() {
    let desk = Desk::with_tables(&format!(
        "{TWO}all %:s1:DIR/s1.private\nb b.test:s1:DIR/s1.private\n"
    ));
    let Run { status, out, .. } = desk.testkey(&["-d", "example.com"]);
    assert_eq!(status, 0);
    assert_eq!(
        out,
        "one: s1._domainkey.example.com: key OK\ntwo: ed._domainkey.example.com: key OK\n\
         all: s1._domainkey.example.com: key OK\n"
    );
    let Run { status, out, .. } = desk.testkey(&["-s", "ed"]);
    assert_eq!(
        (status, out.as_str()),
        (0, "two: ed._domainkey.example.com: key OK\n")
    );
    let Run { status, err, .. } = desk.testkey(&["-s", "none"]);
    assert_eq!(status, 2);
    assert!(err.ends_with("conf: has no such key\n"), "{err}");
}

#[test]
fn testkey_looks_at_all_domains_of_a_key_file() {
    let desk = Desk::with_tables("");
    desk.fill(
        "conf",
        "Domain example.com, b.test, *\nSelector s1\nKeyFile DIR/s1.private\nRequireSafeKeys no\n",
    );
    let Run { status, out, err } = desk.testkey(&[]);
    assert_eq!(status, 1);
    assert_eq!(
        out,
        "KeyFile: s1._domainkey.example.com: key OK\n\
         KeyFile: * is not looked at: it is no domain; give one with -d\n"
    );
    assert_eq!(
        err,
        "mailauth: KeyFile: s1._domainkey.b.test: there is no record\n"
    );
}

#[test]
fn testkey_of_a_table_answers_in_json_and_asks_whom_the_configuration_names() {
    let desk = Desk::with_tables(&format!("{TWO}all %:s1:DIR/s1.private\n"));
    let conf = fs::read_to_string(desk.path("conf")).unwrap();
    let record = desk.read("ed.txt");
    let strings = record.split('"').skip(1).step_by(2).collect::<String>();
    desk.write("data", &format!("ed._domainkey.example.com {strings}\n"));
    desk.fill("conf", &format!("{conf}TestDNSData file:DIR/data\n"));
    let conf = desk.path("conf");
    let json = run(["dkim", "testkey", "-x", &conf, "--json"]);
    assert_eq!(json.status, 1);
    let json: serde_json::Value = serde_json::from_str(&json.out).unwrap();
    assert_eq!(keys(&json), ["keys", "ok"]);
    assert_eq!(json["ok"], false);
    let ok = |index: usize| json["keys"][index]["ok"].clone();
    assert_eq!(
        [ok(0), ok(1), ok(2)],
        [false.into(), true.into(), serde_json::Value::Null]
    );
    assert_eq!(json["keys"][1]["bits"], 256);
    assert_eq!(
        keys(&json["keys"][0]),
        ["bits", "key", "name", "ok", "reason", "testing"]
    );
    let json = object(&["dkim", "testkey", "-x", &conf, "-s", "ed"]);
    assert_eq!(json["ok"], true);
}

/// As with opendkim-testkey: what the command line says of the key outdoes the configuration.
#[test]
fn testkey_with_a_private_key_asks_of_the_configuration_only_whom_to_ask() {
    let desk = Desk::with_tables(TWO);
    let record = desk.read("ed.txt");
    let strings = record.split('"').skip(1).step_by(2).collect::<String>();
    desk.write("data", &format!("new._domainkey.example.com {strings}\n"));
    desk.fill(
        "conf",
        "KeyTable file:DIR/none\nTestDNSData file:DIR/data\n",
    );
    let (conf, key) = (desk.path("conf"), desk.path("ed.private"));
    let testkey = ["dkim", "testkey", "-x", &conf, "-k", &key];
    let of = ["-d", "example.com", "-s", "new", "-v"];
    let told = answer(&[&testkey[..], &of].concat());
    assert_eq!(told, "new._domainkey.example.com: key OK\n");

    let line = refusal(&testkey);
    assert!(
        line.contains("not provided: --domain <DOMAIN> --selector"),
        "{line}"
    );
    let line = refusal(&["dkim", "testkey", "-x", "/no/such"]);
    assert!(line.contains("/no/such: "), "{line}");
}

#[test]
fn testkey_tells_of_a_pending_successor_and_blames_nobody() {
    let desk = Desk::with_tables(
        "one example.com:s1:DIR/s1.private\n#=successor one ed DIR/ed.private\n\
         #=successor one next DIR/ed.private\n",
    );
    let Run { status, out, .. } = desk.testkey(&[]);
    assert_eq!(status, 0);
    assert_eq!(
        out,
        "one: s1._domainkey.example.com: key OK\n\
         one: ed._domainkey.example.com: pending successor of s1: published\n\
         one: next._domainkey.example.com: pending successor of s1: there is no record\n"
    );
}
