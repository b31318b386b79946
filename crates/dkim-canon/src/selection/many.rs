//! Any number of names, found in the time that sorting takes.

use alloc::vec;
use alloc::vec::Vec;
use core::cmp::Ordering;

use super::{Pick, mark};
use crate::gather::BLOCK;
use crate::relaxed_field::lower_case;

/// A list of names in an order in which each is found quickly.
pub(super) struct Many<'n> {
    /// By name, then by place in the list.
    entries: Vec<Entry<'n>>,
    /// A bit for each name, to pass by most other fields.
    marks: u64,
}

struct Entry<'n> {
    start: Start,
    name: &'n str,
    place: usize,
    pick: Pick,
}

impl<'n> Many<'n> {
    pub(super) fn new(names: impl IntoIterator<Item = &'n str>) -> Self {
        let mut wanted = Self {
            entries: Vec::with_capacity(USUAL_NAMES),
            marks: 0,
        };
        for (place, name) in names.into_iter().enumerate() {
            wanted.marks |= mark(name.as_bytes());
            wanted.entries.push(Entry {
                start: Start::of(name.as_bytes()),
                name,
                place,
                pick: Pick::default(),
            });
        }
        wanted.entries.sort_unstable_by(|a, b| {
            a.compare(b.start, b.name.as_bytes())
                .then(a.place.cmp(&b.place))
        });
        wanted
    }

    /// Gives a field to the first entry of its name that has none.
    pub(super) fn take(&mut self, name: &[u8], index: usize) {
        if self.marks & mark(name) == 0 {
            return;
        }
        let start = Start::of(name);
        let first = self
            .entries
            .partition_point(|entry| entry.compare(start, name).is_lt());
        let Some(group) = self.entries.get_mut(first..) else {
            return;
        };
        let of_this_name = |entry: &Entry<'_>| entry.compare(start, name).is_eq();
        let Some(head) = group.first_mut().filter(|entry| of_this_name(entry)) else {
            return;
        };
        let taken = head.pick.present;
        head.pick.present += 1;
        if let Some(next) = group.get_mut(taken).filter(|entry| of_this_name(entry)) {
            next.pick.field = Some(index);
        }
    }

    pub(super) fn into_picks(self) -> Vec<Pick> {
        let mut picks = vec![Pick::default(); self.entries.len()];
        let groups = self
            .entries
            .chunk_by(|a, b| a.compare(b.start, b.name.as_bytes()).is_eq());
        for group in groups {
            // The first entry of a name has counted the fields.
            let present = group.first().map_or(0, |head| head.pick.present);
            for entry in group {
                if let Some(pick) = picks.get_mut(entry.place) {
                    pick.field = entry.pick.field;
                    pick.present = present;
                    pick.signed = present.min(group.len());
                }
            }
        }
        picks
    }
}

impl Entry<'_> {
    /// By name without case. Most names have nothing behind their start.
    fn compare(&self, start: Start, name: &[u8]) -> Ordering {
        let own = self.name.as_bytes();
        self.start
            .cmp(&start)
            .then_with(|| without_case(behind_start(own), behind_start(name)))
            // A start does not tell a NUL at the end of a name from the end of the name.
            .then(own.len().cmp(&name.len()))
    }
}

/// The first octets of a name, in lower case, as a number that compares as they do.
#[derive(Clone, Copy, Eq, Ord, PartialEq, PartialOrd)]
struct Start(u128);

impl Start {
    #[inline]
    fn of(name: &[u8]) -> Self {
        let free = u8::BITS * (START.saturating_sub(name.len()) as u32);
        let start = if let Some(first) = name.first_chunk() {
            u128::from_be_bytes(*first)
        } else if let (Some(first), Some(last)) = (name.first_chunk(), name.last_chunk()) {
            // The two overlap where they are equal.
            u128::from(u64::from_be_bytes(*first)) << 64
                | u128::from(u64::from_be_bytes(*last)) << free
        } else {
            let push = |start, octet: &u8| start << u8::BITS | u128::from(*octet);
            name.iter().fold(0u128, push).checked_shl(free).unwrap_or(0)
        };
        Self(u128::from_be_bytes(lower_case(&start.to_be_bytes())))
    }
}

fn behind_start(name: &[u8]) -> &[u8] {
    name.get(START..).unwrap_or_default()
}

fn without_case(a: &[u8], b: &[u8]) -> Ordering {
    a.iter()
        .map(u8::to_ascii_lowercase)
        .cmp(b.iter().map(u8::to_ascii_lowercase))
}

/// How many octets of a name are its start.
const START: usize = BLOCK;

/// Room for the names of most lists, so that it need not grow.
const USUAL_NAMES: usize = 32;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_of_a_start_are_in_lower_case_and_nothing_else_changes() {
        for octet in 0..=255u8 {
            let name = [octet, b'A', octet, b'z'];
            let start = Start::of(&name).0.to_be_bytes();
            assert_eq!(start[..4], name.to_ascii_lowercase());
            assert_eq!(start[4..], [0; START - 4]);
        }
        for length in 0..20 {
            let name = b"List-Unsubscribe-Post"[..length].to_vec();
            let start = Start::of(&name).0.to_be_bytes();
            let mut expected = name.to_ascii_lowercase();
            expected.resize(START, 0);
            assert_eq!(start[..], expected);
        }
    }
}
