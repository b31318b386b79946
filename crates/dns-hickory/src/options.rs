//! How questions are asked.

use core::time::Duration;

use hickory_resolver::config::{ResolveHosts, ResolverOpts};

/// How patient a resolver is and how much it keeps.
///
/// What is not set is as the system configuration says, and else as hickory-resolver does it.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct Options {
    /// How many answers are kept, each for as long as its records live; 0 keeps none. 8192 if not
    /// set.
    pub cache_size: Option<u64>,
    /// Whether servers are told that they may send more than 512 octets over UDP (RFC 6891). True
    /// if not set. Longer answers are fetched over TCP in either case.
    pub edns: Option<bool>,
    /// How often a question is repeated after its first try. 2 if not set.
    pub retries: Option<usize>,
    /// How long each try may take. Five seconds if not set, so that a question to servers that are
    /// silent takes fifteen at most.
    pub timeout: Option<Duration>,
}

impl Options {
    /// Everything as the system configuration says, and else as hickory-resolver does it.
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets [`Options::cache_size`].
    pub fn cache_size(mut self, answers: u64) -> Self {
        self.cache_size = Some(answers);
        self
    }

    /// Sets [`Options::edns`].
    pub fn edns(mut self, edns: bool) -> Self {
        self.edns = Some(edns);
        self
    }

    /// Sets [`Options::retries`].
    pub fn retries(mut self, retries: usize) -> Self {
        self.retries = Some(retries);
        self
    }

    /// Sets [`Options::timeout`].
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = Some(timeout);
        self
    }

    /// Puts what is set in the place of what hickory-resolver has.
    pub(crate) fn apply(&self, to: &mut ResolverOpts) {
        let Self {
            cache_size,
            edns,
            retries,
            timeout,
        } = self;
        if let Some(cache_size) = *cache_size {
            to.cache_size = cache_size;
        }
        // A system file that does not mention EDNS0 would turn it off.
        to.edns0 = edns.unwrap_or(true);
        if let Some(retries) = *retries {
            to.attempts = retries;
        }
        if let Some(timeout) = *timeout {
            to.timeout = timeout;
        }
        // A check is about what the world sees, not about what this host calls its neighbours.
        to.use_hosts_file = ResolveHosts::Never;
        // The chain of aliases says which records belong to the name that was asked for.
        to.preserve_intermediates = true;
    }
}
