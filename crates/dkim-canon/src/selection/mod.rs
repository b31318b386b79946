//! Which fields of a header a signature is made over ([RFC 6376] §5.4.2).
//!
//! [RFC 6376]: https://www.rfc-editor.org/rfc/rfc6376

mod few;
mod many;

use alloc::vec::Vec;

use self::few::Few;
use self::many::Many;
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
        let mut names = names.into_iter();
        let mut few = Few::default();
        let picks = match names.find(|name| !few.push(name)) {
            None => {
                each_field(header, except, |name, index| few.take(name, index));
                few.into_picks()
            }
            Some(one_more) => {
                let names = few.names().chain([one_more]).chain(names);
                let mut many = Many::new(names);
                each_field(header, except, |name, index| many.take(name, index));
                many.into_picks()
            }
        };
        Self { picks }
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

/// The names of all fields but one, from the bottom up.
fn each_field(header: &Header<'_>, except: Option<usize>, mut take: impl FnMut(&[u8], usize)) {
    for (index, field) in header.fields().enumerate().rev() {
        if Some(index) != except {
            take(field.name(), index);
        }
    }
}

/// One of 64 bits, the same for a name in either case, to pass by most fields that are not listed.
fn mark(name: &[u8]) -> u64 {
    let case = b'a' ^ b'A';
    let ends = match name {
        [first, .., last] => usize::from(first | case) * 7 + usize::from(last | case) * 3,
        _ => 0,
    };
    1 << ((name.len() + ends) % 64)
}

#[cfg(test)]
mod tests {
    use alloc::format;
    use alloc::string::String;

    use proptest::prelude::*;

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

    proptest! {
        #[test]
        fn few_names_are_picked_as_many_are(
            names in proptest::collection::vec("[aAbB]{1,2}|[a-z]{15}[xX]", 0..=Few::MOST),
            fields in proptest::collection::vec("[aAbB]{1,2}|[a-z]{15}[xX]", 0..12),
        ) {
            let header: String = fields.iter().map(|name| format!("{name}: x\r\n")).collect();
            let (header, _) = Header::split(header.as_bytes());
            let mut few = Few::default();
            prop_assert!(names.iter().all(|name| few.push(name)));
            let mut many = Many::new(names.iter().map(String::as_str));
            for (index, field) in header.fields().enumerate() {
                few.take(field.name(), index);
                many.take(field.name(), index);
            }
            prop_assert_eq!(few.into_picks(), many.into_picks());
        }
    }
}
