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
    /// (RFC 7628 §3.1); or a token with another octet that no token has (RFC 6750 §2.1).
    #[error("a user name, a host or a token holds an octet that it cannot hold")]
    Control,
    /// An empty user name, password, host or token.
    #[error("empty user name, password, host or token")]
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
mod tests {
    use alloc::format;
    use alloc::vec;
    use alloc::vec::Vec;

    use proptest::prelude::*;

    use super::super::{ExchangeError, Login, Seed, Step, begin};
    use super::*;

    fn seed() -> Seed<'static> {
        Seed::new([3; 16], "mx.example")
    }

    /// Lets the two sides talk until the server knows enough.
    fn converse(mut client: Client, use_initial: bool) -> Login {
        let initial = if use_initial { client.initial() } else { None };
        let seed = seed();
        let mut step = begin(
            client.mechanism(),
            initial.as_ref().map(Secret::expose),
            &seed,
        );
        loop {
            match step {
                Step::Challenge(challenge) => {
                    let response = client.respond(challenge.octets()).unwrap();
                    step = challenge.respond(response.expose());
                }
                Step::Decide(login) => return login,
                other => panic!("{other:?}"),
            }
        }
    }

    fn clients(authcid: &str, password: &str) -> Vec<Client> {
        vec![
            Client::plain(None, authcid, password).unwrap(),
            Client::login(authcid, password).unwrap(),
            #[cfg(feature = "sasl")]
            Client::cram_md5(authcid, password).unwrap(),
        ]
    }

    #[test]
    fn nothing_is_said_twice() {
        let mut client = Client::plain(None, "tim", "secret").unwrap();
        assert_eq!(client.initial().unwrap().expose(), b"\0tim\0secret");
        assert!(client.initial().is_none());
        assert_eq!(client.respond(b"").unwrap_err(), UnexpectedChallenge);

        let mut client = Client::login("tim", "secret").unwrap();
        assert!(client.respond(b"User Name\0").is_ok());
        assert!(client.respond(b"Password\0").is_ok());
        assert_eq!(client.respond(b"Again:").unwrap_err(), UnexpectedChallenge);
    }

    #[test]
    fn plain_is_not_sent_into_a_challenge_of_another_mechanism() {
        let mut client = Client::plain(None, "tim", "secret").unwrap();
        let challenge = client.respond(b"<1@mx.example>");
        assert_eq!(challenge.unwrap_err(), UnexpectedChallenge);
    }

    #[test]
    fn credentials_that_no_server_could_read_are_refused() {
        for (authcid, password, error) in [
            ("", "secret", CredentialsError::Empty),
            ("tim", "", CredentialsError::Empty),
            ("t\0m", "secret", CredentialsError::Nul),
            ("tim", "sec\0ret", CredentialsError::Nul),
        ] {
            assert_eq!(Client::plain(None, authcid, password).unwrap_err(), error);
            assert_eq!(Client::login(authcid, password).unwrap_err(), error);
        }
        let client = Client::plain(Some("a\0b"), "tim", "secret");
        assert_eq!(client.unwrap_err(), CredentialsError::Nul);
        let client = Client::external(Some("\0"));
        assert_eq!(client.unwrap_err(), CredentialsError::Nul);
    }

    #[test]
    fn external_claims_an_identity_or_none() {
        for authzid in [None, Some("kurt")] {
            let login = converse(Client::external(authzid).unwrap(), true);
            assert_eq!(login.authzid(), authzid);
        }
    }

    #[test]
    fn debug_shows_no_credentials() {
        let mut clients = clients("tim", "hunter2");
        clients.push(Client::xoauth2("tim", "hunter2").unwrap());
        clients.push(Client::oauth_bearer(Some("tim"), "hunter2", None).unwrap());
        for client in clients {
            assert!(!format!("{client:?}").contains("hunter2"));
        }
    }

    #[test]
    fn a_token_goes_ahead_and_its_refusal_is_answered_once() {
        let bearer = Client::oauth_bearer(Some("tim"), "t0ken", Some(("mx.example", 587)));
        for (client, thanks) in [
            (bearer.unwrap(), &b"\x01"[..]),
            (Client::xoauth2("tim", "t0ken").unwrap(), b""),
        ] {
            let mut client = client;
            let first = client.initial().unwrap();
            let step = begin(client.mechanism(), Some(first.expose()), &seed());
            let Step::Decide(Login::Bearer(bearer)) = step else {
                panic!("{step:?}");
            };
            assert_eq!(
                (bearer.user(), bearer.token()),
                (Some("tim"), &b"t0ken"[..])
            );
            assert!(client.accepts_success());
            let challenge = bearer.refuse(r#"{"status":"invalid_token"}"#);
            assert_eq!(challenge.octets(), br#"{"status":"invalid_token"}"#);
            let response = client.respond(challenge.octets()).unwrap();
            assert_eq!(response.expose(), thanks);
            assert!(!client.accepts_success());
            let step = challenge.respond(response.expose());
            assert!(matches!(step, Step::Failed(ExchangeError::Refused)));
            assert_eq!(client.respond(b"").unwrap_err(), UnexpectedChallenge);
        }
    }

    #[test]
    fn tokens_that_would_end_early_are_refused() {
        let bearer = |user, token, server| Client::oauth_bearer(user, token, server).unwrap_err();
        for (error, expected) in [
            (bearer(Some("t\x01m"), "t", None), CredentialsError::Control),
            (bearer(Some(""), "t", None), CredentialsError::Empty),
            (bearer(None, "", None), CredentialsError::Empty),
            (bearer(None, "a b", None), CredentialsError::Control),
            (bearer(None, "a\x01", None), CredentialsError::Control),
            (
                bearer(None, "t", Some(("h\x01", 1))),
                CredentialsError::Control,
            ),
            (
                Client::xoauth2("t\x01m", "t").unwrap_err(),
                CredentialsError::Control,
            ),
        ] {
            assert_eq!(error, expected);
        }
    }

    #[cfg(feature = "sasl")]
    #[test]
    fn success_without_the_proof_of_the_server_is_none() {
        let scram =
            |authzid, support| Client::scram_sha_256(authzid, "tim", "secret", [1; 16], support);
        let mut client = scram(None, ChannelSupport::No).unwrap();
        assert!(!client.accepts_success());
        assert_eq!(
            client.initial().unwrap().expose(),
            b"n,,n=tim,r=AQEBAQEBAQEBAQEBAQEBAQ=="
        );
        assert!(!client.accepts_success());
        let challenge = b"r=AQEBAQEBAQEBAQEBAQEBAQ==x,s=c2FsdA==,i=4096";
        assert!(client.respond(challenge).is_ok());
        assert!(!client.accepts_success());
        let wrong = b"v=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";
        assert_eq!(client.respond(wrong).unwrap_err(), UnexpectedChallenge);
        assert!(!client.accepts_success());
        assert!(!format!("{client:?}").contains("secret"));

        let binding = super::super::ChannelBinding::new("tls-exporter", b"x").unwrap();
        let bound = scram(Some("kurt"), ChannelSupport::Bound(binding)).unwrap();
        assert_eq!(bound.mechanism(), Mechanism::ScramSha256Plus);
        let empty = scram(Some(""), ChannelSupport::No).unwrap_err();
        assert_eq!(empty, CredentialsError::Empty);
        let nul = scram(Some("\0"), ChannelSupport::No).unwrap_err();
        assert_eq!(nul, CredentialsError::Nul);
    }

    proptest! {
        #[test]
        fn the_server_understands_the_client(
            authcid in "[^\0]{1,40}",
            password in "[^\0]{1,40}",
            other in "[^\0]{1,40}",
            use_initial: bool,
        ) {
            for client in clients(&authcid, &password) {
                let login = converse(client, use_initial);
                prop_assert_eq!(login.authcid(), Some(&*authcid));
                prop_assert!(login.proves(password.as_bytes()));
                prop_assert_eq!(login.proves(other.as_bytes()), other == password);
            }
        }
    }
}
