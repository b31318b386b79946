//! What a server brings into an exchange.

#[cfg(feature = "sasl")]
use alloc::boxed::Box;
#[cfg(feature = "sasl")]
use alloc::vec::Vec;

#[cfg(feature = "sasl")]
use super::cram_md5;
#[cfg(feature = "sasl")]
use super::scram::{self, Begun, ChannelBinding};

/// What makes an exchange unlike every other one.
///
/// A core has no random of its own: these octets must come from a good generator, and be new for
/// each exchange.
#[derive(Clone, Debug)]
#[cfg_attr(
    not(feature = "sasl"),
    expect(dead_code, reason = "for mechanisms with a nonce")
)]
pub struct Seed<'h> {
    random: [u8; 16],
    host: &'h str,
    #[cfg(feature = "sasl")]
    binding: Option<ChannelBinding>,
}

impl<'h> Seed<'h> {
    /// Random octets, and the server's name as it stands in its greeting.
    pub fn new(random: [u8; 16], host: &'h str) -> Self {
        Self {
            random,
            host,
            #[cfg(feature = "sasl")]
            binding: None,
        }
    }

    /// With what binds the exchange to the TLS connection: for a server that offers
    /// `SCRAM-SHA-256-PLUS`, and only for one that does. A client that was made to believe that it
    /// does not is then refused (RFC 5802 §6).
    #[cfg(feature = "sasl")]
    #[must_use]
    pub fn channel_binding(mut self, binding: ChannelBinding) -> Self {
        self.binding = Some(binding);
        self
    }

    #[cfg(feature = "sasl")]
    pub(super) fn begun(&self, is_plus: bool) -> Begun {
        Begun {
            nonce: scram::nonce(&self.random),
            binding: self.binding.clone(),
            is_plus,
        }
    }

    /// `msg-id` of RFC 822, as RFC 2195 §2 wants it.
    #[cfg(feature = "sasl")]
    pub(super) fn msg_id(&self) -> Box<[u8]> {
        let mut octets = Vec::with_capacity(35 + self.host.len());
        octets.push(b'<');
        for octet in self.random {
            octets.push(cram_md5::hex_digit(octet >> 4));
            octets.push(cram_md5::hex_digit(octet & 0xf));
        }
        octets.push(b'@');
        octets.extend_from_slice(self.host.as_bytes());
        octets.push(b'>');
        octets.into()
    }
}
