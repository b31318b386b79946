//! The server's side of an exchange.

use alloc::borrow::ToOwned;
#[cfg(feature = "sasl")]
use alloc::boxed::Box;
use alloc::string::String;
use core::fmt;

use thiserror::Error;

#[cfg(feature = "sasl")]
use super::cram_md5::CramMd5;
use super::oauth::{self, Bearer};
#[cfg(feature = "sasl")]
use super::scram::{self, Begun, ClientFinal, Lookup, Scram};
use super::{Credentials, Mechanism, Seed, login, plain};

/// Starts an exchange, after the client has named its mechanism.
///
/// `initial` is the response that came with the name: `None` if there was none, empty if it was
/// there and empty. The seed is used by mechanisms that challenge the client.
#[cfg_attr(
    not(feature = "sasl"),
    expect(unused_variables, reason = "for mechanisms with a challenge")
)]
pub fn begin(mechanism: Mechanism, initial: Option<&[u8]>, seed: &Seed<'_>) -> Step {
    let first = match mechanism {
        #[cfg(feature = "sasl")]
        Mechanism::CramMd5 => {
            // RFC 4954 §4
            if initial.is_some() {
                return Step::Failed(ExchangeError::InitialResponse);
            }
            let octets = seed.msg_id();
            Challenge::new(State::CramMd5(octets))
        }
        Mechanism::External => Challenge::new(State::External),
        Mechanism::Login => Challenge::new(State::UserName),
        Mechanism::OauthBearer | Mechanism::Xoauth2 => Challenge::new(State::Bearer(mechanism)),
        Mechanism::Plain => Challenge::new(State::Plain),
        #[cfg(feature = "sasl")]
        Mechanism::ScramSha256 | Mechanism::ScramSha256Plus => {
            let is_plus = mechanism == Mechanism::ScramSha256Plus;
            Challenge::new(State::ScramFirst(Box::new(seed.begun(is_plus))))
        }
    };
    // Without an initial response, RFC 4422 §5.1 has the server ask for it.
    match initial {
        Some(response) => first.respond(response),
        None => Step::Challenge(first),
    }
}

/// What comes next in an exchange.
#[derive(Debug)]
#[must_use]
#[non_exhaustive]
pub enum Step {
    /// The client must answer this.
    Challenge(Challenge),
    /// The client has said all it has to say. The caller decides whether it is true.
    Decide(Login),
    /// The client did not keep to the mechanism.
    Failed(ExchangeError),
    /// The client has named itself, and the caller must look up what it stores about it. Only for
    /// SCRAM.
    #[cfg(feature = "sasl")]
    Lookup(Lookup),
}

/// A challenge that the client has not answered yet.
#[derive(Debug)]
#[must_use]
pub struct Challenge {
    state: State,
}

impl Challenge {
    fn new(state: State) -> Self {
        Self { state }
    }

    #[cfg(feature = "sasl")]
    pub(super) fn scram(state: ClientFinal) -> Self {
        Self::new(State::ScramFinal(Box::new(state)))
    }

    /// What is sent to the client; may be empty.
    pub fn octets(&self) -> &[u8] {
        match &self.state {
            #[cfg(feature = "sasl")]
            State::CramMd5(challenge) => challenge,
            State::Bearer(_) | State::External | State::Plain => b"",
            State::Refused(error) => error.as_bytes(),
            #[cfg(feature = "sasl")]
            State::ScramFirst(_) => b"",
            #[cfg(feature = "sasl")]
            State::ScramFinal(state) => state.server_first().as_bytes(),
            #[cfg(feature = "sasl")]
            State::ScramProved { server_final, .. } => server_final.as_bytes(),
            State::Password(_) => login::PASSWORD,
            State::UserName => login::USERNAME,
        }
    }

    /// Takes the client's answer.
    pub fn respond(self, response: &[u8]) -> Step {
        match self.state {
            #[cfg(feature = "sasl")]
            State::CramMd5(challenge) => {
                decide(CramMd5::parse(challenge, response).map(Login::CramMd5))
            }
            State::Bearer(mechanism) => {
                let bearer = match mechanism {
                    Mechanism::Xoauth2 => oauth::parse_xoauth2(response),
                    _ => oauth::parse_bearer(response),
                };
                decide(bearer.map(Login::Bearer))
            }
            State::External => decide(external(response)),
            State::Password(authcid) => {
                decide(login::parse_password(authcid, response).map(Login::Password))
            }
            State::Plain => decide(plain::parse(response).map(Login::Password)),
            // Whatever the client says: RFC 7628 §3.2.3 has it say something.
            State::Refused(_) => Step::Failed(ExchangeError::Refused),
            #[cfg(feature = "sasl")]
            State::ScramFirst(begun) => match scram::respond_to_first(*begun, response) {
                Ok(lookup) => Step::Lookup(lookup),
                Err(error) => Step::Failed(error),
            },
            #[cfg(feature = "sasl")]
            State::ScramFinal(state) => match state.respond(response) {
                Ok((server_final, login)) => Step::Challenge(Self::new(State::ScramProved {
                    server_final,
                    login,
                })),
                Err(error) => Step::Failed(error),
            },
            // RFC 4954 §4: what comes with success is sent as a challenge, to which nothing is left
            // to be said.
            #[cfg(feature = "sasl")]
            State::ScramProved { login, .. } => {
                decide(response.is_empty().then_some(Login::Scram(login)))
            }
            State::UserName => match login::parse_user_name(response) {
                Some(authcid) => Step::Challenge(Self::new(State::Password(authcid))),
                None => Step::Failed(ExchangeError::Response),
            },
        }
    }
}

impl Bearer {
    /// Refuses the token, and tells the client why: an object in JSON, with the members of
    /// RFC 7628 §3.2.2, such as `{"status":"invalid_token"}`. The exchange is over, and has failed,
    /// when the client has answered.
    ///
    /// It may also be refused at once, without a reason.
    pub fn refuse(self, error: &str) -> Challenge {
        Challenge::new(State::Refused(error.to_owned()))
    }
}

/// A client's claim to be somebody, complete and not yet judged.
#[derive(Clone, Debug)]
#[must_use]
#[non_exhaustive]
pub enum Login {
    /// `OAUTHBEARER` and `XOAUTH2`: a token, and whom to log in as.
    Bearer(Bearer),
    /// `CRAM-MD5`: a name and a digest.
    #[cfg(feature = "sasl")]
    CramMd5(CramMd5),
    /// `EXTERNAL`: who the client is, the caller knows from elsewhere. The text is whom it wants
    /// to act as, if it says so.
    External(Option<String>),
    /// `LOGIN` and `PLAIN`: a name and a password.
    Password(Credentials),
    /// `SCRAM-SHA-256` and `SCRAM-SHA-256-PLUS`: a name, and the password behind it is proved.
    #[cfg(feature = "sasl")]
    Scram(Scram),
}

impl Login {
    /// Whose password decides, or has decided; `None` for `EXTERNAL` and for tokens.
    pub fn authcid(&self) -> Option<&str> {
        match self {
            Self::Bearer(_) => None,
            #[cfg(feature = "sasl")]
            Self::CramMd5(login) => Some(login.authcid()),
            Self::External(_) => None,
            Self::Password(credentials) => Some(credentials.authcid()),
            #[cfg(feature = "sasl")]
            Self::Scram(login) => Some(login.authcid()),
        }
    }

    /// Whom the client wants to act as, if that is somebody else: not permitted by the password
    /// alone.
    pub fn authzid(&self) -> Option<&str> {
        match self {
            Self::Bearer(bearer) => bearer.user(),
            #[cfg(feature = "sasl")]
            Self::CramMd5(_) => None,
            Self::External(authzid) => authzid.as_deref(),
            Self::Password(credentials) => credentials.authzid(),
            #[cfg(feature = "sasl")]
            Self::Scram(login) => login.authzid(),
        }
    }

    /// Whether the client knows `password`. Never true for `EXTERNAL` and tokens, which have none,
    /// nor for SCRAM, which is proved already.
    pub fn proves(&self, password: &[u8]) -> bool {
        match self {
            Self::Bearer(_) => false,
            #[cfg(feature = "sasl")]
            Self::CramMd5(login) => login.digest_matches(password),
            Self::External(_) => false,
            Self::Password(credentials) => credentials.password_is(password),
            #[cfg(feature = "sasl")]
            Self::Scram(_) => false,
        }
    }
}

/// What a client did wrong in an exchange.
#[derive(Clone, Copy, Debug, Eq, Error, PartialEq)]
#[non_exhaustive]
pub enum ExchangeError {
    /// The two sides do not mean the same TLS connection, or cannot agree on how to tell; or
    /// somebody on the way has taken an offer out (RFC 5802 §6). In SMTP 535 5.7.8.
    #[error("channel bindings do not match")]
    ChannelBinding,
    /// An initial response where the server has the first word; in SMTP 501 5.7.0
    /// (RFC 4954 §4).
    #[error("initial response to a mechanism in which the server begins")]
    InitialResponse,
    /// A proof that was made with another password; in SMTP 535 5.7.8.
    #[error("proof of another password")]
    Proof,
    /// The caller has refused the token, and the client has heard why; in SMTP 535 5.7.8.
    #[error("token was refused")]
    Refused,
    /// A response that is not in the form of the mechanism; in SMTP 501 5.5.2.
    #[error("response is not in the form of the mechanism")]
    Response,
}

/// What the challenge was, and what has been said before it.
enum State {
    Bearer(Mechanism),
    #[cfg(feature = "sasl")]
    CramMd5(Box<[u8]>),
    External,
    Password(String),
    Plain,
    Refused(String),
    #[cfg(feature = "sasl")]
    ScramFinal(Box<ClientFinal>),
    #[cfg(feature = "sasl")]
    ScramFirst(Box<Begun>),
    #[cfg(feature = "sasl")]
    ScramProved {
        server_final: String,
        login: Scram,
    },
    UserName,
}

impl fmt::Debug for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            #[cfg(feature = "sasl")]
            Self::CramMd5(_) => "CramMd5",
            Self::Bearer(_) => "Bearer",
            Self::External => "External",
            Self::Password(_) => "Password",
            Self::Plain => "Plain",
            Self::Refused(_) => "Refused",
            #[cfg(feature = "sasl")]
            Self::ScramFinal(_) => "ScramFinal",
            #[cfg(feature = "sasl")]
            Self::ScramFirst(_) => "ScramFirst",
            #[cfg(feature = "sasl")]
            Self::ScramProved { .. } => "ScramProved",
            Self::UserName => "UserName",
        })
    }
}

fn decide(login: Option<Login>) -> Step {
    match login {
        Some(login) => Step::Decide(login),
        None => Step::Failed(ExchangeError::Response),
    }
}

/// `authorization-identity / ""` (RFC 4422 Appendix A.1)
fn external(response: &[u8]) -> Option<Login> {
    let authzid = core::str::from_utf8(response).ok()?;
    if authzid.contains('\0') {
        return None;
    }
    Some(Login::External(
        (!authzid.is_empty()).then(|| authzid.to_owned()),
    ))
}

#[cfg(test)]
mod tests;
