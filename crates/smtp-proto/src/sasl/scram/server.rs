//! The server's messages.

use alloc::borrow::ToOwned;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use zeroize::Zeroizing;

use super::binding::{ChannelBinding, is_cb_name};
use super::keys::{self, Key, ScramVerifier};
use super::{are_optional, attribute, auth_message, from_base64, is_nonce};
use crate::sasl::ExchangeError;
use crate::sasl::saslname;
use crate::sasl::secret::same_octets;
use crate::sasl::server::Challenge;

/// What the server brings into an exchange.
pub(in crate::sasl) struct Begun {
    pub(in crate::sasl) nonce: String,
    pub(in crate::sasl) binding: Option<ChannelBinding>,
    /// Whether the mechanism is the one with `-PLUS`.
    pub(in crate::sasl) is_plus: bool,
}

/// The client has named itself: the caller looks up what it stores about the password.
///
/// Continue with [`found`](Self::found), for a name without an account, too: with a
/// [decoy](ScramVerifier::decoy).
#[must_use]
pub struct Lookup {
    login: Scram,
    bare: String,
    nonce: String,
    /// `cbind-input`, as the client must repeat it.
    cbind_input: Vec<u8>,
}

impl Lookup {
    /// Whose password this is about, as the client wrote it. SASLprep (RFC 5802 §5.1), where it
    /// matters, is the caller's. Never empty.
    pub fn authcid(&self) -> &str {
        self.login.authcid()
    }

    /// Challenges the client with what is stored.
    pub fn found(self, verifier: &ScramVerifier) -> Challenge {
        Challenge::scram(ClientFinal::new(self, verifier))
    }
}

impl fmt::Debug for Lookup {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Lookup")
            .field("authcid", &self.login.authcid)
            .finish_non_exhaustive()
    }
}

/// A client that has proved that it knows the password. It knows that we do, too.
#[derive(Clone, Debug)]
pub struct Scram {
    authzid: Option<String>,
    authcid: String,
}

impl Scram {
    /// Whose password the client knows. Never empty.
    pub fn authcid(&self) -> &str {
        &self.authcid
    }

    /// Whom the client wants to act as, if it says so: not permitted by the password alone.
    pub fn authzid(&self) -> Option<&str> {
        self.authzid.as_deref()
    }
}

/// `client-first-message = gs2-header client-first-message-bare`,
/// `gs2-header = gs2-cbind-flag "," [ authzid ] ","`
pub(in crate::sasl) fn respond_to_first(
    begun: Begun,
    client_first: &[u8],
) -> Result<Lookup, ExchangeError> {
    let message = core::str::from_utf8(client_first).map_err(|_| ExchangeError::Response)?;
    let mut parts = message.splitn(3, ',');
    let (Some(flag), Some(authzid), Some(bare)) = (parts.next(), parts.next(), parts.next()) else {
        return Err(ExchangeError::Response);
    };
    let data = bound_data(&begun, flag)?;
    let authzid = match authzid {
        "" => None,
        _ => Some(
            attribute(Some(authzid), "a")
                .and_then(saslname::unescape)
                .ok_or(ExchangeError::Response)?,
        ),
    };
    let (authcid, client_nonce) = client_first_bare(bare).ok_or(ExchangeError::Response)?;
    let gs2_header_length = message.len() - bare.len();
    let mut cbind_input = client_first
        .get(..gs2_header_length)
        .unwrap_or_default()
        .to_vec();
    cbind_input.extend_from_slice(data);
    Ok(Lookup {
        bare: bare.to_owned(),
        cbind_input,
        login: Scram { authzid, authcid },
        nonce: format!("{client_nonce}{}", begun.nonce),
    })
}

/// `gs2-cbind-flag = ("p=" cb-name) / "n" / "y"`: the data that the client must know.
fn bound_data<'b>(begun: &'b Begun, flag: &str) -> Result<&'b [u8], ExchangeError> {
    match (flag, &begun.binding) {
        ("n", _) | ("y", None) if !begun.is_plus => Ok(&[]),
        // RFC 5802 §6: the client believes that we could not. Somebody on the way made it.
        ("n" | "y", _) => Err(ExchangeError::ChannelBinding),
        _ => match (attribute(Some(flag), "p"), &begun.binding) {
            (Some(name), Some(binding)) if begun.is_plus && name == binding.name() => {
                Ok(binding.data())
            }
            (Some(name), _) if is_cb_name(name) => Err(ExchangeError::ChannelBinding),
            _ => Err(ExchangeError::Response),
        },
    }
}

/// `client-first-message-bare = [reserved-mext ","] username "," nonce ["," extensions]`: the
/// name and the nonce. A mandatory extension (`m=`) stands where the name should, and fails the
/// authentication (RFC 5802 §5.1).
fn client_first_bare(bare: &str) -> Option<(String, &str)> {
    let mut attributes = bare.split(',');
    let authcid = saslname::unescape(attribute(attributes.next(), "n")?)?;
    let nonce = attribute(attributes.next(), "r")?;
    (is_nonce(nonce) && are_optional(attributes)).then_some((authcid, nonce))
}

/// The client's proof is due.
pub(in crate::sasl) struct ClientFinal {
    lookup: Lookup,
    server_first: String,
    stored_key: Zeroizing<Key>,
    server_key: Zeroizing<Key>,
}

impl ClientFinal {
    /// `server-first-message = [reserved-mext ","] nonce "," salt "," iteration-count
    /// ["," extensions]`
    pub(super) fn new(lookup: Lookup, verifier: &ScramVerifier) -> Self {
        let server_first = format!(
            "r={},s={},i={}",
            lookup.nonce,
            STANDARD.encode(verifier.salt()),
            verifier.iterations(),
        );
        Self {
            lookup,
            server_first,
            stored_key: Zeroizing::new(*verifier.stored_key()),
            server_key: Zeroizing::new(*verifier.server_key()),
        }
    }

    pub(in crate::sasl) fn server_first(&self) -> &str {
        &self.server_first
    }

    /// `client-final-message = client-final-message-without-proof "," proof`: gives the server's
    /// last message, if the proof is one.
    pub(in crate::sasl) fn respond(
        self,
        client_final: &[u8],
    ) -> Result<(String, Scram), ExchangeError> {
        let message = core::str::from_utf8(client_final).map_err(|_| ExchangeError::Response)?;
        let (without_proof, proof) = message.rsplit_once(',').ok_or(ExchangeError::Response)?;
        let proof: Key = attribute(Some(proof), "p")
            .and_then(from_base64)
            .and_then(|proof| proof.try_into().ok())
            .ok_or(ExchangeError::Response)?;
        let mut attributes = without_proof.split(',');
        let cbind_input = attribute(attributes.next(), "c")
            .and_then(from_base64)
            .ok_or(ExchangeError::Response)?;
        // RFC 5802 §5.1: the nonce must be the one that we sent.
        let is_ours = attribute(attributes.next(), "r") == Some(&*self.lookup.nonce);
        if !is_ours || !are_optional(attributes) {
            return Err(ExchangeError::Response);
        }
        // RFC 5802 §6: `c=` is always compared.
        if !same_octets(&cbind_input, &self.lookup.cbind_input) {
            return Err(ExchangeError::ChannelBinding);
        }
        let auth_message = auth_message(&self.lookup.bare, &self.server_first, without_proof);
        if !keys::is_proof(&proof, &self.stored_key, &auth_message) {
            return Err(ExchangeError::Proof);
        }
        let signature = keys::server_signature(&self.server_key, &auth_message);
        let server_final = format!("v={}", STANDARD.encode(*signature));
        Ok((server_final, self.lookup.login))
    }
}
