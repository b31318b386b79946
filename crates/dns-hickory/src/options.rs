//! How questions are asked.

use core::time::Duration;

use hickory_resolver::config::{ResolveHosts, ResolverOpts};

/// How patient a resolver is and how much it keeps.
///
/// What is not set is as the system configuration says, and else as hickory-resolver does it.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct Options {
    /// How many answers are kept, each for as long as its records live; 0 keeps none. An answer
    /// counts once for each KiB that it takes, so that 1024 take a MiB at most, and their names
    /// beside it. 8192 if not set.
    pub cache_size: Option<u64>,
    /// Whether servers are told that they may send more than 512 octets over UDP (RFC 6891). True
    /// if not set. Longer answers are fetched over TCP in either case.
    pub edns: Option<bool>,
    /// How often a question is repeated after its first try. 2 if not set.
    pub retries: Option<usize>,
    /// How long each try may take. Five seconds if not set. All tries of a question, and the
    /// questions that aliases lead to, together take no longer than as many times this: fifteen
    /// seconds if nothing is set.
    pub timeout: Option<Duration>,
}

impl Options {
    /// Everything as the system configuration says, and else as hickory-resolver does it.
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets [`Options::cache_size`].
    #[must_use]
    pub fn cache_size(mut self, answers: u64) -> Self {
        self.cache_size = Some(answers);
        self
    }

    /// Sets [`Options::edns`].
    #[must_use]
    pub fn edns(mut self, edns: bool) -> Self {
        self.edns = Some(edns);
        self
    }

    /// Sets [`Options::retries`].
    #[must_use]
    pub fn retries(mut self, retries: usize) -> Self {
        self.retries = Some(retries);
        self
    }

    /// Sets [`Options::timeout`].
    #[must_use]
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = Some(timeout);
        self
    }

    /// Puts what is set in the place of what hickory-resolver has.
    pub(crate) fn apply(&self, to: &mut ResolverOpts) {
        let Self {
            cache_size: _,
            edns,
            retries,
            timeout,
        } = self;
        // Kept here, not there: that cache holds answers by number alone, and an answer can take
        // three MiB.
        to.cache_size = 0;
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

/// How long all tries of one question take together.
pub(crate) fn patience(options: &ResolverOpts) -> Duration {
    let tries = u32::try_from(options.attempts).unwrap_or(u32::MAX);
    options.timeout.saturating_mul(tries.saturating_add(1))
}

/// As hickory-resolver has it.
pub(crate) const CACHE_SIZE: u64 = 8192;
