//! How often each allocates. A program of its own, for the counter would slow down who allocates.

use allocation_counter::measure;
use peers::{contests, table};

fn main() {
    for contest in contests() {
        let mut counts = Vec::new();
        for mut task in contest.tasks {
            // What is set up once is not counted.
            (task.run)();
            counts.push((task.name, measure(&mut task.run).count_total));
        }
        println!("{}", table::allocations(&contest.title, &counts));
    }
}
