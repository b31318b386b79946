//! Measures tasks in rounds: all of them once per round, each round beginning with another one, so
//! that whatever else the machine does falls on all of them alike.

use std::time::Duration;

use rustix::time::{ClockId, clock_gettime};

/// Tasks that do the same work.
pub struct Contest {
    pub title: String,
    /// The first is what the others are compared with.
    pub tasks: Vec<Task>,
}

/// One way to do the work. It checks its own result.
pub struct Task {
    pub name: &'static str,
    pub run: Box<dyn FnMut()>,
}

impl Task {
    pub fn new(name: &'static str, run: impl FnMut() + 'static) -> Self {
        let run = Box::new(run);
        Self { name, run }
    }
}

/// What a task costs.
pub struct Cost {
    pub name: &'static str,
    pub fastest: Duration,
    pub median: Duration,
    pub slowest: Duration,
}

/// Measures each task `rounds` times.
pub fn measure(mut tasks: Vec<Task>, rounds: usize) -> Vec<Cost> {
    let repetitions: Vec<u32> = tasks.iter_mut().map(repetitions).collect();
    let mut samples = vec![Vec::with_capacity(rounds); tasks.len()];
    for round in 0..rounds {
        for turn in 0..tasks.len() {
            let index = (round + turn) % tasks.len();
            samples[index].push(sample(&mut tasks[index], repetitions[index]));
        }
    }
    tasks
        .into_iter()
        .zip(samples)
        .map(|(task, mut samples)| {
            samples.sort_unstable();
            Cost {
                name: task.name,
                fastest: samples[0],
                median: samples[samples.len() / 2],
                slowest: samples[samples.len() - 1],
            }
        })
        .collect()
}

/// How often a task has to run for a sample that the clock can measure; warms it up.
fn repetitions(task: &mut Task) -> u32 {
    let mut repetitions = 1;
    loop {
        let each = sample(task, repetitions);
        if each * repetitions >= SAMPLE {
            return repetitions;
        }
        repetitions *= 2;
    }
}

/// The processor time of one run, from `repetitions` of them.
fn sample(task: &mut Task, repetitions: u32) -> Duration {
    let start = processor_time();
    for _ in 0..repetitions {
        (task.run)();
    }
    (processor_time() - start) / repetitions
}

/// Not the time on the wall: what other processes use does not count.
fn processor_time() -> Duration {
    clock_gettime(ClockId::ProcessCPUTime)
        .try_into()
        .expect("the processor time of a process is not negative")
}

const SAMPLE: Duration = Duration::from_millis(10);
