//! What hostile or broken files can do to `milter`, when it starts and when it reads them anew: they
//! are refused by name, and neither waited for nor read without end.

mod support;

use std::fs::{self, File};
use std::path::Path;

use nix::sys::stat::Mode;
use nix::unistd::mkfifo;
use support::milter::Files;
use support::{MILTER, Program};

/// What is said of a configuration that keeps the server from starting.
fn refusal(conf: &Path) -> String {
    let mut check = Program::start(MILTER, [Path::new("-n"), Path::new("-x"), conf], 0);
    assert_eq!(check.wait().code(), Some(2));
    check.whole_log().concat()
}

/// What is said of a configuration that does not.
fn warnings(conf: &Path) -> Vec<String> {
    let mut check = Program::start(MILTER, [Path::new("-n"), Path::new("-x"), conf], 0);
    assert_eq!(check.wait().code(), Some(0));
    check.whole_log()
}

/// Whoever opens a pipe waits until somebody writes into it.
#[test]
fn a_pipe_in_the_place_of_a_file_is_refused_and_not_waited_for() {
    let files = Files::new();
    let pipe = files.path("pipe");
    mkfifo(&pipe, Mode::S_IRUSR | Mode::S_IWUSR).unwrap();
    let filter = files.start("");
    for option in [
        "Include DIR/pipe",
        "InternalHosts DIR/pipe",
        "KeyTable refile:DIR/pipe",
        "MacroList file:DIR/pipe",
        "PeerList DIR/pipe",
        "SigningTable DIR/pipe",
        "SignHeaders file:DIR/pipe",
        "TestDNSData DIR/pipe",
    ] {
        let conf = files.write_conf(&format!("{option}\n"));
        let expected = format!("opendkim.conf:12: {}: is a pipe", pipe.display());
        let line = refusal(&conf);
        assert!(line.contains(&expected), "{line}");
        filter.signal("HUP");
        let line = filter.log_line("the old configuration stays: ");
        assert!(line.contains(&expected), "{line}");
    }
    let read = "pipe: cannot be read: is a pipe";
    for (table, named) in [
        ("rsa example.com:rsa:DIR/pipe\n", "KeyTable:1: rsa: "),
        (
            "rsa example.com:rsa:DIR/rsa.example.com\n#=successor rsa next DIR/pipe\n",
            "KeyTable:2: ",
        ),
    ] {
        files.write("KeyTable", table);
        let lines = warnings(&files.write_conf(""));
        let is_told = |line: &String| line.contains(named) && line.contains(read);
        assert!(lines.iter().any(is_told), "{lines:?}");
    }
}

#[test]
fn d05_a_key_file_without_end_is_not_read_to_it() {
    let files = Files::new();
    let path = files.path("rsa.example.com");
    let file = File::options().write(true).truncate(true).open(path);
    // A hole, which takes no room on the disk.
    file.unwrap().set_len(100 << 20).unwrap();
    let lines = warnings(&files.write_conf(""));
    assert!(lines[0].contains("KeyTable:1: rsa: "), "{lines:?}");
    assert!(
        lines[0].contains("cannot be read: larger than 1 MiB"),
        "{lines:?}"
    );
}

/// Five levels of files, each of which includes the next so often, are many files.
#[test]
fn a_configuration_has_a_limit_with_all_that_it_includes() {
    let files = Files::new();
    files.write("large", &"# nothing\n".repeat(100_000));
    let conf = files.write_conf("Include DIR/large\nInclude DIR/large\n");
    let line = refusal(&conf);
    let large = files.path("large");
    let expected = format!(
        "opendkim.conf:13: {}: more than 1 MiB with all files that are included",
        large.display()
    );
    assert!(line.contains(&expected), "{line}");
    fs::write(&conf, "a".repeat(2 << 20)).unwrap();
    let line = refusal(&conf);
    assert!(
        line.contains("opendkim.conf: larger than 1 MiB"),
        "{line:.200}"
    );
}

#[test]
fn a_pattern_of_more_octets_than_anybody_means_is_refused_with_its_line() {
    let files = Files::new();
    let pattern = format!("{}@example.com", "a?".repeat(20_000));
    files.write(
        "SigningTable",
        &format!("*@example.com rsa\n{pattern} rsa\n"),
    );
    let line = refusal(&files.write_conf(""));
    assert!(
        line.contains("SigningTable:2: pattern: too long"),
        "{line:.200}"
    );
}

/// Editors put it there, and nobody sees it.
#[test]
fn a_byte_order_mark_is_no_part_of_the_first_entry() {
    let files = Files::new();
    for (name, text) in [
        ("KeyTable", "rsa example.com:rsa:DIR/rsa.example.com\n"),
        ("SigningTable", "amy@example.com rsa\n"),
    ] {
        files.write(name, &format!("\u{feff}{text}"));
    }
    assert_eq!(warnings(&files.write_conf("")), [""; 0]);
    let filter = files.start("");
    let mut mta = support::mta::Mta::with_client(&filter, "127.0.0.1");
    let told = mta.send("From: amy@example.com\r\nTo: user@example.net\r\n\r\nAt noon.\r\n");
    assert!(told[0].contains("DKIM-Signature"), "{told:?}");
}
