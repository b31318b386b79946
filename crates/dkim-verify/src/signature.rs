//! A signature of the message, before and after it is verified.

use dkim_canon::{Header, Selection, SignatureField};
use dns_txt::{Kind, Question};

/// A DKIM-Signature field of the message that could be read, and which fields it covers.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Signature {
    index: usize,
    selection: Selection,
    tags: SignatureField,
}

impl Signature {
    pub(crate) fn new(header: &Header<'_>, index: usize, tags: SignatureField) -> Self {
        let selection = Selection::new(header, tags.signed_fields().iter(), Some(index));
        Self {
            index,
            selection,
            tags,
        }
    }

    /// The index of the field in the header, among all fields and counted from 0 at the top: that of
    /// [`Header::field`], [`Verifier::refuse`](crate::Verifier::refuse) and
    /// [`Verdict::field`](crate::Verdict::field).
    pub fn index(&self) -> usize {
        self.index
    }

    /// What the field says.
    pub fn tags(&self) -> &SignatureField {
        &self.tags
    }

    /// The question for its key; `None` if the name would be too long.
    pub fn key_question(&self) -> Option<Question> {
        let name = self.tags.key_name().ok()?;
        Some(Question::new(name, Kind::Txt))
    }

    /// The indexes of the header fields that are signed, in the order in which they are.
    pub fn signed(&self) -> impl Iterator<Item = usize> {
        self.selection.indexes()
    }

    /// For each name in `h=`, in its order: the name, and how many fields of this name the header
    /// has and how many of them are signed.
    pub fn coverage(&self) -> impl Iterator<Item = Coverage<'_>> {
        let names = self.tags.signed_fields().iter();
        names
            .zip(self.selection.picks())
            .map(|(name, pick)| Coverage {
                name,
                present: pick.present,
                signed: pick.signed,
            })
    }

    /// Names in `h=` of which the header has more fields than are signed: one of these was perhaps
    /// added on the way, and it may be the one that is shown. A name listed twice comes twice.
    pub fn unsigned_duplicates(&self) -> impl Iterator<Item = &str> {
        let partly = self.coverage().filter(|field| field.signed < field.present);
        partly.map(|field| field.name)
    }
}

/// How many fields of one name a signature covers.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Coverage<'s> {
    /// The name, as `h=` has it.
    pub name: &'s str,
    /// How many fields of this name the header has.
    pub present: usize,
    /// How many of them are signed, the lowest ones.
    pub signed: usize,
}
