//! Whose mail `milter` signs: what a mail server tells of a client decides, and in which mode.

mod support;

use dkim_sign::KeyKind;
use support::Program;
use support::milter::Files;
use support::mta::{Mta, Offer};

const INSIDE: &str = "127.0.0.1";
const OUTSIDE: &str = "192.0.2.1";

const OURS: &str = "From: Amy <amy@example.com>\r\nTo: user@example.com\r\n\
                    Date: Tue, 24 Nov 2026 10:00:00 +0000\r\n\r\nAt noon.\r\n";

fn files() -> Files {
    Files::with_keys(&[
        ("rsa", "example.com", KeyKind::Ed25519),
        ("ed", "example.com", KeyKind::Ed25519),
    ])
}

/// What is done with a message: `sign`, `verify` or `pass`.
fn done(told: &[String]) -> &'static str {
    match told[0].strip_prefix("insert 0 ") {
        Some(field) if field.starts_with("DKIM-Signature: ") => "sign",
        Some(field) if field.starts_with("Authentication-Results: ") => "verify",
        Some(field) => panic!("{field}"),
        None => {
            assert_eq!(told, ["accept"]);
            "pass"
        }
    }
}

/// A client with these macros, told with the connection and with MAIL.
fn client(
    filter: &Program,
    address: &str,
    connect: &[(&str, &str)],
    mail: &[(&'static str, &'static str)],
) -> Mta {
    let mut mta = Mta::connect(&filter.names[0]);
    mta.macros(b'C', connect);
    assert_eq!(mta.client(address), "continue");
    mta.mail_macros = mail.to_vec();
    mta
}

#[test]
fn each_mode_does_its_own_work() {
    let files = files();
    let others = OURS.replace("example.com>", "example.org>");
    for (mode, expected) in [
        ("s", ["sign", "pass", "pass", "pass"]),
        ("v", ["pass", "verify", "verify", "verify"]),
        ("sv", ["sign", "verify", "verify", "verify"]),
        ("vs", ["sign", "verify", "verify", "verify"]),
    ] {
        let filter = files.start(&format!("AlwaysAddARHeader yes\nMode {mode}\n"));
        let mail = [
            (INSIDE, OURS),
            (INSIDE, &others),
            (OUTSIDE, OURS),
            (OUTSIDE, &others),
        ];
        let done =
            mail.map(|(address, message)| done(&Mta::with_client(&filter, address).send(message)));
        assert_eq!(done, expected, "{mode}");
    }
}

#[test]
fn what_the_mail_server_tells_of_a_client_makes_it_one_of_ours() {
    let files = files();
    files.write("macros", "client_ptr\nauth_author amy|bob\n");
    let conf = "AlwaysAddARHeader yes\nMTA ORIGINATING, SUBMISSION\nMacroList file:DIR/macros\n";
    let filter = files.start(conf);
    for (connect, mail, expected) in [
        (&[][..], &[][..], "verify"),
        (&[("{daemon_name}", "ORIGINATING")], &[], "sign"),
        (&[("{daemon_name}", "SUBMISSION")], &[], "sign"),
        (&[("{daemon_name}", "smtpd")], &[], "verify"),
        (&[], &[("{auth_type}", "PLAIN")], "sign"),
        (&[], &[("{auth_type}", "")], "verify"),
        (&[("{client_ptr}", "mail.example.net")], &[], "sign"),
        (&[], &[("{auth_author}", "bob")], "sign"),
        (&[], &[("{auth_author}", "eve")], "verify"),
    ] {
        let told = client(&filter, OUTSIDE, connect, mail).send(OURS);
        assert_eq!(done(&told), expected, "{connect:?} {mail:?}");
    }
}

/// As OpenDKIM asks, but that it asks only where there is a MacroList. A mail server that lets nobody
/// ask tells what it is configured to tell.
#[test]
fn a_mail_server_is_asked_for_the_macros_that_decide() {
    let files = files();
    let long = "y".repeat(5000);
    for (conf, names) in [
        ("", "i j {auth_type} {daemon_name}"),
        (
            "MacroList csl:client_ptr,v=8|9,auth_author=amy\n",
            "i j {auth_type} {daemon_name} {client_ptr} v {auth_author}",
        ),
        // So no macro is called that could be asked for.
        (
            &format!("MacroList csl:{{class}},a b=c,{long},z\n"),
            "i j {auth_type} {daemon_name} z",
        ),
    ] {
        let filter = files.start(conf);
        let mta = Mta::connect(&filter.names[0]);
        assert_eq!(mta.wanted, [(END_OF_HEADER, names.into())], "{conf}");
        let offer = Offer {
            actions: Offer::V6.actions & !SET_MACROS,
            ..Offer::V6
        };
        let mta = Mta::offering(&filter.names[0], offer);
        assert_eq!(mta.wanted, []);
    }
}

/// `SMFIM_EOH` and `SMFIF_SETSYMLIST` of libmilter.
const END_OF_HEADER: u32 = 6;
const SET_MACROS: u32 = 0x100;

#[test]
fn a_client_is_ours_by_its_name_too_and_a_list_takes_the_place_of_the_usual() {
    let files = files();
    for (hosts, address, expected) in [
        ("client.example", OUTSIDE, "sign"),
        (".example", OUTSIDE, "sign"),
        (".client.example", OUTSIDE, "verify"),
        ("192.0.2.0/24, !192.0.2.1", OUTSIDE, "verify"),
        ("192.0.2.0/24", OUTSIDE, "sign"),
        ("192.0.2.0/24", INSIDE, "verify"),
        ("csl:2001:db8::/32", "2001:db8::1", "sign"),
    ] {
        let conf = format!("AlwaysAddARHeader yes\nInternalHosts {hosts}\n");
        let told = Mta::with_client(&files.start(&conf), address).send(OURS);
        assert_eq!(done(&told), expected, "{hosts} {address}");
    }
    let filter = files.start_without("InternalHosts", "AlwaysAddARHeader yes\n");
    for (address, expected) in [(INSIDE, "sign"), ("::1", "sign"), (OUTSIDE, "verify")] {
        let told = Mta::with_client(&filter, address).send(OURS);
        assert_eq!(done(&told), expected, "{address}");
    }
}

/// Each line was put to OpenDKIM 2.11 beta, which decided the same.
#[test]
fn a_client_whose_address_nobody_knows_counts_as_this_machine() {
    let files = files();
    for (hosts, octets, expected) in [
        // `sendmail -bs` of Postfix.
        ("127.0.0.1", &b"localhost\0U"[..], "sign"),
        ("127.0.0.0/8", b"x\0U", "sign"),
        ("192.0.2.1", b"localhost\0U", "verify"),
        // Whoever is behind a local socket may be anybody.
        ("127.0.0.1", b"localhost\0L\0\0/run/x\0", "verify"),
        ("localhost", b"localhost\0L\0\0/run/x\0", "sign"),
    ] {
        let filter = files.start(&format!("AlwaysAddARHeader yes\nInternalHosts {hosts}\n"));
        let mut mta = Mta::connect(&filter.names[0]);
        assert_eq!(mta.client_in_octets(octets), "continue");
        let octets = octets.escape_ascii();
        assert_eq!(done(&mta.send(OURS)), expected, "{hosts} {octets}");
    }
}

/// As opendkim.conf(5) says of PeerList. Postfix and Sendmail tell of such a client as of one of
/// IPv4.
#[test]
fn an_ipv4_address_within_one_of_ipv6_is_one_of_ipv6() {
    let files = files();
    for (hosts, expected) in [
        ("csl:::ffff:192.0.2.1", "sign"),
        ("csl:::ffff:0.0.0.0/96", "sign"),
        ("192.0.2.1", "verify"),
    ] {
        let conf = format!("AlwaysAddARHeader yes\nInternalHosts {hosts}\n");
        let told = Mta::with_client(&files.start(&conf), "::ffff:192.0.2.1").send(OURS);
        assert_eq!(done(&told), expected, "{hosts}");
    }
}

#[test]
fn what_holds_for_one_message_does_not_hold_for_the_next() {
    let filter = files().start("AlwaysAddARHeader yes\n");
    let mut mta = client(&filter, OUTSIDE, &[], &[("{auth_type}", "PLAIN")]);
    assert_eq!(done(&mta.send(OURS)), "sign");
    mta.mail_macros.clear();
    assert_eq!(done(&mta.send(OURS)), "verify");
    // Given up in the midst of it.
    mta.mail_macros.push(("{auth_type}", "PLAIN"));
    assert_eq!(mta.begin(OURS), None);
    mta.abort();
    mta.mail_macros.clear();
    assert_eq!(done(&mta.send(OURS)), "verify");
}

/// Mail servers may use a connection for one client after the other.
#[test]
fn what_holds_for_one_client_does_not_hold_for_the_next() {
    let filter = files().start("AlwaysAddARHeader yes\nMTA ORIGINATING\nPeerList 192.0.2.99\n");
    let mut mta = client(&filter, OUTSIDE, &[("{daemon_name}", "ORIGINATING")], &[]);
    for (address, expected) in [
        (OUTSIDE, "verify"),
        (INSIDE, "sign"),
        ("2001:db8::1", "verify"),
        (INSIDE, "sign"),
    ] {
        assert_eq!(mta.another_client(address), "continue");
        assert_eq!(done(&mta.send(OURS)), expected, "{address}");
    }
    // In the midst of a message.
    assert_eq!(mta.begin(OURS), None);
    assert_eq!(mta.another_client(OUTSIDE), "continue");
    assert_eq!(done(&mta.send(OURS)), "verify");
    assert_eq!(mta.another_client("192.0.2.99"), "accept");
    assert_eq!(mta.another_client(INSIDE), "continue");
    assert_eq!(done(&mta.send(OURS)), "sign");
}

/// A From that two readers could read differently.
#[test]
fn nobody_signs_where_it_is_open_who_the_author_is() {
    let filter = files().start("AlwaysAddARHeader yes\n");
    for from in [
        "From: amy@example.com\r\nFrom: eve@example.net",
        "From: eve@example.net\r\nFrom: amy@example.com",
        "From: <amy@example.com>eve@example.net",
        "From: undisclosed:;",
        "X-From: amy@example.com",
    ] {
        let message = OURS.replace("From: Amy <amy@example.com>", from);
        let told = Mta::with_client(&filter, INSIDE).send(&message);
        assert_eq!(done(&told), "verify", "{from}");
    }
}
