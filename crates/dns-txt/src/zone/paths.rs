//! Which names exist because others stand below them (RFC 8020 §2).

use alloc::boxed::Box;
use alloc::collections::BTreeSet;
use alloc::vec::Vec;
use core::ops::Bound;

use crate::name::Name;

/// The names of a zone, each with its rightmost label first: what stands below a name follows it.
///
/// So a name need not be held for each label of another, with the octets of all labels above it.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub(super) struct Paths {
    paths: BTreeSet<Box<[u8]>>,
}

impl Paths {
    pub(super) fn insert(&mut self, name: &Name) {
        self.paths.insert(path(name).into_boxed_slice());
    }

    /// Whether the name is one of them, or an ancestor of one.
    pub(super) fn lead_to(&self, name: &Name) -> bool {
        let path = path(name);
        let from = (Bound::Included(&*path), Bound::Unbounded);
        let next = self.paths.range::<[u8], _>(from).next();
        next.is_some_and(|next| next.starts_with(&path))
    }
}

/// Each label behind its length, so that none begins in the middle of another.
fn path(name: &Name) -> Vec<u8> {
    let labels: Vec<&[u8]> = name.labels().collect();
    let mut path = Vec::with_capacity(labels.iter().map(|label| 1 + label.len()).sum());
    for label in labels.iter().rev() {
        path.extend(u8::try_from(label.len()));
        path.extend_from_slice(label);
    }
    path
}
