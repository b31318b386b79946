//! Lists of hosts: PeerList, InternalHosts, ExternalIgnoreList.
//!
//! OpenDKIM asks its data set for one spelling after the other, from the most precise to the least,
//! and the first that is there decides. So an entry works only if it is spelled as it is asked for,
//! and these lists have traps that this module keeps, and warns of:
//!
//! * `.example.com` is every host below example.com; `*.example.com` is nothing. In a `refile:` it
//!   matches, but the spelling with `!` matches it first, so it never admits anybody.
//! * A network with host bits set (`192.0.2.1/24`), or with a netmask, is never asked for.
//! * IPv6 addresses are spelled as RFC 5952 spells them.
//! * What the name does not admit the address may, and the other way round.
//!
//! One hole of OpenDKIM is closed: whoever has an address chooses its name, and there it may be
//! `192.0.2.1` or, for a pattern `192.0.2.*`, `192.0.2.example.com`. Here what is meant for addresses
//! admits nobody by name.

use core::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::path::Path;

use super::data_set::{Case, DataSet, DataSource, Entry};
use super::final_dot;
use super::pattern::is_literal;
use super::place::{Place, Warning};
use crate::config::ConfigError;

/// A list of hosts.
#[derive(Clone, Debug)]
pub struct HostList {
    set: DataSet,
    /// The lengths of the networks in it, sorted; `None` if any network may match a pattern.
    prefixes: Option<Vec<u32>>,
}

impl HostList {
    /// Reads a list, and warns of entries that do nothing.
    pub fn read(source: &DataSource, warnings: &mut Vec<Warning>) -> Result<Self, ConfigError> {
        let set = source.read(Case::Ignored)?;
        warnings.extend(set.warnings());
        for entry in set.entries() {
            let idle = idle(&entry.key, set.is_patterns());
            if let Some(text) = idle.or_else(|| final_dot::idle(&entry.key)) {
                warnings.push(Warning::new(&entry.place, text));
            }
        }
        let prefixes = (!set.is_patterns()).then(|| prefixes(set.entries()));
        Ok(Self { set, prefixes })
    }

    /// Who is internal where InternalHosts is not set: this machine.
    pub(super) fn default_internal(conf: &Path) -> Result<Self, ConfigError> {
        let place = Place::new(conf.into(), 0);
        let source = DataSource::parse("csl:127.0.0.1,::1", place.clone());
        let source = source.map_err(|error| place.fault(error))?;
        Self::read(&source, &mut Vec::new())
    }

    /// The entries, in their order.
    pub fn entries(&self) -> &[Entry] {
        self.set.entries()
    }

    /// The entry that admits a client by its name or its address; `None` if none does.
    pub fn admits(&self, name: &str, address: Option<IpAddr>) -> Option<&Entry> {
        let by_name = self.decide(names(name));
        let by_name = by_name.filter(|entry| is_host_name(name) && may_be_name(&entry.key));
        by_name.or_else(|| {
            // Of IPv6 there are 129 networks, and four spellings of each.
            let is_asked = |prefix: &u32| match &self.prefixes {
                Some(prefixes) => prefixes.binary_search(prefix).is_ok(),
                None => true,
            };
            self.decide(addresses(address?, is_asked))
        })
    }

    /// The first spelling that is there decides.
    fn decide(&self, spellings: impl Iterator<Item = String>) -> Option<&Entry> {
        let mut found = spellings.filter_map(|spelling| {
            let entry = self.set.find(&spelling)?;
            Some((!spelling.starts_with('!')).then_some(entry))
        });
        found.next()?
    }
}

/// Whether it is the name of a host, and not an address, a network, or an address in brackets for
/// want of a name.
fn is_host_name(name: &str) -> bool {
    !name.contains(['/', ':', '[']) && name.parse::<Ipv4Addr>().is_err()
}

/// Whether an entry is meant for names: there are letters in each, if not in IPv4 addresses.
fn may_be_name(entry: &str) -> bool {
    entry.contains(|character: char| character.is_alphabetic())
}

/// The name, then each `.suffix` of it.
fn names(name: &str) -> impl Iterator<Item = String> {
    let name = name.to_ascii_lowercase();
    let mut rest = (!name.is_empty()).then_some(name);
    let suffixes = core::iter::from_fn(move || {
        let this = rest.take()?;
        let dot = this.bytes().skip(1).position(|octet| octet == b'.');
        rest = dot.and_then(|dot| Some(this.get(dot + 1..)?.to_owned()));
        Some(this)
    });
    suffixes.flat_map(|suffix| [format!("!{suffix}"), suffix])
}

/// The lengths of the networks among the entries.
fn prefixes(entries: &[Entry]) -> Vec<u32> {
    let lengths = entries.iter().filter_map(|entry| {
        let (_, prefix) = entry.key.rsplit_once('/')?;
        prefix.parse().ok()
    });
    let mut lengths: Vec<u32> = lengths.collect();
    lengths.sort_unstable();
    lengths.dedup();
    lengths
}

/// The address, then each network that it is in and whose length is asked for.
fn addresses(address: IpAddr, is_asked: impl Fn(&u32) -> bool) -> impl Iterator<Item = String> {
    let length = match address {
        IpAddr::V4(_) => Ipv4Addr::BITS,
        IpAddr::V6(_) => Ipv6Addr::BITS,
    };
    let asked = (0..=length).rev().filter(is_asked);
    let networks = asked.map(move |prefix| {
        let network = network(address, prefix);
        (network.to_string(), format!("/{prefix}"))
    });
    let all = core::iter::once((address.to_string(), String::new())).chain(networks);
    all.flat_map(|(host, prefix)| {
        [
            format!("!{host}{prefix}"),
            format!("{host}{prefix}"),
            format!("![{host}]{prefix}"),
            format!("[{host}]{prefix}"),
        ]
    })
}

/// The address with all bits behind the first `prefix` cleared.
fn network(address: IpAddr, prefix: u32) -> IpAddr {
    match address {
        IpAddr::V4(address) => {
            let mask = u32::MAX.checked_shl(Ipv4Addr::BITS.saturating_sub(prefix));
            Ipv4Addr::from_bits(address.to_bits() & mask.unwrap_or_default()).into()
        }
        IpAddr::V6(address) => {
            let mask = u128::MAX.checked_shl(Ipv6Addr::BITS.saturating_sub(prefix));
            Ipv6Addr::from_bits(address.to_bits() & mask.unwrap_or_default()).into()
        }
    }
}

/// Why an entry never admits or keeps out anybody, or others than it seems to.
fn idle(key: &str, is_pattern: bool) -> Option<String> {
    let bare = key.strip_prefix('!').unwrap_or(key);
    if let Some(parent) = bare.strip_prefix("*.") {
        return Some(format!(
            "{key} admits nobody; for all hosts below {parent} write .{parent}"
        ));
    }
    if is_pattern && !is_literal(bare) {
        return (!may_be_name(bare)).then(|| {
            format!(
                "{key} may match the networks around it, too, as 10.0.0.* does 10.0.0.0/8; write \
                 networks such as 192.0.2.0/24"
            )
        });
    }
    if let Some((host, prefix)) = bare.split_once('/') {
        return idle_network(key, host, prefix);
    }
    let address: IpAddr = unbracketed(bare)?.parse().ok()?;
    misspelled(key, bare, &address.to_string())
}

fn idle_network(key: &str, host: &str, prefix: &str) -> Option<String> {
    let Some(Ok(address)) = unbracketed(host).map(str::parse::<IpAddr>) else {
        return Some(format!(
            "{key} matches nothing: before the slash stands a whole address"
        ));
    };
    let length = if address.is_ipv4() {
        Ipv4Addr::BITS
    } else {
        Ipv6Addr::BITS
    };
    let number = prefix.parse().ok().filter(|&number| number <= length);
    let Some(number) = number else {
        return Some(format!(
            "{key} matches nothing: behind the slash stands a number of bits up to {length}"
        ));
    };
    let right = format!("{}/{number}", network(address, number));
    misspelled(key, &format!("{}/{prefix}", unbracketed(host)?), &right)
}

/// An entry that is spelled in another way than it is asked for.
fn misspelled(key: &str, bare: &str, right: &str) -> Option<String> {
    let bare = unbracketed(bare)?;
    let sign = if key.starts_with('!') { "!" } else { "" };
    let differs = !bare.eq_ignore_ascii_case(right);
    differs.then(|| format!("{key} matches nothing; write {sign}{right}"))
}

/// What stands in brackets, or all of it.
fn unbracketed(host: &str) -> Option<&str> {
    match host.strip_prefix('[') {
        Some(rest) => rest.strip_suffix(']'),
        None => Some(host),
    }
}

#[cfg(test)]
mod tests;
