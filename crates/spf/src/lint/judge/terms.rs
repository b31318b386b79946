//! What can be said of one record and its terms.

use dns_txt::{Answer, Failure, Kind, Record as DnsRecord};

use super::Judge;
use crate::ledger::Id;
use crate::lint::finding::{Family, Problem, SMALL_ANSWER};
use crate::lint::tour::Role;
use crate::lint::walk::{Page, Reading, Target, Walked};
use crate::macros::{DomainSpec, ExplainString};
use crate::record::{Directive, Mechanism, Qualifier, Term};

impl Judge<'_> {
    /// What was found at a domain.
    pub(super) fn page(&mut self, node: usize, role: Role) {
        let walk = self.walk;
        match walk.nodes.get(node).map(|node| &node.page) {
            // Where another record refers to it, that is said there.
            Some(Page::None) if node == 0 => self.note(node, None, Problem::NoRecord),
            Some(Page::Failed(question, failure)) if node == 0 => {
                let (question, failure) = (question.clone(), *failure);
                self.note(node, None, Problem::DnsFailure { question, failure });
            }
            Some(&Page::Several(records)) => {
                self.note(node, None, Problem::SeveralRecords { records });
            }
            Some(Page::Unread) => self.is_complete = false,
            Some(Page::Record(reading)) => self.record(node, reading, role),
            Some(Page::None | Page::Failed(..)) | None => {}
        }
    }

    fn record(&mut self, node: usize, reading: &Reading, role: Role) {
        let (octets, answer_octets) = (reading.octets, reading.answer_octets);
        if octets > SMALL_ANSWER {
            self.note(node, None, Problem::LongRecord { octets });
        } else if answer_octets >= SMALL_ANSWER {
            let octets = answer_octets;
            self.note(node, None, Problem::LargeAnswer { octets });
        }
        if let Some(error) = reading.error {
            self.note(node, None, Problem::Syntax { error });
        }
        self.is_complete &= !reading.is_cut;
        // What cannot be read may have been meant to be `all`.
        let is_read = reading.error.is_none()
            && !reading.is_cut
            && reading.terms.iter().all(|walked| walked.term.is_ok());
        if role == Role::Result && is_read && !reading.has_all && reading.redirect.is_none() {
            self.note(node, None, Problem::MissingAll);
        }
        for (index, walked) in reading.terms.iter().enumerate() {
            self.term(node, index, walked, reading);
        }
    }

    fn term(&mut self, node: usize, index: usize, walked: &Walked, reading: &Reading) {
        match &walked.term {
            Err(error) => {
                let error = *error;
                self.note(node, index, Problem::Syntax { error });
            }
            Ok(Term::Directive(directive)) => {
                if reading.has_all && reading.evaluated.last().is_some_and(|&all| index > all) {
                    return self.note(node, index, Problem::AfterAll);
                }
                self.directive(node, index, directive);
            }
            Ok(Term::Redirect(_)) if reading.has_all => {
                return self.note(node, index, Problem::RedirectBesideAll);
            }
            Ok(term @ (Term::Explanation(_) | Term::Redirect(_))) => {
                if is_early(term, index, reading) {
                    self.note(node, index, Problem::EarlyModifier);
                }
            }
            Ok(Term::Unknown(modifier)) if MECHANISMS.contains(&modifier.name()) => {
                self.note(node, index, Problem::MechanismAsModifier);
            }
            Ok(Term::Unknown(_)) => self.note(node, index, Problem::UnknownModifier),
        }
        if let Some(spec) = walked.term.as_ref().ok().and_then(domain) {
            self.domain(node, index, spec);
        }
        self.target(node, index, &walked.target);
    }

    /// What RFC 7208 §7.3 asks not to publish.
    fn domain(&mut self, node: usize, index: usize, spec: &DomainSpec) {
        if spec.needs_client_name() {
            self.note(node, index, Problem::PtrMacro);
        }
        if spec.as_str().ends_with('.') {
            self.note(node, index, Problem::TrailingDot);
        }
    }

    /// What can be said of a directive without asking.
    fn directive(&mut self, node: usize, index: usize, directive: &Directive) {
        if matches!(directive.mechanism, Mechanism::Ptr { .. }) {
            self.note(node, index, Problem::Ptr);
        }
        if directive.qualifier != Qualifier::Pass {
            return;
        }
        match &directive.mechanism {
            Mechanism::All => self.note(node, index, Problem::PassAll),
            Mechanism::Ip(network) => {
                let family = match network.address().is_ipv4() {
                    true => Family::V4,
                    false => Family::V6,
                };
                self.prefix(node, index, family, network.prefix_length());
            }
            Mechanism::A { cidr, .. } | Mechanism::Mx { cidr, .. } => {
                self.prefix(node, index, Family::V4, cidr.v4());
                self.prefix(node, index, Family::V6, cidr.v6());
            }
            Mechanism::Exists { .. } | Mechanism::Include { .. } | Mechanism::Ptr { .. } => {}
        }
    }

    fn prefix(&mut self, node: usize, index: usize, family: Family, prefix_length: u8) {
        let shortest = match family {
            Family::V4 => self.walk.options.shortest_v4,
            Family::V6 => self.walk.options.shortest_v6,
        };
        if prefix_length == 0 {
            self.note(node, index, Problem::AnyAddress { family });
        } else if prefix_length < shortest {
            let problem = Problem::BroadRange {
                family,
                prefix_length,
            };
            self.note(node, index, problem);
        }
    }

    /// What was answered about the name that a term has.
    fn target(&mut self, node: usize, index: usize, target: &Target) {
        let problem = match target {
            Target::None => None,
            Target::Unasked => {
                self.is_complete = false;
                None
            }
            Target::Depends => Some(Problem::DependsOnMessage),
            Target::Malformed => Some(Problem::MalformedTarget),
            Target::Addresses(name, v4, v6) => {
                let ids = [Some(*v4), *v6];
                let failure = ids.into_iter().flatten().find_map(|id| self.failure(id));
                let mut ids = ids.into_iter().flatten();
                let is_void = ids.all(|id| self.answer(id).is_some_and(Answer::is_void));
                let target = name.clone();
                failure.or_else(|| is_void.then_some(Problem::VoidLookup { target }))
            }
            Target::Exchanges(name, id) => self.failure(*id).or_else(|| {
                let answer = self.answer(*id)?;
                if answer.is_void() {
                    let target = name.clone();
                    return Some(Problem::VoidLookup { target });
                }
                let is_host = |record: &&DnsRecord| record.kind() == Kind::Mx;
                let hosts = answer.records().iter().filter(is_host).count();
                let limit = self.walk.options.limits.mx_hosts;
                let too_many = hosts > usize::from(limit);
                too_many.then_some(Problem::TooManyMxHosts { hosts, limit })
            }),
            Target::Explanation(name, id) => self.failure(*id).or_else(|| {
                let mut texts = self.answer(*id)?.texts();
                let text = texts
                    .next()
                    .and_then(|text| ExplainString::parse(text).ok());
                let target = name.clone();
                match (text, texts.next()) {
                    (Some(text), None) => text.needs_client_name().then_some(Problem::PtrMacro),
                    _ => Some(Problem::NoExplanation { target }),
                }
            }),
            Target::Record(target) => match self.walk.nodes.get(*target) {
                Some(target) => match &target.page {
                    Page::None => Some(Problem::TargetWithoutRecord {
                        target: target.domain.clone(),
                    }),
                    Page::Failed(question, failure) => Some(Problem::DnsFailure {
                        question: question.clone(),
                        failure: *failure,
                    }),
                    Page::Record(_) | Page::Several(_) | Page::Unread => None,
                },
                None => None,
            },
        };
        if let Some(problem) = problem {
            self.note(node, index, problem);
        }
    }

    fn answer(&self, id: Id) -> Option<&Answer> {
        self.walk.ledger.answer(id)
    }

    /// What is not answered by now counts as timed out.
    fn failure(&self, id: Id) -> Option<Problem> {
        let failure = match self.answer(id) {
            Some(Answer::Failed(failure)) => *failure,
            Some(_) => return None,
            None => Failure::Timeout,
        };
        let question = self.walk.ledger.question(id)?.clone();
        Some(Problem::DnsFailure { question, failure })
    }
}

/// The domain that stands in the term.
fn domain(term: &Term) -> Option<&DomainSpec> {
    match term {
        Term::Directive(directive) => directive.mechanism.domain(),
        Term::Explanation(domain) | Term::Redirect(domain) => Some(domain),
        Term::Unknown(_) => None,
    }
}

/// Whether `redirect=` is not "the very last term" (RFC 7208 §6.1), or `exp=` not behind all
/// mechanisms (RFC 7208 §6).
fn is_early(modifier: &Term, index: usize, reading: &Reading) -> bool {
    let mut behind = reading.terms.iter().skip(index.saturating_add(1));
    match modifier {
        Term::Redirect(_) => behind.next().is_some(),
        _ => behind.any(|walked| matches!(walked.term, Ok(Term::Directive(_)))),
    }
}

/// The names that mechanisms have (RFC 7208 §4.6.1).
const MECHANISMS: [&str; 8] = ["a", "all", "exists", "include", "ip4", "ip6", "mx", "ptr"];
