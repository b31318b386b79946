//! The few forms of DER that private keys are made of (ITU-T X.690).

use alloc::vec::Vec;

use zeroize::Zeroizing;

/// Reads values one after another.
#[derive(Clone)]
pub(super) struct Reader<'d> {
    rest: &'d [u8],
}

impl<'d> Reader<'d> {
    pub(super) fn new(der: &'d [u8]) -> Self {
        Self { rest: der }
    }

    /// The contents of the next value, if it has this tag.
    pub(super) fn value(&mut self, tag: u8) -> Option<&'d [u8]> {
        let (&found, rest) = self.rest.split_first()?;
        if found != tag {
            return None;
        }
        let (length, rest) = length(rest)?;
        let (contents, rest) = rest.split_at_checked(length)?;
        self.rest = rest;
        Some(contents)
    }

    /// The next value, an INTEGER that is not negative, without leading zeros.
    pub(super) fn unsigned(&mut self) -> Option<&'d [u8]> {
        let contents = self.value(INTEGER)?;
        if *contents.first()? > 0x7f {
            return None;
        }
        let zeros = contents.iter().take_while(|&&octet| octet == 0).count();
        Some(contents.split_at_checked(zeros)?.1)
    }

    /// Whether the next value has this tag.
    pub(super) fn is_next(&self, tag: u8) -> bool {
        self.rest.first() == Some(&tag)
    }

    /// Whether nothing is left.
    pub(super) fn is_empty(&self) -> bool {
        self.rest.is_empty()
    }
}

/// What one SEQUENCE that should fill its input holds.
pub(super) enum Outer<'d> {
    Contents(&'d [u8]),
    NotSequence,
    Trailing,
    Truncated,
}

impl<'d> Outer<'d> {
    pub(super) fn read(der: &'d [u8]) -> Self {
        let Some(rest) = der.strip_prefix(&[SEQUENCE]) else {
            return Self::NotSequence;
        };
        let Some((length, rest)) = length(rest) else {
            // The octets of a length stand at the front: so few octets were cut off.
            return match rest.len() < 5 {
                true => Self::Truncated,
                false => Self::NotSequence,
            };
        };
        match rest.split_at_checked(length) {
            None => Self::Truncated,
            Some((contents, [])) => Self::Contents(contents),
            Some(_) => Self::Trailing,
        }
    }
}

/// One value of `tag`, its contents in pieces. The room is reserved at once, so that no copy of
/// key material stays behind where a vector grew.
pub(super) fn write(tag: u8, pieces: &[&[u8]]) -> Zeroizing<Vec<u8>> {
    let length = pieces.iter().map(|piece| piece.len()).sum::<usize>();
    let mut der = Zeroizing::new(Vec::with_capacity(length.saturating_add(10)));
    der.push(tag);
    write_length(length, &mut der);
    for piece in pieces {
        der.extend_from_slice(piece);
    }
    der
}

/// An INTEGER of these octets, the most significant first, without leading zeros.
pub(super) fn write_unsigned(octets: &[u8]) -> Zeroizing<Vec<u8>> {
    match octets.first() {
        // The first bit of an INTEGER is its sign.
        None | Some(0x80..) => write(INTEGER, &[&[0], octets]),
        Some(_) => write(INTEGER, &[octets]),
    }
}

/// A length in its definite form, and what follows it.
fn length(input: &[u8]) -> Option<(usize, &[u8])> {
    let (&first, rest) = input.split_first()?;
    if first < 0x80 {
        return Some((usize::from(first), rest));
    }
    let (octets, rest) = rest.split_at_checked(usize::from(first & 0x7f))?;
    // No key is as long as four octets of length can say.
    if octets.is_empty() || octets.len() > 4 || octets.first() == Some(&0) {
        return None;
    }
    let length = octets.iter().try_fold(0usize, |length, &octet| {
        length.checked_mul(256)?.checked_add(usize::from(octet))
    })?;
    (length > 0x7f).then_some((length, rest))
}

fn write_length(length: usize, der: &mut Vec<u8>) {
    let octets = length.to_be_bytes();
    let significant = octets.iter().skip_while(|&&octet| octet == 0);
    match u8::try_from(length) {
        Ok(short @ ..0x80) => der.push(short),
        _ => {
            let count = u8::try_from(significant.clone().count());
            der.push(0x80 | count.expect("a length has at most 16 octets"));
            der.extend(significant);
        }
    }
}

pub(super) const BIT_STRING: u8 = 0x03;
pub(super) const INTEGER: u8 = 0x02;
pub(super) const NULL: u8 = 0x05;
pub(super) const OBJECT_IDENTIFIER: u8 = 0x06;
pub(super) const OCTET_STRING: u8 = 0x04;
pub(super) const SEQUENCE: u8 = 0x30;

#[cfg(test)]
mod tests {
    use alloc::vec;

    use super::*;

    #[test]
    fn what_is_written_is_read_back_at_every_kind_of_length() {
        for length in [0, 1, 0x7f, 0x80, 0xff, 0x100, 0xffff, 0x1_0000] {
            let contents = vec![7; length];
            let der = write(SEQUENCE, &[&contents]);
            assert!(matches!(Outer::read(&der), Outer::Contents(read) if read == contents));
            let mut reader = Reader::new(&der);
            assert_eq!(reader.value(SEQUENCE), Some(&*contents));
            assert!(reader.is_empty());
        }
    }

    #[test]
    fn an_integer_keeps_its_sign_and_loses_its_zeros() {
        for (octets, der) in [
            (&[][..], &[INTEGER, 1, 0][..]),
            (&[1], &[INTEGER, 1, 1]),
            (&[0x80], &[INTEGER, 2, 0, 0x80]),
        ] {
            assert_eq!(*write_unsigned(octets), der);
            assert_eq!(Reader::new(der).unsigned(), Some(octets));
        }
        assert_eq!(Reader::new(&[INTEGER, 1, 0x80]).unsigned(), None);
        assert_eq!(Reader::new(&[INTEGER, 0]).unsigned(), None);
    }

    #[test]
    fn lengths_that_lie_are_refused() {
        for der in [
            &[SEQUENCE][..],
            &[SEQUENCE, 1],
            &[SEQUENCE, 0x80, 0, 0],
            &[SEQUENCE, 0x81, 1, 0],
            &[SEQUENCE, 0x82, 0, 0x80, 0],
            &[SEQUENCE, 0x84, 0xff, 0xff, 0xff, 0xff, 0],
            &[SEQUENCE, 0x89, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0],
            &[SEQUENCE, 0xff, 0xff],
        ] {
            assert_eq!(Reader::new(der).value(SEQUENCE), None, "{der:x?}");
            assert!(!matches!(Outer::read(der), Outer::Contents(_)), "{der:x?}");
        }
    }
}
