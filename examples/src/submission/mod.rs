//! A submission server: takes mail of its users, signs it, hands it on ([RFC 6409]).
//!
//! It keeps no queue. The next server has a message before the user is told that it was taken, so
//! that nothing is lost whatever happens here; if the next server cannot take it now, nor can we.
//!
//! [RFC 6409]: https://www.rfc-editor.org/rfc/rfc6409

mod author;
mod binding;
mod fault;
mod message;
mod policy;

use core::fmt;
use std::path::PathBuf;
use std::sync::Arc;

use dns_txt::Domain;
use mail_address::{Mailbox, MailboxError};
use smtp_proto::sasl::Mechanism;
use smtp_proto::server::{Config, Limits, Role};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

use self::binding::Binding;
use self::policy::Policy;
use crate::accounts::Accounts;
use crate::courier::Courier;
use crate::listener::{self, accept};
use crate::session::Service;
use crate::shutdown::Shutdown;
use crate::signatories::Signatory;

/// A submission server.
pub struct Submission {
    hostname: Domain,
    accounts: Accounts,
    signatories: Vec<Arc<Signatory>>,
    courier: Courier,
    tls: TlsAcceptor,
    binding: Option<Binding>,
    is_for_old_clients: bool,
    limits: Limits,
    spool: PathBuf,
}

impl Submission {
    /// The server `hostname`, which lets the users of `accounts` log in under `tls`, has their
    /// mail signed by those `signatories` that [sign for the author](Signatory::signs_for), and
    /// hands it to `courier`. Mail of which nobody signs for the author goes out unsigned.
    pub fn new(
        hostname: Domain,
        accounts: Accounts,
        signatories: impl IntoIterator<Item = Signatory>,
        courier: Courier,
        tls: TlsAcceptor,
    ) -> Self {
        Self {
            hostname,
            accounts,
            signatories: signatories.into_iter().map(Arc::new).collect(),
            courier,
            tls,
            binding: None,
            is_for_old_clients: false,
            limits: Limits::default(),
            spool: std::env::temp_dir(),
        }
    }

    /// Lets users send in their own name only: MAIL FROM and every author in From have to be the
    /// login, if it is an address, or else the login at one of the domains that sign.
    #[must_use]
    pub fn bind_senders(mut self) -> Self {
        let domains = self.signatories.iter().map(|signatory| signatory.domain());
        self.binding = Some(Binding::new(domains.cloned()));
        self
    }

    /// Lets users log in without TLS too, and offers LOGIN first, and all mechanisms once more in a
    /// line `AUTH=`: for clients of old, and for whoever types the dialogue by hand. Passwords then
    /// pass in clear.
    #[must_use]
    pub fn old_clients(mut self) -> Self {
        self.is_for_old_clients = true;
        self
    }

    /// Sets how much a session may ask.
    #[must_use]
    pub fn limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    /// Serves whoever connects, until `shutdown`: to `start_tls` in clear with STARTTLS, to
    /// `implicit_tls` under TLS from the first octet (RFC 8314 §3). Each has the `limits` to
    /// itself.
    pub async fn serve(
        self,
        start_tls: TcpListener,
        implicit_tls: TcpListener,
        limits: listener::Limits,
        shutdown: Shutdown,
    ) {
        let service = Service::new(self.config(), Some(self.tls.clone()));
        let submission = Arc::new(self);
        let serve = |listener, service: Service| {
            let (submission, told) = (Arc::clone(&submission), shutdown.clone());
            accept(listener, limits, shutdown.clone(), move |stream, peer| {
                let (service, shutdown) = (service.clone(), told.clone());
                let policy = Policy::new(Arc::clone(&submission), peer.ip());
                async move { service.serve(stream, peer, shutdown, policy).await }
            })
        };
        tokio::join!(
            serve(start_tls, service.clone()),
            serve(implicit_tls, service.implicit_tls()),
        );
    }

    fn config(&self) -> Config {
        let config = Config::new(Role::Submission, self.hostname.clone())
            .auth([
                Mechanism::ScramSha256,
                Mechanism::Plain,
                Mechanism::Login,
                Mechanism::CramMd5,
            ])
            .chunking(true)
            .limits(self.limits.clone());
        if !self.is_for_old_clients {
            return config;
        }
        config
            .auth([Mechanism::Login, Mechanism::Plain, Mechanism::CramMd5])
            .auth_without_tls(true)
            .legacy_auth_line(true)
    }

    /// Whom `<Postmaster>` means: that of the users, who are at the first domain that signs.
    fn postmaster(&self) -> Result<Mailbox, MailboxError> {
        let domain = self.signatories.first().map(|signatory| signatory.domain());
        Mailbox::new("postmaster", domain.unwrap_or(&self.hostname))
    }

    /// Who signs for these authors.
    fn signatories_for(&self, authors: &[Mailbox]) -> Vec<Arc<Signatory>> {
        let domains: Vec<Domain> = authors
            .iter()
            .filter_map(|author| author.view().domain())
            .collect();
        self.signatories
            .iter()
            .filter(|signatory| domains.iter().any(|domain| signatory.signs_for(domain)))
            .cloned()
            .collect()
    }
}

impl fmt::Debug for Submission {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Submission")
            .field("hostname", &self.hostname)
            .field("accounts", &self.accounts)
            .field("signatories", &self.signatories)
            .field("courier", &self.courier)
            .field("binding", &self.binding)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use dkim_sign::rand_core::UnwrapErr;
    use dkim_sign::{KeyKind, PrivateKey};
    use getrandom::SysRng;

    use super::*;
    use crate::signing_key::SigningKey;
    use crate::tls;

    #[test]
    fn postmaster_is_at_the_first_domain_that_signs() {
        let key = PrivateKey::generate(KeyKind::Ed25519, &mut UnwrapErr(SysRng)).unwrap();
        let signatories = ["b.example", "c.example"].map(|domain| {
            let [domain, selector] = [domain, "s"].map(|name| name.parse().unwrap());
            Signatory::new(domain, selector, SigningKey::new(&key).unwrap())
        });
        let hostname: Domain = "mail.b.example".parse().unwrap();
        let submission = Submission::new(
            hostname.clone(),
            Accounts::parse(b"alice:secret\n").unwrap(),
            signatories,
            Courier::new("127.0.0.1:9", hostname.into()),
            tls::self_signed(&["mail.b.example"]).unwrap().0,
        );
        let postmaster = submission.postmaster().unwrap();
        assert_eq!(postmaster.to_string(), "postmaster@b.example");
    }
}
