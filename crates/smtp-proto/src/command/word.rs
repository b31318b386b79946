//! Verbs and keywords as numbers, which takes one comparison each.

/// A word of at most eight octets, in upper case.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) struct Word {
    length: usize,
    octets: u64,
}

impl Word {
    /// Any octets as a word. Equal to one of the constants are those that spell it, in any case:
    /// only letters are above 63 there, and only two octets make one letter.
    pub(super) const fn new(octets: &[u8]) -> Self {
        let length = octets.len();
        let mut word = 0;
        let mut rest = octets;
        while let [octet, after @ ..] = rest {
            let upper = match *octet {
                64.. => *octet & 0xdf,
                _ => *octet,
            };
            word = word << 8 | upper as u64;
            rest = after;
        }
        Self {
            length,
            octets: if length > 8 { 0 } else { word },
        }
    }
}

pub(super) const AUTH: Word = Word::new(b"AUTH");
pub(super) const BDAT: Word = Word::new(b"BDAT");
pub(super) const BODY: Word = Word::new(b"BODY");
pub(super) const DATA: Word = Word::new(b"DATA");
pub(super) const EHLO: Word = Word::new(b"EHLO");
pub(super) const ENVID: Word = Word::new(b"ENVID");
pub(super) const EXPN: Word = Word::new(b"EXPN");
pub(super) const HELO: Word = Word::new(b"HELO");
pub(super) const HELP: Word = Word::new(b"HELP");
pub(super) const LHLO: Word = Word::new(b"LHLO");
pub(super) const MAIL: Word = Word::new(b"MAIL");
pub(super) const NOOP: Word = Word::new(b"NOOP");
pub(super) const NOTIFY: Word = Word::new(b"NOTIFY");
pub(super) const ORCPT: Word = Word::new(b"ORCPT");
pub(super) const QUIT: Word = Word::new(b"QUIT");
pub(super) const RCPT: Word = Word::new(b"RCPT");
pub(super) const RET: Word = Word::new(b"RET");
pub(super) const RSET: Word = Word::new(b"RSET");
pub(super) const SIZE: Word = Word::new(b"SIZE");
pub(super) const SMTPUTF8: Word = Word::new(b"SMTPUTF8");
pub(super) const STARTTLS: Word = Word::new(b"STARTTLS");
pub(super) const VRFY: Word = Word::new(b"VRFY");
pub(super) const XCLIENT: Word = Word::new(b"XCLIENT");

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_is_the_same_in_any_case_and_no_other_is() {
        assert_eq!(Word::new(b"sMtPutf8"), SMTPUTF8);
        for other in [
            &b""[..],
            b"SIZ",
            b"\0SIZE",
            b" SIZE",
            b"SIZE\0",
            b"SIZF",
            b"S\xc9ZE",
            b"S)ZE",
            b"S\tZE",
            b"SIZESIZESIZE",
        ] {
            assert_ne!(Word::new(other), SIZE, "{other:?}");
        }
        assert_ne!(Word::new(b"SMTPUTF\x18"), SMTPUTF8);
    }
}
