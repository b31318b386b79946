//! Each suite is one test; a suite that is not there is reported as ignored, never as passed.

use std::process::ExitCode;

use conformance::{Baseline, Standing, Suite, required, root, suites};
use libtest_mimic::{Arguments, Failed, Trial};

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let mut trials: Vec<Trial> = suites().into_iter().map(trial).collect();
    trials.push(Trial::test("a_listed_case_that_passes_is_an_error", || {
        stale_lines_are_told();
        Ok(())
    }));
    libtest_mimic::run(&arguments, trials).exit_code()
}

fn trial(suite: Suite) -> Trial {
    let missing = suite.directory().is_none();
    if missing {
        eprintln!(
            "conformance: NOT RUN: {} is not in {}",
            suite.name,
            root().display()
        );
    }
    Trial::test(suite.name, move || run(suite)).with_ignored_flag(missing && !required())
}

fn run(suite: Suite) -> Result<(), Failed> {
    let directory = suite
        .directory()
        .ok_or_else(|| format!("{} is required and not in {}", suite.name, root().display()))?;
    let outcomes = (suite.run)(&directory)?;
    let standing = Standing::new(suite.name, outcomes, &Baseline::current());
    println!(
        "{}: {} of {} pass",
        suite.name, standing.passed, standing.total
    );
    match standing.complaints() {
        complaints if complaints.is_empty() => Ok(()),
        complaints => Err(complaints.join("\n").into()),
    }
}

fn stale_lines_are_told() {
    let outcome = |id: &str, passed| conformance::Outcome {
        id: id.to_owned(),
        passed,
        expected: "pass".to_owned(),
        got: "fail".to_owned(),
    };
    let baseline = Baseline::parse("# known\nspf known a reason\nspf gone another reason\n");
    let outcomes = vec![
        outcome("known", true),
        outcome("new", false),
        outcome("fine", true),
    ];
    let standing = Standing::new("spf", outcomes, &baseline);
    assert_eq!((standing.passed, standing.total), (2, 3));
    assert_eq!(standing.stale, ["gone", "known"]);
    assert_eq!(standing.broken.len(), 1);
    assert_eq!(standing.complaints().len(), 3);
}
