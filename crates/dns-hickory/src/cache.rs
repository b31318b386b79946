//! Answers that are kept for a while.

use core::time::Duration;
use std::time::Instant;

use dns_txt::{Answer, Name, Question, Record};
use moka::Expiry;
use moka::sync::Cache as Store;

/// Keeps answers for as long as their records live, within a bound on the octets that they take.
///
/// What a name server sends is up to whoever runs it, and so is how many names of his are asked
/// for: he must not be the one who says how much memory is taken.
#[derive(Clone, Debug)]
pub(crate) struct Cache {
    store: Store<Question, Kept>,
}

impl Cache {
    /// A cache for as many answers, one of several KiB counted several times.
    pub(crate) fn new(answers: u64) -> Self {
        let store = Store::builder()
            .max_capacity(answers)
            .weigher(|_, kept: &Kept| kibibytes(&kept.answer))
            .expire_after(Lifetime)
            .build();
        Self { store }
    }

    pub(crate) fn get(&self, question: &Question) -> Option<Answer> {
        self.store.get(question).map(|kept| kept.answer)
    }

    /// Keeps an answer; a failure may be none the next time, and is not kept.
    pub(crate) fn keep(&self, question: Question, answer: Answer, lifetime: Duration) {
        if !lifetime.is_zero() && !matches!(answer, Answer::Failed(_)) {
            self.store.insert(question, Kept { answer, lifetime });
            // At once, for it would let several come together first.
            self.store.run_pending_tasks();
        }
    }
}

#[derive(Clone, Debug)]
struct Kept {
    answer: Answer,
    lifetime: Duration,
}

struct Lifetime;

impl Expiry<Question, Kept> for Lifetime {
    fn expire_after_create(&self, _: &Question, kept: &Kept, _: Instant) -> Option<Duration> {
        Some(kept.lifetime)
    }

    fn expire_after_update(
        &self,
        _: &Question,
        kept: &Kept,
        _: Instant,
        _: Option<Duration>,
    ) -> Option<Duration> {
        Some(kept.lifetime)
    }
}

/// What an answer takes in memory, in KiB begun.
fn kibibytes(answer: &Answer) -> u32 {
    let octets: usize = answer.records().iter().map(octets).sum();
    u32::try_from(octets / 1024 + 1).unwrap_or(u32::MAX)
}

fn octets(record: &Record) -> usize {
    let behind = match record {
        Record::Mx { exchange, .. } => name_octets(exchange),
        Record::Ptr(name) => name_octets(name),
        Record::Txt(text) => text.len(),
        _ => 0,
    };
    size_of::<Record>() + behind
}

/// Octets of the name, and the two counters of what is shared.
fn name_octets(name: &Name) -> usize {
    let labels = name.labels().map(|label| 1 + label.len());
    labels.sum::<usize>() + 2 * size_of::<usize>()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_counts_once_for_each_kibibyte() {
        let text = |length: usize| Record::Txt(vec![b'x'; length].into());
        let answer = |records: Vec<Record>| kibibytes(&Answer::Records(records));
        let header = size_of::<Record>();
        assert_eq!(kibibytes(&Answer::NoSuchName), 1);
        assert_eq!(answer(vec![text(1023 - header)]), 1);
        assert_eq!(answer(vec![text(1024 - header)]), 2);
        let exchange = Record::Mx {
            preference: 10,
            exchange: "mail.example.org".parse().unwrap(),
        };
        let each = header + 17 + 2 * size_of::<usize>();
        let count = 100 * 1024 / each + 1;
        assert_eq!(answer(vec![exchange; count]), 101);
    }
}
