//! Rounds in which both take the same load, the two in turn.

use core::error::Error;
use core::time::Duration;
use std::time::Instant;

use crate::arguments::Arguments;
use crate::daemon::Daemon;
use crate::files::Files;
use crate::load::Load;

/// Both, theirs first.
fn daemons(files: &Files, arguments: &Arguments) -> Result<[Daemon; 2], Box<dyn Error>> {
    let milter = arguments.milter.to_str().ok_or("--milter is no text")?;
    Ok([
        Daemon::start("opendkim", files.conf("theirs")?)?,
        Daemon::start(milter, files.conf("ours")?)?,
    ])
}

/// What messages cost one of them.
pub(crate) struct Cost {
    /// Of processor time, for each.
    pub(crate) time: Duration,
    /// A second, in each round, the slowest first.
    pub(crate) rates: Vec<f64>,
}

impl Cost {
    pub(crate) fn median(&self) -> f64 {
        self.rates
            .get(self.rates.len() / 2)
            .copied()
            .unwrap_or_default()
    }
}

/// What messages cost both of them, theirs first.
pub(crate) fn speed(
    load: &Load,
    files: &Files,
    arguments: &Arguments,
) -> Result<[Cost; 2], Box<dyn Error>> {
    let daemons = daemons(files, arguments)?;
    let mut costs = [const { (Vec::new(), 0) }; 2];
    for daemon in &daemons {
        load.put_on(daemon, arguments.messages)?;
    }
    let begun = [daemons[0].time()?, daemons[1].time()?];
    for round in 0..arguments.rounds {
        for turn in 0..2 {
            let which = (round + turn) % 2;
            let (rates, all) = &mut costs[which];
            let start = Instant::now();
            let messages = load.put_on(&daemons[which], arguments.messages)?;
            rates.push(messages as f64 / start.elapsed().as_secs_f64());
            *all += u32::try_from(messages)?;
        }
    }
    let ended = [daemons[0].time()?, daemons[1].time()?];
    let mut index = 0;
    Ok(costs.map(|(mut rates, all)| {
        rates.sort_by(f64::total_cmp);
        let time = (ended[index] - begun[index]) / all.max(1);
        index += 1;
        Cost { time, rates }
    }))
}

/// Memory after so many messages, in KiB, theirs first.
pub(crate) type Memory = (usize, [u64; 2]);

/// How much memory both have in the course of time.
pub(crate) fn memory(
    load: &Load,
    files: &Files,
    arguments: &Arguments,
) -> Result<Vec<Memory>, Box<dyn Error>> {
    let daemons = daemons(files, arguments)?;
    let mut taken = [0; 2];
    let mut rows = vec![(0, [daemons[0].memory()?, daemons[1].memory()?])];
    for &mark in &arguments.marks {
        let mut row = [0; 2];
        for ((daemon, taken), memory) in daemons.iter().zip(&mut taken).zip(&mut row) {
            *taken += load.put_on(daemon, mark - *taken)?;
            *memory = daemon.memory()?;
        }
        rows.push((mark, row));
    }
    Ok(rows)
}
