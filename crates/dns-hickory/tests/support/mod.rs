//! An authoritative server for the tests: NSD on a free port of 127.0.0.1.

use core::net::SocketAddr;
use core::time::Duration;
use std::fs;
use std::io::{self, Write};
use std::net::{TcpListener, TcpStream, UdpSocket};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread::sleep;

use tempfile::TempDir;

/// A running server, ended when dropped.
pub(crate) struct Nsd {
    child: Child,
    address: SocketAddr,
    _directory: TempDir,
}

impl Nsd {
    /// Serves the root zone with these records. `None` where NSD is not installed, unless
    /// `CI_REQUIRE_COMPONENTS=1` makes that an error.
    pub(crate) fn serve(records: &str) -> Option<Self> {
        let Some(program) = program() else {
            let required = std::env::var("CI_REQUIRE_COMPONENTS").is_ok_and(|value| value == "1");
            assert!(!required, "nsd is not installed");
            // Not through the macros: the test harness would hide it.
            let _ = writeln!(io::stderr(), "\n!!! SKIPPED: nsd is not installed !!!\n");
            return None;
        };
        // Another process may take the port between our look and the start.
        (0..5)
            .find_map(|_| Self::start(&program, records))
            .or_else(|| panic!("nsd does not start"))
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    fn start(program: &Path, records: &str) -> Option<Self> {
        let directory = TempDir::new().unwrap();
        let address = free_address();
        let path = directory.path();
        let zone = format!("$TTL 300\n. SOA ns. host. 1 3600 900 604800 300\n. NS ns.\n{records}");
        fs::write(path.join("root.zone"), zone).unwrap();
        let configuration = path.join("nsd.conf");
        fs::write(&configuration, configure(path, address)).unwrap();
        let log = fs::File::create(path.join("stderr")).unwrap();
        let child = Command::new(program)
            .args(["-d", "-c"])
            .arg(&configuration)
            .stdout(Stdio::null())
            .stderr(log)
            .spawn()
            .unwrap();
        let mut server = Self {
            child,
            address,
            _directory: directory,
        };
        server.wait_until_it_listens().then_some(server)
    }

    fn wait_until_it_listens(&mut self) -> bool {
        loop {
            if TcpStream::connect(self.address).is_ok() {
                return true;
            }
            if self.child.try_wait().unwrap().is_some() {
                return false;
            }
            sleep(Duration::from_millis(10));
        }
    }
}

impl Drop for Nsd {
    fn drop(&mut self) {
        // SIGTERM, so that it ends its children too.
        let id = self.child.id().to_string();
        let asked = Command::new("kill").args(["-TERM", &id]).status();
        if !asked.is_ok_and(|status| status.success()) {
            let _ = self.child.kill();
        }
        let _ = self.child.wait();
    }
}

fn configure(directory: &Path, address: SocketAddr) -> String {
    let directory = directory.display();
    let (ip, port) = (address.ip(), address.port());
    format!(
        r#"
server:
    ip-address: {ip}
    port: {port}
    server-count: 1
    username: ""
    database: ""
    zonesdir: "{directory}"
    pidfile: "{directory}/nsd.pid"
    xfrdfile: "{directory}/xfrd.state"
    zonelistfile: "{directory}/zone.list"
    logfile: "{directory}/nsd.log"
    cookie-secret-file: "{directory}/cookie"
    rrl-ratelimit: 0
remote-control:
    control-enable: no
zone:
    name: "."
    zonefile: "root.zone"
"#
    )
}

/// A port that is free for UDP and TCP now.
fn free_address() -> SocketAddr {
    loop {
        let udp = UdpSocket::bind("127.0.0.1:0").unwrap();
        let address = udp.local_addr().unwrap();
        if TcpListener::bind(address).is_ok() {
            return address;
        }
    }
}

fn program() -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path)
        .chain(["/usr/sbin".into(), "/usr/local/sbin".into()])
        .map(|directory| directory.join("nsd"))
        .find(|program| program.is_file())
}
