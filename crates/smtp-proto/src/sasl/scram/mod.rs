//! `SCRAM-SHA-256` and `SCRAM-SHA-256-PLUS` ([RFC 5802], [RFC 7677]).
//!
//! Written here rather than taken from a crate, since nonces are arguments in a core without random,
//! and what there is to it are three messages each way, HMAC and one block of PBKDF2.
//!
//! [RFC 5802]: https://www.rfc-editor.org/rfc/rfc5802
//! [RFC 7677]: https://www.rfc-editor.org/rfc/rfc7677

mod binding;
mod client;
mod keys;
mod server;

use alloc::string::String;
use alloc::vec::Vec;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

pub use self::binding::{ChannelBinding, ChannelSupport};
pub(super) use self::client::{First, ServerFinal, ServerFirst};
pub use self::keys::ScramVerifier;
pub(super) use self::server::{Begun, ClientFinal, respond_to_first};
pub use self::server::{Lookup, Scram};

/// A nonce of random octets: `printable = %x21-2B / %x2D-7E`, at the least 128 bits of it.
pub(super) fn nonce(random: &[u8; 16]) -> String {
    STANDARD.encode(random)
}

/// `c-nonce = printable`
fn is_nonce(text: &str) -> bool {
    !text.is_empty()
        && text
            .bytes()
            .all(|octet| matches!(octet, 0x21..=0x2b | 0x2d..=0x7e))
}

/// The value of an attribute such as `r=…`, if that is the one that stands there.
fn attribute<'t>(attribute: Option<&'t str>, name: &str) -> Option<&'t str> {
    attribute?.strip_prefix(name)?.strip_prefix('=')
}

/// `extensions = attr-val *("," attr-val)`, behind everything else: whether they can be ignored. A
/// mandatory one (`m=`) fails the authentication wherever it stands (RFC 5802 §5.1).
fn are_optional<'t>(mut extensions: impl Iterator<Item = &'t str>) -> bool {
    extensions.all(|extension| match extension.as_bytes() {
        [name, b'=', value @ ..] => {
            name.is_ascii_alphabetic() && *name != b'm' && !value.is_empty() && !value.contains(&0)
        }
        _ => false,
    })
}

fn from_base64(text: &str) -> Option<Vec<u8>> {
    STANDARD.decode(text).ok()
}

/// `AuthMessage := client-first-message-bare + "," + server-first-message + "," +
/// client-final-message-without-proof`
fn auth_message(client_first_bare: &str, server_first: &str, without_proof: &str) -> String {
    [client_first_bare, server_first, without_proof].join(",")
}

#[cfg(test)]
mod tests;
