//! `milter` that gives up its privileges (`UserID`): what it takes with it, and what it says of what
//! it cannot. Only root can.

mod support;

use std::fs;
use std::os::unix::fs::MetadataExt;

use dkim_sign::KeyKind;
use support::milter::Files;
use support::mta::Mta;
use support::{Program, set_mode, skip_because};

const MESSAGE: &str = "From: Amy <amy@example.com>\r\nTo: user@example.com\r\n\
                       Date: Tue, 24 Nov 2026 10:00:00 +0000\r\n\r\nAt noon.\r\n";

/// Keys and tables that everybody can get at, but for the key, which root alone can read.
fn files() -> Option<Files> {
    if fs::metadata("/proc/self").unwrap().uid() != 0 {
        skip_because("only root can become another user");
        return None;
    }
    let files = Files::with_keys(&[("s", "example.com", KeyKind::Ed25519)]);
    set_mode(files.directory.path(), 0o755);
    files.write("KeyTable", "key example.com:s:DIR/s.example.com\n");
    files.write("SigningTable", "*@example.com key\n");
    Some(files)
}

fn sent(filter: &Program) -> Vec<String> {
    Mta::with_client(filter, "127.0.0.1").send(MESSAGE)
}

/// A line of what the kernel says of a process, as words.
fn status(filter: &Program, name: &str) -> Vec<String> {
    let status = fs::read_to_string(format!("/proc/{}/status", filter.id())).unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix(name));
    line.unwrap()
        .split_whitespace()
        .map(str::to_owned)
        .collect()
}

#[test]
fn it_becomes_another_user_for_good_and_its_socket_is_that_ones() {
    let Some(files) = files() else { return };
    for (user_id, group) in [("nobody", "nogroup"), ("nobody:daemon", "daemon")] {
        let filter = files.start(&format!(
            "UserID {user_id}\nSocket local:DIR/socket\nPidFile DIR/pid\nUMask 007\n"
        ));
        let id = |list: &str, name: &str| {
            let list = fs::read_to_string(list).unwrap();
            let mut lines = list.lines().map(|line| line.split(':').collect::<Vec<_>>());
            let line = lines.find(|line| line[0] == name).unwrap();
            line[2].to_owned()
        };
        let (uid, gid) = (id("/etc/passwd", "nobody"), id("/etc/group", group));
        assert_eq!(status(&filter, "Uid:"), vec![uid.as_str(); 4]);
        assert_eq!(status(&filter, "Gid:"), vec![gid.as_str(); 4]);
        // None of the groups of root is left.
        let groups = status(&filter, "Groups:");
        assert!(!groups.contains(&"0".to_owned()), "{groups:?}");
        let socket = fs::metadata(files.path("socket")).unwrap();
        let owner = [socket.uid(), socket.gid()].map(|id| id.to_string());
        assert_eq!((owner, socket.mode() & 0o777), ([uid, gid], 0o770));
        // Root believes what it says, so that nobody else may write it; everybody may read it.
        let pid = fs::metadata(files.path("pid")).unwrap();
        assert_eq!((pid.uid(), pid.gid(), pid.mode() & 0o777), (0, 0, 0o644));
        // It read the key before.
        assert!(sent(&filter)[0].contains("DKIM-Signature: "));
    }
}

#[test]
fn a_key_that_only_root_can_read_is_named_before_a_reload_loses_it() {
    let Some(files) = files() else { return };
    let filter = files.start("UserID nobody\n");
    let line = filter.log_line("a reload would not find it");
    assert!(line.contains("/s.example.com: "), "{line}");
    filter.signal("USR1");
    filter.log_line("configuration read anew");
    let told = sent(&filter);
    assert_eq!(told, ["451 4.7.5 the message cannot be signed now"]);
    // Given to its user, it is found.
    let given = std::process::Command::new("chown")
        .arg("nobody")
        .arg(files.path("s.example.com"))
        .status();
    assert!(given.unwrap().success());
    filter.signal("USR1");
    filter.log_line("configuration read anew");
    assert!(sent(&filter)[0].contains("DKIM-Signature: "));
}

/// As with OpenDKIM: it counts who is in a group, and not whether the server is.
#[test]
fn a_group_may_read_a_key_if_nobody_else_is_in_it() {
    let Some(files) = files() else { return };
    let key = files.path("s.example.com");
    set_mode(&key, 0o640);
    let conf = "UserID nobody:daemon\nRequireSafeKeys yes\n";
    let [users, groups] =
        ["/etc/passwd", "/etc/group"].map(|list| fs::read_to_string(list).unwrap());
    let is_own = |gid: &str| {
        users
            .lines()
            .any(|line| line.split(':').nth(3) == Some(gid))
    };
    let mut lines = groups
        .lines()
        .map(|line| line.split(':').collect::<Vec<_>>());
    let lonely = lines.find(|line| line[3].is_empty() && !is_own(line[2]));
    let Some(lonely) = lonely else {
        return skip_because("there is no group without members");
    };
    for (group, expected) in [
        (lonely[0], "insert 0 DKIM-Signature: "),
        ("daemon", "451 4.7.5 "),
        // Whoever gets that number is in it.
        ("60123", "451 4.7.5 "),
    ] {
        let owner = format!("nobody:{group}");
        let given = std::process::Command::new("chown")
            .arg(owner)
            .arg(&key)
            .status();
        assert!(given.unwrap().success());
        let filter = files.start(conf);
        let told = sent(&filter);
        assert!(told[0].starts_with(expected), "{group}: {told:?}");
        if group == "daemon" {
            let line = filter.log_line("not safe");
            assert!(line.contains("who is in its group, can read"), "{line}");
        }
    }
}
