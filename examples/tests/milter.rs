//! `milter` as OpenDKIM's `miltertest` sees it, as its operator does, and as a service.

mod support;

use core::time::Duration;
use std::fs;
use std::io::{BufRead, BufReader};
use std::os::unix::fs::{FileTypeExt, MetadataExt};
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::thread;

use dkim_sign::KeyKind;
use support::milter::{Files, miltertest, miltertest_at};
use support::{MILTER, Program, skip_because};

#[test]
fn the_main_paths() {
    let files = Files::new();
    let filter = files.start("AlwaysAddARHeader yes\nPeerList 192.0.2.99\n");
    let played = miltertest_at(
        &filter,
        r#"
        start("127.0.0.1")
        expect(SMFIR_CONTINUE)
        header({"From", " amy@example.com"})
        expect(SMFIR_CONTINUE)
        finish()
        expect(SMFIR_ACCEPT)
        inserted("DKIM-Signature", "d=example.com")
        untouched("Authentication-Results")
        -- Another message on the same connection, given up, and one more.
        header({"From", " amy@example.com"})
        mt.abort(conn)
        header({"From", " amy@lost.example"})
        expect(SMFIR_REPLYCODE)
        mt.disconnect(conn)

        start("192.0.2.1")
        header({"From", " amy@example.com"},
            {"Authentication-Results", " mx.example.com; dkim=pass header.d=example.com"})
        finish()
        expect(SMFIR_ACCEPT)
        untouched("DKIM-Signature")
        inserted("Authentication-Results", "dkim=none")
        if not mt.eom_check(conn, MT_HDRDELETE, "Authentication-Results") then
            error("forged results are still there")
        end
        mt.disconnect(conn)

        start("192.0.2.99")
        expect(SMFIR_ACCEPT)
        mt.disconnect(conn)
        "#,
    );
    if played.is_some() {
        filter.log_line("Q1: sign as d=example.com s=rsa ");
        filter.log_line("Q1: verify; the author is one of ours, but the client is external");
    }
}

#[test]
fn what_is_wrong_is_answered_as_configured() {
    let files = Files::new();
    let filter = files.start("On-NoSignature reject\nMaximumHeaders 200\n");
    miltertest_at(
        &filter,
        r#"
        start("192.0.2.1")
        header({"From", " amy@example.net"})
        finish()
        expect(SMFIR_REPLYCODE)
        if not mt.eom_check(conn, MT_SMTPREPLY, "550", "5.7.0", "no DKIM signature") then
            error("another reply")
        end
        header({"From", " amy@example.net"}, {"X", string.rep(" x", 200)})
        expect(SMFIR_REPLYCODE)
        mt.disconnect(conn)
        "#,
    );
    let filter = files.start("On-NoSignature quarantine\n");
    miltertest_at(
        &filter,
        r#"
        start("192.0.2.1")
        header({"From", " amy@example.net"})
        finish()
        expect(SMFIR_ACCEPT)
        if not mt.eom_check(conn, MT_QUARANTINE, "no DKIM signature") then error("not held") end
        mt.disconnect(conn)
        "#,
    );
}

const SIGNED: &str = r#"
    start("127.0.0.1")
    header({"From", " amy@example.com"})
    finish()
    inserted("DKIM-Signature", "d=example.com")
    mt.disconnect(conn)
"#;

const NOT_SIGNED: &str = r#"
    start("127.0.0.1")
    header({"From", " amy@example.com"})
    finish()
    untouched("DKIM-Signature")
    mt.disconnect(conn)
"#;

#[test]
fn a_signal_swaps_the_configuration_and_a_bad_one_stays_outside() {
    let files = Files::new();
    let filter = files.start("");
    if miltertest_at(&filter, SIGNED).is_none() {
        return;
    }
    for signal in ["USR1", "HUP"] {
        files.write("TrustedHosts", "192.0.2.1\n");
        filter.signal(signal);
        filter.log_line("configuration read anew");
        miltertest_at(&filter, NOT_SIGNED);
        files.write("TrustedHosts", "127.0.0.1\n");
        files.write_conf("Modus sv\n");
        filter.signal(signal);
        let line = filter.log_line("the old configuration stays");
        assert!(line.contains("opendkim.conf:12: "), "{line}");
        miltertest_at(&filter, NOT_SIGNED);
        files.write_conf("");
        filter.signal(signal);
        filter.log_line("configuration read anew");
        miltertest_at(&filter, SIGNED);
    }
}

#[test]
fn a_key_gives_way_to_its_successor_once_that_is_published() {
    let mut files = Files::new();
    let new = files.record("rsa2.example.com", KeyKind::Ed25519);
    files.write(
        "KeyTable",
        "rsa example.com:rsa:DIR/rsa.example.com\n\
         #=successor rsa rsa2 DIR/rsa2.example.com\n",
    );
    files.write("SigningTable", "*@example.com rsa\n");
    let signed_with = |filter: &Program, selector: &str| {
        miltertest_at(
            filter,
            &format!(
                r#"
                start("127.0.0.1")
                header({{"From", " amy@example.com"}})
                finish()
                inserted("DKIM-Signature", "s={selector};")
                mt.disconnect(conn)
                "#
            ),
        )
    };
    let filter = files.start("");
    if signed_with(&filter, "rsa").is_none() {
        return;
    }
    files
        .records
        .push(("rsa2._domainkey.example.com".into(), new));
    files.write_dns("");
    filter.signal("USR1");
    filter.log_line("key rsa: example.com signs with rsa2 from now on");
    signed_with(&filter, "rsa2");
    // What is known outlasts another reading.
    filter.signal("USR1");
    filter.log_line("configuration read anew");
    signed_with(&filter, "rsa2");
}

#[test]
fn it_ends_when_it_is_told() {
    let files = Files::new();
    let mut filter = files.start("");
    // Between two messages the mail server is not waited for.
    let _idle = std::net::TcpStream::connect(filter.address()).unwrap();
    filter.signal("TERM");
    assert!(filter.wait().success());
}

fn milter(arguments: &[&str], conf: &Path) -> Output {
    let mut milter = Command::new(MILTER);
    milter.arg("-x").arg(conf).args(arguments).output().unwrap()
}

/// What it says with -n and more, without the directory.
fn check(files: &Files, arguments: &[&str]) -> (String, String) {
    let output = milter(arguments, &files.path("opendkim.conf"));
    assert!(output.status.success(), "{output:?}");
    let directory = format!("{}/", files.directory.path().display());
    [output.stdout, output.stderr]
        .map(|text| String::from_utf8(text).unwrap().replace(&directory, ""))
        .into()
}

#[test]
fn an_operator_is_told_what_a_configuration_means() {
    let mut files = Files::new();
    files.records.retain(|(name, _)| !name.starts_with("ed."));
    files.write_dns("");
    files.write_conf("SPF yes\n");
    let (text, warnings) = check(&files, &["-n", "-v"]);
    assert_eq!(
        text,
        "signs and verifies, with SPF, at inet:0@127.0.0.1\n\
         DNS: TestDNSData and nothing else\n\
         Keys:\n  \
         KeyTable:1 rsa: d=example.com s=rsa a=rsa-sha256 in rsa.example.com: loaded, and published\n  \
         KeyTable:2 ed: d=example.com s=ed a=ed25519-sha256 in ed.example.com: loaded, but at \
         ed._domainkey.example.com there is no record\n  \
         KeyTable:3 lost: d=lost.example s=s a=rsa-sha256 in no-key: cannot be read: No such file or \
         directory (os error 2); mail is put off\n\
         Authors:\n  \
         SigningTable:1 *@example.com: rsa\n  \
         SigningTable:2 *@example.com: ed\n  \
         SigningTable:3 *@lost.example: lost\n\
         Internal hosts: 127.0.0.1, ::1\n"
    );
    assert!(
        warnings.starts_with("milter: KeyTable:3: lost: no-key: cannot be read"),
        "{warnings}"
    );
    for (who, client, expected) in [
        (
            "amy@example.com",
            "127.0.0.1",
            "amy@example.com from [127.0.0.1]: sign as d=example.com s=rsa a=rsa-sha256 (key rsa) and \
             d=example.com s=ed a=ed25519-sha256 (key ed); the client is internal (127.0.0.1); the \
             author is in SigningTable:1\n",
        ),
        (
            "amy@example.com",
            "192.0.2.1",
            "amy@example.com from [192.0.2.1]: verify; the author is one of ours, but the client is \
             external\n",
        ),
        (
            "amy@elsewhere.example",
            "::1",
            "amy@elsewhere.example from [::1]: verify; the client is internal (::1), but nobody signs \
             for the author\n",
        ),
    ] {
        let (text, _) = check(&files, &["-n", "--who", who, "--client", client]);
        assert_eq!(text, expected);
    }
}

#[test]
fn bad_input_is_one_line_that_names_it() {
    let files = Files::new();
    for (more, arguments, expected) in [
        ("Modus sv\n", &["-n"][..], "opendkim.conf:12: "),
        ("", &["-n", "--who", "amy"], "--who: "),
        (
            "Socket local:DIR/KeyTable\n",
            &[],
            "opendkim.conf:12: Socket local:",
        ),
        (
            "UserID no-such-user\n",
            &[],
            "opendkim.conf:12: UserID: no such user as no-such-user",
        ),
    ] {
        let output = milter(arguments, &files.write_conf(more));
        assert_eq!(output.status.code(), Some(2), "{more}");
        let said = String::from_utf8(output.stderr).unwrap();
        let last = said.lines().last().unwrap();
        assert!(
            last.starts_with("milter: ") && last.contains(expected),
            "{said}"
        );
    }
    assert!(files.path("KeyTable").is_file());
}

/// Ends the process, which is none of our children.
fn terminate(id: &str) {
    assert!(Command::new("kill").arg(id).status().unwrap().success());
    while Path::new(&format!("/proc/{id}")).exists() {
        thread::sleep(Duration::from_millis(10));
    }
}

#[test]
fn in_the_background_it_serves_a_socket_file_and_tells_its_id() {
    let files = Files::new();
    files.write_conf("Background yes\nSocket local:DIR/socket\nPidFile DIR/pid\nUMask 017\n");
    // One that another process left behind.
    drop(std::os::unix::net::UnixListener::bind(files.path("socket")).unwrap());
    let status = Command::new(MILTER)
        .arg("--config")
        .arg(files.path("opendkim.conf"))
        .stderr(Stdio::null())
        .status();
    assert!(status.unwrap().success());
    // It serves by now.
    let id = fs::read_to_string(files.path("pid")).unwrap();
    let metadata = fs::metadata(files.path("socket")).unwrap();
    assert!(metadata.file_type().is_socket());
    assert_eq!(metadata.mode() & 0o777, 0o760);
    let socket = format!("local:{}", files.path("socket").display());
    let played = std::panic::catch_unwind(|| miltertest(&socket, SIGNED));
    terminate(id.trim());
    played.unwrap();
    assert!(!files.path("socket").exists() && !files.path("pid").exists());
}

/// A process that is killed when dropped.
struct Killed(Child);

impl Drop for Killed {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// In a mount namespace of its own, with an empty /run in which there is the directory that Debian
/// makes at boot.
#[test]
fn the_stock_configuration_of_debian_starts_it() {
    if !Path::new("/etc/opendkim.conf").exists() {
        return support::skip("opendkim");
    }
    if fs::metadata("/proc/self").unwrap().uid() != 0 {
        return skip_because("only root can become another user");
    }
    let script = format!(
        "mount -t tmpfs none /run && mkdir /run/opendkim && chown opendkim: /run/opendkim && \
         exec {MILTER} -f"
    );
    let child = Command::new("unshare")
        .args(["-m", "sh", "-c", &script])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn();
    let mut milter = Killed(child.unwrap());
    let mut line = String::new();
    let mut stdout = BufReader::new(milter.0.stdout.take().unwrap());
    stdout.read_line(&mut line).unwrap();
    let root = format!("/proc/{}", milter.0.id());
    if line == "milter: listening on /run/opendkim/opendkim.sock (milter)\n" {
        let status = fs::read_to_string(format!("{root}/status")).unwrap();
        let socket = fs::metadata(format!("{root}/root/run/opendkim/opendkim.sock")).unwrap();
        assert_eq!(socket.mode() & 0o777, 0o770);
        let owner = socket.uid();
        assert_ne!(owner, 0);
        assert!(
            status.contains(&format!("Uid:\t{owner}\t{owner}\t{owner}\t{owner}\n")),
            "{status}"
        );
        let id = fs::read_to_string(format!("{root}/root/run/opendkim/opendkim.pid")).unwrap();
        assert_eq!(id.trim(), milter.0.id().to_string());
    }
    assert!(
        Command::new("kill")
            .arg(milter.0.id().to_string())
            .status()
            .unwrap()
            .success()
    );
    let status = milter.0.wait().unwrap();
    let mut said = String::new();
    let mut stderr = milter.0.stderr.take().unwrap();
    std::io::Read::read_to_string(&mut stderr, &mut said).unwrap();
    assert!(
        status.success() && line.contains("listening"),
        "{line}{said}"
    );
    assert!(
        said.contains("/etc/opendkim.conf:50: TrustAnchorFile does nothing"),
        "{said}"
    );
}
