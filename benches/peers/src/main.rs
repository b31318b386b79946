//! How long each takes.

use peers::harness::{Contest, measure};
use peers::{contests, table};

fn main() -> Result<(), String> {
    let Arguments { rounds, wanted } = Arguments::read(std::env::args().skip(1))?;
    let is_wanted = |contest: &Contest| {
        let mut words = wanted.iter();
        wanted.is_empty() || words.any(|word| contest.title.contains(word.as_str()))
    };
    for contest in contests().into_iter().filter(is_wanted) {
        let costs = measure(contest.tasks, rounds);
        println!("{}", table::times(&contest.title, &costs));
    }
    Ok(())
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
