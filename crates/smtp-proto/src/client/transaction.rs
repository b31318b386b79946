//! One message under way, from MAIL to the reply behind the final dot.

use alloc::vec::Vec;

use mail_address::Mailbox;

use super::{Capabilities, Envelope, Outcome, Recipient, Refusal, Report};
use crate::command::Mail;
use crate::reply::Reply;

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
    /// Whether the message goes out in chunks.
    chunked: bool,
    /// Whether DATA has been written, or a chunk may be.
    data: bool,
    /// In LMTP, what became of the message for those who were accepted, in order.
    outcomes: Vec<Outcome>,
    /// Octets of text that further replies may have.
    text_left: usize,
}

impl Transaction {
    pub(super) fn new(envelope: Envelope, chunked: bool, text: usize) -> Self {
        Self {
            envelope,
            begun: false,
            mail: None,
            named: 0,
            answers: Vec::new(),
            chunked,
            data: false,
            outcomes: Vec::new(),
            text_left: text,
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
    pub(super) fn next_recipient(&self) -> Option<&Recipient> {
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

    pub(super) fn is_chunked(&self) -> bool {
        self.chunked
    }

    /// Whether DATA, or a chunk, decides what comes next.
    pub(super) fn is_data_written(&self) -> bool {
        self.data
    }

    pub(super) fn answer_mail(&mut self, answer: Result<(), Refusal>) {
        self.mail = Some(answer);
    }

    pub(super) fn answer_recipient(&mut self, answer: Result<(), Refusal>) {
        let answer = answer.map_err(|refusal| self.kept_refusal(refusal));
        self.answers.push(answer);
    }

    pub(super) fn is_mail_refused(&self) -> bool {
        matches!(self.mail, Some(Err(_)))
    }

    /// Whether somebody is to have the message.
    pub(super) fn has_recipient(&self) -> bool {
        !self.is_mail_refused() && self.answers.iter().any(Result::is_ok)
    }

    /// Whether every command so far has its reply.
    pub(super) fn is_answered(&self) -> bool {
        self.mail.is_some() && self.answers.len() == self.named && self.next_recipient().is_none()
    }

    /// One more recipient's outcome. Tells whether it was the last.
    pub(super) fn answer_message(&mut self, outcome: Outcome) -> bool {
        let outcome = match outcome {
            Outcome::Accepted(reply) => Outcome::Accepted(self.kept(reply)),
            Outcome::Refused(refusal) => Outcome::Refused(self.kept_refusal(refusal)),
            Outcome::Unknown | Outcome::Unsent => outcome,
        };
        self.outcomes.push(outcome);
        let accepted = self.answers.iter().filter(|answer| answer.is_ok());
        self.outcomes.len() >= accepted.count()
    }

    /// A reply as it stays in memory: how long each of many is, the server decides.
    fn kept(&mut self, reply: Reply) -> Reply {
        match self.text_left.checked_sub(reply.text().len()) {
            Some(left) => {
                self.text_left = left;
                reply
            }
            None => reply.without_text(),
        }
    }

    fn kept_refusal(&mut self, refusal: Refusal) -> Refusal {
        let verb = refusal.verb();
        Refusal::new(verb, self.kept(refusal.into_reply()))
    }

    /// The recipients' refusals that are known.
    pub(super) fn refusals(&self) -> impl Iterator<Item = &Refusal> {
        self.answers
            .iter()
            .filter_map(|answer| answer.as_ref().err())
    }

    /// Why nobody is to have the message; `None` if somebody is, or while a reply is due.
    pub(super) fn hopeless(&self) -> Option<&Refusal> {
        let mail = self.mail.as_ref().filter(|_| self.is_answered())?;
        match mail {
            Err(refusal) => Some(refusal),
            Ok(()) if self.has_recipient() => None,
            Ok(()) => self.answers.last()?.as_ref().err(),
        }
    }

    /// Ends the transaction: who was not refused, and has no outcome yet, gets `rest`.
    pub(super) fn into_report(self, rest: &Outcome) -> Report {
        let mail = self.mail.and_then(Result::err).map(Outcome::Refused);
        let mut answers = self.answers.into_iter();
        let mut outcomes = self.outcomes.into_iter();
        let recipients = self.envelope.into_recipients().into_iter();
        let outcomes = recipients.map(|recipient| {
            let answer = answers.next();
            let outcome = match (&mail, answer) {
                (Some(outcome), _) => outcome.clone(),
                (None, Some(Err(refusal))) => Outcome::Refused(refusal),
                (None, Some(Ok(()))) => outcomes.next().unwrap_or_else(|| rest.clone()),
                (None, None) => rest.clone(),
            };
            (recipient.into_mailbox(), outcome)
        });
        Report::new(outcomes.collect())
    }
}

/// `MAIL` with the parameters that the envelope needs and the server offers. `is_promised` says
/// whether `REQUIRETLS` counts.
pub(super) fn mail<'e>(
    envelope: &'e Envelope,
    capabilities: &Capabilities,
    is_promised: bool,
) -> Mail<'e> {
    let mut mail = Mail::new(envelope.reverse_path().map(Mailbox::view));
    if let Some(octets) = envelope.announced_size().filter(|_| capabilities.size()) {
        mail = mail.size(octets);
    }
    if capabilities.offers("AUTH")
        && let Some(submitter) = envelope.announced_submitter()
    {
        mail = mail.auth(submitter);
    }
    if capabilities.dsn() {
        mail.ret = envelope.announced_ret();
        mail.envelope_id = envelope.announced_envelope_id();
    }
    mail.body = envelope.announced_body();
    mail.require_tls(envelope.wants_tls() && is_promised)
        .smtp_utf8(envelope.needs_utf8())
}
