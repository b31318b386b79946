//! Whose mail it is: the From field, read strictly (RFC 5322 §3.6.2).

use dkim_canon::Header;
use mail_address::{Address, FromField, Mailbox};
use thiserror::Error;

/// The mailboxes of the only From field.
///
/// Stricter than what may be received: comments inside an address, routes, groups and other
/// forms that two readers could take for two authors are errors here, where the author can still
/// mend them.
pub(super) fn authors(header: &Header<'_>) -> Result<Vec<Mailbox>, AuthorError> {
    let mut fields = header.fields().filter(|field| field.is_named("From"));
    let field = fields.next().ok_or(AuthorError::Missing)?;
    if fields.next().is_some() {
        return Err(AuthorError::Several);
    }
    mailboxes(field.value()).ok_or(AuthorError::Syntax)
}

/// What is wrong with a message's From.
#[derive(Clone, Copy, Debug, Eq, Error, PartialEq)]
pub(super) enum AuthorError {
    #[error("no From field")]
    Missing,
    #[error("more than one From field")]
    Several,
    #[error("the From field cannot be read")]
    Syntax,
}

/// The addresses of the field. A group is an error: it may be empty, and names nobody.
fn mailboxes(value: &[u8]) -> Option<Vec<Mailbox>> {
    let field = FromField::parse_plain(value).ok()?;
    let addresses = field.addresses().iter();
    addresses
        .map(|address| match address {
            Address::Mailbox(named) => Some(named.mailbox.clone()),
            Address::Group(_) => None,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(message: &str) -> Result<Vec<String>, AuthorError> {
        let (header, _) = Header::split(message.as_bytes());
        let authors = authors(&header)?;
        Ok(authors.iter().map(ToString::to_string).collect())
    }

    #[test]
    fn authors_are_the_mailboxes_of_from() {
        for (from, expected) in [
            ("a@example.org", &["a@example.org"][..]),
            ("<a@example.org>", &["a@example.org"]),
            ("Al Ice <a@example.org>", &["a@example.org"]),
            ("\"b@evil.example\" <a@example.org>", &["a@example.org"]),
            ("A. B. (x) <a@example.org> (y)", &["a@example.org"]),
            (
                "=?utf-8?q?b=40evil.example?= <a@example.org>",
                &["a@example.org"],
            ),
            (
                "a@example.org,\r\n B <b@example.com>",
                &["a@example.org", "b@example.com"],
            ),
        ] {
            let authors = read(&format!("From: {from}\r\n\r\n"));
            assert_eq!(authors.unwrap(), expected, "{from}");
        }
    }

    #[test]
    fn what_two_readers_could_read_differently_is_an_error() {
        for from in [
            "",
            "Alice",
            "<a@example.org",
            "<a@example.org>b@evil.example",
            "<a@example.org>\\,<b@evil.example>",
            "<@example.org:a@evil.example>",
            "a@example.org(x",
            "a(x)@example.org",
            "a@b@example.org",
            "Undisclosed:;",
            "a@example.org b@evil.example",
            "a@example.org <b@evil.example>",
        ] {
            let authors = read(&format!("From: {from}\r\n\r\n"));
            assert_eq!(authors, Err(AuthorError::Syntax), "{from}");
        }
        let two = "From: a@example.org\r\nfrom : b@evil.example\r\n\r\n";
        assert_eq!(read(two), Err(AuthorError::Several));
        assert_eq!(
            read("Sender: a@example.org\r\n\r\n"),
            Err(AuthorError::Missing)
        );
    }
}
