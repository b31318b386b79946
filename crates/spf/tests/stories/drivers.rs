//! Whoever drives a check, the report is the same: one question after the other, several at once,
//! both identities of a message together.

use core::sync::atomic::{AtomicUsize, Ordering};

use dns_txt::{Answer, AsyncResolve, Inquiry, Lookup, Lookups, Question, Zone, drive, drive_async};
use proptest::prelude::*;
use spf::{Check, Options};
use tokio::runtime::Builder;
use tokio::task::yield_now;

use super::order::{begin, world};

/// A zone whose answers take as long as `delays` say, one after the other.
struct Late {
    zone: Zone,
    delays: Vec<u8>,
    asked: AtomicUsize,
}

impl Late {
    fn new(delays: Vec<u8>) -> Self {
        Self {
            zone: world(),
            delays,
            asked: AtomicUsize::new(0),
        }
    }
}

impl AsyncResolve for Late {
    fn resolve(&self, question: Question) -> Lookup<'_> {
        let asked = self.asked.fetch_add(1, Ordering::Relaxed);
        let delay = self.delays[asked % self.delays.len()];
        Box::pin(async move {
            for _ in 0..delay {
                yield_now().await;
            }
            self.zone.answer(&question)
        })
    }
}

/// Both identities of one message.
struct Both(Check, Check);

impl Inquiry for Both {
    fn poll_question(&mut self) -> Option<Question> {
        let question = self.0.poll_question();
        question.or_else(|| self.1.poll_question())
    }

    fn answer(&mut self, question: &Question, answer: &Answer) {
        self.0.answer(question, answer);
        self.1.answer(question, answer);
    }

    fn is_settled(&self) -> bool {
        self.0.is_settled() && self.1.is_settled()
    }
}

fn helo(client: u8, domain: char) -> Check {
    let client = [192, 0, 2, client].into();
    let name = format!("{domain}.test");
    Check::helo(client, name.as_bytes(), &Options::default().trace(true))
}

proptest! {
    #[test]
    fn the_driver_changes_nothing(
        client in 1u8..10,
        helo_domain in proptest::char::range('a', 'd'),
        domain in proptest::char::range('a', 'd'),
        delays in proptest::collection::vec(0u8..9, 1..20),
        in_flight in 1usize..5,
    ) {
        let late = Late::new(delays);
        let (mut first, mut second) = (helo(client, helo_domain), begin(client, domain));
        drive(&mut first, |question| late.zone.look_up(question));
        drive(&mut second, |question| late.zone.look_up(question));
        let expected = (first.finish(), second.finish());

        let runtime = Builder::new_current_thread().build().unwrap();
        let apart = runtime.block_on(async {
            let (mut first, mut second) = (helo(client, helo_domain), begin(client, domain));
            drive_async(&mut first, &late).await;
            drive_async(&mut second, &late).await;
            (first.finish(), second.finish())
        });
        prop_assert_eq!(&apart, &expected);

        let together = runtime.block_on(async {
            let mut both = Both(helo(client, helo_domain), begin(client, domain));
            let mut lookups = Lookups::new(&late, in_flight);
            lookups.ask(&mut both);
            while !lookups.is_idle() {
                let (question, answer) = lookups.next().await;
                both.answer(&question, &answer);
                lookups.ask(&mut both);
            }
            assert!(both.is_settled());
            (both.0.finish(), both.1.finish())
        });
        prop_assert_eq!(&together, &expected);
    }
}
