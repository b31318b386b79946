//! What a receiver asks of the checks.

use dns_txt::Domain;

/// What a receiver asks of the checks, the same for every message.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Options {
    /// How many domains of From are looked at where it names several. 1 by default, by which such a
    /// message is not looked at (RFC 9989 §5.3.1). With more, each domain is checked as if it were
    /// the only one, and [`Report::strictest`](crate::Report::strictest) is what its owners ask for
    /// (§11.5): nobody gets around a policy by a second author. The message is no pass either way.
    /// Whose domain comes behind the last that is looked at is not heard.
    pub authors: usize,
    /// Which checks are made; all by default.
    pub checks: Checks,
    /// How signatures are judged.
    pub dkim: dkim_verify::Policy,
    /// How the record of the author's domain is looked for, and at what cost.
    pub dmarc: dmarc::Options,
    /// How long a header may be, in octets; [`HeaderReader::DEFAULT_LIMIT`] by default.
    ///
    /// [`HeaderReader::DEFAULT_LIMIT`]: dkim_canon::HeaderReader::DEFAULT_LIMIT
    pub header_octets: usize,
    /// Whether Authentication-Results gives `reason` for a signature that does not pass, and the size
    /// of each key in a comment, where readers of OpenDKIM's fields look for them:
    /// `dkim=fail reason="signature does not match" (2048-bit key)`. By default a comment tells the
    /// reason, as it does in Gmail's, and nothing the size.
    pub reasons: bool,
    /// How much an SPF check may cost, and what else it is told. Its receiver and its time are
    /// those of the [`Facts`](crate::Facts), whatever is set here.
    pub spf: spf::Options,
    /// Whether the pass of a domain that is only testing DKIM counts for DMARC. It does not by
    /// default: such a message is to fare as one without a signature (RFC 6376 §3.6.1). What the
    /// signature is worth is told either way, with a comment that says so.
    pub testing_counts: bool,
    /// Converts internationalized domains in From (RFC 9989 §5.3.1), and for SPF and DKIM unless
    /// [`spf`](Self::spf) or [`dkim`](Self::dkim) has another: `|text| Domain::from_unicode(text).ok()`,
    /// with feature `idna` of `dns-txt`. Without it such a From is a
    /// [defect](mail_address::FromDefect), and such a signature cannot be read.
    pub to_ascii: Option<fn(&str) -> Option<Domain>>,
    /// Whether `smtp.mailfrom` gives the whole address. By default it gives the domain alone, since
    /// SPF says nothing about the local part (RFC 8601 §2.7.2). The comment, which is for people,
    /// tells the address either way;
    /// [`without_comments`](auth_results::AuthenticationResults::without_comments) leaves it out.
    pub whole_mail_from: bool,
}

impl Options {
    /// Sets [`Options::authors`].
    #[must_use]
    pub fn authors(mut self, most: usize) -> Self {
        self.authors = most;
        self
    }

    /// Sets [`Options::checks`].
    #[must_use]
    pub fn checks(mut self, checks: Checks) -> Self {
        self.checks = checks;
        self
    }

    /// Sets [`Options::dkim`].
    #[must_use]
    pub fn dkim(mut self, policy: dkim_verify::Policy) -> Self {
        self.dkim = policy;
        self
    }

    /// Sets [`Options::dmarc`].
    #[must_use]
    pub fn dmarc(mut self, options: dmarc::Options) -> Self {
        self.dmarc = options;
        self
    }

    /// Sets [`Options::header_octets`].
    #[must_use]
    pub fn header_octets(mut self, octets: usize) -> Self {
        self.header_octets = octets;
        self
    }

    /// Sets [`Options::reasons`].
    #[must_use]
    pub fn reasons(mut self, told: bool) -> Self {
        self.reasons = told;
        self
    }

    /// Sets [`Options::spf`].
    #[must_use]
    pub fn spf(mut self, options: spf::Options) -> Self {
        self.spf = options;
        self
    }

    /// Sets [`Options::testing_counts`].
    #[must_use]
    pub fn testing_counts(mut self, counts: bool) -> Self {
        self.testing_counts = counts;
        self
    }

    /// Sets [`Options::to_ascii`].
    #[must_use]
    pub fn to_ascii(mut self, to_ascii: fn(&str) -> Option<Domain>) -> Self {
        self.to_ascii = Some(to_ascii);
        self
    }

    /// Sets [`Options::whole_mail_from`].
    #[must_use]
    pub fn whole_mail_from(mut self, whole: bool) -> Self {
        self.whole_mail_from = whole;
        self
    }
}

impl Default for Options {
    fn default() -> Self {
        Self {
            authors: 1,
            checks: Checks::All,
            dkim: dkim_verify::Policy::default(),
            dmarc: dmarc::Options::default(),
            header_octets: dkim_canon::HeaderReader::DEFAULT_LIMIT,
            reasons: false,
            spf: spf::Options::default(),
            testing_counts: false,
            to_ascii: None,
            whole_mail_from: false,
        }
    }
}

/// Which checks are made of a message. Nothing is asked for the others, and nothing is said of them
/// in Authentication-Results.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[expect(
    clippy::exhaustive_enums,
    reason = "DMARC builds on both others, and DKIM is what a body is read for"
)]
pub enum Checks {
    /// DKIM, SPF and DMARC.
    All,
    /// Signatures alone, as a filter does that leaves the rest to others.
    Dkim,
    /// DKIM and SPF.
    DkimAndSpf,
}
