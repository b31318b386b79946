//! Responses of which some octets were changed on the way: there is an answer, and it fits.

mod peer;

use core::time::Duration;
use std::collections::BTreeSet;

use dns_hickory::{HickoryResolver, Options};
use dns_txt::{Answer, AsyncResolve, Failure, Kind, Name, Question};
use hickory_resolver::proto::rr::rdata::{AAAA, CNAME, MX, PTR, TXT};
use hickory_resolver::proto::rr::{self, RData};

use crate::peer::*;

/// A response with an alias, records of every kind at its end, and glue.
fn whole(query: &[u8]) -> Vec<u8> {
    let end = name("end.example.org.");
    let other = name("other.example.org.");
    let mut records = vec![(asked(query), RData::CNAME(CNAME(end.clone())))];
    let data = [
        address(),
        RData::AAAA(AAAA::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 1)),
        RData::MX(MX::new(10, other.clone())),
        RData::PTR(PTR(other.clone())),
        RData::TXT(TXT::new(vec!["v=spf1 ".into(), "-all".into()])),
    ];
    for data in data {
        records.push((end.clone(), data.clone()));
        records.push((other.clone(), data));
    }
    with_records(query, records)
}

/// Changes a few octets, or cuts the message, as the first label of the name says: the same each
/// time. Not the first two, by which a response is known.
fn broken(query: &[u8]) -> Vec<u8> {
    let mut octets = whole(query);
    let first = asked(query);
    let first = first.iter().next().unwrap_or_default();
    let seed = core::str::from_utf8(first)
        .ok()
        .and_then(|text| text.parse::<u64>().ok());
    let Some(seed) = seed else {
        return octets;
    };
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let mut next = |below: usize| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        usize::try_from(state >> 33).unwrap() % below
    };
    for _ in 0..=next(4) {
        let place = 2 + next(octets.len() - 2);
        match next(8) {
            0 => octets.truncate(place.max(12)),
            1 => octets.insert(place, 0xc0),
            2 => octets[place] = 0xff,
            3 => octets[place] = 0,
            4 => octets[place] ^= 1 << next(8),
            // Counts of records, and flags.
            5 => octets[2 + next(10)] = u8::try_from(next(4)).unwrap(),
            6 => octets[place] = octets[next(octets.len())],
            _ => octets.extend_from_within(place..),
        }
    }
    octets
}

fn asks(label: &str, kind: Kind) -> Question {
    Question::new(
        format!("{label}.example.org").parse::<Name>().unwrap(),
        kind,
    )
}

#[tokio::test]
async fn whatever_is_broken_there_is_an_answer_of_the_kind_that_was_asked_for() {
    let kinds = [Kind::A, Kind::Aaaa, Kind::Mx, Kind::Ptr, Kind::Txt];
    // What is no response at all is waited for: all of it together, and long enough for the rest.
    let options = Options::new().retries(0).timeout(Duration::from_secs(4));
    let resolver = HickoryResolver::with_name_servers(&[udp(broken)], &options).unwrap();
    let questions = (0..400).map(|seed| asks(&seed.to_string(), kinds[seed % kinds.len()]));
    let tasks: Vec<_> = questions
        .map(|question| {
            let resolver = resolver.clone();
            tokio::spawn(async move {
                let answer = resolver.resolve(question.clone()).await;
                (question, answer)
            })
        })
        .collect();
    let mut seen = BTreeSet::new();
    for task in tasks {
        let (question, answer) = task.await.unwrap();
        let records = answer.records();
        assert!(
            records
                .iter()
                .all(|record| record.kind() == question.kind()),
            "{question}: {answer:?}"
        );
        let distinct: BTreeSet<_> = records.iter().collect();
        assert_eq!(distinct.len(), records.len(), "{question}: {answer:?}");
        seen.insert(match answer {
            Answer::Failed(failure) => failure.to_string(),
            Answer::Records(records) if records.is_empty() => "no data".into(),
            Answer::Records(_) => "records".into(),
            _ => "no such name".into(),
        });
    }
    // That what was broken made a difference, and not always.
    assert!(seen.len() > 3, "{seen:?}");
    // Nobody else suffers from it.
    for kind in kinds {
        let answer = resolver.resolve(asks("whole", kind)).await;
        assert_eq!(answer.records().len(), 1, "{kind}: {answer:?}");
    }
}

/// The same octets again, one after the other, that a cache would have to keep apart.
#[tokio::test]
async fn what_is_kept_is_what_was_answered() {
    let server = udp(broken);
    let kept = HickoryResolver::with_name_servers(&[server], &impatient()).unwrap();
    let none = HickoryResolver::with_name_servers(&[server], &impatient().cache_size(0)).unwrap();
    for seed in 0..25 {
        let question = asks(&seed.to_string(), Kind::Mx);
        let first = kept.resolve(question.clone()).await;
        // Failures are not kept, and on a busy machine there may be one more.
        let late = Answer::Failed(Failure::Timeout);
        if !matches!(first, Answer::Failed(_)) {
            for resolver in [&kept, &none] {
                let again = resolver.resolve(question.clone()).await;
                assert!(again == first || again == late, "{question}: {again:?}");
            }
        }
    }
}

/// A name that is not asked for says nothing of one that is, whatever its case.
#[tokio::test]
async fn case_is_none_of_a_name() {
    let shouting = udp(|query| {
        let name = rr::Name::from_ascii("EXAMPLE.Org.").unwrap();
        with_records(query, [(name, address())])
    });
    let resolver = HickoryResolver::with_name_servers(&[shouting], &patient()).unwrap();
    let answer = resolver.resolve(question(Kind::A)).await;
    assert_eq!(answer.records().len(), 1);
}
