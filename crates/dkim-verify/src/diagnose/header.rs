//! What happened to the header: edits are undone until the signature fits.

use alloc::vec::Vec;

use dkim_canon::{Form, Header, Selection, SignatureField, signed_octets};
use sha2::{Digest as _, Sha256};

use super::finding::Finding;
use super::list;
use super::proof::Proof;
use super::variants;

/// What keeps the signature from fitting the header; nothing if it fits, or if there is no key.
/// `part` are the fields of the part that the body became, if it did.
pub(super) fn findings(
    tags: &SignatureField,
    header: &Header<'_>,
    index: usize,
    part: Option<&Header<'_>>,
    mut proof: Proof<'_>,
) -> Vec<Finding> {
    let now = Draft::new(header, index);
    let form = tags.canonicalization().header;
    if proof.is_idle() || proof.fits(&now.digest(tags, form)) {
        return Vec::new();
    }
    if proof.is_foreign() {
        let signature_bits = tags.signature().len() * 8;
        return Vec::from([Finding::OtherKey { signature_bits }]);
    }
    let other = match form {
        Form::Relaxed => Form::Simple,
        Form::Simple => Form::Relaxed,
    };
    if proof.fits(&now.digest(tags, other)) {
        return Vec::from([Finding::HeaderForm { form: other }]);
    }
    let mut left = header
        .as_octets()
        .len()
        .saturating_mul(OCTETS_PER_OCTET)
        .max(LEAST_OCTETS);
    let mut fits = |edits: &[&Edit]| {
        let Some(rest) = left.checked_sub(header.as_octets().len()) else {
            return false;
        };
        left = rest;
        proof.fits(&now.with(edits).digest(tags, form))
    };

    let copied = variants::as_copied(tags, header, index);
    if let Some(found) = needed(&copied, None, &mut fits) {
        return found;
    }
    if let Some(part) = part {
        let tagged = list::edits(header, &variants::signed(tags, header, index));
        for unwrapped in variants::unwrapped(tags, header, index, part) {
            for more in core::iter::once(None).chain(tagged.iter().map(Some)) {
                if let Some(found) = needed(&unwrapped, more, &mut fits) {
                    return found;
                }
            }
        }
    }
    let edits = variants::edits(tags, header, index);
    fewest(&edits, &mut fits).unwrap_or_else(|| {
        Vec::from([match proof.is_own() {
            true => Finding::HeaderChanged,
            false => Finding::Unexplained,
        }])
    })
}

/// What has happened if one of these edits undoes it, or two of them that leave each other alone.
fn fewest(edits: &[Edit], fits: &mut impl FnMut(&[&Edit]) -> bool) -> Option<Vec<Finding>> {
    if let Some(edit) = edits.iter().find(|edit| fits(&[edit])) {
        return Some(told(&[edit]));
    }
    let mut pairs = edits.iter().enumerate().flat_map(|(number, first)| {
        let later = edits.iter().skip(number + 1);
        let apart = later.filter(|second| !first.overlaps(second));
        apart.map(move |second| (first, second))
    });
    pairs
        .find(|(first, second)| fits(&[first, second]))
        .map(|(first, second)| told(&[first, second]))
}

/// What has happened if all of these edits undo it. What the canonical form forgives, and what is
/// not signed, broke nothing, and is not told.
fn needed(
    edits: &[Edit],
    more: Option<&Edit>,
    fits: &mut impl FnMut(&[&Edit]) -> bool,
) -> Option<Vec<Finding>> {
    let mut needed: Vec<&Edit> = edits.iter().chain(more).collect();
    if needed.is_empty() || !fits(&needed) {
        return None;
    }
    for edit in edits {
        let others = needed.iter().copied();
        let others: Vec<&Edit> = others
            .filter(|other| !core::ptr::eq(*other, edit))
            .collect();
        if fits(&others) {
            needed = others;
        }
    }
    Some(told(&needed))
}

/// What has happened if these edits undo it.
fn told(edits: &[&Edit]) -> Vec<Finding> {
    let findings = edits.iter().flat_map(|edit| &edit.findings);
    findings.cloned().collect()
}

/// A way to undo what may have happened to some fields.
#[derive(Clone, Debug, Default)]
pub(super) struct Edit {
    /// The field at this index becomes this, or nothing.
    pub(super) changes: Vec<(usize, Vec<u8>)>,
    /// Fields that stood in the header.
    pub(super) added: Vec<u8>,
    /// What happened if the signature fits then.
    pub(super) findings: Vec<Finding>,
}

impl Edit {
    fn overlaps(&self, other: &Self) -> bool {
        let same = |index| other.changes.iter().any(|(changed, _)| *changed == index);
        self.changes.iter().any(|(index, _)| same(*index))
    }
}

/// A header, as it is or as it may have been.
struct Draft {
    fields: Vec<Vec<u8>>,
    signature: usize,
}

impl Draft {
    fn new(header: &Header<'_>, signature: usize) -> Self {
        Self {
            fields: header
                .fields()
                .map(|field| Vec::from(field.raw()))
                .collect(),
            signature,
        }
    }

    fn with(&self, edits: &[&Edit]) -> Self {
        let mut fields = self.fields.clone();
        for edit in edits {
            for (index, raw) in &edit.changes {
                if let Some(field) = fields.get_mut(*index) {
                    field.clone_from(raw);
                }
            }
            fields.extend((!edit.added.is_empty()).then(|| edit.added.clone()));
        }
        let gone = fields
            .iter()
            .take(self.signature)
            .filter(|field| field.is_empty())
            .count();
        Self {
            signature: self.signature - gone,
            fields: fields
                .into_iter()
                .filter(|field| !field.is_empty())
                .collect(),
        }
    }

    fn digest(&self, tags: &SignatureField, form: Form) -> [u8; 32] {
        let block = self.fields.concat();
        let (header, _) = Header::split(&block);
        let names = tags.signed_fields().iter();
        let selection = Selection::new(&header, names, Some(self.signature));
        let signature = header.field(self.signature);
        let raw = signature.map_or(&b""[..], |field| field.raw());
        let mut digest = Sha256::new();
        signed_octets(form, &header, selection.indexes(), raw, |octets| {
            digest.update(octets)
        });
        digest.finalize().into()
    }
}

/// Octets put together for each octet of the header, so that the time is linear.
const OCTETS_PER_OCTET: usize = 64;

/// Octets for a header however short: a few milliseconds.
const LEAST_OCTETS: usize = 4 << 20;
