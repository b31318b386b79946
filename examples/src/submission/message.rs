//! One message on its way out: completed, signed, handed on.

use core::fmt;
use core::net::IpAddr;
use std::io;
use std::sync::Arc;

use dkim_canon::{Defect, Header, HeaderReader, Progress, UnixTime};
use dkim_sign::rand_core::UnwrapErr;
use dkim_sign::{Preflight, Signer, SigningFailed, Unsigned};
use getrandom::SysRng;
use mail_address::Mailbox;
use smtp_proto::client;
use tracing::warn;

use super::Submission;
use super::author::authors;
use super::fault::Fault;
use crate::date::DateTime;
use crate::id;
use crate::path;
use crate::signatories::Signatory;
use crate::spool::Spool;
use crate::trace::{Received, is_loop};

/// Who submits what to whom, as far as the envelope tells.
#[derive(Clone, Debug)]
pub(super) struct Envelope {
    pub(super) id: String,
    pub(super) client: IpAddr,
    pub(super) helo: String,
    pub(super) protocol: &'static str,
    pub(super) login: String,
    pub(super) reverse_path: Option<Mailbox>,
    pub(super) recipients: Vec<Mailbox>,
    pub(super) smtp_utf8: bool,
}

/// A message from MAIL to the end of its data. Signatures are prepared while the body arrives.
pub(super) struct Message {
    submission: Arc<Submission>,
    pub(super) envelope: Envelope,
    size: u64,
    is_ascii: bool,
    header: HeaderReader,
    /// Once the header is complete.
    body: Option<Body>,
    fault: Option<Fault>,
}

/// What is at work once the header is complete. What the preflight finds is for the log: where two
/// readers may see two authors the message was refused before.
struct Body {
    /// The header with what was added to it, and the empty line.
    header: Vec<u8>,
    signatories: Vec<Arc<Signatory>>,
    signer: Option<Signer>,
    preflight: Preflight,
    spool: Spool,
}

impl Message {
    pub(super) fn begin(submission: Arc<Submission>, envelope: Envelope) -> Self {
        Self {
            submission,
            envelope,
            size: 0,
            is_ascii: true,
            header: HeaderReader::default(),
            body: None,
            fault: None,
        }
    }

    /// Takes octets of the message. What cannot be sent is remembered as a fault, and told at
    /// the end of the data: there is no reply before.
    pub(super) async fn push(&mut self, octets: &[u8]) {
        if self.fault.is_some() {
            return;
        }
        if let Err(fault) = self.take(octets).await {
            self.fault = Some(fault);
        }
    }

    async fn take(&mut self, octets: &[u8]) -> Result<(), Fault> {
        self.is_ascii &= octets.is_ascii();
        self.size += octets.len() as u64;
        if let Some(body) = &mut self.body {
            return body.push(octets).await;
        }
        match self.header.push(octets)? {
            Progress::More => Ok(()),
            Progress::Complete { header, body } => {
                self.body.insert(self.begin_body(&header)?).push(body).await
            }
        }
    }

    fn begin_body(&self, header: &Header<'_>) -> Result<Body, Fault> {
        check(header)?;
        let authors = authors(header)?;
        if !authors
            .iter()
            .all(|author| path::is_qualified(author.view()))
        {
            return Err(Fault::Unqualified);
        }
        let Submission { binding, spool, .. } = &*self.submission;
        if let Some(binding) = binding
            && !authors
                .iter()
                .all(|author| binding.permits(&self.envelope.login, author))
        {
            return Err(Fault::NotYours);
        }
        let completed = self.complete(header);
        let signatories = self.submission.signatories_for(&authors);
        let (header, _) = Header::split(&completed);
        let signer = match &*signatories {
            [] => None,
            signatories => {
                let requests = signatories.iter().map(|signatory| signatory.request());
                let now = UnixTime::from_secs(DateTime::now().to_unix());
                Some(Signer::begin(&header, requests, now)?)
            }
        };
        Ok(Body {
            signatories,
            signer,
            preflight: Preflight::begin(&header),
            spool: Spool::new(spool),
            header: completed,
        })
    }

    /// The header with the fields that a server adds where they are missing (RFC 6409 §8.2 and
    /// §8.3), and without a Return-Path.
    fn complete(&self, header: &Header<'_>) -> Vec<u8> {
        let has = |name| header.fields().any(|field| field.is_named(name));
        let mut completed = Vec::new();
        if !has("Date") {
            completed.extend(format!("Date: {}\r\n", DateTime::now()).into_bytes());
        }
        if !has("Message-ID") {
            let (id, host) = (id::fresh(), &self.submission.hostname);
            completed.extend(format!("Message-ID: <{id}@{host}>\r\n").into_bytes());
        }
        // RFC 5321 §4.4: only final delivery makes one.
        let paths = header
            .fields()
            .enumerate()
            .filter(|(_, field)| field.is_named("Return-Path"))
            .map(|(index, _)| index);
        header.without(&paths.collect::<Vec<_>>(), |octets| {
            completed.extend_from_slice(octets);
        });
        completed
    }

    /// Signs the message, hands it to the next server, and waits until that has it.
    pub(super) async fn finish(mut self) -> Result<Handed, Fault> {
        if let Some(fault) = self.fault {
            return Err(fault);
        }
        let received = self.received();
        let body = match self.body.take() {
            Some(body) => body,
            // A message without a body ends with its header.
            None => {
                let header = core::mem::take(&mut self.header).finish();
                self.begin_body(&header)?
            }
        };
        let Body {
            header,
            signatories,
            signer,
            preflight,
            spool,
        } = body;
        for finding in preflight.finish() {
            let id = self.envelope.id.as_str();
            warn!(id, code = finding.code(), "{finding}");
        }
        let unsigned = signer.map(Signer::finish).unwrap_or_default();
        let signed = signatories.clone();
        // An RSA signature takes milliseconds, too long for a thread that serves connections.
        let fields = tokio::task::spawn_blocking(move || sign(unsigned, &signatories))
            .await
            .map_err(io::Error::other)??;
        let head = [received.as_bytes(), fields.as_bytes(), &header].concat();
        let added = head.len() as u64 - header.len() as u64;
        let mut envelope =
            client::Envelope::new(self.envelope.reverse_path, self.envelope.recipients)
                .size(self.size + added)
                .eight_bit(!self.is_ascii);
        if self.envelope.smtp_utf8 {
            envelope = envelope.smtp_utf8();
        }
        let mut chunks = spool.finish().await?.into_chunks();
        let courier = &self.submission.courier;
        let reply = courier.deliver(&envelope, &head, &mut chunks).await?;
        Ok(Handed {
            reply: reply.to_string(),
            signed: signed.iter().map(|by| by.domain().to_string()).collect(),
        })
    }

    fn received(&self) -> String {
        let recipient = match &*self.envelope.recipients {
            [recipient] => Some(recipient.to_string()),
            _ => None,
        };
        Received {
            helo: self.envelope.helo.as_bytes(),
            client: self.envelope.client,
            by: &self.submission.hostname,
            protocol: self.envelope.protocol,
            id: &self.envelope.id,
            recipient: recipient.as_deref(),
            date: DateTime::now(),
        }
        .to_string()
    }
}

impl fmt::Debug for Message {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.envelope.fmt(f)
    }
}

impl Body {
    async fn push(&mut self, octets: &[u8]) -> Result<(), Fault> {
        if let Some(signer) = &mut self.signer {
            signer.body(octets);
        }
        self.preflight.body(octets);
        Ok(self.spool.write(octets).await?)
    }
}

/// What became of a message that was handed on.
#[derive(Debug)]
pub(super) struct Handed {
    /// What the next server said to it.
    pub(super) reply: String,
    /// Who has signed.
    pub(super) signed: Vec<String>,
}

/// What no header may be. Obsolete forms may stay, and so may line ends that are none: the
/// session refuses them.
fn check(header: &Header<'_>) -> Result<(), Fault> {
    for defect in header.fields().filter_map(|field| field.defect()) {
        match defect {
            // What has no name that every reader takes for the same may be a second From for
            // some; and above leading white space no field can be inserted.
            Defect::LeadingWhiteSpace | Defect::Name | Defect::NoColon => {
                return Err(Fault::Field(defect));
            }
            _ => {}
        }
    }
    if is_loop(header) {
        return Err(Fault::Loop);
    }
    Ok(())
}

/// The DKIM-Signature fields, one below the other.
fn sign(unsigned: Vec<Unsigned>, signatories: &[Arc<Signatory>]) -> Result<String, SigningFailed> {
    let mut rng = UnwrapErr(SysRng);
    let mut fields = String::new();
    for (unsigned, signatory) in unsigned.into_iter().zip(signatories) {
        let field = unsigned.sign_with(signatory.key(), &mut rng)?;
        fields.push_str(&field.to_string());
    }
    Ok(fields)
}
