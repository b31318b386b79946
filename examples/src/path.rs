//! What a path of the envelope may be, beyond its grammar.

use mail_address::MailboxRef;
use smtp_proto::Reply;

/// Whether a path of this mailbox, `<` and `>` counted, has at most 256 octets (RFC 5321
/// §4.5.3.1.3). What is longer would make trace fields whose lines may not be sent on.
pub(crate) fn fits(mailbox: &str) -> bool {
    mailbox.len() <= MAX - "<>".len()
}

/// 501 5.1.7: a reverse-path that does not [fit](fits).
pub(crate) fn sender_too_long() -> Reply {
    Reply::new(501, "5.1.7 Path too long").unwrap_or_else(|_| Reply::try_again())
}

/// 501 5.1.3: a forward-path that does not [fit](fits).
pub(crate) fn recipient_too_long() -> Reply {
    Reply::new(501, "5.1.3 Path too long").unwrap_or_else(|_| Reply::try_again())
}

/// Whether the domain of a mailbox has a dot, or is an address literal: a name of one label means
/// something to the sender's network only (RFC 6409 §4.2).
pub(crate) fn is_qualified(mailbox: MailboxRef<'_>) -> bool {
    mailbox.address_literal().is_some() || mailbox.host().contains('.')
}

/// 554 5.1.8: a sender or author that is not [qualified](is_qualified).
pub(crate) fn sender_unqualified() -> Reply {
    Reply::new(554, "5.1.8 Not a full domain name").unwrap_or_else(|_| Reply::try_again())
}

/// 554 5.1.2: a recipient that is not [qualified](is_qualified).
pub(crate) fn recipient_unqualified() -> Reply {
    Reply::new(554, "5.1.2 Not a full domain name").unwrap_or_else(|_| Reply::try_again())
}

const MAX: usize = 256;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_has_256_octets_at_most() {
        assert!(fits(&"a".repeat(254)));
        assert!(!fits(&"a".repeat(255)));
    }

    #[test]
    fn a_domain_of_one_label_is_not_qualified() {
        for (mailbox, is) in [
            ("a@example.org", true),
            ("a@[IPv6:::1]", true),
            ("a@localhost", false),
            ("\"a.b\"@localhost", false),
        ] {
            let mailbox = MailboxRef::parse(mailbox.as_bytes()).unwrap();
            assert_eq!(is_qualified(mailbox), is, "{mailbox}");
        }
    }
}
