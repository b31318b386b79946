//! The crates beside others of their kind, and beside what the work costs at least, on the same
//! input in one run.
//!
//! A room each: `input` is what everybody works on, `floor` the least that the work takes, `ours`
//! the crates, `peers` the others, `harness` measures, `table` prints.

mod allocations;
mod floor;
mod harness;
mod input;
mod ours;
mod peers;
mod table;

use crate::harness::{Contest, measure};

fn main() -> Result<(), String> {
    let Arguments { rounds, wanted } = Arguments::read(std::env::args().skip(1))?;
    let is_wanted = |contest: &Contest| {
        wanted.is_empty()
            || wanted
                .iter()
                .any(|word| contest.title.contains(word.as_str()))
    };
    for contest in contests().into_iter().filter(is_wanted) {
        println!(
            "{}",
            table::print(contest.title, &measure(contest.tasks, rounds))
        );
    }
    Ok(())
}

fn contests() -> Vec<Contest> {
    vec![Contest {
        title: "spf: a policy of 8 look-ups, pass by the last term",
        tasks: vec![
            floor::spf::look_ups(),
            ours::spf::from_zone(),
            ours::spf::from_map(),
            ours::spf::records(),
            peers::mail_auth::spf::parsed(),
            peers::mail_auth::spf::parsing(),
        ],
    }]
}

/// `[--rounds N] [WORD]...`: only contests whose title contains one of the words.
struct Arguments {
    rounds: usize,
    wanted: Vec<String>,
}

impl Arguments {
    fn read(mut words: impl Iterator<Item = String>) -> Result<Self, String> {
        let mut arguments = Self {
            rounds: ROUNDS,
            wanted: Vec::new(),
        };
        while let Some(word) = words.next() {
            if word == "--rounds" {
                let number = words.next().and_then(|number| number.parse().ok());
                arguments.rounds = number.filter(|&number| number > 0).ok_or(USAGE)?;
            } else if word.starts_with('-') {
                return Err(USAGE.into());
            } else {
                arguments.wanted.push(word);
            }
        }
        Ok(arguments)
    }
}

/// Odd, so that the median is one of the samples.
const ROUNDS: usize = 31;

const USAGE: &str = "usage: peers [--rounds N] [WORD]...";
