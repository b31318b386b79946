//! The client's side of an exchange.

use alloc::borrow::ToOwned;
use alloc::string::String;
use core::fmt;

use thiserror::Error;

#[cfg(feature = "sasl")]
use super::cram_md5;
use super::{Mechanism, Secret, plain};

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
        match &self.state {
            State::Message(message) if message.expose().len() <= octets => self.initial(),
            _ => None,
        }
    }

    /// The answer to a challenge.
    pub fn respond(&mut self, challenge: &[u8]) -> Result<Secret, UnexpectedChallenge> {
        match core::mem::replace(&mut self.state, State::Done) {
            #[cfg(feature = "sasl")]
            State::CramMd5 { authcid, password } => Ok(Secret::new(cram_md5::respond(
                &authcid,
                password.expose(),
                challenge,
            ))),
            State::Done => Err(UnexpectedChallenge),
            // The server that asks for the first message has nothing to say itself.
            State::Message(message) if challenge.is_empty() => Ok(message),
            State::Message(_) => Err(UnexpectedChallenge),
            // Servers word their prompts as they like; only the order is certain.
            State::Password(password) => Ok(password),
            State::UserName { authcid, password } => {
                self.state = State::Password(password);
                Ok(Secret::new(authcid.into_bytes()))
            }
        }
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
    /// An empty user name or password.
    #[error("empty user name or password")]
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

/// What is still to be said.
enum State {
    #[cfg(feature = "sasl")]
    CramMd5 {
        authcid: String,
        password: Secret,
    },
    Done,
    Message(Secret),
    Password(Secret),
    UserName {
        authcid: String,
        password: Secret,
    },
}

fn check(authcid: &str, password: &str) -> Result<(), CredentialsError> {
    if authcid.is_empty() || password.is_empty() {
        return Err(CredentialsError::Empty);
    }
    if authcid.contains('\0') || password.contains('\0') {
        return Err(CredentialsError::Nul);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use alloc::format;
    use alloc::vec;
    use alloc::vec::Vec;

    use proptest::prelude::*;

    use super::super::{Login, Seed, Step, begin};
    use super::*;

    /// Lets the two sides talk until the server knows enough.
    fn converse(mut client: Client, use_initial: bool) -> Login {
        let initial = if use_initial { client.initial() } else { None };
        let seed = Seed::new([3; 16], "mx.example");
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
                Step::Failed(error) => panic!("{error}"),
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
        for client in clients("tim", "hunter2") {
            assert!(!format!("{client:?}").contains("hunter2"));
        }
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
