//! Replies that every server needs.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::{Code, EnhancedCode, Reply, Text};

impl Reply {
    /// 220: answers a connection. The server puts its name before the text.
    pub const fn greeting() -> Self {
        Self::bare(220, "ESMTP")
    }

    /// 250: answers `EHLO` and `HELO`. The server puts its name before it, and its extensions
    /// behind it.
    pub const fn hello() -> Self {
        Self::bare(250, "")
    }

    /// 250 2.0.0: it was done.
    pub const fn ok() -> Self {
        Self::fixed(250, (2, 0, 0), "OK")
    }

    /// 250 2.1.0: the sender is accepted.
    pub const fn sender_ok() -> Self {
        Self::fixed(250, (2, 1, 0), "Sender OK")
    }

    /// 250 2.1.5: the recipient is accepted.
    pub const fn recipient_ok() -> Self {
        Self::fixed(250, (2, 1, 5), "Recipient OK")
    }

    /// 354: the message may come.
    pub const fn start_data() -> Self {
        Self::bare(354, "End data with <CR><LF>.<CR><LF>")
    }

    /// 220 2.0.0: TLS may begin.
    pub const fn start_tls() -> Self {
        Self::fixed(220, (2, 0, 0), "Ready to start TLS")
    }

    /// 334: what the client has to answer, in base64 (RFC 4954 §4).
    pub fn challenge(octets: &[u8]) -> Self {
        Self {
            code: Code::known(334),
            enhanced: None,
            text: STANDARD.encode(octets).into(),
        }
    }

    /// 235 2.7.0: the client is who it says it is (RFC 4954 §6).
    pub const fn authenticated() -> Self {
        Self::fixed(235, (2, 7, 0), "Authentication successful")
    }

    /// 535 5.7.8: the client is not who it says it is (RFC 4954 §6).
    pub const fn bad_credentials() -> Self {
        Self::fixed(535, (5, 7, 8), "Authentication credentials invalid")
    }

    /// 554 5.7.1: neither the sender nor the recipient is ours. RFC 5321 §3.6.2 would have 550;
    /// 554 is Postfix's (`relay_domains_reject_code`), which most clients have met.
    pub const fn relay_denied() -> Self {
        Self::fixed(554, (5, 7, 1), "Relay access denied")
    }

    /// 550 5.1.1: the recipient's domain is ours, and has no such user.
    pub const fn no_such_user() -> Self {
        Self::fixed(550, (5, 1, 1), "No such user")
    }

    /// 451 4.3.0: something of ours does not work now.
    pub const fn try_again() -> Self {
        Self::fixed(451, (4, 3, 0), "Local error in processing, try again later")
    }

    /// 421 4.3.2: the server is about to stop. The server puts its name before the text, and
    /// closes.
    pub const fn shutting_down() -> Self {
        Self::fixed(421, (4, 3, 2), "Service shutting down")
    }

    /// 421 4.4.2: the client took longer than its time. The server puts its name before the text,
    /// and closes.
    pub const fn timeout() -> Self {
        Self::fixed(421, (4, 4, 2), "Timeout exceeded")
    }

    /// 421 4.7.0: no more connections for this client now. The server puts its name before the
    /// text, and closes.
    pub const fn too_many_connections() -> Self {
        Self::fixed(421, (4, 7, 0), "Too many connections")
    }

    /// A reply without an enhanced code: RFC 2034 §4 has none in greetings and answers to
    /// `EHLO`, and RFC 3463 §2 has none for 3yz.
    pub(crate) const fn bare(code: u16, text: &'static str) -> Self {
        Self {
            code: Code::known(code),
            enhanced: None,
            text: Text::Fixed(text),
        }
    }

    pub(crate) const fn fixed(code: u16, enhanced: (u8, u16, u16), text: &'static str) -> Self {
        Self {
            code: Code::known(code),
            enhanced: Some(EnhancedCode::known(enhanced.0, enhanced.1, enhanced.2)),
            text: Text::Fixed(text),
        }
    }
}
