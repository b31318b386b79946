//! A zone against the slow and obvious one: a list of records, gone through from its beginning for
//! each question.

use dns_txt::{Answer, Failure, Inquiry, Kind, Name, Question, Record, Recorder, Zone, drive};
use proptest::prelude::*;

#[derive(Clone, Debug)]
enum Entry {
    Alias(Name),
    Answer(Kind, Answer),
    Others(Answer),
    Record(Record),
}

type Entries = Vec<(Name, Entry)>;

fn name() -> impl Strategy<Value = Name> {
    let labels = prop_oneof![4 => Just("a"), 4 => Just("b"), 1 => Just("*")];
    proptest::collection::vec(labels, 0..4)
        .prop_map(|labels| Name::from_labels(labels.iter().map(|label| label.as_bytes())).unwrap())
}

fn kind() -> impl Strategy<Value = Kind> {
    prop_oneof![Just(Kind::A), Just(Kind::Txt)]
}

fn record() -> impl Strategy<Value = Record> {
    prop_oneof![
        (0u8..3).prop_map(|last| Record::A([192, 0, 2, last].into())),
        "[xy]?".prop_map(|text| Record::Txt(text.into_bytes().into())),
    ]
}

fn answer() -> impl Strategy<Value = Answer> {
    prop_oneof![
        proptest::collection::vec(record(), 0..3).prop_map(Answer::Records),
        Just(Answer::NoSuchName),
        Just(Answer::Failed(Failure::Timeout)),
    ]
}

fn entries() -> impl Strategy<Value = Entries> {
    let entry = prop_oneof![
        6 => record().prop_map(Entry::Record),
        2 => name().prop_map(Entry::Alias),
        1 => (kind(), answer()).prop_map(|(kind, answer)| Entry::Answer(kind, answer)),
        1 => answer().prop_map(Entry::Others),
    ];
    proptest::collection::vec((name(), entry), 0..10)
}

fn zone(entries: &Entries) -> Zone {
    let mut zone = Zone::new();
    for (name, entry) in entries {
        let name = name.clone();
        match entry.clone() {
            Entry::Alias(target) => zone.alias(name, target),
            Entry::Answer(kind, answer) => zone.set(Question::new(name, kind), answer),
            Entry::Others(answer) => zone.set_others(name, answer),
            Entry::Record(record) => zone.insert(name, record),
        };
    }
    zone
}

/// What the entries say, one after the other, of a name that one of them has.
fn at(entries: &Entries, name: &Name, kind: Kind) -> (Option<Answer>, Option<Name>, Answer) {
    let (mut answer, mut alias, mut others) = (None, None, Answer::NO_DATA);
    for (_, entry) in entries.iter().filter(|(owner, _)| owner == name) {
        match entry {
            Entry::Alias(target) => alias = Some(target.clone()),
            Entry::Answer(of, set) if *of == kind => answer = Some(once(set, kind)),
            Entry::Others(Answer::Records(_)) => others = Answer::NO_DATA,
            Entry::Others(set) => others = set.clone(),
            Entry::Record(record) if record.kind() == kind => {
                let mut records = answer.as_ref().map_or(&[][..], Answer::records).to_vec();
                records.push(record.clone());
                answer = Some(once(&Answer::Records(records), kind));
            }
            Entry::Answer(..) | Entry::Record(_) => {}
        }
    }
    (answer, alias, others)
}

/// RFC 2181 §5.
fn once(answer: &Answer, kind: Kind) -> Answer {
    let Answer::Records(all) = answer else {
        return answer.clone();
    };
    let mut records = Vec::new();
    for record in all {
        if record.kind() == kind && !records.contains(record) {
            records.push(record.clone());
        }
    }
    Answer::Records(records)
}

/// RFC 8020 §2: a name exists if it has an entry, or one below it has.
fn exists(entries: &Entries, name: &Name) -> bool {
    entries.iter().any(|(owner, _)| owner.is_within(name))
}

/// RFC 4592 §3.3.1: the wildcard below the closest ancestor that exists.
fn source(entries: &Entries, name: &Name) -> Option<Name> {
    let mut ancestors = core::iter::successors(name.parent(), Name::parent);
    let closest = ancestors.find(|ancestor| exists(entries, ancestor))?;
    let wildcard = closest.child(b"*").unwrap();
    let has_entry = entries.iter().any(|(owner, _)| *owner == wildcard);
    has_entry.then_some(wildcard)
}

fn slow_answer(entries: &Entries, question: &Question) -> Answer {
    let mut name = question.name().clone();
    for _ in 0..9 {
        let owner = match exists(entries, &name) {
            true => name,
            false => match source(entries, &name) {
                Some(wildcard) => wildcard,
                None => return Answer::NoSuchName,
            },
        };
        let (answer, alias, others) = at(entries, &owner, question.kind());
        match (answer, alias) {
            (Some(answer), _) => return answer,
            (None, Some(target)) => name = target,
            (None, None) => return others,
        }
    }
    Answer::Failed(Failure::ServerFailure)
}

/// A check that asks these questions.
struct Asks(Vec<Question>);

impl Inquiry for Asks {
    fn poll_question(&mut self) -> Option<Question> {
        self.0.pop()
    }

    fn answer(&mut self, _: &Question, _: &Answer) {}

    fn is_settled(&self) -> bool {
        self.0.is_empty()
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    #[test]
    fn a_zone_answers_as_its_entries_say(
        entries in entries(), questions in proptest::collection::vec((name(), kind()), 1..8)
    ) {
        let zone = zone(&entries);
        for (name, kind) in questions {
            let question = Question::new(name, kind);
            let expected = slow_answer(&entries, &question);
            prop_assert_eq!(zone.answer(&question), expected, "{} of\n{}", question, zone);
        }
    }

    /// Whatever was asked, and whichever way the recording was kept.
    #[test]
    fn what_was_recorded_is_answered_again(
        entries in entries(), questions in proptest::collection::vec((name(), kind()), 1..8)
    ) {
        let zone = zone(&entries);
        let questions = questions.into_iter().map(|(name, kind)| Question::new(name, kind));
        let questions: Vec<Question> = questions.collect();
        let mut recorder = Recorder::new();
        drive(&mut Asks(questions.clone()), |question| {
            let answer = zone.look_up(question);
            recorder.note(question, answer);
            answer
        });
        let kept = recorder.zone();
        prop_assert_eq!(&recorder.to_string().parse::<Zone>().unwrap(), &kept);
        #[cfg(feature = "json")]
        prop_assert_eq!(&Zone::from_json(&kept.to_json()).unwrap(), &kept);
        for question in &questions {
            prop_assert_eq!(kept.look_up(question), zone.look_up(question), "{}", question);
        }
    }

    /// What is broken is refused with a place that is in the text, or reads as something else that
    /// prints as it reads.
    #[cfg(feature = "json")]
    #[test]
    fn json_that_somebody_has_broken_is_read_or_refused(
        entries in entries(),
        breaks in proptest::collection::vec(
            (any::<prop::sample::Index>(), 0usize..4, "[\\[\\]{}:,\"\\\\a.* 0-9]{0,2}|null|\\\\u0000"), 1..4,
        ),
    ) {
        let mut json = zone(&entries).to_json();
        for (at, length, instead) in breaks {
            let start = at.index(json.len() + 1);
            let end = json.len().min(start + length);
            if json.is_char_boundary(start) && json.is_char_boundary(end) {
                json.replace_range(start..end, &instead);
            }
        }
        match Zone::from_json(&json) {
            Ok(zone) => prop_assert_eq!(Zone::from_json(&zone.to_json()), Ok(zone)),
            Err(error) => {
                let lines = json.lines().count();
                prop_assert!((1..=lines + 1).contains(&error.line()), "{error}");
                prop_assert!(error.column() <= json.len() + 1, "{error}");
                prop_assert!(!error.to_string().contains(char::is_control), "{error:?}");
            }
        }
    }

    /// The place of a name in the text, and what it is below, change nothing.
    #[test]
    fn a_zone_is_the_same_below_any_origin(
        lines in proptest::collection::vec("([ab]|@|b\\.a) (TXT [xy]|A 192\\.0\\.2\\.[12]|MX 1 [ab])", 0..6),
        origin in "[ab](\\.[ab]){0,2}",
    ) {
        let text = lines.join("\n");
        let below = Zone::parse(&text, Some(origin.parse().unwrap())).unwrap();
        let within = format!("$ORIGIN {origin}.\n{text}");
        prop_assert_eq!(&Zone::parse(&within, None).unwrap(), &below);
        let lines: Vec<String> = text.lines().map(|line| {
            let (owner, rest) = line.split_once(' ').unwrap();
            format!("{owner} ( 300 IN\r\n {} ) ; end", rest.replace(' ', "\n\t"))
        }).collect();
        prop_assert_eq!(Zone::parse(&lines.join("\n"), Some(origin.parse().unwrap())), Ok(below));
    }
}

/// That questions are answered in every way.
#[test]
fn the_questions_have_answers_of_all_kinds() {
    use proptest::strategy::ValueTree;
    use proptest::test_runner::TestRunner;

    let mut runner = TestRunner::deterministic();
    let strategy = (entries(), name(), kind());
    let (mut records, mut none, mut missing, mut failed, mut wild) = (0, 0, 0, 0, 0);
    for _ in 0..3000 {
        let (entries, name, kind) = strategy.new_tree(&mut runner).unwrap().current();
        wild += usize::from(!exists(&entries, &name) && source(&entries, &name).is_some());
        match slow_answer(&entries, &Question::new(name, kind)) {
            Answer::Records(found) if found.is_empty() => none += 1,
            Answer::Records(_) => records += 1,
            Answer::NoSuchName => missing += 1,
            _ => failed += 1,
        }
    }
    let counts = [records, none, missing, failed, wild];
    assert!(counts.iter().all(|&count| count > 30), "{counts:?}");
}
