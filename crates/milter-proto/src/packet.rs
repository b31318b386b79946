//! The frame around everything that both sides say: a length, a letter, a payload.

use alloc::vec::Vec;

use thiserror::Error;

/// One packet, a view of the input.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Packet<'i> {
    /// What the packet is.
    pub letter: u8,
    /// What stands behind the letter.
    pub payload: &'i [u8],
}

impl<'i> Packet<'i> {
    /// A packet to be printed.
    pub fn new(letter: u8, payload: &'i [u8]) -> Self {
        Self { letter, payload }
    }

    /// `uint32 length, char letter, char payload[length - 1]`: the packet that the input begins
    /// with, and how many octets it takes there. `None`: it is not whole yet.
    ///
    /// `limit` is the highest length that is taken: letter and payload. A packet beyond it is an
    /// error as soon as its length is there.
    pub fn read(input: &'i [u8], limit: usize) -> Result<Option<(Self, usize)>, PacketError> {
        let Some((length, rest)) = input.split_first_chunk::<LENGTH>() else {
            return Ok(None);
        };
        let length = u32::from_be_bytes(*length);
        if length == 0 {
            return Err(PacketError::Empty);
        }
        let whole = usize::try_from(length).ok().filter(|&it| it <= limit);
        let whole = whole.ok_or(PacketError::TooLong { length, limit })?;
        let packet = rest.get(..whole).and_then(<[u8]>::split_first);
        Ok(packet.map(|(&letter, payload)| (Self { letter, payload }, LENGTH + whole)))
    }

    /// Appends the packet to `out`. `None` if its length does not fit into 32 bits: then nothing
    /// is appended.
    #[must_use = "a packet that is too long is not printed"]
    pub fn print(&self, out: &mut Vec<u8>) -> Option<()> {
        let length = u32::try_from(self.payload.len()).ok()?.checked_add(1)?;
        out.extend_from_slice(&length.to_be_bytes());
        out.push(self.letter);
        out.extend_from_slice(self.payload);
        Some(())
    }
}

/// Octets that are no packet. Nobody knows where the next one begins.
#[derive(Clone, Copy, Debug, Eq, Error, PartialEq)]
#[non_exhaustive]
pub enum PacketError {
    /// A length of 0, which leaves no room for a letter.
    #[error("packet without a letter")]
    Empty,
    /// More than the caller takes.
    #[error("packet of {length} octets, at most {limit} are taken")]
    TooLong {
        /// The length announced, in octets: letter and payload.
        length: u32,
        /// The limit, in octets.
        limit: usize,
    },
}

/// Octets of a length.
const LENGTH: usize = 4;

/// Octets of a payload that every MTA takes: what is sent is never longer. As in libmilter
/// (`MILTER_CHUNK_SIZE`).
pub(crate) const LARGEST_PAYLOAD: usize = 65535;

/// Appends a packet made of parts.
pub(crate) fn put(letter: u8, parts: &[&[u8]], out: &mut Vec<u8>) {
    let length = parts.iter().map(|part| part.len()).sum::<usize>() + 1;
    let length = u32::try_from(length).expect("every part is checked against LARGEST_PAYLOAD");
    out.extend_from_slice(&length.to_be_bytes());
    out.push(letter);
    for part in parts {
        out.extend_from_slice(part);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_packet_is_read_when_it_is_whole() {
        let octets = b"\0\0\0\x03Hi\0\0\0\0\x01N";
        for end in 0..7 {
            assert_eq!(Packet::read(&octets[..end], 3), Ok(None));
        }
        let packet = Packet::new(b'H', b"i\0");
        assert_eq!(Packet::read(octets, 3), Ok(Some((packet, 7))));
        let packet = Packet::new(b'N', b"");
        assert_eq!(Packet::read(&octets[7..], 1), Ok(Some((packet, 5))));
    }

    #[test]
    fn a_length_beyond_the_limit_is_an_error_at_once() {
        let too_long = |length, limit| Err(PacketError::TooLong { length, limit });
        assert_eq!(Packet::read(b"\0\0\0\x03", 3), Ok(None));
        assert_eq!(Packet::read(b"\0\0\0\x04", 3), too_long(4, 3));
        assert_eq!(Packet::read(b"\xff\xff\xff\xff", 3), too_long(u32::MAX, 3));
        assert_eq!(Packet::read(b"\0\0\0\x01N", 0), too_long(1, 0));
        assert_eq!(Packet::read(b"\0\0\0\0", 3), Err(PacketError::Empty));
    }
}
