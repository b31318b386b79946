//! Key records as a person publishes them ([RFC 6376] §3.6.2).
//!
//! [RFC 6376]: https://www.rfc-editor.org/rfc/rfc6376

use alloc::string::{String, ToString};
use core::fmt;

use dkim_canon::{KeyRecord, key_name};
use dns_txt::{Domain, Name, NameError, Strings, TagList, TxtRecord};

/// The key record of a selector, in the layout of `opendkim-genkey`.
///
/// `Display` prints it over several lines, for a zone file whose `$ORIGIN` is the domain.
///
/// ```
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// use dkim_canon::{KeyRecord, key_name};
/// use dkim_sign::ZoneEntry;
///
/// let record = KeyRecord::parse(
///     b"v=DKIM1; k=ed25519; h=sha256; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=",
/// )?;
/// let entry = ZoneEntry::new("brisbane".parse()?, "example.com".parse()?, &record)?;
/// assert_eq!(
///     entry.to_string(),
///     "brisbane._domainkey\tIN\tTXT\t( \"v=DKIM1; h=sha256; k=ed25519; \"\n\
///      \t  \"p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=\" )  \
///      ; ----- DKIM key brisbane for example.com\n",
/// );
/// assert_eq!(
///     entry.txt_record().to_string(),
///     "brisbane._domainkey.example.com. TXT \
///      \"v=DKIM1; k=ed25519; h=sha256; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=\"",
/// );
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct ZoneEntry {
    selector: Domain,
    domain: Option<Domain>,
    absolute: bool,
    name: Name,
    record: String,
}

impl ZoneEntry {
    /// The record at `selector._domainkey.domain` (RFC 6376 §3.6.2.1). Fails if that is too long
    /// for a name.
    pub fn new(selector: Domain, domain: Domain, record: &KeyRecord) -> Result<Self, NameError> {
        Self::of(selector, Some(domain), record)
    }

    /// The record at `selector._domainkey` of a domain that is not told, for any zone file. It has
    /// no comment, and [`txt_record`](Self::txt_record) stands right below the root.
    pub fn without_domain(selector: Domain, record: &KeyRecord) -> Result<Self, NameError> {
        Self::of(selector, None, record)
    }

    /// Prints the whole name, with a dot at its end, for a zone file with whatever `$ORIGIN`:
    /// `--append-domain` of `opendkim-genkey`. Without a domain this changes nothing.
    #[must_use]
    pub fn absolute(mut self) -> Self {
        self.absolute = true;
        self
    }

    /// The same record for a zone that is held in memory. `Display` of it is one line, with an
    /// absolute name.
    pub fn txt_record(&self) -> TxtRecord {
        TxtRecord::new(self.name.clone(), self.record.clone().into_bytes())
    }

    fn of(selector: Domain, domain: Option<Domain>, record: &KeyRecord) -> Result<Self, NameError> {
        Ok(Self {
            name: key_name(&selector, domain.as_ref())?,
            selector,
            domain,
            absolute: false,
            record: record.to_string(),
        })
    }
}

impl fmt::Display for ZoneEntry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            selector, record, ..
        } = self;
        let (tags, key) = arrange(record);
        write!(f, "{selector}._domainkey")?;
        if let (true, Some(domain)) = (self.absolute, &self.domain) {
            write!(f, ".{domain}.")?;
        }
        write!(f, "\tIN\tTXT\t( {}", Strings::new(tags.as_bytes()))?;
        let (mut string, mut rest) = cut(&key);
        write!(f, "\n\t  \"p={string}\"")?;
        while !rest.is_empty() {
            (string, rest) = cut(rest);
            write!(f, "\n\t  \"{string}\"")?;
        }
        match &self.domain {
            Some(domain) => writeln!(f, " )  ; ----- DKIM key {selector} for {domain}"),
            None => writeln!(f, " ) "),
        }
    }
}

/// The tags in the order of `opendkim-genkey`, and apart from them the value of `p=`.
fn arrange(record: &str) -> (String, String) {
    let mut arranged = String::new();
    let tags = TagList::parse(record.as_bytes()).ok();
    let text = |tag: &str| {
        let tag = tags.as_ref()?.get(tag)?;
        core::str::from_utf8(tag.value()).ok()
    };
    for name in ["v", "n", "h", "k", "t", "s"] {
        if let Some(value) = text(name) {
            arranged.extend([name, "=", value, "; "]);
        }
    }
    (arranged, text("p").unwrap_or_default().into())
}

/// As much of the key as goes into one string of the TXT record.
fn cut(base64: &str) -> (&str, &str) {
    base64.split_at_checked(250).unwrap_or((base64, ""))
}
