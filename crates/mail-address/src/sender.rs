//! Who sent a message for its authors.

use alloc::vec::Vec;

use thiserror::Error;

use crate::analysis::Authors;
use crate::from_field::{FromField, FromFieldError};
use crate::mailbox::Mailbox;
use crate::rfc5322::lenient::is_named;

impl Authors {
    /// The mailbox that Sender names among the fields of the message, or what is wrong with it
    /// (RFC 6854 §2.1). `None` without Sender: then the only author sent the message. `None`, too,
    /// for a group of nobody, which the RFC allows there.
    ///
    /// The sender is not an author, and never stands in for one. A message that breaks these rules
    /// has the same authors; it should not be sent, and whether to refuse one that comes is for the
    /// server to say.
    ///
    /// ```
    /// use mail_address::{Authors, SenderDefect};
    ///
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let from = (&b"From"[..], &b" ben@example.com, carol@example.com"[..]);
    /// let sender = (&b"Sender"[..], &b" dave@example.com"[..]);
    /// let authors = Authors::from_fields([from], None)?;
    /// assert_eq!(authors.sender([from, sender])?, "dave@example.com".parse().ok());
    /// assert_eq!(authors.sender([from]), Err(SenderDefect::Missing { authors: 2 }));
    /// # Ok(())
    /// # }
    /// ```
    pub fn sender<'m>(
        &self,
        fields: impl IntoIterator<Item = (&'m [u8], &'m [u8])>,
    ) -> Result<Option<Mailbox>, SenderDefect> {
        let senders = fields.into_iter();
        let senders = senders.filter(|(name, _)| is_named(name, "Sender"));
        let values: Vec<&[u8]> = senders.map(|(_, value)| value).collect();
        let value = match *values {
            [value] => value,
            [] => {
                return match self.mailboxes().len() {
                    0 | 1 => Ok(None),
                    authors => Err(SenderDefect::Missing { authors }),
                };
            }
            _ => {
                let fields = values.len();
                return Err(SenderDefect::Repeated { fields });
            }
        };
        // `sender = "Sender:" (mailbox / address) CRLF`
        let field = FromField::parse(value)?;
        let addresses = field.addresses().len();
        let mut mailboxes = field.mailboxes();
        match (addresses, mailboxes.next(), mailboxes.count()) {
            (1, first, 0) => Ok(first.cloned()),
            (_, first, others) => Err(SenderDefect::Several {
                mailboxes: others + usize::from(first.is_some()),
            }),
        }
    }
}

/// What is wrong with the Sender of a message.
#[derive(Clone, Copy, Debug, Eq, Error, PartialEq)]
#[non_exhaustive]
pub enum SenderDefect {
    /// Several authors and no Sender, which has to be there then (RFC 6854 §2.1).
    #[error("{authors} authors and no Sender")]
    Missing {
        /// How many mailboxes From names, those in groups included.
        authors: usize,
    },
    /// More than one Sender field (RFC 5322 §3.6 allows one).
    #[error("{fields} Sender fields")]
    Repeated {
        /// How many there are.
        fields: usize,
    },
    /// A list of addresses, or a group of several mailboxes (RFC 6854 §2.1 allows one of each).
    #[error("Sender names several addresses")]
    Several {
        /// How many mailboxes there are; less than two in a list with groups of nobody.
        mailboxes: usize,
    },
    /// The field cannot be read.
    #[error("Sender cannot be read")]
    Syntax(#[from] FromFieldError),
}

#[cfg(test)]
mod tests {
    use alloc::string::{String, ToString};

    use super::*;

    fn sender(from: &str, fields: &[(&str, &str)]) -> Result<Option<String>, SenderDefect> {
        let from = [(&b"From"[..], from.as_bytes())];
        let authors = Authors::from_fields(from, None).unwrap();
        let fields = fields.iter();
        let fields = fields.map(|(name, value)| (name.as_bytes(), value.as_bytes()));
        let sender = authors.sender(from.into_iter().chain(fields))?;
        Ok(sender.map(|mailbox| mailbox.to_string()))
    }

    #[test]
    fn one_author_needs_no_sender() {
        assert_eq!(sender("a@x.example", &[]), Ok(None));
        assert_eq!(
            sender("G: a@x.example;, H:;", &[("To", "b@x.example")]),
            Ok(None)
        );
    }

    #[test]
    fn several_authors_need_one_wherever_their_mailboxes_stand() {
        let missing = |authors| Err(SenderDefect::Missing { authors });
        assert_eq!(sender("a@x.example, b@x.example", &[]), missing(2));
        assert_eq!(
            sender("G: a@x.example, b@y.example;, c@x.example", &[]),
            missing(3)
        );
        // Twice the same is two mailbox specifications.
        assert_eq!(sender("a@x.example, a@x.example", &[]), missing(2));
        for stranger in ["Reply-To", "Resent-Sender", "X-Sender", "Sender-"] {
            let fields = [(stranger, "c@x.example")];
            assert_eq!(sender("a@x.example, b@x.example", &fields), missing(2));
        }
    }

    #[test]
    fn a_sender_is_one_mailbox_however_it_is_written() {
        for value in [
            " c@z.example\r\n",
            " \"a@x.example\" <c@z.example>",
            " Us: c@z.example;",
            " <@x.example:c@z.example> (a@x.example)",
        ] {
            for name in ["Sender", "SENDER", "sender "] {
                for from in ["a@x.example", "a@x.example, b@x.example"] {
                    let read = sender(from, &[(name, value)]);
                    assert_eq!(read, Ok(Some("c@z.example".into())), "{name}:{value}");
                }
            }
        }
        let robot = [("Sender", "Robot:;")];
        assert_eq!(sender("a@x.example, b@x.example", &robot), Ok(None));
    }

    #[test]
    fn what_is_no_sender_is_a_defect() {
        let twice = [("Sender", "a@x.example"), ("sender", "a@x.example")];
        let repeated = Err(SenderDefect::Repeated { fields: 2 });
        assert_eq!(sender("a@x.example", &twice), repeated);
        for (value, mailboxes) in [
            ("a@x.example, b@x.example", 2),
            ("G: a@x.example, b@x.example;", 2),
            ("G:;, a@x.example", 1),
            ("G:;, H:;", 0),
        ] {
            let several = Err(SenderDefect::Several { mailboxes });
            assert_eq!(
                sender("a@x.example", &[("Sender", value)]),
                several,
                "{value}"
            );
        }
        for value in ["", "Al", "a@x.example b@x.example", "a@x.example\0"] {
            let read = sender("a@x.example", &[("Sender", value)]);
            assert!(matches!(read, Err(SenderDefect::Syntax(_))), "{value:?}");
        }
    }
}
