//! `milter` and name servers that answer, fail, or never say a word.

mod support;

use core::net::SocketAddr;

use dkim_sign::KeyKind;
use support::milter::Files;
use support::mta::Mta;
use support::name_server::NameServer;

const MESSAGE: &str = "From: Amy <amy@example.net>\r\nTo: user@example.com\r\n\
                       Subject: Lunch\r\nDate: Tue, 24 Nov 2026 10:00:00 +0000\r\n\r\nAt noon.\r\n";

fn files() -> (Files, SocketAddr) {
    let files = Files::with_keys(&[("s", "example.net", KeyKind::Ed25519)]);
    for selector in ["silent", "broken"] {
        files.record(&format!("{selector}.example.net"), KeyKind::Ed25519);
    }
    files.write("KeyTable", "");
    files.write("SigningTable", "");
    let name_server = NameServer::start(&files.records);
    (files, name_server)
}

#[test]
fn while_a_name_server_is_waited_for_the_mail_server_is_told_to_wait_too() {
    let (files, name_server) = files();
    let filter = files.start_asking(name_server, "DNSTimeout 7\n");
    let mut mta = Mta::with_client(&filter, "192.0.2.1");
    let mut told = mta.send(&files.signed("silent", "example.net", MESSAGE));
    let reply = told.pop().unwrap();
    assert!(reply.starts_with("451 4.7.5 key unavailable: "), "{reply}");
    assert!(!told.is_empty(), "nothing but {reply}");
    assert!(told.iter().all(|told| told == "progress"), "{told:?}");
    // The connection is good for another message.
    let told = mta.send(&files.signed("s", "example.net", MESSAGE));
    assert!(told[0].contains("dkim=pass"), "{told:?}");
    assert_eq!(told[1..], ["accept"]);
}

#[test]
fn what_was_not_answered_in_time_is_told_where_mail_is_to_pass() {
    let (files, name_server) = files();
    let filter = files.start_asking(name_server, "DNSTimeout 1\nOn-DNSError accept\n");
    let mut mta = Mta::with_client(&filter, "192.0.2.1");
    for selector in ["silent", "broken"] {
        let told = mta.send(&files.signed(selector, "example.net", MESSAGE));
        let [results, reply] = told.as_slice() else {
            panic!("{told:?}");
        };
        assert!(results.contains("dkim=temperror"), "{results}");
        assert_eq!(reply, "accept");
    }
}

/// OpenDKIM reads where to ask from the same file.
#[test]
fn forward_addresses_of_an_unbound_conf_are_asked() {
    let (files, name_server) = files();
    files.write(
        "unbound.conf",
        &format!(
            "forward-zone:\n  name: \".\"\n  forward-addr: {}@{}\n",
            name_server.ip(),
            name_server.port()
        ),
    );
    let filter = files.start_without_test_data("ResolverConfiguration DIR/unbound.conf\n");
    let mut mta = Mta::with_client(&filter, "192.0.2.1");
    let told = mta.send(&files.signed("s", "example.net", MESSAGE));
    assert!(told[0].contains("dkim=pass"), "{told:?}");
}

#[test]
fn a_mail_server_that_goes_away_meanwhile_leaves_nothing_behind() {
    let (files, name_server) = files();
    let mut filter = files.start_asking(name_server, "DNSTimeout 3600\n");
    let mut mta = Mta::with_client(&filter, "192.0.2.1");
    let message = files.signed("silent", "example.net", MESSAGE);
    assert_eq!(mta.begin(&message), None);
    mta.announce_end();
    assert_eq!(mta.hear(), "progress");
    drop(mta);
    // Ends at once, for no message is under way.
    filter.signal("TERM");
    assert!(filter.wait().success());
    let log = filter.whole_log();
    assert!(
        !log.iter().any(|line| line.contains("cutting off")),
        "{log:?}"
    );
}
