//! STARTTLS ([RFC 3207]) and AUTH ([RFC 4954]).
//!
//! [RFC 3207]: https://www.rfc-editor.org/rfc/rfc3207
//! [RFC 4954]: https://www.rfc-editor.org/rfc/rfc4954

use alloc::vec::Vec;

use thiserror::Error;
use zeroize::Zeroizing;

use super::NotNow;
use super::machine::{Client, State};
use super::queue::Expected;
use crate::command::{Auth, Command, Response};
use crate::reply::Reply;
use crate::sasl;

impl Client {
    /// Whether the connection is under TLS.
    pub fn is_tls(&self) -> bool {
        self.tls
    }

    /// Asks for TLS. Answered by [`Event::StartTls`](super::Event::StartTls) or [`Event::Refused`](super::Event::Refused).
    pub fn start_tls(&mut self, out: &mut Vec<u8>) -> Result<(), StartTlsError> {
        if self.tls {
            return Err(StartTlsError::Tls);
        }
        self.is_idle().map_err(|NotNow| StartTlsError::NotNow)?;
        if !self.capabilities.start_tls() {
            return Err(StartTlsError::NotOffered);
        }
        self.send(&Command::StartTls, Expected::StartTls, out);
        Ok(())
    }

    /// Says that the handshake that [`Event::StartTls`](super::Event::StartTls) asked for is over and satisfies the
    /// caller. Everything heard before is forgotten; EHLO is said again.
    pub fn tls_started(&mut self, out: &mut Vec<u8>) -> Result<(), NotNow> {
        if !matches!(self.state, State::Handshake) {
            return Err(NotNow);
        }
        self.state = State::Greeting;
        self.tls = true;
        self.unclean = false;
        self.authenticated = false;
        self.extended_hello(out);
        Ok(())
    }

    /// Logs in. Answered by [`Event::Authenticated`](super::Event::Authenticated) or [`Event::Refused`](super::Event::Refused).
    ///
    /// After a refusal, other credentials or another mechanism may be tried. A challenge that
    /// cannot be answered is, too, a refusal: the client cancels, and the server says 501.
    pub fn authenticate(
        &mut self,
        login: sasl::Client,
        out: &mut Vec<u8>,
    ) -> Result<(), AuthenticateError> {
        let mechanism = login.mechanism();
        // RFC 4954 §4: no second time.
        if self.authenticated {
            return Err(AuthenticateError::NotNow);
        }
        self.is_idle().map_err(|NotNow| AuthenticateError::NotNow)?;
        if !self
            .capabilities
            .mechanisms()
            .any(|offered| offered == mechanism)
        {
            return Err(AuthenticateError::NotOffered);
        }
        if mechanism.shows_password() && !self.tls && !self.config.password_without_tls {
            return Err(AuthenticateError::NotConfidential);
        }
        // RFC 4954 §4: not in a transaction.
        if core::mem::take(&mut self.unclean) {
            let expected = Expected::CleanUp { login: Some(login) };
            self.send(&Command::Rset, expected, out);
        } else {
            self.send_auth(login, out);
        }
        Ok(())
    }

    /// Writes AUTH.
    pub(super) fn send_auth(&mut self, mut login: sasl::Client, out: &mut Vec<u8>) {
        let mechanism = login.mechanism();
        // RFC 4954 §4: an initial response only if the line stays within its limit.
        let room = COMMAND_LINE - "AUTH  \r\n".len() - mechanism.name().len();
        let initial = login
            .initial_within(room / 4 * 3)
            .map(|response| Zeroizing::new(Response::encode(response.expose())));
        let response = initial
            .as_ref()
            .and_then(|text| Response::parse(text.as_bytes()));
        let command = Command::Auth(Auth::new(mechanism, response));
        self.send(&command, Expected::Auth(login), out);
    }

    /// Answers a challenge, or cancels the exchange (RFC 4954 §4).
    pub(super) fn answer_challenge(
        &mut self,
        mut login: sasl::Client,
        reply: &Reply,
        out: &mut Vec<u8>,
    ) {
        let before = out.len();
        let response = Response::parse(reply.text().as_bytes())
            .and_then(|challenge| login.respond(&challenge.decode()).ok())
            .map(|response| Zeroizing::new(Response::encode(response.expose())));
        let expected = match response {
            Some(response) => {
                out.extend_from_slice(response.as_bytes());
                Expected::Auth(login)
            }
            None => {
                out.push(b'*');
                Expected::AuthCancelled
            }
        };
        out.extend_from_slice(b"\r\n");
        self.queue.push(expected, out.len() - before);
    }
}

/// Why TLS cannot be asked for.
#[derive(Clone, Copy, Debug, Eq, Error, PartialEq)]
#[non_exhaustive]
pub enum StartTlsError {
    /// A reply is due, or the session has not begun.
    #[error("STARTTLS is not possible at this point of the session")]
    NotNow,
    /// The server does not offer STARTTLS; or somebody on the way has taken the offer out.
    #[error("the server does not offer STARTTLS")]
    NotOffered,
    /// The connection is under TLS already (RFC 3207 §4.2).
    #[error("the connection is under TLS already")]
    Tls,
}

/// Why a login is not tried.
#[derive(Clone, Copy, Debug, Eq, Error, PartialEq)]
#[non_exhaustive]
pub enum AuthenticateError {
    /// The mechanism shows the password, and the connection is not under TLS.
    #[error("the mechanism shows the password to whoever listens")]
    NotConfidential,
    /// A reply is due, the session has not begun, or a login has succeeded before.
    #[error("AUTH is not possible at this point of the session")]
    NotNow,
    /// The server does not offer the mechanism.
    #[error("the server does not offer the mechanism")]
    NotOffered,
}

/// RFC 5321 §4.5.3.1.4, with CRLF.
const COMMAND_LINE: usize = 512;
