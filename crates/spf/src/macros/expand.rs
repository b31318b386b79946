//! What macros expand to (RFC 7208 §7.2, §7.3).

use alloc::borrow::Cow;
use alloc::string::ToString;
use alloc::vec::Vec;
use core::net::IpAddr;

use dns_txt::{Name, NameError};

use super::{DomainSpec, ExplainString, Letter, Macro, Part, parts};
use crate::subject::Subject;

/// What macros stand for while one record is evaluated.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Facts<'c> {
    pub(crate) subject: &'c Subject,
    /// `<domain>`: whose record it is.
    pub(crate) domain: &'c Name,
    /// A validated name of the client, where one was asked for and found.
    pub(crate) client_name: Option<&'c Name>,
}

/// Why a domain expands to no name that can be asked for.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum NoName {
    /// A label is empty or too long.
    Malformed(NameError),
    /// The local part is not ASCII, and no term that names it matches (RFC 8616 §4).
    NonAsciiLocalPart,
    /// A value is longer than anything that could be part of a name, or all values together are.
    TooLong,
}

impl DomainSpec {
    /// The name that this domain stands for, cut on the left to 253 octets (RFC 7208 §7.3).
    pub(crate) fn expand(&self, facts: &Facts<'_>) -> Result<Name, NoName> {
        if let Some(name) = self.literal_name() {
            return name.map_err(NoName::Malformed);
        }
        // Before anything else that may be wrong: such a term matches nothing (RFC 8616 §4).
        if !facts.subject.local_part().is_ascii() && self.names_local_part() {
            return Err(NoName::NonAsciiLocalPart);
        }
        let mut tail = Tail::default();
        let mut budget = Budget::default();
        for part in parts(&self.text) {
            match part {
                Part::Escape(text) | Part::Literal(text) => {
                    text.iter().for_each(|&octet| tail.push(octet));
                }
                Part::Macro(expression) => {
                    let value = facts.value(expression.letter);
                    if value.len() > MAX_VALUE || !budget.allows(&value) {
                        return Err(NoName::TooLong);
                    }
                    expression.write(&value, &mut |octet| tail.push(octet));
                }
            }
        }
        tail.into_name().map_err(NoName::Malformed)
    }

    /// The name that this domain stands for in every check; `None` if it depends on the check or
    /// is no name.
    pub(crate) fn fixed_name(&self) -> Option<Name> {
        self.literal_name()?.ok()
    }

    /// The name where there is nothing to expand and nothing to cut.
    fn literal_name(&self) -> Option<Result<Name, NameError>> {
        let is_literal = !self.has_macros && self.text.len() <= MAX_NAME;
        is_literal.then(|| Name::from_dotted(&self.text))
    }

    fn names_local_part(&self) -> bool {
        parts(&self.text).any(|part| match part {
            Part::Escape(_) | Part::Literal(_) => false,
            Part::Macro(expression) => {
                matches!(expression.letter, Letter::LocalPart | Letter::Sender)
            }
        })
    }
}

impl ExplainString {
    /// The explanation as printable ASCII, at most `limit` octets long.
    ///
    /// RFC 7208 §6.2 limits it to ASCII; controls are left out too, so that nothing of it can end
    /// the line of a reply. Both come only from macros, and are printed as `?`. It ends early where
    /// macros go on beyond all measure.
    pub(crate) fn expand(&self, facts: &Facts<'_>, limit: usize) -> Vec<u8> {
        let mut text = Vec::new();
        let mut budget = Budget::default();
        let mut push = |octet: u8| {
            if text.len() < limit {
                let printable = octet == b' ' || octet.is_ascii_graphic();
                text.push(if printable { octet } else { b'?' });
            }
        };
        for part in parts(self.text.as_bytes()) {
            match part {
                Part::Escape(text) | Part::Literal(text) => {
                    text.iter().for_each(|&octet| push(octet));
                }
                Part::Macro(expression) => {
                    let value = facts.value(expression.letter);
                    let value = value.get(..MAX_VALUE).unwrap_or(&value);
                    if !budget.allows(value) {
                        break;
                    }
                    expression.write(value, &mut push);
                }
            }
        }
        text
    }
}

impl Facts<'_> {
    /// The value of a macro letter before it is transformed (RFC 7208 §7.2).
    fn value(&self, letter: Letter) -> Cow<'_, [u8]> {
        let subject = self.subject;
        match letter {
            Letter::ClientIp => subject.client.to_string().into_bytes().into(),
            Letter::Domain => dotted(self.domain).into(),
            Letter::Helo => subject.helo_name().into(),
            Letter::Ip => dotted_address(subject.client).into(),
            Letter::LocalPart => subject.local_part().into(),
            Letter::Receiver => match &subject.receiver {
                Some(receiver) => receiver.as_str().as_bytes().into(),
                None => UNKNOWN.into(),
            },
            Letter::Sender => (&*subject.sender).into(),
            Letter::SenderDomain => subject.sender_domain().into(),
            Letter::Time => match subject.now {
                Some(now) => now.to_string().into_bytes().into(),
                None => UNKNOWN.into(),
            },
            Letter::ValidatedName => match self.client_name {
                Some(name) => dotted(name).into(),
                None => UNKNOWN.into(),
            },
            Letter::Version => match subject.client {
                IpAddr::V4(_) => b"in-addr"[..].into(),
                IpAddr::V6(_) => b"ip6"[..].into(),
            },
        }
    }
}

impl Macro<'_> {
    /// Splits, reverses, keeps parts on the right, joins with dots and escapes, in this order
    /// (RFC 7208 §7.3).
    fn write(&self, value: &[u8], push: &mut impl FnMut(u8)) {
        let is_delimiter = |octet: &u8| match self.delimiters {
            [] => *octet == b'.',
            delimiters => delimiters.contains(octet),
        };
        let parts = value.split(is_delimiter);
        let drop = match self.keep {
            Some(keep) => parts.clone().count().saturating_sub(keep),
            None => 0,
        };
        if self.reverse {
            self.join(parts.rev().skip(drop), push);
        } else {
            self.join(parts.skip(drop), push);
        }
    }

    fn join<'v>(&self, parts: impl Iterator<Item = &'v [u8]>, push: &mut impl FnMut(u8)) {
        for (index, part) in parts.enumerate() {
            if index > 0 {
                push(b'.');
            }
            for &octet in part {
                if self.escape && !is_unreserved(octet) {
                    let [high, low] = hexadecimal(octet);
                    push(b'%');
                    push(high.to_ascii_uppercase());
                    push(low.to_ascii_uppercase());
                } else {
                    push(octet);
                }
            }
        }
    }
}

/// What the macros of one text may cost together. A record holds thousands of them, and each is
/// work in proportion to its value, even where nothing of it is left in the end.
struct Budget {
    octets: usize,
}

impl Budget {
    /// Pays for looking at a value; `false` if there is not enough left.
    fn allows(&mut self, value: &[u8]) -> bool {
        let cost = value.len().saturating_add(MACRO_COST);
        let left = self.octets.checked_sub(cost);
        self.octets = left.unwrap_or(0);
        left.is_some()
    }
}

impl Default for Budget {
    fn default() -> Self {
        Self { octets: MAX_VALUES }
    }
}

/// The end of a text of any length: all that can be left when it is cut to a name's length.
#[derive(Default)]
struct Tail {
    octets: Vec<u8>,
}

impl Tail {
    fn push(&mut self, octet: u8) {
        if self.octets.len() == 4 * MAX_NAME {
            // A label longer than a name stays too long: with the octet before the last 253, a
            // border in front of them is still seen.
            let surplus = self.octets.len().saturating_sub(MAX_NAME + 2);
            self.octets.drain(..surplus);
        }
        self.octets.push(octet);
    }

    /// Removes labels on the left until the name fits (RFC 7208 §7.3).
    fn into_name(self) -> Result<Name, NameError> {
        let mut name = &*self.octets;
        name = name.strip_suffix(b".").unwrap_or(name);
        while name.len() > MAX_NAME {
            let dot = name.iter().position(|&octet| octet == b'.');
            name = match dot.and_then(|dot| name.split_at_checked(dot.saturating_add(1))) {
                Some((_, shorter)) => shorter,
                None => return Err(NameError::LabelTooLong),
            };
        }
        Name::from_dotted(name)
    }
}

/// The labels of a name with dots between them, unescaped: a domain as macros see it.
fn dotted(name: &Name) -> Vec<u8> {
    let mut text = Vec::with_capacity(MAX_NAME);
    for label in name.labels() {
        if !text.is_empty() {
            text.push(b'.');
        }
        text.extend_from_slice(label);
    }
    text
}

/// An address as `%{i}` has it: a dotted quad, or 32 hexadecimal digits with dots between them.
pub(crate) fn dotted_address(address: IpAddr) -> Vec<u8> {
    match address {
        IpAddr::V4(address) => address.to_string().into_bytes(),
        IpAddr::V6(address) => {
            let digits = address.octets().into_iter().flat_map(hexadecimal);
            let mut text: Vec<u8> = digits.flat_map(|digit| [digit, b'.']).collect();
            text.pop();
            text
        }
    }
}

fn hexadecimal(octet: u8) -> [u8; 2] {
    [octet >> 4, octet & 0xf].map(|digit| match digit {
        0..=9 => b'0' + digit,
        _ => b'a' + (digit - 10),
    })
}

/// `unreserved` of RFC 3986 §2.3.
fn is_unreserved(octet: u8) -> bool {
    octet.is_ascii_alphanumeric() || matches!(octet, b'-' | b'.' | b'_' | b'~')
}

/// The longest name as text (RFC 1035 §2.3.4), to which RFC 7208 §7.3 cuts.
const MAX_NAME: usize = 253;

/// The longest macro value that is looked at. What a record can ask for grows with it; no sender
/// (RFC 5321 §4.5.3.1.3: 256 octets) or host name comes near.
const MAX_VALUE: usize = 1024;

/// All values of one text, the costs of their macros included: many times what a text can be
/// made of that is cut to 253 octets, or to a line of a reply.
const MAX_VALUES: usize = 64 * MAX_VALUE;

/// What a macro costs whatever its value, in octets.
const MACRO_COST: usize = 16;

/// What stands for a name that is not known (RFC 7208 §7.3).
const UNKNOWN: &[u8] = b"unknown";

#[cfg(test)]
mod tests {
    use alloc::string::String;

    use super::*;
    use crate::options::Options;

    /// The facts of RFC 7208 §7.4.
    fn expand(client: &str, text: &str) -> String {
        let sender = b"strong-bad@email.example.com";
        let client = client.parse().unwrap();
        let (subject, domain) = Subject::mail_from(client, b"", sender, &Options::default());
        let facts = Facts {
            subject: &subject,
            domain: &domain.unwrap().to_name(),
            client_name: Some(&"mx.example.org".parse().unwrap()),
        };
        let text = ExplainString::parse(text.as_bytes()).unwrap();
        String::from_utf8(text.expand(&facts, 1000)).unwrap()
    }

    #[test]
    fn e04_the_examples_of_the_rfc() {
        for (text, expansion) in [
            ("%{s}", "strong-bad@email.example.com"),
            ("%{o}", "email.example.com"),
            ("%{d}", "email.example.com"),
            ("%{d4}", "email.example.com"),
            ("%{d3}", "email.example.com"),
            ("%{d2}", "example.com"),
            ("%{d1}", "com"),
            ("%{dr}", "com.example.email"),
            ("%{d2r}", "example.email"),
            ("%{l}", "strong-bad"),
            ("%{l-}", "strong.bad"),
            ("%{lr}", "strong-bad"),
            ("%{lr-}", "bad.strong"),
            ("%{l1r-}", "strong"),
            ("%{p}", "mx.example.org"),
            (
                "%{ir}.%{v}._spf.%{d2}",
                "3.2.0.192.in-addr._spf.example.com",
            ),
            ("%{lr-}.lp._spf.%{d2}", "bad.strong.lp._spf.example.com"),
            (
                "%{lr-}.lp.%{ir}.%{v}._spf.%{d2}",
                "bad.strong.lp.3.2.0.192.in-addr._spf.example.com",
            ),
            (
                "%{ir}.%{v}.%{l1r-}.lp._spf.%{d2}",
                "3.2.0.192.in-addr.strong.lp._spf.example.com",
            ),
            (
                "%{d2}.trusted-domains.example.net",
                "example.com.trusted-domains.example.net",
            ),
        ] {
            assert_eq!(expand("192.0.2.3", text), expansion, "{text}");
        }
        assert_eq!(
            expand("2001:db8::cb01", "%{ir}.%{v}._spf.%{d2}"),
            "1.0.b.c.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6._spf.example.com"
        );
        assert_eq!(expand("2001:db8::cb01", "%{c}"), "2001:db8::cb01");
    }

    #[test]
    fn parts_may_be_empty() {
        // RFC 7208 §7.3: delimiters in a row, or at an end, have empty parts between them.
        let mut text = Vec::new();
        let expression = Macro {
            letter: Letter::LocalPart,
            escape: false,
            keep: Some(3),
            reverse: true,
            delimiters: b"-+",
        };
        expression.write(b"-a+-b-", &mut |octet| text.push(octet));
        assert_eq!(text, b".a.");
    }

    #[test]
    fn e06_macros_without_end_are_no_name() {
        let value = b"-".repeat(MAX_VALUE);
        let most = MAX_VALUES / (MAX_VALUE + MACRO_COST);
        let mut budget = Budget::default();
        let paid = (0..100_000).filter(|_| budget.allows(&value)).count();
        assert_eq!(paid, most);

        // 28 octets of sender: `%{s1r-}` looks at all of them and leaves six.
        let macros = MAX_VALUES / (28 + MACRO_COST);
        let sender = b"strong-bad@email.example.com";
        let client = "192.0.2.3".parse().unwrap();
        let (subject, _) = Subject::mail_from(client, b"", sender, &Options::default());
        let facts = Facts {
            subject: &subject,
            domain: &"email.example.com".parse().unwrap(),
            client_name: None,
        };
        for (count, expected) in [(macros, true), (macros + 1, false)] {
            let text = alloc::format!("{}example.com", "%{s1r-}.".repeat(count));
            let spec = crate::macros::domain_spec(text.as_bytes());
            let (_, spec) = spec.unwrap();
            assert_eq!(spec.expand(&facts).is_ok(), expected, "{count}");
        }
        assert_eq!(
            expand("192.0.2.3", &"%{s1r-}".repeat(macros + 1)).len(),
            1000
        );
        assert_eq!(
            expand("192.0.2.3", &"%{s99r-}%{v}".repeat(9999)).len(),
            1000
        );
        assert_eq!(expand("192.0.2.3", &"x".repeat(9999)).len(), 1000);
    }

    #[test]
    fn a_tail_of_any_length_is_cut_as_the_whole_would_be() {
        let label = b"abcdefghi.";
        for labels in 1..400 {
            let whole = label.repeat(labels);
            let mut tail = Tail::default();
            whole.iter().for_each(|&octet| tail.push(octet));
            let kept = labels.min(25);
            let expected = Name::from_dotted(&label.repeat(kept)).unwrap();
            assert_eq!(tail.into_name(), Ok(expected), "{labels}");
        }
        let mut endless = Tail::default();
        (0..10_000).for_each(|_| endless.push(b'a'));
        assert_eq!(endless.into_name(), Err(NameError::LabelTooLong));
    }
}
