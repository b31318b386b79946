//! Where reports go (RFC 9989 §4.6).

use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

use dns_txt::Domain;
use mail_address::Mailbox;

/// A place for reports: a URI, in most cases of `mailto:`.
///
/// The scheme is kept in lower case (RFC 3986 §3.1). `Display` prints it as it was published,
/// with the size that RFC 7489 had behind it and that is to be ignored (RFC 9989 §4.8).
#[derive(Clone, Eq, Hash, PartialEq)]
pub struct ReportUri {
    uri: Box<str>,
    size: Box<str>,
}

impl ReportUri {
    /// Reads `dmarc-uri / obs-dmarc-uri`; `None` if it is not a URI.
    pub fn parse(text: &[u8]) -> Option<Self> {
        let end = text.iter().position(|&octet| octet == b'!');
        let (uri, size) = text.split_at_checked(end.unwrap_or(text.len()))?;
        if !(size.is_empty() || is_size(size)) || !is_uri(uri) {
            return None;
        }
        let mut uri = String::from_utf8(uri.to_vec()).ok()?;
        let scheme = uri.find(':')?;
        uri.get_mut(..scheme)?.make_ascii_lowercase();
        Some(Self {
            uri: uri.into_boxed_str(),
            size: core::str::from_utf8(size).ok()?.into(),
        })
    }

    /// The URI, without a size.
    pub fn as_str(&self) -> &str {
        &self.uri
    }

    /// The address of a `mailto:` URI (RFC 6068 §2). `None` for other schemes, and for a URI of no
    /// address or of several. Send to this and not to the URI: what stands behind a question mark in
    /// it may name more recipients, none of whom was asked.
    pub fn mailbox(&self) -> Option<Mailbox> {
        let address = self.uri.strip_prefix("mailto:")?;
        let address = address.split('?').next()?;
        Mailbox::parse(&percent_decoded(address)?).ok()
    }

    /// The domain that has to agree to reports for others (RFC 9990 §4): that of the address of a
    /// `mailto:` URI, the host of the authority of others.
    pub fn host(&self) -> Option<Domain> {
        if self.uri.starts_with("mailto:") {
            return self.mailbox()?.view().domain();
        }
        let (_, behind) = self.uri.split_once("://")?;
        let authority = behind.split(['/', '?', '#']).next()?;
        let host = authority.rsplit('@').next()?.split(':').next()?;
        Domain::parse(host.as_bytes()).ok()
    }
}

impl fmt::Debug for ReportUri {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ReportUri({self})")
    }
}

impl fmt::Display for ReportUri {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.uri, self.size)
    }
}

/// `obs-dmarc-report-size = "!" 1*DIGIT [ "k" / "m" / "g" / "t" ]`
fn is_size(text: &[u8]) -> bool {
    let Some(size) = text.strip_prefix(b"!") else {
        return false;
    };
    let digits = match size.split_last() {
        Some((unit, digits)) if b"kmgtKMGT".contains(unit) => digits,
        _ => size,
    };
    !digits.is_empty() && digits.iter().all(u8::is_ascii_digit)
}

/// `URI = scheme ":" hier-part [ "?" query ] [ "#" fragment ]` (RFC 3986 §3), of which the
/// characters are looked at, and that something stands behind the colon.
fn is_uri(text: &[u8]) -> bool {
    let Some(colon) = text.iter().position(|&octet| octet == b':') else {
        return false;
    };
    let (scheme, rest) = text.split_at(colon);
    let is_scheme = scheme.first().is_some_and(u8::is_ascii_alphabetic)
        && (scheme.iter()).all(|octet| octet.is_ascii_alphanumeric() || b"+-.".contains(octet));
    is_scheme && rest.len() > 1 && rest.iter().all(is_uri_octet) && percent(rest)
}

/// `unreserved / reserved / "%"` (RFC 3986 §2.2, §2.3).
fn is_uri_octet(octet: &u8) -> bool {
    octet.is_ascii_alphanumeric() || b"-._~:/?#[]@!$&'()*+,;=%".contains(octet)
}

/// `pct-encoded = "%" HEXDIG HEXDIG` (RFC 3986 §2.1), at every percent sign.
fn percent(text: &[u8]) -> bool {
    text.split(|&octet| octet == b'%').skip(1).all(|behind| {
        let digits = behind.get(..2).unwrap_or_default();
        digits.len() == 2 && digits.iter().all(u8::is_ascii_hexdigit)
    })
}

fn percent_decoded(text: &str) -> Option<Vec<u8>> {
    let mut pieces = text.split('%');
    let mut decoded = Vec::from(pieces.next()?);
    for piece in pieces {
        let (digits, rest) = piece.split_at_checked(2)?;
        decoded.push(u8::from_str_radix(digits, 16).ok()?);
        decoded.extend_from_slice(rest.as_bytes());
    }
    Some(decoded)
}
