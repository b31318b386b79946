//! A check as a dialogue: questions out, answers and identifiers in, a report at the end.

use alloc::sync::Arc;
use alloc::vec::Vec;

use dns_txt::{Answer, Domain, Failure, Inquiry, Question};

use crate::existence::Existence;
use crate::identifier::{Alignment, Identifier, Mechanism, Outcome};
use crate::options::Options;
use crate::policy::{Mode, Policy};
use crate::published::{Found, Published};
use crate::record::{Policies, Record};
use crate::report::{Cause, DiscoveryMethod, Report, Verdict};
use crate::tree_walk::{Missing, Organization, Walk};

/// One DMARC check: whether the author's domain vouches for a message.
///
/// It begins when From is known, at the end of the header, and asks at once for every record that
/// may be the author's: at most eight questions. The [identifiers](Self::identifiers) come when SPF
/// and DKIM know them, before or after the answers; a further walk is made only for those that can
/// be of the author's organization and are not the author's domain itself.
#[derive(Clone, Debug)]
#[must_use]
pub struct Check {
    author: Domain,
    existence: Existence,
    identifiers: Vec<(Identifier, Walk)>,
    options: Options,
    published: Published,
    walk: Walk,
    /// The identifiers that have a walk. None gives up its place when its check fails: for the next
    /// one it would be too late to ask.
    walked: Vec<Domain>,
}

impl Check {
    /// Begins with the domain of From. A message of several authors or none cannot be checked
    /// (RFC 9989 §5.3.1), and nothing about it is a pass.
    pub fn begin(author: Domain, options: &Options) -> Self {
        let mut check = Self {
            existence: Existence::new(&author),
            identifiers: Vec::new(),
            options: options.clone(),
            published: Published::default(),
            walk: Walk::new(&author),
            walked: Vec::new(),
            author,
        };
        check.proceed();
        check
    }

    /// Says what SPF and DKIM look at, in place of what was said before.
    ///
    /// An identifier whose check is not done yet is [`Unsettled`](Outcome::Unsettled): its walk can
    /// be made already. Say it again when all checks are done, before [`finish`](Self::finish).
    pub fn identifiers(&mut self, identifiers: impl IntoIterator<Item = Identifier>) {
        let identifiers = identifiers.into_iter().map(|identifier| {
            let walk = Walk::new(&identifier.domain);
            (identifier, walk)
        });
        self.identifiers = identifiers.collect();
        self.proceed();
    }

    /// Ends the check. A question still open counts as one that timed out.
    pub fn finish(self) -> Report {
        let judged: Vec<(Identifier, Alignment)> = {
            let alignments = self.alignments();
            let identifiers = self.identifiers.iter().zip(alignments);
            identifiers
                .map(|((identifier, _), aligned)| match aligned {
                    Ok(alignment) => (identifier.clone(), alignment),
                    Err(_) => (identifier.clone(), Alignment::Unknown),
                })
                .collect()
        };
        let source = self.source();
        let (verdict, cause, published_policy) = match &source {
            Err(missing) => (Verdict::TempError, missing.clone().into(), None),
            Ok(None) => (Verdict::None, Cause::NoRecord, None),
            Ok(Some(source)) => self.judge(source, &judged),
        };
        let source = source.ok().flatten();
        let policy = published_policy.map(|policy| match &source {
            Some(source) if source.record.t => policy.lowered(),
            _ => policy,
        });
        Report {
            verdict,
            cause,
            policy,
            published_policy,
            record: source.as_ref().map(|source| Arc::clone(&source.record)),
            record_domain: source.map(|source| source.domain),
            discovery_method: match self.options.organizational_domain {
                Some(_) => DiscoveryMethod::PublicSuffixList,
                None => DiscoveryMethod::TreeWalk,
            },
            organizational_domain: self.organization().ok().map(|found| found.domain),
            identifiers: judged,
            author: self.author,
        }
    }

    /// The verdict where a record applies, and the policy as it is published.
    fn judge(
        &self,
        source: &Source,
        judged: &[(Identifier, Alignment)],
    ) -> (Verdict, Cause, Option<Policy>) {
        let Some(policies) = source.record.policies() else {
            return (Verdict::PermError, Cause::NoPolicy, None);
        };
        let policy = self.policy(source, policies);
        let of = |outcome: Outcome, alignments: &[Alignment]| {
            let mut judged = judged.iter();
            let (identifier, _) = judged.find(|(identifier, alignment)| {
                identifier.outcome == outcome && alignments.contains(alignment)
            })?;
            Some((identifier.domain.clone(), identifier.mechanism))
        };
        let aligned = [Alignment::Relaxed, Alignment::Strict];
        if let Some((domain, mechanism)) = of(Outcome::Authenticated, &aligned) {
            // The verdict needs no more; without an answer the domain is taken to exist.
            let policy = policy.unwrap_or(policies.sp);
            let cause = Cause::Aligned { domain, mechanism };
            return (Verdict::Pass, cause, Some(policy));
        }
        // RFC 9989 §5.3.6: no policy without the answers that it takes.
        if of(Outcome::Authenticated, &[Alignment::Unknown]).is_some()
            && let Some(missing) = self.alignments().find_map(Result::err)
        {
            return (Verdict::TempError, missing.into(), None);
        }
        let may_align = [Alignment::Relaxed, Alignment::Strict, Alignment::Unknown];
        if let Some((domain, mechanism)) = of(Outcome::Unsettled, &may_align) {
            let cause = Cause::Unsettled { domain, mechanism };
            return (Verdict::TempError, cause, None);
        }
        match policy {
            Ok(policy) => (Verdict::Fail, Cause::NotAligned, Some(policy)),
            Err(missing) => (Verdict::TempError, missing.into(), None),
        }
    }

    /// The policy for the author's domain (RFC 9989 §4.10.1).
    fn policy(&self, source: &Source, policies: Policies) -> Result<Policy, Missing> {
        if source.domain == self.author {
            return Ok(policies.p);
        }
        if policies.sp == policies.np {
            return Ok(policies.sp);
        }
        match self.exists()? {
            true => Ok(policies.sp),
            false => Ok(policies.np),
        }
    }

    /// Whether the author's domain exists (RFC 9989 §3.2.13): only NXDOMAIN says that it does not.
    fn exists(&self) -> Result<bool, Missing> {
        if let Some(Found::Nothing { exists: true }) = self.published.get(&self.author) {
            return Ok(true);
        }
        self.existence.exists()
    }

    /// The record that applies (RFC 9989 §4.10.1).
    fn source(&self) -> Result<Option<Source>, Missing> {
        if let Some(source) = self.source_at(&self.author)? {
            return Ok(Some(source));
        }
        let organization = self.organization()?;
        if let Some(source) = self.source_if_asked(&organization.domain)? {
            return Ok(Some(source));
        }
        let suffix = organization.suffix;
        Ok(suffix.map(|(domain, record)| Source { domain, record }))
    }

    fn source_at(&self, domain: &Domain) -> Result<Option<Source>, Missing> {
        match self.published.get(domain) {
            Some(Found::Nothing { .. }) => Ok(None),
            Some(Found::Record(record)) => Ok(Some(Source {
                domain: domain.clone(),
                record: Arc::clone(record),
            })),
            Some(Found::Failed(failure)) => Err(Missing::new(domain, Some(*failure))),
            None => Err(Missing::new(domain, None)),
        }
    }

    /// The organizational domain may be one that the walk does not ask (RFC 9989 §5.1.8), where
    /// another walk may have found something; it is as if nothing stood there.
    fn source_if_asked(&self, domain: &Domain) -> Result<Option<Source>, Missing> {
        match self.options.organizational_domain.is_some() || self.walk.asks(domain) {
            true => self.source_at(domain),
            false => Ok(None),
        }
    }

    fn organization(&self) -> Result<Organization, Missing> {
        match self.options.organizational_domain {
            Some(of) => Ok(Organization::new(&of(&self.author))),
            None => self.walk.organization(&self.published),
        }
    }

    /// How each identifier is related to the author's domain.
    fn alignments(&self) -> impl Iterator<Item = Result<Alignment, Missing>> {
        let source = self.source().ok().flatten();
        let organization = self.organization();
        self.identifiers.iter().map(move |(identifier, walk)| {
            let Some(source) = &source else {
                return Ok(Alignment::NotAligned);
            };
            if identifier.outcome == Outcome::NotAuthenticated {
                return Ok(Alignment::NotAligned);
            }
            if identifier.domain == self.author {
                return Ok(Alignment::Strict);
            }
            if source.mode(identifier) == Mode::Strict {
                return Ok(Alignment::NotAligned);
            }
            let own = match (&organization, self.options.organizational_domain) {
                (_, Some(of)) => of(&identifier.domain),
                // Whatever the author's organization is, it is below the top of the tree.
                (Err(missing), None) => match self.walk.top() {
                    Some(top) if identifier.domain.is_within(top) => return Err(missing.clone()),
                    _ => return Ok(Alignment::NotAligned),
                },
                (Ok(_), None) if !self.walked.contains(&identifier.domain) => {
                    return Ok(Alignment::NotAligned);
                }
                (Ok(_), None) => walk.organization(&self.published)?.domain,
            };
            match &organization {
                Ok(organization) if organization.domain == own => Ok(Alignment::Relaxed),
                _ => Ok(Alignment::NotAligned),
            }
        })
    }

    /// Makes sure that everything is asked for that can be known to be needed.
    fn proceed(&mut self) {
        match self.options.organizational_domain {
            Some(of) => {
                self.published.need(&self.author);
                self.published.need(&of(&self.author));
            }
            None => self.walk.need(&mut self.published),
        }
        self.walk_from_identifiers();
        if let Ok(Some(source)) = self.source()
            && let Some(policies) = source.record.policies()
            && self.policy(&source, policies).is_err()
        {
            self.existence.need();
        }
    }

    /// Asks for the walks of the identifiers that can be aligned and are not the author's domain,
    /// as far as the limit allows.
    fn walk_from_identifiers(&mut self) {
        let (Ok(Some(source)), Ok(organization), None) = (
            self.source(),
            self.organization(),
            self.options.organizational_domain,
        ) else {
            return;
        };
        for (identifier, walk) in &self.identifiers {
            let domain = &identifier.domain;
            if identifier.outcome == Outcome::NotAuthenticated
                || source.mode(identifier) == Mode::Strict
                || *domain == self.author
                || !domain.is_within(&organization.domain)
            {
                continue;
            }
            if !self.walked.contains(domain) {
                if self.walked.len() >= self.options.identifiers {
                    continue;
                }
                self.walked.push(domain.clone());
            }
            walk.need(&mut self.published);
        }
    }
}

impl Inquiry for Check {
    fn poll_question(&mut self) -> Option<Question> {
        let published = self.published.poll_question();
        published.or_else(|| self.existence.poll_question())
    }

    fn answer(&mut self, question: &Question, answer: &Answer) {
        self.published.answer(question, answer);
        self.existence.answer(question, answer);
        self.proceed();
    }

    /// Whether nothing is left to ask or to be answered for the identifiers that are known.
    fn is_settled(&self) -> bool {
        self.published.is_settled() && self.existence.is_settled()
    }
}

/// The record that applies, and where it was found.
#[derive(Clone, Debug)]
struct Source {
    domain: Domain,
    record: Arc<Record>,
}

impl Source {
    fn mode(&self, identifier: &Identifier) -> Mode {
        match identifier.mechanism {
            Mechanism::Dkim => self.record.adkim,
            Mechanism::Spf => self.record.aspf,
        }
    }
}

impl From<Missing> for Cause {
    fn from(missing: Missing) -> Self {
        Self::Dns {
            question: missing.question,
            failure: missing.failure.unwrap_or(Failure::Timeout),
        }
    }
}
