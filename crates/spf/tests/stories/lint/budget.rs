//! A lint ends, whatever a zone answers, and its report does not depend on the order of answers.

use core::net::IpAddr;
use std::collections::BTreeSet;

use dns_txt::{Answer, Failure, Inquiry, Kind, Name, Question, Record, drive};
use proptest::prelude::*;
use spf::lint::{Finding, Lint, LintOptions, LintReport, Problem, Severity};
use spf::{Cause, Check, Options, Report};

/// A DNS in which every name has whatever its octets and a seed say. Records name this many
/// others, and names below others without an end.
fn hostile(question: &Question, seed: u64) -> Answer {
    of_size(question, seed, 400)
}

fn of_size(question: &Question, seed: u64, names: u64) -> Answer {
    let mut state = question.to_string().bytes().fold(seed | 1, |state, octet| {
        (state ^ u64::from(octet)).wrapping_mul(0x0100_0000_01b3)
    });
    let mut next = move |below: u64| {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        (state >> 33) % below
    };
    match next(12) {
        0 => return Answer::NoSuchName,
        1 => return Answer::NO_DATA,
        2 => return Answer::Failed(Failure::ServerFailure),
        _ => {}
    }
    let records = 1 + next(2) * next(2) * next(12);
    let records = (0..records).map(|_| match question.kind() {
        Kind::A => Record::A([10, 0, 0, 1].into()),
        Kind::Mx => Record::Mx {
            preference: 1,
            exchange: Name::root(),
        },
        Kind::Txt => {
            let mut text = String::from("v=spf1");
            for _ in 0..next(names.min(30)) {
                let label = next(names);
                text += &match next(12) {
                    0 | 1 => format!(" include:d{label}.test"),
                    2 => format!(" redirect=d{label}.test"),
                    3 => format!(" exp=d{label}.test"),
                    4 => format!(" a:d{label}.test/{}", next(33)),
                    5 => format!(" mx:d{label}.%{{d}}"),
                    6 => format!(" -ip4:10.0.{}.0/{}", next(4), 16 + next(17)),
                    7 => format!(" ip4:10.0.{}.0/{}", next(4), 16 + next(17)),
                    8 => format!(" exists:%{{i}}.d{label}.test"),
                    9 => String::from(" ptr"),
                    10 => match next(6) {
                        0 => String::from(" moo=oom"),
                        1 => String::from(" mx=oom"),
                        2 => String::from(" a:moo..test"),
                        3 => format!(" a:d{label}.test."),
                        4 => String::from(" exists:%{p}.test"),
                        _ => String::from(" moo"),
                    },
                    _ if next(8) == 0 => String::from(" all"),
                    _ => String::from(" include:x.%{d}"),
                };
            }
            Record::Txt(text.into_bytes().into())
        }
        _ => Record::Aaaa([1; 16].into()),
    });
    Answer::Records(records.collect())
}

fn options() -> impl Strategy<Value = LintOptions> {
    (0u16..60, 0u16..20, 0usize..200).prop_map(|(questions, records, terms)| {
        LintOptions::default()
            .questions(questions)
            .records(records)
            .terms(terms)
    })
}

/// Takes every question that can be asked before it answers one, the one that `choices` say.
/// Gives the report and how many questions there were.
fn shuffled(mut lint: Lint, seed: u64, choices: &[usize]) -> (LintReport, usize) {
    let mut choices = choices.iter().cycle();
    let mut open: Vec<Question> = Vec::new();
    let mut asked = 0;
    loop {
        while let Some(question) = lint.poll_question() {
            open.push(question);
            asked += 1;
        }
        if open.is_empty() {
            break;
        }
        let question = open.swap_remove(choices.next().unwrap() % open.len());
        lint.answer(&question, &hostile(&question, seed));
    }
    assert!(lint.is_settled());
    (lint.finish(), asked)
}

fn begin(options: &LintOptions) -> Lint {
    Lint::domain(&"d0.test".parse().unwrap(), options)
}

proptest! {
    #[test]
    fn it_settles_within_its_budget_and_in_any_order(
        seed in any::<u64>(),
        options in options(),
        choices in proptest::collection::vec(any::<usize>(), 1..20),
    ) {
        let (report, asked) = shuffled(begin(&options), seed, &choices);
        prop_assert!(asked <= usize::from(options.questions));
        prop_assert!(report.costs.len() <= options.terms);
        // What can be said of one term is bounded, and so is what can be said of one record.
        let records = usize::from(options.records) + 1;
        prop_assert!(report.findings.len() <= 6 * options.terms + 3 * records + 4);
        let (plain, _) = shuffled(begin(&options), seed, &[0]);
        prop_assert_eq!(report, plain);
    }

    #[test]
    fn one_in_a_hurry_asks_nothing_more_and_says_so(
        seed in any::<u64>(),
        answers in 0usize..30,
    ) {
        let mut lint = begin(&LintOptions::default());
        for _ in 0..answers {
            if let Some(question) = lint.poll_question() {
                lint.answer(&question, &hostile(&question, seed));
            }
        }
        let is_settled = lint.is_settled();
        let report = lint.finish();
        prop_assert!(is_settled || !report.is_complete);
        let (plain, _) = shuffled(begin(&LintOptions::default()), seed, &[0]);
        prop_assert!(report == plain || !is_settled);
    }
}

/// How a check in a small world of this kind ends, and what the lint of its policy says.
fn check_and_lint(seed: u64, client: IpAddr) -> (Report, LintReport) {
    let answer = |question: &Question| of_size(question, seed, 9);
    let mut check = Check::mail_from(client, b"", b"user@d0.test", &Options::default());
    drive(&mut check, answer);
    let mut lint = begin(&LintOptions::default().questions(u16::MAX).records(1000));
    drive(&mut lint, answer);
    (check.finish(), lint.finish())
}

/// Whether the lint has found what ended a check.
fn is_found(report: &Report, lint: &LintReport) -> bool {
    let at_place = |code: &str| {
        let place = report.place.as_ref().unwrap();
        lint.findings.iter().any(|finding| {
            finding.code() == code
                && finding.domain == place.domain
                && finding.offset == Some(place.offset)
        })
    };
    let any = |is_it: &dyn Fn(&Finding) -> bool| lint.findings.iter().any(is_it);
    match &report.cause {
        Cause::Syntax { domain, error } => any(&|finding| {
            finding.domain == *domain && finding.problem == Problem::Syntax { error: *error }
        }),
        Cause::SeveralRecords { domain } => {
            any(&|finding| finding.domain == *domain && finding.code() == "several-records")
        }
        Cause::NoRecord { domain } => match report.place {
            Some(_) => at_place("target-without-record"),
            None => any(&|finding| finding.domain == *domain && finding.code() == "no-record"),
        },
        Cause::MxHosts => at_place("too-many-mx-hosts"),
        Cause::MalformedTarget => at_place("malformed-target"),
        Cause::Lookups => any(&|finding| matches!(finding.code(), "too-many-lookups" | "loop")),
        Cause::Dns { question, failure } => {
            let (question, failure) = (question.clone(), *failure);
            let problem = Problem::DnsFailure { question, failure };
            any(&|finding| finding.problem == problem) || at_place("depends-on-message")
        }
        // A lint does not know which names a client has, and says so.
        Cause::VoidLookups => any(&|finding| {
            matches!(
                finding.code(),
                "too-many-void-lookups" | "ptr" | "depends-on-message" | "loop"
            )
        }),
        _ => true,
    }
}

proptest! {
    #[test]
    fn what_ends_a_check_in_an_error_was_found(seed in any::<u64>(), client in any::<[u8; 4]>()) {
        let (report, lint) = check_and_lint(seed, client.into());
        prop_assume!(!lint.findings.iter().any(|finding| finding.code() == "incomplete"));
        prop_assert!(is_found(&report, &lint), "{:?} {:?}\n{}", report.cause, report.place, lint);
        let is_loop = lint.findings.iter().any(|finding| finding.code() == "loop");
        prop_assert!(is_loop || u32::from(report.lookups) <= lint.lookups);
    }
}

#[test]
fn checks_in_small_worlds_end_in_many_ways() {
    // Else the property above would say little.
    let worlds = (0..600).map(|seed| check_and_lint(seed * 0x9e37, [192, 0, 2, 1].into()));
    let causes: Vec<Cause> = worlds.map(|(report, _)| report.cause).collect();
    let count = |is_it: fn(&&Cause) -> bool| causes.iter().filter(is_it).count();
    for count in [
        count(|cause| matches!(cause, Cause::Default | Cause::Match)),
        count(|cause| matches!(cause, Cause::Dns { .. })),
        count(|cause| matches!(cause, Cause::Lookups)),
        count(|cause| matches!(cause, Cause::NoRecord { .. })),
        count(|cause| matches!(cause, Cause::SeveralRecords { .. })),
        count(|cause| matches!(cause, Cause::Syntax { .. })),
        count(|cause| matches!(cause, Cause::VoidLookups)),
    ] {
        assert!(count > 0, "{causes:?}");
    }
}

#[test]
fn the_endless_zone_has_something_in_it() {
    // Else the properties above would say little.
    let reports: Vec<LintReport> = (0..60)
        .map(|seed| shuffled(begin(&LintOptions::default()), seed, &[0]).0)
        .collect();
    for code in [
        "after-all",
        "any-address",
        "dns-failure",
        "incomplete",
        "loop",
        "overlapping-range",
        "several-records",
        "shared-range",
        "target-without-record",
        "too-many-lookups",
        "too-many-mx-hosts",
        "too-many-void-lookups",
    ] {
        let found = |report: &&LintReport| report.findings.iter().any(|f| f.code() == code);
        assert!(reports.iter().any(|report| found(&report)), "{code}");
    }
}

#[test]
fn the_front_page_names_every_finding_by_its_severity() {
    let page = include_str!("../../../src/lint/mod.rs").replace("//!", "");
    let (_, list) = page.split_once("# What it finds").unwrap();
    let (errors, rest) = list.split_once("* As warnings").unwrap();
    let (warnings, rest) = rest.split_once("* For information").unwrap();
    let (infos, _) = rest.split_once("[`Problem`]").unwrap();
    let mut found = BTreeSet::new();
    for seed in 0..200 {
        let (report, _) = shuffled(begin(&LintOptions::default()), seed, &[0]);
        for finding in report.findings {
            let paragraph = match finding.severity() {
                Severity::Error => errors,
                Severity::Warning => warnings,
                _ => infos,
            };
            let code = format!("`{}`", finding.code());
            assert!(paragraph.contains(&code), "{code}");
            found.insert(finding.code());
        }
    }
    let listed = list.split_once("[`Problem`]").unwrap().0;
    let listed = listed
        .split('`')
        .skip(1)
        .step_by(2)
        .collect::<BTreeSet<_>>();
    assert_eq!(listed, found);
}

#[test]
fn includes_that_double_at_each_step_are_counted_without_walking_each_way() {
    let mut lint = begin(&LintOptions::default().questions(200).records(200));
    drive(&mut lint, |question| {
        let name = question.name().to_string();
        let depth: u32 = name
            .trim_matches(|c: char| !c.is_ascii_digit())
            .parse()
            .unwrap();
        let below = format!("include:d{}.test", depth + 1);
        let text = format!("v=spf1 {below} {below} -all");
        Answer::Records(vec![Record::Txt(text.into_bytes().into())])
    });
    let report = lint.finish();
    assert_eq!(report.lookups, u32::MAX);
    assert_eq!(report.costs.len(), 400);
}
