//! The little of ASN.1 DER that public keys need. Only the one encoding that DER allows is read.

use alloc::vec::Vec;

/// `SEQUENCE`.
pub(crate) const SEQUENCE: u8 = 0x30;

const INTEGER: u8 = 0x02;
const BIT_STRING: u8 = 0x03;

/// The content of one value with this tag, and what stands behind it.
pub(crate) fn value(tag: u8, input: &[u8]) -> Option<(&[u8], &[u8])> {
    let (&found, input) = input.split_first()?;
    if found != tag {
        return None;
    }
    let (length, input) = length(input)?;
    input.split_at_checked(length)
}

/// The content of one value with this tag, if nothing stands behind it.
pub(crate) fn only(tag: u8, input: &[u8]) -> Option<&[u8]> {
    match value(tag, input)? {
        (content, []) => Some(content),
        _ => None,
    }
}

/// A number above zero, big-endian and without leading zeros, and what stands behind it.
pub(crate) fn positive(input: &[u8]) -> Option<(&[u8], &[u8])> {
    let (content, rest) = value(INTEGER, input)?;
    match content {
        // A first octet of zero is there because the next one would make the number negative.
        [0, number @ ..] if number.first().is_some_and(|&first| first >= 0x80) => {
            Some((number, rest))
        }
        [1..=0x7f, ..] => Some((content, rest)),
        _ => None,
    }
}

/// A string of whole octets, if nothing stands behind it.
pub(crate) fn octets_in_bits(input: &[u8]) -> Option<&[u8]> {
    only(BIT_STRING, input)?.strip_prefix(&[0])
}

/// `SubjectPublicKeyInfo` around an algorithm's identifier and a key.
pub(crate) fn subject_public_key_info(algorithm: &[u8], key: &[u8]) -> Vec<u8> {
    let algorithm = written(SEQUENCE, algorithm);
    let key = written(BIT_STRING, &[&[0], key].concat());
    written(SEQUENCE, &[algorithm, key].concat())
}

/// A sequence with this content.
#[cfg(test)]
pub(crate) fn sequence(content: &[u8]) -> Vec<u8> {
    written(SEQUENCE, content)
}

/// A number above zero, given without leading zeros.
#[cfg(test)]
pub(crate) fn number(octets: &[u8]) -> Vec<u8> {
    let negative = octets.first().is_some_and(|&first| first >= 0x80);
    let sign: &[u8] = if negative { &[0] } else { &[] };
    written(INTEGER, &[sign, octets].concat())
}

fn written(tag: u8, content: &[u8]) -> Vec<u8> {
    let mut value = Vec::from([tag]);
    match (u8::try_from(content.len()), u16::try_from(content.len())) {
        (Ok(length @ 0..=0x7f), _) => value.push(length),
        (Ok(length), _) => value.extend([0x81, length]),
        (_, length) => {
            // No key that was checked is that long.
            let length = length.unwrap_or(u16::MAX);
            value.push(0x82);
            value.extend(length.to_be_bytes());
        }
    }
    value.extend_from_slice(content);
    value
}

/// A length in the shortest form; none here takes more than two octets.
fn length(input: &[u8]) -> Option<(usize, &[u8])> {
    let (&first, input) = input.split_first()?;
    match first {
        0..=0x7f => Some((first.into(), input)),
        0x81 => {
            let (&length, input) = input.split_first()?;
            (length >= 0x80).then_some((length.into(), input))
        }
        0x82 => {
            let (length, input) = input.split_first_chunk()?;
            let length = u16::from_be_bytes(*length);
            (length >= 0x100).then_some((length.into(), input))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_have_one_form() {
        for (input, read) in [
            (&[0x7f][..], Some(0x7f)),
            (&[0x80], None),
            (&[0x81, 0x80], Some(0x80)),
            (&[0x81, 0x7f], None),
            (&[0x82, 0x01, 0x00], Some(0x100)),
            (&[0x82, 0x00, 0xff], None),
            (&[0x83, 0x01, 0x00, 0x00], None),
            (&[0x84, 0xff, 0xff, 0xff, 0xff], None),
            (&[0x82, 0x01], None),
            (&[], None),
        ] {
            assert_eq!(length(input).map(|(length, _)| length), read, "{input:x?}");
        }
    }

    #[test]
    fn numbers_are_above_zero_and_in_their_shortest_form() {
        for (content, number) in [
            (&[3][..], Some(&[3][..])),
            (&[0, 0x80], Some(&[0x80])),
            (&[1, 0, 1], Some(&[1, 0, 1])),
            (&[], None),
            (&[0], None),
            (&[0, 3], None),
            (&[0, 0, 0x80], None),
            (&[0x80], None),
        ] {
            let mut input = alloc::vec![INTEGER, content.len() as u8];
            input.extend_from_slice(content);
            input.push(9);
            let read = positive(&input);
            assert_eq!(read.map(|(number, _)| number), number, "{content:x?}");
            assert!(read.is_none_or(|(_, rest)| rest == [9]));
        }
    }

    #[test]
    fn a_value_ends_where_its_length_says() {
        assert_eq!(
            value(SEQUENCE, &[0x30, 2, 1, 2, 3]),
            Some((&[1, 2][..], &[3][..]))
        );
        assert_eq!(value(SEQUENCE, &[0x30, 3, 1, 2]), None);
        assert_eq!(value(SEQUENCE, &[0x31, 0]), None);
        assert_eq!(only(SEQUENCE, &[0x30, 1, 1, 0]), None);
    }
}
