//! Files that are written beside the old ones and put into their place.

use std::collections::BTreeMap;
use std::fs::{self, File, Metadata, OpenOptions, Permissions};
use std::io::{self, Write};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt, PermissionsExt, fchown};
use std::path::{Path, PathBuf};

use dkim_sign::Algorithm;
use dns_txt::Domain;
use nix::fcntl::{Flock, FlockArg};

use crate::mailauth::Fault;
use crate::milter::Place;
use crate::stored::{TABLE, read_stored};

/// A file as it was once.
#[derive(Clone, Debug)]
pub(super) struct Stored {
    pub(super) path: PathBuf,
    pub(super) text: Vec<u8>,
}

impl Stored {
    pub(super) fn read(path: &Path) -> Result<Self, Fault> {
        let text = read_stored(path, TABLE).map_err(|error| Fault::file(path, error))?;
        let path = path.to_owned();
        Ok(Self { path, text })
    }
}

/// Changes of the lines of a file, all made at once.
#[derive(Debug)]
pub(super) struct Edit {
    path: PathBuf,
    before: Vec<u8>,
    /// By line, counted from 1.
    replaced: BTreeMap<usize, Vec<u8>>,
    added: BTreeMap<usize, Vec<String>>,
}

impl Edit {
    pub(super) fn begin(file: &Stored) -> Self {
        Self {
            path: file.path.clone(),
            before: file.text.clone(),
            replaced: BTreeMap::new(),
            added: BTreeMap::new(),
        }
    }

    /// Adds a line behind another one.
    pub(super) fn add_behind(&mut self, place: &Place, line: String) {
        if let Some(number) = place.line() {
            self.added.entry(number).or_default().push(line);
        }
    }

    /// Puts a line into the place of another one.
    pub(super) fn replace(&mut self, place: &Place, line: String) {
        if let Some(number) = place.line() {
            self.replaced.insert(number, line.into_bytes());
        }
    }

    /// Changes the value on a line, and leaves the name, white space, comment and line end as they
    /// are.
    pub(super) fn change_value(&mut self, place: &Place, change: impl FnOnce(&str) -> String) {
        let Some(number) = place.line() else { return };
        let mut lines = self.before.split(|&octet| octet == b'\n');
        let line = lines.nth(number.saturating_sub(1));
        let line = line.unwrap_or_default();
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        let is_comment = |&octet: &u8| octet == b'#';
        let end = line.iter().position(is_comment).unwrap_or(line.len());
        let (text, comment) = line.split_at(end);
        // It was read as UTF-8 before.
        let text = String::from_utf8_lossy(text);
        let name = text.trim_start().split(char::is_whitespace).next();
        let name = name.unwrap_or_default();
        let from = text.find(name).unwrap_or_default() + name.len();
        let (head, rest) = text.split_at(from);
        let value = rest.trim();
        let from = rest.len() - rest.trim_start().len();
        let (space, rest) = rest.split_at(from);
        let tail = rest.get(value.len()..).unwrap_or_default();
        let changed = format!("{head}{space}{}{tail}", change(value));
        let changed = [changed.as_bytes(), comment].concat();
        self.replaced.insert(number, changed);
    }

    /// Writes the file, if anything is to be changed. Whoever reads it sees the old one or the new
    /// one, with the same mode and owner. One that somebody else changed meanwhile stays.
    pub(super) fn finish(self) -> Result<(), Fault> {
        if self.replaced.is_empty() && self.added.is_empty() {
            return Ok(());
        }
        let fault = |error: io::Error| Fault::file(&self.path, error);
        let text = self.text();
        // A link goes on leading to it.
        let real = fs::canonicalize(&self.path).map_err(fault)?;
        let directory =
            File::open(real.parent().unwrap_or_else(|| Path::new("/"))).map_err(fault)?;
        // Who rotates at the same time waits here, and then sees what this one wrote. Where a file
        // system has no locks there is the comparison alone.
        let handle = directory.try_clone().map_err(fault)?;
        let _lock = Flock::lock(handle, FlockArg::LockExclusive);
        if Stored::read(&real)?.text != self.before {
            return Err(Fault::file(&real, CHANGED));
        }
        put(&real, &text, &directory).map_err(fault)
    }

    fn text(&self) -> Vec<u8> {
        let mut text = Vec::new();
        let lines = self.before.split_inclusive(|&octet| octet == b'\n');
        for (index, line) in lines.enumerate() {
            let number = index + 1;
            let (line, end) = match line.split_last() {
                Some((b'\n', line)) => match line.split_last() {
                    Some((b'\r', line)) => (line, &b"\r\n"[..]),
                    _ => (line, &b"\n"[..]),
                },
                _ => (line, &b""[..]),
            };
            let replaced = self.replaced.get(&number);
            text.extend(replaced.map_or(line, Vec::as_slice));
            let added = self.added.get(&number).map_or(&[][..], Vec::as_slice);
            let end_of_added = if end.is_empty() { b"\n" } else { end };
            if end.is_empty() && !added.is_empty() {
                text.push(b'\n');
            }
            text.extend(end);
            for line in added {
                text.extend(line.as_bytes());
                text.extend(end_of_added);
            }
        }
        text
    }
}

/// A file of that content in the place of the old one. If it fails the old one is there.
fn put(path: &Path, text: &[u8], directory: &File) -> io::Result<()> {
    let old = fs::metadata(path)?;
    let mut new = tempfile::NamedTempFile::new_in(path.parent().unwrap_or_else(|| Path::new("/")))?;
    new.write_all(text)?;
    give(new.as_file(), &old, old.mode() & 0o7777)?;
    new.as_file().sync_all()?;
    new.persist(path).map_err(|error| error.error)?;
    // That nobody can promise it to stay does not take it back.
    let _ = directory.sync_all();
    Ok(())
}

/// A new file with the owner of another one; fails if there is one already.
pub(super) fn create(path: &Path, text: &[u8], like: &Metadata, mode: u32) -> Result<(), Fault> {
    let write = || {
        let mut options = OpenOptions::new();
        let mut file = options
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(path)?;
        let filled = file
            .write_all(text)
            .and_then(|()| give(&file, like, mode))
            .and_then(|()| file.sync_all());
        // It is ours, and not whole.
        filled.inspect_err(|_| drop(fs::remove_file(path)))?;
        // A table must not name what a power cut takes away.
        let directory = File::open(path.parent().unwrap_or_else(|| Path::new("/")));
        let _ = directory.and_then(|directory| directory.sync_all());
        Ok(())
    };
    write().map_err(|error: io::Error| Fault::file(path, error))
}

fn give(file: &File, like: &Metadata, mode: u32) -> io::Result<()> {
    let now = file.metadata()?;
    if (now.uid(), now.gid()) != (like.uid(), like.gid()) {
        fchown(file, Some(like.uid()), Some(like.gid()))?;
    }
    file.set_permissions(Permissions::from_mode(mode))
}

/// The value of an entry of KeyTable with another selector and key file, whose algorithm is named
/// where one was.
pub(super) fn entry(
    value: &str,
    selector: &Domain,
    key_file: &Path,
    algorithm: Algorithm,
) -> String {
    let mut parts = value.splitn(3, ':');
    let domain = parts.next().unwrap_or_default().trim_end();
    let key = parts.nth(1).unwrap_or_default();
    let before = key.rsplit_once(':').map(|(_, word)| word.trim());
    let key_file = key_file.display();
    match before.and_then(|word| Algorithm::parse(word.as_bytes())) {
        Some(_) => format!("{domain}:{selector}:{key_file}:{algorithm}"),
        None => format!("{domain}:{selector}:{key_file}"),
    }
}

/// What whoever changed a file at the same time is told.
pub(super) const CHANGED: &str = "was changed meanwhile; try again";
