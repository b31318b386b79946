//! Zones as master-file text.

use core::fmt;

use super::status::Status;
use super::{Node, Zone};
use crate::answer::{Answer, Record};
use crate::name::{Absolute, Name};
use crate::txt::Strings;

/// The zone as master-file text, in a line for each record.
impl fmt::Debug for Zone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Zone(\n{self})")
    }
}

/// Prints the records of one name after the other, each on a line of its own.
impl fmt::Display for Zone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut nodes = self.nodes.iter();
        nodes.try_for_each(|(name, node)| node.print(name, f))
    }
}

impl Node {
    fn print(&self, name: &Name, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let owner = Absolute(name);
        for (kind, answer) in &self.answers {
            if let Some(status) = Status::of(answer) {
                writeln!(f, "$STATUS {owner} {kind} {status}")?;
            }
            for record in answer.records() {
                writeln!(f, "{owner} {kind} {}", Data(record))?;
            }
        }
        if let Some(target) = &self.alias {
            writeln!(f, "{owner} CNAME {}", Absolute(target))?;
        }
        if self.is_empty() || self.others != Answer::NO_DATA {
            let status = Status::of(&self.others).unwrap_or(Status::NO_DATA);
            writeln!(f, "$STATUS {owner} {status}")?;
        }
        Ok(())
    }
}

/// The RDATA of a record in the words of a master file.
struct Data<'r>(&'r Record);

impl fmt::Display for Data<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Record::A(address) => address.fmt(f),
            Record::Aaaa(address) => address.fmt(f),
            Record::Mx {
                preference,
                exchange,
            } => write!(f, "{preference} {}", Absolute(exchange)),
            Record::Ptr(name) => Absolute(name).fmt(f),
            Record::Txt(text) => Strings::new(text).fmt(f),
        }
    }
}
