//! Whether a place for reports wants them (RFC 9990 §4).

use alloc::vec;
use alloc::vec::Vec;

use dns_txt::{Answer, Domain, Failure, Inquiry, Kind, Name, Question};

use crate::published::Published;
use crate::record::{Record, ReportUri};
use crate::tree_walk::{Missing, Walk};

/// One place for reports, checked: a domain can name anybody's in its record, and those of another
/// organization have to agree.
///
/// ```
/// use dmarc::{Destination, Permission, ReportKind, ReportUri};
/// use dns_txt::Zone;
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let zone: Zone = "blue.example.com._report._dmarc.red.example.net. TXT v=DMARC1".parse()?;
/// let uri = ReportUri::parse(b"mailto:reports@red.example.net").ok_or("no URI")?;
/// let mut destination =
///     Destination::begin(&"blue.example.com".parse()?, &uri, ReportKind::Aggregate);
/// dns_txt::drive(&mut destination, |question| zone.look_up(question));
/// assert_eq!(destination.finish(), Permission::Granted(vec![uri]));
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
#[must_use]
pub struct Destination {
    /// `None` if the URI has no host to ask.
    host: Option<Domain>,
    kind: ReportKind,
    policy_domain: Domain,
    published: Published,
    uri: ReportUri,
    /// From the domain of the policy, and from the host.
    walks: Option<(Walk, Walk)>,
    agreement: Agreement,
}

/// Which reports are meant.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[expect(clippy::exhaustive_enums, reason = "RFC 9989 §4.6 has these two")]
pub enum ReportKind {
    /// Those of RFC 9990: `rua`.
    Aggregate,
    /// Those of RFC 9991: `ruf`.
    Failure,
}

/// Where reports may go.
#[derive(Clone, Debug, Eq, PartialEq)]
#[expect(clippy::exhaustive_enums, reason = "yes, no, or nobody knows")]
pub enum Permission {
    /// To these places: the one that was asked for, or what it gives instead.
    Granted(Vec<ReportUri>),
    /// Nowhere.
    Refused,
    /// Nowhere yet: a question had no answer.
    Unsettled {
        /// The question.
        question: Question,
        /// Why it had none.
        failure: Failure,
    },
}

/// What the host says.
#[derive(Clone, Debug)]
enum Agreement {
    Answered(Answer),
    Asked(Question),
    /// There is no such name, or no need for it.
    None,
    Waiting(Question),
}

impl Destination {
    /// Begins with the domain at which the record was found
    /// ([`Report::record_domain`](crate::Report::record_domain)), and a place that the record
    /// names.
    pub fn begin(policy_domain: &Domain, uri: &ReportUri, kind: ReportKind) -> Self {
        let host = uri.host();
        let others = host.as_ref().filter(|host| *host != policy_domain);
        let walks = others.and_then(|host| {
            let walks = (Walk::new(policy_domain), Walk::new(host));
            // Without a label in common they are of two organizations.
            (walks.0.top() == walks.1.top()).then_some(walks)
        });
        let mut destination = Self {
            agreement: Agreement::None,
            kind,
            policy_domain: policy_domain.clone(),
            published: Published::default(),
            uri: uri.clone(),
            walks,
            host,
        };
        destination.proceed();
        destination
    }

    /// Ends the check. A question still open counts as one that timed out.
    pub fn finish(self) -> Permission {
        let Some(host) = &self.host else {
            return Permission::Refused;
        };
        match self.is_own() {
            Ok(true) => return Permission::Granted(vec![self.uri]),
            Ok(false) => {}
            Err(missing) => return missing.into(),
        }
        match &self.agreement {
            Agreement::Answered(Answer::Failed(failure)) => {
                let question = agreement_question(&self.policy_domain, host);
                question.map_or(Permission::Refused, |question| Permission::Unsettled {
                    question,
                    failure: *failure,
                })
            }
            Agreement::Answered(answer) => self.granted(host, answer),
            // RFC 9990 §4: a name that is too long is no agreement.
            Agreement::None => Permission::Refused,
            Agreement::Asked(question) | Agreement::Waiting(question) => Permission::Unsettled {
                question: question.clone(),
                failure: Failure::Timeout,
            },
        }
    }

    /// One record or more agree; the places that they name instead must be at the same host.
    fn granted(&self, host: &Domain, answer: &Answer) -> Permission {
        let records = answer.texts().filter_map(|text| Record::parse(text).ok());
        let records: Vec<Record> = records.collect();
        if records.is_empty() {
            return Permission::Refused;
        }
        let instead = records.into_iter().map(|record| match self.kind {
            ReportKind::Aggregate => record.rua,
            ReportKind::Failure => record.ruf,
        });
        let instead: Vec<ReportUri> = instead.flatten().collect();
        if instead.is_empty() {
            return Permission::Granted(vec![self.uri.clone()]);
        }
        let is_there = |uri: &ReportUri| uri.host().as_ref() == Some(host);
        match instead.iter().all(is_there) {
            true => Permission::Granted(instead),
            false => Permission::Refused,
        }
    }

    /// Whether the place is of the organization that names it.
    fn is_own(&self) -> Result<bool, Missing> {
        match &self.walks {
            None => Ok(self.host.as_ref() == Some(&self.policy_domain)),
            Some((from, to)) => {
                let from = from.organization(&self.published)?;
                let to = to.organization(&self.published)?;
                Ok(from.domain == to.domain)
            }
        }
    }

    fn proceed(&mut self) {
        if let Some((from, to)) = &self.walks {
            from.need(&mut self.published);
            to.need(&mut self.published);
        }
        if let (Agreement::None, Ok(false), Some(host)) =
            (&self.agreement, self.is_own(), &self.host)
            && let Some(question) = agreement_question(&self.policy_domain, host)
        {
            self.agreement = Agreement::Waiting(question);
        }
    }
}

impl Inquiry for Destination {
    fn poll_question(&mut self) -> Option<Question> {
        if let Some(question) = self.published.poll_question() {
            return Some(question);
        }
        let Agreement::Waiting(question) = &self.agreement else {
            return None;
        };
        let question = question.clone();
        self.agreement = Agreement::Asked(question.clone());
        Some(question)
    }

    fn answer(&mut self, question: &Question, answer: &Answer) {
        self.published.answer(question, answer);
        match &self.agreement {
            Agreement::Asked(asked) if asked == question => {
                self.agreement = Agreement::Answered(answer.clone());
            }
            _ => self.proceed(),
        }
    }

    fn is_settled(&self) -> bool {
        self.published.is_settled()
            && matches!(self.agreement, Agreement::Answered(_) | Agreement::None)
    }
}

impl From<Missing> for Permission {
    fn from(missing: Missing) -> Self {
        Self::Unsettled {
            question: missing.question,
            failure: missing.failure.unwrap_or(Failure::Timeout),
        }
    }
}

/// `<policy domain>._report._dmarc.<host>`; `None` if that is too long for the DNS.
fn agreement_question(policy_domain: &Domain, host: &Domain) -> Option<Question> {
    let labels = policy_domain.labels();
    let labels = labels.chain(["_report", "_dmarc"]).chain(host.labels());
    let name = Name::from_labels(labels.map(str::as_bytes)).ok()?;
    Some(Question::new(name, Kind::Txt))
}
