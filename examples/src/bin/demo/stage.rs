//! Two servers, the keys of one of them, and a DNS that knows both.

use core::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::fs;
use std::io;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use dkim_sign::rand_core::UnwrapErr;
use dkim_sign::{KeyKind, PrivateKey};
use dns_txt::{Domain, Zone};
use examples::accounts::Accounts;
use examples::config::{Cause, ConfigError};
use examples::courier::Courier;
use examples::mx::Mx;
use examples::program::say;
use examples::shutdown::{self, Shutdown, Trigger};
use examples::signatories::Signatory;
use examples::signing_key::SigningKey;
use examples::submission::Submission;
use examples::{id, listener, tls};
use getrandom::SysRng;
use rustls::pki_types::ServerName;
use tempfile::TempDir;
use tokio::task::JoinSet;
use tokio_rustls::{TlsAcceptor, TlsConnector};

use crate::dialogue::Dialogue;
use crate::paint::Paint;

/// Everything that the story is played with. All of it is gone when the story is over.
pub(crate) struct Stage {
    directory: TempDir,
    records: String,
    signatories: Vec<Signatory>,
    password: String,
    acceptor: TlsAcceptor,
    connector: TlsConnector,
    mx: SocketAddr,
    /// Where somebody connects from who is not the sender's server, and where to.
    stranger: (IpAddr, SocketAddr),
    submission: SocketAddr,
    pub(crate) dialogue: Dialogue,
    servers: JoinSet<()>,
    trigger: Trigger,
    shutdown: Shutdown,
}

impl Stage {
    /// Makes keys and records, and starts the servers on free ports.
    pub(crate) async fn set() -> Result<Self, ConfigError> {
        let directory = tempfile::tempdir().map_err(here)?;
        let signatories = vec![
            signatory("rsa", KeyKind::Rsa2048)?,
            signatory("ed25519", KeyKind::Ed25519)?,
        ];
        let records = records(&signatories)?;
        let (acceptor, certificate) = tls::self_signed(&[MAIL_HOST]).map_err(here)?;
        let (trigger, shutdown) = shutdown::pair();
        let mut stage = Self {
            connector: tls::trusting(certificate).map_err(here)?,
            acceptor,
            records,
            signatories,
            password: id::fresh(),
            mx: NOWHERE,
            stranger: (HOME, NOWHERE),
            submission: NOWHERE,
            dialogue: Dialogue::default(),
            servers: JoinSet::new(),
            trigger,
            shutdown,
            directory,
        };
        stage.mx = stage.start_mx(HOME).await?;
        // Linux has all of 127.0.0.0/8 on loopback; other systems have another family there.
        stage.stranger = match TcpListener::bind((ELSEWHERE, 0)) {
            Ok(_) => (ELSEWHERE, stage.mx),
            Err(_) => (
                IpAddr::V6(Ipv6Addr::LOCALHOST),
                stage.start_mx(IpAddr::V6(Ipv6Addr::LOCALHOST)).await?,
            ),
        };
        let next_hop = stage.mx;
        stage.submission = stage.start_submission(next_hop, "mx").await?;
        Ok(stage)
    }

    async fn start_mx(&mut self, address: IpAddr) -> Result<SocketAddr, ConfigError> {
        let zone: Zone = self.records.parse().map_err(here)?;
        let hostname = domain(MX_HOST)?;
        let ours = vec![domain(RECEIVER)?];
        let mx = Mx::new(hostname, ours, &self.maildir(), Arc::new(zone))?;
        let listener = listener::bind(SocketAddr::new(address, 0)).await?;
        let address = listener.local_addr().map_err(here)?;
        let limits = listener::Limits::default();
        self.servers
            .spawn(mx.serve(listener, limits, self.shutdown.clone()));
        Ok(address)
    }

    /// Starts a submission server that hands mail to `next_hop`, which the dialogue calls `name`.
    pub(crate) async fn start_submission(
        &mut self,
        next_hop: SocketAddr,
        name: &'static str,
    ) -> Result<SocketAddr, ConfigError> {
        let accounts = format!("{USER}:{}\n", self.password);
        let accounts = Accounts::parse(accounts.as_bytes()).map_err(|(_, error)| here(error))?;
        let hostname = domain(MAIL_HOST)?;
        let courier = Courier::new(next_hop.to_string(), hostname.clone().into())
            .from(HOME)
            .heard_by(self.dialogue.listener("mail", name));
        let submission = Submission::new(
            hostname,
            accounts,
            self.signatories.clone(),
            courier,
            self.acceptor.clone(),
        )
        .bind_senders();
        let start_tls = listener::bind(SocketAddr::new(HOME, 0)).await?;
        let implicit_tls = listener::bind(SocketAddr::new(HOME, 0)).await?;
        let address = start_tls.local_addr().map_err(here)?;
        let limits = listener::Limits::default();
        let server = submission.serve(start_tls, implicit_tls, limits, self.shutdown.clone());
        self.servers.spawn(server);
        Ok(address)
    }

    /// The sender's mail program, that knows the password if `knows` it.
    pub(crate) fn user(&self, submission: SocketAddr, knows: bool) -> Result<Courier, ConfigError> {
        let name = ServerName::try_from(MAIL_HOST).map_err(here)?;
        let password = if knows { &*self.password } else { "a guess" };
        Ok(Courier::new(
            submission.to_string(),
            "laptop.example.org".parse().map_err(here)?,
        )
        .under_tls(self.connector.clone(), name)
        .as_user(USER, password)
        .heard_by(self.dialogue.listener("laptop", "mail")))
    }

    /// Somebody at another address who talks to the receiver directly.
    pub(crate) fn stranger(&self) -> Result<Courier, ConfigError> {
        let (address, mx) = self.stranger;
        let hello = "stranger.example".parse().map_err(here)?;
        Ok(Courier::new(mx.to_string(), hello)
            .from(address)
            .heard_by(self.dialogue.listener("stranger", "mx")))
    }

    /// Where the sender's mail program submits.
    pub(crate) fn submission(&self) -> SocketAddr {
        self.submission
    }

    /// Where the receiver takes mail.
    pub(crate) fn mx(&self) -> SocketAddr {
        self.mx
    }

    /// Takes the message that was delivered since the last call.
    pub(crate) fn take_message(&self) -> Result<Option<Vec<u8>>, ConfigError> {
        let new = self.maildir().join("new");
        let take = || {
            let Some(entry) = fs::read_dir(&new)?.next() else {
                return Ok(None);
            };
            let entry = entry?;
            let message = fs::read(entry.path())?;
            let seen = self.maildir().join("cur").join(entry.file_name());
            fs::rename(entry.path(), seen)?;
            Ok(Some(message))
        };
        take().map_err(|error: io::Error| ConfigError::file(&new, error))
    }

    /// Prints the records that both sides rely on.
    pub(crate) fn show_records(&self, paint: Paint) {
        say(paint.bold("What example.org publishes in the DNS"));
        say("");
        for line in self.records.lines() {
            say(format_args!("  {line}"));
        }
        say("");
    }

    /// Prints how to talk to the servers.
    pub(crate) fn show_how_to_talk(&self, paint: Paint) {
        let (mx, submission, password) = (self.mx, self.submission, &self.password);
        let (elsewhere, door) = self.stranger;
        let mail = format!("--from {USER}@{SENDER} --to {RECIPIENT}");
        say(format_args!(
            "{}",
            paint.bold("The servers are up; end them with Ctrl-C")
        ));
        say("");
        say("  honest mail, through submission:");
        say(format_args!(
            "    swaks --server {submission} --tls --auth PLAIN --auth-user {USER} \
             --auth-password {password} {mail}"
        ));
        say("  the same sender, from somewhere else:");
        say(format_args!(
            "    swaks --server {door} --local-interface {elsewhere} {mail}"
        ));
        say(format_args!(
            "  by hand (EHLO, MAIL FROM:<>, RCPT TO:<{RECIPIENT}>, DATA, QUIT):"
        ));
        say(format_args!("    telnet {} {}", mx.ip(), mx.port()));
        say("  what was delivered:");
        say(format_args!(
            "    ls {}",
            self.maildir().join("new").display()
        ));
        say("");
    }

    /// Ends the servers and removes every file.
    pub(crate) async fn clear(mut self) {
        self.trigger.pull();
        while self.servers.join_next().await.is_some() {}
        if let Err(error) = self.directory.close() {
            eprintln!("demo: {error}");
        }
    }

    fn maildir(&self) -> PathBuf {
        self.directory.path().join("mail")
    }
}

/// A new key for the sender's domain.
fn signatory(selector: &str, kind: KeyKind) -> Result<Signatory, ConfigError> {
    let key = PrivateKey::generate(kind, &mut UnwrapErr(SysRng)).map_err(here)?;
    let key = SigningKey::new(&key).map_err(here)?;
    Ok(Signatory::new(domain(SENDER)?, domain(selector)?, key))
}

/// The sender's records as master-file text: where its mail comes from, its public keys, and what
/// it asks for.
fn records(signatories: &[Signatory]) -> Result<String, ConfigError> {
    let mut records = format!(
        "{SENDER}. MX 10 {MAIL_HOST}.\n\
         {MAIL_HOST}. A {HOME}\n\
         {SENDER}. TXT \"v=spf1 +mx -all\"\n\
         {MAIL_HOST}. TXT \"v=spf1 +a -all\"\n\
         _dmarc.{SENDER}. TXT \"v=DMARC1; p=reject\"\n"
    );
    for signatory in signatories {
        let record = signatory.txt_record().map_err(here)?;
        records.push_str(&format!("{record}\n"));
    }
    Ok(records)
}

fn domain(name: &str) -> Result<Domain, ConfigError> {
    name.parse().map_err(here)
}

/// An error of the demonstration itself.
pub(crate) fn here(error: impl Into<Cause>) -> ConfigError {
    ConfigError::file(Path::new("the stage"), error)
}

pub(crate) const SENDER: &str = "example.org";
pub(crate) const USER: &str = "alice";
pub(crate) const RECIPIENT: &str = "bob@example.com";
const MAIL_HOST: &str = "mail.example.org";
const MX_HOST: &str = "mx.example.com";
const RECEIVER: &str = "example.com";

/// Where the sender's server is, as its MX record has it.
const HOME: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);

/// Where somebody else is.
const ELSEWHERE: IpAddr = IpAddr::V4(Ipv4Addr::new(127, 0, 0, 2));

const NOWHERE: SocketAddr = SocketAddr::new(HOME, 0);
