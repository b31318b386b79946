//! One message under way, from MAIL to the reply behind the final dot.

use alloc::vec::Vec;

use mail_address::Mailbox;

use super::{Capabilities, Envelope, Outcome, Refusal, Report};
use crate::command::{Body, Mail};

/// What has been written and answered of a transaction.
#[derive(Debug)]
pub(super) struct Transaction {
    envelope: Envelope,
    /// Whether MAIL has been written.
    begun: bool,
    mail: Option<Result<(), Refusal>>,
    /// Recipients for which RCPT has been written.
    named: usize,
    /// The answers to RCPT, in order.
    answers: Vec<Result<(), Refusal>>,
    /// Whether DATA has been written.
    data: bool,
}

impl Transaction {
    pub(super) fn new(envelope: Envelope) -> Self {
        Self {
            envelope,
            begun: false,
            mail: None,
            named: 0,
            answers: Vec::new(),
            data: false,
        }
    }

    pub(super) fn envelope(&self) -> &Envelope {
        &self.envelope
    }

    pub(super) fn is_mail_written(&self) -> bool {
        self.begun
    }

    pub(super) fn mail_written(&mut self) {
        self.begun = true;
    }

    /// The next recipient to name, as long as the sender is not refused.
    pub(super) fn next_recipient(&self) -> Option<&Mailbox> {
        if self.is_mail_refused() {
            return None;
        }
        self.envelope.recipients().get(self.named)
    }

    pub(super) fn recipient_named(&mut self) {
        self.named += 1;
    }

    pub(super) fn data_written(&mut self) {
        self.data = true;
    }

    /// Whether DATA decides what comes next.
    pub(super) fn is_data_written(&self) -> bool {
        self.data
    }

    pub(super) fn answer_mail(&mut self, answer: Result<(), Refusal>) {
        self.mail = Some(answer);
    }

    pub(super) fn answer_recipient(&mut self, answer: Result<(), Refusal>) {
        self.answers.push(answer);
    }

    pub(super) fn is_mail_refused(&self) -> bool {
        matches!(self.mail, Some(Err(_)))
    }

    /// Whether somebody is to have the message.
    pub(super) fn has_recipient(&self) -> bool {
        !self.is_mail_refused() && self.answers.iter().any(Result::is_ok)
    }

    /// The recipients' refusals that are known.
    pub(super) fn refusals(&self) -> impl Iterator<Item = &Refusal> {
        self.answers
            .iter()
            .filter_map(|answer| answer.as_ref().err())
    }

    /// Why nobody is to have the message; `None` if somebody is, or while a reply is due.
    pub(super) fn hopeless(&self) -> Option<&Refusal> {
        let mail = self.mail.as_ref()?;
        if self.answers.len() < self.named || self.next_recipient().is_some() {
            return None;
        }
        match mail {
            Err(refusal) => Some(refusal),
            Ok(()) if self.has_recipient() => None,
            Ok(()) => self.answers.last()?.as_ref().err(),
        }
    }

    /// Ends the transaction: who was not refused gets `rest`.
    pub(super) fn into_report(self, rest: &Outcome) -> Report {
        let mail = self.mail.and_then(Result::err).map(Outcome::Refused);
        let mut answers = self.answers.into_iter();
        let recipients = self.envelope.into_recipients().into_iter();
        let outcomes = recipients.map(|mailbox| {
            let answer = answers.next();
            let outcome = match (&mail, answer) {
                (Some(outcome), _) => outcome.clone(),
                (None, Some(Err(refusal))) => Outcome::Refused(refusal),
                (None, _) => rest.clone(),
            };
            (mailbox, outcome)
        });
        Report::new(outcomes.collect())
    }
}

/// `MAIL` with the parameters that the envelope needs and the server offers.
pub(super) fn mail<'e>(envelope: &'e Envelope, capabilities: &Capabilities) -> Mail<'e> {
    let mut mail = Mail::new(envelope.reverse_path().map(Mailbox::view));
    if let Some(octets) = envelope.announced_size().filter(|_| capabilities.size()) {
        mail = mail.size(octets);
    }
    if capabilities.offers("AUTH")
        && let Some(submitter) = envelope.announced_submitter()
    {
        mail = mail.auth(submitter);
    }
    if envelope.is_eight_bit() {
        mail = mail.body(Body::EightBitMime);
    }
    mail.smtp_utf8(envelope.needs_utf8())
}
