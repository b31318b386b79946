//! What one check is about: the arguments of `check_host()` (RFC 7208 §4.1).

use alloc::boxed::Box;
use alloc::vec::Vec;
use core::fmt;
use core::net::IpAddr;

use dns_txt::Domain;

use crate::options::Options;
use crate::report::{Cause, Verdict};
use crate::syntax::Octets;

/// Which of the two identities is checked (RFC 7208 §2.3, §2.4).
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[expect(clippy::exhaustive_enums, reason = "RFC 7208 §2 checks these two")]
pub enum Identity {
    /// The name given with HELO or EHLO.
    Helo,
    /// The reverse-path of MAIL FROM.
    MailFrom,
}

impl Identity {
    /// The word of RFC 7208 §9.1: `helo` or `mailfrom`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Helo => "helo",
            Self::MailFrom => "mailfrom",
        }
    }
}

impl fmt::Display for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// What does not change while a check runs.
#[derive(Clone)]
pub(crate) struct Subject {
    pub(crate) identity: Identity,
    /// An IPv4-mapped IPv6 address is an IPv4 client (RFC 7208 §5).
    pub(crate) client: IpAddr,
    pub(crate) helo: Box<[u8]>,
    /// The HELO name as A-labels, if it was not.
    helo_ascii: Option<Domain>,
    /// As MAIL FROM had it; `None` where HELO is checked.
    pub(crate) reverse_path: Option<Box<[u8]>>,
    /// `<sender>`: always a local part, an at sign and what stands for a domain.
    pub(crate) sender: Box<[u8]>,
    pub(crate) receiver: Option<Domain>,
    pub(crate) now: Option<u64>,
}

impl Subject {
    /// The subject, and its domain or why there is none to check.
    pub(crate) fn helo(
        client: IpAddr,
        helo: &[u8],
        options: &Options,
    ) -> (Self, Result<Domain, Refused>) {
        let subject = Self {
            identity: Identity::Helo,
            client: client.to_canonical(),
            helo: helo.into(),
            helo_ascii: to_ascii(helo, options),
            reverse_path: None,
            sender: join(POSTMASTER, without_root(helo)),
            receiver: options.receiver.clone(),
            now: options.now,
        };
        (subject, helo_domain(helo))
    }

    /// The subject, and its domain or why there is none to check.
    pub(crate) fn mail_from(
        client: IpAddr,
        helo: &[u8],
        reverse_path: &[u8],
        options: &Options,
    ) -> (Self, Result<Domain, Refused>) {
        let (local_part, written) = split_path(reverse_path);
        let (sender, domain) = if reverse_path.is_empty() {
            // RFC 7208 §2.4: a null reverse-path stands for the postmaster at the HELO name.
            (join(POSTMASTER, without_root(helo)), helo_domain(helo))
        } else {
            match mail_from_domain(written, options) {
                // RFC 8616 §4: macros see A-labels too.
                Ok(domain) if !written.is_ascii() => {
                    (join(local_part, domain.as_str().as_bytes()), Ok(domain))
                }
                domain => (join(local_part, without_root(written)), domain),
            }
        };
        let subject = Self {
            identity: Identity::MailFrom,
            client: client.to_canonical(),
            helo: helo.into(),
            helo_ascii: to_ascii(helo, options),
            reverse_path: Some(reverse_path.into()),
            sender,
            receiver: options.receiver.clone(),
            now: options.now,
        };
        (subject, domain)
    }

    /// `%{h}`: A-labels where there are any (RFC 8616 §4), or else as it came.
    pub(crate) fn helo_name(&self) -> &[u8] {
        match &self.helo_ascii {
            Some(name) => name.as_str().as_bytes(),
            None => &self.helo,
        }
    }

    /// `%{l}`; `postmaster` where the sender had none (RFC 7208 §4.3).
    pub(crate) fn local_part(&self) -> &[u8] {
        split_path(&self.sender).0
    }

    /// `%{o}`
    pub(crate) fn sender_domain(&self) -> &[u8] {
        split_path(&self.sender).1
    }
}

impl fmt::Debug for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Subject")
            .field("identity", &self.identity)
            .field("client", &self.client)
            .field("helo", &Octets(&self.helo))
            .field("sender", &Octets(&self.sender))
            .finish_non_exhaustive()
    }
}

/// Why there is nothing to ask: the verdict at once.
pub(crate) type Refused = (Verdict, Cause);

/// A HELO name is A-labels: it is said before the server can allow anything else (RFC 8616 §4).
fn helo_domain(helo: &[u8]) -> Result<Domain, Refused> {
    multi_label_domain(helo).ok_or((Verdict::None, Cause::MalformedDomain))
}

/// A domain with U-labels is converted (RFC 8616 §4). What cannot be is malformed, which is `none`
/// in RFC 7208 §4.3; here it is a permerror, for `none` would say of a domain with a policy that it
/// has none.
fn mail_from_domain(written: &[u8], options: &Options) -> Result<Domain, Refused> {
    match core::str::from_utf8(written) {
        Ok(text) if !text.is_ascii() => to_ascii(written, options)
            .and_then(|domain| multi_label_domain(domain.as_str().as_bytes()))
            .ok_or((Verdict::PermError, Cause::InternationalizedDomain)),
        _ => helo_domain(written),
    }
}

/// A name with U-labels as A-labels, if the caller can convert it.
fn to_ascii(written: &[u8], options: &Options) -> Option<Domain> {
    let to_ascii = options.to_ascii?;
    match core::str::from_utf8(written) {
        Ok(text) if !text.is_ascii() => to_ascii(text),
        _ => None,
    }
}

/// RFC 7208 §4.3: `None` if malformed or of one label.
fn multi_label_domain(octets: &[u8]) -> Option<Domain> {
    let domain = Domain::parse(without_root(octets)).ok()?;
    let is_multi_label = domain.as_str().bytes().any(|octet| octet == b'.');
    is_multi_label.then_some(domain)
}

/// A domain without the dot that may end it: in macros more labels follow (RFC 7208 §4.3, §7.3).
fn without_root(domain: &[u8]) -> &[u8] {
    domain.strip_suffix(b".").unwrap_or(domain)
}

/// The local part, or what stands for it, and what is behind the last at sign. A path without
/// an at sign is all domain.
fn split_path(path: &[u8]) -> (&[u8], &[u8]) {
    let mut pieces = path.rsplitn(2, |&octet| octet == b'@');
    let domain = pieces.next().unwrap_or_default();
    match pieces.next() {
        None | Some([]) => (POSTMASTER, domain),
        Some(local_part) => (local_part, domain),
    }
}

fn join(local_part: &[u8], domain: &[u8]) -> Box<[u8]> {
    let mut sender = Vec::with_capacity(local_part.len() + 1 + domain.len());
    sender.extend_from_slice(local_part);
    sender.push(b'@');
    sender.extend_from_slice(domain);
    sender.into_boxed_slice()
}

/// RFC 7208 §2.4, §4.3.
const POSTMASTER: &[u8] = b"postmaster";
