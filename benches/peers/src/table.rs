//! Results for people, as tables in Markdown.

use std::fmt::Write;

use crate::harness::Cost;

/// What each costs; ratios are to the first row.
pub fn times(title: &str, costs: &[Cost]) -> String {
    let mut text = format!(
        "### {title}\n\n\
         | | median | ratio | fastest | slowest |\n\
         |---|---:|---:|---:|---:|\n"
    );
    let floor = costs.first().map_or(0.0, |cost| cost.median.as_secs_f64());
    for cost in costs {
        let ratio = cost.median.as_secs_f64() / floor;
        writeln!(
            text,
            "| {} | {:.3?} | {ratio:.2} | {:.3?} | {:.3?} |",
            cost.name, cost.median, cost.fastest, cost.slowest
        )
        .expect("a string takes what is written to it");
    }
    text
}

/// How often each allocates.
pub fn allocations(title: &str, counts: &[(&str, u64)]) -> String {
    let mut text = format!("### {title}\n\n| | allocations |\n|---|---:|\n");
    for (name, count) in counts {
        writeln!(text, "| {name} | {count} |").expect("a string takes what is written to it");
    }
    text
}
