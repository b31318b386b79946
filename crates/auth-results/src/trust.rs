//! Which fields of a message a consumer may use.

use alloc::collections::BTreeMap;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use mail_address::rfc5322::cfws::cfws;

use crate::field::{AuthenticationResults, ResInfo};
use crate::ingress::is_authentication_results;
use crate::method::Method;
use crate::property::PropertyType;
use crate::punycode::to_unicode;
use crate::result_code::ResultCode;

/// Whom a consumer believes: a mail reader, or a filter behind the border server.
///
/// A field is used if its authserv-id is one that is trusted, and if it stands above the first
/// Received field that is not of ours: what stands below that came in with the message
/// (RFC 8601 §7.1). Nothing is trusted until it is named (RFC 8601 §7.1 again). Several fields may
/// be ours, say one for each filter that looked at the message, and all of them are used.
///
/// None of this helps if the border does not [strip](crate::forged) what pretends to be ours:
/// a sender can write a Received field in our name too. Only the header of the message itself may
/// be given; what an attached message says of itself is its sender's (RFC 8601 §7.10).
///
/// ```
/// use auth_results::{Method, Trust};
///
/// let header: [(&[u8], &[u8]); 4] = [
///     (b"Authentication-Results", b" example.org; dkim=pass header.d=bank.example"),
///     (b"Received", b" from mx.bank.example (mx.bank.example [192.0.2.1])\r\n by mx.example.org"),
///     (b"Received", b" from pc (localhost [127.0.0.1]) by mx.bank.example"),
///     (b"Authentication-Results", b" example.org; dmarc=pass header.from=bank.example"),
/// ];
/// let trust = Trust::new().authserv_id("example.org").host("mx.example.org");
/// let results = trust.results(header);
/// assert_eq!(results.len(), 1);
/// assert_eq!(results[0].method, Method::Dkim);
/// ```
#[derive(Clone, Debug, Default)]
#[must_use]
pub struct Trust {
    ids: Vec<String>,
    hosts: Vec<String>,
}

impl Trust {
    /// Trusts nobody.
    pub fn new() -> Self {
        Self::default()
    }

    /// Trusts the fields of this authserv-id too. Case makes no difference, nor does it whether a
    /// label is written as an A-label or as a U-label.
    pub fn authserv_id(mut self, id: &str) -> Self {
        self.ids.push(to_unicode(id));
        self
    }

    /// Holds Received fields written by this host for ours: those that say `by` this name. With
    /// none, the topmost Received field is where trust ends.
    pub fn host(mut self, name: &str) -> Self {
        self.hosts.push(to_unicode(name));
        self
    }

    /// The fields to use, and where each stands in the header, which is given as the octets before
    /// and behind each colon, the topmost field first. With the `Header` of `dkim-canon`:
    /// `header.fields().map(|field| (field.name(), field.value()))`.
    ///
    /// A field that cannot be read, or is of an unknown version, is not used (RFC 8601 §2.6).
    pub fn fields<'h>(
        &self,
        header: impl IntoIterator<Item = (&'h [u8], &'h [u8])>,
    ) -> Vec<(usize, AuthenticationResults)> {
        header
            .into_iter()
            .enumerate()
            .take_while(|(_, (name, value))| !is_received(name) || self.is_ours(value))
            .filter(|(_, (name, _))| is_authentication_results(name))
            .filter_map(|(index, (_, value))| {
                let field = AuthenticationResults::parse(value).ok()?;
                let id = to_unicode(field.authserv_id.as_str());
                self.ids.contains(&id).then_some((index, field))
            })
            .collect()
    }

    /// The results of these fields, from top to bottom.
    ///
    /// Left out are those that no registry explains: with another result or a property of another
    /// type than IANA has (RFC 8601 §4.1), or of another version of a method than 1
    /// (RFC 8601 §2.6). A consumer uses what is left of the methods that it knows.
    /// [`fields`](Self::fields) gives everything.
    ///
    /// Of two results of one method about the same identity, in different fields, only the upper is
    /// given: it was found later. Which properties tell identities apart depends on the method: for
    /// DKIM, the domain and the beginning of the signature; for SPF, the domain of MAIL FROM or of
    /// HELO; for DMARC, the domain of From.
    pub fn results<'h>(
        &self,
        header: impl IntoIterator<Item = (&'h [u8], &'h [u8])>,
    ) -> Vec<ResInfo> {
        let mut found_in = BTreeMap::new();
        let mut results = Vec::new();
        for (index, field) in self.fields(header) {
            for result in field.results.into_iter().filter(is_explained) {
                // Two in one field are two: who wrote it saw both.
                if *found_in.entry(Identity::of(&result)).or_insert(index) == index {
                    results.push(result);
                }
            }
        }
        results
    }

    fn is_ours(&self, received: &[u8]) -> bool {
        by_host(received).is_some_and(|host| self.hosts.contains(&to_unicode(host)))
    }
}

/// RFC 8601 §4.1, §2.6: whether the registries say what a result means.
fn is_explained(result: &ResInfo) -> bool {
    let mut ptypes = result.properties.iter().map(|property| &property.ptype);
    !matches!(result.result, ResultCode::Unregistered(_))
        && !ptypes.any(|ptype| matches!(ptype, PropertyType::Unregistered(_)))
        && result.method_version.is_none_or(|version| version == 1)
}

fn is_received(name: &[u8]) -> bool {
    name.trim_ascii().eq_ignore_ascii_case(b"Received")
}

/// The host that wrote a Received field: `"BY" FWS Extended-Domain`, at its beginning or behind
/// `"FROM" FWS Extended-Domain` (RFC 5321 §4.4). `None` for fields of any other form.
///
/// What stands behind `from` is the client's to choose, so that it is read past as one word,
/// whatever it is.
fn by_host(received: &[u8]) -> Option<&str> {
    let (mut first, mut rest) = word(received)?;
    if first.eq_ignore_ascii_case(b"from") {
        (_, rest) = word(rest)?;
        (first, rest) = word(rest)?;
    }
    if !first.eq_ignore_ascii_case(b"by") {
        return None;
    }
    let (host, _) = word(rest)?;
    core::str::from_utf8(host).ok()
}

/// What stands up to the next white space, comment or semicolon, and what is behind it.
fn word(input: &[u8]) -> Option<(&[u8], &[u8])> {
    let (input, _) = cfws::<()>(input).ok()?;
    let is_end = |octet: &u8| octet.is_ascii_whitespace() || matches!(octet, b'(' | b';');
    let length = input.iter().position(is_end).unwrap_or(input.len());
    input
        .split_at_checked(length)
        .filter(|(word, _)| !word.is_empty())
}

/// What a result is about. Equal for results that contradict each other, or say the same.
#[derive(Eq, Ord, PartialEq, PartialOrd)]
struct Identity {
    method: Method,
    /// The name of the property that tells, with a version of its value that is compared.
    told_by: Vec<(&'static str, String)>,
}

impl Identity {
    fn of(result: &ResInfo) -> Self {
        let told_by = match &result.method {
            Method::Dkim | Method::DomainKeys => signature(result),
            Method::Spf => first_of(result, SPF),
            Method::SenderId => first_of(result, SENDER_ID),
            Method::Dmarc | Method::DkimAdsp => first_of(result, FROM),
            Method::Iprev => first_of(result, IPREV),
            Method::Auth => first_of(result, AUTH),
            // One for each message; and of others, we do not know what tells.
            _ => Vec::new(),
        };
        Self {
            method: result.method.clone(),
            told_by,
        }
    }
}

/// The domain, and eight characters of the signature: what RFC 6008 §4 has at the least.
fn signature(result: &ResInfo) -> Vec<(&'static str, String)> {
    let header = |name| result.property(&PropertyType::Header, name);
    let domain = header("d").or_else(|| header("i")).unwrap_or_default();
    let signature = header("b").unwrap_or_default().chars().take(8).collect();
    // Without it, the selector is the next best.
    let selector = match header("b") {
        Some(_) => "",
        None => header("s").unwrap_or_default(),
    };
    Vec::from([
        ("d", domain_of(domain)),
        ("b", signature),
        ("s", selector.to_ascii_lowercase()),
    ])
}

/// The first of these properties that the result has.
fn first_of(
    result: &ResInfo,
    properties: &[(PropertyType, &'static str)],
) -> Vec<(&'static str, String)> {
    let mut found = properties.iter().filter_map(|(ptype, name)| {
        let value = result.property(ptype, name)?;
        Some((*name, domain_of(value)))
    });
    found.next().into_iter().collect()
}

/// RFC 8601 §2.7.2: MAIL FROM may be given as an address or as its domain alone.
fn domain_of(value: &str) -> String {
    let domain = value.rsplit('@').next().unwrap_or_default();
    to_unicode(domain).to_string()
}

const AUTH: &[(PropertyType, &str)] = &[
    (PropertyType::Smtp, "auth"),
    (PropertyType::Smtp, "mailfrom"),
];
const FROM: &[(PropertyType, &str)] = &[(PropertyType::Header, "from")];
const IPREV: &[(PropertyType, &str)] = &[
    (PropertyType::Policy, "iprev"),
    (PropertyType::Smtp, "remote-ip"),
];
const SENDER_ID: &[(PropertyType, &str)] = &[
    (PropertyType::Header, "sender"),
    (PropertyType::Header, "from"),
];
const SPF: &[(PropertyType, &str)] = &[
    (PropertyType::Smtp, "mailfrom"),
    (PropertyType::Smtp, "helo"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_host_of_a_received_field_is_behind_by() {
        for (received, host) in [
            (" by mx.example.org; Mon", Some("mx.example.org")),
            (" by mx.example.org(x)", Some("mx.example.org")),
            (
                " from a (b [192.0.2.1]) by mx.example.org with ESMTP",
                Some("mx.example.org"),
            ),
            (
                "\r\n\tFROM a\r\n\tBY (c) mx.example.org\r\n",
                Some("mx.example.org"),
            ),
            // The client says that its name is `by`.
            (
                " from by (b [192.0.2.1]) by mx.example.org",
                Some("mx.example.org"),
            ),
            (
                " from a by mx.evil.example by mx.example.org",
                Some("mx.evil.example"),
            ),
            (
                " (by mx.example.org) by mx.evil.example",
                Some("mx.evil.example"),
            ),
            (" from by mx.example.org by mx.evil.example", None),
            (" from a via x by mx.example.org", None),
            (" (qmail 1 invoked by uid 0); Mon", None),
            (" from a by", None),
            (" from (unclosed by mx.example.org", None),
            ("", None),
        ] {
            assert_eq!(by_host(received.as_bytes()), host, "{received}");
        }
    }
}
