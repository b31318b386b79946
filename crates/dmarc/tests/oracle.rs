//! Checks in random zones against RFC 9989 written down a second time, without questions, answers
//! and their order: the slow way, over a zone that is there as a whole.

mod evaluator;

use dmarc::{Check, Identifier, Mechanism, Options, Outcome, Report};
use dns_txt::{Answer, Failure, Inquiry as _, Question, Record};
use evaluator::{Found, Reply, World, evaluate};
use proptest::prelude::*;

/// Of few labels, so that names meet.
fn name(labels: core::ops::Range<usize>) -> impl Strategy<Value = String> {
    proptest::collection::vec(prop_oneof![Just("a"), Just("b")], labels).prop_map(|mut labels| {
        labels.push("test");
        labels.join(".")
    })
}

/// A name on the way up from another, or beside it, or none of its own.
fn relative(of: String) -> impl Strategy<Value = String> {
    let labels = of.split('.').count();
    (
        0..labels,
        proptest::option::of("[ab](\\.[ab]){0,2}"),
        name(0..3),
        0..8u8,
    )
        .prop_map(move |(skipped, below, stranger, kind)| {
            let above = of.split('.').skip(skipped).collect::<Vec<_>>().join(".");
            match (kind, below) {
                (0, _) => stranger,
                (_, Some(below)) => format!("{below}.{above}"),
                (_, None) => above,
            }
        })
}

fn policy() -> impl Strategy<Value = &'static str> {
    proptest::sample::select(&["none", "quarantine", "reject", "Reject", "bogus"][..])
}

/// A record, or what only looks like one.
fn record() -> impl Strategy<Value = String> {
    let tag = prop_oneof![
        8 => policy().prop_map(|word| format!("p={word}")),
        2 => policy().prop_map(|word| format!("sp = {word}")),
        2 => policy().prop_map(|word| format!("np={word}")),
        2 => proptest::sample::select(&["psd=y", "psd=n", "psd=u", "PSD=Y", "psd=x"][..])
            .prop_map(str::to_owned),
        2 => proptest::sample::select(&["adkim=s", "adkim=r", "aspf=s", "aspf=S", "adkim=x"][..])
            .prop_map(str::to_owned),
        1 => proptest::sample::select(&["t=y", "t=Y", "t=n", "t=1"][..]).prop_map(str::to_owned),
        1 => proptest::sample::select(
            &["rua=mailto:r@r.test", "rua=nowhere", "rua=nowhere, https://r.test/", "ruf=mailto:r@r.test"][..],
        )
        .prop_map(str::to_owned),
        1 => proptest::sample::select(&["pct=0", "rf=afrf", "x=1", "", "nonsense", "fo=9"][..])
            .prop_map(str::to_owned),
    ];
    let version = prop_oneof![
        12 => Just("v=DMARC1"),
        1 => Just("v = DMARC1 "),
        1 => Just("V=DMARC1"),
        1 => Just("v=dmarc1"),
        1 => Just("v=DMARC1x"),
        1 => Just("p=none; v=DMARC1"),
        1 => Just("v=spf1 -all"),
    ];
    (version, proptest::collection::vec(tag, 0..5), any::<bool>()).prop_map(
        |(version, tags, end)| {
            let end = if end { ";" } else { "" };
            let mut parts = vec![version.to_owned()];
            parts.extend(tags);
            format!("{}{end}", parts.join(";"))
        },
    )
}

fn reply() -> impl Strategy<Value = Reply> {
    prop_oneof![
        8 => record().prop_map(|record| Reply::Texts(vec![record])),
        2 => proptest::collection::vec(record(), 0..3).prop_map(Reply::Texts),
        1 => Just(Reply::NoName),
    ]
}

#[derive(Clone, Debug)]
struct Story {
    author: String,
    identifiers: Vec<(Mechanism, String)>,
    world: World,
}

fn story() -> impl Strategy<Value = Story> {
    name(0..11).prop_flat_map(|author| {
        let relatives = proptest::collection::vec(relative(author.clone()), 1..6);
        let mechanism = prop_oneof![Just(Mechanism::Dkim), Just(Mechanism::Spf)];
        let identifiers = (mechanism, relative(author.clone()));
        let identifiers = proptest::collection::vec(identifiers, 0..4);
        (Just(author), relatives, identifiers).prop_flat_map(|(author, relatives, identifiers)| {
            let domains = identifiers.iter().map(|(_, domain)| domain.clone());
            let named = domains
                .chain(relatives)
                .chain([author.clone()])
                .collect::<Vec<_>>();
            let replies =
                proptest::collection::vec(proptest::option::weighted(0.7, reply()), named.len());
            (replies, any::<bool>()).prop_map(move |(replies, exists)| {
                let places = named.iter().cloned().zip(replies);
                let records = places.filter_map(|(name, reply)| Some((name, reply?)));
                Story {
                    author: author.clone(),
                    identifiers: identifiers.clone(),
                    world: World {
                        records: records.collect(),
                        author_exists: exists,
                    },
                }
            })
        })
    })
}

fn answer(world: &World, author: &str, question: &Question) -> Answer {
    let asked = question.name().to_string();
    let asked = asked.trim_end_matches('.');
    let Some(domain) = asked.strip_prefix("_dmarc.") else {
        assert_eq!(asked, author, "nothing else is asked for");
        return match world.author_exists {
            true => Answer::NO_DATA,
            false => Answer::NoSuchName,
        };
    };
    match world.records.get(domain) {
        None | Some(Reply::NoName) => Answer::NoSuchName,
        Some(Reply::Failed) => Answer::Failed(Failure::ServerFailure),
        Some(Reply::Texts(texts)) => {
            let texts = texts.iter().map(|text| Record::Txt(text.as_bytes().into()));
            Answer::Records(texts.collect())
        }
    }
}

fn checked(story: &Story, world: &World) -> (Report, usize) {
    let mut check = Check::begin(story.author.parse().unwrap(), &Options::default());
    let identifiers = story.identifiers.iter();
    check.identifiers(identifiers.map(|(mechanism, domain)| Identifier {
        domain: domain.parse().unwrap(),
        mechanism: *mechanism,
        outcome: Outcome::Authenticated,
    }));
    let mut asked = 0;
    dns_txt::drive(&mut check, |question| {
        asked += 1;
        answer(world, &story.author, question)
    });
    assert!(check.is_settled());
    (check.finish(), asked)
}

fn found(report: &Report) -> Found {
    let domain = |domain: &Option<dns_txt::Domain>| domain.as_ref().map(ToString::to_string);
    Found {
        verdict: report.verdict.as_str(),
        policy: report.policy.map(|policy| policy.as_str()),
        record_domain: domain(&report.record_domain),
        organization: domain(&report.organizational_domain),
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    #[test]
    fn a_check_finds_what_the_rfc_says(story in story()) {
        let (report, asked) = checked(&story, &story.world);
        let expected = evaluate(&story.author, &story.identifiers, &story.world);
        prop_assert_eq!(found(&report), expected);
        // RFC 9989 §4.10: eight for each walk, and one for whether the author exists.
        prop_assert!(asked <= 8 * (1 + story.identifiers.len()) + 1);
    }

    /// Where a question has no answer, there is no verdict but one that every answer would lead to
    /// (RFC 9989 §5.3.6).
    #[test]
    fn no_verdict_hangs_on_an_answer_that_did_not_come(
        story in story(),
        failed in proptest::collection::vec(any::<prop::sample::Index>(), 1..4),
        instead in proptest::collection::vec(reply(), 8),
    ) {
        let walked = evaluator::walk(&story.author);
        let walks = story.identifiers.iter().flat_map(|(_, domain)| evaluator::walk(domain));
        let walked: Vec<String> = walked.into_iter().chain(walks).collect();
        let failed: Vec<&String> = failed.iter().map(|index| index.get(&walked)).collect();
        let mut broken = story.world.clone();
        for domain in &failed {
            broken.records.insert((*domain).clone(), Reply::Failed);
        }
        let (report, _) = checked(&story, &broken);
        if matches!(report.verdict, dmarc::Verdict::TempError) {
            prop_assert_eq!(report.policy, None);
            return Ok(());
        }
        for reply in instead {
            let mut mended = story.world.clone();
            for domain in &failed {
                mended.records.insert((*domain).clone(), reply.clone());
            }
            let expected = evaluate(&story.author, &story.identifiers, &mended);
            prop_assert_eq!(report.verdict.as_str(), expected.verdict);
            if report.verdict == dmarc::Verdict::Fail {
                prop_assert_eq!(found(&report).policy, expected.policy);
            }
        }
    }
}
