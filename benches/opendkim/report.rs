//! Results for people, as tables in Markdown.

use core::fmt::Write;

use crate::contest::{Cost, Memory};
use crate::load::{Load, Mode};

/// What messages cost both, theirs first.
pub(crate) fn speed(load: &Load, [theirs, ours]: &[Cost; 2]) -> String {
    let mut text = format!(
        "### {}, {} at a time, {} each\n\n\
         | | messages a second | ratio | slowest | fastest | processor time of one |\n\
         |---|---:|---:|---:|---:|---:|\n",
        title(load),
        load.connections,
        load.per_connection,
    );
    for (name, cost) in [("opendkim", theirs), ("ours", ours)] {
        let ratio = cost.median() / theirs.median();
        let [slowest, fastest] = [cost.rates.first(), cost.rates.last()];
        writeln!(
            text,
            "| {name} | {:.0} | {ratio:.2} | {:.0} | {:.0} | {:.0} µs |",
            cost.median(),
            slowest.unwrap_or(&0.0),
            fastest.unwrap_or(&0.0),
            cost.time.as_secs_f64() * 1e6,
        )
        .expect("a string takes what is written to it");
    }
    text + "\n"
}

/// How much memory both have, theirs first.
pub(crate) fn memory(load: &Load, rows: &[Memory]) -> String {
    let mut text = format!(
        "### {}: memory, in KiB\n\n| messages | opendkim | ours |\n|---:|---:|---:|\n",
        title(load)
    );
    for (messages, [theirs, ours]) in rows {
        writeln!(text, "| {messages} | {theirs} | {ours} |")
            .expect("a string takes what is written to it");
    }
    text + "\n"
}

fn title(load: &Load) -> String {
    let mode = match load.mode {
        Mode::Sign => "signed",
        Mode::Verify => "verified",
    };
    format!("{mode}, {} KiB", load.octets >> 10)
}
