//! One message on its way in: checked, spooled, stamped, delivered.

use core::fmt;
use core::future::pending;
use core::net::IpAddr;
use core::time::Duration;
use std::io;
use std::path::PathBuf;
use std::sync::Arc;

use dkim_canon::{Header, TooLarge, UnixTime};
use dns_txt::{Inquiry, Lookups};
use message_auth::{Facts, Inbound, Report};
use smtp_proto::Reply;
use thiserror::Error;
use tokio::time::timeout;

use super::Mx;
use crate::date::DateTime;
use crate::spool::{Spool, Spooled};
use crate::trace::{Received, is_loop, return_path};

/// Who sends what, as far as the envelope tells.
#[derive(Clone, Debug)]
pub(super) struct Envelope {
    pub(super) id: String,
    pub(super) client: IpAddr,
    pub(super) helo: String,
    pub(super) protocol: &'static str,
    pub(super) reverse_path: String,
    pub(super) recipients: Vec<String>,
}

/// A message from MAIL to the end of its data.
///
/// SPF is asked from the beginning, DKIM keys from the end of the header block; the answers
/// travel while the body arrives.
pub(super) struct Message<'s> {
    pub(super) envelope: Envelope,
    inbound: Inbound,
    lookups: Lookups<'s>,
    spool: Spool,
    fault: Option<Fault>,
}

impl<'s> Message<'s> {
    pub(super) fn begin(mx: &'s Mx, envelope: Envelope) -> Self {
        let facts = Facts::new(
            envelope.client,
            envelope.helo.as_bytes(),
            envelope.reverse_path.as_bytes(),
            mx.hostname.clone(),
            UnixTime::from_secs(DateTime::now().to_unix()),
        );
        let mut inbound = Inbound::begin(facts, &mx.options, Arc::clone(&mx.crypto));
        let mut lookups = Lookups::new(&*mx.resolver, LOOKUPS);
        lookups.ask(&mut inbound);
        Self {
            envelope,
            inbound,
            lookups,
            spool: Spool::new(&mx.maildir.tmp()),
            fault: None,
        }
    }

    /// Takes octets of the message. What cannot be kept is remembered as a fault, and told at the
    /// end of the data: there is no reply before.
    pub(super) async fn push(&mut self, octets: &[u8]) {
        if self.fault.is_some() {
            return;
        }
        let taken = match self.inbound.push(octets) {
            Ok([]) => Ok(()),
            Ok(body) => self.spool.write(body).await.map_err(Fault::from),
            Err(error) => Err(error.into()),
        };
        if let Err(fault) = taken {
            self.fault = Some(fault);
        }
        self.lookups.ask(&mut self.inbound);
    }

    /// Waits for an answer of the DNS and takes it. Cancel safe; never ends while none is due.
    pub(super) async fn progress(&mut self) {
        if self.lookups.is_idle() {
            return pending().await;
        }
        let (question, answer) = self.lookups.next().await;
        self.inbound.answer(&question, &answer);
        self.lookups.ask(&mut self.inbound);
    }

    /// Waits for what the DNS still owes, and stamps the message: the fields that belong above
    /// its body, and the body.
    pub(super) async fn finish(mut self, mx: &Mx) -> Result<Stamped, Fault> {
        if let Some(fault) = self.fault {
            return Err(fault);
        }
        self.inbound.end_header();
        let header = self.inbound.header().ok_or(Fault::NoHeader)?;
        check(header)?;
        let mut kept = Vec::new();
        header.without(&dropped(header, self.inbound.forged()), |octets| {
            kept.extend_from_slice(octets);
        });
        self.lookups.ask(&mut self.inbound);
        let answers = async {
            while !self.lookups.is_idle() {
                self.progress().await;
            }
        };
        // What is open after the deadline is reported as temperror; the message is kept waiting
        // no longer.
        let _ = timeout(DNS_DEADLINE, answers).await;
        let report = self.inbound.finish();
        // Return-Path stands topmost against RFC 8601 §4, by which the results should be above all
        // other trace fields: RFC 5321 §4.4 requires it of final delivery "at the beginning of the
        // mail data", as Postfix has it too. What RFC 8601 is after, to tell what can be trusted,
        // is kept: every other Return-Path is dropped, and the results are above every Received.
        let stamps = [
            return_path(&self.envelope.reverse_path),
            report.fields(),
            received(&self.envelope, mx),
        ];
        Ok(Stamped {
            head: [stamps.concat().as_bytes(), &kept].concat(),
            body: self.spool.finish().await?,
            envelope: self.envelope,
            report,
        })
    }
}

impl fmt::Debug for Message<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.envelope.fmt(f)
    }
}

/// A message that is ready to be delivered.
#[derive(Debug)]
pub(super) struct Stamped {
    head: Vec<u8>,
    body: Spooled,
    pub(super) envelope: Envelope,
    pub(super) report: Report,
}

impl Stamped {
    /// Puts the message into the Maildir. Only when this has returned may the sender forget it.
    pub(super) async fn deliver(self, mx: &Arc<Mx>) -> Result<PathBuf, Fault> {
        let Self { head, mut body, .. } = self;
        let mx = Arc::clone(mx);
        let delivered =
            tokio::task::spawn_blocking(move || mx.maildir.deliver(&head, &mut body)).await;
        Ok(delivered.map_err(io::Error::other)??)
    }
}

/// Why a message is not taken.
#[derive(Debug, Error)]
pub(super) enum Fault {
    #[error("header too large")]
    HeaderTooLarge(#[from] TooLarge),
    #[error("cannot store the message")]
    Io(#[from] io::Error),
    #[error("the first line begins with white space")]
    LeadingSpace,
    #[error("too many Received fields")]
    Loop,
    #[error("no header")]
    NoHeader,
}

impl Fault {
    pub(super) fn reply(&self) -> Reply {
        let reply = match self {
            Self::HeaderTooLarge(_) => Reply::new(554, "5.6.0 Header too large"),
            Self::Io(_) | Self::NoHeader => return Reply::try_again(),
            Self::LeadingSpace => Reply::new(550, "5.6.0 First line begins with white space"),
            // RFC 3463 §3.5
            Self::Loop => Reply::new(554, "5.4.6 Routing loop detected"),
        };
        reply.unwrap_or_else(|_| Reply::try_again())
    }
}

/// What no header may be.
fn check(header: &Header<'_>) -> Result<(), Fault> {
    // Above such a line no field can be inserted: it would become a part of that field.
    if header.as_octets().starts_with(b" ") || header.as_octets().starts_with(b"\t") {
        return Err(Fault::LeadingSpace);
    }
    if is_loop(header) {
        return Err(Fault::Loop);
    }
    Ok(())
}

/// The fields that do not go into the delivered message: results in our name that are not ours
/// (RFC 8601 §5), and every Return-Path but our own (RFC 5321 §4.4).
fn dropped(header: &Header<'_>, forged: &[usize]) -> Vec<usize> {
    let paths = header
        .fields()
        .enumerate()
        .filter(|(_, field)| field.is_named("Return-Path"))
        .map(|(index, _)| index);
    forged.iter().copied().chain(paths).collect()
}

fn received(envelope: &Envelope, mx: &Mx) -> String {
    let recipient = match &*envelope.recipients {
        [recipient] => Some(&**recipient),
        _ => None,
    };
    Received {
        helo: envelope.helo.as_bytes(),
        client: envelope.client,
        by: &mx.hostname,
        protocol: envelope.protocol,
        id: &envelope.id,
        recipient,
        date: DateTime::now(),
    }
    .to_string()
}

/// Look-ups of one message at the same time.
const LOOKUPS: usize = 16;

/// For all look-ups that are still open at the end of the data. RFC 7208 §4.6.4 asks for 20
/// seconds at least.
const DNS_DEADLINE: Duration = Duration::from_secs(30);
