//! Who may submit mail: `user:password` lines in a file that only its owner can read.

use core::fmt;
use core::num::NonZeroU32;
use std::collections::HashMap;
use std::path::Path;

use smtp_proto::sasl::ScramVerifier;
use thiserror::Error;

use crate::config::{ConfigError, read_secret};
use crate::id;

/// Users and their passwords.
///
/// Passwords are kept in clear because CRAM-MD5 needs them so (RFC 2195 §2).
#[derive(Clone)]
pub struct Accounts {
    passwords: HashMap<String, String>,
    /// What salts come from, for users who exist and for others.
    secret: [u8; 32],
}

impl Accounts {
    /// Reads a file of one account per line; empty lines and lines that begin with `#` are
    /// skipped. A file that its group or others can read is refused.
    pub fn read(path: &Path) -> Result<Self, ConfigError> {
        let octets = read_secret(path, 0o600)?;
        Self::parse(&octets).map_err(|(line, error)| ConfigError::line(path, line, error))
    }

    /// Reads the text of such a file; an error comes with the number of its line.
    pub fn parse(octets: &[u8]) -> Result<Self, (usize, AccountError)> {
        let mut passwords = HashMap::new();
        for (index, line) in octets.split(|&octet| octet == b'\n').enumerate() {
            let line = line.strip_suffix(b"\r").unwrap_or(line);
            if line.is_empty() || line.starts_with(b"#") {
                continue;
            }
            let (user, password) = account(line).map_err(|error| (index + 1, error))?;
            if passwords.insert(user.into(), password.into()).is_some() {
                return Err((index + 1, AccountError::Repeated));
            }
        }
        Ok(Self {
            passwords,
            secret: id::random(),
        })
    }

    /// The password of `user`.
    pub fn password(&self, user: &str) -> Option<&str> {
        self.passwords.get(user).map(String::as_str)
    }

    /// What SCRAM-SHA-256 needs of `user`. For one that does not exist it takes the same time,
    /// looks the same to the client, and fits no password.
    pub fn scram(&self, user: &str) -> ScramVerifier {
        let nobody: [u8; 32] = id::random();
        let password = self.password(user).map_or(&nobody[..], str::as_bytes);
        let salted = ScramVerifier::decoy(&self.secret, user, ITERATIONS);
        ScramVerifier::from_password(password, salted.salt(), ITERATIONS)
    }
}

/// Says how many accounts there are, and no more.
impl fmt::Debug for Accounts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Accounts({})", self.passwords.len())
    }
}

/// What is wrong with a line of the accounts file. Never tells what the line holds.
#[derive(Clone, Copy, Debug, Eq, Error, PartialEq)]
#[non_exhaustive]
pub enum AccountError {
    /// A control character, which no SASL mechanism could carry.
    #[error("control character in an account")]
    Control,
    /// Nothing behind the colon.
    #[error("empty password")]
    EmptyPassword,
    /// Nothing before the colon.
    #[error("empty user name")]
    EmptyUser,
    /// No colon between user and password.
    #[error("expected user:password, found no colon")]
    NoColon,
    /// The user has an account on an earlier line.
    #[error("second account of the same user")]
    Repeated,
    /// Octets that are not UTF-8.
    #[error("account is not UTF-8")]
    Utf8,
}

/// `user ":" password`; the password may hold further colons.
fn account(line: &[u8]) -> Result<(&str, &str), AccountError> {
    let line = core::str::from_utf8(line).map_err(|_| AccountError::Utf8)?;
    if line.chars().any(char::is_control) {
        return Err(AccountError::Control);
    }
    match line.split_once(':').ok_or(AccountError::NoColon)? {
        ("", _) => Err(AccountError::EmptyUser),
        (_, "") => Err(AccountError::EmptyPassword),
        account => Ok(account),
    }
}

/// RFC 7677 §4: 4096 at least. Passwords that lie here in clear gain nothing by more.
const ITERATIONS: NonZeroU32 = NonZeroU32::new(4096).expect("a constant that is not 0");

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accounts_are_lines_of_user_and_password() {
        let accounts = Accounts::parse(b"# staff\n\nalice:se:cret\r\nbob@example.org:x").unwrap();
        assert_eq!(accounts.password("alice"), Some("se:cret"));
        assert_eq!(accounts.password("bob@example.org"), Some("x"));
        assert_eq!(accounts.password("Alice"), None);
    }

    #[test]
    fn a_wrong_line_is_named_and_told_from_the_others() {
        for (text, line, error) in [
            (&b"alice:a\nbob"[..], 2, AccountError::NoColon),
            (b":a", 1, AccountError::EmptyUser),
            (b"\n\nalice:", 3, AccountError::EmptyPassword),
            (b"alice:a\nalice:b", 2, AccountError::Repeated),
            (b"alice:\xff", 1, AccountError::Utf8),
            (b"al\0ice:a", 1, AccountError::Control),
        ] {
            assert_eq!(Accounts::parse(text).unwrap_err(), (line, error));
        }
    }

    #[test]
    fn a_user_has_one_salt_whether_there_is_one_or_not() {
        let accounts = Accounts::parse(b"alice:secret").unwrap();
        for user in ["alice", "bob"] {
            let [first, second] = [(); 2].map(|()| accounts.scram(user));
            assert_eq!(first.salt(), second.salt());
            let same = first.stored_key() == second.stored_key();
            assert_eq!(same, user == "alice");
        }
        assert_ne!(accounts.scram("alice").salt(), accounts.scram("bob").salt());
    }

    #[test]
    fn debug_shows_no_secret() {
        let accounts = Accounts::parse(b"alice:secret").unwrap();
        assert_eq!(format!("{accounts:?}"), "Accounts(1)");
    }
}
