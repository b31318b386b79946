//! Whether others than the server can read or replace a key (`RequireSafeKeys`).

use core::fmt;
use std::fs::{self, Metadata};
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use nix::unistd::Uid;
use thiserror::Error;

use super::strangers::Strangers;

/// Something on the way to a key through which others get at it.
#[derive(Clone, Debug, Eq, Error, PartialEq)]
#[error("not safe: {}", .hole.explain(.path))]
pub struct UnsafeFile {
    /// The file, or a directory above it.
    pub path: PathBuf,
    /// What is wrong with it.
    pub hole: Hole,
}

/// What lets others get at a key.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Hole {
    /// A directory that others can put another file into. One with the sticky bit, as /tmp, does
    /// not count: there nobody can replace what is somebody else's. OpenDKIM counts it.
    Directory {
        /// Its mode.
        mode: u32,
        /// Who can.
        who: Others,
    },
    /// A file that others can read or write.
    File {
        /// Its mode.
        mode: u32,
        /// Who can.
        who: Others,
    },
    /// Whoever owns something can do everything with it.
    Owner {
        /// Who owns it.
        uid: u32,
        /// Who should.
        wanted: u32,
    },
}

/// Others than root and the server.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Others {
    /// All of them.
    Everybody,
    /// Somebody by this name, who is in the group.
    Member(String),
    /// Whoever is in the group, which has no name.
    Nameless,
}

impl fmt::Display for Others {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Everybody => f.write_str("everybody"),
            Self::Member(name) => write!(f, "{name}, who is in its group,"),
            Self::Nameless => f.write_str("whoever is in its group, which has no name,"),
        }
    }
}

impl Hole {
    /// What is wrong, and how to mend it.
    fn explain(&self, path: &Path) -> String {
        let path = path.display();
        let letter = |who: &Others| if *who == Others::Everybody { "o" } else { "g" };
        match self {
            Self::Directory { mode, who } => {
                let letter = letter(who);
                format!(
                    "{who} can write to {path} (mode {mode:04o}); run `chmod {letter}-w {path}`"
                )
            }
            Self::File { mode, who } => {
                let letter = letter(who);
                format!(
                    "{who} can read or write {path} (mode {mode:04o}); run `chmod {letter}-rw {path}`"
                )
            }
            Self::Owner { uid, wanted } => {
                format!("user {uid} owns {path}; run `chown {wanted} {path}`")
            }
        }
    }
}

/// Looks at the file and at each directory above it, along the path as it is written and along the
/// one that links lead to. `Err` if something on it cannot be looked at.
pub(super) fn check(
    path: &Path,
    uid: Uid,
    strangers: &mut Strangers,
) -> io::Result<Result<(), UnsafeFile>> {
    let written = std::path::absolute(path)?;
    let real = fs::canonicalize(path)?;
    let of_file = hole(&fs::metadata(&real)?, uid, strangers, false);
    if let Some(hole) = of_file {
        return Ok(Err(UnsafeFile { path: real, hole }));
    }
    let directories = real.ancestors().skip(1).chain(written.ancestors().skip(1));
    for directory in directories {
        if let Some(hole) = hole(&fs::metadata(directory)?, uid, strangers, true) {
            let path = directory.to_owned();
            return Ok(Err(UnsafeFile { path, hole }));
        }
    }
    Ok(Ok(()))
}

fn hole(
    metadata: &Metadata,
    wanted: Uid,
    strangers: &mut Strangers,
    is_directory: bool,
) -> Option<Hole> {
    let (mode, uid) = (metadata.mode() & 0o7777, metadata.uid());
    if uid != 0 && Uid::from_raw(uid) != wanted {
        let wanted = wanted.as_raw();
        return Some(Hole::Owner { uid, wanted });
    }
    let open = match is_directory {
        true if mode & STICKY != 0 => 0,
        true => mode & 0o022,
        false => mode & 0o066,
    };
    let who = match open {
        _ if open & 0o007 != 0 => Others::Everybody,
        _ if open & 0o070 != 0 => strangers.in_group(metadata.gid())?,
        _ => return None,
    };
    Some(match is_directory {
        true => Hole::Directory { mode, who },
        false => Hole::File { mode, who },
    })
}

const STICKY: u32 = 0o1000;

#[cfg(test)]
mod tests {
    use std::os::unix::fs::{PermissionsExt, symlink};

    use super::*;

    fn set_mode(path: &Path, mode: u32) {
        fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
    }

    fn check(path: &Path) -> io::Result<Result<(), UnsafeFile>> {
        let uid = Uid::effective();
        super::check(path, uid, &mut Strangers::to(uid))
    }

    /// A directory that only we can write to, and a file in it.
    fn key() -> (tempfile::TempDir, PathBuf) {
        let directory = tempfile::tempdir().unwrap();
        let path = fs::canonicalize(directory.path()).unwrap().join("key");
        fs::write(&path, "").unwrap();
        set_mode(&path, 0o600);
        (directory, path)
    }

    #[test]
    fn what_is_unsafe_is_named_with_the_way_to_mend_it() {
        let (_directory, path) = key();
        assert_eq!(check(&path).unwrap(), Ok(()));
        set_mode(&path, 0o644);
        let error = check(&path).unwrap().unwrap_err();
        let name = path.display();
        assert_eq!(
            error.to_string(),
            format!(
                "not safe: everybody can read or write {name} (mode 0644); run `chmod o-rw {name}`"
            )
        );
        set_mode(&path, 0o600);
        let parent = path.parent().unwrap();
        set_mode(parent, 0o777);
        let error = check(&path).unwrap().unwrap_err();
        let name = parent.display();
        assert_eq!(
            error.to_string(),
            format!("not safe: everybody can write to {name} (mode 0777); run `chmod o-w {name}`")
        );
        set_mode(parent, 0o1777);
        assert_eq!(check(&path).unwrap(), Ok(()));
    }

    #[test]
    fn a_group_may_read_if_nobody_else_is_in_it() {
        let (_directory, path) = key();
        set_mode(&path, 0o640);
        let (uid, gid) = (Uid::effective(), fs::metadata(&path).unwrap().gid());
        let mut alone = Strangers::to(uid).with(gid, None);
        assert_eq!(super::check(&path, uid, &mut alone).unwrap(), Ok(()));
        let mut others = Strangers::to(uid).with(gid, Some(Others::Member("postfix".into())));
        let mut told = || super::check(&path, uid, &mut others).unwrap();
        let (error, name) = (told().unwrap_err(), path.display());
        assert_eq!(
            error.to_string(),
            format!(
                "not safe: postfix, who is in its group, can read or write {name} (mode 0640); run \
                 `chmod g-rw {name}`"
            )
        );
        set_mode(&path, 0o600);
        let parent = path.parent().unwrap();
        set_mode(parent, 0o770);
        let (error, name) = (told().unwrap_err(), parent.display());
        assert_eq!(
            error.to_string(),
            format!(
                "not safe: postfix, who is in its group, can write to {name} (mode 0770); run \
                 `chmod g-w {name}`"
            )
        );
        // To list it is not to change it.
        set_mode(parent, 0o750);
        assert_eq!(told(), Ok(()));
    }

    #[test]
    fn a_key_of_another_user_is_not_ours() {
        let (_directory, path) = key();
        let owner = Uid::effective().as_raw();
        let wanted = owner + 1;
        let uid = Uid::from_raw(wanted);
        let found = super::check(&path, uid, &mut Strangers::to(uid)).unwrap();
        match owner {
            0 => assert_eq!(found, Ok(())),
            uid => assert_eq!(found.unwrap_err().hole, Hole::Owner { uid, wanted }),
        }
    }

    #[test]
    fn a_link_does_not_hide_where_the_key_is() {
        let (_directory, path) = key();
        let (_other, link) = key();
        fs::remove_file(&link).unwrap();
        symlink(&path, &link).unwrap();
        assert_eq!(check(&link).unwrap(), Ok(()));
        set_mode(path.parent().unwrap(), 0o707);
        assert!(check(&link).unwrap().is_err());
        set_mode(path.parent().unwrap(), 0o700);
        set_mode(link.parent().unwrap(), 0o707);
        assert!(check(&link).unwrap().is_err());
    }

    #[test]
    fn a_file_that_is_not_there_is_not_unsafe() {
        let (_directory, path) = key();
        assert!(check(&path.with_extension("none")).is_err());
    }
}
