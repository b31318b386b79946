//! Authentication exchanges ([RFC 4954] §4).
//!
//! [RFC 4954]: https://www.rfc-editor.org/rfc/rfc4954

use alloc::vec::Vec;

use super::answer::{self, Answer};
use super::command::Outcome;
use super::line::Found;
use super::state::{Due, Phase};
use super::{Event, Server, Step};
use crate::command::{Auth, Response};

impl Server {
    pub(super) fn auth(&self, auth: &Auth<'_>, is_last: bool) -> Outcome {
        if let Some(refusal) = self.no_auth_now() {
            return Outcome::Answered(refusal);
        }
        if !self.config.auth.contains(&auth.mechanism) || !self.may_auth() {
            return Outcome::Answered(answer::MECHANISM);
        }
        // RFC 4954 §4
        if auth.initial_response.is_some() && !auth.mechanism.takes_initial_response() {
            return Outcome::Answered(answer::AUTH_INITIAL_RESPONSE);
        }
        Outcome::Due(Due::Auth { rounds: 0, is_last })
    }

    /// Why nobody can log in here and now, by whatever mechanism.
    pub(super) fn no_auth_now(&self) -> Option<Answer> {
        if self.config.auth.is_empty() {
            Some(answer::NOT_IMPLEMENTED)
        } else if self.session.hello.is_none() {
            Some(answer::HELLO_FIRST)
        } else if self.session.authenticated || self.session.transaction.is_some() {
            Some(answer::BAD_SEQUENCE)
        } else {
            None
        }
    }

    /// Whether passwords can be sent, as far as the connection goes.
    pub(super) fn may_auth(&self) -> bool {
        self.tls || self.config.auth_without_tls
    }

    /// A line of an exchange.
    pub(super) fn auth_line<'i>(&mut self, input: &'i [u8], out: &mut Vec<u8>) -> Step<'i> {
        let Phase::Auth { rounds } = self.phase else {
            return Step::NOTHING;
        };
        let limits = &self.config.limits;
        let line = self
            .lines
            .read(input, limits.auth_line, limits.endless_line);
        let text = match line.found {
            Found::Line(text) => text,
            Found::Nothing => return Step::silent(line.consumed),
            Found::Endless => return self.endless(line.consumed, out),
            Found::TooLong { .. } => {
                return self.cancel_auth(line.consumed, answer::AUTH_TOO_LONG, out);
            }
        };
        if line.consumed < input.len() {
            return self.pipelined(input, out);
        }
        if text == b"*" {
            return self.cancel_auth(line.consumed, answer::AUTH_CANCELLED, out);
        }
        if rounds >= limits.auth_rounds {
            return self.cancel_auth(line.consumed, answer::AUTH_ROUNDS, out);
        }
        let Some(response) = Response::parse(text) else {
            return self.cancel_auth(line.consumed, answer::AUTH_BASE64, out);
        };
        self.phase = Phase::Command;
        self.due = Some(Due::Auth {
            rounds: rounds + 1,
            is_last: true,
        });
        Step::event(line.consumed, Event::AuthResponse(response))
    }

    fn cancel_auth<'i>(&mut self, consumed: usize, answer: Answer, out: &mut Vec<u8>) -> Step<'i> {
        self.phase = Phase::Command;
        self.answer(answer, out);
        Step::event(consumed, Event::AuthCancelled)
    }
}
