//! Who else is in a group.

use std::collections::HashMap;
use std::fs;

use nix::unistd::{Gid, Group, Uid, User};

use super::safe::Others;

/// Somebody in each group who is neither root nor the server. As for OpenDKIM, what a group may do
/// is safe if nobody else is in it, whether or not the server is.
#[derive(Debug)]
pub(super) struct Strangers {
    /// The name of the server's user.
    ours: Option<String>,
    /// What passwd(5) has, once it was needed.
    users: Option<String>,
    known: HashMap<u32, Option<Others>>,
}

impl Strangers {
    /// To a server that runs as this user.
    pub(super) fn to(uid: Uid) -> Self {
        let user = User::from_uid(uid).ok().flatten();
        Self {
            ours: user.map(|user| user.name),
            users: None,
            known: HashMap::new(),
        }
    }

    /// The first in a group. One without a name may be anybody's.
    pub(super) fn in_group(&mut self, gid: u32) -> Option<Others> {
        let Self { ours, users, known } = self;
        let found = known.entry(gid).or_insert_with(|| {
            let users = users.get_or_insert_with(|| {
                let users = fs::read(PASSWD).unwrap_or_default();
                String::from_utf8_lossy(&users).into_owned()
            });
            match Group::from_gid(Gid::from_raw(gid)) {
                Ok(Some(group)) => first(&group.mem, users, gid, ours.as_deref()),
                Ok(None) | Err(_) => Some(Others::Nameless),
            }
        });
        found.clone()
    }

    /// With somebody in a group, whatever the system says.
    #[cfg(test)]
    pub(super) fn with(mut self, gid: u32, others: Option<Others>) -> Self {
        self.known.insert(gid, others);
        self
    }
}

/// The first of the members of a group, and of the users whose own it is.
fn first(members: &[String], users: &str, gid: u32, ours: Option<&str>) -> Option<Others> {
    let users = users.lines().filter_map(|line| {
        let mut parts = line.split(':');
        let (name, own) = (parts.next()?, parts.nth(2)?);
        own.parse().is_ok_and(|own: u32| own == gid).then_some(name)
    });
    let mut all = members.iter().map(String::as_str).chain(users);
    let found = all.find(|name| *name != "root" && Some(*name) != ours);
    found.map(|name| Others::Member(name.into()))
}

const PASSWD: &str = "/etc/passwd";

#[cfg(test)]
mod tests {
    use super::*;

    const USERS: &str = "root:x:0:0::/:/bin/sh\nopendkim:x:104:108::/:/bin/false\n\
                         postfix:x:102:105::/:/bin/false\nbroken\n";

    /// Each line was put to OpenDKIM 2.11 beta, which decided the same.
    #[test]
    fn strangers_are_members_of_a_group_and_users_whose_own_it_is() {
        for (members, gid, expected) in [
            (&[][..], 108, None),
            (&["opendkim"], 108, None),
            (&["root"], 108, None),
            (&["root", "opendkim", "postfix"], 108, Some("postfix")),
            // One that is no user may become one.
            (&["ghost"], 108, Some("ghost")),
            (&[], 105, Some("postfix")),
            (&[], 0, None),
            (&["postfix"], 0, Some("postfix")),
            (&[], 7000, None),
        ] {
            let names: Vec<String> = members.iter().map(|&name| name.into()).collect();
            let found = first(&names, USERS, gid, Some("opendkim"));
            let expected = expected.map(|name: &str| Others::Member(name.into()));
            assert_eq!(found, expected, "{members:?} {gid}");
        }
        let found = first(&[], USERS, 108, None);
        assert_eq!(found, Some(Others::Member("opendkim".into())));
    }

    #[test]
    fn the_system_is_asked_once() {
        let mut strangers = Strangers::to(Uid::from_raw(0)).with(0, Some(Others::Everybody));
        assert_eq!(strangers.in_group(0), Some(Others::Everybody));
        assert_eq!(strangers.in_group(u32::MAX - 1), Some(Others::Nameless));
    }
}
