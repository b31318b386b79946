//! What `milter` in the background keeps of whoever started it.

mod support;

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::os::unix::net::UnixDatagram;
use std::path::Path;
use std::process::{Command, Stdio};

use support::milter::Files;
use support::{MILTER, skip_because};

/// In a mount namespace of its own, whose /dev has somebody who takes the log.
#[test]
fn with_a_log_of_the_system_the_starter_is_let_go() {
    if fs::metadata("/proc/self").unwrap().uid() != 0 {
        return skip_because("only root can have another /dev");
    }
    let files = Files::new();
    let conf =
        files.write_conf("Background yes\nSyslog yes\nSocket local:DIR/socket\nPidFile DIR/pid\n");
    fs::create_dir(files.path("dev")).unwrap();
    let log = UnixDatagram::bind(files.path("dev/log")).unwrap();
    let script = format!(
        "mknod dev/null c 1 3 && mount --bind dev /dev && exec {MILTER} -x {}",
        conf.display()
    );
    let mut starter = Command::new("unshare")
        .args(["-m", "sh", "-c", &script])
        .current_dir(files.directory.path())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let status = starter.wait().unwrap();
    let id = fs::read_to_string(files.path("pid")).unwrap();
    let stderr = fs::read_link(format!("/proc/{}/fd/2", id.trim()));
    let ended = Command::new("kill").arg(id.trim()).status().unwrap();
    assert!(status.success() && ended.success());
    assert_eq!(stderr.unwrap(), Path::new("/dev/null"));
    let mut line = [0; 1024];
    let length = log.recv(&mut line).unwrap();
    let line = String::from_utf8_lossy(&line[..length]);
    assert!(line.contains("starting (arguments: -x "), "{line}");
}
