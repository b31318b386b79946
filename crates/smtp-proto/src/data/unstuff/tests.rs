//! The fast way against the slow one, at every split.

use alloc::vec;
use alloc::vec::Vec;

use proptest::prelude::*;

use super::*;

/// The message, whether its end was found, what was noted, and what is left of the input.
fn unstuff(bare: BareLineEnds, pieces: &[&[u8]]) -> (Vec<u8>, bool, BodyFaults, usize) {
    let mut unstuffer = Unstuffer::new(bare);
    let mut message = Vec::new();
    let mut left = 0;
    let mut is_end = false;
    for piece in pieces {
        let mut rest = *piece;
        while !rest.is_empty() && !is_end {
            let piece = unstuffer.read(rest);
            assert!(piece.consumed > 0 || !piece.content.is_empty());
            rest = &rest[piece.consumed..];
            message.extend_from_slice(piece.content);
            is_end = piece.is_end;
        }
        left += rest.len();
    }
    (message, is_end, unstuffer.faults(), left)
}

/// Octet by octet, as RFC 5321 §4.5.2 says it.
fn slowly(bare: BareLineEnds, input: &[u8]) -> (Vec<u8>, bool, BodyFaults, usize) {
    let mut message = Vec::new();
    let mut faults = BodyFaults::default();
    let mut rest = input;
    let mut at_line_start = true;
    let mut line = 0;
    while !rest.is_empty() {
        if at_line_start {
            if let Some(after) = rest.strip_prefix(b".\r\n") {
                return (message, true, faults, after.len());
            }
            rest = rest.strip_prefix(b".").unwrap_or(rest);
        }
        let before = message.len();
        (at_line_start, rest) = match rest {
            [] => (false, rest),
            [b'\r', b'\n', after @ ..] => {
                message.extend_from_slice(b"\r\n");
                (true, after)
            }
            [b'\r', after @ ..] => {
                faults.bare_cr = true;
                message.push(if bare == BareLineEnds::Reject {
                    b'\r'
                } else {
                    b' '
                });
                (false, after)
            }
            [b'\n', after @ ..] => {
                faults.bare_lf = true;
                if bare == BareLineEnds::Normalize {
                    message.push(b'\r');
                }
                message.push(b'\n');
                (false, after)
            }
            [octet, after @ ..] => {
                faults.nul |= *octet == 0;
                faults.eight_bit |= *octet >= 0x80;
                message.push(*octet);
                (false, after)
            }
        };
        line += message.len() - before;
        faults.long_line |= line > MAX_LINE;
        if message.ends_with(b"\n") && message.len() > before {
            line = 0;
        }
    }
    (message, false, faults, 0)
}

const BOTH: [BareLineEnds; 2] = [BareLineEnds::Normalize, BareLineEnds::Reject];

/// No octets, so that a message can begin with an end.
const NOTHING: &[u8] = b"";

#[test]
fn b01_only_a_dot_between_two_crlf_ends_the_message_at_every_split() {
    for not_the_end in [
        &b"\n.\n"[..],
        b"\r.\r",
        b"\r.\n",
        b"\n.\r",
        b"\n.\r\n",
        b"\r\n.\n",
        b"\r.\r\n",
        b"\r\n.\r",
        b"\r\n\0.\r\n",
        b"\r\n.\0\r\n",
        b"\r\n.\r\r\n",
        b"\r\r\n.\r\r\n",
    ] {
        let input = [b"a", not_the_end, b"b\r\n.\r\nQUIT\r\n"].concat();
        for split in 0..=input.len() {
            for bare in BOTH {
                let (message, is_end, _, left) = unstuff(bare, &[&input[..split], &input[split..]]);
                assert!(is_end);
                assert_eq!(left, 6, "{not_the_end:?} split at {split}");
                assert!(message.ends_with(b"b\r\n"));
            }
        }
    }
}

#[test]
fn b01_a_dot_straight_behind_data_ends_an_empty_message() {
    for bare in BOTH {
        let (message, is_end, faults, left) = unstuff(bare, &[b".\r\nQUIT\r\n"]);
        assert_eq!((message.as_slice(), is_end, left), (NOTHING, true, 6));
        assert_eq!(faults, BodyFaults::default());
    }
}

#[test]
fn b01_bare_line_ends_are_noted_or_mended() {
    let input = b"a\nb\rc\n.d\r\n.\r\n";
    let (message, _, faults, _) = unstuff(BareLineEnds::Reject, &[input]);
    assert_eq!(message, b"a\nb\rc\n.d\r\n");
    assert!(faults.bare_cr && faults.bare_lf);
    let (message, _, faults, _) = unstuff(BareLineEnds::Normalize, &[input]);
    assert_eq!(message, b"a\r\nb c\r\n.d\r\n");
    assert!(faults.bare_cr && faults.bare_lf);
}

#[test]
fn b15_one_dot_at_the_start_of_a_line_is_taken_away() {
    let (message, ..) = unstuff(BareLineEnds::Reject, &[b".x\r\n..\r\n...\r\n.\r\n"]);
    assert_eq!(message, b"x\r\n.\r\n..\r\n");
}

#[test]
fn a_message_in_one_piece_is_one_slice() {
    let lines = b"ordinary line\r\n".repeat(1000);
    let mut unstuffer = Unstuffer::new(BareLineEnds::Reject);
    let piece = unstuffer.read(&lines);
    assert_eq!(piece.content.as_ptr_range(), lines.as_ptr_range());
    assert_eq!(piece.consumed, lines.len());
}

#[test]
fn a_line_of_1000_octets_is_not_long() {
    for (octets, long_line) in [(998, false), (999, true), (1500, true), (4000, true)] {
        let input = [b"..short\r\n.", &vec![b'a'; octets][..], b"\r\n.\r\n"].concat();
        for split in 0..=input.len() {
            let (.., faults, _) =
                unstuff(BareLineEnds::Reject, &[&input[..split], &input[split..]]);
            assert_eq!(faults.long_line, long_line, "{octets} split at {split}");
        }
    }
}

#[test]
fn a_long_line_is_noted_wherever_others_end_before_it() {
    for first in 0..=998 {
        for (octets, long_line) in [(998, false), (999, true)] {
            let line = |octets| [&vec![b'a'; octets][..], b"\r\n"].concat();
            let input = [line(first), line(octets), line(20), b".\r\n".to_vec()].concat();
            let (.., faults, _) = unstuff(BareLineEnds::Reject, &[&input]);
            assert_eq!(faults.long_line, long_line, "{octets} behind {first}");
        }
    }
}

#[test]
fn every_short_input_is_read_as_the_slow_way_does() {
    const ALPHABET: [u8; 4] = *b"\r\n.a";
    for length in 0..=7u32 {
        for number in 0..4usize.pow(length) {
            let input: Vec<u8> = (0..length)
                .map(|place| ALPHABET[number / 4usize.pow(place) % 4])
                .collect();
            for bare in BOTH {
                let mut whole = slowly(bare, &input);
                let octets: Vec<&[u8]> = input.chunks(1).collect();
                let mut read = unstuff(bare, &octets);
                // What is still held back is neither content nor noted yet.
                if !whole.1 {
                    whole.0.truncate(read.0.len());
                    assert!(whole.0 == read.0, "{input:?}");
                    read.2 = whole.2;
                }
                assert_eq!(read, whole, "{input:?}");
            }
        }
    }
}

/// A counted message, and what was noted.
fn count(bare: BareLineEnds, pieces: &[&[u8]]) -> (Vec<u8>, BodyFaults) {
    let mut unstuffer = Unstuffer::counted(bare);
    let mut message = Vec::new();
    for piece in pieces {
        let mut rest = *piece;
        while !rest.is_empty() {
            let piece = unstuffer.read(rest);
            assert!(!piece.is_end && (piece.consumed > 0 || !piece.content.is_empty()));
            rest = &rest[piece.consumed..];
            message.extend_from_slice(piece.content);
        }
    }
    message.extend_from_slice(unstuffer.end());
    (message, unstuffer.faults())
}

/// The same, octet by octet.
fn count_slowly(bare: BareLineEnds, input: &[u8]) -> (Vec<u8>, BodyFaults) {
    // With each dot at the start of a line doubled, and the end added, it is the same message.
    let mut stuffed = Vec::new();
    for &octet in input {
        if octet == b'.' && (stuffed.is_empty() || stuffed.ends_with(b"\r\n")) {
            stuffed.push(b'.');
        }
        stuffed.push(octet);
    }
    let (message, is_end, faults, _) = slowly(bare, &stuffed);
    assert!(!is_end);
    (message, faults)
}

#[test]
fn b07_dots_in_chunks_are_content() {
    let input = b".\r\n..\r\n.x\r\n.\r\n";
    for bare in BOTH {
        assert_eq!(
            count(bare, &[input]),
            (input.to_vec(), BodyFaults::default())
        );
    }
}

#[test]
fn every_short_message_is_counted_as_the_slow_way_does() {
    const ALPHABET: [u8; 4] = *b"\r\n.a";
    for length in 0..=7u32 {
        for number in 0..4usize.pow(length) {
            let input: Vec<u8> = (0..length)
                .map(|place| ALPHABET[number / 4usize.pow(place) % 4])
                .collect();
            for bare in BOTH {
                let slow = count_slowly(bare, &input);
                assert_eq!(count(bare, &[&input]), slow, "{input:?}");
                let octets: Vec<&[u8]> = input.chunks(1).collect();
                assert_eq!(count(bare, &octets), slow, "{input:?}");
            }
        }
    }
}

proptest! {
    #[test]
    fn any_split_gives_the_same_octets_as_the_slow_way(
        parts in proptest::collection::vec(
            prop_oneof![
                Just(b"\r\n".to_vec()),
                Just(b"\r\n.".to_vec()),
                Just(b"\n".to_vec()),
                Just(b"\r".to_vec()),
                proptest::collection::vec(b'a'..=b'c', 0..200),
                proptest::collection::vec(any::<u8>(), 0..4),
                proptest::collection::vec(Just(b'x'), 990..1010),
            ],
            0..30,
        ),
        splits in proptest::collection::vec(any::<proptest::sample::Index>(), 0..6),
    ) {
        let input = [parts.concat(), b"\r\n.\r\nleft".to_vec()].concat();
        let mut places: Vec<usize> =
            splits.iter().map(|split| split.index(input.len())).collect();
        places.sort_unstable();
        let mut pieces = Vec::new();
        let mut from = 0;
        for place in places {
            pieces.push(&input[from..place]);
            from = place;
        }
        pieces.push(&input[from..]);
        for bare in BOTH {
            prop_assert_eq!(unstuff(bare, &pieces), slowly(bare, &input));
            prop_assert_eq!(count(bare, &pieces), count_slowly(bare, &input));
        }
    }
}
