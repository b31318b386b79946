//! Checks that are driven one question at a time, many at once, and in other orders.

use core::pin::pin;
use core::sync::atomic::{AtomicUsize, Ordering};
use core::task::{Context, Poll, Waker};
use core::time::Duration;
use std::collections::HashMap;

use dns_txt::{
    Answer, AsyncResolve, Inquiry, Kind, Lookup, Lookups, Name, Question, Zone, drive, drive_async,
};

/// Asks for the TXT record of each name, and goes on with the names that the record lists.
#[derive(Default)]
struct Walk {
    unasked: Vec<Name>,
    answers: HashMap<Question, Option<Answer>>,
}

impl Walk {
    fn from(names: &[&str]) -> Self {
        Self {
            unasked: names.iter().map(|name| name.parse().unwrap()).collect(),
            answers: HashMap::new(),
        }
    }
}

impl Inquiry for Walk {
    fn poll_question(&mut self) -> Option<Question> {
        loop {
            let question = Question::new(self.unasked.pop()?, Kind::Txt);
            if !self.answers.contains_key(&question) {
                self.answers.insert(question.clone(), None);
                return Some(question);
            }
        }
    }

    fn answer(&mut self, question: &Question, answer: &Answer) {
        let Some(open @ None) = self.answers.get_mut(question) else {
            return;
        };
        *open = Some(answer.clone());
        for text in answer.texts() {
            let names = text.split(|&octet| octet == b' ');
            self.unasked
                .extend(names.map(|name| Name::parse(name).unwrap()));
        }
    }

    fn is_settled(&self) -> bool {
        self.unasked.is_empty() && self.answers.values().all(Option::is_some)
    }
}

fn zone() -> Zone {
    "a. TXT \"b c d\"\n\
     b. TXT \"e f\"\n\
     c. TXT \"g\"\n\
     d. CNAME h.\n\
     h. TXT \"i.missing\"\n\
     $STATUS e. SERVFAIL"
        .parse()
        .unwrap()
}

/// Answers after a while that differs by name, and counts what is in flight.
#[derive(Default)]
struct Slow {
    zone: Zone,
    in_flight: AtomicUsize,
    most: AtomicUsize,
}

impl AsyncResolve for Slow {
    fn resolve(&self, question: Question) -> Lookup<'_> {
        Box::pin(async move {
            let now = self.in_flight.fetch_add(1, Ordering::Relaxed) + 1;
            self.most.fetch_max(now, Ordering::Relaxed);
            let first = question.name().labels().next().and_then(<[u8]>::first);
            let turns = first.map_or(0, |octet| usize::from(b'k' - octet));
            for _ in 0..turns {
                tokio::task::yield_now().await;
            }
            self.in_flight.fetch_sub(1, Ordering::Relaxed);
            self.zone.answer(&question)
        })
    }
}

#[tokio::test]
async fn one_by_one_and_many_at_once_give_the_same_answers() {
    let zone = zone();
    let mut one_by_one = Walk::from(&["a", "d"]);
    drive(&mut one_by_one, |question| zone.look_up(question));
    assert!(one_by_one.is_settled());
    assert_eq!(one_by_one.answers.len(), 8);

    for limit in 0..5 {
        let slow = Slow {
            zone: zone.clone(),
            ..Slow::default()
        };
        let mut many = Walk::from(&["a", "d"]);
        let mut lookups = Lookups::new(&slow, limit);
        lookups.ask(&mut many);
        while !lookups.is_idle() {
            let (question, answer) = lookups.next().await;
            many.answer(&question, &answer);
            lookups.ask(&mut many);
        }
        assert!(many.is_settled());
        assert_eq!(many.answers, one_by_one.answers);
        let most = slow.most.load(Ordering::Relaxed);
        assert!(
            (limit.clamp(1, 2)..=limit.max(1)).contains(&most),
            "{most} of {limit}"
        );
    }

    let mut driven = Walk::from(&["a", "d"]);
    drive_async(&mut driven, &zone).await;
    assert_eq!(driven.answers, one_by_one.answers);
}

#[tokio::test]
async fn a_next_that_is_dropped_loses_no_answer() {
    let slow = Slow {
        zone: zone(),
        ..Slow::default()
    };
    let mut walk = Walk::from(&["a", "b", "c"]);
    let mut lookups = Lookups::new(&slow, 2);
    lookups.ask(&mut walk);
    let mut seen = 0;
    while !lookups.is_idle() {
        // Each poll has a future of its own, dropped when it is not ready at once.
        let next = pin!(lookups.next());
        if let Poll::Ready((question, answer)) = next.poll(&mut Context::from_waker(Waker::noop()))
        {
            assert_eq!(answer, slow.zone.answer(&question));
            seen += 1;
        }
    }
    assert_eq!(seen, 3);
}

#[tokio::test]
async fn an_idle_next_lets_the_other_branches_run() {
    let zone = zone();
    let mut lookups = Lookups::new(&zone, 4);
    tokio::select! {
        biased;
        _ = lookups.next() => panic!("nothing was asked"),
        () = tokio::task::yield_now() => {}
    }
    assert!(lookups.is_idle());
}

/// Never answers.
struct Silent;

impl AsyncResolve for Silent {
    fn resolve(&self, _: Question) -> Lookup<'_> {
        Box::pin(core::future::pending())
    }
}

#[tokio::test(start_paused = true)]
async fn a_deadline_leaves_the_question_open() {
    let mut walk = Walk::from(&["a"]);
    let driven = tokio::time::timeout(Duration::from_secs(20), drive_async(&mut walk, &Silent));
    assert!(driven.await.is_err());
    assert!(!walk.is_settled());
}

#[test]
fn what_is_awaited_can_move_to_another_thread() {
    fn is_send<T: Send>(_: &T) {}
    let mut walk = Walk::from(&["a"]);
    is_send(&Lookups::new(&Silent, 1));
    is_send(&drive_async(&mut walk, &Silent));
}
