//! The fast half of both directions: octets with which nothing has to be done.

/// Octets looked at in one step: enough for the loop over them to become vector instructions.
const BLOCK: usize = 64;

/// Octets to go through one by one behind an oddity, since others may be near.
pub(super) const STEPS: usize = 16;

/// Faults that an octet is wherever it stands.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Seen {
    pub(super) eight_bit: bool,
    pub(super) nul: bool,
}

impl Seen {
    fn note(&mut self, octets: &[u8]) {
        self.eight_bit |= !octets.is_ascii();
        self.nul |= octets.contains(&0);
    }
}

/// How many octets behind the first one need no second look: each CR is followed by LF, each LF
/// stands behind CR, and no dot behind LF. 0 for less than a block.
pub(super) fn clean_octets(octets: &[u8], seen: &mut Seen) -> usize {
    let Some(last_block) = octets.len().checked_sub(BLOCK + 1) else {
        return 0;
    };
    let mut clean = 0;
    while clean < last_block + BLOCK {
        let rest = octets.get(clean..).unwrap_or_default();
        clean += match seen.eight_bit {
            // Once noted, it is in every second block of many a message.
            true => plain_blocks(rest, |octet| octet == 0),
            false => plain_blocks(rest, is_fault),
        };
        // What is left over makes a block with octets that have been looked at.
        let from = clean.min(last_block);
        let Some(block) = octets.get(from..).and_then(<[u8]>::first_chunk) else {
            break;
        };
        let stop = line_oddity(block);
        if block
            .iter()
            .fold(false, |any, &octet| any | is_fault(octet))
        {
            seen.note(block.get(1..=stop).unwrap_or_default());
        }
        clean = from + stop;
        if stop < BLOCK {
            break;
        }
    }
    clean
}

/// How many octets behind the first one stand in whole blocks without anything to do or to note.
///
/// The conditions of a block are gathered without a branch over three overlapping arrays, of which
/// the third spares a search for LF in the first.
fn plain_blocks(octets: &[u8], is_fault: impl Fn(u8) -> bool) -> usize {
    if octets.starts_with(b"\n.") {
        return 0;
    }
    let mut rest = octets;
    while let Some(block) = rest.first_chunk::<{ BLOCK + 2 }>() {
        let [before @ .., _, _] = block;
        let [_, octets @ .., _] = block;
        let [_, _, behind @ ..] = block;
        let mut is_odd = false;
        for ((&before, &octet), &behind) in before.iter().zip(octets).zip(behind) {
            let is_lf = octet == b'\n';
            is_odd |= (before == b'\r') ^ is_lf;
            is_odd |= is_lf & (behind == b'.');
            is_odd |= is_fault(octet);
        }
        if is_odd {
            break;
        }
        rest = rest.get(BLOCK..).unwrap_or_default();
    }
    octets.len() - rest.len()
}

/// How many octets behind the first one need no second look, whatever faults they are.
fn line_oddity(block: &[u8; BLOCK + 1]) -> usize {
    let [before @ .., _] = block;
    let [_, octets @ ..] = block;
    let mut odd = [0; BLOCK];
    for ((&before, &octet), odd) in before.iter().zip(octets).zip(&mut odd) {
        let is_bare = (before == b'\r') ^ (octet == b'\n');
        let is_dot = (before == b'\n') & (octet == b'.');
        *odd = u8::from(is_bare | is_dot);
    }
    // In words, for a processor waits when it reads in wider pieces than it has just written.
    let (words, _) = odd.as_chunks::<8>();
    let mut clean = 0;
    for word in words {
        let zeros = u64::from_le_bytes(*word).trailing_zeros() / 8;
        clean += usize::try_from(zeros).unwrap_or(0);
        if zeros < 8 {
            break;
        }
    }
    clean
}

fn is_fault(octet: u8) -> bool {
    octet == 0 || octet >= 0x80
}

#[cfg(test)]
mod tests {
    use alloc::vec;

    use super::*;

    fn clean(octets: &[u8]) -> usize {
        clean_octets(octets, &mut Seen::default())
    }

    #[test]
    fn an_oddity_stops_the_scan_wherever_it_stands() {
        for (odd, place) in [
            (&b"a\nb"[..], 1),
            (b"a\rb", 2),
            (b"\r\n.", 2),
            (b"\r\r\n", 1),
        ] {
            for offset in 1..250 {
                for length in [offset + odd.len(), offset + odd.len() + 70, 400] {
                    let mut octets = vec![b'a'; length];
                    octets[offset..offset + odd.len()].copy_from_slice(odd);
                    // Its block ends at any place before the oddity, or in it.
                    octets[offset.saturating_sub(40)] |= 0x80;
                    let expected = match length > BLOCK {
                        true => offset + place - 1,
                        false => 0,
                    };
                    assert_eq!(clean(&octets), expected, "{odd:?} at {offset} of {length}");
                }
            }
        }
        assert_eq!(clean(&[b"\n.", &[b'a'; 200][..]].concat()), 0);
    }

    #[test]
    fn ordinary_lines_are_clean_to_their_end() {
        let ordinary = b"abc\r\n\r\ndef.\r\n".repeat(20);
        for length in BLOCK + 1..ordinary.len() {
            assert_eq!(clean(&ordinary[..length]), length - 1);
        }
        assert_eq!(clean(&ordinary[..BLOCK]), 0);
    }

    #[test]
    fn faults_are_seen_before_the_stop_and_not_behind_it() {
        const STOP: usize = 150;
        for offset in 1..200 {
            for (fault, eight_bit, nul) in [(0, false, true), (0x80, true, false)] {
                for known in [false, true] {
                    let mut octets = vec![b'a'; 220];
                    octets[STOP] = b'\n';
                    if offset != STOP {
                        octets[offset] = fault;
                    }
                    let mut seen = Seen {
                        eight_bit: known,
                        nul: false,
                    };
                    assert_eq!(clean_octets(&octets, &mut seen), STOP - 1);
                    let is_before = offset < STOP;
                    assert_eq!(seen.eight_bit, known || eight_bit && is_before, "{offset}");
                    assert_eq!(seen.nul, nul && is_before, "{offset}");
                }
            }
        }
    }
}
