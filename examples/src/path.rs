//! What a path of the envelope may be, beyond its grammar.

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

const MAX: usize = 256;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_has_256_octets_at_most() {
        assert!(fits(&"a".repeat(254)));
        assert!(!fits(&"a".repeat(255)));
    }
}
