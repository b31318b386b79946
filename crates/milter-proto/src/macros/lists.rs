//! Which macros are to be told.

use alloc::string::String;
use alloc::vec::Vec;

use thiserror::Error;

use super::{Stage, bare};

/// Which macros a filter wants, by stage. Stages without a list get what the MTA is configured to
/// tell.
///
/// An MTA that knows lists (`SMFIF_SETSYMLIST`) tells what they say in the place of what it is
/// configured to tell; others take no notice.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct MacroLists {
    /// Stages and names with blanks between them.
    lists: Vec<(Stage, String)>,
}

impl MacroLists {
    /// With a list for a stage, in the place of an earlier one.
    pub fn with(mut self, stage: Stage, names: &[&str]) -> Result<Self, MacroListError> {
        if names.is_empty() {
            return Err(MacroListError::Empty);
        }
        let bad = names.iter().position(|name| !is_name(name));
        if let Some(index) = bad {
            return Err(MacroListError::Name { index });
        }
        let list = names.join(" ");
        if list.len() > LONGEST_LIST {
            return Err(MacroListError::TooLong { octets: list.len() });
        }
        self.lists.retain(|(other, _)| *other != stage);
        self.lists.push((stage, list));
        Ok(self)
    }

    /// Whether there is no list.
    pub fn is_empty(&self) -> bool {
        self.lists.is_empty()
    }

    /// `( uint32 stage, char names[], NUL )*`
    pub(crate) fn as_wire(&self) -> Vec<u8> {
        let mut octets = Vec::new();
        for (stage, names) in &self.lists {
            octets.extend_from_slice(&stage.number().to_be_bytes());
            octets.extend_from_slice(names.as_bytes());
            octets.push(0);
        }
        octets
    }
}

/// One octet, or more in braces.
fn is_name(name: &str) -> bool {
    let inner = bare(name.as_bytes());
    let is_braced = inner.len() < name.len();
    !inner.is_empty()
        && (is_braced || inner.len() == 1)
        && inner
            .iter()
            .all(|octet| octet.is_ascii_graphic() && !b"{}".contains(octet))
}

/// Octets of a list. Seven of them are well below what a packet may hold.
const LONGEST_LIST: usize = 4096;

/// Why a list of macros cannot be asked for.
#[derive(Clone, Copy, Debug, Eq, Error, PartialEq)]
#[non_exhaustive]
pub enum MacroListError {
    /// No names: an MTA takes it for no list at all.
    #[error("empty list of macros")]
    Empty,
    /// What is no name: one letter, or some in braces.
    #[error("no name of a macro at position {index} of the list")]
    Name {
        /// Its position in the list, from 0.
        index: usize,
    },
    /// More octets than 4096.
    #[error("list of macros of {octets} octets")]
    TooLong {
        /// Octets of the names and the blanks between them.
        octets: usize,
    },
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_are_of_names_only() {
        let lists = |names: &[&str]| MacroLists::default().with(Stage::EndOfHeader, names);
        let list = lists(&["i", "{auth_type}"]).unwrap();
        assert_eq!(list.as_wire(), b"\0\0\0\x06i {auth_type}\0");
        let again = list.with(Stage::EndOfHeader, &["{i}"]).unwrap();
        assert_eq!(again.as_wire(), b"\0\0\0\x06{i}\0");
        assert_eq!(lists(&[]), Err(MacroListError::Empty));
        for name in ["", "{}", "ab", "{a b}", "{a\0}", " ", "{{a}}", "ü", "{"] {
            assert_eq!(lists(&["i", name]), Err(MacroListError::Name { index: 1 }));
        }
        let long = ["{a}"; 2000];
        assert_eq!(lists(&long), Err(MacroListError::TooLong { octets: 7999 }));
    }
}
