//! How a zone answers, and that it prints what it reads.

use alloc::format;
use alloc::string::ToString;

use proptest::prelude::*;

use super::*;

const SERVER_FAILURE: Answer = Answer::Failed(Failure::ServerFailure);

fn zone(text: &str) -> Zone {
    text.parse().unwrap()
}

fn name(text: &str) -> Name {
    text.parse().unwrap()
}

fn texts(answer: &Answer) -> Vec<&str> {
    answer
        .texts()
        .map(|text| core::str::from_utf8(text).unwrap())
        .collect()
}

fn ask(zone: &Zone, name: &str, kind: Kind) -> Answer {
    zone.answer(&Question::new(self::name(name), kind))
}

#[test]
fn a_zone_is_a_literal() {
    let zone = zone(r#"example.org. TXT "v=spf1 -all""#);
    assert_eq!(
        texts(&ask(&zone, "example.org", Kind::Txt)),
        ["v=spf1 -all"]
    );
    assert_eq!(ask(&zone, "example.org", Kind::A), Answer::NO_DATA);
    assert_eq!(ask(&zone, "www.example.org", Kind::A), Answer::NoSuchName);
}

#[test]
fn e12_a_name_with_children_only_exists() {
    let zone = zone("a.b.example. A 192.0.2.1");
    for name in ["b.example", "example", "."] {
        assert_eq!(ask(&zone, name, Kind::Txt), Answer::NO_DATA, "{name}");
    }
    assert_eq!(ask(&zone, "c.example", Kind::Txt), Answer::NoSuchName);
}

#[test]
fn a_wildcard_answers_for_what_its_closest_ancestor_does_not_have() {
    let zone = zone(
        "*.example. TXT any\n\
         a.b.example. TXT one\n\
         *.alias.example. CNAME a.b.example.",
    );
    for (name, text) in [
        ("c.example", "any"),
        ("d.c.example", "any"),
        ("a.b.example", "one"),
        ("*.example", "any"),
        ("x.alias.example", "one"),
    ] {
        assert_eq!(texts(&ask(&zone, name, Kind::Txt)), [text], "{name}");
    }
    assert_eq!(ask(&zone, "c.example", Kind::A), Answer::NO_DATA);
    assert_eq!(ask(&zone, "b.example", Kind::Txt), Answer::NO_DATA);
    assert_eq!(ask(&zone, "c.b.example", Kind::Txt), Answer::NoSuchName);
    assert_eq!(ask(&zone, "test", Kind::Txt), Answer::NoSuchName);
}

#[test]
fn aliases_are_followed_as_far_as_eight() {
    let mut zone = Zone::new();
    let step = |number: usize| Name::from_labels([format!("c{number}").as_bytes()]).unwrap();
    for number in 0..9 {
        zone.alias(step(number), step(number + 1));
    }
    zone.insert(step(9), Record::Txt((*b"end").into()));
    assert_eq!(texts(&ask(&zone, "c1", Kind::Txt)), ["end"]);
    assert_eq!(ask(&zone, "c0", Kind::Txt), SERVER_FAILURE);
    assert_eq!(ask(&zone, "c1", Kind::A), Answer::NO_DATA);
}

#[test]
fn aliases_that_lead_nowhere_are_told_apart() {
    let zone = zone("a. CNAME b.\nb. CNAME a.\nc. CNAME missing.\nd. CNAME x.d.");
    assert_eq!(ask(&zone, "a", Kind::Txt), SERVER_FAILURE);
    assert_eq!(ask(&zone, "c", Kind::Txt), Answer::NoSuchName);
    assert_eq!(ask(&zone, "d", Kind::Txt), Answer::NoSuchName);
}

#[test]
fn a_name_or_a_question_can_fail() {
    let mut zone = zone("a. TXT x");
    zone.fail_others(name("a"), Failure::Timeout)
        .fail(Question::new(name("b"), Kind::Mx), Failure::ServerFailure);
    assert_eq!(texts(&ask(&zone, "a", Kind::Txt)), ["x"]);
    assert_eq!(ask(&zone, "a", Kind::A), Answer::Failed(Failure::Timeout));
    assert_eq!(ask(&zone, "b", Kind::Mx), SERVER_FAILURE);
    assert_eq!(ask(&zone, "b", Kind::A), Answer::NO_DATA);
    zone.insert(
        name("b"),
        Record::Mx {
            preference: 1,
            exchange: Name::root(),
        },
    );
    assert_eq!(ask(&zone, "b", Kind::Mx).records().len(), 1);
}

#[test]
fn a_record_is_in_a_zone_once() {
    let mut zone = zone("a. TXT x\na. TXT y\na. TXT x");
    zone.insert(name("a"), Record::Txt((*b"y").into()));
    assert_eq!(texts(&ask(&zone, "a", Kind::Txt)), ["x", "y"]);
}

#[test]
fn an_answer_is_set_as_a_name_server_would_give_it() {
    let text = |octets: &[u8]| Record::Txt(octets.into());
    let address = Record::A([192, 0, 2, 1].into());
    let mut zone = Zone::new();
    // RFC 2181 §5: no record is there twice; and of another kind, none was asked for.
    let records = Vec::from([text(b"x"), address.clone(), text(b"y"), text(b"x")]);
    zone.set(
        Question::new(name("a"), Kind::Txt),
        Answer::Records(records.clone()),
    );
    assert_eq!(texts(&ask(&zone, "a", Kind::Txt)), ["x", "y"]);
    assert_eq!(ask(&zone, "a", Kind::A), Answer::NO_DATA);
    // Nor are there any of a kind that a name has none of.
    zone.set_others(name("b"), Answer::Records(records));
    assert_eq!(ask(&zone, "b", Kind::Txt), Answer::NO_DATA);
    assert_eq!(zone.to_string().parse(), Ok(zone));
}

fn record() -> impl Strategy<Value = Record> {
    prop_oneof![
        any::<[u8; 4]>().prop_map(|address| Record::A(address.into())),
        any::<[u8; 16]>().prop_map(|address| Record::Aaaa(address.into())),
        (any::<u16>(), names()).prop_map(|(preference, exchange)| Record::Mx {
            preference,
            exchange
        }),
        names().prop_map(Record::Ptr),
        proptest::collection::vec(any::<u8>(), 0..600).prop_map(|text| Record::Txt(text.into())),
    ]
}

fn names() -> impl Strategy<Value = Name> {
    let label = prop_oneof![
        Just(b"a".to_vec()),
        Just(b"*".to_vec()),
        proptest::collection::vec(any::<u8>(), 1..4)
    ];
    proptest::collection::vec(label, 0..4)
        .prop_map(|labels| Name::from_labels(labels.iter().map(Vec::as_slice)).unwrap())
}

fn kind() -> impl Strategy<Value = Kind> {
    proptest::sample::select(&Kind::ALL[..])
}

fn answer() -> impl Strategy<Value = Answer> {
    prop_oneof![
        proptest::collection::vec(record(), 0..3).prop_map(Answer::Records),
        Just(Answer::NO_DATA),
        Just(Answer::NoSuchName),
        Just(Answer::Failed(Failure::Malformed)),
        Just(SERVER_FAILURE),
        Just(Answer::Failed(Failure::Timeout)),
    ]
}

fn zones() -> impl Strategy<Value = Zone> {
    (
        proptest::collection::vec((names(), record()), 0..8),
        proptest::collection::vec((names(), names()), 0..3),
        proptest::collection::vec((names(), kind(), answer()), 0..3),
        proptest::collection::vec((names(), answer()), 0..3),
    )
        .prop_map(|(records, aliases, answers, others)| {
            let mut zone = Zone::new();
            for (name, kind, answer) in answers {
                zone.set(Question::new(name, kind), answer);
            }
            for (name, answer) in others {
                zone.set_others(name, answer);
            }
            for (name, record) in records {
                zone.insert(name, record);
            }
            for (name, target) in aliases {
                if zone
                    .nodes
                    .get(&name)
                    .is_none_or(|node| node.answers.is_empty())
                {
                    zone.alias(name, target);
                }
            }
            zone
        })
}

/// A name of 250 octets would be 125 names else, each with its octets.
#[test]
fn what_only_stands_above_a_name_takes_no_memory() {
    let deep = "a.".repeat(124) + "b";
    let zone: Zone = format!("{deep} A 192.0.2.1").parse().unwrap();
    assert_eq!(zone.nodes.len(), 1);
    let ask = |name: &str| zone.answer(&Question::new(name.parse::<Name>().unwrap(), Kind::A));
    assert_eq!(ask(&deep).records().len(), 1);
    for above in [".", "b", "A.b", &deep[2..]] {
        assert_eq!(ask(above), Answer::NO_DATA, "{above}");
    }
    for beside in ["a", "bb", "aa.b", "b.b", "a.a", "b.a.b"] {
        assert_eq!(ask(beside), Answer::NoSuchName, "{beside}");
    }
}

proptest! {
    #[test]
    fn reading_what_was_printed_gives_the_same_zone(zone in zones()) {
        prop_assert_eq!(zone.to_string().parse(), Ok(zone));
    }

    #[cfg(feature = "json")]
    #[test]
    fn reading_the_json_of_a_zone_gives_the_same_zone(zone in zones()) {
        prop_assert_eq!(Zone::from_json(zone.to_json().as_bytes()).unwrap(), zone);
    }

    #[test]
    fn any_text_is_read_or_refused(text in proptest::collection::vec(any::<u8>(), 0..200)) {
        let _ = Zone::parse(&text, None);
    }

    #[test]
    fn text_that_is_nearly_a_zone_is_read_or_refused(
        text in r#"([a@.$;()"\ \t\r\n\\0-9]|IN|TXT|A |MX|\$ORIGIN|\$TTL|\$STATUS|CNAME){0,60}"#
    ) {
        if let Ok(zone) = Zone::parse(&text, None) {
            prop_assert_eq!(zone.to_string().parse(), Ok(zone));
        }
    }
}
