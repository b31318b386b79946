//! The names of the client that lead back to it (RFC 7208 §5.5).

use alloc::vec::Vec;
use core::net::IpAddr;
use core::task::Poll;

use dns_txt::{Kind, Name, Question};

use crate::gist::Gist;
use crate::ledger::{BudgetSpent, Id, Ledger};
use crate::macros::dotted_address;
use crate::network::DualCidr;

/// The names of the client, validated as far as somebody has needed them.
///
/// They depend on nothing but the client, so all terms and macros of a check share them.
#[derive(Clone, Debug, Default)]
pub(crate) struct ClientNames {
    names: Option<Vec<Name>>,
}

impl ClientNames {
    /// The PTR question of the client.
    pub(crate) fn need(client: IpAddr, ledger: &mut Ledger<Gist>) -> Result<Id, BudgetSpent> {
        ledger.need(Question::new(reverse_name(client), Kind::Ptr))
    }

    /// Whether a validated name is `target` or below it (RFC 7208 §5.5). Only names that could be
    /// are looked up.
    ///
    /// A list further down in RFC 7208 §5.5 has it the other way round, a target below a name;
    /// RFC 7208 erratum 4751 reports it as a mistake, and its own example speaks against it.
    pub(crate) fn any_within(
        &mut self,
        target: &Name,
        client: IpAddr,
        ledger: &mut Ledger<Gist>,
    ) -> Result<Poll<bool>, BudgetSpent> {
        let Poll::Ready(names) = self.names(client, ledger)? else {
            return Ok(Poll::Pending);
        };
        let mut open = false;
        let mut ids = Vec::new();
        for name in names.iter().filter(|name| name.is_within(target)) {
            ids.push(ledger.need(address_question(name.clone(), client))?);
        }
        for id in ids {
            match ledger.answer(id) {
                Some(answer) if leads_to(answer, client) => return Ok(Poll::Ready(true)),
                Some(_) => {}
                None => open = true,
            }
        }
        Ok(if open {
            Poll::Pending
        } else {
            Poll::Ready(false)
        })
    }

    /// The name that `%{p}` stands for: `domain` itself before a name below it, that before any
    /// other (RFC 7208 §7.3).
    pub(crate) fn best(
        &mut self,
        domain: &Name,
        client: IpAddr,
        ledger: &mut Ledger<Gist>,
    ) -> Result<Poll<Option<Name>>, BudgetSpent> {
        let Poll::Ready(names) = self.names(client, ledger)? else {
            return Ok(Poll::Pending);
        };
        let mut ids = Vec::new();
        for name in names {
            ids.push(ledger.need(address_question(name.clone(), client))?);
        }
        let mut valid = Vec::new();
        for (name, id) in names.iter().zip(ids) {
            match ledger.answer(id) {
                Some(answer) if leads_to(answer, client) => valid.push(name),
                Some(_) => {}
                None => return Ok(Poll::Pending),
            }
        }
        let rank = |name: &&Name| {
            if *name == domain {
                0
            } else if name.is_within(domain) {
                1
            } else {
                2
            }
        };
        // The first of the best, as the answer has them.
        let best = valid.into_iter().min_by_key(rank);
        Ok(Poll::Ready(best.cloned()))
    }

    /// The PTR question, and the address questions of the names that are within `target`.
    pub(crate) fn asked(
        &self,
        target: Option<&Name>,
        client: IpAddr,
        ledger: &mut Ledger<Gist>,
    ) -> Result<(Id, Vec<Id>), BudgetSpent> {
        let names = self.names.iter().flatten();
        let asked = names.filter(|name| target.is_none_or(|target| name.is_within(target)));
        let addresses = asked.map(|name| ledger.need(address_question(name.clone(), client)));
        let addresses = addresses.collect::<Result<_, _>>()?;
        Ok((Self::need(client, ledger)?, addresses))
    }

    /// The names that the PTR answer gives, valid or not; none if it failed.
    fn names(
        &mut self,
        client: IpAddr,
        ledger: &mut Ledger<Gist>,
    ) -> Result<Poll<&[Name]>, BudgetSpent> {
        if self.names.is_none() {
            let id = Self::need(client, ledger)?;
            let Some(answer) = ledger.answer(id) else {
                return Ok(Poll::Pending);
            };
            self.names = Some(match answer {
                Gist::Names(names) => names.clone(),
                _ => Vec::new(),
            });
        }
        Ok(Poll::Ready(self.names.as_deref().unwrap_or_default()))
    }
}

/// The addresses of a host, of the client's family (RFC 7208 §5).
pub(crate) fn address_question(host: Name, client: IpAddr) -> Question {
    Question::new(
        host,
        match client {
            IpAddr::V4(_) => Kind::A,
            IpAddr::V6(_) => Kind::Aaaa,
        },
    )
}

fn leads_to(answer: &Gist, client: IpAddr) -> bool {
    answer.reaches(DualCidr::HOST.around(client))
}

/// `4.3.2.1.in-addr.arpa` (RFC 1035 §3.5), or its like below `ip6.arpa` (RFC 3596 §2.5).
fn reverse_name(client: IpAddr) -> Name {
    let dotted = dotted_address(client);
    let top: &[&[u8]] = match client {
        IpAddr::V4(_) => &[b"in-addr", b"arpa"],
        IpAddr::V6(_) => &[b"ip6", b"arpa"],
    };
    let labels = dotted.split(|&octet| octet == b'.').rev();
    Name::from_labels(labels.chain(top.iter().copied()))
        .expect("at most 34 short labels are a name")
}
