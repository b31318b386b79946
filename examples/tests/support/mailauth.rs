//! `mailauth` as somebody at a prompt runs it, and what it wrote.

#![allow(dead_code, reason = "each test file uses a part of it")]

use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::Value;
use tempfile::TempDir;

pub(crate) const MAILAUTH: &str = env!("CARGO_BIN_EXE_mailauth");

/// What a run wrote, and how it ended.
pub(crate) struct Run {
    pub(crate) status: i32,
    pub(crate) out: String,
    pub(crate) err: String,
}

pub(crate) fn run<S: AsRef<std::ffi::OsStr>>(arguments: impl IntoIterator<Item = S>) -> Run {
    let output = Command::new(MAILAUTH).args(arguments).output().unwrap();
    Run {
        status: output.status.code().unwrap(),
        out: String::from_utf8(output.stdout).unwrap(),
        err: String::from_utf8(output.stderr).unwrap(),
    }
}

/// The text of a run that answered.
pub(crate) fn answer(arguments: &[&str]) -> String {
    let Run { status, out, err } = run(arguments);
    assert_eq!((status, err.as_str()), (0, ""), "{arguments:?}");
    out
}

/// The object of a run that answered with `--json`.
pub(crate) fn object(arguments: &[&str]) -> Value {
    let out = answer(&[arguments, &["--json"]].concat());
    assert_eq!(out.lines().count(), 1, "{out}");
    serde_json::from_str(&out).unwrap()
}

/// The line of a run that could not answer.
pub(crate) fn refusal(arguments: &[&str]) -> String {
    let Run { status, out, err } = run(arguments);
    assert_eq!((status, out.as_str()), (2, ""), "{arguments:?}: {err}");
    assert_eq!(err.lines().count(), 1, "{err}");
    assert!(err.starts_with("mailauth: "), "{err}");
    err
}

/// A file in a directory of its own, which goes with it.
pub(crate) fn file(name: &str, text: &str) -> (TempDir, String) {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join(name);
    fs::write(&path, text).unwrap();
    (directory, path.to_str().unwrap().to_owned())
}

/// A directory to work in, with keys, zones and messages. It goes with the value.
pub(crate) struct Desk {
    directory: TempDir,
}

impl Desk {
    pub(crate) fn empty() -> Self {
        let directory = tempfile::tempdir().unwrap();
        Self { directory }
    }

    pub(crate) fn path(&self, name: &str) -> String {
        let path = self.directory.path().join(name);
        path.to_str().unwrap().to_owned()
    }

    pub(crate) fn write(&self, name: &str, text: &str) {
        fs::write(self.path(name), text).unwrap();
    }

    /// Makes a key of example.com, and gives the record that publishes it.
    pub(crate) fn genkey(&self, selector: &str, more: &[&str]) -> String {
        let here = self.path("");
        let genkey = [
            "dkim",
            "genkey",
            "-D",
            &here,
            "-d",
            "example.com",
            "-s",
            selector,
        ];
        answer(&[&genkey, more].concat());
        fs::read_to_string(self.path(&format!("{selector}.txt"))).unwrap()
    }

    /// With two keys of example.com, both published, and a KeyTable; `DIR` in it is the directory.
    pub(crate) fn with_tables(key_table: &str) -> Self {
        let desk = Self::empty();
        let (s1, ed) = (desk.genkey("s1", &[]), desk.genkey("ed", &["--ed25519"]));
        desk.write("zone", &format!("$ORIGIN example.com.\n{s1}{ed}"));
        desk.fill("kt", key_table);
        desk.fill(
            "conf",
            "KeyTable file:DIR/kt\nSigningTable csl:example.com=one\nRequireSafeKeys no\n",
        );
        desk
    }

    /// Writes a file, `DIR` in it being the directory.
    pub(crate) fn fill(&self, name: &str, text: &str) {
        let here = self.path("");
        self.write(name, &text.replace("DIR", here.trim_end_matches('/')));
    }

    pub(crate) fn read(&self, name: &str) -> String {
        let here = self.path("");
        let text = fs::read_to_string(self.path(name)).unwrap();
        text.replace(here.trim_end_matches('/'), "DIR")
    }

    pub(crate) fn testkey(&self, more: &[&str]) -> Run {
        let (conf, zone) = (self.path("conf"), self.path("zone"));
        run([&["dkim", "testkey", "-x", &conf, "--zone", &zone], more].concat())
    }
}

pub(crate) const MESSAGE: &str = "\
From: Amy <amy@example.com>\r
To: bob@example.org\r
Subject: Lunch?\r
Date: Tue, 24 Nov 2026 12:00:00 +0000\r
Message-ID: <1@example.com>\r
\r
At noon.\r
";

pub(crate) fn keys(object: &Value) -> Vec<&str> {
    object
        .as_object()
        .unwrap()
        .keys()
        .map(String::as_str)
        .collect()
}

/// The path of the zone in the README.
pub(crate) fn example_zone() -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/example.zone");
    path.to_str().unwrap().to_owned()
}
