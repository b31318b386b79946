//! What `milter` says of slips before and while it starts: the place, what is wrong there, and what
//! to do.

mod support;

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::process::{Command, Output};

use dkim_sign::KeyKind;
use support::milter::Files;
use support::{MILTER, set_mode, skip_because};

fn files() -> Files {
    let files = Files::with_keys(&[("s", "example.com", KeyKind::Ed25519)]);
    files.write("KeyTable", "key example.com:s:DIR/s.example.com\n");
    files.write("SigningTable", "*@example.com key\n");
    files
}

fn milter(files: &Files, arguments: &[&str], more: &str) -> Output {
    let conf = files.write_conf(more);
    let mut milter = Command::new(MILTER);
    milter.arg("-x").arg(conf).args(arguments).output().unwrap()
}

/// What it says, without the directory.
fn said(files: &Files, octets: Vec<u8>) -> String {
    let directory = format!("{}/", files.directory.path().display());
    let text = String::from_utf8(octets).unwrap();
    text.replace(&directory, "")
}

/// What it tells with -n and -v, and what it warns of.
fn told(files: &Files, more: &str) -> (String, String) {
    let output = milter(files, &["-n", "-v"], more);
    assert!(output.status.success(), "{output:?}");
    (said(files, output.stdout), said(files, output.stderr))
}

/// The last line of a start that fails.
fn refused(files: &Files, more: &str) -> String {
    let output = milter(files, &[], more);
    assert_eq!(output.status.code(), Some(2), "{output:?}");
    let text = said(files, output.stderr);
    text.lines().last().unwrap().to_owned()
}

#[test]
fn entries_that_put_mail_off_are_told_with_the_others() {
    let files = files();
    files.write("KeyTable", "key example.com:s\n");
    files.write("SigningTable", "*@example.com key\n*@example.org kye\n");
    let (text, _) = told(&files, "SPF yes\nDMARC yes\n");
    assert_eq!(
        text,
        "signs and verifies, with SPF and DMARC, at inet:0@127.0.0.1\n\
         DNS: TestDNSData and nothing else\n\
         Keys:\n  \
         KeyTable:1 key: expected domain:selector:key; mail is put off\n\
         Authors:\n  \
         SigningTable:1 *@example.com: key\n  \
         SigningTable:2 *@example.org: the KeyTable has no key kye; mail is put off\n\
         Internal hosts: 127.0.0.1, ::1\n"
    );
}

#[test]
fn every_list_of_clients_is_told() {
    let files = files();
    files.write("macros", "client_ptr\nauth_author amy|bob\n");
    let (text, _) = told(
        &files,
        "MTA ORIGINATING, submission\nMacroList file:DIR/macros\n\
         PeerList .example.net, !a.example.net\nExternalIgnoreList 192.0.2.0/24\n",
    );
    let (_, lists) = text.split_once("Internal hosts: ").unwrap();
    assert_eq!(
        lists,
        "127.0.0.1, ::1\n\
         Internal by {daemon_name} (MTA): ORIGINATING, submission\n\
         Internal by macro (MacroList): client_ptr, auth_author=amy|bob\n\
         Peers, whose mail passes untouched: .example.net, !a.example.net\n\
         External hosts that are not logged: 192.0.2.0/24\n"
    );
}

#[test]
fn keys_that_wait_for_their_record_are_told() {
    let mut files = files();
    let record = files.record("s2.example.com", KeyKind::Ed25519);
    files.write(
        "KeyTable",
        "key example.com:s:DIR/s.example.com\n#=successor key s2 DIR/s2.example.com\n",
    );
    let (text, _) = told(&files, "");
    let line = "  KeyTable:2 key: d=example.com s=s2 a=ed25519-sha256 in s2.example.com: to succeed \
                s: ";
    assert!(
        text.contains(&format!(
            "{line}loaded, but at s2._domainkey.example.com there is no record\n"
        )),
        "{text}"
    );
    let name = "s2._domainkey.example.com".into();
    files.records.push((name, record));
    files.write_dns("");
    let (text, _) = told(&files, "");
    assert!(
        text.contains(&format!("{line}loaded, and published\n")),
        "{text}"
    );
}

#[test]
fn what_two_options_name_is_warned_of_once() {
    let files = files();
    files.write("Hosts", "*.example.com\n");
    let (_, warnings) = told(
        &files,
        "InternalHosts DIR/Hosts\nExternalIgnoreList DIR/Hosts\n",
    );
    assert_eq!(
        warnings,
        "milter: Hosts:1: *.example.com admits nobody; for all hosts below example.com write \
         .example.com\n"
    );
}

#[test]
fn what_the_table_holds_and_does_not_use_is_warned_of() {
    let files = files();
    files.write(
        "KeyTable",
        "key example.com:s:DIR/s.example.com\nkey example.com:t:DIR/s.example.com\n\
         other example.com:s:keys/s.example.com\n",
    );
    let (_, warnings) = told(&files, "");
    assert_eq!(
        warnings,
        "milter: KeyTable:2: key: does nothing: the name stands at KeyTable:1 already\n\
         milter: KeyTable:3: other: the key in the table: expected an RSA or Ed25519 private key, \
         found something else (the path of a file begins with a slash); mail that it should sign is \
         put off\n"
    );
}

#[test]
fn a_key_that_its_user_cannot_read_is_told_before_the_start() {
    if fs::metadata("/proc/self").unwrap().uid() != 0 {
        skip_because("only root can become another user");
        return;
    }
    let files = files();
    set_mode(files.directory.path(), 0o755);
    let (_, warnings) = told(&files, "UserID nobody\n");
    assert_eq!(
        warnings,
        "milter: opendkim.conf:12: s.example.com: nobody cannot read it, and a reload would not find \
         it; run `chown nobody s.example.com`\n"
    );
}

#[test]
fn a_table_that_its_user_cannot_read_is_told_before_the_start() {
    if fs::metadata("/proc/self").unwrap().uid() != 0 {
        skip_because("only root can become another user");
        return;
    }
    let files = files();
    set_mode(files.directory.path(), 0o755);
    set_mode(&files.path("s.example.com"), 0o644);
    set_mode(&files.path("SigningTable"), 0o600);
    let (_, warnings) = told(&files, "UserID nobody\nRequireSafeKeys no\n");
    let last = warnings.lines().last().unwrap();
    assert_eq!(
        last,
        "milter: opendkim.conf:12: nobody could not read the configuration anew: opendkim.conf:6: \
         SigningTable: Permission denied (os error 13)"
    );
}

#[test]
fn a_user_that_is_not_there_is_told_before_the_start() {
    let files = files();
    for arguments in [&[][..], &["-n"]] {
        let output = milter(&files, arguments, "UserID no-such-user\n");
        assert_eq!(output.status.code(), Some(2), "{output:?}");
        assert_eq!(
            said(&files, output.stderr),
            "milter: opendkim.conf:12: UserID: no such user as no-such-user; create it, or name another\n"
        );
    }
}

#[test]
fn a_start_that_fails_names_the_line_and_what_to_do() {
    let files = files();
    let other = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = other.local_addr().unwrap().port();
    files.write("file", "");
    for (more, expected) in [
        (
            format!("Socket inet:{port}@127.0.0.1\n"),
            format!(
                "opendkim.conf:12: Socket inet:{port}@127.0.0.1: Address already in use (os error \
                 98); stop what listens there, or name another"
            ),
        ),
        (
            "Socket local:DIR/no/socket\n".into(),
            "opendkim.conf:12: Socket local:no/socket: No such file or directory (os error 2); \
             create its directory"
                .into(),
        ),
        (
            "Socket local:DIR/file\n".into(),
            "opendkim.conf:12: Socket local:file: not a socket; name another path".into(),
        ),
        (
            "Socket inet:localhost\n".into(),
            "opendkim.conf:12: Socket: the port is not a number from 0 to 65535; expected \
             inet:PORT@HOST"
                .into(),
        ),
    ] {
        assert_eq!(refused(&files, &more), format!("milter: {expected}"));
    }
}
