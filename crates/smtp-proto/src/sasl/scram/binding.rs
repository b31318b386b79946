//! Channel bindings (RFC 5802 §6, RFC 5056).

use alloc::boxed::Box;
use core::fmt;

/// What both ends of a TLS connection know of it, and nobody between them who holds two
/// connections.
///
/// The data come from the TLS library: for `tls-exporter` (RFC 9266) 32 octets of keying material
/// under the label `EXPORTER-Channel-Binding`, for `tls-server-end-point` (RFC 5929) a hash of the
/// server's certificate. `tls-unique` is the default of RFC 5802 §6.1, but TLS 1.3 has none.
/// Under TLS 1.2 either means something only with the extended master secret, or if the session was
/// not resumed (RFC 7677 §4).
#[derive(Clone)]
pub struct ChannelBinding {
    name: Box<str>,
    data: Box<[u8]>,
}

impl ChannelBinding {
    /// `None` if the name is no `cb-name = 1*(ALPHA / DIGIT / "." / "-")`, or if there are no data.
    pub fn new(name: &str, data: &[u8]) -> Option<Self> {
        (is_cb_name(name) && !data.is_empty()).then(|| Self {
            name: name.into(),
            data: data.into(),
        })
    }

    /// The type, such as `tls-exporter`.
    pub fn name(&self) -> &str {
        &self.name
    }

    pub(super) fn data(&self) -> &[u8] {
        &self.data
    }
}

/// Without the data.
impl fmt::Debug for ChannelBinding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ChannelBinding")
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}

/// What a client knows about channel bindings: `gs2-cbind-flag`.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_enums, reason = "RFC 5802 §7")]
pub enum ChannelSupport {
    /// `p`: the client binds to the channel, and logs in with `SCRAM-SHA-256-PLUS`.
    Bound(ChannelBinding),
    /// `n`: the client cannot.
    No,
    /// `y`: the client could, but the server did not offer `SCRAM-SHA-256-PLUS`. If it did and
    /// somebody on the way took that out, the server notices.
    NotOffered,
}

/// `cb-name = 1*(ALPHA / DIGIT / "." / "-")`
pub(super) fn is_cb_name(name: &str) -> bool {
    !name.is_empty()
        && name
            .bytes()
            .all(|octet| octet.is_ascii_alphanumeric() || matches!(octet, b'-' | b'.'))
}
