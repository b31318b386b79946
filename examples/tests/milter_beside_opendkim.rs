//! Debian's OpenDKIM with the same configuration and the same mail from outside: both tell a mail
//! server the same, except where ours is meant to differ.

mod support;

use std::path::Path;

use dkim_sign::KeyKind;
use support::milter::Files;
use support::mta::Mta;
use support::name_server::NameServer;
use support::opendkim::OpenDkim;
use support::{MILTER, Program};

const MESSAGE: &str = "From: Amy <amy@example.net>\r\nTo: user@example.com\r\n\
                       Subject: Lunch\r\nDate: Tue, 24 Nov 2026 10:00:00 +0000\r\n\r\nAt noon.\r\n";

/// Keys of example.net by what is in the DNS of them, and an `unbound.conf` for it.
fn files() -> Files {
    let mut files = Files::with_keys(&[
        ("s", "example.net", KeyKind::Ed25519),
        ("rsa", "example.net", KeyKind::Rsa2048),
        ("testing", "example.net", KeyKind::Ed25519),
    ]);
    files.records[2].1 += "; t=y";
    for selector in ["gone", "broken", "revoked"] {
        files.record(&format!("{selector}.example.net"), KeyKind::Ed25519);
    }
    let revoked = "revoked._domainkey.example.net".into();
    files
        .records
        .push((revoked, "v=DKIM1; k=ed25519; p=".into()));
    let server = NameServer::start(&files.records);
    files.write(
        "unbound.conf",
        &format!(
            "server:\n  do-not-query-localhost: no\n  module-config: \"iterator\"\n\
             forward-zone:\n  name: \".\"\n  forward-addr: {}@{}\n",
            server.ip(),
            server.port()
        ),
    );
    files
}

/// Messages by what is wrong with them; of several signatures the topmost is named first.
fn mail(files: &Files) -> Vec<(&'static str, String)> {
    let on_top = |selector, message: &str| files.signed(selector, "example.net", message);
    let signed = |selector| on_top(selector, MESSAGE);
    let broken_in = |message: String| message.replacen("b=", "b=AAAA", 1);
    let large = format!("X: {}\r\n", "x".repeat(30_000)).repeat(3);
    vec![
        ("good", signed("s")),
        ("rsa", signed("rsa")),
        ("unsigned", MESSAGE.into()),
        ("other body", signed("s").replace("noon", "night")),
        ("other header", signed("s").replace("Lunch", "Dinner")),
        ("gone", signed("gone")),
        ("revoked", signed("revoked")),
        ("broken", signed("broken")),
        ("testing", signed("testing")),
        (
            "testing, other body",
            signed("testing").replace("noon", "night"),
        ),
        ("good, bad", on_top("s", &broken_in(signed("s")))),
        ("bad, good", broken_in(on_top("s", &signed("s")))),
        ("good, gone", on_top("s", &signed("gone"))),
        ("gone, good", on_top("gone", &signed("s"))),
        ("good, broken", on_top("s", &signed("broken"))),
        ("gone, bad", on_top("gone", &broken_in(signed("s")))),
        ("bad, gone", broken_in(on_top("s", &signed("gone")))),
        (
            "malformed",
            format!("DKIM-Signature: a=rsa-sha256\r\n{MESSAGE}"),
        ),
        ("large", format!("{large}{MESSAGE}")),
    ]
}

/// Where ours does on purpose what theirs does not; what it does is tested elsewhere.
fn is_meant_to_differ(line: &str, name: &str) -> bool {
    match name {
        // OpenDKIM lets mail pass when a name server fails, and says nothing of it.
        "broken" => !line.ends_with("On-Default accept"),
        // RFC 6376 §3.6.1: mail of a domain that is testing is treated as if it were not signed.
        "testing, other body" => line.starts_with("On-Default") || line == "On-NoSignature reject",
        // There the topmost signature decides; here a bad one, wherever its sender put it.
        "gone, bad" => {
            let apart = ["On-BadSignature", "On-KeyNotFound", "On-Default tempfail"];
            apart.iter().any(|start| line.starts_with(start))
        }
        _ => false,
    }
}

/// Reads a reply without the text that is for people, and what is done besides.
fn reply(socket: &str, message: &str) -> String {
    let mut mta = Mta::connect(socket);
    mta.client("192.0.2.1");
    let told = mta.send(message);
    let reply = told.last().unwrap();
    match reply.as_bytes() {
        [b'4' | b'5', ..] => reply[..10].to_owned(),
        _ => reply.clone(),
    }
}

/// OpenDKIM refuses some mail without a code of its own, for which a mail server has one.
fn agree(ours: &str, theirs: &str) -> bool {
    match theirs {
        "reject" => ours.starts_with("550 5.7.0 "),
        "tempfail" => ours.starts_with("451 4.7."),
        _ => ours == theirs,
    }
}

#[test]
fn what_is_wrong_is_told_alike() {
    let files = files();
    let mail = mail(&files);
    for line in [
        "LogWhy no",
        "On-BadSignature reject",
        "On-DNSError reject",
        "On-InternalError reject",
        "On-KeyNotFound reject",
        "On-NoSignature reject",
        "On-Security reject",
        "On-SignatureError reject",
        "On-Default discard",
        "On-Default reject",
        "On-Default tempfail",
        "On-BadSignature reject\nOn-Default accept",
        "MinimumKeyBits 4096",
        "MaximumSignaturesToVerify 1",
    ] {
        let conf = format!(
            "Background no\nMode v\nAuthservID mx.example.com\n\
             ResolverConfiguration DIR/unbound.conf\n{line}\n"
        );
        let theirs = files.write("theirs.conf", &format!("{conf}Socket local:DIR/theirs\n"));
        let Some(theirs) = OpenDkim::start(&theirs, files.path("theirs")) else {
            return;
        };
        let theirs = theirs.socket.to_str().unwrap();
        let ours = files.write("ours.conf", &format!("{conf}Socket local:DIR/ours\n"));
        let ours = Program::start(MILTER, [Path::new("-x"), &ours], 1);
        for (name, message) in &mail {
            let (ours, theirs) = (reply(&ours.names[0], message), reply(theirs, message));
            let differs = is_meant_to_differ(line, name);
            let agrees = agree(&ours, &theirs);
            assert_ne!(agrees, differs, "{line}: {name}: {ours}, {theirs}");
        }
    }
}

/// Which fields are put where, and which go.
fn edits(socket: &str, client: &str, message: &str) -> Vec<String> {
    let mut mta = Mta::connect(socket);
    mta.client(client);
    let told = mta.send(message).into_iter();
    told.map(|line| line.split(':').next().unwrap().to_owned())
        .collect()
}

#[test]
fn fields_are_put_and_taken_at_the_same_places() {
    let files = Files::with_keys(&[("rsa", "example.com", KeyKind::Rsa2048)]);
    // Its keys are in a directory below /tmp, which OpenDKIM does not take for safe.
    let conf = "Background no\nAlwaysAddARHeader yes\nAuthservID mx.example.com\n\
                TestDNSData DIR/dns\nDomain example.com\nSelector rsa\n\
                KeyFile DIR/rsa.example.com\nRequireSafeKeys no\n";
    let theirs = files.write("theirs.conf", &format!("{conf}Socket local:DIR/theirs\n"));
    let Some(theirs) = OpenDkim::start(&theirs, files.path("theirs")) else {
        return;
    };
    let ours = files.write("ours.conf", &format!("{conf}Socket local:DIR/ours\n"));
    let ours = Program::start(MILTER, [Path::new("-x"), &ours], 1);
    let message = format!(
        "Authentication-Results: mx.example.com; dkim=pass header.d=bank.example\r\n\
         Authentication-Results: list.example; dkim=pass header.d=bank.example\r\n\
         Authentication-Results: mx.example.com; dkim=pass header.d=bank.example\r\n{}",
        MESSAGE.replace("example.net", "example.com")
    );
    for (client, expected) in [
        ("127.0.0.1", &["insert 0 DKIM-Signature", "accept"][..]),
        (
            "192.0.2.1",
            &[
                "delete 3 Authentication-Results",
                "delete 1 Authentication-Results",
                "insert 0 Authentication-Results",
                "accept",
            ],
        ),
    ] {
        assert_eq!(edits(&ours.names[0], client, &message), expected);
        let theirs = theirs.socket.to_str().unwrap();
        assert_eq!(edits(theirs, client, &message), expected);
    }
}
