//! What stands at the `_dmarc` names that were asked.

use alloc::sync::Arc;
use alloc::vec::Vec;

use dns_txt::{Answer, Domain, Failure, Inquiry, Kind, Question};

use crate::record::Record;

/// The records of a check's domains, each asked for once.
#[derive(Clone, Debug, Default)]
pub(crate) struct Published {
    entries: Vec<Entry>,
}

#[derive(Clone, Debug)]
struct Entry {
    domain: Domain,
    /// `None` if the name would be too long, and so cannot exist.
    question: Option<Question>,
    state: State,
}

#[derive(Clone, Debug)]
enum State {
    Asked,
    Found(Found),
    Waiting,
}

/// What the DNS says of one domain.
#[derive(Clone, Debug)]
pub(crate) enum Found {
    Failed(Failure),
    /// No record, or several.
    Nothing {
        /// The name exists, and so does the domain above it (RFC 8020 §2).
        exists: bool,
    },
    Record(Arc<Record>),
}

impl Published {
    /// Makes sure that the record of a domain is asked for.
    pub(crate) fn need(&mut self, domain: &Domain) {
        if self.entries.iter().any(|entry| entry.domain == *domain) {
            return;
        }
        let question = question(domain);
        let state = match question {
            Some(_) => State::Waiting,
            None => State::Found(Found::Nothing { exists: false }),
        };
        self.entries.push(Entry {
            domain: domain.clone(),
            question,
            state,
        });
    }

    /// What is known of a domain; `None` as long as nothing is.
    pub(crate) fn get(&self, domain: &Domain) -> Option<&Found> {
        match &self.entry(domain)?.state {
            State::Found(found) => Some(found),
            State::Asked | State::Waiting => None,
        }
    }

    fn entry(&self, domain: &Domain) -> Option<&Entry> {
        self.entries.iter().find(|entry| entry.domain == *domain)
    }
}

impl Inquiry for Published {
    fn poll_question(&mut self) -> Option<Question> {
        let mut entries = self.entries.iter_mut();
        let entry = entries.find(|entry| matches!(entry.state, State::Waiting))?;
        entry.state = State::Asked;
        entry.question.clone()
    }

    fn answer(&mut self, question: &Question, answer: &Answer) {
        let mut entries = self.entries.iter_mut();
        let asked = entries.find(|entry| {
            matches!(entry.state, State::Asked) && entry.question.as_ref() == Some(question)
        });
        if let Some(entry) = asked {
            entry.state = State::Found(found(answer));
        }
    }

    fn is_settled(&self) -> bool {
        let mut entries = self.entries.iter();
        entries.all(|entry| matches!(entry.state, State::Found(_)))
    }
}

/// The question for a domain's record; `None` if the name would be too long, and so cannot exist.
pub(crate) fn question(domain: &Domain) -> Option<Question> {
    let name = domain.to_name().child(LABEL).ok()?;
    Some(Question::new(name, Kind::Txt))
}

/// RFC 9989 §4.10: what is no record of DMARC does not count, and several records are none.
fn found(answer: &Answer) -> Found {
    if let Answer::Failed(failure) = answer {
        return Found::Failed(*failure);
    }
    let mut records = answer.texts().filter_map(|text| Record::parse(text).ok());
    match (records.next(), records.next()) {
        (Some(record), None) => Found::Record(Arc::new(record)),
        _ => Found::Nothing {
            exists: !matches!(answer, Answer::NoSuchName),
        },
    }
}

/// RFC 9989 §4.5.
const LABEL: &[u8] = b"_dmarc";
