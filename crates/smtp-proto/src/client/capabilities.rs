//! What a server offers ([RFC 5321] §4.1.1.1).
//!
//! [RFC 5321]: https://www.rfc-editor.org/rfc/rfc5321

use alloc::boxed::Box;
use alloc::vec::Vec;

use crate::reply::Reply;
use crate::sasl::Mechanism;

/// The service extensions of an EHLO reply. Empty after HELO.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Capabilities {
    /// `ehlo-line = ehlo-keyword *( SP ehlo-param )`
    lines: Vec<Box<str>>,
}

impl Capabilities {
    /// The lines behind the first, which is the server's name and greeting.
    pub(super) fn parse(reply: &Reply) -> Self {
        Self {
            lines: reply.lines().skip(1).map(Box::from).collect(),
        }
    }

    /// The parameters of an extension, by its keyword in any case; `None` if it is not offered.
    pub fn parameters(&self, keyword: &str) -> Option<impl Iterator<Item = &str>> {
        self.lines.iter().find_map(|line| {
            let mut words = line.split(' ').filter(|word| !word.is_empty());
            words
                .next()
                .is_some_and(|word| word.eq_ignore_ascii_case(keyword))
                .then_some(words)
        })
    }

    /// Whether an extension is offered, by its keyword in any case.
    pub fn offers(&self, keyword: &str) -> bool {
        self.parameters(keyword).is_some()
    }

    /// Messages with octets beyond ASCII are taken (RFC 6152).
    pub fn eight_bit_mime(&self) -> bool {
        self.offers("8BITMIME")
    }

    /// Replies carry enhanced codes (RFC 2034).
    pub fn enhanced_status_codes(&self) -> bool {
        self.offers("ENHANCEDSTATUSCODES")
    }

    /// The mechanisms to log in with that this build speaks too, in the server's order
    /// (RFC 4954 §3).
    pub fn mechanisms(&self) -> impl Iterator<Item = Mechanism> {
        self.parameters("AUTH")
            .into_iter()
            .flatten()
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

    /// TLS can be started (RFC 3207).
    pub fn start_tls(&self) -> bool {
        self.offers("STARTTLS")
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
