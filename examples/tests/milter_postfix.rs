//! `milter` behind a Postfix, with the classic files: what is ours leaves signed, what is not gets
//! results, and what is forged goes.

mod support;

use core::net::{IpAddr, Ipv4Addr, SocketAddr};

use support::milter::Files;
use support::postfix::Postfix;
use support::{Peer, dkimpy, field, run_script};

const INSIDE: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);
const OUTSIDE: IpAddr = IpAddr::V4(Ipv4Addr::new(127, 0, 0, 2));

/// Sends a message to the mailbox and gives the reply to its end.
fn send(client: IpAddr, server: SocketAddr, message: &str) -> String {
    let mut peer = Peer::connect_from(client, server);
    peer.dialogue(&[
        ("EHLO client.example", "250"),
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
fn mail_of_our_own_leaves_signed() {
    let files = Files::new();
    let filter = files.start("");
    let Some(postfix) = Postfix::with_milter(filter.address()) else {
        return;
    };
    let reply = send(INSIDE, postfix.address, &from("amy@example.com"));
    assert!(reply.starts_with("250 "), "{reply}");
    let message = postfix.take_message();
    println!("{message}");
    assert!(message.contains("DKIM-Signature: "));
    let line = filter.log_line("sign as");
    println!("{line}");
    let Some(python) = dkimpy() else { return };
    let records: Vec<&str> = files
        .records
        .iter()
        .flat_map(|(n, t)| [n.as_str(), t.as_str()])
        .collect();
    let output = run_script(python, "dkimpy_verify.py", &records, message.as_bytes());
    assert_eq!(
        String::from_utf8(output).unwrap(),
        "rsa-sha256 example.com rsa pass\ned25519-sha256 example.com ed pass\n"
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
    println!("{message}");
    assert!(!message.contains("mx.example.com; dkim=pass header.d=bank"));
    let results = field(&message, "Authentication-Results");
    assert!(
        results
            .starts_with("Authentication-Results: mx.example.com; dkim=pass header.d=example.net"),
        "{results}"
    );
}
