//! What a submission server answers.

use core::future::pending;
use core::net::IpAddr;
use std::sync::Arc;

use mail_address::MailboxRef;
use smtp_proto::Reply;
use smtp_proto::command::{Auth, ForwardPath, Mail, Rcpt, Response};
use smtp_proto::sasl::{self, Challenge, ExchangeError, Login, Secret, Seed, Step};
use smtp_proto::server::Event;
use tracing::{info, warn};

use super::Submission;
use super::fault::{Fault, not_yours};
use super::message::{Envelope, Message};
use crate::config::one_line;
use crate::id;
use crate::path;
use crate::session::Handler;

/// What one client has said, and what comes of it.
#[derive(Debug)]
pub(super) struct Policy {
    submission: Arc<Submission>,
    client: IpAddr,
    helo: String,
    exchange: Option<Challenge>,
    login: String,
    message: Option<Message>,
}

impl Policy {
    pub(super) fn new(submission: Arc<Submission>, client: IpAddr) -> Self {
        Self {
            submission,
            // A socket that listens to both families shows IPv4 clients in IPv6 form.
            client: client.to_canonical(),
            helo: String::new(),
            exchange: None,
            login: String::new(),
            message: None,
        }
    }

    fn auth(&mut self, auth: &Auth<'_>) -> Reply {
        let initial = auth.initial_response.map(secret);
        let initial = initial.as_ref().map(Secret::expose);
        let seed = Seed::new(id::random(), self.submission.hostname.as_str());
        let step = sasl::begin(auth.mechanism, initial, &seed);
        self.step(step)
    }

    fn auth_response(&mut self, response: Response<'_>) -> Reply {
        match self.exchange.take() {
            Some(challenge) => {
                let step = challenge.respond(secret(response).expose());
                self.step(step)
            }
            None => Reply::bad_credentials(),
        }
    }

    fn step(&mut self, step: Step) -> Reply {
        match step {
            Step::Challenge(challenge) => {
                let reply = Reply::challenge(challenge.octets());
                self.exchange = Some(challenge);
                reply
            }
            Step::Decide(login) => self.decide(&login),
            Step::Failed(error) => {
                // RFC 4954 §4
                let reply = match error {
                    ExchangeError::InitialResponse => {
                        Reply::new(501, "5.7.0 The mechanism begins with a challenge")
                    }
                    ExchangeError::Response => Reply::new(501, "5.5.2 Cannot read the response"),
                    _ => Ok(Reply::bad_credentials()),
                };
                reply.unwrap_or_else(|_| Reply::bad_credentials())
            }
            Step::Lookup(lookup) => {
                let verifier = self.submission.accounts.scram(lookup.authcid());
                self.step(Step::Challenge(lookup.found(&verifier)))
            }
            // Of mechanisms that are not offered.
            _ => Reply::bad_credentials(),
        }
    }

    fn decide(&mut self, login: &Login) -> Reply {
        let user = login.authcid().unwrap_or_default();
        let password = self.submission.accounts.password(user);
        // A user that does not exist costs the same time as one that does.
        let knows = match login {
            // It has proved that already.
            Login::Scram(_) => true,
            _ => login.proves(password.unwrap_or(user).as_bytes()),
        };
        let proves = knows && password.is_some();
        // Nobody acts for anybody else here.
        if proves && login.authzid().is_none_or(|other| other == user) {
            info!(client = %self.client, user, "logged in");
            self.login = user.into();
            Reply::authenticated()
        } else {
            warn!(client = %self.client, user, "login failed");
            Reply::bad_credentials()
        }
    }

    fn mail(&mut self, mail: &Mail<'_>) -> Reply {
        let reverse_path = mail.reverse_path.map(|mailbox| mailbox.to_owned());
        if let Some(mailbox) = &reverse_path
            && !path::fits(mailbox.view().as_str())
        {
            return path::sender_too_long();
        }
        if let Some(mailbox) = &reverse_path
            && !path::is_qualified(mailbox.view())
        {
            return path::sender_unqualified();
        }
        if let (Some(binding), Some(mailbox)) = (&self.submission.binding, &reverse_path)
            && !binding.permits(&self.login, mailbox)
        {
            return not_yours();
        }
        let envelope = Envelope {
            id: id::fresh(),
            client: self.client,
            helo: self.helo.clone(),
            protocol: "ESMTPSA",
            login: self.login.clone(),
            reverse_path,
            recipients: Vec::new(),
            smtp_utf8: mail.smtp_utf8,
        };
        self.message = Some(Message::begin(Arc::clone(&self.submission), envelope));
        Reply::sender_ok()
    }

    fn rcpt(&mut self, rcpt: &Rcpt<'_>) -> Reply {
        let recipient = match rcpt.forward_path {
            ForwardPath::Mailbox(mailbox) => Ok(MailboxRef::to_owned(&mailbox)),
            ForwardPath::Postmaster => self.submission.postmaster(),
        };
        match (recipient, &mut self.message) {
            (Ok(recipient), _) if !path::fits(recipient.view().as_str()) => {
                path::recipient_too_long()
            }
            (Ok(recipient), _) if !path::is_qualified(recipient.view()) => {
                path::recipient_unqualified()
            }
            (Ok(recipient), Some(message)) => {
                message.envelope.recipients.push(recipient);
                Reply::recipient_ok()
            }
            _ => Reply::try_again(),
        }
    }

    async fn end(&mut self, protocol: &'static str) -> Reply {
        let Some(mut message) = self.message.take() else {
            return Reply::try_again();
        };
        message.envelope.protocol = protocol;
        let id = message.envelope.id.clone();
        match self.hand_on(message).await {
            // The words that programs look for, though the queue is the next server's.
            Ok(()) => {
                Reply::new(250, format!("2.0.0 OK, queued as {id}")).unwrap_or_else(|_| Reply::ok())
            }
            Err(fault) => {
                warn!(id, error = one_line(&fault), "not handed on");
                fault.reply()
            }
        }
    }

    async fn hand_on(&self, message: Message) -> Result<(), Fault> {
        let envelope = message.envelope.clone();
        let handed = message.finish().await?;
        info!(
            id = envelope.id,
            user = envelope.login,
            recipients = envelope.recipients.len(),
            signed = handed.signed.join(" "),
            reply = handed.reply,
            "handed on"
        );
        Ok(())
    }
}

impl Handler for Policy {
    async fn answer(&mut self, event: Event<'_>, protocol: &'static str) -> Option<Reply> {
        match event {
            Event::Auth(auth) => Some(self.auth(&auth)),
            Event::AuthCancelled => {
                self.exchange = None;
                None
            }
            Event::AuthResponse(response) => Some(self.auth_response(response)),
            Event::Body(octets) => {
                if let Some(message) = &mut self.message {
                    message.push(octets).await;
                }
                None
            }
            Event::BodyEnd(_) => Some(self.end(protocol).await),
            Event::Hello(hello) => {
                self.message = None;
                self.helo = hello.name.to_string();
                Some(Reply::hello())
            }
            Event::Mail(mail) => Some(self.mail(&mail)),
            Event::Rcpt(rcpt) => Some(self.rcpt(&rcpt)),
            Event::Reset => {
                self.message = None;
                None
            }
            event => event.needs_reply().then(Reply::try_again),
        }
    }

    /// Nothing goes on here while the client is silent.
    async fn meanwhile(&mut self) {
        pending().await
    }

    fn tls_started(&mut self) {
        self.helo.clear();
        self.exchange = None;
        self.login.clear();
        self.message = None;
    }
}

/// The octets of a response, wiped when they are dropped.
fn secret(response: Response<'_>) -> Secret {
    Secret::new(response.decode())
}
