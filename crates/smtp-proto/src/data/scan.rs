//! The fast half of both directions: blocks in which nothing has to be done.

/// Octets looked at in one step: enough for the loop over them to become vector instructions.
pub(super) const BLOCK: usize = 64;

/// What was seen in blocks without line-end faults.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Seen {
    pub(super) eight_bit: bool,
    pub(super) nul: bool,
}

/// How many octets behind the first one need no second look: each CR is followed by LF, each LF
/// stands behind CR, and no dot behind LF. Whole blocks only; the octet behind the last one has
/// not been looked at.
///
/// The conditions of a block are gathered without a branch over two overlapping arrays.
pub(super) fn clean_blocks(octets: &[u8], seen: &mut Seen) -> usize {
    let mut rest = octets;
    let mut all = 0;
    let mut nul = false;
    while let Some((before, after)) = rest.first_chunk::<{ BLOCK + 1 }>().map(overlapping) {
        let mut odd = 0;
        let mut ored = 0;
        let mut zero = 0;
        for (&before, &octet) in before.iter().zip(after) {
            odd |= u8::from(before == b'\r') ^ u8::from(octet == b'\n');
            odd |= u8::from(before == b'\n') & u8::from(octet == b'.');
            ored |= octet;
            zero |= u8::from(octet == 0);
        }
        if odd != 0 {
            break;
        }
        all |= ored;
        nul |= zero != 0;
        rest = rest.get(BLOCK..).unwrap_or_default();
    }
    seen.eight_bit |= all >= 0x80;
    seen.nul |= nul;
    octets.len() - rest.len()
}

/// The first and the last [`BLOCK`] octets.
fn overlapping(octets: &[u8; BLOCK + 1]) -> (&[u8; BLOCK], &[u8; BLOCK]) {
    (
        octets.first_chunk().expect("one octet is left over"),
        octets.last_chunk().expect("one octet is left over"),
    )
}

#[cfg(test)]
mod tests {
    use alloc::vec;

    use super::*;

    fn clean(octets: &[u8]) -> usize {
        clean_blocks(octets, &mut Seen::default())
    }

    #[test]
    fn an_oddity_stops_the_scan_before_its_block_wherever_it_stands() {
        for odd in [&b"a\nb"[..], b"a\rb", b"\r\n.", b"\r\r\n", b"\n"] {
            for offset in 1..250 {
                let mut octets = vec![b'a'; 257];
                octets[offset..offset + odd.len()].copy_from_slice(odd);
                let stopped = clean(&octets);
                assert!(stopped < offset + odd.len(), "{odd:?} at {offset}");
                assert!(stopped + BLOCK + 2 > offset, "{odd:?} at {offset}");
            }
        }
        let ordinary = b"abc\r\n\r\ndef.\r\n".repeat(100);
        assert_eq!(clean(&ordinary), (ordinary.len() - 1) / BLOCK * BLOCK);
    }

    #[test]
    fn what_is_seen_lies_before_the_stop() {
        let mut octets = vec![b'a'; 129];
        octets[64] = 0xff;
        octets[65] = 0;
        let mut seen = Seen::default();
        assert_eq!(clean_blocks(&octets[..128], &mut seen), 64);
        assert!(seen.eight_bit && !seen.nul);
        assert_eq!(clean_blocks(&octets, &mut seen), 128);
        assert!(seen.nul);
    }
}
