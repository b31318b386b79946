//! Whatever a domain publishes and a peer says, what is shown of a check stays in its place.

use dns_txt::{Answer, Inquiry, Kind, Question, Record, drive};
use proptest::prelude::*;
use spf::{Check, Limits, Options, ReceivedSpf, Report, Verdict};

/// Records of which many can be read, with macros of a peer's words and octets that no record has.
fn record() -> impl Strategy<Value = Vec<u8>> {
    let text = prop_oneof![
        "a|mx|ptr|-all|~all|\\?all|ip4:192\\.0\\.2\\.[0-9]|exists:%\\{i\\}\\.test",
        "(a|include|exists|mx|ptr):(%\\{[slodiphvcrt]r?[0-9]?[.+-]?\\}\\.|[a-z(\"]{1,4}\\.|%_|%%){0,3}test",
        "(exp|redirect|moo)=(%\\{[SLODIPHV]2\\}\\.|[a-z;]{1,3}\\.)?test",
    ];
    let octets = prop_oneof![
        20 => text.prop_map(String::into_bytes),
        1 => proptest::collection::vec(any::<u8>(), 0..4),
    ];
    (
        prop_oneof![9 => Just(&b"v=spf1"[..]), 1 => Just(&b"V=SPF1 \r\n"[..])],
        proptest::collection::vec(octets, 0..4),
        "(| -all| ~all| -all exp=(%\\{[slop]\\}\\.)?why\\.test)",
    )
        .prop_map(|(version, terms, end)| {
            let mut record = version.to_vec();
            for term in terms {
                record.push(b' ');
                record.extend(term);
            }
            record.extend(end.into_bytes());
            record
        })
}

/// Words of an explanation, some that no reply can hold.
fn explanation() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        "(%\\{[slodiphvcrt]\\}|[ -~]|%%|%-| {1,3}){0,40}".prop_map(String::into_bytes),
        proptest::collection::vec(any::<u8>(), 0..20),
        "[a-z ]{400,600}".prop_map(String::into_bytes),
    ]
}

/// What a peer says in HELO or MAIL FROM.
fn words() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        4 => "[a-z]{1,3}@[a-z]{1,3}\\.test\\.?".prop_map(String::into_bytes),
        1 => "[a-z(\"';=%{} ]{0,6}@([a-z]{1,3}|ü)\\.test".prop_map(String::into_bytes),
        1 => "[a-z]{0,70}(\\.[a-z]{1,5}){0,3}".prop_map(String::into_bytes),
        1 => proptest::collection::vec(any::<u8>(), 0..30),
    ]
}

#[derive(Clone, Debug)]
struct Story {
    records: Vec<Vec<u8>>,
    explanation: Vec<u8>,
    helo: Vec<u8>,
    path: Vec<u8>,
}

fn story() -> impl Strategy<Value = Story> {
    let records = proptest::collection::vec(record(), 1..4);
    (records, explanation(), words(), words()).prop_map(|(records, explanation, helo, path)| {
        Story {
            records,
            explanation,
            helo,
            path,
        }
    })
}

impl Story {
    /// A DNS in which every name has something: the explanation, or one of the records by the octets
    /// of the name.
    fn answer(&self, question: &Question) -> Answer {
        let sum = question.to_string().bytes().map(usize::from).sum::<usize>();
        Answer::Records(vec![match question.kind() {
            Kind::A => Record::A([192, 0, 2, 1].into()),
            Kind::Aaaa => Record::Aaaa([1; 16].into()),
            Kind::Mx => Record::Mx {
                preference: 1,
                exchange: "h.test".parse().unwrap(),
            },
            Kind::Ptr => Record::Ptr("h\\010(.test".parse().unwrap()),
            _ if question.to_string().contains("why") => {
                Record::Txt(self.explanation.clone().into())
            }
            _ => Record::Txt(self.records[sum % self.records.len()].clone().into()),
        }])
    }

    fn checks(&self, options: &Options) -> [Report; 2] {
        let client = "192.0.2.7".parse().unwrap();
        let checks = [
            Check::mail_from(client, &self.helo, &self.path, options),
            Check::helo(client, &self.helo, options),
        ];
        checks.map(|mut check| {
            drive(&mut check, |question| self.answer(question));
            assert!(check.is_settled());
            check.finish()
        })
    }
}

fn is_line(text: &str) -> bool {
    text.bytes().all(|octet| matches!(octet, b' '..=b'~'))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    #[test]
    fn f02_f05_nothing_that_is_shown_leaves_its_line(story in story(), limit in 0usize..600) {
        let options = Options::default()
            .trace(true)
            .default_explanation("see\nhttps://example.org/\u{fc}")
            .limits(Limits::default().explanation(limit));
        for report in story.checks(&options) {
            prop_assert!(is_line(&report.cause.to_string()), "{}", report.cause);
            if let Some(place) = &report.place {
                prop_assert!(is_line(&place.to_string()));
            }
            if let Some(matched) = &report.matched {
                prop_assert!(is_line(&matched.innermost().directive.to_string()));
            }
            prop_assert_eq!(report.explanation.is_some(), report.verdict == Verdict::Fail);
            if let Some(explanation) = &report.explanation {
                prop_assert!(is_line(&explanation.to_string()));
                prop_assert!(explanation.text().len() <= limit.max(40), "{}", explanation);
            }
            if let Some(refusal) = report.refusal() {
                let line = refusal.to_string();
                prop_assert!(is_line(&line) && !line.ends_with(' '));
                prop_assert!(line.len() <= 510, "{line}");
            }
            let trace = report.trace.as_ref().unwrap().to_string();
            prop_assert!(trace.lines().all(is_line) && trace.ends_with('\n'), "{trace:?}");
            // The last line is the verdict, and no other line looks like it.
            let verdict = format!("{}: ", report.verdict);
            let ends: Vec<&str> = trace.lines().filter(|line| line.starts_with(&verdict)).collect();
            prop_assert_eq!(ends.last().copied(), trace.lines().last());
            prop_assert_eq!(ends.len(), 1, "{}", trace);
        }
    }

    #[test]
    fn f02_f05_received_spf_says_the_verdict_and_reads_as_it_prints(story in story()) {
        let receiver = "mx.example.org".parse().unwrap();
        for report in story.checks(&Options::default().receiver(receiver)) {
            let printed = report.received_spf();
            let value = printed.strip_prefix("Received-SPF:").unwrap();
            for (index, line) in printed.strip_suffix("\r\n").unwrap().split("\r\n").enumerate() {
                prop_assert!(line.len() <= 998 && !line.contains(char::is_control), "{printed}");
                prop_assert_eq!(index > 0, line.starts_with(' '));
            }
            let read = ReceivedSpf::parse(value.as_bytes()).unwrap();
            prop_assert_eq!(&read, &ReceivedSpf::from(&report));
            prop_assert_eq!(read.verdict, report.verdict);
            prop_assert_eq!(read.value("identity"), Some(report.identity.as_str()));
            prop_assert_eq!(read.value("client-ip"), Some("192.0.2.7"));
            prop_assert_eq!(read.value("receiver"), Some("mx.example.org"));
            // The first word of the field is the verdict to readers that know no comments.
            prop_assert!(value.trim_start().starts_with(report.verdict.as_str()));
        }
    }

    #[test]
    fn e01_no_record_takes_more_than_its_limits(story in story()) {
        for limits in [Limits::default(), Limits::default().lookups(2).questions(4).void_lookups(0)] {
            let client = "192.0.2.7".parse().unwrap();
            let options = Options::default().limits(limits);
            let mut check = Check::mail_from(client, &story.helo, &story.path, &options);
            let mut asked = std::collections::BTreeSet::new();
            drive(&mut check, |question| {
                assert!(asked.insert(question.clone()), "{question} is asked twice");
                story.answer(question)
            });
            let report = check.finish();
            prop_assert!(asked.len() <= usize::from(limits.questions));
            prop_assert!(report.lookups <= limits.lookups.saturating_add(1));
            prop_assert!(report.void_lookups <= limits.void_lookups.saturating_add(1));
            let exceeded = report.lookups > limits.lookups || report.void_lookups > limits.void_lookups;
            prop_assert!(!exceeded || report.verdict == Verdict::PermError);
        }
    }
}

/// That the properties above speak of something.
#[test]
fn the_stories_end_in_every_verdict_but_temperror() {
    use proptest::strategy::ValueTree;
    use proptest::test_runner::TestRunner;

    let mut runner = TestRunner::deterministic();
    let mut seen = Vec::new();
    let mut explained = 0;
    for _ in 0..1000 {
        let story = story().new_tree(&mut runner).unwrap().current();
        for report in story.checks(&Options::default()) {
            explained += usize::from(report.explanation.is_some());
            seen.push(report.verdict);
        }
    }
    let missing = Verdict::ALL
        .into_iter()
        .filter(|verdict| !seen.contains(verdict));
    assert_eq!(missing.collect::<Vec<_>>(), [Verdict::TempError]);
    assert!(explained > 20, "{explained}");
}
