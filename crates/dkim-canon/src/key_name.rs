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
    let domain = domain.into_iter().flat_map(Domain::labels);
    let labels = selector.labels().chain(["_domainkey"]).chain(domain);
    Name::from_labels(labels.map(str::as_bytes))
}
