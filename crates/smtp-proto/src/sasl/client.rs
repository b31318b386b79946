//! The client's side of an exchange.

use alloc::borrow::ToOwned;
#[cfg(feature = "sasl")]
use alloc::boxed::Box;
use core::fmt;

use thiserror::Error;

use super::client_state::State;
#[cfg(feature = "sasl")]
use super::scram::{self, ChannelSupport};
use super::{Mechanism, Secret, oauth, plain};

/// A client that knows its credentials and answers challenges.
///
/// ```
/// use smtp_proto::sasl::Client;
///
/// # fn main() -> Result<(), Box<dyn core::error::Error>> {
/// let mut client = Client::login("tim", "tanstaaftanstaaf")?;
/// assert!(client.initial().is_none());
/// assert_eq!(client.respond(b"Username:")?.expose(), b"tim");
/// assert_eq!(client.respond(b"Password:")?.expose(), b"tanstaaftanstaaf");
/// # Ok(())
/// # }
/// ```
pub struct Client {
    mechanism: Mechanism,
    state: State,
}

impl Client {
    /// `PLAIN` (RFC 4616). Sends the password: for TLS only.
    ///
    /// `authzid` is whom to act as, if that is not `authcid`.
    pub fn plain(
        authzid: Option<&str>,
        authcid: &str,
        password: &str,
    ) -> Result<Self, CredentialsError> {
        if authzid.is_some_and(|authzid| authzid.contains('\0')) {
            return Err(CredentialsError::Nul);
        }
        check(authcid, password)?;
        let message = plain::print(authzid, authcid, password);
        Ok(Self::new(Mechanism::Plain, State::Message(message)))
    }

    /// `LOGIN`. Sends the password: for TLS only, and only to servers that do not know `PLAIN`.
    pub fn login(authcid: &str, password: &str) -> Result<Self, CredentialsError> {
        check(authcid, password)?;
        let state = State::UserName {
            authcid: authcid.to_owned(),
            password: Secret::from(password.as_bytes()),
        };
        Ok(Self::new(Mechanism::Login, state))
    }

    /// `CRAM-MD5` (RFC 2195). Does not show the password, and does not prove who the server is.
    #[cfg(feature = "sasl")]
    pub fn cram_md5(authcid: &str, password: &str) -> Result<Self, CredentialsError> {
        check(authcid, password)?;
        let state = State::CramMd5 {
            authcid: authcid.to_owned(),
            password: Secret::from(password.as_bytes()),
        };
        Ok(Self::new(Mechanism::CramMd5, state))
    }

    /// `EXTERNAL` (RFC 4422 Appendix A): the client is known from below, say by its certificate.
    pub fn external(authzid: Option<&str>) -> Result<Self, CredentialsError> {
        let authzid = authzid.unwrap_or_default();
        if authzid.contains('\0') {
            return Err(CredentialsError::Nul);
        }
        let message = Secret::from(authzid.as_bytes());
        Ok(Self::new(Mechanism::External, State::Message(message)))
    }

    /// `OAUTHBEARER` (RFC 7628), with a token that was fetched from whoever issues it. Sends the
    /// token: for TLS only (RFC 7628 §3).
    ///
    /// `user` is whom to log in as; some servers want it. `server` is the host and the port that the
    /// client has connected to, and may be left out.
    pub fn oauth_bearer(
        user: Option<&str>,
        token: &str,
        server: Option<(&str, u16)>,
    ) -> Result<Self, CredentialsError> {
        let host = server.map(|(host, _)| host);
        if server.is_some_and(|(_, port)| port == 0) {
            return Err(CredentialsError::Empty);
        }
        if host.is_some_and(|host| !host.is_ascii()) {
            return Err(CredentialsError::Control);
        }
        check_token(user.into_iter().chain(host), token)?;
        let state = State::Bearer {
            message: oauth::print_bearer(user, token, server),
            // RFC 7628 §3.2.3
            thanks: b"\x01",
        };
        Ok(Self::new(Mechanism::OauthBearer, state))
    }

    /// `XOAUTH2`, the older form of `OAUTHBEARER`. Sends the token: for TLS only.
    pub fn xoauth2(user: &str, token: &str) -> Result<Self, CredentialsError> {
        check_token([user], token)?;
        let state = State::Bearer {
            message: oauth::print_xoauth2(user, token),
            thanks: b"",
        };
        Ok(Self::new(Mechanism::Xoauth2, state))
    }

    /// `SCRAM-SHA-256` (RFC 7677), or `SCRAM-SHA-256-PLUS` if the exchange is
    /// [bound](ChannelSupport::Bound) to the TLS connection. Does not show the password, and proves
    /// that the server knows it too; [`accepts_success`](Self::accepts_success) tells whether it
    /// has done so.
    ///
    /// `authzid` is whom to act as, if that is not `authcid`. `nonce` are random octets, new for
    /// each exchange. Name and password are in the form of SASLprep, where they are not ASCII
    /// (RFC 5802 §2.2). The challenge that is answered with the proof takes time: as many hashes as
    /// the server asks for, at least 4096 and at most a million.
    #[cfg(feature = "sasl")]
    pub fn scram_sha_256(
        authzid: Option<&str>,
        authcid: &str,
        password: &str,
        nonce: [u8; 16],
        support: ChannelSupport,
    ) -> Result<Self, CredentialsError> {
        check(authcid, password)?;
        if authzid == Some("") {
            return Err(CredentialsError::Empty);
        }
        if authzid.is_some_and(|authzid| authzid.contains('\0')) {
            return Err(CredentialsError::Nul);
        }
        let mechanism = match support {
            ChannelSupport::Bound(_) => Mechanism::ScramSha256Plus,
            ChannelSupport::No | ChannelSupport::NotOffered => Mechanism::ScramSha256,
        };
        let nonce = scram::nonce(&nonce);
        let first = scram::First::new(authzid, authcid, password, nonce, support);
        Ok(Self::new(mechanism, State::ScramFirst(Box::new(first))))
    }

    fn new(mechanism: Mechanism, state: State) -> Self {
        Self { mechanism, state }
    }

    /// The mechanism to name to the server.
    pub fn mechanism(&self) -> Mechanism {
        self.mechanism
    }

    /// The initial response, to be sent along with the name of the mechanism; `None` if the
    /// server begins.
    ///
    /// Taken at most once. Where the protocol has no room for it, leave it: the server asks with
    /// an empty challenge, and [`respond`](Self::respond) gives it then.
    pub fn initial(&mut self) -> Option<Secret> {
        if !self.mechanism.is_client_first() {
            return None;
        }
        self.respond(b"").ok()
    }

    /// The initial response, if it has at most so many octets.
    pub(crate) fn initial_within(&mut self, octets: usize) -> Option<Secret> {
        let length = match &self.state {
            State::Bearer { message, .. } | State::Message(message) => message.expose().len(),
            #[cfg(feature = "sasl")]
            State::ScramFirst(first) => first.message().len(),
            _ => return None,
        };
        if length > octets {
            return None;
        }
        self.initial()
    }

    /// Whether the server may say that the client is logged in.
    ///
    /// Not before it has proved what it has to prove: a server that has no proof is not the one that
    /// the password was made for, and nothing must be told to it (RFC 5802 §5). Mechanisms without
    /// such a proof accept whatever the server says, unless a challenge could not be answered.
    pub fn accepts_success(&self) -> bool {
        match &self.state {
            State::Failed => false,
            #[cfg(feature = "sasl")]
            State::ScramFinal(_) | State::ScramFirst(_) | State::ScramServer(_) => false,
            _ => true,
        }
    }

    /// The answer to a challenge.
    pub fn respond(&mut self, challenge: &[u8]) -> Result<Secret, UnexpectedChallenge> {
        let state = core::mem::replace(&mut self.state, State::Failed);
        let (response, state) = state.respond(challenge).ok_or(UnexpectedChallenge)?;
        self.state = state;
        Ok(response)
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client")
            .field("mechanism", &self.mechanism)
            .finish_non_exhaustive()
    }
}

/// Why nobody can log in with these credentials.
#[derive(Clone, Copy, Debug, Eq, Error, PartialEq)]
#[non_exhaustive]
pub enum CredentialsError {
    /// A control character in a user name, a host or a token, which would end it early
    /// (RFC 7628 §3.1); or another octet that no host or no token has (RFC 6750 §2.1).
    #[error("a user name, a host or a token holds an octet that it cannot hold")]
    Control,
    /// An empty user name, password, host or token, or port 0.
    #[error("empty user name, password, host or token, or port 0")]
    Empty,
    /// A NUL, which would end the name or the password early (RFC 4616 §2).
    #[error("NUL in a user name or password")]
    Nul,
}

/// A challenge after everything has been said, or one that the mechanism does not have: the
/// client cancels the exchange.
#[derive(Clone, Copy, Debug, Eq, Error, PartialEq)]
#[error("challenge that the mechanism does not have")]
#[non_exhaustive]
pub struct UnexpectedChallenge;

fn check(authcid: &str, password: &str) -> Result<(), CredentialsError> {
    if authcid.is_empty() || password.is_empty() {
        return Err(CredentialsError::Empty);
    }
    if authcid.contains('\0') || password.contains('\0') {
        return Err(CredentialsError::Nul);
    }
    Ok(())
}

/// No separator may be hidden in the message, and no space in the token.
fn check_token<'t>(
    names: impl IntoIterator<Item = &'t str>,
    token: &str,
) -> Result<(), CredentialsError> {
    if token.is_empty() {
        return Err(CredentialsError::Empty);
    }
    for name in names {
        if name.is_empty() {
            return Err(CredentialsError::Empty);
        }
        if name.contains(char::is_control) {
            return Err(CredentialsError::Control);
        }
    }
    match oauth::is_token(token) {
        true => Ok(()),
        false => Err(CredentialsError::Control),
    }
}

#[cfg(test)]
mod tests;
