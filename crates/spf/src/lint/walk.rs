//! The records that a lint looks at, and what it asks about their terms.

use alloc::boxed::Box;
use alloc::collections::BTreeMap;
use alloc::string::ToString;
use alloc::vec::Vec;
use core::net::{IpAddr, Ipv4Addr};

use dns_txt::{Answer, Domain, Failure, Kind, Name, Question};

use super::options::LintOptions;
use crate::frames::is_multi_label;
use crate::ledger::{Id, Ledger};
use crate::macros::{DomainSpec, Facts};
use crate::options::Options;
use crate::record::{Mechanism, Term, is_record, terms};
use crate::subject::Subject;
use crate::syntax::SyntaxError;

/// The records that a policy leads to, each once.
///
/// They are read in the order in which they were found, so that it does not depend on the order
/// of answers which ones are left out.
#[derive(Clone, Debug)]
pub(super) struct Walk {
    pub(super) domain: Domain,
    pub(super) options: LintOptions,
    /// The first one is that of the domain.
    pub(super) nodes: Vec<Node>,
    pub(super) ledger: Ledger<Answer>,
    /// Stands for the sender in `%{o}`, which is the domain in every check of its policy.
    subject: Subject,
    known: BTreeMap<Name, usize>,
    /// The first record that is not read yet.
    next: usize,
    terms_left: usize,
}

/// A domain whose record is looked at.
#[derive(Clone, Debug)]
pub(super) struct Node {
    pub(super) domain: Name,
    source: Source,
    /// Whether its `exp=` counts: it is the domain's own record, or one that it redirects to
    /// (RFC 7208 §6.2).
    explains: bool,
    pub(super) page: Page,
}

/// Where a record comes from.
#[derive(Clone, Debug)]
enum Source {
    /// The caller.
    Given(Box<[u8]>),
    /// The DNS; `None` if it may not be asked any more.
    Published(Option<Id>),
}

/// What was found at a domain.
#[derive(Clone, Debug)]
pub(super) enum Page {
    /// No answer.
    Failed(Question, Failure),
    /// No SPF record.
    None,
    /// Not looked at.
    Unread,
    /// One record.
    Record(Reading),
    /// So many records.
    Several(usize),
}

/// A record term by term.
#[derive(Clone, Debug, Default)]
pub(super) struct Reading {
    /// How many octets the record has.
    pub(super) octets: usize,
    /// How many octets the name has and all TXT records there.
    pub(super) answer_octets: usize,
    pub(super) terms: Vec<Walked>,
    /// Which terms can be evaluated, in the order in which they are: directives up to `all`, and
    /// the redirection if there is none.
    pub(super) evaluated: Vec<usize>,
    pub(super) has_all: bool,
    /// Which term is `redirect=`, evaluated or not.
    pub(super) redirect: Option<usize>,
    /// Which term is `exp=`.
    explanation: Option<usize>,
    /// Why the whole text is no record.
    pub(super) error: Option<SyntaxError>,
    pub(super) is_cut: bool,
}

/// A term and what its target turned out to be.
#[derive(Clone, Debug)]
pub(super) struct Walked {
    pub(super) offset: usize,
    pub(super) text: Box<str>,
    pub(super) term: Result<Term, SyntaxError>,
    pub(super) target: Target,
}

/// What a term names.
#[derive(Clone, Debug)]
pub(super) enum Target {
    /// A name, whose addresses are asked for: the A question, and for `a` the AAAA question.
    Addresses(Name, Id, Option<Id>),
    /// It depends on the message.
    Depends,
    /// A name, whose mail exchangers are asked for.
    Exchanges(Name, Id),
    /// The text of an explanation.
    Explanation(Name, Id),
    /// It is no name.
    Malformed,
    /// Nothing, or nothing that is evaluated.
    None,
    /// The record of this node.
    Record(usize),
    /// It may not be asked for any more.
    Unasked,
}

impl Walk {
    /// `record`: what to read in the place of what the domain publishes.
    pub(super) fn begin(domain: &Domain, record: Option<&[u8]>, options: &LintOptions) -> Self {
        let client = IpAddr::V4(Ipv4Addr::UNSPECIFIED);
        let sender = domain.as_str().as_bytes();
        let (subject, _) = Subject::helo(client, sender, &Options::default());
        let mut ledger = Ledger::new(options.questions);
        let name = domain.to_name();
        let source = match record {
            Some(text) => Source::Given(text.into()),
            None => Source::Published(ask(&mut ledger, &name, Kind::Txt)),
        };
        let mut walk = Self {
            domain: domain.clone(),
            options: options.clone(),
            nodes: Vec::new(),
            ledger,
            subject,
            known: BTreeMap::new(),
            next: 0,
            terms_left: options.terms,
        };
        walk.add(name, source, true);
        walk.advance();
        walk
    }

    pub(super) fn poll_question(&mut self) -> Option<Question> {
        self.ledger.poll()
    }

    pub(super) fn answer(&mut self, question: &Question, answer: &Answer) {
        if self.ledger.take(question, || answer.clone()) {
            self.advance();
        }
    }

    pub(super) fn is_settled(&self) -> bool {
        self.next == self.nodes.len() && self.ledger.open().is_none()
    }

    /// Reads on as if what is still open had timed out.
    pub(super) fn give_up(&mut self) {
        self.advance();
        while let Some(node) = self.nodes.get(self.next) {
            if let Source::Published(Some(id)) = node.source
                && self.ledger.answer(id).is_none()
                && let Some(question) = self.ledger.question(id).cloned()
            {
                self.close(Page::Failed(question, Failure::Timeout));
            }
            self.advance();
        }
    }

    /// Reads the records in turn, as far as the answers allow.
    fn advance(&mut self) {
        while let Some(node) = self.nodes.get(self.next) {
            let page = match &node.source {
                Source::Given(text) => {
                    let octets = octets(&node.domain).saturating_add(text.len());
                    let text = text.clone();
                    Page::Record(self.read(self.next, &text, octets))
                }
                Source::Published(None) => Page::Unread,
                Source::Published(Some(id)) => match self.ledger.answer(*id) {
                    None => return,
                    Some(Answer::Failed(failure)) => match self.ledger.question(*id) {
                        Some(question) => Page::Failed(question.clone(), *failure),
                        // Not reached: every id comes from this ledger.
                        None => Page::Unread,
                    },
                    Some(answer) => {
                        let lengths = answer.texts().map(<[u8]>::len);
                        let octets = lengths.fold(octets(&node.domain), usize::saturating_add);
                        let mut records = answer.texts().filter(|text| is_record(text));
                        match (records.next(), records.count()) {
                            (None, _) => Page::None,
                            (Some(text), 0) => {
                                let text: Box<[u8]> = text.into();
                                Page::Record(self.read(self.next, &text, octets))
                            }
                            (Some(_), others) => Page::Several(others.saturating_add(1)),
                        }
                    }
                },
            };
            self.close(page);
        }
    }

    /// The record at hand is dealt with.
    fn close(&mut self, page: Page) {
        if let Some(node) = self.nodes.get_mut(self.next) {
            node.page = page;
        }
        self.next = self.next.saturating_add(1);
    }

    /// Reads a record, and asks for what its terms name.
    fn read(&mut self, node: usize, text: &[u8], answer_octets: usize) -> Reading {
        let mut reading = Reading {
            octets: text.len(),
            answer_octets,
            ..Reading::default()
        };
        match terms(text) {
            Err(error) => reading.error = Some(error),
            Ok(terms) => {
                for (offset, text, term) in terms {
                    let Some(left) = self.terms_left.checked_sub(1) else {
                        reading.is_cut = true;
                        break;
                    };
                    self.terms_left = left;
                    reading.push(offset, text, term);
                }
            }
        }
        reading.find_evaluated();
        for &index in reading.evaluated.iter().chain(&reading.explanation) {
            if let Some(walked) = reading.terms.get_mut(index)
                && let Ok(term) = &walked.term
            {
                walked.target = self.target(term, node);
            }
        }
        reading
    }

    /// Asks for what a term of the record of a node names.
    fn target(&mut self, term: &Term, node: usize) -> Target {
        let Some(Node {
            domain, explains, ..
        }) = self.nodes.get(node)
        else {
            return Target::None;
        };
        let explains = *explains;
        let spec = match term {
            Term::Directive(directive) if directive.mechanism.asks() => {
                directive.mechanism.domain()
            }
            Term::Redirect(spec) => Some(spec),
            Term::Explanation(spec) if explains => Some(spec),
            Term::Directive(_) | Term::Explanation(_) | Term::Unknown(_) => return Target::None,
        };
        let name = match spec {
            None => domain.clone(),
            Some(spec) if !spec.is_fixed() => return Target::Depends,
            Some(spec) => match self.expand(spec, domain) {
                Some(name) => name,
                None => return Target::Malformed,
            },
        };
        let asked = match term {
            Term::Redirect(_) => return self.record(name, explains),
            Term::Explanation(_) => {
                ask(&mut self.ledger, &name, Kind::Txt).map(|id| Target::Explanation(name, id))
            }
            Term::Unknown(_) => None,
            Term::Directive(directive) => match directive.mechanism {
                Mechanism::Include { .. } => return self.record(name, false),
                // Nothing can be asked without a client.
                Mechanism::All | Mechanism::Ip(_) | Mechanism::Ptr { .. } => return Target::None,
                Mechanism::A { .. } => self.addresses(name),
                Mechanism::Exists { .. } => ask(&mut self.ledger, &name, Kind::A)
                    .map(|id| Target::Addresses(name, id, None)),
                Mechanism::Mx { .. } => {
                    ask(&mut self.ledger, &name, Kind::Mx).map(|id| Target::Exchanges(name, id))
                }
            },
        };
        asked.unwrap_or(Target::Unasked)
    }

    fn addresses(&mut self, name: Name) -> Option<Target> {
        let v4 = ask(&mut self.ledger, &name, Kind::A)?;
        let v6 = ask(&mut self.ledger, &name, Kind::Aaaa)?;
        Some(Target::Addresses(name, v4, Some(v6)))
    }

    /// The node of a record that is to be evaluated.
    fn record(&mut self, name: Name, explains: bool) -> Target {
        if !is_multi_label(&name) {
            return Target::Malformed;
        }
        if let Some(&index) = self.known.get(&name) {
            if let Some(node) = self.nodes.get_mut(index) {
                node.explains |= explains;
            }
            return Target::Record(index);
        }
        if self.nodes.len() >= usize::from(self.options.records) {
            return Target::Unasked;
        }
        match ask(&mut self.ledger, &name, Kind::Txt) {
            Some(id) => Target::Record(self.add(name, Source::Published(Some(id)), explains)),
            None => Target::Unasked,
        }
    }

    fn add(&mut self, domain: Name, source: Source, explains: bool) -> usize {
        let index = self.nodes.len();
        self.known.insert(domain.clone(), index);
        self.nodes.push(Node {
            domain,
            source,
            explains,
            page: Page::Unread,
        });
        index
    }

    fn expand(&self, spec: &DomainSpec, domain: &Name) -> Option<Name> {
        let facts = Facts {
            subject: &self.subject,
            domain,
            client_name: None,
        };
        spec.expand(&facts).ok()
    }
}

impl Reading {
    fn push(&mut self, offset: usize, text: &[u8], term: Result<Term, SyntaxError>) {
        let index = self.terms.len();
        let slot = match &term {
            Ok(Term::Explanation(_)) => Some(&mut self.explanation),
            Ok(Term::Redirect(_)) => Some(&mut self.redirect),
            _ => None,
        };
        // RFC 7208 §6: once at most.
        let first = slot.map(|slot| *slot.get_or_insert(index));
        let term = match first.is_none_or(|first| first == index) {
            true => term,
            false => Err(SyntaxError::Duplicate { offset }),
        };
        self.terms.push(Walked {
            offset,
            text: text.escape_ascii().to_string().into_boxed_str(),
            term,
            target: Target::None,
        });
    }

    /// RFC 7208 §5.1, §6.1: nothing behind `all` is evaluated, nor a redirection beside it.
    fn find_evaluated(&mut self) {
        for (index, walked) in self.terms.iter().enumerate() {
            if let Ok(Term::Directive(directive)) = &walked.term {
                self.evaluated.push(index);
                if directive.mechanism == Mechanism::All {
                    self.has_all = true;
                    return;
                }
            }
        }
        self.evaluated.extend(self.redirect);
    }
}

fn ask(ledger: &mut Ledger<Answer>, name: &Name, kind: Kind) -> Option<Id> {
    ledger.need(Question::new(name.clone(), kind)).ok()
}

/// The length of a name as text.
fn octets(name: &Name) -> usize {
    let lengths = name.labels().map(|label| label.len().saturating_add(1));
    lengths.fold(0, usize::saturating_add).saturating_sub(1)
}
