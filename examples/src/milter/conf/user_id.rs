//! Whom the server becomes once it listens (`UserID`).

use core::fmt;
use std::ffi::CString;

use nix::unistd::{Gid, Group, Uid, User, getgrouplist, getgroups};
use thiserror::Error;

/// `USER` or `USER:GROUP`, each a name or a number.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct UserId {
    /// The user.
    pub user: String,
    /// The group, if it is not the user's own.
    pub group: Option<String>,
}

impl UserId {
    pub(super) fn parse(text: &str) -> Option<Self> {
        let (user, group) = match text.split_once(':') {
            Some((user, group)) => (user, Some(group)),
            None => (text, None),
        };
        let is_name = |name: &str| !name.is_empty() && !name.contains([':', ' ', '\t']);
        (is_name(user) && group.is_none_or(is_name)).then(|| Self {
            user: user.into(),
            group: group.map(Into::into),
        })
    }

    /// Asks the system who that is.
    pub fn resolve(&self) -> Result<Account, NoSuchAccount> {
        let no_user = || NoSuchAccount::User(self.user.clone());
        let user = match self.user.parse() {
            Ok(number) => User::from_uid(Uid::from_raw(number)),
            Err(_) => User::from_name(&self.user),
        };
        let user = user.ok().flatten().ok_or_else(no_user)?;
        let gid = match &self.group {
            None => user.gid,
            Some(group) => {
                let found = match group.parse() {
                    Ok(number) => Group::from_gid(Gid::from_raw(number)),
                    Err(_) => Group::from_name(group),
                };
                let found = found.ok().flatten();
                found
                    .ok_or_else(|| NoSuchAccount::Group(group.clone()))?
                    .gid
            }
        };
        let name = CString::new(user.name.as_str()).map_err(|_| no_user())?;
        let mut groups = getgrouplist(&name, gid).unwrap_or_default();
        if !groups.contains(&gid) {
            groups.push(gid);
        }
        Ok(Account {
            uid: user.uid,
            gid,
            groups,
        })
    }
}

/// As it was written.
impl fmt::Display for UserId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.group {
            Some(group) => write!(f, "{}:{group}", self.user),
            None => f.write_str(&self.user),
        }
    }
}

/// Who a process is.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Account {
    /// The user.
    pub uid: Uid,
    /// The group of new files.
    pub gid: Gid,
    /// All groups.
    pub groups: Vec<Gid>,
}

impl Account {
    /// Who this process is now.
    pub fn current() -> Self {
        let gid = Gid::effective();
        let mut groups = getgroups().unwrap_or_default();
        groups.push(gid);
        Self {
            uid: Uid::effective(),
            gid,
            groups,
        }
    }
}

/// Whom the system does not know.
#[derive(Clone, Debug, Eq, Error, PartialEq)]
#[non_exhaustive]
pub enum NoSuchAccount {
    /// No such group.
    #[error("UserID: no such group as {0}; create it, or name another")]
    Group(String),
    /// No such user.
    #[error("UserID: no such user as {0}; create it, or name another")]
    User(String),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_user_may_have_a_group() {
        assert_eq!(UserId::parse("a").unwrap().group, None);
        let both = UserId::parse("opendkim:mail").unwrap();
        assert_eq!(
            (both.user.as_str(), both.group.as_deref()),
            ("opendkim", Some("mail"))
        );
        for text in ["", ":", "a:", ":b", "a:b:c", "a b"] {
            assert_eq!(UserId::parse(text), None, "{text}");
        }
    }

    #[test]
    fn accounts_are_found_by_name_and_by_number() {
        let root = UserId::parse("root").unwrap().resolve().unwrap();
        assert_eq!(root.uid, Uid::from_raw(0));
        assert_eq!(
            UserId::parse("0:0").unwrap().resolve().unwrap().uid,
            root.uid
        );
        let error = UserId::parse("no-such-user")
            .unwrap()
            .resolve()
            .unwrap_err();
        assert_eq!(error, NoSuchAccount::User("no-such-user".into()));
        let error = UserId::parse("root:no-such-group")
            .unwrap()
            .resolve()
            .unwrap_err();
        assert_eq!(error, NoSuchAccount::Group("no-such-group".into()));
    }
}
