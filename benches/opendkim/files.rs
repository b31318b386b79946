//! What both daemons read: one opendkim.conf, its tables, a key of RSA-2048.

use core::error::Error;
use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;

use dkim_sign::rand_core::UnwrapErr;
use dkim_sign::{KeyKind, PrivateKey, SignMessage, SignRequest, SigningKey, UnixTime, sign};
use getrandom::SysRng;
use tempfile::TempDir;

pub(crate) struct Files {
    directory: TempDir,
    key: SigningKey,
}

impl Files {
    pub(crate) fn new() -> Result<Self, Box<dyn Error>> {
        let key = PrivateKey::generate(KeyKind::Rsa2048, &mut UnwrapErr(SysRng))?;
        let files = Self {
            directory: tempfile::tempdir()?,
            key: SigningKey::new(&key)?,
        };
        files.write("key", &key.to_pem())?;
        fs::set_permissions(files.path("key"), Permissions::from_mode(0o600))?;
        files.write("KeyTable", "main example.com:main:DIR/key\n")?;
        files.write("SigningTable", "*@example.com main\n")?;
        files.write("TrustedHosts", "127.0.0.1\n")?;
        let record = files.key.key_record();
        files.write("dns", &format!("main._domainkey.example.net {record}\n"))?;
        Ok(files)
    }

    /// The configuration for a socket of this name, and the path of the socket.
    pub(crate) fn conf(&self, socket: &str) -> std::io::Result<(PathBuf, PathBuf)> {
        let conf = self.write(
            &format!("{socket}.conf"),
            &format!("{OPENDKIM_CONF}Socket local:DIR/{socket}\n"),
        )?;
        Ok((conf, self.path(socket)))
    }

    /// A message with a signature of example.net on top.
    pub(crate) fn signed(&self, message: &[u8]) -> Result<Vec<u8>, Box<dyn Error>> {
        let request = SignRequest::new(
            self.key.algorithm(),
            "example.net".parse()?,
            "main".parse()?,
        );
        let now = std::time::UNIX_EPOCH.elapsed()?.as_secs();
        let now = UnixTime::from_secs(now);
        let fields = sign(
            message,
            &[(&request, &self.key)],
            now,
            &mut UnwrapErr(SysRng),
        )?;
        let field = fields.first().ok_or("no signature")?.to_string();
        Ok([field.as_bytes(), message].concat())
    }

    fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    /// `DIR` in the text is the directory.
    fn write(&self, name: &str, text: &str) -> std::io::Result<PathBuf> {
        let path = self.path(name);
        let directory = self.directory.path().display().to_string();
        fs::write(&path, text.replace("DIR", &directory))?;
        Ok(path)
    }
}

/// As most have it; but the directory may be below one that everybody can write to, and the DNS is a
/// file: libunbound, which Debian's opendkim asks with, reads a configuration of its own for each
/// message, and ends the process when two threads do so at once.
const OPENDKIM_CONF: &str = "\
Background no
AuthservID mx.example.org
Canonicalization relaxed/simple
InternalHosts DIR/TrustedHosts
KeyTable DIR/KeyTable
Mode sv
RequireSafeKeys no
SigningTable refile:DIR/SigningTable
TestDNSData DIR/dns
";
