//! A Postfix of its own, with its configuration, queue and mailboxes in a temporary directory.

use core::net::SocketAddr;
use core::time::Duration;
use std::fs;
use std::io::Write;
use std::net::TcpListener;
use std::os::unix::fs::MetadataExt;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::thread;
use std::time::Instant;

use tempfile::TempDir;

use super::program::DEADLOCK;
use super::{set_mode, skip, skip_because};

/// A Postfix on loopback; stopped when dropped.
pub(crate) struct Postfix {
    directory: TempDir,
    pub(crate) address: SocketAddr,
}

impl Postfix {
    /// Hands on all mail under TLS to `relay_host`, or delivers mail for example.com to a mailbox
    /// of its own. `None`, said aloud, without Postfix or without the rights to start it.
    pub(crate) fn start(relay_host: Option<SocketAddr>) -> Option<Self> {
        Self::with(&match relay_host {
            Some(address) => format!("relayhost = [{}]:{}\n", address.ip(), address.port()),
            None => MAILBOX.into(),
        })
    }

    /// Hands on all mail under TLS to `server`, after a login as alice by this mechanism.
    pub(crate) fn with_login(server: SocketAddr, mechanism: &str) -> Option<Self> {
        Self::with(&format!(
            "relayhost = [{}]:{}\n\
             smtp_sasl_auth_enable = yes\n\
             smtp_sasl_password_maps = static:alice:secret\n\
             smtp_sasl_security_options = noanonymous\n\
             smtp_sasl_mechanism_filter = {mechanism}\n",
            server.ip(),
            server.port()
        ))
    }

    /// Hands on all mail by LMTP.
    pub(crate) fn with_lmtp(server: SocketAddr) -> Option<Self> {
        Self::with(&format!("default_transport = lmtp:inet:{server}\n"))
    }

    /// Has a filter look at all mail, and delivers that for example.com to a mailbox of its own.
    pub(crate) fn with_milter(filter: SocketAddr) -> Option<Self> {
        Self::with_milter_and(filter, "")
    }

    /// The same, with more lines of main.cf.
    pub(crate) fn with_milter_and(filter: SocketAddr, more: &str) -> Option<Self> {
        Self::with(&format!(
            "{MAILBOX}smtpd_milters = inet:{filter}\nmilter_protocol = 6\n{more}"
        ))
    }

    fn with(route: &str) -> Option<Self> {
        if Command::new("postconf").arg("-h").output().is_err() {
            skip("postfix");
            return None;
        }
        if fs::metadata("/proc/self").unwrap().uid() != 0 {
            skip_because("only root can start postfix");
            return None;
        }
        let directory = tempfile::tempdir().unwrap();
        set_mode(directory.path(), 0o755);
        for (name, owner) in [
            ("etc", "root"),
            ("log", "root"),
            ("queue", "root"),
            ("data", "postfix"),
            ("mail", "nobody"),
        ] {
            let path = directory.path().join(name);
            fs::create_dir(&path).unwrap();
            let status = Command::new("chown").arg(owner).arg(&path).status();
            assert!(status.unwrap().success(), "chown {owner}");
        }
        let address = TcpListener::bind("127.0.0.1:0")
            .unwrap()
            .local_addr()
            .unwrap();
        let postfix = Self { directory, address };
        let main = MAIN.replace("$DIRECTORY", postfix.directory.path().to_str().unwrap());
        fs::write(postfix.path("etc/main.cf"), main + route).unwrap();
        let master = MASTER.replace("$ADDRESS", &address.to_string());
        fs::write(postfix.path("etc/master.cf"), master).unwrap();
        let output = postfix.control("start");
        assert!(
            output.status.success(),
            "{output:?}\n{}",
            postfix.log_so_far()
        );
        Some(postfix)
    }

    /// Takes a message for the mailbox from a program of this machine, as `sendmail` does.
    pub(crate) fn submit(&self, message: &str) {
        let mut sendmail = Command::new("sendmail")
            .arg("-C")
            .arg(self.path("etc"))
            .args(["-f", "bounce@example.com", "user@example.com"])
            .stdin(Stdio::piped())
            .spawn()
            .unwrap();
        let mut stdin = sendmail.stdin.take().unwrap();
        stdin
            .write_all(message.replace("\r\n", "\n").as_bytes())
            .unwrap();
        drop(stdin);
        assert!(sendmail.wait().unwrap().success());
    }

    /// The log, once it tells what has become of a message.
    pub(crate) fn log(&self) -> String {
        self.log_with(|line| line.contains(", dsn=") && line.ends_with(")\n"))
    }

    /// The log, once there is such a line in it, its end included.
    pub(crate) fn log_with(&self, is_wanted: impl Fn(&str) -> bool) -> String {
        let until = Instant::now() + DEADLOCK;
        loop {
            let log = self.log_so_far();
            if log.split_inclusive('\n').any(&is_wanted) {
                return log;
            }
            assert!(Instant::now() < until, "what is waited for is not in {log}");
            thread::sleep(Duration::from_millis(20));
        }
    }

    /// The only message in the mailbox. Its lines end as those of files do.
    pub(crate) fn message(&self) -> Vec<u8> {
        let files: Vec<_> = fs::read_dir(self.path("mail/inbox/new")).unwrap().collect();
        assert_eq!(files.len(), 1, "{files:?}");
        fs::read(files[0].as_ref().unwrap().path()).unwrap()
    }

    /// The next message that comes to the mailbox, which it is taken out of. Its lines end as those
    /// of messages do.
    pub(crate) fn take_message(&self) -> String {
        let directory = self.path("mail/inbox/new");
        loop {
            let file = fs::read_dir(&directory)
                .ok()
                .and_then(|mut files| files.next());
            if let Some(file) = file {
                let path = file.unwrap().path();
                let octets = fs::read(&path).unwrap();
                fs::remove_file(path).unwrap();
                return String::from_utf8(octets).unwrap().replace('\n', "\r\n");
            }
            thread::sleep(Duration::from_millis(20));
        }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    fn log_so_far(&self) -> String {
        let log = fs::read(self.path("log/mail")).unwrap_or_default();
        String::from_utf8_lossy(&log).into_owned()
    }

    fn control(&self, command: &str) -> std::process::Output {
        Command::new("postfix")
            .arg("-c")
            .arg(self.path("etc"))
            .arg(command)
            .output()
            .unwrap()
    }
}

impl Drop for Postfix {
    fn drop(&mut self) {
        // By the process id in its own queue directory; it waits for the end.
        let _ = self.control("stop");
        if thread::panicking() {
            eprintln!("{}", self.log_so_far());
        }
    }
}

const MAIN: &str = "\
compatibility_level = 3.6
command_directory = /usr/sbin
daemon_directory = /usr/lib/postfix/sbin
queue_directory = $DIRECTORY/queue
data_directory = $DIRECTORY/data
maillog_file = $DIRECTORY/log/mail
maillog_file_prefixes = $DIRECTORY
myhostname = relay.example
mydestination =
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
mynetworks = 127.0.0.0/8
alias_maps =
alias_database =
smtp_dns_support_level = disabled
smtp_tls_security_level = encrypt
smtp_tls_loglevel = 1
";

const MAILBOX: &str = "\
virtual_mailbox_domains = example.com
virtual_mailbox_base = $config_directory/../mail
virtual_mailbox_maps = static:inbox/
virtual_uid_maps = static:65534
virtual_gid_maps = static:65534
";

const MASTER: &str = "\
$ADDRESS inet n - n - - smtpd
postlog unix-dgram n - n - 1 postlogd
pickup unix n - n 60 1 pickup
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
flush unix n - n 1000 0 flush
proxymap unix - - n - - proxymap
lmtp unix - - n - - lmtp
smtp unix - - n - - smtp
error unix - - n - - error
retry unix - - n - - error
virtual unix - n n - - virtual
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
tlsmgr unix - - n 1000 1 tlsmgr
";
