//! The parts of a payload, from its start to its end.

use memchr::{memchr, memchr_iter};

use super::{Command, CommandError, Part};

/// What is left of a payload.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Parts<'i> {
    command: Command,
    rest: &'i [u8],
}

impl<'i> Parts<'i> {
    pub(crate) fn new(command: Command, payload: &'i [u8]) -> Self {
        Self {
            command,
            rest: payload,
        }
    }

    /// `uint32`
    pub(crate) fn number(&mut self, part: Part) -> Result<u32, CommandError> {
        self.octets(part).map(u32::from_be_bytes)
    }

    /// So many octets.
    pub(crate) fn octets<const N: usize>(&mut self, part: Part) -> Result<[u8; N], CommandError> {
        let (octets, rest) = self
            .rest
            .split_first_chunk()
            .ok_or_else(|| self.missing(part))?;
        self.rest = rest;
        Ok(*octets)
    }

    /// `char text[], NUL`
    pub(crate) fn text(&mut self, part: Part) -> Result<&'i [u8], CommandError> {
        let end = memchr(0, self.rest).ok_or_else(|| self.missing(part))?;
        let (text, rest) = self.rest.split_at(end);
        self.rest = rest.get(1..).unwrap_or_default();
        Ok(text)
    }

    /// `( char text[], NUL )*`, unread, each with its NUL.
    pub(crate) fn texts(&mut self, part: Part) -> Result<&'i [u8], CommandError> {
        match self.rest {
            [] | [.., 0] => Ok(core::mem::take(&mut self.rest)),
            _ => Err(self.missing(part)),
        }
    }

    /// `( char name[], NUL, char value[], NUL )*`, unread.
    pub(crate) fn pairs(mut self) -> Result<&'i [u8], CommandError> {
        let octets = self.texts(Part::Value)?;
        match memchr_iter(0, octets).count() % 2 {
            0 => Ok(octets),
            _ => Err(self.missing(Part::Value)),
        }
    }

    /// One text, and nothing behind it.
    pub(crate) fn only_text(mut self, part: Part) -> Result<&'i [u8], CommandError> {
        let text = self.text(part)?;
        self.ended(text)
    }

    /// The value, if nothing is left.
    pub(crate) fn ended<T>(&self, value: T) -> Result<T, CommandError> {
        match self.rest.len() {
            0 => Ok(value),
            octets => Err(CommandError::Extra {
                command: self.command,
                octets,
            }),
        }
    }

    pub(crate) fn missing(&self, part: Part) -> CommandError {
        let command = self.command;
        CommandError::Missing { command, part }
    }

    pub(crate) fn malformed(&self, part: Part) -> CommandError {
        let command = self.command;
        CommandError::Malformed { command, part }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_are_taken_one_after_the_other() {
        let mut parts = Parts::new(Command::Connect, b"mx\x004\0\x19\0\0\0\x01a\0b\0");
        assert_eq!(parts.text(Part::Name), Ok(&b"mx"[..]));
        assert_eq!(parts.octets(Part::Family), Ok(*b"4"));
        assert_eq!(parts.octets(Part::Port).map(u16::from_be_bytes), Ok(25));
        assert_eq!(parts.number(Part::Version), Ok(1));
        assert_eq!(
            parts.ended(()),
            Err(CommandError::Extra {
                command: Command::Connect,
                octets: 4
            })
        );
        assert_eq!(parts.texts(Part::Value), Ok(&b"a\0b\0"[..]));
        assert_eq!(parts.ended(()), Ok(()));
        assert_eq!(parts.texts(Part::Value), Ok(&b""[..]));
    }

    #[test]
    fn a_part_that_does_not_end_is_named() {
        let missing = |part| {
            let command = Command::Header;
            Err(CommandError::Missing { command, part })
        };
        let mut parts = Parts::new(Command::Header, b"abc");
        assert_eq!(parts.text(Part::Name), missing(Part::Name));
        assert_eq!(
            parts.texts(Part::Value).map(|_| ()),
            missing(Part::Value).map(|_: &[u8]| ())
        );
        assert_eq!(
            parts.number(Part::Steps).map(|_| ()),
            missing(Part::Steps).map(|_: &[u8]| ())
        );
    }
}
