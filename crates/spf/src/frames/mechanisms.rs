//! What each mechanism asks, and what it makes of the answers (RFC 7208 §5).

use alloc::boxed::Box;
use alloc::vec::Vec;
use core::task::Poll;

use dns_txt::{Kind, Name, Question};

use super::{Frame, Frames, Origin, Stage, Step, is_multi_label};
use crate::client_names::{ClientNames, address_question};
use crate::context::Context;
use crate::gist::Gist;
use crate::ledger::{BudgetSpent, Id};
use crate::macros::NoName;
use crate::record::Mechanism;
use crate::report::Cause;
use crate::trace::Outcome;

impl Frames {
    /// Asks the directive's own question, or opens the record that it includes.
    pub(super) fn ask(&mut self, context: &mut Context) -> Step {
        let frame = &self.frame;
        let Some((index, _, directive)) = frame.policy.record().directive_from(frame.index) else {
            return self.pass_over();
        };
        let mechanism = &directive.mechanism;
        let target = match frame.target(index, mechanism.domain(), context) {
            Ok(Poll::Ready(target)) => target,
            Ok(Poll::Pending) => return Ok(Poll::Pending),
            Err(BudgetSpent) => return Err(self.permerror(Cause::Questions)),
        };
        let includes = matches!(mechanism, Mechanism::Include { .. });
        let target = match target {
            Ok(target) => target,
            // RFC 8616 §4: such a term matches nothing, an `include` no more than others.
            Err(NoName::NonAsciiLocalPart) => {
                context.trace.outcome(Outcome::NoName);
                return self.pass_over();
            }
            // For `include` this is the `none` of RFC 7208 §4.3, hence a permerror. RFC 7208 §4.8
            // leaves open what it is for others; not to match is what a name without addresses
            // would do.
            Err(_) if includes => return Err(self.permerror(Cause::MalformedTarget)),
            Err(_) => {
                context.trace.outcome(Outcome::NoName);
                return self.pass_over();
            }
        };
        let client = context.subject.client;
        let id = match mechanism {
            Mechanism::Include { .. } => return self.include(target, context),
            Mechanism::A { .. } => context.ledger.need(address_question(target, client)),
            // RFC 7208 §5.7: an A question, whatever the client's family.
            Mechanism::Exists { .. } => context.ledger.need(Question::new(target, Kind::A)),
            Mechanism::Mx { .. } => context.ledger.need(Question::new(target, Kind::Mx)),
            Mechanism::Ptr { .. } => match ClientNames::need(client, &mut context.ledger) {
                Ok(id) => {
                    self.frame.stage = Stage::Names(id, Box::new(target));
                    return Ok(Poll::Ready(()));
                }
                Err(spent) => Err(spent),
            },
            // These asked nothing and are decided already.
            Mechanism::All | Mechanism::Ip(_) => return self.pass_over(),
        };
        match id {
            Ok(id) => {
                self.frame.stage = Stage::Answer(id);
                Ok(Poll::Ready(()))
            }
            Err(BudgetSpent) => Err(self.permerror(Cause::Questions)),
        }
    }

    /// RFC 7208 §5.2
    fn include(&mut self, target: Name, context: &mut Context) -> Step {
        if !is_multi_label(&target) {
            return Err(self.permerror(Cause::MalformedTarget));
        }
        match Frame::new(target, Origin::Include, context) {
            Ok(inner) => {
                self.outer.push(core::mem::replace(&mut self.frame, inner));
                Ok(Poll::Ready(()))
            }
            Err(BudgetSpent) => Err(self.permerror(Cause::Questions)),
        }
    }

    /// RFC 7208 §5.3, §5.7, and the first half of §5.4
    pub(super) fn compare(&mut self, id: Id, context: &mut Context) -> Step {
        let Some(answer) = context.ledger.answer(id) else {
            return Ok(Poll::Pending);
        };
        context.trace.question(id, &context.ledger);
        let client = context.subject.client;
        match (answer, self.frame.mechanism()) {
            (Gist::Failed(failure), _) => Err(self.temperror(id, *failure, context)),
            (Gist::Void, _) => {
                context.trace.outcome(Outcome::Void);
                self.count_void_lookup(context)?;
                self.pass_over()
            }
            (answer, Some(Mechanism::A { cidr, .. })) => {
                let network = cidr.around(client);
                if answer.reaches(network) {
                    self.matched(Some(network.masked()), context)
                } else {
                    self.pass_over()
                }
            }
            (Gist::Addresses(addresses), Some(Mechanism::Exists { .. })) if addresses.any_v4 => {
                self.matched(None, context)
            }
            (Gist::Exchanges(hosts), Some(Mechanism::Mx { .. })) => {
                let hosts = hosts.clone();
                self.ask_hosts(hosts, context)
            }
            _ => self.pass_over(),
        }
    }

    /// RFC 7208 §5.4
    fn ask_hosts(&mut self, hosts: Vec<Name>, context: &mut Context) -> Step {
        if hosts.len() > usize::from(context.limits.mx_hosts) {
            return Err(self.permerror(Cause::MxHosts));
        }
        let client = context.subject.client;
        let mut ids = Vec::with_capacity(hosts.len());
        // RFC 7505 §3: the root says that there is no mail exchanger.
        for host in hosts.into_iter().filter(|host| !host.is_root()) {
            match context.ledger.need(address_question(host, client)) {
                Ok(id) => ids.push(id),
                Err(BudgetSpent) => return Err(self.permerror(Cause::Questions)),
            }
        }
        self.frame.stage = Stage::Hosts(ids);
        Ok(Poll::Ready(()))
    }

    /// The second half of RFC 7208 §5.4.
    ///
    /// RFC 7208 orders no mail exchanger before another, so one that matches decides, whichever
    /// answer comes first, and a failure counts only if none does: RFC 7208 §5 stops at the first
    /// failure, wherever a verifier comes to it.
    pub(super) fn compare_hosts(&mut self, context: &mut Context) -> Step {
        let (Stage::Hosts(ids), Some(Mechanism::Mx { cidr, .. })) =
            (&self.frame.stage, self.frame.mechanism())
        else {
            return self.pass_over();
        };
        let network = cidr.around(context.subject.client);
        let mut open = false;
        let mut failed = None;
        for &id in ids {
            match context.ledger.answer(id) {
                None => open = true,
                Some(Gist::Failed(failure)) => {
                    failed.get_or_insert((id, *failure));
                }
                Some(answer) if answer.reaches(network) => {
                    context.trace.alternatives(true, ids, &context.ledger);
                    return self.matched(Some(network.masked()), context);
                }
                Some(_) => {}
            }
        }
        if open {
            return Ok(Poll::Pending);
        }
        context.trace.alternatives(false, ids, &context.ledger);
        match failed {
            Some((id, failure)) => Err(self.temperror(id, failure, context)),
            None => self.pass_over(),
        }
    }

    /// RFC 7208 §5.5
    pub(super) fn compare_names(&mut self, context: &mut Context) -> Step {
        let Stage::Names(id, target) = &self.frame.stage else {
            return self.pass_over();
        };
        let Some(answer) = context.ledger.answer(*id) else {
            return Ok(Poll::Pending);
        };
        if matches!(answer, Gist::Void) {
            context.trace.question(*id, &context.ledger);
            context.trace.outcome(Outcome::Void);
            self.count_void_lookup(context)?;
            return self.pass_over();
        }
        let client = context.subject.client;
        let found = context
            .names
            .any_within(target, client, &mut context.ledger);
        if let (Ok(Poll::Ready(matches)), true) = (found, context.trace.is_wanted()) {
            context.trace.question(*id, &context.ledger);
            if let Ok((_, ids)) = context
                .names
                .asked(Some(target), client, &mut context.ledger)
            {
                context.trace.alternatives(matches, &ids, &context.ledger);
            }
        }
        match found {
            Ok(Poll::Ready(true)) => self.matched(None, context),
            // A failed answer has no names and fails to match.
            Ok(Poll::Ready(false)) => self.pass_over(),
            Ok(Poll::Pending) => Ok(Poll::Pending),
            Err(BudgetSpent) => Err(self.permerror(Cause::Questions)),
        }
    }
}
