//! What is measured.

use std::path::PathBuf;

/// The command line.
pub(crate) struct Arguments {
    /// Connections at the same time.
    pub(crate) connections: usize,
    /// After how many messages the memory is looked at.
    pub(crate) marks: Vec<usize>,
    /// Messages of a round.
    pub(crate) messages: usize,
    /// Our program.
    pub(crate) milter: PathBuf,
    /// Messages on a connection.
    pub(crate) per_connection: usize,
    pub(crate) rounds: usize,
}

impl Arguments {
    pub(crate) fn read() -> Result<Self, String> {
        let mut arguments = Self {
            connections: 4,
            marks: vec![100, 1000, 5000, 10_000, 20_000],
            messages: 400,
            milter: PathBuf::new(),
            per_connection: 1,
            rounds: 21,
        };
        let mut words = std::env::args().skip(1);
        while let Some(name) = words.next() {
            let value = words.next().ok_or(USAGE)?;
            let number = || {
                value
                    .parse()
                    .map_err(|_| format!("{name} {value}: no number"))
            };
            match &*name {
                "--connections" => arguments.connections = number()?,
                "--messages" => arguments.messages = number()?,
                "--milter" => arguments.milter = value.into(),
                "--per-connection" => arguments.per_connection = number()?,
                "--rounds" => arguments.rounds = number()?,
                "--up-to" => {
                    let most = number()?;
                    arguments.marks.retain(|&mark| mark < most);
                    arguments.marks.push(most);
                }
                _ => return Err(USAGE.into()),
            }
        }
        match arguments.milter.as_os_str().is_empty() {
            true => Err(USAGE.into()),
            false => Ok(arguments),
        }
    }
}

const USAGE: &str = "usage: opendkim --milter PROGRAM [--connections 4] [--messages 400] \
                     [--per-connection 1] [--rounds 21] [--up-to 20000]";
