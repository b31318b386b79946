//! What a mail exchanger answers.

use core::future::pending;
use core::net::IpAddr;
use std::sync::Arc;

use smtp_proto::Reply;
use smtp_proto::command::{ForwardPath, Mail, Rcpt};
use smtp_proto::server::Event;
use tracing::{info, warn};

use super::Mx;
use super::message::{Envelope, Fault, Message};
use crate::config::one_line;
use crate::id;
use crate::path;
use crate::session::Handler;

/// What one client has said, and what comes of it.
#[derive(Debug)]
pub(super) struct Policy<'s> {
    mx: &'s Arc<Mx>,
    client: IpAddr,
    helo: String,
    message: Option<Message<'s>>,
}

impl<'s> Policy<'s> {
    pub(super) fn new(mx: &'s Arc<Mx>, client: IpAddr) -> Self {
        Self {
            mx,
            // A socket that listens to both families shows IPv4 clients in IPv6 form.
            client: client.to_canonical(),
            helo: String::new(),
            message: None,
        }
    }

    fn mail(&mut self, mail: &Mail<'_>) -> Reply {
        let reverse_path = mail.reverse_path.map(|mailbox| mailbox.to_string());
        let reverse_path = reverse_path.unwrap_or_default();
        if !path::fits(&reverse_path) {
            return path::sender_too_long();
        }
        let envelope = Envelope {
            id: id::fresh(),
            client: self.client,
            helo: self.helo.clone(),
            protocol: "SMTP",
            reverse_path,
            recipients: Vec::new(),
        };
        self.message = Some(Message::begin(self.mx, envelope));
        Reply::sender_ok()
    }

    fn rcpt(&mut self, rcpt: &Rcpt<'_>) -> Reply {
        let is_ours = match rcpt.forward_path {
            ForwardPath::Mailbox(mailbox) => self.mx.is_ours(mailbox),
            ForwardPath::Postmaster => true,
        };
        if !is_ours {
            info!(client = %self.client, to = %rcpt.forward_path, "relay denied");
            return Reply::relay_denied();
        }
        let recipient = rcpt.forward_path.to_string();
        if !path::fits(&recipient) {
            return path::recipient_too_long();
        }
        if let Some(message) = &mut self.message {
            message.envelope.recipients.push(recipient);
        }
        Reply::recipient_ok()
    }

    async fn end(&mut self, protocol: &'static str) -> Reply {
        let Some(mut message) = self.message.take() else {
            return Reply::try_again();
        };
        message.envelope.protocol = protocol;
        let id = message.envelope.id.clone();
        match deliver(self.mx, message).await {
            Ok(()) => {
                Reply::new(250, format!("2.0.0 Delivered as {id}")).unwrap_or_else(|_| Reply::ok())
            }
            Err(fault) => {
                warn!(id, error = one_line(&fault), "not delivered");
                fault.reply()
            }
        }
    }
}

impl Handler for Policy<'_> {
    async fn answer(&mut self, event: Event<'_>, protocol: &'static str) -> Option<Reply> {
        match event {
            Event::Hello(hello) => {
                self.message = None;
                self.helo = hello.name.to_string();
                Some(Reply::hello())
            }
            Event::Mail(mail) => Some(self.mail(&mail)),
            Event::Rcpt(rcpt) => Some(self.rcpt(&rcpt)),
            Event::Body(octets) => {
                if let Some(message) = &mut self.message {
                    message.push(octets).await;
                }
                None
            }
            Event::BodyEnd(_) => Some(self.end(protocol).await),
            Event::Reset => {
                self.message = None;
                None
            }
            // Not offered.
            event => event.needs_reply().then(Reply::try_again),
        }
    }

    async fn meanwhile(&mut self) {
        match &mut self.message {
            Some(message) => message.progress().await,
            None => pending().await,
        }
    }

    fn tls_started(&mut self) {
        self.helo.clear();
        self.message = None;
    }
}

/// The word of Authentication-Results.
fn dmarc(report: &message_auth::Report) -> &'static str {
    let verdict = report.dmarc.as_ref().map(|dmarc| dmarc.verdict);
    // Without one author domain there is nothing to check.
    verdict.map_or("permerror", |verdict| verdict.as_str())
}

/// Stamps and delivers a message, and logs what was found.
async fn deliver(mx: &Arc<Mx>, message: Message<'_>) -> Result<(), Fault> {
    let stamped = message.finish(mx).await?;
    let (envelope, report) = (stamped.envelope.clone(), stamped.report.clone());
    let place = stamped.deliver(mx).await?;
    let results = report.dkim.iter().map(|verdict| verdict.result().as_str());
    // The word that Authentication-Results has for it (RFC 8601 §2.7.1).
    let signatures = match results.collect::<Vec<_>>().join(" ") {
        empty if empty.is_empty() => "none".to_owned(),
        words => words,
    };
    info!(
        id = envelope.id,
        client = %envelope.client,
        from = envelope.reverse_path,
        spf = %report.spf_mail_from.verdict,
        dkim = signatures,
        dmarc = dmarc(&report),
        place = %place.display(),
        "delivered"
    );
    Ok(())
}
