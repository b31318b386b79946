//! Domains as people write them, in any script ([RFC 5890], [UTS 46]).
//!
//! [RFC 5890]: https://www.rfc-editor.org/rfc/rfc5890
//! [UTS 46]: https://www.unicode.org/reports/tr46/

use alloc::borrow::Cow;

use idna::AsciiDenyList;
use idna::uts46::{DnsLength, Hyphens, Uts46};

use crate::domain::{Domain, DomainError};

impl Domain {
    /// Reads a domain that may have U-labels, and converts them to A-labels.
    ///
    /// Letters are folded and composed as UTS 46 has it; `ß` and its like stay what they are. A
    /// label that IDNA does not allow is an error, as is a letter that nobody can see, even where
    /// UTS 46 would drop it: a domain with one in it is malformed, not another way to write the
    /// domain without (compare RFC 5892 §2.6).
    ///
    /// ```
    /// # fn main() -> Result<(), dns_txt::DomainError> {
    /// let domain = dns_txt::Domain::from_unicode("post.Bücher.example")?;
    /// assert_eq!(domain.as_str(), "post.xn--bcher-kva.example");
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// As the conversion that a check of SPF asks for: `|text| Domain::from_unicode(text).ok()`.
    pub fn from_unicode(text: &str) -> Result<Self, DomainError> {
        if text.is_ascii() {
            // A-labels have to be those of something.
            to_ascii(text)?;
            return Self::parse(text.as_bytes());
        }
        if text.chars().any(vanishes) {
            return Err(DomainError::Idna);
        }
        match Self::parse(to_ascii(text)?.as_bytes()) {
            // What it was converted to stands elsewhere than what was written.
            Err(DomainError::Octet { .. }) => Err(DomainError::Idna),
            domain => domain,
        }
    }
}

/// Octets that a domain does not have are left for it to refuse, and so are lengths.
fn to_ascii(text: &str) -> Result<Cow<'_, str>, DomainError> {
    let allow_all = AsciiDenyList::EMPTY;
    Uts46::new()
        .to_ascii(
            text.as_bytes(),
            allow_all,
            Hyphens::Allow,
            DnsLength::Ignore,
        )
        .map_err(|_| DomainError::Idna)
}

/// Whether nothing is left of a letter when it is converted.
fn vanishes(letter: char) -> bool {
    let mut utf8 = [0; 4];
    to_ascii(letter.encode_utf8(&mut utf8)).is_ok_and(|ascii| ascii.is_empty())
}

#[cfg(test)]
mod tests {
    use alloc::string::String;

    use super::*;
    use crate::name::NameError;

    fn converted(text: &str) -> Result<String, DomainError> {
        Domain::from_unicode(text).map(|domain| domain.as_str().into())
    }

    #[test]
    fn u_labels_become_a_labels() {
        for (text, ascii) in [
            ("example.com", "example.com"),
            ("_dmarc.Example.COM", "_dmarc.example.com"),
            ("r3---sn.example", "r3---sn.example"),
            ("xn--bcher-kva.example", "xn--bcher-kva.example"),
            ("bücher.example", "xn--bcher-kva.example"),
            ("BÜCHER.example", "xn--bcher-kva.example"),
            ("bu\u{308}cher.example", "xn--bcher-kva.example"),
            ("straße.example", "xn--strae-oqa.example"),
            (
                "sel_1._domainkey.bücher.example",
                "sel_1._domainkey.xn--bcher-kva.example",
            ),
            ("例え。テスト", "xn--r8jz45g.xn--zckzah"),
            ("مثال.إختبار", "xn--mgbh0fb.xn--kgbechtv"),
        ] {
            assert_eq!(converted(text).as_deref(), Ok(ascii), "{text}");
        }
    }

    #[test]
    fn a13_letters_that_nobody_can_see_make_a_domain_malformed() {
        for text in [
            // White space of all widths.
            "legit\u{2000}.example",
            "legit\u{200a}attack.example",
            "legit\u{3000}.example",
            "legit\u{a0}.example",
            // Letters without a width.
            "le\u{ad}git.example",
            "le\u{200b}git.example",
            "le\u{200d}git.example",
            "le\u{2060}git.example",
            "le\u{feff}git.example",
            "legit\u{fe0f}.example",
            // What turns the direction of what is shown.
            "legit\u{202e}elpmaxe.example",
            "legit\u{2066}.example",
            "\u{200f}legit.example",
            // Both directions in one label (RFC 5893 §2).
            "abcאבג.example",
            "1אב.example",
        ] {
            let domain = Domain::from_unicode(text);
            assert_eq!(domain, Err(DomainError::Idna), "{}", text.escape_unicode());
        }
    }

    #[test]
    fn a04_nothing_is_converted_to_what_could_do_harm() {
        for text in [
            // They fold to quotes, brackets, at signs and line ends, or near them.
            "legit\u{ff02}.example",
            "legit\u{ff08}.example",
            "legit\u{ff20}attack.example",
            "legit\u{2028}.example",
            "legit\u{85}.example",
            "legit \u{fc}.example",
            "b\u{fc}cher.example\r\n",
            // A label that is no A-label of anything.
            "xn--.example",
            "xn--\u{fc}.example",
            "xn--a.example",
            "\u{308}bucher.example",
        ] {
            let domain = Domain::from_unicode(text);
            assert_eq!(domain, Err(DomainError::Idna), "{}", text.escape_unicode());
        }
        let space = DomainError::Octet {
            octet: b' ',
            offset: 5,
        };
        assert_eq!(Domain::from_unicode("legit example"), Err(space));
    }

    #[test]
    fn labels_that_are_empty_or_too_long_are_refused() {
        for text in ["", ".", "bücher..example", ".bücher", "bücher."] {
            assert_eq!(converted(text), Err(NameError::EmptyLabel.into()), "{text}");
        }
        let long = ["ü", &"a".repeat(60), ".example"].concat();
        assert_eq!(converted(&long), Err(NameError::LabelTooLong.into()));
    }
}
