//! What holds of every place for reports and every walk, whatever the zones are.

use dmarc::{Destination, Permission, Record, ReportKind, ReportUri, tree_walk};
use dns_txt::{Answer, Domain, Inquiry, Question, Zone, drive};
use proptest::prelude::*;

fn name() -> impl Strategy<Value = String> {
    "([ab]\\.){0,3}(x|y)\\.(test|example)"
}

fn place() -> impl Strategy<Value = String> {
    let name = || name().boxed();
    prop_oneof![
        4 => name().prop_map(|name| format!("mailto:r@{name}")),
        1 => name().prop_map(|name| format!("MAILTO:%22a%40a.test%22@{name}!1m")),
        1 => name().prop_map(|name| format!("https://a.test@{name}:443/r?@b.test")),
        1 => "mailto:(r|@|,|%2C|%00|%20|!|x\\.test){0,4}|https?:/{0,3}[a.@:]{0,4}",
    ]
}

fn record(host: &str) -> impl Strategy<Value = String> + use<> {
    let tag = prop_oneof![
        Just(format!("rua=mailto:new@{host}")),
        "psd=[ynu]",
        "p=(none|reject)",
        "np=x",
        place().prop_map(|place| format!("rua={place}")),
        place().prop_map(|place| format!("ruf={place}")),
    ];
    (
        prop_oneof![4 => Just("v=DMARC1"), 1 => Just("v=DMARC2")],
        proptest::collection::vec(tag, 0..3),
    )
        .prop_map(|(version, tags)| [vec![version.into()], tags].concat().join(";"))
}

/// Records, and the failures that there are beside them.
fn zone(policy_domain: &str, host: &str) -> impl Strategy<Value = String> + use<> {
    let agreement = format!("{policy_domain}._report._dmarc.{host}");
    let owner = prop_oneof![
        name().prop_map(|name| format!("_dmarc.{name}")),
        Just(agreement),
        name().prop_map(|name| format!("*._report._dmarc.{name}")),
    ];
    let entry = prop_oneof![
        6 => (owner.clone(), record(host))
            .prop_map(|(owner, record)| format!("{owner}. TXT \"{record}\"")),
        1 => (owner, "SERVFAIL|TIMEOUT").prop_map(|(owner, failure)| format!("$STATUS {owner}. {failure}")),
    ];
    proptest::collection::vec(entry, 0..12).prop_map(|entries| entries.join("\n"))
}

#[derive(Clone, Debug)]
struct Story {
    policy_domain: String,
    uri: ReportUri,
    zone: Zone,
}

fn story() -> impl Strategy<Value = Story> {
    (name(), place())
        .prop_filter_map("no URI", |(policy_domain, place)| {
            Some((policy_domain, ReportUri::parse(place.as_bytes())?))
        })
        .prop_flat_map(|(policy_domain, uri)| {
            let host = uri.host().unwrap_or_else(|| domain("x.test")).to_string();
            let zone = zone(&policy_domain, &host);
            (Just(policy_domain), Just(uri), zone)
        })
        .prop_map(|(policy_domain, uri, zone)| Story {
            policy_domain,
            uri,
            zone: zone.parse().unwrap(),
        })
}

impl Story {
    fn begin(&self) -> Destination {
        let domain = self.policy_domain.parse().unwrap();
        Destination::begin(&domain, &self.uri, ReportKind::Aggregate)
    }

    fn end(&self) -> (Permission, Vec<Question>) {
        let mut destination = self.begin();
        let mut asked = Vec::new();
        drive(&mut destination, |question| {
            asked.push(question.clone());
            self.zone.answer(question)
        });
        assert!(destination.is_settled());
        (destination.finish(), asked)
    }
}

fn domain(text: &str) -> Domain {
    text.parse().unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    /// RFC 9990 §4: nobody gets reports because somebody else's record names him.
    #[test]
    fn reports_go_only_where_they_are_wanted(story in story()) {
        let (permission, asked) = story.end();
        let Permission::Granted(places) = permission else {
            return Ok(());
        };
        let host = story.uri.host().expect("a place without a host is granted nothing");
        prop_assert!(!places.is_empty());
        for place in &places {
            prop_assert_eq!(place.host(), Some(host.clone()), "{}", place);
        }
        let policy_domain = domain(&story.policy_domain);
        let agreement = format!("{policy_domain}._report._dmarc.{host}");
        let is_agreement = |question: &&Question| question.name().to_string() == agreement;
        match asked.iter().find(is_agreement) {
            Some(question) => {
                let answer = story.zone.look_up(question);
                prop_assert!(answer.texts().any(|text| Record::parse(text).is_ok()));
            }
            // Of one organization, which has a name in common, and nothing else was said.
            None => {
                prop_assert_eq!(places, [story.uri.clone()]);
                let top = |domain: &Domain| domain.labels().next_back().map(str::to_owned);
                prop_assert_eq!(top(&policy_domain), top(&host));
            }
        }
    }

    #[test]
    fn the_order_of_answers_decides_nothing(
        story in story(), order in proptest::collection::vec(any::<prop::sample::Index>(), 40)
    ) {
        let (expected, mut asked) = story.end();
        let mut destination = story.begin();
        let mut open = Vec::new();
        let mut seen = Vec::new();
        let mut order = order.into_iter().cycle();
        loop {
            open.extend(core::iter::from_fn(|| destination.poll_question()));
            if open.is_empty() {
                break;
            }
            let question = open.swap_remove(order.next().unwrap().index(open.len()));
            destination.answer(&question, story.zone.look_up(&question));
            // What is said twice is said once.
            destination.answer(&question, &Answer::NoSuchName);
            seen.push(question);
        }
        prop_assert!(destination.is_settled());
        seen.sort();
        asked.sort();
        match (&expected, destination.finish()) {
            // Which of several failures is told may differ.
            (Permission::Unsettled { .. }, Permission::Unsettled { question, .. }) => {
                prop_assert!(seen.contains(&question));
            }
            (expected, found) => {
                prop_assert_eq!(&found, expected);
                let distinct: std::collections::BTreeSet<_> = seen.iter().collect();
                prop_assert_eq!(distinct.len(), seen.len(), "each is asked once");
            }
        }
    }

    #[test]
    fn what_is_not_answered_grants_nothing_that_an_answer_could_refuse(
        story in story(), answered in 0usize..6
    ) {
        let mut destination = story.begin();
        for _ in 0..answered {
            let Some(question) = destination.poll_question() else {
                break;
            };
            destination.answer(&question, story.zone.look_up(&question));
        }
        let is_settled = destination.is_settled();
        let early = destination.finish();
        let (expected, _) = story.end();
        prop_assert!(early == expected || matches!(early, Permission::Unsettled { .. }), "{early:?}");
        prop_assert!(early == expected || !is_settled);
    }

    /// RFC 9989 §4.10.
    #[test]
    fn a_walk_goes_up_label_by_label_from_the_seventh(start in "([a-c]{1,3}\\.){0,40}[a-z]{2,5}") {
        let start = domain(&start);
        let walk = tree_walk(&start);
        let labels = |domain: &Domain| domain.labels().count();
        prop_assert_eq!(walk.first(), Some(&start));
        prop_assert_eq!(walk.len(), labels(&start).min(8));
        for pair in walk.windows(2) {
            prop_assert!(pair[0].is_within(&pair[1]) && pair[0] != pair[1]);
        }
        let counts: Vec<usize> = walk.iter().skip(1).map(labels).collect();
        let expected: Vec<usize> = (1..labels(&start).min(8)).rev().collect();
        prop_assert_eq!(counts, expected);
    }

    #[test]
    fn a_place_prints_as_it_reads(text in "(mailto:|HTTPS?://|x:)?(a|@|%2[0cC]|%4|!|[0-9]|k|\\.|b\\.example|,|;|é| ){0,8}") {
        if let Some(uri) = ReportUri::parse(text.as_bytes()) {
            let printed = uri.to_string();
            prop_assert!(printed.bytes().all(|octet| octet.is_ascii_graphic()));
            prop_assert_eq!(ReportUri::parse(printed.as_bytes()), Some(uri.clone()));
            // As one of several it is one.
            if !printed.contains([',', ';']) {
                let record = format!("v=DMARC1; rua={printed},{printed}");
                let record: Record = record.parse().unwrap();
                prop_assert_eq!(record.rua, [uri.clone(), uri]);
            }
        }
    }
}

/// That the properties above speak of something.
#[test]
fn some_places_are_granted_some_refused_and_some_unsettled() {
    use proptest::strategy::ValueTree;
    use proptest::test_runner::TestRunner;

    let mut runner = TestRunner::deterministic();
    let mut counts = [0; 4];
    for _ in 0..2000 {
        let story = story().new_tree(&mut runner).unwrap().current();
        let index = match story.end() {
            (Permission::Granted(places), _) if places == [story.uri.clone()] => 0,
            (Permission::Granted(_), _) => 1,
            (Permission::Refused, _) => 2,
            (Permission::Unsettled { .. }, _) => 3,
        };
        counts[index] += 1;
    }
    assert!(counts.iter().all(|&count| count > 10), "{counts:?}");
}
