//! The least that SMTP takes: the ends of lines found.

use std::hint::black_box;

use memchr::{memchr_iter, memmem};

use crate::harness::Task;

/// The end of each command.
pub fn lines(commands: Vec<u8>) -> Task {
    let number = commands.iter().filter(|&&octet| octet == b'\n').count();
    Task::new("floor: the ends of lines", move || {
        let found = memchr_iter(b'\n', black_box(&commands)).count();
        assert_eq!(found, number);
    })
}

/// The places where a dot stands at the start of a line.
pub fn dots(message: Vec<u8>) -> Task {
    let finder = memmem::Finder::new(b"\n.").into_owned();
    let number = finder.find_iter(&message).count();
    Task::new("floor: dots behind line ends", move || {
        let found = finder.find_iter(black_box(&message)).count();
        assert_eq!(found, number);
    })
}
