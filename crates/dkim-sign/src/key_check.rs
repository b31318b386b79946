//! Whether a key is the one that is published ([RFC 6376] §3.6.2).
//!
//! [RFC 6376]: https://www.rfc-editor.org/rfc/rfc6376

use dkim_canon::{HashAlgorithm, KeyError, KeyRecord, KeyRecordError, KeyType, key_name};
use dns_txt::{Answer, Domain, Failure, Kind, NameError, Question};
use thiserror::Error;

/// A check of a private key against the record under its selector, before mail is signed with it.
///
/// ```
/// # #[cfg(feature = "rust-crypto")]
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// use dkim_sign::{KeyCheck, KeyCheckError, SigningKey};
/// use dns_txt::Answer;
///
/// # let pem = include_bytes!("../testdata/test-ed25519-pkcs8.pem");
/// let key = SigningKey::parse(pem)?;
/// let check = KeyCheck::new(&"2026a".parse()?, &"example.com".parse()?)?;
/// assert_eq!(check.question().to_string(), "2026a._domainkey.example.com. TXT");
/// // Asked of a name server that does not have it yet:
/// let answer = Answer::NoSuchName;
/// assert_eq!(check.answer(key.key_record(), &answer), Err(KeyCheckError::NoRecord));
/// # Ok(())
/// # }
/// # #[cfg(not(feature = "rust-crypto"))]
/// # fn main() {}
/// ```
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct KeyCheck {
    question: Question,
}

impl KeyCheck {
    /// Looks at `selector._domainkey.domain` (RFC 6376 §3.6.2.1). Fails if that is too long for a
    /// name.
    pub fn new(selector: &Domain, domain: &Domain) -> Result<Self, NameError> {
        let name = key_name(selector, Some(domain))?;
        Ok(Self {
            question: Question::new(name, Kind::Txt),
        })
    }

    /// What to ask the DNS.
    pub fn question(&self) -> &Question {
        &self.question
    }

    /// The published record, if signatures of the key verify with it. `own` is the record that the
    /// key would be published with, such as [`SigningKey::key_record`](crate::SigningKey).
    ///
    /// A record that is good may still say something worth a warning: that the domain is
    /// [testing](KeyRecord::is_testing), which lets mail pass for unsigned (RFC 6376 §3.6.1), or
    /// that an RSA key has fewer than the 2048 bits that RFC 8301 §3.2 recommends.
    pub fn answer(&self, own: &KeyRecord, answer: &Answer) -> Result<KeyRecord, KeyCheckError> {
        Self::check(Some(own), answer)
    }

    /// The published record, if signatures of its key can verify with it: the same check where the
    /// private key is not at hand.
    pub fn answer_alone(&self, answer: &Answer) -> Result<KeyRecord, KeyCheckError> {
        Self::check(None, answer)
    }

    fn check(own: Option<&KeyRecord>, answer: &Answer) -> Result<KeyRecord, KeyCheckError> {
        if let Answer::Failed(failure) = answer {
            return Err(KeyCheckError::Dns(*failure));
        }
        let mut texts = answer.texts();
        let text = texts.next().ok_or(KeyCheckError::NoRecord)?;
        if texts.next().is_some() {
            let count = answer.texts().count();
            return Err(KeyCheckError::SeveralRecords { count });
        }
        let published = KeyRecord::parse(text)?;
        // Before anything else: a key that was withdrawn need not be of any kind.
        if published.data().is_empty() {
            return Err(KeyCheckError::Revoked);
        }
        if let Some(own) = own
            && own.key_type() != published.key_type()
        {
            return Err(KeyCheckError::OtherType {
                published: published.key_type(),
                own: own.key_type(),
            });
        }
        let key = published.public_key()?;
        // Not their octets: an RSA key is published in one of two forms.
        if own.is_some_and(|own| own.public_key() != Ok(key)) {
            return Err(KeyCheckError::OtherKey);
        }
        if !published.allows_email() {
            return Err(KeyCheckError::NotForEmail);
        }
        if !published.allows_hash(HashAlgorithm::Sha256) {
            return Err(KeyCheckError::HashNotAllowed);
        }
        Ok(published)
    }
}

/// Why what is published does not verify the signatures of a key.
#[derive(Clone, Copy, Debug, Eq, Error, PartialEq)]
#[non_exhaustive]
pub enum KeyCheckError {
    /// The DNS did not answer.
    #[error("the DNS did not answer")]
    Dns(#[source] Failure),
    /// `h=` of the record does not have `sha256`.
    #[error("the record does not allow the hash sha256")]
    HashNotAllowed,
    /// The record holds no key that anyone verifies with; it is too short, for example.
    #[error("the published key cannot be used")]
    Key(#[from] KeyError),
    /// There is no TXT record.
    #[error("there is no record")]
    NoRecord,
    /// `s=` of the record does not allow mail.
    #[error("the record is not for mail")]
    NotForEmail,
    /// The record is that of another key.
    #[error("another key is published")]
    OtherKey,
    /// The record is that of a key of another kind.
    #[error("a key of the kind {published} is published, and this one is of the kind {own}")]
    OtherType {
        /// `k=` of the record.
        published: KeyType,
        /// The kind of the key at hand.
        own: KeyType,
    },
    /// What is there is no key record.
    #[error("what is published is no key record")]
    Record(#[from] KeyRecordError),
    /// The key was withdrawn: `p=` is empty (RFC 6376 §3.6.1).
    #[error("the published key is revoked")]
    Revoked,
    /// More than one TXT record. What that means is left to those who verify (RFC 6376 §3.6.2.2).
    #[error("there are {count} records where one has to be")]
    SeveralRecords {
        /// How many.
        count: usize,
    },
}
