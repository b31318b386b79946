//! Whose mail a message says it is.

use alloc::collections::BTreeSet;
use alloc::vec::Vec;

use dns_txt::Domain;
use thiserror::Error;

use crate::from_field::{FromField, FromFieldError};
use crate::mailbox::{Mailbox, MailboxRef};
use crate::rfc5322::lenient::{hidden_fields, is_named};

/// The authors that a message names (RFC 5322 §3.6.2, RFC 6854 §2.1): mailboxes, each at a domain.
///
/// What the sender writes here anybody can write. It is worth as much as what is found out about
/// the domains: that is the work of DMARC (RFC 9989).
///
/// Only a sound From gives authors. A message with a [defect](FromDefect) has none that two
/// readers would agree about, and nothing that was signed or sent by somebody can be held for
/// theirs; nor are they looked for in Sender, Resent-From or Reply-To, which name others. Such a
/// message need not be one that a domain would disown, so whoever lets it in should not show it
/// as anybody's: RFC 5322 §3.6 allows none of them to be sent.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub struct Authors {
    domains: Vec<Domain>,
    mailboxes: Vec<Mailbox>,
}

impl Authors {
    /// Reads the authors out of header fields: the octets before the colon, white space and all,
    /// and those behind it. Fields of other names are passed over, so that all of a header can be
    /// given.
    ///
    /// `to_ascii` converts domains with letters beyond ASCII:
    /// `|text| Domain::from_unicode(text).ok()`, with feature `idna` of `dns-txt`. Without it such
    /// an author is a defect of its own.
    pub fn from_fields<'m>(
        fields: impl IntoIterator<Item = (&'m [u8], &'m [u8])>,
        to_ascii: Option<fn(&str) -> Option<Domain>>,
    ) -> Result<Self, FromDefect> {
        let mut from = None;
        let mut others = 0usize;
        let mut is_hidden = false;
        for (name, value) in fields {
            is_hidden |= hidden_fields(name, value).any(|(name, _)| is_from(name));
            if is_from(name) && from.replace((name, value)).is_some() {
                others += 1;
            }
        }
        if others > 0 {
            return Err(FromDefect::Several { fields: others + 1 });
        }
        if is_hidden {
            return Err(FromDefect::Hidden);
        }
        let (name, value) = from.ok_or(FromDefect::Missing)?;
        if !name.eq_ignore_ascii_case(b"From") {
            return Err(FromDefect::FieldName);
        }
        let field = match FromField::parse(value) {
            Ok(field) => field,
            Err(FromFieldError::Empty) => return Err(FromDefect::Nobody),
            Err(error) => return Err(FromDefect::Syntax(error)),
        };
        let mailboxes: Vec<Mailbox> = field.mailboxes().cloned().collect();
        if mailboxes.is_empty() {
            return Err(FromDefect::Nobody);
        }
        let domains = domains(&mailboxes, to_ascii)?;
        Ok(Self { domains, mailboxes })
    }

    /// The domains of the authors, as A-labels, each once, in the order of the field; at least
    /// one.
    pub fn domains(&self) -> &[Domain] {
        &self.domains
    }

    /// The domain of all authors, if they have only one: the Author Domain of RFC 9989.
    pub fn only_domain(&self) -> Option<&Domain> {
        match &*self.domains {
            [domain] => Some(domain),
            _ => None,
        }
    }

    /// The mailboxes of the authors, in the order of the field; at least one.
    pub fn mailboxes(&self) -> &[Mailbox] {
        &self.mailboxes
    }
}

/// Why nobody can be held for the author of a message.
#[derive(Clone, Copy, Debug, Eq, Error, PartialEq)]
#[non_exhaustive]
pub enum FromDefect {
    /// An author at an address literal: no domain answers for it.
    #[error("From names an author at an address literal")]
    AddressLiteral,
    /// A domain with letters beyond ASCII that cannot be converted: IDNA does not allow it.
    #[error("From names a domain that is not a valid internationalized name")]
    Domain,
    /// White space between the name of the field and its colon, which is obsolete (RFC 5322 §4.5),
    /// or before the name, or octets that no name may hold: not every reader finds a From there.
    #[error("white space or a control character in the name of the From field")]
    FieldName,
    /// A From that begins behind a bare CR or LF inside of a field: one for a reader who takes that
    /// for the end of a line, and none for the next.
    #[error("a From field behind a bare line end")]
    Hidden,
    /// A domain with letters beyond ASCII, and no means to convert them.
    #[error("From names an internationalized domain, which is not supported")]
    Internationalized,
    /// No From field (RFC 5322 §3.6 requires one).
    #[error("no From field")]
    Missing,
    /// A From field without a mailbox: nothing in it, or only empty groups.
    #[error("From names nobody")]
    Nobody,
    /// More than one From field (RFC 5322 §3.6 allows one).
    #[error("{fields} From fields")]
    Several {
        /// How many there are.
        fields: usize,
    },
    /// The field cannot be read.
    #[error("From cannot be read")]
    Syntax(#[source] FromFieldError),
}

fn is_from(name: &[u8]) -> bool {
    is_named(name, "From")
}

/// Each domain once. One mailbox without a domain spoils all: it stands among the authors that
/// people see.
fn domains(
    mailboxes: &[Mailbox],
    to_ascii: Option<fn(&str) -> Option<Domain>>,
) -> Result<Vec<Domain>, FromDefect> {
    let mut seen = BTreeSet::new();
    let mut domains = Vec::new();
    for mailbox in mailboxes {
        let domain = domain(mailbox.view(), to_ascii)?;
        if seen.insert(domain.clone()) {
            domains.push(domain);
        }
    }
    Ok(domains)
}

fn domain(
    mailbox: MailboxRef<'_>,
    to_ascii: Option<fn(&str) -> Option<Domain>>,
) -> Result<Domain, FromDefect> {
    let host = mailbox.host();
    if host.starts_with('[') {
        return Err(FromDefect::AddressLiteral);
    }
    if host.is_ascii() {
        return mailbox.domain().ok_or(FromDefect::Domain);
    }
    let to_ascii = to_ascii.ok_or(FromDefect::Internationalized)?;
    to_ascii(host).ok_or(FromDefect::Domain)
}

#[cfg(test)]
mod tests {
    use alloc::format;
    use alloc::string::{String, ToString};

    use super::*;

    type Field<'f> = (&'f str, &'f str);

    fn authors(fields: &[Field<'_>]) -> Result<Authors, FromDefect> {
        Authors::from_fields(
            fields
                .iter()
                .map(|(name, value)| (name.as_bytes(), value.as_bytes())),
            Some(|text| {
                (text == "bücher.example").then(|| "xn--bcher-kva.example".parse().unwrap())
            }),
        )
    }

    fn from(value: &str) -> Result<Vec<String>, FromDefect> {
        let authors = authors(&[("Subject", " x"), ("From", value)])?;
        Ok(authors.domains().iter().map(ToString::to_string).collect())
    }

    #[test]
    fn a_domain_is_named_once_however_often_it_is_written() {
        let value = " a@Example.ORG, Us: b@example.org, c@example.net;";
        assert_eq!(from(value).unwrap(), ["example.org", "example.net"]);
        let one = authors(&[("fRoM", "a@Example.ORG, b@example.org\r\n")]).unwrap();
        assert_eq!(one.only_domain(), "example.org".parse().ok().as_ref());
        assert_eq!(one.mailboxes().len(), 2);
    }

    #[test]
    fn a07_two_from_fields_name_nobody_whatever_they_say() {
        let a = ("From", " a@x.example");
        for other in [("from", " a@x.example"), ("FROM ", "x"), ("From", "")] {
            let several = FromDefect::Several { fields: 2 };
            assert_eq!(authors(&[a, other]), Err(several));
            assert_eq!(authors(&[other, ("To", "x"), a]), Err(several));
        }
        assert_eq!(authors(&[a; 5]), Err(FromDefect::Several { fields: 5 }));
    }

    #[test]
    fn a07_a_from_behind_a_bare_line_end_is_one_too_many() {
        let own = ("From", " a@x.example");
        for hiding in [
            ("X", " 1\nFrom: b@legit.example"),
            ("X", " 1\r\n 2\rfrom\t:b@legit.example"),
            ("X\nFrom", " b@legit.example"),
            ("X\rFROM ", " b@legit.example"),
            ("X\nFrom\r\n ", " b@legit.example"),
            // Behind the line end, too, some readers drop what no name may hold.
            ("X", " 1\nFr\0om: b@legit.example"),
            ("X", " 1\r\u{feff}From: b@legit.example"),
        ] {
            assert_eq!(
                authors(&[own, hiding]),
                Err(FromDefect::Hidden),
                "{hiding:?}"
            );
            assert_eq!(authors(&[hiding]), Err(FromDefect::Hidden), "{hiding:?}");
        }
        let behind = ("From", " a@x.example\nFrom: b@legit.example");
        assert_eq!(authors(&[behind]), Err(FromDefect::Hidden));
        for harmless in [
            ("X", " 1\r\n From: b@legit.example"),
            ("X", " From: b@legit.example"),
            ("X", " 1\nFromage: b@legit.example"),
            ("X", " 1\nFrom b@legit.example"),
            ("X", " 1\n"),
        ] {
            assert!(authors(&[own, harmless]).is_ok(), "{harmless:?}");
        }
    }

    #[test]
    fn a08_odd_spellings_of_from_are_a_defect() {
        for name in ["From ", "From\t", " From", "From\r\n ", "\tfrom"] {
            let read = authors(&[(name, " a@x.example")]);
            assert_eq!(read, Err(FromDefect::FieldName), "{name:?}");
        }
    }

    #[test]
    fn a08_octets_that_no_name_may_hold_do_not_hide_a_from() {
        let own = ("From", " a@x.example");
        for name in [
            "From\0",
            "\0From",
            "Fr\0om",
            "From\u{b}",
            "From\u{7f}",
            "\u{feff}From",
        ] {
            let odd = (name, " b@legit.example");
            assert_eq!(authors(&[odd]), Err(FromDefect::FieldName), "{name:?}");
            let several = FromDefect::Several { fields: 2 };
            assert_eq!(authors(&[own, odd]), Err(several), "{name:?}");
        }
    }

    #[test]
    fn a09_nobody_stands_in_for_a_missing_from() {
        for name in [
            "Sender",
            "Resent-From",
            "Reply-To",
            "X-From",
            "Fro",
            "From-",
        ] {
            let read = authors(&[(name, " a@x.example")]);
            assert_eq!(read, Err(FromDefect::Missing), "{name}");
        }
        assert_eq!(authors(&[]), Err(FromDefect::Missing));
    }

    #[test]
    fn a10_two_authors_are_two_domains_and_no_only_one() {
        let read = authors(&[("From", " <a@x.example>, <b@y.example>")]).unwrap();
        assert_eq!(read.domains().len(), 2);
        assert_eq!(read.only_domain(), None);
    }

    #[test]
    fn a13_internationalized_domains_are_converted_or_a_defect() {
        assert_eq!(from("a@bücher.example").unwrap(), ["xn--bcher-kva.example"]);
        assert_eq!(from("a@bücher.example.net"), Err(FromDefect::Domain));
        let field = (&b"From"[..], "a@bücher.example".as_bytes());
        let read = Authors::from_fields([field], None);
        assert_eq!(read, Err(FromDefect::Internationalized));
        // What nobody can see does not get as far.
        for invisible in ['\u{2000}', '\u{200b}', '\u{202e}', '\u{ad}', '\u{3002}'] {
            let read = from(&format!("a@legit{invisible}.example"));
            let error = FromFieldError::Domain { offset: 2 };
            assert_eq!(read, Err(FromDefect::Syntax(error)));
        }
    }

    #[test]
    fn a20_a_from_without_a_mailbox_names_nobody() {
        for value in [
            "",
            " \r\n",
            "Undisclosed:;",
            " (a@x.example) ",
            ",,",
            "A:;, B:,(c);",
        ] {
            assert_eq!(from(value), Err(FromDefect::Nobody), "{value}");
        }
    }

    #[test]
    fn an_address_literal_spoils_the_domain_beside_it() {
        for value in ["a@[192.0.2.1]", "b@x.example, a@[IPv6:2001:db8::1]"] {
            assert_eq!(from(value), Err(FromDefect::AddressLiteral));
        }
    }
}
