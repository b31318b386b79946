//! What a server offers ([RFC 5321] §4.1.1.1).
//!
//! [RFC 5321]: https://www.rfc-editor.org/rfc/rfc5321

use alloc::boxed::Box;

use crate::reply::Reply;
use crate::sasl::Mechanism;

/// The service extensions of an EHLO reply. Empty after HELO.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Capabilities {
    /// `ehlo-line = ehlo-keyword *( SP ehlo-param )`, with `\n` between them.
    lines: Box<str>,
}

impl Capabilities {
    /// The lines behind the first, which is the server's name and greeting.
    pub(super) fn parse(reply: &Reply) -> Self {
        let (_, lines) = reply.text().split_once('\n').unwrap_or_default();
        Self {
            lines: lines.into(),
        }
    }

    /// The parameters of an extension, by its keyword in any case; `None` if it is not offered.
    pub fn parameters(&self, keyword: &str) -> Option<impl Iterator<Item = &str>> {
        let words = self.line(keyword)?.split(' ');
        Some(words.filter(|word| !word.is_empty()).skip(1))
    }

    /// Whether an extension is offered, by its keyword in any case.
    pub fn offers(&self, keyword: &str) -> bool {
        self.parameters(keyword).is_some()
    }

    /// Messages without lines are taken, in chunks (RFC 3030 §3).
    pub fn binary_mime(&self) -> bool {
        self.offers("BINARYMIME") && self.chunking()
    }

    /// Messages are taken in chunks (RFC 3030 §2).
    pub fn chunking(&self) -> bool {
        self.offers("CHUNKING")
    }

    /// The sender can say which reports it wants (RFC 3461).
    pub fn dsn(&self) -> bool {
        self.offers("DSN")
    }

    /// Messages with octets beyond ASCII are taken (RFC 6152).
    pub fn eight_bit_mime(&self) -> bool {
        self.offers("8BITMIME")
    }

    /// Replies carry enhanced codes (RFC 2034).
    pub fn enhanced_status_codes(&self) -> bool {
        self.offers("ENHANCEDSTATUSCODES")
    }

    /// How much the server takes, as far as it says so (RFC 9422).
    pub fn limits(&self) -> OfferedLimits {
        let limit = |name| {
            let mut values = self
                .parameters("LIMITS")?
                .filter_map(|word| word.split_once('='))
                .filter(|(found, _)| found.eq_ignore_ascii_case(name));
            let (_, value) = values.next()?;
            // RFC 9422 §3: a limit that is given twice is none.
            values.next().is_none().then(|| limit_value(value))?
        };
        OfferedLimits {
            messages: limit("MAILMAX"),
            recipient_domains: limit("RCPTDOMAINMAX"),
            recipients: limit("RCPTMAX"),
        }
    }

    /// The mechanisms to log in with that this build speaks too, in the server's order
    /// (RFC 4954 §3). A server that follows drafts of RFC 2554 offers them in a line `AUTH=`, which
    /// counts if there is no other.
    pub fn mechanisms(&self) -> impl Iterator<Item = Mechanism> {
        let legacy = || {
            self.lines.split('\n').find_map(|line| {
                let (keyword, names) = line.split_once('=')?;
                keyword.eq_ignore_ascii_case("AUTH").then_some(names)
            })
        };
        let names = match self.line("AUTH") {
            Some(line) => line.get("AUTH".len()..),
            None => legacy(),
        };
        names
            .unwrap_or_default()
            .split(' ')
            .filter_map(|name| Mechanism::parse(name.as_bytes()))
    }

    /// Commands may be sent ahead of replies (RFC 2920).
    pub fn pipelining(&self) -> bool {
        self.offers("PIPELINING")
    }

    /// The octets of the largest message the server takes, if it says so (RFC 1870 §4, where 0
    /// means that it does not).
    pub fn max_size(&self) -> Option<u64> {
        let size = self.parameters("SIZE")?.next()?.parse().ok()?;
        (size != 0).then_some(size)
    }

    /// The size of a message may be announced (RFC 1870).
    pub fn size(&self) -> bool {
        self.offers("SIZE")
    }

    /// Addresses may hold letters beyond ASCII (RFC 6531).
    pub fn smtp_utf8(&self) -> bool {
        self.offers("SMTPUTF8")
    }

    /// Messages that must travel under TLS are taken, and sent on so (RFC 8689).
    pub fn require_tls(&self) -> bool {
        self.offers("REQUIRETLS")
    }

    /// TLS can be started (RFC 3207).
    pub fn start_tls(&self) -> bool {
        self.offers("STARTTLS")
    }

    /// The line of an extension.
    fn line(&self, keyword: &str) -> Option<&str> {
        self.lines.split('\n').find(|line| {
            let mut words = line.split(' ').filter(|word| !word.is_empty());
            words
                .next()
                .is_some_and(|word| word.eq_ignore_ascii_case(keyword))
        })
    }
}

/// How much a server says that it takes (RFC 9422 §4). The client keeps within it.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
#[non_exhaustive]
pub struct OfferedLimits {
    /// Messages of one session (`MAILMAX`).
    pub messages: Option<u32>,
    /// Different domains of the recipients of one session (`RCPTDOMAINMAX`).
    pub recipient_domains: Option<u32>,
    /// Recipients of one message (`RCPTMAX`).
    pub recipients: Option<u32>,
}

/// One to six digits, not 0 first (RFC 9422 §3).
fn limit_value(value: &str) -> Option<u32> {
    match value.as_bytes() {
        [b'1'..=b'9', rest @ ..] if rest.len() < 6 && rest.iter().all(u8::is_ascii_digit) => {
            value.parse().ok()
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reply::ReplyLimits;

    fn capabilities(octets: &[u8]) -> Capabilities {
        let (reply, _) = Reply::read(octets, &ReplyLimits::default())
            .unwrap()
            .unwrap();
        Capabilities::parse(&reply)
    }

    #[test]
    fn keywords_are_read_in_any_case() {
        let offered = capabilities(
            b"250-mx.example greets you\r\n250-pipelining\r\n250-Size 1000\r\n\
              250-8BITMIME\r\n250-AUTH GSSAPI plain LOGIN\r\n250-X-ODD a b\r\n250 SMTPUTF8\r\n",
        );
        assert!(offered.pipelining() && offered.eight_bit_mime() && offered.smtp_utf8());
        assert!(!offered.start_tls() && !offered.enhanced_status_codes());
        assert_eq!((offered.size(), offered.max_size()), (true, Some(1000)));
        assert!(
            offered
                .mechanisms()
                .eq([Mechanism::Plain, Mechanism::Login])
        );
        let odd = offered.parameters("x-odd").unwrap();
        assert!(odd.eq(["a", "b"]));
    }

    #[test]
    fn extensions_have_their_names() {
        let offered = capabilities(
            b"250-x\r\n250-CHUNKING\r\n250-BINARYMIME\r\n250-dsn\r\n250 REQUIRETLS\r\n",
        );
        assert!(offered.chunking() && offered.binary_mime());
        assert!(offered.dsn() && offered.require_tls());
        // RFC 3030 §3: not one without the other.
        assert!(!capabilities(b"250-x\r\n250 BINARYMIME\r\n").binary_mime());
    }

    #[test]
    fn mechanisms_in_a_line_of_old_count_if_there_is_no_other() {
        for (octets, mechanisms) in [
            (
                &b"250-x\r\n250 AUTH=LOGIN PLAIN\r\n"[..],
                &[Mechanism::Login, Mechanism::Plain][..],
            ),
            (
                b"250-x\r\n250-AUTH=LOGIN\r\n250 AUTH PLAIN\r\n",
                &[Mechanism::Plain],
            ),
            (b"250-x\r\n250 AUTH\r\n", &[]),
            (b"250-x\r\n250 AUTHX=PLAIN\r\n", &[]),
        ] {
            assert!(
                capabilities(octets)
                    .mechanisms()
                    .eq(mechanisms.iter().copied())
            );
        }
    }

    #[test]
    fn limits_are_read_or_ignored() {
        for (words, messages, recipients) in [
            ("MAILMAX=5 rcptmax=100", Some(5), Some(100)),
            ("RCPTMAX=999999 FOO BAR=1 =", None, Some(999_999)),
            ("RCPTMAX=1000000 MAILMAX=1", Some(1), None),
            ("RCPTMAX=0 MAILMAX=05", None, None),
            ("RCPTMAX=1 RCPTMAX=1 MAILMAX=", None, None),
            ("RCPTMAX MAILMAX=+5", None, None),
            ("", None, None),
        ] {
            let octets = alloc::format!("250-x\r\n250 LIMITS {words}\r\n");
            let limits = capabilities(octets.as_bytes()).limits();
            assert_eq!(
                (limits.messages, limits.recipients),
                (messages, recipients),
                "{words}"
            );
            assert_eq!(limits.recipient_domains, None);
        }
        let limits = capabilities(b"250-x\r\n250 LIMITS RCPTDOMAINMAX=2\r\n").limits();
        assert_eq!(limits.recipient_domains, Some(2));
    }

    #[test]
    fn the_greeting_line_offers_nothing() {
        let offered = capabilities(b"250 PIPELINING\r\n");
        assert_eq!(offered, Capabilities::default());
        assert!(!offered.pipelining());
    }

    #[test]
    fn a_size_that_says_nothing_is_no_limit() {
        for (octets, limit) in [
            (&b"250-x\r\n250 SIZE\r\n"[..], None),
            (b"250-x\r\n250 SIZE 0\r\n", None),
            (b"250-x\r\n250 SIZE x\r\n", None),
            (b"250-x\r\n250 SIZE 99999999999999999999\r\n", None),
            (b"250-x\r\n250 SIZE 35882577 \r\n", Some(35_882_577)),
        ] {
            let offered = capabilities(octets);
            assert_eq!((offered.size(), offered.max_size()), (true, limit));
        }
    }
}
