//! A configuration at work: what was read, and what was made of it to serve messages.

use core::fmt;
use core::time::Duration;
use std::path::Path;
use std::sync::Arc;

use dns_hickory::{HickoryResolver, Options as DnsOptions};
use dns_txt::{AsyncResolve, Domain};
use message_auth::{Checks, Options};
use milter_proto::Config;
use nix::unistd::gethostname;

use super::resolver::Resolution;
use super::snapshot::Snapshot;
use super::wanted;
use crate::config::ConfigError;
use crate::dns::SYSTEM;

/// A configuration at work. Swapped as a whole, so that no message sees two.
#[derive(Clone)]
pub(super) struct Live {
    snapshot: Arc<Snapshot>,
    /// What is wanted of a mail server.
    config: Arc<Config>,
    resolver: Arc<dyn AsyncResolve>,
    /// For mail from outside.
    options: Options,
    /// For mail of our own for which nobody signs: the envelope of a user who submits says nothing
    /// about whether the client may use the domain.
    signatures_only: Options,
    /// The name of this host.
    host: Domain,
    /// By which name the results go, if one is configured.
    authserv_id: Option<String>,
}

impl Live {
    /// To be called within a Tokio runtime.
    pub(super) fn new(snapshot: Arc<Snapshot>) -> Result<Self, ConfigError> {
        let settings = snapshot.settings();
        let options = Options::default()
            .dkim(snapshot.verify_policy())
            // The filter has measured it before.
            .header_octets(usize::MAX)
            .reasons(true)
            .to_ascii(|text| Domain::from_unicode(text).ok());
        let signatures_only = options.clone().checks(Checks::Dkim);
        let checks = match (settings.spf, settings.dmarc) {
            // DMARC builds on SPF, so that its result is there to be seen, too.
            (_, true) => Checks::All,
            (true, false) => Checks::DkimAndSpf,
            (false, false) => Checks::Dkim,
        };
        let host = gethostname().ok().and_then(|name| name.into_string().ok());
        let authserv_id = match settings.authserv_id.as_deref() {
            Some("HOSTNAME") => host.clone(),
            id => id.map(Into::into),
        };
        let host = host.and_then(|name| name.parse().ok());
        Ok(Self {
            host: host.unwrap_or_else(|| Domain::parse(b"localhost").expect("it is a domain")),
            authserv_id,
            config: Arc::new(wanted::config(&snapshot)),
            resolver: resolver(&snapshot)?,
            options: options.checks(checks),
            signatures_only,
            snapshot,
        })
    }

    /// The same with other keys.
    pub(super) fn with(&self, snapshot: Arc<Snapshot>) -> Self {
        Self {
            snapshot,
            ..self.clone()
        }
    }

    pub(super) fn snapshot(&self) -> &Snapshot {
        &self.snapshot
    }

    /// What is wanted of a mail server that connects.
    pub(super) fn config(&self) -> &Arc<Config> {
        &self.config
    }

    pub(super) fn resolver(&self) -> &dyn AsyncResolve {
        &*self.resolver
    }

    pub(super) fn options(&self, is_ours: bool) -> &Options {
        match is_ours {
            true => &self.signatures_only,
            false => &self.options,
        }
    }

    /// The name of this host.
    pub(super) fn host(&self) -> &Domain {
        &self.host
    }

    /// By which name the results go, if one is configured; else it is that of the mail server.
    pub(super) fn authserv_id(&self) -> Option<&str> {
        self.authserv_id.as_deref()
    }

    /// Below how many fields ours are put. The topmost is a mail server's own Received, above which
    /// RFC 8601 §4 has the results, and OpenDKIM its fields.
    pub(super) fn position(&self) -> u32 {
        u32::from(self.snapshot.settings().below_received)
    }

    /// How long answers are waited for once a message is there: DNSTimeout, and with SPF at least
    /// the 20 seconds of RFC 7208 §4.6.4 for all of its look-ups, which come one after the other.
    pub(super) fn deadline(&self) -> Option<Duration> {
        let timeout = self.snapshot.settings().dns_timeout?;
        Some(match self.options.checks {
            Checks::Dkim => timeout,
            _ => timeout.max(Duration::from_secs(20)),
        })
    }
}

impl fmt::Debug for Live {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Live")
            .field("snapshot", &self.snapshot)
            .finish_non_exhaustive()
    }
}

/// Whoever answers the questions of a configuration, each within DNSTimeout. To be called within a
/// Tokio runtime.
pub(super) fn resolver(snapshot: &Snapshot) -> Result<Arc<dyn AsyncResolve>, ConfigError> {
    let mut options = DnsOptions::new().retries(RETRIES);
    if let Some(timeout) = snapshot.settings().dns_timeout {
        // All tries together take as many times this as there are tries.
        options = options.timeout(timeout / TRIES);
    }
    Ok(match snapshot.resolution() {
        Resolution::Zone(zone) => Arc::new((**zone).clone()),
        Resolution::NameServers(servers) => {
            let resolver = HickoryResolver::with_name_servers(servers, &options)
                .map_err(|error| ConfigError::flag("Nameservers", error))?;
            Arc::new(resolver)
        }
        Resolution::System => {
            let resolver = HickoryResolver::system(&options)
                .map_err(|error| ConfigError::file(Path::new(SYSTEM), error))?;
            Arc::new(resolver)
        }
    })
}

/// Of a question behind its first try: what resolvers do by default.
const RETRIES: usize = 2;

const TRIES: u32 = 3;
