//! What was found about a message, and the fields that say so.

use alloc::string::String;
use alloc::vec::Vec;

use auth_results::{AuthenticationResults, Value};
use mail_address::{Authors, FromDefect};

use crate::options::Checks;
use crate::stamp;

/// What was found about a message.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Report {
    /// By which name the results go.
    pub authserv_id: Value<'static>,
    /// One verdict for each DKIM-Signature field, the topmost first.
    pub dkim: Vec<dkim_verify::Verdict>,
    /// Whether the author's domain vouches for the message. `None` if From has a defect or names
    /// several domains: nothing is known about such a message, and it is no pass
    /// (RFC 9989 §5.3.1). `None`, too, if [`Options::checks`](crate::Options::checks) leaves it out.
    pub dmarc: Option<dmarc::Report>,
    /// What the domains say, each by itself, of a From that names several, as far as
    /// [`Options::authors`](crate::Options::authors) has them looked at; else none. Not even if all
    /// pass is the message one that does.
    pub dmarc_of_several: Vec<dmarc::Report>,
    /// Which fields of the header claim to be ours: those that must not be kept.
    pub forged: Vec<usize>,
    /// Whose mail the message says it is, or why that cannot be said.
    pub from: Result<Authors, FromDefect>,
    /// Whether the client may use the name it gave with HELO or EHLO. The verdict is `none` if
    /// [`Options::checks`](crate::Options::checks) leaves SPF out.
    pub spf_helo: spf::Report,
    /// Whether the client may use the domain of MAIL FROM. Never better for what HELO says.
    pub spf_mail_from: spf::Report,
    /// [`Options::checks`](crate::Options::checks).
    pub(crate) checks: Checks,
    /// [`Options::reasons`](crate::Options::reasons).
    pub(crate) reasons: bool,
    /// [`Options::whole_mail_from`](crate::Options::whole_mail_from).
    pub(crate) whole_mail_from: bool,
}

impl Report {
    /// The results as a value, to be changed before it is printed.
    ///
    /// SPF stands first, a result for each identity with its property alone (RFC 8601 §4), then a
    /// result for each signature (RFC 6008), then DMARC. With a null reverse-path both identities are the HELO
    /// name, and there is one result for it.
    pub fn authentication_results(&self) -> AuthenticationResults {
        stamp::authentication_results(self)
    }

    /// The check of DMARC that decides: the only one, or of several that which fails with the
    /// strictest policy (RFC 9989 §11.5), the first of equals. One that has no answer of the DNS comes
    /// before those that fail and ask for nothing. `None` if there is none of these.
    pub fn strictest(&self) -> Option<&dmarc::Report> {
        let rank = |report: &dmarc::Report| match (report.verdict, report.disposition()) {
            (dmarc::Verdict::Fail, dmarc::Policy::Reject) => 4,
            (dmarc::Verdict::Fail, dmarc::Policy::Quarantine) => 3,
            (dmarc::Verdict::TempError, _) => 2,
            (dmarc::Verdict::Fail, dmarc::Policy::None) => 1,
            _ => 0,
        };
        // Of equals, the last is what `max_by_key` gives.
        let several = self.dmarc_of_several.iter().rev();
        let strictest = several.filter(|report| rank(report) > 0);
        self.dmarc
            .as_ref()
            .or_else(|| strictest.max_by_key(|report| rank(report)))
    }

    /// The fields to put above what the message came with, in the order of a delivered message:
    /// Authentication-Results topmost (RFC 8601 §4), then Received-SPF, which stands above the
    /// Received field of this server (RFC 7208 §9.1), unless
    /// [`Options::checks`](crate::Options::checks) leaves SPF out. Each ends with CRLF.
    pub fn fields(&self) -> String {
        let mut fields = self.authentication_results().to_field();
        if self.checks != Checks::Dkim {
            fields.push_str(&self.received_spf());
        }
        fields
    }

    /// The Received-SPF field (RFC 7208 §9.1) of the MAIL FROM identity, with the CRLF at its end.
    pub fn received_spf(&self) -> String {
        self.spf_mail_from.received_spf()
    }
}
