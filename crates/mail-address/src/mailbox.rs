//! Mailboxes of the envelope ([RFC 5321] §4.1.2, with [RFC 6531] §3.3).
//!
//! [RFC 5321]: https://www.rfc-editor.org/rfc/rfc5321
//! [RFC 6531]: https://www.rfc-editor.org/rfc/rfc6531

use alloc::boxed::Box;
use alloc::format;
use core::fmt;
use core::hash::{Hash, Hasher};
use core::str::FromStr;

use dns_txt::Domain;
use nom::branch::alt;
use nom::bytes::complete::{tag, take_while1};
use nom::combinator::{consumed, map_opt, recognize, verify};
use nom::multi::many0_count;
use nom::sequence::preceded;
use nom::{IResult, Parser};
use thiserror::Error;

use crate::address_literal::{AddressLiteral, address_literal};
use crate::local_part::{LocalPart, local_part, quoted};

/// A mailbox `local-part@domain` or `local-part@[literal]`: a checked view of octets as written.
///
/// Equal means the same mailbox: quoting makes no difference in the local part, case none behind
/// the `@`.
///
/// Letters beyond ASCII are accepted on both sides of the `@`, and [`MailboxRef::is_ascii`]
/// tells whether the mailbox needs SMTPUTF8. Domains are checked for what can stand in a name, not
/// for the rules of IDNA. Underscores are accepted in domains against RFC 5321 §4.1.2, because
/// hosts in use have them; Postfix does the same. A local part may be longer than 64 octets,
/// since forwarders that rewrite senders make such (RFC 5321 §4.5.3.1 asks for no limit).
#[derive(Clone, Copy)]
pub struct MailboxRef<'i> {
    text: &'i str,
    local_part: &'i str,
    host: &'i str,
}

impl<'i> MailboxRef<'i> {
    /// Reads octets that are one mailbox and nothing else.
    pub fn parse(octets: &'i [u8]) -> Result<Self, MailboxError> {
        match Self::split(octets)? {
            (mailbox, b"") => Ok(mailbox),
            (_, rest) => Err(MailboxError::Trailing {
                offset: octets.len() - rest.len(),
            }),
        }
    }

    /// Reads the mailbox that octets begin with, and gives what follows it.
    pub fn split(octets: &'i [u8]) -> Result<(Self, &'i [u8]), MailboxError> {
        mailbox(octets)
            .map(|(rest, mailbox)| (mailbox, rest))
            .map_err(|_| {
                // Only now is it worth the time to find out why.
                let Ok((rest, local_part)) = local_part(octets) else {
                    return MailboxError::LocalPart;
                };
                let offset = local_part.len();
                match core::str::from_utf8(local_part) {
                    Ok(text) if text.contains(char::is_control) => MailboxError::LocalPart,
                    Err(_) => MailboxError::LocalPart,
                    Ok(_) if rest.starts_with(b"@") => MailboxError::Host { offset: offset + 1 },
                    Ok(_) => MailboxError::At { offset },
                }
            })
    }

    /// The whole mailbox, as written.
    pub fn as_str(&self) -> &'i str {
        self.text
    }

    /// What stands before the `@`.
    pub fn local_part(&self) -> LocalPart<'i> {
        LocalPart::checked(self.local_part)
    }

    /// What stands behind the `@`, as written: a domain, or a literal with its brackets.
    pub fn host(&self) -> &'i str {
        self.host
    }

    /// The domain behind the `@`; `None` for an address literal and for a domain with letters
    /// beyond ASCII.
    pub fn domain(&self) -> Option<Domain> {
        Domain::parse(self.host.as_bytes()).ok()
    }

    /// The address literal behind the `@`; `None` if a domain stands there.
    pub fn address_literal(&self) -> Option<AddressLiteral<'i>> {
        AddressLiteral::parse(self.host.as_bytes())
    }

    /// Whether all of it is ASCII: what SMTP can carry without SMTPUTF8.
    pub fn is_ascii(&self) -> bool {
        self.text.is_ascii()
    }

    /// A copy of the text that borrows nothing.
    pub fn to_owned(&self) -> Mailbox {
        Mailbox {
            text: self.text.into(),
            at: self.local_part.len(),
        }
    }
}

impl fmt::Debug for MailboxRef<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Mailbox({self})")
    }
}

/// Prints the octets as written.
impl fmt::Display for MailboxRef<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.text)
    }
}

impl Eq for MailboxRef<'_> {}

impl Hash for MailboxRef<'_> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.local_part().hash(state);
        for octet in self.host.bytes() {
            octet.to_ascii_lowercase().hash(state);
        }
    }
}

impl PartialEq for MailboxRef<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.local_part() == other.local_part() && self.host.eq_ignore_ascii_case(other.host)
    }
}

/// A mailbox that owns its text; [`Mailbox::view`] has everything there is to ask.
#[derive(Clone)]
pub struct Mailbox {
    text: Box<str>,
    at: usize,
}

impl Mailbox {
    /// Reads octets that are one mailbox and nothing else.
    pub fn parse(octets: &[u8]) -> Result<Self, MailboxError> {
        MailboxRef::parse(octets).map(|mailbox| mailbox.to_owned())
    }

    /// The mailbox of the user `name` at `domain`. The name is quoted if it has to be; a name
    /// with control characters is refused.
    pub fn new(name: &str, domain: &Domain) -> Result<Self, MailboxError> {
        let local_part = quoted(name).ok_or(MailboxError::LocalPart)?;
        Ok(Self {
            text: format!("{local_part}@{domain}").into_boxed_str(),
            at: local_part.len(),
        })
    }

    /// The mailbox as a view.
    pub fn view(&self) -> MailboxRef<'_> {
        let (local_part, host) = self.text.split_at(self.at);
        MailboxRef {
            text: &self.text,
            local_part,
            host: host.strip_prefix('@').unwrap_or(host),
        }
    }
}

impl fmt::Debug for Mailbox {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.view().fmt(f)
    }
}

/// Prints the octets as written.
impl fmt::Display for Mailbox {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.text)
    }
}

impl Eq for Mailbox {}

impl From<MailboxRef<'_>> for Mailbox {
    fn from(mailbox: MailboxRef<'_>) -> Self {
        mailbox.to_owned()
    }
}

impl FromStr for Mailbox {
    type Err = MailboxError;

    fn from_str(text: &str) -> Result<Self, MailboxError> {
        Self::parse(text.as_bytes())
    }
}

impl Hash for Mailbox {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.view().hash(state);
    }
}

impl PartialEq for Mailbox {
    fn eq(&self, other: &Self) -> bool {
        self.view() == other.view()
    }
}

/// Why octets are not a mailbox.
#[derive(Clone, Copy, Debug, Eq, Error, PartialEq)]
#[non_exhaustive]
pub enum MailboxError {
    /// The local part is not followed by an `@`.
    #[error("octet {offset} of a mailbox is not the `@` that should stand there")]
    At {
        /// Where it should stand, counted from 0.
        offset: usize,
    },
    /// Behind the `@` stands neither a domain nor an address literal.
    #[error("no domain and no address literal at octet {offset} of a mailbox")]
    Host {
        /// Where it should begin, counted from 0.
        offset: usize,
    },
    /// It does not begin with a local part.
    #[error("malformed local part of a mailbox")]
    LocalPart,
    /// Something follows the mailbox.
    #[error("octet {offset} cannot stand in a mailbox")]
    Trailing {
        /// Where it begins, counted from 0.
        offset: usize,
    },
}

/// `Mailbox = Local-part "@" ( Domain / address-literal )`
fn mailbox(input: &[u8]) -> IResult<&[u8], MailboxRef<'_>, ()> {
    let parts = (local_part, preceded(tag("@"), host));
    map_opt(consumed(parts), |(text, (local_part, _))| {
        let text = core::str::from_utf8(text).ok()?;
        let (local_part, host) = text.split_at_checked(local_part.len())?;
        let host = host.strip_prefix('@')?;
        let fits = text.is_ascii() || !local_part.contains(char::is_control) && is_name(host);
        fits.then_some(MailboxRef {
            text,
            local_part,
            host,
        })
    })
    .parse(input)
}

/// `Domain / address-literal`
fn host(input: &[u8]) -> IResult<&[u8], &[u8], ()> {
    alt((domain, recognize(address_literal))).parse(input)
}

/// `Domain = sub-domain *("." sub-domain)`, which is at most 253 octets (RFC 1035 §2.3.4).
fn domain(input: &[u8]) -> IResult<&[u8], &[u8], ()> {
    let domain = recognize((sub_domain, many0_count(preceded(tag("."), sub_domain))));
    verify(domain, |domain: &[u8]| domain.len() <= 253).parse(input)
}

/// `sub-domain = Let-dig [Ldh-str]` and `sub-domain =/ U-label` (RFC 6531 §3.3), with
/// underscores, and hyphens wherever they stand. One of ASCII is at most 63 octets (RFC 1035
/// §2.3.4); others cannot be measured here.
fn sub_domain(input: &[u8]) -> IResult<&[u8], &[u8], ()> {
    let is_label = |octet: u8| LABEL[usize::from(octet)];
    let fits = |label: &[u8]| label.len() <= 63 || !label.is_ascii();
    verify(take_while1(is_label), fits).parse(input)
}

/// Octets of a label, looked up: a server asks it of every octet of every domain.
static LABEL: [bool; 256] = {
    let mut table = [false; 256];
    let mut octet = 0u8;
    loop {
        table[octet as usize] =
            octet.is_ascii_alphanumeric() || matches!(octet, b'-' | b'_' | 128..);
        match octet {
            u8::MAX => break table,
            _ => octet += 1,
        }
    }
};

/// Whether text beyond ASCII, in the octets of a domain, can be one. What IDNA forbids in every
/// label is refused even though the rest of IDNA is not looked at: controls, white space, dots of
/// other scripts, and characters without a shape of their own.
fn is_name(text: &str) -> bool {
    !text.contains(|char: char| char.is_control() || is_shapeless(char))
}

fn is_shapeless(char: char) -> bool {
    char.is_whitespace()
        || matches!(
            char,
            '\u{ad}'
                | '\u{200b}' | '\u{200e}' | '\u{200f}'
                | '\u{202a}'..='\u{202e}'
                | '\u{2060}'..='\u{206f}'
                | '\u{3002}' | '\u{ff0e}' | '\u{ff61}'
                | '\u{fe00}'..='\u{fe0f}'
                | '\u{feff}'
                | '\u{fff0}'..='\u{ffff}'
                | '\u{e0000}'..='\u{e0fff}'
        )
}

#[cfg(test)]
mod tests;
