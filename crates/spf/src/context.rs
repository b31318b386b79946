//! What evaluation and explanation share: the subject, the limits, the questions.

use core::task::Poll;

use alloc::sync::Arc;
use alloc::vec::Vec;
use dns_txt::Name;

use crate::client_names::ClientNames;
use crate::gist::Gist;
use crate::ledger::{BudgetSpent, Ledger};
use crate::limits::Limits;
use crate::macros::{DomainSpec, ExplainString, Facts, NoName};
use crate::prepared_record::PrepareRecord;
use crate::subject::Subject;
use crate::trace::Tracer;

#[derive(Clone, Debug)]
pub(crate) struct Context {
    pub(crate) subject: Subject,
    pub(crate) limits: Limits,
    pub(crate) ledger: Ledger<Gist>,
    pub(crate) names: ClientNames,
    pub(crate) records: Option<Arc<dyn PrepareRecord>>,
    pub(crate) trace: Tracer,
}

impl Context {
    /// `<target-name>` of a term in the record of `domain` (RFC 7208 §4.8); pending while the
    /// client's names are looked up for `%{p}`.
    pub(crate) fn target(
        &mut self,
        spec: Option<&DomainSpec>,
        domain: &Name,
    ) -> Result<Poll<Result<Name, NoName>>, BudgetSpent> {
        let Some(spec) = spec else {
            return Ok(Poll::Ready(Ok(domain.clone())));
        };
        let Poll::Ready(client_name) = self.client_name(spec.needs_client_name(), domain)? else {
            return Ok(Poll::Pending);
        };
        let facts = Facts {
            subject: &self.subject,
            domain,
            client_name: client_name.as_ref(),
        };
        Ok(Poll::Ready(spec.expand(&facts)))
    }

    /// The words of an explanation; pending as above.
    pub(crate) fn explanation(
        &mut self,
        text: &ExplainString,
        domain: &Name,
    ) -> Result<Poll<Vec<u8>>, BudgetSpent> {
        let Poll::Ready(client_name) = self.client_name(text.needs_client_name(), domain)? else {
            return Ok(Poll::Pending);
        };
        let facts = Facts {
            subject: &self.subject,
            domain,
            client_name: client_name.as_ref(),
        };
        Ok(Poll::Ready(text.expand(&facts, self.limits.explanation)))
    }

    /// The name for `%{p}`, which takes questions and counts as no look-up.
    ///
    /// RFC 7208 §4.6.4 limits the number of terms. The macro is part of one, and that term counts,
    /// or it is `exp=` and its text (RFC 7208 §6.2), which do not. That the PTR question "is
    /// included in the overall limit" says the same of `ptr`, which does not count twice for it.
    /// pyspf counts so too.
    fn client_name(
        &mut self,
        needed: bool,
        domain: &Name,
    ) -> Result<Poll<Option<Name>>, BudgetSpent> {
        if !needed {
            return Ok(Poll::Ready(None));
        }
        let client = self.subject.client;
        let best = self.names.best(domain, client, &mut self.ledger)?;
        if best.is_ready() && self.trace.is_wanted() {
            let (names, addresses) = self.names.asked(None, client, &mut self.ledger)?;
            self.trace.question(names, &self.ledger);
            self.trace.alternatives(false, &addresses, &self.ledger);
        }
        Ok(best)
    }
}
