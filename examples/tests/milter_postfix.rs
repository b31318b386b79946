//! `milter` behind a Postfix, with the classic files: what is ours leaves signed, what is not gets
//! results, and what is forged goes.

mod support;

use core::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::Path;
use std::process::Command;

use dkim_sign::KeyKind;
use support::logins::Logins;
use support::milter::Files;
use support::name_server::NameServer;
use support::postfix::Postfix;
use support::{Peer, dkimpy, field, first_fields, run_script, skip};

const INSIDE: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);
const OUTSIDE: IpAddr = IpAddr::V4(Ipv4Addr::new(127, 0, 0, 2));

/// Sends a message to the mailbox and gives the reply to its end.
fn send(client: IpAddr, server: SocketAddr, message: &str) -> String {
    send_behind(&[], client, server, message)
}

/// The same with commands behind the greeting.
fn send_behind(
    commands: &[(&str, &str)],
    client: IpAddr,
    server: SocketAddr,
    message: &str,
) -> String {
    let mut peer = Peer::connect_from(client, server);
    peer.dialogue(&[("EHLO client.example", "250")]);
    peer.dialogue(commands);
    peer.dialogue(&[
        ("MAIL FROM:<bounce@example.net>", "250 2.1.0 "),
        ("RCPT TO:<user@example.com>", "250 2.1.5 "),
        ("DATA", "354 "),
    ]);
    peer.send(message.replace("\r\n.", "\r\n.."));
    peer.send(".\r\n");
    peer.reply()
}

fn from(author: &str) -> String {
    format!(
        "From: Amy <{author}>\r\nTo: user@example.com\r\nSubject: Hello \r\n  again\r\n\
         Date: Tue, 24 Nov 2026 10:00:00 +0000\r\nMessage-ID: <1@example.com>\r\n\r\n\
         Hello  there \r\n.\r\n\r\n\r\n"
    )
}

#[test]
fn mail_of_our_own_leaves_signed_and_everybody_verifies_it() {
    let files = Files::new();
    let filter = files.start("");
    let Some(postfix) = Postfix::with_milter(filter.address()) else {
        return;
    };
    let reply = send(INSIDE, postfix.address, &from("amy@example.com"));
    assert!(reply.starts_with("250 "), "{reply}");
    let message = postfix.take_message();
    let line = filter.log_line("sign as d=example.com s=rsa");
    assert!(
        line.contains("the client is internal (127.0.0.1)"),
        "{line}"
    );
    filter.log_line("DKIM-Signature field added (d=example.com s=ed a=ed25519-sha256");
    verify_with_dkimpy(&files, &message);
    verify_with_opendkim(&files, &message);
    verify_with_mail_dkim(&files, &message);
}

/// What the delivering Postfix puts on top is no part of what was signed.
fn verify_with_dkimpy(files: &Files, message: &str) {
    let Some(python) = dkimpy() else { return };
    let records = files.records.iter();
    let records: Vec<&str> = records.flat_map(|(name, text)| [&**name, text]).collect();
    let output = run_script(python, "dkimpy_verify.py", &records, message.as_bytes());
    assert_eq!(
        String::from_utf8(output).unwrap(),
        "rsa-sha256 example.com rsa pass\ned25519-sha256 example.com ed pass\n"
    );
}

fn verify_with_opendkim(files: &Files, message: &str) {
    let conf = files.write(
        "verify.conf",
        "Mode v\nAuthservID mx.example.org\nTestDNSData DIR/dns\n",
    );
    let path = files.write("message.eml", message);
    let mut opendkim = Command::new("opendkim");
    let opendkim = opendkim.arg("-x").arg(conf).arg("-t").arg(path).arg("-vv");
    let Ok(output) = opendkim.output() else {
        return skip("opendkim");
    };
    let said = String::from_utf8_lossy(&output.stdout);
    let passed = ["rsa-sha256", "ed25519-sha256"].map(|algorithm| {
        said.contains(&format!("header.a={algorithm}")) && !said.contains("dkim=fail")
    });
    assert_eq!(
        passed,
        [true; 2],
        "{said}{}",
        String::from_utf8_lossy(&output.stderr)
    );
    assert_eq!(said.matches("dkim=pass").count(), 2, "{said}");
}

fn verify_with_mail_dkim(files: &Files, message: &str) {
    let perl = ["-MMail::DKIM::Verifier", "-MNet::DNS", "-e", "1"];
    let has_it = Command::new("perl").args(perl).output();
    if !has_it.is_ok_and(|output| output.status.success()) {
        return skip("Mail::DKIM");
    }
    let records = files.records.iter();
    let zone: String = records
        .map(|(name, text)| format!("{name} {text}\n"))
        .collect();
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../conformance/interop/mail_dkim.pl");
    let mut perl = Command::new("perl");
    perl.arg(script).arg(files.write("zone.txt", &zone));
    let output = perl
        .arg(files.write("message.eml", message))
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    // It knows no Ed25519.
    assert!(
        said.contains(" rsa-sha256=pass"),
        "{said}{}",
        String::from_utf8_lossy(&output.stderr)
    );
}

#[test]
fn mail_from_outside_gets_results_and_loses_forged_ones() {
    let files = Files::new();
    let filter = files.start("");
    let Some(postfix) = Postfix::with_milter(filter.address()) else {
        return;
    };
    let message = format!(
        "Authentication-Results: mx.example.com; dkim=pass header.d=bank.example\r\n\
         authentication-results: list.example; dkim=pass header.d=bank.example\r\n\
         AUTHENTICATION-RESULTS: \"MX.Example.Com\" 1;\r\n spf=pass smtp.mailfrom=bank.example\r\n{}",
        files.signed_by_example_net(&from("amy@example.net"))
    );
    let reply = send(OUTSIDE, postfix.address, &message);
    assert!(reply.starts_with("250 "), "{reply}");
    let message = postfix.take_message();
    let results = field(&message, "Authentication-Results");
    assert!(
        results.starts_with(
            "Authentication-Results: mx.example.com; dkim=pass (2048-bit key) header.d=example.net"
        ),
        "{results}"
    );
    assert_eq!(message.matches("bank.example").count(), 1, "{message}");
    assert!(message.contains("authentication-results: list.example; "));
    // Above the Received field of this Postfix, and below what its delivery adds.
    assert_eq!(
        first_fields(&message, 5)[3..],
        ["Authentication-Results", "Received"]
    );
}

#[test]
fn a_reputation_of_the_author_is_checked_where_it_is_switched_on() {
    let files = Files::new();
    files.write_dns(
        "example.net\tv=spf1 ip4:127.0.0.2 -all\n_dmarc.example.net\tv=DMARC1; p=reject\n",
    );
    let filter = files.start("SPF yes\nDMARC yes\nBelowReceived yes\n");
    let Some(postfix) = Postfix::with_milter(filter.address()) else {
        return;
    };
    let message = files.signed_by_example_net(&from("amy@example.net"));
    let reply = send(OUTSIDE, postfix.address, &message);
    assert!(reply.starts_with("250 "), "{reply}");
    let message = postfix.take_message();
    let results = field(&message, "Authentication-Results");
    for result in [
        "spf=pass",
        "smtp.mailfrom=example.net",
        "spf=none",
        "smtp.helo=client.example",
        "dkim=pass",
        "dmarc=pass",
    ] {
        assert!(results.contains(result), "{result}: {results}");
    }
    assert_eq!(
        first_fields(&message, 5)[3..],
        ["Received", "Authentication-Results"]
    );
}

#[test]
fn mail_whose_key_cannot_be_read_is_put_off() {
    let files = Files::new();
    let filter = files.start("");
    let Some(postfix) = Postfix::with_milter(filter.address()) else {
        return;
    };
    let reply = send(INSIDE, postfix.address, &from("amy@lost.example"));
    assert_eq!(reply, "451 4.7.5 the message cannot be signed now\r\n");
    let line = filter.log_line("cannot sign");
    assert!(
        line.contains("no-key: cannot be read: No such file"),
        "{line}"
    );
    // From outside nobody would sign it.
    let reply = send(OUTSIDE, postfix.address, &from("amy@lost.example"));
    assert!(reply.starts_with("250 "), "{reply}");
    filter.log_line("external host [127.0.0.2] sends as lost.example");
}

#[test]
fn mail_of_who_logged_in_leaves_signed() {
    let files = Files::new();
    let filter = files.start("");
    let logins = Logins::start();
    let Some(postfix) = Postfix::with_milter_and(filter.address(), &logins.conf()) else {
        return;
    };
    for (commands, why, signatures) in [
        (&[][..], "the client is external", 0),
        (
            // The password of amy is x.
            &[("AUTH PLAIN AGFteQB4", "235")],
            "the client logged in (PLAIN)",
            2,
        ),
    ] {
        let message = from("amy@example.com");
        let reply = send_behind(commands, OUTSIDE, postfix.address, &message);
        assert!(reply.starts_with("250 "), "{reply}");
        filter.log_line(why);
        let message = postfix.take_message();
        assert_eq!(message.matches("\nDKIM-Signature: ").count(), signatures);
    }
}

/// Whatever Postfix is configured to tell by itself.
#[test]
fn what_decides_is_asked_for() {
    let files = Files::new();
    let logins = Logins::start();
    for (conf, why) in [
        ("", "the client logged in (PLAIN)"),
        (
            "MacroList auth_authen=amy\n",
            "the macro auth_authen is in MacroList",
        ),
    ] {
        let filter = files.start(conf);
        let more = format!(
            "{}milter_connect_macros =\nmilter_mail_macros =\n",
            logins.conf()
        );
        let Some(postfix) = Postfix::with_milter_and(filter.address(), &more) else {
            return;
        };
        let login = [("AUTH PLAIN AGFteQB4", "235")];
        let message = from("amy@example.com");
        let reply = send_behind(&login, OUTSIDE, postfix.address, &message);
        assert!(reply.starts_with("250 "), "{reply}");
        let message = postfix.take_message();
        assert_eq!(
            message.matches("\nDKIM-Signature: ").count(),
            2,
            "{message}"
        );
        filter.log_line(why);
    }
}

/// The mail of cron and of web sites. Postfix tells of it as of mail from localhost.
#[test]
fn mail_of_programs_of_this_machine_leaves_signed() {
    let files = Files::new();
    let filter = files.start("");
    let more = format!("non_smtpd_milters = inet:{}\n", filter.address());
    let Some(postfix) = Postfix::with_milter_and(filter.address(), &more) else {
        return;
    };
    postfix.submit(&from("amy@example.com"));
    let message = postfix.take_message();
    let line = filter.log_line("sign as d=example.com s=rsa");
    assert!(
        line.contains("the client is internal (127.0.0.1)"),
        "{line}"
    );
    assert_eq!(
        message.matches("\nDKIM-Signature: ").count(),
        2,
        "{message}"
    );
    verify_with_dkimpy(&files, &message);
    verify_with_opendkim(&files, &message);
}

/// Every form that a client can send, through a real mail server, which counts fields by its own
/// rules.
#[test]
fn no_form_of_forged_results_comes_through() {
    let files = Files::new();
    let filter = files.start("");
    let Some(postfix) = Postfix::with_milter(filter.address()) else {
        return;
    };
    for forged in [
        "Authentication-Results : mx.example.com; dkim=pass header.d=bank.example",
        "Authentication-Results\t: mx.example.com; dkim=pass header.d=bank.example",
        "Authentication-Results:mx.example.com; dkim=pass header.d=bank.example",
        "Authentication-Results:\r\n\tmx.example.com;\r\n\tdkim=pass header.d=bank.example",
        "Authentication-Results: (a\r\n b) mx.example.com\r\n ; dkim=pass header.d=bank.example",
        "Authentication-Results: mx.example.com; dkim=pass (header.d=bank.example",
    ] {
        let message = from("amy@example.net").replacen(
            "\r\n\r\n",
            &format!(
                "\r\n{forged}\r\nAuthentication-Results: list.example; dkim=pass\r\n{forged}\r\n\r\n"
            ),
            1,
        );
        let reply = send(OUTSIDE, postfix.address, &format!("{forged}\r\n{message}"));
        assert!(reply.starts_with("250 "), "{forged:?}: {reply}");
        let message = postfix.take_message();
        assert!(!message.contains("bank.example"), "{message}");
        assert!(
            message.contains("\nAuthentication-Results: list.example; "),
            "{message}"
        );
    }
}

/// Longer than this Postfix waits for a filter that says nothing.
#[test]
fn a_mail_server_waits_as_long_as_the_filter_is_at_work() {
    let files = Files::new();
    files.record("silent.example.net", KeyKind::Ed25519);
    let name_server = NameServer::start(&files.records);
    let filter = files.start_asking(name_server, "DNSTimeout 10\nOn-DNSError accept\n");
    let patience = "milter_content_timeout = 6s\n";
    let Some(postfix) = Postfix::with_milter_and(filter.address(), patience) else {
        return;
    };
    let message = files.signed("silent", "example.net", &from("amy@example.net"));
    let reply = send(OUTSIDE, postfix.address, &message);
    assert!(reply.starts_with("250 "), "{reply}");
    let results = field(&postfix.take_message(), "Authentication-Results");
    assert!(results.contains("dkim=temperror"), "{results}");
}
