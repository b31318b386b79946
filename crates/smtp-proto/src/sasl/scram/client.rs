//! The client's messages.

use alloc::borrow::ToOwned;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use core::num::NonZeroU32;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use zeroize::Zeroizing;

use super::binding::ChannelSupport;
use super::keys::{self, Key};
use super::{are_optional, attribute, auth_message, from_base64, is_nonce};
use crate::sasl::Secret;
use crate::sasl::saslname;
use crate::sasl::secret::same_octets;

/// Before anything was said.
pub(in crate::sasl) struct First {
    support: ChannelSupport,
    gs2_header: String,
    bare: String,
    nonce: String,
    password: Secret,
}

impl First {
    pub(in crate::sasl) fn new(
        authzid: Option<&str>,
        authcid: &str,
        password: &str,
        nonce: String,
        support: ChannelSupport,
    ) -> Self {
        let authzid = authzid.map(|authzid| format!("a={}", saslname::escape(authzid)));
        let authzid = authzid.unwrap_or_default();
        let gs2_header = match &support {
            ChannelSupport::Bound(binding) => format!("p={},{authzid},", binding.name()),
            ChannelSupport::No => format!("n,{authzid},"),
            ChannelSupport::NotOffered => format!("y,{authzid},"),
        };
        Self {
            support,
            gs2_header,
            bare: format!("n={},r={nonce}", saslname::escape(authcid)),
            nonce,
            password: Secret::from(password.as_bytes()),
        }
    }

    /// `client-first-message = gs2-header client-first-message-bare`
    pub(in crate::sasl) fn message(&self) -> String {
        format!("{}{}", self.gs2_header, self.bare)
    }

    pub(in crate::sasl) fn said(self) -> ServerFirst {
        ServerFirst { first: self }
    }
}

/// The server's first message is due.
pub(in crate::sasl) struct ServerFirst {
    first: First,
}

impl ServerFirst {
    /// What to answer, and what the server has to say to that; `None` if the message is not one
    /// that may be answered. This is where the password is hashed.
    pub(in crate::sasl) fn respond(self, server_first: &[u8]) -> Option<(String, ServerFinal)> {
        let first = self.first;
        let server_first = core::str::from_utf8(server_first).ok()?;
        let Challenge {
            nonce,
            salt,
            iterations,
        } = challenge(server_first, &first.nonce)?;
        let salted = keys::salted_password(first.password.expose(), &salt, iterations);
        let client_key = keys::client_key(&salted);
        let stored_key = keys::stored_key(&client_key);

        let mut cbind_input = first.gs2_header.into_bytes();
        if let ChannelSupport::Bound(binding) = &first.support {
            cbind_input.extend_from_slice(binding.data());
        }
        let without_proof = format!("c={},r={nonce}", STANDARD.encode(cbind_input));
        let auth_message = auth_message(&first.bare, server_first, &without_proof);
        let proof = keys::masked(&client_key, &stored_key, &auth_message);
        let message = format!("{without_proof},p={}", STANDARD.encode(*proof));
        let server_key = keys::server_key(&salted);
        let server_final = ServerFinal {
            signature: keys::server_signature(&server_key, &auth_message),
        };
        Some((message, server_final))
    }
}

/// The server's signature is due: proof that it, too, knows the password.
pub(in crate::sasl) struct ServerFinal {
    signature: Zeroizing<Key>,
}

impl ServerFinal {
    /// `server-final-message = (server-error / verifier) ["," extensions]`: whether it is the
    /// signature. Compared in constant time.
    pub(in crate::sasl) fn is_signed_by(&self, server_final: &[u8]) -> bool {
        let Ok(message) = core::str::from_utf8(server_final) else {
            return false;
        };
        let mut attributes = message.split(',');
        let signature = attribute(attributes.next(), "v").and_then(from_base64);
        signature.is_some_and(|signature| same_octets(&signature, &*self.signature))
            && are_optional(attributes)
    }
}

struct Challenge {
    nonce: String,
    salt: Vec<u8>,
    iterations: NonZeroU32,
}

/// `server-first-message = [reserved-mext ","] nonce "," salt "," iteration-count
/// ["," extensions]`
///
/// An extension that is mandatory (`m=`) fails the authentication (RFC 5802 §5.1): it stands where
/// the nonce should. The nonce must go on from the client's.
fn challenge(server_first: &str, client_nonce: &str) -> Option<Challenge> {
    let mut attributes = server_first.split(',');
    let nonce = attribute(attributes.next(), "r")?;
    let salt = from_base64(attribute(attributes.next(), "s")?)?;
    let iterations = posit_number(attribute(attributes.next(), "i")?)?;
    let is_new = is_nonce(nonce) && nonce.len() > client_nonce.len();
    let is_possible = (MIN_ITERATIONS..=MAX_ITERATIONS).contains(&iterations.get());
    if !is_new || !nonce.starts_with(client_nonce) || salt.is_empty() || !is_possible {
        return None;
    }
    if !are_optional(attributes) {
        return None;
    }
    Some(Challenge {
        nonce: nonce.to_owned(),
        salt,
        iterations,
    })
}

/// `posit-number = %x31-39 *DIGIT`
fn posit_number(text: &str) -> Option<NonZeroU32> {
    let is_number = text.bytes().all(|octet| octet.is_ascii_digit()) && !text.starts_with('0');
    is_number.then(|| text.parse().ok()).flatten()
}

/// RFC 7677 §4: what servers should have at the least. To fewer, a server that wants the password
/// could have a proof that is soon guessed.
const MIN_ITERATIONS: u32 = 4096;

/// A hostile server can keep a client busy with a big iteration count (RFC 5802 §9). One million is
/// more than the 600 000 that OWASP's Password Storage Cheat Sheet asks for, and takes a fraction
/// of a second.
const MAX_ITERATIONS: u32 = 1_000_000;
