//! The records that are being evaluated, on a stack of their own: `include` pushes a frame,
//! `redirect=` replaces one.
//!
//! Every step either moves on or waits for answers. A step that waited runs again from its own
//! start, and asks for nothing that was asked before.

mod mechanisms;

use alloc::boxed::Box;
use alloc::vec::Vec;
use core::task::Poll;

use dns_txt::{Failure, Kind, Name, Question};

use crate::context::Context;
use crate::gist::{Count, Gist};
use crate::ledger::{BudgetSpent, Id};
use crate::macros::{DomainSpec, NoName};
use crate::network::Network;
use crate::policy::Policy;
use crate::record::{Directive, Mechanism};
use crate::report::{Cause, Matched, Place, Verdict};

/// The record under evaluation, those that wait for it, and what all of them have cost.
#[derive(Clone, Debug)]
pub(crate) struct Frames {
    frame: Frame,
    /// Each stands at an `include`, the innermost last.
    outer: Vec<Frame>,
    pub(crate) lookups: u8,
    pub(crate) void_lookups: u8,
}

/// One record, as far as it was evaluated.
#[derive(Clone, Debug)]
struct Frame {
    /// `<domain>`
    domain: Name,
    origin: Origin,
    policy: Policy,
    /// The term that is evaluated.
    index: usize,
    stage: Stage,
}

/// What led to a record.
#[derive(Clone, Debug)]
enum Origin {
    /// The identity.
    Identity,
    /// The `include` at which the outer frame stands.
    Include,
    /// A `redirect=`.
    Redirect(Box<Place>),
}

/// How far a frame is.
#[derive(Clone, Debug)]
enum Stage {
    /// Waits for the TXT records of its domain.
    Policy(Id),
    /// The directive at or behind `index` is next.
    Term,
    /// The directive is counted, its target is being expanded.
    Target,
    /// Waits for the directive's own question.
    Answer(Id),
    /// Waits for the addresses of mail exchangers.
    Hosts(Vec<Id>),
    /// Waits for the PTR question of the client, then for names within the target.
    Names(Id, Box<Name>),
    /// The redirection is counted, its target is being expanded.
    Redirect,
}

/// The end of an evaluation.
#[derive(Clone, Debug)]
pub(crate) struct End {
    pub(crate) verdict: Verdict,
    pub(crate) cause: Cause,
    pub(crate) place: Option<Place>,
    pub(crate) matched: Option<Matched>,
    /// Where a `fail` is explained, and in whose record that stands.
    pub(crate) explanation: Option<(DomainSpec, Name)>,
}

/// Whether a step moved on or waits.
type Step = Result<Poll<()>, Box<End>>;

impl Frames {
    /// Begins with the record of the identity's domain.
    pub(crate) fn begin(domain: Name, context: &mut Context) -> Result<Self, BudgetSpent> {
        Ok(Self {
            frame: Frame::new(domain, Origin::Identity, context)?,
            outer: Vec::new(),
            lookups: 0,
            void_lookups: 0,
        })
    }

    /// Moves on as far as the answers allow.
    pub(crate) fn run(&mut self, context: &mut Context) -> Result<(), Box<End>> {
        loop {
            let progress = match self.frame.stage {
                Stage::Policy(id) => self.open_record(id, context),
                Stage::Term => self.begin_term(context),
                Stage::Target => self.ask(context),
                Stage::Answer(id) => self.compare(id, context),
                Stage::Hosts(_) => self.compare_hosts(context),
                Stage::Names(..) => self.compare_names(context),
                Stage::Redirect => self.redirect(context),
            };
            if progress?.is_pending() {
                return Ok(());
            }
        }
    }

    /// The term that is evaluated, if there is one yet.
    pub(crate) fn place(&self) -> Option<Place> {
        match self.frame.stage {
            Stage::Policy(_) => self.referring_term(),
            Stage::Redirect => Some(self.frame.redirect_place()),
            _ => self.frame.directive_place(),
        }
    }

    /// RFC 7208 §4.4, §4.5
    fn open_record(&mut self, id: Id, context: &mut Context) -> Step {
        let Some(answer) = context.ledger.answer(id) else {
            return Ok(Poll::Pending);
        };
        let domain = &self.frame.domain;
        let text = match answer {
            Gist::Texts(texts) => texts.policy().ok_or(texts.policies),
            Gist::Failed(failure) => {
                context.trace.question(id, &context.ledger);
                return Err(self.temperror(id, *failure, context));
            }
            _ => Err(Count::None),
        };
        let text = match text {
            Ok(text) => text,
            Err(count) => {
                context.trace.question(id, &context.ledger);
                let domain = domain.clone();
                return Err(match count {
                    Count::Several => self.permerror(Cause::SeveralRecords { domain }),
                    _ => self.no_record(domain),
                });
            }
        };
        context.trace.record(domain, text.octets());
        match Policy::read(text, context.subject.client, context.trace.is_wanted()) {
            Ok(policy) => {
                self.frame.policy = policy;
                self.frame.stage = Stage::Term;
                Ok(Poll::Ready(()))
            }
            Err(error) => Err(Box::new(End {
                place: Some(Place {
                    domain: domain.clone(),
                    offset: error.offset(),
                }),
                ..End::new(
                    Verdict::PermError,
                    Cause::Syntax {
                        domain: domain.clone(),
                        error,
                    },
                )
            })),
        }
    }

    /// RFC 7208 §4.6.2
    fn begin_term(&mut self, context: &mut Context) -> Step {
        let client = context.subject.client;
        loop {
            let frame = &mut self.frame;
            if !context.trace.is_wanted() {
                // They are most of most records, and only a trace mentions them.
                frame.index = frame.policy.record().beyond_networks(frame.index, client);
            }
            let Some((index, offset, directive)) =
                frame.policy.record().directive_from(frame.index)
            else {
                return self.begin_default(context);
            };
            frame.index = index;
            context.trace.directive(offset, directive, self.lookups);
            match directive.mechanism {
                Mechanism::All => return self.matched(None, context),
                Mechanism::Ip(network) if network.contains(client) => {
                    return self.matched(Some(network.masked()), context);
                }
                Mechanism::Ip(_) => frame.index = index.saturating_add(1),
                _ => {
                    self.count_lookup(context)?;
                    self.frame.stage = Stage::Target;
                    return Ok(Poll::Ready(()));
                }
            }
        }
    }

    /// RFC 7208 §4.7
    fn begin_default(&mut self, context: &mut Context) -> Step {
        if let Some((_, offset, target)) = self.frame.policy.record().redirect_term() {
            context.trace.redirect(offset, target, self.lookups);
            self.frame.stage = Stage::Redirect;
            self.count_lookup(context)?;
            return Ok(Poll::Ready(()));
        }
        context.trace.default_result();
        match self.outer.pop() {
            Some(outer) => {
                self.frame = outer;
                self.pass_over()
            }
            None => Err(Box::new(End::new(Verdict::Neutral, Cause::Default))),
        }
    }

    /// RFC 7208 §6.1
    fn redirect(&mut self, context: &mut Context) -> Step {
        let frame = &self.frame;
        let Some((index, _, spec)) = frame.policy.record().redirect_term() else {
            return self.pass_over();
        };
        let target = match frame.target(index, Some(spec), context) {
            Ok(Poll::Ready(target)) => target,
            Ok(Poll::Pending) => return Ok(Poll::Pending),
            Err(BudgetSpent) => return Err(self.permerror(Cause::Questions)),
        };
        let target = match target {
            Ok(target) if is_multi_label(&target) => target,
            _ => return Err(self.permerror(Cause::MalformedTarget)),
        };
        let origin = Origin::Redirect(Box::new(frame.redirect_place()));
        match Frame::new(target, origin, context) {
            Ok(next) => {
                self.frame = next;
                Ok(Poll::Ready(()))
            }
            Err(BudgetSpent) => Err(self.permerror(Cause::Questions)),
        }
    }

    /// The directive does not match.
    fn pass_over(&mut self) -> Step {
        self.frame.index = self.frame.index.saturating_add(1);
        self.frame.stage = Stage::Term;
        Ok(Poll::Ready(()))
    }

    /// The directive matches: that is the result of its record, and what an `include` makes of
    /// it that of the outer one (RFC 7208 §4.6.2, §5.2).
    fn matched(&mut self, network: Option<Network>, context: &mut Context) -> Step {
        context.ledger.set_aside();
        let mut network = network;
        let mut inside = None;
        loop {
            let Some(verdict) = self.frame.verdict() else {
                return self.pass_over();
            };
            context.trace.matched(network, verdict);
            let Some(outer) = self.outer.pop() else {
                return Err(self.frame.end(verdict, network, inside));
            };
            let inner = core::mem::replace(&mut self.frame, outer);
            if verdict != Verdict::Pass {
                return self.pass_over();
            }
            inside = inner.found(network.take(), inside).map(Box::new);
        }
    }

    /// RFC 7208 §4.6.4
    fn count_lookup(&mut self, context: &Context) -> Result<(), Box<End>> {
        if self.lookups >= context.limits.lookups {
            return Err(self.permerror(Cause::Lookups));
        }
        self.lookups = self.lookups.saturating_add(1);
        Ok(())
    }

    /// RFC 7208 §4.6.4
    fn count_void_lookup(&mut self, context: &Context) -> Result<(), Box<End>> {
        if self.void_lookups >= context.limits.void_lookups {
            return Err(self.permerror(Cause::VoidLookups));
        }
        self.void_lookups = self.void_lookups.saturating_add(1);
        Ok(())
    }

    /// `none` for the identity (RFC 7208 §4.3, §4.5), a permerror for a record that another one
    /// refers to (RFC 7208 §5.2, §6.1).
    fn no_record(&self, domain: Name) -> Box<End> {
        let cause = Cause::NoRecord { domain };
        match self.frame.origin {
            Origin::Identity => Box::new(End::new(Verdict::None, cause)),
            Origin::Include | Origin::Redirect(_) => self.permerror(cause),
        }
    }

    fn permerror(&self, cause: Cause) -> Box<End> {
        Box::new(End {
            place: self.place(),
            ..End::new(Verdict::PermError, cause)
        })
    }

    /// RFC 7208 §5: a question that decides was not answered, and the whole check ends.
    fn temperror(&self, id: Id, failure: Failure, context: &Context) -> Box<End> {
        let cause = match context.ledger.question(id) {
            Some(question) => Cause::Dns {
                question: question.clone(),
                failure,
            },
            // Not reached: every id comes from this ledger.
            None => Cause::Default,
        };
        Box::new(End {
            place: self.place(),
            ..End::new(Verdict::TempError, cause)
        })
    }

    /// The term that names the record under evaluation.
    fn referring_term(&self) -> Option<Place> {
        match &self.frame.origin {
            Origin::Identity => None,
            Origin::Include => self.outer.last()?.directive_place(),
            Origin::Redirect(place) => Some(Place::clone(place)),
        }
    }
}

impl Frame {
    fn new(domain: Name, origin: Origin, context: &mut Context) -> Result<Self, BudgetSpent> {
        let question = Question::new(domain.clone(), Kind::Txt);
        Ok(Self {
            domain,
            origin,
            policy: Policy::default(),
            index: 0,
            stage: Stage::Policy(context.ledger.need(question)?),
        })
    }

    /// `<target-name>` of the term of this index (RFC 7208 §4.8).
    fn target(
        &self,
        index: usize,
        spec: Option<&DomainSpec>,
        context: &mut Context,
    ) -> Result<Poll<Result<Name, NoName>>, BudgetSpent> {
        match self.policy.target(index) {
            Some(name) => Ok(Poll::Ready(Ok(name.clone()))),
            None => context.target(spec, &self.domain),
        }
    }

    fn mechanism(&self) -> Option<&Mechanism> {
        let (_, _, directive) = self.policy.record().directive_from(self.index)?;
        Some(&directive.mechanism)
    }

    /// The result of the record if the directive that is evaluated matches.
    fn verdict(&self) -> Option<Verdict> {
        let (_, _, directive) = self.policy.record().directive_from(self.index)?;
        Some(directive.qualifier.verdict())
    }

    fn directive_place(&self) -> Option<Place> {
        let (_, offset, _) = self.policy.record().directive_from(self.index)?;
        Some(Place {
            domain: self.domain.clone(),
            offset,
        })
    }

    fn redirect_place(&self) -> Place {
        let offset = self
            .policy
            .record()
            .redirect_term()
            .map(|(_, offset, _)| offset);
        Place {
            domain: self.domain.clone(),
            offset: offset.unwrap_or_default(),
        }
    }

    /// The directive that is evaluated, as one that matched.
    fn found(&self, network: Option<Network>, inside: Option<Box<Matched>>) -> Option<Matched> {
        let (_, offset, directive) = self.policy.record().directive_from(self.index)?;
        Some(Matched {
            directive: Directive::clone(directive),
            place: Place {
                domain: self.domain.clone(),
                offset,
            },
            network,
            inside,
        })
    }

    /// The end of a check whose last frame this is.
    fn end(
        &self,
        verdict: Verdict,
        network: Option<Network>,
        inside: Option<Box<Matched>>,
    ) -> Box<End> {
        let explanation = match verdict {
            Verdict::Fail => self.policy.record().explanation(),
            _ => None,
        };
        Box::new(End {
            verdict,
            cause: Cause::Match,
            place: self.directive_place(),
            matched: self.found(network, inside),
            explanation: explanation.map(|domain| (domain.clone(), self.domain.clone())),
        })
    }
}

impl End {
    pub(crate) fn new(verdict: Verdict, cause: Cause) -> Self {
        Self {
            verdict,
            cause,
            place: None,
            matched: None,
            explanation: None,
        }
    }
}

/// RFC 7208 §4.3
pub(crate) fn is_multi_label(name: &Name) -> bool {
    name.labels().nth(1).is_some()
}
