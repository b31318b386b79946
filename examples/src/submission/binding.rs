//! In whose name a user may send.

use dns_txt::Domain;
use mail_address::Mailbox;

/// Binds logins to addresses: a login that is an address to itself, any other to the mailbox of
/// that name at each of the domains.
#[derive(Clone, Debug)]
pub(super) struct Binding {
    domains: Vec<Domain>,
}

impl Binding {
    pub(super) fn new(domains: impl IntoIterator<Item = Domain>) -> Self {
        Self {
            domains: domains.into_iter().collect(),
        }
    }

    /// Whether who logged in as `login` may send as `mailbox`.
    pub(super) fn permits(&self, login: &str, mailbox: &Mailbox) -> bool {
        if let Ok(own) = Mailbox::parse(login.as_bytes()) {
            return own == *mailbox;
        }
        self.domains
            .iter()
            .any(|domain| Mailbox::new(login, domain).is_ok_and(|own| own == *mailbox))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a17_a_login_stands_for_its_own_address_only() {
        let domains = ["example.org", "example.net"].map(|name| name.parse().unwrap());
        let binding = Binding::new(domains);
        for (login, mailbox, permitted) in [
            ("alice", "alice@example.org", true),
            ("alice", "alice@EXAMPLE.net", true),
            ("alice", "bob@example.org", false),
            ("alice", "alice@evil.example", false),
            ("alice", "alice@sub.example.org", false),
            ("alice@example.org", "alice@example.org", true),
            ("alice@example.org", "alice@example.net", false),
            (
                "alice@example.org",
                "\"alice@example.org\"@example.net",
                false,
            ),
        ] {
            let mailbox = Mailbox::parse(mailbox.as_bytes()).unwrap();
            assert_eq!(
                binding.permits(login, &mailbox),
                permitted,
                "{login} {mailbox}"
            );
        }
    }
}
