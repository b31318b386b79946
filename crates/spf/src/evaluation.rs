//! From the first question to the report.

use alloc::boxed::Box;
use core::task::Poll;

use dns_txt::{Answer, Domain, Failure, Question};

use crate::client_names::ClientNames;
use crate::context::Context;
use crate::explain::Explain;
use crate::explanation::Explanation;
use crate::frames::{End, Frames};
use crate::gist::Gist;
use crate::ledger::{BudgetSpent, Ledger};
use crate::options::Options;
use crate::report::{Cause, Report, Verdict};
use crate::subject::{Refused, Subject};
use crate::trace::Tracer;

/// A check while it runs.
#[derive(Clone, Debug)]
pub(crate) struct Evaluation {
    context: Context,
    domain: Option<Domain>,
    default_explanation: Option<Box<str>>,
    /// `None` if there was nothing to evaluate.
    frames: Option<Frames>,
    phase: Phase,
}

#[derive(Clone, Debug)]
enum Phase {
    /// The verdict is open.
    Evaluating,
    /// The verdict stands, the domain's explanation is awaited.
    Explaining(Explain, Box<End>),
    /// Nothing is open.
    Settled(Box<End>, Option<Explanation>),
}

impl Evaluation {
    pub(crate) fn begin(
        subject: Subject,
        domain: Result<Domain, Refused>,
        options: &Options,
    ) -> Self {
        let mut context = Context {
            subject,
            limits: options.limits,
            ledger: Ledger::new(options.limits.questions),
            names: ClientNames::default(),
            records: options.records.clone(),
            trace: Tracer::new(options.trace),
        };
        let settled = |verdict, cause| Phase::Settled(Box::new(End::new(verdict, cause)), None);
        let (domain, frames, phase) = match domain {
            Err((verdict, cause)) => (None, None, settled(verdict, cause)),
            Ok(domain) => match Frames::begin(domain.to_name(), &mut context) {
                Ok(frames) => (Some(domain), Some(frames), Phase::Evaluating),
                Err(BudgetSpent) => {
                    let phase = settled(Verdict::PermError, Cause::Questions);
                    (Some(domain), None, phase)
                }
            },
        };
        Self {
            context,
            domain,
            default_explanation: options.default_explanation.clone(),
            frames,
            phase,
        }
    }

    /// The domain that is checked, if there is one.
    pub(crate) fn domain(&self) -> Option<&Domain> {
        self.domain.as_ref()
    }

    pub(crate) fn poll_question(&mut self) -> Option<Question> {
        self.context.ledger.poll()
    }

    pub(crate) fn answer(&mut self, question: &Question, answer: &Answer) {
        let context = &mut self.context;
        let (kind, client, limits) = (question.kind(), context.subject.client, &context.limits);
        let records = context.records.as_deref();
        let gist = || Gist::of(answer, kind, client, limits, records);
        if context.ledger.take(question, gist) {
            context.trace.answer(question, answer);
            while self.advance().is_ready() {}
        }
    }

    pub(crate) fn is_settled(&self) -> bool {
        matches!(self.phase, Phase::Settled(..))
    }

    pub(crate) fn finish(mut self) -> Report {
        let (end, explanation) = match self.phase {
            Phase::Settled(end, explanation) => (*end, explanation),
            Phase::Explaining(_, end) => {
                (*end, self.default_explanation.map(Explanation::receiver))
            }
            Phase::Evaluating => (unfinished(&self.context, self.frames.as_ref()), None),
        };
        let (lookups, void_lookups) = match &mut self.frames {
            Some(frames) => (frames.lookups, frames.void_lookups),
            None => (0, 0),
        };
        let subject = self.context.subject;
        let trace = self.context.trace;
        let trace = trace.finish(end.verdict, &end.cause, end.place.as_ref());
        Report {
            verdict: end.verdict,
            cause: end.cause,
            identity: subject.identity,
            domain: self.domain,
            client: subject.client,
            helo: subject.helo,
            reverse_path: subject.reverse_path,
            sender: subject.sender,
            receiver: subject.receiver,
            place: end.place,
            matched: end.matched,
            explanation,
            lookups,
            void_lookups,
            trace,
        }
    }

    /// Takes one step; pending when it has to wait, or when there is nothing left to do.
    fn advance(&mut self) -> Poll<()> {
        match &mut self.phase {
            Phase::Evaluating => {
                let Some(frames) = &mut self.frames else {
                    return Poll::Pending;
                };
                let Err(end) = frames.run(&mut self.context) else {
                    return Poll::Pending;
                };
                self.context.ledger.set_aside();
                self.explain(end);
                Poll::Ready(())
            }
            Phase::Explaining(explain, end) => {
                match explain.step(&mut self.context, self.domain.as_ref()) {
                    Poll::Pending => Poll::Pending,
                    Poll::Ready(words) => {
                        let end = end.clone();
                        self.settle(end, words);
                        Poll::Pending
                    }
                }
            }
            Phase::Settled(..) => Poll::Pending,
        }
    }

    /// The verdict stands; goes for the domain's words if it has any (RFC 7208 §6.2).
    fn explain(&mut self, mut end: Box<End>) {
        match end.explanation.take() {
            Some((spec, domain)) => {
                self.context.trace.explanation(&domain, &spec);
                self.phase = Phase::Explaining(Explain::new(spec, domain), end);
            }
            None => self.settle(end, None),
        }
    }

    fn settle(&mut self, end: Box<End>, words: Option<Explanation>) {
        self.context.ledger.set_aside();
        let explanation = match end.verdict {
            Verdict::Fail => {
                words.or_else(|| self.default_explanation.take().map(Explanation::receiver))
            }
            _ => None,
        };
        self.phase = Phase::Settled(end, explanation);
    }
}

/// RFC 7208 §4.6.4: what is not answered in time is a temperror.
fn unfinished(context: &Context, frames: Option<&Frames>) -> End {
    let cause = match context.ledger.open() {
        Some(question) => Cause::Dns {
            question: question.clone(),
            failure: Failure::Timeout,
        },
        // Not reached: an evaluation waits for nothing but answers.
        None => Cause::Default,
    };
    End {
        place: frames.and_then(Frames::place),
        ..End::new(Verdict::TempError, cause)
    }
}
