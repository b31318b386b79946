//! The way to a domain's explanation of a `fail` (RFC 7208 §6.2).

use core::task::Poll;

use dns_txt::{Domain, Kind, Name, Question};

use crate::context::Context;
use crate::explanation::Explanation;
use crate::gist::Gist;
use crate::ledger::Id;
use crate::macros::{DomainSpec, ExplainString};

/// The steps from `exp=` to the words that it points at.
///
/// Whatever goes wrong, be it the DNS, the syntax or a limit, there is no explanation and the
/// verdict stands.
#[derive(Clone, Debug)]
pub(crate) struct Explain {
    spec: DomainSpec,
    /// `<domain>`: in whose record `exp=` stands.
    domain: Name,
    stage: Stage,
}

#[derive(Clone, Debug)]
enum Stage {
    Target,
    Text(Id),
    Words(ExplainString),
}

impl Explain {
    pub(crate) fn new(spec: DomainSpec, domain: Name) -> Self {
        Self {
            spec,
            domain,
            stage: Stage::Target,
        }
    }

    /// Ready with the words of `checked`, or with nothing, as soon as the answers are there.
    pub(crate) fn step(
        &mut self,
        context: &mut Context,
        checked: Option<&Domain>,
    ) -> Poll<Option<Explanation>> {
        loop {
            let next = match &self.stage {
                Stage::Target => self.ask(context),
                Stage::Text(id) => read(*id, context),
                Stage::Words(words) => match context.explanation(words, &self.domain) {
                    Ok(Poll::Pending) => return Poll::Pending,
                    Ok(Poll::Ready(text)) if !text.is_empty() => {
                        let domain = checked.cloned();
                        let explanation =
                            domain.and_then(|domain| Explanation::of_domain(domain, text));
                        return Poll::Ready(explanation);
                    }
                    _ => None,
                },
            };
            self.stage = match next {
                Some(Poll::Ready(stage)) => stage,
                Some(Poll::Pending) => return Poll::Pending,
                None => return Poll::Ready(None),
            };
        }
    }

    fn ask(&self, context: &mut Context) -> Option<Poll<Stage>> {
        let target = match context.target(Some(&self.spec), &self.domain).ok()? {
            Poll::Ready(target) => target.ok()?,
            Poll::Pending => return Some(Poll::Pending),
        };
        let id = context.ledger.need(Question::new(target, Kind::Txt)).ok()?;
        Some(Poll::Ready(Stage::Text(id)))
    }
}

/// One record, and one only, that can be read.
fn read(id: Id, context: &mut Context) -> Option<Poll<Stage>> {
    let Some(answer) = context.ledger.answer(id) else {
        return Some(Poll::Pending);
    };
    context.trace.question(id, &context.ledger);
    let Gist::Texts(texts) = answer else {
        return None;
    };
    let words = ExplainString::parse(texts.only()?).ok()?;
    Some(Poll::Ready(Stage::Words(words)))
}
