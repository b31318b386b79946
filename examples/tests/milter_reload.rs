//! `milter` told to read its configuration anew: what changes, what stays, and what is said of it.
//! And told to end.

mod support;

use std::fs;

use dkim_sign::KeyKind;
use support::milter::Files;
use support::mta::Mta;

const INSIDE: &str = "127.0.0.1";
const OUTSIDE: &str = "192.0.2.1";

const MESSAGE: &str = "From: Amy <amy@example.com>\r\nTo: user@example.com\r\n\
                       Date: Tue, 24 Nov 2026 10:00:00 +0000\r\n\r\nAt noon.\r\n";

const SIGNALS: [&str; 2] = ["USR1", "HUP"];

fn files() -> Files {
    Files::signing_twice(KeyKind::Ed25519)
}

const UNSIGNED: &[&str] = &["550 5.7.0 no DKIM signature"];

fn is_signed(told: &[String]) -> bool {
    told.iter().any(|line| line.contains("DKIM-Signature: "))
}

#[test]
fn a_bad_file_leaves_everything_as_it_was_and_is_told_with_its_line() {
    let files = files();
    let filter = files.start("On-NoSignature reject\n");
    for signal in SIGNALS {
        for (name, text, expected) in [
            ("opendkim.conf", "Mode sv\nModus sv\n", "opendkim.conf:2: "),
            (
                "opendkim.conf",
                "SigningTable refile:DIR/SigningTable\nKeyTable DIR/no-such-file\n",
                "no-such-file",
            ),
            ("dns", "a..b v=DKIM1\n", "dns:1: "),
            ("TrustedHosts", "\u{fffd}", ""),
        ] {
            let before = fs::read_to_string(files.path(name)).unwrap();
            match expected {
                "" => fs::remove_file(files.path(name)).unwrap(),
                _ => drop(files.write(name, text)),
            }
            filter.signal(signal);
            let line = filter.log_line("the old configuration stays: ");
            assert!(line.contains(expected), "{line}");
            let mut mta = Mta::with_client(&filter, OUTSIDE);
            assert_eq!(mta.send(MESSAGE), UNSIGNED);
            assert!(is_signed(&Mta::with_client(&filter, INSIDE).send(MESSAGE)));
            fs::write(files.path(name), before).unwrap();
        }
    }
    filter.signal("HUP");
    filter.log_line("configuration read anew");
}

#[test]
fn a_message_under_way_ends_with_what_it_began_with() {
    let files = files();
    let filter = files.start("");
    let [mut inside, mut outside] = [INSIDE, OUTSIDE].map(|it| Mta::with_client(&filter, it));
    assert_eq!(inside.begin(MESSAGE), None);
    assert_eq!(outside.begin(MESSAGE), None);
    files.write("SigningTable", "");
    files.write("KeyTable", "");
    fs::remove_file(files.path("rsa.example.com")).unwrap();
    files.write_conf("On-NoSignature reject\n");
    filter.signal("USR1");
    filter.log_line("configuration read anew");
    assert!(is_signed(&inside.end()));
    assert_eq!(outside.end(), ["accept"]);
    // The next on the same connections has the new one.
    assert_eq!(inside.send(MESSAGE), UNSIGNED);
    assert_eq!(outside.send(MESSAGE), UNSIGNED);
}

#[test]
fn what_needs_a_restart_is_named_and_everything_else_is_taken() {
    let files = files();
    let filter = files.start("PidFile DIR/pid\nUMask 022\n");
    let fixed = "PidFile DIR/pid\nUMask 022\n";
    for (lines, names) in [
        (
            "PidFile DIR/pid\nUMask 022\nSocket local:DIR/socket\n",
            "Socket",
        ),
        ("PidFile DIR/other\nUMask 022\n", "PidFile"),
        ("UMask 022\n", "PidFile"),
        ("PidFile DIR/pid\nUMask 0\n", "UMask"),
        ("PidFile DIR/pid\nUMask 022\nUserID root\n", "UserID"),
        (
            "PidFile DIR/pid\nUMask 022\nBackground yes\nSyslog yes\n",
            "Background, Syslog",
        ),
        (
            "Socket inet:1@127.0.0.1\nUserID root\n",
            "PidFile, Socket, UMask, UserID",
        ),
    ] {
        files.write_conf(&format!("{lines}On-NoSignature reject\n"));
        // Still true when it is read once more.
        for signal in SIGNALS {
            filter.signal(signal);
            let line = filter.log_line("only a restart ");
            assert!(
                line.ends_with(&format!(" only a restart changes {names}")),
                "{line}"
            );
            filter.log_line("configuration read anew");
        }
        assert_eq!(Mta::with_client(&filter, OUTSIDE).send(MESSAGE), UNSIGNED);
        filter.log_line("external host");
        assert!(files.path("pid").exists() && !files.path("other").exists());
        files.write_conf(fixed);
        filter.signal("HUP");
        let line = filter.log_line(" ");
        assert!(line.ends_with("configuration read anew"), "{line}");
        let told = Mta::with_client(&filter, OUTSIDE).send(MESSAGE);
        assert_eq!(told, ["accept"]);
        filter.log_line("external host");
    }
}

#[test]
fn what_is_told_to_end_ends_behind_the_messages_under_way() {
    let files = files();
    let mut filter = files.start("");
    let [mut inside, mut outside] = [INSIDE, OUTSIDE].map(|it| Mta::with_client(&filter, it));
    let mut idle = Mta::with_client(&filter, OUTSIDE);
    assert_eq!(inside.begin(MESSAGE), None);
    assert_eq!(outside.begin(MESSAGE), None);
    filter.signal("TERM");
    filter.log_line("ending ");
    assert!(idle.is_closed());
    assert!(std::net::TcpStream::connect(filter.address()).is_err());
    assert!(filter.is_running());
    assert!(is_signed(&inside.end()));
    assert_eq!(outside.end(), ["accept"]);
    assert!(inside.is_closed() && outside.is_closed());
    assert!(filter.wait().success());
}
