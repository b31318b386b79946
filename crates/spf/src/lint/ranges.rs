//! Which ranges of addresses stand within others.

use alloc::vec::Vec;
use core::net::IpAddr;

use crate::network::Network;
use crate::record::Qualifier;

/// A range of a record.
#[derive(Clone, Copy, Debug)]
pub(super) struct Range {
    pub(super) network: Network,
    /// What its match means for the policy.
    pub(super) qualifier: Qualifier,
    /// In which record and at which term it stands.
    pub(super) node: usize,
    pub(super) term: usize,
}

/// The ranges that change nothing, each with the one that would match in its place: an earlier one
/// keeps it from ever being reached, a later one with the same qualifier gives the same result.
///
/// `ranges` are in the order of evaluation; the result is so too and names them by index. Time is
/// that of sorting.
pub(super) fn covered(ranges: &[Range]) -> Vec<(usize, usize)> {
    let mut sorted: Vec<(usize, &Range)> = ranges.iter().enumerate().collect();
    // Within a family: a range comes behind those that hold it, and equal ones in their order.
    sorted.sort_unstable_by_key(|(index, range)| (key(range.network), *index));

    let mut covered = Vec::new();
    // The ranges that hold the one at hand, the widest first; each with the one of them, up to
    // itself, that is evaluated first.
    let mut holders: Vec<(&Range, usize)> = Vec::new();
    for (index, range) in sorted {
        while holders
            .pop_if(|(holder, _)| !holds(holder.network, range.network))
            .is_some()
        {}
        let mut first = index;
        if let Some(&(_, holder)) = holders.last() {
            let same = ranges.get(holder).map(|holder| holder.qualifier) == Some(range.qualifier);
            if holder < index || same {
                covered.push((index, holder));
            }
            first = first.min(holder);
        }
        holders.push((range, first));
    }
    covered.sort_unstable();
    covered
}

/// By family, then by first address, then the widest first.
fn key(network: Network) -> (bool, u128, u8) {
    let network = network.masked();
    let length = network.prefix_length();
    match network.address() {
        IpAddr::V4(address) => (false, address.to_bits().into(), length),
        IpAddr::V6(address) => (true, address.to_bits(), length),
    }
}

fn holds(outer: Network, inner: Network) -> bool {
    outer.prefix_length() <= inner.prefix_length() && outer.contains(inner.address())
}

#[cfg(test)]
mod tests {
    use alloc::string::ToString;
    use alloc::vec;

    use proptest::prelude::*;

    use super::*;

    fn range(text: &str) -> Range {
        let (qualifier, text) = match text.strip_prefix('-') {
            Some(text) => (Qualifier::Fail, text),
            None => (Qualifier::Pass, text),
        };
        let (address, length) = text.split_once('/').unwrap();
        Range {
            network: Network::new(address.parse().unwrap(), length.parse().unwrap()).unwrap(),
            qualifier,
            node: 0,
            term: 0,
        }
    }

    #[test]
    fn a_range_is_covered_by_what_would_match_in_its_place() {
        for (ranges, expected) in [
            ("10.0.0.0/24 10.0.1.0/24", vec![]),
            ("10.0.0.0/24 10.0.0.0/24", vec![(1, 0)]),
            ("10.0.0.1/32 10.0.0.0/24", vec![(0, 1)]),
            ("10.0.0.0/24 10.0.0.1/32", vec![(1, 0)]),
            // Host bits do not count.
            ("10.0.0.7/24 10.0.0.9/24", vec![(1, 0)]),
            // An exception before its rule is one; behind it, it is never reached.
            ("-10.0.0.1/32 10.0.0.0/24", vec![]),
            ("10.0.0.0/24 -10.0.0.1/32", vec![(1, 0)]),
            // What an exception is excepted from would match in its place.
            ("10.0.0.1/32 -10.0.0.0/28 10.0.0.0/24", vec![]),
            ("10.0.0.1/32 10.0.0.0/24 -10.0.0.0/28", vec![(0, 1), (2, 1)]),
            ("10.0.0.0/8 -10.0.0.0/16 10.0.0.0/24", vec![(1, 0), (2, 0)]),
            // Families are apart, and so are neighbours.
            ("0.0.0.0/0 ::/0", vec![]),
            ("::/0 2001:db8::/32 2001:db8::1/128", vec![(1, 0), (2, 0)]),
            ("10.0.0.0/25 10.0.0.128/25 10.0.0.64/26", vec![(2, 0)]),
        ] {
            let parsed: Vec<Range> = ranges.split(' ').map(range).collect();
            assert_eq!(covered(&parsed), expected, "{ranges}");
        }
    }

    proptest! {
        #[test]
        fn the_same_as_comparing_each_with_each(
            ranges in proptest::collection::vec((0u8..16, 28u8..=32, any::<bool>()), 0..20)
        ) {
            let ranges: Vec<Range> = (ranges.into_iter())
                .map(|(host, length, fails)| {
                    let sign = if fails { "-" } else { "" };
                    range(&[sign, "10.0.0.", &host.to_string(), "/", &length.to_string()].concat())
                })
                .collect();
            let mut expected = Vec::new();
            for (index, inner) in ranges.iter().enumerate() {
                let holder = ranges.iter().enumerate().find(|(other, outer)| {
                    let equal = holds(inner.network, outer.network);
                    *other != index
                        && holds(outer.network, inner.network)
                        // Of equal ranges, the first is not held by the others.
                        && (!equal || *other < index)
                });
                if let Some((other, outer)) = holder
                    && (other < index || outer.qualifier == inner.qualifier)
                {
                    expected.push((index, other));
                }
            }
            prop_assert_eq!(covered(&ranges), expected);
        }
    }
}
