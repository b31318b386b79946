//! Whether what is said of an altered message is true, told from the message that was signed.

use dkim_canon::{BodyCanon, Form, Header, Selection, SignatureField, signed_octets};
use dkim_verify::{Finding, Outcome, Policy, RustCrypto, Verdict, diagnose, verify};
use dns_txt::{Answer, Question};
use sha2::{Digest as _, Sha256};

use super::{NOW, Signed};

/// A message as it was signed, and as it is now.
pub(crate) struct Changed<'m> {
    key: &'m Answer,
    signed: Message<'m>,
    now: Message<'m>,
}

struct Message<'m> {
    octets: &'m [u8],
    header: Header<'m>,
    body: &'m [u8],
    /// What its one signature says; `None` without one that can be read.
    tags: Option<SignatureField>,
}

impl<'m> Message<'m> {
    fn new(octets: &'m [u8]) -> Self {
        let (header, body) = Header::split(octets);
        let mut fields = header.fields();
        let signature = fields.find(|field| field.is_named(SignatureField::NAME));
        let tags = signature.and_then(|field| SignatureField::parse(field.value()).ok());
        Self {
            octets,
            body,
            tags,
            header: header.clone(),
        }
    }

    /// The octets whose digest is signed, in this form.
    fn signed_octets(&self, form: Form) -> Option<Vec<u8>> {
        let tags = self.tags.as_ref()?;
        let mut fields = self.header.fields();
        let index = fields.position(|field| field.is_named(SignatureField::NAME))?;
        let selection = Selection::new(&self.header, tags.signed_fields().iter(), Some(index));
        let raw = self.header.field(index)?.raw();
        let mut octets = Vec::new();
        signed_octets(form, &self.header, selection.indexes(), raw, |more| {
            octets.extend_from_slice(more);
        });
        Some(octets)
    }

    /// The same in the form that `c=` names.
    fn header(&self) -> Option<Vec<u8>> {
        self.signed_octets(self.tags.as_ref()?.canonicalization().header)
    }

    /// The octets whose hash belongs into `bh=`; `None` if `l=` is more than there are.
    fn hashed(&self) -> Option<Vec<u8>> {
        let tags = self.tags.as_ref()?;
        let mut octets = canonical(tags.canonicalization().body, self.body);
        if let Some(limit) = tags.body_length() {
            let limit = usize::try_from(limit).ok()?;
            octets.get(..limit)?;
            octets.truncate(limit);
        }
        Some(octets)
    }

    /// The fields of this name, octet by octet.
    fn raw(&self, name: &[u8]) -> Vec<Vec<u8>> {
        let fields = self.header.fields();
        let named = fields.filter(|field| field.name().eq_ignore_ascii_case(name));
        named.map(|field| field.raw().to_vec()).collect()
    }

    /// The values of the fields of this name, each with single spaces.
    fn values(&self, name: &[u8]) -> Vec<Vec<u8>> {
        let fields = self.header.fields();
        let named = fields.filter(|field| field.name().eq_ignore_ascii_case(name));
        named.map(|field| relaxed(field.value())).collect()
    }
}

impl<'m> Changed<'m> {
    pub(crate) fn new(signed: &'m Signed, now: &'m [u8]) -> Self {
        Self {
            key: &signed.key,
            signed: Message::new(signed.message.as_bytes()),
            now: Message::new(now),
        }
    }

    /// How the message's one signature ends under the RFCs alone, and what is said of it under the
    /// default policy; `None` unless there is one.
    pub(crate) fn diagnosis(&self) -> Option<(Outcome, Vec<Finding>)> {
        let answer = |question: &Question| match question.name().to_string().as_str() {
            "sel._domainkey.example.com" => self.key,
            _ => &Answer::NoSuchName,
        };
        let crypto = RustCrypto::shared();
        let verdict = |policy: &Policy| -> Option<Verdict> {
            let verdicts = verify(self.now.octets, policy, crypto.clone(), NOW, answer);
            <[Verdict; 1]>::try_from(verdicts)
                .ok()
                .map(|[verdict]| verdict)
        };
        let outcome = verdict(&Policy::rfcs())?.outcome;
        let verdict = verdict(&Policy::default())?;
        let findings = diagnose(self.now.octets, &verdict, self.key, &*crypto);
        Some((outcome, findings))
    }

    /// Whether no octet that is signed was changed, nor the signature.
    pub(crate) fn is_same_to_the_signature(&self) -> bool {
        let (Some(was), Some(is)) = (&self.signed.tags, &self.now.tags) else {
            return false;
        };
        was.signature() == is.signature()
            && self.signed.header() == self.now.header()
            && self.now.hashed().is_some()
            && self.signed.hashed() == self.now.hashed()
    }

    /// Whether a finding is true.
    pub(crate) fn bears_out(&self, finding: &Finding) -> bool {
        let (Some(was), Some(is)) = (&self.signed.tags, &self.now.tags) else {
            return false;
        };
        let form = was.canonicalization().body;
        let whole = canonical(form, self.signed.body);
        let body = self.now.body;
        let tags = |tags: &SignatureField| {
            let form = tags.canonicalization().body;
            (form, tags.body_length(), *tags.body_hash())
        };
        // Where the signature itself was changed, what is said of the body is said of `bh=` as it is.
        let is_whole = |body: &[u8]| match tags(was) == tags(is) {
            true => canonical(form, body) == whole,
            false => {
                let now = canonical(is.canonicalization().body, body);
                Sha256::digest(now)[..] == is.body_hash()[..]
            }
        };
        let lines = |body: &'m [u8]| body.split_inclusive(|&octet| octet == b'\n');
        let trimmed = |line: &'m [u8]| line.trim_ascii_end();
        let values = |name: &[u8]| (self.signed.values(name), self.now.values(name));
        match finding {
            Finding::BodyAppended { at, octets } => {
                at + octets == body.len() && is_whole(&body[..*at])
            }
            Finding::BodyChanged => {
                self.signed.hashed() != self.now.hashed() || was.body_hash() != is.body_hash()
            }
            Finding::BodyCut { present, signed } => {
                let length = canonical(is.canonicalization().body, body).len() as u64;
                length == *present && is.body_length() == Some(*signed) && present < signed
            }
            Finding::BodyForm { form } => {
                self.signed.hashed() == Some(canonical(*form, body))
                    && is.canonicalization().body != *form
            }
            Finding::BodyInserted { at, octets } => {
                is_whole(&[&body[..*at], &body[at + octets..]].concat())
            }
            Finding::BodyLength { hashed, said } => {
                is.body_length() == Some(*said)
                    && self.signed.hashed().map(|octets| octets.len() as u64) == Some(*hashed)
            }
            Finding::BodyPartlySigned { signed, unsigned } => {
                let now = canonical(is.canonicalization().body, body);
                let hashed = self.signed.hashed().unwrap();
                (signed + unsigned) as usize == now.len() && hashed == now[..*signed as usize]
            }
            Finding::FromEscaped { lines: 1 } => (0..body.len()).any(|at| {
                body[at..].starts_with(b">") && is_whole(&[&body[..at], &body[at + 1..]].concat())
            }),
            Finding::LineEnds { lines: 1, bare } => {
                let is_bare = |line: &&[u8]| line.ends_with(b"\n") && !line.ends_with(b"\r\n");
                let count = |body| lines(body).filter(is_bare).count();
                let (before, now) = (count(self.signed.body), count(body));
                lines(self.signed.body)
                    .map(trimmed)
                    .eq(lines(body).map(trimmed))
                    && (if *bare {
                        now == before + 1
                    } else {
                        before == now + 1
                    })
            }
            Finding::TrailingWhiteSpace { added, lines: 1 } => {
                let shorter = |one: &[u8], other: &[u8]| one.len() < other.len();
                let (before, now) = (self.signed.body, body);
                let mut different = lines(before)
                    .zip(lines(now))
                    .filter(|(one, other)| one != other);
                lines(before).map(trimmed).eq(lines(now).map(trimmed))
                    && different.all(|(one, other)| shorter(one, other) == *added)
            }
            Finding::FieldAdded { name } => {
                let (was, is) = values(name);
                is.len() > was.len()
            }
            Finding::FieldReencoded { name } => {
                let (was, is) = values(name);
                was != is && was.concat().eq_ignore_ascii_case(&is.concat())
            }
            Finding::FieldRefolded { name } => {
                let dense = |values: Vec<Vec<u8>>| -> Vec<Vec<u8>> {
                    let octets =
                        |value: Vec<u8>| value.into_iter().filter(|octet| *octet != b' ').collect();
                    values.into_iter().map(octets).collect()
                };
                let (was, is) = values(name);
                let (was, is) = (dense(was), dense(is));
                self.signed.raw(name) != self.now.raw(name)
                    && is.iter().any(|value| was.contains(value))
            }
            Finding::FieldRemoved { name, value } => {
                let (was, is) = values(name);
                is.len() < was.len() && was.contains(&relaxed(value))
            }
            Finding::FieldReplaced { name, value } => {
                let (was, is) = values(name);
                // White space other than that of folds is part of a value.
                let (signed, now) = (self.signed.raw(name), self.now.raw(name));
                was.len() == is.len() && signed != now && was.contains(&relaxed(value))
            }
            Finding::FieldsReordered { name } => {
                let (mut was, mut is) = values(name);
                let changed = was != is;
                was.sort();
                is.sort();
                changed && was == is
            }
            Finding::HeaderChanged => self.signed.header() != self.now.header(),
            Finding::HeaderForm { form } => {
                let was = self.signed.header();
                was != self.now.header() && was == self.now.signed_octets(*form)
            }
            Finding::OtherKey { signature_bits } => {
                was.signature() != is.signature() && is.signature().len() * 8 == *signature_bits
            }
            Finding::SubjectPrefix { prefix } => {
                let (was, is) = values(b"Subject");
                let added = |(was, is): (&Vec<u8>, &Vec<u8>)| {
                    let rest = is.strip_suffix(&**was);
                    rest.is_some_and(|rest| rest.trim_ascii() == &**prefix)
                };
                was.len() == is.len() && was.iter().zip(&is).any(added)
            }
            Finding::Unexplained => {
                was.signature() != is.signature() || self.signed.header() != self.now.header()
            }
            _ => false,
        }
    }
}

fn canonical(form: Form, body: &[u8]) -> Vec<u8> {
    let mut octets = Vec::new();
    let mut canon = BodyCanon::new(form);
    canon.update(body, |more| octets.extend_from_slice(more));
    canon.finish(|more| octets.extend_from_slice(more));
    octets
}

/// A value with single spaces.
fn relaxed(value: &[u8]) -> Vec<u8> {
    let words = value.split(u8::is_ascii_whitespace);
    let words: Vec<&[u8]> = words.filter(|word| !word.is_empty()).collect();
    words.join(&b' ')
}
