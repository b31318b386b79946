//! `milter` on the command lines of opendkim(8).

mod support;

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use support::milter::Files;
use support::{MILTER, Program};

fn milter(files: &Files, arguments: &[&str]) -> Output {
    let directory = files.directory.path().display().to_string();
    let arguments = arguments
        .iter()
        .map(|argument| argument.replace("DIR", &directory));
    Command::new(MILTER).args(arguments).output().unwrap()
}

/// What it says on standard error, without the directory.
fn said(files: &Files, output: &Output) -> String {
    let directory = format!("{}/", files.directory.path().display());
    let said = String::from_utf8(output.stderr.clone()).unwrap();
    said.replace(&directory, "")
}

#[test]
fn flags_outdo_the_lines_that_they_stand_for() {
    let files = Files::new();
    files.write(
        "own.conf",
        "Mode v\nSocket inet:1@127.0.0.1\nTestDNSData DIR/dns\n",
    );
    let output = milter(
        &files,
        &[
            "-n",
            "-v",
            "-x",
            "DIR/own.conf",
            "-b",
            "sv",
            "-p",
            "local:DIR/socket",
            "-c",
            "relaxed/relaxed",
            "-d",
            "example.com,example.org",
            "-s",
            "rsa",
            "-k",
            "DIR/rsa.example.com",
            "-D",
            "-l",
            "-W",
            "-T",
            "7",
            "-S",
            "rsa-sha256",
            "-o",
            "*,+Sender",
            "-P",
            "DIR/pid",
            "-u",
            "0:0",
        ],
    );
    let text = String::from_utf8(output.stdout.clone()).unwrap();
    assert!(output.status.success(), "{output:?}");
    assert_eq!(said(&files, &output), "");
    for line in [
        format!(
            "signs and verifies at local:{}/socket",
            files.directory.path().display()
        ),
        format!(
            "  KeyFile: d=example.com s=rsa a=rsa-sha256 in {}: loaded, and published",
            files.path("rsa.example.com").display()
        ),
        "Authors: those of example.com, example.org".into(),
    ] {
        assert!(text.lines().any(|one| one == line), "{line}\n{text}");
    }
}

#[test]
fn the_last_of_two_counts() {
    let files = Files::new();
    let conf = files.write_conf("").display().to_string();
    let output = milter(
        &files,
        &["-bv", "-n", "-v", "-x", "/no/file", "-b", "s", "-x", &conf],
    );
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(text.starts_with("signs at inet:0@127.0.0.1\n"), "{text}");
}

/// As Debian's init script starts it.
#[test]
fn an_init_script_starts_it() {
    let files = Files::new();
    let conf = files.write_conf("Background no\n");
    let user = fs::metadata(&conf).unwrap();
    let user = std::os::unix::fs::MetadataExt::uid(&user).to_string();
    let pid = files.path("pid");
    let socket = format!("local:{}", files.path("socket").display());
    let arguments = [
        "-u",
        &user,
        "-P",
        &pid.display().to_string(),
        "-p",
        &socket,
        "-lf",
        "-x",
        &conf.display().to_string(),
    ]
    .map(String::from);
    let filter = Program::start(MILTER, arguments, 1);
    assert!(files.path("socket").exists() && fs::read_to_string(&pid).is_ok());
    drop(filter);
}

#[test]
fn in_the_background_it_keeps_its_flags() {
    let files = Files::new();
    let conf = files.write_conf("Background yes\n").display().to_string();
    let arguments = ["-p", "DIR/socket", "-P", "DIR/pid", "-x", &conf];
    let directory = files.directory.path().display().to_string();
    let status = Command::new(MILTER)
        .args(arguments.map(|argument| argument.replace("DIR", &directory)))
        .stderr(std::process::Stdio::null())
        .status();
    assert!(status.unwrap().success());
    let id = fs::read_to_string(files.path("pid")).unwrap();
    let is_there = files.path("socket").exists();
    let ended = Command::new("kill").arg(id.trim()).status().unwrap();
    assert!(is_there && ended.success());
    // It lets go of its files last.
    while files.path("pid").exists() {
        std::thread::yield_now();
    }
}

#[test]
fn what_a_flag_says_is_told_under_its_name() {
    let files = Files::new();
    files.write_conf("");
    for (arguments, expected) in [
        (
            &["-b", "x"][..],
            "milter: -b: Mode: `x` is not s, v or sv\n",
        ),
        (
            &["-p", "inet:x@h"],
            "milter: -p: Socket: the port is not a number from 0 to 65535; expected inet:PORT@HOST\n",
        ),
        (
            &["-L", "10%"],
            "milter: -L: Minimum is not supported: a signature of part of a body does not pass; \
             delete the line\n",
        ),
        (
            &["-r"],
            "milter: -r: RequiredHeaders is not supported: leave the check of the header to the mail \
             server, and turn it off\n",
        ),
        (
            &["-q"],
            "milter: -q: Quarantine is not supported: set On-BadSignature to quarantine instead\n",
        ),
        (
            &["-S", "rsa-sha1"],
            "milter: -S: SignatureAlgorithm rsa-sha1 is not supported: nobody accepts it any more \
             (RFC 8301 §3.1); write rsa-sha256\n",
        ),
        (&["-P", ""], "milter: -P: PidFile: the value is missing\n"),
        (
            &["-t", "mail.eml"],
            "milter: -t: there are no test modes here: `mailauth dkim verify FILE` verifies a \
             message\n",
        ),
        (
            &["-Q"],
            "milter: -Q: there are no test modes here: -n -v tells what each table means, and --who \
             what becomes of an author\n",
        ),
        (
            &["-t", "-", "-F", "1"],
            "milter: -F: there are no test modes here: `mailauth dkim sign --timestamp` signs as of a \
             time\n",
        ),
        (
            &["-e", "Mode"],
            "milter: -e: there are no test modes here: grep finds an option\n",
        ),
    ] {
        let arguments = [&["-n", "-x", "DIR/opendkim.conf"], arguments].concat();
        let output = milter(&files, &arguments);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        assert_eq!(said(&files, &output), expected);
    }
    let output = milter(&files, &["-n", "-AX", "-x", "DIR/opendkim.conf"]);
    assert!(output.status.success());
    assert!(
        said(&files, &output)
            .starts_with("milter: -A: AutoRestart does nothing: restarting is left"),
        "{output:?}"
    );
}

#[test]
fn a_file_that_was_named_has_to_be_there() {
    let files = Files::new();
    let output = milter(&files, &["-n", "-b", "v", "-x", "/no/file"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(said(&files, &output).starts_with("milter: /no/file: "));
    if !Path::new("/etc/opendkim.conf").exists() {
        let output = milter(&files, &["-n", "-b", "v"]);
        assert!(output.status.success(), "{output:?}");
    }
}

#[test]
fn the_version_is_told() {
    for flag in ["-V", "--version"] {
        let output = Command::new(MILTER).arg(flag).output().unwrap();
        assert!(output.status.success());
        let text = String::from_utf8(output.stdout).unwrap();
        let version = text.strip_prefix("milter ").unwrap();
        assert_eq!(version.trim(), env!("CARGO_PKG_VERSION"));
    }
}
