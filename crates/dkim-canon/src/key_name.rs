//! Where a key record stands ([RFC 6376] §3.6.2.1).
//!
//! [RFC 6376]: https://www.rfc-editor.org/rfc/rfc6376

use dns_txt::{Domain, Name, NameError};

/// The name of a key record: `selector._domainkey.domain`, or without a domain that of one right
/// below the root. Fails if that is too long for a name.
///
/// ```
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let (selector, domain) = ("2026a".parse()?, "example.com".parse()?);
/// let name = dkim_canon::key_name(&selector, Some(&domain))?;
/// assert_eq!(name.to_string(), "2026a._domainkey.example.com");
/// # Ok(())
/// # }
/// ```
pub fn key_name(selector: &Domain, domain: Option<&Domain>) -> Result<Name, NameError> {
    let mut text = [0; LONGEST];
    let mut free = text.as_mut_slice();
    let parts = [selector.as_str(), "._domainkey"].into_iter();
    let parts = parts.chain(domain.into_iter().flat_map(|domain| [".", domain.as_str()]));
    for part in parts {
        let (to, rest) = free
            .split_at_mut_checked(part.len())
            .ok_or(NameError::NameTooLong)?;
        to.copy_from_slice(part.as_bytes());
        free = rest;
    }
    let left = free.len();
    Name::from_dotted(text.get(..LONGEST - left).unwrap_or_default())
}

/// RFC 1035 §2.3.4: what 255 octets on the wire are as text.
const LONGEST: usize = 253;
