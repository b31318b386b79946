//! Where `milter` listens: every kind of socket in every spelling, and the files of sockets.

mod support;

use std::fs;
use std::os::unix::fs::{FileTypeExt, PermissionsExt};
use std::os::unix::net::UnixListener;
use std::path::Path;
use std::process::Command;

use dkim_sign::KeyKind;
use support::milter::Files;
use support::mta::Mta;
use support::{MILTER, Program, skip_because};

const MESSAGE: &str = "From: Amy <amy@example.com>\r\nTo: user@example.com\r\n\
                       Date: Tue, 24 Nov 2026 10:00:00 +0000\r\n\r\nAt noon.\r\n";

fn files() -> Files {
    Files::with_keys(&[
        ("rsa", "example.com", KeyKind::Ed25519),
        ("ed", "example.com", KeyKind::Ed25519),
    ])
}

/// Has a message signed over a connection of its own.
fn serves(filter: &Program) {
    let told = Mta::with_client(filter, "127.0.0.1").send(MESSAGE);
    assert!(told[0].starts_with("insert 0 DKIM-Signature: "), "{told:?}");
}

#[test]
fn a_port_is_written_as_opendkim_or_postfix_write_it() {
    let files = files();
    let has_v6 = std::net::TcpListener::bind("[::1]:0").is_ok();
    if !has_v6 {
        skip_because("this machine has no IPv6");
    }
    for (socket, listens) in [
        ("inet:0@127.0.0.1", "127.0.0.1:"),
        ("inet:0@[127.0.0.1]", "127.0.0.1:"),
        ("inet:127.0.0.1:0", "127.0.0.1:"),
        ("inet:0@localhost", "127.0.0.1:"),
        ("inet:localhost:0", "127.0.0.1:"),
        ("inet:0", "0.0.0.0:"),
        ("inet6:0@[::1]", "[::1]:"),
        ("inet6:0@::1", "[::1]:"),
        ("inet6:[::1]:0", "[::1]:"),
        ("inet6:0", "[::]:"),
    ] {
        if listens.starts_with('[') && !has_v6 {
            continue;
        }
        let filter = files.start(&format!("Socket {socket}\n"));
        assert!(
            filter.names[0].starts_with(listens),
            "{socket}: {}",
            filter.names[0]
        );
        serves(&filter);
    }
}

#[test]
fn the_file_of_a_socket_has_the_mode_that_umask_leaves_and_goes_at_the_end() {
    let files = files();
    let path = files.path("socket");
    for (socket, mask, mode) in [
        ("local:DIR/socket", "UMask 007\n", 0o770),
        ("unix:DIR/socket", "UMask 0117\n", 0o660),
        ("DIR/socket", "UMask 077\n", 0o700),
        ("local:DIR/socket", "UMask 0\n", 0o777),
    ] {
        let mut filter = files.start(&format!("Socket {socket}\n{mask}"));
        assert_eq!(filter.names, [path.to_str().unwrap()], "{socket}");
        let metadata = fs::symlink_metadata(&path).unwrap();
        assert!(metadata.file_type().is_socket());
        assert_eq!(metadata.permissions().mode() & 0o777, mode, "{mask}");
        serves(&filter);
        filter.signal("TERM");
        assert!(filter.wait().success());
        assert!(!path.exists(), "{socket}");
    }
}

/// What is said of a start that fails.
fn refused(conf: &Path) -> String {
    let output = Command::new(MILTER).arg("-x").arg(conf).output().unwrap();
    assert_eq!(output.status.code(), Some(2), "{output:?}");
    String::from_utf8(output.stderr).unwrap()
}

#[test]
fn a_file_is_taken_over_only_from_nobody() {
    let files = files();
    let path = files.path("socket");
    let line = "Socket local:DIR/socket\n";
    drop(UnixListener::bind(&path).unwrap());
    let first = files.start(line);
    serves(&first);

    let said = refused(&files.write_conf(line));
    assert!(
        said.contains("/socket: ") && said.contains("in use"),
        "{said}"
    );
    serves(&first);

    // What is killed cannot clear up.
    first.kill();
    assert!(path.exists());
    let mut second = files.start(line);
    serves(&second);
    second.signal("TERM");
    assert!(second.wait().success());

    fs::write(&path, "kept").unwrap();
    let said = refused(&files.write_conf(line));
    assert!(said.contains("/socket: not a socket"), "{said}");
    assert_eq!(fs::read(&path).unwrap(), b"kept");

    let said = refused(&files.write_conf("Socket local:DIR/no/socket\n"));
    assert!(said.contains("/no/socket: No such file"), "{said}");
}

#[test]
fn the_file_of_another_that_took_its_place_is_left_alone() {
    let files = files();
    let path = files.path("socket");
    let mut filter = files.start("Socket local:DIR/socket\n");
    fs::remove_file(&path).unwrap();
    let _other = UnixListener::bind(&path).unwrap();
    filter.signal("TERM");
    assert!(filter.wait().success());
    assert!(path.exists());
}

#[test]
fn a_port_that_is_taken_is_named() {
    let files = files();
    let other = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = other.local_addr().unwrap();
    let said = refused(&files.write_conf(&format!("Socket inet:{address}\n")));
    let port = address.port();
    assert!(
        said.contains(&format!("Socket inet:{port}@127.0.0.1: ")),
        "{said}"
    );
}
