//! What a service of the system does around its work: mask, file of the process id, another user,
//! the background. All of it before there is a second thread.

use std::ffi::OsString;
use std::fs;
use std::io::{self, BufRead, BufReader};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};

use nix::sys::stat::{Mode, umask};
use nix::unistd::{dup2_stderr, setgid, setgroups, setsid, setuid};

use super::conf::{Account, UserId};
use super::key::KeySource;
use super::place::{Place, Warning};
use super::snapshot::Snapshot;

/// Sets the mask for new files (`UMask`).
pub fn set_umask(mask: u32) {
    umask(Mode::from_bits_truncate(mask));
}

/// Becomes another user, for good, with all of its groups. Only root can, and root that cannot must
/// not go on.
pub fn become_user(account: &Account) -> io::Result<()> {
    if Account::current().uid == account.uid {
        return Ok(());
    }
    setgroups(&account.groups)?;
    setgid(account.gid)?;
    setuid(account.uid)?;
    // What was given up must not come back.
    match setuid(0.into()) {
        Err(_) => Ok(()),
        Ok(()) => Err(io::Error::other("privileges could not be given up")),
    }
}

/// Warns of key files that were read, and that the user that this process has become cannot open:
/// the next time that the configuration is read, mail that they sign would be put off.
pub fn warn_of_keys_out_of_reach(
    snapshot: &Snapshot,
    place: &Place,
    user_id: &UserId,
) -> Vec<Warning> {
    let keys = snapshot.signers().keys();
    let usable = keys.into_iter().filter(|key| key.signer().is_ok());
    let files = usable.filter_map(|key| match key.source() {
        KeySource::File(path) => Some(path.clone()),
        KeySource::Inline => None,
    });
    let mut files: Vec<PathBuf> = files.filter(|path| fs::File::open(path).is_err()).collect();
    files.sort_unstable();
    files.dedup();
    let warnings = files.iter().map(|file| {
        let user = &user_id.user;
        let remedy = match barrier(file) {
            Some(directory) => format!("let it into {}", directory.display()),
            None => format!("run `chown {user} {}`", file.display()),
        };
        let text = format!(
            "{}: {user} cannot read it, and a reload would not find it; {remedy}",
            file.display()
        );
        Warning::new(place, text)
    });
    warnings.collect()
}

/// The topmost directory above a file that this process may not enter.
fn barrier(file: &Path) -> Option<&Path> {
    let closed = file.ancestors().skip(1).filter(|directory| {
        let inside = fs::metadata(directory.join("."));
        inside.is_err_and(|error| error.kind() == io::ErrorKind::PermissionDenied)
    });
    closed.last()
}

/// A file with the id of this process (`PidFile`), removed when dropped.
#[derive(Debug)]
pub struct PidFile(PathBuf);

impl PidFile {
    /// Writes the file. One that is there is replaced; a link in its place is not followed, so that
    /// nobody who may write to the directory can have another file overwritten.
    ///
    /// It stays with whoever starts the process, as OpenDKIM's does, whatever user that becomes:
    /// root sends signals to the process that it names. Everybody may read it.
    pub fn write(path: &Path) -> io::Result<Self> {
        match fs::remove_file(path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        let mut options = fs::OpenOptions::new();
        let mut file = options.write(true).create_new(true).mode(MODE).open(path)?;
        // The mask is for the socket.
        file.set_permissions(fs::Permissions::from_mode(MODE))?;
        io::Write::write_all(&mut file, format!("{}\n", std::process::id()).as_bytes())?;
        Ok(Self(path.to_owned()))
    }
}

/// Of a PidFile.
const MODE: u32 = 0o644;

impl Drop for PidFile {
    fn drop(&mut self) {
        // The user that the process has become may not write to the directory.
        let _ = fs::remove_file(&self.0);
    }
}

/// Starts this program anew with the arguments, in a session of its own, and waits until it says on
/// its standard output that it serves, or ends.
///
/// This is how a program goes into the background without `fork`, which a program in safe Rust
/// cannot call: whoever starts it gets the exit status once it serves, as `Type=forking` of systemd
/// has it. Its standard error stays that of the starter until it calls [`let_stderr_go`].
pub fn background(arguments: impl Iterator<Item = OsString>) -> io::Result<ExitCode> {
    let mut child = Command::new(std::env::current_exe()?)
        .args(arguments)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()?;
    let mut line = String::new();
    if let Some(stdout) = child.stdout.take() {
        BufReader::new(stdout).read_line(&mut line)?;
    }
    if !line.is_empty() {
        return Ok(ExitCode::SUCCESS);
    }
    let status = child.wait()?;
    let code = status.code().and_then(|code| u8::try_from(code).ok());
    Ok(code.map_or(ExitCode::FAILURE, ExitCode::from))
}

/// Leaves the terminal of whoever started this process.
pub fn detach() -> io::Result<()> {
    setsid()?;
    Ok(())
}

/// Has nothing more reach the standard error of whoever started this process, who may wait for its
/// end.
pub fn let_stderr_go() -> io::Result<()> {
    dup2_stderr(fs::OpenOptions::new().write(true).open("/dev/null")?)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::symlink;

    use super::*;

    #[test]
    fn the_file_of_the_process_id_is_there_while_it_is_held() {
        let directory = tempfile::tempdir().unwrap();
        let (path, other) = (directory.path().join("pid"), directory.path().join("other"));
        fs::write(&other, "kept").unwrap();
        symlink(&other, &path).unwrap();
        let file = PidFile::write(&path).unwrap();
        let expected = format!("{}\n", std::process::id());
        assert_eq!(fs::read_to_string(&path).unwrap(), expected);
        assert_eq!(fs::read_to_string(&other).unwrap(), "kept");
        drop(file);
        assert!(!path.exists());
    }
}
