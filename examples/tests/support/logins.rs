//! Whom a Postfix asks about logins, by the protocol of Dovecot (`smtpd_sasl_type = dovecot`).

use std::io::{BufRead, BufReader, Write};
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::PathBuf;
use std::thread;

use tempfile::TempDir;

use super::set_mode;

/// A server that lets everybody in, as amy.
pub(crate) struct Logins {
    directory: TempDir,
}

impl Logins {
    pub(crate) fn start() -> Self {
        let directory = tempfile::tempdir().unwrap();
        set_mode(directory.path(), 0o755);
        let logins = Self { directory };
        let listener = UnixListener::bind(logins.path()).unwrap();
        set_mode(&logins.path(), 0o666);
        thread::spawn(move || {
            for client in listener.incoming().map_while(Result::ok) {
                thread::spawn(move || serve(client));
            }
        });
        logins
    }

    /// The lines of main.cf that ask it.
    pub(crate) fn conf(&self) -> String {
        format!(
            "smtpd_sasl_auth_enable = yes\nsmtpd_sasl_type = dovecot\nsmtpd_sasl_path = {}\n\
             smtpd_sasl_security_options = noanonymous\n",
            self.path().display()
        )
    }

    fn path(&self) -> PathBuf {
        self.directory.path().join("logins")
    }
}

/// That a client goes away is no fault.
fn serve(mut client: UnixStream) -> Option<()> {
    client.write_all(GREETING.as_bytes()).ok()?;
    let requests = BufReader::new(client.try_clone().ok()?).lines();
    for request in requests.map_while(Result::ok) {
        let mut words = request.split('\t');
        if let (Some("AUTH"), Some(id)) = (words.next(), words.next()) {
            let answer = format!("OK\t{id}\tuser=amy\n");
            client.write_all(answer.as_bytes()).ok()?;
        }
    }
    Some(())
}

const GREETING: &str = "VERSION\t1\t1\nMECH\tPLAIN\tplaintext\nSPID\t1\nCUID\t1\n\
                        COOKIE\t00000000000000000000000000000000\nDONE\n";
