//! A mail exchanger: takes mail for its domains, says who sent it, delivers to a Maildir.
//!
//! It records what it finds and refuses nothing for it: whether a failed check is a reason to
//! refuse is the reader's policy, not this server's.

mod message;
mod policy;

use core::fmt;
use std::path::Path;
use std::sync::{Arc, Mutex};

use dkim_aws_lc::AwsLc;
use dkim_verify::{KeyCache, VerifySignature};
use dns_txt::{AsyncResolve, Domain};
use mail_address::MailboxRef;
use message_auth::Options;
use smtp_proto::server::{Config, Limits, Role};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

use self::policy::Policy;
use crate::config::ConfigError;
use crate::listener::{self, accept};
use crate::maildir::Maildir;
use crate::session::Service;
use crate::shutdown::Shutdown;

/// A mail exchanger.
pub struct Mx {
    hostname: Domain,
    domains: Vec<Domain>,
    maildir: Maildir,
    resolver: Arc<dyn AsyncResolve>,
    options: Options,
    /// Keeps keys from one message to the next, for all sessions.
    crypto: Arc<dyn VerifySignature>,
    limits: Limits,
    tls: Option<TlsAcceptor>,
}

impl Mx {
    /// The server `hostname`, which takes mail for `domains`, delivers all of it to the Maildir at
    /// `maildir`, and asks `resolver`.
    pub fn new(
        hostname: Domain,
        domains: Vec<Domain>,
        maildir: &Path,
        resolver: Arc<dyn AsyncResolve>,
    ) -> Result<Self, ConfigError> {
        let keys = KeyCache::new(AwsLc::default(), KeyCache::DEFAULT_CAPACITY);
        Ok(Self {
            crypto: Arc::new(Mutex::new(keys)),
            maildir: Maildir::open(maildir, hostname.as_str())?,
            hostname,
            domains,
            resolver,
            options: Options::default().to_ascii(|text| Domain::from_unicode(text).ok()),
            limits: Limits::default(),
            tls: None,
        })
    }

    /// Sets how much a session may ask.
    #[must_use]
    pub fn limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    /// Offers STARTTLS.
    #[must_use]
    pub fn tls(mut self, acceptor: TlsAcceptor) -> Self {
        self.tls = Some(acceptor);
        self
    }

    /// Serves whoever connects to `listener`, until `shutdown`.
    pub async fn serve(self, listener: TcpListener, limits: listener::Limits, shutdown: Shutdown) {
        let config = Config::new(Role::Mx, self.hostname.clone())
            .chunking(true)
            .limits(self.limits.clone())
            .smtp_utf8(true);
        let service = Service::new(config, self.tls.clone());
        let mx = Arc::new(self);
        let told = shutdown.clone();
        accept(listener, limits, shutdown, move |stream, peer| {
            let (mx, service, shutdown) = (Arc::clone(&mx), service.clone(), told.clone());
            async move {
                let policy = Policy::new(&mx, peer.ip());
                service.serve(stream, peer, shutdown, policy).await;
            }
        })
        .await;
    }

    /// Whether mail for this mailbox ends here.
    fn is_ours(&self, mailbox: MailboxRef<'_>) -> bool {
        let of_letters = || Domain::from_unicode(mailbox.host()).ok();
        let domain = mailbox.domain().or_else(of_letters);
        domain.is_some_and(|domain| self.domains.contains(&domain))
    }
}

impl fmt::Debug for Mx {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Mx")
            .field("hostname", &self.hostname)
            .field("domains", &self.domains)
            .field("maildir", &self.maildir)
            .finish_non_exhaustive()
    }
}
