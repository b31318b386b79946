//! What a resolver keeps, and who may share it or leave it in the middle of a question.

mod peer;

use core::future::poll_fn;
use core::pin::Pin;
use core::sync::atomic::{AtomicUsize, Ordering};
use core::task::Poll;
use core::time::Duration;
use std::sync::Arc;
use std::thread;

use dns_hickory::{BlockingResolver, HickoryResolver};
use dns_txt::{Answer, AsyncResolve, Failure, Kind, Record, Resolve};
use hickory_resolver::proto::rr;

use crate::peer::*;

/// 4000 mail exchangers with names of 250 octets, all of them pointers to the first.
fn exchangers(query: &[u8]) -> Vec<u8> {
    let mut octets = with_octets(query, 4000, b"");
    let record = |preference: u16, data: u16| {
        let record = [0xc0, 12, 0, 15, 0, 1, 0, 0, 0, 60];
        [&record[..], &data.to_be_bytes(), &preference.to_be_bytes()].concat()
    };
    let labels = [1, b'a'].repeat(120);
    octets.extend(record(0, 243));
    let [high, low] = u16::try_from(octets.len()).unwrap().to_be_bytes();
    octets.extend([&labels[..], &[0]].concat());
    for preference in 1..4000 {
        octets.extend(record(preference, 4));
        octets.extend([0xc0 | high, low]);
    }
    octets
}

/// Counted by number alone, 8192 of the largest answers would be 24 GiB; names that a macro makes
/// of local parts are as many as somebody sends messages.
#[test]
fn e06_an_answer_larger_than_the_cache_is_not_kept() {
    let count = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&count);
    let server = server(
        move |query| {
            counter.fetch_add(1, Ordering::Relaxed);
            truncated(query)
        },
        |query, stream| send(stream, &exchangers(query)),
    );
    let options = patient().cache_size(100);
    let resolver = BlockingResolver::with_name_servers(&[server], &options).unwrap();
    for asked in 1..=3 {
        let answer = resolver.resolve(&question(Kind::Mx));
        assert_eq!(answer.records().len(), 4000);
        assert_eq!(count.load(Ordering::Relaxed), asked);
    }
}

#[test]
fn an_answer_is_kept_for_as_long_as_its_records_live() {
    for (cache_size, ttl, queries) in [(100, 300, 1), (100, 0, 3), (0, 300, 3)] {
        let count = Arc::new(AtomicUsize::new(0));
        let counter = Arc::clone(&count);
        let server = udp(move |query| {
            counter.fetch_add(1, Ordering::Relaxed);
            let mut message = response(query);
            message.add_answer(rr::Record::from_rdata(asked(query), ttl, address()));
            message.to_vec().unwrap()
        });
        let options = patient().cache_size(cache_size);
        let resolver = BlockingResolver::with_name_servers(&[server], &options).unwrap();
        for _ in 0..3 {
            let answer = resolver.resolve(&question(Kind::A));
            assert_eq!(answer.records().len(), 1);
        }
        assert_eq!(count.load(Ordering::Relaxed), queries);
    }
}

#[tokio::test]
async fn a_question_that_is_given_up_leaves_the_resolver_as_it_was() {
    let slow = udp(|query| {
        thread::sleep(Duration::from_millis(100));
        with_records(query, [(asked(query), address())])
    });
    let resolver = HickoryResolver::with_name_servers(&[slow], &patient()).unwrap();
    let other = resolver.clone();
    let waiting = tokio::spawn(async move { other.resolve(question(Kind::A)).await });
    for _ in 0..10 {
        let mut dropped = resolver.resolve(question(Kind::A));
        assert!(is_pending(&mut dropped).await);
    }
    let expected = Answer::Records(vec![Record::A([192, 0, 2, 1].into())]);
    assert_eq!(waiting.await.unwrap(), expected);
    assert_eq!(resolver.resolve(question(Kind::A)).await, expected);
}

/// Begins a future, and says whether there is more to wait for.
async fn is_pending(future: &mut (impl Future + Unpin)) -> bool {
    poll_fn(|context| Poll::Ready(Pin::new(&mut *future).poll(context).is_pending())).await
}

#[tokio::test]
async fn a_blocking_resolver_works_and_ends_within_a_runtime_of_one_thread() {
    let server = udp(|query| with_records(query, [(asked(query), address())]));
    let resolver = BlockingResolver::with_name_servers(&[server], &patient()).unwrap();
    assert_eq!(resolver.resolve(&question(Kind::A)).records().len(), 1);
    drop(resolver);
    let silent = [udp(|_| Vec::new())];
    let resolver = BlockingResolver::with_name_servers(&silent, &impatient()).unwrap();
    let resolver = Arc::new(resolver);
    let other = Arc::clone(&resolver);
    let waiting = tokio::task::spawn_blocking(move || other.resolve(&question(Kind::A)));
    // The last to go is whoever waits.
    drop(resolver);
    assert_eq!(waiting.await.unwrap(), Answer::Failed(Failure::Timeout));
}
