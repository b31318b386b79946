//! A `milter` with the classic files: keys, KeyTable, SigningTable, and DNS records to test with.

use core::fmt::Write as _;
use core::net::SocketAddr;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use dkim_sign::rand_core::UnwrapErr;
use dkim_sign::{KeyKind, PrivateKey, SignMessage, SignRequest, SigningKey, UnixTime, sign};
use tempfile::TempDir;

use super::{MILTER, Program, secret_file};

/// A directory with everything that an opendkim.conf names.
pub(crate) struct Files {
    pub(crate) directory: TempDir,
    /// Names and texts of the key records.
    pub(crate) records: Vec<(String, String)>,
}

impl Files {
    /// Keys of example.com under `rsa` and `ed`, of example.net under `s`, and a table entry for
    /// lost.example whose key is not there.
    pub(crate) fn new() -> Self {
        Self::with_keys(&[
            ("rsa", "example.com", KeyKind::Rsa2048),
            ("ed", "example.com", KeyKind::Ed25519),
            ("s", "example.net", KeyKind::Rsa2048),
        ])
    }

    /// The same tables with these keys, by selector and domain.
    pub(crate) fn with_keys(keys: &[(&str, &str, KeyKind)]) -> Self {
        let mut files = Self {
            directory: tempfile::tempdir().unwrap(),
            records: Vec::new(),
        };
        for &(selector, domain, kind) in keys {
            let record = files.record(&format!("{selector}.{domain}"), kind);
            let name = format!("{selector}._domainkey.{domain}");
            files.records.push((name, record));
        }
        files.write_dns("");
        files.write(
            "KeyTable",
            "rsa example.com:rsa:DIR/rsa.example.com\ned example.com:ed:DIR/ed.example.com\n\
             lost lost.example:s:DIR/no-key\n",
        );
        files.write(
            "SigningTable",
            "*@example.com rsa\n*@example.com ed\n*@lost.example lost\n",
        );
        files.write("TrustedHosts", "127.0.0.1\n::1\n");
        files
    }

    /// Keys `rsa`, of this kind, and `ed` of example.com, which both sign for it.
    pub(crate) fn signing_twice(rsa: KeyKind) -> Self {
        let files = Self::with_keys(&[
            ("rsa", "example.com", rsa),
            ("ed", "example.com", KeyKind::Ed25519),
        ]);
        files.write(
            "KeyTable",
            "rsa example.com:rsa:DIR/rsa.example.com\ned example.com:ed:DIR/ed.example.com\n",
        );
        files.write("SigningTable", "*@example.com rsa\n*@example.com ed\n");
        files
    }

    /// Makes a key in a file of this name, and gives its record.
    pub(crate) fn record(&self, name: &str, kind: KeyKind) -> String {
        let key = PrivateKey::generate(kind, &mut UnwrapErr(getrandom::SysRng)).unwrap();
        secret_file(self.path(name), &*key.to_pem());
        SigningKey::new(&key).unwrap().key_record().to_string()
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    /// Writes a file, `DIR` in it being the directory.
    pub(crate) fn write(&self, name: &str, text: &str) -> PathBuf {
        let directory = self.directory.path().display().to_string();
        let path = self.path(name);
        fs::write(&path, text.replace("DIR", &directory)).unwrap();
        path
    }

    /// Writes the records of the keys, and more, for TestDNSData.
    pub(crate) fn write_dns(&self, more: &str) {
        let mut text = more.to_owned();
        for (name, record) in &self.records {
            writeln!(text, "{name}\t{record}").unwrap();
        }
        self.write("dns", &text);
    }

    /// Writes the opendkim.conf that most have, and more.
    pub(crate) fn write_conf(&self, more: &str) -> PathBuf {
        self.write("opendkim.conf", &format!("{CONF}{more}"))
    }

    pub(crate) fn start(&self, more: &str) -> Program {
        Self::start_with(&self.write_conf(more))
    }

    /// The same, with another source of records than TestDNSData.
    pub(crate) fn start_asking(&self, name_server: SocketAddr, more: &str) -> Program {
        self.start_without_test_data(&format!("Nameservers {name_server}\n{more}"))
    }

    /// The same, without TestDNSData.
    pub(crate) fn start_without_test_data(&self, more: &str) -> Program {
        self.start_without("TestDNSData", more)
    }

    /// The same, without one of the lines that most have.
    pub(crate) fn start_without(&self, option: &str, more: &str) -> Program {
        let mut lines: Vec<&str> = CONF.lines().collect();
        lines.retain(|line| !line.starts_with(option));
        let conf = format!("{}\n{more}", lines.join("\n"));
        Self::start_with(&self.write("opendkim.conf", &conf))
    }

    fn start_with(conf: &Path) -> Program {
        Program::start(MILTER, [Path::new("-x"), conf], 1)
    }

    /// A message with a signature of example.net on top.
    pub(crate) fn signed_by_example_net(&self, message: &str) -> String {
        self.signed("s", "example.net", message)
    }

    /// A message with another signature on top, for which a key was made under this name.
    pub(crate) fn signed(&self, selector: &str, domain: &str, message: &str) -> String {
        let now = std::time::SystemTime::now();
        let now = now.duration_since(std::time::UNIX_EPOCH).unwrap().as_secs();
        self.signed_at(now, None, selector, domain, message)
    }

    /// The same, made at a time, and for so many seconds.
    pub(crate) fn signed_at(
        &self,
        now: u64,
        lifetime: Option<u64>,
        selector: &str,
        domain: &str,
        message: &str,
    ) -> String {
        let key = fs::read(self.path(&format!("{selector}.{domain}"))).unwrap();
        let key = SigningKey::parse(&key).unwrap();
        let [domain, selector] = [domain, selector].map(|name| name.parse().unwrap());
        let mut request = SignRequest::new(key.algorithm(), domain, selector);
        if let Some(seconds) = lifetime {
            request = request.lifetime(seconds);
        }
        let mut rng = UnwrapErr(getrandom::SysRng);
        let now = UnixTime::from_secs(now);
        let fields = sign(message.as_bytes(), &[(&request, &key)], now, &mut rng).unwrap();
        format!("{}{message}", fields[0])
    }
}

const CONF: &str = "\
Background no
Socket inet:0@127.0.0.1
AuthservID mx.example.com
Canonicalization relaxed/simple
KeyTable DIR/KeyTable
SigningTable refile:DIR/SigningTable
MultipleSignatures yes
InternalHosts DIR/TrustedHosts
TestDNSData DIR/dns
LogWhy yes
SyslogSuccess yes
";

/// Has OpenDKIM's `miltertest` play the mail server of a filter that listens at `socket`, and gives
/// what it prints; `None`, said aloud, where it is not installed. The script may use what `PRELUDE`
/// defines.
pub(crate) fn miltertest(socket: &str, script: &str) -> Option<String> {
    let child = Command::new("miltertest")
        .arg("-D")
        .arg(format!("socket={socket}"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn();
    let Ok(mut child) = child else {
        super::skip("miltertest");
        return None;
    };
    // An error is silent otherwise.
    let script = format!(
        "{PRELUDE}
        local fine, failure = pcall(function() {script} end)
        if not fine then mt.echo(failure) os.exit(1) end"
    );
    child
        .stdin
        .take()
        .unwrap()
        .write_all(script.as_bytes())
        .unwrap();
    let output = child.wait_with_output().unwrap();
    let said = [output.stdout, output.stderr].concat();
    let said = String::from_utf8_lossy(&said).replace('\r', "");
    assert!(output.status.success(), "{said}");
    Some(said)
}

/// The same at a port of this machine.
pub(crate) fn miltertest_at(filter: &Program, script: &str) -> Option<String> {
    miltertest(
        &format!("inet:{}@127.0.0.1", filter.address().port()),
        script,
    )
}

const PRELUDE: &str = r#"
function start(address)
    conn = mt.connect(socket, 40, 0.25)
    mt.conninfo(conn, "client.example", address)
end
function expect(reply)
    if mt.getreply(conn) ~= reply then error("replied " .. mt.getreply(conn), 2) end
end
function header(...)
    -- Else it greets by itself, behind the macros of MAIL, which are over then.
    mt.helo(conn, "client.example")
    mt.macro(conn, SMFIC_MAIL, "i", "Q1")
    mt.mailfrom(conn, "<bounce@example.net>")
    mt.rcptto(conn, "<user@example.com>")
    for _, field in ipairs({...}) do
        mt.header(conn, field[1], field[2])
    end
    mt.header(conn, "Date", " Tue, 24 Nov 2026 10:00:00 +0000")
    mt.eoh(conn)
end
function finish()
    mt.bodystring(conn, "At noon.\r\n")
    mt.eom(conn)
end
function inserted(name, text)
    local value = mt.getheader(conn, name, 0)
    if not value then error("no " .. name, 2) end
    if not string.find(value, text, 1, true) then error(value, 2) end
end
function untouched(name)
    if mt.getheader(conn, name, 0) then error("there is a " .. name, 2) end
end
"#;
