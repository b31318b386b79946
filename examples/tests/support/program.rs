//! The package's programs as processes.

use core::cell::RefCell;
use core::net::SocketAddr;
use core::time::Duration;
use std::io::{BufRead, BufReader};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::Instant;

/// A server in a process of its own; killed when dropped.
pub(crate) struct Program {
    child: Child,
    /// What it listens at, as it says it.
    pub(crate) names: Vec<String>,
    /// Those of them that are no paths.
    pub(crate) addresses: Vec<SocketAddr>,
    log: mpsc::Receiver<String>,
    /// The lines of the log that were taken.
    seen: RefCell<Vec<String>>,
}

impl Program {
    /// Starts one of the package's programs and waits until it listens at `listening` addresses.
    pub(crate) fn start<S: AsRef<std::ffi::OsStr>>(
        program: &str,
        arguments: impl IntoIterator<Item = S>,
        listening: usize,
    ) -> Self {
        let mut child = Command::new(program)
            .args(arguments)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        // Read to its end, or the program would wait for room in the pipe.
        let (sender, log) = mpsc::channel();
        let stderr = BufReader::new(child.stderr.take().unwrap());
        thread::spawn(move || {
            for line in stderr.lines().map_while(Result::ok) {
                let _ = sender.send(line);
            }
        });
        let mut stdout = BufReader::new(child.stdout.take().unwrap());
        let mut names = Vec::new();
        while names.len() < listening {
            let mut line = String::new();
            if stdout.read_line(&mut line).unwrap() == 0 {
                let log: Vec<String> = log.iter().collect();
                panic!("{program} did not start: {log:#?}");
            }
            if let Some((_, rest)) = line.split_once("listening on ") {
                names.push(rest.split_whitespace().next().unwrap().to_owned());
            }
        }
        Self {
            child,
            addresses: names.iter().filter_map(|name| name.parse().ok()).collect(),
            names,
            log,
            seen: RefCell::default(),
        }
    }

    /// The only address.
    pub(crate) fn address(&self) -> SocketAddr {
        self.addresses[0]
    }

    /// The id of its process.
    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    /// Whether it still runs.
    pub(crate) fn is_running(&mut self) -> bool {
        self.child.try_wait().unwrap().is_none()
    }

    /// Ends it as `kill -9` does.
    pub(crate) fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Sends it a signal, such as `TERM`.
    pub(crate) fn signal(&self, name: &str) {
        let status = Command::new("kill")
            .args([&format!("-{name}"), &self.child.id().to_string()])
            .status()
            .unwrap();
        assert!(status.success());
    }

    /// Waits for its end. That it never comes is a failure.
    pub(crate) fn wait(&mut self) -> ExitStatus {
        let until = Instant::now() + DEADLOCK;
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                return status;
            }
            assert!(Instant::now() < until, "it does not end");
            thread::sleep(Duration::from_millis(5));
        }
    }

    /// The next line of its log that holds this text. That it ends without one is a failure, and
    /// that it says nothing for so long that it never will.
    pub(crate) fn log_line(&self, text: &str) -> String {
        let until = Instant::now() + DEADLOCK;
        loop {
            let left = until.saturating_duration_since(Instant::now());
            match self.log.recv_timeout(left) {
                Ok(line) => {
                    self.seen.borrow_mut().push(line.clone());
                    if line.contains(text) {
                        return line;
                    }
                }
                Err(error) => panic!(
                    "nothing is logged about {text} ({error}): {:#?}",
                    self.seen.borrow()
                ),
            }
        }
    }

    /// What it has logged until its end, behind the lines that were taken.
    pub(crate) fn whole_log(&self) -> Vec<String> {
        self.log.iter().collect()
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        if thread::panicking() {
            let seen = self.seen.take();
            for line in seen.into_iter().chain(self.log.iter()) {
                eprintln!("server: {line}");
            }
        }
    }
}

/// No line takes a thousandth of that: it guards against waiting for ever.
pub(crate) const DEADLOCK: Duration = Duration::from_secs(60);
