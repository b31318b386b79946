//! What the caller brings to a check beside the message's own facts.

use alloc::boxed::Box;
use alloc::sync::Arc;

use dns_txt::Domain;

use crate::limits::Limits;
use crate::prepared_record::PrepareRecord;

/// What the caller brings to a check beside the message's own facts.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct Options {
    /// The explanation of a `fail` for which the domain publishes none (RFC 7208 §6.2).
    pub default_explanation: Option<Box<str>>,
    /// How much the check may cost.
    pub limits: Limits,
    /// Seconds since 1970, for `%{t}` in explanations; `unknown` without.
    pub now: Option<u64>,
    /// The name of the receiving host, for `%{r}` and for Received-SPF; `unknown` without.
    pub receiver: Option<Domain>,
    /// Who reads records, usually a [`RecordCache`](crate::RecordCache) that keeps them for the
    /// next check; it changes no report. Without it, each check reads its records for itself.
    pub records: Option<Arc<dyn PrepareRecord>>,
    /// Converts a domain with U-labels, as MAIL FROM of an internationalized message has it
    /// (RFC 8616 §4): `|text| Domain::from_unicode(text).ok()`, with feature `idna` of `dns-txt`.
    /// Without it, or where it gives nothing, such a domain is a permerror. A HELO name with
    /// U-labels is converted for `%{h}` alone; it should not have any.
    pub to_ascii: Option<fn(&str) -> Option<Domain>>,
    /// Whether the report has a [trace](crate::Report::trace) of what led to the verdict. Off by
    /// default; it changes nothing else.
    pub trace: bool,
}

impl Options {
    /// Sets [`Options::default_explanation`].
    #[must_use]
    pub fn default_explanation(mut self, text: impl Into<Box<str>>) -> Self {
        self.default_explanation = Some(text.into());
        self
    }

    /// Sets [`Options::limits`].
    #[must_use]
    pub fn limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    /// Sets [`Options::now`].
    #[must_use]
    pub fn now(mut self, seconds: u64) -> Self {
        self.now = Some(seconds);
        self
    }

    /// Sets [`Options::receiver`].
    #[must_use]
    pub fn receiver(mut self, receiver: Domain) -> Self {
        self.receiver = Some(receiver);
        self
    }

    /// Sets [`Options::records`].
    #[must_use]
    pub fn records(mut self, records: Arc<dyn PrepareRecord>) -> Self {
        self.records = Some(records);
        self
    }

    /// Sets [`Options::to_ascii`].
    #[must_use]
    pub fn to_ascii(mut self, to_ascii: fn(&str) -> Option<Domain>) -> Self {
        self.to_ascii = Some(to_ascii);
        self
    }

    /// Sets [`Options::trace`].
    #[must_use]
    pub fn trace(mut self, trace: bool) -> Self {
        self.trace = trace;
        self
    }
}
