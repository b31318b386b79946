//! Sign or verify: what becomes of a message, and why.
//!
//! A message is signed if its author is one for whom there is a key, and if whoever sends it may
//! send for the authors here: it came in through a listener of `MTA`, has a macro of `MacroList`,
//! comes from one of `InternalHosts`, or from somebody who logged in. All other mail is verified.
//!
//! `Mode` does not change which of the two it is, only whether it is done. So with `Mode v` mail
//! that would be signed is left alone, and still put off if its key cannot be used; both as OpenDKIM
//! does.

use core::fmt;
use core::net::IpAddr;
use std::sync::Arc;

use dkim_sign::{Identity, SignMessage, SignRequest};
use dns_txt::Domain;

use super::data_set::Entry;
use super::key::Key;
use super::key_table::{NoKey, Resolved};
use super::mail_server::{Macros, value_of};
use super::place::Place;
use super::signing_table::Unnamed;
use super::snapshot::Snapshot;

/// Who sends a message, as the mail server says.
#[derive(Clone, Copy, Debug)]
#[expect(
    clippy::exhaustive_structs,
    reason = "made by the caller; what decides is settled"
)]
pub struct Client<'c> {
    /// The name of the client, in whatever case; `[ADDRESS]` for one without a name.
    pub name: &'c str,
    /// Its address; `None` for one over a local socket.
    pub address: Option<IpAddr>,
    /// All macros so far, the later ones winning: `{daemon_name}`, `{auth_type}` and those of
    /// MacroList.
    pub macros: &'c Macros<'c>,
}

/// Whose message it is: the first mailbox of From.
#[derive(Clone, Copy, Debug)]
#[expect(
    clippy::exhaustive_structs,
    reason = "made by the caller; an address has these two"
)]
pub struct Author<'a> {
    /// What stands before the `@`, as it was written.
    pub local_part: &'a str,
    /// What stands behind it.
    pub domain: &'a Domain,
}

/// What becomes of a message. `Display` says why, in one line.
#[derive(Debug)]
#[must_use]
#[non_exhaustive]
pub struct Decision {
    /// What to do.
    pub action: Action,
    /// Why whoever sends it may send for the authors here; `None` if they may not.
    pub origin: Option<Origin>,
    /// The line of `PeerList` or of the tables that decided.
    pub entry: Option<Place>,
    /// That somebody outside sends as an author of ours, which is worth a line of the log unless
    /// the client is in ExternalIgnoreList.
    pub is_external: bool,
}

/// What to do with a message.
#[derive(Debug)]
#[expect(clippy::exhaustive_enums, reason = "a filter of DKIM can do these")]
pub enum Action {
    /// Sign it, with each of these.
    Sign(Vec<Signing>),
    /// Verify its signatures.
    Verify,
    /// Leave it alone.
    Pass(PassReason),
    /// Have it come again later: it should be signed and cannot be.
    Tempfail(NoSignature),
}

/// Why a message is neither signed nor verified.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum PassReason {
    /// It would be signed in the name of a domain of one label, which nobody accepts
    /// (RFC 6376 §6.1.1).
    OneLabel,
    /// The client is in PeerList.
    Peer,
    /// It would be signed, and Mode has no `s`.
    SignerOff,
    /// It would be verified, and Mode has no `v`.
    VerifierOff,
}

/// Why whoever sends a message may send for the authors here.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Origin {
    /// The mechanism with which the client logged in.
    Authenticated(String),
    /// The listener of the mail server.
    Daemon(String),
    /// The entry of InternalHosts; its place is that of the default where none is configured.
    Internal(String),
    /// The macro of MacroList.
    Macro(String),
}

/// Why a message that should be signed cannot be.
#[derive(Clone, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum NoSignature {
    /// There is no key.
    #[error(transparent)]
    Key(#[from] NoKey),
    /// The table does not say which key.
    #[error(transparent)]
    Unnamed(#[from] Unnamed),
}

/// One signature to make.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Signing {
    /// What it is to say.
    pub request: SignRequest,
    /// On whose behalf, as it goes into `i=`.
    pub identity: Option<Identity>,
    /// The key.
    pub key: Arc<Key>,
    /// The name of the key in KeyTable; empty with KeyFile.
    pub key_name: String,
}

impl Snapshot {
    /// The entry of PeerList that lets a client's mail pass by; asked when a client connects.
    pub fn peer(&self, name: &str, address: Option<IpAddr>) -> Option<&Entry> {
        self.peers.as_ref()?.admits(name, address)
    }

    /// Decides about a message once its header is known; without an author there is no signature.
    pub fn decide(&self, client: &Client<'_>, author: Option<Author<'_>>) -> Decision {
        let mut decision = Decision {
            action: Action::Verify,
            origin: None,
            entry: None,
            is_external: false,
        };
        if let Some(entry) = self.peer(client.name, client.address) {
            decision.action = Action::Pass(PassReason::Peer);
            decision.entry = Some(entry.place.clone());
            return decision;
        }
        decision.origin = self.origin(client);
        let found = author
            .map(|author| self.signatures(author))
            .unwrap_or_default();
        if decision.origin.is_none() {
            let ignored = self.ignored.as_ref();
            let ignored = ignored.and_then(|list| list.admits(client.name, client.address));
            decision.is_external = !found.is_empty() && ignored.is_none();
        } else if let Some(first) = found.first() {
            decision.entry.clone_from(&first.place);
            decision.action = self.sign(found);
            return decision;
        }
        if !self.settings.mode.verify {
            decision.action = Action::Pass(PassReason::VerifierOff);
        }
        decision
    }

    fn sign(&self, found: Vec<Found>) -> Action {
        let signings = found
            .into_iter()
            .map(|found| Ok(self.signing(found.key?, found.signer)));
        let mut signings: Vec<Signing> = match signings.collect() {
            Ok(signings) => signings,
            // One of several that cannot be made is not left out: who checks for it would miss it.
            Err(error) => return Action::Tempfail(error),
        };
        if !self.settings.mode.sign {
            return Action::Pass(PassReason::SignerOff);
        }
        // Nobody misses these. Mail such as that of root@localhost is not refused for them.
        signings.retain(|signing| signing.request.domain().parent().is_some());
        match signings.is_empty() {
            true => Action::Pass(PassReason::OneLabel),
            false => Action::Sign(signings),
        }
    }

    fn signing(&self, resolved: Resolved, signer: Option<String>) -> Signing {
        let Resolved {
            name,
            domain,
            selector,
            key,
        } = resolved;
        let identity = signer.and_then(|signer| identity(&signer, &domain));
        let mut request = SignRequest::new(key.algorithm(), domain, selector)
            .canonicalization(self.settings.canonicalization)
            .fields(self.fields.clone());
        if let Some(seconds) = self.settings.signature_ttl {
            request = request.lifetime(seconds);
        }
        if let Some(identity) = &identity {
            request = request.identity(identity.clone());
        }
        Signing {
            request,
            identity,
            key,
            key_name: name,
        }
    }

    fn origin(&self, client: &Client<'_>) -> Option<Origin> {
        let by_daemon = self
            .daemons
            .as_ref()
            .and_then(|names| names.admits(client.macros));
        if let Some(name) = by_daemon {
            return Some(Origin::Daemon(name.into()));
        }
        let by_macro = self
            .macros
            .as_ref()
            .and_then(|list| list.admits(client.macros));
        if let Some(name) = by_macro {
            return Some(Origin::Macro(name.into()));
        }
        if let Some(entry) = self.internal.admits(client.name, client.address) {
            return Some(Origin::Internal(entry.key.clone()));
        }
        let mechanism = value_of(client.macros, "auth_type")?;
        (!mechanism.is_empty()).then(|| Origin::Authenticated(mechanism.into()))
    }
}

/// An entry that is about an author, not yet a signature.
#[derive(Debug)]
pub(super) struct Found {
    pub(super) place: Option<Place>,
    pub(super) key: Result<Resolved, NoSignature>,
    pub(super) signer: Option<String>,
}

/// `i=`, if it is within the signing domain (RFC 6376 §3.5); what is not is left out, as OpenDKIM
/// does. So is what has a second `@`, which no domain has.
fn identity(signer: &str, signing: &Domain) -> Option<Identity> {
    let (local_part, domain) = signer.split_once('@')?;
    let domain: Domain = domain.parse().ok()?;
    let local_part = local_part.as_bytes();
    domain
        .is_within(signing)
        .then(|| Identity::new(local_part, domain))
}

impl fmt::Display for Decision {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.action {
            Action::Sign(signings) => {
                for (index, signing) in signings.iter().enumerate() {
                    let and = if index == 0 { "sign as " } else { " and " };
                    write!(f, "{and}{signing}")?;
                }
            }
            Action::Verify => f.write_str("verify")?,
            Action::Pass(PassReason::OneLabel) => {
                f.write_str("pass: a domain of one label signs nothing that anybody accepts")?;
            }
            Action::Pass(PassReason::Peer) => f.write_str("pass: the client is in PeerList")?,
            Action::Pass(PassReason::SignerOff) => {
                f.write_str("pass: it would be signed, and Mode has no s")?;
            }
            Action::Pass(PassReason::VerifierOff) => {
                f.write_str("pass: it would be verified, and Mode has no v")?;
            }
            Action::Tempfail(error) => write!(f, "put off: {error}")?,
        }
        match (&self.origin, &self.entry) {
            (Some(origin), Some(entry)) => write!(f, "; {origin}; the author is in {entry}"),
            (Some(origin), None) => write!(f, "; {origin}, but nobody signs for the author"),
            (None, Some(entry)) => write!(f, " ({entry})"),
            (None, None) if self.is_external => {
                f.write_str("; the author is one of ours, but the client is external")
            }
            (None, None) => f.write_str("; the client is external"),
        }
    }
}

/// As the tags of the signature.
impl fmt::Display for Signing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (domain, selector) = (self.request.domain(), self.request.selector());
        write!(f, "d={domain} s={selector}")?;
        if let Some(identity) = &self.identity {
            write!(f, " i={}", identity.to_octets().escape_ascii())?;
        }
        write!(f, " a={}", self.request.algorithm())?;
        match self.key_name.as_str() {
            "" => Ok(()),
            name => write!(f, " (key {name})"),
        }
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Authenticated(mechanism) => write!(f, "the client logged in ({mechanism})"),
            Self::Daemon(name) => write!(f, "the daemon {name} is in MTA"),
            Self::Internal(entry) => write!(f, "the client is internal ({entry})"),
            Self::Macro(name) => write!(f, "the macro {name} is in MacroList"),
        }
    }
}
