//! What the caller brings to a check beside the message's own facts.

use dns_txt::Domain;

/// What the caller brings to a check beside the message's own facts.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Options {
    /// For how many domains other than the author's a walk is made; identifiers behind them are not
    /// aligned. 10, as many as the look-ups of SPF (RFC 7208 §4.6.4): RFC 9989 §4.10 limits each
    /// walk and not how many there are, which is up to the sender. Only domains below the author's
    /// organizational domain count.
    pub identifiers: usize,
    /// Gives the organizational domain of a domain, in place of the tree walk, for those who keep to
    /// the public suffix list of RFC 7489 §3.2. `psd=` has no meaning then.
    pub organizational_domain: Option<fn(&Domain) -> Domain>,
}

impl Options {
    /// Sets [`Options::identifiers`].
    #[must_use]
    pub fn identifiers(mut self, most: usize) -> Self {
        self.identifiers = most;
        self
    }

    /// Sets [`Options::organizational_domain`].
    #[must_use]
    pub fn organizational_domain(mut self, of: fn(&Domain) -> Domain) -> Self {
        self.organizational_domain = Some(of);
        self
    }
}

impl Default for Options {
    fn default() -> Self {
        Self {
            identifiers: 10,
            organizational_domain: None,
        }
    }
}
