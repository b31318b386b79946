//! How far a client is in an exchange.

#[cfg(feature = "sasl")]
use alloc::boxed::Box;
use alloc::string::String;
#[cfg(feature = "sasl")]
use alloc::vec::Vec;

use super::Secret;
#[cfg(feature = "sasl")]
use super::{cram_md5, scram};

/// What is still to be said.
pub(super) enum State {
    Bearer {
        message: Secret,
        /// What is said to the reason of a refusal.
        thanks: &'static [u8],
    },
    BearerSent {
        thanks: &'static [u8],
    },
    #[cfg(feature = "sasl")]
    CramMd5 {
        authcid: String,
        password: Secret,
    },
    Done,
    Failed,
    Message(Secret),
    Password(Secret),
    #[cfg(feature = "sasl")]
    ScramFinal(Box<scram::ServerFinal>),
    #[cfg(feature = "sasl")]
    ScramFirst(Box<scram::First>),
    #[cfg(feature = "sasl")]
    ScramServer(Box<scram::ServerFirst>),
    UserName {
        authcid: String,
        password: Secret,
    },
}

impl State {
    /// The answer to a challenge, and what is to be said after it; `None` if there is no answer.
    pub(super) fn respond(self, challenge: &[u8]) -> Option<(Secret, Self)> {
        Some(match self {
            // The server that asks for the first message has nothing to say itself.
            Self::Bearer { message, thanks } if challenge.is_empty() => {
                (message, Self::BearerSent { thanks })
            }
            // Why the token was refused. The server goes on to say that it was.
            Self::BearerSent { thanks } => (Secret::from(thanks), Self::Failed),
            #[cfg(feature = "sasl")]
            Self::CramMd5 { authcid, password } => {
                let response = cram_md5::respond(&authcid, password.expose(), challenge);
                (Secret::new(response), Self::Done)
            }
            Self::Message(message) if challenge.is_empty() => (message, Self::Done),
            // Servers word their prompts as they like; only the order is certain.
            Self::Password(password) => (password, Self::Done),
            #[cfg(feature = "sasl")]
            Self::ScramFinal(server_final) if server_final.is_signed_by(challenge) => {
                (Secret::new(Vec::new()), Self::Done)
            }
            #[cfg(feature = "sasl")]
            Self::ScramFirst(first) if challenge.is_empty() => {
                let message = Secret::new(first.message().into_bytes());
                (message, Self::ScramServer(Box::new(first.said())))
            }
            #[cfg(feature = "sasl")]
            Self::ScramServer(server_first) => {
                let (response, server_final) = server_first.respond(challenge)?;
                let response = Secret::new(response.into_bytes());
                (response, Self::ScramFinal(Box::new(server_final)))
            }
            Self::UserName { authcid, password } => {
                (Secret::new(authcid.into_bytes()), Self::Password(password))
            }
            _ => return None,
        })
    }
}
