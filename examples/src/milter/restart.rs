//! What is fixed when a server starts: a configuration that is read anew cannot change it.

use std::path::PathBuf;

use super::conf::{Settings, Socket, UserId};

/// The options of a start. A process that has given up its privileges can take no other socket and
/// write no other file; and what has gone into the background stays there.
#[derive(Debug)]
pub(super) struct Fixed {
    background: bool,
    pid_file: Option<PathBuf>,
    socket: Option<Socket>,
    syslog: bool,
    umask: Option<u32>,
    user_id: Option<UserId>,
}

impl Fixed {
    pub(super) fn of(settings: &Settings) -> Self {
        Self {
            background: settings.background,
            pid_file: settings.pid_file.as_ref().map(|(_, path)| path.clone()),
            socket: settings.socket.as_ref().map(|(_, socket)| socket.clone()),
            syslog: settings.syslog,
            umask: settings.umask,
            user_id: settings
                .user_id
                .as_ref()
                .map(|(_, user_id)| user_id.clone()),
        }
    }

    /// The names of those that are others in these settings.
    pub(super) fn changed_in(&self, settings: &Settings) -> Vec<&'static str> {
        let other = Self::of(settings);
        let options = [
            ("Background", self.background == other.background),
            ("PidFile", self.pid_file == other.pid_file),
            ("Socket", self.socket == other.socket),
            ("Syslog", self.syslog == other.syslog),
            ("UMask", self.umask == other.umask),
            ("UserID", self.user_id == other.user_id),
        ];
        let changed = options.into_iter().filter(|(_, is_same)| !is_same);
        changed.map(|(name, _)| name).collect()
    }
}
