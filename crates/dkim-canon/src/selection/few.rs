//! As few names as nearly every signature lists, each compared with each field that may be meant.

use alloc::vec::Vec;

use super::{Pick, mark};

/// A list of names, and what was found for each.
#[derive(Default)]
pub(super) struct Few<'n> {
    entries: Vec<Entry<'n>>,
    /// A bit for each name.
    marks: u64,
    picks: Vec<Pick>,
}

struct Entry<'n> {
    name: &'n str,
    mark: u64,
    /// The first entry of the same name, whose pick counts for all of them.
    first: usize,
}

impl<'n> Few<'n> {
    /// More names are found sooner when they are sorted.
    pub(super) const MOST: usize = 32;

    /// Adds a name to the list; `false` if it has enough.
    pub(super) fn push(&mut self, name: &'n str) -> bool {
        let place = self.entries.len();
        if place == Self::MOST {
            return false;
        }
        if place == 0 {
            self.entries.reserve(Self::MOST);
            self.picks.reserve(Self::MOST);
        }
        let mark = mark(name.as_bytes());
        let first = self.first(name.as_bytes(), mark).unwrap_or(place);
        self.marks |= mark;
        self.entries.push(Entry { name, mark, first });
        self.picks.push(Pick::default());
        if let Some(pick) = self.picks.get_mut(first) {
            // As many as are listed, until it is known how many there are.
            pick.signed += 1;
        }
        true
    }

    pub(super) fn names(&self) -> impl Iterator<Item = &'n str> {
        self.entries.iter().map(|entry| entry.name)
    }

    /// Gives a field to the first entry of its name that has none.
    pub(super) fn take(&mut self, name: &[u8], index: usize) {
        let Some(first) = self.first(name, mark(name)) else {
            return;
        };
        let entries = self.entries.iter().zip(&mut self.picks).skip(first);
        let mut group = entries.filter(|(entry, _)| entry.first == first);
        let Some((_, head)) = group.next() else {
            return;
        };
        head.present += 1;
        if head.field.is_none() {
            head.field = Some(index);
        } else if let Some((_, next)) = group.find(|(_, pick)| pick.field.is_none()) {
            next.field = Some(index);
        }
    }

    pub(super) fn into_picks(self) -> Vec<Pick> {
        let mut picks = self.picks;
        for (place, entry) in self.entries.iter().enumerate() {
            let head = picks.get(entry.first).copied().unwrap_or_default();
            if let Some(pick) = picks.get_mut(place) {
                pick.present = head.present;
                pick.signed = head.signed.min(head.present);
            }
        }
        picks
    }

    fn first(&self, name: &[u8], mark: u64) -> Option<usize> {
        if self.marks & mark == 0 {
            return None;
        }
        self.entries.iter().position(|entry| {
            entry.mark == mark && entry.name.as_bytes().eq_ignore_ascii_case(name)
        })
    }
}
