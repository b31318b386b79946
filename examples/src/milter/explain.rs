//! What a configuration means, for whoever checks it before it is at work (`milter -n -v`).

use core::fmt::{self, Write as _};
use core::net::IpAddr;
use std::collections::BTreeMap;
use std::sync::Arc;

use dkim_sign::{KeyCheck, SignMessage};
use dns_txt::{Answer, Domain, Inquiry, Question, drive_async};
use mail_address::{Mailbox, MailboxError};
use thiserror::Error;

use super::decision::{Author, Client};
use super::hosts::HostList;
use super::key::Key;
use super::key_table::NoKey;
use super::live;
use super::mail_server::{DaemonNames, MacroList};
use super::resolver::Resolution;
use super::signing_table::Target;
use super::snapshot::{Signers, Snapshot};
use crate::config::{ConfigError, one_line};

/// What is signed with which keys, whether these can be used, and whether the DNS has them: a text
/// of some lines. To be called within a Tokio runtime.
pub async fn explain(snapshot: &Snapshot) -> Result<String, ConfigError> {
    let mut text = String::new();
    overview(snapshot, &mut text).expect("a string takes all text");
    keys(snapshot, &mut text).await?;
    tables(snapshot, &mut text).expect("a string takes all text");
    Ok(text)
}

/// What would become of mail from an author, sent by a client without a name.
pub fn who(snapshot: &Snapshot, author: &str, client: IpAddr) -> Result<String, NoAuthor> {
    let mailbox = Mailbox::parse(author.as_bytes())?;
    let domain = Domain::from_unicode(mailbox.view().host()).map_err(|_| NoAuthor::Domain)?;
    let name = format!("[{client}]");
    let client = Client {
        name: &name,
        address: Some(client),
        macros: &[],
    };
    let author = Author {
        local_part: mailbox.view().local_part().as_str(),
        domain: &domain,
    };
    let decision = snapshot.decide(&client, Some(author));
    Ok(format!("{mailbox} from {name}: {decision}"))
}

/// Why nothing can be said of an author.
#[derive(Clone, Copy, Debug, Eq, Error, PartialEq)]
#[non_exhaustive]
pub enum NoAuthor {
    /// What stands behind the `@` is no domain.
    #[error("there is no domain behind the @")]
    Domain,
    /// No address.
    #[error(transparent)]
    Mailbox(#[from] MailboxError),
}

fn overview(snapshot: &Snapshot, text: &mut String) -> fmt::Result {
    let settings = snapshot.settings();
    let mode = match (settings.mode.sign, settings.mode.verify) {
        (true, true) => "signs and verifies",
        (true, false) => "signs",
        (false, true) => "verifies",
        (false, false) => "lets everything pass",
    };
    write!(text, "{mode}")?;
    text.write_str(match (settings.spf, settings.dmarc) {
        (_, true) => ", with SPF and DMARC,",
        (true, false) => ", with SPF,",
        (false, false) => "",
    })?;
    match &settings.socket {
        Some((_, socket)) => writeln!(text, " at {socket}")?,
        None => writeln!(text, "; Socket is missing")?,
    }
    match snapshot.resolution() {
        Resolution::NameServers(servers) => {
            write!(text, "DNS:")?;
            for server in servers {
                write!(text, " {server}")?;
            }
            writeln!(text)
        }
        Resolution::System => writeln!(text, "DNS: the name servers of the system"),
        Resolution::Zone(_) => writeln!(text, "DNS: TestDNSData and nothing else"),
    }
}

/// A key of the configuration, under each name that it signs with.
struct Signature<'s> {
    /// Where it stands, or its name.
    label: String,
    /// `None` if that depends on the author.
    domain: Option<&'s Domain>,
    selector: &'s Domain,
    key: &'s Arc<Key>,
    /// The selector whose key it waits to take the place of.
    succeeds: Option<&'s Domain>,
}

async fn keys(snapshot: &Snapshot, text: &mut String) -> Result<(), ConfigError> {
    let mut signatures = Vec::new();
    let mut malformed = Vec::new();
    let listed: Vec<Domain>;
    match snapshot.signers() {
        Signers::Nobody => text.push_str("Keys: none, nothing is signed\n"),
        Signers::One(domains) => {
            listed = domains
                .names()
                .filter_map(|name| name.parse().ok())
                .collect();
            signatures.extend(listed.iter().map(|domain| Signature {
                label: "KeyFile".into(),
                domain: Some(domain),
                selector: domains.selector(),
                key: domains.key(),
                succeeds: None,
            }));
        }
        Signers::Tables { keys, .. } => {
            for (entry, key) in keys.entries() {
                let label = format!("{} {}", entry.place, entry.key);
                match key {
                    Ok(table_key) => {
                        let keys = table_key.keys().into_iter();
                        signatures.extend(keys.map(|(domain, key)| Signature {
                            label: label.clone(),
                            domain,
                            selector: table_key.selector(),
                            key,
                            succeeds: None,
                        }));
                    }
                    Err(error) => {
                        // The label names the place already.
                        let error = match error {
                            NoKey::Malformed { error, .. } => one_line(error),
                            error => one_line(error),
                        };
                        malformed.push(format!("  {label}: {error}; mail is put off\n"));
                    }
                }
            }
        }
    }
    signatures.extend(snapshot.successors().map(|successor| Signature {
        label: format!("{} {}", successor.place, successor.name),
        domain: Some(&successor.domain),
        selector: &successor.selector,
        key: &successor.key,
        succeeds: Some(&successor.from),
    }));
    let answers = ask(snapshot, &signatures).await?;
    if !(signatures.is_empty() && malformed.is_empty()) {
        text.push_str("Keys:\n");
    }
    for signature in &signatures {
        let Signature {
            label,
            domain,
            selector,
            key,
            succeeds,
        } = signature;
        let whose = domain.map_or("the author's domain", Domain::as_str);
        let turn = succeeds.map_or(String::new(), |from| format!("to succeed {from}: "));
        let state = signature.state(&answers);
        writeln!(
            text,
            "  {label}: d={whose} s={selector} a={} in {}: {turn}{state}",
            key.algorithm(),
            key.source()
        )
        .expect("a string takes all text");
    }
    text.extend(malformed);
    Ok(())
}

impl Signature<'_> {
    fn check(&self) -> Option<KeyCheck> {
        KeyCheck::new(self.selector, self.domain?).ok()
    }

    /// Whether it can sign, and whether its signatures would verify.
    fn state(&self, answers: &BTreeMap<Question, Answer>) -> String {
        let record = match self.key.record() {
            Ok(record) => record,
            Err(error) => return format!("{}; mail is put off", one_line(error)),
        };
        let Some(check) = self.check() else {
            return "loaded".into();
        };
        let answer = answers.get(check.question()).unwrap_or(&Answer::NoSuchName);
        let name = check.question().name();
        match check.answer(record, answer) {
            Ok(_) => "loaded, and published".into(),
            Err(error) => format!("loaded, but at {name} {}", one_line(&error)),
        }
    }
}

fn tables(snapshot: &Snapshot, text: &mut String) -> fmt::Result {
    match snapshot.signers() {
        Signers::Tables { keys, signing } => {
            writeln!(text, "Authors:")?;
            for (entry, target) in signing.entries() {
                let key = match target.map(Target::key) {
                    None => "no key; mail is put off".into(),
                    Some(name) if name == "%" || keys.has(name) => name.into(),
                    Some(name) => format!("the KeyTable has no key {name}; mail is put off"),
                };
                writeln!(text, "  {} {}: {key}", entry.place, entry.key)?;
            }
        }
        Signers::One(domains) => {
            let names: Vec<&str> = domains.names().collect();
            writeln!(text, "Authors: those of {}", names.join(", "))?;
        }
        Signers::Nobody => {}
    }
    clients(snapshot, text)
}

/// The lists of clients: that of internal hosts, and those that are configured.
fn clients(snapshot: &Snapshot, text: &mut String) -> fmt::Result {
    let internal = Some(snapshot.internal_hosts());
    let daemons = snapshot.daemons.as_ref();
    let macros = snapshot.macros.as_ref();
    for (what, entries) in [
        ("Internal hosts", internal.map(HostList::entries)),
        (
            "Internal by {daemon_name} (MTA)",
            daemons.map(DaemonNames::entries),
        ),
        (
            "Internal by macro (MacroList)",
            macros.map(MacroList::entries),
        ),
        (
            "Peers, whose mail passes untouched",
            snapshot.peers.as_ref().map(HostList::entries),
        ),
        (
            "External hosts that are not logged",
            snapshot.ignored.as_ref().map(HostList::entries),
        ),
    ] {
        let Some(entries) = entries else { continue };
        let entries = entries.iter().map(|entry| match &entry.value {
            None => entry.key.clone(),
            Some(value) => format!("{}={value}", entry.key),
        });
        writeln!(text, "{what}: {}", entries.collect::<Vec<_>>().join(", "))?;
    }
    Ok(())
}

/// The answers for all keys that can be used, several questions at once.
async fn ask(
    snapshot: &Snapshot,
    signatures: &[Signature<'_>],
) -> Result<BTreeMap<Question, Answer>, ConfigError> {
    let usable = signatures
        .iter()
        .filter(|signature| signature.key.record().is_ok());
    let mut questions = Questions {
        waiting: usable
            .filter_map(Signature::check)
            .map(|check| check.question().clone())
            .collect(),
        ..Questions::default()
    };
    // The same record may be asked for by several entries.
    questions.waiting.sort_unstable();
    questions.waiting.dedup();
    let resolver = live::resolver(snapshot)?;
    drive_async(&mut questions, &*resolver).await;
    Ok(questions.answers)
}

#[derive(Default)]
struct Questions {
    waiting: Vec<Question>,
    answers: BTreeMap<Question, Answer>,
}

impl Inquiry for Questions {
    fn poll_question(&mut self) -> Option<Question> {
        self.waiting.pop()
    }

    fn answer(&mut self, question: &Question, answer: &Answer) {
        self.answers.insert(question.clone(), answer.clone());
    }

    fn is_settled(&self) -> bool {
        self.waiting.is_empty()
    }
}
