//! Programs as a user starts them, peers as they come, and components that may be missing.

#![allow(dead_code, reason = "each test file uses a part of it")]

pub(crate) mod logins;
pub(crate) mod milter;
pub(crate) mod mta;
pub(crate) mod name_server;
pub(crate) mod opendkim;
pub(crate) mod postfix;
mod program;
pub(crate) mod stage;
pub(crate) mod wire;

use core::net::{IpAddr, SocketAddr};
use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;

use tempfile::TempDir;

pub(crate) use self::program::Program;

/// An `mx` for example.com with the given master-file text as its DNS, and its Maildir.
pub(crate) struct Mx {
    pub(crate) program: Program,
    pub(crate) directory: TempDir,
}

impl Mx {
    pub(crate) fn start(zone: &str, more: &[&str]) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let program = Self::program(directory.path(), zone, more);
        Self { program, directory }
    }

    pub(crate) fn program(directory: &Path, zone: &str, more: &[&str]) -> Program {
        let zone_file = directory.join("zone.txt");
        fs::write(&zone_file, zone).unwrap();
        let maildir = directory.join("mail");
        let arguments = [
            "--listen",
            "127.0.0.1:0",
            "--domain",
            "example.com",
            "--hostname",
            "mx.example.com",
            "--maildir",
            maildir.to_str().unwrap(),
            "--zone",
            zone_file.to_str().unwrap(),
        ];
        Program::start(MX, arguments.iter().chain(more), 1)
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.program.address()
    }

    pub(crate) fn connect(&self) -> Peer {
        Peer::connect(self.address())
    }

    /// Every message that was delivered.
    pub(crate) fn messages(&self) -> Vec<String> {
        messages(self.directory.path())
    }

    /// The only message that was delivered.
    pub(crate) fn message(&self) -> String {
        let messages = self.messages();
        assert_eq!(messages.len(), 1, "{messages:#?}");
        messages.into_iter().next().unwrap()
    }
}

/// Every message in the Maildir `mail` below `directory`.
pub(crate) fn messages(directory: &Path) -> Vec<String> {
    fs::read_dir(directory.join("mail/new"))
        .unwrap()
        .map(|entry| {
            let octets = fs::read(entry.unwrap().path()).unwrap();
            String::from_utf8_lossy(&octets).into_owned()
        })
        .collect()
}

pub(crate) const MX: &str = env!("CARGO_BIN_EXE_mx");
pub(crate) const MILTER: &str = env!("CARGO_BIN_EXE_milter");
pub(crate) const SUBMISSION: &str = env!("CARGO_BIN_EXE_submission");
pub(crate) const DEMO: &str = env!("CARGO_BIN_EXE_demo");

/// A client that says what it is told to say, right or wrong.
pub(crate) struct Peer {
    stream: BufReader<TcpStream>,
}

impl Peer {
    /// Connects, and does not wait for the greeting.
    pub(crate) fn connect_silently(address: SocketAddr) -> Self {
        Self {
            stream: BufReader::new(TcpStream::connect(address).unwrap()),
        }
    }

    /// Connects from another address of this machine, and takes the greeting.
    pub(crate) fn connect_from(client: IpAddr, address: SocketAddr) -> Self {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_io()
            .build();
        let stream = runtime.unwrap().block_on(async {
            let socket = tokio::net::TcpSocket::new_v4().unwrap();
            socket.bind((client, 0).into()).unwrap();
            socket.connect(address).await.unwrap().into_std().unwrap()
        });
        stream.set_nonblocking(false).unwrap();
        let mut peer = Self {
            stream: BufReader::new(stream),
        };
        let greeting = peer.reply();
        assert!(greeting.starts_with("220 "), "{greeting}");
        peer
    }

    /// Connects and takes the greeting.
    pub(crate) fn connect(address: SocketAddr) -> Self {
        let mut peer = Self::connect_silently(address);
        let greeting = peer.reply();
        assert!(greeting.starts_with("220 "), "{greeting}");
        peer
    }

    /// The connection itself, for somebody who sends while this one reads.
    pub(crate) fn clone_stream(&self) -> TcpStream {
        self.stream.get_ref().try_clone().unwrap()
    }

    /// Sends octets. That the server has closed shows in the reply.
    pub(crate) fn send(&mut self, octets: impl AsRef<[u8]>) {
        let _ = self.stream.get_mut().write_all(octets.as_ref());
    }

    /// One reply with all its lines; empty if the server has closed.
    pub(crate) fn reply(&mut self) -> String {
        let mut reply = String::new();
        loop {
            let start = reply.len();
            match self.stream.read_line(&mut reply) {
                Ok(0) | Err(_) => return reply,
                Ok(_) if reply.as_bytes().get(start + 3) != Some(&b'-') => return reply,
                Ok(_) => {}
            }
        }
    }

    /// Sends a command and gives the reply.
    pub(crate) fn say(&mut self, command: &str) -> String {
        self.send(format!("{command}\r\n"));
        self.reply()
    }

    /// Says each command and expects the reply to begin with what stands beside it.
    pub(crate) fn dialogue(&mut self, lines: &[(&str, &str)]) {
        for (command, expected) in lines {
            let reply = self.say(command);
            assert!(reply.starts_with(expected), "{command}: {reply}");
        }
    }

    /// Everything until the server closes.
    pub(crate) fn rest(&mut self) -> String {
        let mut octets = Vec::new();
        let _ = self.stream.read_to_end(&mut octets);
        String::from_utf8_lossy(&octets).into_owned()
    }
}

/// Sends a message and gives the reply to its end.
pub(crate) fn send(peer: &mut Peer, message: &str) -> String {
    peer.dialogue(&[
        ("EHLO client.example", "250"),
        ("MAIL FROM:<a@b.example>", "250 2.1.0 "),
        ("RCPT TO:<user@example.com>", "250 2.1.5 "),
        ("DATA", "354 "),
    ]);
    peer.send(message);
    peer.send("\r\n.\r\n");
    peer.reply()
}

/// The names of the first header fields.
pub(crate) fn first_fields(message: &str, count: usize) -> Vec<&str> {
    message
        .lines()
        .filter(|line| !line.starts_with([' ', '\t']))
        .map(|line| line.split(':').next().unwrap())
        .take(count)
        .collect()
}

/// A header field with its name, unfolded.
pub(crate) fn field(message: &str, name: &str) -> String {
    let header = message.split("\r\n\r\n").next().unwrap();
    let unfolded = header.replace("\r\n\t", " ").replace("\r\n ", " ");
    unfolded
        .split("\r\n")
        .find(|line| {
            line.split_once(':')
                .is_some_and(|(found, _)| found.eq_ignore_ascii_case(name))
        })
        .unwrap_or_else(|| panic!("no {name} in {message}"))
        .to_owned()
}

/// Says that a test cannot run without a component, loudly; where every component has to be
/// there (`CI_REQUIRE_COMPONENTS=1`), that is a failure.
pub(crate) fn skip(component: &str) {
    skip_because(&format!("{component} is not installed"));
}

/// The same, for another reason.
pub(crate) fn skip_because(reason: &str) {
    assert!(
        std::env::var_os("CI_REQUIRE_COMPONENTS").is_none_or(|value| value != "1"),
        "{reason}, and CI_REQUIRE_COMPONENTS=1 wants it"
    );
    // Past the test harness, which hides what a passing test prints.
    let name = thread::current().name().unwrap_or_default().to_owned();
    let _ = writeln!(std::io::stderr(), "SKIPPED {name}: {reason}");
}

/// A `swaks` to run, if there is one.
pub(crate) fn swaks() -> Option<Command> {
    let runs = Command::new("swaks").arg("--version").output().is_ok();
    if !runs {
        skip("swaks");
    }
    runs.then(|| Command::new("swaks"))
}

/// A Python that has dkimpy, if there is one: that of `DKIMPY_PYTHON`, else `python3`.
pub(crate) fn dkimpy() -> Option<Command> {
    let python = std::env::var_os("DKIMPY_PYTHON").unwrap_or_else(|| "python3".into());
    let runs = Command::new(&python)
        .args(["-c", "import dkim, nacl"])
        .output()
        .is_ok_and(|output| output.status.success());
    if !runs {
        skip("dkimpy (with PyNaCl)");
    }
    runs.then(|| Command::new(&python))
}

/// A Python that has this module, if there is one: that of `DKIMPY_PYTHON`, else `python3`.
pub(crate) fn python(module: &str) -> Option<Command> {
    let python = std::env::var_os("DKIMPY_PYTHON").unwrap_or_else(|| "python3".into());
    let runs = Command::new(&python)
        .args(["-c", &format!("import {module}")])
        .output()
        .is_ok_and(|output| output.status.success());
    if !runs {
        skip(&format!("python3 with {module}"));
    }
    runs.then(|| Command::new(&python))
}

/// Runs a script of `tests/` with `input` as its standard input and gives its output.
pub(crate) fn run_script(
    mut python: Command,
    script: &str,
    arguments: &[&str],
    input: &[u8],
) -> Vec<u8> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests")
        .join(script);
    let mut child = python
        .arg(path)
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(input).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "{script} failed");
    output.stdout
}

/// Writes a file that only its owner can read.
pub(crate) fn secret_file(path: PathBuf, text: impl AsRef<[u8]>) -> PathBuf {
    fs::write(&path, text).unwrap();
    set_mode(&path, 0o600);
    path
}

pub(crate) fn set_mode(path: &Path, mode: u32) {
    use std::os::unix::fs::PermissionsExt;
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
}
