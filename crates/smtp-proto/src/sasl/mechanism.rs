//! Names of mechanisms ([RFC 4422] §3.1).
//!
//! [RFC 4422]: https://www.rfc-editor.org/rfc/rfc4422

use core::fmt;

/// A mechanism that this crate can speak.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
#[non_exhaustive]
pub enum Mechanism {
    /// `CRAM-MD5` (RFC 2195): proves the password without sending it.
    #[cfg(feature = "sasl")]
    CramMd5,
    /// `EXTERNAL` (RFC 4422 Appendix A): who the client is comes from below, say from TLS.
    External,
    /// `LOGIN`: user name and password, each behind a prompt.
    Login,
    /// `OAUTHBEARER` (RFC 7628): a token of OAuth 2.0.
    OauthBearer,
    /// `PLAIN` (RFC 4616): user name and password in one message.
    Plain,
    /// `SCRAM-SHA-256` (RFC 7677): both sides prove that they know the password.
    #[cfg(feature = "sasl")]
    ScramSha256,
    /// `SCRAM-SHA-256-PLUS` (RFC 7677): the same, and that they share the TLS connection.
    #[cfg(feature = "sasl")]
    ScramSha256Plus,
    /// `XOAUTH2`: the older form of `OAUTHBEARER`.
    Xoauth2,
}

impl Mechanism {
    /// Every mechanism of this build, in alphabetical order.
    pub const ALL: &'static [Self] = &[
        #[cfg(feature = "sasl")]
        Self::CramMd5,
        Self::External,
        Self::Login,
        Self::OauthBearer,
        Self::Plain,
        #[cfg(feature = "sasl")]
        Self::ScramSha256,
        #[cfg(feature = "sasl")]
        Self::ScramSha256Plus,
        Self::Xoauth2,
    ];

    /// Reads a name in any case; `None` if this build does not speak the mechanism.
    pub fn parse(name: &[u8]) -> Option<Self> {
        Self::ALL
            .iter()
            .copied()
            .find(|mechanism| mechanism.name().as_bytes().eq_ignore_ascii_case(name))
    }

    /// The registered name, in upper case.
    pub fn name(self) -> &'static str {
        match self {
            #[cfg(feature = "sasl")]
            Self::CramMd5 => "CRAM-MD5",
            Self::External => "EXTERNAL",
            Self::Login => "LOGIN",
            Self::OauthBearer => "OAUTHBEARER",
            Self::Plain => "PLAIN",
            #[cfg(feature = "sasl")]
            Self::ScramSha256 => "SCRAM-SHA-256",
            #[cfg(feature = "sasl")]
            Self::ScramSha256Plus => "SCRAM-SHA-256-PLUS",
            Self::Xoauth2 => "XOAUTH2",
        }
    }

    /// Whether the first message is the client's, so that an initial response may stand in the
    /// command that names the mechanism (RFC 4422 §5).
    ///
    /// `LOGIN` is server-first by its draft, but clients send the user name ahead, and servers
    /// take it: [`begin`](super::begin) does too.
    pub fn is_client_first(self) -> bool {
        match self {
            #[cfg(feature = "sasl")]
            Self::CramMd5 => false,
            Self::Login => false,
            _ => true,
        }
    }

    /// Whether an initial response is understood at all: not where a challenge must come first.
    pub(crate) fn takes_initial_response(self) -> bool {
        self.is_client_first() || self == Self::Login
    }

    /// Whether the initial response is the whole exchange, so that more commands may stand
    /// behind it in one group (RFC 4954 §4). With a token it is not: one that is refused takes
    /// another round.
    pub fn is_one_round(self) -> bool {
        matches!(self, Self::External | Self::Plain)
    }

    /// Whether whoever listens learns the password, or the token that stands for it: a server offers these under TLS only
    /// (RFC 4954 §4).
    pub fn shows_password(self) -> bool {
        matches!(
            self,
            Self::Login | Self::OauthBearer | Self::Plain | Self::Xoauth2
        )
    }
}

impl fmt::Display for Mechanism {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_in_any_case_and_printed_in_upper_case() {
        for &mechanism in Mechanism::ALL {
            let name = mechanism.name();
            assert_eq!(Mechanism::parse(name.as_bytes()), Some(mechanism));
            let lower = name.to_ascii_lowercase();
            assert_eq!(Mechanism::parse(lower.as_bytes()), Some(mechanism));
        }
        for unknown in [&b""[..], b"PLAI", b"PLAIN ", b"PLAINX", b"GSSAPI", b"\xff"] {
            assert_eq!(Mechanism::parse(unknown), None);
        }
    }

    #[test]
    fn what_is_over_in_one_round_starts_with_the_client() {
        for mechanism in Mechanism::ALL {
            assert!(!mechanism.is_one_round() || mechanism.is_client_first());
        }
    }
}
