//! The look-ups of a check, without the check.

use std::hint::black_box;

use dns_txt::Question;

use crate::harness::Task;
use crate::ours::spf::answers;

/// Finds the answer to each of the eleven questions in a hash map.
pub fn look_ups() -> Task {
    let answers = answers();
    assert_eq!(answers.len(), 11);
    let questions: Vec<Question> = answers.keys().cloned().collect();
    Task::new("floor: the look-ups in a hash map", move || {
        for question in &questions {
            black_box(answers.get(black_box(question)));
        }
    })
}
