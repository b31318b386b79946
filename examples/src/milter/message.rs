//! One message on its way through the filter: collected, decided about, signed or verified.

use core::future::pending;
use core::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;

use dkim_canon::{Header, HeaderReader, TooLarge, UnixTime};
use dkim_verify::VerifySignature;
use dns_txt::Domain;
use mail_address::rfc5322::Value;
use mail_address::{Authors, Mailbox};
use message_auth::{Facts, Report};
use milter_proto::{Edits, Macros, Stage};
use tracing::{info, warn};

use super::conf::OnAction;
use super::decision::{Action, Author, Client, Decision, Signing};
use super::forged;
use super::live::Live;
use super::outcome::{Outcome, Trouble};
use super::sender::Sender;
use super::sign::{self, Sign};
use super::verify::{self, Verify};
use crate::config::one_line;
use crate::date::DateTime;
use crate::program::visible;

/// A message from MAIL to its end.
pub(super) struct Message<'l> {
    live: &'l Live,
    crypto: Arc<dyn VerifySignature>,
    state: State<'l>,
}

enum State<'l> {
    Header(HeaderReader),
    Signing(Box<Sign>),
    Verifying(Box<Verify<'l>>),
    /// It is known what becomes of it, and waits for its end.
    Settled(Box<Outcome>),
}

impl<'l> Message<'l> {
    pub(super) fn begin(live: &'l Live, crypto: Arc<dyn VerifySignature>) -> Self {
        let octets = live.snapshot().settings().maximum_headers;
        Self {
            live,
            crypto,
            state: State::Header(HeaderReader::new(octets.unwrap_or(usize::MAX))),
        }
    }

    /// Takes a header field.
    pub(super) fn field(&mut self, name: &[u8], value: &[u8]) {
        let State::Header(reader) = &mut self.state else {
            return;
        };
        if let Err(TooLarge { limit, .. }) = reader.field(name, value) {
            let action = self.live.snapshot().settings().on.security;
            let why = format!("the header has more than {limit} octets");
            warn!("{why}");
            let outcome = Outcome::of(action, Trouble::Other, &why, Edits::default());
            self.state = State::Settled(Box::new(outcome));
        }
    }

    /// The header is complete. Gives what becomes of the message if that is known now and can be
    /// told now.
    pub(super) fn end_of_header(&mut self, sender: &Sender, macros: &Macros) -> Option<Outcome> {
        if let State::Header(reader) = &mut self.state {
            let header = core::mem::take(reader).finish();
            self.state = self.decide(&header, sender, macros);
        }
        match &mut self.state {
            State::Settled(outcome) if outcome.is_ready() => {
                let reply = outcome.reply.clone();
                let edits = Edits::default();
                Some(Outcome { edits, reply })
            }
            _ => None,
        }
    }

    /// Takes a piece of the body.
    pub(super) fn body(&mut self, piece: &[u8]) {
        match &mut self.state {
            State::Signing(sign) => sign.body(piece),
            State::Verifying(verify) => verify.body(piece),
            State::Header(_) | State::Settled(_) => {}
        }
    }

    /// Waits for an answer of the DNS and takes it. Cancel safe; never ends while none is due.
    pub(super) async fn progress(&mut self) {
        match &mut self.state {
            State::Verifying(verify) => verify.progress().await,
            _ => pending().await,
        }
    }

    /// All of the message is there: waits for what is still owed, for as long as is configured.
    pub(super) async fn settle(&mut self) {
        if let State::Verifying(verify) = &mut self.state {
            verify.settle().await;
        }
    }

    /// What becomes of the message, once its header has ended and what was owed is there.
    pub(super) fn finish(self, macros: &Macros) -> Outcome {
        let id = queue_id(macros);
        match self.state {
            State::Signing(sign) => signed(self.live, *sign, &id),
            State::Verifying(verify) => {
                let (report, forged) = verify.finish();
                verified(self.live, &report, forged, &id)
            }
            State::Settled(outcome) => *outcome,
            // Not reached: the header has ended.
            State::Header(_) => Outcome::accept(Edits::default()),
        }
    }

    fn decide(&self, header: &Header<'_>, sender: &Sender, macros: &Macros) -> State<'l> {
        let (snapshot, id) = (self.live.snapshot(), queue_id(macros));
        let settings = snapshot.settings();
        let told = told(macros);
        let told: Vec<(&str, &str)> = told
            .iter()
            .map(|(name, value)| (&**name, &**value))
            .collect();
        let client = Client {
            name: &sender.name,
            address: sender.address,
            macros: &told,
        };
        let author = author(header);
        let author = author.as_ref().map(|(mailbox, domain)| Author {
            local_part: mailbox.view().local_part().as_str(),
            domain,
        });
        let decision = snapshot.decide(&client, author);
        if settings.log_why {
            // It may name a login, which is what the mail server says.
            info!("{id}: {}", short(&decision.to_string()));
        }
        if let (true, Some(author)) = (decision.is_external, author) {
            let Sender { name, address, .. } = sender;
            // A name that nobody knows is the address in brackets.
            let address = address
                .map(|address| format!(" [{address}]"))
                .filter(|address| address.trim_start() != *name)
                .unwrap_or_default();
            warn!(
                "{id}: external host {name}{address} sends as {}",
                author.domain
            );
        }
        let is_ours = decision.origin.is_some();
        let outcome = match decision {
            Decision {
                action: Action::Sign(signings),
                ..
            } => match self.sign(header, signings, sender, macros, &id) {
                Ok(sign) => return State::Signing(Box::new(sign)),
                Err(outcome) => outcome,
            },
            Decision {
                action: Action::Verify,
                ..
            } => match self.verify(header, sender, is_ours, macros, &id) {
                Ok(verify) => return State::Verifying(Box::new(verify)),
                Err(outcome) => outcome,
            },
            Decision {
                action: Action::Tempfail(error),
                ..
            } => {
                warn!("{id}: cannot sign: {}", one_line(&error));
                let tempfail = OnAction::Tempfail;
                let why = "the message cannot be signed now";
                Outcome::of(tempfail, Trouble::Cryptographic, why, Edits::default())
            }
            Decision {
                action: Action::Pass(_),
                ..
            } => Outcome::accept(Edits::default()),
        };
        State::Settled(Box::new(outcome))
    }

    /// Signs mail of our own. A client that logged in is nobody whose results are ours, whatever
    /// else has its mail signed, so they go before they could be signed (RFC 8601 §5); a host of
    /// our own may have added them.
    fn sign(
        &self,
        header: &Header<'_>,
        signings: Vec<Signing>,
        sender: &Sender,
        macros: &Macros,
        id: &str,
    ) -> Result<Sign, Outcome> {
        let settings = self.live.snapshot().settings();
        let mechanism = macros.get("auth_type").unwrap_or_default();
        let removed = match mechanism.is_empty() {
            true => Ok(None),
            false => {
                let authserv_id = facts(self.live, sender, macros).authserv_id;
                forged::removed(header, &authserv_id, self.live)
            }
        };
        let removed = removed.map_err(|error| {
            warn!("{id}: {}", one_line(&error));
            let action = settings.on.security;
            Outcome::of(action, Trouble::Other, &error.to_string(), Edits::default())
        })?;
        let (header, deletions) = match &removed {
            Some((header, deletions)) => (header, deletions.clone()),
            None => (header, Edits::default()),
        };
        Sign::begin(header, deletions, signings, now()).map_err(|error| {
            warn!("{id}: cannot sign: {error}");
            let action = settings.on.signature_error;
            let why = format!("the message cannot be signed: {error}");
            Outcome::of(action, Trouble::Cryptographic, &why, Edits::default())
        })
    }

    fn verify(
        &self,
        header: &Header<'_>,
        sender: &Sender,
        is_ours: bool,
        macros: &Macros,
        id: &str,
    ) -> Result<Verify<'l>, Outcome> {
        let facts = facts(self.live, sender, macros);
        // SPF knows no client that came by other ways than the internet.
        let is_ours = is_ours || !sender.is_of_internet;
        let begun = Verify::begin(self.live, Arc::clone(&self.crypto), facts, is_ours, header);
        begun.map_err(|error| {
            warn!("{id}: {}", one_line(&error));
            let action = self.live.snapshot().settings().on.security;
            Outcome::of(action, Trouble::Other, &error.to_string(), Edits::default())
        })
    }
}

/// The signatures go on top of the message.
fn signed(live: &Live, sign: Sign, id: &str) -> Outcome {
    let settings = live.snapshot().settings();
    let failed = |error: &dyn core::fmt::Display| {
        warn!("{id}: cannot sign: {error}");
        let why = format!("the message cannot be signed: {error}");
        let action = settings.on.signature_error;
        Outcome::of(action, Trouble::Cryptographic, &why, Edits::default())
    };
    let (fields, mut edits) = match sign.finish() {
        Ok(made) => made,
        Err(error) => return failed(&error),
    };
    let inserted = fields
        .iter()
        .try_for_each(|(_, field)| sign::insert(&mut edits, live.position(), field.as_str()));
    match inserted {
        Ok(()) => {
            if settings.syslog_success {
                for (signing, _) in &fields {
                    info!("{id}: DKIM-Signature field added ({signing})");
                }
            }
            Outcome::accept(edits)
        }
        Err(error) => failed(&error),
    }
}

/// What was found goes on top of the message, and what was forged out of it.
fn verified(live: &Live, report: &Report, mut edits: Edits, id: &str) -> Outcome {
    let settings = live.snapshot().settings();
    for verdict in &report.dkim {
        let tags = verdict.signature.as_ref().map(dkim_verify::Signature::tags);
        let who = tags.map(|tags| format!(" d={} s={}", tags.domain(), tags.selector()));
        let who = who.unwrap_or_default();
        match verdict.is_pass() {
            true if settings.syslog_success => info!("{id}: good DKIM signature{who}"),
            true => {}
            false => info!("{id}: DKIM signature{who}: {}", verdict.outcome),
        }
    }
    if let Some(field) = verify::results(report, settings)
        && let Err(error) = sign::insert(&mut edits, live.position(), &field)
    {
        warn!("{id}: the results cannot be added: {error}");
        let action = settings.on.internal_error;
        return Outcome::of(action, Trouble::Other, "internal error", edits);
    }
    match verify::occasion(report, settings) {
        Some((action, trouble, why)) => Outcome::of(action, trouble, &why, edits),
        None => Outcome::accept(edits),
    }
}

fn facts(live: &Live, sender: &Sender, macros: &Macros) -> Facts {
    let mta = macros
        .get("j")
        .and_then(|name| core::str::from_utf8(name).ok());
    let receiver = mta.and_then(|name| name.parse::<Domain>().ok());
    let receiver = receiver.unwrap_or_else(|| live.host().clone());
    let client = sender.address.unwrap_or(IpAddr::V4(Ipv4Addr::LOCALHOST));
    let facts = Facts::new(client, &sender.helo, &sender.reverse_path, receiver, now());
    match live.authserv_id().or(mta).map(Value::try_from) {
        Some(Ok(id)) => facts.authserv_id(id),
        _ => facts,
    }
}

/// The first mailbox of From. A From that two readers could read differently has none, so that
/// nobody signs for what another may be shown as the author.
fn author(header: &Header<'_>) -> Option<(Mailbox, Domain)> {
    let fields = header.fields();
    let fields = fields.map(|field| (field.name_as_written(), field.value()));
    let to_ascii = |text: &str| Domain::from_unicode(text).ok();
    let authors = Authors::from_fields(fields, Some(to_ascii)).ok()?;
    let mailbox = authors.mailboxes().first()?.clone();
    let domain = mailbox.view().domain();
    let domain = domain.or_else(|| to_ascii(mailbox.view().host()))?;
    Some((mailbox, domain))
}

/// All macros, the later ones behind.
fn told(macros: &Macros) -> Vec<(String, String)> {
    let stages = [
        Stage::Connect,
        Stage::Helo,
        Stage::Mail,
        Stage::Rcpt,
        Stage::Data,
        Stage::EndOfHeader,
        Stage::EndOfMessage,
    ];
    let pairs = stages.into_iter().flat_map(|stage| macros.told_at(stage));
    let text = |octets| String::from_utf8_lossy(octets).into_owned();
    pairs
        .map(|(name, value)| (text(name), text(value)))
        .collect()
}

/// The name of the message in the log of the mail server.
fn queue_id(macros: &Macros) -> String {
    let id = macros.get("i").unwrap_or(b"unknown");
    short(&String::from_utf8_lossy(id))
}

/// A text that may hold what a mail server says, for one line of the log.
fn short(text: &str) -> String {
    match text.char_indices().nth(LONGEST_TEXT) {
        Some((end, _)) => visible(text.get(..end).unwrap_or_default()) + "...",
        None => visible(text),
    }
}

/// Characters of a text that a mail server may have made.
const LONGEST_TEXT: usize = 400;

fn now() -> UnixTime {
    UnixTime::from_secs(DateTime::now().to_unix())
}
