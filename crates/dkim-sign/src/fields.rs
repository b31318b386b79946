//! Which header fields a signature covers ([RFC 6376] §5.4).
//!
//! [RFC 6376]: https://www.rfc-editor.org/rfc/rfc6376

use alloc::boxed::Box;
use alloc::vec::Vec;
use core::cmp::Reverse;

use dkim_canon::{Header, Selection, SignatureField, SignedFields, SignedFieldsError};
use thiserror::Error;

/// The header fields that a signature covers, and those that nobody may add to.
///
/// A signed field is listed in `h=` once for each time the message has it. An oversigned one is
/// listed once more, so that the signature breaks when another is added (RFC 6376 §5.4).
///
/// The default signs what RFC 6376 §5.4.1 recommends, and beside it Sender, Message-ID, the MIME
/// fields and List-Unsubscribe-Post, which RFC 8058 §4 requires. It oversigns From, To, Cc,
/// Subject, Date, Reply-To, MIME-Version and Content-Type: what a reader sees or what decides how
/// the body is shown. Not Sender, which mailing lists add. OpenDKIM by default leaves out
/// Message-ID and the MIME fields and oversigns nothing.
///
/// ```
/// # fn main() -> Result<(), dkim_sign::FieldsError> {
/// use dkim_sign::Fields;
///
/// let fields = Fields::default().adjust("+Feedback-ID, -Reply-To")?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Fields {
    plan: Plan,
}

impl Fields {
    /// The fields that are oversigned by default.
    pub const OVERSIGNED: [&'static str; 8] = [
        "From",
        "To",
        "Cc",
        "Subject",
        "Date",
        "Reply-To",
        "MIME-Version",
        "Content-Type",
    ];

    /// Exactly these names in `h=`, in this order, whatever the message holds. A name given more
    /// often than the message has the field asserts that there are no more of them. DKIM-Signature
    /// alone is never listed more often than it is there (RFC 6376 §5.4).
    pub fn exactly<'n>(names: impl IntoIterator<Item = &'n str>) -> Result<Self, FieldsError> {
        let names = names.into_iter().map(FieldName::new);
        let names = names.collect::<Result<Vec<_>, _>>()?;
        if !names.iter().any(FieldName::is_from) {
            return Err(FieldsError::FromMissing);
        }
        Ok(Self {
            plan: Plan::Exactly(names),
        })
    }

    /// The fields of these names as often as the message has them, and no others. None is
    /// oversigned.
    pub fn only<'n>(names: impl IntoIterator<Item = &'n str>) -> Result<Self, FieldsError> {
        let none = Self {
            plan: Plan::Present(Vec::new()),
        };
        let fields = names.into_iter().try_fold(none, Self::sign)?;
        match &fields.plan {
            Plan::Present(wanted) if wanted.iter().any(|wanted| wanted.name.is_from()) => {
                Ok(fields)
            }
            _ => Err(FieldsError::FromMissing),
        }
    }

    /// Signs the fields of this name, too.
    pub fn sign(self, name: &str) -> Result<Self, FieldsError> {
        let name = FieldName::new(name)?;
        Ok(self.add(name, false))
    }

    /// Signs the fields of this name, too, and lets nobody add another one; DKIM-Signature is
    /// signed only, since everybody may add one (RFC 6376 §5.4).
    pub fn oversign(self, name: &str) -> Result<Self, FieldsError> {
        let name = FieldName::new(name)?;
        Ok(self.add(name, true))
    }

    /// Leaves out the fields of this name. From cannot be left out.
    pub fn omit(mut self, name: &str) -> Result<Self, FieldsError> {
        let name = FieldName::new(name)?;
        if name.is_from() {
            return Err(FieldsError::FromMissing);
        }
        match &mut self.plan {
            Plan::Exactly(names) => names.retain(|kept| !kept.is(name.as_bytes())),
            Plan::Present(wanted) => wanted.retain(|kept| !kept.name.is(name.as_bytes())),
        }
        Ok(self)
    }

    /// Signs the same fields as often as the message has them, and oversigns none of them. Names
    /// that were given [exactly](Self::exactly) stay as they are.
    #[must_use]
    pub fn without_oversigning(mut self) -> Self {
        if let Plan::Present(wanted) = &mut self.plan {
            for wanted in wanted {
                wanted.oversign = false;
            }
        }
        self
    }

    /// Follows a list of changes, such as `+Feedback-ID, -Reply-To`: `+` signs a field, too, `-`
    /// leaves it out. Commas, colons or white space stand between them.
    pub fn adjust(self, changes: &str) -> Result<Self, FieldsError> {
        let changes = changes.split([',', ':', ' ', '\t']);
        let mut changes = changes.filter(|change| !change.is_empty());
        changes.try_fold(self, |fields, change| match change.split_at_checked(1) {
            Some(("+", name)) => fields.sign(name),
            Some(("-", name)) => fields.omit(name),
            _ => Err(FieldsError::Sign),
        })
    }

    /// `h=` for a message, and the indexes of the fields that it stands for, in its order.
    pub(crate) fn select(
        &self,
        header: &Header<'_>,
    ) -> Result<(SignedFields, Vec<usize>), SignedFieldsError> {
        let wanted = match &self.plan {
            Plan::Exactly(names) => return exactly(names, header),
            Plan::Present(wanted) => wanted,
        };
        let mut counts = Vec::from_iter(wanted.iter().map(|wanted| usize::from(wanted.oversign)));
        let mut found = Vec::with_capacity(wanted.len());
        for (index, field) in header.fields().enumerate() {
            let name = field.name();
            let mark = mark(name);
            let is_meant = |wanted: &Wanted| wanted.name.mark == mark && wanted.name.is(name);
            let mut wanted = wanted.iter().zip(&mut counts).enumerate();
            if let Some((place, (_, count))) = wanted.find(|(_, (wanted, _))| is_meant(wanted)) {
                *count = count.saturating_add(1);
                found.push((place, Reverse(index)));
            }
        }
        // All fields of a wanted name are listed, so it is by name and then from the bottom up that
        // the list stands for them (RFC 6376 §5.4.2).
        found.sort_unstable();
        let names = wanted.iter().map(|wanted| wanted.name.as_str());
        let names = names.zip(counts);
        let names = names.flat_map(|(name, count)| core::iter::repeat_n(name, count));
        let indexes = found.into_iter().map(|(_, Reverse(index))| index);
        Ok((SignedFields::new(names)?, indexes.collect()))
    }

    fn add(mut self, name: FieldName, oversign: bool) -> Self {
        let oversign = oversign && !name.is(SIGNATURE);
        match &mut self.plan {
            Plan::Exactly(names) => names.push(name),
            Plan::Present(wanted) => {
                match wanted.iter_mut().find(|kept| kept.name.is(name.as_bytes())) {
                    Some(kept) => kept.oversign |= oversign,
                    None => wanted.push(Wanted { name, oversign }),
                }
            }
        }
        self
    }
}

impl Default for Fields {
    fn default() -> Self {
        let oversigned = Self::OVERSIGNED.iter().map(|&name| (name, true));
        let signed = SIGNED.iter().map(|&name| (name, false));
        let wanted = oversigned.chain(signed).map(|(name, oversign)| Wanted {
            name: FieldName::of(name),
            oversign,
        });
        Self {
            plan: Plan::Present(wanted.collect()),
        }
    }
}

/// Why a choice of fields cannot be signed.
#[derive(Clone, Copy, Debug, Eq, Error, PartialEq)]
#[non_exhaustive]
pub enum FieldsError {
    /// From is always signed (RFC 6376 §5.4).
    #[error("the From field must be signed")]
    FromMissing,
    /// Empty, or with a character that cannot stand in a field name or in `h=`.
    #[error("malformed header field name")]
    Name,
    /// A change that begins with neither `+` nor `-`.
    #[error("a change to the signed fields begins with neither `+` nor `-`")]
    Sign,
}

#[derive(Clone, Debug, Eq, PartialEq)]
enum Plan {
    Exactly(Vec<FieldName>),
    Present(Vec<Wanted>),
}

#[derive(Clone, Debug, Eq, PartialEq)]
struct Wanted {
    name: FieldName,
    oversign: bool,
}

#[derive(Clone, Debug, Eq, PartialEq)]
struct FieldName {
    text: Box<str>,
    /// The length and the ends: what tells it from most other names.
    mark: Mark,
}

type Mark = (usize, u8, u8);

impl FieldName {
    fn new(name: &str) -> Result<Self, FieldsError> {
        match SignedFields::new([name]) {
            Ok(_) => Ok(Self::of(name)),
            Err(_) => Err(FieldsError::Name),
        }
    }

    fn of(name: &str) -> Self {
        Self {
            text: name.into(),
            mark: mark(name.as_bytes()),
        }
    }

    fn as_str(&self) -> &str {
        &self.text
    }

    fn as_bytes(&self) -> &[u8] {
        self.text.as_bytes()
    }

    fn is(&self, name: &[u8]) -> bool {
        self.as_bytes().eq_ignore_ascii_case(name)
    }

    fn is_from(&self) -> bool {
        self.is(b"From")
    }
}

/// The same for a name in either case.
fn mark(name: &[u8]) -> Mark {
    let end = |octet: Option<&u8>| octet.map_or(0, u8::to_ascii_lowercase);
    (name.len(), end(name.first()), end(name.last()))
}

/// The names that can be listed: RFC 6376 §5.4 lets DKIM-Signature stand in `h=` only "to indicate
/// that other preexisting signatures are also signed".
fn exactly(
    names: &[FieldName],
    header: &Header<'_>,
) -> Result<(SignedFields, Vec<usize>), SignedFieldsError> {
    let mut signatures = header
        .fields()
        .filter(|field| field.is_named(SignatureField::NAME));
    let names = names.iter();
    let names = names.filter(|name| !name.is(SIGNATURE) || signatures.next().is_some());
    let fields = SignedFields::new(names.map(FieldName::as_str))?;
    let selection = Selection::new(header, fields.iter(), None);
    Ok((fields, selection.indexes().collect()))
}

const SIGNATURE: &[u8] = SignatureField::NAME.as_bytes();

const SIGNED: [&str; 22] = [
    "Sender",
    "Message-ID",
    "In-Reply-To",
    "References",
    "Resent-Date",
    "Resent-From",
    "Resent-Sender",
    "Resent-To",
    "Resent-Cc",
    "Resent-Message-ID",
    "Content-Transfer-Encoding",
    "Content-ID",
    "Content-Description",
    "Content-Disposition",
    "List-Id",
    "List-Help",
    "List-Unsubscribe",
    "List-Unsubscribe-Post",
    "List-Subscribe",
    "List-Post",
    "List-Owner",
    "List-Archive",
];

#[cfg(test)]
mod tests;
