//! Which fields of a header a signature is made over ([RFC 6376] §5.4.2).
//!
//! [RFC 6376]: https://www.rfc-editor.org/rfc/rfc6376

use alloc::vec;
use alloc::vec::Vec;
use core::cmp::Ordering;

use crate::header_block::Header;

/// The fields that a list of names picks out of a header, in the order of the list.
///
/// The first time a name is listed it stands for the lowest field of that name, the second time
/// for the one above, and so on; when there is none left it stands for nothing
/// (RFC 6376 §5.4.2). Names are compared without case.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Selection {
    picks: Vec<Pick>,
}

impl Selection {
    /// Picks the listed fields. The field at the index `except` counts as absent: no signature
    /// covers itself (RFC 6376 §3.5).
    ///
    /// One pass over the header, whatever the list.
    pub fn new<'n>(
        header: &Header<'_>,
        names: impl IntoIterator<Item = &'n str>,
        except: Option<usize>,
    ) -> Self {
        let mut wanted = Wanted::new(names);
        for (index, field) in header.fields().enumerate().rev() {
            if Some(index) != except {
                wanted.take(field.name(), index);
            }
        }
        Self {
            picks: wanted.into_picks(),
        }
    }

    /// What each name of the list stands for, in the order of the list.
    pub fn picks(&self) -> &[Pick] {
        &self.picks
    }

    /// The indexes of the fields that were found, in the order of the list: what is hashed.
    pub fn indexes(&self) -> impl Iterator<Item = usize> {
        self.picks.iter().filter_map(|pick| pick.field)
    }
}

/// What one listed name stands for.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
#[non_exhaustive]
pub struct Pick {
    /// The field's index in the header; `None` if there is none, or none left.
    pub field: Option<usize>,
    /// How many fields of this name the header has, listed or not.
    pub present: usize,
    /// How many of them are picked, by this entry of the list and the others of its name.
    pub signed: usize,
}

/// A list of names in an order in which each is found quickly.
struct Wanted<'n> {
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

impl<'n> Wanted<'n> {
    fn new(names: impl IntoIterator<Item = &'n str>) -> Self {
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
    fn take(&mut self, name: &[u8], index: usize) {
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

    fn into_picks(self) -> Vec<Pick> {
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
        Self(lower_case(start))
    }
}

/// Sixteen octets in lower case, all at once.
///
/// The sums stay within each octet: of a letter's two bounds, one is past its high bit.
fn lower_case(octets: u128) -> u128 {
    const LOW: u128 = u128::from_ne_bytes([0x7f; START]);
    const FROM_A: u128 = u128::from_ne_bytes([0x80 - b'A'; START]);
    const BEHIND_Z: u128 = u128::from_ne_bytes([0x7f - b'Z'; START]);
    let low = octets & LOW;
    let is_upper = ((low + FROM_A) ^ (low + BEHIND_Z)) & !octets & !LOW;
    octets | (is_upper >> 2)
}

/// One of 64 bits, the same for a name in either case.
fn mark(name: &[u8]) -> u64 {
    let case = b'a' ^ b'A';
    let ends = match name {
        [first, .., last] => usize::from(first | case) * 7 + usize::from(last | case) * 3,
        _ => 0,
    };
    1 << ((name.len() + ends) % 64)
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
const START: usize = 16;

/// Room for the names of most lists, so that it need not grow.
const USUAL_NAMES: usize = 32;

#[cfg(test)]
mod tests {
    use super::*;

    fn picked(message: &[u8], names: &[&str], except: Option<usize>) -> Vec<Option<usize>> {
        let (header, _) = Header::split(message);
        let selection = Selection::new(&header, names.iter().copied(), except);
        selection.picks().iter().map(|pick| pick.field).collect()
    }

    const MESSAGE: &[u8] =
        b"Received: A\r\nReceived: B\r\nReceived: C\r\nFROM: d\r\nTo : e\r\nX\r\nSubject: f\r\n\r\n";

    #[test]
    fn names_are_taken_from_the_bottom_up() {
        assert_eq!(
            picked(MESSAGE, &["Received", "to", "Received", "from"], None),
            [Some(2), Some(4), Some(1), Some(3)]
        );
    }

    #[test]
    fn c06_names_are_consumed_without_case_and_absent_ones_stand_for_nothing() {
        assert_eq!(
            picked(
                MESSAGE,
                &[
                    "rEcEiVeD", "cc", "received", "RECEIVED", "Received", "From", "from"
                ],
                None
            ),
            [Some(2), None, Some(1), Some(0), None, Some(3), None]
        );
        assert_eq!(picked(MESSAGE, &[], None), []);
        assert_eq!(picked(b"", &["from"], None), [None]);
    }

    #[test]
    fn c19_the_signature_under_test_is_passed_by() {
        let message =
            b"DKIM-Signature: 1\r\nDKIM-Signature: 2\r\nDKIM-Signature: 3\r\nFrom: a\r\n\r\n";
        let names = ["From", "DKIM-Signature", "DKIM-Signature", "DKIM-Signature"];
        assert_eq!(
            picked(message, &names, Some(1)),
            [Some(3), Some(2), Some(0), None]
        );
    }

    #[test]
    fn present_fields_are_counted_for_every_name() {
        let (header, _) = Header::split(MESSAGE);
        let selection = Selection::new(&header, ["from", "received", "cc", "received"], None);
        let counts = selection
            .picks()
            .iter()
            .map(|pick| (pick.present, pick.signed));
        assert_eq!(counts.collect::<Vec<_>>(), [(1, 1), (3, 2), (0, 0), (3, 2)]);
        assert_eq!(selection.indexes().collect::<Vec<_>>(), [3, 2, 1]);
    }

    #[test]
    fn c11_many_fields_and_many_names_take_one_pass() {
        let message = b"Received: x\r\nX-Other: y\r\n".repeat(50_000);
        let names: Vec<&str> = ["received", "from", "x-other"].repeat(333);
        let picks = picked(&message, &names, None);
        assert_eq!(picks.iter().flatten().count(), 666);
        assert_eq!(picks.first(), Some(&Some(99_998)));
    }

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
