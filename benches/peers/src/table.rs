//! Results for people.

use std::fmt::Write;

use crate::harness::Cost;

/// A table in Markdown; ratios are to the first row.
pub fn print(title: &str, costs: &[Cost]) -> String {
    let mut text = format!(
        "### {title}\n\n\
         | | median | ratio | fastest | slowest | allocations |\n\
         |---|---:|---:|---:|---:|---:|\n"
    );
    let floor = costs.first().map_or(0.0, |cost| cost.median.as_secs_f64());
    for cost in costs {
        let ratio = cost.median.as_secs_f64() / floor;
        writeln!(
            text,
            "| {} | {:.3?} | {ratio:.2} | {:.3?} | {:.3?} | {} |",
            cost.name, cost.median, cost.fastest, cost.slowest, cost.allocations
        )
        .expect("a string takes what is written to it");
    }
    text
}
