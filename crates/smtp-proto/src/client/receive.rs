//! What each reply means, and what is written because of it.

use alloc::boxed::Box;
use alloc::vec::Vec;

use super::body::Body;
use super::machine::{Client, State};
use super::queue::Expected;
use super::transaction::{Transaction, mail};
use super::{Capabilities, Event, Outcome, ProtocolError, Refusal, Report, Verb};
use crate::command::Command;
use crate::data::DotStuffer;
use crate::reply::{Reply, Severity};

impl Client {
    /// Takes the next reply. What it leads to is written to `out` or put among the events.
    pub(super) fn receive(&mut self, reply: Reply, out: &mut Vec<u8>) -> Result<(), ProtocolError> {
        // RFC 5321 §3.8: at any time, and the connection is closed behind it.
        if reply.code() == 421 {
            self.close(reply);
            return Ok(());
        }
        let Some(expected) = self.queue.pop() else {
            return self.receive_unasked(reply);
        };
        let verb = expected.verb();
        match (expected, reply.severity()) {
            (Expected::Auth(login), Severity::Intermediate) if reply.code() == 334 => {
                self.answer_challenge(login, &reply, out);
            }
            (Expected::Data, Severity::Intermediate) => return self.data_accepted(reply, out),
            (Expected::Quit, _) => self.close(reply),
            // Nothing else has a further step. What waits is still without its reply.
            (expected, Severity::Intermediate) => {
                self.queue.push_front(expected);
                return Err(ProtocolError::Unexpected { verb, reply });
            }
            // DATA is not done before the message, nothing that was cancelled is, and RSET cannot
            // be refused (RFC 5321 §4.1.1.5).
            (Expected::AuthCancelled | Expected::Data, Severity::Completion)
            | (Expected::CleanUp { .. }, Severity::Permanent | Severity::Transient) => {
                return Err(ProtocolError::Unexpected { verb, reply });
            }
            // RFC 5802 §5: a server that has not proved what it has to is not the one we know.
            (Expected::Auth(login), Severity::Completion) if !login.accepts_success() => {
                return Err(ProtocolError::Unexpected { verb, reply });
            }
            (Expected::Auth(_), Severity::Completion) => {
                self.authenticated = true;
                self.events.push_back(Event::Authenticated(reply));
            }
            (Expected::Chunk, _) => self.chunk_answered(answer(verb, reply)),
            (Expected::CleanUp { login: None }, Severity::Completion) => {}
            (Expected::CleanUp { login: Some(login) }, Severity::Completion) => {
                self.send_auth(login, out);
            }
            (Expected::Connect, Severity::Completion) => {
                self.extended_hello(out);
            }
            (Expected::Data, _) => self.end_unsent(Refusal::new(verb, reply)),
            (Expected::Ehlo, Severity::Completion) => {
                self.capabilities = Capabilities::parse(&reply);
                self.be_ready();
            }
            // RFC 5321 §3.2: a server that knows no EHLO. In LMTP there is no other.
            (Expected::Ehlo, Severity::Permanent)
                if reply.code().get() <= 504 && !self.config.lmtp =>
            {
                self.hello("HELO", Expected::Helo, out);
            }
            (Expected::Helo, Severity::Completion) => self.be_ready(),
            (Expected::Mail, _) => {
                let answer = answer(verb, reply);
                if let Some(transaction) = &mut self.transaction {
                    transaction.answer_mail(answer);
                }
            }
            (Expected::Message(transaction), _) => {
                let outcome = match answer(verb, reply.clone()) {
                    Ok(()) => Outcome::Accepted(reply),
                    Err(refusal) => Outcome::Refused(refusal),
                };
                self.message_answered(transaction, outcome);
            }
            (Expected::Noop | Expected::Rset, Severity::Completion) => {
                self.events.push_back(Event::Done(verb, reply));
            }
            (Expected::Rcpt, _) => {
                let answer = answer(verb, reply);
                if let Some(transaction) = &mut self.transaction {
                    transaction.answer_recipient(answer);
                }
            }
            (Expected::StartTls, Severity::Completion) => {
                self.capabilities = Capabilities::default();
                self.reader.clear();
                self.state = State::Handshake;
                self.events.push_back(Event::StartTls);
            }
            (
                Expected::Auth(_)
                | Expected::AuthCancelled
                | Expected::Connect
                | Expected::Ehlo
                | Expected::Helo
                | Expected::Noop
                | Expected::Rset
                | Expected::StartTls,
                Severity::Permanent | Severity::Transient,
            ) => {
                let refusal = Refusal::new(verb, reply);
                self.events.push_back(Event::Refused(refusal));
            }
        }
        // Each reply makes room for another command.
        self.proceed(out);
        Ok(())
    }

    /// Writes as much of the transaction as may be written now: MAIL, recipients, DATA. Ends it if
    /// nobody is to have the message.
    pub(super) fn proceed(&mut self, out: &mut Vec<u8>) {
        let window = self.window();
        let is_promised = self.promises_tls();
        let Some(transaction) = &mut self.transaction else {
            return;
        };
        if transaction.is_data_written() {
            return;
        }
        if !transaction.is_mail_written() {
            let command = Command::Mail(mail(
                transaction.envelope(),
                &self.capabilities,
                is_promised,
            ));
            if !self.queue.send(&command, Expected::Mail, window, out) {
                return;
            }
            transaction.mail_written();
        }
        while let Some(recipient) = transaction.next_recipient() {
            let command = Command::Rcpt(recipient.rcpt(self.capabilities.dsn()));
            if !self.queue.send(&command, Expected::Rcpt, window, out) {
                return;
            }
            transaction.recipient_named();
        }
        if let Some(refusal) = transaction.hopeless() {
            let refusal = refusal.clone();
            self.end_unsent(refusal);
        } else if transaction.is_chunked() {
            // RFC 3030 §2: after all replies to MAIL and RCPT.
            if transaction.is_answered() {
                transaction.data_written();
                let body = Body::chunks(transaction.envelope(), self.config.bare_line_ends);
                self.begin_body(body);
            }
        } else if !transaction.is_mail_refused()
            && self.queue.send(&Command::Data, Expected::Data, window, out)
        {
            transaction.data_written();
        }
    }

    /// EHLO or HELO is accepted.
    fn be_ready(&mut self) {
        self.state = State::Ready;
        self.events.push_back(Event::Ready);
    }

    /// DATA is accepted.
    fn data_accepted(&mut self, reply: Reply, out: &mut Vec<u8>) -> Result<(), ProtocolError> {
        let Some(transaction) = &self.transaction else {
            return Ok(());
        };
        if transaction.has_recipient() {
            self.begin_body(Body::Data(DotStuffer::new(self.config.bare_line_ends)));
        } else if self.config.lmtp {
            // RFC 2033 §4.2: never, for nobody would be told what became of it.
            let verb = Verb::Data;
            return Err(ProtocolError::Unexpected { verb, reply });
        } else if let Some(transaction) = self.transaction.take() {
            // RFC 2920 §3.1: a lone dot, for a server that accepts DATA for nobody.
            let before = out.len();
            out.extend_from_slice(b".\r\n");
            let octets = out.len() - before;
            self.queue
                .push(Expected::Message(Box::new(transaction)), octets);
        }
        Ok(())
    }

    /// The message has an outcome, for everybody or, in LMTP, for the next recipient.
    fn message_answered(&mut self, mut transaction: Box<Transaction>, outcome: Outcome) {
        let is_refused = matches!(outcome, Outcome::Refused(_));
        // RFC 3030 §2: after a chunk that was refused, the server may want to be set back.
        if transaction.is_chunked() && (is_refused || self.refused_chunk.is_some()) {
            self.unclean = true;
        }
        if let Some(refusal) = self.refused_chunk.take() {
            self.finish(*transaction, &Outcome::Refused(refusal));
        } else if !self.config.lmtp || transaction.answer_message(outcome.clone()) {
            self.finish(*transaction, &outcome);
        } else {
            self.queue.push_front(Expected::Message(transaction));
        }
    }

    /// Ends a transaction of which no message was sent, or not all of it. The server, unless it refused the sender,
    /// still has the envelope: RSET goes in front of whatever comes next.
    pub(super) fn end_unsent(&mut self, refusal: Refusal) {
        if let Some(transaction) = self.transaction.take() {
            self.unclean = !transaction.is_mail_refused();
            self.finish(transaction, &Outcome::Refused(refusal));
        }
    }

    fn finish(&mut self, transaction: Transaction, rest: &Outcome) {
        let report = transaction.into_report(rest);
        self.events.push_back(Event::Finished(report));
    }

    /// Ends the client when the connection has ended, or is of no further use: gives the reports of
    /// all messages that were begun and have none yet, in their order. What the server has said of
    /// a recipient stands in them; of the others, the outcome is [`Outcome::Unknown`] or
    /// [`Outcome::Unsent`].
    pub fn into_reports(mut self) -> Vec<Report> {
        let mut reports = Vec::new();
        for event in core::mem::take(&mut self.events) {
            if let Event::Finished(report) = event {
                reports.push(report);
            }
        }
        let refused = self.refused_chunk.take().map(Outcome::Refused);
        let rest = |open| refused.clone().unwrap_or(open);
        while let Some(expected) = self.queue.pop() {
            if let Expected::Message(transaction) = expected {
                reports.push(transaction.into_report(&rest(Outcome::Unknown)));
            }
        }
        let unsent = self.transaction.take();
        reports.extend(unsent.map(|transaction| transaction.into_report(&rest(Outcome::Unsent))));
        reports
    }

    /// A reply while no command waits for one. Servers that will not hear the end of a message
    /// say so in the middle of it.
    fn receive_unasked(&mut self, reply: Reply) -> Result<(), ProtocolError> {
        if self.body.is_none() || answer(Verb::Message, reply.clone()).is_ok() {
            return Err(ProtocolError::Unasked(reply));
        }
        self.close(reply);
        Ok(())
    }

    /// The server hears nothing any more: whatever it has not answered is refused with its last
    /// words.
    fn close(&mut self, reply: Reply) {
        let verb = self.queue.front().map_or(Verb::Message, Expected::verb);
        let last_words = || Refusal::new(verb, reply.clone());
        let refused = Outcome::Refused(self.refused_chunk.take().unwrap_or_else(last_words));
        while let Some(expected) = self.queue.pop() {
            if let Expected::Message(transaction) = expected {
                self.finish(*transaction, &refused);
            }
        }
        if let Some(transaction) = self.transaction.take() {
            self.finish(transaction, &refused);
        }
        self.body = None;
        self.state = State::Closed;
        self.events.push_back(Event::Closed(reply));
    }
}

/// Whether a command was carried out.
fn answer(verb: Verb, reply: Reply) -> Result<(), Refusal> {
    match reply.severity() {
        Severity::Completion => Ok(()),
        _ => Err(Refusal::new(verb, reply)),
    }
}
