//! What a check did, as a postmaster reads it.

mod ends;
mod terms;

use dns_txt::Zone;
use spf::trace::{Event, Outcome, Trace};
use spf::{Options, Verdict};

use crate::{check, check_with, zone};

/// The trace of a check of `user@example.com`.
fn trace(client: &str, zone: &Zone) -> Trace {
    trace_with(client, zone, Options::default())
}

fn trace_with(client: &str, zone: &Zone, options: Options) -> Trace {
    let report = check_with(client, zone, &options.trace(true));
    report.trace.unwrap()
}

/// Compares a trace with what is indented like the source that holds it.
#[track_caller]
fn assert_prints(trace: &Trace, expected: &str) {
    let printed = trace.to_string();
    assert!(printed.ends_with('\n') && printed.is_ascii());
    let margin = expected.lines().last().unwrap().len();
    let expected: Vec<&str> = (expected.lines().skip(1))
        .map(|line| line.get(margin..).unwrap_or_default())
        .collect();
    assert_eq!(printed, expected.join("\n"), "\n{printed}");
}

#[test]
fn there_is_none_unless_it_is_asked_for() {
    let zone = zone("example.com TXT \"v=spf1 -all\"");
    assert_eq!(check("192.0.2.1", &zone).trace, None);
}

#[test]
fn the_trace_of_the_front_page() {
    let zone = zone(
        "example.com TXT \"v=spf1 include:example.org -all\"
         example.org TXT \"v=spf1 ip4:192.0.2.128/28 ?all\"",
    );
    assert_prints(
        &trace("192.0.2.129", &zone),
        "
        example.com: v=spf1 include:example.org -all
          octet 7: include:example.org matches (lookup 1)
            example.org: v=spf1 ip4:192.0.2.128/28 ?all
              octet 7: ip4:192.0.2.128/28 matches 192.0.2.128/28
        pass: mechanism matched, octet 7 of the record at example.com
        ",
    );
}

#[test]
fn what_a_zone_holds_cannot_add_a_line() {
    let zone = zone(
        r#"example.com TXT "v=spf1 a:\010x.test\255 -all"
           example.com TXT "\010fail: \"trust me\"""#,
    );
    let printed = trace("192.0.2.1", &zone).to_string();
    assert_eq!(printed.lines().count(), 2, "{printed}");
    assert!(printed.starts_with("example.com: v=spf1 a:\\nx.test\\xff -all\npermerror:"));
}

#[test]
fn steps_of_a_trace_are_data() {
    let zone = zone("example.com TXT \"v=spf1 +ip4:192.0.2.128/25 -all\"");
    let trace = trace("192.0.2.200", &zone);
    assert!(!trace.is_cut);
    let depths: Vec<usize> = trace.steps.iter().map(|step| step.depth).collect();
    assert_eq!(depths, [0, 1, 0]);
    let Event::Term {
        offset: 7,
        outcome: Outcome::Matched { network },
        lookup: None,
        ..
    } = &trace.steps[1].event
    else {
        panic!("{:?}", trace.steps);
    };
    assert_eq!(network.unwrap().to_string(), "192.0.2.128/25");
    assert!(matches!(
        trace.steps[2].event,
        Event::Verdict {
            verdict: Verdict::Pass,
            ..
        }
    ));
}
